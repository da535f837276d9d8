"""Words from Slack threads on their way to become comments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from buffer.model import Reply, ReplyState, Topic
from storage import rows
from storage.sqlite.database import Database

_COLUMNS = "id, team_id, update_id, interaction_id, text, user_id, channel, ts, state, service_id, error, created_at"
_ROW = f"SELECT {_COLUMNS}, owner FROM replies"
_PROFILE = (
    "ifnull((SELECT profile_id FROM updates WHERE id = replies.update_id),"
    " (SELECT profile_id FROM interactions WHERE id = replies.interaction_id))"
)
_OF_SERVICE = f"{_PROFILE} IN (SELECT id FROM profiles WHERE service = ?)"


class Replies:
    """One per Slack message. Every step is conditional on the state, and where it matters the owner, before it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def insert(self, reply: Reply) -> bool:
        """False if this Slack message has one already."""
        with self._db.transaction():
            self._db.touch(Topic.REPLIES)
            return bool(
                self._db.changed(
                    f"INSERT INTO replies ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (channel, ts) WHERE ts <> '' DO NOTHING",
                    (
                        reply.id,
                        reply.team_id,
                        reply.update_id or None,
                        reply.interaction_id,
                        reply.text,
                        reply.user_id,
                        reply.channel,
                        reply.ts,
                        reply.state,
                        reply.service_id,
                        reply.error,
                        reply.created_at.timestamp(),
                    ),
                )
            )

    def get(self, team_id: str, reply_id: str) -> Reply | None:
        row = self._db.one(f"{_ROW} WHERE id = ? AND team_id = ?", (reply_id, team_id))
        return _reply(row) if row else None

    def by_message(self, channel: str, ts: str) -> Reply | None:
        """The reply made from this Slack message."""
        row = self._db.one(f"{_ROW} WHERE channel = ? AND ts = ? AND ts <> ''", (channel, ts))
        return _reply(row) if row else None

    def move(
        self,
        reply_id: str,
        *,
        expected: Sequence[ReplyState],
        to: ReplyState,
        owner: str = "",
        service_id: str = "",
        error: str = "",
        text: str | None = None,
    ) -> bool:
        """One conditional step; False if it was not in an expected state."""
        states = ", ".join(f"'{state}'" for state in expected)
        with self._db.transaction():
            self._db.touch(Topic.REPLIES)
            return bool(
                self._db.changed(
                    "UPDATE replies SET state = ?, owner = ?, service_id = ?, error = ?, text = ifnull(?, text)"
                    f" WHERE id = ? AND state IN ({states})",
                    (to, owner, service_id, error, text, reply_id),
                )
            )

    def edited(self, reply_id: str, text: str) -> None:
        """The comment says this now."""
        with self._db.transaction():
            self._db.execute("UPDATE replies SET text = ? WHERE id = ?", (text, reply_id))

    def take_over(self, reply_id: str, *, owner: str, from_owner: str) -> bool:
        """Go on with one that somebody dead left on the wire. False if somebody else was first."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE replies SET owner = ? WHERE id = ? AND state = 'sending' AND owner = ?",
                    (owner, reply_id, from_owner),
                )
            )

    def put_off(self, reply_id: str, *, to: ReplyState, until: datetime) -> bool:
        """From the wire back to waiting, or (`to` sending) left there without an owner; nobody touches it before."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE replies SET state = ?, owner = '', not_before = ? WHERE id = ? AND state = 'sending'",
                    (to, until.timestamp(), reply_id),
                )
            )

    def waiting(self, service: str, now: datetime, *, limit: int) -> list[Reply]:
        """Those for this network whose time has come, oldest first."""
        found = self._db.all(
            f"{_ROW} WHERE state = 'waiting' AND not_before <= ? AND {_OF_SERVICE}"
            " ORDER BY created_at, rowid LIMIT ?",
            (now.timestamp(), service, limit),
        )
        return [_reply(row) for row in found]

    def sending(self, service: str, now: datetime) -> list[tuple[Reply, str]]:
        """Those on the wire, with their owners, but for what was put off."""
        found = self._db.all(
            f"{_ROW} WHERE state = 'sending' AND not_before <= ? AND {_OF_SERVICE} ORDER BY created_at, rowid",
            (now.timestamp(), service),
        )
        return [(_reply(row), row["owner"]) for row in found]

    def are_ours(self, profile_id: str, service_id: str) -> bool:
        """Whether a comment with this id on the network is one of these."""
        found = self._db.one(
            f"SELECT 1 FROM replies WHERE service_id = ? AND service_id <> '' AND {_PROFILE} = ?",
            (service_id, profile_id),
        )
        return found is not None


def _reply(row: Any) -> Reply:
    return Reply(
        id=row["id"],
        team_id=row["team_id"],
        update_id=row["update_id"] or "",
        interaction_id=row["interaction_id"],
        text=row["text"],
        user_id=row["user_id"],
        channel=row["channel"],
        ts=row["ts"],
        state=ReplyState(row["state"]),
        service_id=row["service_id"],
        error=row["error"],
        created_at=rows.instant(row["created_at"]),
    )
