"""Anything that takes a signed POST: whatever has no adapter here can be a network behind a few lines of its own.

The receiver keeps Idempotency-Keys; that is its side of the contract (docs/networks.md). What people do there it tells
by itself, see `buffer.api.hooks`: it is never asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from buffer import signing
from buffer.errors import Code, LoginExpired, NetworkDown, Refused, SlowDown
from buffer.model import (
    OPTIONS,
    Event,
    Interaction,
    Json,
    Limits,
    Media,
    Native,
    Profile,
    Receipt,
    Reply,
    Update,
    new_id,
)
from buffer.ports import LOGIN, Account, Can, Certainty, Clock, Field, Heard, Step, Store
from buffer.web import Answer, Web, error_for

SERVICE = "webhook"
LIMITS = Limits(
    characters=10_000,
    images=10,
    alt_text=10_000,
    cards=False,
    threads=True,
    options=frozenset(OPTIONS),
    comments=False,
)
"""Of a receiver that did not say that it takes comments."""

NO_COMMENTS = "This webhook takes no comments: its receiver did not say so when it was connected."
SHORTEST_SECRET = 16
SECONDS = 30.0
MOST_ANSWER = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Receiver:
    """What is kept of a connection; `comments`: it takes them, changed and deleted ones too."""

    url: str
    secret: str = field(repr=False)
    comments: bool = False


class Webhook:
    """Keyed, by contract: a receiver answers a repeated Idempotency-Key with what it answered first."""

    certainty = Certainty.KEYED
    events = frozenset({Event.COMMENT, Event.LIKE, Event.RESHARE, Event.MENTION})
    can = frozenset({Can.EDIT, Can.DELETE, Can.TELL})
    fields = (
        Field(name="name", label="Name", hint="What it is called in Slack", example="Our blog"),
        Field(
            name="url",
            label="Address",
            hint="Where posts are sent to",
            example="https://blog.example.org/hooks/buffer",
        ),
        Field(
            name="secret",
            label="Secret",
            hint=f"At least {SHORTEST_SECRET} characters that the receiver knows, too; it signs what goes either way",
            secret=True,
        ),
    )

    def __init__(self, store: Store, web: Web, *, clock: Clock, public_url: str) -> None:
        self._store = store
        self._web = web
        self._clock = clock
        self._site = public_url.rstrip("/")

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        """Send a signed ping, which has to be answered with a 2xx, and may be with what the receiver takes."""
        name, url, secret = (form.get(each, "").strip() for each in ("name", "url", "secret"))
        if not name:
            raise Refused("Give it a name.", Code.MISSING_PARAMETER)
        if len(secret) < SHORTEST_SECRET:
            raise Refused(
                f"The secret needs at least {SHORTEST_SECRET} characters.", Code.BAD_PARAMETER
            )
        receiver = _Receiver(url=_address(url), secret=secret)
        said = _read(self._send(receiver, self._new_key(), {"type": "ping", "name": name}))
        return Account(
            service_id=hashlib.sha256(receiver.url.encode()).hexdigest()[:24],
            name=name,
            login={"url": receiver.url, "secret": secret, "comments": said.get("comments") is True},
        )

    def disconnect(self, profile: Profile) -> None:
        """The receiver is not told: it just hears nothing any more."""

    def limits(self, profile: Profile) -> Limits:
        try:
            return replace(LIMITS, comments=self._receiver(profile).comments)
        except (LoginExpired, NetworkDown):  # disconnected, or sealed: nothing goes there
            return LIMITS

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        receiver = self._receiver(profile)
        body: Json = {
            "type": "post.publish",
            "post": {
                "id": update.id,
                "text": update.text,
                "media": self._pictures(update.media),
                "link": _preview(update.media),
                "due_at": update.due_at.isoformat() if update.due_at else None,
                "thread": [{"id": each.service_id, "link": each.link} for each in thread],
                **update.options,
            },
            "profile": self._profile(profile),
        }
        return _receipt(self._send(receiver, key, body), key)

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        """There is nothing to look at: a repeated key asks, while the receiver remembers it."""
        raise Refused("A webhook cannot be asked what it has. Please look there.")

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        return Heard()

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        return ()

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        return False

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        comment: Json = {
            "id": key,
            "text": text,
            "post": update.service_update_id if update else None,
            "to": {"id": to.service_id, "user": to.user.username} if to else None,
        }
        receiver = self._commented(profile)
        return _receipt(self._send(receiver, key, self._said("create", comment, profile)), key)

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        comment: Json = {"id": reply.service_id, "text": text}
        receiver = self._commented(profile)
        self._send(receiver, self._new_key(), self._said("update", comment, profile))

    def delete_reply(self, profile: Profile, reply: Reply) -> None:
        body = self._said("delete", {"id": reply.service_id}, profile)
        said = self._ask(self._commented(profile), self._new_key(), body)
        if said.status != 404:  # one that is gone is deleted
            self._checked(said)

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        raise Refused("A webhook cannot be asked what it has. Please look there.")

    def like(self, profile: Profile, to: Interaction, key: str) -> None:
        raise Refused("A webhook likes no comments.", Code.COMMENTS_NOT_POSSIBLE)

    def _receiver(self, profile: Profile) -> _Receiver:
        kept = self._store.secrets.recall(profile.id, LOGIN)
        if not kept:
            raise LoginExpired("There is no secret for this webhook.")
        return _Receiver(**kept)

    def _commented(self, profile: Profile) -> _Receiver:
        """Raises Refused where comments do not go."""
        receiver = self._receiver(profile)
        if not receiver.comments:
            raise Refused(NO_COMMENTS, Code.COMMENTS_NOT_POSSIBLE)
        return receiver

    def _said(self, verb: str, comment: Json, profile: Profile) -> Json:
        return {
            "type": f"comment.{verb}",
            "comment": comment,
            "profile": self._profile(profile),
        }

    def _profile(self, profile: Profile) -> Json:
        """Who it is about, and where the receiver can tell what people did."""
        known: Json = {"id": profile.id, "name": profile.name}
        return known | ({"hook": f"{self._site}/hooks/{profile.id}"} if self._site else {})

    def _new_key(self) -> str:
        """For what does no harm twice: the same words may come back after others, and have to arrive again."""
        return new_id(self._clock())

    def _pictures(self, media: Media) -> list[Json]:
        found = [
            {"url": f"{self._site}/media/{each.id}", "alt_text": each.alt_text}
            for each in media.pictures
        ]
        own = media.own_picture
        return [*([{"url": own, "alt_text": media.alt_text}] if own else []), *found]

    def _send(self, receiver: _Receiver, key: str, body: Json) -> Answer:
        return self._checked(self._ask(receiver, key, body))

    def _ask(self, receiver: _Receiver, key: str, body: Json) -> Answer:
        content = json.dumps(body, ensure_ascii=False).encode()
        return self._web.ask(
            "POST",
            receiver.url,
            data=content,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": key,
                **signing.headers(receiver.secret, key, self._clock(), content),
            },
            seconds=SECONDS,
            most=MOST_ANSWER,
        )

    def _checked(self, said: Answer) -> Answer:
        """Raises what a status means."""
        words = str(_read(said).get("error") or "")
        reason = words[:500] or f"The receiver answered {said.status}."
        if 300 <= said.status < 400:
            raise Refused("The receiver has moved to another address: connect it anew.")
        if said.status == 410:
            raise LoginExpired("The receiver says that it is gone.")
        if said.status == 429:
            until = said.retry_at(self._clock()) or self._clock() + timedelta(minutes=1)
            raise SlowDown(reason, until)
        if error := error_for(said, reason, self._clock()):
            raise error
        return said


def _read(said: Answer) -> Json:
    """What was answered; {} for what is no object."""
    found = said.json() if said.body else {}
    return found if isinstance(found, dict) else {}


def _receipt(said: Answer, key: str) -> Receipt:
    found = _read(said)
    link = str(found.get("link") or found.get("url") or "")
    return Receipt(
        service_id=str(found.get("id") or key),
        link=link if link.startswith(("https://", "http://")) else "",
    )


def _preview(media: Media) -> Json | None:
    if not media.link:
        return None
    return {
        "url": media.link,
        "title": media.title,
        "description": media.description,
        "picture": media.picture,
    }


def _address(typed: str) -> str:
    try:
        parts = urlsplit(typed)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or any(sign.isspace() for sign in typed):
        raise Refused(f"“{typed}” is not an address: it begins with https://.", Code.BAD_PARAMETER)
    return typed
