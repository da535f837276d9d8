"""Whether this process is alive and may be given work: for whoever restarts it."""

from __future__ import annotations

from collections.abc import Callable

import falcon

from buffer.errors import QueueError
from buffer.ports import Store

STALLED_AFTER = 15.0
"""Seconds without a tick after which a loop counts as stuck."""

Stalled = Callable[[float], list[str]]
"""Names the loops that have not ticked for so many seconds."""


class Live:
    """`GET /health/live`: 200 while every loop ticks, else 503 with the names of those that do not."""

    def __init__(self, stalled: Stalled) -> None:
        self._stalled = stalled

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        stuck = self._stalled(STALLED_AFTER)
        resp.media = {"live": not stuck, "stalled": stuck}
        resp.status = falcon.HTTP_503 if stuck else falcon.HTTP_200


class Ready:
    """`GET /health/ready`: 200 when the store takes a write, else 503."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        try:
            with self._store.transaction():
                self._store.memos.forget("health")
        except QueueError as error:
            resp.media, resp.status = {"ready": False, "reason": str(error)}, falcon.HTTP_503
        else:
            resp.media = {"ready": True}
