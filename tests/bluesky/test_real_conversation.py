"""What people do on a real Bluesky network reaches us once each, and our replies reach them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from buffer.accounts import Accounts
from buffer.model import Event, Found, Interaction, Profile, Receipt, State, Update, new_id
from buffer.networks.bluesky import Bluesky
from buffer.web import Web
from cast import ADA, an_update
from real_bluesky import Human, Network, eventually
from storage import SqliteStore

pytestmark = pytest.mark.network


class Desk:
    """Ada's account, connected, with a post that is out; and Bo, who has an account of his own."""

    def __init__(self, network: Network, store: SqliteStore) -> None:
        self.ada: Human = network.joins(f"ada{secrets.token_hex(3)}")
        self.bo: Human = network.joins(f"bo{secrets.token_hex(3)}")
        self.began = datetime.now(UTC) - timedelta(minutes=1)
        self.network = Bluesky(store, Web(), clock=lambda: datetime.now(UTC), public_url="")
        accounts = Accounts(store, {"bluesky": self.network}, lambda: datetime.now(UTC))
        form = {
            "handle": self.ada.handle,
            "password": self.ada.app_password,
            "server": network.url,
        }
        made = accounts.connect(ADA, "bluesky", form, timezone="UTC")
        assert isinstance(made, Profile)
        self.profile = made
        self.update: Update = an_update(made, text="Our release is out!", state=State.SENDING)
        self.post: Receipt = self.network.publish(made, self.update, new_id(datetime.now(UTC)))

    @property
    def ref(self) -> dict[str, str]:
        return {"uri": self.post.service_id, "cid": self.post.version}

    def hears(self) -> list[Found]:
        posts = [self.post.service_id]
        return list(self.network.interactions(self.profile, self.began, posts=posts).found)

    def answer(self, to: Interaction | None, text: str) -> Receipt:
        out = an_update(
            self.profile,
            state=State.SENT,
            service_update_id=self.post.service_id,
            sent_at=self.began,
        )
        return self.network.reply(self.profile, out, to, text, new_id(datetime.now(UTC)))


@pytest.fixture
def desk(bluesky: Network, store: SqliteStore) -> Desk:
    return Desk(bluesky, store)


def reply_to(ref: dict[str, str], root: dict[str, str]) -> dict[str, object]:
    return {"root": root, "parent": ref}


def as_kept(found: Found, desk: Desk) -> Interaction:
    return Interaction(
        id="i1",
        team_id=ADA.team_id,
        profile_id=desk.profile.id,
        update_id=desk.update.id,
        service_id=found.service_id,
        event=found.event,
        user=found.user,
        created_at=found.created_at,
        text=found.text,
    )


def test_everything_people_do_is_heard(desk: Desk) -> None:
    reply = desk.bo.writes({"text": "Congratulations!", "reply": reply_to(desk.ref, desk.ref)})
    desk.bo.writes({"subject": desk.ref}, "app.bsky.feed.like")
    desk.bo.writes({"subject": desk.ref}, "app.bsky.feed.repost")
    desk.bo.writes(
        {"text": "Look", "embed": {"$type": "app.bsky.embed.record", "record": desk.ref}}
    )
    name = f"@{desk.ada.handle}"
    facet = {
        "index": {"byteStart": 0, "byteEnd": len(name)},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": desk.ada.did}],
    }
    desk.bo.writes({"text": f"{name} well done", "facets": [facet]})
    wanted = {Event.COMMENT, Event.LIKE, Event.RESHARE, Event.MENTION}

    def all_there() -> list[Found]:
        found = desk.hears()
        mentions = [each for each in found if each.event is Event.MENTION]
        return found if {e.event for e in found} == wanted and len(mentions) == 2 else []

    found = eventually(all_there)
    comment = next(each for each in found if each.event is Event.COMMENT)
    assert (comment.text, comment.post) == ("Congratulations!", desk.post.service_id)
    assert comment.service_id == reply["uri"]
    assert comment.user.username == desk.bo.handle and comment.user.service_id == desk.bo.did
    by_id = {each.service_id for each in found}
    assert len(by_id) == 5, "one each, from two sources"
    on_us = {each.event for each in found if each.post == desk.post.service_id}
    assert on_us == wanted, "a quote is a mention of the post"


def test_a_reply_to_a_reply_is_heard_though_nobody_tells_us(desk: Desk) -> None:
    cleo = desk.ada.network.joins(f"cleo{secrets.token_hex(3)}")
    first = desk.bo.writes({"text": "Nice", "reply": reply_to(desk.ref, desk.ref)})
    parent = {"uri": first["uri"], "cid": first["cid"]}
    cleo.writes({"text": "I agree", "reply": reply_to(parent, desk.ref)})

    def both() -> list[Found]:
        found = desk.hears()
        return found if {each.text for each in found} == {"Nice", "I agree"} else []

    found = eventually(both)
    assert all(each.post == desk.post.service_id for each in found)


def test_our_answers_stand_where_they_belong(desk: Desk) -> None:
    first = desk.bo.writes({"text": "Does it run?", "reply": reply_to(desk.ref, desk.ref)})
    comment = eventually(desk.hears)[0]
    ours = desk.answer(as_kept(comment, desk), "It does.")
    alone = desk.answer(None, "And thanks to all.")
    posts = {post["uri"]: post for post in desk.ada.posts()}
    answer = posts[ours.service_id]["reply"]
    assert (answer["parent"]["uri"], answer["root"]["uri"]) == (first["uri"], desk.post.service_id)
    assert posts[alone.service_id]["reply"]["parent"]["uri"] == desk.post.service_id

    def bo_hears() -> bool:
        told = desk.bo.network.call(
            "app.bsky.notification.listNotifications", token=desk.bo.token, limit="20"
        )
        return any(each["uri"] == ours.service_id for each in told["notifications"])

    assert eventually(bo_hears)


def test_we_like_a_comment_and_twice_is_once(desk: Desk) -> None:
    desk.bo.writes({"text": "Nice", "reply": reply_to(desk.ref, desk.ref)})
    comment, key = eventually(desk.hears)[0], new_id(datetime.now(UTC))
    for _ in range(2):
        desk.network.like(desk.profile, as_kept(comment, desk), key)
    found = desk.ada.network.call(
        "com.atproto.repo.listRecords", repo=desk.ada.did, collection="app.bsky.feed.like"
    )
    assert [each["value"]["subject"]["uri"] for each in found["records"]] == [comment.service_id]
