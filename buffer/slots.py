"""Weekly posting times as instants, and the order of a queue. Pure: no clock, no storage.

A week's slots are numbered on and on: ordinal = week × slots a week + index. From an ordinal to its instant is plain
date arithmetic, from an instant to the next ordinal one bisection, so the 5,000th slot costs no more than the first.

Slots are wall clock. One inside the gap of a clock change moves to the first instant after it, and any other that
would then coincide is skipped that day; one in a doubled hour fires once, on the first pass.

Instants are POSIX seconds here, as they are in the tables.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, inf
from zoneinfo import ZoneInfo

from buffer.model import Days, Profile

STEP = 2**32
"""Between the ranks of two neighbours where there is room."""

_MINUTE = timedelta(minutes=1)
_DAY = 24 * 60
_WEEK = 7 * _DAY
_EPOCH = datetime(1, 1, 1)  # noqa: DTZ001  the calendar's first Monday, wall clock of any zone
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(9998, 12, 1, tzinfo=UTC).timestamp()  # conversions overflow at the very end
_LAST_WEEK = (datetime(9999, 1, 1) - _EPOCH).days // 7  # noqa: DTZ001
_LONGEST_GAP = _DAY  # minutes; Samoa left out a whole day in 2011
_BLOCK = 1024  # weeks whose clock changes are looked up together


def of_profile(profile: Profile) -> Timetable:
    """The profile's slots."""
    return _timetable(
        frozenset((schedule.days, schedule.times) for schedule in profile.schedules), profile.zone
    )


@lru_cache(maxsize=4096)
def _timetable(
    schedules: frozenset[tuple[tuple[str, ...], tuple[str, ...]]], zone: ZoneInfo
) -> Timetable:
    return Timetable(
        {
            Days.index(day) * _DAY + int(time[:2]) * 60 + int(time[3:])
            for days, times in schedules
            for day in days
            for time in times
        },
        zone,
    )


