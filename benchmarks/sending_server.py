"""The network of the sending benchmark: takes 20 ms over every post, and notes whose it was and when it came. Prints
its port.

One loop and no threads, since it is to cost little beside what is measured (0.2 ms a post). `post` is its client:
`http.client`, a connection for each post as buffer.web makes one. With buffer.web itself 20 threads reach three
quarters of what 20 ms allow (0.5 ms of CPU a post, 0.3 with this one), so that the queue behind it would show less; the
table has a row with it all the same. time.sleep would be no post.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from buffer.web import Web

SECONDS = 0.020
HOST = "127.0.0.1"
_WORDS = {"status": "Our new release is out, with everything you asked for last week."}
_BODY = json.dumps(_WORDS).encode()
_web = Web()


def post(port: int, id: str) -> None:
    """Post the update of this id."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("POST", f"/{id}", _BODY, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.read() == b"ok"
    connection.close()


def post_by_web(port: int, id: str) -> None:
    """The same through the product's own door."""
    assert _web.ask("POST", f"http://{HOST}:{port}/{id}", json=_WORDS).status == 200


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the network has to say: how often each id was posted, when each came first, when the last was answered."""

    times: dict[str, int]
    came_at: dict[str, float]
    last_at: float

    def is_once(self, posts: int) -> bool:
        return len(self.times) == posts == sum(self.times.values())


@contextmanager
def running() -> Iterator[int]:
    """A network of one's own, by its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sending_server"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def answered(port: int) -> int:
    """How many posts have their answer."""
    return int(_get(port, "/answered"))


def heard(port: int) -> Heard:
    return Heard(**json.loads(_get(port, "/heard")))


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


# -- the server


@dataclass
class Ledger:
    """All that came."""

    times: Counter[str] = field(default_factory=Counter)
    came_at: dict[str, float] = field(default_factory=dict)
    answered: int = 0
    last_at: float = 0.0

    def text(self) -> bytes:
        said = {"times": self.times, "came_at": self.came_at, "last_at": self.last_at}
        return json.dumps(said).encode()


class Line(asyncio.Protocol):
    """One connection: reads just as much of HTTP as its own client writes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read = b""
        self._line: Any = None

    def connection_made(self, transport: Any) -> None:
        self._line = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        size = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        if not end or len(body) < int(size or 0):
            return
        self._read = b""
        method, path, _ = head.split(b" ", 2)
        if method == b"POST":
            self._take(path[1:].decode())
        else:
            ledger = self._ledger
            self._say(ledger.text() if path == b"/heard" else b"%d" % ledger.answered)

    def _take(self, id: str) -> None:
        self._ledger.times[id] += 1
        self._ledger.came_at.setdefault(id, time.time())
        asyncio.get_running_loop().call_later(SECONDS, self._answer)

    def _answer(self) -> None:
        self._ledger.answered += 1
        self._ledger.last_at = time.time()
        self._say(b"ok")

    def _say(self, body: bytes) -> None:
        self._line.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


async def main() -> None:
    ledger = Ledger()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(ledger), HOST, 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
