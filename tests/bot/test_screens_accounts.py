"""Connecting, posting times, default profiles and disconnecting, in the local Slack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.screens.schedule import times_in
from buffer.channels import Wishes, wishes_of
from buffer.errors import Refused
from buffer.model import Draft, Notice, NoticeKind, Profile
from buffer.ports import LOGIN
from mastodon_server import CODE, TOKEN, Server, mastodon
from office import Office, labels, office, words
from playground import ADA, BO, RANDOM, SOCIAL


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as made:
        yield made


@pytest.fixture
def server(desk: Office) -> Iterator[Server]:
    with mastodon(desk.clock) as running:
        yield running


def chooses_network(desk: Office, service: str) -> None:
    desk.types("connect")
    view = desk.modal()
    desk.slack.press(
        as_=ADA,
        action_id="connect_service",
        value=service,
        view_id=view["id"],
    ).answers()
    desk.settles()


def the_profile(desk: Office) -> Profile:
    (profile,) = desk.queue.profiles()
    return profile


# -- connecting


def test_a_token_connects_and_the_channel_hears(desk: Office, server: Server) -> None:
    chooses_network(desk, "mastodon")
    desk.submits({"server": server.url, "token": TOKEN})
    shown = words(desk.modal())
    assert "is connected" in shown and "every day 09:00, 13:00, 17:00 (Europe/Berlin)" in shown
    profile = the_profile(desk)
    assert profile.service == "mastodon" and profile.timezone == "Europe/Berlin"
    assert desk.store.feeds.channels(profile.id) == [SOCIAL]
    assert TOKEN not in str(desk.slack.modal(ADA))


def test_a_code_from_the_servers_page_connects(desk: Office, server: Server) -> None:
    chooses_network(desk, "mastodon")
    desk.submits({"server": server.url, "connect_news": []})
    step = desk.modal()
    assert f"{server.url}/oauth/authorize" in words(step)
    desk.submits({"code": CODE})
    profile = the_profile(desk)
    assert desk.store.secrets.recall(profile.id, LOGIN)["token"] == TOKEN
    assert "is connected" in words(desk.modal())


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"server": "my server"}, "is not a server"),
        ({"server": "http://127.0.0.1:9", "token": "x"}, "cannot be reached"),
    ],
)
def test_what_went_wrong_is_said_and_nothing_typed_is_lost(
    desk: Office, form: dict[str, str], says: str
) -> None:
    chooses_network(desk, "mastodon")
    desk.submits(form)
    shown = desk.modal()
    assert says in words(shown)
    assert form["server"] in str(shown)
    assert desk.queue.profiles() == []


def test_each_network_asks_for_its_own(desk: Office) -> None:
    chooses_network(desk, "bluesky")
    assert "App password" in words(desk.modal())
    assert "Handle" in words(desk.modal())
    chooses_network(desk, "webhook")
    assert "Secret" in words(desk.modal())


@pytest.mark.parametrize("verb", ["connect", "schedule", "settings"])
def test_only_admins_may(desk: Office, verb: str) -> None:
    desk.profile()
    seen = desk.types(verb, as_=BO)
    assert "Only the workspace's admins" in words(seen)
    assert desk.slack.modal(BO) is None


# -- disconnecting and reconnecting


def test_disconnecting_says_what_happens_to_the_queue(desk: Office, server: Server) -> None:
    chooses_network(desk, "mastodon")
    desk.submits({"server": server.url, "token": TOKEN})
    profile = the_profile(desk)
    desk.queue.add(Draft(text="Hello", profile_ids=(profile.id,)))
    shown = desk.types("profiles")
    assert "1 post waits in its queue. They stay there" in str(shown)
    desk.presses("Disconnect", channel=SOCIAL)
    after = desk.sees()
    assert "disconnected" in words(after)
    assert the_profile(desk).disconnected
    assert desk.store.secrets.recall(profile.id, LOGIN) is None
    assert len(desk.pending(profile)) == 1
    desk.presses("Reconnect", channel=SOCIAL)
    desk.submits({"server": server.url, "token": TOKEN})
    assert not the_profile(desk).disconnected


# -- where a channel posts to


def test_a_channel_has_default_profiles(desk: Office) -> None:
    desk.profile("Local network")
    other = desk.profile("ada", service="mastodon")
    desk.types("profiles")
    row = f"profiles|{SOCIAL}#{other.id}"
    desk.slack.press(as_=ADA, action_id="channel_default", block_id=row, channel=SOCIAL).answers()
    assert "What is typed in this channel goes to it." in words(desk.sees())
    desk.types("Hello", as_=BO)
    assert [update.text for update in desk.pending(other)] == ["Hello"]
    desk.types("profiles")
    desk.slack.press(
        as_=ADA, action_id="channel_no_default", block_id=row, channel=SOCIAL
    ).answers()
    assert "What is typed" not in words(desk.sees())


# -- posting times


def saves(desk: Office, **values: str) -> None:
    desk.types("schedule")
    days: dict[str, Any] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "")
    desk.submits({**days, "zone": "Europe/Berlin", **values})


def test_posting_times_are_kept_per_weekday_and_zone(desk: Office) -> None:
    desk.profile()
    saves(desk, mon="9, 13.30; 5pm", fri="9 13:30 17:00", sat="", zone="Asia/Tokyo")
    profile = the_profile(desk)
    assert profile.timezone == "Asia/Tokyo"
    (schedule,) = profile.schedules
    assert schedule.days == ("mon", "fri") and schedule.times == ("09:00", "13:30", "17:00")
    assert "posts Mon, Fri 09:00, 13:30, 17:00 (Asia/Tokyo)" in words(desk.modal())


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"mon": "25:00"}, "mon", "not a time"),
        ({"mon": "noonish"}, "mon", "not a time"),
        ({"mon": "9", "zone": "Berlin"}, "zone", "not a time zone"),
        ({}, "mon", "pause the profile"),
    ],
)
def test_a_mistake_is_told_in_its_field(
    desk: Office, values: dict[str, str], field: str, says: str
) -> None:
    profile = desk.profile()
    saves(desk, **values)
    errors = desk.modal()["errors"]
    assert list(errors) == [field] and says in errors[field]
    assert the_profile(desk) == profile


def test_the_window_opens_from_the_list_and_shows_what_is(desk: Office) -> None:
    desk.profile()
    assert "Posting times" in labels(desk.types("profiles"))
    desk.presses("Posting times", channel=SOCIAL)
    assert "09:00, 13:00, 17:00" in str(desk.modal())
    desk.submits({"sun": ""})
    assert "Mon, Tue, Wed, Thu, Fri, Sat" in words(desk.sees())


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("9", ("09:00",)),
        ("9am 12pm 12am", ("00:00", "09:00", "12:00")),
        ("17h30,\n8", ("08:00", "17:30")),
        ("5 pm", ("17:00",)),
        ("9,9:00", ("09:00",)),
        ("", ()),
    ],
)
def test_times_as_people_write_them(text: str, times: tuple[str, ...]) -> None:
    assert times_in(text) == times


@pytest.mark.parametrize("text", ["24", "9:60", "13pm", "0am", "-1", "９", "9:5"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(Refused):
        times_in(text)


# -- what a channel hears


def test_a_channel_has_its_own_settings(desk: Office) -> None:
    profile, other = desk.profile("Local network"), desk.profile("ada", service="mastodon")
    desk.types("settings")
    values = {
        "profiles": [profile.id, other.id],
        "hears": ["comments"],
        "digest": [],
        "replies": "direct",
        "quiet_from": "22:00",
        "quiet_to": "7:30",
        "zone": "Europe/Berlin",
    }
    desk.submits(values)
    assert "saved" in words(desk.modal())
    assert set(desk.store.feeds.profiles(profile.team_id, SOCIAL)) == {profile.id, other.id}
    wishes = wishes_of(desk.store, SOCIAL)
    assert wishes.directly and not wishes.digest and wishes.hears == {"comments"}
    assert (wishes.quiet_from, wishes.quiet_to) == ("22:00", "07:30")
    desk.types("settings")
    desk.submits({"profiles": [other.id]})
    assert desk.store.feeds.profiles(profile.team_id, SOCIAL) == [other.id]
    assert wishes_of(desk.store, SOCIAL) == wishes, "what is not touched stays"


def test_what_was_held_is_said_once_the_quiet_hours_are_taken_back(desk: Office) -> None:
    profile = desk.profile("Local network")
    held = Notice(
        id="n1",
        team_id=profile.team_id,
        kind=NoticeKind.CARD,
        subject="u1",
        target=SOCIAL,
        created_at=desk.clock(),
    )
    desk.store.outbox.put(held, hold_until=desk.clock() + timedelta(hours=9))
    desk.store.outbox.put(
        replace(held, id="n2", target="C0OTHER"), hold_until=desk.clock() + timedelta(hours=9)
    )
    desk.types("settings")
    desk.submits({"profiles": [profile.id], "quiet_from": "", "quiet_to": ""})
    desk.store.outbox.wake(desk.clock())
    assert [each.id for each in desk.store.outbox.waiting(desk.clock(), limit=9)] == ["n1"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quiet_from": "late", "quiet_to": "07:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_to": ""}, "quiet_from"),
        ({"zone": "Berlin"}, "zone"),
    ],
)
def test_a_mistake_in_the_settings_is_told_in_its_field(
    desk: Office, values: dict[str, str], field: str
) -> None:
    desk.profile()
    desk.types("settings")
    desk.submits(values)
    assert list(desk.modal()["errors"]) == [field]
    assert wishes_of(desk.store, SOCIAL) == Wishes()


def test_news_do_not_come_where_the_bot_is_not(desk: Office) -> None:
    profile = desk.profile()
    desk.types("profiles", channel=RANDOM)
    desk.presses("Send news to this channel", channel=RANDOM)
    assert desk.store.feeds.channels(profile.id) == []
    told = desk.store.outbox.waiting(desk.clock.now, limit=9)
    assert [(each.target, "invite" in each.subject) for each in told] == [(ADA, True)]
    desk.slack.problems.clear()


def test_a_disconnected_profile_says_that_it_waits(desk: Office) -> None:
    profile = desk.profile()
    desk.store.profiles.save(replace(profile, disconnected=True))
    assert "but the profile is *disconnected*" in words(desk.types("Hello"))
    refused = words(desk.types("Now! --now"))
    assert "disconnected: its login has to be renewed" in refused
