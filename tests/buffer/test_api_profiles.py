"""Profiles, posting times, whoever asks, and the configuration, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from buffer.model import Days, State
from cast import MONDAY
from v1_script import Script, a_script


@pytest.fixture
def script() -> Iterator[Script]:
    with a_script() as made:
        yield made


def test_whose_token_this_is(script: Script) -> None:
    found = script.get("/1/user.json").json
    token = script.store.tokens.find(script.token)
    assert token is not None
    assert (found["id"], found["name"], found["timezone"]) == (token.user_id, "script", "UTC")


def test_whoever_adds_an_update_owns_it(script: Script) -> None:
    user = script.get("/1/user.json").json
    assert script.creates("a")["user_id"] == user["id"]


def test_profiles_are_a_bare_list(script: Script) -> None:
    other = script.has_profile(name="Another")
    script.has_queued("a")
    script.has_in(State.SENT, "b")
    first, second = script.get("/1/profiles.json").json
    assert (first["id"], second["id"]) == (script.profile.id, other.id)
    assert first["counts"]["pending"] == 1
    assert first["counts"]["sent"] == 1
    assert first["disconnected"] is None
    assert second["formatted_username"] == "Another"
    assert script.get(f"/1/profiles/{other.id}.json").json == second


def test_schedules_are_a_bare_list(script: Script) -> None:
    found = script.get(f"/1/profiles/{script.profile.id}/schedules.json").json
    assert found == [{"days": list(Days), "times": ["09:00", "13:00", "17:00"]}]


@pytest.mark.parametrize(
    "body",
    [
        "schedules[0][days][]=mon&schedules[0][days][]=tue&schedules[0][times][]=12:30"
        "&schedules[1][days][]=sun&schedules[1][times][]=08:00",
        "schedules%5B0%5D%5Bdays%5D%5B0%5D=mon&schedules%5B0%5D%5Bdays%5D%5B1%5D=tue"
        "&schedules%5B0%5D%5Btimes%5D%5B0%5D=12%3A30"
        "&schedules%5B1%5D%5Bdays%5D%5B0%5D=sun&schedules%5B1%5D%5Btimes%5D%5B0%5D=08%3A00",
    ],
)
def test_posting_times_are_replaced(script: Script, body: str) -> None:
    path = f"/1/profiles/{script.profile.id}/schedules"
    assert script.post(f"{path}/update.json", body).json["success"] is True
    assert script.get(f"{path}.json").json == [
        {"days": ["mon", "tue"], "times": ["12:30"]},
        {"days": ["sun"], "times": ["08:00"]},
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", 1004),
        ("schedules=", 1004),
        ("schedules[]=", 1004),
        ("schedules=" + quote("schedules[0][days][]=mon&schedules[0][times][]=09:00"), 1004),
        ("schedules[0][days][]=mon", 1004),
        ("schedules[0][times][]=09:00", 1004),
        ("schedules[][days][]=mon&schedules[][times][]=09:00", 1004),
        ("schedules[0][days][]=mon&schedules[0][times][]=", 1004),
        ("schedules[0][days][]=mon&schedules[0][times][]=25:00", 1003),
        ("schedules[0][days][]=someday&schedules[0][times][]=09:00", 1003),
        (
            "&".join(
                f"schedules[{n}][days][]=mon&schedules[{n}][times][]=09:00" for n in range(101)
            ),
            1006,
        ),
    ],
)
def test_malformed_posting_times_never_clear(script: Script, body: str, code: int) -> None:
    path = f"/1/profiles/{script.profile.id}/schedules"
    before = script.get(f"{path}.json").json
    answer = script.post(f"{path}/update.json", body)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert script.get(f"{path}.json").json == before


def test_posting_times_as_json(script: Script) -> None:
    path = f"/1/profiles/{script.profile.id}/schedules"
    body = '{"schedules": [{"days": ["fri", "fri"], "times": ["10:00"]}]}'
    saved = script.post(f"{path}/update.json", body, "application/json").json
    assert saved["schedules"] == [{"days": ["fri"], "times": ["10:00"]}]


def test_a_profile_can_be_paused(script: Script) -> None:
    path = f"/1/profiles/{script.profile.id}/paused.json"
    for word, paused in (("1", True), ("true", True), ("0", False)):
        assert script.post(path, f"paused={word}").json["paused"] is paused
        assert script.get(f"/1/profiles/{script.profile.id}.json").json["paused"] is paused


@pytest.mark.parametrize(("body", "code"), [("", 1004), ("paused=", 1004), ("paused=x", 1003)])
def test_which_way_must_be_said(script: Script, body: str, code: int) -> None:
    script.queue.pause(script.profile.id)
    answer = script.post(f"/1/profiles/{script.profile.id}/paused.json", body)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert script.queue.profile(script.profile.id).paused


def test_counts(script: Script) -> None:
    script.has_queued("a", "b")
    found = script.get(f"/1/profiles/{script.profile.id}/counts.json").json
    assert (found["pending"], found["sent"], found["limit"]) == (2, 0, 50)


def test_the_zone_can_be_moved(script: Script) -> None:
    path = f"/1/profiles/{script.profile.id}/update_timezone.json"
    assert script.post(path, "timezone=Europe%2FBerlin").json["timezone"] == "Europe/Berlin"
    made = script.creates("a")
    assert (made["day"], made["due_time"]) == ("Monday 2nd March", "01:00 pm")
    for wrong, code in (("", 1004), ("timezone=", 1004), ("timezone=Mars/Base", 1003)):
        answer = script.post(path, wrong)
        assert (answer.status_code, answer.json["code"]) == (400, code)


def test_the_configuration_names_the_networks(script: Script) -> None:
    found = script.get("/1/info/configuration.json").json
    kind = found["services"]["local"]["types"]["profile"]
    assert (kind["name"], kind["character_limit"]) == ("Local", 500)
    assert {"comment", "comments", "like", "likes"} <= set(kind["supported_interactions"])


def test_a_profile_without_posting_times_has_no_due_time(script: Script) -> None:
    quiet = script.has_profile(schedules=())
    made = script.post("/1/updates/create.json", f"profile_ids={quiet.id}&text=a").json
    assert (made["updates"][0]["due_at"], made["updates"][0]["due_time"]) == (0, "")
    assert made["updates"][0]["created_at"] == int(MONDAY.timestamp())
