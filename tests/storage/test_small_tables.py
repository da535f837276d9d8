"""Requests, memos, feeds and the audit."""

from __future__ import annotations

import json
from datetime import timedelta

from cast import ADA, MONDAY, a_profile
from storage import SqliteStore

DAY = timedelta(days=1)


def test_a_request_is_remembered_until_it_is_swept(store: SqliteStore) -> None:
    assert store.requests.answered("k") is None
    store.requests.record("k", ["a", "b"], MONDAY)
    store.requests.record("none", [], MONDAY + DAY)
    assert store.requests.answered("k") == ["a", "b"]
    assert store.requests.answered("none") == []
    store.requests.sweep(MONDAY + timedelta(seconds=1))
    assert store.requests.answered("k") is None
    assert store.requests.answered("none") == []


def test_a_memo_is_kept_until_it_expires(store: SqliteStore) -> None:
    store.memos.keep("draft:1", {"text": "hello", "n": [1, None]}, until=MONDAY + DAY)
    store.memos.keep("draft:2", "for ever")
    assert store.memos.recall("draft:1", MONDAY) == {"text": "hello", "n": [1, None]}
    assert store.memos.recall("draft:1", MONDAY + DAY) is None
    assert store.memos.recall("draft:2", MONDAY + 999 * DAY) == "for ever"
    store.memos.keep("draft:2", "other")
    assert store.memos.recall("draft:2", MONDAY) == "other"


def test_memos_are_found_by_their_beginning_swept_and_forgotten(store: SqliteStore) -> None:
    for name in ("a_b", "a%b", "axb", "b"):
        store.memos.keep(name, 1, until=MONDAY)
    store.memos.keep("a_stays", 1)
    assert store.memos.names("a_") == ["a_b", "a_stays"]
    assert store.memos.names("") == ["a%b", "a_b", "a_stays", "axb", "b"]
    store.memos.sweep(MONDAY)
    assert store.memos.names("") == ["a_stays"]
    store.memos.forget("a_stays")
    store.memos.forget("a_stays")
    assert store.memos.names("") == []


def test_channels_follow_profiles(store: SqliteStore) -> None:
    one, two = a_profile(name="one"), a_profile(name="two")
    for profile in (one, two):
        store.profiles.insert(profile)
    for channel, profile in (("C1", two), ("C1", one), ("C2", two), ("C1", two)):
        store.feeds.follow(ADA.team_id, channel, profile.id)
    assert store.feeds.channels(two.id) == ["C1", "C2"]
    assert store.feeds.profiles(ADA.team_id, "C1") == [two.id, one.id]
    assert store.feeds.profiles("T0ELSEWHERE", "C1") == []
    store.feeds.unfollow(ADA.team_id, "C1", two.id)
    store.feeds.unfollow(ADA.team_id, "C1", two.id)
    assert store.feeds.channels(two.id) == ["C2"]


def test_the_audit_keeps_who_did_what(store: SqliteStore) -> None:
    store.audit.write(ADA, "pause", "p1", MONDAY)
    store.audit.write(ADA, "add", "u1", MONDAY, {"position": "top"})
    found = store.database.all("SELECT at, team_id, user_id, via, verb, subject, detail FROM audit")
    assert tuple(found[0]) == (
        MONDAY.timestamp(),
        ADA.team_id,
        ADA.user_id,
        "slack",
        "pause",
        "p1",
        "",
    )
    assert json.loads(found[1]["detail"]) == {"position": "top"}
