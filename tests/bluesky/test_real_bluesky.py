"""Bluesky as it is: our adapter against a real server, its records as other clients read them."""

from __future__ import annotations

import base64
import io
import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from buffer.accounts import Accounts
from buffer.errors import LoginExpired, Refused, Unclear
from buffer.model import Attached, Media, Profile, State, Update, new_id
from buffer.networks.bluesky import Bluesky, rkey
from buffer.ports import LOGIN, SESSION
from buffer.sender import Crew, Sender
from buffer.web import Answer, Web
from cast import ADA, an_update
from real_bluesky import PASSWORD, Human, Network
from storage import SqliteStore
from storage.owners import Owner

pytestmark = pytest.mark.network


class Line(Web):
    """A line that loses answers when it is told to, after the server has done what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.loses = ""
        self.asked: list[str] = []

    def ask(self, method: str, url: str, **more: Any) -> Answer:
        said = super().ask(method, url, **more)
        name = url.rpartition("/")[2]
        self.asked.append(name)
        if name == self.loses:
            self.loses = ""
            raise Unclear("The answer was lost.")
        return said


class Desk:
    """Ada's account, connected."""

    def __init__(self, network: Network, store: SqliteStore) -> None:
        self.store, self.line = store, Line()
        self.human: Human = network.joins(f"ada{secrets.token_hex(3)}")
        self.network = Bluesky(store, self.line, clock=lambda: datetime.now(UTC), public_url="")
        self.accounts = Accounts(store, {"bluesky": self.network}, lambda: datetime.now(UTC))
        self.profile = self.connects(self.human.app_password)

    def connects(self, password: str) -> Profile:
        form = {
            "handle": f"@{self.human.handle}",
            "password": password,
            "server": self.human.network.url,
        }
        made = self.accounts.connect(ADA, "bluesky", form, timezone="UTC")
        assert isinstance(made, Profile)
        return made

    def update(self, text: str = "Hello", **changes: Any) -> Update:
        return an_update(self.profile, **({"text": text, "state": State.SENDING} | changes))

    def publishes(self, text: str = "Hello", key: str = "", **changes: Any) -> Any:
        return self.network.publish(self.profile, self.update(text, **changes), key or a_key())

    def picture(self, width: int = 40, height: int = 30, **changes: Any) -> Attached:
        noise = Image.effect_noise((width, height), 90)
        written = io.BytesIO()
        noise.save(written, "PNG")
        content, now = written.getvalue(), datetime.now(UTC)
        kept = self.store.media.keep(
            ADA.team_id, content, type="image/png", size=(width, height), now=now
        )
        return Attached(source="slack:F1", id=kept.id, **changes)


@pytest.fixture
def desk(bluesky: Network, store: SqliteStore) -> Desk:
    return Desk(bluesky, store)


def a_key() -> str:
    return new_id(datetime.now(UTC))


def test_connecting_names_the_account_and_keeps_only_an_app_password(desk: Desk) -> None:
    assert desk.profile.name == f"@{desk.human.handle}"
    assert desk.profile.service_id == desk.human.did
    with pytest.raises(Refused, match="main password"):
        desk.connects(PASSWORD)
    with pytest.raises(Refused, match="does not take that handle"):
        desk.connects("abcd-efgh-ijkl-mnop")


def test_a_text_is_out(desk: Desk) -> None:
    receipt = desk.publishes("Grüße 👩‍👩‍👧")
    (post,) = desk.human.posts()
    assert (post["text"], post["uri"]) == ("Grüße 👩‍👩‍👧", receipt.service_id)
    assert receipt.link.startswith(f"https://bsky.app/profile/{desk.human.handle}/post/")


