"""A reply becomes one comment, and its writer hears what became of it, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from buffer import commenter
from buffer.errors import LoginExpired, NetworkDown, SlowDown, Unclear
from buffer.model import (
    Event,
    Found,
    Interaction,
    Person,
    Reply,
    ReplyState,
    State,
    Update,
)
from buffer.ports import Certainty
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from frail import Fuse, frail
from storage import SqliteStore
from storage.owners import Owner

CHANNEL = "C0SOCIAL"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Story:
    """A post that is out, a comment on it, and replies to bring there."""

    def __init__(self, store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> None:
        self.store, self.network, self.clock = store, network, clock
        self.profile = a_profile()
        store.profiles.insert(self.profile)
        self.update = Update(
            id="u1",
            post_id="u1",
            team_id=ADA.team_id,
            profile_id=self.profile.id,
            service="local",
            text="hello",
            state=State.SENT,
            created_at=MONDAY,
            updated_at=MONDAY,
            sent_at=MONDAY,
            service_update_id="p1",
        )
        store.updates.append([self.update])
        self.comment = self.is_commented()
        self.owner = Owner.take(None)

    def is_commented(self) -> Interaction:
        found = Found(
            post="p1",
            service_id="c1",
            event=Event.COMMENT,
            user=Person(username="dana"),
            created_at=MONDAY,
            text="Nice",
        )
        added = self.store.interactions.add(
            self.profile, self.update, found, ours=False, now=MONDAY
        )
        assert added
        return added

    def writes(self, text: str = "Thank you", **changes: Any) -> Reply:
        plain: dict[str, Any] = {
            "id": f"reply-{text}",
            "team_id": ADA.team_id,
            "update_id": self.update.id,
            "text": text,
            "user_id": ADA.user_id,
            "state": ReplyState.WAITING,
            "created_at": self.clock.now,
            "channel": CHANNEL,
            "ts": text,
        }
        reply = Reply(**(plain | changes))
        assert self.store.replies.insert(reply)
        return reply

    def ticks(self, service: str = "local") -> Story:
        for _ in range(50):
            if not commenter.tick(
                self.store, service, self.network, self.clock.now, owner=self.owner
            ):
                return self
        raise AssertionError("the commenter does not come to rest")

    def passes(self, span: timedelta) -> Story:
        self.clock.passes(span)
        return self

    def dies_with(self, reply: Reply) -> None:
        """The process ends with this reply on the wire; another takes its place."""
        self.store.replies.move(
            reply.id,
            expected=[ReplyState.WAITING],
            to=ReplyState.SENDING,
            owner=self.owner.id,
        )
        self.owner.release()
        self.owner = Owner.take(None)

    def now(self, reply: Reply) -> Reply:
        found = self.store.replies.get(reply.team_id, reply.id)
        assert found
        return found

    def state(self, reply: Reply) -> ReplyState:
        return self.now(reply).state

    def told(self, reply: Reply) -> int:
        row = self.store.database.one(
            "SELECT count(*) FROM outbox WHERE subject = ? AND kind = 'reply_state' AND target = ?",
            (reply.id, CHANNEL),
        )
        assert row
        return int(row[0])


@pytest.fixture
def story(store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> Iterator[Story]:
    story = Story(store, network, clock)
    yield story
    story.owner.release()


def test_words_changed_at_the_last_moment_are_the_ones_that_go_out(story: Story) -> None:
    reply = story.writes("Thank you")
    fuse = Fuse()

    def changes() -> None:
        waiting = ReplyState.WAITING
        story.store.replies.move(reply.id, expected=[waiting], to=waiting, text="Thank you all")

    fuse.light(2, changes, inside=False)  # it is listed, and not claimed yet
    now, owner = story.clock.now, story.owner
    commenter.tick(frail(story.store, fuse), "local", story.network, now, owner=owner)
    assert [text for *_, text in story.network.replies] == ["Thank you all"]


def test_a_reply_to_the_post_becomes_a_comment(story: Story) -> None:
    reply = story.writes()
    story.ticks()
    assert [(update and update.id, to, text) for update, to, text in story.network.replies] == [
        (story.update.id, None, "Thank you")
    ]
    assert (story.state(reply), story.now(reply).service_id) == (ReplyState.SENT, "r1")
    assert story.told(reply) == 1


def test_a_reply_to_a_comment_names_it(story: Story) -> None:
    story.writes(interaction_id=story.comment.id)
    story.ticks()
    assert [to for _, to, _ in story.network.replies] == [story.comment]


def test_replies_go_out_in_the_order_written(story: Story) -> None:
    for text in ("one", "two", "three"):
        story.writes(text)
        story.passes(SECOND)
    story.ticks()
    assert [text for _, _, text in story.network.replies] == ["one", "two", "three"]


def test_what_is_not_meant_for_the_network_stays(story: Story) -> None:
    kept = [
        story.writes("asked", state=ReplyState.ASKED),
        story.writes("internal", state=ReplyState.INTERNAL),
    ]
    story.ticks()
    assert story.network.calls == []
    assert [story.state(reply) for reply in kept] == [ReplyState.ASKED, ReplyState.INTERNAL]


def test_each_network_has_its_own_line(story: Story) -> None:
    reply = story.writes()
    story.ticks("mastodon")
    assert story.state(reply) is ReplyState.WAITING


def test_one_that_came_over_the_api_has_nobody_to_tell(story: Story) -> None:
    reply = story.writes(channel="", ts="")
    story.ticks()
    assert (story.state(reply), story.told(reply)) == (ReplyState.SENT, 0)


def test_a_refusal_is_told_with_its_reason(story: Story) -> None:
    reply = story.writes()
    story.network.refuses("Comments are closed.")
    story.ticks()
    now = story.now(reply)
    assert (now.state, now.error) == (ReplyState.FAILED, "Comments are closed.")
    assert story.told(reply) == 1


def test_a_lost_login_says_what_to_do(story: Story) -> None:
    reply = story.writes()
    story.network.raises(LoginExpired("The login is gone."))
    story.ticks()
    assert story.state(reply) is ReplyState.FAILED
    assert "Connect the profile again" in story.now(reply).error


@pytest.mark.parametrize(
    "error", [NetworkDown("No route."), SlowDown("Too many.", until=MONDAY + 5 * SECOND)]
)
def test_what_passes_is_waited_for(story: Story, error: Exception) -> None:
    reply = story.writes()
    story.network.raises(error)
    story.ticks().passes(4 * SECOND).ticks()
    assert story.state(reply) is ReplyState.WAITING
    story.passes(SECOND).ticks()
    assert (story.state(reply), story.told(reply)) == (ReplyState.SENT, 1)


def test_a_network_that_stays_down_is_given_up(story: Story) -> None:
    reply = story.writes()
    for _ in range(40):
        story.network.raises(NetworkDown("No route."))
    for _ in range(20):
        story.ticks().passes(MINUTE)
    assert (story.state(reply), story.told(reply)) == (ReplyState.FAILED, 1)


def test_a_pause_that_is_too_long_is_told_at_once(story: Story) -> None:
    reply = story.writes()
    story.network.raises(SlowDown("Too many.", until=MONDAY + 60 * MINUTE))
    story.ticks()
    assert story.state(reply) is ReplyState.FAILED


def test_a_repeat_that_is_refused_says_nothing_of_the_try_before(story: Story) -> None:
    reply = story.writes()
    story.network.loses_the_answer()
    story.ticks()
    story.network.refuses("The comment is gone.")
    story.passes(MINUTE).ticks()
    assert story.state(reply) is ReplyState.UNCONFIRMED
    assert len(story.network.replies) == 1


def test_a_lost_answer_of_a_keyed_network_is_asked_for_again(story: Story) -> None:
    reply = story.writes()
    story.network.loses_the_answer()
    story.ticks().passes(5 * SECOND).ticks()
    assert (story.state(reply), story.told(reply)) == (ReplyState.SENT, 1)
    assert len(story.network.replies) == 1


def test_a_lost_answer_is_looked_up_where_that_is_possible(story: Story) -> None:
    story.network.certainty = Certainty.LOOKUPABLE
    reply = story.writes()
    story.network.loses_the_answer()
    story.ticks()
    assert (story.state(reply), story.told(reply)) == (ReplyState.SENDING, 0)
    story.passes(5 * SECOND).ticks()
    assert (story.state(reply), story.told(reply)) == (ReplyState.SENT, 1)
    assert len(story.network.replies) == 1


def test_what_is_not_found_is_not_said_again(story: Story) -> None:
    story.network.certainty = Certainty.LOOKUPABLE
    reply = story.writes()
    story.network.raises(Unclear("It stopped answering."))
    for _ in range(5):
        story.ticks().passes(MINUTE)
    assert (story.state(reply), story.told(reply)) == (ReplyState.UNCONFIRMED, 1)
    assert story.network.calls.count("reply") == 1
    assert story.network.calls.count("find_reply") > 1


def test_what_went_out_late_is_looked_for_as_well(story: Story) -> None:
    story.network.certainty = Certainty.LOOKUPABLE
    reply = story.writes()
    story.passes(20 * MINUTE)
    story.network.loses_the_answer()
    story.ticks().passes(MINUTE).ticks()
    assert story.state(reply) is ReplyState.SENT


def test_where_nobody_can_look_a_person_is_asked(story: Story) -> None:
    story.network.certainty = Certainty.LOOKUPABLE
    story.network.cannot_be_searched = True
    reply = story.writes()
    story.network.loses_the_answer()
    story.ticks().passes(MINUTE).ticks()
    assert (story.state(reply), story.told(reply)) == (ReplyState.UNCONFIRMED, 1)


def test_a_blind_network_leaves_a_lost_answer_to_a_person(story: Story) -> None:
    story.network.certainty = Certainty.BLIND
    reply = story.writes()
    story.network.loses_the_answer()
    story.ticks().passes(MINUTE).ticks()
    assert (story.state(reply), story.told(reply)) == (ReplyState.UNCONFIRMED, 1)
    assert len(story.network.replies) == 1


def test_an_unclear_one_is_not_pursued_for_ever(story: Story) -> None:
    reply = story.writes()
    for _ in range(40):
        story.network.raises(Unclear("It stopped answering."))
    for _ in range(20):
        story.ticks().passes(MINUTE)
    assert (story.state(reply), story.told(reply)) == (ReplyState.UNCONFIRMED, 1)


def test_an_outage_after_a_lost_answer_does_not_make_it_certain(story: Story) -> None:
    reply = story.writes()
    story.network.loses_the_answer()
    story.ticks()
    for _ in range(40):
        story.network.raises(NetworkDown("No route."))
    for _ in range(20):
        story.passes(MINUTE).ticks()
    assert story.state(reply) is ReplyState.UNCONFIRMED


@pytest.mark.parametrize("certainty", list(Certainty))
def test_a_death_on_the_wire(story: Story, certainty: Certainty) -> None:
    story.network.certainty = certainty
    reply = story.writes()
    story.dies_with(reply)
    for _ in range(5):
        story.ticks().passes(MINUTE)
    if certainty is Certainty.KEYED:
        assert (story.state(reply), story.told(reply)) == (ReplyState.SENT, 1)
    else:
        assert (story.state(reply), story.told(reply)) == (ReplyState.UNCONFIRMED, 1)
        assert story.network.replies == []


def test_a_living_neighbour_is_left_alone(story: Story) -> None:
    reply = story.writes()
    neighbour = Owner.take(None)
    story.store.replies.move(
        reply.id, expected=[ReplyState.WAITING], to=ReplyState.SENDING, owner=neighbour.id
    )
    story.ticks()
    assert (story.state(reply), story.network.calls) == (ReplyState.SENDING, [])
    neighbour.release()


def test_a_post_that_is_gone_takes_its_replies_with_it(story: Story) -> None:
    reply = story.writes()
    story.store.database.execute("DELETE FROM updates WHERE id = ?", (story.update.id,))
    story.ticks()
    assert story.store.replies.get(reply.team_id, reply.id) is None


def test_an_adapter_that_trips_is_treated_as_unclear(story: Story) -> None:
    story.network.certainty = Certainty.BLIND
    reply = story.writes()
    story.network.raises(KeyError("surprise"))
    story.ticks()
    assert story.state(reply) is ReplyState.UNCONFIRMED
