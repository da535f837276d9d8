"""The composer: opened from everywhere, checked field by field, answered where it was opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from buffer.model import State
from office import Office, labels, office, words
from playground import ADA, CY, GENERAL, RANDOM, SOCIAL


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as made:
        made.profile()
        yield made


def the_profile(desk: Office) -> Any:
    return desk.queue.profiles()[0]


def test_the_bare_command_opens_it_with_the_usual_profile(desk: Office) -> None:
    desk.types("")
    assert desk.modal()["title"]["text"] == "Write a post"
    desk.submits({"text": "Hello *you*"})
    assert desk.slack.modal(ADA) is None
    (update,) = desk.pending(the_profile(desk))
    assert update.text == "Hello *you*", "what is written in the window is what goes out"
    answer = desk.sees()
    assert answer["ephemeral"] and "Added to the queue." in answer["text"]
    assert "Undo" in labels(answer)


def test_a_typed_time(desk: Office) -> None:
    desk.types("")
    desk.submits({"text": "Hello", "position": "at", "when": "tomorrow 9am"})
    (update,) = desk.pending(the_profile(desk))
    assert update.scheduled_at and update.scheduled_at.isoformat() == "2026-03-03T08:00:00+00:00"


def test_a_picked_time(desk: Office) -> None:
    desk.types("")
    at = int(desk.clock().timestamp()) + 3600
    desk.submits({"text": "Hello", "position": "at", "picker": {"selected_date_time": at}})
    (update,) = desk.pending(the_profile(desk))
    assert update.scheduled_at and update.scheduled_at.timestamp() == at


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"position": "at"}, "when", "Which time?"),
        ({"position": "top", "when": "tomorrow 9am"}, "when", "At a time of its own"),
        ({"position": "at", "when": "yesterday at 9am"}, "when", ""),
        ({"position": "at", "when": "someday"}, "when", ""),
        ({"position": "at", "picker": {"selected_date_time": 1_000_000_000}}, "picker", "passed"),
        (
            {
                "position": "at",
                "when": "tomorrow 9am",
                "picker": {"selected_date_time": 2_000_000_000},
            },
            "picker",
            "once",
        ),
        ({"text": "x" * 600}, "text", "500 characters"),
        ({"text": "   "}, "text", "nothing to post"),
    ],
)
def test_a_mistake_is_told_in_its_field(
    desk: Office, fields: dict[str, Any], field: str, says: str
) -> None:
    desk.types("")
    desk.submits({"text": "Hello", **fields})
    errors = desk.modal()["errors"]
    assert list(errors) == [field] and errors[field] and says in errors[field]
    assert desk.pending(the_profile(desk)) == []


def test_a_preview_counts_and_says_the_time(desk: Office) -> None:
    desk.types("")
    values = {"text": "Hello", "position": "at", "when": "tomorrow 9am"}
    desk.slack.press(as_=ADA, label="Preview", values=values).answers()
    desk.settles()
    shown = words(desk.modal())
    assert "5 of 500 characters" in shown
    assert "Tue 03 Mar 2026, 09:00 (Europe/Berlin)" in shown
    desk.submits()
    assert desk.pending(the_profile(desk))[0].text == "Hello", "the preview loses nothing"


def test_enter_in_the_time_says_how_it_is_understood(desk: Office) -> None:
    desk.types("")
    view = desk.modal()
    desk.slack.typed(
        as_=ADA,
        view_id=view["id"],
        block_id="when",
        action_id="compose_when",
        value="someday",
        values={"text": "y" * 600},
    ).answers()
    desk.settles()
    shown = words(desk.modal())
    assert "600 of 500 characters, 100 too many" in shown
    assert ":warning:" in shown


def test_the_same_text_again_can_be_meant(desk: Office) -> None:
    desk.types("Hello")
    desk.types("")
    desk.submits({"text": "Hello"})
    view = desk.modal()
    assert any(block["block_id"] == "anyway" for block in view["blocks"])
    desk.submits({"anyway": ["anyway"]})
    assert len(desk.pending(the_profile(desk))) == 2


def test_a_picture_with_words_for_those_who_cannot_see_it(desk: Office) -> None:
    desk.types("")
    desk.submits({"text": "Look", "picture": "https://x.y/cat.jpg", "alt": "A cat"})
    (update,) = desk.pending(the_profile(desk))
    assert (update.media.picture, update.media.alt_text) == ("https://x.y/cat.jpg", "A cat")


def test_without_a_conversation_the_window_itself_answers(desk: Office) -> None:
    desk.slack.shortcut(as_=ADA, callback_id="write_a_post").answers()
    desk.submits({"text": "Hello"})
    view = desk.modal()
    assert "Added to the queue." in words(view)
    assert labels(view) == ["Undo", "Top", "Share now"]
    desk.presses("Undo")
    assert desk.pending(the_profile(desk)) == []
    assert "Undone" in words(desk.modal())


def test_a_message_begins_a_post(desk: Office) -> None:
    said = desk.slack.say(as_=ADA, channel=SOCIAL, text="Our *release* is out :tada:")
    desk.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=said.ts).answers()
    assert "Our release is out 🎉" in words(desk.modal())
    assert f"From a message by <@{ADA}>" in words(desk.modal())
    desk.submits()
    (update,) = desk.pending(the_profile(desk))
    assert update.text == "Our release is out 🎉"
    assert "/archives/" in update.source
    assert "Added to the queue." in desk.sees()["text"]


def test_a_message_can_be_scheduled(desk: Office) -> None:
    said = desk.slack.say(as_=ADA, channel=SOCIAL, text="Later, please")
    desk.slack.shortcut(as_=ADA, callback_id="schedule_this", channel=SOCIAL, ts=said.ts).answers()
    desk.submits()
    assert desk.pending(the_profile(desk))[0].state is State.SCHEDULED


def test_from_a_thread_the_answer_comes_into_the_thread(desk: Office) -> None:
    parent = desk.slack.say(as_=ADA, channel=SOCIAL, text="Ideas?")
    reply = desk.slack.say(as_=ADA, channel=SOCIAL, text="A post!", thread_ts=parent.ts)
    desk.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=reply.ts).answers()
    desk.submits()
    answer = desk.slack.thread(SOCIAL, str(parent.ts), ADA)[-1]
    assert "Added to the queue." in answer["text"]


def test_where_the_bot_is_not_it_answers_all_the_same(desk: Office) -> None:
    parent = desk.slack.say(as_=ADA, channel=RANDOM, text="Ideas?")
    reply = desk.slack.say(as_=ADA, channel=RANDOM, text="A post!", thread_ts=parent.ts)
    desk.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=RANDOM, ts=reply.ts).answers()
    desk.submits()
    seen = [message["text"] for message in desk.slack.messages(RANDOM, ADA)]
    assert any("Added to the queue." in text for text in seen)
    desk.slack.problems.clear()


def test_a_message_without_words_or_pictures_says_so(desk: Office) -> None:
    file = desk.slack.upload(as_=ADA, name="plan.pdf", body=b"pdf", mimetype="application/pdf")
    said = desk.slack.say(as_=ADA, channel=SOCIAL, text="", files=[file["id"]])
    desk.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=said.ts).answers()
    assert desk.slack.modal(ADA) is None
    assert "no words and no picture" in words(desk.sees())


def test_a_guest_gets_no_window(desk: Office) -> None:
    answer = desk.types("", as_=CY)
    assert desk.slack.modal(CY) is None
    assert "full member" in words(answer)


@pytest.mark.parametrize("error", ["expired_trigger_id", "internal_error"])
def test_slack_does_not_open_it(desk: Office, error: str) -> None:
    desk.slack.faults.refuses("views.open", error)
    answer = desk.types("", channel=GENERAL)
    assert "Slack did not open the window" in words(desk.sees(channel=GENERAL))
    assert answer["ephemeral"]


def test_slack_is_down_and_the_typed_text_still_gets_in(desk: Office) -> None:
    desk.slack.faults.down("views.open", "users.info", "views.publish")
    assert "Slack did not open the window" in words(desk.types(""))
    desk.types("Hello")
    assert len(desk.pending(the_profile(desk))) == 1


def test_a_second_submit_of_one_window_adds_once(desk: Office) -> None:
    desk.types("")
    desk.slack.faults.copies["interaction"] = 2
    desk.submits({"text": "Hello"})
    assert len(desk.pending(the_profile(desk))) == 1


def test_what_was_refused_can_be_mended_in_the_window(desk: Office) -> None:
    desk.types("x" * 600)
    message = desk.presses("Edit")
    desk.submits({"text": "short"})
    assert [update.text for update in desk.pending(the_profile(desk))] == ["short"]
    assert desk.sees()["ts"] == message["ts"], "the refusal itself becomes the answer"
    assert "Added to the queue." in desk.sees()["text"]
