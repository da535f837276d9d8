"""What a network still allows, as its last answer said: nobody asks once more than that. Pure but for its memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from buffer.errors import SlowDown

RESERVE = 0.2
"""The part of a budget that is left to publishing: whoever only looks stops there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """So many requests are left until then."""

    limit: int
    remaining: int
    until: datetime


class Budgets:
    """One allowance for each name: an account, and a kind of request where a network counts them apart."""

    def __init__(self) -> None:
        self._known: dict[str, Allowance] = {}
        self._lock = threading.Lock()

    def note(self, name: str, allowance: Allowance) -> None:
        with self._lock:
            self._known[name] = allowance

    def spend(self, name: str, now: datetime, *, looking: bool = False) -> None:
        """Count one request. Raises SlowDown where it would be one too many."""
        with self._lock:
            known = self._known.get(name)
            if known is None or known.until <= now:
                self._known.pop(name, None)
                return
            floor = int(known.limit * RESERVE) if looking else 0
            if known.remaining <= floor:
                raise SlowDown("The network's budget of requests is used up.", known.until)
            self._known[name] = Allowance(
                limit=known.limit, remaining=known.remaining - 1, until=known.until
            )
