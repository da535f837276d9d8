"""Interactions over HTTP: reading them, and waiting for the network to take a comment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from buffer.model import Event, ReplyState, State, Update
from buffer.wire import unix
from cast import MONDAY
from v1_script import Script, a_script


@pytest.fixture
def script() -> Iterator[Script]:
    with a_script() as made:
        yield made


@pytest.fixture
def update(script: Script) -> Update:
    """A sent one, with a comment a minute later, a like after two, and another comment after three."""
    sent = script.has_in(State.SENT)
    script.hears(sent, Event.COMMENT, "bo", "Nice")
    script.hears(sent, Event.LIKE, "cy")
    script.hears(sent, Event.COMMENT, "cy", "Very")
    return sent


def listed(script: Script, update: Update, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = script.get(f"/1/updates/{update.id}/interactions.json", query).json
    return found


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", 3),
        ("event=", 3),
        ("event=comment", 2),
        ("event=comments", 2),
        ("event=like", 1),
        ("event=favorites", 1),
        ("event=mentions", 0),
        ("event=reshares", 0),
    ],
)
def test_events_singular_plural_or_all(
    script: Script, update: Update, query: str, total: int
) -> None:
    assert listed(script, update, query)["total"] == total


@pytest.mark.parametrize("event", ["hug", "statistics", "commentss"])
def test_an_unknown_event(script: Script, update: Update, event: str) -> None:
    answer = script.get(f"/1/updates/{update.id}/interactions.json", f"event={event}")
    assert (answer.status_code, answer.json["code"]) == (400, 1029)


def test_pages_count_from_zero(script: Script, update: Update) -> None:
    pages = [listed(script, update, f"count=2&page={page}")["interactions"] for page in (0, 1, 2)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert pages[0] == listed(script, update, "count=2")["interactions"]
    assert [each["text"] for each in pages[0]] == ["Very", ""]


@pytest.mark.parametrize(
    ("since", "before", "texts"), [(1, 9, ["Very", ""]), (0, 2, ["Nice"]), (2, 3, [])]
)
def test_since_and_before(
    script: Script, update: Update, since: int, before: int, texts: list[str]
) -> None:
    start, end = (unix(MONDAY + timedelta(minutes=each)) for each in (since, before))
    found = listed(script, update, f"since={start}&before={end}")
    assert [each["text"] for each in found["interactions"]] == texts


@pytest.mark.parametrize("query", ["count=0", "count=101", "count=x", "page=-1", "page=1000000000"])
def test_out_of_bounds(script: Script, update: Update, query: str) -> None:
    answer = script.get(f"/1/updates/{update.id}/interactions.json", query)
    assert (answer.status_code, answer.json["code"]) == (400, 1006)


def test_an_interaction_says_who(script: Script, update: Update) -> None:
    user = listed(script, update, "event=like")["interactions"][0]["user"]
    assert (user["username"], user["followers"]) == ("cy", 3)
    assert (user["service_id"], user["local_id"]) == ("id-cy", "id-cy")


# -- answering


def comments(script: Script, update: Update, more: str = "") -> Any:
    return script.post(
        f"/1/updates/{update.id}/interactions/create.json", f"text=Thanks&event=comment{more}"
    )


def test_a_comment_the_network_takes(script: Script, update: Update) -> None:
    script.settles(ReplyState.SENT)
    answer = comments(script, update).json
    assert answer["message"] == "Nice work! We successfully posted your comment!"
    assert answer["update"]["user"]["username"] == script.profile.name


def test_a_comment_that_takes_its_time(script: Script, update: Update) -> None:
    before = script.clock.now
    answer = comments(script, update).json
    assert (answer["success"], answer["message"]) == (True, "Your comment is being posted.")
    assert script.clock.now - before == pytest.approx(
        timedelta(seconds=10), abs=timedelta(seconds=0.5)
    )


def test_a_comment_the_network_refuses(script: Script, update: Update) -> None:
    script.settles(ReplyState.FAILED, error="It is locked.")
    answer = comments(script, update)
    assert (answer.status_code, answer.json["code"]) == (400, 1022)
    assert answer.json["error"] == "It is locked."


def test_a_comment_nobody_knows_of(script: Script, update: Update) -> None:
    script.settles(ReplyState.UNCONFIRMED)
    answer = comments(script, update).json
    assert "look before you post it again" in answer["message"]


def test_a_repeated_comment_is_one(script: Script, update: Update) -> None:
    script.settles(ReplyState.SENT)
    path, key = f"/1/updates/{update.id}/interactions/create.json", {"Idempotency-Key": "k"}
    first, second = (
        script.post(path, "text=Thanks&event=comment", **key).json["update"]["id"] for _ in range(2)
    )
    assert first == second


def test_an_answer_to_one_comment(script: Script, update: Update) -> None:
    to = listed(script, update, "event=comment")["interactions"][0]["id"]
    answer = comments(script, update, f"&interaction_id={to}").json
    reply = script.store.replies.get(script.profile.team_id, answer["update"]["id"])
    assert reply is not None
    assert reply.interaction_id == to


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("event=comment", 1004),
        ("text=&event=comment", 1004),
        ("text=a", 1004),
        ("text=a&event=", 1004),
        ("text=a&event=like", 1029),
        ("text=a&event=hug", 1029),
    ],
)
def test_a_comment_that_is_none(script: Script, update: Update, body: str, code: int) -> None:
    answer = script.post(f"/1/updates/{update.id}/interactions/create.json", body)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_what_is_not_out_takes_no_comment(script: Script) -> None:
    (waiting,) = script.has_queued("a")
    answer = comments(script, waiting)
    assert (answer.status_code, answer.json["code"]) == (400, 1033)
