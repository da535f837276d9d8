"""Runs ticks again and again in threads until told to stop. Knows when, not what."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

log = logging.getLogger("loops")

LONGEST_WAIT, RARELY = 1.0, 5.0
"""Seconds between two looks where nothing rings: for what somebody waits for, and for what nobody does."""


class Bell:
    """Rung when this process wrote something to do. A ring while nobody listens is not lost."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def rings(self) -> int:
        with self._condition:
            return self._rings

    def wait(self, heard: int, seconds: float) -> None:
        """Return at once if it rang since `heard`, else when it rings, at the latest after `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, timeout=max(0.0, seconds))


@dataclass(frozen=True, slots=True)
class Loop:
    """One kind of work. `tick` says whether there may be more at once; `wait` how long there is surely none, unless
    the bell rings. `longest`: seconds after which it is looked all the same, since another process may have written."""

    name: str
    tick: Callable[[], bool]
    wait: Callable[[], float] = lambda: RARELY
    bell: Bell = field(default_factory=Bell)
    longest: float = LONGEST_WAIT


def every(seconds: float, act: Callable[[], object]) -> Callable[[], bool]:
    """A tick that acts at once, and then not again for so many seconds."""
    next_at = 0.0

    def tick() -> bool:
        nonlocal next_at
        if monotonic() >= next_at:
            act()
            next_at = monotonic() + seconds
        return False

    return tick


class Worker:
    """The loops of a process, each in a thread of its own."""

    def __init__(self, loops: Sequence[Loop]) -> None:
        self._bells = [loop.bell for loop in loops]
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(loop,), name=loop.name, daemon=True)
            for loop in loops
        ]
        self._beats: dict[str, float] = {}

    def start(self) -> None:
        self._beats = {thread.name: monotonic() for thread in self._threads}
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> bool:
        """Let every tick under way end; False if one did not within `seconds` in all."""
        self._stopping.set()
        for bell in self._bells:
            bell.ring()
        end = monotonic() + seconds
        for thread in self._threads:
            if thread.ident:
                thread.join(max(0.0, end - monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def stalled(self, seconds: float) -> list[str]:
        """The loops that have not ticked for so long; none before the start."""
        return [name for name, beat in self._beats.items() if monotonic() - beat > seconds]

    def _run(self, loop: Loop) -> None:
        while not self._stopping.is_set():
            heard = loop.bell.rings()
            self._beats[loop.name] = monotonic()
            if not self._tick(loop) and not self._stopping.is_set():
                loop.bell.wait(heard, self._pause(loop))

    def _tick(self, loop: Loop) -> bool:
        try:
            return loop.tick()
        except Exception:  # a loop's edge: whatever a tick met, the next one must still come
            log.exception("tick failed", extra={"loop": loop.name})
            self._stopping.wait(LONGEST_WAIT)
            return False

    def _pause(self, loop: Loop) -> float:
        try:
            return min(loop.longest, loop.wait())
        except Exception:  # as above: a locked database while asking is no reason to end
            log.exception("wait failed", extra={"loop": loop.name})
            return loop.longest
