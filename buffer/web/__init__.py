"""The only user of requests. `Web` asks servers that an admin chose; `Guard` fetches links that anybody may type."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import cache, lru_cache
from ssl import SSLContext
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from urllib3.connectionpool import HTTPConnectionPool

from buffer.errors import Code, LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.web import address
from buffer.web.guard import Guard
from buffer.web.line import (
    AGENT,
    BROKEN,
    NO_ADDRESS,
    Answer,
    Exchange,
    HttpPool,
    HttpsPool,
    TooLarge,
    read,
    tls,
)

__all__ = ["Answer", "Guard", "Web", "address", "error_for", "nothing_said_yet"]

SECONDS = 30.0
"""The longest one exchange may take in all, if the caller does not say."""

CONNECT_SECONDS = 5.0
MOST_BYTES = 10_000_000
SERVERS = 10
"""So many does a thread keep a line to."""


def error_for(said: Answer, reason: str, now: datetime) -> QueueError | None:
    """What a status means where nothing more is known; None for success. `reason` is the network's own word.

    5xx is unclear: a server may fail after it has done what was asked.
    """
    status = said.status
    if status < 400:
        return None
    if status == 401:
        return LoginExpired(reason)
    again = said.retry_at(now)
    if status == 429 or (status == 503 and again):
        return SlowDown(reason, again or now + timedelta(minutes=1))
    if status in (408, 409, 425) or status >= 500:
        return Unclear(f"{reason} ({status})")
    return Refused(reason)


@contextmanager
def nothing_said_yet() -> Iterator[None]:
    """Round what comes before a post itself: an unclear outcome there is no doubt whether the post is out."""
    try:
        yield
    except Unclear as error:
        raise NetworkDown(str(error)) from error


class Web:
    """Asks servers. Follows no redirect and repeats nothing by itself; knows no proxy and no netrc."""

    def __init__(self, *, agent: str = AGENT) -> None:
        self._headers = {**requests.utils.default_headers(), "User-Agent": agent}
        self._local = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All that is asked inside, in this thread, has to be over after so many seconds."""
        self._local.end = monotonic() + seconds
        try:
            yield
        finally:
            self._local.end = None

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        json: Any = None,
        data: Any = None,
        files: Any = None,
        seconds: float = SECONDS,
        most: int = MOST_BYTES,
    ) -> Answer:
        """One exchange, whatever status it ends with.

        Raises NetworkDown when it is certain that nothing was sent, Unclear when it may have been, and Refused for
        what is no address.
        """
        seconds = self._left(seconds)
        if seconds <= 0:
            raise NetworkDown("There was no time left to ask.")
        with (
            Exchange(seconds, may_reuse=method in ("GET", "HEAD")) as exchange,
            _translated(exchange, url),
        ):
            # What `prepare` does, in its order, but for cookies and hooks.
            asked = requests.PreparedRequest()
            asked.prepare_method(method)
            asked.prepare_url(url, params or "")
            asked.prepare_headers({**self._headers, **(headers or {})})
            asked.prepare_body(data or [], files, json)
            asked.prepare_auth(None)
            with closing(self._sent(asked, min(CONNECT_SECONDS, seconds))) as response:
                return Answer(
                    status=response.status,
                    headers=response.headers,
                    body=read(response, most),
                    url=str(asked.url),
                )

    def _sent(self, asked: requests.PreparedRequest, connecting: float) -> urllib3.BaseHTTPResponse:
        """As a session of requests would, for half the CPU (docs/decisions/0008). Our lines keep the deadline."""
        parts = urlsplit(str(asked.url))
        return self._pool(parts.scheme, str(parts.hostname), parts.port).urlopen(
            str(asked.method),
            asked.path_url,
            body=asked.body,
            headers=dict(asked.headers),
            timeout=connecting,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            chunked=asked.body is not None and "Content-Length" not in asked.headers,
        )

    def _left(self, seconds: float) -> float:
        end: float | None = getattr(self._local, "end", None)
        return seconds if end is None else min(seconds, end - monotonic())

    @property
    def _pool(self) -> _Pools:
        pool: _Pools | None = getattr(self._local, "pool", None)
        if pool is None:
            pool = self._local.pool = _pools()
        return pool


_Pools = Callable[[str, str, int | None], HTTPConnectionPool]


def _pools() -> _Pools:
    """The lines of a thread, by scheme, name and port of the server."""
    trust = cache(_trusting)

    @lru_cache(SERVERS)
    def pool(scheme: str, host: str, port: int | None) -> HTTPConnectionPool:
        match scheme:
            case "http":
                return HttpPool(host, port)
            case "https":
                return HttpsPool(host, port, ssl_context=trust())
        raise requests.exceptions.InvalidSchema(scheme)

    return pool


def _trusting() -> SSLContext:
    """Trusts whom requests trusts. It is read once a thread: reading it takes as long as twenty posts."""
    context = tls()
    context.load_verify_locations(requests.utils.DEFAULT_CA_BUNDLE_PATH)
    return context


def _host(url: str) -> str:
    """Who is asked, without a password or a token that stands in the address."""
    return re.split(r"[/?#]", url.partition("//")[2], maxsplit=1)[0].rpartition("@")[2]


@contextmanager
def _translated(exchange: Exchange, url: str) -> Iterator[None]:
    host = _host(url)
    try:
        yield
    except (*NO_ADDRESS, *BROKEN) as error:
        if exchange.has_begun:
            why = "took too long to answer" if exchange.is_over else "broke off"
            raise Unclear(f"{host} {why}.") from error
        if isinstance(error, NO_ADDRESS):
            raise Refused(f"{host or 'This'} is not an address.", Code.BAD_PARAMETER) from error
        raise NetworkDown(f"{host} cannot be reached.") from error
    except TooLarge as error:
        raise Unclear(f"{host} answered more than can be taken.") from error
