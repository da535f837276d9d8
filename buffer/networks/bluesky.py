"""Bluesky and any other server that speaks the AT Protocol.

Keyed by a record key of our own: it is made from the update's key, and `putRecord` with `swapRecord: null` takes a
second try for what it is; whatever already has that key is our post. Sessions are kept, since logging in is rationed.
Facts: docs.bsky.app and the lexicons of bluesky-social/atproto, 2026-11; tried on @atproto/pds 0.4.217 and 0.5.35.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from buffer import images
from buffer.budget import Allowance, Budgets
from buffer.errors import Code, LoginExpired, QueueError, Refused, SlowDown, Unclear
from buffer.model import (
    LANGUAGE,
    Attached,
    Event,
    Found,
    Interaction,
    Json,
    Limits,
    Media,
    Native,
    Person,
    Profile,
    Receipt,
    Reply,
    Seen,
    Update,
)
from buffer.networks.known import is_free
from buffer.ports import LOGIN, SESSION, Account, Can, Certainty, Clock, Field, Heard, Step, Store
from buffer.text import Kind, marks
from buffer.web import Answer, Web, address, error_for, nothing_said_yet

SERVICE = "bluesky"
SERVER = "https://bsky.social"
POST, LIKE = "app.bsky.feed.post", "app.bsky.feed.like"
LIMITS = Limits(
    characters=300,
    bytes=3000,
    images=4,
    alt_text=2000,
    fetches=True,
    cards=True,
    threads=True,
    options=frozenset({LANGUAGE}),
)
UNREADABLE = "The server answered something that cannot be read."
MOST_IMAGE = 1_000_000
"""Today's lexicon takes twice that; a server with last year's refuses it (tried 2026-11)."""

MOST_TAG = 64
SECONDS = 90.0
SKEW = timedelta(minutes=2)
_SOON = timedelta(minutes=2)
_PAGES = 10
_TOLD_PAGES = 100
"""Of a hundred each: what one account may have been told in a day that we were away."""

_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_EVENTS = {
    "reply": Event.COMMENT,
    "quote": Event.MENTION,
    "mention": Event.MENTION,
    "like": Event.LIKE,
    "repost": Event.RESHARE,
}
_EXPIRED = ("ExpiredToken", "InvalidToken")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Session:
    """Who we are on which server, and the two tokens that prove it for a while."""

    server: str
    did: str
    handle: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Bluesky:
    """Keyed. Raises the five errors of `buffer.ports.Network`."""

    certainty = Certainty.KEYED
    events = frozenset({Event.COMMENT, Event.LIKE, Event.RESHARE, Event.MENTION})
    can = frozenset({Can.LIKE, Can.DELETE, Can.LIST})
    fields = (
        Field(name="handle", label="Handle", hint="Without the @", example="ada.bsky.social"),
        Field(
            name="password",
            label="App password",
            hint="Made in Bluesky under Settings, Privacy and security, App passwords",
            example="abcd-efgh-ijkl-mnop",
            secret=True,
        ),
        Field(
            name="server",
            label="Server",
            hint="Only if your account is not on Bluesky's own servers",
            example=SERVER,
            optional=True,
        ),
    )

    def __init__(self, store: Store, web: Web, *, clock: Clock, public_url: str) -> None:
        self._store = store
        self._web = web
        self._clock = clock
        self._budgets = Budgets()
        self._renewing: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    # -- accounts

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        """An app password, not the account's own: that would open everything."""
        handle = form.get("handle", "").strip().removeprefix("@")
        password = form.get("password", "").strip()
        server = address.server(form.get("server") or SERVER, example=SERVER)
        if not handle or not password:
            raise Refused("Give both the handle and an app password.", Code.MISSING_PARAMETER)
        session = self._logged_in(server, handle, password)
        if _claims(session.access).get("scope") == "com.atproto.access":
            raise Refused(
                "That is the account's main password. Make an app password in Bluesky, under Settings, Privacy and "
                "security, App passwords, and use that."
            )
        login = {"server": server, "identifier": session.did, "password": password}
        return Account(
            service_id=session.did,
            name=f"@{session.handle}",
            link=f"https://bsky.app/profile/{session.handle}",
            login=login,
        )

    def disconnect(self, profile: Profile) -> None:
        """End the session. The app password itself is removed on Bluesky."""
        kept = self._store.secrets.recall(profile.id, SESSION)
        if kept:
            session = _Session(**kept)
            self._post(session, "com.atproto.server.deleteSession", token=session.refresh)

    def limits(self, profile: Profile) -> Limits:
        return LIMITS

    # -- posting

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        with self._web.within(SECONDS):
            with nothing_said_yet():
                session = self._session(profile)
                record = self._record(session, profile, update, key)
                if thread:
                    record["reply"] = {"root": _ref(thread[0]), "parent": _ref(thread[-1])}
            return self._put(session, profile, record, key)

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        session = self._session(profile)
        found = self._get(session, profile, key)
        if found or since is None:
            return found
        for post in self._own(session, profile, since - SKEW):
            if _at(post, "value", "text") == update.text and self._is_free(profile, update, post):
                return _receipt(session, post)
        return None

    # -- what people do

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        """Notifications united with the threads of `posts`: on a fresh server a reply was in the thread and never among
        the notifications (tried 2026-11). They page backwards only, so they are read until what is known."""
        session = self._session(profile)
        self._budgets.pace(session.server, self._clock(), shared=True)
        found = self._notifications(session, profile, since)
        seen: dict[str, Seen | None] = {}
        for post in posts:
            below, seen[post] = self._thread(session, profile, post)
            found += below
        found.sort(key=lambda each: each.created_at)
        return Heard(found=found, seen=seen)

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        """By the time they say they were made at, since record keys need not rise with it; none is from the future."""
        session, now = self._session(profile), self._clock()
        shown = [
            Native(
                service_id=str(post["uri"]),
                text=_at(post, "value", "text"),
                created_at=min(_made_at(post), now),
                link=_receipt(session, post).link,
            )
            for post in self._own(session, profile, since)
            if not _at(post, "value", "reply", "parent", "uri")
        ]
        return sorted(shown, key=lambda each: each.created_at)

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        """Not by what is shown: one whose author blocks us, or is blocked, is not, and is there all the same (tried
        2026-11)."""
        return not self._is_there(self._session(profile), profile, to.service_id)

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        raise Refused("Bluesky does not let posts be edited.")

    def delete_reply(self, profile: Profile, reply: Reply) -> None:
        session = self._session(profile)
        body = {
            "repo": session.did,
            "collection": POST,
            "rkey": reply.service_id.rpartition("/")[2],
        }
        self._ask(session, "POST", "com.atproto.repo.deleteRecord", profile, json=body)

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        with nothing_said_yet():
            session = self._session(profile)
            record = self._words(session, profile, text, key)
            answered = to.service_id if to else update.service_update_id if update else ""
            record["reply"] = self._thread_of(session, profile, answered)
        return self._put(session, profile, record, key)

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        return self._get(self._session(profile), profile, key)

    def like(self, profile: Profile, to: Interaction, key: str) -> None:
        with nothing_said_yet():
            session = self._session(profile)
            subject = self._thread_of(session, profile, to.service_id)["parent"]
        record = {"$type": LIKE, "subject": subject, "createdAt": _moment(key)}
        said = self._written(session, profile, LIKE, record, key)
        if said.status != 400 or _error(said) != "InvalidSwap":
            self._checked(said)

    # -- records

    def _record(self, session: _Session, profile: Profile, update: Update, key: str) -> Json:
        record = self._words(session, profile, update.text, key)
        if language := update.options.get(LANGUAGE):
            record["langs"] = [language]
        if update.media.pictures:
            record["embed"] = {
                "$type": "app.bsky.embed.images",
                "images": [self._image(session, profile, each) for each in update.media.pictures],
            }
        elif update.media.link:
            record["embed"] = self._card(session, profile, update.media)
        return record

    def _words(self, session: _Session, profile: Profile, text: str, key: str) -> Json:
        record: Json = {"$type": POST, "text": text, "createdAt": _moment(key)}
        facets = list(self._facets(session, profile, text))
        return record | ({"facets": facets} if facets else {})

    def _facets(self, session: _Session, profile: Profile, text: str) -> Iterator[Json]:
        """Links, people and tags, by their places in bytes; a name that is nobody's stays text."""
        for mark in marks(text):
            feature: Json | None = None
            if mark.kind is Kind.LINK:
                feature = {"$type": "app.bsky.richtext.facet#link", "uri": mark.value}
            elif mark.kind is Kind.TAG and len(mark.value) <= MOST_TAG:
                feature = {"$type": "app.bsky.richtext.facet#tag", "tag": mark.value}
            elif mark.kind is Kind.MENTION and (did := self._did(session, profile, mark.value)):
                feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
            if feature:
                start = len(text[: mark.start].encode())
                end = start + len(text[mark.start : mark.end].encode())
                yield {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}

    def _did(self, session: _Session, profile: Profile, handle: str) -> str:
        """Whose handle it is; "" for nobody's. Remembered for a day, so that a second try says the same."""
        if "." not in handle or "@" in handle:
            return ""
        memo = f"did:{handle.lower()}"
        if known := self._store.memos.recall(memo, self._clock()):
            return str(known)
        try:
            params = {"handle": handle}
            said = self._ask(
                session, "GET", "com.atproto.identity.resolveHandle", profile, params=params
            )
        except Refused:
            return ""
        did = str(said.get("did") or "")
        self._store.memos.keep(memo, did, until=self._clock() + timedelta(days=1))
        return did

    def _image(self, session: _Session, profile: Profile, file: Attached) -> Json:
        picture = images.within(self._store.media.read(file.id), most=MOST_IMAGE)
        return {
            "alt": file.alt_text,
            "image": self._blob(session, profile, picture),
            "aspectRatio": {"width": picture.width, "height": picture.height},
        }

    def _card(self, session: _Session, profile: Profile, media: Media) -> Json:
        card: Json = {
            "uri": media.link,
            "title": media.title or media.link,
            "description": media.description,
        }
        for file in media.files:
            with suppress(Refused):  # a card without its picture is better than none
                picture = images.within(self._store.media.read(file.id), most=MOST_IMAGE)
                card["thumb"] = self._blob(session, profile, picture)
        return {"$type": "app.bsky.embed.external", "external": card}

    def _blob(self, session: _Session, profile: Profile, picture: images.Picture) -> Json:
        """The server's reference to these bytes. The same bytes have the same one, so a second upload does no harm."""
        said = self._ask(
            session,
            "POST",
            "com.atproto.repo.uploadBlob",
            profile,
            data=picture.content,
            headers={"Content-Type": picture.type},
        )
        blob = said.get("blob")
        if not isinstance(blob, dict):
            raise Refused("The server did not take the picture.")
        return blob

    def _put(self, session: _Session, profile: Profile, record: Json, key: str) -> Receipt:
        """Write it under its own key, if nothing is there; what is there is an earlier try of ours."""
        said = self._written(session, profile, POST, record, key)
        if said.status == 400 and _error(said) == "InvalidSwap":
            return self._there_already(session, profile, key)
        done = _json(self._checked(said))
        if not done.get("uri"):
            raise Unclear(UNREADABLE)
        return _receipt(session, done)

    def _written(
        self, session: _Session, profile: Profile, collection: str, record: Json, key: str
    ) -> Answer:
        body = {
            "repo": session.did,
            "collection": collection,
            "rkey": rkey(key),
            "record": record,
            "swapRecord": None,
        }
        return self._tried(session, profile, "POST", "com.atproto.repo.putRecord", json=body)

    def _there_already(self, session: _Session, profile: Profile, key: str) -> Receipt:
        try:
            found = self._get(session, profile, key)
        except QueueError as error:  # it is out, whatever keeps us from seeing it
            raise Unclear(str(error)) from error
        if found is None:
            raise Unclear("The server says that it has this post, and does not show it.")
        return found

    def _get(self, session: _Session, profile: Profile, key: str) -> Receipt | None:
        params = {"repo": session.did, "collection": POST, "rkey": rkey(key)}
        said = self._tried(
            session, profile, "GET", "com.atproto.repo.getRecord", params=params, looking=True
        )
        if said.status in (400, 404) and _error(said) == "RecordNotFound":
            return None
        return _receipt(session, _json(self._checked(said)))

    def _is_there(self, session: _Session, profile: Profile, uri: str) -> bool:
        """Whether there is a record with this address, shown or not."""
        repo, collection, key = uri.removeprefix("at://").split("/")
        params = {"repo": repo, "collection": collection, "rkey": key}
        said = self._tried(
            session, profile, "GET", "com.atproto.repo.getRecord", params=params, looking=True
        )
        if said.status == 400 and _is_not_there(said):
            return False
        self._checked(said)
        return True

    def _own(self, session: _Session, profile: Profile, since: datetime) -> Iterator[Json]:
        """Our own posts, newest first, back to then. Raises Unclear for what cannot be read, Refused for too many."""
        cursor = ""
        for _ in range(_PAGES):
            params = {"repo": session.did, "collection": POST, "limit": "100"}
            params |= {"cursor": cursor} if cursor else {}
            said = self._ask(session, "GET", "com.atproto.repo.listRecords", profile, params=params)
            records = said.get("records")
            if not isinstance(records, list) or not all(_at(each, "uri") for each in records):
                raise Unclear(UNREADABLE)
            yield from (each for each in records if _made_at(each) >= since)
            cursor = str(said.get("cursor") or "")
            if not cursor or any(_made_at(each) < since for each in records):
                return
        raise Refused("There are too many posts since then to look through.")

    def _thread_of(self, session: _Session, profile: Profile, uri: str) -> Json:
        """What a reply to this post has to name: the post, and the one that its thread began with."""
        repo, collection, key = uri.removeprefix("at://").split("/")
        if repo == session.did:
            params = {"repo": repo, "collection": collection, "rkey": key}
            found = self._ask(session, "GET", "com.atproto.repo.getRecord", profile, params=params)
            record = found.get("value")
        else:
            said = self._ask(
                session, "GET", "app.bsky.feed.getPosts", profile, params={"uris": uri}
            )
            found = next(iter(said.get("posts") or []), {})
            record = found.get("record")
        if not found.get("cid"):
            raise Refused("That post is not there any more.", Code.COMMENTS_NOT_POSSIBLE)
        parent = {"uri": uri, "cid": found["cid"]}
        root = record.get("reply", {}).get("root") if isinstance(record, dict) else None
        return {"root": root or parent, "parent": parent}

    def _notifications(self, session: _Session, profile: Profile, since: datetime) -> list[Found]:
        found, cursor = list[Found](), ""
        for _ in range(_TOLD_PAGES):
            params = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
            name = "app.bsky.notification.listNotifications"
            said = self._ask(session, "GET", name, profile, params=params, looking=True)
            told = [each for each in said.get("notifications") or [] if isinstance(each, dict)]
            new = [each for each in told if _indexed_at(each) >= since]
            found += [each for item in new if (each := _found(item, session.did))]
            cursor = str(said.get("cursor") or "")
            if not cursor or not new or len(new) < len(told):
                break
        return found

    def _thread(
        self, session: _Session, profile: Profile, post: str
    ) -> tuple[list[Found], Seen | None]:
        """What was answered under one of our posts, however deep, and how that stands; None for one that is gone.
        Nothing is known of one that is so new that it is not shown yet."""
        params = {"uri": post, "depth": "10", "parentHeight": "0"}
        name = "app.bsky.feed.getPostThread"
        said = self._tried(session, profile, "GET", name, params=params, looking=True)
        if said.status == 400 and _error(said) == "NotFound":
            return [], Seen() if self._is_there(session, profile, post) else None
        thread = _json(self._checked(said)).get("thread")
        view = thread.get("post") if isinstance(thread, dict) else None
        if not isinstance(view, dict):
            raise Unclear(UNREADABLE)
        below = list(_answers(thread, post))
        counts = {
            name: view[field]
            for name, field in (("likes", "likeCount"), ("reshares", "repostCount"))
            if isinstance(view.get(field), int)
        }
        return below, Seen(counts=counts, answers=frozenset(each.service_id for each in below))

    def _is_free(self, profile: Profile, update: Update, post: Json) -> bool:
        return is_free(self._store, profile, update, str(post.get("uri") or ""))

    # -- sessions

    def _session(self, profile: Profile) -> _Session:
        """The kept one, renewed when it is about to end. One thread renews, the others find it done."""
        kept = self._kept(profile)
        if kept and not self._is_over(kept.access):
            return kept
        with self._renewing[profile.id]:
            kept = self._kept(profile)
            if kept and not self._is_over(kept.access):
                return kept
            return self._renewed(profile, kept)

    def _kept(self, profile: Profile) -> _Session | None:
        kept = self._store.secrets.recall(profile.id, SESSION)
        return _Session(**kept) if kept else None

    def _renewed(self, profile: Profile, session: _Session | None) -> _Session:
        fresh = None
        if session and not self._is_over(session.refresh):
            with suppress(LoginExpired, Refused):  # then the password is asked
                name = "com.atproto.server.refreshSession"
                fresh = _session_of(
                    session.server, self._post(session, name, token=session.refresh)
                )
        if fresh is None:
            login = self._store.secrets.recall(profile.id, LOGIN)
            if not login:
                raise LoginExpired("There is no login for this account.")
            try:
                fresh = self._logged_in(login["server"], login["identifier"], login["password"])
            except Refused as error:
                raise LoginExpired(str(error)) from error
        kept = {name: getattr(fresh, name) for name in _Session.__slots__}
        self._store.secrets.keep(profile.id, SESSION, kept)
        return fresh

    def _logged_in(self, server: str, identifier: str, password: str) -> _Session:
        body = {"identifier": identifier, "password": password}
        said = self._web.ask("POST", f"{server}/xrpc/com.atproto.server.createSession", json=body)
        if said.status == 401:
            raise Refused(
                "Bluesky does not take that handle with that app password.", Code.BAD_PARAMETER
            )
        if said.status == 404 or (said.status < 400 and not isinstance(said.json(), dict)):
            raise Refused(f"{server} does not speak the AT Protocol.", Code.BAD_PARAMETER)
        return _session_of(server, _json(self._checked(said)))

    def _is_over(self, token: str) -> bool:
        ends = _claims(token).get("exp")
        return isinstance(ends, int) and self._clock().timestamp() > ends - _SOON.total_seconds()

    # -- asking

    def _ask(
        self, session: _Session, method: str, name: str, profile: Profile, **more: Any
    ) -> Json:
        return _json(self._checked(self._tried(session, profile, method, name, **more)))

    def _tried(
        self, session: _Session, profile: Profile, method: str, name: str, **more: Any
    ) -> Answer:
        """Once; once more with a new session where the old one is over after all, which the server says before it does
        anything."""
        said = self._said(session, method, name, **more)
        if said.status in (400, 401) and _error(said) in _EXPIRED:
            with self._renewing[profile.id]:
                kept = self._kept(profile)
                fresh = kept if kept and kept != session else self._renewed(profile, session)
            said = self._said(fresh, method, name, **more)
        return said

    def _post(self, session: _Session, name: str, *, token: str) -> Json:
        return _json(self._checked(self._said(session, "POST", name, token=token)))

    def _said(
        self,
        session: _Session,
        method: str,
        name: str,
        *,
        token: str = "",
        looking: bool = False,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        reads = method == "GET"
        budget = session.server if reads else session.did
        self._budgets.spend(budget, self._clock(), looking=looking, shared=reads)
        said = self._web.ask(
            method,
            f"{session.server}/xrpc/{name}",
            headers={"Authorization": f"Bearer {token or session.access}", **(headers or {})},
            **more,
        )
        if allowance := _allowance(said):
            self._budgets.note(budget, allowance)
        return said

    def _checked(self, said: Answer) -> Answer:
        """Raises what a status means."""
        reason = str(
            _json(said).get("message") or _error(said) or f"The server answered {said.status}."
        )
        if said.status == 429:
            allowance = _allowance(said)
            until = allowance.until if allowance else said.retry_at(self._clock())
            raise SlowDown(reason, until or self._clock() + timedelta(minutes=1))
        if 300 <= said.status < 400:
            raise Refused("The server has moved to another address: connect it anew.")
        if _error(said) in (*_EXPIRED, "AuthenticationRequired", "AuthMissing"):
            raise LoginExpired(reason)
        error: QueueError | None = error_for(said, reason[:500], self._clock())
        if error:
            raise error
        return said


# -- keys


def rkey(key: str) -> str:
    """A record key (a TID: microseconds and ten bits of chance) that is the same for every try, and greater for a later
    part of a series."""
    number, seed = int(key.partition("-")[2] or 0), hashlib.sha256(key[:24].encode()).digest()
    moment = int(made(key).timestamp()) * 1_000_000 + int.from_bytes(seed[:4]) % 900_000 + number
    value = moment << 10 | int.from_bytes(seed[4:6]) & 1023
    return "".join(_SORTABLE[value >> shift & 31] for shift in range(60, -1, -5))


def made(key: str) -> datetime:
    """The second a key was made in."""
    return datetime.fromtimestamp(int(key[:8], 16), UTC)


def _moment(key: str) -> str:
    return f"{made(key):%Y-%m-%dT%H:%M:%S}.000Z"


# -- reading what a server says


def _session_of(server: str, said: Json) -> _Session:
    """The account may live on another server than the one it logs in at."""
    services = (said.get("didDoc") or {}).get("service") or []
    home = next(
        (str(each.get("serviceEndpoint")) for each in services if each.get("id") == "#atproto_pds"),
        server,
    )
    try:
        return _Session(
            server=home.rstrip("/"),
            did=said["did"],
            handle=said["handle"],
            access=said["accessJwt"],
            refresh=said["refreshJwt"],
        )
    except KeyError as error:
        raise Refused(f"{server} does not speak the AT Protocol.") from error


def _receipt(session: _Session, said: Json) -> Receipt:
    uri = said.get("uri")
    if not isinstance(uri, str) or not uri.startswith("at://"):
        raise Unclear(UNREADABLE)
    link = f"https://bsky.app/profile/{quote(session.handle)}/post/{uri.rpartition('/')[2]}"
    return Receipt(service_id=uri, link=link, version=str(said.get("cid") or ""))


def _ref(receipt: Receipt) -> Json:
    return {"uri": receipt.service_id, "cid": receipt.version}


def _found(told: Json, did: str) -> Found | None:
    """A reply anywhere under a post of ours is a comment on it, also where it names us and is told of as a mention."""
    event, record = _EVENTS.get(str(told.get("reason"))), told.get("record")
    author = told.get("author")
    if event is None or not isinstance(record, dict) or not isinstance(author, dict):
        return None
    uri, handle = str(told.get("uri") or ""), str(author.get("handle") or "")
    root, home = _at(record, "reply", "root", "uri"), f"at://{did}/"
    answered = root if root.startswith(home) else _at(record, "reply", "parent", "uri")
    has_words = event in (Event.COMMENT, Event.MENTION)
    is_about = str(told.get("reasonSubject") or "")
    if told["reason"] in ("reply", "mention"):
        is_about = answered
        event = Event.COMMENT if answered.startswith(home) else event
    return Found(
        post=is_about,
        service_id=uri,
        event=event,
        user=_person(author),
        created_at=_indexed_at(told),
        text=str(record.get("text") or "") if has_words else "",
        link=_page_of(handle, uri) if has_words else "",
        elsewhere=has_words and (told["reason"] == "quote" or not is_about.startswith(home)),
    )


def _answers(thread: Any, post: str) -> Iterator[Found]:
    """Everything under a post in a thread, as comments on that post."""
    replies = thread.get("replies") if isinstance(thread, dict) else None
    for each in replies if isinstance(replies, list) else []:
        view = each.get("post") if isinstance(each, dict) else None
        if isinstance(view, dict) and isinstance(view.get("author"), dict):
            uri, author = str(view.get("uri") or ""), view["author"]
            yield Found(
                post=post,
                service_id=uri,
                event=Event.COMMENT,
                user=_person(author),
                created_at=_indexed_at(view),
                text=_at(view, "record", "text"),
                link=_page_of(str(author.get("handle") or ""), uri),
            )
        yield from _answers(each, post)


def _person(author: Json) -> Person:
    handle = str(author.get("handle") or "")
    return Person(
        username=handle,
        name=str(author.get("displayName") or ""),
        service_id=str(author.get("did") or ""),
        avatar=str(author.get("avatar") or ""),
        link=f"https://bsky.app/profile/{quote(handle)}",
    )


def _page_of(handle: str, uri: str) -> str:
    return f"https://bsky.app/profile/{quote(handle)}/post/{uri.rpartition('/')[2]}"


def _at(found: Any, *names: str) -> str:
    """What stands at the end of a path of names; "" where there is none."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return str(found or "")


def _indexed_at(view: Json) -> datetime:
    return _instant(str(view.get("indexedAt") or ""))


def _made_at(record: Json) -> datetime:
    return _instant(_at(record, "value", "createdAt"))


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _claims(token: str) -> Json:
    """What a token says of itself; nobody is trusted for it."""
    try:
        middle = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _allowance(said: Answer) -> Allowance | None:
    """The reset is in seconds since the epoch, rounded down."""
    try:
        return Allowance(
            limit=int(said.headers["RateLimit-Limit"]),
            remaining=int(said.headers["RateLimit-Remaining"]),
            until=datetime.fromtimestamp(int(said.headers["RateLimit-Reset"]) + 1, UTC),
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _is_not_there(said: Answer) -> bool:
    """Neither the record, nor (which has no name of its own) the whole account."""
    return _error(said) == "RecordNotFound" or _at(_json(said), "message").startswith(
        "Could not find repo"
    )


def _error(said: Answer) -> str:
    return str(_json(said).get("error") or "")


def _json(said: Answer) -> Json:
    found = said.json()
    return found if isinstance(found, dict) else {}
