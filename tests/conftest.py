"""What most tests start from: a clock that stands still, a store in memory, queues on it."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest

from buffer.backends.embedded import EmbeddedQueues
from cast import MONDAY
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore, open_store

# A busy machine is no failure.
hypothesis.settings.register_profile("here", deadline=None, max_examples=60)
hypothesis.settings.load_profile("here")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    opened = open_store("sqlite://")
    yield opened
    opened.close()


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


@pytest.fixture
def queues(store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> EmbeddedQueues:
    return EmbeddedQueues(store, {"local": network}, clock)
