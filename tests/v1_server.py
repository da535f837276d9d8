"""A v1 server, as far as a test tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from bad_servers import heard

PROFILE = "4eb854340acb04e870000010"
UPDATE = "4eb8565e0acb04bb82000004"


@dataclass
class Buffer:
    """A server in a list: every request is kept, and answered by its path."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    def talk(self, line: Any) -> None:
        head, _, body = heard(line).partition(b"\r\n\r\n")
        method, path, _ = head.decode().split("\r\n")[0].split(" ")
        path, _, query = path.partition("?")
        self.asked.append((method, path, parse_qsl(query or body.decode(), keep_blank_values=True)))
        self.headers.append(head.decode())
        status, answer = self.answers.get(path, (200, {}))
        line.sendall(said(status, answer))


def said(status: int, answer: Any, *more: str) -> bytes:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *more]
    return "\r\n".join([*head, "", ""]).encode() + body
