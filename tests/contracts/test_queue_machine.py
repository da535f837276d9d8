"""The embedded queue against a plain list: order, due times and counts never differ, whatever is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from buffer.backends.embedded import EmbeddedQueues
from buffer.model import Days, Draft, Edit, Position, Receipt, Schedule
from cast import ADA, a_profile
from fakes import FakeClock, FakeNetwork
from list_queue import ListQueue
from storage import open_store

HOLD = timedelta(seconds=10)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Kolkata",
    "UTC",
)
NEAR_A_CHANGE = [(2, 14), (3, 7), (3, 20), (3, 28), (4, 4), (9, 5), (10, 3), (10, 24), (10, 31)]
times = st.sets(
    st.integers(0, 7 * 24 * 2 - 1).map(lambda n: n * 30)
    | st.integers(1, 3).map(lambda n: 8640 + n * 30),
    min_size=1,
    max_size=9,
)
spans = st.sampled_from(
    [
        timedelta(seconds=1),
        timedelta(minutes=29),
        timedelta(hours=3),
        timedelta(days=1, hours=5),
        timedelta(days=6),
    ]
)


def as_schedules(minutes: set[int]) -> tuple[Schedule, ...]:
    return tuple(
        Schedule(
            days=(Days[minute // 1440],), times=(f"{minute % 1440 // 60:02}:{minute % 60:02}",)
        )
        for minute in sorted(minutes)
    )


class QueueMachine(RuleBasedStateMachine):
    @initialize(zone=st.sampled_from(ZONES), minutes=times, day=st.sampled_from(NEAR_A_CHANGE))
    def begin(self, zone: str, minutes: set[int], day: tuple[int, int]) -> None:
        now = datetime(2026, *day, 7, 30, 0, 250_000, tzinfo=UTC)
        self.clock = FakeClock(now)
        self.store = open_store("sqlite://")
        self.profile = a_profile(
            created_at=now, cursor=now, timezone=zone, schedules=as_schedules(minutes)
        )
        self.store.profiles.insert(self.profile)
        self.queues = EmbeddedQueues(
            self.store, {"local": FakeNetwork()}, self.clock, dice=Random(7)
        )
        self.queue = self.queues(ADA)
        self.model = ListQueue(zone, minutes, now, Random(7))
        self.made = 0

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()

    def _add(self, **how: object) -> str:
        self.made += 1
        draft = Draft(text=f"post {self.made}", profile_ids=(self.profile.id,), **how)  # type: ignore[arg-type]
        [update] = self.queue.add(draft)
        self.model.made.append(update.id)
        return update.id

    def _some(self, data: st.DataObject, ids: Sequence[str], most: int = 3) -> list[str]:
        return data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=most, unique=True))

    def _ahead(self, data: st.DataObject) -> datetime:
        """Some time to come; often exactly a slot."""
        if data.draw(st.booleans()):
            n = data.draw(st.integers(0, 8))
            return next(islice(self.model.slots(self.clock.now), n, None))
        return self.clock.now + data.draw(st.integers(1, 3000)) * timedelta(minutes=7)

    # -- adding

    @rule(top=st.booleans(), n=st.integers(1, 3))
    def add(self, top: bool, n: int) -> None:
        for _ in range(n):
            id = self._add(position=Position.TOP if top else Position.QUEUE)
            self.model.join(id, top=top)

    @precondition(lambda self: not self.model.paused)
    @rule()
    def add_now(self) -> None:
        id = self._add(position=Position.NOW, hold=HOLD)
        self.model.line.append(id)
        self.model.shared[id] = self.clock.now + HOLD

    @rule(data=st.data())
    def add_scheduled(self, data: st.DataObject) -> None:
        at = self._ahead(data)
        self.model.scheduled[self._add(scheduled_at=at)] = at

    # -- changing

    @precondition(lambda self: self.model.places())
    @rule(data=st.data())
    def schedule(self, data: st.DataObject) -> None:
        ids, at = self._some(data, self._pending(), 2), self._ahead(data)
        self.queue.edit(*ids, edit=Edit(scheduled_at=at))
        for id in ids:
            self.model.leave(id)
            self.model.scheduled[id] = at

    @precondition(lambda self: self.model.places())
    @rule(data=st.data())
    def back_to_the_queue(self, data: st.DataObject) -> None:
        for id in self._some(data, self._pending()):
            self.queue.edit(id, edit=Edit(to_queue=True))
            if id not in self.model.line:
                self.model.leave(id)
                self.model.join(id)
            elif id in self.model.shared:
                self.model.unshare(id)

    @precondition(lambda self: self.model.places())
    @rule(data=st.data())
    def edit_text(self, data: st.DataObject) -> None:
        ids = self._some(data, self._pending(), 1)
        self.made += 1
        [update] = self.queue.edit(*ids, edit=Edit(text=f"edited {self.made}"))
        assert update.text == f"edited {self.made}"

    @precondition(lambda self: self.model.line)
    @rule(data=st.data())
    def move_to_top(self, data: st.DataObject) -> None:
        ids = self._some(data, self.model.line)
        self.queue.move_to_top(*ids)
        self.model.line = ids + [each for each in self.model.line if each not in ids]

    @precondition(lambda self: self.model.places() and not self.model.paused)
    @rule(data=st.data())
    def share(self, data: st.DataObject) -> None:
        for id in self._some(data, self._pending()):
            self.queue.share(id, hold=HOLD)
            at = self.clock.now + HOLD
            self.model.shared[id] = min(at, self.model.shared.get(id, at))

    @precondition(lambda self: self.model.shared)
    @rule(data=st.data())
    def unshare(self, data: st.DataObject) -> None:
        for id in self._some(data, [each for each in self.model.made if each in self.model.shared]):
            self.queue.unshare(id)
            self.model.unshare(id)

    @precondition(lambda self: self.model.places())
    @rule(data=st.data())
    def destroy(self, data: st.DataObject) -> None:
        ids = self._some(data, self._pending())
        self.queue.destroy(*ids)
        for id in ids:
            self.model.leave(id)

    @precondition(lambda self: self.model.waiting)
    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        order = self._some(data, self._pending(), 6)
        offset = data.draw(st.integers(0, len(self.model.waiting) - 1))
        self.queue.reorder(self.profile.id, order, offset=offset)
        self.model.reorder(order, offset)

    @rule()
    def shuffle(self) -> None:
        self.queue.shuffle(self.profile.id)
        self.model.shuffle()

    # -- the profile

    @rule()
    def pause(self) -> None:
        assert self.queue.pause(self.profile.id).paused
        self.model.paused = True

    @rule()
    def resume(self) -> None:
        self.queue.resume(self.profile.id)
        if self.model.paused:
            self.model.paused = False
            self.model.from_now()

    @rule(minutes=times)
    def set_schedules(self, minutes: set[int]) -> None:
        self.queue.set_schedules(self.profile.id, as_schedules(minutes))
        self.model.times = minutes
        self.model.from_now()

    @rule(zone=st.sampled_from(ZONES))
    def set_timezone(self, zone: str) -> None:
        profile = self.queue.set_timezone(self.profile.id, zone)
        self.model.zone = profile.zone
        self.model.from_now()

    # -- time

    @rule(span=spans)
    def time_passes(self, span: timedelta) -> None:
        self.clock.passes(span)
        self.model.now = self.clock.now

    @rule()
    def until_the_next_is_due(self) -> None:
        due = self.model.next_due()
        if due and due > self.clock.now:
            self.clock.now = self.model.now = due

    @rule()
    def send(self) -> None:
        now = self.clock.now
        profile = self.queue.profile(self.profile.id)
        for update in [] if profile.paused else self.store.attempts.due(profile, now):
            with self.store.transaction():
                attempt = self.store.attempts.claim(update, key=update.id, owner="me", now=now)
                assert attempt
                self.store.profiles.refresh(profile.id)
            assert self.store.attempts.to_wire(attempt, now=now)
            assert self.store.attempts.finish_sent(attempt, Receipt(service_id=update.id), now=now)
        self.model.send()

    # -- what always holds

    def _pending(self) -> list[str]:
        return [id for *_, id in self.model.places()]

    @invariant()
    def lists_the_same(self) -> None:
        expected = [(id, due) for due, _, _, id in self.model.places()]
        page = self.queue.pending(self.profile.id, count=1000)
        assert [(update.id, update.due_at) for update in page.items] == expected
        assert page.total == len(expected)
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        slowly = self.queue.pending(self.profile.id, count=1000, since=long_ago)
        assert [(update.id, update.due_at) for update in slowly.items] == expected

    @invariant()
    def pages_join(self) -> None:
        expected = self._pending()
        pages = [
            self.queue.pending(self.profile.id, page=page, count=3).items
            for page in range(1, len(expected) // 3 + 2)
        ]
        assert [update.id for page in pages for update in page] == expected

    @invariant()
    def each_knows_its_time(self) -> None:
        for due, _, _, id in self.model.places()[:6]:
            assert self.queue.update(id).due_at == due

    @invariant()
    def no_two_share_a_slot(self) -> None:
        slots = [due for due, kind, *_ in self.model.places() if kind]
        own = {at for id, at in self.model.scheduled.items() if id not in self.model.shared}
        assert len(set(slots)) == len(slots)
        assert not own & set(slots)

    @invariant()
    def counts_the_same(self) -> None:
        counts = self.queue.counts(self.profile.id)
        assert (counts.pending, counts.sent) == (len(self.model.places()), self.model.sent)

    @invariant()
    def wakes_the_sender_in_time(self) -> None:
        assert self.store.profiles.next_due() == self.model.next_due()


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # a busy machine is no failure
)
