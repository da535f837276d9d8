"""Watches that what is due goes out: whatever keeps a post, somebody hears of it within a minute. Sends nothing itself.

It knows nothing of the sender, so that it also sees a sender that hangs. And it warns of logins that will end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from buffer import telling
from buffer.model import Profile, Update
from buffer.ports import Store

log = logging.getLogger("watch")

OVERDUE = timedelta(seconds=60)
"""How late a post may be before that is told."""

SETTLES = timedelta(seconds=20)
"""After the start: what was due during a downtime is sent, or held, by then."""

EVERY = timedelta(seconds=5)
WARNED_AHEAD = timedelta(days=7)
_KEPT = timedelta(days=7)


class Watch:
    """`tick` is for one loop. At its first it only looks: after a downtime the sender deserves a moment."""

    def __init__(self, store: Store, *, admins: Sequence[str] = ()) -> None:
        self._store = store
        self._admins = admins
        self._began: datetime | None = None

    def tick(self, now: datetime) -> bool:
        """Tell of each overdue post once, of each login that ends soon once a day, and of what quiet hours held."""
        self._began = min(self._began or now, now)
        self._store.outbox.wake(now)
        if now - self._began >= SETTLES:
            for update in _overdue(self._store, now):
                self._tell(update, now)
        for profile in self._store.profiles.ending(now + WARNED_AHEAD):
            self._warn(profile, now)
        return False

    def _tell(self, update: Update, now: datetime) -> None:
        assert update.due_at
        memo = f"late:{update.id}:{update.due_at.timestamp():.0f}"
        if self._store.memos.recall(memo, now):
            return
        with self._store.transaction():
            self._store.memos.keep(memo, True, until=now + _KEPT)
            telling.late(self._store, update, now, admins=self._admins)
        log.warning("overdue", extra={"update": update.id, "network": update.service})

    def _warn(self, profile: Profile, now: datetime) -> None:
        memo = f"ends:{profile.id}:{now:%Y-%m-%d}"
        if self._store.memos.recall(memo, now):
            return
        with self._store.transaction():
            self._store.memos.keep(memo, True, until=now + timedelta(days=2))
            telling.login(self._store, profile, now, admins=self._admins)


def _overdue(store: Store, now: datetime) -> Iterator[Update]:
    """The first of every profile that should be out by now, on its way or not."""
    for profile in store.profiles.due(now - OVERDUE):
        if due := store.attempts.due(profile, now):
            yield due[0]
    for attempt in store.attempts.open_attempts():
        due_at = attempt.update.due_at
        if due_at and due_at <= now - OVERDUE:
            yield attempt.update
