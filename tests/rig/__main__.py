"""`make kill-rig KILLS=1000`: everything in full, a line for each measure; the exit code is 1 if anything is wrong.

`--part` runs one part in its own size and prints JSON, which is what the tests do; `--again` runs once more what a
violation names.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path

from buffer.ports import Certainty
from rig import clocks, faults, kills, race, server, stops, torn
from rig.judging import DOUBLE, LOST, RESENT, STUCK, Tally
from rig.world import a_world

Part = Callable[[Path, str, int, str], Iterator[Tally]]


def _kills(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    for certainty in Certainty:
        yield kills.measure(folder / certainty.value, url, certainty, ceil(size / 3), seed)


def _control(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    yield kills.control(folder, url, max(size, FEW), seed)


def _faults(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    """Size 100 is every n; 10 is every tenth."""
    for certainty in Certainty:
        every = max(1, 100 // size)
        yield from faults.measure(folder / certainty.value, url, certainty, seed, every=every)


def _claims(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    yield race.claims(folder, url, size)


def _pauses(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    for certainty in Certainty:
        yield race.pauses(folder / certainty.value, url, certainty, ceil(size / 3), seed)


def _clocks(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    for for_good in (False, True):
        yield clocks.measure(size, seed, for_good=for_good)


def _torn(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    yield torn.measure(folder, url, size, seed)


def _stops(folder: Path, url: str, size: int, seed: str) -> Iterator[Tally]:
    yield stops.measure(folder, url, size, seed)


PARTS: dict[str, tuple[Part, float]] = {
    "kills": (_kills, 1),
    "control": (_control, 0.1),
    "faults": (_faults, 0.1),
    "claims": (_claims, 10),
    "pauses": (_pauses, 0.2),
    "clocks": (_clocks, 0.2),
    "torn": (_torn, 0.5),
    "stops": (_stops, 0.2),
}
"""Each with its size for one kill."""

SEED = "t"

FEW = 30
"""Kills without which even a sender that always resends may be lucky."""


def run(name: str, size: int, seed: str) -> Iterator[Tally]:
    part, _ = PARTS[name]
    with tempfile.TemporaryDirectory() as folder, server.running() as url:
        yield from part(Path(folder), url, size, seed)


def in_full(size: int, seed: str) -> bool:
    """True if nothing was wrong."""
    done, wrong = 0, []
    for name, (_, ratio) in PARTS.items():
        began = time.monotonic()
        print(f"\n{name}", flush=True)
        for tally in run(name, ceil(size * ratio), seed):
            seconds, began = time.monotonic() - began, time.monotonic()
            counts = {what: n for what, n in tally.counts.items() if n} | {
                what: tally.counts[what] for what in (LOST, DOUBLE, RESENT, STUCK)
            }
            figures = " · ".join(f"{what} {n:,}" for what, n in counts.items())
            print(f"  {tally.label}: {figures} · {seconds:.0f} s", flush=True)
            print("".join(f"    {each}\n" for each in tally.wrong), end="", flush=True)
            wrong += tally.wrong
            done += tally.counts["kills"] if name == "kills" else 0
    verdict = f"{len(wrong):,} violations" if wrong else "nothing lost, nothing twice"
    print(f"\n{done:,} kills: {verdict}")
    return not wrong


def again(where: str) -> bool:
    """Run what a violation names, such as kill/keyed/t.0/41. True if this time nothing was wrong."""
    tally = Tally(where)
    with tempfile.TemporaryDirectory() as place, server.running() as url:
        _again(where.split("/"), Path(place), url, tally)
    print(json.dumps(tally.as_json(), ensure_ascii=False))
    return not tally.wrong


def _again(words: list[str], folder: Path, url: str, tally: Tally) -> None:
    match words:
        case ["kill", certainty, seed, at]:
            kills.kill_once(a_world(folder, url, Certainty(certainty), seed=seed), int(at), tally)
        case ["pause", certainty, seed, at]:
            world = a_world(folder, url, Certainty(certainty), seed=seed, patience=race.IMPATIENT)
            race.pause_once(world, int(at), tally)
        case ["fault", certainty, seed, kind, long, at]:
            world = a_world(folder, url, Certainty(certainty), seed=seed, hangs=False)
            faults.fail_once(world, kind, int(long), int(at), tally)
        case ["clock", what, seed]:
            clocks.live_once(seed, tally, for_good=what == "for-good")
        case ["stop", certainty, seed]:
            stops.stop_once(stops.due_now(folder / "stop", url, Certainty(certainty), seed), tally)
        case _:
            sys.exit(
                "kill, pause, fault, clock and stop have names; for the rest take --part and --seed."
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m rig")
    parser.add_argument("--kills", type=int, default=1000, help="the size of everything")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--part", choices=PARTS, help="only this, as JSON, in the size --size")
    parser.add_argument("--size", type=int, default=10)
    parser.add_argument("--again", metavar="WHERE", help="what a violation names")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what fails here is meant to
    if chosen.again:
        sys.exit(not again(chosen.again))
    if chosen.part:
        found = [tally.as_json() for tally in run(chosen.part, chosen.size, chosen.seed)]
        print(json.dumps(found))
    else:
        sys.exit(not in_full(chosen.kills, chosen.seed))


if __name__ == "__main__":
    main()
