"""Mastodon servers and a Bluesky server in memory, with people on them, in simulated time.

They answer what our adapters ask, count it, and enforce what the real ones allow: 300 calls a token in each five
minutes of the clock on Mastodon (config/initializers/rack_attack.rb, 2026-11), 3,000 an address in five minutes from
the first one on Bluesky (packages/pds/src/config, 2026-11).
"""

from __future__ import annotations

import base64
import json
import random
import threading
from bisect import bisect, insort
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import thread_time
from typing import Any
from urllib.parse import urlsplit

from benchmarks.simulated_time import SimulatedTime
from buffer.networks import bluesky, mastodon
from buffer.web import Answer, Web

HOUR, DAY = 3600.0, 86400.0
WINDOW = 300
CALLS = {mastodon.SERVICE: 300, bluesky.SERVICE: 3000}
"""A window: on Mastodon for each account, on Bluesky for all together."""

LATENCY = (0.100, 0.150)
PDS = "https://pds.example"
ACCESS, REFRESH = 2 * HOUR, 60 * DAY
_DELAYS = ((0.7, 0.0, HOUR), (0.25, HOUR, DAY), (0.05, DAY, 30 * DAY))
"""Which part of what people do with a post comes how long after it."""


@dataclass(frozen=True, slots=True, order=True)
class Comment:
    """What somebody answers. `parent` is the post, or another comment, which nobody is notified of."""

    at: float
    id: str
    parent: str
    is_nested: bool


@dataclass(slots=True, eq=False)
class Post:
    """One of ours, with everything people will ever do with it."""

    id: str
    at: float
    owner: SocialAccount
    comments: list[Comment] = field(default_factory=list)
    likes: list[float] = field(default_factory=list)
    shown: tuple[tuple[int, int], bytes] = ((-1, -1), b"")


@dataclass(slots=True, eq=False)
class SocialAccount:
    """One of ours. `told`: notifications by their stamps, past and future ones."""

    number: int
    service: str
    home: str
    told: list[tuple[int, str]] = field(default_factory=list)
    posted: int = 0
    asked: int = 0
    windows: Counter[int] = field(default_factory=Counter)

    @property
    def service_id(self) -> str:
        if self.service == bluesky.SERVICE:
            return f"did:plc:{self.number:024d}"
        return f"{self.number}@{self.home}"

    @property
    def login(self) -> dict[str, str]:
        if self.service == bluesky.SERVICE:
            return {"server": PDS, "identifier": self.service_id, "password": "app"}
        token = f"token-{self.number}"
        return {"server": f"https://{self.home}", "token": token, "account": str(self.number)}


@dataclass(slots=True)
class Counts:
    """What was asked of a network: by the hour, by what it was, and where it was too much."""

    hours: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    windows: Counter[int] = field(default_factory=Counter)
    writes: Counter[int] = field(default_factory=Counter)
    refused: int = 0


class People:
    """What they will do with a post: so many comments and likes on average, most of them soon."""

    def __init__(self, *, comments: float, likes: float, nested: float, since: float) -> None:
        self._comments, self._likes, self._nested = comments, likes, nested
        self._since = since

    def react(self, post: Post, chance: random.Random) -> None:
        """Decide everything at once; what would have been before `since` is forgotten."""
        for at in self._moments(post.at, self._comments, chance):
            stamp = _stamp(at, chance.randrange(65536))
            parent = post.id
            if post.comments and chance.random() < self._nested:
                parent = chance.choice(post.comments).id
            comment = Comment(at, _id_of(post, stamp), parent, parent != post.id)
            post.comments.append(comment)
            if not comment.is_nested:
                insort(post.owner.told, (stamp, _notification(post, comment)))
        post.likes = self._moments(post.at, self._likes, chance)
        for at in post.likes:
            stamp = _stamp(at, chance.randrange(65536))
            insort(post.owner.told, (stamp, _liked(post, at, _id_of(post, stamp))))

    def _moments(self, at: float, mean: float, chance: random.Random) -> list[float]:
        number = min(int(chance.expovariate(1 / mean)), int(10 * mean))
        spans = chance.choices(_DELAYS, [part for part, *_ in _DELAYS], k=number)
        moments = (at + chance.uniform(least, most) for _, least, most in spans)
        return sorted(each for each in moments if each >= self._since)


