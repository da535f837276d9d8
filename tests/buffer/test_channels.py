"""What a channel wishes to hear, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buffer.channels import COMMENTS, Wishes, wishes_of
from buffer.errors import Refused
from buffer.model import Event
from storage import SqliteStore

BERLIN = "Europe/Berlin"
NIGHT = Wishes(quiet_from="22:00", quiet_to="07:30", timezone=BERLIN)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T21:59", None),
        ("2026-03-02T22:00", "2026-03-03T07:30"),
        ("2026-03-03T03:00", "2026-03-03T07:30"),
        ("2026-03-03T07:30", None),
        ("2026-03-29T02:30", "2026-03-29T07:30"),
        ("2026-10-25T02:30", "2026-10-25T07:30"),
    ],
)
def test_quiet_hours_go_over_midnight_and_clock_changes(now: str, until: str | None) -> None:
    assert NIGHT.quiet_until(berlin(now)) == (berlin(until) if until else None)


def test_quiet_hours_by_day() -> None:
    noon = Wishes(quiet_from="12:00", quiet_to="13:00", timezone=BERLIN)
    assert noon.quiet_until(berlin("2026-03-02T12:30")) == berlin("2026-03-02T13:00")
    assert noon.quiet_until(berlin("2026-03-02T13:00")) is None
    assert Wishes().quiet_until(berlin("2026-03-02T12:30")) is None


@given(
    minutes=st.integers(0, 60 * 24 * 370),
    begin=st.integers(0, 1439),
    end=st.integers(0, 1439),
)
def test_quiet_hours_end_within_a_day_and_are_over_then(minutes: int, begin: int, end: int) -> None:
    def time(at: int) -> str:
        return f"{at // 60:02}:{at % 60:02}"

    wishes = Wishes(quiet_from=time(begin), quiet_to=time(end), timezone=BERLIN)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    until = wishes.quiet_until(now)
    if until:
        assert now < until <= now + timedelta(hours=25)
        assert wishes.quiet_until(until.astimezone(UTC)) is None


@pytest.mark.parametrize(
    "given",
    [{"quiet_from": "22:00"}, {"quiet_from": "25:00", "quiet_to": "07:00"}, {"timezone": "X"}],
)
def test_nonsense_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused):
        Wishes(**given)  # type: ignore[arg-type]


def test_they_survive_being_kept(store: SqliteStore) -> None:
    assert wishes_of(store, "C1") == Wishes()
    wishes = Wishes(hears=frozenset({COMMENTS}), digest=False, directly=True)
    store.feeds.settle("T1", "C1", wishes.as_json())
    assert wishes_of(store, "C1") == wishes
    assert wishes.wants(Event.COMMENT) and not wishes.wants(Event.LIKE)
