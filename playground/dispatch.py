"""Signs payloads and sends them to the bot, with Slack's timeouts and retries. Knows no state."""

import hashlib
import hmac
import http.client
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlencode, urlsplit

from playground.errors import Payload
from playground.faults import Faults
from playground.workspace import Workspace

log = logging.getLogger(__name__)

Kind = Literal["command", "interaction", "event"]
# docs.slack.dev/interactivity/handling-user-interaction: within 3 seconds (2026-11).
ACK_SECONDS = 3.0
# docs.slack.dev/apis/events-api: at once, after one minute, after five (2026-11).
RETRY_DELAYS = (0.0, 60.0, 300.0)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# Half the server's threads at most, so that the bot's own calls always find one free.
WORKERS = 7
# After a restart the bot, started beside us, gets a second to listen before old events come.
HEAD_START = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A request for the bot; `body` is kept as sent, so that it can be sent again."""

    kind: Kind
    body: bytes
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back within 3 seconds; `problem` in the words of X-Slack-Retry-Reason."""

    status: int | None = None
    body: str = ""
    content_type: str = ""
    no_retry: bool = False
    problem: str | None = None

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def error(self) -> str:
        """What Slack tells the person: it failed with the error …"""
        return "operation_timeout" if self.problem == "http_timeout" else "dispatch_failed"


