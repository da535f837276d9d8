"""What stands under both doors: lines to servers that end at a deadline, and how an answer is read."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Self

import requests
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import allowed_gai_family
from urllib3.util.ssl_ import create_urllib3_context

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
        except (ValueError, RecursionError):
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


def read(response: urllib3.BaseHTTPResponse, most: int) -> bytes:
    """The unpacked body. What claims to be larger, or turns out to be, is not read to its end."""
    claimed = response.headers.get("Content-Length", "")
    if claimed.isdecimal() and int(claimed) > most:
        raise TooLarge
    body = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


# -- a deadline for the whole of it


class Exchange:
    """One question and its answer: until when it has to be over, and whether a byte of it was sent.

    A timeout of requests holds for each read; a server that drips bytes could go on for ever. So whatever is done on a
    line of this thread inside the `with` may take what is left, and raises TimeoutError when nothing is. Looking up a
    name is not under it: the system's resolver has limits of its own.
    """

    def __init__(self, seconds: float, *, may_reuse: bool = False) -> None:
        self.may_reuse = may_reuse
        self.has_begun = False
        self._end = monotonic() + seconds

    def __enter__(self) -> Self:
        _here.exchange = self
        return self

    def __exit__(self, *error: object) -> None:
        _here.exchange = None

    @property
    def is_over(self) -> bool:
        return monotonic() >= self._end

    def left(self) -> float:
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError("The deadline has passed.")
        return left


_here = threading.local()


def _exchange() -> Exchange:
    exchange: Exchange = _here.exchange
    return exchange


class _Timed:
    """Mixed into sockets: each wait is as long as the exchange has left, and it knows when it is written to.

    The system keeps to a timeout for the whole of a call, except for TLS's sendall, which is many of send.
    """

    def sendall(self: Any, *args: Any) -> None:
        exchange = _exchange()
        self.settimeout(exchange.left())
        exchange.has_begun = True
        super().sendall(*args)  # type: ignore[misc]

    def send(self: Any, *args: Any) -> int:
        self.settimeout(_exchange().left())
        sent: int = super().send(*args)  # type: ignore[misc]
        return sent

    def recv_into(self: Any, *args: Any) -> int:
        self.settimeout(_exchange().left())
        count: int = super().recv_into(*args)  # type: ignore[misc]
        return count


class _Line(_Timed, socket.socket):
    pass


class _TlsLine(_Timed, ssl.SSLSocket):
    pass


def tls() -> ssl.SSLContext:
    """urllib3's own, for lines of ours. Trusts nobody yet."""
    context = create_urllib3_context()
    context.sslsocket_class = _TlsLine
    return context


def _dialled(host: str, port: int, seconds: float) -> socket.socket:
    """A line to the first of its addresses that answers.

    As urllib3's create_connection, but that tries each of them for so many seconds, however little is left.
    """
    failed = OSError("The name has no address.")
    found = socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM)
    for family, kind, protocol, _, address in found:
        try:
            line = _Line(family, kind, protocol)
        except OSError as error:  # IPv6 is unknown here
            failed = error
            continue
        try:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.settimeout(min(seconds, _exchange().left()))
            line.connect(address)
            line.settimeout(_exchange().left())  # for the handshake
            return line
        except OSError as error:
            failed = error
            line.close()
    raise failed


class _Dialling:
    """Mixed into urllib3's connections."""

    def _new_conn(self: Any) -> socket.socket:
        return _dialled(self._dns_host, self.port, self.timeout)


class _Http(_Dialling, HTTPConnection):
    pass


class _Https(_Dialling, HTTPSConnection):
    pass


class _Choosing:
    """Mixed into urllib3's pools. A kept line may be dead without our knowing, and what is written to it is lost."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc]
        if not _exchange().may_reuse:
            connection.close()  # it dials again by itself
        return connection


class HttpPool(_Choosing, HTTPConnectionPool):
    ConnectionCls = _Http


class HttpsPool(_Choosing, HTTPSConnectionPool):
    ConnectionCls = _Https

    def __init__(self, *args: Any, ssl_context: ssl.SSLContext | None = None, **more: Any) -> None:
        super().__init__(*args, ssl_context=ssl_context or tls(), **more)
