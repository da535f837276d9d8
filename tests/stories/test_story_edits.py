"""What is edited or deleted on one side is edited or deleted on the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from buffer.channels import Wishes
from buffer.errors import NetworkDown
from buffer.model import ReplyState
from buffer.networks.local import Local
from playground import BO, SOCIAL, Deed
from stories.story_house import MakeStory, Story, said

EDITED, DELETED = "is changed, too", "is deleted, too"


def is_said(story: Story, text: str = "Thank you all!") -> str:
    """A post is out, and Bo's reply in its thread is a comment on it; the reply's ts."""
    card = story.is_out("Our release is out!")
    return replies(story, card["ts"], text)


def replies(story: Story, parent: str, text: str) -> str:
    deed = story.slack.say(as_=BO, channel=SOCIAL, text=text, thread_ts=parent)
    story.done(deed)
    story.is_told()
    posts_it(story)
    story.is_told()
    return str(deed.ts)


def posts_it(story: Story) -> None:
    story.done(story.slack.press(as_=BO, channel=SOCIAL, action_id="reply_post"))


def edits(story: Story, ts: str, text: str) -> None:
    story.done(story.slack.edit(as_=BO, channel=SOCIAL, ts=ts, text=text))


def deletes(story: Story, ts: str) -> None:
    story.done(story.slack.delete(as_=BO, channel=SOCIAL, ts=ts))


def whispers(story: Story, words: str) -> int:
    """How often Bo was told this in private."""
    found = story.slack.messages(SOCIAL, BO)
    return sum(words in each.get("text", "") for each in found if each.get("ephemeral"))


def marks(story: Story, ts: str) -> list[str]:
    found = next(each for each in story.slack.messages(SOCIAL, BO) if each["ts"] == ts)
    return [each["name"] for each in found.get("reactions") or []]


# -- in Slack


def test_an_edited_reply_is_an_edited_comment(story: Story) -> None:
    ts = is_said(story)
    assert story.ours() == ["Thank you all!"]
    edits(story, ts, "Thank you *both*!")
    story.is_told()
    assert story.ours() == ["Thank you both!"]
    assert whispers(story, EDITED) == 1
    assert marks(story, ts) == ["white_check_mark"]
    before = said(story.slack.thread(SOCIAL, story.card()["ts"]))
    story.passes(16)
    story.is_told()
    assert said(story.slack.thread(SOCIAL, story.card()["ts"])) == before, "it is no news"


def test_delivered_thrice_it_is_one_change(story: Story) -> None:
    ts = is_said(story)
    story.slack.faults.copies["event"] = 3
    edits(story, ts, "Thanks!")
    story.is_told()
    edits(story, ts, "Thanks again!")
    story.is_told()
    assert story.ours() == ["Thanks again!"]
    assert whispers(story, EDITED) == 2
    deletes(story, ts)
    story.is_told()
    assert story.ours() == []
    assert whispers(story, DELETED) == 1


def test_several_edits_in_a_row_and_then_none(story: Story) -> None:
    ts = is_said(story)
    for words in ("One", "Two", "Three"):
        edits(story, ts, words)
    story.is_told()
    assert story.ours() == ["Three"]
    assert whispers(story, EDITED) == 1
    edits(story, ts, "Four")
    deletes(story, ts)
    story.is_told()
    assert story.ours() == []
    assert whispers(story, EDITED) == 1
    assert whispers(story, DELETED) == 1


def test_old_words_that_come_late_do_not_come_back(story: Story) -> None:
    ts = is_said(story)
    edits(story, ts, "One")
    (late,) = [each for each in story.slack.sent[-1:] if "One" in each.body.decode()]
    edits(story, ts, "Two")
    story.is_told()
    story.slack.send_again(late)
    story.is_told()
    assert story.ours() == ["Two"]
    assert story.slack.sent[-1].body == late.body, "it was told again"


def test_a_deleted_reply_is_still_known_as_ours(story: Story) -> None:
    ts = is_said(story)
    story.passes(16)
    deletes(story, ts)
    story.is_told()
    assert story.ours() == []
    reply = story.house.store.replies.by_message(SOCIAL, ts)
    assert reply and reply.state is ReplyState.DELETED
    ours = story.house.store.interactions.known(story.profile.id, reply.service_id)
    assert ours and ours.ours and ours.removed
    listed = story.asks("GET", f"/1/updates/{reply.update_id}/interactions.json", event="comment")
    assert listed["total"] == 0
    thread = len(story.slack.thread(SOCIAL, story.card()["ts"]))
    story.passes(60)
    story.is_told()
    assert len(story.slack.thread(SOCIAL, story.card()["ts"])) == thread


def test_an_answer_to_a_comment_keeps_its_address(story: Story) -> None:
    card = story.is_out("Our release is out!")
    story.comment("Does it run here?", "c1")
    story.passes(16)
    story.is_told()
    comment = next(
        each for each in story.slack.thread(SOCIAL, card["ts"]) if "Does it run" in said(each)
    )
    presses(story, "Reply", str(comment["ts"]))
    story.done(story.slack.submit(as_=BO, values={"text": "It does"}))
    story.is_told()
    assert story.ours() == ["@Cleo It does"]
    ts = replies(story, card["ts"], "See the page")
    edits(story, ts, "See the handbook")
    story.is_told()
    assert story.ours() == ["@Cleo It does", "See the handbook"]


def presses(story: Story, label: str, ts: str) -> None:
    story.done(story.slack.press(as_=BO, label=label, channel=SOCIAL, ts=ts))


@pytest.mark.parametrize("is_there", [True, False])
def test_edited_while_it_is_on_its_way(story: Story, is_there: bool) -> None:
    """Whoever brought it there was killed, before or after the network took it."""
    ts = is_on_its_way(story, is_there=is_there)
    edits(story, ts, "Two")
    edits(story, ts, "Three")
    story.is_told()
    assert story.ours() == ["Three"]
    assert whispers(story, EDITED) == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_deleted_while_it_is_on_its_way(story: Story, is_there: bool) -> None:
    ts = is_on_its_way(story, is_there=is_there)
    deletes(story, ts)
    story.is_told()
    assert story.ours() == []
    story.passes(60)
    assert story.ours() == []


def is_on_its_way(story: Story, *, is_there: bool) -> str:
    card = story.is_out("Our release is out!")
    deed = story.slack.say(as_=BO, channel=SOCIAL, text="One", thread_ts=card["ts"])
    story.done(deed)
    story.is_told()
    posts_it(story)
    store = story.house.store
    reply = store.replies.by_message(SOCIAL, str(deed.ts))
    assert reply
    update = store.updates.get(reply.team_id, reply.update_id)
    if is_there:
        story.house.services.networks["local"].reply(
            story.profile, update, None, reply.text, reply.id
        )
    waiting, sending = ReplyState.WAITING, ReplyState.SENDING
    assert store.replies.move(reply.id, expected=[waiting], to=sending, owner="somebody dead")
    return str(deed.ts)


class Away(Local):
    """The local network when it cannot be reached."""

    def edit_reply(self, *_: Any) -> None:
        raise NetworkDown("The network cannot be reached.")

    def delete_reply(self, *_: Any) -> None:
        raise NetworkDown("The network cannot be reached.")


@contextmanager
def away(story: Story) -> Iterator[None]:
    networks: Any = story.house.services.networks
    there = networks["local"]
    networks["local"] = Away(there._store, None, clock=story.clock, public_url="")  # type: ignore[arg-type]
    yield
    networks["local"] = there


def test_edited_while_the_network_is_down(story: Story) -> None:
    ts = is_said(story)
    with away(story):
        edits(story, ts, "Two")
        story.passes(1)
        edits(story, ts, "Three")
        story.passes(60)
        assert story.ours() == ["Thank you all!"]
        assert whispers(story, EDITED) == 0
    story.passes(5 * 60)
    story.is_told()
    assert story.ours() == ["Three"]
    assert whispers(story, EDITED) == 1


def test_a_network_that_stays_down_is_told_of_in_the_end(story: Story) -> None:
    ts = is_said(story)
    with away(story):
        deletes(story, ts)
        for _ in range(20):
            story.passes(5 * 60)
        story.is_told()
    assert story.ours() == ["Thank you all!"]
    assert whispers(story, "could not be deleted. The network cannot be reached.") == 1
    assert whispers(story, DELETED) == 0


def test_what_is_too_long_there_is_refused(story: Story) -> None:
    ts = is_said(story)
    edits(story, ts, "x" * 501)
    story.is_told()
    assert story.ours() == ["Thank you all!"]
    assert whispers(story, "takes 500 characters") == 1
    edits(story, ts, "Short again")
    story.is_told()
    assert story.ours() == ["Short again"]


def test_what_is_gone_there_is_said(story: Story) -> None:
    ts = is_said(story)
    story.house.store.database.execute("UPDATE local_reactions SET removed_at = 1")
    edits(story, ts, "Two")
    story.is_told()
    assert whispers(story, "could not be changed. The comment is no longer on the local network.")
    deletes(story, ts)
    story.is_told()
    assert whispers(story, DELETED) == 1


# -- on the network, on its page


def on_the_page(story: Story, verb: str, post: dict[str, Any], **fields: str) -> None:
    """Somebody does something with the newest comment on a post."""
    comment = post["comments"][-1]["id"]
    where = story.slack.bot_url.removesuffix("/slack/events")
    path = f"{where}/local/posts/{post['id']}/comments/{comment}/{verb}"
    assert requests.post(path, json=fields, timeout=5).status_code == 204


def is_commented(story: Story) -> str:
    """A post that is out, with a comment; the comment's message."""
    card = story.is_out("Our release is out!")
    story.comment("Does it run on a Raspberry Pi?", "c1")
    story.passes(16)
    story.is_told()
    return message(story, card["ts"])


