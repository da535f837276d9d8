"""The clock the sender goes by, while somebody sets the one on the wall."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cast import MONDAY
from clocks import SETTLES, SettledClock

HOUR = 3600.0


class Wall:
    """Shows a time, and is set; a steady clock beside it is not."""

    def __init__(self) -> None:
        self.steady, self.shown = 1000.0, MONDAY

    def passes(self, seconds: float) -> None:
        self.steady += seconds
        self.is_set(seconds)

    def is_set(self, seconds: float) -> None:
        self.shown += timedelta(seconds=seconds)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def clock(wall: Wall) -> SettledClock:
    return SettledClock(lambda: wall.shown, lambda: wall.steady)


def after(seconds: float) -> datetime:
    return MONDAY + timedelta(seconds=seconds)


def is_close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(milliseconds=1)


def test_it_goes_with_the_wall(wall: Wall, clock: SettledClock) -> None:
    wall.passes(7)
    assert is_close(clock(), after(7))


def test_what_a_time_service_corrects_is_obeyed_at_once(wall: Wall, clock: SettledClock) -> None:
    for by in (0.4, -0.3):
        wall.is_set(by)
        assert is_close(clock(), wall.shown)


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_glitch_leaves_nothing_behind(wall: Wall, clock: SettledClock, by: float) -> None:
    wall.is_set(by)
    clock()
    wall.passes(SETTLES / 2)
    clock()
    wall.is_set(-by)
    assert is_close(clock(), after(SETTLES / 2))
    wall.is_set(by)
    clock()
    wall.passes(SETTLES - 1)
    assert is_close(clock(), after(SETTLES * 1.5 - 1 + min(0, by))), "it counts from anew"


def test_forward_it_goes_on_as_before_until_the_new_time_has_held(
    wall: Wall, clock: SettledClock
) -> None:
    wall.is_set(HOUR)
    assert is_close(clock(), after(0))
    wall.passes(SETTLES - 1)
    assert is_close(clock(), after(SETTLES - 1))
    wall.passes(1)
    assert is_close(clock(), after(HOUR + SETTLES))


def test_back_it_is_never_ahead_of_either(wall: Wall, clock: SettledClock) -> None:
    wall.is_set(-HOUR)
    assert is_close(clock(), after(-HOUR))
    wall.passes(SETTLES)
    assert is_close(clock(), after(SETTLES - HOUR))


def test_a_clock_that_goes_on_being_set_is_never_believed(wall: Wall, clock: SettledClock) -> None:
    for _ in range(30):
        wall.is_set(HOUR)
        wall.passes(1)
        assert is_close(clock(), MONDAY + timedelta(seconds=wall.steady - 1000))


def test_it_says_so_once(wall: Wall, clock: SettledClock, caplog: pytest.LogCaptureFixture) -> None:
    wall.is_set(HOUR)
    for _ in range(20):
        wall.passes(1)
        clock()
    assert [each.message for each in caplog.records] == ["the clock was set"]
