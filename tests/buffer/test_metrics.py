"""What a monitor reads."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import falcon
import pytest
from falcon.testing import TestClient

from buffer.api.metrics import Metrics
from buffer.backends.embedded import EmbeddedQueues
from buffer.model import Draft, Edit, Position, Profile, State
from buffer.ports import Queue
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore

HOUR = timedelta(hours=1)
LINE = re.compile(r"[a-z_]+({[a-z]+=\"[^\"]+\"})? -?[0-9.]+")


@pytest.fixture
def profile(store: SqliteStore) -> Profile:
    profile = a_profile()
    store.profiles.insert(profile)
    return profile


@pytest.fixture
def queue(store: SqliteStore, clock: FakeClock) -> Queue:
    return EmbeddedQueues(store, {"local": FakeNetwork()}, clock)(ADA)


def read(store: SqliteStore, clock: FakeClock) -> dict[str, float]:
    app: falcon.App[Any, Any] = falcon.App()
    app.add_route("/metrics", Metrics(store, clock))
    answer = TestClient(app).simulate_get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert answer.text.endswith("\n")
    assert all(line.startswith("# ") or LINE.fullmatch(line) for line in lines)
    values = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in values}


def test_updates_are_counted_by_state(
    store: SqliteStore, clock: FakeClock, queue: Queue, profile: Profile
) -> None:
    ids = [queue.add(Draft(text=t, profile_ids=(profile.id,)))[0].id for t in "abcd"]
    queue.edit(ids[0], edit=Edit(scheduled_at=MONDAY + 9 * HOUR))
    queue.share(ids[1], hold=HOUR)
    queue.add(
        Draft(
            text="e", profile_ids=(profile.id,), scheduled_at=MONDAY + HOUR, position=Position.QUEUE
        )
    )
    queue.share(ids[0], hold=HOUR)
    with store.transaction():
        assert store.attempts.miss(queue.update(ids[2]), now=clock.now)
    found = read(store, clock)
    counted = {state: found.get(f'buffer_updates{{state="{state}"}}') for state in State}
    assert counted == {
        **dict.fromkeys(State, 0),
        State.QUEUED: 2,
        State.SCHEDULED: 2,
        State.MISSED: 1,
        State.DRAFT: None,
    }


def test_lateness_is_a_histogram_and_the_oldest_overdue_an_age(
    store: SqliteStore, clock: FakeClock, queue: Queue, profile: Profile
) -> None:
    for text in "abc":
        queue.add(Draft(text=text, profile_ids=(profile.id,)))
    assert read(store, clock)["buffer_oldest_overdue_seconds"] == 0
    for late in (0.02, 3.0):
        clock.now = store.profiles.next_due() or clock.now
        clock.passes(timedelta(seconds=late))
        assert read(store, clock)["buffer_oldest_overdue_seconds"] == late
        (due,) = store.attempts.due(store.profiles.all()[0], clock.now)
        assert store.attempts.claim(due, key=due.id, owner="me", now=clock.now)
        store.profiles.refresh(profile.id)
    found = read(store, clock)
    name = "buffer_lateness_seconds"
    assert [found[f'{name}_bucket{{le="{le}"}}'] for le in ("0.01", "0.05", "1", "5", "+Inf")] == [
        0,
        1,
        1,
        2,
        2,
    ]
    assert (found[f"{name}_count"], found[f"{name}_sum"]) == (2, 3.02)
