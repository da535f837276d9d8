"""Who is alive: every process holds a file lock under its own name, which the system frees at its death."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path

_HERE: set[str] = set()
"""The owners of stores in memory: nobody outside this process can see those."""


def folder_beside(database: str) -> Path | None:
    """Where the owners of this database file keep their locks; None for one in memory."""
    return None if database == ":memory:" else Path(database).absolute().parent / "locks"


class Owner:
    """A process (or one of several senders in it) that claims work and can be told dead from slow."""

    def __init__(self, id: str, folder: Path | None, lock: int | None) -> None:
        self.id = id
        self._folder = folder
        self._lock = lock

    @classmethod
    def take(cls, folder: Path | None) -> Owner:
        """Become a new owner, and sweep away the files of dead ones."""
        id = f"{os.getpid()}-{secrets.token_hex(6)}"
        if folder is None:
            _HERE.add(id)
            return cls(id, None, None)
        folder.mkdir(parents=True, exist_ok=True)
        owner = cls(id, folder, _locked(folder / id))
        for path in folder.iterdir():
            owner.alive(path.name)
        return owner

    def alive(self, owner_id: str) -> bool:
        """Whether that owner's process still runs. Its file is swept away when it does not."""
        if self._folder is None:
            return owner_id in _HERE
        if not owner_id or owner_id != Path(owner_id).name:
            return False
        return not _swept(self._folder / owner_id)

    def release(self) -> None:
        """Leave in order: whatever is still open is for others to settle."""
        _HERE.discard(self.id)
        if self._folder is not None and self._lock is not None:
            (self._folder / self.id).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None


def _locked(path: Path) -> int:
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Between our open and our lock somebody may have taken the new file for a dead owner's.
        with suppress(FileNotFoundError):
            if os.fstat(lock).st_ino == path.stat().st_ino:
                return lock
        os.close(lock)


def _swept(path: Path) -> bool:
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        # Shared, so that two who ask at once do not take each other for the owner.
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
