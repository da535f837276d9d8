"""What a webhook's receiver tells: every answer it may get, and that told twice, late or crosswise is told once."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import falcon
import pytest
from falcon.testing import Result, TestClient
from hypothesis import given
from hypothesis import strategies as st

from buffer import signing
from buffer.api import bodies
from buffer.api.hooks import ROUTE, Hooks
from buffer.model import (
    Event,
    Interaction,
    Json,
    Notice,
    NoticeKind,
    Reply,
    ReplyState,
    State,
    Team,
    Update,
)
from buffer.ports import LOGIN
from cast import ADA, MONDAY, a_profile, an_update
from fakes import FakeClock
from settings import Settings
from storage import SqliteStore, open_store
from wiring import build

SECRET = "a secret that both sides know"
SOCIAL = "C0SOCIAL"
DANA = {"username": "dana", "name": "Dana", "id": 7, "followers": 12, "link": "https://d.example"}
COMMENT: Json = {"id": "c1", "post": "41", "event": "comment", "user": DANA, "text": "Nice"}
MENTION: Json = {"id": "m1", "event": "mention", "user": DANA, "text": "Look at them"}
LIKE: Json = {"id": "l1", "post": "41", "event": "like", "user": DANA}
KINDS = (
    "interaction.created, interaction.updated, interaction.deleted, post.statistics, post.deleted"
)


class Receiver:
    """What stands behind a webhook, with a post that it took, and whose card is in #social."""

    def __init__(self, store: SqliteStore, clock: FakeClock) -> None:
        self.store, self.clock, self._ids = store, clock, count()
        store.teams.bind(Team(id=ADA.team_id), MONDAY)
        self.profile = a_profile(service="webhook", name="Our blog")
        store.profiles.insert(self.profile)
        store.secrets.keep(
            self.profile.id, LOGIN, {"url": "https://blog.example/", "secret": SECRET}
        )
        store.feeds.follow(ADA.team_id, SOCIAL, self.profile.id)
        self.update = an_update(self.profile, service_update_id="41")
        store.updates.append([self.update])
        store.outbox.put(
            Notice(
                id="card", team_id=ADA.team_id, kind=NoticeKind.CARD, subject=self.update.id,
                target=SOCIAL, created_at=MONDAY,
            )
        )  # fmt: skip
        app: falcon.App[Any, Any] = falcon.App()
        app.add_route(ROUTE, Hooks(store, clock, service="webhook"))
        self.web = TestClient(app)

    def signed(self, body: bytes, key: str = "", secret: str = SECRET) -> dict[str, str]:
        return signing.headers(secret, key or f"msg-{next(self._ids)}", self.clock(), body)

    def posts(self, body: bytes, headers: Mapping[str, str], profile_id: str = "") -> Result:
        path = f"/hooks/{profile_id or self.profile.id}"
        return self.web.simulate_post(path, body=body, headers=dict(headers))

    def tells(self, kind: str, key: str = "", **said: Any) -> Result:
        body = json.dumps({"type": kind, **said}).encode()
        return self.posts(body, self.signed(body, key))

    def created(self, said: Json, key: str = "", **changes: Any) -> Result:
        return self.tells("interaction.created", key, interaction=said | changes)

    def updated(self, said: Json, key: str = "", **changes: Any) -> Result:
        return self.tells("interaction.updated", key, interaction=said | changes)

    def deleted(self, id: str) -> Result:
        return self.tells("interaction.deleted", interaction={"id": id})

    # -- what is here

    def kept(self, id: str) -> Interaction | None:
        return self.store.interactions.known(self.profile.id, id)

    def told(self) -> list[tuple[str, str]]:
        """What is to be said in #social since its card, by kind, with the words it is about."""
        lines = self.store.database.all(
            "SELECT kind, ifnull(text, '') FROM outbox LEFT JOIN interactions ON interactions.id = subject"
            " WHERE target = ? AND kind <> 'card' ORDER BY kind, outbox.rowid",
            (SOCIAL,),
        )
        return [(kind, text) for kind, text in lines]

    def post(self) -> Update:
        found = self.store.updates.get(ADA.team_id, self.update.id)
        assert found
        return found


@pytest.fixture
def receiver(store: SqliteStore, clock: FakeClock) -> Receiver:
    return Receiver(store, clock)


