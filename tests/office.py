"""The bot at work in the local Slack: real Bolt, real signatures, a real store, a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import falcon
import yaml
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot import Later, Services, register
from bot.route import SlackRoute
from buffer.accounts import Accounts
from buffer.backends.embedded import EmbeddedQueue, EmbeddedQueues
from buffer.model import OPTIONS, Actor, Limits, Profile, Update
from buffer.networks import NETWORKS
from buffer.web import Web
from cast import MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from playground import ADA, BOT_ID, BOT_USER, SOCIAL, TEAM, Playground
from playground.server import Server
from storage import SqliteStore, open_store

SECRET, TOKEN = "signing-secret", "xoxb-playground"
MANIFEST = Path(__file__).parents[1] / "manifest.yml"
ACTOR = Actor(team_id=TEAM["id"], user_id=ADA)


class Office:
    """Who is in it: Ada (an admin), Bo, and Cy, who is a guest."""

    def __init__(self, store: SqliteStore, *, limit: int = 5000) -> None:
        self.store = store
        self.clock = FakeClock(MONDAY)
        self.network = FakeNetwork(
            limits=Limits(
                characters=500,
                images=4,
                alt_text=1000,
                threads=True,
                options=frozenset(OPTIONS),
            )
        )
        self.later = Later()
        self.slack = Playground(
            bot_url="http://127.0.0.1:9/slack/events",
            signing_secret=SECRET,
            bot_token=TOKEN,
            manifest=yaml.safe_load(MANIFEST.read_text()),
            port=0,
            path=":memory:",
            rate_limits=False,
            retry_delays=(0.01,),
        )
        networks = {"local": self.network, "mastodon": self.network}
        self.queues = EmbeddedQueues(store, networks, self.clock, limit=limit)
        self.app = self._bolt()
        web = Web()
        real = {
            name: NETWORKS[name](store, web, clock=self.clock, public_url="")
            for name in ("mastodon", "bluesky", "webhook")
        }
        services = Services(
            queues=self.queues,
            store=store,
            networks=networks,
            clock=self.clock,
            after=self.later,
            accounts=Accounts(store, {**networks, **real}, self.clock),
        )
        register(self.app, services)
        pages: falcon.App[Any, Any] = falcon.App()
        pages.add_route("/slack/events", SlackRoute(self.app, SECRET))
        self._server = Server(pages, 0)

    def _bolt(self) -> App:
        return App(
            client=WebClient(token=TOKEN, base_url=self.slack.api_url, timeout=5),
            signing_secret=SECRET,
            process_before_response=True,
            token_verification_enabled=False,
            authorize=lambda: AuthorizeResult(
                enterprise_id=None,
                team_id=TEAM["id"],
                bot_token=TOKEN,
                bot_id=BOT_ID,
                bot_user_id=BOT_USER,
            ),
        )

    def opens(self) -> None:
        self.slack.start()
        self._server.start()
        self.slack.bot_url = f"http://127.0.0.1:{self._server.port}/slack/events"

    def closes(self) -> None:
        self.settles()
        self._server.stop()
        self.slack.close()
        self.later.close()

    # -- arranging

    def profile(self, name: str = "Local network", **changes: Any) -> Profile:
        profile = a_profile(ACTOR, name=name, **changes)
        with self.store.transaction():
            self.store.profiles.insert(profile)
        return profile

    @property
    def queue(self) -> EmbeddedQueue:
        return self.queues(ACTOR)

    # -- what people do

    def types(self, text: str, *, as_: str = ADA, channel: str = SOCIAL) -> dict[str, Any]:
        """Type after the command; returns what the person sees then."""
        deed = self.slack.say(as_=as_, channel=channel, text=f"/buffer {text}".rstrip())
        deed.answers()
        return self.sees(as_=as_, channel=channel)

    def presses(self, label: str, *, as_: str = ADA, **where: Any) -> dict[str, Any]:
        self.slack.press(as_=as_, label=label, **where).answers()
        return self.sees(as_=as_)

    def chooses(
        self, action_id: str, value: Any, *, as_: str = ADA, **where: Any
    ) -> dict[str, Any]:
        self.slack.press(as_=as_, action_id=action_id, value=value, **where).answers()
        return self.sees(as_=as_)

    def submits(self, values: dict[str, Any] | None = None, *, as_: str = ADA) -> None:
        self.slack.submit(as_=as_, values=values).answers()
        self.settles()

    def settles(self) -> None:
        self.slack.settle()
        self.later.drain()
        self.slack.settle()

    # -- what there is then

    def sees(self, *, as_: str = ADA, channel: str = SOCIAL) -> dict[str, Any]:
        self.settles()
        return self.slack.last(channel, as_) or {}

    def modal(self, as_: str = ADA) -> dict[str, Any]:
        found = self.slack.modal(as_)
        assert found, f"no window is open; {self.slack.toasts(as_)}"
        return found

    def pending(self, profile: Profile) -> list[Update]:
        return self.queue.pending(profile.id).items

    def all_is_well(self) -> None:
        self.settles()
        assert self.slack.problems == []


@contextmanager
def office(*, url: str = "sqlite://", **given: Any) -> Iterator[Office]:
    store = open_store(url)
    made = Office(store, **given)
    made.opens()
    try:
        yield made
        made.all_is_well()
    finally:
        made.closes()
        store.close()


def words(message: Any) -> str:
    """Every word in a message or view, in order."""
    if isinstance(message, dict):
        parts = [words(v) for k, v in message.items() if k not in ("type", "value", "action_id")]
        return "\n".join(filter(None, parts))
    if isinstance(message, list):
        return "\n".join(filter(None, map(words, message)))
    return message if isinstance(message, str) else ""


def labels(message: Any) -> list[str]:
    """The buttons of a message or view."""
    return [
        element["text"]["text"]
        for block in message.get("blocks", [])
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]
