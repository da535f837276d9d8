"""Buffer v1's JSON: the page's samples field by field, and a round trip that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buffer import wire
from buffer.errors import Refused
from buffer.model import (
    Counts,
    Days,
    Event,
    Interaction,
    Media,
    Person,
    Profile,
    Schedule,
    State,
    Update,
)

TEAM = "T1"
MADE = datetime.fromtimestamp(1320703582, UTC)
BERLIN = ZoneInfo("Europe/Berlin")

SENT_SAMPLE = {
    "id": "4eb8565e0acb04bb82000004",
    "created_at": 1320703582,
    "day": "Tuesday 8th November",
    "due_at": 1320742680,
    "due_time": "08:58 am",
    "profile_id": "4eb854340acb04e870000010",
    "profile_service": "twitter",
    "sent_at": 1320744001,
    "service_update_id": "133667319959392256",
    "statistics": {"reach": 2460, "clicks": 56, "retweets": 20, "favorites": 1, "mentions": 1},
    "status": "sent",
    "text": "This is just the beginning, the very beginning...",
    "text_formatted": "This is just the beginning, the very beginning...",
    "user_id": "4eb9276e0acb04bb81000067",
    "via": "chrome",
}
"""The page's first sample; its `day` and `due_time` are those of its `due_at` in UTC, which the page's are not."""

CREATED_SAMPLE = {
    "id": "4ecda256512f7ee521000004",
    "client_id": "4f850cc93733aa9301000002",
    "created_at": 1320703582,
    "day": "Tuesday 8th November",
    "due_at": 1320742680,
    "due_time": "08:58 am",
    "media": {
        "link": "http://google.com",
        "title": "Google",
        "description": "The google homepage",
    },
    "profile_id": "4eb854340acb04e870000010",
    "profile_service": "twitter",
    "status": "buffer",
    "text": "This is an edited update",
    "text_formatted": "This is an edited update",
    "user_id": "4eb9276e0acb04bb81000067",
    "via": "api",
}


@pytest.mark.parametrize("sample", [SENT_SAMPLE, CREATED_SAMPLE])
@pytest.mark.parametrize("field", sorted({*SENT_SAMPLE, *CREATED_SAMPLE}))
def test_a_sample_comes_back_field_by_field(sample: dict[str, Any], field: str) -> None:
    update = wire.update_from_json(sample, team_id=TEAM)
    shown = wire.update_json(update, UTC, client_id=sample.get("client_id", ""))
    if field == "statistics" and field in sample:
        assert sample[field].items() <= shown[field].items()
    else:
        assert shown.get(field) == sample.get(field)


def test_a_photo_comes_back_as_picture() -> None:
    sent = {"photo": "http://google.com/logo.png", "thumbnail": "http://google.com/thumb.png"}
    assert wire.media_json(wire.media_from_json(sent)) == {
        "picture": "http://google.com/logo.png",
        "thumbnail": "http://google.com/thumb.png",
    }


def test_every_object_has_its_id_twice() -> None:
    update = wire.update_from_json({"_id": "a" * 24}, team_id=TEAM)
    assert (update.id, wire.update_json(update, UTC)["_id"]) == ("a" * 24, "a" * 24)


@pytest.mark.parametrize(
    ("moment", "day", "time"),
    [
        ("2026-11-01T00:00+01:00", "Sunday 1st November", "12:00 am"),
        ("2026-11-02T12:05+01:00", "Monday 2nd November", "12:05 pm"),
        ("2026-11-03T19:01+01:00", "Tuesday 3rd November", "07:01 pm"),
        ("2026-11-11T11:59+01:00", "Wednesday 11th November", "11:59 am"),
        ("2026-11-21T23:30+00:00", "Sunday 22nd November", "12:30 am"),
    ],
)
def test_day_and_time_are_the_zones_own(moment: str, day: str, time: str) -> None:
    instant = datetime.fromisoformat(moment)
    assert (wire.day(instant, BERLIN), wire.due_time(instant, BERLIN)) == (day, time)


def test_a_profile_without_posting_times_shows_no_time() -> None:
    update = wire.update_from_json({"id": "a", "due_at": 0}, team_id=TEAM)
    shown = wire.update_json(update, UTC)
    assert (update.due_at, shown["due_at"], shown["day"], shown["due_time"]) == (None, 0, "", "")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.QUEUED, "buffer"),
        (State.SCHEDULED, "buffer"),
        (State.SENDING, "buffer"),
        (State.SENT, "sent"),
        (State.FAILED, "error"),
        (State.UNCONFIRMED, "error"),
        (State.MISSED, "error"),
    ],
)
def test_every_state_has_a_status(state: State, status: str) -> None:
    update = replace(wire.update_from_json({"id": "a"}, team_id=TEAM), state=state)
    assert wire.update_json(update, UTC)["status"] == status


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ({"status": "buffer"}, State.QUEUED),
        ({"status": "buffer", "scheduled_at": 1320742680}, State.SCHEDULED),
        ({"status": "sent"}, State.SENT),
        ({"status": "service"}, State.SENT),
        ({"status": "error"}, State.FAILED),
        ({"status": "error", "state": "missed"}, State.MISSED),
    ],
)
def test_a_plain_v1_status_is_understood(found: dict[str, Any], state: State) -> None:
    assert wire.update_from_json({"id": "a", **found}, team_id=TEAM).state is state


def test_an_error_may_be_an_object() -> None:
    found = {"id": "a", "error": {"text": "Too long.", "link": "https://example.org"}}
    assert wire.update_from_json(found, team_id=TEAM).error == "Too long."


def test_an_empty_map_may_be_an_empty_list() -> None:
    update = wire.update_from_json({"id": "a", "media": [], "statistics": []}, team_id=TEAM)
    assert (update.media, update.statistics) == (Media(), {})


def test_the_formatted_text_is_html() -> None:
    update = wire.update_from_json({"id": "a", "text": "1 < 2 #maths"}, team_id=TEAM)
    assert wire.update_json(update, UTC)["text_formatted"].startswith("1 &lt; 2 <a ")


def test_likes_are_also_favorites() -> None:
    shown = wire.statistics_json({"likes": 2, "comments": 1, "clicks": 5})
    assert shown == {"likes": 2, "favorites": 2, "comments": 1, "clicks": 5}


@pytest.mark.parametrize("found", [{}, [], None, "x", {"id": ""}])
@pytest.mark.parametrize(
    "read",
    [
        lambda found: wire.update_from_json(found, team_id=TEAM),
        lambda found: wire.profile_from_json(found, team_id=TEAM),
        lambda found: wire.interaction_from_json(
            found, team_id=TEAM, profile_id="p", update_id="u"
        ),
    ],
)
def test_an_object_without_an_id_is_none(read: Callable[[Any], object], found: object) -> None:
    with pytest.raises(ValueError, match="id"):
        read(found)


def test_what_is_no_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="list"):
        wire.schedules_from_json("mon")
    with pytest.raises(Refused):
        wire.schedules_from_json([{"days": ["someday"], "times": ["09:00"]}])


# -- round trips

ids = st.text("0123456789abcdef", min_size=24, max_size=24)
words = st.text(max_size=40)
urls = st.just("") | ids.map("https://example.org/{}".format)
moments = st.integers(1, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
counts = st.integers(0, 10**9)
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
events = st.sampled_from(Event)
medias = st.builds(
    Media,
    **dict.fromkeys(("link", "title", "description", "thumbnail", "alt_text"), words),
    picture=words,
)
times = st.times().map(lambda time: time.strftime("%H:%M"))
schedules = st.builds(
    Schedule,
    days=st.lists(st.sampled_from(Days), min_size=1).map(tuple),
    times=st.lists(times, min_size=1).map(tuple),
)
people = st.builds(
    Person,
    username=words,
    name=words,
    service_id=words,
    avatar=urls,
    followers=counts,
    link=urls,
)


@st.composite
def updates(draw: st.DrawFn) -> Update:
    sent = draw(st.booleans())
    own_time = draw(st.none() | moments)
    return Update(
        id=draw(ids),
        post_id=draw(ids),
        team_id=TEAM,
        profile_id=draw(ids),
        service=draw(st.sampled_from(["mastodon", "bluesky"])),
        text=draw(words),
        state=draw(st.sampled_from(State)),
        created_at=draw(moments),
        updated_at=draw(moments),
        user_id=draw(words),
        via=draw(words),
        due_at=draw(st.none() | moments),
        scheduled_at=own_time,
        share_at=draw(st.none() | moments),
        shared_from=draw(st.none() | st.sampled_from(State)),
        pinned=own_time is not None and draw(st.booleans()),
        sent_at=draw(moments) if sent else None,
        service_update_id=draw(words) if sent else "",
        service_link=draw(urls) if sent else "",
        statistics=draw(st.dictionaries(st.sampled_from([*wire.PLURAL.values(), "clicks"]), counts))
        if sent
        else {},
        media=draw(medias),
        retweet=draw(st.dictionaries(st.sampled_from(["tweet_id", "comment"]), words)),
        shorten=draw(st.booleans()),
        attachment=draw(st.booleans()),
        shared_now=draw(st.booleans()),
        error=draw(words),
        source=draw(words),
    )


@given(updates(), zones)
def test_an_update_survives_the_wire(update: Update, zone: str) -> None:
    shown = wire.update_json(update, ZoneInfo(zone))
    assert wire.update_from_json(shown, team_id=TEAM) == update


@given(
    st.builds(
        Profile,
        id=ids,
        team_id=st.just(TEAM),
        service=st.just("mastodon"),
        service_id=words,
        name=words,
        timezone=zones,
        schedules=st.lists(schedules).map(tuple),
        paused=st.booleans(),
        created_at=moments,
        cursor=moments,
        avatar=urls,
        link=urls,
        user_id=words,
        disconnected=st.booleans(),
    )
)
def test_a_profile_survives_the_wire(profile: Profile) -> None:
    shown = wire.profile_json(profile, Counts(pending=1, sent=2, limit=3))
    assert wire.profile_from_json(shown, team_id=TEAM) == replace(
        profile, cursor=profile.created_at
    )


@given(
    st.builds(
        Interaction,
        id=ids,
        team_id=st.just(TEAM),
        profile_id=st.just("p"),
        update_id=st.just("u"),
        service_id=words,
        event=events,
        user=people,
        created_at=moments,
        text=words,
        link=urls,
        ours=st.booleans(),
    )
)
def test_an_interaction_survives_the_wire(interaction: Interaction) -> None:
    shown = wire.interaction_json(interaction, "mastodon")
    again = wire.interaction_from_json(shown, team_id=TEAM, profile_id="p", update_id="u")
    assert again == interaction


@given(st.builds(Counts, pending=counts, sent=counts, limit=counts))
def test_counts_survive_the_wire(found: Counts) -> None:
    assert wire.counts_from_json(wire.counts_json(found), limit=7) == found


@given(moments, zones)
def test_the_display_strings_read_back_to_the_same_minute(moment: datetime, zone: str) -> None:
    shown = f"{wire.day(moment, ZoneInfo(zone))} {wire.due_time(moment, ZoneInfo(zone))}"
    weekday, number, month, time, half = shown.split()
    local = moment.astimezone(ZoneInfo(zone))
    hour, minute = map(int, time.split(":"))
    assert (weekday, int(number[:-2]), month) == (
        wire.WEEKDAYS[local.weekday()],
        local.day,
        wire.MONTHS[local.month - 1],
    )
    assert timedelta(hours=hour % 12 + 12 * (half == "pm"), minutes=minute) == timedelta(
        hours=local.hour, minutes=local.minute
    )
