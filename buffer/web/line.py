"""What stands under both doors: sessions whose exchanges end at a deadline, and how an answer is read."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

AGENT = "slack-buffer/0.1"
_CHUNK = 1 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server said. Header names are matched without case; `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON, None if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def retry_at(self, now: datetime) -> datetime | None:
        """The time that Retry-After names, in seconds or as a date; None without one."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return now + timedelta(seconds=min(int(value), 86_400))
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
        return when if when.tzinfo else None


class TooLarge(Exception):
    """More than was asked for."""


NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    ValueError,  # of urllib's own parser
)
BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


def read(response: requests.Response, most: int) -> bytes:
    """The unpacked body. What claims to be larger, or turns out to be, is not read to its end."""
    claimed = response.headers.get("Content-Length", "")
    if claimed.isdecimal() and int(claimed) > most:
        raise TooLarge
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


def answer(response: requests.Response, body: bytes) -> Answer:
    return Answer(
        status=response.status_code, headers=response.headers, body=body, url=response.url
    )


# -- a deadline for the whole of it


class Watch:
    """Ends one exchange at its deadline by shutting its socket; knows whether a byte was sent before."""

    def __init__(self) -> None:
        self.has_begun = False
        self.is_over = False
        self._lock = threading.Lock()
        self._line: socket.socket | None = None

    def hold(self, sock: socket.socket) -> None:
        """Watch this connection, by a handle of our own: TLS takes the first one over."""
        with self._lock:
            if self._line is None and not self.is_over:
                self._line = socket.socket(fileno=os.dup(sock.fileno()))

    def end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._line is not None:
                with suppress(OSError):  # it has ended by itself meanwhile
                    self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            if self._line is not None:
                self._line.close()


_watching = threading.local()


@contextmanager
def deadline(seconds: float, watch: Watch) -> Iterator[None]:
    """Raises TimeoutError for an exchange that is not over by then, whatever was read of it.

    A timeout of requests holds for each read; a server that drips bytes could go on for ever. Looking up a name is not
    under it: the system's resolver has limits of its own.
    """
    _watching.watch = watch
    timer = threading.Timer(seconds, watch.end)
    timer.daemon = True
    timer.start()
    try:
        yield
        if watch.is_over:  # a line that was cut may look like an answer that ended
            raise TimeoutError
    finally:
        timer.cancel()
        watch.close()
        _watching.watch = None


class Watched:
    """Mixed into urllib3's connections: tells the exchange which line is its own, and when it is written to."""

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        _watching.watch.hold(sock)
        return sock

    def send(self: Any, data: Any) -> None:
        if self.sock is None and self.auto_open:
            self.connect()
        watch: Watch = _watching.watch
        watch.hold(self.sock)
        if watch.is_over:
            raise TimeoutError("The deadline has passed.")
        watch.has_begun = True
        super().send(data)  # type: ignore[misc]


class _Http(Watched, HTTPConnection):
    pass


class _Https(Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class GuardedAdapter(IPFilterAdapter, Adapter):  # type: ignore[misc]
    """Connects to the very address it has checked, so that a name cannot change in between."""

    def __init__(self, scheme: str, *, loopback: bool) -> None:
        IPFilterAdapter.__init__(self, is_https_proto=scheme == "https", allow_loopback=loopback)


def new_session(http: HTTPAdapter, https: HTTPAdapter, agent: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = agent
    session.mount("http://", http)
    session.mount("https://", https)
    return session
