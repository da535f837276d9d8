"""Profiles, updates and their order, as the sender and the queue use them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from buffer.model import Profile, Schedule, State, Update, new_id
from cast import ADA, MONDAY, a_profile
from storage import SqliteStore

HOUR = timedelta(hours=1)
NINE, THIRTEEN = MONDAY + HOUR, MONDAY + 5 * HOUR


@pytest.fixture
def profile(store: SqliteStore) -> Profile:
    profile = a_profile()
    store.profiles.insert(profile)
    return profile


def an_update(profile: Profile, text: str = "hello", **changes: Any) -> Update:
    plain: dict[str, Any] = {
        "id": new_id(MONDAY),
        "post_id": new_id(MONDAY),
        "team_id": profile.team_id,
        "profile_id": profile.id,
        "service": profile.service,
        "text": text,
        "state": State.QUEUED,
        "created_at": MONDAY,
        "updated_at": MONDAY,
    }
    return Update(**(plain | changes))


def scheduled(profile: Profile, at: datetime, **changes: Any) -> Update:
    return an_update(profile, state=State.SCHEDULED, scheduled_at=at, **changes)


def texts(store: SqliteStore, profile: Profile) -> list[str]:
    page = store.updates.pending(profile, offset=0, count=100, since=None, now=MONDAY)
    return [update.text for update in page.items]


def test_updates_are_appended_and_prepended_in_order(store: SqliteStore, profile: Profile) -> None:
    store.updates.append([an_update(profile, text) for text in "cd"])
    store.updates.prepend([an_update(profile, text) for text in "ab"])
    assert texts(store, profile) == list("abcd")
    assert store.updates.waiting(profile.id) == 4


def test_a_change_says_whether_it_happened(store: SqliteStore, profile: Profile) -> None:
    update = an_update(profile)
    store.updates.append([update])
    assert store.updates.save(update, expected={State.SENT}) == 0
    assert store.updates.save(update, expected={State.QUEUED, State.SCHEDULED}) == 1
    assert store.updates.delete(update.id, expected={State.SENT}) == 0
    assert store.updates.delete(update.id, expected={State.QUEUED}) == 1
    assert store.updates.counts(profile.id) == (0, 0)


def test_what_is_due_next(store: SqliteStore, profile: Profile) -> None:
    def next_due(*updates: Update) -> datetime | None:
        store.updates.append(updates)
        store.profiles.refresh(profile.id)
        return store.profiles.next_due()

    assert next_due() is None
    assert next_due(scheduled(profile, THIRTEEN)) == THIRTEEN
    assert next_due(an_update(profile)) == NINE
    assert next_due(scheduled(profile, NINE, pinned=True)) == NINE
    assert next_due(an_update(profile, share_at=MONDAY)) == MONDAY
    store.profiles.save(a_profile(id=profile.id, service_id=profile.id, paused=True))
    assert next_due() is None


def test_a_head_finds_its_slot_behind_many_that_are_taken(
    store: SqliteStore, profile: Profile
) -> None:
    slots = [NINE + timedelta(days=day, hours=4 * n) for day in range(20) for n in range(3)]
    store.updates.append([scheduled(profile, at, pinned=True) for at in slots])
    store.updates.append([an_update(profile, "head")])
    store.profiles.refresh(profile.id)
    page = store.updates.pending(profile, offset=60, count=9, since=None, now=MONDAY)
    assert [update.text for update in page.items] == ["head"]
    assert page.items[0].due_at == NINE + timedelta(days=20)


def test_due_profiles_come_longest_overdue_first(store: SqliteStore, profile: Profile) -> None:
    other = a_profile()
    store.profiles.insert(other)
    store.updates.append([scheduled(profile, THIRTEEN), scheduled(other, NINE)])
    for each in (profile, other):
        store.profiles.refresh(each.id)
    assert store.profiles.due(MONDAY) == []
    assert store.profiles.due(NINE) == [other]
    assert store.profiles.due(THIRTEEN) == [other, profile]


def test_the_cursor_never_moves_back(store: SqliteStore, profile: Profile) -> None:
    store.profiles.save(a_profile(id=profile.id, service_id=profile.id, cursor=NINE))
    store.profiles.save(a_profile(id=profile.id, service_id=profile.id, cursor=MONDAY))
    found = store.profiles.get(profile.team_id, profile.id)
    assert found
    assert found.cursor == NINE


def test_new_rules_of_a_zone_are_found_at_the_start(store: SqliteStore, profile: Profile) -> None:
    on_a_slot, beside = scheduled(profile, THIRTEEN), scheduled(profile, NINE + HOUR, pinned=True)
    store.updates.append([on_a_slot, beside, an_update(profile)])
    store.profiles.realign()
    found = [store.updates.get(profile.team_id, each.id) for each in (on_a_slot, beside)]
    assert [update.pinned for update in found if update] == [True, False]
    assert store.profiles.next_due() == NINE


def test_a_twin_is_pending_on_its_way_or_was_sent_lately(
    store: SqliteStore, profile: Profile
) -> None:
    def twin(since: datetime = MONDAY, except_id: str = "") -> Update | None:
        return store.updates.twin(profile.id, "hello ", since=since, except_id=except_id)

    sent = an_update(profile, state=State.SENT, sent_at=NINE)
    failed = an_update(profile, state=State.FAILED)
    store.updates.append([sent, failed, an_update(a_profile(id=profile.id), "other")])
    assert twin() == sent
    assert twin(since=NINE) is None
    assert twin(except_id=sent.id) is None
    sending = an_update(profile, " hello", state=State.SENDING)
    store.updates.append([sending])
    assert twin(since=NINE) == sending


def test_posting_times_may_be_anything_json_can_say(store: SqliteStore, profile: Profile) -> None:
    for schedules in (
        (),
        (Schedule(days=(), times=()),),
        (Schedule(days=("sat",), times=("23:59",)),),
    ):
        store.profiles.save(a_profile(id=profile.id, service_id=profile.id, schedules=schedules))
        found = store.profiles.get(ADA.team_id, profile.id)
        assert found
        assert found.schedules == schedules


def test_nobody_reads_another_team_s_rows(store: SqliteStore, profile: Profile) -> None:
    update = an_update(profile)
    store.updates.append([update])
    assert store.profiles.get("T0ELSEWHERE", profile.id) is None
    assert store.profiles.of_team("T0ELSEWHERE") == []
    assert store.updates.get("T0ELSEWHERE", update.id) is None
    assert store.updates.of_post("T0ELSEWHERE", update.post_id) == []
    assert store.updates.problems("T0ELSEWHERE", limit=9) == []


def test_places_in_a_long_line_are_counted_right(store: SqliteStore, profile: Profile) -> None:
    dice = Random(3)
    updates = [an_update(profile, f"{n}") for n in range(700)]
    with store.transaction():
        store.updates.append(updates[:400])
        store.updates.prepend(updates[400:])
    line = [update.id for update in updates[400:] + updates[:400]]
    for n in range(120):
        picked, place = dice.sample(line, 5), dice.randrange(len(line))
        if n % 3:
            store.order.lay(profile.id, picked, offset=place)
            line = [each for each in line if each not in picked]
            line[place:place] = picked
        else:
            store.updates.delete(picked[0], expected={State.QUEUED})
            line.remove(picked[0])
    assert list(store.order.ranks(profile.id)) == line
    for place in [0, 1, 127, 128, 129, 300, len(line) - 1, *dice.sample(range(len(line)), 40)]:
        assert list(store.order.ranks(profile.id, offset=place, count=4)) == line[place : place + 4]
        page = store.updates.pending(profile, offset=place, count=4, since=None, now=MONDAY)
        assert [update.id for update in page.items] == line[place : place + 4]
        assert store.updates.get(profile.team_id, line[place]) == page.items[0]
    counted = store.database.one("SELECT sum(n), min(n) FROM stretches")
    assert counted
    assert counted[0] == len(line) == store.updates.waiting(profile.id)
    assert counted[1] > 0


@pytest.mark.parametrize(
    "spread",
    [
        pytest.param((0, 200 * 24 * 60), id="everywhere"),
        pytest.param((60 * 24 * 60, 61 * 24 * 60), id="on one day"),
        pytest.param((0, 60), id="before all"),
        pytest.param((4000 * 60, 4001 * 60), id="behind all"),
    ],
)
@pytest.mark.parametrize("queued", [0, 30, 300])
def test_any_page_is_a_piece_of_the_whole(
    store: SqliteStore, profile: Profile, queued: int, spread: tuple[int, int]
) -> None:
    dice = Random(queued)
    minutes = [dice.randrange(*spread) for _ in range(250)]
    times = [MONDAY + timedelta(minutes=each, seconds=1) for each in minutes]
    with store.transaction():
        store.updates.append([an_update(profile) for _ in range(queued)])
        store.updates.append([scheduled(profile, at) for at in times[:230]])
        store.updates.append([an_update(profile, share_at=at) for at in times[230:]])

    def page(offset: int, count: int) -> list[Update]:
        now = MONDAY + 30 * HOUR
        found = store.updates.pending(profile, offset=offset, count=count, since=None, now=now)
        assert found.total == queued + 250
        return found.items

    whole = page(0, 1000)
    assert len({update.id for update in whole}) == queued + 250
    assert whole == sorted(whole, key=lambda update: update.due_at or MONDAY)
    for offset in dice.sample(range(queued + 260), 60):
        assert page(offset, 7) == whole[offset : offset + 7]
