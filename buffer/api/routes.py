"""Puts Buffer's REST API v1 on a falcon app: who may ask, how often, and what an answer looks like."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import falcon

from buffer.api import bodies
from buffer.api.call import Call, Desk
from buffer.api.errors import (
    Fault,
    fault_of,
    no_route,
    serialize,
    too_many,
    unauthorized,
    unknown,
    write,
)
from buffer.api.forms import YES, Form
from buffer.api.limiter import Limiter
from buffer.api.openapi import document
from buffer.api.table import ROUTES
from buffer.errors import QueueError
from buffer.model import Token
from buffer.ports import Clock, Networks, Queues, Store

log = logging.getLogger(__name__)


def routes(
    app: falcon.App[Any, Any],
    *,
    queues: Queues,
    store: Store,
    networks: Networks,
    clock: Clock,
    rate_limit: int,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Add the API. `rate_limit` is in requests a minute and token, 0 for none; `sleep` waits for a network that is
    asked to take a comment."""
    desk = Desk(queues=queues, store=store, networks=networks, clock=clock, sleep=sleep)
    limiter = Limiter(rate_limit)
    for route in ROUTES:
        kind = Reading if route.method == "GET" else Writing
        app.add_route(route.path, kind(route.act, desk, limiter))
    app.add_route("/openapi.json", Document())
    app.add_sink(no_route, r"/1(/|$)")
    app.set_error_serializer(serialize)


class Endpoint:
    """Answers one path. Every failure, foreseen or not, becomes v1's error body here."""

    def __init__(self, act: Callable[[Call], Any], desk: Desk, limiter: Limiter) -> None:
        self._act = act
        self._desk = desk
        self._limiter = limiter

    def answer(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        try:
            call, pretty = self._understand(req, id)
            answer = self._act(call)
        except Fault as fault:
            write(resp, fault)
        except QueueError as error:
            write(resp, fault_of(error, self._desk.clock()))
        except falcon.HTTPError:
            raise
        except Exception:  # the edge: whatever broke, the client gets JSON and no traceback
            log.exception("api request broke", extra={"path": req.uri_template})
            write(resp, unknown())
        else:
            resp.content_type = falcon.MEDIA_JSON
            resp.text = json.dumps(answer, ensure_ascii=False, indent=2 if pretty else None)

    def _understand(self, req: falcon.Request, id: str) -> tuple[Call, bool]:
        form = bodies.read(req)
        token = self._token(req, form)
        wait = self._limiter.take(token.id, self._desk.clock())
        if wait:
            raise too_many(wait)
        call = Call(
            desk=self._desk,
            token=token,
            form=form,
            id=id,
            key=_key(req, token),
            utc=form.flag("utc"),
        )
        return call, (form.text("pretty") or "").strip().lower() in YES

    def _token(self, req: falcon.Request, form: Form) -> Token:
        scheme, _, plain = req.get_header("Authorization", default="").partition(" ")
        if scheme.lower() != "bearer":
            plain = form.text("access_token") or ""
        token = self._desk.store.tokens.find(plain.strip()) if plain.strip() else None
        if token is None:
            raise unauthorized()
        return token


class Reading(Endpoint):
    """An endpoint that is read with GET."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str = "") -> None:
        self.answer(req, resp, id)


class Writing(Endpoint):
    """An endpoint that changes something, with POST."""

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str = "") -> None:
        self.answer(req, resp, id)


class Document:
    """`GET /openapi.json`, for everybody."""

    def __init__(self) -> None:
        self._text = json.dumps(document(), ensure_ascii=False)

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = falcon.MEDIA_JSON
        resp.text = self._text


def _key(req: falcon.Request, token: Token) -> str:
    """The request's dedupe key, from the client's own: it holds for this token and this endpoint only."""
    given = req.get_header("Idempotency-Key", default="").strip()
    if not given or req.method != "POST":
        return ""
    return f"api {token.id} {hashlib.sha256(f'{req.path} {given}'.encode()).hexdigest()}"
