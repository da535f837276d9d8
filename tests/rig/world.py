"""A database with posts that are due, the network they are for, and one clock for every process."""

from __future__ import annotations

import mmap
import shutil
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from buffer.model import Profile, Schedule, State, Update
from buffer.ports import Certainty
from cast import ADA, MONDAY, a_profile
from rig import server
from rig.network import SECONDS
from rig.server import ACCEPTED_BUT, Fate
from storage import SqliteStore, open_store

CHANNEL = "C0SOCIAL"
SECOND = timedelta(seconds=1)
SOON = (Schedule(days=("mon",), times=("08:01",)),)

SHARE = 0.15
"""Of the requests that are carried out and not answered."""


class SharedClock:
    """The wall clock of every process forked from here. It moves only when somebody moves it, and never back."""

    def __init__(self, now: datetime) -> None:
        self._cell = mmap.mmap(-1, 8)
        self._cell[:] = struct.pack("d", now.timestamp())

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(struct.unpack("d", self._cell[:])[0], UTC)

    def moves_to(self, moment: datetime) -> None:
        if moment > self():
            self._cell[:] = struct.pack("d", moment.timestamp())


@dataclass(frozen=True, kw_only=True)
class World:
    """Where it all happens. `seed` decides what the network does: a `share` of it is faithless, which hangs (or not),
    and it answers after a `delay`. `patience` is for the database, `seconds` for the network."""

    folder: Path
    url: str
    certainty: Certainty
    clock: SharedClock
    seed: str = ""
    share: float = SHARE
    hangs: bool = True
    delay: float = 0.0
    patience: float = 2.0
    seconds: float = SECONDS

    @property
    def database(self) -> Path:
        return self.folder / "buffer.db"

    def opened(self) -> SqliteStore:
        return open_store(f"sqlite:///{self.database}", patience=self.patience)

    def resets_ledger(self) -> None:
        is_keyed = self.certainty is Certainty.KEYED
        told = {"seed": self.seed, "share": self.share, "is_keyed": is_keyed}
        server.told(f"{self.url}/ledger", told | {"delay": self.delay, "hangs": self.hangs})

    def settles(self) -> None:
        """Minutes pass at once here: what was sent before them must have arrived."""
        server.told(f"{self.url}/settled")

    def ledger(self) -> dict[str, Any]:
        return server.told(f"{self.url}/ledger")


def a_world(folder: Path, url: str, certainty: Certainty, **changes: Any) -> World:
    """Two profiles with five posts, one of them a series of three parts; each goes out at its own kind of time."""
    folder.mkdir(exist_ok=True)
    world = World(folder=folder, url=url, certainty=certainty, clock=SharedClock(MONDAY), **changes)
    first, second = a_profile(schedules=SOON), a_profile(schedules=SOON)
    add(
        world,
        [first, second],
        [
            a_post(first, "one", share_at=MONDAY),
            a_post(second, "two", share_at=MONDAY),
            a_post(first, "a\n---\nb\n---\nc", share_at=MONDAY + SECOND),
            a_post(second, "in line"),
            a_post(first, "last in line"),
        ],
    )
    shutil.copy(world.database, folder / "seed.db")
    return world


def seeds(seed: str) -> Iterator[str]:
    """A troubled one first, then plain ones."""
    plain = (f"{seed}.{number}" for number in count())
    yield troubled(seed)
    yield from plain


def troubled(seed: str) -> str:
    """One under which the network drops a post at first, and takes in another, and the middle of the series, without an
    answer."""

    def is_troubled(under: str) -> bool:
        one, two, middle = (server.fate_of(under, text, 1, SHARE) for text in ("one", "two", "b"))
        return one is Fate.DROPPED and {two, middle} <= set(ACCEPTED_BUT)

    return next(filter(is_troubled, (f"{seed}-{number}" for number in count())))


def begin_again(world: World) -> World:
    """The database as it was first, an empty ledger, and a clock that stands where the posts are due."""
    for path in world.folder.glob("buffer.db*"):
        path.unlink()
    shutil.rmtree(world.folder / "locks", ignore_errors=True)
    shutil.copy(world.folder / "seed.db", world.database)
    world.resets_ledger()
    return replace(world, clock=SharedClock(MONDAY + SECOND))


def add(world: World, profiles: Sequence[Profile], posts: Sequence[Update]) -> None:
    """Into the world's database; its first use makes it."""
    store = world.opened()
    with store.transaction():
        for profile in profiles:
            store.profiles.insert(profile)
            store.feeds.follow(profile.team_id, CHANNEL, profile.id)
        store.updates.append(posts)
        for profile in profiles:
            store.profiles.refresh(profile.id)
    store.close()


def a_post(profile: Profile, text: str, **changes: Any) -> Update:
    """Its text is its id, so that it is found again on the network."""
    plain: dict[str, Any] = {
        "id": text.replace("\n", " "),
        "post_id": text,
        "team_id": profile.team_id,
        "profile_id": profile.id,
        "service": "local",
        "text": text,
        "state": State.SCHEDULED if "scheduled_at" in changes else State.QUEUED,
        "created_at": MONDAY,
        "updated_at": MONDAY,
        "user_id": ADA.user_id,
        "via": "slack",
    }
    return Update(**(plain | changes))
