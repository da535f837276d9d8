"""The networks behind a hosted queue: it publishes there by itself, tells what people did, and takes comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from buffer.errors import Refused, SlowDown
from buffer.model import (
    Actor,
    Event,
    Found,
    Interaction,
    Limits,
    Native,
    Profile,
    Receipt,
    Reply,
    Seen,
    Update,
)
from buffer.ports import (
    Account,
    Can,
    Certainty,
    Clock,
    Field,
    Heard,
    Network,
    Queue,
    Queues,
    Step,
    Store,
)

PAUSE = timedelta(minutes=1)
"""Between two looks at a profile: Buffer allows 60 requests a minute in all."""

_PAGE = 100
_LIMITS = Limits(characters=5000)


class Hosted:
    """Any of them. Blind: v1 has no keys for comments."""

    certainty = Certainty.BLIND
    events = frozenset(Event)
    can: frozenset[Can] = frozenset()

    def __init__(self, queues: Queues, store: Store, clock: Clock) -> None:
        self._queues, self._store, self._clock = queues, store, clock
        self._limits: dict[str, Limits] = {}
        self._looked: dict[str, datetime] = {}

    def learn(self, configuration: Mapping[str, Any]) -> None:
        """What the server says its networks take."""
        services = configuration.get("services")
        for service, told in (services if isinstance(services, dict) else {}).items():
            kinds = told.get("types") if isinstance(told, dict) else None
            for kind in (kinds if isinstance(kinds, dict) else {}).values():
                characters = kind.get("character_limit") if isinstance(kind, dict) else None
                if isinstance(characters, int) and characters > 0:
                    self._limits[service] = Limits(characters=characters)

    def limits(self, profile: Profile) -> Limits:
        return self._limits.get(profile.service, _LIMITS)

    fields: tuple[Field, ...] = ()

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        raise Refused("Accounts are connected where the queue is, not here.")

    def disconnect(self, profile: Profile) -> None:
        raise Refused("Accounts are disconnected where the queue is, not here.")

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        raise Refused("The hosted queue publishes by itself.")

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        return None

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        now = self._clock()
        looked = self._looked.get(profile.id)
        if looked and now - looked < PAUSE:
            raise SlowDown("Asked a moment ago.", looked + PAUSE)
        self._looked[profile.id] = now
        found: list[Found] = []
        seen: dict[str, Seen | None] = {}
        for post in posts:
            if update := self._store.interactions.update_for(profile.id, post):
                told, seen[post] = self._look(profile, update)
                found += told
        return Heard(found=sorted(found, key=lambda each: each.created_at), seen=seen)

    def _look(self, profile: Profile, update: Update) -> tuple[list[Found], Seen]:
        """The newest page of what people did with an update, and its numbers as the server has them."""
        queue = self._queue(profile)
        page = queue.interactions(update.id, count=_PAGE)
        told = [
            Found(
                post=update.service_update_id,
                service_id=each.id,
                event=each.event,
                user=each.user,
                created_at=each.created_at,
                text=each.text,
                link=each.link,
            )
            for each in page.items
        ]
        is_all = page.total <= len(page.items)
        answers = frozenset(each.id for each in page.items) if is_all else None
        return told, Seen(counts=queue.update(update.id).statistics, answers=answers)

    def _queue(self, profile: Profile) -> Queue:
        return self._queues(Actor(team_id=profile.team_id, user_id="", via="mirror"))

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        return ()

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        """Told by the list of its post alone, if that is whole."""
        page = self._queue(profile).interactions(to.update_id, count=_PAGE)
        is_all = page.total <= len(page.items)
        return is_all and to.service_id not in {each.id for each in page.items}

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        raise Refused("A hosted queue changes no comments.")

    def delete_reply(self, profile: Profile, reply: Reply) -> None:
        raise Refused("A hosted queue deletes no comments.")

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        assert update, "it tells of no mentions elsewhere"
        queue = self._queues(Actor(team_id=profile.team_id, user_id="", via="slack"), key)
        made = queue.comment(update.id, text, interaction_id=to.service_id if to else "")
        return Receipt(service_id=made.service_id or made.id)

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        raise Refused("Nobody can look for a comment on a hosted queue.")

    def like(self, profile: Profile, to: Interaction, key: str) -> None:
        raise Refused("A hosted queue likes no comments.")


class HostedNetworks(Mapping[str, Network]):
    """Whatever a service is called, the hosted queue knows it."""

    def __init__(self, hosted: Hosted, store: Store) -> None:
        self._hosted, self._store = hosted, store

    def __getitem__(self, service: str) -> Network:
        return self._hosted

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(profile.service for profile in self._store.profiles.all()))

    def __len__(self) -> int:
        return len(list(iter(self)))
