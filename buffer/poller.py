"""Decides when which account is asked what people did with its posts, and asks. Keeping that is `buffer.hearing`'s.

A poller asks one network. Several threads may tick it: each asks about another account, so that a server that hangs
keeps the others of its network waiting only when it hangs in all of them.
"""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from buffer import hearing, telling
from buffer.errors import LoginExpired, QueueError, SlowDown
from buffer.model import Event, Interaction, Profile, Seen
from buffer.ports import Can, Heard, Network, Store

log = logging.getLogger("poller")

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET_BEFORE = HOUR
"""At the first sync of an account, what is older than this was read elsewhere: it is kept and not told."""

FORGOTTEN = 30 * DAY
"""Nobody is asked about posts older than this."""

_OVERLAP = timedelta(minutes=10)
"""A network may list what happened a moment ago only later; what it repeats is known by its id."""

_NEVER = datetime.min.replace(tzinfo=UTC)

_RELIST, _RELIST_ALL = 5 * SECOND, MINUTE
"""How often is looked who sent something, and what else changed about anybody: that costs more."""

_PACES = ((HOUR, 15 * SECOND), (DAY, 2 * MINUTE), (7 * DAY, 10 * MINUTE))
_LOOKS = ((HOUR, timedelta()), (DAY, 10 * MINUTE), (7 * DAY, 2 * HOUR))
_LONGEST = HOUR
_LATE = 15 * SECOND
_LOOKED_AT_ONCE, _CHECKED_AT_ONCE = 2, 5

_MENTIONS, _MENTIONS_FOR = 2 * MINUTE, 7 * DAY
"""How often a mention is looked at, at most, and until which age."""

_NATIVES, _NATIVES_LATEST = 2 * MINUTE, 10 * MINUTE
"""How often is looked for what an account posted by itself, where a channel wants that: at most and at least."""


def pace(age: timedelta, empty: int) -> timedelta:
    """How long to wait between two polls of an account whose last post is that old, after so many empty ones. The last
    hour's posts are never waited for longer, and nobody for more than an hour."""
    span = next((span for limit, span in _PACES if age <= limit), _LONGEST)
    return span if age <= HOUR else min(span * (1 << min(empty, 3)), _LONGEST)


def _is_within(span: timedelta, then: datetime | None, now: datetime) -> bool:
    """Whether that was so long ago at most; not if the clock was set back since."""
    return then is not None and timedelta() <= now - then < span


def look_pace(age: timedelta) -> timedelta:
    """How long to wait between two looks at a post that old: at its numbers and all that is said below. A poll takes
    along those whose time has come."""
    return next((span for limit, span in _LOOKS if age <= limit), DAY)


@dataclass(kw_only=True, slots=True)
class _Account:
    """A profile, when it sent the last, and how asking about it has gone; `changed` are posts that something is known
    to have happened to. Forgotten with the process: a first poll after a start costs little."""

    profile: Profile
    last: datetime | None
    wants_natives: bool
    asked_at: datetime | None = None
    empty: int = 0
    failed: int = 0
    not_before: datetime | None = None
    shared: str = ""
    natives_at: datetime | None = None
    looked: dict[str, datetime] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    doubted: Sequence[str] = ()
    hidden: dict[str, datetime] = field(default_factory=dict)
    mentioned: dict[str, datetime] = field(default_factory=dict)

    def due(self, now: datetime) -> datetime:
        """When its turn comes."""
        if self.asked_at is None or self.asked_at > now:  # never, or the clock was set back since
            return now
        if self.failed:
            return self.asked_at + min(15 * SECOND * (1 << min(self.failed - 1, 6)), 10 * MINUTE)
        if self.changed:
            return self.asked_at
        # By its age when it was asked: what is said in the last seconds of the hour does not wait longer.
        span = pace(self.asked_at - self.last if self.last else FORGOTTEN, self.empty)
        return self.asked_at + (min(span, _NATIVES_LATEST) if self.wants_natives else span)


