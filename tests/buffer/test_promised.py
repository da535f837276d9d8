"""What was promised is done once, also when a try broke off and on a server that knows no keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bad_servers import server
from buffer import jobs
from buffer.backends.promised import KIND, PromisedQueues
from buffer.backends.promises import Promises
from buffer.backends.rest_v1 import RestQueues, Server
from buffer.errors import Code, NetworkDown, Promised, Refused
from buffer.model import Draft, Edit, Media, Position, Profile
from buffer.web import Web
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock
from storage import SqliteStore
from storage.owners import Owner, folder_beside
from v1_server import PROFILE, UPDATE, Buffer


class Story:
    def __init__(self, store: SqliteStore, clock: FakeClock, url: str, buffer: Buffer) -> None:
        self.store, self.clock, self.buffer = store, clock, buffer
        queues = RestQueues(Server(Web(), url, "token", clock, seconds=2))
        self.promised = PromisedQueues(queues, store, clock)
        self.work = Promises(queues, store)
        self.owner = Owner.take(folder_beside(store.database.path))
        self.profile: Profile = a_profile(id=PROFILE, service="twitter")
        store.profiles.insert(self.profile)
        store.memos.keep(f"hosted-profile:{PROFILE}", True)

    def asks(self, verb: str, *args: Any, **kwargs: Any) -> str:
        with pytest.raises(Promised) as promised:
            getattr(self.promised(ADA, "key"), verb)(*args, **kwargs)
        return str(promised.value)

    def works(self) -> None:
        while jobs.tick(self.store, KIND, self.work, self.clock.now, owner=self.owner):
            pass

    def told(self) -> list[str]:
        rows = self.store.database.all("SELECT subject FROM outbox ORDER BY rowid")
        return [row[0].partition("\n")[2] for row in rows]

    def posted(self) -> list[str]:
        return [path for method, path, _ in self.buffer.asked if method == "POST"]


@pytest.fixture
def story(store: SqliteStore, clock: FakeClock) -> Iterator[Story]:
    seen = {"id": UPDATE, "profile_id": PROFILE, "profile_service": "twitter", "text": "hello",
            "created_at": int(MONDAY.timestamp()), "due_at": int(MONDAY.timestamp()) + 3600,
            "status": "buffer"}  # fmt: skip
    buffer = Buffer({
        "/1/profiles.json": (200, [{"id": PROFILE, "service": "twitter", "service_username": "jo"}]),
        f"/1/updates/{UPDATE}.json": (200, seen),
        "/1/updates/create.json": (200, {"success": True, "updates": [seen]}),
        f"/1/profiles/{PROFILE}/updates/pending.json": (200, {"total": 1, "updates": [seen]}),
        f"/1/profiles/{PROFILE}/updates/sent.json": (200, {"total": 0, "updates": []}),
    })  # fmt: skip
    with server(buffer.talk) as url:
        story = Story(store, clock, url.removesuffix("/x"), buffer)
        yield story
        story.owner.release()


def draft(**more: Any) -> Draft:
    return Draft(**{"text": "hello", "profile_ids": (PROFILE,), **more})


def test_it_is_stored_then_done_then_told(story: Story) -> None:
    assert "Adding your post…" in story.asks("add", draft())
    assert "Adding your post…" in story.asks("add", draft())
    assert story.posted() == []
    story.works()
    assert story.posted() == ["/1/updates/create.json"]
    assert story.told() == ["Added: “hello”\n• jo: Mon 02 Mar 2026, 09:00 (UTC)"]
    told = story.store.database.one("SELECT subject FROM outbox")
    assert told
    assert told[0].startswith(f"{UPDATE}\n"), "its buttons know the post"


def test_a_create_that_broke_off_is_looked_up_before_it_is_repeated(story: Story) -> None:
    story.asks("add", draft())
    story.buffer.answers["/1/updates/create.json"] = (502, b"Bad gateway")
    story.works()
    story.buffer.answers["/1/updates/create.json"] = (500, b"must not be asked again")
    story.clock.passes(timedelta(seconds=30))
    story.works()
    assert story.posted() == ["/1/updates/create.json"]
    assert story.told() == ["Your post is there."]


def test_a_create_that_did_not_arrive_is_made_again(story: Story) -> None:
    story.asks("add", draft(text="something else"))
    good = story.buffer.answers["/1/updates/create.json"]
    story.buffer.answers["/1/updates/create.json"] = (502, b"Bad gateway")
    story.works()
    story.buffer.answers["/1/updates/create.json"] = good
    story.clock.passes(timedelta(seconds=30))
    story.works()
    assert story.posted() == ["/1/updates/create.json"] * 2


def test_a_delete_that_broke_off_and_worked_is_a_success(story: Story) -> None:
    story.asks("destroy", UPDATE)
    story.buffer.answers[f"/1/updates/{UPDATE}/destroy.json"] = (503, b"")
    story.works()
    gone = {"success": False, "message": "No such update.", "code": 1020}
    story.buffer.answers[f"/1/updates/{UPDATE}/destroy.json"] = (404, gone)
    story.clock.passes(timedelta(seconds=30))
    story.works()
    assert story.told() == ["Your post is deleted."]


def test_429_waits_as_long_as_it_says(story: Story) -> None:
    story.asks("move_to_top", UPDATE)
    story.buffer.answers[f"/1/updates/{UPDATE}/move_to_top.json"] = (429, {"error": "Slowly."})
    story.works()
    story.clock.passes(timedelta(seconds=59))
    story.works()
    assert len(story.posted()) == 1
    story.buffer.answers.pop(f"/1/updates/{UPDATE}/move_to_top.json")
    story.clock.passes(timedelta(seconds=1))
    story.works()
    assert len(story.posted()) == 2
    assert story.told() == ["Your post is at the top of the queue."]


def test_everything_of_a_draft_and_an_edit_survives_the_wait(story: Story) -> None:
    whole = draft(
        position=Position.TOP, media=Media(picture="https://x.y/p"), retweet={"tweet_id": "1"},
        scheduled_at=MONDAY + timedelta(hours=3), shorten=False, allow_duplicate=True, hold=timedelta(seconds=10),
    )  # fmt: skip
    story.asks("add", whole)
    story.works()
    fields = dict(next(each[2] for each in story.buffer.asked if each[1].endswith("create.json")))
    assert fields == {
        "text": "hello", "profile_ids[]": PROFILE, "top": "true", "hold": "10", "allow_duplicate": "true",
        "shorten": "false",         "attachment": "true", "media[picture]": "https://x.y/p", "retweet[tweet_id]": "1",
        "scheduled_at": "2026-03-02T11:00:00+00:00",
    }  # fmt: skip
    with pytest.raises(Promised):
        story.promised(ADA, "other").edit(UPDATE, edit=Edit(text="new", media=Media()))
    story.works()
    assert story.told()[-1].startswith("Changed: “hello”")


def test_a_server_that_drags_is_waited_for_once_in_all(story: Story) -> None:
    """Each answer comes in time, all together would not: Slack waits three seconds."""
    talk = story.buffer.talk

    def dragging(line: Any) -> None:
        time.sleep(1)
        talk(line)

    with server(dragging) as url:
        far = Server(Web(), url.removesuffix("/x"), "token", story.clock)
        queue = PromisedQueues(RestQueues(far), story.store, story.clock)(ADA)
        queue.update(UPDATE)
        asked = len(story.buffer.asked)
        with pytest.raises(NetworkDown):
            for _ in range(5):
                queue.update(UPDATE)
        assert len(story.buffer.asked) <= asked + 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"text": " "}, Code.MISSING_PARAMETER),
        ({"profile_ids": ("f" * 24,)}, Code.PROFILE_NOT_FOUND),
        ({"scheduled_at": MONDAY}, Code.IN_THE_PAST),
    ],
)
def test_what_is_known_to_be_wrong_is_refused_at_once(
    story: Story, wrong: dict[str, Any], code: Code
) -> None:
    with pytest.raises(Refused) as refused:
        story.promised(ADA).add(draft(**wrong))
    assert refused.value.code is code
    assert story.store.jobs.next(KIND, story.clock.now) is None
