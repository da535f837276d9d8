"""A comment is liked once, whoever presses how often; what goes wrong is told."""

from __future__ import annotations

from buffer import jobs, likes, telling
from buffer.errors import Refused
from buffer.likes import Likes
from buffer.model import Event, Found, Interaction, NoticeKind, Person, State
from cast import ADA, MONDAY, a_profile, an_update
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore
from storage.owners import Owner


def commented(store: SqliteStore) -> Interaction:
    profile = a_profile()
    store.profiles.insert(profile)
    update = an_update(profile, state=State.SENT, service_update_id="p1")
    store.updates.append([update])
    found = Found(
        post="p1",
        service_id="c1",
        event=Event.COMMENT,
        user=Person(username="dana"),
        created_at=MONDAY,
    )
    made = store.interactions.add(profile, update, found, ours=False, now=MONDAY)
    assert made
    return made


def works(store: SqliteStore, network: FakeNetwork) -> None:
    owner, work = Owner.take(None), Likes(store, {"local": network})
    while jobs.tick(store, likes.KIND, work, MONDAY, owner=owner):
        pass


def test_a_comment_is_liked_once(
    store: SqliteStore, network: FakeNetwork, clock: FakeClock
) -> None:
    to = commented(store)
    assert likes.promise(store, to, ADA.user_id, MONDAY)
    assert not likes.promise(store, to, "U0BO", MONDAY)
    works(store, network)
    assert network.liked == {"c1"}
    assert network.calls.count("like") == 1


def test_a_heart_comes_where_the_comment_was_said_and_only_then(
    store: SqliteStore, network: FakeNetwork
) -> None:
    to = commented(store)
    for channel in ("C0SOCIAL", "C0PRESS"):
        telling.put(store, NoticeKind.COMMENT, to.team_id, to.id, channel, MONDAY)
    said = store.outbox.waiting(MONDAY, limit=1)[0]
    assert store.outbox.to_wire(said, owner="me", now=MONDAY)
    store.outbox.posted(said, channel=said.target, ts="1.1", now=MONDAY)
    likes.promise(store, to, ADA.user_id, MONDAY)
    assert not store.outbox.lines(NoticeKind.LIKED, to.id)
    works(store, network)
    (heart,) = store.outbox.lines(NoticeKind.LIKED, to.id)
    assert heart.target == said.target


def test_why_not_is_told_to_whoever_pressed(store: SqliteStore, network: FakeNetwork) -> None:
    network.raises(Refused("It is gone there."))
    to = commented(store)
    likes.promise(store, to, ADA.user_id, MONDAY)
    works(store, network)
    (told,) = store.outbox.waiting(MONDAY, limit=9)
    assert (told.kind, told.target) == (NoticeKind.OUTCOME, ADA.user_id)
    assert "was not liked. It is gone there." in told.subject
    assert not store.outbox.lines(NoticeKind.LIKED, to.id)
    assert likes.promise(store, to, ADA.user_id, MONDAY), "it may be pressed again"
    works(store, network)
    assert network.liked == {"c1"}
