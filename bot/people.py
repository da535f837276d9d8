"""Who is asking, and what is remembered for them: zone, rights, last choice, words that are not queued yet."""

from __future__ import annotations

import copy
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from buffer.accounts import Accounts
from buffer.errors import Busy, Code, Refused
from buffer.model import SLACK, Attached, Draft, Media, Position, Profile
from buffer.ports import Networks, Queue, Store

log = logging.getLogger(__name__)

KNOWN_FOR, UNKNOWN_FOR, DRAFTS_FOR = timedelta(days=1), timedelta(minutes=1), timedelta(days=1)
SECONDS_FOR_USERS_INFO = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A member of the workspace. `timezone` is "" when Slack did not tell it."""

    id: str
    name: str = ""
    timezone: str = ""
    locale: str = "en-US"
    is_guest: bool = False
    is_admin: bool = False

    def may_write(self) -> None:
        """Raises Refused for a guest, naming who can."""
        if self.is_guest:
            raise Refused(
                "Guests cannot add or change posts. Any full member of this workspace can: ask the one who "
                "invited you.",
                Code.FORBIDDEN,
            )

    def may_settle(self) -> None:
        """Raises Refused for anyone but an admin."""
        if not self.is_admin:
            raise Refused(
                "Only the workspace's admins can change this. Ask one of them.", Code.FORBIDDEN
            )


class People:
    """Looks people up with `users.info`, at most once a day each, and never for longer than the ack path allows."""

    def __init__(self, store: Store, admins: Sequence[str] = ()) -> None:
        self._store = store
        self._admins = frozenset(admins)
        self._unknown: dict[str, tuple[Person, datetime]] = {}

    def find(self, client: WebClient, team_id: str, user_id: str, now: datetime) -> Person:
        """Who this is. Without an answer from Slack: somebody without a zone, who is no admin."""
        memo = f"person:{team_id}:{user_id}"
        if known := self._store.memos.recall(memo, now):
            return self._with_rights(Person(**known))
        unknown = self._unknown.get(memo)
        if unknown and unknown[1] > now:
            return unknown[0]
        return self._ask(client, user_id, memo, now)

    def known_name(self, team_id: str, user_id: str, now: datetime) -> str:
        """The name of somebody we met in the last day; never a network call."""
        known = self._store.memos.recall(f"person:{team_id}:{user_id}", now)
        return str(known["name"]) if known else ""

    def _ask(self, client: WebClient, user_id: str, memo: str, now: datetime) -> Person:
        try:
            answer = quick(client, SECONDS_FOR_USERS_INFO).users_info(
                user=user_id, include_locale=True
            )
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("users.info did not answer", extra={"user": user_id, "reason": repr(error)})
            person = self._with_rights(Person(id=user_id))
            self._unknown[memo] = person, now + UNKNOWN_FOR
            return person
        person = person_from(answer["user"])
        self._store.memos.keep(memo, asdict(person), until=now + KNOWN_FOR)
        return self._with_rights(person)

    def _with_rights(self, person: Person) -> Person:
        return replace(person, is_admin=True) if person.id in self._admins else person


def person_from(user: Mapping[str, Any]) -> Person:
    """A user object as docs.slack.dev/reference/objects/user-object has it (2026-11)."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"))
    guest = ("is_restricted", "is_ultra_restricted", "is_stranger")
    return Person(
        id=str(user["id"]),
        name=str(next(filter(None, names), user.get("name", ""))),
        timezone=str(user.get("tz") or ""),
        locale=str(user.get("locale") or "en-US"),
        is_guest=any(user.get(flag) for flag in guest),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
    )


def quick(client: WebClient, seconds: float) -> WebClient:
    """The same client for the ack path: it gives up soon and never tries twice."""
    impatient = copy.copy(client)
    impatient.timeout = seconds  # type: ignore[assignment]  # urllib takes fractions
    impatient.retry_handlers = []
    return impatient