def is_taken(answer: Result) -> None:
    assert (answer.status_code, answer.text) == (204, "")


def is_refused(answer: Result, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.json["error"]
    assert SECRET not in answer.text


CARD = (NoticeKind.CARD_CHANGED, "")


# -- what it may tell


def test_a_comment_is_kept_and_told(receiver: Receiver) -> None:
    at = MONDAY - timedelta(minutes=1)
    is_taken(receiver.created(COMMENT, created_at=at.isoformat(), link="https://blog.example/c1"))
    kept = receiver.kept("c1")
    assert kept
    assert (kept.update_id, kept.event, kept.text) == (receiver.update.id, Event.COMMENT, "Nice")
    assert (kept.created_at, kept.link) == (at, "https://blog.example/c1")
    assert (kept.user.username, kept.user.service_id, kept.user.followers) == ("dana", "7", 12)
    assert receiver.told() == [CARD, (NoticeKind.COMMENT, "Nice")]


def test_an_answer_to_a_comment_or_to_a_comment_of_ours_belongs_to_the_same_post(
    receiver: Receiver,
) -> None:
    ours = Reply(
        id="r1", team_id=ADA.team_id, update_id=receiver.update.id, text="Thanks", user_id="U0ADA",
        state=ReplyState.SENT, created_at=MONDAY, channel=SOCIAL, ts="1.0", service_id="ours-1",
    )  # fmt: skip
    receiver.store.replies.insert(ours)
    answers = {"event": "comment", "user": DANA, "text": "And?"}
    is_taken(receiver.created(COMMENT))
    is_taken(receiver.created(answers | {"id": "c2", "to": "c1"}))
    is_taken(receiver.created(answers | {"id": "c3", "to": "ours-1"}))
    is_taken(receiver.created(answers | {"id": "c4", "to": "unknown", "post": 41}))
    for id in ("c2", "c3", "c4"):
        kept = receiver.kept(id)
        assert kept and kept.update_id == receiver.update.id


def test_our_own_comment_is_not_told_again(receiver: Receiver) -> None:
    ours = Reply(
        id="r1", team_id=ADA.team_id, update_id=receiver.update.id, text="Thanks", user_id="U0ADA",
        state=ReplyState.SENT, created_at=MONDAY, channel=SOCIAL, ts="1.0", service_id="ours-1",
    )  # fmt: skip
    receiver.store.replies.insert(ours)
    is_taken(receiver.created(COMMENT, id="ours-1"))
    assert receiver.told() == []


def test_our_own_comment_told_before_it_is_answered_waits_for_its_id(receiver: Receiver) -> None:
    """A receiver may tell of every comment as soon as it is saved, and answer us only then."""
    ours = Reply(
        id="r1", team_id=ADA.team_id, update_id=receiver.update.id, text="Thanks", user_id="U0ADA",
        state=ReplyState.WAITING, created_at=MONDAY, channel=SOCIAL, ts="1.0",
    )  # fmt: skip
    replies = receiver.store.replies
    replies.insert(ours)
    replies.move("r1", expected=[ReplyState.WAITING], to=ReplyState.SENDING, owner="o")
    for _ in ("at once", "while nobody knows what became of it"):
        answer = receiver.created(COMMENT, id="ours-1", text="Thanks", key="k1")
        is_refused(answer, 503, "on its way")
        assert answer.headers["retry-after"] == "5"
        replies.put_off("r1", to=ReplyState.SENDING, until=MONDAY + timedelta(minutes=1))
    is_taken(receiver.created(COMMENT, id="c1", text="Thanks a lot"))
    replies.move("r1", expected=[ReplyState.SENDING], to=ReplyState.SENT, service_id="ours-1")
    is_taken(receiver.created(COMMENT, id="ours-1", text="Thanks", key="k1"))
    assert receiver.told() == [CARD, (NoticeKind.COMMENT, "Thanks a lot")]


def test_a_mention_without_a_post_is_one_elsewhere(receiver: Receiver) -> None:
    is_taken(receiver.created(MENTION))
    is_taken(
        receiver.created({"id": "m2", "to": "m1", "event": "comment", "user": DANA, "text": "y"})
    )
    mention, answer = receiver.kept("m1"), receiver.kept("m2")
    assert mention and answer
    assert (mention.update_id, answer.update_id, answer.mention_id) == ("", "", mention.id)
    assert (NoticeKind.COMMENT, "Look at them") in receiver.told()


def test_a_mention_with_a_post_is_in_its_thread(receiver: Receiver) -> None:
    is_taken(receiver.created(MENTION, post="41"))
    kept = receiver.kept("m1")
    assert kept and kept.update_id == receiver.update.id


def test_likes_are_counted_on_the_card(receiver: Receiver) -> None:
    is_taken(receiver.created(LIKE))
    is_taken(receiver.created(LIKE, id="l2", event="reshare"))
    assert receiver.post().statistics == {"likes": 1, "reshares": 1}
    is_taken(receiver.deleted("l1"))
    assert receiver.post().statistics == {"likes": 0, "reshares": 1}
    assert set(receiver.told()) == {CARD}


def test_numbers_take_the_place_of_our_own(receiver: Receiver) -> None:
    for _ in range(2):
        is_taken(receiver.tells("post.statistics", post="41", statistics={"likes": 9, "clicks": 3}))
    assert receiver.post().statistics == {"likes": 9, "clicks": 3}
    assert receiver.told() == [CARD]


def test_a_post_that_is_gone_stays_gone(receiver: Receiver) -> None:
    is_taken(receiver.tells("post.deleted", post="41"))
    is_taken(receiver.tells("post.deleted", post="41"))
    is_taken(receiver.tells("post.statistics", post="41", statistics={"likes": 1}))
    assert receiver.post().removed_at == MONDAY
    assert receiver.told() == [CARD]


# -- twice, late, crosswise


def test_told_twice_is_once(receiver: Receiver) -> None:
    for key in ("same", "same", "another"):
        is_taken(receiver.created(COMMENT, key))
    assert receiver.told() == [CARD, (NoticeKind.COMMENT, "Nice")]
    assert receiver.post().statistics == {"comments": 1}


def test_an_update_changes_the_words(receiver: Receiver) -> None:
    is_taken(receiver.created(COMMENT))
    is_taken(receiver.updated(COMMENT, text="Very nice"))
    kept = receiver.kept("c1")
    assert kept and (kept.text, kept.edited_at) == ("Very nice", MONDAY)


def test_an_update_repeated_behind_a_newer_one_changes_nothing(receiver: Receiver) -> None:
    is_taken(receiver.created(COMMENT))
    for key, text in (("u1", "first"), ("u2", "second"), ("u1", "first")):
        is_taken(receiver.updated(COMMENT, key, text=text))
    kept = receiver.kept("c1")
    assert kept and kept.text == "second"


def test_an_update_first_counts_as_created_and_the_creation_behind_it_as_known(
    receiver: Receiver,
) -> None:
    is_taken(receiver.updated(COMMENT, text="Very nice"))
    is_taken(receiver.created(COMMENT))
    kept = receiver.kept("c1")
    assert kept and kept.text == "Very nice"
    assert receiver.told() == [CARD, (NoticeKind.COMMENT, "Very nice")]


def test_what_is_deleted_stays_deleted(receiver: Receiver) -> None:
    is_taken(receiver.created(COMMENT))
    for _ in range(2):
        is_taken(receiver.deleted("c1"))
    is_taken(receiver.created(COMMENT))
    is_taken(receiver.updated(COMMENT, text="Again"))
    kept = receiver.kept("c1")
    assert kept and kept.removed and kept.text == "Nice"
    assert receiver.post().statistics == {"comments": 0}


@pytest.mark.parametrize("later", ["created", "updated"])
def test_deleted_before_it_was_heard_of_is_never_told(receiver: Receiver, later: str) -> None:
    is_taken(receiver.deleted("c1"))
    is_taken(receiver.tells(f"interaction.{later}", interaction=COMMENT))
    assert receiver.kept("c1") is None
    assert receiver.told() == []
    is_taken(receiver.created(COMMENT, id="c2"))
    assert receiver.kept("c2")


def test_what_was_refused_may_be_told_again_under_its_id(receiver: Receiver) -> None:
    is_refused(receiver.created(COMMENT, "same", post="42"), 404, "“42”")
    receiver.store.updates.append([an_update(receiver.profile, id="u42", service_update_id="42")])
    is_taken(receiver.created(COMMENT, "same", post="42"))
    assert receiver.kept("c1")


def test_told_by_many_at_once_is_once(receiver: Receiver) -> None:
    keys = ["same", "same", "another", "one more"] * 3
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda key: receiver.created(COMMENT, key), keys))
    assert {each.status_code for each in answers} == {204}
    assert receiver.told() == [CARD, (NoticeKind.COMMENT, "Nice")]
    assert receiver.post().statistics == {"comments": 1}


