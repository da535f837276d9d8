"""The outbox: one line of a target at a time, in the order written, each step once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from buffer.model import Notice, NoticeKind
from cast import MONDAY
from storage import SqliteStore

MINUTE = timedelta(minutes=1)


def put(
    store: SqliteStore,
    id: str,
    *,
    target: str = "C1",
    kind: NoticeKind = NoticeKind.CARD,
    subject: str = "u1",
) -> Notice:
    notice = Notice(
        id=id, team_id="T", kind=kind, subject=subject, target=target, created_at=MONDAY
    )
    store.outbox.put(notice)
    return notice


def waiting(store: SqliteStore, limit: int = 99) -> list[str]:
    return [notice.id for notice in store.outbox.waiting(MONDAY, limit=limit)]


def post(store: SqliteStore, notice: Notice, *, channel: str = "C1", ts: str = "1.0") -> None:
    assert store.outbox.to_wire(notice, owner="me", now=MONDAY)
    store.outbox.posted(notice, channel=channel, ts=ts, now=MONDAY)


def test_each_target_has_its_own_line(store: SqliteStore) -> None:
    first = put(store, "c1 first")
    put(store, "c1 second")
    put(store, "c2 first", target="C2")
    assert waiting(store) == ["c1 first", "c2 first"]
    assert waiting(store, limit=1) == ["c1 first"]
    post(store, first)
    assert waiting(store) == ["c1 second", "c2 first"]


def test_nobody_passes_one_on_the_wire_or_put_off(store: SqliteStore) -> None:
    first = put(store, "first")
    put(store, "second")
    assert store.outbox.to_wire(first, owner="me", now=MONDAY)
    assert waiting(store) == []
    store.outbox.put_off(first, until=MONDAY + MINUTE, reason="slow down")
    assert waiting(store) == []
    (again,) = store.outbox.waiting(MONDAY + MINUTE, limit=9)
    assert (again.id, again.tries) == ("first", 1)
    store.outbox.give_up(first, reason="no such channel", now=MONDAY)
    assert waiting(store) == ["second"]


def test_a_line_goes_on_the_wire_once(store: SqliteStore) -> None:
    notice = put(store, "n")
    assert store.outbox.to_wire(notice, owner="me", now=MONDAY)
    assert not store.outbox.to_wire(notice, owner="you", now=MONDAY)
    assert [(line.id, owner) for line, owner in store.outbox.on_wire()] == [("n", "me")]
    store.outbox.posted(notice, channel="C1", ts="1.0", now=MONDAY)
    store.outbox.put_off(notice, until=MONDAY, reason="late news")
    assert (store.outbox.on_wire(), waiting(store)) == ([], [])


def test_a_change_of_a_card_is_not_written_twice(store: SqliteStore) -> None:
    changed = NoticeKind.CARD_CHANGED
    first = put(store, "1", kind=changed)
    put(store, "2", kind=changed)
    put(store, "3", kind=changed, subject="u2", target="C2")
    put(store, "4", kind=NoticeKind.COMMENT, target="C3")
    put(store, "5", kind=NoticeKind.COMMENT, target="C4")
    assert waiting(store) == ["1", "3", "4", "5"]
    store.outbox.to_wire(first, owner="me", now=MONDAY)
    put(store, "6", kind=changed)
    store.outbox.posted(first, channel="C1", ts="1.0", now=MONDAY)
    assert waiting(store) == ["3", "4", "5", "6"]


def test_cards_are_found_by_update_and_by_message(store: SqliteStore) -> None:
    here, there = put(store, "here"), put(store, "there", target="U2")
    assert [card.target for card in store.outbox.lines(NoticeKind.CARD, "u1")] == ["C1", "U2"]
    assert store.outbox.said(NoticeKind.CARD, "u1", "C1") is None
    post(store, here, ts="1.1")
    post(store, there, channel="D2", ts="2.2")
    card = store.outbox.said(NoticeKind.CARD, "u1", "C1")
    assert card and (card.id, card.channel, card.ts) == ("here", "C1", "1.1")
    for place in ("U2", "D2"):
        found = store.outbox.said(NoticeKind.CARD, "u1", place)
        assert found and found.id == "there"
    said = store.outbox.by_message("D2", "2.2")
    assert said and said.id == "there"
    assert store.outbox.by_message("D2", "") is None
    assert store.outbox.lines(NoticeKind.CARD, "u2") == []


def test_a_card_that_was_given_up_is_none(store: SqliteStore) -> None:
    store.outbox.give_up(put(store, "n"), reason="no such channel", now=MONDAY)
    assert store.outbox.lines(NoticeKind.CARD, "u1") == []


@pytest.mark.parametrize("count", [10, 1000])
def test_a_long_line_costs_no_more_than_a_short_one(store: SqliteStore, count: int) -> None:
    with store.transaction():
        for number in range(count):
            put(store, f"{number}")
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection = store.database._mine()
    connection.set_progress_handler(step, 10)
    waiting(store)
    connection.set_progress_handler(None, 10)
    assert steps < 60
