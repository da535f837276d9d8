"""What a network can do. Each raises Refused, NetworkDown, Unclear, LoginExpired or SlowDown, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from buffer.model import (
    Event,
    Found,
    Interaction,
    Json,
    Limits,
    Native,
    Profile,
    Receipt,
    Reply,
    Seen,
    Update,
)

LOGIN, SESSION = "login", "session"
"""The names a profile's secrets are kept under: what was given at the connection, and what became of it since."""


class Certainty(StrEnum):
    """What can be done about a publish whose outcome is unknown: send it again with its key, look for it, or ask
    a person."""

    KEYED = "keyed"
    LOOKUPABLE = "look-up-able"
    BLIND = "blind"


class Can(StrEnum):
    """What not every network can: like a comment, edit and delete one of ours; list what an account posted by itself;
    and tell what people did unasked, so that nobody asks."""

    LIKE = "like"
    EDIT = "edit"
    DELETE = "delete"
    LIST = "list"
    TELL = "tell"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One thing a network asks for when an account is connected. `secret`: nobody may see it again."""

    name: str
    label: str
    hint: str = ""
    example: str = ""
    secret: bool = False
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The next thing a person has to do before an account is connected: open `url`, then fill in `fields`. `kept` goes
    with them into the next call of `connect`; nobody sees it."""

    words: str
    url: str
    fields: tuple[Field, ...]
    kept: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account that may be posted to: who it is on its network, and the login that proves it. `expires_at` is when
    that will end, where the network says so."""

    service_id: str
    name: str
    login: Json = field(repr=False)
    link: str = ""
    avatar: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What people did, oldest first; `mark`: where to go on from the next time, for a network that counts; and `seen`:
    how the posts stand that were looked at, None for one that is gone."""

    found: Sequence[Found] = ()
    mark: str = ""
    seen: Mapping[str, Seen | None] = field(default_factory=dict)


class Network(Protocol):
    """A place updates go to.

    `key` is chosen by us and is the same for every try of one update (or reply). On a keyed network a repeat with
    the same key answers with the first receipt and posts nothing. It begins with the second it was made in, as ids do:
    what goes out with it is no older.
    """

    @property
    def certainty(self) -> Certainty: ...

    @property
    def events(self) -> frozenset[Event]:
        """The interactions this network reports."""

    @property
    def can(self) -> frozenset[Can]: ...

    @property
    def fields(self) -> tuple[Field, ...]:
        """What `connect` has to be told."""

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        """Log in with what was filled in, by the names of `fields` (and, after a Step, what it kept)."""

    def disconnect(self, profile: Profile) -> None:
        """Give a login back to its network, where that is possible. It is forgotten here in any case."""

    def limits(self, profile: Profile) -> Limits:
        """What one post may hold. Answers from memory: never a network call."""

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        """Post it; `thread` are the parts of the same series that are out, which it follows."""

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        """The post made with this key, if it is there. With `since`, also one of ours with the same words that is no
        older and that no other update is; where keys are not kept, `since` is when the key was made. Raises Refused
        where nobody can look."""

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        """What people did with our posts since then, or since the `mark` of the last time. `posts` are a few of our
        own, by their ids there, that are looked at as well, with all that is said below: networks do not tell of
        everything. May repeat what was told before."""

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        """What the account posted since then, oldest first, through us or not; no answers, nothing reshared."""

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        """Whether a comment that its thread did not show is really not there any more."""

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        """Comment on our own post, or answer one comment on it; without a post, a mention elsewhere."""

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        """Change a comment of ours that is out. Twice is once. Asked only where that can be."""

    def delete_reply(self, profile: Profile, reply: Reply) -> None:
        """Delete a comment of ours that is out; one that is gone is deleted. Asked only where that can be."""

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        """The comment that `reply` made with all of this, if it is there. Asked only where the network is look-up-able;
        raises Refused where nobody can look."""

    def like(self, profile: Profile, to: Interaction, key: str) -> None:
        """Like a comment as this account; a second time changes nothing. Raises Refused where that is not possible."""


Networks = Mapping[str, Network]
"""The networks by the name of their service."""


def takes_comments(networks: Networks, profile: Profile) -> bool:
    """Whether what is said in a thread can go to this account's network."""
    network = networks.get(profile.service)
    return network is not None and network.limits(profile).comments


def takes_likes(networks: Networks, profile: Profile) -> bool:
    """Whether this account can like a comment."""
    network = networks.get(profile.service)
    return network is not None and Can.LIKE in network.can
