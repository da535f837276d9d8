"""`GET /media/{id}`: a picture of ours, for the page of the local network and for webhooks. Its id is the key to it."""

from __future__ import annotations

import falcon

from buffer.errors import Refused
from buffer.ports import Store

ROUTE = "/media/{file_id}"


class Files:
    """Serves bytes as what they are, and as nothing that could run."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response, file_id: str) -> None:
        stored = self._store.media.get(file_id)
        try:
            if stored is None:
                raise Refused("There is no such picture.")
            resp.data = self._store.media.read(stored.id)
        except Refused as gone:
            raise falcon.HTTPNotFound(title="No such picture", description=str(gone)) from gone
        resp.content_type = stored.type
        resp.set_header("X-Content-Type-Options", "nosniff")
        resp.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        resp.set_header("Cache-Control", "private, max-age=86400, immutable")
