"""What a v1 server says, and what it does not, in the words of the error tree; and a server that is only Buffer's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from bad_servers import Talk, hangs, resets, says, server
from buffer.backends.rest_v1 import V1, RestQueue, RestQueues, Server
from buffer.errors import Code, LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.model import Draft, Edit, Media, Position, Schedule, State
from buffer.ports import Feature
from buffer.web import Web
from cast import ADA, MONDAY
from fakes import FakeClock
from v1_server import PROFILE, UPDATE, Buffer, said

SEEN = {
    "id": UPDATE, "created_at": 1320703582, "day": "Monday 7th November", "due_at": 1320742680, "due_time": "07:01 pm",
    "profile_id": PROFILE, "profile_service": "twitter", "status": "buffer", "text": "This is just the beginning",
    "text_formatted": "This is just the beginning", "user_id": "4eb9276e0acb04bb81000067", "via": "chrome",
}  # fmt: skip
"""As Buffer's page has it: no state, no post_id."""


@contextmanager
def queue(talk: Talk, *, key: str = "", seconds: float = 3) -> Iterator[RestQueue]:
    with server(talk) as url:
        clock = FakeClock(MONDAY)
        asked = Server(Web(), url.removesuffix("/x"), "s3cret/token", clock, seconds=seconds)
        yield RestQueues(asked)(ADA, key)


# -- only what the page has


@pytest.fixture
def hosted() -> Iterator[tuple[Buffer, RestQueue]]:
    buffer = Buffer({
        "/1/info/configuration.json": (200, {"services": {}}),
        "/1/profiles.json": (200, [{"id": PROFILE, "service": "twitter", "service_username": "jo"}]),
        f"/1/updates/{UPDATE}.json": (200, SEEN),
    })  # fmt: skip
    with queue(buffer.talk, key="key-1") as asked:
        yield buffer, asked


def test_a_server_that_names_no_features_has_the_pages(hosted: tuple[Buffer, RestQueue]) -> None:
    buffer, asked = hosted
    assert asked.features == asked.features == V1
    assert Feature.HOLD not in V1
    assert len(buffer.asked) == 1, "it is asked once"
    assert "Authorization: Bearer s3cret/token" in buffer.headers[0]


def test_an_update_without_our_extras(hosted: tuple[Buffer, RestQueue]) -> None:
    _, asked = hosted
    update = asked.update(UPDATE)
    assert (update.state, update.post_id, update.via) == (State.QUEUED, UPDATE, "chrome")
    assert asked.post(UPDATE) == [update]
    assert asked.problems() == []


def test_a_create_as_the_page_wants_it(hosted: tuple[Buffer, RestQueue]) -> None:
    buffer, asked = hosted
    buffer.answers["/1/updates/create.json"] = (200, {"success": True, "updates": [SEEN]})
    draft = Draft(
        text="a & b = ü?",
        profile_ids=(PROFILE, PROFILE),
        position=Position.TOP,
        media=Media(picture="https://x.y/p.png", alt_text="p"),
        retweet={"tweet_id": "1"},
        scheduled_at=MONDAY,
        shorten=False,
    )
    assert asked.add(draft)[0].id == UPDATE
    method, _, fields = buffer.asked[-1]
    assert method == "POST"
    assert fields == [
        ("text", "a & b = ü?"), ("profile_ids[]", PROFILE), ("top", "true"), ("shorten", "false"),
        ("attachment", "true"), ("media[picture]", "https://x.y/p.png"), ("media[alt_text]", "p"),
        ("retweet[tweet_id]", "1"),
        ("scheduled_at", "2026-03-02T08:00:00+00:00"),
    ]  # fmt: skip
    assert "Idempotency-Key: key-1" in buffer.headers[-1]


def test_an_edit_without_a_text_sends_the_one_there_is(hosted: tuple[Buffer, RestQueue]) -> None:
    buffer, asked = hosted
    asked.edit(UPDATE, edit=Edit(scheduled_at=MONDAY))
    (fields,) = [each[2] for each in buffer.asked if each[1].endswith("/update.json")]
    assert fields == [("text", SEEN["text"]), ("scheduled_at", "2026-03-02T08:00:00+00:00")]


