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
    Job,
    Lateness,
    Notice,
    NoticeKind,
    Page,
    Profile,
    Receipt,
    Reply,
    ReplyState,
    State,
    Stored,
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

    def of_account(self, team_id: str, service: str, service_id: str) -> Profile | None:
        """The team's profile for an account on a network, connected or not."""

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

    def ending(self, before: datetime) -> list[Profile]:
        """Connected ones whose login is known to end before."""


class Updates(Protocol):
    """Updates. Each change is a conditional UPDATE: the number of rows that matched is returned, never guessed."""

    def unsettled(self, profile_id: str, since: datetime) -> bool:
        """Whether something of this profile is on its way, or may have gone out since then."""

    def append(self, updates: Sequence[Update]) -> None:
        """Insert; queued ones behind the last of their queue."""

    def prepend(self, updates: Sequence[Update]) -> None:
        """Insert; queued ones before the head, keeping their order."""

    def save(self, update: Update, *, expected: Collection[State]) -> int:
        """Write an update that is in one of these states. One that joins the queue goes behind its last."""

    def delete(self, update_id: str, *, expected: Collection[State]) -> int: ...
    def get(self, team_id: str, update_id: str, *, now: datetime | None = None) -> Update | None:
        """With its due time computed; without `now`, as if nothing were late."""

    def find(self, team_id: str, update_id: str) -> Update | None:
        """Cheaper than `get`: one in line comes without its due time."""

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

    def revision(self, team_id: str) -> tuple[int, ...]:
        """Figures that differ after anything was changed that a list of this team's updates may show."""

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

    def standing(self, profile_id: str, ids: Sequence[str]) -> dict[str, bool]:
        """Those of `ids` that are pending in this profile; True where they stand in the line."""

    def apply(self, ranks: Mapping[str, int]) -> None:
        """Give queued updates these ranks."""

    def lay(self, profile_id: str, order: Sequence[str], *, offset: int) -> None:
        """Take these out of the line and put them back as one block that begins at `offset`."""


class Owner(Protocol):
    """A process that claims work. The system itself tells who is dead, not the clock."""

    @property
    def id(self) -> str: ...
    def alive(self, owner_id: str) -> bool: ...


class Attempts(Protocol):
    """Tries to publish. At most one open attempt per update, which the database itself enforces."""

    def ready(self, service: str, now: datetime, *, limit: int) -> list[Profile]:
        """Profiles of a network with something due, nothing under way and nothing that holds them back, the longest
        overdue first."""

    def next_due(self, services: Sequence[str], now: datetime) -> datetime | None:
        """When the first of their profiles will be ready, those held back left out."""

    def due(self, profile: Profile, now: datetime) -> list[Update]:
        """Pending updates whose time has come, each with that time as its due_at, in this order; of those in line only
        the head. Raises Damaged."""

    def set_aside(self, profile: Profile, now: datetime) -> list[Update]:
        """Fail what is pending and cannot be read; its damaged fields are emptied and kept in the audit log."""

    def claim(self, update: Update, *, key: str, owner: str, now: datetime) -> Attempt | None:
        """Pending → sending with its due time frozen, and a new open attempt; None if it is no longer pending. The
        last attempt's key goes on, unless the network refused that attempt."""

    def miss(self, update: Update, *, now: datetime) -> bool:
        """Pending → missed, its due time frozen."""

    def to_wire(self, attempt: Attempt, *, now: datetime) -> bool:
        """claimed → wire. False if the attempt is no longer ours: then nothing may be sent."""

    def finish_sent(self, attempt: Attempt, receipt: Receipt, *, now: datetime) -> bool: ...
    def finish_failed(self, attempt: Attempt, reason: str, *, now: datetime) -> bool:
        """Refused for certain: the update is held as failed."""

    def finish_unconfirmed(self, attempt: Attempt, reason: str, *, now: datetime) -> bool: ...
    def retry_at(self, attempt: Attempt, at: datetime, reason: str, *, now: datetime) -> bool:
        """Certain that nothing went out: the update is pending again with the due time it had, so that nothing
        overtakes it, and its profile sends nothing before `at`."""

    def hold(self, profile_id: str, until: datetime) -> None:
        """Nothing of this profile goes out before."""

    def release(self, attempt: Attempt, *, now: datetime) -> bool:
        """Claimed, and nothing said yet: the update is pending again as it was."""

    def look_at(self, attempt: Attempt, at: datetime, reason: str) -> bool:
        """Unclear: it stays on the wire, and is looked at then."""

    def to_look_at(self, owner: str, now: datetime, *, limit: int) -> list[Attempt]:
        """This owner's unclear attempts whose time to be looked at has come."""

    def looking(self, attempt: Attempt) -> bool:
        """Begin to look. False if somebody does already."""

    def trouble(self, update_id: str) -> str:
        """What its last try said; "" if nothing."""

    def owners(self) -> list[str]:
        """Who has open attempts."""

    def open_attempts(self, owner: str | None = None) -> list[Attempt]:
        """All that are not over, or one owner's, for the reaper."""

    def take_over(self, attempt: Attempt, *, owner: str, now: datetime) -> bool:
        """An attempt that was on the wire when its owner died: ours to look at. False if somebody else was first."""


