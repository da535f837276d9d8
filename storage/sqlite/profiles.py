"""Accounts, and when each has something to send next."""

from __future__ import annotations

import json
from datetime import datetime

from buffer import slots
from buffer.model import Profile, Topic
from storage import rows
from storage.sqlite.database import Database

_ROW = f"SELECT {rows.PROFILE} FROM profiles"
_FEW = 20


class Profiles:
    """`next_due` is all the sender looks at: one indexed number per profile, however long its queue is."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def insert(self, profile: Profile) -> None:
        marks = ", ".join("?" * len(rows.profile_values(profile)))
        with self._db.transaction():
            self._db.execute(
                f"INSERT INTO profiles ({rows.PROFILE}) VALUES ({marks})",
                rows.profile_values(profile),
            )

    def get(self, team_id: str, profile_id: str) -> Profile | None:
        row = self._db.one(f"{_ROW} WHERE id = ? AND team_id = ?", (profile_id, team_id))
        return rows.profile(row) if row else None

    def of_team(self, team_id: str) -> list[Profile]:
        """Oldest first."""
        found = self._db.all(f"{_ROW} WHERE team_id = ? ORDER BY created_at, rowid", (team_id,))
        return [rows.profile(row) for row in found]

    def of_account(self, team_id: str, service: str, service_id: str) -> Profile | None:
        """The team's profile for an account on a network, connected or not."""
        row = self._db.one(
            f"{_ROW} WHERE team_id = ? AND service = ? AND service_id = ?",
            (team_id, service, service_id),
        )
        return rows.profile(row) if row else None

    def all(self) -> list[Profile]:
        return [rows.profile(row) for row in self._db.all(f"{_ROW} ORDER BY created_at, rowid")]

    def save(self, profile: Profile) -> None:
        """Write everything but the counts, and refresh `next_due`. The cursor never moves back."""
        with self._db.transaction():
            before = find(self._db, profile.id)
            names = rows.PROFILE.removesuffix(", cursor").split(", ")[1:]
            columns = ", ".join(f"{name} = ?" for name in names)
            self._db.execute(
                f"UPDATE profiles SET {columns}, cursor = max(cursor, ?) WHERE id = ?",
                (*rows.profile_values(profile)[1:], profile.id),
            )
            if (before.schedules, before.timezone) != (profile.schedules, profile.timezone):
                self._pin(profile)
            self.refresh(profile.id)

    def realign(self) -> None:
        """Find all slots anew. Call at the start: the rules of a zone may have changed since the last."""
        for profile in self.all():
            with self._db.transaction():
                self._pin(profile)
                self.refresh(profile.id)

    def refresh(self, profile_id: str) -> None:
        """Recompute `next_due`, in the transaction of whatever may have changed it."""
        with self._db.transaction():
            due = self._next_due(find(self._db, profile_id))
            if self._db.changed(
                "UPDATE profiles SET next_due = :due WHERE id = :id AND next_due IS NOT :due",
                {"due": due, "id": profile_id},
            ):
                self._db.touch(Topic.DUE)

    def due(self, now: datetime) -> list[Profile]:
        """Those that have something to send, the longest overdue first."""
        found = self._db.all(
            f"{_ROW} WHERE next_due IS NOT NULL AND next_due <= ? ORDER BY next_due",
            (now.timestamp(),),
        )
        return [rows.profile(row) for row in found]

    def next_due(self) -> datetime | None:
        row = self._db.one("SELECT min(next_due) FROM profiles WHERE next_due IS NOT NULL")
        return rows.maybe_instant(row[0]) if row else None

    def ending(self, before: datetime) -> list[Profile]:
        """Connected ones whose login is known to end before."""
        found = self._db.all(
            f"{_ROW} WHERE expires_at <= ? AND disconnected = 0", (before.timestamp(),)
        )
        return [rows.profile(row) for row in found]

    def _next_due(self, profile: Profile) -> float | None:
        if profile.paused:
            return None
        row = self._db.one(
            """SELECT
            (SELECT min(share_at) FROM updates
                WHERE profile_id = :id AND share_at IS NOT NULL AND state IN ('queued', 'scheduled')),
            (SELECT min(scheduled_at) FROM updates
                WHERE profile_id = :id AND state = 'scheduled' AND share_at IS NULL),
            (SELECT waiting_n FROM profiles WHERE id = :id)""",
            {"id": profile.id},
        )
        assert row
        shared, scheduled, waiting = row
        head = self._head(profile) if waiting else None
        return min((each for each in (shared, scheduled, head) if each is not None), default=None)

    def _head(self, profile: Profile) -> float | None:
        """The first free slot after the cursor. A few pinned updates are enough to know it, but for rare queues."""
        cursor = profile.cursor.timestamp()
        due = None
        for limit in (_FEW, -1):
            taken = pinned(self._db, profile, limit=limit)
            due = slots.of_profile(profile).free(0, after=cursor, taken=taken)
            if len(taken) != limit or due is None or due < taken[-1]:
                break
        return due

    def _pin(self, profile: Profile) -> None:
        table = slots.of_profile(profile)
        found = self._db.all(
            "SELECT rowid, scheduled_at, pinned FROM updates WHERE profile_id = ? AND state = 'scheduled'",
            (profile.id,),
        )
        for row, at, was in found:
            if table.is_slot(at) != was:
                self._db.execute("UPDATE updates SET pinned = ? WHERE rowid = ?", (not was, row))


def find(db: Database, profile_id: str) -> Profile:
    """A profile that exists: none is ever deleted."""
    row = db.one(f"{_ROW} WHERE id = ?", (profile_id,))
    assert row
    return rows.profile(row)


def pinned(db: Database, profile: Profile, *, limit: int = -1) -> list[float]:
    """Slots after the cursor that scheduled updates take, in order; two on the same slot take one."""
    row = db.one(
        "SELECT json_group_array(CAST(at AS INTEGER)) FROM (SELECT DISTINCT scheduled_at AS at FROM updates"
        " WHERE profile_id = ? AND state = 'scheduled' AND share_at IS NULL AND pinned = 1 AND scheduled_at > ?"
        " ORDER BY scheduled_at LIMIT ?)",
        (profile.id, profile.cursor.timestamp(), limit),
    )
    found: list[float] = json.loads(row[0]) if row else []
    return found
