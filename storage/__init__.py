"""Where everything is kept. Knows rows and SQL, no Slack and no network."""

from __future__ import annotations

from pathlib import Path

from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore


def open_store(url: str, *, patience: float = 2.0) -> SqliteStore:
    """Open the database of a DATABASE_URL: `sqlite:///path`, or `sqlite://` for one in memory.

    `patience` is how many seconds to wait for a locked one. Raises ValueError, a sentence, for any other URL.
    """
    scheme, _, path = url.partition("://")
    if scheme != "sqlite" or (path and not path.startswith("/")) or path == "/":
        raise ValueError(
            f"DATABASE_URL must be sqlite:///path/to/file.db (or sqlite:////absolute/path), not “{url}”."
        )
    if not path:
        return SqliteStore(Database(":memory:", patience=patience))
    file = Path(path[1:])
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteStore(Database(str(file), patience=patience))


__all__ = ["SqliteStore", "open_store"]
