"""The only user of requests. `Web` asks servers that an admin chose; `Guard` fetches links that anybody may type."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import requests

from buffer.errors import Code, LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.web import address
from buffer.web.guard import Guard
from buffer.web.line import (
    AGENT,
    BROKEN,
    NO_ADDRESS,
    Adapter,
    Answer,
    TooLarge,
    Watch,
    answer,
    deadline,
    new_session,
    read,
)

__all__ = ["Answer", "Guard", "Web", "address", "error_for", "nothing_said_yet"]

SECONDS = 30.0
"""The longest one exchange may take in all, if the caller does not say."""

CONNECT_SECONDS = 5.0
MOST_BYTES = 10_000_000


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
        self._agent = agent
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
        session, seconds = self._session(), self._left(seconds)
        if seconds <= 0:
            raise NetworkDown("There was no time left to ask.")
        if method not in ("GET", "HEAD"):
            session.close()  # a kept connection may be dead without our knowing, and then the outcome is unclear
        watch = Watch()
        with _translated(watch, url), deadline(seconds, watch):
            response = session.request(
                method,
                url,
                headers=dict(headers or {}),
                params=params,
                json=json,
                data=data,
                files=files,
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                allow_redirects=False,
                stream=True,
            )
            with closing(response):
                return answer(response, read(response, most))

    def _left(self, seconds: float) -> float:
        end: float | None = getattr(self._local, "end", None)
        return seconds if end is None else min(seconds, end - monotonic())

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = new_session(Adapter(), Adapter(), self._agent)
        return session


@contextmanager
def _translated(watch: Watch, url: str) -> Iterator[None]:
    host = url.partition("//")[2].partition("/")[0]
    try:
        yield
    except (*NO_ADDRESS, *BROKEN) as error:
        if watch.has_begun:
            why = "took too long to answer" if watch.is_over else "broke off"
            raise Unclear(f"{host} {why}.") from error
        if isinstance(error, NO_ADDRESS):
            raise Refused(f"{url} is not an address.", Code.BAD_PARAMETER) from error
        raise NetworkDown(f"{host} cannot be reached.") from error
    except TooLarge as error:
        raise Unclear(f"{host} answered more than can be taken.") from error