# -- the desk


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """All that a listener works with, for one request of one person."""

    queue: Queue
    store: Store
    networks: Networks
    now: datetime
    team_id: str
    user_id: str
    channel: str
    command: str
    person: Callable[[], Person]
    known: Callable[[], Mapping[str, Profile]]
    """The profiles as this request found them: for names, zones and choices, not for what the request changes."""
    name_of: Callable[[str], str]
    accounts: Accounts | None = None

    def zone(self, profile: Profile | None) -> str:
        """The person's own zone; the profile's while Slack does not tell it."""
        return self.person().timezone or (profile.timezone if profile else "UTC")

    def zone_note(self, profile: Profile | None) -> tuple[str, ...]:
        """Says whose zone was used when it is not the person's own."""
        if self.person().timezone:
            return ()
        return (f"Slack did not tell your time zone, so times are read in {self.zone(profile)}.",)

    def profiles(self) -> dict[str, Profile]:
        return {profile.id: profile for profile in self.queue.profiles()}


def by_name(profiles: Iterable[Profile]) -> dict[str, Profile]:
    """Profiles by the names one may type: their own, and the network's where it means only one."""
    services = Counter(profile.service for profile in profiles)
    alone = {p.service: p for p in profiles if services[p.service] == 1}
    return {**alone, **{profile.name: profile for profile in profiles}}


# -- which profiles


def usual_profiles(desk: Desk) -> tuple[str, ...]:
    """Where this person's posts go unless they say otherwise: the channel's profiles, else their own last choice,
    else the only one there is; () when they must be asked."""
    there = list(desk.known())
    for ids in (
        channel_defaults(desk, desk.channel) if desk.channel else (),
        desk.store.feeds.profiles(desk.team_id, desk.channel) if desk.channel else (),
        desk.store.memos.recall(_last_choice(desk), desk.now) or (),
    ):
        if known := tuple(id for id in ids if id in there):
            return known
    return tuple(there) if len(there) == 1 else ()


def channel_defaults(desk: Desk, channel: str) -> list[str]:
    """Where what is typed in this channel goes, as an admin said."""
    return desk.store.memos.recall(f"channel-defaults:{desk.team_id}:{channel}", desk.now) or []


def keep_channel_defaults(desk: Desk, channel: str, profile_ids: Sequence[str]) -> None:
    desk.store.memos.keep(f"channel-defaults:{desk.team_id}:{channel}", list(profile_ids))


def none_yet(desk: Desk) -> str:
    """What there is to say where no profile is connected."""
    if desk.accounts and desk.person().is_admin:
        return f"No profile is connected yet. Type {desk.command} connect to connect one."
    return "No profile is connected yet. Ask an admin to connect one."


def remember_choice(desk: Desk, profile_ids: Sequence[str]) -> None:
    """For the next time. It comes after what was asked for, so a locked database does not undo the answer."""
    with suppress(Busy):
        if tuple(profile_ids) != usual_profiles(desk):
            desk.store.memos.keep(_last_choice(desk), list(profile_ids))


def _last_choice(desk: Desk) -> str:
    return f"last-choice:{desk.team_id}:{desk.user_id}"


