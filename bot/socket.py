"""Slack's socket, kept open: the way in for a bot without a public address.

slack-sdk's client reconnects by itself, but it hears nothing for up to three seconds then, and does not come back from
an attempt that failed: the thread that watches the connection dies of it. So a client is used for one connection here.
When that ends, or Slack announces that it will, another is opened first and the old one is closed after it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR
from threading import Thread
from time import monotonic, time

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between two attempts: doubling, so that a Slack that comes back is not overrun."""
PING_SECONDS = 5.0
"""A connection that answers none of four pings is taken for dead (slack-sdk 3.47)."""


class _Connection(SocketModeClient):
    """One connection. Where slack-sdk would reconnect, it says that it is over."""

    def __init__(self, client: WebClient, bolt: App, over: Callable[[], None]) -> None:
        self.is_over = False
        self._bolt, self._say = bolt, over
        super().__init__(
            app_token=client.token or "",
            logger=logging.getLogger("slack_sdk.socket_mode"),
            web_client=client,
            ping_interval=PING_SECONDS,
        )
        self.socket_mode_request_listeners.append(self._handle)

    def connect_to_new_endpoint(self, force: bool = False) -> None:
        self.is_over = True
        self._say()

    @property
    def is_well(self) -> bool:
        """Whether the last ping went out, too: slack-sdk itself gives up at the fifth that does not."""
        session = self.current_session
        return bool(
            session
            and session.is_active()
            and not session.consecutive_check_state_error_count
            and self.current_app_monitor.is_alive()
            and not self.is_over
        )

    def end(self) -> None:
        """Answer what has come in, then close."""
        self.message_workers.shutdown()
        session = self.current_session
        if session and session.sock:
            with suppress(OSError):  # gone already
                session.sock.shutdown(
                    SHUT_RDWR
                )  # else whoever reads from it is waited for, up to 3 seconds
        closing = Thread(target=self.close, name="closing a socket", daemon=True)
        closing.start()
        while closing.is_alive():
            # A reader that is just about to begin forgets that it was told to end, and is waited for without an end
            # (slack-sdk 3.47, `_run_current_session`): it is told again.
            self.current_session_state.terminated = True
            closing.join(0.1)

    def _handle(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        send_response(client, request, run_bolt_app(self._bolt, request), time())


class Socket:
    """`tick` is for one loop, which `wake` wakes; `close` comes from whoever ends the process. `client` carries the
    app-level token."""

    def __init__(self, bolt: App, client: WebClient, wake: Callable[[], None]) -> None:
        self._bolt, self._client, self._wake = bolt, client, wake
        self._connection: _Connection | None = None
        self._pause = SHORTEST_PAUSE
        self._not_before = 0.0
        self._closed = False

    def tick(self) -> bool:
        """Open a connection if there is none that is well. False: there is nothing more to do at once."""
        is_well = self._connection is not None and self._connection.is_well
        if not (is_well or self._closed) and monotonic() >= self._not_before:
            self._replace()
        return False

    def close(self) -> None:
        """Hear nothing more; requests that came in are answered first."""
        self._closed = True
        if self._connection:
            self._connection.end()

    def _replace(self) -> None:
        fresh, reason = _Connection(self._client, self._bolt, self._wake), "no connection"
        try:
            fresh.connect()
        except Exception as error:  # noqa: BLE001  whatever it is, the next attempt may succeed
            reason = _reason(error)
        if not fresh.is_well:
            fresh.end()
            self._not_before = monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            log.warning("Slack's socket does not open", extra={"reason": reason})
            return
        old, self._connection = self._connection, fresh
        self._pause = SHORTEST_PAUSE
        log.info("Slack's socket is open")
        if old:
            old.end()


def _reason(error: Exception) -> str:
    """In a word what Slack said, else the kind of error: the address in its text may hold a ticket."""
    return (
        str(error.response["error"]) if isinstance(error, SlackApiError) else type(error).__name__
    )
