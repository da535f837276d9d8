"""Brings home what people do with our posts: asks a network, keeps what is new, writes the notices.

A poller asks for one network alone, so that one that hangs keeps only its own waiting.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from buffer.channels import wishes_of
from buffer.errors import LoginExpired, QueueError, SlowDown
from buffer.model import (
    Event,
    Found,
    Interaction,
    Notice,
    NoticeKind,
    Profile,
    Update,
)
from buffer.ports import Heard, Network, Store
from buffer.telling import login, put

log = logging.getLogger("poller")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET_BEFORE = HOUR
"""At the first sync of an account, what is older than this was read elsewhere: it is kept and not told."""

FORGOTTEN = 30 * DAY
"""Nobody is asked about posts older than this."""

_OVERLAP = timedelta(minutes=10)
"""A network may list what happened a moment ago only later; what it repeats is known by its id."""

_RELIST = timedelta(seconds=5)
_BATCH, _FEW = 50, 3
_PACES = (
    (HOUR, timedelta(seconds=15)),
    (DAY, timedelta(minutes=2)),
    (7 * DAY, timedelta(minutes=10)),
)
_TOLD = frozenset({Event.COMMENT, Event.MENTION})


def pace(age: timedelta, empty: int) -> timedelta:
    """How long to wait between two polls of an account whose last post is that old, after so many empty ones. The last
    hour's posts are never waited for longer."""
    span = next((span for limit, span in _PACES if age <= limit), HOUR)
    return span if age <= HOUR else span * 2 ** min(empty, 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """When a profile was last asked about, how often in vain since, and until when its network wants peace."""

    at: datetime
    empty: int = 0
    not_before: datetime | None = None


class Poller:
    """`tick` and `wait` are for one loop; `nudge` may come from anywhere."""

    def __init__(
        self, store: Store, service: str, network: Network, *, admins: Sequence[str] = ()
    ) -> None:
        self._admins = admins
        self._store = store
        self._service = service
        self._network = network
        self._active: list[tuple[Profile, datetime]] = []
        self._listed_at: datetime | None = None
        self._asked: dict[str, _Asked] = {}
        self._turns: dict[str, int] = {}

    def tick(self, now: datetime) -> bool:
        """Ask about one profile whose turn it is. True if there may be another."""
        self._list(now)
        for profile, last in self._active:
            if self._due(profile, last, now) <= now:
                self._ask(profile, now)
                return True
        return False

    def wait(self, now: datetime) -> float:
        """Seconds until somebody's turn comes."""
        dues = [self._due(profile, last, now) for profile, last in self._active]
        return (min([now + _RELIST, *dues]) - now).total_seconds()

    def nudge(self) -> None:
        """Something is known to have happened: ask about everybody at the next tick."""
        self._asked = {}
        self._listed_at = None

    def _list(self, now: datetime) -> None:
        if self._listed_at is None or not timedelta() <= now - self._listed_at < _RELIST:
            self._active = self._store.interactions.active(self._service, now - FORGOTTEN)
            self._listed_at = now

    def _due(self, profile: Profile, last: datetime, now: datetime) -> datetime:
        asked = self._asked.get(profile.id)
        if asked is None or asked.at > now:  # never, or the clock was set back since
            return now
        due = asked.at + pace(now - last, asked.empty)
        return max(due, asked.not_before) if asked.not_before else due

    def _ask(self, profile: Profile, now: datetime) -> None:
        before = self._asked.get(profile.id) or _Asked(at=now)
        self._asked[profile.id] = replace(before, at=now, empty=before.empty + 1)
        since = self._store.interactions.since(profile.id)
        try:
            heard = self._network.interactions(
                profile,
                since or now - FORGOTTEN,
                mark=self._store.interactions.mark(profile.id),
                posts=self._looked_at(profile, now),
            )
        except SlowDown as error:
            self._asked[profile.id] = replace(before, at=now, not_before=error.until)
            log.info("slowed down", extra={"profile": profile.id, "network": self._service})
        except QueueError as error:
            self._trouble(profile, error, now)
        else:
            new = self._keep(profile, heard, now)
            if new:
                self._asked[profile.id] = _Asked(at=now)
                log.info("heard", extra={"profile": profile.id, "new": new})

    def _trouble(self, profile: Profile, error: QueueError, now: datetime) -> None:
        log.warning(
            "cannot ask",
            extra={
                "profile": profile.id,
                "network": self._service,
                "why": type(error).__name__,
            },
        )
        if isinstance(error, LoginExpired) and not profile.disconnected:
            with self._store.transaction():
                fresh = self._store.profiles.get(profile.team_id, profile.id)
                if fresh and not fresh.disconnected:
                    self._store.profiles.save(replace(fresh, disconnected=True))
                    login(self._store, fresh, now, admins=self._admins)
            self._listed_at = None

    # -- keeping

    def _looked_at(self, profile: Profile, now: datetime) -> list[str]:
        """Whose threads are looked at this time: the newest post's, and one of the others in turn."""
        posts = self._store.interactions.posts(profile.id, now - DAY)
        turn = self._turns[profile.id] = self._turns.get(profile.id, 0) + 1
        others = posts[1:]
        return posts[:1] + ([others[turn % len(others)]] if others else [])

    def _keep(self, profile: Profile, heard: Heard, now: datetime) -> int:
        """Store what is new, in small transactions. What was told before costs a look-up each and no write. Where to go
        on from is noted last: whoever is stopped before hears it all again."""
        found, since = heard.found, self._store.interactions.since(profile.id)
        quiet_before = now - QUIET_BEFORE if since is None else None
        new = [
            each
            for each in found
            if not self._store.interactions.knows(profile.id, each.service_id)
        ]
        kept = 0
        for start in range(0, len(new), _BATCH):
            with self._store.transaction():
                loud: list[tuple[Update, Interaction]] = []
                for each in new[start : start + _BATCH]:
                    is_quiet = quiet_before is not None and each.created_at < quiet_before
                    known = self._keep_one(profile, each, now)
                    kept += known is not None
                    if known and not known[1].ours and not is_quiet:
                        loud.append(known)
                self._tell(loud, now)
        newest = max((each.created_at for each in found), default=since or now)
        stand = min(newest, now) - _OVERLAP
        if since is None or stand > since:
            self._store.interactions.set_since(profile.id, stand)
        if heard.mark and heard.mark != self._store.interactions.mark(profile.id):
            self._store.interactions.set_mark(profile.id, heard.mark)
        return kept

    def _keep_one(
        self, profile: Profile, found: Found, now: datetime
    ) -> tuple[Update, Interaction] | None:
        """What answers something we just kept belongs to the same post, so each is looked at in its turn."""
        update = self._store.interactions.update_for(profile.id, found.post)
        if update is None:
            return None
        ours = self._is_ours(profile, found)
        interaction = self._store.interactions.add(profile, update, found, ours=ours, now=now)
        return (update, interaction) if interaction else None

    def _is_ours(self, profile: Profile, found: Found) -> bool:
        is_us = bool(found.user.service_id) and found.user.service_id == profile.service_id
        return is_us or self._store.replies.are_ours(profile.id, found.service_id)

    def _tell(self, new: Sequence[tuple[Update, Interaction]], now: datetime) -> None:
        """Comments go into the thread of every card, many at once as one message; whatever it was, the card's counts
        change. As each channel wishes, and when."""
        for update in {update.id: update for update, _ in new}.values():
            mine = [interaction for of, interaction in new if of.id == update.id]
            for card in self._store.outbox.cards(update.id):
                self._tell_channel(card, update, mine, now)

    def _tell_channel(
        self, card: Notice, update: Update, new: Sequence[Interaction], now: datetime
    ) -> None:
        wishes = wishes_of(self._store, card.target)
        wanted = [each for each in new if wishes.wants(each.event)]
        said = [each.id for each in wanted if each.event in _TOLD]
        lines = [(NoticeKind.COMMENT, each) for each in said]
        if wishes.digest and len(said) > _FEW:
            lines = [(NoticeKind.DIGEST, "\n".join([update.id, *said]))]
        if wanted:
            lines.append((NoticeKind.CARD_CHANGED, update.id))
        quiet = wishes.quiet_until(now)
        for kind, subject in lines:
            put(self._store, kind, card.team_id, subject, card.target, now, hold_until=quiet)
