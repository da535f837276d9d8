"""Dedupe keys: what each request did, so that a repeat does nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from storage.sqlite.database import Database


class Requests:
    """What a request did is told again to whoever repeats it, until it is swept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def answered(self, key: str) -> list[str] | None:
        """The ids the first call with this key returned; None if there was none."""
        row = self._db.one("SELECT ids FROM requests WHERE key = ?", (key,))
        return [str(each) for each in json.loads(row[0])] if row else None

    def record(self, key: str, ids: Sequence[str], now: datetime) -> None:
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO requests (key, ids, at) VALUES (?, ?, ?)",
                (key, json.dumps(list(ids)), now.timestamp()),
            )

    def sweep(self, before: datetime) -> None:
        """Forget those made before."""
        with self._db.transaction():
            self._db.execute("DELETE FROM requests WHERE at < ?", (before.timestamp(),))
