"""A change of a reply reaches its network once and in order, whatever dies, fails or overtakes on the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from buffer import commenter, corrections, jobs
from buffer.corrections import Corrections, Wish
from buffer.errors import LoginExpired, NetworkDown, Refused, SlowDown, Unclear
from buffer.model import Event, Found, NoticeKind, Person, Reply, ReplyState, State
from buffer.ports import Can, Certainty
from buffer.telling import words_of
from cast import ADA, MONDAY, a_profile, an_update
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore
from storage.owners import Owner

CHANNEL, TS = "C0SOCIAL", "1.1"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Story:
    """A reply to a mention elsewhere or to a post, and what its writer makes of it afterwards."""

    def __init__(
        self, store: SqliteStore, network: FakeNetwork, clock: FakeClock, *, elsewhere: bool
    ) -> None:
        self.store, self.network, self.clock = store, network, clock
        self.profile = a_profile()
        store.profiles.insert(self.profile)
        update = an_update(self.profile, state=State.SENT, service_update_id="p1")
        store.updates.append([update])
        found = Found(
            post="elsewhere" if elsewhere else "p1",
            service_id="c1",
            event=Event.MENTION if elsewhere else Event.COMMENT,
            user=Person(username="dana"),
            created_at=MONDAY,
            elsewhere=elsewhere,
        )
        about = None if elsewhere else update
        to = store.interactions.add(self.profile, about, found, ours=False, now=MONDAY)
        assert to
        self.to = to
        self.owner: Owner | Company = Owner.take(None)
        self.count = 0
        self.work = Corrections(store, {"local": network})

    def writes(self, state: ReplyState = ReplyState.SENT, *, ts: str = TS) -> Story:
        reply = Reply(
            id="r",
            team_id=ADA.team_id,
            update_id=self.to.update_id,
            interaction_id=self.to.id,
            text="One",
            user_id=ADA.user_id,
            state=state,
            created_at=self.clock.now,
            channel=CHANNEL,
            ts=ts,
            service_id="9" if state is ReplyState.SENT else "",
        )
        assert self.store.replies.insert(reply)
        return self

    def wishes(self, text: str | None) -> Story:
        """As Slack tells of it, newer than all before."""
        self.count += 1
        wish, now = Wish(text=text, stamp=f"{self.count:03}"), self.clock.now
        with self.store.transaction():
            assert corrections.hear(self.store, CHANNEL, TS, wish, now, said=self.reply.text)
            if self.reply.state is ReplyState.SENT:
                corrections.follow(self.store, self.network, self.reply, wish, now)
        return self

    def ticks(self) -> Story:
        while jobs.tick(self.store, corrections.KIND, self.work, self.clock.now, owner=self.owner):
            pass
        return self

    def comments(self) -> Story:
        while commenter.tick(self.store, "local", self.network, self.clock.now, owner=self.owner):
            pass
        return self

    def passes(self, span: timedelta) -> Story:
        self.clock.passes(span)
        return self

    @property
    def reply(self) -> Reply:
        found = self.store.replies.get(ADA.team_id, "r")
        assert found
        return found

    @property
    def whispers(self) -> list[str]:
        """What the writer was told, in order."""
        lines = self.store.outbox.lines(NoticeKind.REPLY_STATE, "r")
        told = [self.store.memos.recall(words_of(line), self.clock.now) for line in lines]
        return [words for words in told if words]


@pytest.fixture(params=[False, True], ids=["post", "elsewhere"])
def story(
    store: SqliteStore, network: FakeNetwork, clock: FakeClock, request: pytest.FixtureRequest
) -> Iterator[Story]:
    story = Story(store, network, clock, elsewhere=request.param)
    yield story
    story.owner.release()


CHANGED, DELETED = (f"Your comment on {{place}} is {done}, too." for done in ("changed", "deleted"))


def test_the_last_wish_is_done_and_told_once(story: Story) -> None:
    story.writes().wishes("Two").wishes("Three").ticks()
    assert story.network.edits == [("9", "Three")]
    assert (story.reply.text, story.reply.service_id) == ("Three", "9")
    assert story.whispers == [CHANGED]


def test_told_again_later_in_the_same_words_it_is_still_done(story: Story) -> None:
    story.writes().wishes("Two")
    again = Wish(text="Two", stamp="500")
    older = Wish(text="Three", stamp="400")
    for wish in (again, older):
        assert not corrections.hear(story.store, CHANNEL, TS, wish, MONDAY, said="One")
    story.ticks()
    assert story.network.edits == [("9", "Two")]


def test_a_deletion_is_the_last_word(story: Story) -> None:
    story.writes().wishes("Two").wishes(None).ticks()
    assert (story.network.edits, story.network.deleted) == ([], ["9"])
    assert story.reply.state is ReplyState.DELETED
    assert story.store.replies.are_ours(story.profile.id, "9")
    late = Wish(text="Three", stamp="999")
    assert not corrections.hear(story.store, CHANNEL, TS, late, MONDAY, said="One")
    assert story.whispers == [DELETED]


def test_our_own_comment_that_the_network_told_of_counts_as_removed(story: Story) -> None:
    found = Found(
        post="c1",
        service_id="9",
        event=Event.COMMENT,
        user=Person(username="us"),
        created_at=MONDAY,
    )
    ours = story.store.interactions.add(story.profile, None, found, ours=True, now=MONDAY)
    story.writes().wishes(None).ticks()
    known = story.store.interactions.known(story.profile.id, "9")
    assert ours and known and known.removed


@pytest.mark.parametrize(
    "error",
    [NetworkDown("Away."), Unclear("Silent."), SlowDown("Busy.", until=MONDAY + 9 * SECOND)],
)
def test_it_is_tried_again(story: Story, error: Exception) -> None:
    story.writes().network.raises(error)
    story.wishes("Two").ticks()
    assert story.whispers == []
    story.passes(10 * SECOND).ticks()
    assert story.network.edits == [("9", "Two")]
    assert story.whispers == [CHANGED]


def test_an_older_wish_that_waits_is_overtaken(story: Story) -> None:
    story.writes().network.raises(NetworkDown("Away."))
    story.wishes("Two").ticks().wishes("Three").ticks()
    story.passes(10 * SECOND).ticks()
    assert story.network.edits == [("9", "Three")]
    assert story.network.calls == ["edit_reply", "edit_reply"]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Refused("It is closed."), "It is closed."),
        (LoginExpired("The login is gone."), "The login is gone. Connect the profile again."),
    ],
)
def test_a_refusal_is_told_with_its_reason(story: Story, error: Exception, why: str) -> None:
    story.writes().network.raises(error)
    story.wishes("Two").ticks()
    assert story.reply.text == "One"
    assert story.whispers == [f"Your comment on {{place}} could not be changed. {why}"]
    story.wishes(None).ticks()
    assert story.reply.state is ReplyState.DELETED


def test_after_a_while_it_is_given_up_and_told(story: Story) -> None:
    for _ in range(100):
        story.network.raises(NetworkDown("Away."))
    story.writes().wishes(None)
    for _ in range(70):
        story.ticks().passes(MINUTE)
    assert story.whispers == ["Your comment on {place} could not be deleted. Away."]
    assert story.reply.state is ReplyState.SENT


def test_killed_after_the_network_took_it_it_is_told_once(story: Story) -> None:
    story.writes().wishes("Two")
    job = story.store.jobs.next(corrections.KIND, story.clock.now)
    assert job
    story.store.jobs.begin(job, owner=story.owner.id)
    story.work.do(job, story.clock.now)
    story.ticks()
    assert story.network.edits == [("9", "Two")] * 2
    assert story.whispers == [CHANGED]


def test_while_another_process_changes_it_the_next_change_waits(story: Story) -> None:
    story.writes().wishes("Two")
    job = story.store.jobs.next(corrections.KIND, story.clock.now)
    assert job
    story.store.jobs.begin(job, owner="another")
    story.owner.release()
    story.owner = Company()
    story.wishes("Three").ticks()
    assert story.network.calls == []
    story.store.jobs.end(job, done=True, result="changed", now=story.clock.now)
    story.passes(10 * SECOND).ticks()
    assert story.network.edits == [("9", "Three")]
    assert story.whispers == [CHANGED]


class Company:
    """A process among others that all live."""

    id = "this"

    def alive(self, owner_id: str) -> bool:
        return True

    def release(self) -> None:
        """It holds nothing."""


# -- while it is on its way


def test_changed_on_its_way_it_follows(story: Story) -> None:
    story.writes(ReplyState.WAITING)
    on_its_way(story).wishes("Two").comments().ticks()
    assert [text for _, _, text in story.network.replies] == ["One"]
    assert story.network.edits == [("r1", "Two")]
    assert story.reply.text == "Two"


def test_what_did_not_get_out_goes_out_with_the_new_words(story: Story) -> None:
    story.writes(ReplyState.WAITING)
    hit_by(story, "Two", NetworkDown("Away."))
    assert (story.reply.state, story.reply.text) == (ReplyState.WAITING, "Two")
    story.passes(MINUTE).comments().ticks()
    assert [text for _, _, text in story.network.replies] == ["Two"]
    assert story.network.edits == []
    assert story.whispers == []


@pytest.mark.parametrize("text", [None, "", "// between us"])
def test_what_did_not_get_out_may_stay_here(story: Story, text: str | None) -> None:
    story.writes(ReplyState.WAITING)
    hit_by(story, text, NetworkDown("Away."))
    assert (story.reply.state, story.reply.text) == (ReplyState.INTERNAL, "")
    story.passes(MINUTE).comments().ticks()
    assert story.network.replies == []


def test_what_did_not_get_out_may_be_too_long_now(story: Story) -> None:
    story.writes(ReplyState.WAITING)
    hit_by(story, "x" * 501, NetworkDown("Away."))
    assert story.reply.state is ReplyState.FAILED
    assert "takes 500 characters" in story.reply.error


def test_what_failed_is_not_followed(story: Story) -> None:
    story.writes(ReplyState.WAITING)
    hit_by(story, "Two", Refused("Closed."))
    story.ticks()
    assert story.reply.state is ReplyState.FAILED
    assert story.network.calls == ["reply"]
    assert story.whispers == []


def test_of_what_nobody_can_tell_the_writer_hears(story: Story) -> None:
    story.network.certainty = Certainty.BLIND
    story.writes(ReplyState.WAITING)
    hit_by(story, "Two", Unclear("Silent."))
    story.ticks()
    assert story.reply.state is ReplyState.UNCONFIRMED
    assert [words.startswith("It is not clear") for words in story.whispers] == [True]


def test_where_the_network_cannot_it_is_said_once_it_is_out(story: Story) -> None:
    story.network.can = frozenset({Can.DELETE})
    story.writes(ReplyState.WAITING)
    on_its_way(story).wishes("Two")
    assert story.whispers == []
    story.comments().ticks()
    assert story.network.edits == []
    assert ["what you changed here is not changed there" in each for each in story.whispers] == [
        True
    ]


def test_written_in_a_window_there_is_nothing_to_follow(story: Story) -> None:
    story.writes(ReplyState.WAITING, ts="").comments().ticks()
    assert story.network.calls == ["reply"]
    assert story.whispers == []


def on_its_way(story: Story) -> Story:
    """Whoever brought it there was killed; its outcome is not known."""
    waiting, sending = ReplyState.WAITING, ReplyState.SENDING
    assert story.store.replies.move("r", expected=[waiting], to=sending, owner="somebody dead")
    return story


def hit_by(story: Story, text: str | None, error: Exception) -> None:
    """It is changed while the network has it, which then fails so."""
    network, now = story.network, story.clock.now
    network.hangs()
    tick = threading.Thread(
        target=commenter.tick,
        args=(story.store, "local", network, now),
        kwargs={"owner": story.owner},
    )
    network.raises(error)
    tick.start()
    while "reply" not in network.calls:
        time.sleep(0.01)
    story.wishes(text)
    network.wakes()
    tick.join()
