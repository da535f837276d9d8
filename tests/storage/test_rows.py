"""A row loses nothing of a value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from buffer.model import PENDING, Media, Profile, Schedule, State, Update
from cast import a_profile
from storage import rows

words = st.text(max_size=20)
moments = st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
maps = st.dictionaries(words, words, max_size=2)
media = st.builds(Media, link=words, picture=words, alt_text=words, title=words)
schedules = st.lists(
    st.builds(Schedule, days=st.just(("mon", "sun")), times=st.just(("09:00", "23:59"))), max_size=2
).map(tuple)
updates = st.builds(
    Update,
    id=words,
    post_id=words,
    team_id=words,
    profile_id=words,
    service=words,
    text=words,
    state=st.sampled_from([state for state in State if state not in PENDING]),
    created_at=moments,
    updated_at=moments,
    due_at=st.none() | moments,
    scheduled_at=st.none() | moments,
    share_at=st.none() | moments,
    shared_from=st.none() | st.just(State.FAILED),
    pinned=st.booleans(),
    sent_at=st.none() | moments,
    statistics=st.dictionaries(words, st.integers(0, 9), max_size=2),
    media=media,
    retweet=maps,
    shorten=st.booleans(),
    attachment=st.booleans(),
    shared_now=st.booleans(),
    error=words,
    source=words,
)


@given(update=updates)
def test_an_update_survives_its_row(update: Update) -> None:
    assert rows.update(rows.update_values(update)) == update
    assert len(rows.update_values(update)) == len(rows.UPDATE.split(", "))


@given(schedules=schedules, cursor=moments, paused=st.booleans(), name=words)
def test_a_profile_survives_its_row(
    schedules: tuple[Schedule, ...], cursor: datetime, paused: bool, name: str
) -> None:
    changes: dict[str, Any] = {"cursor": cursor, "paused": paused, "name": name}
    profile: Profile = a_profile(schedules=schedules, **changes)
    assert rows.profile(rows.profile_values(profile)) == profile


def test_texts_that_differ_in_blanks_around_them_are_the_same() -> None:
    assert rows.text_hash(" hello\n") == rows.text_hash("hello") != rows.text_hash("hel lo")
