"""Fetches links that anybody may type: public addresses only, also after a redirect, and within limits."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from buffer.errors import Code, NetworkDown, Refused
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
)

SECONDS = 5.0
MOST_BYTES = 10_000_000
REDIRECTS = 3
_MOVED = (301, 302, 303, 307, 308)


class Guard:
    """Fetches what a person's link leads to: http and https, public addresses, connected to as they were checked.

    `loopback` lets this very machine through as well: for stand-ins, never for what people type.
    """

    def __init__(
        self,
        *,
        agent: str = AGENT,
        seconds: float = SECONDS,
        most: int = MOST_BYTES,
        loopback: bool = False,
    ) -> None:
        self._agent = agent
        self._seconds = seconds
        self._most = most
        self._loopback = loopback

    def fetch(self, url: str, *, most: int = 0, types: Sequence[str] = ()) -> Answer:
        """GET. `most` bytes at the most (as sent and as unpacked), `types` are the beginnings of content types.

        Raises Refused with a sentence about the link, or NetworkDown where waiting may mend it.
        """
        end = monotonic() + self._seconds
        with closing(self._session()) as session:
            for _ in range(REDIRECTS + 1):
                said = self._hop(session, checked(url), end, most or self._most, types)
                if said.status not in _MOVED:
                    return said
                url = urljoin(url, said.headers.get("Location", ""))
        raise Refused("The link leads from one address to the next too often.", Code.BAD_PARAMETER)

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.headers["User-Agent"] = self._agent
        for scheme in ("http", "https"):
            session.mount(f"{scheme}://", _Adapter(scheme, loopback=self._loopback))
        return session

    def _hop(
        self, session: requests.Session, url: str, end: float, most: int, types: Sequence[str]
    ) -> Answer:
        left = end - monotonic()
        if left <= 0:
            raise NetworkDown("The link took too long to answer.")
        try:
            with Exchange(left):
                response = session.get(
                    url, timeout=(left, left), allow_redirects=False, stream=True
                )
                with closing(response):
                    if response.status_code in _MOVED:
                        return _answer(response, b"")
                    if response.status_code == 429 or response.status_code >= 500:
                        raise NetworkDown("The link's server cannot give it right now.")
                    kind = response.headers.get("Content-Type", "").lower()
                    if types and not kind.startswith(tuple(types)):
                        raise Refused(
                            "The link leads to something else than was expected.",
                            Code.BAD_MEDIA_TYPE,
                        )
                    return _answer(response, read(response.raw, most))
        except InvalidIPAddress as error:
            raise Refused("The link leads into a private network.", Code.BAD_PARAMETER) from error
        except TooLarge as error:
            raise Refused("What the link leads to is too large.", Code.BAD_MEDIA_SIZE) from error
        except NO_ADDRESS as error:
            raise Refused("The link is not a web address.", Code.BAD_PARAMETER) from error
        except BROKEN as error:
            raise NetworkDown("The link cannot be opened right now.") from error


class _Adapter(IPFilterAdapter):  # type: ignore[misc]
    """Connects to the very address it has checked, so that a name cannot change in between."""

    def __init__(self, scheme: str, *, loopback: bool) -> None:
        super().__init__(is_https_proto=scheme == "https", allow_loopback=loopback)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}


def _answer(response: requests.Response, body: bytes) -> Answer:
    return Answer(
        status=response.status_code, headers=response.headers, body=body, url=response.url
    )


def checked(url: str) -> str:
    """The link, if it may be asked for at all. Raises Refused for other schemes, names and passwords in it."""
    try:
        parts = urlsplit(url.strip())
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or any(character <= " " for character in url.strip()):
        raise Refused("The link must begin with http:// or https://.", Code.BAD_PARAMETER)
    if parts.username is not None or parts.password is not None:
        raise Refused("The link must not hold a name or a password.", Code.BAD_PARAMETER)
    return url.strip()
