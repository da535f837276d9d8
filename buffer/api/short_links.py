"""`GET /s/:code`: where a short link of ours leads, counted."""

from __future__ import annotations

import re
from urllib.parse import quote

import falcon

from buffer.errors import Busy
from buffer.links import PATH
from buffer.ports import Store

ROUTE = PATH + "/{code}"
_KEPT = "%/:?#[]@!$&'()*+,;=~"
"""What means something in an address stays as it is, escapes among it."""

_ROBOT = re.compile(
    r"bot|crawl|spider|preview|fetch|facebookexternalhit|mastodon|bluesky|cardyb|curl|wget|python-|^$",
    re.IGNORECASE,
)
"""Whoever looks a link up for somebody else, and does not hide it: most of the first minute's requests."""


class Follow:
    """Leads on at once. A click of a person counts; robots, previews and HEAD do not."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        self._lead(resp, code)
        if not _ROBOT.search(req.user_agent or "") and not _is_ahead(req):
            try:
                self._store.links.count(code)
            except Busy:  # whoever follows a link is not to wait for us
                return

    def on_head(self, req: falcon.Request, resp: falcon.Response, code: str) -> None:
        self._lead(resp, code)

    def _lead(self, resp: falcon.Response, code: str) -> None:
        url = self._store.links.target(code)
        if url is None:
            raise falcon.HTTPNotFound(title="No such link", description="It leads nowhere.")
        resp.status = falcon.HTTP_302
        resp.set_header("Location", quote(url, safe=_KEPT))
        resp.set_header("Cache-Control", "private, no-store")
        resp.set_header("X-Robots-Tag", "noindex")


def _is_ahead(req: falcon.Request) -> bool:
    """A browser that only gets ready for a click that may never come."""
    purpose = req.get_header("Sec-Purpose") or req.get_header("Purpose") or ""
    return "prefetch" in purpose.lower()
