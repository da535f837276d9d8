"""Forged, broken and replayed requests at Slack's door: none gets in, none is a 500."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import falcon
import falcon.testing
import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.route import MAX_BODY, SlackRoute, read

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"
COMMAND = urlencode(
    {
        "command": "/buffer",
        "text": "Our payload is out",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
    }
)


class Door:
    """The route with a Bolt app behind it that writes down what reaches it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        bolt = App(
            client=WebClient(base_url="http://127.0.0.1:1/"),
            signing_secret=SECRET,
            authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1"),
            token_verification_enabled=False,
            process_before_response=True,
        )

        @bolt.command("/buffer")
        def _(ack: Callable[..., Any], command: dict[str, Any]) -> None:
            self.heard.append(command["text"])
            ack("Added.")

        web = falcon.App()
        web.add_route("/slack/events", SlackRoute(bolt, SECRET))
        self._client = falcon.testing.TestClient(web)

    def post(self, body: bytes | str, headers: dict[str, str]) -> falcon.testing.Result:
        return self._client.simulate_post("/slack/events", body=body, headers=headers)


@pytest.fixture
def door() -> Door:
    return Door()


def signed(
    body: bytes | str, *, at: float | None = None, secret: str = SECRET, kind: str = FORM
) -> dict[str, str]:
    raw = body.encode() if isinstance(body, str) else body
    timestamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + raw, hashlib.sha256)
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={mac.hexdigest()}",
    }


def test_what_slack_signed_gets_in_even_when_its_text_says_payload(door: Door) -> None:
    answer = door.post(COMMAND, signed(COMMAND))
    assert (answer.status_code, answer.text) == (200, "Added.")
    assert door.heard == ["Our payload is out"]


def test_slacks_address_check_is_answered(door: Door) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"})
    answer = door.post(body, signed(body, kind="application/json"))
    assert answer.json == {"challenge": "abc"}


def without(name: str) -> Callable[[], tuple[str, dict[str, str]]]:
    return lambda: (COMMAND, {key: value for key, value in signed(COMMAND).items() if key != name})


def with_header(name: str, value: str) -> Callable[[], tuple[str, dict[str, str]]]:
    return lambda: (COMMAND, signed(COMMAND) | {name: value})


def with_time(value: str) -> Callable[[], tuple[str, dict[str, str]]]:
    """Signed for exactly that timestamp, so that only its form or age is wrong."""

    def make() -> tuple[str, dict[str, str]]:
        mac = hmac.new(SECRET.encode(), f"v0:{value}:{COMMAND}".encode(), hashlib.sha256)
        return COMMAND, {
            "Content-Type": FORM,
            "X-Slack-Request-Timestamp": value,
            "X-Slack-Signature": f"v0={mac.hexdigest()}",
        }

    return make


def aged(seconds: float) -> Callable[[], tuple[str, dict[str, str]]]:
    return lambda: (COMMAND, signed(COMMAND, at=time.time() + seconds))


def changed(body: str) -> Callable[[], tuple[str, dict[str, str]]]:
    return lambda: (body, signed(COMMAND))


def genuine() -> str:
    return signed(COMMAND)["X-Slack-Signature"]