class Outbox(Protocol):
    """What the bot still has to say in Slack, and what it said."""

    def put(self, notice: Notice, *, hold_until: datetime | None = None) -> None:
        """Write a line. A waiting CARD_CHANGED of the same subject and target is not written twice. One that is held
        keeps no other of its target waiting."""

    def hold(self, target: str, until: datetime) -> None:
        """What is held for a target is from now on held until then."""

    def wake(self, now: datetime) -> None:
        """What was held until now waits like the others."""

    def waiting(self, now: datetime, *, limit: int) -> list[Notice]:
        """The first line of each target, unless it is on the wire or put off; at most `limit` of them."""

    def to_wire(self, notice: Notice, *, owner: str, now: datetime) -> bool: ...
    def posted(self, notice: Notice, *, channel: str, ts: str, now: datetime) -> None: ...
    def put_off(self, notice: Notice, *, until: datetime, reason: str) -> None: ...
    def give_up(self, notice: Notice, *, reason: str, now: datetime) -> None: ...
    def on_wire(self) -> list[tuple[Notice, str]]:
        """Lines whose posting was begun and not ended, with their owners: after a crash each is looked up first."""

    def said(self, kind: NoticeKind, subject: str, channel: str) -> Notice | None:
        """The line of this kind about a subject in a channel, once posted."""

    def lines(self, kind: NoticeKind, subject: str) -> list[Notice]:
        """All lines of this kind about a subject, those still to be posted too."""

    def digests(self, update_id: str) -> list[Notice]:
        """All digests of what was answered to an update, those still to be posted too."""

    def by_message(self, channel: str, ts: str) -> Notice | None:
        """What the bot said there."""


class Interactions(Protocol):
    """What people did, stored once by (profile, the network's id)."""

    def add(
        self,
        profile: Profile,
        update: Update | None,
        found: Found,
        *,
        ours: bool,
        now: datetime,
        mention_id: str = "",
    ) -> Interaction | None:
        """None if it is known already. What is not ours is counted in the statistics of its update, if it has one."""

    def known(self, profile_id: str, service_id: str) -> Interaction | None:
        """The one that is kept of this id on the network."""

    def below(self, update_id: str) -> list[Interaction]:
        """What is kept of all that was said below a post of ours, and not removed."""

    def mentions(self, profile_id: str, since: datetime) -> list[Interaction]:
        """Those made since then, and what others said below them elsewhere, that are not removed; the newest first."""

    def edit(self, interaction: Interaction, text: str, now: datetime) -> None:
        """It says this now, and is there (again)."""

    def remove(self, interaction: Interaction, now: datetime) -> bool:
        """It is not on its network any more; False if that was known."""

    def count(self, update: Update, counts: Mapping[str, int]) -> bool:
        """What the network counts itself takes the place of our own counting; False if nothing is new."""

    def post_edited(self, update: Update, text: str) -> None:
        """A post that is out was edited on its network."""

    def post_removed(self, update: Update, at: datetime | None) -> None:
        """A post that was out is gone since then; None: it is there after all."""

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
        """How many of each event, by its name; what we said ourselves is not counted."""

    def update_for(self, profile_id: str, post: str) -> Update | None:
        """Our update that something with this id on the network belongs to: a post or a part of one, a comment under
        it, or a reply of ours."""

    def mention_for(self, profile_id: str, post: str) -> str:
        """The id of the mention elsewhere whose conversation something with this id on the network belongs to; "" for
        none."""

    def posts(self, profile_id: str, since: datetime) -> list[tuple[str, datetime]]:
        """What this profile posted since then, by the ids on the network, parts of series too; the newest first."""

    def active(self, service: str) -> list[tuple[Profile, datetime | None]]:
        """The connected profiles of a network, each with the time when it sent the last."""

    def lasts(self, service: str) -> Mapping[str, datetime | None]:
        """Of the same, by their ids, only when each sent the last: cheap to ask often."""

    def since(self, profile_id: str) -> datetime | None:
        """Where the poller of this profile stands."""

    def set_since(self, profile_id: str, since: datetime) -> None: ...
    def mark(self, profile_id: str) -> str:
        """Where its network said to go on from; "" for nothing."""

    def set_mark(self, profile_id: str, mark: str) -> None: ...


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

    def edited(self, reply_id: str, text: str) -> None:
        """The comment says this now."""

    def take_over(self, reply_id: str, *, owner: str, from_owner: str) -> bool:
        """Go on with one that somebody dead left on the wire. False if somebody else was first."""

    def put_off(self, reply_id: str, *, to: ReplyState, until: datetime) -> bool:
        """From the wire back to waiting, or (`to` sending) left on it without an owner; nobody touches it before."""

    def waiting(self, service: str, now: datetime, *, limit: int) -> list[Reply]:
        """Those for this network whose time has come, oldest first."""

    def sending(self, service: str, now: datetime) -> list[tuple[Reply, str]]:
        """Those on the wire, with their owners, but for what was put off."""

    def are_ours(self, profile_id: str, service_id: str) -> bool:
        """Whether a comment with this id on the network is one of these."""


