"""Times, buttons and the small pieces: what they say, and that nothing from outside comes to life in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.blocks import (
    HOLD,
    choices_for,
    given_back,
    last_page,
    place_of,
    plain_when,
    post_buttons,
    post_message,
    pressed,
    short_when,
    shorten,
    status,
    was_new,
    when_text,
)
from buffer.model import State, Update
from cast import a_profile

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PROFILE = a_profile(id="p" * 24, name="ada", service="mastodon")
UPDATE = Update(
    id="1" * 24,
    post_id="f" * 24,
    team_id="T1",
    profile_id=PROFILE.id,
    service="mastodon",
    text="Hello",
    state=State.QUEUED,
    created_at=NOW,
    updated_at=NOW,
    due_at=NOW + timedelta(hours=1),
)


def labels(updates: list[Update]) -> list[str]:
    return [button.text.text for button in post_buttons(updates, "f" * 24) if button.text]


def test_a_time_is_for_every_reader_and_names_a_zone() -> None:
    assert when_text(NOW, "Europe/Berlin") == (
        "<!date^1772438400^{date_short_pretty} at {time}|Mon 02 Mar 2026, 09:00 (Europe/Berlin)>"
    )
    assert plain_when(NOW, "UTC") == "Mon 02 Mar 2026, 08:00 (UTC)"
    assert short_when(NOW, "Asia/Tokyo") == "Mon 02 Mar, 17:00"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "in the queue for <!date^"),
        ({"state": State.SCHEDULED}, "scheduled for <!date^"),
        ({"due_at": None}, "until the profile has posting times"),
        ({"share_at": NOW + HOLD}, "goes out at <!date^"),
        ({"state": State.SENDING}, "is being sent"),
        ({"state": State.SENT, "sent_at": NOW}, "sent <!date^"),
        ({"state": State.FAILED, "error": "Too long <!channel>"}, "Too long &lt;!channel&gt;"),
        ({"state": State.MISSED}, "missed its time of <!date^"),
        ({"state": State.UNCONFIRMED}, "may be out"),
        ({"state": State.DRAFT}, "a draft"),
    ],
)
def test_every_state_has_words(changes: dict[str, Any], says: str) -> None:
    assert says in status(replace(UPDATE, **changes), PROFILE, "UTC")


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://x.y/1?a=b&c=d", "<https://x.y/1?a=b&amp;c=d|see it there>"),
        ("https://x.y/|<!channel>", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_only_a_clean_address_becomes_a_link(link: str, shown: str) -> None:
    sent = replace(UPDATE, state=State.SENT, service_link=link)
    assert status(sent, PROFILE, "UTC") == f"sent{' · ' + shown if shown else ''}"


@pytest.mark.parametrize(
    ("changes", "buttons"),
    [
        ({}, ["Undo", "Top", "Share now", "Edit", "Change time"]),
        (
            {"state": State.SCHEDULED},
            ["Undo", "Share now", "Edit", "Change time", "Back to the queue"],
        ),
        ({"share_at": NOW + HOLD}, ["Undo"]),
        ({"state": State.SENT}, []),
        ({"state": State.SENDING}, []),
        ({"state": State.FAILED}, ["Try again now", "Back to the queue", "Delete"]),
        ({"state": State.UNCONFIRMED}, ["It is out", "Send again"]),
    ],
)
def test_only_what_makes_sense_is_offered(changes: dict[str, Any], buttons: list[str]) -> None:
    assert labels([replace(UPDATE, **changes)]) == buttons


@pytest.mark.parametrize("state", list(State))
def test_a_menu_has_at_most_five_choices(state: State) -> None:
    assert len(choices_for(replace(UPDATE, state=state))) <= 5


def test_undo_of_a_new_post_differs_from_undo_of_an_old_one() -> None:
    assert was_new(replace(UPDATE, share_at=NOW + HOLD))
    assert not was_new(replace(UPDATE, share_at=NOW + HOLD + timedelta(seconds=1)))
    assert not was_new(UPDATE)


def test_a_paused_profile_is_named_as_such() -> None:
    message = post_message([UPDATE], {PROFILE.id: replace(PROFILE, paused=True)}, "UTC")
    assert "*paused*" in str(message.payload())


def test_a_press_is_read_from_a_button_and_from_a_menu() -> None:
    button = {"action_id": "top", "value": "abc", "block_id": "post|abc#row"}
    menu = {"action_id": "update_menu", "selected_option": {"value": "top:abc"}, "block_id": "x"}
    assert pressed(button) == pressed(menu) == ("top", "abc")
    assert place_of({}, button) == "post|abc"
    assert place_of({}, menu) == "update|abc"
    home = {"view": {"type": "home", "private_metadata": "home|p|2"}}
    assert place_of(home, menu) == "home|p|2"


def test_long_words_come_back_as_far_as_a_message_holds() -> None:
    blocks = given_back("x" * 40_000)
    shown = sum(len(str(block.to_dict())) for block in blocks)
    assert 9_000 < shown < 12_000
    assert "40,000 characters" in str(blocks[0].to_dict())
    assert given_back("   ") == []


def test_a_last_page_opens_no_windows() -> None:
    message = post_message([UPDATE], {PROFILE.id: PROFILE}, "UTC")
    page = last_page(message).to_dict()
    shown = [
        e["text"]["text"] for b in page["blocks"] if b["type"] == "actions" for e in b["elements"]
    ]
    assert shown == ["Undo", "Top", "Share now"]


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("Hello", 5, "Hello"),
        ("Hello!", 5, "Hell…"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 12, "👩‍👩‍👧‍👦…"),
        ("a\u0301bc", 3, "a\u0301…"),
    ],
)
def test_a_cut_leaves_signs_whole(text: str, most: int, cut: str) -> None:
    assert shorten(text, most) == cut
