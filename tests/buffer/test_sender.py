"""What is due goes out once: on time, in order, whatever a network does and whoever dies in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from buffer.backends.embedded import EmbeddedQueues
from buffer.errors import Busy, LoginExpired, NetworkDown, SlowDown, Unclear
from buffer.model import NoticeKind, State, Update, new_id
from buffer.ports import Certainty, Network
from buffer.sender import Crew, Sender, due_plan
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from sender_story import CHANNEL, NINE, Story
from storage import SqliteStore, open_store
from storage.owners import Owner

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def story(store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> Iterator[Story]:
    story = Story(store, network, clock)
    yield story
    story.dies()


PROBLEMS = [(NoticeKind.PROBLEM, ADA.user_id), (NoticeKind.PROBLEM, CHANNEL)]
CARDS = [(NoticeKind.CARD, CHANNEL)]


# -- on time


def test_nothing_goes_out_before_its_time(story: Story) -> None:
    update = story.queues()
    assert story.sender.wait(story.clock.now) == 3600
    story.at(NINE - timedelta(milliseconds=1)).sends()
    assert story.state(update) is State.QUEUED
    story.at(NINE).sends()
    assert story.state(update) is State.SENT
    assert story.now(update).due_at == NINE
    assert story.said(update) == CARDS


def test_one_goes_out_per_slot(story: Story) -> None:
    first, second = story.queues("first"), story.queues("second")
    story.at(NINE).sends()
    assert (story.state(first), story.state(second)) == (State.SENT, State.QUEUED)
    assert story.now(second).due_at == NINE + 4 * HOUR
    story.at(NINE + 4 * HOUR).sends()
    assert story.out() == ["first", "second"]


def test_scheduled_and_shared_ones_go_out_at_their_own_time(story: Story) -> None:
    queued = story.queues("queued")
    story.queues("scheduled", scheduled_at=MONDAY + 5 * MINUTE)
    story.queues("shared", share_at=MONDAY + timedelta(seconds=10))
    story.at(MONDAY + timedelta(seconds=10)).sends()
    assert story.out() == ["shared"]
    story.at(MONDAY + 5 * MINUTE).sends()
    assert story.out() == ["shared", "scheduled"]
    assert story.now(queued).due_at == NINE


def test_nobody_overtakes_within_a_profile(story: Story) -> None:
    for n in range(5):
        story.queues(f"{n}", scheduled_at=MONDAY + n * timedelta(seconds=1))
    story.at(MONDAY + MINUTE).sends()
    assert story.out() == ["0", "1", "2", "3", "4"]


def test_a_paused_profile_sends_nothing(story: Story) -> None:
    update = story.queues(scheduled_at=MONDAY + MINUTE)
    paused = a_profile(id=story.profile.id, service_id=story.profile.id, paused=True)
    story.store.profiles.save(paused)
    story.at(MONDAY + 2 * MINUTE).sends()
    assert story.state(update) is State.SCHEDULED
    assert story.out() == []


# -- after downtime


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (timedelta(), State.SENT),
        (2 * HOUR, State.SENT),
        (2 * HOUR + timedelta(seconds=1), State.MISSED),
    ],
)
def test_a_queued_head_may_be_two_hours_late(story: Story, late: timedelta, state: State) -> None:
    update = story.queues()
    story.at(NINE + late).sends()
    assert story.state(update) is state
    assert story.said(update) == (CARDS if state is State.SENT else PROBLEMS)
    assert story.now(update).due_at == NINE


@pytest.mark.parametrize(
    ("late", "state"),
    [(15 * MINUTE, State.SENT), (15 * MINUTE + timedelta(seconds=1), State.MISSED)],
)
def test_a_scheduled_one_may_be_a_quarter_late(story: Story, late: timedelta, state: State) -> None:
    update = story.queues(scheduled_at=MONDAY + MINUTE)
    story.at(MONDAY + MINUTE + late).sends()
    assert story.state(update) is state


def test_after_a_night_down_the_others_continue_from_the_next_slot(story: Story) -> None:
    first, second, third = (story.queues(text) for text in ("first", "second", "third"))
    story.at(NINE + 25 * HOUR).sends()  # ten on Tuesday: every slot of Monday has passed
    assert story.state(first) is State.MISSED
    assert story.now(second).due_at == NINE + 28 * HOUR
    assert story.now(third).due_at == NINE + 32 * HOUR
    assert story.out() == []


def test_after_a_short_outage_there_is_no_burst(story: Story) -> None:
    every_minute = a_profile(schedules=story.profile.schedules)
    story.has_profile(id=every_minute.id, service_id=every_minute.id)
    for text in ("first", "second", "third"):
        story.queues(text)
    story.at(NINE + 100 * MINUTE).sends()
    assert story.out() == ["first"]


def test_many_missed_ones_are_all_told(story: Story) -> None:
    updates = [story.queues(f"{n}", scheduled_at=MONDAY + n * MINUTE) for n in range(60)]
    story.at(MONDAY + 5 * HOUR).sends()
    assert {story.state(update) for update in updates} == {State.MISSED}
    assert all(story.said(update) == PROBLEMS for update in updates)


def test_a_clock_that_jumps_back_resends_nothing(story: Story) -> None:
    story.queues("first")
    second = story.queues("second")
    story.at(NINE).sends()
    story.at(MONDAY - 24 * HOUR).sends().at(NINE).sends()
    assert story.out() == ["first"]
    assert story.state(second) is State.QUEUED


# -- what networks do


def test_a_refusal_is_told_with_its_reason(story: Story) -> None:
    update = story.queues()
    story.network.refuses("Text is too long.")
    story.at(NINE).sends()
    assert (story.state(update), story.now(update).error) == (State.FAILED, "Text is too long.")
    assert story.said(update) == PROBLEMS
    assert story.out() == []


def test_without_author_or_channel_the_admins_hear_of_a_problem(story: Story) -> None:
    profile = story.has_profile()
    update = story.queues(profile=profile, via="api")
    story.network.refuses("No.")
    story.at(NINE).sends()
    assert story.said(update) == [(NoticeKind.PROBLEM, "U0ADMIN")]


def test_a_network_that_is_down_is_tried_again_with_the_same_key(story: Story) -> None:
    update, later = story.queues(), story.queues("later", scheduled_at=NINE + MINUTE)
    story.network.raises(NetworkDown("No route."))
    story.at(NINE).sends()
    assert story.now(update).due_at == NINE
    assert story.state(update) is State.QUEUED
    story.passes(timedelta(seconds=4)).sends()
    assert story.out() == []
    story.passes(timedelta(seconds=1)).sends()
    assert story.state(update) is State.SENT
    assert keys(story, update) == 1
    story.passes(MINUTE).sends()
    assert story.state(later) is State.SENT


def test_nothing_overtakes_one_that_is_tried_again(story: Story) -> None:
    story.queues("first", scheduled_at=NINE)
    story.queues("second", scheduled_at=NINE + timedelta(seconds=2))
    story.network.raises(NetworkDown("No route."))
    story.at(NINE).sends().passes(timedelta(seconds=3)).sends()
    assert story.out() == []
    story.passes(timedelta(seconds=3)).sends()
    assert story.out() == ["first", "second"]


def test_a_network_that_stays_down_fails_the_update_in_the_end(story: Story) -> None:
    update = story.queues(scheduled_at=NINE)
    for _ in range(30):
        story.network.raises(NetworkDown("No route."))
    for _ in range(180):
        story.at(max(NINE, story.clock.now + timedelta(seconds=5))).sends()
    assert (story.state(update), story.now(update).error) == (State.FAILED, "No route.")
    assert story.clock.now <= NINE + 15 * MINUTE
    assert len(story.network.calls) < 12
    assert story.said(update) == PROBLEMS


def test_a_network_that_wants_a_pause_gets_it(story: Story) -> None:
    update = story.queues()
    story.network.raises(SlowDown("Too many.", until=NINE + 20 * MINUTE))
    story.at(NINE).sends().at(NINE + 19 * MINUTE).sends()
    assert story.out() == []
    story.at(NINE + 20 * MINUTE).sends()
    assert story.state(update) is State.SENT


def test_a_lost_login_names_what_to_do(story: Story) -> None:
    update = story.queues()
    story.network.raises(LoginExpired("The network no longer knows this login."))
    story.at(NINE).sends()
    assert "Connect the profile again" in story.now(update).error
    profile = story.store.profiles.get(ADA.team_id, story.profile.id)
    assert profile and profile.disconnected
    assert story.said(update) == PROBLEMS


def test_a_lost_answer_of_a_keyed_network_is_asked_for_again(story: Story) -> None:
    update = story.queues()
    story.network.loses_the_answer()
    story.at(NINE).sends()
    assert story.state(update) is State.SENDING
    story.passes(timedelta(seconds=5)).sends()
    assert story.state(update) is State.SENT
    assert story.out() == ["hello"]
    assert story.said(update) == CARDS


def test_an_unclear_post_that_never_came_is_sent_again(story: Story) -> None:
    story.network.certainty = Certainty.LOOKUPABLE
    update = story.queues()
    story.network.raises(Unclear("It stopped answering."))
    story.at(NINE).sends()
    for _ in range(34):
        story.passes(timedelta(seconds=5)).sends()
        assert story.state(update) is State.SENDING
    for _ in range(60):
        story.passes(timedelta(seconds=5)).sends()
    assert story.state(update) is State.SENT
    assert story.out() == ["hello"]


def test_an_unclear_post_that_is_found_is_not_sent_again(story: Story) -> None:
    story.network.certainty = Certainty.LOOKUPABLE
    update = story.queues()
    story.network.loses_the_answer()
    story.at(NINE).sends().passes(timedelta(seconds=5)).sends()
    assert story.state(update) is State.SENT
    assert story.network.calls == ["publish", "find"]


def test_a_blind_network_leaves_it_to_a_person(story: Story) -> None:
    story.network.certainty = Certainty.BLIND
    update = story.queues()
    story.network.loses_the_answer()
    story.at(NINE).sends().passes(10 * MINUTE).sends()
    assert story.state(update) is State.UNCONFIRMED
    assert story.network.calls == ["publish"]
    assert story.said(update) == PROBLEMS


def test_an_unclear_outcome_is_not_pursued_for_ever(story: Story) -> None:
    update = story.queues()
    for _ in range(200):
        story.network.raises(Unclear("It stopped answering."))
    story.at(NINE).sends()
    for _ in range(60):
        story.passes(MINUTE).sends()
    assert story.state(update) is State.UNCONFIRMED
    assert story.said(update) == PROBLEMS


def test_an_adapter_that_trips_is_treated_as_unclear(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.network.certainty = Certainty.BLIND
    update = story.queues()
    story.network.raises(KeyError("surprise"))
    story.at(NINE).sends()
    assert story.state(update) is State.UNCONFIRMED
    assert "hello" not in caplog.text


# -- deaths, one at each step


def claims(story: Story) -> None:
    """Dies between claim and wire."""
    story.sender._claimed = []
    with story.store.transaction():
        story.sender._claim(story.clock.now)


def goes_on_wire(story: Story) -> None:
    """Dies between wire and publish."""
    story.sender._crew = Crew(submit={"local": lambda _: None}, size=20)
    story.sender.tick(story.clock.now)


def publishes(story: Story) -> None:
    """Dies between publish and finish."""
    story.sender.tick(story.clock.now)


STEPS = [claims, goes_on_wire, publishes]


@pytest.mark.parametrize("certainty", list(Certainty))
@pytest.mark.parametrize("step", STEPS)
def test_a_death_loses_nothing_and_doubles_nothing(
    story: Story, certainty: Certainty, step: Callable[[Story], None]
) -> None:
    story.network.certainty = certainty
    update = story.queues()
    step(story.at(NINE))
    assert story.state(update) is State.SENDING
    story.dies()
    story.starts()
    for _ in range(10):
        story.sends().passes(MINUTE)
    if certainty is Certainty.BLIND and step is not claims:
        assert story.state(update) is State.UNCONFIRMED
        assert story.network.calls.count("publish") == (step is publishes)
        assert story.said(update) == PROBLEMS
    else:
        assert story.state(update) is State.SENT
        assert story.out() == ["hello"]
        assert story.said(update) == CARDS


@pytest.mark.parametrize("step", STEPS)
def test_the_living_are_left_alone(story: Story, step: Callable[[Story], None]) -> None:
    update = story.queues()
    step(story.at(NINE))
    bystander = story.another(Owner.take(story.folder))
    while bystander.tick(story.clock.now):
        pass
    assert story.state(update) is State.SENDING


def test_a_claim_taken_from_a_sleeper_is_not_sent_by_it(story: Story) -> None:
    """A process is stopped between claim and wire, taken for dead, and wakes."""
    story.queues()
    story.at(NINE)
    with story.store.transaction():
        jobs = story.sender._claim(NINE)
    story.sender._claimed = jobs
    story.sender._busy["local"] = 1
    story.dies()
    sleeper = story.sender
    story.starts()
    story.sends()
    while sleeper.tick(NINE + MINUTE):
        pass
    assert story.network.calls == ["publish"]
    assert not sleeper._busy.total()


def test_what_died_long_ago_is_asked_about(story: Story) -> None:
    update = story.queues(scheduled_at=NINE)
    goes_on_wire(story.at(NINE))
    story.dies()
    story.at(NINE + 5 * HOUR).starts()
    story.sends()
    assert story.state(update) is State.FAILED
    assert story.network.calls == ["find"]
    assert story.said(update) == PROBLEMS


# -- threads


def test_a_network_that_hangs_does_not_hold_up_another(story: Story) -> None:
    hung, quick = FakeNetwork(), FakeNetwork()
    other = story.has_profile(service="quick")
    networks: dict[str, Network] = {"local": hung, "quick": quick}
    hung.hangs()
    story.queues("stuck")
    story.queues("through", profile=other, service="quick")
    with Threads(story, networks, size=1) as sender:
        story.at(NINE)
        sender.runs_until(lambda: bool(quick.posts))
        assert hung.calls == ["publish"]
        hung.wakes()
        assert sender.sender.stop(5)
    assert [post.text for post in hung.posts] == ["stuck"]


def test_stopping_leaves_what_hangs_to_the_reaper(story: Story) -> None:
    update = story.queues()
    story.network.hangs()
    with Threads(story, {"local": story.network}, size=1) as sender:
        story.at(NINE)
        sender.runs_until(lambda: bool(story.network.calls))
        assert not sender.sender.stop(0.05)
        assert story.state(update) is State.SENDING
        story.dies()
        story.network.wakes()
    story.starts()
    story.sends()
    assert story.state(update) is State.SENT
    assert story.out() == ["hello"]


def test_stopping_waits_for_a_database_that_somebody_holds(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = story.queues()
    transaction, refusals = story.store.transaction, [Busy("locked"), Busy("locked")]

    def held() -> AbstractContextManager[None]:
        if refusals:
            raise refusals.pop()
        return transaction()

    story.network.hangs()
    with Threads(story, {"local": story.network}, size=1) as sender:
        story.at(NINE)
        sender.runs_until(lambda: bool(story.network.calls))
        monkeypatch.setattr(story.store, "transaction", held)
        story.network.wakes()
        assert sender.sender.stop(5)
    assert refusals == []
    assert story.state(update) is State.SENT


def test_stopping_puts_back_what_was_only_claimed(story: Story) -> None:
    update = story.queues()
    story.at(NINE)
    with story.store.transaction():
        story.sender._claimed = story.sender._claim(NINE)
    story.sender._busy["local"] = 1
    assert story.sender.stop(1)
    assert story.state(update) is State.QUEUED
    story.starts()
    story.sends()
    assert story.state(update) is State.SENT


class Threads:
    """A sender with real threads, its loop run by the test."""

    def __init__(self, story: Story, networks: dict[str, Network], *, size: int) -> None:
        self._story = story
        self._rung = threading.Event()
        self._pools = {name: ThreadPoolExecutor(size) for name in networks}
        crew = Crew(
            submit={name: pool.submit for name, pool in self._pools.items()},
            size=size,
            ring=self._rung.set,
        )
        self.sender = Sender(story.store, networks, crew, owner=story.owner, clock=story.clock)

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, *_: object) -> None:
        for pool in self._pools.values():
            pool.shutdown()

    def runs_until(self, done: Callable[[], bool]) -> None:
        for _ in range(500):
            while self.sender.tick(self._story.clock.now):
                pass
            if done():
                return
            self._rung.wait(0.02)
            self._rung.clear()
        raise AssertionError("it never happened")


def test_two_senders_claim_each_update_once(tmp_path: Path, clock: FakeClock) -> None:
    store = open_store(f"sqlite:///{tmp_path}/race.db", patience=20)
    story = Story(store, FakeNetwork(), clock)
    profiles = [story.has_profile() for _ in range(8)]
    updates = [
        story.queues(f"{profile.id} {n}", profile=profile, scheduled_at=NINE)
        for profile in profiles
        for n in range(8)
    ]
    story.at(NINE)
    rivals = [story.another(Owner.take(story.folder)) for _ in range(2)]
    failures: list[BaseException] = []

    def run(sender: Sender) -> None:
        try:
            for _ in range(400):
                sender.tick(NINE)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(rival,)) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(story.out()) == sorted(update.text for update in updates)
    assert len(story.network.calls) == len(updates)
    store.close()


# -- the plan


def test_a_plan_holds_what_is_late_and_sends_one() -> None:
    late = an_update(NINE - 3 * HOUR)
    first, second = an_update(NINE - HOUR), an_update(NINE)
    plan = due_plan([late, first, second], NINE)
    assert (plan.missed, plan.send) == ([late], first)


def test_nothing_due_is_nothing_to_do() -> None:
    plan = due_plan([], NINE)
    assert (plan.missed, plan.send) == ([], None)


def an_update(due_at: datetime) -> Update:
    return Update(
        id=new_id(due_at),
        post_id="p",
        team_id="T",
        profile_id="P",
        service="local",
        text="hello",
        state=State.QUEUED,
        created_at=MONDAY,
        updated_at=MONDAY,
        due_at=due_at,
    )


def keys(story: Story, update: Update) -> int:
    """How many different keys its attempts had."""
    row = story.store.database.one(
        "SELECT count(DISTINCT key) FROM attempts WHERE update_id = ?", (update.id,)
    )
    assert row
    return int(row[0])


# -- records that cannot be read


@pytest.mark.parametrize(
    "damage",
    [
        "media = '{\"pic'",
        "retweet = 'no JSON'",
        "media = '{\"x\": 1}'",
    ],
)
def test_one_that_cannot_be_read_is_set_aside_and_the_others_go_out(
    story: Story, damage: str
) -> None:
    spoilt = story.queues("spoilt", scheduled_at=NINE)
    sound = story.queues("sound", scheduled_at=NINE)
    elsewhere = story.queues("elsewhere", profile=story.has_profile())
    story.store.database.execute(f"UPDATE updates SET {damage} WHERE id = ?", (spoilt.id,))
    story.at(NINE).sends()
    assert sorted(story.out()) == ["elsewhere", "sound"]
    assert (story.state(sound), story.state(elsewhere)) == (State.SENT, State.SENT)
    now = story.now(spoilt)
    assert (now.state, now.text) == (State.FAILED, "spoilt")
    assert "damaged" in now.error
    assert story.said(spoilt) == PROBLEMS
    kept = story.store.database.one("SELECT detail FROM audit WHERE subject = ?", (spoilt.id,))
    assert kept
    assert damage.partition("'")[2].rstrip("'")[:4] in kept[0].replace("\\", "")


def test_an_attempt_that_cannot_be_read_keeps_nobody_waiting(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.queues("spoilt", scheduled_at=NINE)
    story.network.loses_the_answer()
    story.at(NINE).sends()
    story.store.database.execute("UPDATE attempts SET body = '{'")
    other = story.queues("other", profile=story.has_profile(), scheduled_at=NINE + HOUR)
    story.at(NINE + HOUR).sends()
    assert story.state(other) is State.SENT
    assert "what is under way cannot be read" in caplog.text


def test_one_that_a_person_saw_has_its_card(store: SqliteStore, clock: FakeClock) -> None:
    story = Story(store, FakeNetwork(Certainty.BLIND), clock)
    update = story.queues()
    story.network.loses_the_answer()
    story.at(NINE).sends()
    assert story.state(update) is State.UNCONFIRMED
    queue = EmbeddedQueues(store, {"local": story.network}, clock)(ADA)
    for _ in range(2):
        queue.confirm_sent(update.id)
    assert story.said(update) == PROBLEMS + CARDS
    story.dies()