# -- what is wrong


def without(said: Json, *names: str) -> Json:
    return {name: value for name, value in said.items() if name not in names}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, KINDS),
        ({"type": "post.liked"}, KINDS),
        ({"type": ["x"]}, KINDS),
        ({"type": "interaction.created"}, "“interaction” is missing"),
        ({"type": "interaction.created", "interaction": "c1"}, "“interaction” is missing"),
        ({"type": "interaction.deleted", "interaction": {}}, "“id” is missing"),
        ({"type": "interaction.deleted", "interaction": {"id": True}}, "“id” has to be a text"),
        ({"type": "interaction.deleted", "interaction": {"id": "x" * 501}}, "500 characters"),
        ({"type": "post.deleted"}, "“post” is missing"),
        ({"type": "post.statistics", "post": "41"}, "“statistics” is missing"),
        ({"type": "post.statistics", "post": "41", "statistics": {"likes": 1.5}}, "“likes”"),
        ({"type": "post.statistics", "post": "41", "statistics": {"likes": -1}}, "not below 0"),
        ({"type": "post.statistics", "post": "41", "statistics": {"likes": True}}, "whole"),
        ({"type": "post.statistics", "post": "41", "statistics": {"likes": 1 << 60}}, "whole"),
        ({"type": "post.statistics", "post": "41", "statistics": {"$.a": 1}}, "has to be a name"),
        (
            {"type": "post.statistics", "post": "41", "statistics": {"a" * n: n for n in range(1, 22)}},
            "20 numbers",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named(receiver: Receiver, said: Json, words: str) -> None:
    body = json.dumps(said).encode()
    is_refused(receiver.posts(body, receiver.signed(body)), 400, words)
    assert receiver.told() == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (without(COMMENT, "id"), "“id” is missing"),
        (without(COMMENT, "post"), "“to” or “post” is missing"),
        (without(LIKE, "post") | {"to": "c1"}, "“post” is missing"),
        (without(COMMENT, "event"), "comment, like, reshare, mention"),
        (COMMENT | {"event": "retweet"}, "comment, like, reshare, mention"),
        (COMMENT | {"event": {}}, "comment, like, reshare, mention"),
        (without(COMMENT, "text"), "“text” is missing"),
        (COMMENT | {"text": " \x00"}, "“text” is missing"),
        (COMMENT | {"text": 5}, "“text” has to be a text"),
        (without(COMMENT, "user"), "“user” is missing"),
        (COMMENT | {"user": {"name": "Dana"}}, "“username” of the “user” is missing"),
        (COMMENT | {"user": DANA | {"followers": "many"}}, "“followers” has to be a whole number"),
        (COMMENT | {"created_at": "yesterday"}, "a time with a zone"),
        (COMMENT | {"created_at": "2026-03-02T08:00:00"}, "a time with a zone"),
        (COMMENT | {"created_at": "0001-01-01T00:00:00+14:00"}, "a time with a zone"),
    ],
)
def test_an_interaction_that_lacks_something_is_refused(
    receiver: Receiver, said: Json, words: str
) -> None:
    is_refused(receiver.created(said), 400, words)
    assert receiver.told() == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["id", "post", "to", "event", "user", "text", "link", "created_at"]


