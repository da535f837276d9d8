"""A real Bolt app on waitress beside a playground: the bot these tests let the playground meet."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import falcon
import pytest
from slack_bolt import App
from slack_bolt.adapter.falcon import SlackAppResource
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from playground import ADA, BOT_ID, BOT_USER, Playground
from playground.server import Server

SECRET, TOKEN = "signing-secret", "xoxb-playground"
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Buffer"},
    "features": {
        "bot_user": {"display_name": "Buffer"},
        "slash_commands": [
            {"command": "/buffer", "description": "Queue a post", "usage_hint": "[text]"},
            {"command": "/escaped", "description": "Escapes", "should_escape": True},
        ],
        "shortcuts": [
            {
                "name": "Add to queue",
                "type": "message",
                "callback_id": "add",
                "description": "Queue it",
            },
            {
                "name": "Write a post",
                "type": "global",
                "callback_id": "write",
                "description": "Write",
            },
        ],
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_home_opened", "app_mention", "message.channels", "message.im"]
        }
    },
}


@dataclass
class Bot:
    """What the bot got; `app` takes listeners."""

    app: App
    client: WebClient
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, body: dict[str, Any], headers: dict[str, Any] | None = None) -> None:
        with self._lock:
            self.got.append(body)
            self.headers.append({k: str(v) for k, v in (headers or {}).items()})

    def events(self, kind: str = "message") -> list[dict[str, Any]]:
        found = [body["event"] for body in self.got if "event" in body]
        return [event for event in found if event["type"] == kind]


@pytest.fixture
def make_slack() -> Iterator[Callable[..., Playground]]:
    made: list[Playground] = []

    def make(**settings: Any) -> Playground:
        given = {
            "bot_url": "http://127.0.0.1:9/slack/events",
            "signing_secret": SECRET,
            "bot_token": TOKEN,
            "manifest": MANIFEST,
            "port": 0,
            "path": ":memory:",
            "rate_limits": False,
        }
        playground = Playground(**{**given, **settings})
        made.append(playground)
        playground.start()
        return playground

    yield make
    for playground in made:
        playground.close()


@pytest.fixture
def slack(make_slack: Callable[..., Playground]) -> Playground:
    return make_slack()


@pytest.fixture
def client(slack: Playground) -> WebClient:
    return WebClient(token=TOKEN, base_url=slack.api_url, timeout=5)


@pytest.fixture
def bot(slack: Playground, client: WebClient) -> Iterator[Bot]:
    yield from run_bot(slack, client)


def run_bot(slack: Playground, client: WebClient) -> Iterator[Bot]:
    app = App(
        client=WebClient(token=TOKEN, base_url=slack.api_url, timeout=5),
        signing_secret=SECRET,
        process_before_response=True,
        token_verification_enabled=False,
        ignoring_self_events_enabled=False,
        authorize=lambda: AuthorizeResult(
            enterprise_id=None,
            team_id=None,
            bot_token=TOKEN,
            bot_id=BOT_ID,
            bot_user_id=BOT_USER,
        ),
    )
    bot = Bot(app=app, client=client)

    @app.middleware
    def keep(body: dict[str, Any], request: Any, next: Callable[[], Any]) -> Any:
        bot.keep(body, request.headers)
        return next()

    web: falcon.App[Any, Any] = falcon.App()
    web.add_route("/slack/events", SlackAppResource(app))
    server = Server(web, 0)
    server.start()
    slack.bot_url = f"http://127.0.0.1:{server.port}/slack/events"
    yield bot
    server.stop()


@pytest.fixture
def ada() -> str:
    return ADA