def message(story: Story, parent: str) -> str:
    return said(story.slack.thread(SOCIAL, parent)[1])


def test_an_edit_on_the_page_shows_in_slack_at_once(story: Story) -> None:
    assert "Raspberry Pi" in is_commented(story)
    on_the_page(story, "edit", story.posts[0], text="Does it run on a toaster?")
    story.passes(1)
    now = message(story, story.card()["ts"])
    assert "toaster" in now and "(edited)" in now and "Raspberry" not in now


def test_a_deletion_on_the_page_shows_in_slack_at_once(story: Story) -> None:
    is_commented(story)
    on_the_page(story, "delete", story.posts[0])
    story.passes(1)
    now = message(story, story.card()["ts"])
    assert "and deleted it" in now and "Raspberry" not in now


def test_of_many_posts_those_that_changed_are_looked_at_at_once(story: Story) -> None:
    for number in range(4):
        story.is_out(f"Post {number}")
        story.comment("Hm", f"c{number}")
        story.passes(16)
    story.passes(60)
    for post in story.posts:
        on_the_page(story, "delete", post)
    story.passes(1)
    removed = "SELECT count(*) FROM interactions WHERE removed_at IS NOT NULL"
    row = story.house.store.database.one(removed)
    assert row and row[0] == 4


def test_both_at_once_in_a_channel_that_posts_directly(make_story: MakeStory) -> None:
    story = make_story()
    card = story.is_out("Our release is out!")
    story.house.store.feeds.settle(story.profile.team_id, SOCIAL, Wishes(directly=True).as_json())
    deed: Deed = story.slack.say(as_=BO, channel=SOCIAL, text="One", thread_ts=card["ts"])
    story.done(deed)
    edits(story, str(deed.ts), "Two")
    story.is_told()
    assert story.ours() == ["Two"]
    assert whispers(story, EDITED) == 0, "it was never anything else there"
    edits(story, str(deed.ts), "Three")
    story.is_told()
    assert story.ours() == ["Three"]
