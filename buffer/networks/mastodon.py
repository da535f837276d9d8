"""Any server that speaks Mastodon's client API: Mastodon itself, GoToSocial, snac, Pleroma and their kin.

Not every one of them honours the Idempotency-Key (GoToSocial and snac post twice, tried 2026-11), so an unclear outcome
is looked up among the account's own posts before anything is sent again; the key goes with every try all the same.
Facts: docs.joinmastodon.org, 2026-11, and answers recorded on Mastodon 4.6.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

from buffer import images
from buffer.budget import Budgets
from buffer.errors import Code, LoginExpired, NetworkDown, QueueError, Refused, SlowDown
from buffer.markup import plain
from buffer.model import (
    Attached,
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
from buffer.networks import mastodon_entities as entities
from buffer.networks.known import is_free
from buffer.networks.mastodon_entities import Login
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
            return self._account(Login(server=server, token=form["token"]))
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
        return entities.limits_of(told) if told else entities.PLAIN

    # -- posting

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        with self._web.within(SECONDS):
            with nothing_said_yet():
                login = self._login(profile)
                self._learn(login, profile)
                files = [self._uploaded(login, profile, each) for each in update.media.pictures]
            body = entities.status_for(update, files, thread)
            said = self._ask(
                login,
                profile,
                "POST",
                "/api/v1/statuses",
                json=body,
                headers={"Idempotency-Key": key},
            )
        return entities.receipt(said)

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        """One of our own posts with the same words, no older than the key, that no other update of ours is."""
        login, since = self._login(profile), (since or entities.made(key)) - SKEW
        for status in self._own(login, profile, since):
            if entities.says(status, update) and self._is_free(
                profile, update, entities.id_of(status["id"])
            ):
                return entities.receipt(status)
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
        found = [each for item in told if (each := entities.interaction(item, login))]
        above: dict[str, str] = {}
        seen: dict[str, Seen | None] = {}
        for post in posts:
            status = self._status(login, profile, post, looking=True)
            seen[post] = None
            if status:
                below = self._context(login, profile, post, "descendants")
                said = [
                    each
                    for one in below or []
                    if (each := entities.comment(one, post, login.server))
                ]
                above |= {
                    entities.id_of(one["id"]): entities.id_of(one.get("in_reply_to_id"))
                    for one in below or []
                }
                found += said
                seen[post] = entities.seen(status, None if below is None else said)
        ordered = entities.ordered(found, above)
        return Heard(found=self._placed(login, profile, ordered), mark=mark, seen=seen)

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        """What only some may read is nothing for a channel, nor are the later parts of a thread."""
        statuses = list(self._own(self._login(profile), profile, since))
        shown = {
            entities.id_of(status["id"]): Native(
                service_id=entities.id_of(status["id"]),
                text=plain(str(status.get("content") or "")),
                created_at=entities.instant(status),
                link=str(status.get("url") or ""),
            )
            for status in reversed(statuses)
            if status.get("visibility") in ("public", "unlisted")
            and not status.get("in_reply_to_id")
            and not status.get("reblog")
        }
        return sorted(shown.values(), key=lambda each: each.created_at)

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        """Not by what we are shown: to those whom its author blocks, it is 404 (app/policies/status_policy.rb,
        2026-11). Whoever is nobody in particular sees what is public."""
        login = self._login(profile)
        if self._status(login, profile, to.service_id, looking=True) is not None:
            return False
        said = self._web.ask("GET", f"{login.server}/api/v1/statuses/{to.service_id}")
        if said.status == 429 or said.status >= 500:
            self._checked(said)
        return said.status != 200 or not entities.entity(said).get("id")

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        """What an edit does not name, Mastodon takes away: the warning, the mark as sensitive, the files. Who sees it
        stays (app/services/update_status_service.rb, 2026-11)."""
        login, path = self._login(profile), f"/api/v1/statuses/{reply.service_id}"
        status = self._status(login, profile, reply.service_id)
        if status is None:
            raise Refused("It is not there any more.")
        body = {"status": entities.addressed(text, to), **entities.kept_by_edit(status)}
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
                answered = self._status(login, profile, entities.answered(update, to))
                if answered is None:
                    raise Refused("What it answers is not there any more.")
                visibility = self._visibility(login, profile, answered)
            body: Json = {
                "status": entities.addressed(text, to),
                "in_reply_to_id": entities.answered(update, to),
            }
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
        return entities.receipt(said)

    def _visibility(self, login: Login, profile: Profile, answered: Json) -> str:
        """That of what is answered; "" where the account's own is no more public."""
        theirs = str(answered.get("visibility") or "public")
        if theirs == "unlisted":
            path = "/api/v1/accounts/verify_credentials"
            source = entities.entity(self._call(login, "GET", path, profile=profile)).get("source")
            if isinstance(source, dict) and source.get("privacy") in ("private", "direct"):
                return ""
        return "" if theirs == "public" else theirs

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        login, words = self._login(profile), entities.addressed(text, to)
        for status in self._own(login, profile, entities.made(key) - SKEW):
            is_it = entities.id_of(status.get("in_reply_to_id")) == entities.id_of(
                entities.answered(update, to)
            )
            if is_it and entities.has_words(status, words) and not self._is_known(profile, status):
                return entities.receipt(status)
        return None

    def _is_known(self, profile: Profile, status: Json) -> bool:
        return self._store.replies.are_ours(profile.id, entities.id_of(status["id"]))

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
        said = entities.entity(
            self._checked(self._web.ask("POST", f"{server}/api/v1/apps", data=form))
        )
        app = {
            "client_id": str(said.get("client_id") or ""),
            "client_secret": str(said.get("client_secret") or ""),
        }
        if not app["client_id"]:
            raise Refused(f"{server} does not speak Mastodon's API.")
        until = (self._clock() + APP_KEPT).timestamp()
        self._store.secrets.keep(server, "app", {**app, "until": until})
        return app

    def _exchanged(self, form: Mapping[str, str]) -> Login:
        asked = {
            "grant_type": "authorization_code",
            "code": form["code"],
            "client_id": form["client_id"],
            "client_secret": form["client_secret"],
            "redirect_uri": BY_HAND,
            "scope": SCOPES,
        }
        said = self._web.ask("POST", f"{form['server']}/oauth/token", data=asked)
        token = entities.entity(said).get("access_token")
        if said.status in (400, 401, 403, 422) or (said.status < 300 and not token):
            raise Refused(
                "The server does not take that code. It works once and for some minutes: get a new one.",
                Code.BAD_PARAMETER,
            )
        self._checked(said)
        return Login(
            server=form["server"],
            token=str(token),
            client_id=form["client_id"],
            client_secret=form["client_secret"],
        )

    def _account(self, login: Login) -> Account:
        try:
            said = entities.entity(self._call(login, "GET", "/api/v1/accounts/verify_credentials"))
        except LoginExpired as error:
            raise Refused("The server does not take that token.", Code.BAD_PARAMETER) from error
        if not said.get("id") or not said.get("username"):
            raise Refused(f"{login.server} does not speak Mastodon's API.")
        host = urlsplit(login.server).netloc
        self._tell_limits(login, host)
        kept = {
            "server": login.server,
            "token": login.token,
            "account": entities.id_of(said["id"]),
            "client_id": login.client_id,
            "client_secret": login.client_secret,
        }
        return Account(
            service_id=f"{entities.id_of(said['id'])}@{host}",
            name=f"@{said['username']}@{host}",
            link=str(said.get("url") or ""),
            avatar=str(said.get("avatar") or ""),
            login=kept,
        )

    def _login(self, profile: Profile) -> Login:
        kept = self._store.secrets.recall(profile.id, LOGIN)
        if not kept:
            raise LoginExpired("There is no login for this account.")
        return Login(**kept)

    # -- limits

    def _learn(self, login: Login, profile: Profile) -> None:
        host = profile.service_id.partition("@")[2]
        if self._store.memos.recall(f"asked:{host}", self._clock()) is None:
            self._tell_limits(login, host)

    def _tell_limits(self, login: Login, host: str) -> None:
        """Ask v2, then v1; a server that tells neither has Mastodon's own limits. Never a reason not to post."""
        told: Json = {}
        for path in ("/api/v2/instance", "/api/v1/instance"):
            with suppress(QueueError):
                if told := entities.entity(
                    self._checked(self._web.ask("GET", f"{login.server}{path}"))
                ):
                    break
        with suppress(QueueError):  # a locked database: the next post asks again
            if told:
                self._store.memos.keep(f"instance:{host}", entities.told_limits(told))
            self._store.memos.keep(f"asked:{host}", True, until=self._clock() + TOLD_FOR)

    # -- pictures

    def _uploaded(self, login: Login, profile: Profile, file: Attached) -> str:
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
        media = str(entities.entity(said).get("id") or "")
        if not media:
            raise Refused("The server did not take the picture.")
        if said.status == 202 or not entities.entity(said).get("url"):
            self._await(login, profile, media)
        self._store.memos.keep(memo, media, until=self._clock() + UPLOAD_KEPT)
        return media

    def _await(self, login: Login, profile: Profile, media: str) -> None:
        """Until a picture is processed: 206 while it is not (docs.joinmastodon.org/methods/media, 2026-11)."""
        end = monotonic() + MEDIA_SECONDS
        while monotonic() < end:
            said = self._call(login, "GET", f"/api/v1/media/{media}", profile=profile)
            if said.status == 200 and entities.entity(said).get("url"):
                return
            sleep(MEDIA_PAUSE)
        raise NetworkDown("The server is still busy with the picture.")

    # -- asking

    def _own(self, login: Login, profile: Profile, since: datetime) -> Iterator[Json]:
        """Our own posts, newest first, back to then. Raises Refused for too many."""
        path, params = f"/api/v1/accounts/{login.account}/statuses", {"limit": str(_PAGE)}
        params["exclude_reblogs"] = "true"
        page: list[Json] = []
        for page in self._pages(login, profile, path, params, since):
            yield from (status for status in page if entities.instant(status) >= since)
        if page and not entities.reaches(page, since):
            raise Refused("There are too many posts since then to look through.")

    def _notifications(
        self, login: Login, profile: Profile, since: datetime, mark: str
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
            return [each for each in found[::-1] if entities.instant(each) >= since], newest
        for _ in range(_BURST):
            said = self._call(
                login, "GET", path, params={**params, "min_id": mark}, profile=profile, looking=True
            )
            items = entities.entities(said)
            if not items or entities.id_of(items[0]["id"]) == entities.id_of(mark):
                break
            found += items[::-1]
            mark = str(items[0]["id"])
            if len(items) < _PAGE:
                break
        return found, mark

    def _status(
        self, login: Login, profile: Profile, id: str, *, looking: bool = False
    ) -> Json | None:
        """A post as it stands; None for one that is gone."""
        path = f"/api/v1/statuses/{id}"
        said = self._said(login, "GET", path, profile=profile, looking=looking)
        return None if said.status in _GONE else entities.whole_entity(self._checked(said))

    def _context(self, login: Login, profile: Profile, id: str, part: str) -> list[Json] | None:
        """The posts above or below one, nearest the root first; None where the server does not tell."""
        path = f"/api/v1/statuses/{id}/context"
        try:
            said = self._call(login, "GET", path, profile=profile, looking=True)
        except Refused:
            return None
        statuses = entities.entity(said).get(part)
        if not isinstance(statuses, list):
            return None
        return [each for each in statuses if isinstance(each, dict) and each.get("id")]

    def _placed(self, login: Login, profile: Profile, found: Sequence[Found]) -> list[Found]:
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

    def _root(self, login: Login, profile: Profile, found: Found) -> str:
        """The post of ours that a comment stands below, however deep; else what it answers."""
        above = self._context(login, profile, found.service_id, "ancestors") or []
        ours = [entities.id_of(each["id"]) for each in above if entities.is_by(each, login)]
        kept = self._store.interactions
        return next((post for post in ours if kept.update_for(profile.id, post)), found.post)

    def _pages(
        self, login: Login, profile: Profile, path: str, params: dict[str, str], since: datetime
    ) -> Iterator[list[Json]]:
        """Newest first, by max_id, which all servers understand, until one reaches back to then or there are too many.
        Raises Unclear for what cannot be read: it must not be taken for nothing."""
        for _ in range(_PAGES):
            said = self._call(login, "GET", path, params=params, profile=profile, looking=True)
            items = entities.entities(said)
            yield items
            if not items or entities.reaches(items, since):
                return
            params = {**params, "max_id": str(items[-1]["id"])}

    def _ask(self, login: Login, profile: Profile, method: str, path: str, **more: Any) -> Json:
        return entities.whole_entity(self._call(login, method, path, profile=profile, **more))

    def _call(self, login: Login, method: str, path: str, **more: Any) -> Answer:
        return self._checked(self._said(login, method, path, **more))

    def _said(
        self,
        login: Login,
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
        if allowance := entities.allowance(said):
            self._budgets.note(budget, allowance)
        return said

    def _checked(self, said: Answer) -> Answer:
        """Raises what a status means."""
        if 300 <= said.status < 400:
            raise Refused("The server has moved to another address: connect it anew by that name.")
        reason = entities.reason(said)
        if said.status == 429:
            allowance = entities.allowance(said)
            until = allowance.until if allowance else said.retry_at(self._clock())
            raise SlowDown(reason, until or self._clock() + timedelta(minutes=1))
        if error := error_for(said, reason, self._clock()):
            raise error
        return said

    def _is_free(self, profile: Profile, update: Update, post: str) -> bool:
        return is_free(self._store, profile, update, post)


def server_of(typed: str) -> str:
    """The server that was meant by a name, an address, or a whole handle. Raises Refused."""
    name = typed.strip()
    if "@" in name and "://" not in name:
        name = name.rpartition("@")[2]
    return address.server(name, example="mastodon.social")