class Jobs(Protocol):
    """Slow work that was promised. Each step is conditional on the one before."""

    def put(self, job: Job, *, dedupe_key: str = "") -> bool:
        """False if one with this key was put before, whatever became of it."""

    def next(self, kind: str, now: datetime) -> Job | None:
        """The one whose time came first."""

    def begin(self, job: Job, *, owner: str) -> bool: ...
    def running(self, kind: str) -> list[tuple[Job, str]]:
        """Those begun and not ended, with their owners."""

    def take_back(self, job: Job, *, owner: str, now: datetime) -> bool:
        """Waiting again, since this owner is dead. False if somebody else was first."""

    def put_off(self, job: Job, *, until: datetime, reason: str) -> bool:
        """Running → waiting until then, with one more try behind it."""

    def release(self, job: Job) -> None:
        """What it was for may be promised again."""

    def end(self, job: Job, *, done: bool, result: str, now: datetime) -> bool:
        """Running → done, or failed."""

    def sweep(self, before: datetime) -> None:
        """Forget those that ended before."""

    def trouble(self, update_id: str) -> str:
        """What a job about this update that is tried again said last; "" if nothing."""


class Secrets(Protocol):
    """Logins and sessions, of a profile or a server, that a copy of the database does not give away."""

    def keep(self, scope: str, name: str, value: Any) -> None: ...
    def recall(self, scope: str, name: str) -> Any:
        """None if there is none. Raises NetworkDown when the key it was sealed with is not at hand."""

    def forget(self, scope: str, name: str | None = None) -> None:
        """One value of a scope, or all of them."""


class MediaFiles(Protocol):
    """Pictures of ours, by content: the same bytes are kept once."""

    def keep(
        self, team_id: str, content: bytes, *, type: str, size: tuple[int, int], now: datetime
    ) -> Stored:
        """Keep these bytes; `size` is in pixels. Raises Busy where the disk takes them not now."""

    def get(self, file_id: str) -> Stored | None: ...
    def read(self, file_id: str) -> bytes:
        """Raises Refused when it is gone, Busy where the disk does not give it now."""

    def sweep(self, before: datetime) -> int:
        """Delete those kept before that no update needs any more."""


class Parts(Protocol):
    """Which parts of a series are out already."""

    def note(self, update_id: str, number: int, text: str, receipt: Receipt, now: datetime) -> None:
        """Part `number`, counted from 0, is out with this text."""

    def ids(self, update_id: str) -> set[str]:
        """What those that are out are called on the network."""

    def out(self, update_id: str, texts: Sequence[str]) -> list[Receipt]:
        """Those of `texts` that are out as they stand, from the first on, without a gap."""


