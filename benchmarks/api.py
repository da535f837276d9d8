"""The HTTP API beside a falcon route that reads one row: 5,000 pending in a profile, many rows in all.

Run as a program it is the server: `python -m benchmarks.api FOLDER ROWS` prints its port and what is there.
"""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import falcon
from waitress.server import create_server

import app
import wiring
from benchmarks.load import FORM, Request, Times, interleaved, run
from benchmarks.verbs import ADA, NOW, ballast, filled
from buffer.model import Team
from settings import Settings

PENDING = 5000
ROUNDS = 3
_numbers = itertools.count(1)


class Row:
    """What the API is measured against: the least that reads something."""

    def __init__(self, house: wiring.House, id: str) -> None:
        self._db, self._id = house.store.database, id

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        row = self._db.one("SELECT id, text FROM updates WHERE id = ?", (self._id,))
        assert row
        resp.media = dict(row)


def serve(folder: str, rows: int) -> None:
    settings = Settings(
        host="0.0.0.0",
        database_url=f"sqlite:///{folder}/api.db",
        queue_limit=10_000_000,
        api_rate_limit=0,
    )
    house = wiring.build(settings, clock=lambda: NOW)
    house.store.teams.bind(Team(id=ADA.team_id), NOW)
    profile = filled(house.store, house.services.queues, PENDING)
    ballast(house.store, rows)
    pending = house.services.queues(ADA).pending(profile.id, count=PENDING).items
    told = {
        "token": house.store.tokens.create("bench", ADA.team_id, NOW),
        "profile": profile.id,
        "ids": [each.id for each in pending if each.scheduled_at is None],
    }
    house.web.add_route("/row", Row(house, told["ids"][0]))
    server: Any = create_server(
        house.web, host="127.0.0.1", port=0, threads=app.THREADS, ident=None
    )
    print(json.dumps({"port": server.effective_port, **told}), flush=True)
    server.run()


def requests(told: dict[str, Any]) -> dict[str, Callable[[], Request]]:
    token = {"Authorization": f"Bearer {told['token']}"}
    lists = f"/1/profiles/{told['profile']}/updates/pending.json"

    def get(path: str) -> Request:
        return Request("GET", path, None, token)

    def post(path: str, body: str = "") -> Request:
        return Request("POST", path, body.encode(), {**token, "Content-Type": FORM})

    def one() -> str:
        return str(random.choice(told["ids"]))

    return {
        "one row": lambda: get("/row"),
        "get": lambda: get(f"/1/updates/{one()}.json"),
        "pending, page 1": lambda: get(lists),
        "pending, middle": lambda: get(f"{lists}?page={PENDING // 40}"),
        "create": lambda: post(
            "/1/updates/create.json",
            f"profile_ids[]={told['profile']}&text=Benchmark+{next(_numbers)}",
        ),
        "move to top": lambda: post(f"/1/updates/{one()}/move_to_top.json"),
    }


def measure(folder: Path, *, rows: int, seconds: float) -> None:
    """Print requests a second, p50 and p99 in ms, and their ratios to reading one row."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.api", str(folder), str(rows)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    told = json.loads(process.stdout.readline())
    print(f"\nAPI over HTTP, {PENDING:,} pending, {rows:,} rows in all; ms, ratios to one row")
    print(
        f"{'':<20}{'clients':>8}{'a second':>10}{'p50':>9}{'p99':>9}{'p50 ×':>8}{'p99 ×':>8}{'failed':>8}"
    )
    for clients in (1, 8):
        _table(told, clients, seconds)
    process.kill()
    process.wait()
    process.stdout.close()


def _table(told: dict[str, Any], clients: int, seconds: float) -> None:
    asked = requests(told)
    found: dict[str, list[Times]] = {name: [] for name in asked}
    for name in interleaved(ROUNDS, list(asked)):
        found[name].append(run(told["port"], asked[name], clients=clients, seconds=seconds))
    base = found["one row"]
    for name, times in found.items():
        p50, p99 = median(each.at(0.5) for each in times), median(each.at(0.99) for each in times)
        pairs = list(zip(times, base, strict=True))
        by50 = median(each.at(0.5) / row.at(0.5) for each, row in pairs)
        by99 = median(each.at(0.99) / row.at(0.99) for each, row in pairs)
        rate = median(len(each.ms) / seconds for each in times)
        failed = sum(each.failed for each in times)
        print(
            f"{name:<20}{clients:>8}{rate:>10.0f}{p50:>9.2f}{p99:>9.2f}{by50:>8.1f}{by99:>8.1f}{failed:>8}"
        )


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
