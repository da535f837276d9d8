"""`POST /hooks/{profile_id}`: what people did at a webhook's receiver, told by itself and signed with its secret.

Told twice is once, by the request's webhook-id and by the interaction's own. What comes in another order ends the same:
what was deleted stays deleted, and of what is known already only an update changes the words.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import falcon

from buffer import hearing, signing
from buffer.api import bodies
from buffer.api.errors import Fault, fault_of, unknown, write
from buffer.errors import Code, QueueError, Refused
from buffer.model import UNBOUND, Event, Found, Interaction, Json, Person, Profile, Seen
from buffer.ports import LOGIN, Clock, Store

log = logging.getLogger("hooks")

ROUTE = "/hooks/{profile_id}"
EVENTS = (Event.COMMENT, Event.LIKE, Event.RESHARE, Event.MENTION)
HAVE_WORDS = (Event.COMMENT, Event.MENTION)
REMEMBERED = timedelta(days=30)
"""How long is known that something was deleted before it was heard of."""
UNCLEAR = timedelta(hours=1)
"""How far ahead the next look at a comment whose outcome is unclear may be: less than that."""

_LONGEST_ID, _MOST_NUMBERS, _LARGEST = 500, 20, 1 << 53
_FIRST_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Hooks:
    """Takes what is signed for a connected profile of this service. To everybody else all profiles look alike."""

    def __init__(self, store: Store, clock: Clock, *, service: str) -> None:
        self._store = store
        self._clock = clock
        self._service = service

    def on_post(self, req: falcon.Request, resp: falcon.Response, profile_id: str) -> None:
        try:
            self._take(req, profile_id)
        except Fault as fault:
            write(resp, fault)
        except QueueError as error:
            write(resp, fault_of(error, self._clock()))
        except falcon.HTTPError:
            raise
        except Exception:  # the edge: whatever broke, the receiver gets JSON and no traceback
            log.exception("hook broke")
            write(resp, unknown())
        else:
            resp.status = falcon.HTTP_204

    def _take(self, req: falcon.Request, profile_id: str) -> None:
        body, now = bodies.body(req), self._clock()
        profile = self._signer(req, profile_id, body, now)
        said = _parsed(body)
        kind = said.get("type")
        act = ACTS.get(kind) if isinstance(kind, str) else None
        if act is None:
            raise Refused(f"“type” has to be one of {', '.join(ACTS)}.", Code.BAD_PARAMETER)
        digest = hashlib.sha256((req.get_header(signing.ID) or "").encode()).hexdigest()
        key = f"hook {profile.id} {digest}"
        with self._store.transaction():
            if self._store.requests.answered(key) is None:
                act(_Call(store=self._store, profile=profile, said=said, now=now))
                self._store.requests.record(key, [], now)
        log.info("told", extra={"profile": profile.id, "event": kind})

    def _signer(self, req: falcon.Request, profile_id: str, body: bytes, now: datetime) -> Profile:
        """Raises the same 401 for whatever is not right."""
        names = (signing.ID, signing.TIMESTAMP, signing.SIGNATURE)
        given = {name: req.get_header(name) or "" for name in names}
        team = self._store.teams.current()
        profile = self._store.profiles.get(team.id if team else UNBOUND, profile_id)
        secret = self._secret(profile) if profile else ""
        is_signed = signing.is_signed(secret, given, body, now)
        if profile is None or not secret or not is_signed:
            raise Fault(
                "This is not signed as it has to be: check the secret, the address and the clock.",
                status=401,
                code=Code.UNAUTHORIZED,
            )
        return profile

    def _secret(self, profile: Profile) -> str:
        if profile.service != self._service or profile.disconnected:
            return ""
        login = self._store.secrets.recall(profile.id, LOGIN) or {}
        return str(login.get("secret") or "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Call:
    """A request that is signed."""

    store: Store
    profile: Profile
    said: Json
    now: datetime


# -- what may be told


def _created(call: _Call) -> None:
    """Nothing new of what is known: this may come behind its own update."""
    if _known(call) is None and not _was_deleted(call):
        _keep(call)


def _updated(call: _Call) -> None:
    known = _known(call)
    if not _was_deleted(call) and not (known and known.removed):
        _keep(call)


def _deleted(call: _Call) -> None:
    if known := _known(call):
        hearing.remove(call.store, known, call.now)
    else:
        call.store.memos.keep(_deletion(call), True, until=call.now + REMEMBERED)


def _counted(call: _Call) -> None:
    """Numbers that come behind the deletion do not bring a post back."""
    post, given = _id(call.said, "post"), _object(call.said, "statistics")
    if len(given) > _MOST_NUMBERS:
        raise _wrong(f"“statistics” may hold {_MOST_NUMBERS} numbers at most.")
    counts = {name: _number(given, name) for name in given if _is_name(name)}
    update = call.store.interactions.update_for(call.profile.id, post)
    if update is None:
        raise _unknown(call, post)
    if update.removed_at is None:
        hearing.see(call.store, call.profile, post, Seen(counts=counts), call.now)


def _post_deleted(call: _Call) -> None:
    post = _id(call.said, "post")
    if call.store.interactions.update_for(call.profile.id, post) is None:
        raise _unknown(call, post)
    hearing.see(call.store, call.profile, post, None, call.now)


ACTS: Mapping[str, Callable[[_Call], None]] = {
    "interaction.created": _created,
    "interaction.updated": _updated,
    "interaction.deleted": _deleted,
    "post.statistics": _counted,
    "post.deleted": _post_deleted,
}


# -- one interaction


def _known(call: _Call) -> Interaction | None:
    return call.store.interactions.known(call.profile.id, _interaction_id(call))


def _was_deleted(call: _Call) -> bool:
    return bool(call.store.memos.recall(_deletion(call), call.now))


def _deletion(call: _Call) -> str:
    return f"hook-deleted:{call.profile.id}:{_interaction_id(call)}"


def _interaction_id(call: _Call) -> str:
    return _id(_object(call.said, "interaction"), "id")


def _keep(call: _Call) -> None:
    found = _found(call)
    if _known(call) is None and _may_be_ours(call, found):
        raise _not_yet("A comment")
    hearing.keep(call.store, call.profile, [found], call.now)


def _may_be_ours(call: _Call, found: Found) -> bool:
    """What we say there gets its id only with the answer, and may be told of before."""
    replies = call.store.replies
    if found.event not in HAVE_WORDS or replies.are_ours(call.profile.id, found.service_id):
        return False
    sending = replies.sending(call.profile.service, call.now + UNCLEAR)
    return any(reply.text.strip() == found.text for reply, _ in sending)


def _found(call: _Call) -> Found:
    given = _object(call.said, "interaction")
    event, text = _event(given), _words(given, "text")
    if event in HAVE_WORDS and not text:
        raise _wrong(f"“text” is missing: it is what the {event} says.")
    post = _place(call, given, event)
    return Found(
        post=post,
        service_id=_id(given, "id"),
        event=event,
        user=_person(_object(given, "user")),
        created_at=_made_at(given, call.now),
        text=text,
        link=_link(given, "link"),
        elsewhere=not post,
    )


def _made_at(given: Json, now: datetime) -> datetime:
    """Now for none, which some write as the year 1, and for what is dated ahead."""
    at = _time(given, "created_at")
    return min(at, now) if at and at >= _FIRST_TIME else now


def _place(call: _Call, given: Json, event: Event) -> str:
    """The id of what it is about; "" for a mention elsewhere."""
    names = ("to", "post") if event in HAVE_WORDS else ("post",)
    places = [_id(given, name) for name in names if given.get(name) is not None]
    if not places and event is not Event.MENTION:
        raise _wrong(f"{' or '.join(f'“{name}”' for name in names)} is missing: where it belongs.")
    for place in places:
        if _is_known(call, place):
            return place
    if places:
        raise _unknown(call, places[-1])
    return ""


def _is_known(call: _Call, place: str) -> bool:
    found, profile = call.store.interactions, call.profile.id
    return bool(found.update_for(profile, place) or found.mention_for(profile, place))


def _unknown(call: _Call, place: str) -> Fault:
    """What is on the wire this very moment gets its id only with the answer, and may be meant."""
    if call.store.updates.unsettled(call.profile.id, call.now):
        return _not_yet("A post")
    words = f"Nothing with the id “{place[:100]}” is known here."
    return Fault(words, status=404, code=Code.UPDATE_NOT_FOUND)


def _not_yet(what: str) -> Fault:
    words = (
        f"{what} is on its way to you at this moment. Send this again when you have answered it."
    )
    return Fault(words, status=503, code=Code.UNKNOWN, headers={"Retry-After": "5"})


def _event(given: Json) -> Event:
    named = given.get("event")
    if named not in list(EVENTS):
        raise _wrong(f"“event” has to be one of {', '.join(EVENTS)}.")
    return Event(named)


def _person(given: Json) -> Person:
    username = _words(given, "username")
    if not username:
        raise _wrong("“username” of the “user” is missing.")
    return Person(
        username=username,
        name=_words(given, "name"),
        service_id=_id(given, "id") if given.get("id") is not None else "",
        avatar=_link(given, "avatar"),
        followers=_number(given, "followers") if given.get("followers") is not None else 0,
        link=_link(given, "link"),
    )


# -- reading


def _parsed(body: bytes) -> Json:
    try:
        said = json.loads(body.decode())
        json.dumps(said, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise _wrong("The body is not JSON in UTF-8.") from error
    if not isinstance(said, dict):
        raise _wrong("The body has to be a JSON object.")
    return said


def _object(given: Json, name: str) -> Json:
    value = given.get(name)
    if not isinstance(value, dict):
        raise _wrong(f"“{name}” is missing, or is no object.")
    return value


def _id(given: Json, name: str) -> str:
    """Numbers are ids as well."""
    value: Any = given.get(name)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if is_number else _words(given, name)
    if not text:
        raise _wrong(f"“{name}” is missing.")
    if len(text) > _LONGEST_ID:
        raise _wrong(f"“{name}” may have {_LONGEST_ID} characters at most.")
    return text


def _words(given: Json, name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong(f"“{name}” has to be a text.")
    return (value or "").replace("\x00", "").strip()


def _link(given: Json, name: str) -> str:
    """Nothing where it is no address that a browser may open."""
    link = _words(given, name)
    return link if link.startswith(("https://", "http://")) else ""


def _number(given: Json, name: str) -> int:
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST:
        raise _wrong(f"“{name}” has to be a whole number, not below 0.")
    return value


def _is_name(name: str) -> bool:
    if not name.isascii() or not name.replace("_", "a").isalpha() or len(name) > 40:
        raise _wrong(f"“{name[:40]}” in “statistics” has to be a name such as likes or reshares.")
    return True


def _time(given: Json, name: str) -> datetime | None:
    text = _words(given, name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _wrong(
            f"“{name}” has to be a time with a zone, such as 2026-11-28T09:00:00Z."
        ) from error


def _wrong(sentence: str) -> Refused:
    return Refused(sentence, Code.BAD_PARAMETER)
