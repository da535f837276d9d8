"""A queue as a plain list, slow and obvious: what the real one is compared with. Knows nothing of `slots`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
Place = tuple[datetime, int, int, str]


class ListQueue:
    """One profile. `line` holds queued ids in order, those on hold among them."""

    def __init__(self, zone: str, times: set[int], now: datetime, dice: Random) -> None:
        self.zone, self.times, self.now, self.dice = ZoneInfo(zone), times, now, dice
        self.cursor, self.paused, self.sent = now, False, 0
        self.line: list[str] = []
        self.scheduled: dict[str, datetime] = {}
        self.shared: dict[str, datetime] = {}
        self.made: list[str] = []

    def slots(self, after: datetime) -> Iterator[datetime]:
        day = after.astimezone(self.zone).replace(tzinfo=None, hour=0, minute=0, second=0) - DAY
        day, last = day.replace(microsecond=0), after
        while True:
            for minute in sorted(each for each in self.times if each // 1440 == day.weekday()):
                at = self._instant(day + minute % 1440 * MINUTE)
                if at > last:
                    last = at
                    yield at
            day += DAY

    def _instant(self, wall: datetime) -> datetime:
        at = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if at.astimezone(self.zone).replace(tzinfo=None) != wall:
            at -= timedelta(hours=4)
            while at.astimezone(self.zone).replace(tzinfo=None) < wall:
                at += MINUTE
        return at

    @property
    def waiting(self) -> list[str]:
        return [each for each in self.line if each not in self.shared]

    def places(self) -> list[Place]:
        taken = {at for each, at in self.scheduled.items() if each not in self.shared}
        start = max(self.cursor, self.now) if self.paused else self.cursor
        free = (at for at in self.slots(start) if at not in taken)
        dues = list(islice(free, 1))
        if dues[0] <= self.now:
            free = (at for at in self.slots(self.now) if at not in taken)
        dues += islice(free, len(self.waiting))
        found = [
            (due, 1, k, each) for k, (due, each) in enumerate(zip(dues, self.waiting, strict=False))
        ]
        own = {**self.scheduled, **self.shared}
        return sorted(found + [(at, 0, self.made.index(each), each) for each, at in own.items()])

    def next_due(self) -> datetime | None:
        return None if self.paused else next((due for due, *_ in self.places()), None)

    def from_now(self) -> None:
        self.cursor = max(self.cursor, self.now)

    def join(self, each: str, *, top: bool = False) -> None:
        if not self.waiting:
            self.from_now()
        self.line.insert(0 if top else len(self.line), each)

    def leave(self, each: str) -> None:
        self.line = [other for other in self.line if other != each]
        self.scheduled.pop(each, None)
        self.shared.pop(each, None)

    def unshare(self, each: str) -> None:
        if each in self.line and not self.waiting:
            self.from_now()
        self.shared.pop(each)

    def reorder(self, order: list[str], offset: int) -> None:
        order = [each for each in order if each in self.waiting]
        if set(order) == set(self.waiting[offset : offset + len(order)]):
            laid = iter(order)
            self.line = [next(laid) if each in order else each for each in self.line]
            return
        self.line = [each for each in self.line if each not in order]
        follower = self.waiting[offset : offset + 1]
        place = self.line.index(follower[0]) if follower else len(self.line)
        self.line[place:place] = order

    def shuffle(self) -> None:
        order = self.waiting
        self.dice.shuffle(order)
        self.reorder(order, 0)

    def send(self) -> None:
        """Whoever is due goes: those with a time of their own, and the head of the line."""
        heads, waiting = (
            [each for _, kind, k, each in self.places() if kind and k == 0],
            self.waiting,
        )
        for due, _, _, each in [] if self.paused else self.places():
            if due > self.now or (each in waiting and each not in heads):
                continue
            if each not in self.shared:
                slot = due in self.slots_at(due)
                self.cursor = max(
                    self.cursor, self.now if each in heads else due if slot else self.cursor
                )
            self.leave(each)
            self.sent += 1

    def slots_at(self, at: datetime) -> list[datetime]:
        return list(islice(self.slots(at - MINUTE), 1))
