"""`make bench`: everything with a budget, in one run."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import api, polling, sending, slack, startup, verbs


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, fewer rows")
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="rows in all, for the queue verbs"
    )
    parser.add_argument("--posts", type=int, default=10_000, help="due at once, for the sender")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        slack.measure(folder, rounds=1 if chosen.quick else 3, seconds=1.0 if chosen.quick else 2.0)
        startup.measure(folder)
        (place_for_api := folder / "api").mkdir()
        api.measure(
            place_for_api,
            rows=10_000 if chosen.quick else chosen.rows,
            seconds=1.0 if chosen.quick else 2.0,
        )
        sending.measure(folder, posts=1_000 if chosen.quick else chosen.posts)
        polling.measure(folder, quick=chosen.quick)
        verbs.run(folder, rows=10_000 if chosen.quick else chosen.rows)


if __name__ == "__main__":
    main()
