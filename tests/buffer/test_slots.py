"""Posting times as instants, against a slow model that walks the year a quarter of an hour at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buffer import slots
from buffer.model import Days, Schedule
from cast import MONDAY, a_profile

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Kolkata",
    "UTC",
)
QUARTER = timedelta(minutes=15)
WEEK = 7 * 24 * 60

zones = st.sampled_from(ZONES)
years = st.sampled_from((2026, 2033))
weeks = st.sets(st.integers(0, WEEK // 15 - 1).map(lambda n: n * 15), min_size=1, max_size=12)


@cache
def wall_clock(zone: str, year: int) -> list[tuple[datetime, float]]:
    """(wall clock, instant) every quarter of an hour of a year and a day either side."""
    start = datetime(year - 1, 12, 31, tzinfo=UTC)
    instants = (start + n * QUARTER for n in range(368 * 96))
    return [(at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), at.timestamp()) for at in instants]


def by_hand(zone: str, year: int, minutes: Iterable[int]) -> list[float]:
    """The slots of a year: for each wall clock the first instant that shows it, or a later one."""
    clock, monday = wall_clock(zone, year), datetime(year - 1, 12, 22)  # noqa: DTZ001
    monday += timedelta(days=7 - monday.weekday())
    week = [timedelta(minutes=minute) for minute in sorted(minutes)]
    found: list[float] = []
    place = 0
    for n in range(55):
        for slot in (monday + timedelta(weeks=n) + each for each in week):
            if slot.year == year:
                while clock[place][0] < slot:
                    place += 1
                if clock[place][1] not in found[-1:]:
                    found.append(clock[place][1])
    return found


def as_table(minutes: Iterable[int], zone: str) -> slots.Timetable:
    return slots.Timetable(minutes, ZoneInfo(zone))


@given(zone=zones, year=years, minutes=weeks)
def test_every_slot_of_a_year(zone: str, year: int, minutes: set[int]) -> None:
    expected = by_hand(zone, year, minutes)
    table, before = as_table(minutes, zone), expected[0] - 1
    assert [table.free(k, after=before) for k in range(len(expected))] == expected
    assert all(table.is_slot(at) for at in expected)


@pytest.mark.parametrize("zone", ZONES)
def test_slots_round_the_clock_on_every_day(zone: str) -> None:
    expected = by_hand(zone, 2026, range(0, WEEK, 45))
    table, after = as_table(range(0, WEEK, 45), zone), expected[0] - 1
    for at in expected:
        assert table.free(0, after=after) == at
        after = at


@given(data=st.data(), zone=zones, year=years, minutes=weeks)
def test_the_kth_free_slot(data: st.DataObject, zone: str, year: int, minutes: set[int]) -> None:
    all_slots = by_hand(zone, year, minutes)[1:-1]
    taken = sorted(data.draw(st.sets(st.sampled_from(all_slots), max_size=40)))
    after = data.draw(st.sampled_from(all_slots)) + data.draw(st.sampled_from([-1, -0.5, 0, 7.25]))
    free = [at for at in all_slots if at > after and at not in taken]
    k = data.draw(st.integers(0, len(free) + 1))
    found = as_table(minutes, zone).free(k, after=after, taken=taken)
    assert found == free[k] if k < len(free) else found is not None


@given(zone=zones, minutes=weeks, after=st.floats(0, 4e9), n=st.integers(1, 300))
def test_no_two_share_a_slot_and_none_is_in_the_past(
    zone: str, minutes: set[int], after: float, n: int
) -> None:
    table = as_table(minutes, zone)
    found = [table.free(k, after=after) or 0 for k in range(n)]
    assert all(earlier < later for earlier, later in zip([after, *found], found, strict=False))


def test_a_slot_in_the_gap_moves_behind_it_and_a_second_one_is_skipped() -> None:
    table = as_table(
        [6 * 1440 + 125, 6 * 1440 + 150, 6 * 1440 + 180, 6 * 1440 + 200], "Europe/Berlin"
    )
    before = datetime(2026, 3, 28, tzinfo=UTC).timestamp()
    found = [datetime.fromtimestamp(table.free(k, after=before) or 0, UTC) for k in range(3)]
    assert [f"{at:%d %H:%M}" for at in found] == ["29 01:00", "29 01:20", "05 00:05"]


def test_a_slot_in_the_doubled_hour_fires_on_the_first_pass_only() -> None:
    table = as_table([6 * 1440 + 150], "Europe/Berlin")
    before = datetime(2026, 10, 24, tzinfo=UTC).timestamp()
    first = table.free(0, after=before)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    assert not table.is_slot(first + 3600)
    assert table.free(0, after=first) == datetime(2026, 11, 1, 1, 30, tzinfo=UTC).timestamp()


def test_a_day_left_out_by_a_zone_gives_one_slot() -> None:
    """Samoa had no 2011-12-30: its slots are those of the first instant after."""
    table = as_table([4 * 1440 + 600, 4 * 1440 + 720, 5 * 1440 + 600], "Pacific/Apia")
    before = datetime(2011, 12, 29, tzinfo=UTC).timestamp()
    found = [datetime.fromtimestamp(table.free(k, after=before) or 0, UTC) for k in range(3)]
    assert [f"{at:%d %H:%M}" for at in found] == ["30 10:00", "30 20:00", "05 20:00"]


def test_no_posting_times_no_slot() -> None:
    table = as_table([], "UTC")
    assert table.free(0, after=0) is None
    assert not table.is_slot(0)


@pytest.mark.parametrize("zone", [*ZONES, "Pacific/Kiritimati", "Etc/GMT+12"])
def test_slots_end_with_the_calendar(zone: str) -> None:
    table = as_table([0, 60, 10000], zone)
    late = datetime(9998, 11, 20, tzinfo=UTC).timestamp()
    assert table.free(0, after=late) is not None
    assert table.free(1000, after=late) is None
    assert table.free(10**12, after=late) is None
    assert table.free(0, after=datetime.max.replace(tzinfo=UTC).timestamp()) is None
    assert table.free(0, after=datetime.min.replace(tzinfo=UTC).timestamp()) is not None


def test_a_million_at_one_a_week_runs_past_the_calendar() -> None:
    assert as_table([600], "Europe/Berlin").free(1_000_000, after=0) is None


# -- the line


def times(line: slots.Line, n: int) -> list[str]:
    return [f"{datetime.fromtimestamp(line.due(k) or 0, UTC):%d %H}" for k in range(n)]


def test_the_head_takes_the_first_slot_after_the_cursor() -> None:
    assert times(slots.Line(a_profile(), MONDAY.timestamp(), []), 4) == [
        "02 09",
        "02 13",
        "02 17",
        "03 09",
    ]


def test_after_downtime_the_head_is_late_and_the_others_go_on() -> None:
    now = MONDAY + timedelta(hours=30)
    assert times(slots.Line(a_profile(), now.timestamp(), []), 3) == ["02 09", "03 17", "04 09"]


def test_in_a_paused_profile_nothing_is_late() -> None:
    now = MONDAY + timedelta(hours=30)
    assert times(slots.Line(a_profile(paused=True), now.timestamp(), []), 2) == ["03 17", "04 09"]


@given(
    data=st.data(),
    length=st.integers(0, 30),
    others=st.lists(
        st.integers(0, 12 * 24).map(lambda n: MONDAY.timestamp() + n * 1800), max_size=30
    ),
    late=st.integers(0, 40),
)
def test_a_page_begins_where_it_should(
    data: st.DataObject, length: int, others: list[float], late: int
) -> None:
    others.sort()
    line = slots.Line(a_profile(), (MONDAY + timedelta(hours=late)).timestamp(), [])
    dues = [line.due(k) or 0 for k in range(length)]
    place_of = [k + bisect_right(others, due) for k, due in enumerate(dues)]
    place = data.draw(st.integers(0, length + len(others)))
    expected = next((k for k, at in enumerate(place_of) if at >= place), length)
    assert line.first_from(place, range(length), others) == expected


# -- ranks


def test_the_same_ranks_in_another_order() -> None:
    assert slots.permuted({"a": 1, "b": 5, "c": 9}, ["c", "a", "b"]) == {"c": 1, "a": 5, "b": 9}


@given(
    n=st.integers(1, 50),
    above=st.none() | st.integers(-(2**40), 2**40),
    gap=st.none() | st.integers(1, 2**34),
)
def test_ranks_are_spread_between_neighbours_or_there_is_no_room(
    n: int, above: int | None, gap: int | None
) -> None:
    below = None if gap is None else (above or 0) + gap
    ids = [str(each) for each in range(n)]
    found = slots.spread(ids, above=above, below=below)
    if found is None:
        assert gap is not None
        assert gap <= n
        return
    ranks = list(found.values())
    assert list(found) == ids
    assert ranks == sorted(set(ranks))
    assert above is None or above < ranks[0]
    assert below is None or ranks[-1] < below


def test_a_profile_s_schedules_are_one_set_of_slots() -> None:
    twice = (
        Schedule(days=("mon", "tue"), times=("09:00",)),
        Schedule(days=("mon",), times=("09:00", "08:30")),
    )
    table = slots.of_profile(a_profile(schedules=twice))
    found = [
        datetime.fromtimestamp(table.free(k, after=MONDAY.timestamp()) or 0, UTC) for k in range(4)
    ]
    assert [f"{at:%a %H:%M}" for at in found] == [
        "Mon 08:30",
        "Mon 09:00",
        "Tue 09:00",
        "Mon 08:30",
    ]
    assert Days[0] == "mon"
