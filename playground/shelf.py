"""Keeps small JSON documents and files in one SQLite file. Knows nothing of what they mean."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS things (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS bytes (id TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class Shelf:
    """Written through at once, so that a kill -9 loses nothing. One caller at a time: lock it."""

    def __init__(self, path: str) -> None:
        """Raises ValueError, a sentence, for a place that cannot be used."""
        try:
            if path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(SCHEMA)
        except (OSError, sqlite3.DatabaseError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise ValueError(f"{path} cannot be used for the playground ({why}).") from error

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written inside is kept as a whole or not at all. Nests."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def put(self, kind: str, id: str, body: object) -> None:
        text = json.dumps(body, ensure_ascii=False)
        self._db.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?)", (kind, id, text))

    def drop(self, kind: str, id: str) -> None:
        self._db.execute("DELETE FROM things WHERE kind = ? AND id = ?", (kind, id))

    def all(self, kind: str) -> dict[str, Any]:
        rows = self._db.execute("SELECT id, body FROM things WHERE kind = ? ORDER BY id", (kind,))
        return {id: json.loads(body) for id, body in rows}

    def put_bytes(self, id: str, body: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO bytes VALUES (?, ?)", (id, body))

    def bytes_of(self, id: str) -> bytes | None:
        row = self._db.execute("SELECT body FROM bytes WHERE id = ?", (id,)).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        self._db.close()