class Feeds(Protocol):
    """Which channels hear of which profiles."""

    def follow(self, team_id: str, channel: str, profile_id: str) -> None: ...
    def unfollow(self, team_id: str, channel: str, profile_id: str) -> None: ...
    def channels(self, profile_id: str) -> list[str]: ...
    def profiles(self, team_id: str, channel: str) -> list[str]: ...
    def settings(self, channel: str) -> dict[str, Any]:
        """What was set for a channel; {} for nothing."""

    def settle(self, team_id: str, channel: str, settings: dict[str, Any]) -> None: ...


class Memos(Protocol):
    """Small JSON values kept under a name until they expire: drafts behind buttons, response_urls, zones of people."""

    def keep(self, name: str, value: Any, *, until: datetime | None = None) -> None: ...
    def recall(self, name: str, now: datetime) -> Any: ...
    def forget(self, name: str) -> None: ...
    def names(self, prefix: str) -> list[str]: ...
    def sweep(self, now: datetime) -> None: ...


class Links(Protocol):
    """Short links of ours. They outlive their update."""

    def code(self, update_id: str, url: str, now: datetime) -> str:
        """The code of this address in this update, however often it is asked for."""

    def target(self, code: str) -> str | None: ...
    def count(self, code: str) -> None:
        """Somebody followed it: one more click, also in the statistics of its update."""


class Metrics(Protocol):
    """What a monitor wants to know, over all teams."""

    def states(self) -> dict[State, int]: ...
    def overdue(self, now: datetime) -> float:
        """Seconds since the oldest update that should be out by now was due; 0 when there is none."""

    def lateness(self) -> list[Lateness]:
        """By upper bound, rising; the last one's is infinite."""

    def waiting(self) -> dict[str, int]:
        """What waits for the worker: outbox, replies, jobs."""


class Requests(Protocol):
    """Dedupe keys of requests: what each did, kept for a day."""

    def answered(self, key: str) -> list[str] | None:
        """The ids the first call with this key returned; None if there was none."""

    def record(self, key: str, ids: Sequence[str], now: datetime) -> None: ...
    def sweep(self, before: datetime) -> None: ...


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

    def publish(
        self, profile_id: str, update: Update, key: str, now: datetime, *, after: str = ""
    ) -> str:
        """The post's id; a repeated key answers with the first one. `after`: the post it goes on from."""

    def find(self, profile_id: str, key: str) -> str | None: ...
    def same_words(self, profile_id: str, update: Update, since: datetime) -> str | None:
        """A post with the text of this update that is no older, and that no other update is."""

    def reaction(self, key: str) -> str | None:
        """The id of the reaction made with this key."""

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

    def like(self, reaction_id: str) -> bool:
        """Our account likes it; False if it is not there."""

    def edit(self, reaction_id: str, text: str, *, ours: bool) -> bool:
        """Its writer, our account or somebody made up, says it otherwise; False if it is not there, or another's."""

    def remove(self, reaction_id: str, now: datetime, *, ours: bool) -> bool:
        """Its writer takes it back; False if it is not there, or another's."""

    def is_there(self, reaction_id: str) -> bool: ...

    def posts(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """Newest first: id, profile_id, profile, text, media, created_at, likes and reshares (names), comments
        (each: id, who, text, ours, created_at)."""

    def found(self, profile_id: str, since: datetime, posts: Sequence[str] = ()) -> list[Found]:
        """What people did with the profile's posts since then, and with these in all, oldest first."""


class Store(Protocol):
    """Everything that is kept. Raises Busy when the database stays locked too long, and then nothing was saved."""

    @property
    def profiles(self) -> Profiles: ...
    @property
    def updates(self) -> Updates: ...
    @property
    def order(self) -> Order: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def interactions(self) -> Interactions: ...
    @property
    def replies(self) -> Replies: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def media(self) -> MediaFiles: ...
    @property
    def parts(self) -> Parts: ...
    @property
    def feeds(self) -> Feeds: ...
    @property
    def memos(self) -> Memos: ...
    @property
    def metrics(self) -> Metrics: ...
    @property
    def links(self) -> Links: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def local(self) -> LocalPosts: ...
    @property
    def teams(self) -> Teams: ...
    @property
    def tokens(self) -> Tokens: ...
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
    "Jobs",
    "LocalPosts",
    "MediaFiles",
    "Memos",
    "NoticeKind",
    "Order",
    "Outbox",
    "Owner",
    "Parts",
    "Profiles",
    "Replies",
    "Requests",
    "Secrets",
    "State",
    "Store",
    "Teams",
    "Tokens",
    "Updates",
]
