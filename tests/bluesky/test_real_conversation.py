"""What people do on a real Bluesky network reaches us once each, and our replies reach them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from buffer.accounts import Accounts
from buffer.model import (
    Event,
    Found,
    Interaction,
    Profile,
    Receipt,
    Reply,
    ReplyState,
    Seen,
    State,
    Update,
    new_id,
)
from buffer.networks.bluesky import Bluesky
from buffer.ports import Heard
from buffer.web import Web
from cast import ADA, an_update
from real_bluesky import Human, Network, eventually
from storage import SqliteStore

pytestmark = pytest.mark.network

NOTHING = {"likes": 0, "reshares": 0}


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

    def looks(self) -> Heard:
        posts = [self.post.service_id]
        return self.network.interactions(self.profile, self.began, posts=posts)

    def hears(self) -> list[Found]:
        return list(self.looks().found)

    def seen(self) -> Seen | None:
        """How the post stands."""
        return self.looks().seen[self.post.service_id]

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


def comments_in(desk: Desk) -> list[Interaction]:
    found = {each.service_id: each for each in desk.hears() if each.event is Event.COMMENT}
    return [as_kept(each, desk) for each in found.values()]


def test_everything_people_do_is_heard(desk: Desk) -> None:
    reply = desk.bo.says("Congratulations!", to=desk.ref)
    desk.bo.likes(desk.ref)
    desk.bo.reposts(desk.ref)
    desk.bo.quotes("Look", desk.ref)
    desk.bo.says(f"@{desk.ada.handle} well done")
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
    first = desk.bo.says("Nice", to=desk.ref)
    cleo.says("I agree", to=first, root=desk.ref)

    def both() -> list[Found]:
        found = desk.hears()
        return found if {each.text for each in found} == {"Nice", "I agree"} else []

    found = eventually(both)
    assert all(each.post == desk.post.service_id for each in found)


def test_our_answers_stand_where_they_belong(desk: Desk) -> None:
    first = desk.bo.says("Does it run?", to=desk.ref)
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
    desk.bo.says("Nice", to=desk.ref)
    comment, key = eventually(desk.hears)[0], new_id(datetime.now(UTC))
    for _ in range(2):
        desk.network.like(desk.profile, as_kept(comment, desk), key)
    found = desk.ada.network.call(
        "com.atproto.repo.listRecords", repo=desk.ada.did, collection="app.bsky.feed.like"
    )
    assert [each["value"]["subject"]["uri"] for each in found["records"]] == [comment.service_id]


def test_a_post_knows_its_numbers_and_all_below_it(desk: Desk) -> None:
    like = desk.bo.likes(desk.ref)
    desk.bo.reposts(desk.ref)
    first = desk.bo.says("Nice", to=desk.ref)
    second = desk.bo.says("Really", to=first, root=desk.ref)
    below = frozenset({first["uri"], second["uri"]})
    wanted = Seen(counts={"likes": 1, "reshares": 1}, answers=below)
    assert eventually(lambda: desk.seen() == wanted)
    desk.bo.deletes(like)
    assert eventually(lambda: (seen := desk.seen()) and seen.counts["likes"] == 0)


def test_a_post_that_is_not_shown_yet_is_not_gone(desk: Desk) -> None:
    """The account is so new that nothing of it is shown for a moment."""
    first = desk.seen()
    assert first is not None
    assert eventually(lambda: desk.seen() == Seen(counts=NOTHING, answers=frozenset()))


def test_a_post_that_is_gone_is_seen_to_be(desk: Desk) -> None:
    assert eventually(lambda: desk.seen() is not None)
    desk.ada.deletes(desk.ref)
    assert eventually(lambda: desk.seen() is None)


def test_a_comment_that_its_author_deleted_is_gone_and_what_is_below_it_is_not(desk: Desk) -> None:
    first = desk.bo.says("Nice", to=desk.ref)
    second = desk.bo.says("Really", to=first, root=desk.ref)
    comments = eventually(lambda: both if len(both := comments_in(desk)) == 2 else [])
    assert not any(desk.network.is_gone(desk.profile, each) for each in comments)
    desk.bo.deletes(first)
    assert eventually(lambda: (seen := desk.seen()) and first["uri"] not in (seen.answers or ()))
    gone = {each.service_id: desk.network.is_gone(desk.profile, each) for each in comments}
    assert gone == {first["uri"]: True, second["uri"]: False}


def test_a_comment_whose_author_is_not_to_be_seen_is_there(desk: Desk) -> None:
    desk.bo.says("Nice", to=desk.ref)
    (comment,) = eventually(lambda: comments_in(desk))
    desk.bo.writes({"subject": desk.ada.did}, "app.bsky.graph.block")
    assert eventually(lambda: (seen := desk.seen()) and not seen.answers)
    assert not desk.network.is_gone(desk.profile, comment)


def test_a_comment_of_an_account_that_is_not_there_is_gone(desk: Desk) -> None:
    desk.bo.says("Nice", to=desk.ref)
    (comment,) = eventually(lambda: comments_in(desk))
    of_nobody = comment.service_id.replace(desk.bo.did, f"did:plc:{'a' * 24}")
    assert desk.network.is_gone(desk.profile, replace(comment, service_id=of_nobody))


def test_our_answer_is_deleted_and_twice_is_once(desk: Desk) -> None:
    ours = desk.answer(None, "Oops")
    reply = Reply(
        id="r1",
        team_id=ADA.team_id,
        update_id=desk.update.id,
        text="Oops",
        user_id=ADA.user_id,
        state=ReplyState.SENT,
        created_at=desk.began,
        service_id=ours.service_id,
    )
    for _ in range(2):
        desk.network.delete_reply(desk.profile, reply)
        assert [each["uri"] for each in desk.ada.posts()] == [desk.post.service_id]


def test_what_the_account_posts_itself_is_listed_and_no_answers(desk: Desk) -> None:
    bos = desk.bo.says("Good morning")
    first = desk.ada.says("By hand")
    desk.ada.says("Hello Bo", to=bos)
    desk.ada.reposts(bos)
    second = desk.ada.quotes("This", bos)
    found = desk.network.natives(desk.profile, desk.began)
    assert [(each.service_id, each.text) for each in found] == [
        (desk.post.service_id, "Our release is out!"),
        (first["uri"], "By hand"),
        (second["uri"], "This"),
    ]
    assert found[1].link.endswith(f"/profile/{desk.ada.handle}/post/{first['uri'][-13:]}")
    later = desk.network.natives(desk.profile, found[1].created_at)
    assert [each.text for each in later] == ["By hand", "This"]


def test_whoever_names_us_below_our_post_has_commented_on_it(desk: Desk) -> None:
    named = desk.bo.says(f"@{desk.ada.handle} how?", to=desk.ref)

    def twice() -> list[Found]:
        found = [each for each in desk.hears() if each.service_id == named["uri"]]
        return found if len(found) == 2 else []

    found = eventually(twice)
    assert {(each.event, each.post, each.elsewhere) for each in found} == {
        (Event.COMMENT, desk.post.service_id, False)
    }