class Social(Web):
    """All servers, as `Web` would reach them."""

    def __init__(self, time: SimulatedTime, people: People, *, seed: int) -> None:
        super().__init__()
        self._time, self._people = time, people
        self._seed, self._chance = seed, random.Random(seed)
        self.counts = {name: Counts() for name in CALLS}
        self.accounts: dict[str, SocialAccount] = {}
        self.posts: dict[str, Post] = {}
        self._cpu = threading.local()
        self._window = (0.0, 0)

    def join(self, account: SocialAccount) -> None:
        key = account.service_id if account.service == bluesky.SERVICE else account.login["token"]
        self.accounts[key] = account

    def post(self, account: SocialAccount, at: float, key: str = "") -> Post:
        """One is out, and people see it."""
        id = key or str(_stamp(at, self._chance.randrange(65536)))
        if account.service == bluesky.SERVICE:
            id = f"at://{account.service_id}/{bluesky.POST}/{id}"
        post = self.posts[id] = Post(id, at, account)
        account.posted += 1
        self._people.react(post, random.Random(f"{self._seed} {account.number} {account.posted}"))
        return post

    def cpu_here(self) -> float:
        """Seconds that this thread spent being a server."""
        spent: float = getattr(self._cpu, "spent", 0.0)
        return spent

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        yield

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Any = None,
        json: Any = None,
        **more: Any,
    ) -> Answer:
        """One exchange: what is answered is how things stand when it begins."""
        began = thread_time()
        parts = urlsplit(url)
        token = (headers or {}).get("Authorization", "").removeprefix("Bearer ")
        if url.startswith(PDS):
            status, body, limits = self._bluesky(method, parts.path[6:], token, params or {}, json)
        else:
            status, body, limits = self._mastodon(method, parts.path, token, params or {})
        self._cpu.spent = self.cpu_here() + thread_time() - began
        self._time.sleep(self._chance.uniform(*LATENCY))
        return Answer(status=status, headers=limits, body=body, url=url)

    def _count(self, service: str, account: SocialAccount | None, kind: str) -> None:
        now, counts = self._time.seconds, self.counts[service]
        counts.hours[int(now // HOUR)] += 1
        counts.kinds[kind] += 1
        if account:
            account.asked += 1

    # -- Mastodon

    def _mastodon(
        self, method: str, path: str, token: str, params: Mapping[str, str]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        account = self.accounts.get(token)
        names = path.split("/")[3:]
        kind = f"{method} {names[0]}" + (f" {names[2]}" if len(names) > 2 else "")
        self._count(mastodon.SERVICE, account, kind)
        if account is None:
            return 200, b'{"configuration": {"statuses": {"max_characters": 500}}}', {}
        now = self._time.seconds
        window = int(now // WINDOW)
        account.windows[window] += 1
        counts, limit = account.windows[window], CALLS[mastodon.SERVICE]
        self.counts[mastodon.SERVICE].windows[window] = max(
            counts, self.counts[mastodon.SERVICE].windows[window]
        )
        ends = datetime.fromtimestamp((window + 1) * WINDOW, UTC)
        limits = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - counts)),
            "X-RateLimit-Reset": f"{ends:%Y-%m-%dT%H:%M:%S}.000000Z",
        }
        if counts > limit:
            self.counts[mastodon.SERVICE].refused += 1
            return 429, b'{"error": "Too many requests"}', limits
        return *self._mastodon_said(method, names, account, params), limits

    def _mastodon_said(
        self, method: str, names: list[str], account: SocialAccount, params: Mapping[str, str]
    ) -> tuple[int, bytes]:
        now = self._time.seconds
        match method, names:
            case "GET", ["notifications"]:
                return 200, _listed(account.told, now, params)
            case "POST", ["statuses"]:
                post = self.post(account, now)
                return 200, _status(post, now)
            case "GET", ["statuses", id] if id in self.posts:
                return 200, _status(self.posts[id], now)
            case "GET", ["statuses", id, "context"] if id in self.posts:
                return 200, _shown(self.posts[id], now, _context)
        return 404, b'{"error": "Record not found"}'

    # -- Bluesky

    def _bluesky(
        self, method: str, name: str, token: str, params: Mapping[str, str], body: Any
    ) -> tuple[int, bytes, Mapping[str, str]]:
        did = body["identifier"] if name.endswith("createSession") else _claims(token)["sub"]
        account = self.accounts[did]
        self._count(bluesky.SERVICE, account, f"{method} {name.rpartition('.')[2]}")
        now, counts, limit = (
            self._time.seconds,
            self.counts[bluesky.SERVICE],
            CALLS[bluesky.SERVICE],
        )
        begin, used = self._window
        if now >= begin + WINDOW:
            begin, used = now, 0
        self._window = (begin, used + 1)
        counts.windows[int(begin)] += 1
        counts.writes[int(begin)] += method == "POST"
        limits = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(0, limit - used - 1)),
            "RateLimit-Reset": str(int(begin + WINDOW)),
            "RateLimit-Policy": f"{limit};w={WINDOW}",
        }
        if used >= limit:
            counts.refused += 1
            return 429, b'{"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}', limits
        if not name.startswith("com.atproto.server.") and _claims(token)["exp"] <= now:
            return 400, b'{"error": "ExpiredToken", "message": "Token has expired"}', limits
        return *self._bluesky_said(name, account, params, body), limits

    def _bluesky_said(
        self, name: str, account: SocialAccount, params: Mapping[str, str], body: Any
    ) -> tuple[int, bytes]:
        now = self._time.seconds
        match name:
            case "com.atproto.server.createSession" | "com.atproto.server.refreshSession":
                return 200, _session(account, now)
            case "com.atproto.repo.putRecord":
                post = self.post(account, now, body["rkey"])
                return 200, json.dumps({"uri": post.id, "cid": "c"}).encode()
            case "app.bsky.notification.listNotifications":
                return 200, _notifications(account.told, now, params)
            case "app.bsky.feed.getPostThread" if params["uri"] in self.posts:
                return 200, _shown(self.posts[params["uri"]], now, _thread)
        return 400, b'{"error": "NotFound", "message": "Not found"}'