# -- what was typed and is not in the queue


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """Something somebody wrote, with all they chose for it. `whole` is the text if the time in it is not meant as
    one; `when` is the time as typed, `at` the instant it was understood as (ISO); `asks`: perhaps it is no time;
    `chosen`: the profiles were named, not taken for granted. `files`: (id in Slack, name, what it shows) of each;
    `options` are those of `buffer.model.OPTIONS`, and `series` lets a long text go out as a thread."""

    text: str = ""
    whole: str = ""
    profile_ids: tuple[str, ...] = ()
    position: str = Position.QUEUE.value
    when: str = ""
    at: str = ""
    asks: bool = False
    chosen: bool = True
    picture: str = ""
    alt_text: str = ""
    files: tuple[tuple[str, str, str], ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    series: bool = False
    source: str = ""

    @property
    def scheduled_at(self) -> datetime | None:
        return datetime.fromisoformat(self.at) if self.at else None

    @property
    def _shows_picture(self) -> str:
        """What the picture with an address shows: the first line, where there is one for each of several."""
        if not self.picture:
            return ""
        first, _, _ = self.alt_text.partition("\n")
        return first.strip() if self.files else " ".join(self.alt_text.split("\n"))

    def draft(self, *, hold: timedelta, allow_duplicate: bool = False) -> Draft:
        """As the queue takes it."""
        at = self.scheduled_at
        return Draft(
            text=self.text,
            profile_ids=self.profile_ids,
            position=Position.QUEUE if at else Position(self.position),
            scheduled_at=at,
            hold=hold if self.position == Position.NOW else timedelta(),
            media=Media(
                picture=self.picture,
                alt_text=self._shows_picture,
                files=tuple(
                    Attached(source=f"{SLACK}{id}", name=name, alt_text=shows)
                    for id, name, shows in self.files
                ),
            ),
            options=self.options,
            series=self.series,
            shorten=False,  # who types an address in Slack means that address
            allow_duplicate=allow_duplicate,
            source=self.source,
        )


def keep_typed(desk: Desk, typed: Typed) -> str:
    """Keep it for a day behind a button; returns the id the button carries."""
    name = secrets.token_hex(8)
    memo = f"draft:{desk.team_id}:{name}"
    desk.store.memos.keep(memo, asdict(typed), until=desk.now + DRAFTS_FOR)
    return name


def recall_typed(desk: Desk, name: str) -> Typed:
    """Raises Refused once the day is over."""
    kept = desk.store.memos.recall(f"draft:{desk.team_id}:{name}", desk.now)
    if kept is None:
        raise Refused(
            f"This question is more than a day old. Please type `{desk.command}` and your text again.",
            Code.UPDATE_NOT_FOUND,
        )
    files = tuple((id, name, shows) for id, name, shows in kept.pop("files", ()))
    return Typed(**{**kept, "profile_ids": tuple(kept["profile_ids"]), "files": files})


# -- what is looked at

_HOME = "home:"


def remember_place(desk: Desk, place: str) -> None:
    """What this person looks at in their Home, so that it can be kept up to date for a day."""
    memo = f"{_HOME}{desk.team_id}:{desk.user_id}"
    desk.store.memos.keep(memo, place, until=desk.now + DRAFTS_FOR)


def open_place(desk: Desk) -> str:
    """What this person looks at in their Home; "" when they have not looked for a day."""
    return desk.store.memos.recall(f"{_HOME}{desk.team_id}:{desk.user_id}", desk.now) or ""


def open_homes(store: Store) -> list[tuple[str, str]]:
    """Whose Home was looked at of late: (team, user)."""
    names = (name.removeprefix(_HOME).partition(":") for name in store.memos.names(_HOME))
    return [(team, user) for team, _, user in names]


# -- where a window was opened


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What opened a modal, so that its outcome is told there. `place` names what is redrawn; `files` are the pictures
    of the message it began with."""

    place: str = ""
    value: str = ""
    response_url: str = ""
    channel: str = ""
    thread_ts: str = ""
    source: str = ""
    files: tuple[tuple[str, str, str], ...] = ()


def keep_origin(desk: Desk, origin: Origin) -> str:
    """Keep it for a day; returns the id that goes into the view's private_metadata."""
    name = secrets.token_hex(8)
    memo = f"window:{desk.team_id}:{name}"
    desk.store.memos.keep(memo, asdict(origin), until=desk.now + DRAFTS_FOR)
    return name


def recall_origin(desk: Desk, name: str) -> Origin:
    kept = desk.store.memos.recall(f"window:{desk.team_id}:{name}", desk.now)
    if not kept:
        return Origin()
    files = tuple((id, name, shows) for id, name, shows in kept.pop("files", ()))
    return Origin(**kept, files=files)
