"""The way in through Slack's socket: no public address, the same answers, and it comes back by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from slack_bolt import App
from slack_sdk import WebClient

import doctor
from bot import socket
from playground import ADA, BO, GENERAL, SOCIAL
from socket_slack import SocketSlack
from stories.story_house import Story, said, told_by_socket
from wiring import slack_client

TEXT = "Our release is out!"
Wired = tuple[Story, SocketSlack]


@pytest.fixture
def wired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wired]:
    monkeypatch.setattr(socket, "PING_SECONDS", 0.5)
    with told_by_socket(tmp_path) as (story, slack):
        assert slack.is_connected()
        yield story, slack


def soon(story: Story, true: Callable[[], bool]) -> None:
    """The loops go on until it is true."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it does not come back"
        story.work()


def test_the_whole_journey(wired: Wired) -> None:
    story, slack = wired
    assert "Added to the queue" in story.command(f"/buffer {TEXT}")
    assert "Going out, unless it is undone" in story.press("Share now")
    story.passes(11)
    assert [post["text"] for post in story.posts] == [TEXT]
    card = story.card()
    story.comment("How do I install it?", key="c1")
    story.passes(16)
    assert "How do I install it?" in said(story.slack.thread(SOCIAL, card["ts"])[1])
    story.done(story.slack.say(as_=BO, channel=SOCIAL, text="So.", thread_ts=card["ts"]))
    story.is_told()
    story.done(story.slack.press(as_=BO, channel=SOCIAL, action_id="reply_post"))
    story.is_told()
    assert story.ours() == ["So."]
    assert {each["type"] for each in slack.envelopes} == {
        "slash_commands",
        "interactive",
        "events_api",
    }
    assert slack.opened == 1


def test_a_window_and_its_mistakes(wired: Wired) -> None:
    story, _ = wired
    story.command("/buffer")
    story.done(story.slack.submit(as_=ADA, values={"text": TEXT, "when": "someday"}))
    modal = story.slack.modal(ADA)
    assert modal
    assert modal["errors"], "no time that anyone could name"
    story.done(story.slack.submit(as_=ADA, values={"text": TEXT, "when": ""}))
    assert story.waiting == 1


def test_the_word_payload_is_only_a_word(wired: Wired) -> None:
    story, _ = wired
    assert "Added to the queue" in story.command("/buffer payload={} & payload=%7B%7D")
    assert story.waiting == 1


def test_an_envelope_that_comes_again_has_one_effect(wired: Wired) -> None:
    story, slack = wired
    story.command(f"/buffer {TEXT}")
    again = [slack.send_again() for _ in range(2)]
    assert all("Added to the queue" in said(payload) for payload in again), "and the same answer"
    assert story.waiting == 1


def test_slack_takes_the_connection_away(wired: Wired) -> None:
    story, slack = wired
    slack.takes_the_connection_away()
    soon(story, lambda: slack.opened == 2 and slack.is_connected(0))
    assert "Added to the queue" in story.command(f"/buffer {TEXT}")


def test_the_wire_is_cut(wired: Wired) -> None:
    story, slack = wired
    slack.cuts()
    soon(story, lambda: slack.opened >= 2 and slack.is_connected(0))
    assert "Added to the queue" in story.command(f"/buffer {TEXT}")


def test_slack_is_away_for_a_while(wired: Wired) -> None:
    story, slack = wired
    slack.refuses = "internal_error"
    slack.cuts()
    soon(story, lambda: slack.opened >= 3)
    assert story.slack.toasts(ADA) == []
    slack.refuses = ""
    soon(story, lambda: slack.is_connected(0))
    assert "Added to the queue" in story.command(f"/buffer {TEXT}")


def test_a_command_meanwhile_is_refused_by_slack_and_loses_nothing(wired: Wired) -> None:
    story, slack = wired
    slack.refuses = "internal_error"
    slack.cuts()
    story.slack.say(as_=ADA, channel=GENERAL, text=f"/buffer {TEXT}").answers()
    assert story.slack.toasts(ADA), "Slack itself says that the app did not answer"
    assert story.waiting == 0
    story.slack.problems.clear()  # that nobody answered is what this is about


def test_a_wrong_token_is_logged_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with told_by_socket(tmp_path, slack_app_token="xapp-1-wrong") as (story, slack):
        soon(story, lambda: slack.opened >= 2)
    assert "invalid_auth" in "".join(str(vars(record)) for record in caplog.records)
    assert "xapp-" not in caplog.text
    assert "ticket" not in caplog.text


def test_it_ends_in_time(wired: Wired) -> None:
    story, _ = wired
    story.house.worker.start()
    begun = time.monotonic()
    assert story.house.stop(8)
    assert time.monotonic() - begun < 10


def test_it_ends_though_its_reader_was_about_to_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """What slack-sdk does at the beginning of a session: it forgets that it was told to end, and is waited for."""
    client = WebClient(token="xapp-1", base_url="http://127.0.0.1:9/", retry_handlers=[])
    connection = socket._Connection(
        client,
        App(signing_secret="secret", token_verification_enabled=False, client=client),
        lambda: None,
    )
    ends = connection.close

    def close() -> None:
        connection.current_session_state.terminated = False
        while not connection.current_session_state.terminated:
            time.sleep(0.01)
        ends()

    monkeypatch.setattr(connection, "close", close)
    ending = Thread(target=connection.end, daemon=True)
    ending.start()
    ending.join(10)
    assert not ending.is_alive()


def test_doctor_tries_the_app_token(wired: Wired) -> None:
    story, slack = wired
    settings, store = story.house.settings, story.house.store
    client, networks = slack_client(settings), story.house.services.networks
    assert (True, "Slack opens a socket for SLACK_APP_TOKEN.") in doctor.examine(
        settings, store, client, networks
    )
    slack.refuses = "invalid_auth"
    said = [
        words for right, words in doctor.examine(settings, store, client, networks) if not right
    ]
    assert len(said) == 1
    assert "connections:write" in said[0]
    assert "xapp-" not in said[0]
