"""The queue lives on another server: two whole houses, one with Slack and one with the queue, and HTTP between them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import doctor
from buffer.backends.embedded import EmbeddedQueues
from buffer.backends.promised import KIND
from buffer.model import Actor, Draft, Event, Profile, State, Team, Update
from buffer.ports import Queue
from cast import MONDAY
from fakes import FakeClock, FakeNetwork
from playground import ADA, BO, SOCIAL, TEAM, direct
from playground.server import Server
from settings import Settings
from stories.story_house import MakeStory, Story, said
from wiring import House, build, slack_client

THERE = "T0ELSEWHERE"
TEXT = "Our release is out!"
WORKING = ("sender", "poller local", "outbox", "sweeper")


@dataclass
class Far:
    """The server with the queue."""

    house: House
    clock: FakeClock
    web: Server
    token: str

    @property
    def profile(self) -> Profile:
        return self.house.store.profiles.all()[0]

    def pending(self) -> list[Update]:
        return self.queue().pending(self.profile.id).items

    def queue(self) -> Queue:
        return self.house.services.queues(Actor(team_id=THERE, user_id="far"))

    def works(self, seconds: float = 0) -> None:
        self.clock.passes(timedelta(seconds=seconds))
        quiet = 0
        while quiet < 3:
            more = [loop.name for loop in self.house.loops if loop.name in WORKING and loop.tick()]
            quiet = 0 if more else quiet + 1
            time.sleep(0.02)

    def posts(self) -> list[dict[str, Any]]:
        return self.house.store.local.posts()


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    (tmp_path / "far").mkdir()
    clock = FakeClock(MONDAY)
    settings = Settings(
        host="0.0.0.0",
        database_url=f"sqlite:///{tmp_path}/far/buffer.db",
        api_rate_limit=0,
    )
    house = build(settings, clock=clock, steady=clock.steady)
    house.store.teams.bind(Team(id=THERE), MONDAY)
    web = Server(house.web, 0)
    web.start()
    done = threading.Event()
    (bring,) = (loop.tick for loop in house.loops if loop.name == "commenter local")
    bringing = threading.Thread(
        target=lambda: [bring() for _ in iter(lambda: done.wait(0.05), True)]
    )
    bringing.start()  # the API waits for it, so it cannot wait for the test
    yield Far(house, clock, web, house.store.tokens.create("near", THERE, MONDAY))
    done.set()
    bringing.join(5)
    web.stop()
    house.stop(5)
    house.close()


@pytest.fixture
def near(far: Far, make_story: MakeStory) -> Story:
    story = make_story(
        buffer_backend="rest",
        buffer_api_url=f"http://127.0.0.1:{far.web.port}",
        buffer_access_token=far.token,
    )
    story.work()
    story.house.store.feeds.follow(TEAM["id"], SOCIAL, far.profile.id)
    return story


def both_pass(near: Story, far: Far, seconds: float) -> None:
    near.clock.passes(timedelta(seconds=seconds))
    far.works(seconds)
    near.work()
    near.is_told()


def told(near: Story, person: str = ADA) -> str:
    """The last direct message of the bot."""
    messages = near.slack.messages(direct(person).id, person)
    return said(messages[-1]) if messages else ""


def test_from_a_command_to_an_answer_on_the_network(near: Story, far: Far) -> None:
    answer = near.command(f"/buffer {TEXT}")
    assert "Adding your post… You will be told how it went." in answer
    assert "What you typed" not in answer
    near.work()
    assert "Added" in told(near)
    assert "09:00" in told(near)
    (waiting,) = far.pending()
    assert (waiting.text, waiting.due_at) == (TEXT, MONDAY + timedelta(hours=1))

    both_pass(near, far, 3600)
    assert [post["text"] for post in far.posts()] == [TEXT]
    both_pass(near, far, 61)
    assert near.cards() == 1
    card = near.card()
    assert TEXT in said(card)

    far.house.store.local.react(
        far.posts()[0]["id"],
        event=Event.COMMENT,
        who="Cleo",
        text="How do I install it?",
        key="c1",
        ours=False,
        now=far.clock(),
    )
    both_pass(near, far, 61)
    thread = near.slack.thread(SOCIAL, card["ts"])
    assert "How do I install it?" in said(thread[1])
    buttons = [each["elements"] for each in thread[1]["blocks"] if each["type"] == "actions"]
    assert [each["text"]["text"] for each in buttons[0]] == ["Reply"], (
        "v1 knows no likes of comments"
    )

    near.done(near.slack.say(as_=BO, channel=SOCIAL, text="With make.", thread_ts=card["ts"]))
    near.is_told()
    near.done(near.slack.press(as_=BO, channel=SOCIAL, action_id="reply_post"))
    both_pass(near, far, 1)
    ours = [each["text"] for each in far.posts()[0]["comments"] if each["ours"]]
    assert ours == ["With make."]
    both_pass(near, far, 61)
    both_pass(near, far, 61)
    assert len(near.slack.thread(SOCIAL, card["ts"])) == 3, "our own comment is no news"
    assert near.cards() == 1


def test_a_comment_is_answered_by_its_button(near: Story, far: Far) -> None:
    near.command(f"/buffer {TEXT}")
    near.work()
    both_pass(near, far, 3600)
    both_pass(near, far, 61)
    card = near.card()
    assert far.house.store.local.react(
        far.posts()[0]["id"],
        event=Event.COMMENT,
        who="Cleo",
        text="How do I install it?",
        key="c1",
        ours=False,
        now=far.clock(),
    )
    both_pass(near, far, 61)
    comment = near.slack.thread(SOCIAL, card["ts"])[1]
    near.done(near.slack.press(as_=BO, label="Reply", channel=SOCIAL, ts=comment["ts"]))
    for _ in range(2):
        near.done(near.slack.submit(as_=BO, values={"text": "With make."}))
        if near.slack.modal(BO) is None:
            break
    both_pass(near, far, 1)
    ours = [each["text"] for each in far.posts()[0]["comments"] if each["ours"]]
    assert ours == ["@Cleo With make."]


def test_what_is_deleted_there_is_shown_so_here(near: Story, far: Far) -> None:
    near.command(f"/buffer {TEXT}")
    near.work()
    both_pass(near, far, 3600)
    both_pass(near, far, 61)
    react = partial(far.house.store.local.react, far.posts()[0]["id"], ours=False, now=far.clock())
    react(event=Event.LIKE, who="Dana", text="", key="l1")
    comment = react(event=Event.COMMENT, who="Cleo", text="Hm, how?", key="c1")
    assert comment
    both_pass(near, far, 61)
    both_pass(near, far, 61)
    assert "1 comment · 1 like" in said(near.card())
    far.house.store.local.remove(comment, far.clock(), ours=False)
    for _ in range(3):
        both_pass(near, far, 61)
    assert "1 like" in said(near.card()) and "comment ·" not in said(near.card())
    (_, told) = near.slack.thread(SOCIAL, near.card()["ts"])
    assert "Cleo commented on the local network and deleted it." in said(told)


def test_the_buttons_under_the_outcome(near: Story, far: Far) -> None:
    far.queue().add(Draft(text="The first", profile_ids=(far.profile.id,)))
    near.command(f"/buffer {TEXT}")
    near.work()
    near.press("Top", channel=direct(ADA).id)
    near.work()
    near.is_told()
    assert [each.text for each in far.pending()] == [TEXT, "The first"]
    assert "at the top" in told(near)
    near.press("Share now", channel=direct(ADA).id)
    near.work()
    (held, _) = far.pending()
    assert held.share_at == far.clock.now + timedelta(seconds=10), "held there, as anywhere"
    near.press("Undo", channel=direct(ADA).id)
    near.work()
    near.is_told()
    assert [each.text for each in far.pending()] == ["The first"]
    assert "deleted" in told(near)


def test_a_refusal_comes_back_with_the_words(near: Story, far: Far) -> None:
    far.queue().add(Draft(text=TEXT, profile_ids=(far.profile.id,)))
    near.command(f"/buffer {TEXT}")
    near.work()
    assert "did not work: The same text is waiting" in told(near)
    assert TEXT in told(near)
    assert len(far.pending()) == 1


def test_a_server_that_is_away_for_a_while(near: Story, far: Far) -> None:
    far.web.stop()
    assert "Adding your post" in near.command(f"/buffer {TEXT}")
    near.work()
    assert told(near) == ""
    assert "cannot be reached" in near.command("/buffer queue")
    near.done(near.slack.open_home(as_=ADA))
    near.calm()
    assert "cannot be reached" in said(near.slack.home(ADA))
    far.web.start()
    both_pass(near, far, 30)
    assert "Added" in told(near)
    assert [each.text for each in far.pending()] == [TEXT]


def test_a_server_that_stays_away_is_told_of(near: Story, far: Far) -> None:
    far.web.stop()
    near.command(f"/buffer {TEXT}")
    for _ in range(16):
        near.passes(300)
    near.is_told()
    assert "did not work" in told(near)
    assert TEXT in told(near)
    far.web.start()


def test_the_queue_is_shown_as_it_is_there(near: Story, far: Far) -> None:
    far.queue().add(Draft(text="From elsewhere", profile_ids=(far.profile.id,)))
    assert "From elsewhere" in near.command("/buffer queue")
    near.done(near.slack.open_home(as_=ADA))
    near.calm()
    home = said(near.slack.home(ADA))
    assert "From elsewhere" in home
    assert " · by " not in home, "a token is nobody in this workspace"
    near.command("/buffer Another one")
    near.work()
    assert "Another one" in said(near.slack.home(ADA))


def test_the_window_says_that_it_is_being_added(near: Story, far: Far) -> None:
    near.command("/buffer")
    near.done(near.slack.submit(as_=ADA, values={"text": TEXT}))
    assert "Adding your post" in said(near.slack.modal(ADA))
    near.work()
    assert [each.text for each in far.pending()] == [TEXT]


def test_the_same_request_thrice_is_one_job(near: Story, far: Far) -> None:
    near.slack.faults.copies = dict.fromkeys(near.slack.faults.copies, 3)
    near.command(f"/buffer {TEXT}")
    near.work()
    assert len(far.pending()) == 1
    rows = near.house.store.database.all("SELECT 1 FROM jobs WHERE kind = ?", (KIND,))
    assert len(rows) == 1


def test_a_pause_from_slack(near: Story, far: Far) -> None:
    assert "Pausing" in near.command("/buffer pause")
    near.work()
    assert far.profile.paused
    assert "Paused" in told(near)


def test_what_fails_there_is_told_here(near: Story, far: Far) -> None:
    far.queue().add(Draft(text=TEXT, profile_ids=(far.profile.id,)))
    far.clock.passes(timedelta(days=1))
    near.clock.passes(timedelta(days=1))
    both_pass(near, far, 61)
    problems = [each for each in near.slack.messages(SOCIAL) if "missed" in said(each).lower()]
    assert len(problems) == 1
    both_pass(near, far, 61)
    both_pass(near, far, 61)
    assert (
        len([each for each in near.slack.messages(SOCIAL) if "missed" in said(each).lower()]) == 1
    )


def test_doctor_asks_the_server(near: Story, far: Far) -> None:
    settings, store = near.house.settings, near.house.store
    client = slack_client(settings)
    assert any(
        "answers: “Local network” (local)" in words
        for _, words in doctor.examine(settings, store, client, {})
    )
    far.web.stop()
    wrong = [words for right, words in doctor.examine(settings, store, client, {}) if not right]
    assert len(wrong) == 1
    assert far.token not in wrong[0]
    far.web.start()


def test_doctor_finds_what_an_embedded_queue_left_behind(near: Story, far: Far) -> None:
    house = near.house
    networks = {"local": FakeNetwork()}
    mine = EmbeddedQueues(house.store, networks, near.clock)(Actor(team_id=TEAM["id"], user_id=ADA))
    mine.add(Draft(text="Left behind", profile_ids=(far.profile.id,)))
    found = doctor.examine(
        house.settings, house.store, slack_client(house.settings), house.services.networks
    )
    assert any("Waiting in this database: 1." in words for right, words in found if not right)


def test_more_than_a_page_was_sent_since_the_last_look(near: Story, far: Far) -> None:
    near.house.store.feeds.unfollow(TEAM["id"], SOCIAL, far.profile.id)
    for n in range(150):
        made = far.queue().add(Draft(text=f"post {n}", profile_ids=(far.profile.id,)))[0]
        sent = replace(made, state=State.SENT, sent_at=far.clock(), service_update_id=f"p{n}")
        assert far.house.store.updates.save(sent, expected={State.QUEUED})
    near.passes(61)
    assert near.house.store.updates.counts(far.profile.id) == (0, 150)
