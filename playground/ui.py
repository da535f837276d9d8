"""What the page asks for: the files of the page, the state, and what people do (README.md)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import falcon

from playground import files, state
from playground.cast import ADA
from playground.client import Client
from playground.downloads import FilePermalink, Shown
from playground.errors import NotPossible, Payload
from playground.hands import Hands
from playground.presses import Presses

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
}
LOCAL = ("127.0.0.1", "localhost", "[::1]")
MOST_BODY = 1 << 20
# Images may come from anywhere, as in Slack; scripts only from the page itself.
POLICY = (
    "default-src 'self'; img-src 'self' http: https: data: blob:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)
OPEN = ("/api/", "/response/", "/upload/", "/files-pri/")
LINKS = ("/archives/", "/files/")


class OnlyOurPage:
    """Keeps other web pages out: by Host (DNS rebinding), Origin and content type (CSRF).

    The Web API needs no such guard: it asks for the bot's token.
    """

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        if not is_local(f"//{req.get_header('Host') or ''}"):
            raise falcon.HTTPForbidden(description="The playground answers only to this machine.")
        if req.path.startswith(OPEN):
            return
        origin = req.get_header("Origin")
        if origin is not None and not self._is_ours(origin, req):
            raise falcon.HTTPForbidden(description="Only the playground's own page may do this.")
        if req.get_header("Sec-Fetch-Site") in ("cross-site", "same-site") and not _is_link(req):
            raise falcon.HTTPForbidden(description="Only the playground's own page may do this.")

    def _is_ours(self, origin: str, req: falcon.Request) -> bool:
        return is_local(origin) and urlsplit(origin).netloc == req.get_header("Host")


def _is_link(req: falcon.Request) -> bool:
    return req.path == "/" or req.path.startswith(LINKS)


def is_local(url: str) -> bool:
    return url.rpartition("//")[2].rpartition(":")[0] in LOCAL


class State:
    def __init__(self, client: Client) -> None:
        self._client = client

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        workspace = self._client.workspace
        user = req.get_param("as") or ADA
        if user not in workspace.people:
            raise falcon.HTTPBadRequest(description=f"There is nobody {user!r} to be.")
        since = req.get_param_as_int("since") or 0
        if since >= workspace.version:
            resp.status = falcon.HTTP_204
            return
        resp.media = state.seen_by(user, workspace, self._client.modals)
        resp.set_header("Cache-Control", "no-store")


class Act:
    """One kind of deed; answered with 202 at once, whatever the bot does about it."""

    def __init__(self, deed: Callable[[Payload], Any]) -> None:
        self._deed = deed

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        if (req.content_type or "").partition(";")[0] != "application/json":
            raise falcon.HTTPUnsupportedMediaType(description="JSON, please.")
        if (req.content_length or 0) > MOST_BODY:
            raise falcon.HTTPContentTooLarge
        body = req.get_media()
        if not isinstance(body, dict):
            raise falcon.HTTPBadRequest(description="An object, please.")
        try:
            self._deed(body)
        except NotPossible as error:
            raise falcon.HTTPBadRequest(description=str(error)) from error
        except KeyError as error:
            raise falcon.HTTPBadRequest(description=f"{error} is missing.") from error
        resp.status, resp.media = falcon.HTTP_202, {"ok": True}


class Upload:
    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        name = req.get_param("name", required=True)
        if (req.content_length or 0) > files.MOST_BYTES:
            raise falcon.HTTPContentTooLarge(description=files.too_large(name))
        try:
            file = self._hands.upload(
                as_=req.get_param("as", required=True),
                name=name,
                alt_text=req.get_param("alt_text") or "",
                body=req.bounded_stream.read(),
                mimetype=(req.content_type or "").partition(";")[0],
            )
        except NotPossible as error:
            raise falcon.HTTPBadRequest(description=str(error)) from error
        resp.media = {"file": file}


class Page:
    """The page's own files."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, path: str = "") -> None:
        if not path and req.host != LOCAL[0]:
            # One origin, the one that files and permalinks have.
            raise falcon.HTTPFound(f"http://{LOCAL[0]}:{req.port}/")
        file = (PAGE / (path or "index.html")).resolve()
        if not file.is_relative_to(PAGE) or not file.is_file():
            raise falcon.HTTPNotFound
        resp.content_type = TYPES.get(file.suffix, "application/octet-stream")
        resp.data = file.read_bytes()
        resp.set_header("Cache-Control", "no-cache")
        resp.set_header("X-Content-Type-Options", "nosniff")
        resp.set_header("X-Frame-Options", "DENY")
        resp.set_header("Content-Security-Policy", POLICY)


class Permalink:
    """A message's permalink leads to the page, at that message."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, channel: str, ts: str) -> None:
        at = f"{ts[1:-6]}.{ts[-6:]}"
        thread = req.get_param("thread_ts") or at
        raise falcon.HTTPFound(f"/#{urlencode({'channel': channel, 'thread': thread})}")


def add_routes(app: falcon.App[Any, Any], client: Client) -> None:
    hands, presses = Hands(client), Presses(client)
    app.add_route("/", Page())
    app.add_route("/page/{path:path}", Page())
    app.add_route("/archives/{channel}/{ts}", Permalink())
    app.add_route("/ui/state", State(client))
    app.add_route("/ui/upload", Upload(hands))
    app.add_route("/ui/files/{id}/{name}", Shown(client.workspace))
    app.add_route("/files/{user}/{id}/{name}", FilePermalink(client.workspace))
    for name, deed in deeds(hands, presses).items():
        app.add_route(f"/ui/{name}", Act(deed))


def deeds(hands: Hands, presses: Presses) -> dict[str, Callable[[Payload], Any]]:
    return {
        "say": lambda b: hands.say(
            as_=b["as"],
            channel=b["channel"],
            text=b["text"],
            thread_ts=b.get("thread_ts"),
            broadcast=bool(b.get("broadcast")),
            files=b.get("files") or (),
        ),
        "edit": lambda b: hands.edit(as_=b["as"], channel=b["channel"], ts=b["ts"], text=b["text"]),
        "delete": lambda b: hands.delete(as_=b["as"], channel=b["channel"], ts=b["ts"]),
        "press": lambda b: presses.press(
            as_=b["as"],
            action_id=b["action_id"],
            block_id=b.get("block_id"),
            value=b.get("value"),
            values=b.get("values"),
            **_place(b["container"]),
        ),
        "submit": lambda b: presses.submit(
            as_=b["as"], view_id=b["view_id"], values=b.get("values")
        ),
        "close": lambda b: presses.close_view(
            as_=b["as"], view_id=b["view_id"], all=bool(b.get("all"))
        ),
        "shortcut": lambda b: hands.shortcut(
            as_=b["as"], callback_id=b["callback_id"], channel=b.get("channel"), ts=b.get("ts")
        ),
        "home": lambda b: hands.open_home(as_=b["as"], tab=b.get("tab", "home")),
        "typed": lambda b: presses.press(
            as_=b["as"],
            block_id=b["block_id"],
            action_id=b["action_id"],
            value=b["value"],
            values=b.get("values"),
            **_place(b.get("container") or {"type": "view", "view_id": b["view_id"]}),
        ),
        "seen": lambda b: hands.seen(as_=b["as"], channel=b["channel"]),
    }


def _place(container: Payload) -> Payload:
    if container.get("type") == "view":
        return {"view_id": container["view_id"]}
    return {"channel": container["channel"], "ts": container["ts"]}
