"""Programs that are not ours, against the live server: buffpy, and curl with the requests of Buffer's page."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import buffpy.api
import pytest
from buffpy.exceptions import BuffpyRestException
from buffpy.managers.profiles import Profiles
from buffpy.managers.updates import Updates
from buffpy.models.update import Update as BuffpyUpdate

from buffer.model import Event, State
from playground.server import Server
from v1_script import Script, a_script


@dataclass(frozen=True)
class Live:
    """A server with a port, and what is behind it."""

    script: Script
    url: str


@pytest.fixture
def live() -> Iterator[Live]:
    with a_script() as script:
        server = Server(script.app, 0)
        server.start()
        yield Live(script, f"http://127.0.0.1:{server.port}")
        server.stop()


# -- buffpy 3.1.1


@pytest.fixture
def client(live: Live, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(buffpy.api, "BASE_URL", live.url + "/1/{}")
    return buffpy.api.API(client_id="id", client_secret="secret", access_token=live.script.token)


def texts(updates: list[BuffpyUpdate]) -> list[str]:
    return [update.text for update in updates]


def test_buffpy_goes_through_a_whole_life(live: Live, client: Any) -> None:
    assert "local" in client.info.services
    (profile,) = Profiles(api=client).filter(service="local")
    assert profile.id == live.script.profile.id
    profile.schedules = {"days": ["mon", "tue"], "times": ["08:30", "18:15"]}
    assert profile.schedules == [{"days": ["mon", "tue"], "times": ["08:30", "18:15"]}]

    made = [profile.updates.new(f"Update {n}: 100 % & more?") for n in range(4)]
    assert texts(profile.updates.pending) == [f"Update {n}: 100 % & more?" for n in range(4)]
    made[0].edit(text="The first one")
    with_picture = profile.updates.new(
        "With a picture", media={"photo": "https://example.org/p.png"}
    )
    assert with_picture.media.picture == "https://example.org/p.png"
    later = profile.updates.new(
        "At its own time", when=int(live.script.clock.now.timestamp()) + 30 * 86_400
    )
    assert later.scheduled_at

    order = [update.id for update in reversed(made)]
    assert profile.updates.reorder(order)["success"] is True
    assert texts(profile.updates.pending)[:4] == [
        *("Update 3: 100 % & more?", "Update 2: 100 % & more?", "Update 1: 100 % & more?"),
        "The first one",
    ]
    assert profile.updates.reorder([made[0].id, made[1].id], offset=1)["success"] is True
    assert made[2].move_to_top().text == "Update 2: 100 % & more?"
    assert profile.updates.pending[0].id == made[2].id
    assert len(profile.updates.shuffle(count=3)["updates"]) == 3
    assert sorted(texts(profile.updates.pending)) == sorted(
        [
            "The first one",
            *(f"Update {n}: 100 % & more?" for n in (1, 2, 3)),
            "With a picture",
            "At its own time",
        ]
    )

    assert made[1].publish()["success"] is True
    assert live.script.queue.update(made[1].id).shared_now
    assert made[3].delete()["success"] is True
    with pytest.raises(BuffpyRestException) as gone:
        BuffpyUpdate(api=client, id=made[3].id)
    assert gone.value.http_code == 404


def test_buffpy_reads_what_was_sent_and_what_people_did(live: Live, client: Any) -> None:
    sent = live.script.has_in(State.SENT, "Out")
    live.script.hears(sent, Event.COMMENT, "cleo", "How?")
    live.script.hears(sent, Event.LIKE)
    (update,) = Updates(api=client, profile_id=live.script.profile.id).sent
    assert (update.id, update.statistics.comments) == (sent.id, 1)
    assert {each["event"] for each in update.interactions} == {"comment", "like"}


def test_buffpy_is_told_no(live: Live, client: Any) -> None:
    updates = Updates(api=client, profile_id=live.script.profile.id)
    updates.new("Once")
    with pytest.raises(BuffpyRestException) as twice:
        updates.new("Once")
    assert twice.value.http_code == 400
    client.access_token = "wrong"
    with pytest.raises(BuffpyRestException) as stranger:
        Profiles(api=client).all()
    assert stranger.value.http_code == 401


# -- the page's example requests with curl, as they are printed, base URL and ids changed

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl on this machine")


def curl(live: Live, method: str, path: str, *data: str) -> dict[str, Any]:
    """The data as the page prints it: pieces that end in `&`, one after the other."""
    body = ["--data", "".join(data)] if data else []
    command = ["curl", "--globoff", "--silent", "--fail-with-body", "-X", method, *body]
    token = ["-H", f"Authorization: Bearer {live.script.token}"]
    answered = subprocess.run(
        [*command, *token, live.url + path], capture_output=True, text=True, check=False
    )
    assert answered.returncode == 0, answered.stdout
    found: dict[str, Any] = json.loads(answered.stdout)
    return found


@needs_curl
def test_curl_reads_as_the_page_does(live: Live) -> None:
    script = live.script
    sent = script.has_in(State.SENT)
    script.hears(sent, Event.RETWEET, "Lucky Number 8")
    script.has_queued(*"abc")
    update = curl(live, "GET", f"/1/updates/{sent.id}.json")
    assert (update["id"], update["status"]) == (sent.id, "sent")
    profile = f"/1/profiles/{script.profile.id}/updates"
    assert curl(live, "GET", f"{profile}/pending.json")["total"] == 3
    assert curl(live, "GET", f"{profile}/sent.json")["total"] == 1
    heard = curl(live, "GET", f"/1/updates/{sent.id}/interactions.json?event=retweets")
    assert heard["interactions"][0]["user"]["username"] == "Lucky Number 8"


@needs_curl
def test_curl_orders_as_the_page_does(live: Live) -> None:
    script = live.script
    made = script.has_queued(*map(str, range(13)))
    profile = f"/1/profiles/{script.profile.id}/updates"
    pieces = [f" order[]={made[n].id}&" for n in (12, 11)]
    found = curl(live, "POST", f"{profile}/reorder.json", "offset=10&", *pieces)
    assert found["success"] is True
    assert script.texts()[10:12] == ["12", "11"]
    found = curl(live, "POST", f"{profile}/shuffle.json", "count=10")
    assert (found["success"], len(found["updates"])) == (True, 10)


CREATES = {
    "link": (
        "text=This%20is%20an%20example%20update& ",
        "profile_ids[]={profile}& ",
        "media[link]=http%3A%2F%2Fgoogle.com& ",
        "media[description]=The%20google%20homepage",
    ),
    "photo": (
        "text=This%20is%20an%20example%20update& ",
        "profile_ids[]={profile}& ",
        "media[photo]=http%3A%2F%2Fgoogle.com%2Flogo.png",
    ),
    "retweet": (
        "profile_ids[]={profile}& ",
        "retweet[tweet_id]=119139817131290624& ",
        "retweet[comment]=So%20great",
    ),
}


@needs_curl
@pytest.mark.parametrize("kind", CREATES)
def test_curl_creates_as_the_page_does(live: Live, kind: str) -> None:
    data = [piece.format(profile=live.script.profile.id) for piece in CREATES[kind]]
    found = curl(live, "POST", "/1/updates/create.json", *data)
    assert (found["success"], found["buffer_count"]) == (True, 1)
    update = found["updates"][0]
    if kind == "link":
        assert update["media"]["link"] == "http://google.com"
    elif kind == "photo":
        assert (
            update["media"]["picture"]
            == update["media"]["thumbnail"]
            == "http://google.com/logo.png"
        )
    else:
        assert update["retweet"]["tweet_id"] == "119139817131290624"


@needs_curl
def test_curl_changes_as_the_page_does(live: Live) -> None:
    script = live.script
    first, second = script.has_queued("first", "second")
    found = curl(
        live, "POST", f"/1/updates/{first.id}/update.json",
        "text=This%20is%20an%20edited%20update& ", "scheduled_at=2026-12-01T12:00:00Z",
    )  # fmt: skip
    assert (found["success"], found["update"]["text"]) == (True, "This is an edited update")
    assert curl(live, "POST", f"/1/updates/{second.id}/move_to_top.json")["id"] == second.id
    assert curl(live, "POST", f"/1/updates/{second.id}/share.json")["success"] is True
    assert curl(live, "POST", f"/1/updates/{first.id}/destroy.json")["success"] is True


@needs_curl
def test_curl_comments_as_the_page_does(live: Live) -> None:
    sent = live.script.has_in(State.SENT)
    found = curl(
        live, "POST", f"/1/updates/{sent.id}/interactions/create.json",
        "text=This%20is%20so%20great%21& ", "event=comment",
    )  # fmt: skip
    assert found["success"] is True
    assert (found["update"]["text"], found["update"]["event"]) == ("This is so great!", "comment")
