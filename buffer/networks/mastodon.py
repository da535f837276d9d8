"""Any server that speaks Mastodon's client API: Mastodon itself, GoToSocial, snac, Pleroma and their kin.

Not every one of them honours the Idempotency-Key (GoToSocial and snac post twice, tried 2026-11), so an unclear outcome
is looked up among the account's own posts before anything is sent again; the key goes with every try all the same.
Facts: docs.joinmastodon.org, 2026-11, and answers recorded on Mastodon 4.6.4.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

from buffer import images
from buffer.budget import Allowance, Budgets
from buffer.errors import Code, LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.markup import plain
from buffer.model import (
    LANGUAGE,
    OPTIONS,
    VISIBILITY,
    WARNING,
    Attached,
    Event,
    Found,
    Interaction,
    Json,
    Limits,
    Native,
    Person,
    Profile,
    Receipt,
    Reply,
    Seen,
    Update,
)
from buffer.networks.known import is_free
from buffer.ports import (
    LOGIN,
    Account,
    Can,
    Certainty,
    Clock,
    Field,
    Heard,
    Step,
    Store,
)
from buffer.web import Answer, Web, address, error_for, nothing_said_yet

SERVICE = "mastodon"
SCOPES = "read write:statuses write:media write:favourites"
BY_HAND = "urn:ietf:wg:oauth:2.0:oob"
"""Where to send a person with their code: nowhere, they copy it."""

PLAIN = Limits(
    characters=500,
    counting="mastodon",
    link_length=23,
    images=4,
    alt_text=1500,
    fetches=True,
    threads=True,
    options=frozenset(OPTIONS),
)
"""Mastodon's own, for a server that does not tell."""

SECONDS = 90.0
"""For a whole post, pictures and all."""

MEDIA_SECONDS, MEDIA_PAUSE = 45.0, 1.0
UPLOAD_KEPT = timedelta(minutes=30)
TOLD_FOR = timedelta(days=1)
APP_KEPT = timedelta(hours=12)
SKEW = timedelta(minutes=2)
"""By how much a server's clock may be behind ours."""

_PAGE, _PAGES, _BURST, _PLACED = 40, 10, 25, 10
_GONE = (404, 410)
_HEX, _ULID = re.compile(r"[0-9A-Fa-f-]{32,}"), re.compile(r"[0-7][0-9A-Za-z]{25}")
_EVENTS = {
    "mention": Event.COMMENT,
    "favourite": Event.LIKE,
    "reblog": Event.RESHARE,
    "quote": Event.MENTION,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Login:
    """A server and how it knows us there."""

    server: str
    token: str = field(repr=False)
    account: str = ""
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)


