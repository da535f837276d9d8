"""Mirrors a hosted queue's profiles, and what it sent, into our own store: what cards, threads and Home are made of.

What waits there stays there: it is read when somebody looks. A first look is silent but for the last hour.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from buffer import telling
from buffer.errors import QueueError, SlowDown
from buffer.model import Actor, Profile, State, Update
from buffer.ports import Queue, Queues, Store

log = logging.getLogger("mirror")

PAUSE = timedelta(minutes=1)
"""Between two rounds. A round is a request, and one for each profile: Buffer allows 60 a minute."""

QUIET_BEFORE = timedelta(hours=1)
_THERE = "hosted-profile:"
_OVERLAP = timedelta(minutes=10)
_PAGE, _MOST_PAGES = 100, 20


def is_there(store: Store, profile: Profile, now: datetime) -> bool:
    """Whether the hosted queue has this profile. One of our own from before is not its business."""
    return store.memos.recall(f"{_THERE}{profile.id}", now) is not None


class Mirror:
    """`tick` is for one loop."""

    def __init__(
        self,
        store: Store,
        queues: Queues,
        *,
        admins: Sequence[str] = (),
        refreshed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._queues, self._admins = store, queues, admins
        self._refreshed = refreshed
        self._not_before: datetime | None = None

    def tick(self, now: datetime) -> bool:
        """One round, when its time has come. False: there is nothing more at once."""
        team = self._store.teams.current()
        if team is None or (self._not_before and now < self._not_before):
            return False
        self._not_before = now + PAUSE
        queue = self._queues(Actor(team_id=team.id, user_id="", via="mirror"))
        try:
            self._refreshed()
            profiles = queue.profiles()
            self._keep(profiles)
            for profile in profiles:
                since = self._store.memos.recall(_stand(profile), now)
                after = datetime.fromisoformat(since) if since else None
                sent = _sent(queue, profile.id, after and after - _OVERLAP)
                self._take(profile, sent, now, is_first=after is None)
            self._tell(queue.problems(limit=100), now)
        except SlowDown as error:
            self._not_before = max(error.until, self._not_before)
            log.info("slowed down")
        except QueueError as error:
            log.warning("cannot look", extra={"why": str(error)})
        return False

    def _keep(self, profiles: Sequence[Profile]) -> None:
        """As they are there; those that are gone there are gone here."""
        with self._store.transaction():
            ids = {profile.id for profile in profiles}
            for name in self._store.memos.names(_THERE):
                if name.removeprefix(_THERE) not in ids:
                    self._store.memos.forget(name)
            for profile in profiles:
                known = self._store.profiles.get(profile.team_id, profile.id)
                if known is None:
                    self._store.profiles.insert(profile)
                elif replace(profile, cursor=known.cursor) != known:
                    self._store.profiles.save(profile)
                self._store.memos.keep(f"{_THERE}{profile.id}", True)

    def _take(
        self, profile: Profile, sent: Sequence[Update], now: datetime, *, is_first: bool
    ) -> None:
        """What is new gets its card."""
        newest = now - _OVERLAP
        with self._store.transaction():
            for update in reversed(sent):
                at = update.sent_at or update.due_at or update.created_at
                newest = max(newest, at)
                known = self._store.updates.find(update.team_id, update.id)
                if known and known.state is State.SENT:
                    continue
                self._write(replace(update, service=profile.service, sent_at=at), known)
                if not is_first or at > now - QUIET_BEFORE:
                    telling.card(self._store, update, now)
            self._store.memos.keep(_stand(profile), min(newest, now).isoformat())

    def _tell(self, problems: Sequence[Update], now: datetime) -> None:
        with self._store.transaction():
            for update in problems:
                known = self._store.updates.find(update.team_id, update.id)
                profile = self._store.profiles.get(update.team_id, update.profile_id)
                if profile and (known is None or known.state is not update.state):
                    self._write(update, known)
                    telling.problem(self._store, update, now, admins=self._admins)

    def _write(self, update: Update, known: Update | None) -> None:
        if known is None:
            self._store.updates.append([update])
        else:
            self._store.updates.save(update, expected=[known.state])


def _sent(queue: Queue, profile_id: str, since: datetime | None) -> list[Update]:
    """All since then; at the first look one page is enough."""
    found: list[Update] = []
    for page in range(1, _MOST_PAGES + 1):
        listed = queue.sent(profile_id, page=page, count=_PAGE, since=since)
        found += listed.items
        if since is None or len(listed.items) < _PAGE:
            break
    return found


def _stand(profile: Profile) -> str:
    return f"hosted-since:{profile.id}"
