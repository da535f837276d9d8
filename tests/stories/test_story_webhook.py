"""A network behind a few lines of its own: a post goes there, what people say comes back signed, and is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from buffer.model import Actor, Profile
from playground import ADA, BO, SOCIAL, TEAM
from playground.server import Server
from real_bluesky import free_port
from stories.story_house import MakeStory, Story, said
from webhook_receiver import Receiver, receiver

DANA = {"username": "dana", "name": "Dana"}


class Blog:
    """Ada's blog, connected as a webhook that #social hears of; the story's own server takes what it tells."""

    def __init__(self, story: Story, there: Receiver) -> None:
        self.story, self.there = story, there
        accounts = story.house.services.accounts
        assert accounts
        form = {"name": "Our blog", "url": there.url, "secret": there.secret}
        actor = Actor(team_id=TEAM["id"], user_id=ADA)
        made = accounts.connect(actor, "webhook", form, timezone="UTC")
        assert isinstance(made, Profile)
        self.profile = made
        story.house.store.feeds.follow(TEAM["id"], SOCIAL, made.id)

    def is_out(self, text: str) -> dict[str, Any]:
        """Its card."""
        self.story.command(f"/buffer {text} --to webhook --now")
        self.story.passes(11)
        assert [each["text"] for each in self.there.posts] == [text]
        return self.story.card()

    def tells(self, kind: str, **said: Any) -> None:
        self.there.tells(self.story.clock(), kind, **said)
        self.story.work()
        self.story.is_told()

    def says(self, text: str, thread: str) -> str:
        """Bo writes in a thread; the ts of the message."""
        deed = self.story.slack.say(as_=BO, channel=SOCIAL, text=text, thread_ts=thread)
        self.story.done(deed)
        self.story.passes(1)
        return str(deed.ts)

    def thread(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        """What is said below a card."""
        found = self.story.slack.messages(SOCIAL, BO)
        return [each for each in found if each["ts"] > card["ts"] == each.get("thread_ts")]

    def told(self, card: dict[str, Any]) -> list[str]:
        return [said(each) for each in self.thread(card)]


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def blog(make_story: MakeStory, there: Receiver) -> Iterator[Blog]:
    port = free_port()
    story = make_story(public_url=f"http://127.0.0.1:{port}")
    web = Server(story.house.web, port)
    web.start()
    yield Blog(story, there)
    web.stop()


def a_comment(post: str, **changes: Any) -> dict[str, Any]:
    plain = {"id": "c7", "post": post, "event": "comment", "user": DANA, "text": "Is it fast?"}
    return plain | changes


def test_a_conversation_on_a_network_of_ones_own(blog: Blog, there: Receiver) -> None:
    card = blog.is_out("Our release is out!")
    assert "Reply in this thread" in said(card)
    post = there.posts[0]["id"]

    blog.tells("interaction.created", interaction=a_comment(post))
    blog.tells("post.statistics", post=post, statistics={"likes": 3})
    (told,) = blog.told(card)
    assert "Dana" in told and "Is it fast?" in told
    assert '"Reply"' in told and '"Like"' not in told
    assert "1 comment · 3 likes" in said(blog.story.card())

    blog.says("Very", card["ts"])
    assert "Post this reply as" in blog.story.private(BO, SOCIAL)
    blog.story.press("Post as Our blog", as_=BO, channel=SOCIAL)
    blog.story.passes(1)
    (comment,) = there.comments
    assert (comment["text"], comment["post"], comment["to"]) == ("Very", post, None)
    ours = {"id": comment["id"], "post": post, "event": "comment", "user": DANA, "text": "Very"}
    blog.tells("interaction.created", interaction=ours)
    blog.tells("interaction.created", interaction=a_comment(comment["id"], id="c8", text="How?"))
    assert sum("Very" in each for each in blog.told(card)) == 1, "what we said is not told again"
    assert "How?" in blog.told(card)[-1]

    blog.tells("interaction.updated", interaction=a_comment(post, text="Is it very fast?"))
    assert "Is it very fast?" in blog.told(card)[0] and "(edited)" in blog.told(card)[0]
    blog.tells("interaction.deleted", interaction={"id": "c7"})
    assert "deleted it" in blog.told(card)[0] and "fast" not in blog.told(card)[0]
    blog.tells("post.deleted", post=post)
    assert "no longer on Webhook" in said(blog.story.card())


def test_the_reply_button_answers_that_comment(blog: Blog, there: Receiver) -> None:
    card = blog.is_out("Our release is out!")
    blog.tells("interaction.created", interaction=a_comment(there.posts[0]["id"]))
    (told,) = blog.thread(card)
    blog.story.done(blog.story.slack.press(as_=BO, label="Reply", channel=SOCIAL, ts=told["ts"]))
    blog.story.done(blog.story.slack.submit(as_=BO, values={"text": "It is"}))
    blog.story.passes(1)
    (comment,) = there.comments
    assert (comment["text"], comment["to"]) == ("It is", {"id": "c7", "user": "dana"})


def test_a_mention_elsewhere_begins_a_thread_that_is_answered(blog: Blog, there: Receiver) -> None:
    blog.is_out("Our release is out!")
    mention = {"id": "m1", "event": "mention", "user": DANA, "text": "Look at them"}
    blog.tells("interaction.created", interaction=mention)
    told = blog.story.card()
    assert "Look at them" in said(told)
    blog.says("Thank you", told["ts"])
    blog.story.press("Post as Our blog", as_=BO, channel=SOCIAL)
    blog.story.passes(1)
    (comment,) = there.comments
    assert comment["text"] == "Thank you"
    assert (comment["post"], comment["to"]) == (None, {"id": "m1", "user": "dana"})


def test_the_reply_button_answers_a_mention_elsewhere(blog: Blog, there: Receiver) -> None:
    blog.is_out("Our release is out!")
    mention = {"id": "m1", "event": "mention", "user": DANA, "text": "Look at them"}
    blog.tells("interaction.created", interaction=mention)
    told = blog.story.card()
    blog.story.done(blog.story.slack.press(as_=BO, label="Reply", channel=SOCIAL, ts=told["ts"]))
    blog.story.done(blog.story.slack.submit(as_=BO, values={"text": "Thank you"}))
    blog.story.passes(1)
    blog.story.is_told()
    (comment,) = there.comments
    assert (comment["post"], comment["to"]) == (None, {"id": "m1", "user": "dana"})
    assert "Thank you" in blog.told(told)[0]


def test_where_comments_do_not_go_nobody_is_invited(make_story: MakeStory) -> None:
    with receiver(comments=False) as there:
        blog = Blog(make_story(), there)
        card = blog.is_out("Our release is out!")
        assert "Reply in this thread" not in said(card)
        blog.says("Well done", card["ts"])
        assert blog.story.private(BO, SOCIAL) == ""
        assert there.comments == []


def test_a_webhook_is_not_asked(story: Story) -> None:
    names = [loop.name for loop in story.house.loops]
    assert {"poller local", "poller mastodon 1", "poller bluesky 1"} <= set(names)
    assert "commenter webhook" in names
    assert not [each for each in names if each.startswith("poller webhook")]