class Poller:
    """`tick` and `wait` are for any number of loops; `nudge` may come from anywhere."""

    def __init__(
        self, store: Store, service: str, network: Network, *, admins: Sequence[str] = ()
    ) -> None:
        self._admins = admins
        self._store = store
        self._service = service
        self._network = network
        self._lock = threading.Lock()
        self._accounts: dict[str, _Account] = {}
        self._line: list[tuple[datetime, str]] = []
        self._ready: dict[str, list[tuple[datetime, str]]] = {}
        self._asking: set[str] = set()
        self._rests: dict[str, datetime] = {}
        self._lasts: Mapping[str, datetime | None] = {}
        self._looked_at: datetime | None = None
        self._listed_at: datetime | None = None

    def tick(self, now: datetime) -> bool:
        """Ask about one account whose turn it is, the one that waits longest. True if there may be another."""
        with self._lock:
            self._list(now)
            account = self._next(now)
        if account is None:
            return False
        try:
            self._ask(account, now)
        finally:
            with self._lock:
                self._asking.discard(account.profile.id)
                self._line_up(account, now)
        return True

    def wait(self, now: datetime) -> float:
        """Seconds until somebody's turn comes."""
        with self._lock:
            times = [self._rests.get(shared, now) for shared, line in self._ready.items() if line]
            times += [at for at, _ in self._line[:1]]
        return max(0.0, (min([*times, now + _RELIST]) - now).total_seconds())

    def nudge(self, post: str) -> None:
        """Something is known to have happened to a post: ask about everybody at the next tick, and look at it."""
        with self._lock:
            for account in self._accounts.values():
                account.changed.add(post)
                account.asked_at = account.not_before = None
            self._looked_at = self._listed_at = None

    # -- whose turn it is

    def _list(self, now: datetime) -> None:
        """Look who is there, and who posted since."""
        if _is_within(_RELIST, self._looked_at, now):
            return
        self._looked_at = now
        before, self._lasts = self._lasts, self._store.interactions.lasts(self._service)
        posted = {id for id, last in self._lasts.items() if last != before.get(id)}
        is_same = self._lasts.keys() == before.keys() and posted <= self._accounts.keys()
        if not is_same or not _is_within(_RELIST_ALL, self._listed_at, now):
            self._listed_at = now
            self._list_all(now)
        elif posted:
            for id in posted:
                self._accounts[id].last = self._lasts[id]
        else:
            return
        waiting = [each for id, each in self._accounts.items() if id not in self._asking]
        self._line = [(self._eligible(each, now), each.profile.id) for each in waiting]
        heapq.heapify(self._line)
        self._ready = {}

    def _list_all(self, now: datetime) -> None:
        known, self._accounts = self._accounts, {}
        for profile, last in self._store.interactions.active(self._service):
            if not self._is_worth_it(last, now):
                continue
            account = known.get(profile.id) or _Account(
                profile=profile, last=last, wants_natives=False
            )
            account.profile, account.last = profile, last
            account.wants_natives = self._wants_natives(profile)
            self._accounts[profile.id] = account

    def _is_worth_it(self, last: datetime | None, now: datetime) -> bool:
        """Whoever can be mentioned always is; others while their posts may be answered."""
        mentioned = Event.MENTION in self._network.events
        return mentioned or (last is not None and now - last <= FORGOTTEN)

    def _wants_natives(self, profile: Profile) -> bool:
        return Can.LIST in self._network.can and bool(
            hearing.channels_for_natives(self._store, profile)
        )

    def _eligible(self, account: _Account, now: datetime) -> datetime:
        due = account.due(now)
        return max(due, account.not_before) if account.not_before else due

    def _line_up(self, account: _Account, now: datetime) -> None:
        if self._accounts.get(account.profile.id) is account:
            heapq.heappush(self._line, (self._eligible(account, now), account.profile.id))

    def _next(self, now: datetime) -> _Account | None:
        """Of those who may be asked, the one whose turn came first: what several share is shared in this order, and
        while it rests they all wait in theirs."""
        while self._line and self._line[0][0] <= now:
            _, id = heapq.heappop(self._line)
            account = self._accounts[id]
            heapq.heappush(
                self._ready.setdefault(account.shared, []), (self._eligible(account, now), id)
            )
        open = [
            line
            for shared, line in self._ready.items()
            if line and self._rests.get(shared, now) <= now
        ]
        if not open:
            return None
        _, id = heapq.heappop(min(open))
        self._asking.add(id)
        return self._accounts[id]

    # -- asking

    def _ask(self, account: _Account, now: datetime) -> None:
        profile = account.profile
        with self._lock:
            changed, account.changed = account.changed, set()
        # Where it failed, it is asked without a look: a single post may be the reason.
        is_blind = account.failed % 2 == 1 and not changed
        posts = [] if is_blind else self._to_look_at(account, changed, now)
        since = self._store.interactions.since(profile.id)
        try:
            heard = self._network.interactions(
                profile,
                since or now - FORGOTTEN,
                mark=self._store.interactions.mark(profile.id),
                posts=posts,
            )
            new = self._keep(profile, heard, since, now)
            for post, seen in heard.seen.items():
                account.looked[post] = now
                self._see(account, post, seen, now)
            self._look_for_natives(account, now)
            self._look_at_a_mention(account, now)
        except SlowDown as error:
            until = min(error.until, now + _LONGEST)  # whatever a server says
            with self._lock:
                account.changed |= changed
                account.shared = error.shared
                account.not_before = None if error.shared else until
                if error.shared:
                    self._rests[error.shared] = until
            log.info("slowed down", extra={"profile": profile.id, "network": self._service})
        except QueueError as error:
            self._failed(account, changed, posts, now)
            self._trouble(profile, error, now)
        except Exception:
            self._failed(account, changed, posts, now)
            raise
        else:
            with self._lock:
                account.asked_at, account.failed, account.not_before = now, 0, None
            account.looked |= dict.fromkeys(account.doubted if is_blind else (), now)
            account.doubted = [] if posts else account.doubted
            account.empty = 0 if new else account.empty + 1
            if new:
                log.info("heard", extra={"profile": profile.id, "new": new})

    def _failed(
        self, account: _Account, changed: Set[str], posts: Sequence[str], now: datetime
    ) -> None:
        with self._lock:
            account.changed |= changed
            account.doubted = posts or account.doubted
            account.asked_at, account.failed = now, account.failed + 1

    def _to_look_at(self, account: _Account, changed: Set[str], now: datetime) -> list[str]:
        """The posts that are known to have changed; else those whose time has come: one of the last hour's, and one of
        the others, each in turn; one in all where the budget makes everybody late, or a look failed."""
        posts = self._store.interactions.posts(account.profile.id, now - FORGOTTEN)
        account.looked = {post: account.looked[post] for post, _ in posts if post in account.looked}

        def due(post: str, sent_at: datetime) -> datetime:
            looked = account.looked.get(post)
            return looked + look_pace(looked - sent_at) if looked else sent_at

        dues = sorted(
            (due(post, sent_at), post, account.looked.get(post, now) - sent_at)
            for post, sent_at in posts
            if due(post, sent_at) <= now
        )
        fresh = [post for _, post, age in dues if age <= HOUR]
        older = [post for _, post, age in dues if age > HOUR]
        if known := [post for post, _ in posts if post in changed]:
            return known
        chosen = [*fresh[:1], *older[:1], *fresh[1:], *older[1:]]
        is_late = now - account.due(now) > _LATE
        return chosen[: 1 if is_late or account.doubted else _LOOKED_AT_ONCE]

    def _keep(self, profile: Profile, heard: Heard, since: datetime | None, now: datetime) -> int:
        """Where to go on from is noted last: whoever is stopped before hears it all again."""
        quiet_before = now - QUIET_BEFORE if since is None else None
        kept = hearing.keep(self._store, profile, heard.found, now, quiet_before=quiet_before)
        newest = max((each.created_at for each in heard.found), default=since or now)
        stand = min(newest, now) - _OVERLAP
        if since is None or stand > since:
            self._store.interactions.set_since(profile.id, stand)
        if heard.mark and heard.mark != self._store.interactions.mark(profile.id):
            self._store.interactions.set_mark(profile.id, heard.mark)
        return kept

    def _see(self, account: _Account, post: str, seen: Seen | None, now: datetime) -> None:
        """What a thread does not show any more is asked about by itself, before it counts as deleted: in turn, since
        some is hidden for good."""
        hidden = {id: at for id, at in account.hidden.items() if now - at < FORGOTTEN}
        account.hidden = hidden
        missing = hearing.see(self._store, account.profile, post, seen, now)
        suspects = [each for each in missing if now - hidden.get(each.id, _NEVER) >= HOUR]
        suspects.sort(key=lambda each: hidden.get(each.id, _NEVER))
        for each in suspects[:_CHECKED_AT_ONCE]:
            if self._network.is_gone(account.profile, each):
                hearing.remove(self._store, each, now)
            else:
                account.hidden[each.id] = now

    def _look_at_a_mention(self, account: _Account, now: datetime) -> None:
        """No thread of ours shows whether a mention elsewhere, what is said below it, or a quote is still there: one a
        poll is asked about, the one that waits longest by its age's pace."""
        mentions = self._store.interactions.mentions(account.profile.id, now - _MENTIONS_FOR)
        account.mentioned = {
            each.id: account.mentioned.get(each.id, each.created_at) for each in mentions
        }

        def due(mention: Interaction) -> datetime:
            looked = account.mentioned[mention.id]
            return looked + max(look_pace(looked - mention.created_at), _MENTIONS)

        longest = min(mentions, key=due, default=None)
        if longest and due(longest) <= now:
            account.mentioned[longest.id] = now
            if self._network.is_gone(account.profile, longest):
                hearing.remove(self._store, longest, now)

    def _look_for_natives(self, account: _Account, now: datetime) -> None:
        at, profile = account.natives_at, account.profile
        if not account.wants_natives or (at and timedelta() <= now - at < _NATIVES):
            return
        account.natives_at = now
        memo = f"natives:{profile.id}"
        kept = self._store.memos.recall(memo, now)
        since = max(datetime.fromisoformat(kept), now - DAY) if kept else now - QUIET_BEFORE
        natives = self._network.natives(profile, since)
        if hearing.keep_natives(self._store, profile, natives, now):
            stand = max((each.created_at for each in natives), default=since) if kept else now
            self._store.memos.keep(memo, (min(stand, now) - _OVERLAP).isoformat())

    def _trouble(self, profile: Profile, error: QueueError, now: datetime) -> None:
        log.warning(
            "cannot ask",
            extra={
                "profile": profile.id,
                "network": self._service,
                "why": type(error).__name__,
                "reason": str(error)[:200],
            },
        )
        if isinstance(error, LoginExpired) and not profile.disconnected:
            with self._store.transaction():
                fresh = self._store.profiles.get(profile.team_id, profile.id)
                if fresh and not fresh.disconnected:
                    self._store.profiles.save(replace(fresh, disconnected=True))
                    telling.login(self._store, fresh, now, admins=self._admins)
            with self._lock:
                self._looked_at = self._listed_at = None