def test_links_tags_and_people_are_marked_by_their_bytes(desk: Desk) -> None:
    friend = desk.human.network.joins(f"bo{secrets.token_hex(3)}")
    text = f"👋 Grüße @{friend.handle} und @nobody.test: #Café https://example.org/ä?b=1."
    desk.publishes(text)
    (post,) = desk.human.posts()
    raw = post["text"].encode()
    marked = {
        raw[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(): each["features"][0]
        for each in post["facets"]
    }
    kind = "app.bsky.richtext.facet"
    assert marked == {
        f"@{friend.handle}": {"$type": f"{kind}#mention", "did": friend.did},
        "#Café": {"$type": f"{kind}#tag", "tag": "Café"},
        "https://example.org/ä?b=1": {"$type": f"{kind}#link", "uri": "https://example.org/ä?b=1"},
    }


def test_pictures_have_words_and_are_made_to_fit(desk: Desk) -> None:
    small, large = desk.picture(alt_text="A cat"), desk.picture(1500, 1200, alt_text="Noise")
    stored = desk.store.media.get(large.id)
    assert stored and stored.bytes > 1_500_000
    desk.publishes(media=Media(files=(small, large)))
    (post,) = desk.human.posts()
    first, second = post["embed"]["images"]
    assert (first["alt"], first["aspectRatio"]) == ("A cat", {"width": 40, "height": 30})
    assert second["image"]["size"] <= 1_000_000


def test_a_link_has_its_card_with_a_picture(desk: Desk) -> None:
    link = "https://example.org/release"
    media = Media(
        link=link,
        title="Out now",
        description="All about it",
        files=(desk.picture(is_card=True),),
    )
    desk.publishes(f"See {link}", media=media)
    (post,) = desk.human.posts()
    card = post["embed"]["external"]
    assert (card["uri"], card["title"], card["description"]) == (link, "Out now", "All about it")
    assert card["thumb"]["mimeType"] == "image/png"


@pytest.mark.parametrize("text", ["x" * 300, "👩‍👩‍👧" * 160, "नमस्ते" * 100])
def test_what_we_count_as_fitting_fits(desk: Desk, text: str) -> None:
    desk.publishes(text)


@pytest.mark.parametrize("text", ["x" * 301, "👩‍👩‍👧" * 300])
def test_what_does_not_fit_is_refused_with_the_servers_reason(desk: Desk, text: str) -> None:
    with pytest.raises(Refused, match="text"):
        desk.publishes(text)


# -- once


def test_a_lost_answer_and_a_second_try_make_one_post(desk: Desk) -> None:
    key, update = a_key(), desk.update()
    desk.line.loses = "com.atproto.repo.putRecord"
    with pytest.raises(Unclear):
        desk.network.publish(desk.profile, update, key)
    found = desk.network.find(desk.profile, update, key)
    assert desk.network.publish(desk.profile, update, key) == found
    assert len(desk.human.posts()) == 1


def test_a_second_try_with_other_words_finds_the_first(desk: Desk) -> None:
    """As when a name could be resolved the first time only: the key decides, not the record."""
    key = a_key()
    first = desk.publishes("one", key)
    assert desk.publishes("another", key) == first
    assert [post["text"] for post in desk.human.posts()] == ["one"]


def test_what_is_not_out_is_not_found(desk: Desk) -> None:
    assert desk.network.find(desk.profile, desk.update(), a_key()) is None


def test_a_restored_one_is_known_by_its_words(desk: Desk) -> None:
    since = datetime.now(UTC)
    receipt = desk.publishes("Good morning")
    found = desk.network.find(desk.profile, desk.update("Good morning"), a_key(), since=since)
    assert found and found.service_id == receipt.service_id
    assert desk.network.find(desk.profile, desk.update("Hello"), a_key(), since=since) is None


def test_a_series_is_a_thread_through_the_sender(desk: Desk) -> None:
    now = [datetime.now(UTC)]
    store, owner = desk.store, Owner.take(None)
    update = desk.update(
        "one\n---\ntwo\n---\nthree", state=State.SCHEDULED, scheduled_at=now[0], sent_at=None
    )
    with store.transaction():
        store.updates.append([update])
        store.profiles.refresh(desk.profile.id)
    crew = Crew(submit={"bluesky": lambda work: work()}, size=2)
    sender = Sender(
        store, {"bluesky": desk.network}, crew, owner=owner, clock=lambda: datetime.now(UTC)
    )
    desk.line.loses = "com.atproto.repo.putRecord"
    for _ in range(200):
        sender.tick(datetime.now(UTC))
        found = store.updates.get(update.team_id, update.id)
        if found and found.state is State.SENT:
            break
        time.sleep(0.1)
    posts = desk.human.posts()
    assert [post["text"] for post in posts] == ["one", "two", "three"]
    root = posts[0]["uri"]
    assert [post.get("reply", {}).get("root", {}).get("uri") for post in posts] == [
        None,
        root,
        root,
    ]
    assert posts[2]["reply"]["parent"]["uri"] == posts[1]["uri"]


def test_keys_rise_with_the_parts_and_are_the_same_for_every_try() -> None:
    key = a_key()
    parts = [rkey(key), rkey(f"{key}-1"), rkey(f"{key}-2")]
    assert parts == sorted(parts) and len(set(parts)) == 3
    assert rkey(key) == parts[0] and all(len(each) == 13 for each in parts)


# -- sessions


def test_one_login_serves_many_posts(desk: Desk) -> None:
    for number in range(3):
        desk.publishes(f"post {number}")
    created = desk.line.asked.count("com.atproto.server.createSession")
    assert created == 2, "one to connect, one to post"


def test_a_session_that_is_over_is_renewed_without_a_login(desk: Desk) -> None:
    desk.publishes("one")
    kept = desk.store.secrets.recall(desk.profile.id, SESSION)
    desk.store.secrets.keep(desk.profile.id, SESSION, kept | {"access": expired(kept["access"])})
    desk.publishes("two")
    assert desk.line.asked.count("com.atproto.server.refreshSession") == 1
    assert desk.line.asked.count("com.atproto.server.createSession") == 2


def test_a_broken_session_is_made_anew_from_the_password(desk: Desk) -> None:
    desk.publishes("one")
    kept = desk.store.secrets.recall(desk.profile.id, SESSION)
    broken = kept | {"access": "not.a.token", "refresh": "not.a.token"}
    desk.store.secrets.keep(desk.profile.id, SESSION, broken)
    desk.publishes("two")
    assert len(desk.human.posts()) == 2


def test_a_revoked_app_password_asks_for_a_new_one(desk: Desk) -> None:
    body = {"name": "buffer"}
    desk.human.network.call("com.atproto.server.revokeAppPassword", body, token=desk.human.token)
    with pytest.raises(LoginExpired):
        desk.publishes()
    assert desk.human.posts() == []


def test_disconnecting_ends_the_session(desk: Desk) -> None:
    desk.publishes("one")
    desk.accounts.disconnect(ADA, desk.profile.id)
    assert "com.atproto.server.deleteSession" in desk.line.asked
    assert desk.store.secrets.recall(desk.profile.id, LOGIN) is None


def expired(token: str) -> str:
    """The same token as if its time were over: what it says of itself, not what the server thinks of it."""
    head, middle, tail = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(middle + "=="))
    told = base64.urlsafe_b64encode(json.dumps(claims | {"exp": 1}).encode()).decode().rstrip("=")
    return f"{head}.{told}.{tail}"
