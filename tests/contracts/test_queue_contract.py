"""What every queue promises, whichever one it is: one suite over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any

import falcon
import pytest

from buffer.api.routes import routes
from buffer.backends import rest_v1
from buffer.backends.embedded import EmbeddedQueues
from buffer.backends.rest_v1 import RestQueues
from buffer.errors import Code, Refused
from buffer.model import (
    Actor,
    Draft,
    Edit,
    Limits,
    Media,
    Position,
    Profile,
    Receipt,
    ReplyState,
    Schedule,
    State,
    Update,
)
from buffer.ports import Certainty, Feature, Queue, Queues
from buffer.web import Web
from cast import ADA, BO, CY, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from playground.server import Server
from storage import SqliteStore, open_store

HOLD = timedelta(seconds=10)
HOUR = timedelta(hours=1)
NINE, THIRTEEN, SEVENTEEN = (MONDAY + n * HOUR for n in (1, 5, 9))


@dataclass
class House:
    """A queue with a clock and two profiles; what it sends is simulated. `store` is where it lives."""

    queues: Queues
    store: SqliteStore
    clock: FakeClock
    network: FakeNetwork
    profile: Profile
    other: Profile
    strange: Profile
    is_rest: bool = False

    @property
    def queue(self) -> Queue:
        return self.queues(ADA)

    def add(self, *texts: str, **how: Any) -> list[str]:
        how.setdefault("profile_ids", (self.profile.id,))
        return [self.queue.add(Draft(text=text, **how))[0].id for text in texts]

    def texts(self, profile: Profile | None = None) -> list[str]:
        return [update.text for update in self.queue.pending((profile or self.profile).id).items]

    def times(self) -> list[str]:
        page = self.queue.pending(self.profile.id).items
        return [f"{update.due_at:%d %H}" if update.due_at else "never" for update in page]

    def claims(self, update_id: str) -> Update:
        """Somebody is about to publish it."""
        update, now = self.queue.update(update_id), self.clock.now
        with self.store.transaction():
            attempt = self.store.attempts.claim(update, key=update_id, owner="me", now=now)
            assert attempt
            assert self.store.attempts.to_wire(attempt, now=now)
            self.store.profiles.refresh(update.profile_id)
        return attempt.update

    def sends(self, update_id: str) -> None:
        self._ends(update_id, "finish_sent", Receipt(service_id=f"at-{update_id}"))

    def fails(self, update_id: str) -> None:
        self._ends(update_id, "finish_failed", "No.")

    def is_unsure_of(self, update_id: str) -> None:
        self._ends(update_id, "finish_unconfirmed", "Nobody knows.")

    def misses(self, update_id: str) -> None:
        update = self.queue.update(update_id)
        with self.store.transaction():
            assert self.store.attempts.miss(update, now=self.clock.now)
            self.store.profiles.refresh(update.profile_id)

    def _ends(self, update_id: str, how: str, what: object) -> None:
        self.claims(update_id)
        [attempt] = (
            each for each in self.store.attempts.open_attempts() if each.update.id == update_id
        )
        assert getattr(self.store.attempts, how)(attempt, what, now=self.clock.now)


def embedded(url: str) -> Iterator[House]:
    store, clock, network = open_store(url), FakeClock(MONDAY), FakeNetwork()
    profile, other, strange = a_profile(name="Local"), a_profile(name="Second"), a_profile(CY)
    for each in (profile, other, strange):
        store.profiles.insert(each)
    queues = EmbeddedQueues(store, {"local": network}, clock, limit=100)
    store.database.execute("PRAGMA synchronous = OFF")  # nobody pulls the plug here
    yield House(queues, store, clock, network, profile, other, strange)
    store.close()


class ByTeam:
    """Queues on a server that tells teams apart by their tokens alone."""

    def __init__(self, servers: dict[str, RestQueues]) -> None:
        self._servers = servers

    def __call__(self, actor: Actor, key: str = "") -> Queue:
        return self._servers[actor.team_id](actor, key)


def rest() -> Iterator[House]:
    """The same queue behind its own API, asked over HTTP."""
    for house in embedded("sqlite://"):
        app: falcon.App[Any, Any] = falcon.App()
        networks = {"local": house.network}
        routes(
            app,
            queues=house.queues,
            store=house.store,
            networks=networks,
            clock=house.clock,
            rate_limit=0,
            sleep=lambda _seconds: None,
        )
        web = Server(app, 0)
        web.start()
        made = {
            team: house.store.tokens.create(team, team, MONDAY)
            for team in (ADA.team_id, CY.team_id)
        }
        asked = {
            team: rest_v1.Server(Web(), f"http://127.0.0.1:{web.port}", token, house.clock)
            for team, token in made.items()
        }
        house.queues = ByTeam({team: RestQueues(server) for team, server in asked.items()})
        house.is_rest = True
        yield house
        web.stop()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database, made once: making one waits for the disk."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["memory", "file", "rest"])
def house(request: pytest.FixtureRequest, blank: Path, tmp_path: Path) -> Iterator[House]:
    if request.param == "rest":
        yield from rest()
    elif request.param == "memory":
        yield from embedded("sqlite://")
    else:
        yield from embedded(f"sqlite:///{copy(blank, tmp_path)}")


def refusal(code: Code, match: str | None = None) -> Any:
    """A refusal with this code."""
    return pytest.raises(Refused, match=match, check=lambda error: error.code is code)


# -- adding


def test_an_added_post_takes_the_next_slot(house: House) -> None:
    [update] = house.queue.add(Draft(text="hello", profile_ids=(house.profile.id,), source="x"))
    assert (update.text, update.state, update.due_at) == ("hello", State.QUEUED, NINE)
    assert update.service == "local"
    if not house.is_rest:  # a server sees a token, not who uses it
        assert (update.user_id, update.via) == (ADA.user_id, ADA.via)
    assert (update.created_at, update.source, update.pinned) == (MONDAY, "x", False)
    assert house.queue.update(update.id) == update
    assert house.queue.post(update.post_id) == [update]
    assert house.queue.pending(house.profile.id).items == [update]


def test_everything_given_is_kept(house: House) -> None:
    draft = Draft(
        text="  hello  ",
        profile_ids=(house.profile.id,),
        media=Media(picture="https://example.org/p.png", alt_text="a tree"),
        retweet={"tweet_id": "1"},
        shorten=False,
        attachment=False,
    )
    [update] = house.queue.add(draft)
    assert update.text == draft.text
    assert update.media == draft.media
    assert update.retweet == draft.retweet
    assert (update.shorten, update.attachment) == (False, False)


def test_a_post_to_several_profiles_is_one_post(house: House) -> None:
    ids = (house.other.id, house.profile.id, house.other.id)
    updates = house.queue.add(Draft(text="hello", profile_ids=ids))
    assert [update.profile_id for update in updates] == [house.other.id, house.profile.id]
    assert house.queue.post(updates[0].post_id) == updates


def test_it_goes_to_all_profiles_or_to_none(house: House) -> None:
    house.add("hello", profile_ids=(house.other.id,))
    with refusal(Code.DUPLICATE, "“Second”") as refused:
        house.queue.add(Draft(text="hello", profile_ids=(house.profile.id, house.other.id)))
    assert refused.value.profile_id == house.other.id
    assert house.texts() == []
    assert house.queue.counts(house.profile.id).pending == 0


def test_on_top_is_before_the_head(house: House) -> None:
    house.add("a", "b")
    house.add("c", position=Position.TOP)
    assert house.texts() == ["c", "a", "b"]
    assert house.times() == ["02 09", "02 13", "02 17"]


def test_now_holds_as_long_as_asked(house: House) -> None:
    house.add("a")
    [id] = house.add("now", position=Position.NOW, hold=HOLD)
    assert house.queue.update(id).due_at == MONDAY + HOLD
    assert house.queue.update(id).shared_now
    assert house.texts() == ["now", "a"]


def test_a_time_of_its_own_overrides_the_position(house: House) -> None:
    [id] = house.add("a", position=Position.NOW, scheduled_at=MONDAY + HOUR / 2)
    update = house.queue.update(id)
    assert (update.state, update.due_at) == (State.SCHEDULED, MONDAY + HOUR / 2)
    assert update.share_at is None
    assert not update.pinned


def test_a_time_on_a_slot_takes_the_slot(house: House) -> None:
    house.add("a", "b")
    [id] = house.add("s", scheduled_at=THIRTEEN)
    assert house.queue.update(id).pinned
    assert house.texts() == ["a", "s", "b"]
    assert house.times() == ["02 09", "02 13", "02 17"]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"profile_ids": ()}, Code.MISSING_PARAMETER),
        ({"profile_ids": ("nobody",)}, Code.PROFILE_NOT_FOUND),
        ({"text": " \n "}, Code.MISSING_PARAMETER),
        ({"text": "x" * 501}, Code.MISSING_PARAMETER),
        ({"scheduled_at": MONDAY}, Code.IN_THE_PAST),
        ({"scheduled_at": MONDAY - HOUR}, Code.IN_THE_PAST),
    ],
)
def test_what_cannot_be_added(house: House, how: dict[str, Any], code: Code) -> None:
    draft: dict[str, Any] = {"text": "hello", "profile_ids": (house.profile.id,)}
    with refusal(code):
        house.queue.add(Draft(**(draft | how)))
    assert house.queue.counts(house.profile.id).pending == 0


def test_a_picture_needs_no_words(house: House) -> None:
    media = Media(picture="https://example.org/p.png")
    assert house.add("", media=media) != house.add("", media=media)


def test_a_full_queue_takes_no_more(house: House) -> None:
    house.add(*(f"post {n}" for n in range(100)))
    with refusal(Code.QUEUE_FULL, "“Local”"):
        house.add("one too many")
    assert house.queue.counts(house.profile.id).percentage == 100


# -- the same text


def test_the_same_text_waits_only_once(house: House) -> None:
    house.add("hello")
    with refusal(Code.DUPLICATE, "“Local”"):
        house.add("  hello ")
    house.add("hello", profile_ids=(house.other.id,))
    house.add("hello", allow_duplicate=True)


@pytest.mark.parametrize(
    ("later", "may"), [(timedelta(hours=23), False), (timedelta(hours=25), True)]
)
def test_the_same_text_goes_out_only_once_a_day(house: House, later: timedelta, may: bool) -> None:
    [id] = house.add("hello")
    house.sends(id)
    house.clock.passes(later)
    if may:
        house.add("hello")
    else:
        with refusal(Code.DUPLICATE):
            house.add("hello")


def test_a_failed_text_may_be_added_anew(house: House) -> None:
    [id] = house.add("hello")
    house.fails(id)
    house.add("hello")


# -- editing


def test_text_and_media_change_and_the_place_stays(house: House) -> None:
    _, id, _ = house.add("a", "b", "c")
    media = Media(link="https://example.org")
    [update] = house.queue.edit(id, edit=Edit(text="B", media=media))
    assert (update.text, update.media, update.due_at) == ("B", media, THIRTEEN)


def test_a_post_gets_a_time_of_its_own_and_goes_back(house: House) -> None:
    id, *_ = house.add("a", "b", "c")
    [update] = house.queue.edit(id, edit=Edit(scheduled_at=THIRTEEN))
    assert (update.state, update.scheduled_at, update.pinned) == (State.SCHEDULED, THIRTEEN, True)
    assert house.texts() == ["b", "a", "c"]
    [update] = house.queue.edit(id, edit=Edit(to_queue=True))
    assert (update.state, update.scheduled_at, update.pinned) == (State.QUEUED, None, False)
    assert house.texts() == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit(text=" "), Code.MISSING_PARAMETER),
        (Edit(text="x" * 501), Code.MISSING_PARAMETER),
        (Edit(text="other"), Code.DUPLICATE),
        (Edit(scheduled_at=MONDAY), Code.IN_THE_PAST),
    ],
)
def test_an_edit_is_refused_as_an_add_is(house: House, edit: Edit, code: Code) -> None:
    id, _ = house.add("hello", "other")
    with refusal(code):
        house.queue.edit(id, edit=edit)
    assert house.queue.update(id).text == "hello"


def test_its_own_text_is_no_duplicate(house: House) -> None:
    [id] = house.add("hello")
    house.queue.edit(id, edit=Edit(text="hello "))
    house.add("other")
    with refusal(Code.DUPLICATE):
        house.queue.edit(id, edit=Edit(text="other"))
    house.queue.edit(id, edit=Edit(text="other", allow_duplicate=True))


def test_what_is_out_cannot_be_edited(house: House) -> None:
    sending, sent = house.add("a", "b")
    house.claims(sending)
    house.sends(sent)
    for id in (sending, sent):
        with refusal(Code.UPDATE_NOT_SAVED):
            house.queue.edit(id, edit=Edit(text="c"))


@pytest.mark.parametrize("edit", [Edit(to_queue=True), Edit(scheduled_at=NINE)])
def test_a_held_post_is_sent_on_its_way_again(house: House, edit: Edit) -> None:
    failed, missed = house.add("a", "b")
    house.fails(failed)
    house.misses(missed)
    assert {update.id for update in house.queue.problems()} == {failed, missed}
    for update in house.queue.edit(failed, missed, edit=edit):
        assert update.is_pending
        assert update.error == ""
    assert house.queue.problems() == []


def test_editing_the_text_of_a_held_post_leaves_it_held(house: House) -> None:
    [id] = house.add("a")
    house.fails(id)
    [update] = house.queue.edit(id, edit=Edit(text="b"))
    assert (update.text, update.state, update.error) == ("b", State.FAILED, "No.")


# -- sharing


def test_a_share_goes_out_of_turn_and_the_rest_move_up(house: House) -> None:
    _, id, _ = house.add("a", "b", "c")
    [update] = house.queue.share(id, hold=HOLD)
    assert (update.due_at, update.shared_now) == (MONDAY + HOLD, True)
    assert house.texts() == ["b", "a", "c"]
    assert house.times() == ["02 08", "02 09", "02 13"]


def test_a_share_taken_back_returns_to_its_place(house: House) -> None:
    a, b, _ = house.add("a", "b", "c")
    house.queue.edit(a, edit=Edit(scheduled_at=THIRTEEN))
    house.queue.share(a, b, hold=HOLD)
    assert house.texts() == ["a", "b", "c"]
    updates = house.queue.unshare(a, b)
    assert [update.due_at for update in updates] == [THIRTEEN, NINE]
    assert not any(update.shared_now for update in updates)
    assert house.texts() == ["b", "a", "c"]


def test_sharing_twice_changes_nothing(house: House) -> None:
    [id] = house.add("a")
    house.queue.share(id, hold=HOLD)
    house.clock.passes(timedelta(seconds=3))
    [update] = house.queue.share(id, hold=HOLD)
    assert update.due_at == MONDAY + HOLD
    house.sends(id)
    assert house.queue.share(id)[0].state is State.SENT


@pytest.mark.parametrize("held", ["fails", "misses", "is_unsure_of"])
def test_a_held_post_is_shared_and_held_again(house: House, held: str) -> None:
    [id] = house.add("a")
    getattr(house, held)(id)
    before = house.queue.update(id)
    assert house.queue.share(id, hold=HOLD)[0].is_pending
    [after] = house.queue.unshare(id)
    assert (after.state, after.error, after.share_at) == (before.state, before.error, None)


def test_too_late_to_take_back(house: House) -> None:
    [id] = house.add("a")
    house.queue.share(id, hold=HOLD)
    house.claims(id)
    with refusal(Code.UPDATE_NOT_SAVED, "Too late"):
        house.queue.unshare(id)


def test_a_paused_profile_shares_nothing(house: House) -> None:
    [id] = house.add("a")
    house.queue.pause(house.profile.id)
    with refusal(Code.UPDATE_NOT_SAVED, "paused"):
        house.queue.share(id)
    with refusal(Code.UPDATE_NOT_SAVED, "paused"):
        house.add("b", position=Position.NOW)
    house.add("c")


# -- order


def test_several_move_to_the_top_in_their_order(house: House) -> None:
    ids = house.add("a", "b", "c", "d")
    house.queue.move_to_top(ids[3], ids[1])
    assert house.texts() == ["d", "b", "a", "c"]


def test_only_queued_ones_move_to_the_top(house: House) -> None:
    a, b = house.add("a", "b")
    house.queue.edit(a, edit=Edit(scheduled_at=SEVENTEEN))
    with refusal(Code.NOT_MOVABLE):
        house.queue.move_to_top(b, a)
    house.sends(a)
    with refusal(Code.NOT_MOVABLE):
        house.queue.move_to_top(a)


@pytest.mark.parametrize(
    ("order", "offset", "expected"),
    [
        ("edcba", 0, "edcba"),
        ("ba", 0, "bacde"),
        ("dc", 2, "abdce"),
        ("e", 0, "eabcd"),
        ("a", 4, "bcdea"),
        ("a", 1, "bacde"),
        ("ea", 2, "bcead"),
        ("ab", 4, "cdeab"),
        ("", 0, "abcde"),
    ],
)
def test_a_block_is_laid_where_it_should_begin(
    house: House, order: str, offset: int, expected: str
) -> None:
    ids = dict(zip("abcde", house.add(*"abcde"), strict=True))
    found = house.queue.reorder(house.profile.id, [ids[each] for each in order], offset=offset)
    assert "".join(house.texts()) == expected
    assert found == house.queue.pending(house.profile.id).items


def test_scheduled_ones_are_not_reordered(house: House) -> None:
    a, _, c, s = house.add("a", "b", "c", "s")
    house.queue.edit(s, edit=Edit(scheduled_at=NINE + HOUR))
    house.queue.reorder(house.profile.id, [c, s, a])
    assert house.texts() == ["c", "s", "a", "b"]


def test_the_narrowest_gap_is_widened(house: House) -> None:
    ids = house.add(*(f"{n}" for n in range(20)))
    order = list(ids)
    for n in range(300):
        mover = order[2 + n % 2]
        order.remove(mover)
        order.insert(1, mover)
        house.queue.reorder(house.profile.id, [mover], offset=1)
    assert [update.id for update in house.queue.pending(house.profile.id).items] == order


def test_what_a_reorder_refuses(house: House) -> None:
    a, b, sent = house.add("a", "b", "sent")
    [foreign] = house.add("x", profile_ids=(house.other.id,))
    house.sends(sent)
    for order, offset, code in [
        ([a, a], 0, Code.BAD_PARAMETER),
        ([a, "nobody"], 0, Code.UPDATE_NOT_FOUND),
        ([foreign], 0, Code.NOT_MOVABLE),
        ([sent, b], 0, Code.NOT_MOVABLE),
        ([a], -1, Code.OUT_OF_BOUNDS),
        ([a], 2, Code.OUT_OF_BOUNDS),
    ]:
        with refusal(code):
            house.queue.reorder(house.profile.id, order, offset=offset)
    assert house.texts() == ["a", "b"]


def test_a_shuffle_keeps_all_and_returns_some(house: House) -> None:
    ids = house.add(*(f"{n}" for n in range(30)))
    house.add("s", scheduled_at=MONDAY + HOUR / 2)
    found = house.queue.shuffle(house.profile.id, count=5)
    every = house.queue.pending(house.profile.id, count=100).items
    assert found == every[:5]
    assert every[0].text == "s"
    order = [update.id for update in every[1:]]
    assert sorted(order) == sorted(ids)
    assert order != ids
    assert len(house.queue.shuffle(house.profile.id)) == 31


# -- the profile


def test_a_paused_profile_shows_the_times_it_would_have(house: House) -> None:
    house.add("a", "b")
    assert house.queue.pause(house.profile.id).paused
    assert house.queue.pause(house.profile.id).paused
    house.clock.passes(timedelta(days=2))
    assert house.times() == ["04 09", "04 13"]
    assert house.store.profiles.next_due() is None
    assert not house.queue.resume(house.profile.id).paused
    house.queue.resume(house.profile.id)
    assert house.times() == ["04 09", "04 13"]
    assert house.store.profiles.next_due() == NINE + timedelta(days=2)


def test_a_slot_that_passed_while_nobody_waited_is_not_due(house: House) -> None:
    house.clock.passes(timedelta(days=2))
    house.add("a")
    assert house.times() == ["04 09"]


def test_a_head_that_is_late_keeps_its_slot(house: House) -> None:
    house.add("a", "b")
    house.clock.passes(timedelta(hours=10))
    assert house.times() == ["02 09", "03 09"]


def test_new_posting_times_move_the_queue(house: House) -> None:
    house.add("a", "b")
    house.add("s", scheduled_at=THIRTEEN)
    house.queue.set_schedules(house.profile.id, [Schedule(days=("tue",), times=("12:30",))])
    assert house.queue.profile(house.profile.id).schedules[0].times == ("12:30",)
    assert house.times() == ["02 13", "03 12", "10 12"]
    assert not house.queue.pending(house.profile.id).items[0].pinned


def test_another_zone_moves_the_queue(house: House) -> None:
    house.add("a")
    house.queue.set_timezone(house.profile.id, "America/New_York")
    assert house.times() == ["02 14"]


def test_posting_times_and_zones_that_are_none(house: House) -> None:
    for schedules in ([], [Schedule(days=(), times=("12:00",))]):
        with refusal(Code.MISSING_PARAMETER):
            house.queue.set_schedules(house.profile.id, schedules)
    with refusal(Code.BAD_PARAMETER):
        house.queue.set_timezone(house.profile.id, "Mars/Olympus")


# -- reading


def test_pages(house: House) -> None:
    house.add(*(f"{n}" for n in range(7)))
    pages = [house.queue.pending(house.profile.id, page=n, count=3) for n in (1, 2, 3, 4)]
    assert [len(page.items) for page in pages] == [3, 3, 1, 0]
    assert {page.total for page in pages} == {7}
    with refusal(Code.OUT_OF_BOUNDS):
        house.queue.pending(house.profile.id, page=0)


def test_since_compares_creation_and_sending(house: House) -> None:
    first, second = house.add("a", "b")
    house.clock.passes(HOUR / 2)
    half = house.clock.now
    house.add("c", position=Position.TOP)
    house.add("s", scheduled_at=SEVENTEEN)
    page = house.queue.pending(house.profile.id, since=MONDAY)
    assert [(update.text, update.due_at) for update in page.items] == [
        ("c", NINE),
        ("s", SEVENTEEN),
    ]
    assert page.total == 2
    house.sends(first)
    house.clock.passes(HOUR)
    house.sends(second)
    assert [update.text for update in house.queue.sent(house.profile.id).items] == ["b", "a"]
    sent = house.queue.sent(house.profile.id, since=half)
    assert ([update.text for update in sent.items], sent.total) == (["b"], 1)


def test_counts(house: House) -> None:
    a, b, c, d = house.add("a", "b", "c", "d")
    house.sends(a)
    house.claims(b)
    house.queue.destroy(c)
    house.queue.share(d, hold=HOLD)
    counts = house.queue.counts(house.profile.id)
    assert (counts.pending, counts.sent, counts.limit) == (1, 1, 100)


def test_a_sent_post_remembers_when_it_was_due(house: House) -> None:
    [id] = house.add("a")
    house.clock.now = NINE
    house.sends(id)
    update = house.queue.update(id)
    assert (update.due_at, update.sent_at) == (NINE, NINE)
    assert update.service_update_id == f"at-{id}"


# -- deleting, confirming


def test_a_post_is_deleted_for_good(house: House) -> None:
    a, b = house.add("a", "b")
    house.sends(b)
    house.queue.destroy(a, b)
    for id in (a, b):
        with refusal(Code.UPDATE_NOT_FOUND):
            house.queue.update(id)
        with refusal(Code.UPDATE_NOT_FOUND):
            house.queue.destroy(id)


def test_what_is_being_sent_is_not_deleted(house: House) -> None:
    a, b = house.add("a", "b")
    house.claims(a)
    with refusal(Code.UPDATE_NOT_SAVED):
        house.queue.destroy(b, a)
    assert house.texts() == ["b"]


def test_an_unconfirmed_post_is_confirmed(house: House) -> None:
    a, b = house.add("a", "b")
    house.is_unsure_of(a)
    for _ in range(2):
        update = house.queue.confirm_sent(a)
        assert (update.state, update.sent_at, update.error) == (State.SENT, MONDAY, "")
    with refusal(Code.UPDATE_NOT_SAVED):
        house.queue.confirm_sent(b)


# -- comments


def test_a_comment_waits_for_the_worker(house: House) -> None:
    [id] = house.add("a")
    house.sends(id)
    reply = house.queue.comment(id, "thanks", channel="C1", ts="1.2")
    assert (reply.text, reply.state, reply.update_id) == ("thanks", ReplyState.WAITING, id)
    assert house.queue.comment(id, "thanks", channel="C1", ts="1.2") == reply


def test_what_cannot_be_commented(house: House) -> None:
    sent, waiting, lost = house.add("a", "b", "c")
    house.sends(sent)
    house.is_unsure_of(lost)
    house.queue.confirm_sent(lost)  # by somebody who did not say where it is
    for id, text, code in [
        (waiting, "hello", Code.COMMENTS_NOT_POSSIBLE),
        (sent, "  ", Code.MISSING_PARAMETER),
        (sent, "x" * 501, Code.MISSING_PARAMETER),
        (lost, "hello", Code.COMMENTS_NOT_POSSIBLE),
        ("nobody", "hello", Code.UPDATE_NOT_FOUND),
    ]:
        with refusal(code):
            house.queue.comment(id, text)
    with refusal(Code.COMMENTS_NOT_POSSIBLE):
        house.queue.comment(sent, "hello", interaction_id="nobody")


def test_some_networks_take_no_comments(house: House) -> None:
    [id] = house.add("a")
    house.sends(id)
    house.network.takes_no_comments()
    with refusal(Code.COMMENTS_NOT_POSSIBLE, "“Local”"):
        house.queue.comment(id, "hello")


# -- the same request again


def verbs(queue: Queue, house: House, ids: list[str]) -> dict[str, Callable[[], object]]:
    profile = house.profile.id
    draft = Draft(text="new", profile_ids=(profile, house.other.id))
    noon = Schedule(days=("mon",), times=("12:00",))
    return {
        "add": lambda: queue.add(draft),
        "edit": lambda: queue.edit(ids[0], edit=Edit(scheduled_at=THIRTEEN)),
        "move_to_top": lambda: queue.move_to_top(ids[2], ids[1]),
        "share": lambda: queue.share(ids[1], hold=HOLD),
        "destroy": lambda: queue.destroy(ids[0]),
        "reorder": lambda: queue.reorder(profile, [ids[2]], offset=0),
        "shuffle": lambda: queue.shuffle(profile),
        "pause": lambda: queue.pause(profile),
        "set_timezone": lambda: queue.set_timezone(profile, "Asia/Kolkata"),
        "set_schedules": lambda: queue.set_schedules(profile, [noon]),
        "comment": lambda: queue.comment(ids[3], "thanks"),
    }


@pytest.mark.parametrize(
    "verb",
    [
        *("add", "edit", "move_to_top", "share", "destroy", "comment"),
        *("reorder", "shuffle", "pause", "set_timezone", "set_schedules"),
    ],
)
def test_the_same_request_three_times_has_one_effect(house: House, verb: str) -> None:
    ids = house.add("a", "b", "c", "d")
    house.sends(ids[3])
    first = verbs(house.queues(ADA, key="request-1"), house, ids)[verb]()
    seen = house.queue.pending(house.profile.id), house.store.database.all("SELECT * FROM audit")
    for _ in range(2):
        assert verbs(house.queues(ADA, key="request-1"), house, ids)[verb]() == first
    assert seen == (
        house.queue.pending(house.profile.id),
        house.store.database.all("SELECT * FROM audit"),
    )


def test_a_repeat_answers_with_what_is_there_now(house: House) -> None:
    draft = Draft(text="new", profile_ids=(house.profile.id, house.other.id))
    a, b = house.queues(ADA, key="k").add(draft)
    house.queue.edit(a.id, edit=Edit(text="newer"))
    house.queue.destroy(b.id)
    assert [update.text for update in house.queues(ADA, key="k").add(draft)] == ["newer"]


def test_a_refused_request_may_be_tried_again(house: House) -> None:
    house.queue.pause(house.profile.id)
    [id] = house.add("a")
    with refusal(Code.UPDATE_NOT_SAVED):
        house.queues(ADA, key="k").share(id)
    house.queue.resume(house.profile.id)
    assert house.queues(ADA, key="k").share(id)[0].shared_now


# -- teams


def test_a_team_sees_only_its_own(house: House) -> None:
    [id] = house.add("a")
    post = house.queue.update(id).post_id
    mine, theirs = house.queues(BO), house.queues(CY)
    assert [each.id for each in mine.profiles()] == [house.profile.id, house.other.id]
    assert [each.id for each in theirs.profiles()] == [house.strange.id]
    refused: dict[Code, list[Callable[[], object]]] = {
        Code.PROFILE_NOT_FOUND: [
            lambda: theirs.profile(house.profile.id),
            lambda: theirs.counts(house.profile.id),
            lambda: theirs.pending(house.profile.id),
            lambda: theirs.sent(house.profile.id),
            lambda: theirs.pause(house.profile.id),
            lambda: theirs.resume(house.profile.id),
            lambda: theirs.set_timezone(house.profile.id, "UTC"),
            lambda: theirs.shuffle(house.profile.id),
            lambda: theirs.reorder(house.profile.id, [id]),
            lambda: theirs.add(Draft(text="x", profile_ids=(house.strange.id, house.profile.id))),
        ],
        Code.UPDATE_NOT_FOUND: [
            lambda: theirs.update(id),
            lambda: theirs.post(post),
            lambda: theirs.edit(id, edit=Edit(text="x")),
            lambda: theirs.move_to_top(id),
            lambda: theirs.share(id),
            lambda: theirs.unshare(id),
            lambda: theirs.destroy(id),
            lambda: theirs.confirm_sent(id),
            lambda: theirs.comment(id, "x"),
            lambda: theirs.interactions(id),
            lambda: theirs.reorder(house.strange.id, [id]),
        ],
    }
    for code, asked in refused.items():
        for ask in asked:
            with refusal(code):
                ask()
    assert theirs.problems() == []
    assert house.texts() == ["a"]


def test_it_says_what_it_can_do(house: House) -> None:
    assert Feature.REORDER in house.queue.features


def test_whoever_acts_is_written_down(house: House) -> None:
    if house.is_rest:
        pytest.skip("a server sees a token, not who uses it")
    [id] = house.add("a")
    house.queues(Actor(team_id=ADA.team_id, user_id="U0BO", via="api")).move_to_top(id)
    found = house.store.database.all("SELECT user_id, via, verb, subject FROM audit ORDER BY id")
    assert [tuple(row) for row in found] == [
        (ADA.user_id, "slack", "add", id),
        ("U0BO", "api", "move_to_top", id),
    ]


def test_far_away_times_are_no_trouble(house: House) -> None:
    [id] = house.add("a", scheduled_at=datetime(9990, 1, 1, tzinfo=MONDAY.tzinfo))
    assert house.queue.update(id).due_at
    with refusal(Code.OUT_OF_BOUNDS):
        house.queue.edit(id, edit=Edit(scheduled_at=datetime.max.replace(tzinfo=MONDAY.tzinfo)))


def test_a_profile_without_posting_times_still_lists_its_queue(house: House) -> None:
    bare = a_profile(schedules=())
    house.store.profiles.insert(bare)
    house.add("a", "b", profile_ids=(bare.id,))
    house.add("s", profile_ids=(bare.id,), scheduled_at=NINE)
    page = house.queue.pending(bare.id)
    assert [(update.text, update.due_at) for update in page.items] == [
        ("s", NINE),
        ("a", None),
        ("b", None),
    ]
    slowly = house.queue.pending(bare.id, since=MONDAY - HOUR)
    assert slowly == page


def test_a_profile_of_a_network_that_is_not_here(house: House) -> None:
    stray = a_profile(name="Stray", service="twitter")
    house.store.profiles.insert(stray)
    with refusal(Code.UPDATE_NOT_SAVED, "does not post to “Stray”"):
        house.queue.add(Draft(text="hello", profile_ids=(stray.id,)))


def test_a_network_s_own_limit_counts(house: House) -> None:
    strict = FakeNetwork(Certainty.BLIND, limits=Limits(characters=3))
    queues = EmbeddedQueues(house.store, {"local": strict}, house.clock)
    with refusal(Code.MISSING_PARAMETER, "“Local” takes 3 characters; this text has 4") as refused:
        queues(ADA).add(Draft(text="four", profile_ids=(house.profile.id,)))
    assert refused.value.profile_id == house.profile.id
