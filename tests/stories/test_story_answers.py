"""Answering a comment by its buttons: in a window, and with a heart."""

from __future__ import annotations

from typing import Any

from playground import ADA, BO, CY, SOCIAL
from stories.story_house import Story, said


def commented(story: Story) -> str:
    """A post that is out and has a comment; the comment's message in the thread."""
    card = story.is_out("Our release is out!")
    story.comment("Does it run on a Raspberry Pi?", "c1")
    story.passes(16)
    story.is_told()
    found = thread(story, card["ts"])
    return str(next(each["ts"] for each in found if "Raspberry" in said(each)))


def thread(story: Story, parent: str) -> list[dict[str, Any]]:
    return [each for each in story.slack.messages(SOCIAL, ADA) if each.get("thread_ts") == parent]


def presses(story: Story, label: str, ts: str, as_: str = BO) -> None:
    story.done(story.slack.press(as_=as_, label=label, channel=SOCIAL, ts=ts))


def test_a_reply_by_button_is_a_comment_and_the_thread_sees_it(story: Story) -> None:
    ts = commented(story)
    presses(story, "Reply", ts)
    window = said(story.slack.modal(BO))
    assert "Cleo" in window and "Raspberry Pi" in window and "public there" in window
    story.done(story.slack.submit(as_=BO, values={"text": "It does, even on the first one"}))
    assert story.slack.modal(BO) is None
    story.passes(1)
    story.is_told()
    assert story.ours() == ["@Cleo It does, even on the first one"]
    card = story.card()
    first = [said(each) for each in thread(story, card["ts"])]
    assert sum("It does, even on the first one" in each for each in first) == 1
    story.passes(16)
    story.is_told()
    again = [said(each) for each in thread(story, card["ts"])]
    assert sum("It does, even on the first one" in each for each in again) == 1, "told once"


def test_an_answer_that_is_too_long_is_told_in_the_window(story: Story) -> None:
    presses(story, "Reply", commented(story))
    story.done(story.slack.submit(as_=BO, values={"text": "x" * 501}))
    modal = story.slack.modal(BO)
    assert modal and "500 characters" in str(modal["errors"])
    story.passes(1)
    assert story.ours() == []


def test_a_guest_answers_nobody(story: Story) -> None:
    presses(story, "Reply", commented(story), as_=CY)
    window = said(story.slack.modal(CY))
    assert "Guests cannot" in window or "Guests cannot" in story.private(CY, SOCIAL)


def hearts(story: Story, ts: str) -> list[str]:
    found = next(each for each in story.slack.messages(SOCIAL, ADA) if each["ts"] == ts)
    return [each["name"] for each in found.get("reactions") or []]


def test_a_comment_is_liked_once(story: Story) -> None:
    ts = commented(story)
    for _ in range(2):
        presses(story, "Like", ts)
    assert hearts(story, ts) == [], "not before it is done"
    story.passes(1)
    story.is_told()
    assert hearts(story, ts) == ["heart"]
    (comment,) = story.house.store.local.posts()[0]["comments"]
    assert comment["liked"]
    assert story.slack.messages("D0BOJACKSN", BO) == []


def test_a_like_that_is_not_possible_says_so(story: Story) -> None:
    ts = commented(story)
    story.house.store.database.execute("DELETE FROM local_reactions")
    for _ in range(2):
        presses(story, "Like", ts)
    story.passes(1)
    story.is_told()
    direct = [said(each) for each in story.slack.messages("D0BOJACKSN", BO)]
    assert sum("was not liked" in each for each in direct) == 1
    assert hearts(story, ts) == []
