"""Who somebody is: asked once a day, never for long, and never needed to queue a post."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from slack_sdk import WebClient

from bot.people import People, Person, by_name, person_from, quick
from buffer.errors import Refused
from cast import MONDAY, a_profile
from office import TOKEN, Office, office
from playground import ADA, BO, CY, TEAM


@pytest.fixture
def desk() -> Iterator[Office]:
    with office() as made:
        yield made


def find(desk: Office, people: People, user: str, now: datetime = MONDAY) -> Person:
    client = WebClient(token=TOKEN, base_url=desk.slack.api_url)
    return people.find(client, TEAM["id"], user, now)


def test_zone_language_and_rights(desk: Office) -> None:
    people = People(desk.store)
    ada, cy = find(desk, people, ADA), find(desk, people, CY)
    assert (ada.name, ada.timezone, ada.locale) == ("ada", "Europe/Berlin", "en-GB")
    assert ada.is_admin and not ada.is_guest
    assert cy.is_guest and not cy.is_admin
    with pytest.raises(Refused, match="full member"):
        cy.may_write()
    with pytest.raises(Refused, match="admins"):
        find(desk, people, BO).may_settle()


def test_admins_can_be_named_in_the_settings(desk: Office) -> None:
    people = People(desk.store, admins=[BO])
    assert find(desk, people, BO).is_admin
    find(desk, people, BO).may_settle()
    assert find(desk, people, BO).timezone == "America/New_York"


def test_an_answer_holds_for_a_day(desk: Office) -> None:
    people = People(desk.store)
    find(desk, people, ADA)
    desk.slack.faults.down("users.info")
    assert find(desk, people, ADA, MONDAY + timedelta(hours=23)).timezone == "Europe/Berlin"
    assert people.known_name(TEAM["id"], ADA, MONDAY) == "ada"
    assert find(desk, people, ADA, MONDAY + timedelta(hours=25)).timezone == ""


def test_silence_is_not_waited_for_again_within_a_minute(desk: Office) -> None:
    people = People(desk.store)
    desk.slack.faults.hangs("users.info", times=1)
    began = time.monotonic()
    unknown = find(desk, people, ADA)
    assert time.monotonic() - began < 1.5
    assert unknown == Person(id=ADA)
    assert find(desk, people, ADA, MONDAY + timedelta(seconds=50)) == unknown
    desk.slack.faults.clear()
    assert find(desk, people, ADA, MONDAY + timedelta(seconds=70)).timezone == "Europe/Berlin"


def test_a_stranger_of_a_shared_channel_is_a_guest() -> None:
    assert person_from({"id": "U1", "is_stranger": True, "tz": None}).is_guest
    assert person_from({"id": "U1", "name": "x"}).name == "x"


def test_an_impatient_client_is_another_one() -> None:
    client = WebClient(token="xoxb-1", base_url="http://127.0.0.1:1/", timeout=30)
    fast = quick(client, 0.5)
    assert (fast.timeout, client.timeout) == (0.5, 30)
    assert fast.base_url == client.base_url and fast.retry_handlers == []


def test_a_service_names_its_only_profile() -> None:
    one = a_profile(name="One", service="mastodon")
    two, three = a_profile(name="Two"), a_profile(name="Three")
    names = by_name([one, two, three])
    assert set(names) == {"mastodon", "One", "Two", "Three"}
    assert names["mastodon"] is one
