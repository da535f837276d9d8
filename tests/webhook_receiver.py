"""A receiver that keeps the webhook's contract: checks signatures, remembers keys, takes posts and comments, and tells
what people do there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import requests

from buffer import signing
from buffer.model import Json

SECRET = "a secret that both sides know"


class Receiver:
    """`posts` and `comments` are what is out there."""

    def __init__(self, *, comments: bool) -> None:
        self.secret, self.hook, self._takes_comments = SECRET, "", comments
        self.posts: list[Json] = []
        self.comments: list[Json] = []
        self._done: dict[str, Json] = {}
        self._ids = count(1)
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = take({k.lower(): v for k, v in self.headers.items()}, body)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def _take(self, headers: dict[str, str], body: bytes) -> tuple[int, Json]:
        at = datetime.fromtimestamp(int(headers[signing.TIMESTAMP]), UTC)  # their clock is not ours
        if not signing.is_signed(self.secret, headers, body, at):
            return 401, {"error": "Not signed."}
        key, call = headers["idempotency-key"], json.loads(body)
        if key not in self._done:
            act: dict[str, Callable[[Json], Json | None]] = {
                "ping": lambda _: {"comments": self._takes_comments},
                "post.publish": self._publish,
                "comment.create": self._create,
                "comment.update": self._update,
                "comment.delete": self._delete,
            }
            answer = act[call["type"]](call)
            if answer is None:
                return 404, {"error": "There is no such comment."}
            self._done[key] = answer
        return 200, self._done[key]

    def _publish(self, call: Json) -> Json:
        self.hook = call["profile"].get("hook", "")
        self.posts.append(call["post"] | {"id": f"p{next(self._ids)}"})
        return {"id": self.posts[-1]["id"]}

    def _create(self, call: Json) -> Json:
        self.comments.append(call["comment"] | {"id": f"c{next(self._ids)}"})
        return {"id": self.comments[-1]["id"]}

    def _update(self, call: Json) -> Json | None:
        found = self._comment(call)
        if found is None:
            return None
        found["text"] = call["comment"]["text"]
        return {}

    def _delete(self, call: Json) -> Json | None:
        found = self._comment(call)
        if found is None:
            return None
        self.comments.remove(found)
        return {}

    def _comment(self, call: Json) -> Json | None:
        return next((each for each in self.comments if each["id"] == call["comment"]["id"]), None)

    def tells(self, now: datetime, kind: str, **said: Any) -> None:
        """Tell what happened there, at the address that the last post came with."""
        body = json.dumps({"type": kind, **said}).encode()
        headers = signing.headers(self.secret, f"msg-{next(self._ids)}", now, body)
        answer = requests.post(self.hook, data=body, headers=headers, timeout=20)
        assert answer.status_code == 204, answer.text


@contextmanager
def receiver(*, comments: bool = True) -> Iterator[Receiver]:
    made = Receiver(comments=comments)
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
