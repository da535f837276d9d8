"""Tries to publish: claimed, on the wire, over. An update has one open attempt exactly while it is `sending`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from buffer import slots
from buffer.errors import Damaged
from buffer.model import (
    Attempt,
    Phase,
    Profile,
    Receipt,
    State,
    Update,
    new_id,
)
from storage import rows
from storage.sqlite.database import Database
from storage.sqlite.metrics import note_lateness
from storage.sqlite.order import IN_LINE, before

_OPEN_PROFILE = (
    "next_due IS NOT NULL AND held_until <= :now AND disconnected = 0 AND NOT EXISTS"
    " (SELECT 1 FROM updates WHERE profile_id = profiles.id AND state = 'sending')"
)
_UPDATE = ", ".join(f"updates.{name}" for name in rows.UPDATE.split(", "))
_OPEN = (
    "SELECT attempts.id, number, owner, key, body, phase, claimed_at, wire_at, "
    f"{_UPDATE} FROM attempts JOIN updates ON updates.id = attempts.update_id WHERE outcome IS NULL"
)
_MAY_BE_DAMAGED = (
    "scheduled_at",
    "share_at",
    "shared_from",
    "media",
    "retweet",
    "statistics",
    "options",
)
_DAMAGED = "Its record was damaged; its time and what was attached to it are lost. Look at its words, then send it."
_MOST_DUE = 50
"""Scheduled ones of one profile looked at in one go; more than one is due only when the sender was away."""


class Attempts:
    """Every step is a conditional UPDATE; False means that the attempt was no longer ours, and nothing was changed."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # -- what may be claimed

    def ready(self, service: str, now: datetime, *, limit: int) -> list[Profile]:
        """Profiles of a network with something due and nothing under way, the longest overdue first."""
        found = self._db.all(
            f"SELECT {rows.PROFILE} FROM profiles WHERE service = :service AND next_due <= :now"
            f" AND {_OPEN_PROFILE} ORDER BY next_due LIMIT :limit",
            {"service": service, "now": now.timestamp(), "limit": limit},
        )
        return [rows.profile(row) for row in found]

    def next_due(self, services: Sequence[str], now: datetime) -> datetime | None:
        """When the first of them will be ready, those held back left out."""
        found = [self._next_due(service, now) for service in services]
        return min((each for each in found if each), default=None)

    def due(self, profile: Profile, now: datetime) -> list[Update]:
        """Pending updates whose time has come, each with that time as its due_at, in this order. Of those in line only
        the head; where times are the same, it comes last."""
        values = {"profile": profile.id, "now": now.timestamp(), "limit": _MOST_DUE}
        found = self._db.all(
            f"SELECT share_at, {rows.UPDATE} FROM updates WHERE profile_id = :profile AND share_at <= :now"
            " AND share_at IS NOT NULL AND state IN ('queued', 'scheduled') ORDER BY share_at LIMIT :limit",
            values,
        )
        found += self._db.all(
            f"SELECT scheduled_at, {rows.UPDATE} FROM updates WHERE profile_id = :profile AND scheduled_at <= :now"
            " AND state = 'scheduled' AND share_at IS NULL ORDER BY scheduled_at LIMIT :limit",
            values,
        )
        due = [_readable(row[1:], row[0]) for row in found]
        due += self._head(profile, now)
        return sorted(due, key=_due_at)

    def set_aside(self, profile: Profile, now: datetime) -> list[Update]:
        """Fail what is pending and cannot be read; its damaged fields are emptied and kept in the audit log."""
        with self._db.transaction():
            found = self._db.all(
                f"SELECT {rows.UPDATE} FROM updates WHERE profile_id = ? AND state IN ('queued', 'scheduled')",
                (profile.id,),
            )
            return [self._failed(row, now) for row in found if not _is_readable(row)]

    def claim(self, update: Update, *, key: str, owner: str, now: datetime) -> Attempt | None:
        """Pending → sending with its due time frozen, and a new open attempt; None if it is no longer pending. The
        key is the last attempt's, unless that was refused: then the network may remember it as refused."""
        with self._db.transaction():
            if not self._leave_line(update, State.SENDING, now):
                return None
            number, key = self._next_in_chain(update.id, key)
            attempt = Attempt(
                id=new_id(now),
                update=replace(update, state=State.SENDING, share_at=None, updated_at=now),
                number=number,
                owner=owner,
                key=key,
                phase=Phase.CLAIMED,
                claimed_at=now,
            )
            self._db.execute(
                "INSERT INTO attempts (id, update_id, number, owner, key, body, phase, claimed_at)"
                " VALUES (?, ?, ?, ?, ?, ?, 'claimed', ?)",
                (attempt.id, update.id, number, owner, key, _body(update), now.timestamp()),
            )
            if number == 1 and update.due_at:
                note_lateness(self._db, (now - update.due_at).total_seconds())
            return attempt

    def miss(self, update: Update, *, now: datetime) -> bool:
        """Pending → missed: its time is too long past, a person decides."""
        with self._db.transaction():
            return self._leave_line(update, State.MISSED, now)

    def _failed(self, row: Any, now: datetime) -> Update:
        lost = {name: str(row[name]) for name in _MAY_BE_DAMAGED}
        self._db.execute(
            "INSERT INTO audit (at, team_id, user_id, via, verb, subject, detail)"
            " VALUES (?, ?, '', 'sender', 'set_aside', ?, ?)",
            (now.timestamp(), row["team_id"], row["id"], json.dumps(lost, ensure_ascii=False)),
        )
        self._db.execute(
            "UPDATE updates SET state = 'failed', rank = NULL, scheduled_at = NULL, pinned = 0, share_at = NULL,"
            " shared_from = '', due_at = :now, updated_at = :now, media = '{}', retweet = '{}', statistics = '{}',"
            " options = '{}',"
            " error = :error WHERE id = :id",
            {"now": now.timestamp(), "id": row["id"], "error": _DAMAGED},
        )
        fresh = self._db.one(f"SELECT {rows.UPDATE} FROM updates WHERE id = ?", (row["id"],))
        assert fresh
        return rows.update(fresh)

    # -- one attempt

    def to_wire(self, attempt: Attempt, *, now: datetime) -> bool:
        """claimed → wire. Only after True may anything be sent."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE attempts SET phase = 'wire', wire_at = ?"
                    " WHERE id = ? AND owner = ? AND phase = 'claimed'",
                    (now.timestamp(), attempt.id, attempt.owner),
                )
            )

    def finish_sent(self, attempt: Attempt, receipt: Receipt, *, now: datetime) -> bool:
        """It is out."""
        with self._db.transaction():
            return self._close(
                attempt, "sent", now, service_id=receipt.service_id
            ) and self._to_state(
                attempt,
                "state = 'sent', sent_at = :now, service_update_id = :id, service_link = :link, error = ''",
                now,
                {"id": receipt.service_id, "link": receipt.link},
            )

    def finish_failed(self, attempt: Attempt, reason: str, *, now: datetime) -> bool:
        """It is not out, for certain, and is not tried again unasked."""
        with self._db.transaction():
            return self._close(attempt, "failed", now, reason) and self._to_state(
                attempt, "state = 'failed', error = :reason", now, {"reason": reason}
            )

    def finish_unconfirmed(self, attempt: Attempt, reason: str, *, now: datetime) -> bool:
        """Nobody can tell but a person who looks."""
        with self._db.transaction():
            return self._close(attempt, "unconfirmed", now, reason) and self._to_state(
                attempt, "state = 'unconfirmed', error = :reason", now, {"reason": reason}
            )

    def retry_at(self, attempt: Attempt, at: datetime, reason: str, *, now: datetime) -> bool:
        """Certain that nothing went out: pending again with the due time it had, so that nothing overtakes it; its
        profile sends nothing before `at`."""
        with self._db.transaction():
            if not (self._close(attempt, "retry", now, reason) and self._to_pending(attempt, now)):
                return False
            self._hold(attempt.update.profile_id, at)
            return True

    def hold(self, profile_id: str, until: datetime) -> None:
        """Nothing of this profile goes out before."""
        with self._db.transaction():
            self._hold(profile_id, until)

    def release(self, attempt: Attempt, *, now: datetime) -> bool:
        """Claimed, and nothing was said: pending again as it was."""
        with self._db.transaction():
            released = self._db.changed(
                "UPDATE attempts SET phase = 'done', outcome = 'released', ended_at = ?"
                " WHERE id = ? AND owner = ? AND phase = 'claimed'",
                (now.timestamp(), attempt.id, attempt.owner),
            )
            return bool(released) and self._to_pending(attempt, now)

    # -- unclear ones

    def look_at(self, attempt: Attempt, at: datetime, reason: str) -> bool:
        """Nobody knows yet whether it went out: it stays on the wire, to be looked at then."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE attempts SET again_at = ?, detail = ? WHERE id = ? AND owner = ? AND phase = 'wire'",
                    (at.timestamp(), reason, attempt.id, attempt.owner),
                )
            )

    def to_look_at(self, owner: str, now: datetime, *, limit: int) -> list[Attempt]:
        """Those of this owner whose time to be looked at has come."""
        found = self._db.all(
            f"{_OPEN} AND owner = ? AND again_at <= ? ORDER BY again_at LIMIT ?",
            (owner, now.timestamp(), limit),
        )
        return [_attempt(row) for row in found]

    def looking(self, attempt: Attempt) -> bool:
        """Somebody is at it: nobody else looks until the outcome is written."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE attempts SET again_at = NULL WHERE id = ? AND owner = ? AND again_at IS NOT NULL",
                    (attempt.id, attempt.owner),
                )
            )

    # -- after a death

    def trouble(self, update_id: str) -> str:
        """What its last try said; "" if nothing."""
        row = self._db.one(
            "SELECT detail FROM attempts WHERE update_id = ? ORDER BY number DESC LIMIT 1",
            (update_id,),
        )
        return str(row[0]) if row else ""

    def owners(self) -> list[str]:
        """Who has open attempts."""
        found = self._db.all("SELECT DISTINCT owner FROM attempts WHERE outcome IS NULL")
        return [owner for (owner,) in found]

    def open_attempts(self, owner: str | None = None) -> list[Attempt]:
        """All that are not over, or one owner's."""
        found = self._db.all(f"{_OPEN} AND owner = ifnull(?, owner) ORDER BY claimed_at", (owner,))
        return [_attempt(row) for row in found]

    def take_over(self, attempt: Attempt, *, owner: str, now: datetime) -> bool:
        """On the wire when its owner died: ours to look at, from now on. False if somebody else was first."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE attempts SET owner = ?, again_at = ? WHERE id = ? AND owner = ? AND phase = 'wire'",
                    (owner, now.timestamp(), attempt.id, attempt.owner),
                )
            )

    # -- pieces

    def _hold(self, profile_id: str, until: datetime) -> None:
        self._db.execute(
            "UPDATE profiles SET held_until = ? WHERE id = ?", (until.timestamp(), profile_id)
        )

    def _next_due(self, service: str, now: datetime) -> datetime | None:
        row = self._db.one(
            f"SELECT next_due FROM profiles WHERE service = :service AND {_OPEN_PROFILE} ORDER BY next_due LIMIT 1",
            {"service": service, "now": now.timestamp()},
        )
        return rows.instant(row[0]) if row else None

    def _head(self, profile: Profile, now: datetime) -> list[Update]:
        cursor, until = profile.cursor.timestamp(), now.timestamp()
        taken = self._db.all(
            "SELECT DISTINCT scheduled_at FROM updates WHERE profile_id = ? AND state = 'scheduled'"
            " AND share_at IS NULL AND pinned = 1 AND scheduled_at > ? AND scheduled_at <= ? ORDER BY scheduled_at",
            (profile.id, cursor, until),
        )
        slot = slots.of_profile(profile).free(0, after=cursor, taken=[at for (at,) in taken])
        if slot is None or slot > until:
            return []
        row = self._db.one(
            f"SELECT {rows.UPDATE} FROM updates WHERE {IN_LINE} ORDER BY rank LIMIT 1",
            (profile.id,),
        )
        return [_readable(row, slot)] if row else []

    def _leave_line(self, update: Update, to: State, now: datetime) -> bool:
        left = self._db.changed(
            "UPDATE updates SET state = :to, rank = NULL, share_at = NULL, shared_from = '', due_at = :due,"
            " error = '', updated_at = :now WHERE id = :id AND state IN ('queued', 'scheduled')",
            {"to": to, "due": rows.seconds(update.due_at), "now": now.timestamp(), "id": update.id},
        )
        if left and update.state is State.QUEUED and update.share_at is None:
            # Slots that passed while the head waited are gone: the others go on with those to come, not all at once.
            self._db.execute(
                "UPDATE profiles SET cursor = max(cursor, ?) WHERE id = ?",
                (now.timestamp(), update.profile_id),
            )
        return bool(left)

    def _next_in_chain(self, update_id: str, key: str) -> tuple[int, str]:
        last = self._db.one(
            "SELECT number, key, outcome FROM attempts WHERE update_id = ? ORDER BY number DESC LIMIT 1",
            (update_id,),
        )
        if last is None:
            return 1, key
        return last["number"] + 1, key if last["outcome"] == "failed" else last["key"]

    def _close(
        self,
        attempt: Attempt,
        outcome: str,
        now: datetime,
        detail: str = "",
        *,
        service_id: str = "",
    ) -> bool:
        return bool(
            self._db.changed(
                "UPDATE attempts SET phase = 'done', outcome = ?, detail = ?, service_id = ?, ended_at = ?,"
                " again_at = NULL WHERE id = ? AND owner = ? AND phase = 'wire'",
                (outcome, detail, service_id, now.timestamp(), attempt.id, attempt.owner),
            )
        )

    def _to_state(
        self, attempt: Attempt, settings: str, now: datetime, values: dict[str, Any]
    ) -> bool:
        return bool(
            self._db.changed(
                f"UPDATE updates SET {settings}, updated_at = :now WHERE id = :update AND state = 'sending'",
                {**values, "now": now.timestamp(), "update": attempt.update.id},
            )
        )

    def _to_pending(self, attempt: Attempt, now: datetime) -> bool:
        """One with its own time takes it again; any other is out of line now, so it is shared at the time it had."""
        return bool(
            self._db.changed(
                """UPDATE updates SET updated_at = :now,
                    state = CASE WHEN scheduled_at IS NULL THEN 'queued' ELSE 'scheduled' END,
                    rank = CASE WHEN scheduled_at IS NULL THEN :rank END,
                    share_at = CASE WHEN scheduled_at IS due_at THEN NULL ELSE due_at END
                WHERE id = :id AND state = 'sending'""",
                {
                    "now": now.timestamp(),
                    "rank": before(self._db, attempt.update.profile_id),
                    "id": attempt.update.id,
                },
            )
        )


def _readable(row: Any, due: float | None = None) -> Update:
    try:
        return rows.update(row, due)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Damaged from error


def _is_readable(row: Any) -> bool:
    try:
        _readable(row)
    except Damaged:
        return False
    return True


def _due_at(update: Update) -> tuple[float, bool]:
    assert update.due_at
    return update.due_at.timestamp(), update.state is State.QUEUED and update.share_at is None


def _body(update: Update) -> str:
    return json.dumps(
        {
            "text": update.text,
            "media": rows.media_text(update.media),
            "retweet": rows.json_text(update.retweet),
            "options": rows.json_text(update.options),
        },
        ensure_ascii=False,
    )


def _attempt(row: Any) -> Attempt:
    id, number, owner, key, body, phase, claimed_at, wire_at, *update = row
    frozen = json.loads(body)
    return Attempt(
        id=id,
        update=replace(
            rows.update(update),
            text=frozen["text"],
            media=rows.media(json.loads(frozen["media"])),
            retweet=json.loads(frozen["retweet"]),
            options=json.loads(frozen["options"]),
        ),
        number=number,
        owner=owner,
        key=key,
        phase=Phase(phase),
        claimed_at=rows.instant(claimed_at),
        wire_at=rows.maybe_instant(wire_at),
    )
