"""The Slack workspace this database serves. One for now; rows carry its id all the same."""

from __future__ import annotations

from datetime import datetime

from buffer.errors import Code, Refused
from buffer.model import PLAYGROUND_TEAM, UNBOUND, Team
from storage.sqlite.database import Database

_CARRIERS = ("profiles", "updates", "interactions", "replies", "media", "tokens", "audit")


class Teams:
    """Rows made before a workspace is connected belong to UNBOUND and are handed over when one is."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def current(self) -> Team | None:
        """The workspace this database is bound to, if any."""
        row = self._db.one("SELECT id, name, bot_id, bot_user_id FROM teams")
        return Team(**dict(row)) if row else None

    def bind(self, team: Team, now: datetime) -> None:
        """Serve this workspace from now on, or renew what is known of it.

        Trying the playground first binds to nothing: a real workspace takes its queue over, but not its channels.
        Raises Refused when the database belongs to another real workspace.
        """
        with self._db.transaction():
            before = self.current()
            if before and before.id not in (team.id, PLAYGROUND_TEAM):
                raise Refused(
                    f"This database belongs to the Slack workspace “{before.name or before.id}”. "
                    f"Give “{team.name or team.id}” a DATABASE_URL of its own.",
                    Code.FORBIDDEN,
                )
            self._db.execute("DELETE FROM teams")
            self._db.execute(
                "INSERT INTO teams (id, name, bot_id, bot_user_id, bound_at) VALUES (?, ?, ?, ?, ?)",
                (team.id, team.name, team.bot_id, team.bot_user_id, now.timestamp()),
            )
            if before is None or before.id != team.id:
                self._hand_over(before.id if before else UNBOUND, team.id)

    def _hand_over(self, old: str, new: str) -> None:
        for table in _CARRIERS:
            self._db.execute(f"UPDATE {table} SET team_id = ? WHERE team_id = ?", (new, old))
        for table in (
            "feeds",
            "channels",
            "outbox",
            "memos",
        ):  # these name channels and people of the old workspace
            self._db.execute(f"DELETE FROM {table}")
