"""What a network still allows, as its last answer said: nobody asks once more than that. Pure but for its memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from buffer.errors import SlowDown

RESERVE = 0.2
"""The part of a budget that is left to publishing: whoever only looks stops there."""

_AHEAD = 0.1
"""The part of a budget that those who only look may use at once, before they keep an even pace."""

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
        """A limit of nothing is no limit: some servers say so where they count nothing."""
        if allowance.limit > 0:
            with self._lock:
                self._known[name] = allowance

    def pace(self, name: str, now: datetime, *, shared: bool = False) -> None:
        """Whether one who only looks may begin. Raises SlowDown where what is left would not last evenly until there is
        more. `shared`: it is not one account's alone."""
        with self._lock:
            known = self._known.get(name)
            if known and known.until > now:
                _refuse(_turn(known), now, name if shared else "")

    def spend(
        self, name: str, now: datetime, *, looking: bool = False, shared: bool = False
    ) -> None:
        """Count one request. Raises SlowDown where it would be one too many; who only looks leaves the reserve."""
        with self._lock:
            known = self._known.get(name)
            if known is None or known.until <= now:
                self._known.pop(name, None)
                return
            if known.remaining <= (_reserve(known) if looking else 0):
                _refuse(known.until, now, name if shared else "")
            self._known[name] = replace(known, remaining=known.remaining - 1)


def _reserve(known: Allowance) -> int:
    return int(known.limit * RESERVE)


def _turn(known: Allowance) -> datetime:
    """When the next may begin. It is kept to a line from almost the whole budget at the beginning of a window down to
    the reserve at its end, so that the last to come find something left."""
    line = known.limit * (1 - RESERVE - _AHEAD)
    left = (known.remaining - _reserve(known)) / line
    return known.until - min(left, 1.0) * known.window


def _refuse(until: datetime, now: datetime, shared: str) -> None:
    if until > now:
        raise SlowDown("The network's budget of requests is used up.", until, shared=shared)
