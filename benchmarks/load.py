"""Closed-loop clients that send requests over keep-alive connections and time each answer."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

SECRET = "benchmark-signing-secret"
TEAM, CHANNEL = "T0BENCH", "C0BENCH"
FORM = "application/x-www-form-urlencoded"
NOTHING_DONE = b"Nothing "
"""What every refusal and every question says; an acknowledgement with it is none to be counted."""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends; an answer that contains `wrong` did not do what it should."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    wrong: bytes = b"\0"


@dataclass
class Times:
    """Milliseconds of every answer, and how many were not 200."""

    ms: list[float] = field(default_factory=list)
    failed: int = 0

    def add(self, other: Times) -> None:
        self.ms += other.ms
        self.failed += other.failed

    def at(self, share: float) -> float:
        ordered = sorted(self.ms)
        return (
            ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
        )


def command(name: str, text: str) -> Request:
    """A slash command as Slack sends it, with a trigger of its own, so that no two are the same request."""
    number = next(_numbers)
    fields = {
        "token": "x", "team_id": TEAM, "team_domain": "bench", "channel_id": CHANNEL, "channel_name": "bench",
        "user_id": "U0BENCH", "user_name": "bench", "command": name, "text": text.replace("{n}", str(number)),
        "api_app_id": "A0BENCH", "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/response", "trigger_id": f"{time.time_ns()}.{number}",
    }  # fmt: skip
    body = urlencode(fields).encode()
    return Request("POST", "/slack/events", body, signed(body), NOTHING_DONE)


def signed(body: bytes) -> dict[str, str]:
    timestamp = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return {
        "Content-Type": FORM,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={mac.hexdigest()}",
    }


def run(port: int, make: Callable[[], Request], *, clients: int, seconds: float) -> Times:
    """`clients` connections, each sending the next request when the last one is answered."""
    end = time.perf_counter() + seconds
    results = [Times() for _ in range(clients)]
    threads = [
        threading.Thread(target=_client, args=(port, make, end, result)) for result in results
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = Times()
    for result in results:
        together.add(result)
    return together


def _client(port: int, make: Callable[[], Request], end: float, times: Times) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    while time.perf_counter() < end:
        asked = make()
        began = time.perf_counter()
        connection.request(asked.method, asked.path, asked.body, asked.headers)
        answer = connection.getresponse()
        said = answer.read()
        times.ms.append((time.perf_counter() - began) * 1000)
        times.failed += answer.status != 200 or asked.wrong in said
    connection.close()


def interleaved(rounds: int, names: list[str]) -> Iterator[str]:
    """a b c  c b a  a b c …: a machine that drifts does not favour one of them."""
    for number in range(rounds):
        yield from names if number % 2 == 0 else reversed(names)
