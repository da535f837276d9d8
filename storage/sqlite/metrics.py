"""What a monitor wants to know, without counting rows where there may be a million."""

from __future__ import annotations

from datetime import datetime

from buffer.model import Lateness, State
from storage.sqlite.database import Database


class Metrics:
    """Figures over all teams."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def states(self) -> dict[State, int]:
        """How many updates are in each state. Those on which an index is partial are counted through it."""
        row = self._db.one(
            """SELECT ifnull(sum(pending_n), 0), ifnull(sum(sent_n), 0),
            (SELECT count(*) FROM updates WHERE state = 'scheduled' AND share_at IS NULL)
                + (SELECT count(*) FROM updates
                    WHERE share_at IS NOT NULL AND state IN ('queued', 'scheduled') AND +state = 'scheduled'),
            (SELECT count(*) FROM updates WHERE state = 'sending') FROM profiles"""
        )
        assert row
        pending, sent, scheduled, sending = row
        counted = {
            State.QUEUED: pending - scheduled,
            State.SCHEDULED: scheduled,
            State.SENDING: sending,
        }
        problems = self._db.all(
            "SELECT state, count(*) FROM updates WHERE state IN ('failed', 'unconfirmed', 'missed') GROUP BY state"
        )
        found = {State(state): n for state, n in problems}
        held = {
            each: found.get(each, 0) for each in (State.FAILED, State.UNCONFIRMED, State.MISSED)
        }
        return counted | {State.SENT: sent} | held

    def overdue(self, now: datetime) -> float:
        """Seconds since the oldest update that should be out by now was due; 0 when there is none."""
        row = self._db.one("SELECT min(next_due) FROM profiles WHERE next_due IS NOT NULL")
        due = row[0] if row else None
        return 0.0 if due is None else max(0.0, now.timestamp() - due)

    def lateness(self) -> list[Lateness]:
        """By upper bound, rising; the last one's is infinite."""
        found = self._db.all("SELECT le, n, seconds FROM lateness ORDER BY le")
        return [Lateness(until=le, count=n, seconds=seconds) for le, n, seconds in found]

    def waiting(self) -> dict[str, int]:
        """What waits for the worker: lines for Slack, replies for networks, jobs."""
        row = self._db.one(
            """SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting'),
            (SELECT count(*) FROM replies WHERE state IN ('waiting', 'sending') AND +state = 'waiting'),
            (SELECT count(*) FROM jobs WHERE state = 'waiting')"""
        )
        assert row
        return dict(zip(("outbox", "replies", "jobs"), row, strict=True))


def note_lateness(db: Database, seconds: float) -> None:
    """Count one update that was claimed so late, in the transaction of its claim."""
    db.execute(
        "UPDATE lateness SET n = n + 1, seconds = seconds + :late"
        " WHERE le = (SELECT min(le) FROM lateness WHERE le >= :late)",
        {"late": max(0.0, seconds)},
    )
