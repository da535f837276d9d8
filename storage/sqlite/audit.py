"""Who did what, when. Written with every change, never changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from buffer.model import Actor
from storage.sqlite.database import Database


class Audit:
    """One line per change; `detail` is anything JSON can say, never the text of an update."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def write(
        self, actor: Actor, verb: str, subject: str, now: datetime, detail: Any = None
    ) -> None:
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO audit (at, team_id, user_id, via, verb, subject, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    now.timestamp(),
                    actor.team_id,
                    actor.user_id,
                    actor.via,
                    verb,
                    subject,
                    "" if detail is None else json.dumps(detail),
                ),
            )
