"""A sender told to stop with twenty posts on the wire: none becomes unclear by that, and the next start goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from buffer.model import State
from buffer.ports import Certainty
from buffer.sender import Crew, Sender
from cast import MONDAY, a_profile
from loops import Bell, Loop, Worker
from rig import server
from rig.judging import BROKEN, STUCK, Tally, broken_rules, judge
from rig.network import Wire
from rig.world import SharedClock, World, a_post, add
from storage.owners import Owner, folder_beside

IN_FLIGHT, POSTS = 20, 70

DELAY = 0.15
"""Seconds the network takes to answer: in time."""

AT_MOST = 4.0
"""Seconds a sender has to stop, as in `wiring.py`: half of them for its loop."""


def measure(folder: Path, url: str, stops: int, seed: str) -> Tally:
    """So many stops, on each network in turn."""
    tally = Tally("stops")
    for number in range(stops):
        certainty = list(Certainty)[number % len(Certainty)]
        stop_once(due_now(folder / f"stop{number}", url, certainty, f"{seed}.{number}"), tally)
    return tally


def stop_once(world: World, tally: Tally) -> None:
    """Stop at a random moment at which twenty are under way; then start again, until all are out."""
    where = f"stop/{world.certainty.value}/{world.seed}"
    with _started(world) as running:
        _until(lambda: server.told(f"{world.url}/under-way")["n"] >= IN_FLIGHT)
        time.sleep(Random(world.seed).uniform(0, DELAY))
        began = time.monotonic()
        if not running.stops():
            tally.errs(STUCK, f"not quiet at {where}")
        took = round((time.monotonic() - began) * 1000)
        tally.counts["slowest ms"] = max(tally.counts["slowest ms"], took)
    _judge_stop(world, tally, where)
    with _started(world) as running:
        _until(running.is_done)
        running.stops()
    judge(world, tally, where)
    tally.counts["stops"] += 1


class Running:
    """A sender with its loop and its threads, as `wiring.py` puts them together."""

    def __init__(self, world: World) -> None:
        self.store = world.opened()
        self.owner = Owner.take(folder_beside(self.store.database.path))
        self.pool, bell = ThreadPoolExecutor(IN_FLIGHT), Bell()
        self.sender = Sender(
            self.store,
            {"local": Wire(world.url, world.certainty, self.store, now, seconds=world.seconds)},
            Crew(submit={"local": self.pool.submit}, size=IN_FLIGHT, ring=bell.ring),
            owner=self.owner,
            clock=now,
        )
        loop = Loop(
            "sender", lambda: self.sender.tick(now()), lambda: self.sender.wait(now()), bell
        )
        self.worker = Worker([loop])
        self.worker.start()

    def stops(self) -> bool:
        return self.worker.stop(AT_MOST / 2) and self.sender.stop(AT_MOST / 2)

    def is_done(self) -> bool:
        left = self.store.database.one("SELECT 1 FROM updates WHERE state <> 'sent' LIMIT 1")
        return left is None


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _started(world: World) -> Iterator[Running]:
    running = Running(world)
    try:
        yield running
    finally:
        running.pool.shutdown()
        running.owner.release()
        running.store.close()


def due_now(folder: Path, url: str, certainty: Certainty, seed: str) -> World:
    """As many profiles as posts, so that all of them may be under way at once."""
    folder.mkdir()
    world = World(
        folder=folder,
        url=url,
        certainty=certainty,
        clock=SharedClock(MONDAY),
        seed=seed,
        share=0,
        delay=DELAY,
        seconds=5,
    )
    at = now()
    profiles = [a_profile(created_at=at) for _ in range(POSTS)]
    add(
        world, profiles, [a_post(each, f"post {n}", share_at=at) for n, each in enumerate(profiles)]
    )
    world.resets_ledger()
    return world


def _judge_stop(world: World, tally: Tally, where: str) -> None:
    """What is out is sent, what is not is pending, and nobody has to look."""
    out = {post["text"] for post in world.ledger()["posts"]}
    with closing(world.opened()) as store:
        for text, state in store.database.all("SELECT text, state FROM updates"):
            if state != (State.SENT if text in out else State.QUEUED):
                tally.errs(BROKEN, f"“{text}” ({state}) at {where}")
        for what in broken_rules(store):
            tally.errs(BROKEN, f"{what} at {where}")


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)