def test_several_are_done_one_after_the_other(hosted: tuple[Buffer, RestQueue]) -> None:
    buffer, asked = hosted
    asked.destroy(UPDATE, PROFILE, UPDATE)
    posted = [each[1] for each in buffer.asked if each[0] == "POST"]
    assert posted == [f"/1/updates/{UPDATE}/destroy.json", f"/1/updates/{PROFILE}/destroy.json"]
    keys = [line for head in buffer.headers for line in head.split("\r\n") if "Idempotency" in line]
    assert len(set(keys)) == 2


def test_schedules_as_the_page_wants_them(hosted: tuple[Buffer, RestQueue]) -> None:
    buffer, asked = hosted
    buffer.answers[f"/1/profiles/{PROFILE}.json"] = (200, {"id": PROFILE, "service": "twitter"})
    asked.set_schedules(PROFILE, [Schedule(days=("mon",), times=("09:00", "17:00"))])
    (fields,) = [each[2] for each in buffer.asked if each[0] == "POST"]
    assert fields == [
        ("schedules[0][days][]", "mon"),
        ("schedules[0][times][]", "09:00"),
        ("schedules[0][times][]", "17:00"),
    ]


@pytest.mark.parametrize(
    "verb",
    [
        lambda queue: queue.unshare(UPDATE),
        lambda queue: queue.confirm_sent(UPDATE),
        lambda queue: queue.pause(PROFILE),
        lambda queue: queue.resume(PROFILE),
        lambda queue: queue.edit(UPDATE, edit=Edit(to_queue=True)),
    ],
)
def test_what_only_ours_can_do_is_refused_in_words(
    hosted: tuple[Buffer, RestQueue], verb: Callable[[RestQueue], object]
) -> None:
    _, asked = hosted
    with pytest.raises(Refused, match="This server cannot"):
        verb(asked)


def test_ids_stay_in_their_place(hosted: tuple[Buffer, RestQueue]) -> None:
    buffer, asked = hosted
    for id in ("../profiles", "a/b", "", "x?y", "ä"):
        with pytest.raises(Refused):
            asked.update(id)
    assert buffer.asked == []


# -- errors


@pytest.mark.parametrize(
    ("status", "answer", "error", "words"),
    [
        (400, {"success": False, "message": "Whoops, again!", "code": 1025}, Refused, "Whoops"),
        (400, {"error": "No such thing.", "code": 1004}, Refused, "No such"),
        (
            200,
            {"success": False, "message": {"text": "Not now."}, "code": 1027},
            Refused,
            "Not now",
        ),
        (404, {"error": "gone", "code": 1020}, Refused, "gone"),
        (404, b"<html>", Refused, "404"),
        (301, b"", Refused, "BUFFER_API_URL"),
        (401, b"", LoginExpired, "BUFFER_ACCESS_TOKEN"),
        (403, {"error": "Access token required.", "code": 1001}, LoginExpired, "BUFFER"),
        (429, {"error": "Too many.", "code": 429}, SlowDown, "Too many"),
        (500, {"error": "Oh.", "code": 1000}, Unclear, "Oh"),
        (502, b"Bad gateway", Unclear, "502"),
        (200, b"OK", Unclear, "no JSON"),
    ],
)
def test_a_refusal_by_its_code_else_by_its_status(
    status: int, answer: Any, error: type[QueueError], words: str
) -> None:
    with queue(says(said(status, answer))) as asked:
        with pytest.raises(error, match=words) as raised:
            asked.destroy(UPDATE)
        if isinstance(raised.value, Refused) and isinstance(answer, dict):
            assert raised.value.code == Code(answer["code"])
        assert "s3cret" not in str(raised.value)


def test_429_says_how_long() -> None:
    answer = said(429, {"error": "Slowly."}, "Retry-After: 7")
    with (
        queue(says(answer)) as asked,
        pytest.raises(SlowDown) as slow,
    ):
        asked.destroy(UPDATE)
    assert slow.value.until == MONDAY + timedelta(seconds=7)


@pytest.mark.parametrize("talk", [resets, hangs])
def test_a_write_that_broke_off_is_unclear_and_a_read_is_not(talk: Talk) -> None:
    with queue(talk, seconds=0.3) as asked:
        with pytest.raises(Unclear):
            asked.destroy(UPDATE)
        with pytest.raises(NetworkDown):
            asked.update(UPDATE)


@pytest.mark.parametrize("answer", [[], {}, {"id": ""}, "x", {"id": UPDATE, "created_at": "x"}])
def test_an_answer_that_is_none_of_v1s(answer: Any) -> None:
    with queue(says(said(200, answer))) as asked, pytest.raises(NetworkDown, match="not Buffer"):
        asked.update(UPDATE)
