"""Loops tick, wait for the bell, survive a failing tick and stop."""

from __future__ import annotations

import threading

import pytest

from loops import Bell, Loop, Worker, every


class Counter:
    """Counts ticks and lets a test wait for one."""

    def __init__(self, *, fails: int = 0) -> None:
        self.ticks = 0
        self._fails = fails
        self._changed = threading.Condition()

    def __call__(self) -> bool:
        with self._changed:
            self.ticks += 1
            self._changed.notify_all()
        if self.ticks <= self._fails:
            raise RuntimeError("the disk is full")
        return False

    def reaches(self, ticks: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.ticks >= ticks, timeout=10)


@pytest.fixture
def bell() -> Bell:
    return Bell()


def test_a_ring_brings_the_next_tick_at_once(bell: Bell) -> None:
    counter = Counter()
    worker = Worker([Loop("sender", counter, wait=lambda: 60.0, bell=bell)])
    worker.start()
    assert counter.reaches(1)
    bell.ring()
    assert counter.reaches(2)
    assert worker.stop(5)


def test_a_ring_during_a_tick_is_not_lost(bell: Bell) -> None:
    counter = Counter()

    def tick() -> bool:
        if counter.ticks == 0:
            bell.ring()
        return counter()

    worker = Worker([Loop("sender", tick, wait=lambda: 60.0, bell=bell)])
    worker.start()
    assert counter.reaches(2)
    assert worker.stop(5)


def test_a_failing_tick_is_logged_and_followed_by_another(
    bell: Bell, caplog: pytest.LogCaptureFixture
) -> None:
    counter = Counter(fails=1)
    worker = Worker([Loop("poller", counter)])
    worker.start()
    assert counter.reaches(2)
    assert worker.stop(5)
    assert "tick failed" in caplog.text
    assert "the disk is full" in caplog.text


def test_one_loop_does_not_hold_up_another(bell: Bell) -> None:
    released = threading.Event()
    counter = Counter()
    worker = Worker([Loop("stuck", lambda: not released.wait(10)), Loop("free", counter)])
    worker.start()
    assert counter.reaches(1)
    assert not worker.stop(0.01)
    released.set()
    assert worker.stop(5)


def test_a_stalled_loop_is_named_once_it_was_started(bell: Bell) -> None:
    worker = Worker([Loop("sender", lambda: False)])
    assert worker.stalled(-1) == []
    worker.start()
    assert worker.stalled(-1) == ["sender"]
    assert worker.stalled(60) == []
    assert worker.stop(5)


def test_a_worker_that_never_ran_is_stopped_at_once(bell: Bell) -> None:
    assert Worker([Loop("sender", lambda: False)]).stop(5)


def test_what_is_rare_is_done_at_once_and_then_rarely() -> None:
    done: list[str] = []
    rare, often = every(3600, lambda: done.append("rare")), every(0, lambda: done.append("often"))
    assert [rare(), rare(), often(), often()] == [False] * 4
    assert done == ["rare", "often", "often"]
