"""The words of the queue as values: profiles, updates, interactions. No clock, no storage, no Slack."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from buffer.errors import Code, Refused

Days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
T = TypeVar("T")


def new_id(now: datetime) -> str:
    """24 hex digits that begin with the second of `now`, as Buffer's own ids (Mongo ObjectIds) do."""
    return f"{int(now.timestamp()) & 0xFFFFFFFF:08x}{secrets.token_hex(8)}"


class State(StrEnum):
    """Where an update stands. `queued` waits in slot order, `scheduled` has its own time; both are pending."""

    DRAFT = "draft"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    MISSED = "missed"


PENDING = frozenset({State.QUEUED, State.SCHEDULED})
HELD = frozenset({State.MISSED, State.FAILED})
"""States from which a person may send an update on its way again."""


WARNING, VISIBILITY, LANGUAGE = "warning", "visibility", "language"
OPTIONS = (WARNING, VISIBILITY, LANGUAGE)
"""What an author may say beside the text, where a network knows it: a content warning, who sees it, its language
(ISO 639)."""

VISIBILITIES = ("public", "unlisted", "private")

NATIVE = "native"
"""What an update came via that was never ours to send: a post its account made on the network itself."""


GRACE_SCHEDULED = timedelta(minutes=15)
GRACE = timedelta(hours=2)
"""How late an update still goes out unasked: one with its own time, and any other."""


class Position(StrEnum):
    """Where a new update goes: behind the queue, before its head, or out at once."""

    QUEUE = "queue"
    TOP = "top"
    NOW = "now"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who asks: a member of a team. `via` is the door they came through, shown in v1 as it is."""

    team_id: str
    user_id: str
    via: str = "slack"


UNBOUND = "unbound"
"""The team of rows made before a Slack workspace is connected."""

PLAYGROUND_TEAM = "T0PLAYGRND"
"""The playground's workspace: whoever tried it first may connect a real one to the same database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """A Slack workspace, and who the bot is in it."""

    id: str
    name: str = ""
    bot_id: str = ""
    bot_user_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A key to the HTTP API; the secret itself is not here. `user_id` is the token's own."""

    id: str
    team_id: str
    user_id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Weekly posting times as in Buffer v1: every one of `days` at every one of `times` (HH:MM, wall clock)."""

    days: tuple[str, ...]
    times: tuple[str, ...]

    def __post_init__(self) -> None:
        for day in self.days:
            if day not in Days:
                raise Refused(f"“{day}” is not a day: use {', '.join(Days)}.", Code.BAD_PARAMETER)
        for time in self.times:
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time, re.ASCII):
                raise Refused(f"“{time}” is not a time: use 00:00 to 23:59.", Code.BAD_PARAMETER)


EVERY_DAY = (Schedule(days=Days, times=("09:00", "13:00", "17:00")),)
"""What a new profile starts with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """An account on a network, with its own queue, posting times and zone (IANA name).

    `cursor` is the last slot that was used or has passed: the queue's head takes the first free slot after it.
    `disconnected`: it has no login that works, so nothing goes out; `expires_at` is when the login will end, where
    its network says so.
    """

    id: str
    team_id: str
    service: str
    service_id: str
    name: str
    timezone: str
    schedules: tuple[Schedule, ...] = EVERY_DAY
    paused: bool = False
    created_at: datetime
    cursor: datetime
    avatar: str = ""
    link: str = ""
    user_id: str = ""
    disconnected: bool = False
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        zone(self.timezone)
        _aware(self.expires_at, "expires_at")

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.timezone)


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises Refused for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(
            f"“{name}” is not a time zone: use a name such as Europe/Berlin.", Code.BAD_PARAMETER
        ) from error


