"""Queue verbs at 100, 1,000 and 5,000 pending in a profile, with many rows in all."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from buffer.accounts import new_profile
from buffer.backends.embedded import EmbeddedQueue, EmbeddedQueues
from buffer.model import Actor, Draft, Edit, Position, Profile, new_id
from buffer.networks import NETWORKS, local
from buffer.ports import Account, Queues
from buffer.web import Web
from storage import SqliteStore, open_store

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ADA = Actor(team_id="T0BENCH", user_id="U0ADA")
SIZES = (100, 1000, 5000)
ROUNDS = 60


def run(folder: Path, *, rows: int) -> None:
    """Print the median microseconds of every verb, and how it grows from the smallest queue to the largest."""
    store = open_store(f"sqlite:///{folder}/verbs.db")
    store.database.execute("PRAGMA synchronous = OFF")  # the work shows, not the disk
    networks = {
        name: make(store, Web(), clock=lambda: NOW, public_url="")
        for name, make in NETWORKS.items()
    }
    queues = EmbeddedQueues(store, networks, lambda: NOW, limit=2 * max(SIZES))
    profiles = [filled(store, queues, size) for size in SIZES]
    ballast(store, rows)
    columns = [measured(queues(ADA), profile) for profile in profiles]
    print(f"\nqueue verbs, {rows:,} rows in all; µs, median of {ROUNDS} (synchronous off)")
    print("verb".ljust(18) + "".join(f"{size:>9,}" for size in SIZES) + "   growth")
    for verb in columns[0]:
        figures = [column[verb] for column in columns]
        print(
            f"{verb:<18}"
            + "".join(f"{figure:>9.0f}" for figure in figures)
            + f"{figures[-1] / figures[0]:>8.1f}×"
        )
    store.close()


def filled(store: SqliteStore, queues: Queues, size: int) -> Profile:
    profile = new_profile(
        local.SERVICE,
        Account(service_id=new_id(NOW), name=f"{size} pending", login={}),
        team_id=ADA.team_id,
        timezone="Europe/Berlin",
        now=NOW,
    )
    with store.transaction():
        store.profiles.insert(profile)
        queue = queues(ADA)
        for number in range(size):
            at = NOW + timedelta(hours=number + 1) if number % 10 == 9 else None
            queue.add(
                Draft(
                    text=f"{size} {number} {time.time_ns()}",
                    profile_ids=(profile.id,),
                    scheduled_at=at,
                )
            )
    return profile


def ballast(store: SqliteStore, rows: int) -> None:
    """Sent updates of yesterday and before, as the store would have them."""
    profile = new_profile(
        local.SERVICE,
        Account(service_id=new_id(NOW), name="History", login={}),
        team_id=ADA.team_id,
        timezone="UTC",
        now=NOW,
    )
    store.profiles.insert(profile)
    with store.transaction():
        store.database.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
            INSERT INTO updates (id, post_id, team_id, profile_id, service, state, text, text_hash,
                                 created_at, updated_at, sent_at)
            SELECT printf('%024x', i), printf('%024x', i), ?, ?, 'local', 'sent', 'Sent update ' || i,
                   randomblob(16), ? - i, ? - i, ? - i FROM n
            """,
            (rows, ADA.team_id, profile.id, *(NOW.timestamp() - 86_400 for _ in range(3))),
        )
    store.database.execute("ANALYZE")


def measured(queue: EmbeddedQueue, profile: Profile) -> dict[str, float]:
    """Every verb on a queue that keeps its length."""
    pending = [
        item.id for item in queue.pending(profile.id, count=100).items if not item.scheduled_at
    ]
    counts = queue.counts(profile.id)
    middle = counts.pending // 40

    def added(position: Position) -> str:
        text = f"{time.time_ns()} {random.random()}"
        return queue.add(Draft(text=text, profile_ids=(profile.id,), position=position))[0].id

    def one() -> str:
        return random.choice(pending)

    made: list[str] = []
    return {
        "add": timed(lambda: made.append(added(Position.QUEUE))),
        "destroy": timed(lambda: queue.destroy(made.pop())),
        "add to the top": timed(lambda: made.append(added(Position.TOP))),
        "move to top": timed(lambda: queue.move_to_top(one())),
        "edit": timed(lambda: queue.edit(one(), edit=Edit(text=f"{time.time_ns()}"))),
        "share and undo": timed(lambda: share_and_undo(queue, one())),
        "schedule, requeue": timed(lambda: schedule_and_requeue(queue, one())),
        "reorder 10": timed(
            lambda: queue.reorder(profile.id, random.sample(pending, 10), offset=5)
        ),
        "update": timed(lambda: queue.update(one())),
        "pending, page 1": timed(lambda: queue.pending(profile.id)),
        "pending, middle": timed(lambda: queue.pending(profile.id, page=max(1, middle))),
        "counts": timed(lambda: queue.counts(profile.id)),
    }


def share_and_undo(queue: EmbeddedQueue, id: str) -> None:
    queue.share(id, hold=timedelta(seconds=10))
    queue.unshare(id)


def schedule_and_requeue(queue: EmbeddedQueue, id: str) -> None:
    queue.edit(id, edit=Edit(scheduled_at=NOW + timedelta(days=3)))
    queue.edit(id, edit=Edit(to_queue=True))


def timed(act: Callable[[], object]) -> float:
    """Median microseconds."""
    figures = []
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        act()
        figures.append((time.perf_counter_ns() - began) / 1000)
    return statistics.median(figures)
