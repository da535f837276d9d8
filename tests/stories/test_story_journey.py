"""From the words somebody types to an answer under the post."""

from __future__ import annotations

from playground import ADA, BO, GENERAL, SOCIAL
from stories.story_house import Story, said


def test_from_a_command_to_an_answer_on_the_network(story: Story) -> None:
    answer = story.command("/buffer Our release is out!")
    assert "Added to the queue" in answer
    assert story.private(BO) == "", "the answer is private"
    assert story.waiting == 1

    assert "Going out, unless it is undone" in story.press("Share now")
    story.passes(9)
    assert (story.posts, story.cards()) == ([], 0), "ten seconds are not over"

    story.passes(2)
    assert [post["text"] for post in story.posts] == ["Our release is out!"]
    assert (story.waiting, story.sent, story.cards()) == (0, 1, 1)
    card = story.card()
    assert "Our release is out!" in said(card)

    story.comment("How do I install it?", key="c1")
    story.passes(16)
    thread = story.slack.thread(SOCIAL, card["ts"])
    assert len(thread) == 2
    assert "How do I install it?" in said(thread[1])

    reply = story.slack.say(as_=BO, channel=SOCIAL, text="With one command.", thread_ts=card["ts"])
    story.done(reply)
    story.is_told()
    assert "Post this reply as" in story.private(BO, SOCIAL)
    assert story.private(ADA, SOCIAL) == ""
    assert story.ours() == []

    pressed = story.slack.press(as_=BO, channel=SOCIAL, action_id="reply_post")
    story.done(pressed)
    story.is_told()
    assert story.ours() == ["With one command."]
    assert "white_check_mark" in said(_message(story, str(reply.ts)))
    story.passes(16)
    assert len(story.slack.thread(SOCIAL, card["ts"])) == 3, "our own comment is no news"


def test_within_ten_seconds_it_can_be_undone(story: Story) -> None:
    story.command("/buffer Not yet")
    story.passes(30)
    story.press("Share now")
    story.passes(5)
    story.press("Undo")
    story.passes(60)
    assert (story.posts, story.waiting) == ([], 1)


def test_what_goes_out_at_once_can_be_undone_for_good(story: Story) -> None:
    story.command("/buffer Oh no --now")
    assert "Undone" in story.press("Undo")
    story.passes(60)
    assert (story.posts, story.waiting, story.cards()) == ([], 0, 0)


def test_two_slashes_stay_internal(story: Story) -> None:
    card = story.is_out("Our release is out!")
    story.done(
        story.slack.say(as_=BO, channel=SOCIAL, text="// who answers?", thread_ts=card["ts"])
    )
    story.passes(16)
    assert story.private(BO, SOCIAL) == ""
    assert story.ours() == []


def test_kept_internal_when_the_writer_says_so(story: Story) -> None:
    card = story.is_out("Our release is out!")
    story.done(story.slack.say(as_=BO, channel=SOCIAL, text="Well done", thread_ts=card["ts"]))
    story.is_told()
    assert "stays in Slack" in story.press("Keep internal", BO, SOCIAL)
    story.passes(16)
    assert story.ours() == []


def test_a_time_is_kept(story: Story) -> None:
    answer = story.command("/buffer Good morning --at tomorrow 9am")
    assert "Scheduled" in answer
    story.passes(3600)
    assert story.posts == []
    story.passes(25 * 3600)
    assert story.waiting == 0


def test_the_home_shows_what_waits(story: Story) -> None:
    story.command("/buffer Our release is out!")
    story.done(story.slack.open_home(as_=ADA))
    story.slack.wait_for(lambda: "Our release is out!" in said(story.slack.home(ADA)))
    assert story.slack.last(GENERAL) is None


def test_what_a_script_does_shows_in_the_home_and_what_slack_does_in_the_script(
    story: Story,
) -> None:
    story.done(story.slack.open_home(as_=ADA))
    story.work()
    made = story.asks(
        "POST", "/1/updates/create.json", text="From a script", profile_ids=story.profile.id
    )
    story.work()
    assert "From a script" in said(story.slack.home(ADA))
    (update,) = made["updates"]
    story.asks("POST", f"/1/updates/{update['id']}/update.json", text="Edited by a script")
    story.work()
    assert "Edited by a script" in said(story.slack.home(ADA))
    story.command("/buffer From Slack --top", as_=BO)
    story.work()
    assert "From Slack" in said(story.slack.home(ADA)), "and what others do"
    waiting = story.asks("GET", f"/1/profiles/{story.profile.id}/updates/pending.json")
    assert [each["text"] for each in waiting["updates"]] == ["From Slack", "Edited by a script"]
    story.asks("POST", f"/1/updates/{update['id']}/destroy.json")
    story.passes(3600)
    assert [post["text"] for post in story.posts] == ["From Slack"]
    assert "Nothing is waiting" in said(story.slack.home(ADA))


def _message(story: Story, ts: str) -> dict[str, object]:
    return next(each for each in story.slack.messages(SOCIAL) if each["ts"] == ts)