def test_nothing_that_is_said_breaks_anything(receiver: Receiver) -> None:
    @given(
        kind=st.sampled_from(KINDS.split(", ")),
        changes=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3),
        person=st.dictionaries(st.sampled_from(list(DANA)), ANYTHING, max_size=3),
        post=st.just("41") | ANYTHING,
        numbers=st.dictionaries(
            st.text() | st.just("likes"), ANYTHING | st.integers(0, 9), max_size=3
        ),
    )
    def is_answered(kind: str, changes: Json, person: Json, post: Any, numbers: Json) -> None:
        told = COMMENT | {"user": DANA | person} | changes
        answer = receiver.tells(kind, interaction=told, post=post, statistics=numbers)
        assert answer.status_code in (204, 400, 404)
        assert answer.status_code == 204 or answer.json["error"]

    is_answered()
    assert receiver.tells("post.deleted", post="41").status_code == 204


@pytest.mark.parametrize(
    "body",
    [b"", b"type=ping", b"\xff", b'{"type": "\\ud800"}', b"[" * 100_000, "{}".encode("utf-16")],
)
def test_a_body_that_is_no_json_is_refused(receiver: Receiver, body: bytes) -> None:
    is_refused(receiver.posts(body, receiver.signed(body)), 400, "not JSON in UTF-8")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null"])
