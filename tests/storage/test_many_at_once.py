"""Several threads and processes on one file: nothing is lost, and whoever cannot wait is told so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from buffer.backends.embedded import EmbeddedQueues
from buffer.errors import Busy
from buffer.model import Draft, Position, Topic
from cast import ADA, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore, open_store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "buffer.db"


@pytest.fixture
def shared(file: Path) -> Iterator[SqliteStore]:
    store = open_store(f"sqlite:///{file}", patience=10)
    yield store
    store.close()


def test_eight_threads_add_at_once(shared: SqliteStore, clock: FakeClock) -> None:
    profile = a_profile()
    shared.profiles.insert(profile)
    queues = EmbeddedQueues(shared, {"local": FakeNetwork()}, clock)

    def add(thread: int) -> None:
        for n in range(10):
            position = Position.TOP if n % 3 == 0 else Position.QUEUE
            queues(ADA).add(
                Draft(text=f"{thread} {n}", profile_ids=(profile.id,), position=position)
            )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(8)))
    ranks = shared.order.ranks(profile.id)
    assert len(ranks) == len(set(ranks.values())) == 80
    page = queues(ADA).pending(profile.id, count=100)
    assert {update.text for update in page.items} == {
        f"{t} {n}" for t in range(8) for n in range(10)
    }
    assert len({update.due_at for update in page.items}) == 80
    assert queues(ADA).counts(profile.id).pending == 80


def test_the_same_request_from_eight_threads_has_one_effect(
    shared: SqliteStore, clock: FakeClock
) -> None:
    profile = a_profile()
    shared.profiles.insert(profile)
    queues = EmbeddedQueues(shared, {"local": FakeNetwork()}, clock)
    draft = Draft(text="hello", profile_ids=(profile.id,))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: queues(ADA, "k").add(draft)[0].id, range(8)))
    assert len(set(answers)) == 1
    assert queues(ADA).counts(profile.id).pending == 1


def test_a_locked_database_is_busy_and_nothing_is_saved(file: Path, clock: FakeClock) -> None:
    store = open_store(f"sqlite:///{file}", patience=0.05)
    profile = a_profile()
    store.profiles.insert(profile)
    queue = EmbeddedQueues(store, {"local": FakeNetwork()}, clock)(ADA)
    draft = Draft(text="hello", profile_ids=(profile.id,))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match="Nothing was saved"):
            queue.add(draft)
        assert queue.pending(profile.id).items == []
        other.execute("ROLLBACK")
    assert queue.add(draft)
    store.close()


def test_a_failure_in_the_middle_leaves_nothing_behind(store: SqliteStore) -> None:
    profile = a_profile()

    def insert_and_fail() -> None:
        with store.transaction():
            store.profiles.insert(profile)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        insert_and_fail()
    assert store.profiles.all() == []


def test_a_commit_rings_for_what_it_made_to_do_and_for_nothing_else(
    store: SqliteStore, clock: FakeClock
) -> None:
    rung: list[frozenset[Topic]] = []
    profile = a_profile()
    store.profiles.insert(profile)
    queue = EmbeddedQueues(store, {"local": FakeNetwork()}, clock)(ADA)
    store.database.on_commit = rung.append
    queue.add(Draft(text="the head: its time is the next", profile_ids=(profile.id,)))
    queue.add(Draft(text="behind it: nothing changes", profile_ids=(profile.id,)))
    store.memos.keep("a memo", 1)
    assert rung == [{Topic.DUE}]
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.database.touch(Topic.JOBS)
        raise ZeroDivisionError
    store.memos.keep("a memo", 2)
    assert rung == [{Topic.DUE}]
