"""The bot knows its workspace without asking Slack in the ack path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.web import SlackResponse

from bot.identity import Identity
from buffer.model import PLAYGROUND_TEAM, UNBOUND, Team
from buffer.ports import Store
from cast import a_profile
from storage import open_store

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Slack(WebClient):
    """Answers auth.test as one workspace would, or not at all."""

    def __init__(self, team: str = "T1") -> None:
        super().__init__(token="xoxb-1", base_url="http://127.0.0.1:1/")
        self.team = team
        self.is_down = False
        self.asked = 0

    def auth_test(self, **_: Any) -> SlackResponse:
        self.asked += 1
        if self.is_down:
            raise SlackClientError("connection refused")
        answer = {
            "ok": True,
            "team_id": self.team,
            "team": "Ada's",
            "bot_id": "B1",
            "user_id": "U9",
        }
        return SlackResponse(
            client=self,
            http_verb="POST",
            api_url="",
            req_args={},
            data=answer,
            headers={},
            status_code=200,
        )


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("sqlite://")
    yield opened
    opened.close()


def test_before_slack_was_asked_any_workspace_is_served(store: Store) -> None:
    slack = Slack()
    answer = Identity(store, slack, Time()).authorize("T1")
    assert answer and (answer.team_id, answer.bot_token, answer.bot_id) == ("T1", "xoxb-1", None)
    assert slack.asked == 0


def test_the_first_request_finds_what_was_there_before_it(store: Store) -> None:
    """Even when Slack's Web API has not answered yet."""
    profile = a_profile(team_id=UNBOUND)
    store.profiles.insert(profile)
    slack = Slack()
    slack.is_down = True
    identity = Identity(store, slack, Time())
    identity.tick()
    assert identity.authorize("T1") is not None
    assert [each.id for each in store.profiles.of_team("T1")] == [profile.id]


def test_once_known_the_bot_knows_itself_and_refuses_others(store: Store) -> None:
    identity = Identity(store, Slack(), Time())
    identity.tick()
    answer = identity.authorize("T1")
    assert answer and (answer.bot_id, answer.bot_user_id) == ("B1", "U9")
    assert identity.authorize("T2") is None


def test_what_was_learned_survives_a_restart_and_an_unreachable_slack(store: Store) -> None:
    Identity(store, Slack(), Time()).tick()
    slack = Slack()
    slack.is_down = True
    identity = Identity(store, slack, Time())
    identity.tick()
    answer = identity.authorize("T1")
    assert answer and answer.bot_user_id == "U9"


def test_an_unreachable_slack_is_asked_again_after_a_moment(store: Store) -> None:
    slack, time = Slack(), Time()
    slack.is_down = True
    identity = Identity(store, slack, time)
    identity.tick()
    identity.tick()
    assert slack.asked == 1
    slack.is_down = False
    time.now += timedelta(seconds=6)
    identity.tick()
    identity.tick()
    assert slack.asked == 2
    assert store.teams.current() == Team(id="T1", name="Ada's", bot_id="B1", bot_user_id="U9")


def test_a_second_real_workspace_is_refused(store: Store) -> None:
    Identity(store, Slack("T1"), Time()).tick()
    identity = Identity(store, Slack("T2"), Time())
    identity.tick()
    assert "belongs to the Slack workspace “Ada's”" in identity.refusal
    assert identity.authorize("T2") is None
    current = store.teams.current()
    assert current and current.id == "T1"


def test_trying_the_playground_first_does_not_bind(store: Store) -> None:
    Identity(store, Slack(PLAYGROUND_TEAM), Time()).tick()
    identity = Identity(store, Slack("T1"), Time())
    identity.tick()
    assert identity.refusal == ""
    assert identity.authorize("T1") is not None
