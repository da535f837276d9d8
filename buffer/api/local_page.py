"""The local network as people see it: a page, its forms, and JSON beside them. Knows no Slack and no queue."""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import falcon

from buffer.model import Event, Json
from buffer.ports import Clock, Store

PAGE = Path(__file__).parent / "page"
LONGEST, MAX_BODY = 500, 1 << 16
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
POLICY = "default-src 'self'; img-src 'self' https: http: data:; form-action 'self'; frame-ancestors 'none'"
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")

Nudge = Callable[[str], None]
"""Called with the post that somebody did something with here, so that nobody has to wait for the next poll."""


def routes(
    app: falcon.App[Any, Any],
    store: Store,
    clock: Clock,
    own_url: str = "",
    *,
    nudge: Nudge = lambda _post: None,
) -> None:
    """Add the page under /local. Requests must name this machine or `own_url`, so that no web page can drive it."""
    hosts = LOOPBACK | ({urlsplit(own_url).hostname or ""} - {""})
    room = _Room(store, clock, hosts, nudge)
    app.add_route("/local", Timeline(room))
    app.add_route("/local/posts.json", Posts(room))
    app.add_route("/local/posts/{post}/like", Reactions(room, Event.LIKE))
    app.add_route("/local/posts/{post}/comments", Reactions(room, Event.COMMENT))
    app.add_route("/local/posts/{post}/comments/{comment}/edit", Edit(room))
    app.add_route("/local/posts/{post}/comments/{comment}/delete", Delete(room))
    for name, kind in (("style.css", "text/css"), ("page.js", "text/javascript")):
        app.add_route(f"/local/{name}", Asset(PAGE / name, kind))


class _Room:
    """What the resources share."""

    def __init__(self, store: Store, clock: Clock, hosts: frozenset[str], nudge: Nudge) -> None:
        self.store = store
        self.clock = clock
        self.hosts = hosts
        self.nudge = nudge

    def admit(self, req: falcon.Request) -> None:
        """Raises 403 for another host's name (DNS rebinding) or another page's form (CSRF)."""
        host, origin = req.get_header("Host") or "", req.get_header("Origin")
        is_foreign = origin is not None and origin.partition("://")[2].lower() != host.lower()
        if _name(host) not in self.hosts or is_foreign:
            raise falcon.HTTPForbidden(
                title="Not from here", description="Open /local on this server itself."
            )


class Timeline:
    """`GET /local`: all posts, newest first."""

    def __init__(self, room: _Room) -> None:
        self._room = room

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._room.admit(req)
        who = unquote((req.get_cookie_values("who") or [""])[0])[:40] or "Dana"
        resp.content_type = falcon.MEDIA_HTML
        resp.set_header("Content-Security-Policy", POLICY)
        resp.text = page(self._room.store.local.posts(), who)


class Posts:
    """`GET /local/posts.json`: the same as JSON; times are ISO 8601, UTC."""

    def __init__(self, room: _Room) -> None:
        self._room = room

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._room.admit(req)
        resp.text = json.dumps({"posts": self._room.store.local.posts()}, default=_iso)


class Reactions:
    """`POST …/like` and `…/comments`: by the page's forms, or as JSON `{who, text}`."""

    def __init__(self, room: _Room, event: Event) -> None:
        self._room = room
        self._event = event

    def on_post(self, req: falcon.Request, resp: falcon.Response, post: str) -> None:
        self._room.admit(req)
        fields = _fields(req)
        who = _words(fields, "who", "Dana")[:40]
        text = _comment_in(fields) if self._event is Event.COMMENT else ""
        made = self._add(post, who, text, _words(fields, "key", "") or secrets.token_hex(8))
        if made is None:
            raise falcon.HTTPNotFound(
                title="No such post", description="It is not on this network."
            )
        self._room.nudge(post)
        if _wants_json(req):
            resp.media, resp.status = {"id": made}, falcon.HTTP_201
            return
        resp.set_cookie(
            "who", quote(who), path="/local", http_only=True, secure=False, same_site="Strict"
        )
        raise falcon.HTTPSeeOther(f"/local#post-{post}")

    def _add(self, post: str, who: str, text: str, key: str) -> str | None:
        is_like = self._event is Event.LIKE
        return self._room.store.local.react(
            post,
            event=self._event,
            who=who,
            text=text,
            key=f"like:{post}:{who}" if is_like else f"form:{post}:{key}",
            ours=False,
            now=self._room.clock(),
        )