FORGED: dict[str, Callable[[], tuple[bytes | str, dict[str, str]]]] = {
    "wrong secret": lambda: (COMMAND, signed(COMMAND, secret="another")),
    "secret with a blank": lambda: (COMMAND, signed(COMMAND, secret=SECRET + " ")),
    "secret in capitals": lambda: (COMMAND, signed(COMMAND, secret=SECRET.upper())),
    "changed text": changed(COMMAND.replace("Our", "Your")),
    "one byte more": changed(COMMAND + "&"),
    "one byte less": changed(COMMAND[:-1]),
    "encoded anew": changed(COMMAND.replace("+", "%20")),
    "fields in another order": changed("&".join(reversed(COMMAND.split("&")))),
    "no body": changed(""),
    "another team": changed(COMMAND.replace("T1", "T2")),
    "no signature": without("X-Slack-Signature"),
    "no timestamp": without("X-Slack-Request-Timestamp"),
    "no headers at all": lambda: (COMMAND, {}),
    "empty signature": with_header("X-Slack-Signature", ""),
    "signature of zeros": with_header("X-Slack-Signature", "v0=" + "0" * 64),
    "signature without its version": lambda: (
        COMMAND,
        signed(COMMAND) | {"X-Slack-Signature": genuine()[3:]},
    ),
    "signature of version one": lambda: (
        COMMAND,
        signed(COMMAND) | {"X-Slack-Signature": "v1" + genuine()[2:]},
    ),
    "signature in capitals": lambda: (
        COMMAND,
        signed(COMMAND) | {"X-Slack-Signature": genuine().upper()},
    ),
    "signature cut short": lambda: (
        COMMAND,
        signed(COMMAND) | {"X-Slack-Signature": genuine()[:-1]},
    ),
    "signature with a tail": lambda: (
        COMMAND,
        signed(COMMAND) | {"X-Slack-Signature": genuine() + "0"},
    ),
    "signature not ascii": with_header("X-Slack-Signature", "v0=\u00fc"),
    "two signatures": lambda: (
        COMMAND,
        signed(COMMAND) | {"X-Slack-Signature": genuine() + "," + genuine()},
    ),
    "timestamp of now under an old signature": lambda: (
        COMMAND,
        signed(COMMAND, at=time.time() - 60) | {"X-Slack-Request-Timestamp": str(int(time.time()))},
    ),
    "six minutes old": aged(-360),
    "an hour old": aged(-3600),
    "a year old": aged(-31_536_000),
    "six minutes ahead": aged(360),
    "an hour ahead": aged(3600),
    "timestamp zero": with_time("0"),
    "negative timestamp": with_time("-1"),
    "timestamp a word": with_time("now"),
    "timestamp empty": with_time(""),
    "timestamp with a point": with_time(f"{time.time():.3f}"),
    "timestamp with an exponent": with_time("1e9"),
    "timestamp in hex": with_time("0x5f5e100"),
    "timestamp with a blank": with_time(f" {int(time.time())} x"),
    "timestamp not ascii": with_header("X-Slack-Request-Timestamp", "\u00b2\u00b2"),
    "timestamp of a thousand digits": with_time("9" * 1000),
    "timestamp in milliseconds": with_time(str(int(time.time() * 1000))),
    "broken json, unsigned": lambda: ("{", {"Content-Type": "application/json"}),
    "the old verification token": lambda: (COMMAND + "&token=verification", {"Content-Type": FORM}),
    "an unsigned ssl check": lambda: ("ssl_check=1&token=x", {"Content-Type": FORM}),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_requests_are_refused(door: Door, name: str) -> None:
    body, headers = FORGED[name]()
    assert door.post(body, headers).status_code == 401
    assert door.heard == []


BROKEN: dict[str, tuple[bytes, str]] = {
    "not utf-8": (b"text=\xff\xfe", FORM),
    "half an emoji": ("text=🎉".encode()[:-1], FORM),
    "half a json": (b'{"type": "event_callback"', "application/json"),
    "a json list": (b"[]", "application/json"),
    "a json word": (b'"hello"', "application/json"),
    "json null": (b"null", "application/json; charset=utf-8"),
    "json nested beyond all measure": (b"[" * 100_000, "application/json"),
    "a payload that is no json": (b"payload=%7B", FORM),
    "a payload that is a number": (b"payload=1", FORM),
    "fields without end": (b"a=1&" * 2000, FORM),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_a_400_even_when_signed(door: Door, name: str) -> None:
    body, kind = BROKEN[name]
    answer = door.post(body, signed(body, kind=kind))
    assert (answer.status_code, door.heard) == (400, [])


def test_more_than_a_megabyte_is_refused(door: Door) -> None:
    body = b"text=" + b"x" * MAX_BODY
    assert door.post(body, signed(body)).status_code == 413


def test_bytes_that_are_no_text_are_a_400_even_unsigned(door: Door) -> None:
    assert door.post(b"\xff\xfe" + COMMAND.encode(), {"Content-Type": FORM}).status_code == 400


def test_a_payload_field_makes_an_interaction_and_blanks_are_kept() -> None:
    assert read("payload=%7B%7D&text=x", FORM) == {}
    assert read("command=%2Fbuffer&text=", FORM) == {"command": "/buffer", "text": ""}