# -- what people do


def _stamp(at: float, number: int = 65535) -> int:
    """Ids on Mastodon are made so, and rise with time."""
    return int(at * 1000) * 65536 + number


def _id_of(post: Post, stamp: int) -> str:
    if post.owner.service == bluesky.SERVICE:
        return f"at://did:plc:somebody{stamp % 999}/{bluesky.POST}/{stamp}"
    return str(stamp)


def _iso(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _notification(post: Post, comment: Comment) -> str:
    if post.owner.service == mastodon.SERVICE:
        told = {
            "id": comment.id,
            "type": "mention",
            "created_at": _iso(comment.at),
            "account": _somebody(comment.id),
            "status": _comment_status(post, comment),
        }
        return json.dumps(told)
    view = _view(post, comment)
    return json.dumps(view | {"reason": "reply", "reasonSubject": post.id, "isRead": False})


def _liked(post: Post, at: float, id: str) -> str:
    if post.owner.service == mastodon.SERVICE:
        told = {
            "id": id,
            "type": "favourite",
            "created_at": _iso(at),
            "account": _somebody(id),
            "status": {"id": post.id, "created_at": _iso(post.at), "content": "<p>A post</p>"},
        }
        return json.dumps(told)
    return json.dumps(
        {
            "uri": id.replace(bluesky.POST, bluesky.LIKE),
            "cid": "c",
            "author": {"did": "did:plc:somebody", "handle": "somebody.example"},
            "reason": "like",
            "reasonSubject": post.id,
            "record": {"$type": bluesky.LIKE, "createdAt": _iso(at)},
            "indexedAt": _iso(at),
            "isRead": False,
        }
    )


# -- what Mastodon says


def _somebody(id: str) -> dict[str, Any]:
    name = f"somebody{int(id) % 999}"
    return {
        "id": id,
        "username": name,
        "acct": f"{name}@elsewhere.example",
        "display_name": "Somebody",
        "url": f"https://elsewhere.example/@{name}",
        "avatar": "https://elsewhere.example/avatar.png",
        "followers_count": 12,
    }


def _comment_status(post: Post, comment: Comment) -> dict[str, Any]:
    is_direct = comment.parent == post.id
    return {
        "id": comment.id,
        "created_at": _iso(comment.at),
        "in_reply_to_id": comment.parent,
        "in_reply_to_account_id": str(post.owner.number) if is_direct else "1",
        "visibility": "public",
        "content": "<p>What somebody has to say about it</p>",
        "url": f"https://elsewhere.example/{comment.id}",
        "account": _somebody(comment.id),
    }


def _status(post: Post, now: float) -> bytes:
    said = {
        "id": post.id,
        "created_at": _iso(post.at),
        "content": "<p>A post</p>",
        "visibility": "public",
        "url": f"https://{post.owner.home}/{post.id}",
        "favourites_count": bisect(post.likes, now),
        "reblogs_count": 0,
        "edited_at": None,
    }
    return json.dumps(said).encode()


def _listed(told: list[tuple[int, str]], now: float, params: Mapping[str, str]) -> bytes:
    """A page of notifications, newest first: by `min_id` from there upward, else from `max_id` downward."""
    last, most = bisect(told, (_stamp(now), "~")), int(params["limit"])
    if "min_id" in params:
        first = bisect(told, (int(params["min_id"]), "~"), hi=last)
        page = told[first : min(first + most, last)]
    else:
        if "max_id" in params:
            last = bisect(told, (int(params["max_id"]),), hi=last)
        page = told[max(0, last - most) : last]
    return f"[{','.join(text for _, text in reversed(page))}]".encode()


def _context(post: Post, comments: list[Comment], likes: int) -> bytes:
    below = [_comment_status(post, each) for each in comments]
    return json.dumps({"ancestors": [], "descendants": below}).encode()


# -- what Bluesky says


def _view(post: Post, comment: Comment) -> dict[str, Any]:
    did = comment.id.removeprefix("at://").partition("/")[0]
    return {
        "uri": comment.id,
        "cid": "c",
        "author": {"did": did, "handle": f"{did[8:]}.example", "displayName": "Somebody"},
        "record": {
            "$type": bluesky.POST,
            "text": "What somebody has to say about it",
            "createdAt": _iso(comment.at),
            "reply": {
                "root": {"uri": post.id, "cid": "c"},
                "parent": {"uri": comment.parent, "cid": "c"},
            },
        },
        "indexedAt": _iso(comment.at),
    }


def _thread(post: Post, comments: list[Comment], likes: int) -> bytes:
    below: dict[str, list[Comment]] = {}
    for each in comments:
        below.setdefault(each.parent, []).append(each)

    def answers(id: str) -> list[dict[str, Any]]:
        return [
            {"post": _view(post, each), "replies": answers(each.id)} for each in below.get(id, [])
        ]

    view = {"uri": post.id, "likeCount": likes, "repostCount": 0, "replyCount": len(comments)}
    return json.dumps({"thread": {"post": view, "replies": answers(post.id)}}).encode()


def _notifications(told: list[tuple[int, str]], now: float, params: Mapping[str, str]) -> bytes:
    last = int(params["cursor"]) if "cursor" in params else bisect(told, (_stamp(now), "~"))
    first = max(0, last - int(params["limit"]))
    cursor = f', "cursor": "{first}"' if first else ""
    items = ",".join(text for _, text in reversed(told[first:last]))
    return f'{{"notifications": [{items}]{cursor}}}'.encode()


def _session(account: SocialAccount, now: float) -> bytes:
    did = account.service_id
    return json.dumps(
        {
            "did": did,
            "handle": f"account{account.number}.example",
            "accessJwt": _token(did, now + ACCESS),
            "refreshJwt": _token(did, now + REFRESH),
        }
    ).encode()


def _token(did: str, ends: float) -> str:
    said = json.dumps({"sub": did, "exp": int(ends), "scope": "com.atproto.appPass"})
    return f"e30.{base64.urlsafe_b64encode(said.encode()).decode().rstrip('=')}.signature"


def _claims(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


def _shown(post: Post, now: float, write: Any) -> bytes:
    """Written anew only if something came since."""
    stand = (bisect(post.comments, now, key=lambda each: each.at), bisect(post.likes, now))
    if post.shown[0] != stand:
        post.shown = (stand, write(post, post.comments[: stand[0]], stand[1]))
    return post.shown[1]
