"""Interactions are kept once and counted; replies move only from where they are said to be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from buffer.model import (
    Event,
    Found,
    Interaction,
    Person,
    Profile,
    Reply,
    ReplyState,
    State,
    Update,
)
from cast import ADA, CY, MONDAY, a_profile
from storage import SqliteStore

MINUTE = timedelta(minutes=1)


@pytest.fixture
def profile(store: SqliteStore) -> Profile:
    made = a_profile()
    store.profiles.insert(made)
    return made


@pytest.fixture
def update(store: SqliteStore, profile: Profile) -> Update:
    return sent(store, profile, "p1")


def sent(store: SqliteStore, profile: Profile, post: str, **changes: Any) -> Update:
    plain: dict[str, Any] = {
        "id": f"{profile.id} {post}",
        "post_id": post,
        "team_id": profile.team_id,
        "profile_id": profile.id,
        "service": profile.service,
        "text": "hello",
        "state": State.SENT,
        "created_at": MONDAY,
        "updated_at": MONDAY,
        "sent_at": MONDAY,
        "service_update_id": post,
    }
    made = Update(**(plain | changes))
    store.updates.append([made])
    return made


def add(
    store: SqliteStore, profile: Profile, update: Update, id: str, **changes: Any
) -> Interaction | None:
    ours = changes.pop("ours", False)
    plain: dict[str, Any] = {
        "post": update.service_update_id,
        "service_id": id,
        "event": Event.COMMENT,
        "user": Person(username="dana", name="Dana 🐈", followers=3),
        "created_at": MONDAY,
        "text": "Nice",
    }
    found = Found(**(plain | changes))
    return store.interactions.add(profile, update, found, ours=ours, now=MONDAY)


# -- interactions


def test_an_interaction_is_kept_once_a_profile(
    store: SqliteStore, profile: Profile, update: Update
) -> None:
    other = a_profile()
    store.profiles.insert(other)
    elsewhere = sent(store, other, "p1")
    first = add(store, profile, update, "c1")
    assert first and store.interactions.get(ADA.team_id, first.id) == first
    assert store.interactions.get(CY.team_id, first.id) is None
    assert add(store, profile, update, "c1") is None
    assert add(store, other, elsewhere, "c1")
    assert store.interactions.known(profile.id, "c1") == first
    assert store.interactions.known(profile.id, "c2") is None


def test_statistics_count_what_others_did(
    store: SqliteStore, profile: Profile, update: Update
) -> None:
    for number, event in enumerate(
        (Event.COMMENT, Event.LIKE, Event.LIKE, Event.RESHARE, Event.MENTION, Event.RETWEET)
    ):
        add(store, profile, update, f"{number}", event=event)
    add(store, profile, update, "0", event=Event.COMMENT)
    add(store, profile, update, "ours", ours=True)
    kept = store.updates.get(ADA.team_id, update.id)
    assert kept and kept.statistics == {
        "comments": 1,
        "likes": 2,
        "reshares": 1,
        "mentions": 1,
        "retweets": 1,
    }
    assert store.interactions.statistics(update.id) == {
        "comment": 1,
        "like": 2,
        "reshare": 1,
        "mention": 1,
        "retweet": 1,
    }


def test_interactions_are_listed_newest_first_in_pages(
    store: SqliteStore, profile: Profile, update: Update
) -> None:
    for number in range(5):
        event = Event.LIKE if number == 2 else Event.COMMENT
        add(
            store,
            profile,
            update,
            f"{number}",
            created_at=MONDAY + number * MINUTE,
            event=event,
        )

    def listed(**filters: Any) -> tuple[list[str], int]:
        plain: dict[str, Any] = {"event": None, "offset": 0, "count": 20, "since": None}
        page = store.interactions.of_update(update.id, **(plain | {"before": None} | filters))
        return [each.service_id for each in page.items], page.total

    assert listed() == (["4", "3", "2", "1", "0"], 5)
    assert listed(offset=1, count=2) == (["3", "2"], 5)
    assert listed(event=Event.LIKE) == (["2"], 1)
    assert listed(since=MONDAY + MINUTE, before=MONDAY + 4 * MINUTE) == (["3", "2"], 2)


def test_an_update_is_known_by_its_id_there(
    store: SqliteStore, profile: Profile, update: Update
) -> None:
    sent(store, profile, "", id="not out yet")
    found = store.interactions.update_for(profile.id, "p1")
    assert found and found.id == update.id
    assert store.interactions.update_for(profile.id, "") is None
    assert store.interactions.update_for("another", "p1") is None


def test_where_a_poller_stands_never_moves_back(store: SqliteStore, profile: Profile) -> None:
    assert store.interactions.since(profile.id) is None
    store.interactions.set_since(profile.id, MONDAY + MINUTE)
    store.interactions.set_since(profile.id, MONDAY)
    assert store.interactions.since(profile.id) == MONDAY + MINUTE


def test_active_profiles_are_the_connected_ones_with_their_last_post(
    store: SqliteStore, profile: Profile, update: Update
) -> None:
    sent(store, profile, "p2", sent_at=MONDAY + MINUTE)
    other = a_profile()
    store.profiles.insert(other)
    store.profiles.insert(a_profile(disconnected=True))
    assert store.interactions.active("local") == [(profile, MONDAY + MINUTE), (other, None)]
    assert store.interactions.lasts("local") == {profile.id: MONDAY + MINUTE, other.id: None}
    assert store.interactions.active("mastodon") == []
    assert store.interactions.lasts("mastodon") == {}


# -- replies


def reply(update: Update, text: str = "Thank you", **changes: Any) -> Reply:
    plain: dict[str, Any] = {
        "id": text,
        "team_id": ADA.team_id,
        "update_id": update.id,
        "text": text,
        "user_id": ADA.user_id,
        "state": ReplyState.WAITING,
        "created_at": MONDAY,
        "channel": "C1",
        "ts": text,
    }
    return Reply(**(plain | changes))


def test_a_slack_message_has_one_reply(store: SqliteStore, update: Update) -> None:
    made = reply(update, "one")
    assert store.replies.insert(made)
    assert not store.replies.insert(reply(update, "two", ts="one"))
    assert store.replies.by_message("C1", "one") == made
    assert store.replies.get(ADA.team_id, "one") == made
    assert store.replies.get(CY.team_id, "one") is None


def test_replies_from_elsewhere_have_no_message(store: SqliteStore, update: Update) -> None:
    assert store.replies.insert(reply(update, "one", channel="", ts=""))
    assert store.replies.insert(reply(update, "two", channel="", ts=""))
    assert store.replies.by_message("", "") is None


def test_a_reply_moves_only_from_where_it_was(store: SqliteStore, update: Update) -> None:
    store.replies.insert(reply(update))
    waiting, sending, sent_ = ReplyState.WAITING, ReplyState.SENDING, ReplyState.SENT
    assert not store.replies.move("Thank you", expected=[ReplyState.ASKED], to=waiting)
    assert store.replies.move("Thank you", expected=[waiting], to=sending, owner="me")
    assert [owner for _, owner in store.replies.sending("local", MONDAY)] == ["me"]
    assert store.replies.take_over("Thank you", owner="you", from_owner="me")
    assert not store.replies.take_over("Thank you", owner="they", from_owner="me")
    assert store.replies.move("Thank you", expected=[sending], to=sent_, service_id="c9")
    assert store.replies.sending("local", MONDAY) == []
    assert store.replies.are_ours(update.profile_id, "c9")
    assert not store.replies.are_ours("another", "c9")
    assert not store.replies.are_ours(update.profile_id, "")


def test_what_was_put_off_waits(store: SqliteStore, update: Update) -> None:
    store.replies.insert(reply(update))
    waiting, sending = ReplyState.WAITING, ReplyState.SENDING
    assert not store.replies.put_off("Thank you", to=waiting, until=MONDAY)
    store.replies.move("Thank you", expected=[waiting], to=sending, owner="me")
    assert store.replies.put_off("Thank you", to=waiting, until=MONDAY + MINUTE)
    assert store.replies.waiting("local", MONDAY, limit=9) == []
    assert len(store.replies.waiting("local", MONDAY + MINUTE, limit=9)) == 1


def test_replies_wait_in_the_line_of_their_network(store: SqliteStore, update: Update) -> None:
    for text in ("one", "two", "three"):
        store.replies.insert(reply(update, text))
    found = store.replies.waiting("local", MONDAY, limit=2)
    assert [each.text for each in found] == ["one", "two"]
    assert store.replies.waiting("mastodon", MONDAY, limit=2) == []


def test_a_place_is_looked_up_by_its_id_and_not_through_all_there_is(
    store: SqliteStore, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []
    one = store.database.one

    def noted(sql: str, values: Any = ()) -> Any:
        asked.append((sql, values))
        return one(sql, values)

    monkeypatch.setattr(store.database, "one", noted)
    store.interactions.update_for(profile.id, "x1")
    store.interactions.mention_for(profile.id, "x1")
    store.updates.unsettled(profile.id, MONDAY)
    assert len(asked) == 4
    for sql, values in asked:
        steps = [row[3] for row in store.database.all(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert not [step for step in steps if step.startswith("SCAN")], steps
        through_all = [step for step in steps if step.endswith("(profile_id=?)")]
        assert all("updates_sending" in step for step in through_all), steps
