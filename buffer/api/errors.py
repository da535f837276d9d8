"""What a refusal looks like on the wire: its status, its headers, and both bodies of Buffer v1 in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from math import ceil

import falcon

from buffer.errors import (
    Busy,
    Code,
    LoginExpired,
    NetworkDown,
    QueueError,
    Refused,
    SlowDown,
    Unclear,
)

ROOT = "/1/"

STATUS: Mapping[int, int] = {
    Code.UNAUTHORIZED: 401,
    Code.FORBIDDEN: 403,
    Code.NO_SUCH_ENDPOINT: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.TOO_MANY_REQUESTS: 429,
    Code.UNKNOWN: 500,
    Code.UNSUPPORTED_FORMAT: 406,
    Code.PROFILE_NOT_FOUND: 404,
    Code.NO_ACCESS_TO_PROFILE: 403,
    Code.UPDATE_NOT_FOUND: 404,
    Code.NO_ACCESS_TO_UPDATE: 403,
    Code.QUEUE_FULL: 403,
}
"""HTTP's status of those codes that are not 400 (Buffer's table of errors, 2026-11)."""

SENTENCES: Mapping[int, str] = {
    400: "This request cannot be understood.",
    404: "There is no such endpoint.",
    405: "This endpoint does not take this method: read with GET, change with POST.",
    406: "The only format is JSON: let the path end in .json.",
}


class Fault(Exception):
    """A request that cannot be answered as asked. `code` is Buffer's where it has one, else the status again."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: int,
        headers: Mapping[str, str] | None = None,
        profile_id: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.profile_id = profile_id


def too_large(limit: int) -> Fault:
    return Fault(f"A request may hold {limit:,} bytes at most.", status=413, code=413)


def unauthorized() -> Fault:
    """The scheme in the header is the one Buffer's own server named."""
    challenge = (
        'OAuth realm="slack-buffer", error="invalid_request", error_description="A token is needed"'
    )
    return Fault(
        "A valid access token is needed: send it as “Authorization: Bearer …”.",
        status=401,
        code=Code.UNAUTHORIZED,
        headers={"WWW-Authenticate": challenge},
    )


def too_many(seconds: int) -> Fault:
    return Fault(
        f"Too many requests with this token: wait {seconds} seconds.",
        status=429,
        code=Code.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(seconds)},
    )


def unknown() -> Fault:
    """Something of ours broke; what it was stands in the log only."""
    return Fault("Something went wrong here. It has been logged.", status=500, code=Code.UNKNOWN)


def fault_of(error: QueueError, now: datetime) -> Fault:
    """The answer to what a queue could not do."""
    if isinstance(error, Refused):
        status = STATUS.get(error.code, 400)
        return Fault(str(error), status=status, code=error.code, profile_id=error.profile_id or "")
    status, code, wait = _elsewhere(error, now)
    headers = {"Retry-After": str(wait)} if wait else {}
    return Fault(str(error), status=status, code=code, headers=headers)


def _elsewhere(error: QueueError, now: datetime) -> tuple[int, int, int]:
    """Status, code and seconds to wait, for what the caller cannot mend."""
    if isinstance(error, SlowDown):
        wait = max(1, ceil((error.until - now).total_seconds()))
        return 429, Code.TOO_MANY_REQUESTS, wait
    if isinstance(error, Busy):
        return 503, Code.UNKNOWN, 1
    if isinstance(error, NetworkDown):
        return 503, Code.UNKNOWN, 60
    if isinstance(error, LoginExpired):
        return 403, Code.FORBIDDEN, 0
    if isinstance(error, Unclear):
        return 502, Code.UNKNOWN, 0
    return 500, Code.UNKNOWN, 0


def body(message: str, code: int, *, profile_id: str = "") -> str:
    """The union of the two bodies in the wild, so that every client finds the field it reads."""
    words = {"success": False, "error": message, "message": message, "code": int(code)}
    words |= {"profile_id": profile_id} if profile_id else {}
    return json.dumps(words, ensure_ascii=False)


def write(resp: falcon.Response, fault: Fault) -> None:
    """Answer with a fault."""
    resp.status = fault.status
    resp.content_type = falcon.MEDIA_JSON
    resp.text = body(fault.message, fault.code, profile_id=fault.profile_id)
    resp.set_headers(fault.headers)


def no_route(req: falcon.Request, resp: falcon.Response, **parts: str) -> None:
    """The sink below /1/: a path without its format, or one that leads nowhere."""
    if req.path.endswith(".json"):
        raise falcon.HTTPNotFound
    raise falcon.HTTPNotAcceptable


def serialize(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError) -> None:
    """Falcon's own refusals (no route, wrong method, a broken header) in Buffer's words below /1/, in Falcon's
    elsewhere."""
    if not f"{req.path}/".startswith(ROOT):
        resp.media = error.to_dict()
        return
    status = falcon.http_status_to_code(error.status)
    message = SENTENCES.get(status) or error.title or str(status)
    code = Code.UNSUPPORTED_FORMAT if status == 406 else status
    write(resp, Fault(message, status=status, code=code))
