"""Slack's side of Socket Mode, in front of the local Slack: what that sends over HTTP goes through a web socket.

A stand-in for Slack's own, made from docs.slack.dev/apis/events-api/using-socket-mode (2026-11):
`apps.connections.open` gives an address with a ticket to whoever has the app-level token; there a `hello` comes first,
then envelopes that want an acknowledgement with their id, and `disconnect` before a connection is taken away.
"""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

ACK_SECONDS = 3.0


class SocketSlack:
    """`url` is where the local Slack sends its requests, `api_url` the bot's Web API (the local Slack's, and one method
    more)."""

    def __init__(self, app_token: str, api_url: str) -> None:
        self._app_token, self._api = app_token, urlsplit(api_url)
        self._tickets: set[str] = set()
        self._open: list[ServerConnection] = []
        self._waiting: dict[str, Future[Any]] = {}
        self._changed = threading.Condition()
        self.opened = 0
        """How often the app asked for a connection."""
        self.envelopes: list[dict[str, Any]] = []
        self.refuses = ""
        """An error that apps.connections.open answers with."""
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._web.daemon_threads = True
        self._socket: Server = serve(self._talk, "127.0.0.1", 0)
        threading.Thread(target=self._web.serve_forever, daemon=True).start()
        threading.Thread(target=self._socket.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._web.server_port}/slack/events"

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._web.server_port}/api/"

    def close(self) -> None:
        self._web.shutdown()
        self._web.server_close()
        self._socket.shutdown()

    # -- what a test arranges

    def is_connected(self, seconds: float = 10) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._open), seconds)

    def takes_the_connection_away(self) -> None:
        """As Slack does every few hours: announced, then closed."""
        with self._changed:
            old, self._open = self._open, []
        for connection in old:
            connection.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    def cuts(self) -> None:
        """The wire is gone, without a word."""
        with self._changed:
            old, self._open = self._open, []
        for connection in old:
            connection.socket.shutdown(SHUT_RDWR)

    def send_again(self, number: int = -1) -> Any:
        """An envelope once more, as after an acknowledgement that got lost; its new acknowledgement."""
        return self._ask({**self.envelopes[number], "retry_attempt": 1, "retry_reason": "timeout"})

    # -- the web side

    def opens(self, token: str) -> dict[str, Any]:
        self.opened += 1
        if token != self._app_token or self.refuses:
            return {"ok": False, "error": self.refuses or "invalid_auth"}
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        host, port = self._socket.socket.getsockname()[:2]
        return {"ok": True, "url": f"ws://{host}:{port}/link?ticket={ticket}&app_id=A1"}

    def passes_on(self, method: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """To the local Slack, as it came."""
        connection = http.client.HTTPConnection(
            self._api.hostname or "", self._api.port, timeout=10
        )
        kept = {
            name: headers[name] for name in ("Content-Type", "Authorization") if name in headers
        }
        connection.request("POST", f"{self._api.path}{method}", body, kept)
        answer = connection.getresponse()
        try:
            return answer.status, answer.read()
        finally:
            connection.close()

    def delivers(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """A request for the app: as an envelope, until it is acknowledged."""
        envelope = _envelope(headers, body)
        self.envelopes.append(envelope)
        try:
            payload = self._ask(envelope)
        except (TimeoutError, ConnectionClosed):
            return 504, b""
        return 200, json.dumps(payload).encode() if payload else b""

    # -- the socket side

    def _ask(self, envelope: dict[str, Any]) -> Any:
        with self._changed:
            if not self._open:
                raise TimeoutError
            connection = self._open[-1]
        answer: Future[Any] = Future()
        self._waiting[envelope["envelope_id"]] = answer
        connection.send(json.dumps(envelope))
        return answer.result(ACK_SECONDS)

    def _talk(self, connection: ServerConnection) -> None:
        assert connection.request
        ticket = dict(parse_qsl(urlsplit(connection.request.path).query)).get("ticket", "")
        if ticket not in self._tickets:
            connection.close(1008, "unknown ticket")
            return
        self._tickets.remove(ticket)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}
        connection.send(json.dumps(hello))
        with self._changed:
            self._open.append(connection)
            self._changed.notify_all()
        try:
            for message in connection:
                acknowledged = json.loads(message)
                waiting = self._waiting.pop(acknowledged["envelope_id"], None)
                if waiting:
                    waiting.set_result(acknowledged.get("payload"))
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                if connection in self._open:
                    self._open.remove(connection)
                self._changed.notify_all()


def _envelope(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    envelope: dict[str, Any] = {
        "envelope_id": secrets.token_hex(8),
        "accepts_response_payload": True,
    }
    if headers.get("Content-Type", "").startswith("application/json"):
        envelope |= {
            "type": "events_api",
            "payload": json.loads(body),
            "accepts_response_payload": False,
        }
        if attempt := headers.get("X-Slack-Retry-Num"):
            reason = headers.get("X-Slack-Retry-Reason", "")
            envelope |= {"retry_attempt": int(attempt), "retry_reason": reason}
        return envelope
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if "command" in form:
        return envelope | {"type": "slash_commands", "payload": form}
    return envelope | {"type": "interactive", "payload": json.loads(form["payload"])}


def _handler(slack: SocketSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items()}  # noqa: C416  a message, not a dict
            method = self.path.rpartition("/")[2]
            if self.path == "/slack/events":
                status, answer = slack.delivers(headers, body)
            elif method == "apps.connections.open":
                token = headers.get("Authorization", "").removeprefix("Bearer ")
                status, answer = 200, json.dumps(slack.opens(token)).encode()
            else:
                status, answer = slack.passes_on(method, headers, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if answer else "text/plain")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(OSError):  # whoever asked waited its 3 seconds
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    return Handler