class Dispatcher:
    """Delivers from a bounded pool of its own; a caller never waits for the bot."""

    def __init__(
        self,
        workspace: Workspace,
        faults: Faults,
        *,
        bot_url: str,
        signing_secret: str,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.bot_url, self._secret = bot_url, signing_secret
        self._workspace, self._faults, self._delays = workspace, faults, retry_delays
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="slack")
        self._wake = threading.Condition()
        self._under_way = 0
        self._closed = False
        self._pending: dict[str, Payload] = workspace.shelf.all("event")
        self._in_flight: set[str] = set()
        self._retrier = threading.Thread(target=self._retry, name="slack-retries", daemon=True)
        self.sent: deque[Outgoing] = deque(maxlen=500)

    def start(self) -> None:
        """Also takes up again the events that an earlier process did not bring home."""
        self._retrier.start()

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        if self._retrier.is_alive():
            self._retrier.join(5)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def settle(self, timeout: float, *, retries: bool = True) -> None:
        """Wait until nothing is under way, nor any event waits to be retried.

        Raises TimeoutError.
        """

        def quiet() -> bool:
            return not self._under_way and not (retries and self._pending)

        with self._wake:
            if not self._wake.wait_for(quiet, timeout):
                waiting = f"{self._under_way} under way, {len(self._pending)} events waiting"
                raise TimeoutError(f"Not settled after {timeout} s: {waiting}.")

    # -- commands and interactions: sent once -------------------------------------------------

    def command(self, fields: dict[str, str], then: Callable[[Answer], None]) -> Future[Answer]:
        return self._once(Outgoing(kind="command", body=urlencode(fields).encode()), then)

    def interaction(self, payload: Payload, then: Callable[[Answer], None]) -> Future[Answer]:
        body = urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()
        return self._once(Outgoing(kind="interaction", body=body), then)

    def again(self, outgoing: Outgoing, **headers: str) -> Future[Answer]:
        """Send a request once more, byte for byte; its answer changes nothing here."""
        repeated = replace(outgoing, headers=headers)
        return self._submit(lambda: self._send(repeated))

    def _once(self, outgoing: Outgoing, then: Callable[[Answer], None]) -> Future[Answer]:
        def deliver() -> Answer:
            answer = self._send(outgoing)
            then(answer)
            return answer

        first = self._submit(deliver)
        for _ in range(1, self._faults.copies[outgoing.kind]):
            self._submit(deliver)
        return first

    # -- events: kept until they are home -----------------------------------------------------

    def event(self, body: Payload) -> Future[Answer]:
        pending = {"body": body, "attempt": 0, "due": self._workspace.now()}
        with self._workspace.lock:
            self._workspace.shelf.put("event", body["event_id"], pending)
        with self._wake:
            self._pending[body["event_id"]] = pending
            self._in_flight.add(body["event_id"])
        return self._submit(lambda: self._attempts(body["event_id"]))

    def _attempts(self, id: str) -> Answer:
        """The attempts that are due now."""
        try:
            pending = self._pending[id]
            answer = self._deliver_event(pending)
            while (
                not self._settled(id, pending, answer) and pending["due"] <= self._workspace.now()
            ):
                answer = self._deliver_event(pending)
            return answer
        finally:
            with self._wake:
                self._in_flight.discard(id)
                self._wake.notify_all()

    def _deliver_event(self, pending: Payload) -> Answer:
        body = json.dumps(pending["body"], ensure_ascii=False).encode()
        headers = _retry_headers(pending["attempt"], pending.get("reason", ""))
        outgoing = Outgoing(kind="event", body=body, content_type=JSON, headers=headers)
        answer = self._send(outgoing)
        for number in range(1, self._faults.copies["event"]):
            self._send(replace(outgoing, headers=_retry_headers(number, "http_timeout")))
        return answer

    def _settled(self, id: str, pending: Payload, answer: Answer) -> bool:
        """Forget the event if it is home or given up, else say when it is due again."""
        attempt = pending["attempt"] + 1
        given_up = answer.no_retry or attempt > len(self._delays)
        if answer.arrived or given_up:
            with self._workspace.lock:
                self._workspace.shelf.drop("event", id)
            if not answer.arrived:
                self._give_up(pending["body"]["event"])
            with self._wake:
                self._pending.pop(id, None)
            return True
        pending["attempt"] = attempt
        pending["reason"] = answer.problem or "http_error"
        pending["due"] = self._workspace.now() + self._delays[attempt - 1]
        with self._workspace.lock:
            self._workspace.shelf.put("event", id, pending)
        return False

    def _give_up(self, event: Payload) -> None:
        text = f"The event {event['type']} was given up: the app did not answer."
        log.warning("%s", text)
        for person in self._workspace.people.values():
            if not person.is_bot:
                self._workspace.toast(person.id, text, level="info")

    def _retry(self) -> None:
        with self._wake:
            if self._pending:
                self._wake.wait(HEAD_START)
        while True:
            with self._wake:
                if self._closed:
                    return
                now = self._workspace.now()
                waiting = {k: v for k, v in self._pending.items() if k not in self._in_flight}
                due = [id for id, pending in waiting.items() if pending["due"] <= now]
                self._in_flight.update(due)
                if not due:
                    # The clock may be a test's: while something waits, look at it often.
                    self._wake.wait(0.25 if waiting else None)
            for id in due:
                self._submit(lambda id=id: self._attempts(id))  # type: ignore[misc]

    # -- the wire -------------------------------------------------------------------------------

    def _submit(self, work: Callable[[], Answer]) -> Future[Answer]:
        with self._wake:
            self._under_way += 1

        def run() -> Answer:
            try:
                return work()
            except Exception:
                # The edge of a pool's thread: nobody else would ever hear of it.
                log.exception("a delivery failed on our side")
                raise
            finally:
                self._done()

        try:
            return self._pool.submit(run)
        except RuntimeError:  # closed meanwhile
            self._done()
            return Future()

    def _done(self) -> None:
        with self._wake:
            self._under_way -= 1
            self._wake.notify_all()

    def _send(self, outgoing: Outgoing) -> Answer:
        self.sent.append(outgoing)
        self._workspace.touch()
        answer = self._post(outgoing)
        return Answer(problem="http_timeout") if self._faults.take_dropped_ack() else answer

    def _post(self, outgoing: Outgoing) -> Answer:
        url = urlsplit(self.bot_url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=ACK_SECONDS)
        try:
            connection.request(
                "POST",
                f"{url.path}?{url.query}" if url.query else url.path or "/",
                outgoing.body,
                {**self._signed(outgoing), **outgoing.headers},
            )
            return _answer(connection.getresponse())
        except TimeoutError:
            return Answer(problem="http_timeout")
        except (OSError, http.client.HTTPException):
            return Answer(problem="connection_failed")
        finally:
            connection.close()

    def _signed(self, outgoing: Outgoing) -> dict[str, str]:
        # Bolt checks it against the machine's clock, whatever clock the workspace has.
        stamp = str(int(time.time()))
        return {
            "Content-Type": outgoing.content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "*/*",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self._secret, stamp, outgoing.body),
        }


def signature(secret: str, stamp: str, body: bytes) -> str:
    """docs.slack.dev/authentication/verifying-requests-from-slack (2026-11)."""
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _answer(response: http.client.HTTPResponse) -> Answer:
    body = response.read(1 << 20).decode(errors="replace")
    arrived = 200 <= response.status < 300
    return Answer(
        status=response.status,
        body=body,
        content_type=response.headers.get_content_type(),
        no_retry=not arrived and response.headers.get("X-Slack-No-Retry") == "1",
        problem=None if arrived else "http_error",
    )


def _retry_headers(number: int, reason: str) -> dict[str, str]:
    if not number:
        return {}
    return {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