def test_a_body_that_is_no_object_is_refused(receiver: Receiver, body: bytes) -> None:
    is_refused(receiver.posts(body, receiver.signed(body)), 400, "has to be a JSON object")


def test_a_body_that_is_too_large_is_not_read(receiver: Receiver) -> None:
    body = b" " * (bodies.MOST_BYTES + 1)
    is_refused(receiver.posts(body, receiver.signed(body)), 413, "bytes at most")


def test_what_no_browser_may_open_is_no_link(receiver: Receiver) -> None:
    is_taken(
        receiver.created(COMMENT, link="javascript:alert(1)", user=DANA | {"avatar": "data:x"})
    )
    kept = receiver.kept("c1")
    assert kept and (kept.link, kept.user.avatar) == ("", "")


@pytest.mark.parametrize(
    "dated", ["2999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"]
)
def test_what_is_dated_ahead_or_not_at_all_is_of_now(receiver: Receiver, dated: str) -> None:
    is_taken(receiver.created(COMMENT, created_at=dated))
    kept = receiver.kept("c1")
    assert kept and kept.created_at == MONDAY


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("interaction.created", {"interaction": COMMENT | {"post": "42"}}),
        ("interaction.created", {"interaction": MENTION | {"post": "42"}}),
        ("interaction.updated", {"interaction": without(COMMENT, "post") | {"to": "42"}}),
        ("post.statistics", {"post": "42", "statistics": {"likes": 1}}),
        ("post.deleted", {"post": "42"}),
    ],
)
def test_a_post_that_nobody_knows(receiver: Receiver, kind: str, said: Json) -> None:
    is_refused(receiver.tells(kind, **said), 404, "Nothing with the id “42” is known here.")


def test_the_post_of_another_profile_is_unknown(receiver: Receiver) -> None:
    other = a_profile(service="webhook", name="Another")
    receiver.store.profiles.insert(other)
    receiver.store.updates.append([an_update(other, service_update_id="42")])
    is_refused(receiver.created(COMMENT, post="42"), 404, "“42”")


def test_a_post_that_is_on_its_way_may_be_meant(receiver: Receiver) -> None:
    """The receiver may be told of a comment before its answer with the id of the post has arrived here."""
    sending = an_update(receiver.profile, id="u42", service_update_id="", state=State.SENDING)
    receiver.store.updates.append([sending])
    answer = receiver.created(COMMENT, post="42")
    is_refused(answer, 503, "on its way")
    assert answer.headers["retry-after"] == "5"


# -- who may


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "ü"},
        {"webhook-id": ""},
        {"webhook-id": "another"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "²"},
        {"webhook-timestamp": "9" * 5000},
    ],
)
def test_a_signature_that_does_not_fit(receiver: Receiver, changes: dict[str, str]) -> None:
    body = json.dumps({"type": "interaction.created", "interaction": COMMENT}).encode()
    is_refused(receiver.posts(body, receiver.signed(body) | changes), 401, "not signed")
    is_refused(receiver.posts(body, {}), 401, "not signed")
    assert receiver.told() == []


def test_another_body_or_another_secret_does_not_fit(receiver: Receiver) -> None:
    body = json.dumps({"type": "interaction.created", "interaction": COMMENT}).encode()
    is_refused(receiver.posts(body + b" ", receiver.signed(body)), 401, "not signed")
    headers = receiver.signed(body, secret="another secret of theirs")
    is_refused(receiver.posts(body, headers), 401, "not signed")


def test_neither_an_empty_id_nor_an_empty_secret_signs_anything(receiver: Receiver) -> None:
    body = json.dumps({"type": "interaction.created", "interaction": COMMENT}).encode()
    nameless = signing.headers(SECRET, "", receiver.clock(), body)
    is_refused(receiver.posts(body, nameless), 401, "not signed")
    is_refused(receiver.posts(body, receiver.signed(body, secret=""), "0" * 24), 401, "not signed")
    receiver.store.profiles.save(replace(receiver.profile, disconnected=True))
    is_refused(receiver.posts(body, receiver.signed(body, secret="")), 401, "not signed")


