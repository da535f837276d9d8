"""A database that is written to, copied while everybody stands still: the file, its log, and where the log stood.

The log's format is that of sqlite.org/walformat.html (2026-11).
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from buffer.errors import Busy
from buffer.sender import Crew, Sender
from rig.forks import ended, fork
from rig.life import inline
from rig.network import Wire
from rig.world import SECOND, World, a_post
from storage import SqliteStore
from storage.owners import Owner, folder_beside

HEADER, FRAME_HEADER, INDEX_HEADER = 32, 24, 48
PENDING = 40
LIFETIME = 600


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Where a log stands, by its index in shared memory: its generation, its frames, and how many of them a checkpoint
    has begun to bring home."""

    salt: bytes
    frames: int
    brought_home: int

    @classmethod
    def of(cls, world: World) -> Mark:
        while True:
            raw = (world.folder / "buffer.db-shm").read_bytes()[:136]
            if raw[:INDEX_HEADER] == raw[INDEX_HEADER : 2 * INDEX_HEADER]:
                break  # else somebody is writing it
        (frames,) = struct.unpack_from("I", raw, 16)
        (done,), (begun,) = struct.unpack_from("I", raw, 96), struct.unpack_from("I", raw, 128)
        return cls(salt=raw[32:40], frames=frames, brought_home=max(done, begun))


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The files as they were, and what had been told to be sent by then."""

    folder: Path
    mark: Mark
    told: Sequence[tuple[str, Mark]]

    @classmethod
    def of(cls, world: World) -> Copy:
        folder = world.folder / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("buffer.db", "buffer.db-wal"):
            shutil.copy(world.folder / name, folder)
        return cls(folder=folder, mark=Mark.of(world), told=_told(world))

    def __len__(self) -> int:
        return (self.folder / "buffer.db-wal").stat().st_size

    def end_of(self, frames: int) -> int:
        return HEADER + frames * self._frame

    @property
    def first_cut(self) -> int:
        """What was brought home had been synced before, so that no power failure takes it."""
        if self._head[16:24] != self.mark.salt:  # all is home, and a new generation not begun
            return len(self)
        return min(len(self), self.end_of(self.mark.brought_home))

    def kept_for_certain(self, length: int) -> set[str]:
        """What was told to be sent, and lies in the database or in this much of the log."""
        frames = max(0, length - HEADER) // self._frame
        return {
            id for id, then in self.told if then.salt != self.mark.salt or then.frames <= frames
        }

    def cut(self, length: int) -> Path:
        """A folder with the database and this much of its log."""
        place = self.folder / "cut"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name in ("buffer.db", "buffer.db-wal"):
            shutil.copy(self.folder / name, place)
        os.truncate(place / "buffer.db-wal", length)
        return place

    @property
    def _head(self) -> bytes:
        with (self.folder / "buffer.db-wal").open("rb") as log:
            return log.read(HEADER)

    @property
    def _frame(self) -> int:
        return FRAME_HEADER + int.from_bytes(self._head[8:12], "big")


# -- those who write


@contextmanager
def written_to(world: World, pages: int) -> Iterator[Callable[[], AbstractContextManager[Copy]]]:
    """Two senders and one who adds, for as long as it takes; a checkpoint after so many `pages`. Gives what makes a
    copy, within which they stand still."""
    works = [partial(work, world, pages) for work in (_sends, _sends, _adds)]
    children = [fork(work, lifetime=LIFETIME) for work in works]
    time.sleep(0.3)
    try:
        yield lambda: _copied(world, children)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        assert [ended(child) for child in children] == ["killed"] * len(children)


@contextmanager
def _copied(world: World, children: Sequence[int]) -> Iterator[Copy]:
    for child in children:
        os.kill(child, signal.SIGSTOP)
    for child in children:
        os.waitpid(child, os.WUNTRACED)
    try:
        yield Copy.of(world)
    finally:
        for child in children:
            os.kill(child, signal.SIGCONT)


def _sends(world: World, pages: int) -> None:
    store = _opened(world, pages)
    owner = Owner.take(folder_beside(store.database.path))
    _listen(Told(world))
    wire = Wire(world.url, world.certainty, store, world.clock)
    crew = Crew(submit={"local": inline}, size=3)
    sender = Sender(store, {"local": wire}, crew, owner=owner, clock=world.clock)
    while True:
        try:
            is_more = sender.tick(world.clock())
        except Busy:
            continue
        if not is_more:
            time.sleep(0.002)
            world.settles()
            world.clock.moves_to(world.clock() + SECOND)


def _adds(world: World, pages: int) -> None:
    store = _opened(world, pages)
    profiles = store.profiles.all()
    for number in count():
        while _pending(store) > PENDING:
            time.sleep(0.002)
        profile = profiles[number % len(profiles)]
        with store.transaction():
            store.updates.append([a_post(profile, f"post-{number}", share_at=world.clock())])
            store.profiles.refresh(profile.id)


def _opened(world: World, pages: int) -> SqliteStore:
    store = world.opened()
    store.database.execute(f"PRAGMA wal_autocheckpoint = {pages}")
    return store


def _pending(store: SqliteStore) -> int:
    row = store.database.one("SELECT sum(pending_n) FROM profiles")
    assert row
    return int(row[0])


def _listen(handler: logging.Handler) -> None:
    logging.disable(logging.NOTSET)
    sender = logging.getLogger("sender")
    sender.propagate = False
    sender.setLevel(logging.INFO)
    sender.addHandler(handler)


class Told(logging.Handler):
    """What anybody could read in the log of a sender: sent; and where the database's own log stood then."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._file = os.open(world.folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "sent":
            mark = Mark.of(self._world)
            line = f"{vars(record)['update']} {mark.salt.hex()} {mark.frames}\n"
            os.write(self._file, line.encode())


def _told(world: World) -> list[tuple[str, Mark]]:
    lines = (world.folder / "told").read_text().splitlines()
    return [
        (id, Mark(salt=bytes.fromhex(salt), frames=int(frames), brought_home=0))
        for id, salt, frames in (line.split(" ") for line in lines)
    ]