class Mastodon:
    """Look-up-able. Raises the five errors of `buffer.ports.Network`."""

    certainty = Certainty.LOOKUPABLE
    events = frozenset({Event.COMMENT, Event.LIKE, Event.RESHARE, Event.MENTION})
    can = frozenset({Can.LIKE, Can.EDIT, Can.DELETE, Can.LIST})
    fields = (
        Field(
            name="server",
            label="Server",
            hint="The name of your Mastodon server",
            example="mastodon.social",
        ),
        Field(
            name="token",
            label="Access token",
            hint="Only if you made one yourself; without it you log in on the server's own page",
            secret=True,
            optional=True,
        ),
    )

    def __init__(self, store: Store, web: Web, *, clock: Clock, public_url: str) -> None:
        self._store = store
        self._web = web
        self._clock = clock
        self._site = public_url
        self._budgets = Budgets()

    # -- accounts

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        """With a token at once; else the server's page shows a code, which is the next step."""
        if form.get("code"):
            return self._account(self._exchanged(form))
        server = server_of(form.get("server", ""))
        if form.get("token"):
            return self._account(_Login(server=server, token=form["token"]))
        app = self._registered(server)
        asked = {
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": BY_HAND,
            "scope": SCOPES,
        }
        return Step(
            words="Log in there as the account that should post, allow it, and copy the code that is shown.",
            url=f"{server}/oauth/authorize?{urlencode(asked)}",
            fields=(Field(name="code", label="Code", hint="The code the page showed"),),
            kept={"server": server, **app},
        )

    def disconnect(self, profile: Profile) -> None:
        """Revoke the token, where it was made through an app of ours."""
        login = self._login(profile)
        if login.client_id:
            form = {
                "client_id": login.client_id,
                "client_secret": login.client_secret,
                "token": login.token,
            }
            self._checked(self._web.ask("POST", f"{login.server}/oauth/revoke", data=form))

    def limits(self, profile: Profile) -> Limits:
        """As the server told the last time it was asked: at the connection, or at a post a day or more later."""
        host = profile.service_id.partition("@")[2]
        told = self._store.memos.recall(f"instance:{host}", self._clock())
        return _limits(told) if told else PLAIN

    # -- posting

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        with self._web.within(SECONDS):
            with nothing_said_yet():
                login = self._login(profile)
                self._learn(login, profile)
                files = [self._uploaded(login, profile, each) for each in update.media.pictures]
            body = _status(update, files, thread)
            said = self._ask(
                login,
                profile,
                "POST",
                "/api/v1/statuses",
                json=body,
                headers={"Idempotency-Key": key},
            )
        return _receipt(said)

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        """One of our own posts with the same words, no older than the key, that no other update of ours is."""
        login, since = self._login(profile), (since or _made(key)) - SKEW
        for status in self._own(login, profile, since):
            if _says(status, update) and self._is_free(profile, update, _id(status["id"])):
                return _receipt(status)
        return None

    # -- what people do

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        """Notifications, from the oldest new one upward, so that no burst is too large; and the threads of `posts`,
        since a reply to a reply is told to nobody, nor is that one was edited or deleted."""
        login = self._login(profile)
        self._budgets.pace(f"{profile.id}:calls", self._clock())
        told, mark = self._notifications(login, profile, since, mark)
        found = [each for item in told if (each := _found(item, login))]
        above: dict[str, str] = {}
        seen: dict[str, Seen | None] = {}
        for post in posts:
            status = self._status(login, profile, post, looking=True)
            seen[post] = None
            if status:
                below = self._context(login, profile, post, "descendants")
                said = [each for one in below or [] if (each := _comment(one, post, login.server))]
                above |= {_id(one["id"]): _id(one.get("in_reply_to_id")) for one in below or []}
                found += said
                seen[post] = _seen(status, None if below is None else said)
        ordered = _ordered(found, above)
        return Heard(found=self._placed(login, profile, ordered), mark=mark, seen=seen)

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        """What only some may read is nothing for a channel, nor are the later parts of a thread."""
        statuses = list(self._own(self._login(profile), profile, since))
        shown = {
            _id(status["id"]): Native(
                service_id=_id(status["id"]),
                text=plain(str(status.get("content") or "")),
                created_at=_instant(status),
                link=str(status.get("url") or ""),
            )
            for status in reversed(statuses)
            if status.get("visibility") in ("public", "unlisted")
            and not status.get("in_reply_to_id")
            and not status.get("reblog")
        }
        return sorted(shown.values(), key=lambda each: each.created_at)

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        return self._status(self._login(profile), profile, to.service_id, looking=True) is None

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        """What an edit does not name, Mastodon takes away: the warning, the mark as sensitive, the files. Who sees it
        stays (app/services/update_status_service.rb, 2026-11)."""
        login, path = self._login(profile), f"/api/v1/statuses/{reply.service_id}"
        status = self._status(login, profile, reply.service_id)
        if status is None:
            raise Refused("It is not there any more.")
        body = {"status": _addressed(text, to), **_kept(status)}
        self._ask(login, profile, "PUT", path, json=body)

    def delete_reply(self, profile: Profile, reply: Reply) -> None:
        path = f"/api/v1/statuses/{reply.service_id}"
        said = self._said(self._login(profile), "DELETE", path, profile=profile)
        if said.status not in _GONE:
            self._checked(said)

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        """Never more public than what it answers, as people's own apps do it."""
        with self._web.within(SECONDS):
            with nothing_said_yet():
                login = self._login(profile)
                answered = self._status(login, profile, _answers(update, to))
                if answered is None:
                    raise Refused("What it answers is not there any more.")
                visibility = self._visibility(login, profile, answered)
            body: Json = {"status": _addressed(text, to), "in_reply_to_id": _answers(update, to)}
            if visibility:
                body["visibility"] = visibility
            said = self._ask(
                login,
                profile,
                "POST",
                "/api/v1/statuses",
                json=body,
                headers={"Idempotency-Key": key},
            )
        return _receipt(said)

    def _visibility(self, login: _Login, profile: Profile, answered: Json) -> str:
        """That of what is answered; "" where the account's own is no more public."""
        theirs = str(answered.get("visibility") or "public")
        if theirs == "unlisted":
            path = "/api/v1/accounts/verify_credentials"
            source = _json(self._call(login, "GET", path, profile=profile)).get("source")
            if isinstance(source, dict) and source.get("privacy") in ("private", "direct"):
                return ""
        return "" if theirs == "public" else theirs

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        login, words = self._login(profile), _addressed(text, to)
        for status in self._own(login, profile, _made(key) - SKEW):
            is_it = _id(status.get("in_reply_to_id")) == _id(_answers(update, to))
            if is_it and _has_words(status, words) and not self._is_known(profile, status):
                return _receipt(status)
        return None

    def _is_known(self, profile: Profile, status: Json) -> bool:
        return self._store.replies.are_ours(profile.id, _id(status["id"]))

    def like(self, profile: Profile, to: Interaction, key: str) -> None:
        login = self._login(profile)
        self._ask(login, profile, "POST", f"/api/v1/statuses/{to.service_id}/favourite", data={})

    # -- logging in

    def _registered(self, server: str) -> dict[str, str]:
        """Our app on this server: kept for some hours, since servers forget apps nobody used (Mastodon after a day)."""
        with suppress(NetworkDown):  # sealed under a lost key: it is as good as none
            kept = self._store.secrets.recall(server, "app")
            if kept and kept.pop("until") > self._clock().timestamp():
                return dict(kept)
        form = {
            "client_name": "slack-buffer",
            "redirect_uris": BY_HAND,
            "scopes": SCOPES,
            "website": self._site if self._site.startswith("https://") else "",
        }
        said = _json(self._checked(self._web.ask("POST", f"{server}/api/v1/apps", data=form)))
        app = {
            "client_id": str(said.get("client_id") or ""),
            "client_secret": str(said.get("client_secret") or ""),
        }
        if not app["client_id"]:
            raise Refused(f"{server} does not speak Mastodon's API.")
        until = (self._clock() + APP_KEPT).timestamp()
        self._store.secrets.keep(server, "app", {**app, "until": until})
        return app

    def _exchanged(self, form: Mapping[str, str]) -> _Login:
        asked = {
            "grant_type": "authorization_code",
            "code": form["code"],
            "client_id": form["client_id"],
            "client_secret": form["client_secret"],
            "redirect_uri": BY_HAND,
            "scope": SCOPES,
        }
        said = self._web.ask("POST", f"{form['server']}/oauth/token", data=asked)
        token = _json(said).get("access_token")
        if said.status in (400, 401, 403, 422) or (said.status < 300 and not token):
            raise Refused(
                "The server does not take that code. It works once and for some minutes: get a new one.",
                Code.BAD_PARAMETER,
            )
        self._checked(said)
        return _Login(
            server=form["server"],
            token=str(token),
            client_id=form["client_id"],
            client_secret=form["client_secret"],
        )

    def _account(self, login: _Login) -> Account:
        try:
            said = _json(self._call(login, "GET", "/api/v1/accounts/verify_credentials"))
        except LoginExpired as error:
            raise Refused("The server does not take that token.", Code.BAD_PARAMETER) from error
        if not said.get("id") or not said.get("username"):
            raise Refused(f"{login.server} does not speak Mastodon's API.")
        host = urlsplit(login.server).netloc
        self._tell_limits(login, host)
        kept = {
            "server": login.server,
            "token": login.token,
            "account": _id(said["id"]),
            "client_id": login.client_id,
            "client_secret": login.client_secret,
        }
        return Account(
            service_id=f"{_id(said['id'])}@{host}",
            name=f"@{said['username']}@{host}",
            link=str(said.get("url") or ""),
            avatar=str(said.get("avatar") or ""),
            login=kept,
        )

    def _login(self, profile: Profile) -> _Login:
        kept = self._store.secrets.recall(profile.id, LOGIN)
        if not kept:
            raise LoginExpired("There is no login for this account.")
        return _Login(**kept)

    # -- limits

    def _learn(self, login: _Login, profile: Profile) -> None:
        host = profile.service_id.partition("@")[2]
        if self._store.memos.recall(f"asked:{host}", self._clock()) is None:
            self._tell_limits(login, host)

    def _tell_limits(self, login: _Login, host: str) -> None:
        """Ask v2, then v1; a server that tells neither has Mastodon's own limits. Never a reason not to post."""
        told: Json = {}
        for path in ("/api/v2/instance", "/api/v1/instance"):
            with suppress(QueueError):
                if told := _json(self._checked(self._web.ask("GET", f"{login.server}{path}"))):
                    break
        with suppress(QueueError):  # a locked database: the next post asks again
            if told:
                self._store.memos.keep(f"instance:{host}", _told(told))
            self._store.memos.keep(f"asked:{host}", True, until=self._clock() + TOLD_FOR)

    # -- pictures

    def _uploaded(self, login: _Login, profile: Profile, file: Attached) -> str:
        """The id of the picture there. An upload is remembered for a while, so that a second try needs none."""
        words = hashlib.sha256(file.alt_text.encode()).hexdigest()[:12]
        memo = f"upload:{profile.id}:{file.id}:{words}"
        if known := self._store.memos.recall(memo, self._clock()):
            return str(known)
        picture = images.within(self._store.media.read(file.id), most=images.MOST_BYTES)
        said = self._call(
            login,
            "POST",
            "/api/v2/media",
            files={"file": (file.name or "picture", picture.content, picture.type)},
            data={"description": file.alt_text} if file.alt_text else {},
            kind="media",
            profile=profile,
        )
        media = str(_json(said).get("id") or "")
        if not media:
            raise Refused("The server did not take the picture.")
        if said.status == 202 or not _json(said).get("url"):
            self._await(login, profile, media)
        self._store.memos.keep(memo, media, until=self._clock() + UPLOAD_KEPT)
        return media

    def _await(self, login: _Login, profile: Profile, media: str) -> None:
        """Until a picture is processed: 206 while it is not (docs.joinmastodon.org/methods/media, 2026-11)."""
        end = monotonic() + MEDIA_SECONDS
        while monotonic() < end:
            said = self._call(login, "GET", f"/api/v1/media/{media}", profile=profile)
            if said.status == 200 and _json(said).get("url"):
                return
            sleep(MEDIA_PAUSE)
        raise NetworkDown("The server is still busy with the picture.")

    # -- asking

    def _own(self, login: _Login, profile: Profile, since: datetime) -> Iterator[Json]:
        """Our own posts, newest first, back to then. Raises Refused for too many."""
        path, params = f"/api/v1/accounts/{login.account}/statuses", {"limit": str(_PAGE)}
        params["exclude_reblogs"] = "true"
        page: list[Json] = []
        for page in self._pages(login, profile, path, params, since):
            yield from (status for status in page if _instant(status) >= since)
        if page and not _reaches(page, since):
            raise Refused("There are too many posts since then to look through.")

    def _notifications(
        self, login: _Login, profile: Profile, since: datetime, mark: str
    ) -> tuple[list[Json], str]:
        """Those behind the mark, oldest first, and the new mark; without one, those since then, and the newest of all
        as the mark. `since_id` gives the newest page of a burst and loses the rest, and snac ignores it (tried
        2026-11): never that. A mark is only repeated, never compared: not every server counts."""
        path, params = "/api/v1/notifications", {"limit": str(_PAGE)}
        found: list[Json] = []
        if not mark:
            for page in self._pages(login, profile, path, params, since):
                found += page
            newest = str(found[0]["id"]) if found else ""
            return [each for each in found[::-1] if _instant(each) >= since], newest
        for _ in range(_BURST):
            said = self._call(
                login, "GET", path, params={**params, "min_id": mark}, profile=profile, looking=True
            )
            items = _list(said)
            if not items or _id(items[0]["id"]) == _id(mark):
                break
            found += items[::-1]
            mark = str(items[0]["id"])
            if len(items) < _PAGE:
                break
        return found, mark

    def _status(
        self, login: _Login, profile: Profile, id: str, *, looking: bool = False
    ) -> Json | None:
        """A post as it stands; None for one that is gone."""
        path = f"/api/v1/statuses/{id}"
        said = self._said(login, "GET", path, profile=profile, looking=looking)
        return None if said.status in _GONE else _thing(self._checked(said))

    def _context(self, login: _Login, profile: Profile, id: str, part: str) -> list[Json] | None:
        """The posts above or below one, nearest the root first; None where the server does not tell."""
        path = f"/api/v1/statuses/{id}/context"
        try:
            said = self._call(login, "GET", path, profile=profile, looking=True)
        except Refused:
            return None
        statuses = _json(said).get(part)
        if not isinstance(statuses, list):
            return None
        return [each for each in statuses if isinstance(each, dict) and each.get("id")]

    def _placed(self, login: _Login, profile: Profile, found: Sequence[Found]) -> list[Found]:
        """Who names us may do it deep below a post of ours, in a thread that was not looked at yet: what stands above
        tells."""
        near, asked, placed = set[str](), 0, list[Found]()
        for each in found:
            is_open = each.elsewhere and each.event is Event.COMMENT and each.post not in near
            near.add(each.service_id)
            if is_open and asked < _PLACED and not self._is_placed(profile, each):
                asked += 1
                placed.append(replace(each, post=self._root(login, profile, each)))
            else:
                placed.append(each)
        return placed

    def _is_placed(self, profile: Profile, found: Found) -> bool:
        """Whether it is kept, or what it answers is."""
        kept = self._store.interactions
        return bool(
            kept.known(profile.id, found.service_id)
            or kept.update_for(profile.id, found.post)
            or kept.mention_for(profile.id, found.post)
        )

    def _root(self, login: _Login, profile: Profile, found: Found) -> str:
        """The post of ours that a comment stands below, however deep; else what it answers."""
        above = self._context(login, profile, found.service_id, "ancestors") or []
        ours = [_id(each["id"]) for each in above if _is_by(each, login)]
        kept = self._store.interactions
        return next((post for post in ours if kept.update_for(profile.id, post)), found.post)

    def _pages(
        self, login: _Login, profile: Profile, path: str, params: dict[str, str], since: datetime
    ) -> Iterator[list[Json]]:
        """Newest first, by max_id, which all servers understand, until one reaches back to then or there are too many.
        Raises Unclear for what cannot be read: it must not be taken for nothing."""
        for _ in range(_PAGES):
            said = self._call(login, "GET", path, params=params, profile=profile, looking=True)
            items = _list(said)
            yield items
            if not items or _reaches(items, since):
                return
            params = {**params, "max_id": str(items[-1]["id"])}

    def _ask(self, login: _Login, profile: Profile, method: str, path: str, **more: Any) -> Json:
        return _thing(self._call(login, method, path, profile=profile, **more))

    def _call(self, login: _Login, method: str, path: str, **more: Any) -> Answer:
        return self._checked(self._said(login, method, path, **more))

    def _said(
        self,
        login: _Login,
        method: str,
        path: str,
        *,
        profile: Profile | None = None,
        kind: str = "calls",
        looking: bool = False,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        budget = f"{profile.id if profile else login.server}:{kind}"
        self._budgets.spend(budget, self._clock(), looking=looking)
        said = self._web.ask(
            method,
            f"{login.server}{path}",
            headers={"Authorization": f"Bearer {login.token}", **(headers or {})},
            **more,
        )
        if allowance := _allowance(said):
            self._budgets.note(budget, allowance)
        return said

    def _checked(self, said: Answer) -> Answer:
        """Raises what a status means."""
        if 300 <= said.status < 400:
            raise Refused("The server has moved to another address: connect it anew by that name.")
        reason = _reason(said)
        if said.status == 429:
            allowance = _allowance(said)
            until = allowance.until if allowance else said.retry_at(self._clock())
            raise SlowDown(reason, until or self._clock() + timedelta(minutes=1))
        if error := error_for(said, reason, self._clock()):
            raise error
        return said

    def _is_free(self, profile: Profile, update: Update, post: str) -> bool:
        return is_free(self._store, profile, update, post)


# -- reading what a server says


def server_of(typed: str) -> str:
    """The server that was meant by a name, an address, or a whole handle. Raises Refused."""
    name = typed.strip()
    if "@" in name and "://" not in name:
        name = name.rpartition("@")[2]
    return address.server(name, example="mastodon.social")


def _id(told: Any) -> str:
    """One spelling of an id. Most are opaque (of Pleroma's, upper and lower case are two); a hexadecimal one (snac's,
    which comes in both cases) and a ULID (GoToSocial's) are the same in both."""
    id = str(told)
    if _HEX.fullmatch(id):
        return id.lower()
    return id.upper() if _ULID.fullmatch(id) else id


def _addressed(text: str, to: Interaction | None) -> str:
    """A reply names whom it answers: without that nobody is told of it."""
    if to is None or not to.user.username:
        return text
    name = f"@{to.user.username}"
    if re.search(rf"(?<![\w@./]){re.escape(name)}(?![\w@-]|\.\w)", text, re.IGNORECASE):
        return text
    return f"{name} {text}"


def _answers(update: Update | None, to: Interaction | None) -> str:
    if to:
        return to.service_id
    return update.service_update_id if update else ""


def _kept(status: Json) -> Json:
    """What an edit has to say again so that it stays."""
    files = status.get("media_attachments")
    ids = [str(each["id"]) for each in files if each.get("id")] if isinstance(files, list) else []
    kept: Json = {
        "spoiler_text": str(status.get("spoiler_text") or ""),
        "sensitive": bool(status.get("sensitive")),
    }
    if status.get("language"):
        kept["language"] = status["language"]
    return {**kept, "media_ids": ids} if ids else kept


def _status(update: Update, files: list[str], thread: Sequence[Receipt]) -> Json:
    options = update.options
    visibility = options.get(VISIBILITY, "")
    body: Json = {"status": update.text}
    if files:
        body["media_ids"] = files
    if thread:
        body["in_reply_to_id"] = thread[-1].service_id
    if options.get(WARNING):
        body |= {"spoiler_text": options[WARNING], "sensitive": True}
    if visibility:
        body["visibility"] = visibility
    if options.get(LANGUAGE):
        body["language"] = options[LANGUAGE]
    return body


def _receipt(status: Json) -> Receipt:
    link = str(status.get("url") or status.get("uri") or "")
    return Receipt(service_id=_id(status["id"]), link=link)


def _found(told: Json, login: _Login) -> Found | None:
    server = login.server
    event, status = _EVENTS.get(str(told.get("type"))), told.get("status")
    who = told.get("account")
    if event is None or not isinstance(status, dict) or not isinstance(who, dict):
        return None
    if event is Event.COMMENT and status.get("in_reply_to_id"):
        said = _comment(status, _id(status["in_reply_to_id"]), server)
        is_ours = _id(status.get("in_reply_to_account_id")) == _id(login.account)
        return replace(said, elsewhere=not is_ours) if said else None
    has_words = event in (Event.COMMENT, Event.MENTION)
    if has_words and _is_confidential(status):
        return None
    is_mention = event is Event.COMMENT
    post = _id(status.get("id") or "")
    if has_words:
        post = "" if is_mention else _quoted(status)
    event = Event.MENTION if is_mention else event
    return Found(
        post=post,
        service_id=_id(status["id"]) if has_words else f"n{_id(told['id'])}",
        event=event,
        user=_person(who, server),
        created_at=_instant(told),
        text=plain(str(status.get("content") or "")) if has_words else "",
        link=str(status.get("url") or "") if has_words else "",
        elsewhere=has_words,
    )


def _quoted(status: Json) -> str:
    """The id of what a post quotes (Quote and ShallowQuote, since Mastodon 4.4); "" where that is not told."""
    quote = status.get("quote")
    if not isinstance(quote, dict):
        return ""
    quoted = quote.get("quoted_status")
    return _id(
        (quoted.get("id") if isinstance(quoted, dict) else quote.get("quoted_status_id")) or ""
    )


def _seen(status: Json, below: Sequence[Found] | None) -> Seen:
    counts = {
        name: status[field]
        for name, field in (("likes", "favourites_count"), ("reshares", "reblogs_count"))
        if isinstance(status.get(field), int)
    }
    return Seen(
        counts=counts,
        answers=None if below is None else frozenset(each.service_id for each in below),
        text=plain(str(status.get("content") or "")) if status.get("edited_at") else None,
    )


def _ordered(found: Sequence[Found], above: Mapping[str, str]) -> list[Found]:
    """Each once, by time, but nothing before what it answers (`above`, of those in threads): servers' clocks differ.
    What stands in a thread is surer than what a notification says of it."""
    known = {each.service_id: each for each in found}
    ordered: dict[str, Found] = {}
    for each in sorted(known.values(), key=lambda each: each.created_at):
        branch: dict[str, Found] = {}
        up: Found | None = each
        while up and up.service_id not in ordered and up.service_id not in branch:
            branch[up.service_id] = up
            up = known.get(above.get(up.service_id, up.post))
        ordered |= dict(reversed(branch.items()))
    return list(ordered.values())


def _reaches(page: Sequence[Json], since: datetime) -> bool:
    """Whether it goes back to then. Pinned posts may stand first on some servers, so its oldest decides."""
    return min(_instant(item) for item in page) < since


def _is_by(status: Json, login: _Login) -> bool:
    who = status.get("account")
    return isinstance(who, dict) and _id(who.get("id")) == _id(login.account)


def _is_confidential(status: Json) -> bool:
    """A direct message is nothing for a channel, and must not be answered in public."""
    return status.get("visibility") == "direct"


def _comment(status: Json, post: str, server: str) -> Found | None:
    who = status.get("account")
    if not isinstance(who, dict) or not status.get("id") or _is_confidential(status):
        return None
    return Found(
        post=post,
        service_id=_id(status["id"]),
        event=Event.COMMENT,
        user=_person(who, server),
        created_at=_instant(status),
        text=plain(str(status.get("content") or "")),
        link=str(status.get("url") or ""),
    )


def _person(who: Json, server: str) -> Person:
    host = urlsplit(server).netloc
    return Person(
        username=str(who.get("acct") or who.get("username") or ""),
        name=str(who.get("display_name") or ""),
        service_id=f"{_id(who.get('id'))}@{host}",
        avatar=str(who.get("avatar") or ""),
        followers=int(who.get("followers_count") or 0),
        link=str(who.get("url") or ""),
    )


def _told(instance: Json) -> Json:
    """The few figures of an instance that count. Pleroma names some of them otherwise, and on top."""
    configuration = instance.get("configuration")
    known = configuration if isinstance(configuration, dict) else {}
    statuses = known.get("statuses") if isinstance(known.get("statuses"), dict) else {}
    media = (
        known.get("media_attachments") if isinstance(known.get("media_attachments"), dict) else {}
    )
    assert isinstance(statuses, dict)
    assert isinstance(media, dict)
    found = {
        "characters": statuses.get("max_characters") or instance.get("max_toot_chars"),
        "link_length": statuses.get("characters_reserved_per_url"),
        "images": statuses.get("max_media_attachments"),
        "alt_text": media.get("description_limit") or instance.get("description_limit"),
    }
    return {name: value for name, value in found.items() if isinstance(value, int) and value > 0}


def _limits(told: Json) -> Limits:
    return Limits(
        characters=told.get("characters", PLAIN.characters),
        counting=PLAIN.counting,
        link_length=told.get("link_length", PLAIN.link_length),
        images=told.get("images", PLAIN.images),
        alt_text=told.get("alt_text", PLAIN.alt_text),
        fetches=True,
        threads=True,
        options=PLAIN.options,
    )


def _allowance(said: Answer) -> Allowance | None:
    """Mastodon's headers: the reset is an ISO time."""
    try:
        return Allowance(
            limit=int(said.headers["X-RateLimit-Limit"]),
            remaining=int(said.headers["X-RateLimit-Remaining"]),
            until=_aware(said.headers["X-RateLimit-Reset"]),
        )
    except (KeyError, ValueError):
        return None


def _reason(said: Answer) -> str:
    found = _json(said)
    words = found.get("error_description") or found.get("error")
    return str(words)[:500] if words else f"The server answered {said.status}."


def _json(said: Answer) -> Json:
    found = said.json()
    return found if isinstance(found, dict) else {}


def _thing(said: Answer) -> Json:
    """Raises Unclear for anything but a thing with an id."""
    found = _json(said)
    if not found.get("id"):
        raise Unclear("The server answered something that cannot be read.")
    return found


def _list(said: Answer) -> list[Json]:
    """Raises Unclear for anything but a list of things with ids."""
    items = said.json()
    if not isinstance(items, list):
        raise Unclear("The server answered something that cannot be read.")
    return [item for item in items if isinstance(item, dict) and item.get("id")]


def _instant(item: Json) -> datetime:
    try:
        return _aware(str(item.get("created_at") or ""))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _made(key: str) -> datetime:
    """The second a key was made in."""
    return datetime.fromtimestamp(int(key[:8], 16), UTC)


def _says(status: Json, update: Update) -> bool:
    """Whether a post has the words, the warning and as many pictures as an update."""
    if status.get("reblog"):
        return False
    files = status.get("media_attachments")
    same_files = not isinstance(files, list) or len(files) == len(update.media.pictures)
    warning = str(status.get("spoiler_text") or "")
    return (
        same_files
        and _has_words(status, update.text)
        and _bare(warning) == _bare(update.options.get(WARNING, ""))
    )


def _has_words(status: Json, text: str) -> bool:
    return _bare(plain(str(status.get("content") or ""))) == _bare(text)


def _bare(text: str) -> str:
    """What two spellings of one text share: no blanks, no servers of mentioned people, and none of the marks that some
    servers make bold or quotes of."""
    named = re.sub(r"(@[\w.-]+)@[\w.-]+", r"\1", text)
    return re.sub(r"\s+|[\u200b\u200c\u200d\ufeff*_`~>\\]", "", named)
