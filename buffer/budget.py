"""What a network still allows, as its last answer said: nobody asks once more than that. Pure but for its memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from buffer.errors import SlowDown

RESERVE = 0.2
"""The part of a budget that is left to publishing: whoever only looks stops there."""

_AHEAD = 0.1
"""How far those who only look may be ahead of an even pace, as a part of a budget."""

_USUAL = timedelta(minutes=5)
"""Both Mastodon and Bluesky count requests over that long (networks' sources, 2026-11)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """So many requests are left until then, of so many in each `window`."""

    limit: int
    remaining: int
    until: datetime
    window: timedelta = _USUAL


class Budgets:
    """One allowance for each name: an account, a server, and a kind of request where a network counts them apart."""

    def __init__(self) -> None:
        self._known: dict[str, Allowance] = {}
        self._lock = threading.Lock()

    def note(self, name: str, allowance: Allowance) -> None:
        with self._lock:
            self._known[name] = allowance

    def spend(
        self, name: str, now: datetime, *, looking: bool = False, shared: bool = False
    ) -> None:
        """Count one request. Raises SlowDown where it would be one too many, or (`looking`) where what is left would
        not last evenly until there is more. `shared`: it is not one account's alone."""
        with self._lock:
            known = self._known.get(name)
            if known is None or known.until <= now:
                self._known.pop(name, None)
                return
            free = _free_at(known, now, looking=looking)
            if free > now:
                words = "The network's budget of requests is used up."
                raise SlowDown(words, free, shared=name if shared else "")
            self._known[name] = replace(known, remaining=known.remaining - 1)


def _free_at(known: Allowance, now: datetime, *, looking: bool) -> datetime:
    """When one more request may be made. Whoever looks keeps to a line from the whole budget at the beginning of its
    window down to the reserve at its end, so that the last to come find something left."""
    if not looking:
        return now if known.remaining > 0 else known.until
    floor = int(known.limit * RESERVE)
    if known.remaining <= floor:
        return known.until
    slope = known.limit - floor
    left = (known.remaining - floor + known.limit * _AHEAD) / slope
    return max(now, known.until - min(left, 1.0) * known.window)
