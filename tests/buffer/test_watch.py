"""Whatever keeps a post from going out, somebody hears of it; and of a login before it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from buffer.errors import NetworkDown
from buffer.model import Attached, Media, NoticeKind
from buffer.watch import SETTLES, Watch
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from sender_story import CHANNEL, NINE, Story
from storage import SqliteStore

SECOND = timedelta(seconds=1)


class Watched(Story):
    """A story with somebody who watches."""

    def __init__(self, store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> None:
        super().__init__(store, network, clock)
        self.watch = Watch(store, admins=["U0ADMIN"])

    def looks(self) -> None:
        self.watch.tick(self.clock.now)

    def alarms(self) -> list[str]:
        rows = self.store.database.all(
            "SELECT target FROM outbox WHERE kind = ? ORDER BY rowid", (NoticeKind.LATE,)
        )
        return [target for (target,) in rows]


@pytest.fixture
def story(store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> Watched:
    return Watched(store, network, clock)


EVERYBODY = [ADA.user_id, CHANNEL, "U0ADMIN"]


def test_a_sender_that_hangs_is_noticed_within_a_minute_and_said_once(story: Watched) -> None:
    story.queues("hello", scheduled_at=NINE)
    story.at(NINE)
    for second in range(90):
        story.looks()
        assert bool(story.alarms()) is (second >= 60)
        story.passes(SECOND)
    assert story.alarms() == EVERYBODY


def test_what_is_on_time_alarms_nobody(story: Watched) -> None:
    story.queues("hello", scheduled_at=NINE)
    for _ in range(200):
        story.looks()
        story.sends().at(story.clock.now + timedelta(minutes=1))
    assert story.alarms() == []


def test_after_a_downtime_the_sender_has_a_moment_first(story: Watched) -> None:
    story.queues("hello", scheduled_at=NINE)
    story.at(NINE + timedelta(minutes=5))
    story.looks()
    assert story.alarms() == []
    story.passes(SETTLES).looks()
    assert story.alarms() == EVERYBODY


@pytest.mark.parametrize("why", ["network", "login", "picture", "sending"])
def test_every_reason_is_noticed(story: Watched, why: str) -> None:
    update = story.queues("hello", scheduled_at=NINE)
    story.looks()
    if why == "login":
        story.store.profiles.save(replace(story.profile, disconnected=True))
    if why == "picture":
        media = Media(files=(Attached(source="slack:F1"),))
        story.store.updates.save(replace(update, media=media), expected=[update.state])
    if why == "sending":
        story.network.raises(SystemExit())  # type: ignore[arg-type]
    story.at(NINE)
    for _ in range(70):
        if why == "network":
            story.network.raises(NetworkDown("Nobody is there."))
        if why != "sending":
            story.sends()
        elif story.clock.now == NINE:
            with pytest.raises(SystemExit):
                story.sends()
        story.looks()
        story.passes(SECOND)
    assert story.alarms() == EVERYBODY


def test_a_paused_profile_alarms_nobody(story: Watched) -> None:
    story.queues("hello", scheduled_at=NINE)
    story.store.profiles.save(replace(story.profile, paused=True))
    story.looks()
    story.at(NINE + timedelta(hours=1)).looks()
    assert story.alarms() == []


def test_a_login_that_ends_is_told_days_ahead_once_a_day(story: Watched) -> None:
    ends = MONDAY + timedelta(days=9)
    story.store.profiles.save(replace(story.profile, expires_at=ends))
    said = []
    for _ in range(8 * 24):
        story.looks()
        rows = story.store.database.all("SELECT target FROM outbox WHERE kind = 'login'")
        said.append(len(rows))
        story.passes(timedelta(hours=1))
    assert said[2 * 24 - 1] == 0
    assert said[-1] == 7 * 2, "to whoever connected it and to the channel, on each of seven days"


def test_a_profile_of_nobody_is_the_admins(store: SqliteStore, clock: FakeClock) -> None:
    profile = a_profile(user_id="", expires_at=MONDAY + timedelta(days=1))
    store.profiles.insert(profile)
    Watch(store, admins=["U0ADMIN"]).tick(MONDAY)
    rows = store.database.all("SELECT kind, target FROM outbox")
    assert [tuple(row) for row in rows] == [("login", "U0ADMIN")]
