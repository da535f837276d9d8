"""The playground's Slack without sockets: the bot's calls go straight in, and what it would be told is kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from copy import deepcopy
from typing import Any
from urllib.error import URLError

import falcon
from falcon.testing import TestClient
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from crowd import Killed, nothing
from fakes import FakeClock
from playground import Answer, Faults
from playground.acks import Acks
from playground.client import Client
from playground.dispatch import Dispatcher
from playground.errors import Payload
from playground.events import Events
from playground.hands import Hands
from playground.modals import Modals
from playground.posts import Posts
from playground.responses import Responses
from playground.shelf import Shelf
from playground.triggers import Triggers
from playground.web_api import WebApi
from playground.web_api.call import Slack
from playground.web_api.files import Uploads
from playground.workspace import Entry, Workspace

TOKEN = "xoxb-test"
MANIFEST = {"settings": {"event_subscriptions": {"bot_events": ["message.channels"]}}}


class Postbag(Dispatcher):
    """Keeps the events of the bot until somebody brings them."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace, Faults(), bot_url="", signing_secret="")
        self.events: list[Payload] = []

    def event(self, body: Payload) -> Future[Answer]:
        self.events.append(deepcopy(body))
        return Future()


class NearSlack(WebClient):
    """`writing` and `looking` are what goes wrong with the next calls of these kinds, one each; `before` and `after`
    what happens while Slack works on one."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(token=TOKEN, retry_handlers=[])
        self.writing: list[str] = []
        self.looking: list[str] = []
        self.before: Callable[[], None] = nothing
        self.after: Callable[[], None] = nothing
        stamp = lambda: clock.now.timestamp()  # noqa: E731
        self._workspace = workspace = Workspace(Shelf(":memory:"), MANIFEST, stamp)
        self.postbag = postbag = Postbag(workspace)
        events = Events(workspace, postbag)
        posts, modals, triggers = Posts(workspace, events), Modals(workspace), Triggers(stamp)
        self.hands = Hands(
            Client(
                workspace=workspace,
                dispatcher=postbag,
                events=events,
                posts=posts,
                modals=modals,
                triggers=triggers,
                responses=Responses(workspace, posts),
                acks=Acks(workspace=workspace, modals=modals, posts=posts),
            )
        )
        slack = Slack(workspace=workspace, posts=posts, modals=modals, triggers=triggers)
        app: falcon.App[Any, Any] = falcon.App()
        app.add_route("/api/{method}", WebApi(slack, Uploads(), Faults(), TOKEN, None))
        self._door = TestClient(app)

    # -- what there is

    @property
    def problems(self) -> list[str]:
        return self._workspace.problems

    def entries(self, channel: str, as_: str | None = None) -> list[Entry]:
        return self._workspace.visible(channel, as_)

    def close(self) -> None:
        self._workspace.shelf.close()

    # -- the bot's side

    def api_call(
        self,
        api_method: str,
        *,
        json: Any = None,
        params: Any = None,
        **_: Any,
    ) -> SlackResponse:
        troubles = self.looking if api_method.startswith("conversations.") else self.writing
        trouble = troubles.pop(0) if troubles else ""
        self.before()
        match trouble:
            case "dies before":
                raise Killed
            case "down":
                raise URLError(ConnectionRefusedError("refused"))
            case "undone":
                raise TimeoutError("timed out")
            case "busy":
                return self._answer(api_method, {"ok": False, "error": "service_unavailable"})
            case "not let":
                return self._answer(api_method, {"ok": False, "error": "not_in_channel"})
            case "slow":
                error = {"ok": False, "error": "ratelimited"}
                return self._answer(api_method, error, status=429, headers={"Retry-After": "7"})
        data = self._asked(api_method, json, params)
        self.after()
        match trouble:
            case "dies after":
                raise Killed
            case "lost":
                raise TimeoutError("timed out")
            case "internal":
                data = {"ok": False, "error": "internal_error"}
        return self._answer(api_method, data)

    def _asked(self, method: str, json: Any, params: Any) -> Payload:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        path = f"/api/{method}"
        if json is not None:
            return dict(self._door.simulate_post(path, json=json, headers=headers).json)
        return dict(self._door.simulate_get(path, params=params, headers=headers).json)

    def _answer(
        self, method: str, data: Payload, *, status: int = 200, headers: Any = None
    ) -> SlackResponse:
        answer = SlackResponse(
            client=self,
            http_verb="POST",
            api_url=method,
            req_args={},
            data=data,
            headers=headers or {},
            status_code=status,
        )
        answer.validate()  # type: ignore[no-untyped-call]  # raises SlackApiError
        return answer
