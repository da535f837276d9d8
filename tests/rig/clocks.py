"""A wall clock that is set, again and again: each post goes out once, and none before its time.

A glitch is put right within the second; then true time never moved. A clock that is set for good was wrong before: then
its new time is the true one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from buffer.errors import NetworkDown, Unclear
from buffer.model import Profile, Receipt, Schedule, State, Update
from buffer.ports import Certainty
from buffer.sender import Crew, Sender
from cast import MONDAY, a_profile
from clocks import SettledClock
from fakes import FakeNetwork
from loops import LONGEST_WAIT
from rig.judging import BROKEN, DOUBLE, EARLY, LATE, Tally, broken_rules
from rig.life import inline
from rig.world import a_post
from storage import SqliteStore, open_store
from storage.owners import Owner

PROFILES, POSTS = 4, 60
SPAN = 3600.0
AFTERWARDS = 900.0
"""Seconds for what was put off."""

TICK_TAKES = 0.002
ANSWERS_IN, DOWN, UNANSWERED = 0.3, 0.1, 0.1
"""Seconds at most; shares of the requests."""

JUMPS = 20
"""In one hour of one seed."""

SIZES = (1.0, 5.0, 29.0, 31.0, 60.0, 600.0, 3600.0, 86_400.0)
"""Seconds, either way."""

AT_MOST = timedelta(seconds=1)
"""How early a post may be."""


@dataclass
class Wall:
    """True time in seconds, and by how much the clock on the wall is wrong."""

    true: float = 0.0
    offset: float = 0.0
    settings: list[tuple[float, float]] = field(default_factory=list)
    """(true time, change) in order."""

    def __call__(self) -> datetime:
        return MONDAY + timedelta(seconds=self.true + self.offset)

    def right(self) -> datetime:
        return MONDAY + timedelta(seconds=self.true)

    def steady(self) -> float:
        return self.true

    def passes(self, seconds: float) -> None:
        self.true += seconds
        while self.settings and self.settings[0][0] <= self.true:
            self.offset += self.settings.pop(0)[1]


class Recorder(FakeNetwork):
    """Notes when each post arrives, in the time that counts. It takes its time to answer, is down now and then, and
    loses an answer now and then."""

    def __init__(self, wall: Wall, now: Callable[[], datetime], random: Random) -> None:
        super().__init__(Certainty.KEYED)
        self._wall, self._time, self._random = wall, now, random
        self.arrived: list[tuple[str, datetime]] = []

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        arrives, lot = self._time(), self._random.random()
        self._wall.passes(self._random.uniform(0, ANSWERS_IN))
        if lot < DOWN:
            raise NetworkDown("No route.")
        if key not in self._by_key:
            self.arrived.append((update.id, arrives))
        receipt = super().publish(profile, update, key, thread=thread)
        if lot > 1 - UNANSWERED:
            raise Unclear("It stopped answering.")
        return receipt


def measure(jumps: int, seed: str, *, for_good: bool) -> Tally:
    """So many jumps, some in each hour."""
    tally = Tally("clock, set for good" if for_good else "clock, glitches")
    number = 0
    while tally.counts["jumps"] < jumps:
        left = jumps - tally.counts["jumps"]
        live_once(f"{seed}.{number}", tally, jumps=min(JUMPS, left), for_good=for_good)
        number += 1
    return tally


def live_once(seed: str, tally: Tally, *, jumps: int = JUMPS, for_good: bool) -> None:
    """An hour with a post about every minute."""
    random = Random(seed)
    wall = Wall(settings=_settings(random, jumps, for_good=for_good))
    network = Recorder(wall, wall if for_good else wall.right, random)
    with closing(open_store("sqlite://")) as store:
        due = _queue(store, random)
        _live(store, network, wall)
        tally.counts.update(runs=1, jumps=jumps, posts=len(due), requests=len(network.arrived))
        where = f"clock/{'for-good' if for_good else 'glitches'}/{seed}"
        _judge(network, due, tally, where)
        _judge_states(store, network, tally, where, for_good=for_good)


def _settings(random: Random, jumps: int, *, for_good: bool) -> list[tuple[float, float]]:
    found = []
    for n in range(jumps):
        at = (n + random.uniform(0.1, 0.9)) * SPAN / jumps
        change = random.choice((-1, 1)) * random.choice(SIZES)
        found.append((at, change))
        if not for_good:
            found.append((at + random.uniform(0.05, 0.9), -change))
    return found


def _queue(store: SqliteStore, random: Random) -> dict[str, datetime]:
    """Posts of all three kinds; when each is due."""
    hourly = (Schedule(days=("mon",), times=("08:10", "08:20", "08:30", "08:40")),)
    profiles = [a_profile(schedules=hourly) for _ in range(PROFILES)]
    due: dict[str, datetime] = {}
    posts = []
    for n in range(POSTS):
        at = MONDAY + timedelta(seconds=random.uniform(1, SPAN))
        changes = [{"scheduled_at": at}, {"share_at": at}][n % 2]
        posts.append(a_post(profiles[n % PROFILES], f"post {n}", **changes))
        due[f"post {n}"] = at
    for n, profile in enumerate(profiles):
        for slot in range(4):
            posts.append(a_post(profile, f"slot {slot} of {n}"))
            due[f"slot {slot} of {n}"] = MONDAY + timedelta(minutes=10 * (slot + 1))
    with store.transaction():
        for profile in profiles:
            store.profiles.insert(profile)
        store.updates.append(posts)
        for profile in profiles:
            store.profiles.refresh(profile.id)
    return due


def _live(store: SqliteStore, network: Recorder, wall: Wall) -> None:
    """As the loop does: it sleeps by a clock that nobody sets."""
    owner = Owner.take(None)
    crew = Crew(submit={"local": inline}, size=PROFILES)
    clock = SettledClock(wall, wall.steady)
    sender = Sender(store, {"local": network}, crew, owner=owner, clock=clock)
    while wall.true < SPAN + AFTERWARDS:
        more = sender.tick(clock())
        wall.passes(TICK_TAKES)
        if not more:
            wall.passes(min(LONGEST_WAIT, max(0.0, sender.wait(clock()))))
    owner.release()


def _judge(network: Recorder, due: dict[str, datetime], tally: Tally, where: str) -> None:
    for update, n in Counter(update for update, _ in network.arrived).items():
        if n > 1:
            tally.errs(DOUBLE, f"“{update}” at {where}")
    for update, at in network.arrived:
        if due[update] - at > AT_MOST:
            tally.errs(EARLY, f"“{update}” by {due[update] - at} at {where}")


def _judge_states(
    store: SqliteStore, network: Recorder, tally: Tally, where: str, *, for_good: bool
) -> None:
    """After glitches all are out. A clock set for good may have made some too late, of which a person is told, and
    others not due yet."""
    out = {update for update, _ in network.arrived}
    for id, state in store.database.all("SELECT id, state FROM updates"):
        tally.counts[f"{state}"] += 1
        is_known = State(state) not in (State.SENDING, State.UNCONFIRMED)
        if is_known and (state == State.SENT) != (id in out):
            tally.errs(BROKEN, f"“{id}” ({state}) at {where}")
        if state != State.SENT and not for_good:
            tally.errs(LATE, f"“{id}” ({state}) at {where}")
    for what in broken_rules(store):
        tally.errs(BROKEN, f"{what} at {where}")
