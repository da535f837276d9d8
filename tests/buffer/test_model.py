"""Values refuse nonsense when they are made."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from buffer.errors import Refused
from buffer.model import Counts, Draft, Edit, Media, Schedule, State, Update, new_id, zone
from cast import MONDAY, a_profile

NAIVE = datetime(2026, 3, 2, 9)  # noqa: DTZ001


def test_an_id_begins_with_its_second_and_is_never_the_same() -> None:
    ids = {new_id(MONDAY) for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(each) for each in ids} == {24}
    assert {int(each[:8], 16) for each in ids} == {int(MONDAY.timestamp())}


@pytest.mark.parametrize("time", ["9:00", "24:00", "09:60", "٠٩:00", "", "09:00 "])
def test_a_time_that_is_none(time: str) -> None:
    with pytest.raises(Refused, match="is not a time"):
        Schedule(days=("mon",), times=(time,))


def test_a_day_that_is_none() -> None:
    with pytest.raises(Refused, match="is not a day"):
        Schedule(days=("monday",), times=("09:00",))


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime"])
def test_a_zone_that_is_none(name: str) -> None:
    with pytest.raises(Refused, match="is not a time zone"):
        zone(name)
    with pytest.raises(Refused):
        a_profile(timezone=name)


def test_times_need_a_zone() -> None:
    with pytest.raises(Refused, match="needs a time zone"):
        Draft(text="hello", profile_ids=("p",), scheduled_at=NAIVE)
    with pytest.raises(Refused, match="needs a time zone"):
        Edit(scheduled_at=NAIVE)
    with pytest.raises(Refused, match="due_at needs a time zone"):
        an_update(due_at=NAIVE)


def test_a_time_of_its_own_or_the_queue() -> None:
    with pytest.raises(Refused, match="Choose one"):
        Edit(scheduled_at=MONDAY, to_queue=True)


def test_pending_is_queued_or_scheduled() -> None:
    pending = [state for state in State if an_update(state=state).is_pending]
    assert pending == [State.QUEUED, State.SCHEDULED]


def test_media_is_something_when_there_is_something_in_it() -> None:
    assert not Media()
    assert not Media(alt_text="words about nothing")
    assert Media(picture="https://example.org/p.png")


@pytest.mark.parametrize(
    ("pending", "limit", "expected"), [(0, 10, 0), (5, 10, 50), (12, 10, 100), (0, 0, 100)]
)
def test_how_full_a_queue_is(pending: int, limit: int, expected: int) -> None:
    assert Counts(pending=pending, sent=0, limit=limit).percentage == expected


def an_update(*, state: State = State.QUEUED, due_at: datetime | None = None) -> Update:
    return Update(
        id="u",
        post_id="p",
        team_id="t",
        profile_id="p",
        service="local",
        text="hello",
        state=state,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        updated_at=datetime(2026, 3, 2, tzinfo=UTC),
        due_at=due_at,
    )


def test_the_picture_of_a_links_preview_is_nobodys_own() -> None:
    assert Media(picture="https://x.y/p.png").own_picture == "https://x.y/p.png"
    assert Media(link="https://x.y", picture="https://x.y/p.png").own_picture == ""
