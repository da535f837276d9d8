"""Slack, a network card or a finger says everything three times; it happens once."""

from __future__ import annotations

import pytest

from playground import ADA, BO, GENERAL, SOCIAL
from stories.story_house import Story


@pytest.fixture
def thrice(story: Story) -> Story:
    story.slack.faults.copies = dict.fromkeys(story.slack.faults.copies, 3)
    return story


def test_a_command(thrice: Story) -> None:
    thrice.command("/buffer Our release is out!")
    assert thrice.waiting == 1


def test_a_press(thrice: Story) -> None:
    thrice.command("/buffer Our release is out!")
    thrice.press("Share now")
    thrice.passes(11)
    assert (len(thrice.posts), thrice.cards(), thrice.sent) == (1, 1, 1), thrice.private()


def test_a_submission(thrice: Story) -> None:
    thrice.slack.faults.copies["command"] = 1
    thrice.command("/buffer")
    thrice.done(thrice.slack.submit(as_=ADA, values={"text": "From the window"}))
    assert thrice.waiting == 1


def test_a_reply_and_its_answer(thrice: Story) -> None:
    card = thrice.is_out("Our release is out!")
    thrice.done(thrice.slack.say(as_=BO, channel=SOCIAL, text="Thanks", thread_ts=card["ts"]))
    thrice.is_told()
    asked = [each for each in thrice.slack.messages(SOCIAL, BO) if each.get("ephemeral")]
    assert len(asked) == 1
    thrice.done(thrice.slack.press(as_=BO, channel=SOCIAL, action_id="reply_post"))
    thrice.passes(16)
    assert thrice.ours() == ["Thanks"]


def test_all_of_it_once_more_an_hour_later(story: Story) -> None:
    story.command("/buffer Our release is out!")
    story.press("Share now")
    story.passes(11)
    for outgoing in story.slack.sent:
        story.slack.send_again(outgoing)
    story.passes(3600)
    assert (len(story.posts), story.cards(), story.waiting) == (1, 1, 0)


def test_an_answer_that_got_lost(story: Story) -> None:
    story.slack.faults.drop_acks = 1
    story.slack.say(as_=ADA, channel=GENERAL, text="/buffer Our release is out!").answers()
    story.calm()
    assert story.waiting == 1