class Timetable:
    """The slots of one week (minutes from Monday, 00:00), over and over, in a zone."""

    def __init__(self, minutes: Iterable[int], zone: ZoneInfo) -> None:
        self._minutes = sorted(minutes)
        self._zone = zone
        self._skipped: dict[int, list[int]] = {}
        following = [*self._minutes[1:], *(minute + _WEEK for minute in self._minutes[:1])]
        self._may_coincide = any(
            after - before <= _LONGEST_GAP
            for before, after in zip(self._minutes, following, strict=True)
        )

    def is_slot(self, at: float) -> bool:
        """Whether this very instant is a slot."""
        return at % 1 == 0 and self.free(0, after=at - 1) == at

    def free(self, k: int, *, after: float, taken: Sequence[float] = ()) -> float | None:
        """The k-th slot (from 0) later than `after` that is not `taken`: sorted instants, each exactly on a slot.

        None when there are no slots, or the calendar ends before.
        """
        return Free(self, after, taken).kth(k)

    def first(self, after: float) -> int | None:
        """The ordinal of the first slot later than `after`."""
        if not self._minutes or after > _LATEST:
            return None
        wall = datetime.fromtimestamp(max(after, _EARLIEST), self._zone).replace(tzinfo=None)
        ordinal = self._ordinal((wall - _EPOCH) // _MINUTE)
        while self._instant(ordinal) <= after:  # no slot fires again in the doubled hour
            ordinal += 1
        return ordinal

    def nth(self, base: int, n: int) -> float:
        """The instant of the n-th slot from `base` that is not skipped; infinite beyond the calendar."""
        ordinal = base + n
        if self._instant(ordinal) == inf:
            return inf
        while (further := base + n + self._skips(base, ordinal)) != ordinal:
            ordinal = further
        return self._instant(ordinal)

    def _instant(self, ordinal: int) -> float:
        week, index = divmod(ordinal, len(self._minutes))
        if week >= _LAST_WEEK:
            return inf
        monday = _monday(self._zone, week)
        if monday is not None:
            return monday + self._minutes[index] * 60
        first = (_EPOCH + (week * _WEEK + self._minutes[index]) * _MINUTE).replace(
            tzinfo=self._zone
        )
        second = first.replace(fold=1)
        if _offset(first) < _offset(second):  # a time that the clocks leave out
            return _change(self._zone, second.timestamp(), first.timestamp())
        return first.timestamp()

    def _ordinal(self, minute: int) -> int:
        """The ordinal of the first slot at or after this minute of the calendar, wall clock."""
        week, minute = divmod(minute, _WEEK)
        return week * len(self._minutes) + bisect_left(self._minutes, minute)

    def _skips(self, first: int, last: int) -> int:
        """How many slots are skipped from ordinal `first` to `last`, both counted."""
        if not self._may_coincide:
            return 0
        a_week, found = len(self._minutes), 0
        for block in range((first // a_week - 1) // _BLOCK, (last // a_week + 1) // _BLOCK + 1):
            skipped = self._skipped_in(block)
            found += bisect_right(skipped, last) - bisect_left(skipped, first)
        return found

    def _skipped_in(self, block: int) -> list[int]:
        if block not in self._skipped:
            self._skipped[block] = [
                ordinal
                for begin, end in _gaps(self._zone, block)
                for ordinal in range(self._ordinal(begin) + 1, self._ordinal(end + 1))
            ]
        return self._skipped[block]


class Free:
    """The free slots later than an instant, by number from 0."""

    def __init__(self, table: Timetable, after: float, taken: Sequence[float]) -> None:
        self._table = table
        self._taken = taken
        self._base = table.first(after)
        self._passed = bisect_right(taken, after)

    def kth(self, k: int) -> float | None:
        if self._base is None:
            return None
        most = len(self._taken) - self._passed
        if most:
            k += bisect_left(
                range(most + 1), 0, key=lambda more: more - self._taken_before(k + more)
            )
        found = self._table.nth(self._base, k)
        return None if found == inf else found

    def _taken_before(self, n: int) -> int:
        """How many of the slots to the n-th are taken."""
        assert self._base is not None
        return bisect_right(self._taken, self._table.nth(self._base, n)) - self._passed


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _offset_at(zone: ZoneInfo, instant: float) -> timedelta:
    return _offset(datetime.fromtimestamp(instant, zone))


def _change(zone: ZoneInfo, before: float, after: float) -> float:
    """The first instant with the offset of `after`, to the second."""
    low, high = int(before), int(after)
    offset = _offset_at(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(zone, middle) == offset:
            high = middle
        else:
            low = middle
    return float(high)


@lru_cache(maxsize=2**15)
def _monday(zone: ZoneInfo, week: int) -> float | None:
    """The instant a week begins; None for one in which the clocks change."""
    first = (_EPOCH + week * _WEEK * _MINUTE).replace(tzinfo=zone)
    last = first + _WEEK * _MINUTE
    return first.timestamp() if _offset(first) == _offset(last) else None


@lru_cache(maxsize=1024)
def _gaps(zone: ZoneInfo, block: int) -> list[tuple[int, int]]:
    """The stretches of wall clock left out in these weeks, as first and last minute of the calendar.

    The last minute exists: a slot there coincides with those moved out of the gap.
    """
    start = (_EPOCH.replace(tzinfo=UTC) + timedelta(weeks=block * _BLOCK)).timestamp()
    weeks = (start + week * 7 * 86400 for week in range(_BLOCK + 1))
    found = []
    for before, after in pairwise(min(max(week, _EARLIEST), _LATEST) for week in weeks):
        old, new = _offset_at(zone, before), _offset_at(zone, after)
        if old < new:
            wall = datetime.fromtimestamp(_change(zone, before, after), UTC).replace(tzinfo=None)
            begin, end = wall + old - _EPOCH, wall + new - _EPOCH
            found.append((ceil(begin / _MINUTE), floor(end / _MINUTE)))
    return found


class Line:
    """The slots that wait for a queue's updates, who take them in order.

    The head takes the first free slot after the cursor, even one that has passed: it is late then, and the others go
    on with the slots to come. In a paused profile nothing is late.
    """

    def __init__(self, profile: Profile, now: float, taken: Sequence[float]) -> None:
        table, after = of_profile(profile), profile.cursor.timestamp()
        if profile.paused:
            after = max(after, now)
        self._late: float | None = None
        self._free = Free(table, after, taken)
        head = self._free.kth(0)
        if head is not None and head <= now:
            self._late, self._free = head, Free(table, now, taken)

    def due(self, k: int) -> float | None:
        """When the k-th update (from 0) goes out."""
        if self._late is None:
            return self._free.kth(k)
        return self._free.kth(k - 1) if k else self._late

    def first_from(
        self, place: int, line: range, others: Sequence[float], *, passed: int = 0
    ) -> int:
        """Of a stretch of the line, the first that stands at `place` or behind it once `others` (sorted instants) are
        lined up with it by time, `passed` more having gone before. Others come first at the same instant, and before
        those without any."""

        def place_of(k: int) -> int:
            due = self.due(k)
            return k + passed + (len(others) if due is None else bisect_right(others, due))

        return line.start + bisect_left(line, place, key=place_of)


def permuted(ranks: Mapping[str, int], order: Sequence[str]) -> dict[str, int]:
    """The same ranks, given out anew in this order."""
    return dict(zip(order, sorted(ranks[each] for each in order), strict=True))


def spread(ids: Sequence[str], *, above: int | None, below: int | None) -> dict[str, int] | None:
    """Ranks for `ids` in this order, between two others (None: nothing there). None if there is no room."""
    if above is None and below is None:
        above = 0
    if above is None and below is not None:
        above = below - STEP * (len(ids) + 1)
    assert above is not None
    step = STEP if below is None else (below - above) // (len(ids) + 1)
    return {each: above + step * n for n, each in enumerate(ids, 1)} if step else None
