"""Whatever is typed or pressed by mistake: a clear private answer, and nothing is lost."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest
from slack_sdk import WebClient

from playground import ADA, BO, CY, GENERAL, SOCIAL
from stories.story_house import TOKEN, MakeStory, Story, said

TEXT = "Our release is out!"


@pytest.mark.parametrize(
    ("typed", "phrase"),
    [
        ("x" * 40_000, "takes 500 characters; this text has 40,000"),
        ("tomorrow 9am", "text"),
        (f"{TEXT} --at yesterday 9am", "has passed"),
        (f"{TEXT} --at today at 0:01", "has passed"),
        (f"{TEXT} --soon", "There is no flag “--soon”"),
        (f"{TEXT} --nwo", "Did you mean “--now”"),
        (f"{TEXT} --top --now", "contradict each other"),
        (f"{TEXT} --now --at tomorrow 9am", "contradict each other"),
        (f"{TEXT} --at", "needs a time after it"),
        ("queu", "Did you mean `/buffer queue`"),
        (f"{TEXT} --to nobody", "There is no profile “nobody”"),
        ("--now", "There is no text to post"),
    ],
)
def test_what_was_mistyped_is_said_and_given_back(story: Story, typed: str, phrase: str) -> None:
    answer = story.command(f"/buffer {typed}")
    assert phrase in answer
    assert typed[:20].split("--")[0].strip() in answer, "the words are given back"
    assert (story.waiting, story.posts) == (0, [])
    assert story.private(BO) == ""
    assert story.slack.toasts(ADA) == []


def test_nothing_typed_opens_the_composer(story: Story) -> None:
    assert story.command("/buffer") == ""
    modal = story.slack.modal(ADA)
    assert modal
    assert modal["callback_id"] == "compose"


def test_a_mistyped_verb_can_be_queued_anyway(story: Story) -> None:
    story.command("/buffer queu")
    story.press("Queue it anyway")
    assert story.waiting == 1


def test_a_profile_without_posting_times_keeps_what_it_gets(story: Story) -> None:
    story.save(schedules=())
    assert "waits until the profile has posting times" in story.command(f"/buffer {TEXT}")
    story.passes(86400)
    assert (story.waiting, story.posts) == (1, [])


def test_a_paused_profile_sends_nothing_now(story: Story) -> None:
    story.command("/buffer pause Local network")
    answer = story.command(f"/buffer {TEXT} --now")
    assert "paused" in answer
    assert TEXT in answer
    story.passes(60)
    assert (story.waiting, story.posts) == (0, [])


def test_a_full_queue(make_story: MakeStory) -> None:
    story = make_story(queue_limit=2)
    story.command("/buffer First")
    story.command("/buffer Second")
    answer = story.command("/buffer Third")
    assert "is full" in answer
    assert "Third" in answer
    assert story.waiting == 2


def test_the_same_words_again_are_asked_about(story: Story) -> None:
    story.command(f"/buffer {TEXT}")
    assert "already" in story.command(f"/buffer {TEXT}")
    assert story.waiting == 1
    story.press("Add anyway")
    assert story.waiting == 2


def test_the_same_words_in_the_composer_are_asked_about(story: Story) -> None:
    story.command(f"/buffer {TEXT}")
    story.command("/buffer")
    story.done(story.slack.submit(as_=ADA, values={"text": TEXT}))
    modal = story.slack.modal(ADA)
    assert modal
    assert "already" in said(modal)
    assert TEXT in said(modal)
    assert story.waiting == 1


def test_a_message_that_is_only_a_file(story: Story) -> None:
    file = story.slack.upload(as_=ADA, name="plan.pdf", body=b"%PDF")
    deed = story.slack.say(as_=ADA, channel=SOCIAL, text="", files=[file["id"]])
    story.done(deed)
    story.done(
        story.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=deed.ts)
    )
    assert story.slack.modal(ADA) is None
    assert "no words and no picture to post" in story.private(ADA, SOCIAL)
    assert story.waiting == 0


def test_a_message_without_any_words(story: Story) -> None:
    client = WebClient(token=TOKEN, base_url=story.slack.api_url, retry_handlers=[])
    said_so = {"channel": SOCIAL, "blocks": [{"type": "divider"}]}
    client.api_call("chat.postMessage", json=said_so)
    bare = story.slack.last(SOCIAL)
    assert bare
    story.done(
        story.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=bare["ts"])
    )
    assert story.slack.modal(ADA) is None
    assert "no words and no picture to post" in story.private(ADA, SOCIAL)


def test_a_card_of_ours_as_a_message_to_post(story: Story) -> None:
    card = story.is_out(TEXT)
    story.done(
        story.slack.shortcut(as_=ADA, callback_id="add_to_queue", channel=SOCIAL, ts=card["ts"])
    )
    modal = story.slack.modal(ADA)
    assert modal or story.private(ADA, SOCIAL), "a window or a sentence, never silence"


def test_a_button_of_what_was_deleted(story: Story) -> None:
    story.command(f"/buffer {TEXT}")
    first = story.first_waiting()
    story.house.store.updates.delete(first.id, expected=[first.state])
    assert "no longer exists" in story.press("Share now")
    assert story.slack.toasts(ADA) == []


def test_a_button_pressed_twice(story: Story) -> None:
    story.command(f"/buffer {TEXT}")
    first = story.slack.press(as_=ADA, channel=GENERAL, label="Share now")
    second = story.slack.press(as_=ADA, channel=GENERAL, label="Share now")
    story.done(first)
    story.done(second)
    story.passes(11)
    assert (len(story.posts), story.cards()) == (1, 1)


def test_undo_too_late(story: Story) -> None:
    story.command(f"/buffer {TEXT} --now")
    story.passes(11)
    assert "Too late to undo" in story.press("Undo")
    assert len(story.posts) == 1


def test_a_window_that_is_submitted_after_its_post_went_out(story: Story) -> None:
    story.command(f"/buffer {TEXT}")
    story.press("Edit")
    modal = story.slack.modal(ADA)
    assert modal
    story.passes(7200)
    assert [post["text"] for post in story.posts] == [TEXT]
    story.done(story.slack.submit(as_=ADA, values={"text": "Something else"}))
    assert "no longer waiting" in said(story.slack.modal(ADA))
    assert [post["text"] for post in story.posts] == [TEXT]


def test_a_locked_database_is_said_in_time(story: Story) -> None:
    with closing(sqlite3.connect(story.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        story.slack.say(as_=ADA, channel=GENERAL, text=f"/buffer {TEXT}").answers()
        assert time.monotonic() - begun < 3
        other.execute("ROLLBACK")
    story.calm()
    answer = story.private()
    assert "busy" in answer
    assert TEXT in answer
    assert story.slack.toasts(ADA) == []
    assert story.waiting == 0


def test_a_database_locked_while_a_window_is_submitted(story: Story) -> None:
    story.command("/buffer")
    with closing(sqlite3.connect(story.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        story.slack.submit(as_=ADA, values={"text": TEXT}).answers()
        assert time.monotonic() - begun < 3
        time.sleep(max(0.0, 3 - (time.monotonic() - begun)))
        other.execute("ROLLBACK")
    story.calm()
    modal = story.slack.modal(ADA)
    assert modal, "the window is still there, with the words in it"
    assert "busy" in said(modal["errors"])
    assert story.slack.toasts(ADA) == []
    assert story.waiting == 0
    story.done(story.slack.submit(as_=ADA, values={"text": TEXT}))
    assert story.waiting == 1


def test_slack_down_while_the_composer_should_open(story: Story) -> None:
    story.slack.faults.down("views.open")
    assert "Slack did not open the window" in story.command("/buffer")
    assert story.slack.toasts(ADA) == []


def test_all_of_slack_down_while_the_composer_should_open(story: Story) -> None:
    story.slack.faults.down()
    assert "Slack did not open the window" in story.command("/buffer")
    story.slack.faults.clear()
    assert story.slack.toasts(ADA) == []
    story.command("/buffer")
    assert story.slack.modal(ADA), "the next try works"


def test_what_is_queued_while_slack_is_down_is_told_later(story: Story) -> None:
    story.slack.faults.down()
    assert "Going out, unless it is undone" in story.command(f"/buffer {TEXT} --now")
    story.passes(11)
    assert (len(story.posts), story.slack.messages(SOCIAL)) == (1, [])
    story.slack.faults.clear()
    for _ in range(10):
        story.passes(60)
    assert (len(story.posts), story.cards()) == (1, 1)


def test_a_guest_is_told_why_not(story: Story) -> None:
    answer = story.command(f"/buffer {TEXT}", as_=CY)
    assert "uest" in answer
    assert story.waiting == 0


def test_a_guests_reply_stays_in_slack(story: Story) -> None:
    card = story.is_out(TEXT)
    story.done(story.slack.say(as_=CY, channel=SOCIAL, text="Hi", thread_ts=card["ts"]))
    story.is_told()
    assert "Guests cannot post" in story.private(CY, SOCIAL)
    assert story.ours() == []


def test_a_locked_database_loses_no_press(story: Story) -> None:
    story.command(f"/buffer {TEXT}")
    with closing(sqlite3.connect(story.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        story.slack.press(as_=ADA, channel=GENERAL, label="Share now").answers()
        assert time.monotonic() - begun < 3
        other.execute("ROLLBACK")
    story.calm()
    assert "busy" in story.private()
    assert story.slack.toasts(ADA) == []
    assert story.waiting == 1
