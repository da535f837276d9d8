"""Time that passes only when everybody waits: threads take turns, and a day takes as long as their work."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime


class Over(Exception):
    """Another thread has failed: nobody needs to go on."""


class SimulatedTime:
    """A clock, and a sleep for threads started by `run`, of which one runs at a time: the one that wakes first."""

    def __init__(self, start: datetime) -> None:
        self.seconds = start.timestamp()
        self._sleepers: list[tuple[float, int, threading.Lock]] = []
        self._numbers = itertools.count()
        self._mine = threading.local()
        self._ended = threading.Lock()
        self._error: BaseException | None = None

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def sleep(self, seconds: float) -> None:
        at = self.seconds + seconds
        if not self._sleepers or at < self._sleepers[0][0]:
            self.seconds = at
            return
        mine: threading.Lock = self._mine.lock
        heapq.heappush(self._sleepers, (at, next(self._numbers), mine))
        self._wake_next()
        mine.acquire()
        if self._error:
            raise Over

    def run(self, works: Sequence[Callable[[], None]]) -> None:
        """All of them, each in a thread of its own, until the last has ended. Raises what one of them raised."""
        self._ended.acquire()
        threads = []
        for work in works:
            lock = threading.Lock()
            lock.acquire()
            heapq.heappush(self._sleepers, (self.seconds, next(self._numbers), lock))
            threads.append(threading.Thread(target=self._run, args=(work, lock), daemon=True))
        for thread in threads:
            thread.start()
        self._wake_next()
        with self._ended:
            pass
        for thread in threads:
            thread.join()
        if self._error:
            raise self._error

    def _run(self, work: Callable[[], None], lock: threading.Lock) -> None:
        self._mine.lock = lock
        lock.acquire()
        try:
            if not self._error:
                work()
        except Over:
            pass
        except BaseException as error:  # raised again by `run`
            self._error = error
        self._wake_next()

    def _wake_next(self) -> None:
        if not self._sleepers:
            self._ended.release()
            return
        self.seconds, _, lock = heapq.heappop(self._sleepers)
        lock.release()
