"""The n-th call on SQLite or on a socket fails, for every n: nothing lost, nothing twice, and no restart needed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from buffer.errors import Busy
from buffer.ports import Certainty
from rig.judging import Tally, judge
from rig.life import Life, in_a_thread
from rig.points import SOCKET, Points, watched
from rig.world import World, a_world, begin_again, troubled

CODES = {
    "BUSY": sqlite3.SQLITE_BUSY,
    "FULL": sqlite3.SQLITE_FULL,
    "IOERR": sqlite3.SQLITE_IOERR,
}
RESET = "RESET"
KINDS = (*CODES, RESET)

LONG = 10
"""A fault that lasts does so for this many calls."""

IDLES = 300
"""Looks at a queue on which nothing moves, before it is called stuck."""


def measure(
    folder: Path, url: str, certainty: Certainty, seed: str, *, every: int = 1
) -> Iterator[Tally]:
    """One tally for each kind of failure, on SQLite also for several in a row: for every n, or every so many."""
    world = a_world(folder, url, certainty, seed=troubled(seed), hangs=False)
    for kind in KINDS:
        yield _measure(world, kind, 1, every)
        if kind in CODES:
            yield _measure(world, kind, LONG, every * 3)


def _measure(world: World, kind: str, long: int, every: int) -> Tally:
    tally = Tally(f"{world.certainty.value} {kind}" + (f" × {long}" if long > 1 else ""))
    for at in count(1, every):
        if not fail_once(world, kind, long, at, tally):
            return tally
    raise AssertionError


def fail_once(world: World, kind: str, long: int, at: int, tally: Tally) -> bool:
    """One life in which `long` calls fail from the n-th on, and what came of it. False if it has no such call."""
    world = begin_again(world)
    points = Points(_failing(kind, range(at, at + long)), only=SOCKET if kind == RESET else None)
    life = Life(
        world=world,
        points=points,
        submit=in_a_thread,
        forgives=(Busy, sqlite3.OperationalError),
        idles=IDLES,
    )
    with watched(points):
        life.lives()
    tally.counts["runs"] += 1
    tally.counts["points"] = max(tally.counts["points"], points.passed)
    judge(world, tally, f"fault/{world.certainty.value}/{world.seed}/{kind}/{long}/{at}")
    tally.counts["faults"] += points.passed >= at
    return points.passed >= at


def _failing(kind: str, calls: range) -> Callable[[int, str], None]:
    def fails(number: int, name: str) -> None:
        if number not in calls:
            return
        if kind == RESET:
            raise ConnectionResetError(f"made to fail at {name}")
        if name not in SOCKET:
            error = sqlite3.OperationalError(f"made to fail at {name}")
            error.sqlite_errorcode = CODES[kind]
            raise error

    return fails
