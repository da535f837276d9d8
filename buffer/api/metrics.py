"""`GET /metrics`: how the queue is doing, as Prometheus reads it (text format 0.0.4). Numbers only: nobody's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import inf

import falcon

from buffer.ports import Clock, Store

TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """For everybody who reaches the server, as a scraper has no token."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = TEXT
        resp.text = "\n".join([*_lines(self._store, self._clock()), ""])


def _lines(store: Store, now: datetime) -> Iterator[str]:
    with store.snapshot():
        yield from _head("buffer_updates", "gauge", "Updates by state.")
        for state, count in store.metrics.states().items():
            yield f'buffer_updates{{state="{state}"}} {count}'
        yield from _head("buffer_waiting", "gauge", "What waits for the worker.")
        for kind, count in store.metrics.waiting().items():
            yield f'buffer_waiting{{kind="{kind}"}} {count}'
        about = "Seconds since the oldest update that should be out was due."
        yield from _head("buffer_oldest_overdue_seconds", "gauge", about)
        yield f"buffer_oldest_overdue_seconds {store.metrics.overdue(now):.3f}"
        yield from _histogram(store)


def _histogram(store: Store) -> Iterator[str]:
    name, count, seconds = "buffer_lateness_seconds", 0, 0.0
    yield from _head(name, "histogram", "How late updates were claimed for sending.")
    for each in store.metrics.lateness():
        count, seconds = count + each.count, seconds + each.seconds
        bound = "+Inf" if each.until == inf else f"{each.until:g}"
        yield f'{name}_bucket{{le="{bound}"}} {count}'
    yield f"{name}_sum {seconds:.3f}"
    yield f"{name}_count {count}"


def _head(name: str, kind: str, about: str) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
