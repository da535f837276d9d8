"""The example requests of Buffer's page as they are printed there, with our ids: each gives an answer of the same
shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

import pytest

from buffer import wire
from buffer.model import Event, ReplyState, State
from v1_script import Script, a_script

UPDATE = {
    *("id", "created_at", "day", "due_at", "due_time", "profile_id", "profile_service"),
    *("status", "text", "text_formatted", "user_id", "via"),
}
SENT = UPDATE | {"sent_at", "service_update_id", "statistics"}


@pytest.fixture
def script() -> Iterator[Script]:
    with a_script() as made:
        yield made


def test_get_an_update(script: Script) -> None:
    update = script.has_in(State.SENT, "This is just the beginning, the very beginning...")
    script.hears(update, Event.LIKE)
    found = script.get(f"/1/updates/{update.id}.json").json
    assert found.keys() >= SENT
    assert found["id"] == update.id
    assert (found["status"], found["service_update_id"]) == ("sent", "p1")
    assert found["statistics"]["favorites"] == 1
    assert found["text"] == found["text_formatted"] == update.text


def test_pending(script: Script) -> None:
    script.has_queued(*"abcdefgh")
    found = script.get(f"/1/profiles/{script.profile.id}/updates/pending.json").json
    assert (found["total"], len(found["updates"])) == (8, 8)
    assert all(update.keys() >= UPDATE for update in found["updates"])
    assert found["updates"][0]["day"] == "Monday 2nd March"
    assert found["updates"][0]["due_time"] == "09:00 am"


def test_sent(script: Script) -> None:
    update = script.has_in(State.SENT)
    found = script.get(f"/1/profiles/{script.profile.id}/updates/sent.json").json
    assert found["total"] == 1
    assert found["updates"][0].keys() >= SENT
    assert found["updates"][0]["id"] == update.id


def test_interactions(script: Script) -> None:
    update = script.has_in(State.SENT)
    script.hears(update, Event.RETWEET, "Lucky Number 8")
    found = script.get(f"/1/updates/{update.id}/interactions.json", "event=retweet").json
    assert found["total"] == 1
    (interaction,) = found["interactions"]
    assert interaction.keys() >= {"_id", "created_at", "event", "id", "interaction_id", "user"}
    assert interaction["user"].keys() >= {"username", "followers", "avatar", "avatar_https"}
    assert (interaction["event"], interaction["user"]["username"]) == ("retweet", "Lucky Number 8")


def test_reorder(script: Script) -> None:
    updates = script.has_queued(*map(str, range(13)))
    ids = [updates[place].id for place in (12, 11, 10)]
    found = script.post(
        f"/1/profiles/{script.profile.id}/updates/reorder.json",
        f"offset=10& order[]={ids[0]}& order[]={ids[1]}& order[]={ids[2]}",
    ).json
    assert found["success"] is True
    assert all(update.keys() >= UPDATE for update in found["updates"])
    assert script.texts() == [*map(str, range(10)), "12", "11", "10"]


def test_shuffle(script: Script) -> None:
    script.has_queued(*map(str, range(13)))
    found = script.post(f"/1/profiles/{script.profile.id}/updates/shuffle.json", "count=10").json
    assert (found["success"], len(found["updates"])) == (True, 10)
    assert sorted(script.texts()) == sorted(map(str, range(13)))


def test_create(script: Script) -> None:
    other = script.has_profile()
    found = script.post(
        "/1/updates/create.json",
        "text=This%20is%20an%20example%20update&"
        f"profile_ids[]={script.profile.id}&"
        f"profile_ids[]={other.id}&"
        "media[link]=http%3A%2F%2Fgoogle.com&"
        "media[description]=The%20google%20homepage",
    ).json
    assert (found["success"], found["buffer_count"], found["buffer_percentage"]) == (True, 1, 2)
    first, second = found["updates"]
    assert first.keys() >= UPDATE | {"media"}
    assert (first["profile_id"], second["profile_id"]) == (script.profile.id, other.id)
    assert first["text"] == "This is an example update"
    assert first["media"] == {
        "link": "http://google.com",
        "description": "The google homepage",
    }
    assert (first["status"], first["via"]) == ("buffer", "api")


def test_create_with_an_image(script: Script) -> None:
    other = script.has_profile()
    found = script.post(
        "/1/updates/create.json",
        "text=This%20is%20an%20example%20image%20%based%20update&"
        f"profile_ids[]={script.profile.id}&"
        f"profile_ids[]={other.id}&"
        "media[photo]=http%3A%2F%2Fgoogle.com%2Fimages%2Flogo.png&"
        "media[thumbnail]=http%3A%2F%2Fgoogle.com%2Fimages%2Flogo_thumb.png",
    ).json
    assert len(found["updates"]) == 2
    assert found["updates"][0]["text"] == "This is an example image based update"
    assert found["updates"][0]["media"] == {
        "thumbnail": "http://google.com/images/logo_thumb.png",
        "picture": "http://google.com/images/logo.png",
    }


def test_create_a_retweet(script: Script) -> None:
    found = script.post(
        "/1/updates/create.json",
        f"profile_ids[]={script.profile.id}&retweet[tweet_id]=654043184394207232",
    ).json
    assert found["success"] is True
    assert found["updates"][0]["retweet"] == {"tweet_id": "654043184394207232"}


def test_update(script: Script) -> None:
    update = script.creates("This is an example update", "&media[link]=http://google.com")
    found = script.post(
        f"/1/updates/{update['id']}/update.json", "text=This%20is%20an%20edited%20update"
    ).json
    assert (found["success"], found["buffer_count"], found["buffer_percentage"]) == (True, 1, 2)
    assert found["update"].keys() >= UPDATE | {"client_id", "media"}
    assert found["update"]["text"] == "This is an edited update"
    assert found["update"]["media"] == {"link": "http://google.com"}


def test_share(script: Script) -> None:
    (update,) = script.has_queued("a")
    found = script.post(f"/1/updates/{update.id}/share.json").json
    assert found["success"] is True
    assert script.get(f"/1/updates/{update.id}.json").json["shared_now"] is True


def test_destroy(script: Script) -> None:
    (update,) = script.has_queued("a")
    found = script.post(f"/1/updates/{update.id}/destroy.json").json
    assert found["success"] is True
    assert script.get(f"/1/updates/{update.id}.json").json["code"] == 1020


def test_move_to_top(script: Script) -> None:
    *_, last = script.has_queued("a", "b", "c")
    found = script.post(f"/1/updates/{last.id}/move_to_top.json").json
    assert found.keys() >= UPDATE
    assert (found["id"], found["due_time"]) == (last.id, "09:00 am")
    assert script.texts() == ["c", "a", "b"]


def test_create_an_interaction(script: Script) -> None:
    update = script.has_in(State.SENT)
    script.settles(ReplyState.SENT)
    found = script.post(
        f"/1/updates/{update.id}/interactions/create.json",
        "text=This%20is%20so%20great%21& event=comment",
    ).json
    assert found["success"] is True
    assert found["message"] == "Nice work! We successfully posted your comment!"
    assert found["update"].keys() >= {"created_at", "event", "text", "update_id", "user"}
    assert found["update"]["user"].keys() >= {"username", "service_id", "avatar", "avatar_https"}
    assert (found["update"]["text"], found["update"]["event"]) == ("This is so great!", "comment")


def test_times_are_the_profiles_own_unless_utc_is_set(script: Script) -> None:
    profile = script.has_profile(timezone="Asia/Kathmandu")
    made = script.post(
        "/1/updates/create.json",
        f"profile_ids={profile.id}&text=a&scheduled_at=2026-03-02T20:00:00Z",
    ).json["updates"][0]
    assert (made["day"], made["due_time"]) == ("Tuesday 3rd March", "01:45 am")
    in_utc = script.get(f"/1/updates/{made['id']}.json", "utc=1").json
    assert (in_utc["day"], in_utc["due_time"]) == ("Monday 2nd March", "08:00 pm")
    assert in_utc["due_at"] == made["due_at"] == made["scheduled_at"]
    assert wire.due_time(wire.moment(made["due_at"]), UTC) == "08:00 pm"