SLACK = "slack:"
"""Begins the source of a file in Slack; its id there follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A picture that goes out with an update: fetched from `source` into our own files, where it has an `id` then.

    `source` is a web address, or `slack:` and a file's id there; `name` is what people call it. `is_card`: it belongs
    to the preview of a link, and may be missing there.
    """

    source: str
    name: str = ""
    alt_text: str = ""
    id: str = ""
    is_card: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A file of ours: `type` is its media type; pictures have a size in pixels."""

    id: str
    team_id: str
    type: str
    bytes: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """What is attached, in Buffer v1's terms; `photo` on input is kept as `picture`. `alt_text` and `files` are
    ours."""

    link: str = ""
    title: str = ""
    description: str = ""
    picture: str = ""
    thumbnail: str = ""
    alt_text: str = ""
    files: tuple[Attached, ...] = ()

    @property
    def own_picture(self) -> str:
        """The picture somebody attached; one that only previews a link belongs to the link."""
        return "" if self.link else self.picture

    @property
    def pictures(self) -> tuple[Attached, ...]:
        """The files that are posted as they are."""
        return tuple(file for file in self.files if not file.is_card)

    @property
    def missing(self) -> tuple[Attached, ...]:
        """Files that are still to be fetched: nothing goes out before they are here."""
        return tuple(file for file in self.files if not file.id)

    def __bool__(self) -> bool:
        return any(
            (self.link, self.title, self.description, self.picture, self.thumbnail, self.files)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What somebody wants posted: one text to several profiles. All of them or none.

    `scheduled_at` (aware) overrides `position`. `hold` keeps a post that goes out now back for a moment,
    so that it can be undone. `source` is a link to where the text was taken from. `series`: where the text is too
    long for one post, it may go out as several in a thread. `options` are what some networks know beside the text, by
    the names in OPTIONS.
    """

    text: str
    profile_ids: tuple[str, ...]
    position: Position = Position.QUEUE
    scheduled_at: datetime | None = None
    hold: timedelta = timedelta()
    media: Media = Media()
    retweet: Mapping[str, str] = field(default_factory=dict)
    shorten: bool = True
    attachment: bool = True
    allow_duplicate: bool = False
    source: str = ""
    series: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _aware(self.scheduled_at, "scheduled_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A change to pending updates; None leaves a thing as it is.

    `scheduled_at` gives them their own time; `to_queue` puts scheduled or held ones back in line instead.
    """

    text: str | None = None
    media: Media | None = None
    scheduled_at: datetime | None = None
    to_queue: bool = False
    allow_duplicate: bool = False
    options: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        _aware(self.scheduled_at, "scheduled_at")
        if self.scheduled_at and self.to_queue:
            raise Refused("Choose one: a time of its own, or the queue.", Code.BAD_PARAMETER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """One post to one profile.

    `due_at` of a pending update is computed when it is read, and None where its profile has no posting times;
    from the claim on it is what it was due at. `pinned`: its own time falls on a slot, which it takes.
    `shared_from`: the held state it goes back to when its share is taken back. `look_since`: it was restored from a
    copy made then, and may have gone out since. `removed_at`: when a sent one was found to be gone from its network.
    """

    id: str
    post_id: str
    team_id: str
    profile_id: str
    service: str
    text: str
    state: State
    created_at: datetime
    updated_at: datetime
    user_id: str = ""
    via: str = ""
    due_at: datetime | None = None
    scheduled_at: datetime | None = None
    share_at: datetime | None = None
    shared_from: State | None = None
    pinned: bool = False
    sent_at: datetime | None = None
    service_update_id: str = ""
    service_link: str = ""
    removed_at: datetime | None = None
    statistics: Mapping[str, int] = field(default_factory=dict)
    media: Media = Media()
    retweet: Mapping[str, str] = field(default_factory=dict)
    shorten: bool = True
    attachment: bool = True
    shared_now: bool = False
    error: str = ""
    source: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    look_since: datetime | None = None

    def __post_init__(self) -> None:
        _aware(self.created_at, "created_at")
        _aware(self.updated_at, "updated_at")
        _aware(self.due_at, "due_at")
        _aware(self.scheduled_at, "scheduled_at")
        _aware(self.share_at, "share_at")
        _aware(self.sent_at, "sent_at")

    @property
    def held_after(self) -> datetime | None:
        """Until when it goes out unasked, though it is late."""
        if self.due_at is None:
            return None
        has_own_time = self.due_at == self.scheduled_at
        return self.due_at + (GRACE_SCHEDULED if has_own_time else GRACE)

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """A stretch of a longer list: `total` counts all that matches, not only this page."""

    items: list[T]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How full a profile's queue is. `limit` is the most that may be pending."""

    pending: int
    sent: int
    limit: int

    @property
    def percentage(self) -> int:
        return min(100, round(100 * self.pending / self.limit)) if self.limit else 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a network takes in one post. `counting` names the rule in buffer.text that measures a text.

    `options`: which of OPTIONS the network knows; a content warning counts with the text. `images`: how many pictures,
    and `alt_text` the most characters that describe one; `fetches`: it takes the pictures themselves, not their
    addresses; `cards`: the preview of a link is posted with the text. `threads`: a series goes out as posts that answer
    each other. `comments`: whether what is said in a thread can go there.
    """

    characters: int
    counting: str = "graphemes"
    bytes: int | None = None
    link_length: int | None = None
    images: int = 0
    alt_text: int = 1500
    fetches: bool = False
    cards: bool = False
    threads: bool = False
    options: frozenset[str] = frozenset()
    comments: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A network's word that something is out: its id there, where it has one its public address, and where the network
    distinguishes wordings of one post, which of them it is (`version`)."""

    service_id: str
    link: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody on a network."""

    username: str
    name: str = ""
    service_id: str = ""
    avatar: str = ""
    followers: int = 0
    link: str = ""


class Event(StrEnum):
    """What people do with a post, in Buffer v1's words."""

    COMMENT = "comment"
    LIKE = "like"
    RESHARE = "reshare"
    RETWEET = "retweet"
    MENTION = "mention"


@dataclass(frozen=True, kw_only=True, slots=True)
class Interaction:
    """What one person did with one update, stored once by (profile, the network's id).

    A mention elsewhere belongs to no update (`update_id` is ""); what is said below it has its id as `mention_id`.
    `removed`: it is not on its network any more.
    """

    id: str
    team_id: str
    profile_id: str
    update_id: str
    service_id: str
    event: Event
    user: Person
    created_at: datetime
    text: str = ""
    link: str = ""
    ours: bool = False
    mention_id: str = ""
    edited_at: datetime | None = None
    removed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An interaction as a network reports it, before it is stored. `post` is the network's id of our post, or of what
    below it is answered. `elsewhere`: it names or quotes us, so that it counts also where `post` is none of ours."""

    post: str
    service_id: str
    event: Event
    user: Person
    created_at: datetime
    text: str = ""
    link: str = ""
    elsewhere: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """How a post of ours stands on its network: its numbers by the names of Buffer v1, the ids of all that is said
    below it (None where not all was read), and its text, where it was edited there."""

    counts: Mapping[str, int] = field(default_factory=dict)
    answers: frozenset[str] | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Native:
    """A post that an account made on its network itself."""

    service_id: str
    text: str
    created_at: datetime
    link: str = ""


class ReplyState(StrEnum):
    """Where a thread reply stands on its way to become a comment. DELETED: it was one, and is taken back."""

    ASKED = "asked"
    INTERNAL = "internal"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """Words from a Slack thread that answer an update, or (`interaction_id`) one comment on it, or a mention
    elsewhere (`update_id` is "")."""

    id: str
    team_id: str
    update_id: str
    text: str
    user_id: str
    state: ReplyState
    created_at: datetime
    interaction_id: str = ""
    channel: str = ""
    ts: str = ""
    service_id: str = ""
    error: str = ""


class Phase(StrEnum):
    """How far an attempt got: nothing said yet, on the wire, over."""

    CLAIMED = "claimed"
    WIRE = "wire"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One try to publish one update. The update in it is frozen as it was claimed; `key` is the same in every
    try of an update, so that a network that knows keys drops a repeat."""

    id: str
    update: Update
    number: int
    owner: str
    key: str
    phase: Phase
    claimed_at: datetime
    wire_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """How many updates were claimed at most `until` seconds late (and later than the bound before), and by how many
    seconds in all."""

    until: float
    count: int
    seconds: float


class Topic(StrEnum):
    """What a commit may have made something to do for: an update's turn, a line to be posted in Slack, a reply for a
    network, a job."""

    DUE = "due"
    OUTBOX = "outbox"
    REPLIES = "replies"
    JOBS = "jobs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Slow work that was promised in somebody's transaction and is done by the worker. `payload` is what its kind
    needs, as JSON; it is done at least once."""

    id: str
    team_id: str
    kind: str
    payload: Mapping[str, Any]
    created_at: datetime
    tries: int = 0


class NoticeKind(StrEnum):
    """What the bot says unasked."""

    CARD = "card"
    CARD_CHANGED = "card_changed"
    COMMENT = "comment"
    COMMENT_CHANGED = "comment_changed"
    LIKED = "liked"
    DIGEST = "digest"
    PROBLEM = "problem"
    REPLY_QUESTION = "reply_question"
    REPLY_STATE = "reply_state"
    OUTCOME = "outcome"
    LATE = "late"
    LOGIN = "login"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A line of the outbox: something to say in Slack, written in the transaction that caused it.

    `subject` is the id of what it is about (update, interaction or reply), which is rendered when it is posted; of an
    outcome it is what is said, after a line with the id of the post it is said of, if there is one.
    `target` is a channel id, or a user id for a direct message. `ts` is Slack's, once posted.
    """

    id: str
    team_id: str
    kind: NoticeKind
    subject: str
    target: str
    created_at: datetime
    tries: int = 0
    ts: str = ""
    channel: str = ""


def _aware(value: datetime | None, name: str) -> None:
    if value is not None and value.tzinfo is None:
        raise Refused(f"{name} needs a time zone.", Code.BAD_PARAMETER)


Json = dict[str, Any]
