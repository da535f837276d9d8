"""The time on the wall, and the time to act by while somebody sets it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from buffer.ports import Clock

log = logging.getLogger("clocks")

TOLERANCE = 0.5
"""Seconds by which the wall may gain or lose at once: what a time service corrects all day."""

SETTLES = 10.0
"""Seconds for which a clock that was set must hold its new time before anything happens by it."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Doubt:
    """The wall shows another time since then; `ahead` as of `SettledClock`, `since` in steady seconds."""

    ahead: float
    since: float


class SettledClock:
    """A `Clock` for what cannot be taken back. Once the wall's clock was set it goes on by the steady one until the new
    time has held for `SETTLES` seconds; while the two disagree, the earlier counts. So nothing is early by either, a
    glitch changes nothing, and a time that is right after all is obeyed ten seconds later. For any thread."""

    def __init__(self, wall: Clock, steady: Callable[[], float]) -> None:
        """`steady` is a clock in seconds that nobody sets."""
        self._wall, self._steady = wall, steady
        self._ahead = self._reads()[1]
        self._doubt: _Doubt | None = None
        self._lock = Lock()

    def __call__(self) -> datetime:
        with self._lock:
            steady, ahead = self._reads()
            if not self._trusts(steady, ahead):
                ahead = min(ahead, self._ahead)
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=steady + ahead)

    def _reads(self) -> tuple[float, float]:
        """The steady time, and how far the wall is ahead of it, in seconds."""
        steady = self._steady()
        return steady, self._wall().timestamp() - steady

    def _trusts(self, steady: float, ahead: float) -> bool:
        if abs(ahead - self._ahead) > TOLERANCE and not self._has_settled(steady, ahead):
            return False
        self._ahead, self._doubt = ahead, None
        return True

    def _has_settled(self, steady: float, ahead: float) -> bool:
        if self._doubt is None or abs(ahead - self._doubt.ahead) > TOLERANCE:
            self._doubt = _Doubt(ahead=ahead, since=steady)
            log.warning("the clock was set", extra={"seconds": round(ahead - self._ahead)})
        return steady - self._doubt.since >= SETTLES
