"""The whole house in one process, with a settable clock, beside a local Slack: what the stories are told with."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from falcon.testing import TestClient

from buffer.model import Event, Profile, Update
from buffer.web import Guard
from cast import MONDAY
from fakes import FakeClock
from playground import ADA, GENERAL, SOCIAL, Deed, Playground
from playground.server import Server
from settings import Settings
from socket_slack import SocketSlack
from wiring import House, build

SECRET, TOKEN, APP_TOKEN = "signing-secret", "xoxb-story", "xapp-1-story"
ROOT = Path(__file__).parents[2]


class Story:
    """Ada and Bo on one side, the local network on the other; nothing runs unless `work` says so."""

    def __init__(self, slack: Playground, house: House, clock: FakeClock, path: Path) -> None:
        self.slack, self.house, self.clock, self.path = slack, house, clock, path
        self._token = ""

    @property
    def profile(self) -> Profile:
        return self.house.store.profiles.all()[0]

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What is out on the local network, newest first."""
        return self.house.store.local.posts()

    @property
    def waiting(self) -> int:
        return self.house.store.updates.counts(self.profile.id)[0]

    @property
    def sent(self) -> int:
        return self.house.store.updates.counts(self.profile.id)[1]

    def first_waiting(self) -> Update:
        store, now = self.house.store, self.clock()
        found = store.updates.pending(self.profile, offset=0, count=1, since=None, now=now)
        return found.items[0]

    def save(self, **changes: Any) -> None:
        """Change the profile behind everybody's back."""
        self.house.store.profiles.save(replace(self.profile, **changes))

    # -- time

    def work(self) -> None:
        """Everything that can be done at this moment is done."""
        quiet, end = 0, time.monotonic() + 20
        while quiet < 3:
            assert time.monotonic() < end, "the loops find no end"
            more = [loop.name for loop in self.house.loops if loop.tick()]
            quiet = 0 if more or self._is_sending() else quiet + 1
            time.sleep(0.02)
        self.calm()

    def _is_sending(self) -> bool:
        """Whether a thread of the sender has something on the wire."""
        asked = "SELECT 1 FROM updates WHERE state = 'sending'"
        return self.house.store.database.one(asked) is not None

    def passes(self, seconds: float) -> None:
        self.clock.passes(timedelta(seconds=seconds))
        self.work()

    def calm(self) -> None:
        """All that is on its way between Slack and the bot has arrived."""
        self.slack.settle()
        self.house.after.drain()
        self.slack.settle()

    def is_told(self) -> None:
        """A channel hears one thing a second: everything that waits for that is said."""
        for _ in range(4):
            self.passes(1)

    # -- a script

    def asks(self, method: str, path: str, **parameters: str) -> Any:
        """What the API answers."""
        if not self._token:
            self._token = self.house.store.tokens.create(
                "script", self.profile.team_id, self.clock()
            )
        answer = TestClient(self.house.web).simulate_request(
            method,
            path,
            params=parameters if method == "GET" else None,
            body=urlencode(parameters) if method == "POST" else None,
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json

    # -- people

    def done(self, deed: Deed) -> None:
        deed.answers()
        self.calm()

    def command(self, text: str, as_: str = ADA, channel: str = GENERAL) -> str:
        """Say it; what is answered in private."""
        self.done(self.slack.say(as_=as_, channel=channel, text=text))
        return self.private(as_, channel)

    def press(self, label: str, as_: str = ADA, channel: str | None = GENERAL, **more: Any) -> str:
        self.done(self.slack.press(as_=as_, label=label, channel=channel, **more))
        return self.private(as_, channel or GENERAL)

    def private(self, as_: str = ADA, channel: str = GENERAL) -> str:
        """The newest private message, as one text; "" when there is none."""
        found = [each for each in self.slack.messages(channel, as_) if each.get("ephemeral")]
        return said(found[-1]) if found else ""

    def comment(self, text: str, key: str) -> None:
        """Somebody comments on the newest post."""
        self.house.store.local.react(
            self.posts[0]["id"],
            event=Event.COMMENT,
            who="Cleo",
            text=text,
            key=key,
            ours=False,
            now=self.clock(),
        )

    def is_out(self, text: str) -> dict[str, Any]:
        """Post something now, and let it go out; its card."""
        self.command(f"/buffer {text} --now")
        self.passes(11)
        assert self.posts[0]["text"] == text
        return self.card()

    def card(self) -> dict[str, Any]:
        parents = [
            each
            for each in self.slack.messages(SOCIAL)
            if each.get("thread_ts", each["ts"]) == each["ts"] and each.get("bot_id")
        ]
        return parents[-1]

    def cards(self) -> int:
        return len(
            [
                each
                for each in self.slack.messages(SOCIAL)
                if each.get("thread_ts", each["ts"]) == each["ts"] and each.get("bot_id")
            ]
        )

    def ours(self) -> list[str]:
        """Our own comments on the newest post."""
        return [each["text"] for each in self.posts[0]["comments"] if each["ours"]]


def said(message: Any) -> str:
    return json.dumps(message, ensure_ascii=False)


MakeStory = Callable[..., Story]


@contextmanager
def told(
    tmp_path: Path, *, through: Callable[[Playground], dict[str, Any]] | None = None, **changes: Any
) -> Iterator[Story]:
    """`through` puts something between Slack and the house, and says with which settings."""
    slack = Playground(
        bot_url="http://127.0.0.1:9/slack/events",
        signing_secret=SECRET,
        bot_token=TOKEN,
        manifest=yaml.safe_load((ROOT / "manifest.yml").read_text()),
        port=0,
        path=":memory:",
        rate_limits=False,
        retry_delays=(0.0, 0.1, 0.2),
    )
    clock, path = FakeClock(MONDAY), tmp_path / "buffer.db"
    given: dict[str, Any] = {
        "slack_bot_token": TOKEN,
        "slack_signing_secret": SECRET,
        "slack_api_url": slack.api_url,
        "database_url": f"sqlite:///{path}",
        "port": 0,
        **(through(slack) if through else {}),
        **changes,
    }
    house = build(
        Settings(**given), clock=clock, steady=clock.steady, guard=Guard(loopback=True, seconds=2)
    )
    web = Server(house.web, 0)
    if not through:
        slack.bot_url = f"http://127.0.0.1:{web.port}/slack/events"
    slack.start()
    web.start()
    story = Story(slack, house, clock, path)
    try:
        story.work()
        yield story
        assert slack.problems == []
    finally:
        slack.faults.clear()
        house.stop(5)
        slack.close()
        web.stop()
        house.close()


@contextmanager
def told_by_socket(tmp_path: Path, **changes: Any) -> Iterator[tuple[Story, SocketSlack]]:
    """The same house without a way in but Slack's socket."""
    with ExitStack() as ends:
        between: list[SocketSlack] = []

        def through(slack: Playground) -> dict[str, Any]:
            between.append(SocketSlack(APP_TOKEN, slack.api_url))
            ends.callback(between[0].close)
            slack.bot_url = between[0].url
            return {
                "slack_app_token": APP_TOKEN,
                "slack_signing_secret": "",
                "slack_api_url": between[0].api_url,
            }

        story = ends.enter_context(told(tmp_path, through=through, **changes))
        yield story, between[0]
