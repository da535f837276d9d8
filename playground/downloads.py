"""Files over HTTP: `url_private` for the bot, by its token; a way of its own for the page."""

import hmac
from urllib.parse import urlencode

import falcon

from playground import scopes
from playground.errors import Payload, SlackError
from playground.faults import Fault, Faults
from playground.workspace import Workspace

# What Slack answers, with a 200, to whoever may not see a file (2026-11).
LOGIN = (
    '<!DOCTYPE html><html lang="en"><head><title>Sign in | Slack</title></head>'
    "<body><h1>Sign in to Playground</h1></body></html>"
)


class Private:
    """`url_private` and `url_private_download`: for the bot's token, and for nobody else."""

    def __init__(self, workspace: Workspace, faults: Faults, token: str) -> None:
        self._workspace, self._faults, self._token = workspace, faults, token

    def on_get(self, req: falcon.Request, resp: falcon.Response, key: str, name: str) -> None:
        self._answer(req, resp, key, download=False)

    def on_get_download(
        self, req: falcon.Request, resp: falcon.Response, key: str, name: str
    ) -> None:
        self._answer(req, resp, key, download=True)

    def _answer(
        self, req: falcon.Request, resp: falcon.Response, key: str, *, download: bool
    ) -> None:
        if fault := self._faults.take("url_private"):
            self._fail(resp, fault)
            return
        id = key.partition("-")[2]
        file = self._workspace.files.get(id)
        if not self._knows(req) or (file and not self._workspace.bot_reads(file)):
            resp.content_type, resp.text = falcon.MEDIA_HTML, LOGIN
            return
        send(resp, file, self._workspace.file_bytes(id), download=download)

    def _fail(self, resp: falcon.Response, fault: Fault) -> None:
        if fault.kind == "hang":
            self._faults.hang()
        resp.status = fault.status if fault.kind == "status" else falcon.HTTP_503
        if fault.retry_after is not None:
            resp.set_header("Retry-After", str(fault.retry_after))

    def _knows(self, req: falcon.Request) -> bool:
        given = (req.get_header("Authorization") or "").removeprefix("Bearer ").strip()
        try:
            scopes.check(self._workspace.manifest, "files.info", direct=False)
        except SlackError:
            return False
        return hmac.compare_digest(given.encode(), self._token.encode())


class Shown:
    """What the page shows; it is asked for like the rest of the page, by Host and origin."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str, name: str) -> None:
        file = self._workspace.files.get(id)
        picture = str((file or {}).get("mimetype")).startswith("image/")
        send(resp, file, self._workspace.file_bytes(id), download=not picture)
        resp.set_header("Cache-Control", "private, max-age=31536000, immutable")


class FilePermalink:
    """Leads to the page, at the message that carries the file."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, user: str, id: str, name: str
    ) -> None:
        file = self._workspace.files.get(id)
        if file is None:
            raise falcon.HTTPNotFound
        places = [place for rooms in file["shares"].values() for place in rooms.items()]
        if not places:
            raise falcon.HTTPFound("/")
        channel, (share, *_) = places[0]
        at = {"channel": channel, "thread": share.get("thread_ts", share["ts"])}
        raise falcon.HTTPFound(f"/#{urlencode(at)}")


def send(
    resp: falcon.Response, file: Payload | None, body: bytes | None, *, download: bool
) -> None:
    """Raises HTTPNotFound. What people upload must not run as a page of ours."""
    if file is None or body is None:
        raise falcon.HTTPNotFound
    resp.content_type, resp.data = file["mimetype"], body
    if download:
        resp.downloadable_as = file["name"]
    resp.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
    resp.set_header("X-Content-Type-Options", "nosniff")
