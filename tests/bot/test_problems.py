"""The buttons under a problem's message: each does what it says, once, and the message says who decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot import outbox, problems
from bot.outbox import Pace
from bot.screens import buttons
from bot.services import Context, Later, Services
from buffer.backends.embedded import EmbeddedQueues
from buffer.model import Notice, NoticeKind, State, new_id
from buffer.ports import Store
from cast import a_profile, an_update
from fakes import FakeNetwork
from playground import ADA, BO, BOT_ID, BOT_USER, SOCIAL, TEAM, Deed, Playground
from storage import open_store

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "xoxb-test"
PROFILE = a_profile(
    id="p1", service_id="1", name="ada", user_id=ADA, timezone="UTC", created_at=NINE
)
UPDATE = an_update(
    PROFILE, id="u1", state=State.FAILED, sent_at=None, service_update_id="", error="Too long."
)


@dataclass(kw_only=True)
class Channel:
    """#social, where the bot tells of problems."""

    slack: Playground
    store: Store
    app: App
    after: Later
    client: WebClient
    pace: Pace
    now: datetime = NINE

    def hears_of(self, state: State) -> None:
        self.store.updates.append([replace(UPDATE, state=state)])
        notice = Notice(
            id=new_id(self.now),
            team_id=TEAM["id"],
            kind=NoticeKind.PROBLEM,
            subject="u1",
            target=SOCIAL,
            created_at=self.now,
        )
        self.store.outbox.put(notice)
        outbox.tick(
            self.store,
            self.client,
            self.now,
            owner="worker",
            alive={"worker"}.__contains__,
            pace=self.pace,
        )
        self.slack.settle()

    def presses(self, label: str, *, times: int = 1) -> Deed:
        """Bo presses a button of the message; how often it gets through is Slack's business."""
        deed = self.slack.press(as_=BO, label=label, channel=SOCIAL)
        deed.answers()
        body = self.slack.sent[-1].body.decode()
        for _ in range(times):
            assert self.app.dispatch(BoltRequest(body=body)).status == 200
        self.after.drain()
        return deed

    @property
    def message(self) -> dict[str, Any]:
        return next(m for m in self.slack.messages(SOCIAL) if m.get("bot_id"))

    @property
    def state(self) -> State | None:
        update = self.store.updates.get(TEAM["id"], "u1")
        return update.state if update else None


@pytest.fixture
def channel() -> Iterator[Channel]:
    made: list[Channel] = []
    slack = Playground(
        bot_url="http://127.0.0.1:9/slack/events",
        signing_secret="secret",
        bot_token=TOKEN,
        manifest={},
        port=0,
        path=":memory:",
        retry_delays=(),
        clock=lambda: (made[0].now if made else NINE).timestamp(),
    )
    slack.start()
    store = open_store("sqlite://")
    store.profiles.insert(PROFILE)
    client = WebClient(token=TOKEN, base_url=slack.api_url, timeout=2, retry_handlers=[])
    after = Later()
    app = App(
        client=client,
        token_verification_enabled=False,
        request_verification_enabled=False,
        process_before_response=True,
        authorize=authorize,
    )
    networks = {"local": FakeNetwork()}
    services = Services(
        queues=EmbeddedQueues(store, networks, lambda: made[0].now),
        store=store,
        networks=networks,
        clock=lambda: made[0].now,
        after=after,
    )
    app.use(Context(services, {"update": buttons.draw_update}))
    problems.register(app)
    buttons.register(app)
    made.append(Channel(slack=slack, store=store, app=app, after=after, client=client, pace=Pace()))
    yield made[0]
    after.close()
    store.close()
    slack.close()
    assert not slack.problems


def authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=TEAM["id"],
        bot_token=TOKEN,
        bot_id=BOT_ID,
        bot_user_id=BOT_USER,
    )


@pytest.mark.parametrize(
    ("state", "label", "becomes", "says"),
    [
        (
            State.FAILED,
            "Try again now",
            State.QUEUED,
            "goes out, unless it is undone within 10 seconds.",
        ),
        (State.FAILED, "Back to the queue", State.QUEUED, "is back in the queue."),
        (State.FAILED, "Delete", None, "is deleted."),
        (
            State.MISSED,
            "Share now",
            State.QUEUED,
            "goes out, unless it is undone within 10 seconds.",
        ),
        (State.MISSED, "Back to the queue", State.QUEUED, "is back in the queue."),
        (State.MISSED, "Delete", None, "is deleted."),
        (State.UNCONFIRMED, "It is out", State.SENT, "is out. Thank you for looking."),
    ],
)
def test_a_button_does_what_it_says(
    channel: Channel, state: State, label: str, becomes: State | None, says: str
) -> None:
    channel.hears_of(state)
    channel.presses(label)
    assert channel.state is becomes
    assert channel.message["text"].startswith(f"The post of @ada on the local network {says}")
    assert BO in json.dumps(channel.message["blocks"])
    assert "problem_" not in json.dumps(channel.message["blocks"])


def test_what_is_not_out_after_all_is_sent_again(channel: Channel) -> None:
    channel.hears_of(State.UNCONFIRMED)
    channel.presses("Send again")
    assert channel.state is State.QUEUED


@pytest.mark.parametrize("label", ["Try again now", "Back to the queue", "Delete"])
def test_a_press_that_arrives_twice_does_it_once(channel: Channel, label: str) -> None:
    channel.hears_of(State.FAILED)
    channel.presses(label, times=2)
    assert "The post of @ada" in channel.message["text"]


def test_what_is_shared_can_be_called_back_for_a_moment(channel: Channel) -> None:
    channel.hears_of(State.MISSED)
    channel.presses("Share now")
    update = channel.store.updates.get(TEAM["id"], "u1")
    assert update
    assert update.share_at == channel.now + timedelta(seconds=10)
    channel.presses("Undo")
    assert channel.state is State.MISSED


def test_a_problem_that_is_settled_elsewhere_says_so_to_the_one_who_presses(
    channel: Channel,
) -> None:
    channel.hears_of(State.FAILED)
    before = channel.message["text"]
    channel.store.updates.delete("u1", expected={State.FAILED})
    channel.presses("Try again now")
    assert channel.message["text"] == before
    (whisper,) = [m for m in channel.slack.messages(SOCIAL, BO) if m.get("ephemeral")]
    assert whisper["text"]


def test_the_other_copy_of_a_message_that_is_settled_does_nothing(channel: Channel) -> None:
    """It may be pressed long after: what is out must not be deleted by it."""
    channel.hears_of(State.FAILED)
    update = channel.store.updates.get(TEAM["id"], "u1")
    assert update
    sent = replace(update, state=State.SENT, sent_at=channel.now, error="")
    channel.store.updates.save(sent, expected=[State.FAILED])
    channel.presses("Delete")
    assert "is settled already: it is out" in channel.message["text"]
    assert channel.state is State.SENT
