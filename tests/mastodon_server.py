"""A stand-in for a Mastodon-API server, as Mastodon 4.6 answers, and with the ways of its kin and its bad days.

Real HTTP over loopback. What it answers is held against the OpenAPI of Mastodon, and it is asked in words that schema
accepts (test_mastodon_schema.py). It is a stand-in all the same: Mastodon itself cannot be had here.
"""

from __future__ import annotations

import html
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

Json = dict[str, Any]
IDS = ("numbers", "JSON numbers", "ULIDs", "flakes", "hex")
"""How ids are written: by Mastodon itself; by some as numbers in JSON; by GoToSocial; by Pleroma, to which upper and
lower case are two; by snac, which writes one id in both and finds it by the lower one only."""
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ROLE = {"id": "3", "name": "Owner", "color": "", "permissions": "0", "highlighted": True}
TOKEN, CODE = "the-token", "the-code"
CLIENT, SECRET = "the-client", "the-client-secret"


@dataclass
class Server:
    """Its state, its quirks, and what it was asked."""

    now: Callable[[], datetime]
    url: str = ""
    honours_keys: bool = True
    instance: str = "v2"
    max_characters: int = 500
    processing: int = 0
    contexts: bool = True
    lag: timedelta = timedelta()
    ids: str = "numbers"
    honours_since: bool = True
    ignores_marks: bool = False
    pins_first: bool = False
    privacy: str = "public"
    made: int = 0
    lists: str = ""
    statuses: list[Json] = field(default_factory=list)
    media: dict[str, Json] = field(default_factory=dict)
    notifications: list[Json] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, Json, dict[str, str]]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    blocked_by: set[str] = field(default_factory=set)
    faults: list[list[Any]] = field(default_factory=list)
    remaining: int = 300
    reset: timedelta = timedelta(minutes=5)

    def next(
        self, fault: str, path: str = "/api/v1/statuses", *, method: str = "POST", after: int = 0
    ) -> None:
        """The next such request to this path goes wrong, or one some requests later: `429`, `500 after`, `hang after`,
        `reset after`, `reset before`, `422`, `301`, `nonsense after`, `half after`."""
        self.faults.append([method, path, fault, after])

    def texts(self) -> list[str]:
        return [status["text"] for status in self.statuses]

    def account(self, name: str = "ada", id: str = "1") -> Json:
        page = f"{self.url}/@{name}"
        return {
            "id": id, "username": name, "acct": name, "display_name": name.capitalize(), "locked": False, "bot": False,
            "discoverable": None, "indexable": False, "group": False, "created_at": "2026-08-01T00:00:00.000Z",
            "note": "", "url": page, "uri": f"{self.url}/users/{name}", "avatar": f"{self.url}/a.png",
            "avatar_static": f"{self.url}/a.png", "avatar_description": "", "header": f"{self.url}/h.png",
            "header_static": f"{self.url}/h.png", "header_description": "", "followers_count": 3,
            "following_count": 0, "statuses_count": len(self.statuses), "last_status_at": "2026-08-01",
            "hide_collections": None, "noindex": False, "emojis": [], "roles": [], "fields": [],
            "show_media": True, "show_media_replies": True, "show_featured": True,
            "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        }  # fmt: skip

    def post(self, form: Json, name: str = "ada", id: str = "1") -> Json:
        """A status is out."""
        number = self.new_id()
        text = str(form.get("status") or "")
        above = self.find(form.get("in_reply_to_id"))
        quoted = self.find(form.get("quoted_status_id"))
        if above:
            above["replies_count"] += 1
        status = {
            "id": number, "created_at": f"{self.now():%Y-%m-%dT%H:%M:%S.000Z}", "in_reply_to_id":
            form.get("in_reply_to_id"), "in_reply_to_account_id": above and above["account"]["id"],
            "sensitive": bool(form.get("sensitive")), "spoiler_text": form.get("spoiler_text") or "",
            "visibility": form.get("visibility") or self.privacy, "language": form.get("language") or "en",
            "uri": f"{self.url}/users/{name}/statuses/{number}", "url": f"{self.url}/@{name}/{number}",
            "replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "quotes_count": 0, "edited_at": None,
            "favourited": False, "reblogged": False, "muted": False, "bookmarked": False, "pinned": False,
            "content": quoting(quoted) + as_html(text), "filtered": [], "reblog": None,
            "application": {"name": "slack-buffer", "website": None}, "account": self.account(name, id),
            "media_attachments": [self.media[each] for each in form.get("media_ids") or []], "mentions": [],
            "tags": [], "emojis": [], "tagged_collections": [], "card": None, "poll": None,
            "quote": {"state": "accepted", "quoted_status": shown(quoted)} if quoted else None,
            "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
        }  # fmt: skip
        self.statuses.append(status | {"text": text})
        return status

    def new_id(self) -> str:
        """Later ones come later in no order that a number or a letter shows, but on Mastodon itself."""
        self.made += 1
        match self.ids:
            case "ULIDs":
                return f"01K{self.made:05d}{'ABCDEFGHJKMNPQRSTV'}"
            case "flakes":
                return f"A{_BASE62[-self.made % 62]}{self.made // 62:04d}sUqYGqvHbDzM"
            case "hex":
                return f"1772438400{self.made * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"
        return f"{117020583258292000 + self.made - 1}"

    def find(self, id: Any) -> Json | None:
        return next((each for each in self.statuses if each["id"] == id), None)

    def edits(self, id: str, **changes: Any) -> Json:
        """As app/services/update_status_service.rb of Mastodon does (2026-11): what is not named is emptied, but for
        the language; who sees it never changes."""
        status = self.find(id)
        assert status
        text, warning = changes.get("status") or "", changes.get("spoiler_text") or ""
        status |= {
            "text": text,
            "content": as_html(text),
            "spoiler_text": warning,
            "sensitive": bool(changes.get("sensitive") or warning),
            "language": changes.get("language") or status["language"],
            "media_attachments": [self.media[each] for each in changes.get("media_ids") or []],
            "edited_at": f"{self.now():%Y-%m-%dT%H:%M:%S.000Z}",
        }
        return status

    def deletes(self, id: str) -> Json | None:
        """It is gone, and what was told of it."""
        status = self.find(id)
        self.statuses = [each for each in self.statuses if each is not status]
        self.notifications = [
            each for each in self.notifications if not each["status"] or each["status"]["id"] != id
        ]
        return status

    def hears(self, kind: str, status: Json, name: str = "dana") -> None:
        """Somebody else did something with a post of ours."""
        counted = {"favourite": "favourites_count", "reblog": "reblogs_count"}.get(kind)
        post = self.find(status.get("id"))
        if counted and post:
            post[counted] += 1
        number = len(self.notifications) + 1
        self.notifications.append(
            {
                "id": str(number) if self.ids == "numbers" else self.new_id(),
                "type": kind,
                "created_at": f"{self.now():%Y-%m-%dT%H:%M:%S.000Z}",
                "group_key": f"g{number}",
                "account": self.account(name, "2"),
                "status": shown(status),
            }
        )


def shown(status: Json | None) -> Json:
    """Without the source, which only we keep."""
    return {name: value for name, value in (status or {}).items() if name != "text"}


def quoting(quoted: Json | None) -> str:
    """What Mastodon 4.5 puts before the words of a quote, for those who know no quotes."""
    if not quoted:
        return ""
    return f'<p class="quote-inline">RE: <a href="{quoted["url"]}">{quoted["url"]}</a></p>'


def spelled(body: Any, ids: str, path: str) -> Any:
    """An answer with its ids as this server writes them."""
    if ids == "JSON numbers":
        return _with_ids(body, int)
    if ids == "hex" and path.endswith(("/notifications", "/context")):
        return _with_ids(body, str.upper)
    return body


def _with_ids(body: Any, spell: Callable[[str], Any]) -> Any:
    if isinstance(body, list):
        return [_with_ids(each, spell) for each in body]
    if not isinstance(body, dict):
        return body
    names = ("id", "in_reply_to_id", "in_reply_to_account_id")
    return {
        name: spell(value) if name in names and value else _with_ids(value, spell)
        for name, value in body.items()
    }


def as_html(text: str) -> str:
    """As Mastodon writes it: paragraphs, breaks, links cut for the eye, mentions without their server."""

    def marked(match: re.Match[str]) -> str:
        link, name = match["link"], match["name"]
        if link:
            bare = link.partition("//")[2]
            return (
                f'<a href="{link}" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">'
                f'https://</span><span class="ellipsis">{bare[:30]}</span>'
                f'<span class="invisible">{bare[30:]}</span></a>'
            )
        return (
            f'<span class="h-card" translate="no"><a href="https://x.example/@{name}" class="u-url mention">@<span>'
            f"{name}</span></a></span>"
        )

    escaped = html.escape(text, quote=False)
    pattern = r"(?P<link>https://[^\s<]+)|(?<!\w)@(?P<name>\w+)(?:@[\w.-]+)?"
    paragraphs = re.sub(pattern, marked, escaped).split("\n\n")
    return "".join(f"<p>{each.replace(chr(10), '<br />')}</p>" for each in paragraphs)


@contextmanager
def mastodon(now: Callable[[], datetime]) -> Iterator[Server]:
    """A server that runs, at its `url`."""
    state = Server(now)
    listener = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    listener.daemon_threads = True
    state.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        listener.shutdown()
        listener.server_close()


def handler(state: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._route("GET")

        def do_POST(self) -> None:
            self._route("POST")

        def do_PUT(self) -> None:
            self._route("PUT")

        def do_DELETE(self) -> None:
            self._route("DELETE")

        def log_message(self, *_: object) -> None: ...

        def _route(self, method: str) -> None:
            path = urlsplit(self.path).path
            form, headers = self._form(), dict(self.headers)
            state.asked.append((method, path, form, headers))
            fault = self._fault(method, path)
            if fault == "reset before":
                return self._reset()
            if fault == "429":
                state.remaining = 0
                return self._say(429, {"error": "Too many requests"})
            if fault == "301":
                return self._say(301, {}, Location="https://elsewhere.example/")
            if fault.isdecimal():
                return self._say(int(fault), {"error": "Validation failed: Text is no good"})
            status, body = self._answer(method, path, form)
            return self._after(fault, status, body)

        def _after(self, fault: str, status: int, body: Any) -> None:
            match fault:
                case "500 after":
                    self._say(500, {"error": "Something went wrong on our end"})
                case "hang after":
                    time.sleep(3)
                    self.close_connection = True
                case "reset after":
                    self._reset()
                case "nonsense after":
                    self._say(200, ["not", "a", "status"])
                case "half after":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Len")
                    self.close_connection = True
                case _:
                    self._say(status, body)

        def _fault(self, method: str, path: str) -> str:
            for known in state.faults:
                if known[:2] == [method, path]:
                    if not known[3]:
                        state.faults.remove(known)
                        return str(known[2])
                    known[3] -= 1
            return ""

        def _reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()
            self.close_connection = True

        def _say(self, status: int, body: Any, **headers: str) -> None:
            state.remaining = max(0, state.remaining - 1)
            path = urlsplit(self.path).path
            content = json.dumps(spelled(body, state.ids, path)).encode()
            self.send_response(status)
            given = {
                "Content-Type": "application/json; charset=utf-8",
                "Content-Length": str(len(content)),
                "X-RateLimit-Limit": "300",
                "X-RateLimit-Remaining": str(state.remaining),
                "X-RateLimit-Reset": f"{(state.now() + state.reset):%Y-%m-%dT%H:%M:%S.000000Z}",
            } | headers
            for name, value in given.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def _form(self) -> Json:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            if kind.startswith("application/json"):
                return dict(json.loads(body))
            if kind.startswith("multipart/"):
                return multipart(kind, body)
            return dict(parse_qsl(body.decode(), keep_blank_values=True))

        def _answer(self, method: str, path: str, form: Json) -> tuple[int, Any]:
            match method, path:
                case "POST", "/api/v1/apps":
                    return 200, app(form)
                case "POST", "/oauth/token":
                    return self._token(form)
                case "POST", "/oauth/revoke":
                    state.revoked.add(form["token"])
                    return 200, {}
                case "GET", "/api/v2/instance" if state.instance == "v2":
                    return 200, {"domain": "x.example", "configuration": configuration(state)}
                case "GET", "/api/v1/instance" if state.instance in ("v2", "v1"):
                    return 200, {"uri": "x.example", "configuration": configuration(state)}
                case "GET", "/api/v1/instance" if state.instance == "pleroma":
                    return 200, {"uri": "x.example", "max_toot_chars": state.max_characters}
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if not token and method == "GET" and path.startswith("/api/v1/statuses/"):
                return self._about(method, path, form)
            if token != TOKEN or token in state.revoked:
                return 401, {"error": "The access token is invalid"}
            return self._for_us(method, path, form)

        def _token(self, form: Json) -> tuple[int, Any]:
            if form.get("code") != CODE or form.get("client_secret") != SECRET:
                return 400, {"error": "invalid_grant", "error_description": "The code is invalid."}
            made = {"access_token": TOKEN, "token_type": "Bearer", "scope": "read", "created_at": 1}
            return 200, made

        def _for_us(self, method: str, path: str, form: Json) -> tuple[int, Any]:
            query = {name: each[-1] for name, each in parse_qs(urlsplit(self.path).query).items()}
            state.queries.append(query)
            match method, path:
                case "GET", "/api/v1/accounts/verify_credentials":
                    return 200, state.account() | {"source": source(state), "role": ROLE}
                case "GET", "/api/v1/accounts/1/statuses" if state.lists:
                    return 200, json.loads(state.lists)
                case "GET", "/api/v1/accounts/1/statuses":
                    return 200, self._own(query)
                case "GET", "/api/v1/notifications":
                    if state.ignores_marks:
                        query.pop("min_id", None)
                    if state.honours_since and "since_id" in query:
                        return 200, since(state.notifications, query)
                    return 200, page(state.notifications, query)
                case "POST", "/api/v2/media":
                    return self._upload(form)
                case "POST", "/api/v1/statuses":
                    return self._publish(form)
            if method == "GET" and path.startswith("/api/v1/media/"):
                return self._media(state.media[path.rpartition("/")[2]])
            return self._about(method, path, form)

        def _about(self, method: str, path: str, form: Json) -> tuple[int, Any]:
            """One status."""
            *where, rest = path.split("/")[1:] + [""] * (path.count("/") == 4)
            status = state.find(where[-1]) if where[:3] == ["api", "v1", "statuses"] else None
            is_known = "Authorization" in self.headers
            if not status or (is_known and status["account"]["id"] in state.blocked_by):
                return 404, {"error": "Record not found"}
            is_ours = status["account"]["id"] == "1"
            match method, rest:
                case "POST", "favourite":
                    status["favourited"] = True
                case "GET", "context":
                    return self._context(status)
                case "PUT", "" if is_ours:
                    state.edits(status["id"], **form)
                case "DELETE", "" if is_ours:
                    return 200, state.deletes(status["id"])
                case "GET", "":
                    pass
                case _:
                    return 404, {"error": "Record not found"}
            return 200, shown(status)

        def _own(self, query: dict[str, str]) -> list[Json]:
            own = [each for each in state.statuses if each["account"]["id"] == "1"]
            if query.get("exclude_reblogs") == "true":
                own = [each for each in own if not each["reblog"]]
            pinned = [shown(each) for each in own if each["pinned"]]
            first = pinned if state.pins_first and "max_id" not in query else []
            return first + page(own, query)

        def _context(self, status: Json) -> tuple[int, Any]:
            settled = f"{state.now() - state.lag:%Y-%m-%dT%H:%M:%S.000Z}"
            seen = [each for each in state.statuses if each["created_at"] <= settled]
            below, above = [status["id"]], list[Json]()
            for each in seen if state.contexts else []:
                if each["in_reply_to_id"] in below:
                    below.append(each["id"])
            up = state.find(status["in_reply_to_id"])
            while up and state.contexts:
                above.insert(0, shown(up))
                up = state.find(up["in_reply_to_id"])
            found = [shown(each) for each in seen if each["id"] in below[1:]]
            return 200, {"ancestors": above, "descendants": found}

        def _publish(self, form: Json) -> tuple[int, Any]:
            key = self.headers.get("Idempotency-Key", "")
            if state.honours_keys and key in state.keys:
                known = next(each for each in state.statuses if each["id"] == state.keys[key])
                return 200, shown(known)
            text = str(form.get("status") or "")
            if not text.strip() and not form.get("media_ids"):
                return 422, {"error": "Validation failed: Text can't be blank"}
            if len(text) > state.max_characters:
                return 422, {"error": f"Validation failed: Text limit of {state.max_characters}"}
            if form.get("in_reply_to_id") and not state.find(form["in_reply_to_id"]):
                return 404, {"error": "Record not found"}
            status = state.post(form)
            if key:
                state.keys[key] = status["id"]
            return 200, status

        def _upload(self, form: Json) -> tuple[int, Any]:
            id = str(117020576894251000 + len(state.media))
            made: Json = {
                "id": id, "type": "image", "url": f"{state.url}/m/{id}.png", "preview_url": f"{state.url}/m/{id}.png",
                "remote_url": None, "preview_remote_url": None, "text_url": None, "meta": {}, "blurhash": None,
                "description": form.get("description"),
            }  # fmt: skip
            state.media[id] = made
            if state.processing:
                return 202, made | {"url": None}
            return 200, made

        def _media(self, media: Json) -> tuple[int, Any]:
            if state.processing:
                state.processing -= 1
                return 206, media | {"url": None}
            return 200, media

    return Handler


def app(form: Json) -> Json:
    return {
        "id": "7", "name": form["client_name"], "website": None, "scopes": form["scopes"].split(),
        "redirect_uris": [form["redirect_uris"]], "redirect_uri": form["redirect_uris"], "client_id": CLIENT,
        "client_secret": SECRET, "client_secret_expires_at": 0, "vapid_key": "x",
    }  # fmt: skip


def source(state: Server) -> Json:
    return {
        "privacy": state.privacy, "sensitive": False, "language": "", "note": "", "fields": [],
        "follow_requests_count": 0, "indexable": False, "discoverable": None, "hide_collections": None,
        "attribution_domains": [], "quote_policy": "public",
    }  # fmt: skip


def configuration(state: Server) -> Json:
    return {
        "statuses": {
            "max_characters": state.max_characters,
            "max_media_attachments": 4,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {"description_limit": 1500, "image_size_limit": 16777216},
    }


def page(items: list[Json], query: dict[str, str]) -> list[Json]:
    """Newest first, as asked for."""
    found = [shown(item) for item in reversed(items)]
    limit = int(query.get("limit", 20))
    ids = [item["id"] for item in found]

    def place(id: str, otherwise: int) -> int:
        same = id if id in ids else id.lower()  # one of snac's, in upper case
        return ids.index(same) if same in ids else otherwise

    if "max_id" in query:
        found = found[place(query["max_id"], -1) + 1 :]
    if "min_id" in query:  # the page next to it, not the newest
        found = found[: place(query["min_id"], len(ids))]
        return found[-limit:]
    return found[:limit]


def since(items: list[Json], query: dict[str, str]) -> list[Json]:
    """The newest page of those behind an id: the rest of a burst is in none."""
    behind = page(items, {"min_id": query["since_id"], "limit": str(len(items))})
    return behind[: int(query.get("limit", 20))]


def multipart(kind: str, body: bytes) -> Json:
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    parsed = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    form: Json = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        is_file = part.get_filename() is not None
        form[str(name)] = content if is_file else content.decode()
    return form
