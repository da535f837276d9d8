"""What the bot still has to say in Slack, and what it said. Lines of one target are said in the order written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from buffer.model import Notice, NoticeKind, Topic
from storage import rows
from storage.sqlite.database import Database

_ROW = (
    "SELECT id, team_id, kind, subject, target, created_at, tries, ts, channel, owner FROM outbox"
)

_AS_IT_STANDS = (NoticeKind.CARD_CHANGED, NoticeKind.COMMENT_CHANGED)

# Walks from target to target through the index, whatever the number of lines behind each.
_FIRST_LINES = """
    WITH RECURSIVE targets (target) AS (
        SELECT min(target) FROM outbox WHERE state IN ('waiting', 'wire')
        UNION ALL
        SELECT (SELECT min(target) FROM outbox WHERE state IN ('waiting', 'wire') AND target > targets.target)
        FROM targets WHERE target IS NOT NULL
    )
    SELECT (SELECT min(rowid) FROM outbox WHERE state IN ('waiting', 'wire') AND target = targets.target)
    FROM targets WHERE target IS NOT NULL
"""


class Outbox:
    """A line is waiting, on the wire, posted, or given up; each step is conditional on the one before."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, notice: Notice, *, hold_until: datetime | None = None) -> None:
        """Write a line. A waiting CARD_CHANGED or COMMENT_CHANGED of the same subject and target is not written twice.
        One that is held keeps no other of its target waiting."""
        now = notice.created_at.timestamp()
        with self._db.transaction():
            if notice.kind in _AS_IT_STANDS and self._is_waiting(notice):
                return
            self._db.execute(
                "INSERT INTO outbox (id, team_id, kind, subject, target, state, created_at, not_before)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    notice.id,
                    notice.team_id,
                    notice.kind,
                    notice.subject,
                    notice.target,
                    "held" if hold_until else "waiting",
                    now,
                    hold_until.timestamp() if hold_until else now,
                ),
            )
            self._db.touch(Topic.OUTBOX)

    def hold(self, target: str, until: datetime) -> None:
        """What is held for a target is from now on held until then."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE outbox SET not_before = ? WHERE state = 'held' AND target = ?",
                (until.timestamp(), target),
            )

    def wake(self, now: datetime) -> None:
        """What was held until now waits like the others."""
        if self._db.one(
            "SELECT 1 FROM outbox WHERE state = 'held' AND not_before <= ?", (now.timestamp(),)
        ):
            with self._db.transaction():
                self._db.execute(
                    "UPDATE outbox SET state = 'waiting' WHERE state = 'held' AND not_before <= ?",
                    (now.timestamp(),),
                )
                self._db.touch(Topic.OUTBOX)

    def waiting(self, now: datetime, *, limit: int) -> list[Notice]:
        """The first line of each target, unless it is on the wire or put off; at most `limit` of them."""
        found = self._db.all(
            f"{_ROW} WHERE rowid IN ({_FIRST_LINES}) AND state = 'waiting' AND not_before <= ?"
            " ORDER BY rowid LIMIT ?",
            (now.timestamp(), limit),
        )
        return [_notice(row) for row in found]

    def to_wire(self, notice: Notice, *, owner: str, now: datetime) -> bool:
        """waiting → wire. False if somebody else has it."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE outbox SET state = 'wire', owner = ?, wire_at = ? WHERE id = ? AND state = 'waiting'",
                    (owner, now.timestamp(), notice.id),
                )
            )

    def posted(self, notice: Notice, *, channel: str, ts: str, now: datetime) -> None:
        """wire → posted."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE outbox SET state = 'posted', channel = ?, ts = ?, ended_at = ? WHERE id = ? AND state = 'wire'",
                (channel, ts, now.timestamp(), notice.id),
            )

    def put_off(self, notice: Notice, *, until: datetime, reason: str) -> None:
        """Not now: the line, and those of its target behind it, wait until then."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE outbox SET state = 'waiting', owner = '', tries = tries + 1, not_before = ?, reason = ?"
                " WHERE id = ? AND state IN ('waiting', 'wire')",
                (until.timestamp(), reason, notice.id),
            )

    def give_up(self, notice: Notice, *, reason: str, now: datetime) -> None:
        """It is never said."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE outbox SET state = 'given_up', reason = ?, ended_at = ?"
                " WHERE id = ? AND state IN ('waiting', 'wire')",
                (reason, now.timestamp(), notice.id),
            )

    def on_wire(self) -> list[tuple[Notice, str]]:
        """Lines whose posting was begun and not ended, with their owners, oldest first."""
        found = self._db.all(f"{_ROW} WHERE state = 'wire' ORDER BY wire_at, rowid")
        return [(_notice(row), row["owner"]) for row in found]

    def said(self, kind: NoticeKind, subject: str, channel: str) -> Notice | None:
        """The line of this kind about a subject in a channel, once posted."""
        row = self._db.one(
            f"{_ROW} WHERE subject = ? AND kind = ? AND state = 'posted' AND ? IN (channel, target)"
            " ORDER BY rowid DESC LIMIT 1",
            (subject, kind, channel),
        )
        return _notice(row) if row else None

    def lines(self, kind: NoticeKind, subject: str) -> list[Notice]:
        """All lines of this kind about a subject, those still to be posted too."""
        found = self._db.all(
            f"{_ROW} WHERE subject = ? AND kind = ? AND state <> 'given_up' ORDER BY rowid",
            (subject, kind),
        )
        return [_notice(row) for row in found]

    def digests(self, update_id: str) -> list[Notice]:
        """All digests of what was answered to an update, those still to be posted too."""
        found = self._db.all(
            f"{_ROW} WHERE subject > ? AND subject < ? AND kind = ? AND state <> 'given_up' ORDER BY rowid",
            (f"{update_id}\n", f"{update_id}\v", NoticeKind.DIGEST),
        )
        return [_notice(row) for row in found]

    def by_message(self, channel: str, ts: str) -> Notice | None:
        """What the bot said there."""
        row = self._db.one(f"{_ROW} WHERE channel = ? AND ts = ? AND ts <> ''", (channel, ts))
        return _notice(row) if row else None

    def _is_waiting(self, notice: Notice) -> bool:
        found = self._db.one(
            "SELECT 1 FROM outbox WHERE subject = ? AND kind = ? AND target = ? AND state IN ('held', 'waiting')",
            (notice.subject, notice.kind, notice.target),
        )
        return found is not None


def _notice(row: Any) -> Notice:
    return Notice(
        id=row["id"],
        team_id=row["team_id"],
        kind=NoticeKind(row["kind"]),
        subject=row["subject"],
        target=row["target"],
        created_at=rows.instant(row["created_at"]),
        tries=row["tries"],
        ts=row["ts"],
        channel=row["channel"],
    )
