"""So many requests a minute for each token, counted in memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from threading import Lock

MINUTE = timedelta(minutes=1)


class Limiter:
    """Fixed windows: the first request of a token opens one. `a_minute` 0 means no limit."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._windows: dict[str, tuple[datetime, int]] = {}
        self._lock = Lock()

    def take(self, name: str, now: datetime) -> int:
        """Count one request. 0 if it may go on, else the seconds to wait."""
        if not self._a_minute:
            return 0
        with self._lock:
            opened, used = self._windows.get(name, (now, 0))
            if now - opened >= MINUTE:
                opened, used = now, 0
            self._windows[name] = (opened, used + 1)
        if used < self._a_minute:
            return 0
        return max(1, ceil((opened + MINUTE - now).total_seconds()))
