"""The life of a real sender in this process: its loop, on a clock on which minutes pass at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from buffer.sender import Crew, Sender
from rig.network import Wire
from rig.points import Points
from rig.world import SECOND, World
from storage import SqliteStore
from storage.owners import Owner, folder_beside

MOST_TICKS = 2_000
"""At one instant."""

NAP = 0.003


def inline(work: Callable[[], None]) -> None:
    work()


def in_a_thread(work: Callable[[], None]) -> None:
    """One after the other, but each with a connection and a session of its own."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@dataclass(kw_only=True)
class Life:
    """Until nothing is left that anybody could do.

    What `forgives` names is met as the loop meets it: the tick failed, the next one comes. `idles` is how often it
    looks again while others hold what is left, and each time `idle_step` passes.
    """

    world: World
    points: Points = field(default_factory=Points)
    sender: type[Sender] = Sender
    submit: Callable[[Callable[[], None]], None] = inline
    forgives: tuple[type[Exception], ...] = ()
    idles: int = 5_000
    idle_step: timedelta = SECOND
    size: int = 4

    def lives(self) -> None:
        with self.points.quiet():
            store = self.world.opened()
            owner = Owner.take(folder_beside(store.database.path))
            sender = self._sender(store, owner)
        left = self.idles
        while left > 0 and not self._is_over(store):
            self._ticks(sender)
            left -= self._passes(store, owner.id)
        with self.points.quiet():
            owner.release()
            store.close()

    def _sender(self, store: SqliteStore, owner: Owner) -> Sender:
        world = self.world
        wire = Wire(world.url, world.certainty, store, world.clock, seconds=world.seconds)
        crew = Crew(submit={"local": self.submit}, size=self.size)
        return self.sender(store, {"local": wire}, crew, owner=owner, clock=world.clock)

    def _ticks(self, sender: Sender) -> None:
        for _ in range(MOST_TICKS):
            try:
                if not sender.tick(self.world.clock()):
                    return
            except self.forgives:
                return
        raise AssertionError("the sender does not come to rest")

    def _is_over(self, store: SqliteStore) -> bool:
        with self.points.quiet():
            left = store.database.one(
                "SELECT 1 FROM updates WHERE state IN ('queued', 'scheduled', 'sending') LIMIT 1"
            )
        return left is None

    def _passes(self, store: SqliteStore, me: str) -> bool:
        """To the next instant at which there is something to do. True if that is not known: others are at it."""
        with self.points.quiet():
            self.world.settles()
            now = self.world.clock()
            at = None if _others_are_at_it(store, me) else _next_instant(store)
            if at and at > now:
                self.world.clock.moves_to(max(at, now + SECOND))
                return False
            time.sleep(NAP)
            self.world.clock.moves_to(now + self.idle_step)
            return True


def _others_are_at_it(store: SqliteStore, me: str) -> bool:
    return bool(
        store.database.one(
            "SELECT 1 FROM attempts WHERE outcome IS NULL AND again_at IS NULL AND owner <> ?",
            (me,),
        )
    )


def _next_instant(store: SqliteStore) -> datetime | None:
    """When an unclear one is to be looked at, or one that is pending may go out."""
    row = store.database.one(
        """SELECT min(at) FROM (
            SELECT again_at AS at FROM attempts WHERE outcome IS NULL
            UNION ALL SELECT max(next_due, held_until) FROM profiles WHERE next_due IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM updates WHERE profile_id = profiles.id AND state = 'sending'))"""
    )
    assert row
    return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)
