"""A v1 script and the server it talks to: the real API over the real queue. Every answer is held to /openapi.json."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import falcon
from falcon.testing import Result, TestClient
from jsonschema import Draft202012Validator

from buffer.api.openapi import document
from buffer.api.routes import routes
from buffer.api.table import ROUTES
from buffer.backends.embedded import EmbeddedQueues
from buffer.model import (
    PLAYGROUND_TEAM,
    Actor,
    Draft,
    Event,
    Found,
    Person,
    Profile,
    ReplyState,
    State,
    Update,
)
from buffer.ports import Queue
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore, open_store

FORM = "application/x-www-form-urlencoded"


class Queues:
    """The real ones, until they are told to fail."""

    breaks: Exception | None = None

    def __init__(self, real: EmbeddedQueues) -> None:
        self._real = real

    def __call__(self, actor: Actor, key: str = "") -> Queue:
        if self.breaks:
            raise self.breaks
        return self._real(actor, key)


class Script:
    """Asks as a script would, with a token of Ada's team. `profile` is hers; `pause` runs while the server waits."""

    def __init__(self, store: SqliteStore, *, rate_limit: int = 0, limit: int = 50) -> None:
        self.store = store
        self.clock = FakeClock(MONDAY)
        self.network = FakeNetwork()
        self.queues = Queues(
            EmbeddedQueues(store, {"local": self.network}, self.clock, limit=limit)
        )
        self.queue = self.queues(ADA)
        self.pause: Callable[[float], None] = self._passes
        self.profile = self.has_profile()
        self.token = store.tokens.create("script", PLAYGROUND_TEAM, MONDAY)
        self.app: falcon.App[Any, Any] = falcon.App()
        routes(
            self.app,
            queues=self.queues,
            store=store,
            networks={"local": self.network},
            clock=self.clock,
            rate_limit=rate_limit,
            sleep=lambda seconds: self.pause(seconds),
        )
        self.client = TestClient(self.app)

    # -- asking

    def get(self, path: str, query: str = "", **headers: str) -> Result:
        return self.ask("GET", path, query_string=query, headers=headers)

    def post(self, path: str, body: str | bytes = "", kind: str = FORM, **headers: str) -> Result:
        return self.ask("POST", path, body=body, headers={"Content-Type": kind, **headers})

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> Result:
        """A request with the token, unless the headers name another. A header given as "" is left out."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        sent = {name: value for name, value in sent.items() if value}
        result = self.client.simulate_request(method, path, headers=sent, **more)
        fits(method, path, result)
        return result

    def creates(self, text: str, more: str = "") -> dict[str, Any]:
        """The update made of this text."""
        answer = self.post(
            "/1/updates/create.json", f"profile_ids[]={self.profile.id}&text={text}{more}"
        )
        assert answer.status_code == 200, answer.text
        update: dict[str, Any] = answer.json["updates"][0]
        return update

    # -- what is so

    def has_profile(self, actor: Actor = ADA, **changes: Any) -> Profile:
        profile = a_profile(actor, **changes)
        self.store.profiles.insert(profile)
        return profile

    def has_queued(self, *texts: str) -> list[Update]:
        return [
            self.queue.add(Draft(text=text, profile_ids=(self.profile.id,)))[0] for text in texts
        ]

    def has_in(self, state: State, text: str = "An update") -> Update:
        """An update that got as far as this."""
        (update,) = self.has_queued(text)
        sent = state is State.SENT
        changed = replace(
            update,
            state=state,
            sent_at=self.clock.now if sent else None,
            service_update_id="p1" if sent else "",
            service_link="https://example.org/p1" if sent else "",
            error="" if sent else "Refused.",
        )
        assert self.store.updates.save(changed, expected={State.QUEUED})
        return changed

    def hears(self, update: Update, event: Event, who: str = "bo", text: str = "") -> None:
        """Somebody on the network does something with an update, a minute after the last one."""
        self.clock.passes(timedelta(minutes=1))
        found = Found(
            post=update.service_update_id,
            service_id=f"{event}-{who}-{self.clock.now}",
            event=event,
            user=Person(username=who, service_id=f"id-{who}", followers=3),
            created_at=self.clock.now,
            text=text,
        )
        self.store.interactions.add(self.profile, update, found, ours=False, now=self.clock.now)

    def settles(self, state: ReplyState, **told: Any) -> None:
        """While the server waits for the first time, a worker brings the comment this far."""

        def pause(seconds: float) -> None:
            self._passes(seconds)
            for reply in self.store.replies.waiting("local", self.clock.now, limit=10):
                self.store.replies.move(reply.id, expected=[ReplyState.WAITING], to=state, **told)

        self.pause = pause

    def texts(self) -> list[str]:
        found: list[dict[str, Any]] = self.get(
            f"/1/profiles/{self.profile.id}/updates/pending.json", "count=100"
        ).json["updates"]
        return [update["text"] for update in found]

    def _passes(self, seconds: float) -> None:
        self.clock.passes(timedelta(seconds=seconds))


@contextmanager
def a_script(**given: Any) -> Iterator[Script]:
    store = open_store("sqlite://")
    try:
        yield Script(store, **given)
    finally:
        store.close()


def fits(method: str, path: str, result: Result) -> None:
    """An answer is JSON of the documented shape; a failure never says 200, a success never says otherwise."""
    assert result.headers["content-type"] == "application/json"
    answer = json.loads(result.text)
    if result.status_code != 200:
        assert 400 <= result.status_code < 600
        _validator("Error").validate(answer)
        assert answer["error"] and answer["error"] == answer["message"]
    elif (name := _schema(method, path)) is not None:
        _validator(name).validate(answer)


def _schema(method: str, path: str) -> str | None:
    """The route that answers this path: of two that fit, the one with fewer gaps."""
    parts, fits = path.split("/"), []
    for route in ROUTES:
        template = route.path.split("/")
        if route.method == method and len(template) == len(parts):
            same = sum(a == b for a, b in zip(template, parts, strict=True))
            if same >= len(parts) - route.path.count("{"):
                fits.append((same, route.answer))
    return max(fits)[1] if fits else None


@cache
def _validator(name: str) -> Any:
    """For a schema of the document; `[Name]` is a list of them."""
    ref = {"$ref": f"#/components/schemas/{name.strip('[]')}"}
    schema = {"type": "array", "items": ref} if name.startswith("[") else ref
    return Draft202012Validator({**schema, "components": document()["components"]})
