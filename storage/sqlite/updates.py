"""Updates: kept in rank order, listed by due time. Due times are computed on read, never kept while pending."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from math import inf
from operator import itemgetter

from buffer import slots
from buffer.model import NATIVE, PENDING, Page, Profile, State, Update
from storage import rows
from storage.sqlite.database import Database
from storage.sqlite.order import IN_LINE, before, behind, place, seek
from storage.sqlite.profiles import find, pinned

_ROW = f"SELECT rowid, rank, {rows.UPDATE} FROM updates"
_OTHERS = """
    SELECT scheduled_at AS due, rowid AS row FROM updates
        WHERE profile_id = :profile AND state = 'scheduled' AND share_at IS NULL
    UNION ALL
    SELECT share_at, rowid FROM updates
        WHERE profile_id = :profile AND share_at IS NOT NULL AND state IN ('queued', 'scheduled')
"""
_NAMES = rows.UPDATE.split(", ")
_FEW = 40
_FIXED = {"id", "post_id", "team_id", "profile_id", "service", "created_at"}


class Updates:
    """Each change is a conditional UPDATE whose number of rows is returned.

    Three kinds are pending: the line (queued, a slot each), those scheduled, and those shared, which go out at their
    `share_at` wherever they stood before.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    # -- reading

    def get(self, team_id: str, update_id: str, *, now: datetime | None = None) -> Update | None:
        """With its due time computed; without `now`, as if nothing were late."""
        with self._db.snapshot():
            found = self._db.all(f"{_ROW} WHERE id = ? AND team_id = ?", (update_id, team_id))
            return next(iter(self._with_due(found, now)), None)

    def find(self, team_id: str, update_id: str) -> Update | None:
        """Cheaper than `get`: one in line comes without its due time."""
        found = self._db.one(f"{_ROW} WHERE id = ? AND team_id = ?", (update_id, team_id))
        return _update(found) if found else None

    def of_post(self, team_id: str, post_id: str, *, now: datetime | None = None) -> list[Update]:
        """Those that still exist, in the order they were made."""
        with self._db.snapshot():
            found = self._db.all(
                f"{_ROW} WHERE post_id = ? AND team_id = ? ORDER BY rowid", (post_id, team_id)
            )
            return self._with_due(found, now)

    def pending(
        self, profile: Profile, *, offset: int, count: int, since: datetime | None, now: datetime
    ) -> Page[Update]:
        """By due time; without any (no posting times) last. At the same instant those with a time of their own come
        first, in the order they were made."""
        with self._db.snapshot():
            line = self._line(profile, now)
            if since:
                return self._pending_since(profile, line, offset, count, since)
            pending, waiting, _ = self._counted(profile.id)
            first, passed, others = self._meeting(
                profile.id, line, (waiting, pending - waiting), offset, count
            )
            rank, further = seek(self._db, profile.id, first)
            queued = self._db.all(
                f"{_ROW} WHERE {IN_LINE} AND rank >= ? ORDER BY rank LIMIT ? OFFSET ?",
                (profile.id, rank, count, further),
            )
            own = others[offset - first - passed :][:count]
            found = self._at([row for _, row in own])
            page = [(due, 0, found[row]) for due, row in own]
            page += [(_or_last(line.due(k)), 1, row) for k, row in enumerate(queued, first)]
            page.sort(key=itemgetter(0, 1))
            return Page(items=[_update(row, due) for due, _, row in page[:count]], total=pending)

    def sent(
        self, profile: Profile, *, offset: int, count: int, since: datetime | None
    ) -> Page[Update]:
        """Newest first; what an account posted by itself was never in the queue, and is not here."""
        after = since.timestamp() if since else -1.0
        with self._db.snapshot():
            found = self._db.all(
                f"{_ROW} WHERE profile_id = ? AND state = 'sent' AND sent_at > ? AND via <> '{NATIVE}'"
                " ORDER BY sent_at DESC, id DESC LIMIT ? OFFSET ?",
                (profile.id, after, count, offset),
            )
            total = self._sent_since(profile.id, after) if since else self.counts(profile.id)[1]
        return Page(items=[_update(row) for row in found], total=total)

    def _sent_since(self, profile_id: str, after: float) -> int:
        row = self._db.one(
            "SELECT count(*) FROM updates WHERE profile_id = ? AND state = 'sent' AND sent_at > ?"
            f" AND via <> '{NATIVE}'",
            (profile_id, after),
        )
        return row[0] if row else 0

    def unsettled(self, profile_id: str, since: datetime) -> bool:
        """Whether something of this profile is on its way, or may have gone out since then."""
        row = self._db.one(
            "SELECT 1 FROM updates INDEXED BY updates_sending"
            " WHERE profile_id = :profile AND state = 'sending' UNION ALL SELECT 1 FROM updates"
            " WHERE team_id = (SELECT team_id FROM profiles WHERE id = :profile)"
            " AND state IN ('failed', 'unconfirmed', 'missed') AND updated_at > :since"
            " AND +state = 'unconfirmed' AND +profile_id = :profile",
            {"profile": profile_id, "since": since.timestamp()},
        )
        return row is not None

    def problems(self, team_id: str, *, limit: int) -> list[Update]:
        """Those that need a person, newest first."""
        found = self._db.all(
            f"{_ROW} WHERE team_id = ? AND state IN ('failed', 'unconfirmed', 'missed')"
            " ORDER BY updated_at DESC, rowid DESC LIMIT ?",
            (team_id, limit),
        )
        return [_update(row) for row in found]

    def counts(self, profile_id: str) -> tuple[int, int]:
        """(pending, sent), without counting rows."""
        pending, _, sent = self._counted(profile_id)
        return pending, sent

    def revision(self, team_id: str) -> tuple[int, ...]:
        """Figures that differ after anything was changed that a list of this team's updates may show."""
        row = self._db.one(
            """SELECT (SELECT ifnull(max(id), 0) FROM audit),
            (SELECT ifnull(sum(pending_n), 0) FROM profiles WHERE team_id = :team),
            (SELECT ifnull(sum(sent_n), 0) FROM profiles WHERE team_id = :team),
            (SELECT count(*) FROM updates WHERE team_id = :team AND state IN ('failed', 'unconfirmed', 'missed'))""",
            {"team": team_id},
        )
        assert row
        return tuple(row)

    def waiting(self, profile_id: str) -> int:
        """How many stand in line for a slot."""
        return self._counted(profile_id)[1]

    def twin(
        self, profile_id: str, text: str, *, since: datetime, except_id: str = ""
    ) -> Update | None:
        """One with exactly this trimmed text that is pending, being sent, or was sent since then."""
        same = f"{_ROW} WHERE profile_id = :profile AND text_hash = :hash AND id <> :not"
        values = {
            "profile": profile_id,
            "hash": rows.text_hash(text),
            "not": except_id,
            "since": since.timestamp(),
        }
        found = self._db.one(
            f"{same} AND state IN ('queued', 'scheduled', 'sending') LIMIT 1", values
        ) or self._db.one(f"{same} AND state = 'sent' AND sent_at > :since LIMIT 1", values)
        return _update(found) if found else None

    # -- writing

    def append(self, updates: Sequence[Update]) -> None:
        """Insert; queued ones behind the last of their queue."""
        with self._db.transaction():
            for update in updates:
                self._insert(update, behind(self._db, update.profile_id))

    def prepend(self, updates: Sequence[Update]) -> None:
        """Insert; queued ones before the head, keeping their order."""
        with self._db.transaction():
            for update in reversed(updates):
                self._insert(update, before(self._db, update.profile_id))

    def save(self, update: Update, *, expected: Collection[State]) -> int:
        """Write an update that was in one of the `expected` states. One that joins the queue goes behind its last."""
        values = dict(zip(_NAMES, rows.update_values(update), strict=True))
        settings = ", ".join(f"{name} = :{name}" for name in _NAMES if name not in _FIXED)
        with self._db.transaction():
            return self._db.changed(
                f"UPDATE updates SET {settings}, rank = CASE WHEN :state = 'queued' THEN ifnull(rank, :rank) END"
                f" WHERE id = :id AND state IN ({_quoted(expected)})",
                values | {"rank": behind(self._db, update.profile_id)},
            )

    def delete(self, update_id: str, *, expected: Collection[State]) -> int:
        with self._db.transaction():
            return self._db.changed(
                f"DELETE FROM updates WHERE id = ? AND state IN ({_quoted(expected)})", (update_id,)
            )

    def _insert(self, update: Update, rank: int) -> None:
        values = (*rows.update_values(update), rank if update.state is State.QUEUED else None)
        marks = ", ".join("?" * len(values))
        self._db.execute(f"INSERT INTO updates ({rows.UPDATE}, rank) VALUES ({marks})", values)

    # -- due times

    def _line(self, profile: Profile, now: datetime | None) -> slots.Line:
        at = now.timestamp() if now else -inf
        return slots.Line(profile, at, pinned(self._db, profile))

    def _with_due(self, found: Sequence[sqlite3.Row], now: datetime | None) -> list[Update]:
        """Rows as updates; those in line with the slot of their place."""
        lines: dict[str, slots.Line] = {}
        updates = []
        for row in found:
            due = None
            if row["state"] == State.QUEUED and row["share_at"] is None:
                if row["profile_id"] not in lines:
                    lines[row["profile_id"]] = self._line(find(self._db, row["profile_id"]), now)
                due = lines[row["profile_id"]].due(place(self._db, row["profile_id"], row["rank"]))
            updates.append(_update(row, due))
        return updates

    def _pending_since(
        self, profile: Profile, line: slots.Line, offset: int, count: int, since: datetime
    ) -> Page[Update]:
        """The slow way: only part of the line is listed, so every place in it must be known."""
        queued = self._db.all(
            "SELECT place, row FROM (SELECT rowid AS row, created_at, row_number() OVER (ORDER BY rank) - 1 AS place"
            f" FROM updates WHERE {IN_LINE}) WHERE created_at > ?",
            (profile.id, since.timestamp()),
        )
        others = self._db.all(
            f"SELECT due, row FROM ({_OTHERS}) JOIN updates ON updates.rowid = row WHERE created_at > :since",
            {"profile": profile.id, "since": since.timestamp()},
        )
        keys = [(due, 0, row, row) for due, row in others]
        keys += [(_or_last(line.due(k)), 1, k, row) for k, row in queued]
        keys.sort()
        page = keys[offset : offset + count]
        found = self._at([row for *_, row in page])
        return Page(items=[_update(found[row], due) for due, *_, row in page], total=len(keys))

    def _meeting(
        self,
        profile_id: str,
        line: slots.Line,
        lengths: tuple[int, int],
        offset: int,
        count: int,
    ) -> tuple[int, int, list[tuple[float, int]]]:
        """Who of the line is the first on a page, and who has a time of their own about there: how many were passed
        over, and the others as (due, row). Counting them is much cheaper than reading them."""
        waiting, own = lengths
        low, high = min(max(0, offset - own), waiting), min(waiting, offset)
        after = _or_last(line.due(low)) if low else -inf
        passed = self._between(profile_id, -inf, after) if low else 0
        left = own - passed
        while left > _FEW and high - low > 1:
            middle = (low + high) // 2
            due = _or_last(line.due(middle))
            more = self._between(profile_id, after, due)
            if middle + passed + more < offset:
                low, after, passed, left = middle, due, passed + more, left - more
            else:
                high, left = middle, more
        others = self._others(profile_id, after, min(left, offset - passed) + count)
        instants = [due for due, _ in others]
        first = line.first_from(offset, range(low, high), instants, passed=passed)
        return first, passed, others

    def _between(self, profile_id: str, after: float, until: float) -> int:
        """How many are due at times of their own, later than `after` and no later than `until`."""
        row = self._db.one(
            """SELECT
            (SELECT count(*) FROM updates WHERE profile_id = :profile AND state = 'scheduled'
                AND share_at IS NULL AND scheduled_at > :after AND scheduled_at <= :until)
            + (SELECT count(*) FROM updates WHERE profile_id = :profile AND share_at IS NOT NULL
                AND state IN ('queued', 'scheduled') AND share_at > :after AND share_at <= :until)""",
            {"profile": profile_id, "after": after, "until": until},
        )
        return row[0] if row else 0

    def _others(self, profile_id: str, after: float, limit: int) -> list[tuple[float, int]]:
        found = self._db.all(
            f"SELECT due, row FROM ({_OTHERS}) WHERE due > :after ORDER BY due, row LIMIT :limit",
            {"profile": profile_id, "after": after, "limit": limit},
        )
        return [(due, row) for due, row in found]

    def _at(self, places: list[int]) -> dict[int, sqlite3.Row]:
        """Whole rows by their rowids."""
        if not places:
            return {}
        found = self._db.all(
            f"{_ROW} WHERE rowid IN (SELECT value FROM json_each(?))", (json.dumps(places),)
        )
        return {row["rowid"]: row for row in found}

    def _counted(self, profile_id: str) -> tuple[int, int, int]:
        row = self._db.one(
            "SELECT pending_n, waiting_n, sent_n FROM profiles WHERE id = ?", (profile_id,)
        )
        return tuple(row) if row else (0, 0, 0)


def _update(row: sqlite3.Row, due: float | None = None) -> Update:
    """Its own time, where it has one; else its slot's."""
    if row["state"] in PENDING and row["share_at"] is not None:
        due = row["share_at"]
    elif row["state"] == State.SCHEDULED:
        due = row["scheduled_at"]
    return rows.update(row[2:], None if due == inf else due)


def _or_last(due: float | None) -> float:
    return inf if due is None else due


def _quoted(states: Collection[State]) -> str:
    return ", ".join(f"'{state}'" for state in states)
