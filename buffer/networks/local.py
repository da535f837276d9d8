"""A network in our own database, with its own page: where the first run posts to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from buffer.errors import Code, Refused
from buffer.model import (
    Event,
    Interaction,
    Limits,
    Native,
    Profile,
    Receipt,
    Reply,
    Seen,
    Update,
    new_id,
)
from buffer.ports import Account, Can, Certainty, Clock, Field, Heard, Step, Store
from buffer.web import Web

SERVICE = "local"
LIMITS = Limits(characters=500, images=4, threads=True)


class Local:
    """Keyed: a repeated key answers with the first receipt. Raises Refused for a comment on a post that is gone."""

    certainty = Certainty.KEYED
    events = frozenset({Event.COMMENT, Event.LIKE, Event.RESHARE})
    can = frozenset({Can.LIKE, Can.EDIT, Can.DELETE})

    def __init__(self, store: Store, web: Web, *, clock: Clock, public_url: str) -> None:
        self._store = store
        self._clock = clock
        self._page = f"{public_url.rstrip('/')}/local"

    fields = (Field(name="name", label="Name", hint="What it is called in Slack."),)

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        """Every connection makes a new account."""
        name = form.get("name", "").strip()
        if not name:
            raise Refused("Give the profile a name.", Code.MISSING_PARAMETER)
        return Account(service_id=new_id(self._clock()), name=name, login={}, link=self._page)

    def disconnect(self, profile: Profile) -> None:
        """There is no login."""

    def limits(self, profile: Profile) -> Limits:
        return LIMITS

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        after = thread[-1].service_id if thread else ""
        return self._receipt(
            self._store.local.publish(profile.id, update, key, self._clock(), after=after)
        )

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        post = self._store.local.find(profile.id, key)
        if since and not post:
            post = self._store.local.same_words(profile.id, update, since)
        return self._receipt(post) if post else None

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        found = self._store.local.found(profile.id, since, posts)
        seen = {
            post: Seen(
                answers=frozenset(
                    each.service_id
                    for each in found
                    if each.post == post and each.event is Event.COMMENT
                )
            )
            for post in posts
        }
        return Heard(found=[replace(each, link=self._link(each.post)) for each in found], seen=seen)

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        return ()

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        return not self._store.local.is_there(to.service_id)

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        if not self._store.local.edit(reply.service_id, _said(text, to), ours=True):
            raise Refused("The comment is no longer on the local network.")

    def delete_reply(self, profile: Profile, reply: Reply) -> None:
        self._store.local.remove(reply.service_id, self._clock(), ours=True)

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        assert update, "nobody is mentioned elsewhere here"
        comment = self._store.local.react(
            update.service_update_id,
            event=Event.COMMENT,
            who=profile.name,
            text=_said(text, to),
            key=key,
            ours=True,
            now=self._clock(),
        )
        if comment is None:
            raise Refused("The post is no longer on the local network.")
        return Receipt(service_id=comment, link=self._link(update.service_update_id))

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        comment = self._store.local.reaction(key)
        return Receipt(service_id=comment) if comment else None

    def like(self, profile: Profile, to: Interaction, key: str) -> None:
        if not self._store.local.like(to.service_id):
            raise Refused("The comment is no longer on the local network.")

    def _receipt(self, post: str) -> Receipt:
        return Receipt(service_id=post, link=self._link(post))

    def _link(self, post: str) -> str:
        return f"{self._page}#post-{post}"


def _said(text: str, to: Interaction | None) -> str:
    return f"@{to.user.username} {text}" if to else text
