"""Small JSON values under a name, until they expire."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from storage import rows
from storage.sqlite.database import Database


class Memos:
    """What must outlive the process but is nobody's column."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, name: str, value: Any, *, until: datetime | None = None) -> None:
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO memos (name, value, until) VALUES (?, ?, ?)",
                (name, json.dumps(value), rows.seconds(until)),
            )

    def recall(self, name: str, now: datetime) -> Any:
        """None if there is none, or it has expired."""
        row = self._db.one(
            "SELECT value FROM memos WHERE name = ? AND (until IS NULL OR until > ?)",
            (name, now.timestamp()),
        )
        return json.loads(row[0]) if row else None

    def forget(self, name: str) -> None:
        with self._db.transaction():
            self._db.execute("DELETE FROM memos WHERE name = ?", (name,))

    def names(self, prefix: str) -> list[str]:
        """All that begin so, in alphabetical order."""
        found = self._db.all(
            "SELECT name FROM memos WHERE name >= ? AND substr(name, 1, ?) = ? ORDER BY name",
            (prefix, len(prefix), prefix),
        )
        return [name for (name,) in found]

    def sweep(self, now: datetime) -> None:
        """Delete what has expired."""
        with self._db.transaction():
            self._db.execute("DELETE FROM memos WHERE until <= ?", (now.timestamp(),))
