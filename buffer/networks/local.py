"""A network in our own database, with its own page: where the first run posts to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from buffer.errors import Refused
from buffer.model import (
    Event,
    Found,
    Interaction,
    Limits,
    Profile,
    Receipt,
    Update,
    new_id,
)
from buffer.ports import Certainty, Clock, Store

SERVICE = "local"
LIMITS = Limits(characters=500)


class Local:
    """Keyed: a repeated key answers with the first receipt. Raises Refused for a comment on a post that is gone."""

    certainty = Certainty.KEYED
    events = frozenset({Event.COMMENT, Event.LIKE, Event.RESHARE})

    def __init__(self, store: Store, *, clock: Clock, public_url: str) -> None:
        self._store = store
        self._clock = clock
        self._page = f"{public_url.rstrip('/')}/local"

    def limits(self, profile: Profile) -> Limits:
        return LIMITS

    def publish(self, profile: Profile, update: Update, key: str) -> Receipt:
        return self._receipt(self._store.local.publish(profile.id, update, key, self._clock()))

    def find(self, profile: Profile, update: Update, key: str) -> Receipt | None:
        post = self._store.local.find(profile.id, key)
        return self._receipt(post) if post else None

    def interactions(self, profile: Profile, since: datetime) -> Sequence[Found]:
        found = self._store.local.found(profile.id, since)
        return [replace(each, link=self._link(each.post)) for each in found]

    def reply(
        self, profile: Profile, update: Update, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        comment = self._store.local.react(
            update.service_update_id,
            event=Event.COMMENT,
            who=profile.name,
            text=f"@{to.user.username} {text}" if to else text,
            key=key,
            ours=True,
            now=self._clock(),
        )
        if comment is None:
            raise Refused("The post is no longer on the local network.")
        return Receipt(service_id=comment, link=self._link(update.service_update_id))

    def _receipt(self, post: str) -> Receipt:
        return Receipt(service_id=post, link=self._link(post))

    def _link(self, post: str) -> str:
        return f"{self._page}#post-{post}"


def new_profile(
    name: str, *, team_id: str, timezone: str, now: datetime, user_id: str = "", link: str = ""
) -> Profile:
    """A profile of this network, to be inserted. Raises Refused for an unknown zone."""
    id = new_id(now)
    return Profile(
        id=id,
        team_id=team_id,
        service=SERVICE,
        service_id=id,
        name=name,
        timezone=timezone,
        created_at=now,
        cursor=now,
        user_id=user_id,
        link=link,
    )
