"""Slash commands over HTTP: the no-op, `/buffer` with a text, `/buffer` alone, at 1 and 8 clients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.load import Request, Times, command, interleaved, run

COMMANDS: dict[str, Callable[[], Request]] = {
    "no-op": lambda: command("/noop", ""),
    "/buffer text": lambda: command("/buffer", "Benchmark post {n}"),
    "composer": lambda: command("/buffer", ""),
}


def measure(folder: Path, *, rounds: int, seconds: float) -> None:
    """Print p50 and p99 in ms, and their ratios to the no-op's: medians over interleaved rounds."""
    print(
        "\nslash commands over HTTP, ms; ratios to the no-op (budget for /buffer text: p50 3×, p99 4×)"
    )
    print(f"{'':<22}{'clients':>8}{'p50':>9}{'p99':>9}{'p50 ×':>8}{'p99 ×':>8}{'failed':>8}")
    for hanging in (False, True):
        (place := folder / f"hanging-{hanging}").mkdir()
        flags = ["--hanging"] if hanging else []
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", str(place), *flags],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        port = int(process.stdout.readline())
        for clients in (1, 8):
            _table(port, clients, rounds, seconds, "20 sends hang" if hanging else "idle")
        process.kill()
        process.wait()
        process.stdout.close()


def _table(port: int, clients: int, rounds: int, seconds: float, load: str) -> None:
    found: dict[str, list[Times]] = {name: [] for name in COMMANDS}
    for order in interleaved(rounds, list(COMMANDS)):
        found[order].append(run(port, COMMANDS[order], clients=clients, seconds=seconds))
    noop = [(each.at(0.5), each.at(0.99)) for each in found["no-op"]]
    for name, times in found.items():
        p50, p99 = median(each.at(0.5) for each in times), median(each.at(0.99) for each in times)
        by50 = median(each.at(0.5) / base[0] for each, base in zip(times, noop, strict=True))
        by99 = median(each.at(0.99) / base[1] for each, base in zip(times, noop, strict=True))
        failed = sum(each.failed for each in times)
        print(
            f"{load + ', ' + name:<28}{clients:>2}{p50:>9.2f}{p99:>9.2f}{by50:>8.1f}{by99:>8.1f}{failed:>8}"
        )
