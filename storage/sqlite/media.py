"""Media files by content: the bytes in a folder beside the database, a row for every use of them."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from buffer.errors import Busy, Refused
from buffer.model import Stored, new_id
from storage.sqlite.database import DISK_FULL, Database

_ROW = "SELECT id, team_id, type, bytes, width, height FROM media"
_NEEDED = """
    SELECT json_extract(file.value, '$.id') FROM updates, json_each(updates.media, '$.files') AS file
    WHERE updates.media <> '{}' AND (updates.state <> 'sent' OR updates.sent_at > :before)
"""


class MediaFiles:
    """A file is written, and synced, before its row is: a row without its file is never seen."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._memory: dict[str, bytes] = {}
        self._folder = None if db.path == ":memory:" else folder_of(Path(db.path))

    def keep(
        self, team_id: str, content: bytes, *, type: str, size: tuple[int, int], now: datetime
    ) -> Stored:
        """Keep these bytes; `size` is in pixels. Raises Busy where the disk takes them not now."""
        digest, (width, height) = hashlib.sha256(content).hexdigest(), size
        self._write(digest, content)
        stored = Stored(
            id=new_id(now),
            team_id=team_id,
            type=type,
            bytes=len(content),
            width=width,
            height=height,
        )
        with self._db.transaction():
            if not self._has(digest):  # a sweep came between
                self._write(digest, content)
            self._db.execute(
                "INSERT INTO media (id, team_id, sha256, type, bytes, width, height, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (stored.id, team_id, digest, type, len(content), width, height, now.timestamp()),
            )
        return stored

    def get(self, file_id: str) -> Stored | None:
        row = self._db.one(f"{_ROW} WHERE id = ?", (file_id,))
        return Stored(**dict(row)) if row else None

    def read(self, file_id: str) -> bytes:
        """Raises Refused when it is gone, Busy where the disk does not give it now."""
        row = self._db.one("SELECT sha256 FROM media WHERE id = ?", (file_id,))
        try:
            if row is None:
                raise FileNotFoundError
            return self._read(row[0])
        except (FileNotFoundError, KeyError) as error:
            raise Refused("The picture is no longer here: attach it again.") from error
        except OSError as error:
            raise Busy(f"A picture cannot be read: {error.strerror}.") from error

    def sweep(self, before: datetime) -> int:
        """Delete those kept before that no waiting update needs, and none that was sent since."""
        with self._db.transaction():
            old = self._db.all(
                f"SELECT id, sha256 FROM media WHERE created_at < :before AND id NOT IN ({_NEEDED})",
                {"before": before.timestamp()},
            )
            for file_id, _ in old:
                self._db.execute("DELETE FROM media WHERE id = ?", (file_id,))
            # The lock of this transaction keeps a new use of the same bytes from coming in between.
            for digest in {digest for _, digest in old}:
                if not self._db.one("SELECT 1 FROM media WHERE sha256 = ?", (digest,)):
                    self._delete(digest)
        return len(old)

    def _write(self, digest: str, content: bytes) -> None:
        if self._folder is None:
            self._memory[digest] = content
            return
        path = self._path(digest)
        part = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise Busy(
                DISK_FULL if is_full else f"A file cannot be written: {error.strerror}."
            ) from error

    def _has(self, digest: str) -> bool:
        return digest in self._memory if self._folder is None else self._path(digest).exists()

    def _read(self, digest: str) -> bytes:
        return self._memory[digest] if self._folder is None else self._path(digest).read_bytes()

    def _delete(self, digest: str) -> None:
        if self._folder is None:
            self._memory.pop(digest, None)
        else:
            self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        assert self._folder
        return self._folder / digest[:2] / digest


def folder_of(database: Path) -> Path:
    """Where the files of this database are."""
    return database.with_suffix(".media")
