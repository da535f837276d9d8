"""Where everything is kept. Knows rows and SQL, no Slack and no network."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore
from storage.vault import Vault, new_key

_UNUSABLE = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
)


def open_store(url: str, *, keys: Sequence[str] = (), patience: float = 2.0) -> SqliteStore:
    """Open the database of a DATABASE_URL: `sqlite:///path`, or `sqlite://` for one in memory.

    `keys` seal what is secret, the first of them everything new; without any they are in a file beside the database,
    which is made if need be. `patience` is how many seconds to wait for a locked database. Raises ValueError, a
    sentence, for any other URL, for a key that is none, and for a file that cannot be a database.
    """
    file = file_of(url)
    if file is None:
        return SqliteStore(Database(":memory:", patience=patience), Vault(keys or [new_key()]))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        vault = Vault(keys) if keys else Vault(file=key_file(file))
        return SqliteStore(Database(str(file), patience=patience), vault)
    except OSError as error:
        raise ValueError(
            f"{error.filename or file} cannot be made or written ({error.strerror}): "
            "set DATABASE_URL to a place that can."
        ) from error
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _UNUSABLE:
            raise
        raise ValueError(
            f"{file} cannot be used ({error}): set DATABASE_URL to another file, or restore a backup."
        ) from error


def key_file(database: Path) -> Path:
    """Where the keys of this database are kept, if SECRET_KEY does not hold them."""
    return database.with_suffix(".key")


def file_of(url: str) -> Path | None:
    """The database file of a DATABASE_URL; None for one in memory. Raises ValueError, a sentence."""
    scheme, _, path = url.partition("://")
    if scheme != "sqlite" or (path and not path.startswith("/")) or path == "/":
        raise ValueError(
            f"DATABASE_URL must be sqlite:///path/to/file.db (or sqlite:////absolute/path), not “{url}”."
        )
    return Path(path[1:]) if path else None


__all__ = ["SqliteStore", "file_of", "key_file", "open_store"]
