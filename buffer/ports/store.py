"""What a store keeps: rows behind small interfaces, all sharing one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from buffer.model import (
    Actor,
    Attempt,
    Event,
    Found,
    Interaction,
    Notice,
    NoticeKind,
    Page,
    Profile,
    Receipt,
    Reply,
    ReplyState,
    State,
    Team,
    Token,
    Update,
)

Clock = Callable[[], datetime]
"""Tells the time, aware, in UTC."""


class Profiles(Protocol):
    """Accounts, and what the sender needs to know of each queue without reading it."""

    def insert(self, profile: Profile) -> None: ...
    def get(self, team_id: str, profile_id: str) -> Profile | None: ...
    def of_team(self, team_id: str) -> list[Profile]:
        """Oldest first."""

    def all(self) -> list[Profile]: ...
    def save(self, profile: Profile) -> None:
        """Write paused, schedules, timezone, cursor, name and the like, and refresh `next_due`. The cursor never
        moves back."""

    def realign(self) -> None:
        """Find all slots anew. Called at the start: the rules of a zone may have changed since the last."""

    def refresh(self, profile_id: str) -> None:
        """Recompute `next_due` (None when paused or nothing is pending): the earliest of a share on hold, an update's
        own time, and the head's slot, which is the first free slot after the cursor. Called in the transaction of
        anything that may change it."""

    def due(self, now: datetime) -> list[Profile]:
        """Profiles that have something to send, the longest overdue first."""

    def next_due(self) -> datetime | None:
        """The earliest `next_due` of all."""


class Updates(Protocol):
    """Updates. Each change is a conditional UPDATE: the number of rows that matched is returned, never guessed."""

    def append(self, updates: Sequence[Update]) -> None:
        """Insert; queued ones behind the last of their queue."""

    def prepend(self, updates: Sequence[Update]) -> None:
        """Insert; queued ones before the head, keeping their order."""

    def save(self, update: Update, *, expected: Collection[State]) -> int:
        """Write an update that is in one of these states. One that joins the queue goes behind its last."""

    def delete(self, update_id: str, *, expected: Collection[State]) -> int: ...
    def get(self, team_id: str, update_id: str, *, now: datetime | None = None) -> Update | None:
        """With its due time computed; without `now`, as if nothing were late."""

    def of_post(self, team_id: str, post_id: str, *, now: datetime | None = None) -> list[Update]:
        """Those that still exist, in the order they were made."""

    def pending(
        self, profile: Profile, *, offset: int, count: int, since: datetime | None, now: datetime
    ) -> Page[Update]: ...
    def sent(
        self, profile: Profile, *, offset: int, count: int, since: datetime | None
    ) -> Page[Update]: ...
    def problems(self, team_id: str, *, limit: int) -> list[Update]: ...
    def counts(self, profile_id: str) -> tuple[int, int]:
        """(pending, sent), without counting rows."""

    def waiting(self, profile_id: str) -> int:
        """How many stand in line for a slot, without counting rows."""

    def twin(
        self, profile_id: str, text: str, *, since: datetime, except_id: str = ""
    ) -> Update | None:
        """One with exactly this trimmed text that is pending, being sent, or was sent since then."""


class Order(Protocol):
    """Who stands where in the line: the queued updates of a profile that wait for a slot."""

    def to_top(self, updates: Sequence[Update]) -> None:
        """Before the head, keeping their order."""

    def ranks(self, profile_id: str, *, offset: int = 0, count: int = -1) -> dict[str, int]:
        """A stretch of the line, in order, by id."""

    def apply(self, ranks: Mapping[str, int]) -> None:
        """Give queued updates these ranks."""

    def lay(self, profile_id: str, order: Sequence[str], *, offset: int) -> None:
        """Take these out of the line and put them back as one block that begins at `offset`."""


class Attempts(Protocol):
    """Tries to publish. At most one open attempt per update, which the database itself enforces."""

    def claim(self, update: Update, *, key: str, owner: str, now: datetime) -> Attempt | None:
        """Pending → sending with its due time frozen, and a new open attempt; None if it is no longer pending."""

    def to_wire(self, attempt: Attempt, *, now: datetime) -> bool:
        """claimed → wire. False if the attempt is no longer ours: then nothing may be sent."""

    def finish_sent(self, attempt: Attempt, receipt: Receipt, *, now: datetime) -> bool: ...
    def finish_failed(self, attempt: Attempt, reason: str, *, now: datetime) -> bool:
        """Refused for certain: the update is held as failed."""

    def finish_unconfirmed(self, attempt: Attempt, reason: str, *, now: datetime) -> bool: ...
    def retry_at(self, attempt: Attempt, at: datetime, reason: str, *, now: datetime) -> bool:
        """Certain that nothing went out: the update is pending again, due at `at`; the next attempt has its key."""

    def open_attempts(self) -> list[Attempt]:
        """All that are not over, for the reaper."""


class Outbox(Protocol):
    """What the bot still has to say in Slack, and what it said."""

    def put(self, notice: Notice) -> None:
        """Write a line. A waiting CARD_CHANGED of the same subject and target is not written twice."""

    def waiting(self, now: datetime, *, limit: int) -> list[Notice]:
        """The oldest line of each target that is due, at most `limit` of them."""

    def to_wire(self, notice: Notice, *, owner: str, now: datetime) -> bool: ...
    def posted(self, notice: Notice, *, channel: str, ts: str, now: datetime) -> None: ...
    def put_off(self, notice: Notice, *, until: datetime, reason: str) -> None: ...
    def give_up(self, notice: Notice, *, reason: str, now: datetime) -> None: ...
    def on_wire(self) -> list[tuple[Notice, str]]:
        """Lines whose posting was begun and not ended, with their owners: after a crash each is looked up first."""

    def card(self, update_id: str, channel: str) -> Notice | None:
        """The card of an update in a channel, once posted."""

    def cards(self, update_id: str) -> list[Notice]: ...
    def by_message(self, channel: str, ts: str) -> Notice | None:
        """What the bot said there."""


class Interactions(Protocol):
    """What people did, stored once by (profile, the network's id)."""

    def add(
        self, profile: Profile, update: Update, found: Found, *, ours: bool, now: datetime
    ) -> Interaction | None:
        """None if it is known already."""

    def get(self, team_id: str, interaction_id: str) -> Interaction | None: ...
    def of_update(
        self,
        update_id: str,
        *,
        event: Event | None,
        offset: int,
        count: int,
        since: datetime | None,
        before: datetime | None,
    ) -> Page[Interaction]: ...
    def statistics(self, update_id: str) -> dict[str, int]:
        """How many of each event."""

    def update_for(self, profile_id: str, post: str) -> Update | None:
        """Our update with this id on the network."""

    def since(self, profile_id: str) -> datetime | None:
        """Where the poller of this profile stands."""

    def set_since(self, profile_id: str, since: datetime) -> None: ...


class Replies(Protocol):
    """Words from Slack threads on their way to become comments."""

    def insert(self, reply: Reply) -> bool:
        """False if this Slack message (channel, ts) has one already."""

    def get(self, team_id: str, reply_id: str) -> Reply | None: ...
    def by_message(self, channel: str, ts: str) -> Reply | None: ...
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

    def waiting(self, *, limit: int) -> list[Reply]: ...
    def sending(self) -> list[tuple[Reply, str]]:
        """Those on the wire, with their owners."""


class Feeds(Protocol):
    """Which channels hear of which profiles."""

    def follow(self, team_id: str, channel: str, profile_id: str) -> None: ...
    def unfollow(self, team_id: str, channel: str, profile_id: str) -> None: ...
    def channels(self, profile_id: str) -> list[str]: ...
    def profiles(self, team_id: str, channel: str) -> list[str]: ...


class Memos(Protocol):
    """Small JSON values kept under a name until they expire: drafts behind buttons, response_urls, zones of people."""

    def keep(self, name: str, value: Any, *, until: datetime | None = None) -> None: ...
    def recall(self, name: str, now: datetime) -> Any: ...
    def forget(self, name: str) -> None: ...
    def names(self, prefix: str) -> list[str]: ...
    def sweep(self, now: datetime) -> None: ...


class Requests(Protocol):
    """Dedupe keys of requests: what each did, kept for a day."""

    def answered(self, key: str) -> list[str] | None:
        """The ids the first call with this key returned; None if there was none."""

    def record(self, key: str, ids: Sequence[str], now: datetime) -> None: ...


class Audit(Protocol):
    """Who did what, when."""

    def write(
        self, actor: Actor, verb: str, subject: str, now: datetime, detail: Any = None
    ) -> None: ...


class Teams(Protocol):
    """The Slack workspace this store serves."""

    def current(self) -> Team | None: ...
    def bind(self, team: Team, now: datetime) -> None:
        """Serve this workspace, or renew what is known of it. Refused when the store belongs to another one."""


class Tokens(Protocol):
    """Access tokens of the HTTP API: shown once, kept as hashes."""

    def create(self, name: str, team_id: str, now: datetime) -> str: ...
    def find(self, plain: str) -> Token | None: ...
    def all(self) -> list[Token]: ...
    def revoke(self, name: str, now: datetime) -> bool: ...


class LocalPosts(Protocol):
    """The local network's own rows: posts and what people did with them."""

    def publish(self, profile_id: str, update: Update, key: str, now: datetime) -> str:
        """The post's id; a repeated key answers with the first one."""

    def find(self, profile_id: str, key: str) -> str | None: ...
    def react(
        self,
        post_id: str,
        *,
        event: Event,
        who: str,
        text: str,
        key: str,
        ours: bool,
        now: datetime,
    ) -> str | None:
        """The id of the like or comment; a repeated key answers with the first one; None for no such post."""

    def posts(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """Newest first, each with its comments and likes."""

    def found(self, profile_id: str, since: datetime) -> list[Found]: ...


class Store(Protocol):
    """Everything that is kept. Raises Busy when the database stays locked too long, and then nothing was saved."""

    profiles: Profiles
    updates: Updates
    order: Order
    attempts: Attempts
    outbox: Outbox
    interactions: Interactions
    replies: Replies
    feeds: Feeds
    memos: Memos
    requests: Requests
    audit: Audit
    local: LocalPosts
    teams: Teams
    tokens: Tokens

    def transaction(self) -> AbstractContextManager[None]:
        """One write, whole or not at all; a transaction inside a transaction joins it. Nothing slow inside."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Several reads that see one state."""

    def close(self) -> None: ...


__all__ = [
    "Attempts",
    "Audit",
    "Clock",
    "Feeds",
    "Interactions",
    "LocalPosts",
    "Memos",
    "NoticeKind",
    "Order",
    "Outbox",
    "Profiles",
    "Replies",
    "Requests",
    "State",
    "Store",
    "Teams",
    "Tokens",
    "Updates",
]
