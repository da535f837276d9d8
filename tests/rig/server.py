"""A network over HTTP, in a process of its own that outlives every sender. It can be told how faithless to be.

One thread, and one event after the other: once it has nothing to read, nothing that was sent is still on its way.
"""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

TESTS = Path(__file__).parents[1]
RESET_ON_CLOSE = b"\1\0\0\0\0\0\0\0"
Json = dict[str, Any]


class Fate(StrEnum):
    """What becomes of a request. All but the last two take the post in."""

    ANSWERED = "answered"
    HANGS = "hangs"
    RESETS = "resets"
    HALF_A_LINE = "half a line"
    FAILS = "fails"
    DROPPED = "dropped"


ACCEPTED_BUT = (Fate.HANGS, Fate.RESETS, Fate.HALF_A_LINE, Fate.FAILS)


def fate_of(
    seed: str, text: str, number: int, share: float, kinds: Sequence[Fate] = ACCEPTED_BUT
) -> Fate:
    """The same for the n-th request of a text under a seed: `share` are taken in and not answered, a third of that is
    dropped, the others are answered."""
    digest = hashlib.sha256(f"{seed}/{text}/{number}".encode()).digest()
    lot = int.from_bytes(digest[:4], "big") / 2**32
    if lot < share:
        return kinds[digest[4] % len(kinds)]
    return Fate.DROPPED if lot < share * 4 / 3 else Fate.ANSWERED


@dataclass
class Ledger:
    """What is out, and what was asked."""

    seed: str = ""
    share: float = 0.0
    is_keyed: bool = False
    hangs: bool = True
    delay: float = 0.0
    posts: list[Json] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    looks: Counter[str] = field(default_factory=Counter)
    repeats: int = 0

    def __post_init__(self) -> None:
        self.requests, self.looks = Counter(self.requests), Counter(self.looks)
        self._by_key = {post["key"]: post for post in self.posts}

    def publish(self, key: str, post: Json) -> tuple[Fate, Json]:
        text = post["text"]
        self.requests[text] += 1
        fate = self._fate(self.seed, text, self.requests[text])
        if fate is Fate.DROPPED:
            return fate, {}
        if self.is_keyed and key in self._by_key:
            self.repeats += 1
            return fate, self._by_key[key]
        taken = self._by_key[key] = {**post, "key": key, "id": f"p{len(self.posts) + 1}"}
        self.posts.append(taken)
        return fate, taken

    def find(self, profile: str, text: str, since: float) -> tuple[Fate, Json]:
        self.looks[text] += 1
        fate = self._fate(f"{self.seed}/look", text, self.looks[text])
        found = (
            each
            for each in self.posts
            if (each["profile"], each["text"]) == (profile, text) and each["now"] >= since
        )
        return fate, next(found, {})

    def as_json(self) -> Json:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def _fate(self, seed: str, text: str, number: int) -> Fate:
        kinds = [kind for kind in ACCEPTED_BUT if self.hangs or kind is not Fate.HANGS]
        return fate_of(seed, text, number, self.share, kinds)


@dataclass
class Line:
    """One connection, and what was heard on it so far."""

    sock: socket.socket
    heard: bytes = b""

    def request(self) -> tuple[str, str, dict[str, str], bytes] | None:
        """Method, target, headers and body, once all of it is here."""
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found:
            return None
        first, *fields = head.decode().split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)
        }
        if len(body) < int(headers.get("content-length", 0)):
            return None
        method, target, _ = first.split(" ")
        return method, target, headers, body


class Server:
    """Answers one request a connection, then closes it."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listener.setblocking(False)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._listener, selectors.EVENT_READ)
        self._settling: list[Line] = []
        self._later: list[tuple[float, Line, Fate, Json]] = []

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def serve(self) -> None:
        while True:
            events = self._ready.select(0 if self._settling else self._patience())
            for key, _ in events:
                self._hear(key.data) if key.data else self._accept()
            self._answer_later()
            if not events:
                for line in self._settling:
                    self._say(line, Fate.ANSWERED, {})
                self._settling.clear()

    def _patience(self) -> float | None:
        return max(0.0, self._later[0][0] - monotonic()) if self._later else None

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            sock, _ = self._listener.accept()
            sock.setblocking(False)
            self._ready.register(sock, selectors.EVENT_READ, Line(sock))

    def _hear(self, line: Line) -> None:
        try:
            got = line.sock.recv(1 << 16)
        except OSError:
            got = b""
        line.heard += got
        if not got:
            self._close(line)
        elif request := line.request():
            self._do(line, *request)

    def _do(
        self, line: Line, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> None:
        url = urlsplit(target)
        match method, url.path:
            case "POST", "/posts":
                fate, post = self.ledger.publish(
                    headers.get("idempotency-key", ""), json.loads(body)
                )
                self._later.append((monotonic() + self.ledger.delay, line, fate, post))
            case "GET", "/posts":
                asked = {name: values[0] for name, values in parse_qs(url.query).items()}
                found = self.ledger.find(asked["profile"], asked["text"], float(asked["since"]))
                self._say(line, *found)
            case "POST", "/ledger":
                self.ledger = Ledger(**json.loads(body))
                self._say(line, Fate.ANSWERED, {})
            case "GET", "/ledger":
                self._say(line, Fate.ANSWERED, self.ledger.as_json())
            case "GET", "/under-way":
                self._say(line, Fate.ANSWERED, {"n": len(self._later)})
            case _:
                self._settling.append(line)

    def _answer_later(self) -> None:
        while self._later and self._later[0][0] <= monotonic():
            _, line, fate, post = self._later.pop(0)
            self._say(line, fate, post)

    def _say(self, line: Line, fate: Fate, answer: Json) -> None:
        if fate is Fate.HANGS:
            return  # until they go
        with suppress(OSError):  # whoever asked may be gone
            if fate in (Fate.RESETS, Fate.DROPPED):
                line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            else:
                line.sock.setblocking(True)
                line.sock.sendall(_bytes(fate, answer))
        self._close(line)

    def _close(self, line: Line) -> None:
        self._settling = [each for each in self._settling if each is not line]
        with suppress(KeyError, ValueError):
            self._ready.unregister(line.sock)
        line.sock.close()


def _bytes(fate: Fate, answer: Json) -> bytes:
    if fate is Fate.HALF_A_LINE:
        return b"HTTP/1."
    status = "500 Broken" if fate is Fate.FAILS else "200 OK"
    body = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


# -- the other side of it


@contextmanager
def running() -> Iterator[str]:
    """A server in a process of its own; its address."""
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    process = subprocess.Popen(
        [sys.executable, "-m", "rig.server"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
    )
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def told(url: str, said: Json | None = None) -> Json:
    """One word with the server that is no post: about its ledger, or until everything sent so far has arrived."""
    body = None if said is None else json.dumps(said).encode()
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(urllib.request.Request(url, body), timeout=30) as answer:
        found: Json = json.loads(answer.read())
    return found


if __name__ == "__main__":
    server = Server()
    print(server.port, flush=True)
    server.serve()
