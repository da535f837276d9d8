"""Whatever breaks in a listener, the person gets a sentence in time, and Slack delivers events again."""

from __future__ import annotations

import inspect
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import Ack, BoltRequest

from bot.guard import FieldErrors, guard
from bot.services import Later, request_key
from buffer.errors import Busy, Code, NetworkDown, Refused
from office import Office, labels, office, words
from playground import ADA, SOCIAL


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as made:
        made.profile()
        yield made


def test_the_wrapper_keeps_its_name_and_takes_all_arguments() -> None:
    def on_something(ack: Ack) -> None:
        """Does it."""

    guarded = guard(on_something)
    assert (guarded.__name__, guarded.__doc__) == ("on_something", "Does it.")
    assert list(inspect.signature(inspect.unwrap(guarded)).parameters) == ["args"]


def broken(desk: Office, action_id: str, error: Exception, *, kind: str = "action") -> None:
    """A listener that comes before all others and fails."""

    def on_it(ack: Ack) -> None:
        raise error

    getattr(desk.app, kind)(action_id)(guard(on_it))
    desk.app._listeners.insert(0, desk.app._listeners.pop())


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Refused("It is too long."), "It is too long."),
        (Busy(), "The queue is busy right now. Nothing was saved; try again."),
        (NetworkDown("Buffer does not answer."), "Buffer does not answer."),
        (KeyError("oops"), "Something went wrong on our side (id "),
    ],
)
def test_a_command_answers_with_a_sentence_and_the_words(
    desk: Office, error: Exception, says: str
) -> None:
    broken(desk, "/buffer", error, kind="command")
    answer = desk.types("Hello, world")
    assert says in words(answer)
    assert "Hello, world" in words(answer)
    assert "oops" not in words(answer)
    assert desk.slack.toasts(ADA) == []


@pytest.mark.parametrize(
    ("error", "says"),
    [(Refused("It is gone."), "It is gone."), (ZeroDivisionError(), "Something went wrong")],
)
def test_a_button_answers_beside_its_message(desk: Office, error: Exception, says: str) -> None:
    message = desk.types("Hello")
    broken(desk, "top", error)
    answer = desk.presses("Top")
    assert says in words(answer) and answer["ephemeral"]
    assert answer["ts"] != message["ts"], "the message itself stays"


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (Refused("Too late.", Code.IN_THE_PAST), "when"),
        (Refused("Full.", Code.QUEUE_FULL), "profiles"),
        (Refused("Unknown.", Code.PROFILE_NOT_FOUND), "profiles"),
        (Refused("Empty.", Code.MISSING_PARAMETER), "text"),
        (Refused("No picture.", Code.BAD_MEDIA_TYPE), "picture"),
        (Refused("Whatever.", Code.UNKNOWN), "text"),
        (FieldErrors({"alt": "Say more."}), "alt"),
        (Busy(), "text"),
        (RuntimeError(), "text"),
    ],
)
def test_a_form_shows_it_in_the_field_it_belongs_to(
    desk: Office, error: Exception, field: str
) -> None:
    desk.types("")
    broken(desk, "compose", error, kind="view")
    desk.submits({"text": "Hello"})
    assert list(desk.modal()["errors"]) == [field]


def test_a_form_without_fields_becomes_a_page_that_says_it(desk: Office) -> None:
    message = desk.types("queue")
    desk.types("Hello")
    message = desk.types("queue")
    block = message["blocks"][1]
    value = next(
        o["value"] for o in block["accessory"]["options"] if o["value"].startswith("delete")
    )
    desk.slack.press(
        as_=ADA, action_id="update_menu", block_id=block["block_id"], value=value
    ).answers()
    desk.settles()
    broken(desk, "delete", Refused("Not now."), kind="view")
    desk.submits()
    assert "Not now." in words(desk.modal())


def test_a_shortcut_without_a_conversation_answers_in_a_window(desk: Office) -> None:
    broken(desk, "write_a_post", Refused("Not now."), kind="shortcut")
    desk.slack.shortcut(as_=ADA, callback_id="write_a_post").answers()
    desk.settles()
    assert "Not now." in words(desk.modal())


def test_an_event_that_failed_is_delivered_again(desk: Office) -> None:
    broken(desk, "app_home_opened", RuntimeError("oops"), kind="event")
    deed = desk.slack.open_home(as_=ADA)
    assert deed.answer().status == 500
    desk.slack.problems.clear()


def test_a_locked_database_is_told_in_time(tmp_path: Path) -> None:
    file = tmp_path / "buffer.db"
    with office(url=f"sqlite:///{file}") as desk:
        desk.profile()
        desk.types("Before")
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answer = desk.types("Hello")
        took = time.monotonic() - began
        other.execute("ROLLBACK")
        other.close()
        assert "The queue is busy right now" in words(answer)
        assert "Hello" in words(answer)
        assert took < 3, "Slack waits no longer"
        assert "Added to the queue." in desk.types("Hello")["text"]


def test_what_fails_before_any_listener_is_answered_too(desk: Office) -> None:
    def fails(next: Any) -> None:
        raise Busy

    desk.app.use(fails)
    answer = desk.types("Hello")
    assert "The queue is busy right now" in words(answer) and "Hello" in words(answer)


def test_two_wishes_differ_and_a_repeat_does_not() -> None:
    press = {
        "type": "block_actions",
        "container": {"message_ts": "1.2"},
        "actions": [{"action_id": "top", "action_ts": "5.6", "value": "p"}],
    }
    again = {**press, "actions": [{"action_id": "top", "action_ts": "7.8", "value": "p"}]}
    assert request_key(press) == request_key(dict(press)) != request_key(again)
    draft = {**press, "actions": [{"action_id": "x", "action_ts": "1", "value": "draft:abc"}]}
    choice = {
        **press,
        "actions": [
            {"action_id": "y", "action_ts": "2", "selected_option": {"value": "draft:abc:p1"}}
        ],
    }
    assert request_key(draft) == request_key(choice) == "draft:abc"
    assert request_key({"command": "/buffer", "trigger_id": "1"}) == "trigger:1"
    assert request_key({"type": "view_submission", "view": {"id": "V1"}}) == "view:V1"
    assert request_key({"event_id": "Ev1", "event": {}}) == "event:Ev1"
    assert request_key({}) == ""


def test_what_follows_an_ack_never_gets_lost_silently(caplog: pytest.LogCaptureFixture) -> None:
    later = Later(threads=1)

    def fails() -> None:
        raise OSError("Slack is away")

    later(fails)
    later.drain()
    later.close()
    assert "what follows an ack failed" in caplog.text


def test_an_unknown_request_is_no_error(desk: Office) -> None:
    body = {"type": "block_actions", "team": {"id": "T"}, "user": {"id": "U"}, "actions": [{}]}
    request = BoltRequest(body={**body, "trigger_id": "1"}, mode="socket_mode")
    assert desk.app.dispatch(request).status in (200, 404)


def test_a_second_person_sees_the_button_and_may_press_it_only_where_it_is_shown(
    desk: Office,
) -> None:
    answer = desk.types("Hello")
    assert labels(answer)
    assert all(message["ts"] != answer["ts"] for message in desk.slack.messages(SOCIAL, None))
