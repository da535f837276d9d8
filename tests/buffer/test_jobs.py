"""What was promised is done: tried again while that helps, told when it does not, taken up after a crash."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from buffer import jobs
from buffer.errors import NetworkDown, Refused, SlowDown, Unclear
from buffer.model import Job, new_id
from cast import ADA, MONDAY
from fakes import FakeClock
from storage import SqliteStore
from storage.owners import Owner

KIND = "fetch"
SECOND = timedelta(seconds=1)


class FakeWork:
    """Does what it is told, and keeps a list."""

    patience = timedelta(minutes=1)

    def __init__(self) -> None:
        self.done: list[object] = []
        self.failed: list[str] = []
        self.troubles: list[Exception] = []

    def do(self, job: Job, now: datetime) -> str:
        if self.troubles:
            raise self.troubles.pop(0)
        self.done.append(job.payload["n"])
        return "fetched"

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        self.failed.append(reason)


class Story:
    def __init__(self, store: SqliteStore, clock: FakeClock) -> None:
        self.store, self.clock, self.work = store, clock, FakeWork()
        self.owner = Owner.take(None)

    def promises(self, n: int, *, key: str = "") -> bool:
        job = Job(
            id=new_id(self.clock.now),
            team_id=ADA.team_id,
            kind=KIND,
            payload={"n": n},
            created_at=self.clock.now,
        )
        return self.store.jobs.put(job, dedupe_key=key)

    def ticks(self) -> bool:
        return jobs.tick(self.store, KIND, self.work, self.clock.now, owner=self.owner)

    @property
    def states(self) -> list[str]:
        found = self.store.database.all("SELECT state FROM jobs ORDER BY rowid")
        return [state for (state,) in found]


@pytest.fixture
def story(store: SqliteStore, clock: FakeClock) -> Story:
    return Story(store, clock)


def test_jobs_are_done_in_the_order_promised(story: Story) -> None:
    for n in (1, 2, 3):
        story.promises(n)
    while story.ticks():
        pass
    assert story.work.done == [1, 2, 3]
    assert story.states == ["done"] * 3


def test_one_promised_twice_is_done_once(story: Story) -> None:
    assert story.promises(1, key="request") and story.ticks()
    assert not story.promises(2, key="request")
    assert not story.ticks()
    assert story.work.done == [1]


@pytest.mark.parametrize("trouble", [NetworkDown("No."), Unclear("Hm.")])
def test_a_server_that_cannot_be_reached_is_asked_again(story: Story, trouble: Exception) -> None:
    story.work.troubles = [trouble, trouble]
    story.promises(1)
    assert story.ticks() and not story.ticks()
    story.clock.passes(5 * SECOND)
    assert story.ticks() and not story.ticks()
    story.clock.passes(9 * SECOND)
    assert not story.ticks(), "the second pause is longer"
    story.clock.passes(SECOND)
    assert story.ticks()
    assert story.work.done == [1] and story.work.failed == []


def test_patience_ends(story: Story) -> None:
    story.promises(1)
    for _ in range(70):
        story.work.troubles = [NetworkDown("It cannot be reached.")]
        story.ticks()
        story.clock.passes(SECOND)
    assert story.work.failed == ["It cannot be reached."]
    assert story.states == ["failed"]


def test_a_server_says_until_when(story: Story) -> None:
    story.work.troubles = [SlowDown("Wait.", MONDAY + 30 * SECOND)]
    story.promises(1)
    assert story.ticks()
    story.clock.passes(29 * SECOND)
    assert not story.ticks()
    story.clock.passes(SECOND)
    assert story.ticks()
    assert story.work.done == [1]


@pytest.mark.parametrize("trouble", [Refused("There is none."), RuntimeError("secret")])
def test_what_waiting_does_not_mend_fails_at_once(story: Story, trouble: Exception) -> None:
    story.work.troubles = [trouble]
    story.promises(1)
    story.promises(2)
    while story.ticks():
        pass
    assert len(story.work.failed) == 1 and "secret" not in story.work.failed[0]
    assert story.work.done == [2], "one job does not stop the next"


def test_what_a_dead_process_began_is_done_by_another(story: Story) -> None:
    story.promises(1)
    dead = Owner.take(None)
    job = story.store.jobs.next(KIND, MONDAY)
    assert job and story.store.jobs.begin(job, owner=dead.id)
    assert not story.store.jobs.begin(job, owner=story.owner.id)
    assert not story.ticks(), "whoever began it lives"
    dead.release()
    assert story.ticks()
    assert story.work.done == [1]


def test_what_ended_is_forgotten_in_time(story: Story) -> None:
    story.promises(1)
    story.ticks()
    story.promises(2)
    story.store.jobs.sweep(MONDAY)
    assert story.states == ["done", "waiting"]
    story.store.jobs.sweep(MONDAY + SECOND)
    assert story.states == ["waiting"]
