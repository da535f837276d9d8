"""A disk that fails, a line that is cut, a clock that is set: nothing lost, nothing twice, and no restart needed.

In sizes that take seconds; `make kill-rig KILLS=1000` is the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from buffer.errors import Busy, NetworkDown, Unclear
from buffer.model import Limits, Profile, Receipt, State, Update
from buffer.ports import Certainty
from buffer.sender import Crew, Sender
from cast import MONDAY
from clocks import SettledClock
from fakes import FakeClock, FakeNetwork
from rig.runs import measured
from sender_story import NINE, Story
from storage import SqliteStore

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


# -- the n-th call fails


@pytest.fixture(scope="module")
def failures() -> list[dict[str, Any]]:
    return measured("faults", 5)


@pytest.mark.parametrize("certainty", list(Certainty))
def test_whatever_call_fails_nothing_is_lost_or_twice(
    failures: list[dict[str, Any]], certainty: Certainty
) -> None:
    kinds = [each for each in failures if each["label"].startswith(f"{certainty.value} ")]
    assert len(kinds) == 7
    assert all(each["faults"] > 0 for each in kinds)
    assert [each["wrong"] for each in kinds] == [[]] * 7


class Remembering(FakeNetwork):
    """Its limits are kept in our database, which may be locked."""

    is_locked = False

    def limits(self, profile: Profile) -> Limits:
        if self.is_locked:
            raise Busy("locked")
        return super().limits(profile)


@pytest.fixture
def remembering(store: SqliteStore, clock: FakeClock) -> Iterator[Story]:
    story = Story(store, Remembering(Certainty.LOOKUPABLE), clock)
    yield story
    story.dies()


def locks(story: Story, *, is_locked: bool) -> None:
    assert isinstance(story.network, Remembering)
    story.network.is_locked = is_locked


def settles(story: Story) -> None:
    """Ticks through ten minutes."""
    for _ in range(40):
        story.passes(15 * SECOND).sends()


def test_a_database_locked_before_a_post_puts_it_off(remembering: Story) -> None:
    update = remembering.queues()
    locks(remembering, is_locked=True)
    remembering.at(NINE).sends()
    assert remembering.state(update) is State.QUEUED
    locks(remembering, is_locked=False)
    settles(remembering)
    assert remembering.out() == ["hello"]
    assert remembering.state(update) is State.SENT


def test_a_database_locked_at_a_look_up_says_nothing_about_the_post(remembering: Story) -> None:
    update = remembering.queues()
    remembering.network.loses_the_answer()
    remembering.at(NINE).sends()
    locks(remembering, is_locked=True)
    remembering.passes(5 * SECOND).sends()
    assert remembering.state(update) is State.SENDING
    locks(remembering, is_locked=False)
    settles(remembering)
    assert remembering.out() == ["hello"]
    assert remembering.state(update) is State.SENT


# -- the clock is set


@pytest.fixture(scope="module")
def jumps() -> list[dict[str, Any]]:
    return measured("clocks", 200)


def test_a_clock_set_for_good_again_and_again_sends_no_post_twice(
    jumps: list[dict[str, Any]],
) -> None:
    _, for_good = jumps
    assert for_good["wrong"] == []
    assert for_good["jumps"] == 200


def test_a_clock_with_glitches_sends_each_post_once_and_none_early(
    jumps: list[dict[str, Any]],
) -> None:
    glitches, _ = jumps
    assert glitches["wrong"] == []
    assert glitches["sent"] == glitches["posts"]


class Watch:
    """A sender with a clock that nobody sets, beside the one on the wall."""

    def __init__(self, store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> None:
        self.story, self.steady = Story(store, network, clock), 0.0
        self.settled = SettledClock(clock, lambda: self.steady)
        self.sender = Sender(
            store,
            {"local": network},
            Crew(submit={"local": lambda work: work()}, size=20),
            owner=self.story.owner,
            clock=self.settled,
        )

    def passes(self, span: timedelta) -> None:
        """Asleep as long as the sender said, again and again."""
        end = self.steady + span.total_seconds()
        while self.steady < end:
            now = self.settled()
            pause = 0.002 if self.sender.tick(now) else min(1.0, self.sender.wait(now))
            pause = min(max(0.002, pause), end - self.steady)
            self.steady += pause
            self.story.clock.passes(timedelta(seconds=pause))

    def is_set(self, by: timedelta) -> None:
        self.story.clock.passes(by)


@pytest.fixture
def watch(store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> Iterator[Watch]:
    watch = Watch(store, network, clock)
    yield watch
    watch.story.dies()


@pytest.mark.parametrize("by", [timedelta(seconds=20), HOUR, DAY])
def test_a_clock_put_right_within_the_second_sends_nothing_early(
    watch: Watch, by: timedelta
) -> None:
    update = watch.story.queues(scheduled_at=MONDAY + 30 * SECOND)
    watch.passes(15 * SECOND)
    watch.is_set(by)
    watch.passes(0.5 * SECOND)
    watch.is_set(-by)
    assert watch.story.out() == []
    watch.passes(10 * SECOND)
    assert watch.story.state(update) is State.SCHEDULED
    watch.passes(10 * SECOND)
    assert watch.story.state(update) is State.SENT


class Setting(FakeNetwork):
    """While it is asked for the first time, the clock on the wall is set."""

    clock: FakeClock

    def publish(self, profile: Profile, update: Update, key: str, **more: Any) -> Receipt:
        if not self.calls:
            self.clock.passes(DAY)
        return super().publish(profile, update, key, **more)


@pytest.mark.parametrize("error", [NetworkDown("No route."), Unclear("It broke off.")])
def test_an_answer_in_a_moment_with_the_wrong_time_is_put_off_by_the_right_one(
    store: SqliteStore, clock: FakeClock, error: Exception
) -> None:
    network = Setting()
    network.clock = clock
    watch = Watch(store, network, clock)
    update = watch.story.queues(share_at=MONDAY + 2 * SECOND)
    network.raises(error)
    watch.passes(2.1 * SECOND)
    assert network.calls == ["publish"]
    watch.is_set(-DAY)
    watch.passes(timedelta(minutes=10))
    assert watch.story.state(update) is State.SENT
    watch.story.dies()
