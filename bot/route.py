"""Slack's HTTP route: what may reach Bolt. Everything else is answered here, in a line, without a traceback."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import falcon
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.falcon import SlackAppResource
from slack_sdk.signature import SignatureVerifier

MAX_BODY = 1 << 20


class SlackRoute:
    """`POST /slack/events`, for commands, interactions and events.

    The signature is checked and the body read here, for two faults of Bolt's own reading (slack-bolt 1.30, tried
    2026-11): it parses before it looks at the signature and answers 500 with a traceback to what it cannot decode;
    and it takes a slash command whose text holds the word "payload" for an interaction without one.
    """

    def __init__(self, app: App, signing_secret: str) -> None:
        self._bolt = SlackAppResource(app)
        self._verifier = SignatureVerifier(signing_secret)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        body = req.bounded_stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            _say(resp, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is larger than 1 MB.")
        elif (text := _decoded(body)) is None:
            _say(resp, HTTPStatus.BAD_REQUEST, "The body is not UTF-8.")
        elif not self._is_signed(req, text):
            _say(resp, HTTPStatus.UNAUTHORIZED, "The signature is missing, wrong or too old.")
        elif (fields := read(text, req.content_type or "")) is None:
            _say(resp, HTTPStatus.BAD_REQUEST, "The body is not what Slack sends.")
        else:
            self._dispatch(req, resp, fields)

    def _is_signed(self, req: falcon.Request, body: str) -> bool:
        timestamp = req.get_header("X-Slack-Request-Timestamp") or ""
        signature = req.get_header("X-Slack-Signature") or ""
        if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
            return False
        return self._verifier.is_valid(body, timestamp[:20], signature)

    def _dispatch(self, req: falcon.Request, resp: falcon.Response, fields: dict[str, Any]) -> None:
        request = BoltRequest(
            body=fields,
            query=req.query_string,
            headers={name.lower(): value for name, value in req.headers.items()},
            mode="socket_mode",  # to Bolt: parsed and verified already
        )
        self._bolt._write_response(self._bolt.app.dispatch(request), resp)


def read(text: str, content_type: str) -> dict[str, Any] | None:
    """The fields of an event (JSON), an interaction (JSON in `payload`) or a command (form); None for neither."""
    try:
        if content_type.startswith("application/json"):
            return _object(text)
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=1000))
        return _object(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return None


def _decoded(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _object(text: str) -> dict[str, Any] | None:
    value = json.loads(text)
    return value if isinstance(value, dict) else None


def _say(resp: falcon.Response, status: HTTPStatus, text: str) -> None:
    resp.status = f"{status.value} {status.phrase}"
    resp.content_type = falcon.MEDIA_TEXT
    resp.text = text
