"""Attempts step by step: each step happens once, and only to whom the attempt belongs."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from buffer.model import Attempt, Media, Phase, Profile, Receipt, State, Update
from cast import MONDAY, a_profile
from storage import SqliteStore

NINE = MONDAY + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def profile(store: SqliteStore) -> Profile:
    made = a_profile()
    store.profiles.insert(made)
    return made


def add(store: SqliteStore, profile: Profile, text: str = "hello", **changes: Any) -> Update:
    plain: dict[str, Any] = {
        "id": text,
        "post_id": text,
        "team_id": profile.team_id,
        "profile_id": profile.id,
        "service": profile.service,
        "text": text,
        "state": State.SCHEDULED if "scheduled_at" in changes else State.QUEUED,
        "created_at": MONDAY,
        "updated_at": MONDAY,
    }
    update = Update(**(plain | changes))
    with store.transaction():
        store.updates.append([update])
        store.profiles.refresh(profile.id)
    return update


def claimed(store: SqliteStore, profile: Profile, key: str = "k1") -> Attempt:
    """The first due one of the profile, claimed by `me`."""
    first = store.attempts.due(fresh(store, profile), NINE)[0]
    attempt = store.attempts.claim(first, key=key, owner="me", now=NINE)
    assert attempt
    return attempt


def wired(store: SqliteStore, profile: Profile, key: str = "k1") -> Attempt:
    attempt = claimed(store, profile, key)
    assert store.attempts.to_wire(attempt, now=NINE)
    return replace(attempt, phase=Phase.WIRE, wire_at=NINE)


def fresh(store: SqliteStore, profile: Profile) -> Profile:
    found = store.profiles.get(profile.team_id, profile.id)
    assert found
    return found


def state(store: SqliteStore, id: str = "hello") -> State:
    return kept(store, id).state


def kept(store: SqliteStore, id: str = "hello") -> Update:
    found = store.updates.get("T0PLAYGRND", id)
    assert found
    return found


def test_due_ones_come_in_order_the_head_last_at_the_same_time(
    store: SqliteStore, profile: Profile
) -> None:
    add(store, profile, "head")
    add(store, profile, "second")
    add(store, profile, "scheduled", scheduled_at=NINE - 2 * MINUTE)
    add(store, profile, "shared", share_at=NINE)
    add(store, profile, "later", scheduled_at=NINE + MINUTE)
    due = store.attempts.due(profile, NINE)
    assert [(each.id, each.due_at) for each in due] == [
        ("scheduled", NINE - 2 * MINUTE),
        ("shared", NINE),
        ("head", NINE),
    ]


def test_a_claim_freezes_the_due_time_and_happens_once(
    store: SqliteStore, profile: Profile
) -> None:
    add(store, profile)
    first = store.attempts.due(profile, NINE)[0]
    assert store.attempts.claim(first, key="k1", owner="me", now=NINE)
    assert store.attempts.claim(first, key="k2", owner="you", now=NINE) is None
    assert (kept(store).state, kept(store).due_at) == (State.SENDING, NINE)
    assert fresh(store, profile).cursor == NINE


def test_the_database_refuses_a_second_open_attempt(store: SqliteStore, profile: Profile) -> None:
    add(store, profile)
    attempt = claimed(store, profile)
    with pytest.raises(sqlite3.IntegrityError):
        store.database.execute(
            "INSERT INTO attempts (id, update_id, number, owner, key, body, phase, claimed_at)"
            " VALUES ('x', ?, 2, 'you', 'k', '{}', 'claimed', 0)",
            (attempt.update.id,),
        )


def test_slots_that_passed_before_a_late_claim_are_gone(
    store: SqliteStore, profile: Profile
) -> None:
    add(store, profile)
    late = NINE + timedelta(hours=1)
    first = store.attempts.due(profile, late)[0]
    store.attempts.claim(first, key="k1", owner="me", now=late)
    assert fresh(store, profile).cursor == late


def test_a_share_out_of_turn_uses_up_no_slot(store: SqliteStore, profile: Profile) -> None:
    add(store, profile, share_at=NINE)
    claimed(store, profile)
    assert fresh(store, profile).cursor == profile.cursor


def test_only_the_owner_goes_on_wire_and_only_once(store: SqliteStore, profile: Profile) -> None:
    add(store, profile)
    attempt = claimed(store, profile)
    assert not store.attempts.to_wire(replace(attempt, owner="you"), now=NINE)
    assert store.attempts.to_wire(attempt, now=NINE)
    assert not store.attempts.to_wire(attempt, now=NINE)


def test_nothing_is_finished_before_the_wire_or_twice(store: SqliteStore, profile: Profile) -> None:
    add(store, profile)
    attempt = claimed(store, profile)
    receipt = Receipt(service_id="p1", link="https://example.org/p1")
    assert not store.attempts.finish_sent(attempt, receipt, now=NINE)
    assert state(store) is State.SENDING
    store.attempts.to_wire(attempt, now=NINE)
    assert store.attempts.finish_sent(attempt, receipt, now=NINE + MINUTE)
    assert not store.attempts.finish_failed(attempt, "late news", now=NINE + MINUTE)
    sent = kept(store)
    assert (sent.state, sent.sent_at, sent.service_update_id, sent.service_link, sent.error) == (
        State.SENT,
        NINE + MINUTE,
        "p1",
        "https://example.org/p1",
        "",
    )


@pytest.mark.parametrize("end", ["finish_failed", "finish_unconfirmed"])
def test_a_bad_end_keeps_its_reason(store: SqliteStore, profile: Profile, end: str) -> None:
    add(store, profile)
    attempt = wired(store, profile)
    assert getattr(store.attempts, end)(attempt, "No.", now=NINE)
    assert (kept(store).error, kept(store).due_at) == ("No.", NINE)
    assert store.attempts.open_attempts() == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scheduled_at": NINE},
        {"share_at": NINE},
        {"scheduled_at": NINE + MINUTE, "share_at": NINE},
    ],
)
def test_a_retry_is_due_as_before_and_holds_its_profile_back(
    store: SqliteStore, profile: Profile, changes: dict[str, Any]
) -> None:
    before = add(store, profile, **changes)
    attempt = wired(store, profile)
    assert store.attempts.retry_at(attempt, NINE + 5 * MINUTE, "down", now=NINE)
    store.profiles.refresh(profile.id)
    assert (kept(store).due_at, kept(store).state) == (NINE, before.state)
    assert store.attempts.ready("local", NINE + 4 * MINUTE, limit=9) == []
    assert store.attempts.next_due(["local"], NINE) is None
    ready = store.attempts.ready("local", NINE + 5 * MINUTE, limit=9)
    assert [each.id for each in ready] == [profile.id]


def test_the_key_goes_on_until_it_was_refused(store: SqliteStore, profile: Profile) -> None:
    add(store, profile, share_at=NINE)
    first = wired(store, profile, "k1")
    store.attempts.retry_at(first, NINE, "down", now=NINE)
    second = wired(store, profile, "k2")
    assert (second.number, second.key) == (2, "k1")
    store.attempts.finish_failed(second, "No.", now=NINE)
    store.database.execute("UPDATE updates SET state = 'queued', rank = 1, share_at = due_at")
    assert claimed(store, profile, "k3").key == "k3"


def test_a_released_claim_is_as_it_was(store: SqliteStore, profile: Profile) -> None:
    add(store, profile, scheduled_at=NINE)
    attempt = claimed(store, profile)
    assert store.attempts.release(attempt, now=NINE)
    assert not store.attempts.release(attempt, now=NINE)
    assert (kept(store).state, kept(store).due_at) == (State.SCHEDULED, NINE)


def test_what_is_on_the_wire_is_not_released(store: SqliteStore, profile: Profile) -> None:
    add(store, profile)
    assert not store.attempts.release(wired(store, profile), now=NINE)
    assert state(store) is State.SENDING


def test_a_profile_with_a_post_under_way_is_not_ready(store: SqliteStore, profile: Profile) -> None:
    add(store, profile, "one", scheduled_at=NINE)
    add(store, profile, "two", scheduled_at=NINE)
    assert store.attempts.next_due(["local"], MONDAY) == NINE
    attempt = wired(store, profile)
    store.profiles.refresh(profile.id)
    assert store.attempts.ready("local", NINE, limit=9) == []
    store.attempts.finish_failed(attempt, "No.", now=NINE)
    assert [each.id for each in store.attempts.ready("local", NINE, limit=9)] == [profile.id]
    assert store.attempts.ready("mastodon", NINE, limit=9) == []


def test_an_unclear_one_is_looked_at_by_one_at_its_time(
    store: SqliteStore, profile: Profile
) -> None:
    add(store, profile)
    attempt = wired(store, profile)
    assert store.attempts.to_look_at("me", NINE, limit=9) == []
    assert store.attempts.look_at(attempt, NINE + MINUTE, "unclear")
    assert store.attempts.to_look_at("me", NINE, limit=9) == []
    assert store.attempts.to_look_at("you", NINE + MINUTE, limit=9) == []
    (found,) = store.attempts.to_look_at("me", NINE + MINUTE, limit=9)
    assert (found.id, found.wire_at, found.update.text) == (attempt.id, NINE, "hello")
    assert store.attempts.looking(found)
    assert not store.attempts.looking(found)


def test_what_the_dead_left_is_taken_over_once(store: SqliteStore, profile: Profile) -> None:
    add(store, profile)
    attempt = wired(store, profile)
    assert store.attempts.owners() == ["me"]
    assert store.attempts.take_over(attempt, owner="you", now=NINE)
    assert not store.attempts.take_over(attempt, owner="they", now=NINE)
    assert not store.attempts.finish_failed(attempt, "woke up", now=NINE)
    assert [each.id for each in store.attempts.to_look_at("you", NINE, limit=9)] == [attempt.id]


def test_an_open_attempt_reads_back_what_was_claimed(store: SqliteStore, profile: Profile) -> None:
    media = Media(picture="https://example.org/a.png", alt_text="Ünïcode 🐈")
    add(store, profile, media=media, retweet={"tweet_id": "1"})
    attempt = wired(store, profile)
    store.database.execute("UPDATE updates SET text = 'meddled with'")
    (found,) = store.attempts.open_attempts()
    assert (found.update.text, found.update.media) == ("hello", media)
    assert found.update.retweet == {"tweet_id": "1"}
    assert (found.id, found.key, found.phase, found.number) == (attempt.id, "k1", Phase.WIRE, 1)
    assert store.attempts.open_attempts("you") == []


def test_a_missed_one_is_missed_once(store: SqliteStore, profile: Profile) -> None:
    add(store, profile)
    (update,) = store.attempts.due(profile, NINE)
    assert store.attempts.miss(update, now=NINE)
    assert not store.attempts.miss(update, now=NINE)
    assert (kept(store).state, kept(store).due_at) == (State.MISSED, NINE)
