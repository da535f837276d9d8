"""The Web API over HTTP: token, faults, rate limits, then the method; `response_url`s; uploads."""

import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import falcon

from playground.errors import Payload, SlackError
from playground.faults import Fault, Faults
from playground.rates import Rates
from playground.responses import Responses
from playground.web_api import chat, conversations, files, people, views
from playground.web_api.call import Call, Method, Slack

# Errors that real users would run into as well: worth a test's attention.
MISTAKES = (
    "invalid_auth",
    "not_authed",
    "unknown_method",
    "no_text",
    "view_too_large",
    "missing_scope",
)
MISTAKEN = ("invalid_arg", "invalid_blocks", "invalid_metadata", "msg_", "metadata_")


class WebApi:
    def __init__(
        self, slack: Slack, uploads: files.Uploads, faults: Faults, token: str, rates: Rates | None
    ) -> None:
        self._slack, self._faults, self._token, self._rates = slack, faults, token, rates
        self._methods: dict[str, Method] = {
            **chat.METHODS,
            **conversations.METHODS,
            **people.METHODS,
            **views.METHODS,
            **files.methods(uploads),
        }

    def on_get(self, req: falcon.Request, resp: falcon.Response, method: str) -> None:
        self._handle(req, resp, method)

    def on_post(self, req: falcon.Request, resp: falcon.Response, method: str) -> None:
        self._handle(req, resp, method)

    def _handle(self, req: falcon.Request, resp: falcon.Response, method: str) -> None:
        fault = self._faults.take(method)
        if fault and fault.kind == "status":
            _fault(resp, fault)
            return
        try:
            if fault and fault.kind == "error":
                raise SlackError(fault.error)
            call = Call(_arguments(req))
            self._authorize(req, call)
            wait = self._rates and self._rates.take(method, call.text("channel"))
            if wait:
                _limited(resp, wait)
                return
            resp.media = {"ok": True, **self._run(method, call)}
        except SlackError as error:
            self._note(method, error)
            resp.media = error.body()
        if fault and fault.kind == "hang":
            self._faults.hang()
            resp.status = falcon.HTTP_503

    def _run(self, method: str, call: Call) -> Payload:
        if method not in self._methods:
            raise SlackError("unknown_method", req_method=method)
        self._slack.check_scope(method, call)
        return self._methods[method](self._slack, call)

    def _authorize(self, req: falcon.Request, call: Call) -> None:
        given = (req.get_header("Authorization") or "").removeprefix("Bearer ").strip()
        given = given or call.text("token")
        if not given:
            raise SlackError("not_authed")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            raise SlackError("invalid_auth")

    def _note(self, method: str, error: SlackError) -> None:
        if error.code in MISTAKES or error.code.startswith(MISTAKEN):
            self._slack.workspace.problem(f"{method}: {error}")


class ResponseUrls:
    """docs.slack.dev/interactivity/handling-user-interaction (2026-11)."""

    def __init__(self, responses: Responses, faults: Faults) -> None:
        self._responses, self._faults = responses, faults

    def on_post(self, req: falcon.Request, resp: falcon.Response, token: str) -> None:
        fault = self._faults.take("response_url")
        if fault and fault.kind == "status":
            _fault(resp, fault)
            return
        try:
            body = _arguments(req)
            if isinstance(body.get("payload"), str):
                body = json.loads(body["payload"])
            self._responses.use(token, dict(body))
            resp.content_type, resp.text = falcon.MEDIA_TEXT, "ok"
        except (SlackError, ValueError) as error:
            code = error.code if isinstance(error, SlackError) else "invalid_payload"
            gone = code in ("expired_url", "used_url")
            resp.status = falcon.HTTP_404 if gone else falcon.HTTP_400
            resp.media = {"ok": False, "error": code}
        if fault and fault.kind == "hang":
            self._faults.hang()
            resp.status = falcon.HTTP_503


class UploadUrls:
    def __init__(self, uploads: files.Uploads) -> None:
        self._uploads = uploads

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        body = req.bounded_stream.read()
        try:
            self._uploads.receive(id, body)
            resp.content_type, resp.text = falcon.MEDIA_TEXT, f"OK - {len(body)}"
        except SlackError as error:
            resp.status = falcon.HTTP_400
            resp.media = error.body()


def _arguments(req: falcon.Request) -> Mapping[str, Any]:
    body = req.bounded_stream.read()
    if "json" in (req.content_type or ""):
        try:
            value = json.loads(body or b"{}")
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(value, dict):
            raise SlackError("json_not_object")
        return value
    query = parse_qsl(req.query_string, keep_blank_values=True)
    return dict(query + parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _fault(resp: falcon.Response, fault: Fault) -> None:
    if fault.retry_after is not None:
        _limited(resp, fault.retry_after)
    else:
        resp.status = falcon.code_to_http_status(fault.status)
        resp.content_type, resp.text = falcon.MEDIA_TEXT, "upstream connect error"


def _limited(resp: falcon.Response, wait: int) -> None:
    resp.status = falcon.HTTP_429
    resp.set_header("Retry-After", str(wait))
    resp.media = {"ok": False, "error": "ratelimited"}