class Edit:
    """`POST …/comments/{comment}/edit`: somebody made up says it otherwise; a form, or JSON `{text}`."""

    def __init__(self, room: _Room) -> None:
        self._room = room

    def on_post(self, req: falcon.Request, resp: falcon.Response, post: str, comment: str) -> None:
        self._room.admit(req)
        text = _comment_in(_fields(req))
        if not self._room.store.local.edit(comment, text, ours=False):
            raise _no_such_comment()
        self._room.nudge(post)
        _back_to(post, req, resp)


class Delete:
    """`POST …/comments/{comment}/delete`: somebody made up takes it back."""

    def __init__(self, room: _Room) -> None:
        self._room = room

    def on_post(self, req: falcon.Request, resp: falcon.Response, post: str, comment: str) -> None:
        self._room.admit(req)
        if not self._room.store.local.remove(comment, self._room.clock(), ours=False):
            raise _no_such_comment()
        self._room.nudge(post)
        _back_to(post, req, resp)


class Asset:
    """A file of the page."""

    def __init__(self, path: Path, kind: str) -> None:
        self._text = path.read_text()
        self._kind = kind

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = f"{self._kind}; charset=utf-8"
        resp.text = self._text


# -- reading


def _name(host: str) -> str:
    """The name in a Host header, without the port; nothing for what is no host."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "") if parts.port != 0 else ""
    except ValueError:
        return ""


def _is_json(req: falcon.Request) -> bool:
    return (req.content_type or "").startswith(falcon.MEDIA_JSON)


def _fields(req: falcon.Request) -> Json:
    body = req.bounded_stream.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise falcon.HTTPContentTooLarge(title="Too long", description="More than 64 kB.")
    try:
        if _is_json(req):
            fields = json.loads(body or b"{}")
            json.dumps(fields, ensure_ascii=False).encode()  # half a surrogate pair is no text
            return fields if isinstance(fields, dict) else {}
        return dict(
            parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
        )
    except (ValueError, RecursionError) as error:
        raise falcon.HTTPBadRequest(
            title="Not readable", description="Send a form, or JSON."
        ) from error


def _wants_json(req: falcon.Request) -> bool:
    return _is_json(req) or falcon.MEDIA_JSON in req.accept


def _comment_in(fields: Json) -> str:
    """Raises 400 for none, and for too much."""
    text = _words(fields, "text", "")
    if not text:
        raise falcon.HTTPBadRequest(title="No text", description="Write something first.")
    if len(text) > LONGEST:
        raise falcon.HTTPBadRequest(
            title="Too long", description=f"{len(text)} characters; at most {LONGEST}."
        )
    return text


def _no_such_comment() -> falcon.HTTPNotFound:
    """Our own comments are changed in Slack."""
    return falcon.HTTPNotFound(
        title="No such comment", description="It is gone, or nobody made up wrote it."
    )


def _back_to(post: str, req: falcon.Request, resp: falcon.Response) -> None:
    if _wants_json(req):
        resp.status = falcon.HTTP_204
    else:
        raise falcon.HTTPSeeOther(f"/local#post-{quote(post)}")


def _words(fields: Json, name: str, otherwise: str) -> str:
    return str(fields.get(name) or "").replace("\x00", "").strip() or otherwise


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


# -- drawing


def page(posts: list[Json], who: str) -> str:
    """The whole page."""
    drawn = "".join(_post(post, who) for post in posts) or _NOTHING
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Local network</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/local/style.css"><script type="module" src="/local/page.js"></script></head>'
        "<body><header><h1>Local network</h1><p>A network of your own, on this machine. Be somebody: like, comment, "
        "and see it arrive in Slack.</p></header>"
        f'<main id="posts" aria-live="polite">{drawn}</main></body></html>'
    )


_NOTHING = (
    '<section class="empty"><h2>Nothing here yet</h2><p>In Slack, type <code>/buffer Hello world</code>, '
    "then press <b>Share now</b>.</p></section>"
)


def _post(post: Json, who: str) -> str:
    id, action = html.escape(post["id"]), f"/local/posts/{html.escape(post['id'])}"
    likes = post["likes"]
    title = html.escape(", ".join(likes))
    return (
        f'<article id="post-{id}" data-post="{id}"><h2>{html.escape(post["profile"])} {_time(post["created_at"])}</h2>'
        f'{_continues(post)}<p class="text">{rich(post["text"])}</p>{_pictures(post["media"])}'
        f'<form method="post" action="{action}/like" data-action="like">'
        f'<input type="hidden" name="who" value="{html.escape(who)}">'
        f'<button title="{title}" aria-label="Like; {len(likes)} so far">♥ <span>{len(likes)}</span></button></form>'
        f'<ul class="comments">{"".join(_comment(each, action) for each in post["comments"])}</ul>'
        f'<form method="post" action="{action}/comments" data-action="comment">'
        f'<input type="hidden" name="key" value="{secrets.token_hex(8)}">'
        f'<label>as <input name="who" value="{html.escape(who)}" maxlength="40" required autocomplete="off"></label>'
        f'<label class="wide"><span>Comment</span><input name="text" maxlength="{LONGEST}" required '
        'placeholder="Write a comment" autocomplete="off"></label><button>Comment</button></form></article>'
    )


def _continues(post: Json) -> str:
    """Where a part of a series comes from."""
    before = html.escape(str(post.get("after") or ""))
    return (
        f'<p class="series"><a href="#post-{before}">↳ goes on from here</a></p>' if before else ""
    )


def _comment(comment: Json, post: str) -> str:
    mine = ' class="ours"' if comment["ours"] else ""
    head = f"<b>{html.escape(comment['who'])}</b> {_time(comment['created_at'])}"
    liked = '<span class="liked">♥ liked by the post\'s author</span>' if comment["liked"] else ""
    hands = "" if comment["ours"] else _hands(comment, post)
    return f"<li{mine}>{head}<p>{rich(comment['text'])}</p>{liked}{hands}</li>"


def _hands(comment: Json, post: str) -> str:
    """What its writer can do with it."""
    action = f"{post}/comments/{html.escape(comment['id'])}"
    whose = f"the comment by {html.escape(comment['who'])}"
    return (
        f'<div class="hands"><details><summary aria-label="Edit {whose}">Edit</summary>'
        f'<form method="post" action="{action}/edit" data-action="edit">'
        f'<label class="wide"><span>Comment</span><input name="text" maxlength="{LONGEST}" required autocomplete="off"'
        f' value="{html.escape(comment["text"])}"></label><button>Save</button></form></details>'
        f'<form method="post" action="{action}/delete" data-action="delete">'
        f'<button aria-label="Delete {whose}">Delete</button></form></div>'
    )


def _time(at: datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at:%d %b %Y, %H:%M} UTC</time>'


def _pictures(media: Json) -> str:
    own, alt = str(media.get("picture") or ""), str(media.get("alt_text") or "")
    found = [(own, alt)] if own.startswith(("https://", "http://")) else []
    found += [
        (f"/media/{quote(str(file['id']))}", str(file.get("alt_text") or ""))
        for file in media.get("files") or []
        if file.get("id")
    ]
    return "".join(
        f'<img src="{html.escape(source)}" alt="{html.escape(words)}">' for source, words in found
    )


def rich(text: str) -> str:
    """Escaped, with links to http and https addresses, and line breaks."""
    parts, end = [], 0
    for link in _LINK.finditer(text):
        address = html.escape(link.group())
        parts.append(html.escape(text[end : link.start()]))
        parts.append(f'<a href="{address}" rel="noopener nofollow" target="_blank">{address}</a>')
        end = link.end()
    return "".join([*parts, html.escape(text[end:])]).replace("\n", "<br>")