def test_one_of_several_signatures_is_enough(receiver: Receiver) -> None:
    body = json.dumps({"type": "interaction.created", "interaction": COMMENT}).encode()
    headers = receiver.signed(body)
    headers[signing.SIGNATURE] = f"v1,AAAA v1a,BBBB {headers[signing.SIGNATURE]}"
    is_taken(receiver.posts(body, headers))


@pytest.mark.parametrize(
    ("seconds", "status"), [(-301, 401), (-300, 204), (0, 204), (300, 204), (301, 401)]
)
def test_the_clocks_may_differ_by_five_minutes(
    receiver: Receiver, clock: FakeClock, seconds: int, status: int
) -> None:
    body = json.dumps({"type": "interaction.created", "interaction": COMMENT}).encode()
    headers = signing.headers(SECRET, "msg", clock() + timedelta(seconds=seconds), body)
    assert receiver.posts(body, headers).status_code == status


def test_nobody_learns_which_profiles_there_are(receiver: Receiver) -> None:
    store, body = receiver.store, b'{"type": "post.deleted", "post": "41"}'
    local = a_profile()
    gone = a_profile(service="webhook", disconnected=True)
    bare = a_profile(service="webhook")
    for profile in (local, gone, bare):
        store.profiles.insert(profile)
    for profile in (local, gone):
        store.secrets.keep(profile.id, LOGIN, {"url": "x", "secret": SECRET})
    answers = [
        receiver.posts(body, receiver.signed(body), id)
        for id in (local.id, gone.id, bare.id, "0" * 24, "%00%ff")
    ]
    answers.append(receiver.posts(body, receiver.signed(body, secret="x" * 20)))
    answers.append(receiver.posts(body, {}))
    assert {each.status_code for each in answers} == {401}
    assert len({each.text for each in answers}) == 1


def test_a_disconnected_receiver_is_not_heard(receiver: Receiver) -> None:
    receiver.store.profiles.save(replace(receiver.profile, disconnected=True))
    is_refused(receiver.created(COMMENT), 401, "not signed")


def test_no_secret_is_logged(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        is_taken(receiver.created(COMMENT))
        receiver.created(COMMENT, event="x")
        receiver.posts(b"{}", receiver.signed(b"{}", secret="another secret of theirs"))
    logged = [str(vars(each)) for each in caplog.records]
    assert any(receiver.profile.id in each for each in logged)
    assert not any(word in each for each in logged for word in ("secret", "v1,", "Nice", "dana"))


def test_only_a_post_is_taken(receiver: Receiver) -> None:
    assert receiver.web.simulate_get(f"/hooks/{receiver.profile.id}").status_code == 405


# -- when we cannot


def test_a_busy_database_asks_for_another_try(tmp_path: Path, clock: FakeClock) -> None:
    store = open_store(f"sqlite:///{tmp_path}/buffer.db", patience=0.05)
    receiver, holds, done = Receiver(store, clock), threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction():
            holds.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(20)
    answer = receiver.created(COMMENT, "same")
    done.set()
    holder.join()
    is_refused(answer, 503, "busy")
    assert answer.headers["retry-after"] == "1"
    is_taken(receiver.created(COMMENT, "same"))
    assert receiver.kept("c1")
    store.close()


def test_what_breaks_here_is_told_without_details(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.store.database.execute("DROP TABLE requests")
    answer = receiver.created(COMMENT)
    is_refused(answer, 500, "Something went wrong here.")
    assert "requests" not in answer.text
    assert [each.message for each in caplog.records if each.exc_info] == ["hook broke"]
    assert receiver.kept("c1") is None


def test_a_hosted_queue_has_no_hooks(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/buffer.db",
        buffer_backend="rest",
        buffer_access_token="token",
    )
    house = build(settings)
    answer = TestClient(house.web).simulate_post("/hooks/" + "0" * 24)
    assert answer.status_code == 404
    house.close()
    embedded = build(Settings(database_url=f"sqlite:///{tmp_path}/other.db"))
    assert TestClient(embedded.web).simulate_post("/hooks/" + "0" * 24).status_code == 401
    embedded.close()
