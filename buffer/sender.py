"""Brings due updates to their networks: claim, wire intent, publish, finish. Knows no network's name.

State decides, not time: an update is claimed by a conditional step, and whoever died is known by a lock the system
freed. What was on the wire then is looked up or repeated with its key; where a network offers neither, a person is
asked.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic

from buffer import telling
from buffer.errors import Busy, Damaged, LoginExpired, NetworkDown, QueueError, SlowDown, Unclear
from buffer.links import Shorten, as_written
from buffer.model import Attempt, Phase, Profile, Receipt, Update, new_id
from buffer.ports import Certainty, Clock, Networks, Owner, Store
from buffer.posting import KEY_LIFE, AskSomebody, GoOn, Posting

log = logging.getLogger("sender")

SHORTEST_PAUSE, LONGEST_PAUSE, LONGEST_LOOK = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=1),
)

_ROUND = timedelta(seconds=1)
"""Between two looks at what is rare: the dead, and what is unclear."""

_FETCHING = timedelta(seconds=2)
"""Between two looks whether the pictures of an update are here."""

_STOPPING = 0.2
"""Seconds that a stop waits for an answer before it looks again."""

Outcome = Receipt | QueueError
Request = Callable[[Posting, datetime], Receipt]
Submit = Callable[[Callable[[], None]], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Crew:
    """The threads that publish. Each network has its own, so that one that hangs keeps only its own waiting.

    `submit` hands work to a network's threads, of which there are `size`; `ring` wakes the loop when it is done.
    """

    submit: Mapping[str, Submit]
    size: int
    ring: Callable[[], None] = lambda: None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to become of a profile's due updates."""

    missed: Sequence[Update]
    send: Update | None


def due_plan(due: Sequence[Update], now: datetime) -> Plan:
    """One goes out, the earliest; the others of its profile after it. What is too late is held."""
    missed = [update for update in due if is_too_late(update, now)]
    in_time = (update for update in due if not is_too_late(update, now))
    return Plan(missed=missed, send=next(in_time, None))


def is_too_late(update: Update, moment: datetime) -> bool:
    """Whether an update may no longer go out at this moment unless a person says so."""
    assert update.held_after
    return moment > update.held_after


def pause_after(span: timedelta, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """Wait as long again as it took so far: doubling, without counting tries."""
    return min(max(span, SHORTEST_PAUSE), longest)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    """One request on its way in a thread."""

    attempt: Attempt
    profile: Profile

    @property
    def service(self) -> str:
        return self.profile.service


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ended:
    """A request that came back."""

    job: _Job
    outcome: Outcome
    at: datetime
    seconds: float


class Sender:
    """One per process. `tick` and `wait` are for one loop; `stop` comes after the loop has ended.

    What is under way is remembered here only so that no more is claimed than there are free threads; everything that
    must survive is in the store. A failed transaction changes nothing here, and the next tick does it again.
    """

    def __init__(
        self,
        store: Store,
        networks: Networks,
        crew: Crew,
        *,
        owner: Owner,
        clock: Clock,
        admins: Sequence[str] = (),
        shorten: Shorten = as_written,
    ) -> None:
        """`clock` is one that no glitch of the machine's moves: what is sent is out."""
        self._store = store
        self._shorten = shorten
        self._networks = networks
        self._crew = crew
        self._owner = owner
        self._clock = clock
        self._admins = admins
        self._busy: Counter[str] = Counter()
        self._claimed: list[_Job] = []
        self._ended: list[_Ended] = []
        self._answers: SimpleQueue[_Ended] = SimpleQueue()
        self._round_at: datetime | None = None
        self._looked_at: datetime | None = None

    def tick(self, now: datetime) -> bool:
        """Finish what came back, claim and send what is due. True if there may be more at once."""
        self._look_round(now)
        self._send(now)
        self._collect()
        if not (self._ended or self._is_something_ready(now)):
            self._looked_at = now
            return False
        with self._store.transaction():
            told = [self._finish(ended) for ended in self._ended]
            jobs = self._claim(now)
        self._remember(jobs, told)
        self._send(now)
        return True

    def wait(self, now: datetime) -> float:
        """Seconds until something is due that there is room for; a thread that ends rings."""
        due = self._store.attempts.next_due(list(self._free()), now)
        if due is None or (self._looked_at and due <= self._looked_at):
            return _ROUND.total_seconds()
        return (due - now).total_seconds()

    def stop(self, seconds: float) -> bool:
        """Wait for what is on the wire, put back what is not. What is still out then is left to the reaper: False."""
        end = monotonic() + seconds
        while self._busy.total() and (left := end - monotonic()) > 0:
            with suppress(
                Busy
            ):  # somebody else writes, or the disk is full: there may be time for another try
                self._put_back()
                self._collect(patience=min(left, _STOPPING))
                self._write_ended()
        return not self._busy.total()

    # -- claiming

    def _room(self, name: str) -> int:
        """How many more may be under way: one for each free thread, and a few at hand, so that a thread that ends need
        not wait for a commit. Not on a blind network: a person has to look for whatever a death leaves on the wire."""
        is_blind = self._networks[name].certainty is Certainty.BLIND
        at_hand = 0 if is_blind else self._crew.size // 4
        return self._crew.size + at_hand - self._busy[name]

    def _free(self) -> dict[str, int]:
        """Networks with room for more, and how much."""
        return {name: room for name in self._networks if (room := self._room(name)) > 0}

    def _is_something_ready(self, now: datetime) -> bool:
        return any(self._store.attempts.ready(name, now, limit=1) for name in self._free())

    def _claim(self, now: datetime) -> list[_Job]:
        jobs: list[_Job] = []
        back = Counter(ended.job.service for ended in self._ended)
        for name in self._networks:
            room = self._room(name) + back[name]
            for profile in self._store.attempts.ready(name, now, limit=room):
                jobs += self._claim_next(profile, now)
        return jobs

    def _claim_next(self, profile: Profile, now: datetime) -> list[_Job]:
        plan = due_plan(self._due(profile, now), now)
        for update in plan.missed:
            if self._store.attempts.miss(update, now=now):
                self._tell_problem(update, now)
        if plan.send and plan.send.media.missing:  # a job fetches them; nothing overtakes it
            self._store.attempts.hold(profile.id, now + _FETCHING)
            return []
        attempt = plan.send and self._store.attempts.claim(
            self._shorten(plan.send, profile, now), key=new_id(now), owner=self._owner.id, now=now
        )
        self._store.profiles.refresh(profile.id)
        return [_Job(attempt=attempt, profile=profile)] if attempt else []

    def _due(self, profile: Profile, now: datetime) -> list[Update]:
        """One that cannot be read is set aside, so that it does not keep the others from going out."""
        try:
            return self._store.attempts.due(profile, now)
        except Damaged:
            for update in self._store.attempts.set_aside(profile, now):
                log.error("cannot be read", extra={"update": update.id})
                self._tell_problem(update, now)
            return self._store.attempts.due(profile, now)

    def _remember(self, jobs: Sequence[_Job], told: Sequence[Callable[[], None]]) -> None:
        """The transaction is through: now it counts here, too."""
        self._busy.update(job.service for job in jobs)
        self._busy.subtract(ended.job.service for ended in self._ended)
        self._claimed += jobs
        self._ended.clear()
        for tell in told:
            tell()

    # -- sending

    def _send(self, now: datetime) -> None:
        if not self._claimed:
            return
        with self._store.transaction():
            ours = [self._store.attempts.to_wire(job.attempt, now=now) for job in self._claimed]
        jobs = list(zip(self._claimed, ours, strict=True))
        self._claimed.clear()
        for job, is_ours in jobs:
            if is_ours:
                attempt = replace(job.attempt, phase=Phase.WIRE, wire_at=now)
                self._submit(replace(job, attempt=attempt), _publish)
            else:
                self._busy[job.service] -= 1

    def _submit(self, job: _Job, request: Request) -> None:
        self._crew.submit[job.service](partial(self._request, job, request))

    def _request(self, job: _Job, request: Request) -> None:
        """Runs in a thread of the network; of ours it touches nothing but the queue of answers."""
        began = monotonic()
        outcome: Outcome
        try:
            outcome = request(self._posting(job), self._clock())
        except QueueError as error:
            outcome = error
        except (
            Exception
        ) as error:  # a thread's edge: whatever an adapter trips over, the post may be out
            log.exception("network failed", extra={"update": job.attempt.update.id})
            outcome = Unclear(f"Something went wrong while it was sent ({type(error).__name__}).")
        seconds = monotonic() - began
        self._answers.put(_Ended(job=job, outcome=outcome, at=self._clock(), seconds=seconds))
        self._crew.ring()

    def _posting(self, job: _Job) -> Posting:
        return Posting(
            store=self._store,
            network=self._networks[job.service],
            profile=job.profile,
            attempt=job.attempt,
            clock=self._clock,
        )

    def _collect(self, patience: float = 0) -> None:
        """Take in what came back, after waiting at most so long for the first."""
        try:
            self._ended.append(self._answers.get(block=patience > 0, timeout=patience or None))
            while True:
                self._ended.append(self._answers.get_nowait())
        except Empty:
            return

    def _write_ended(self) -> None:
        if self._ended:
            with self._store.transaction():
                told = [self._finish(ended) for ended in self._ended]
            self._remember([], told)

    def _put_back(self) -> None:
        if not self._claimed:
            return
        with self._store.transaction():
            for job in self._claimed:
                self._release(job.attempt, self._clock())
        self._busy.subtract(job.service for job in self._claimed)
        self._claimed.clear()

    # -- finishing

    def _finish(self, ended: _Ended) -> Callable[[], None]:
        """Write what became of an attempt, with its notices. Returns the log line, to be written when this is kept."""
        attempt, outcome = ended.job.attempt, ended.outcome
        match outcome:
            case Receipt():
                written, word = self._sent(attempt, outcome, ended.at), "sent"
            case NetworkDown():
                until = ended.at + pause_after(ended.at - _due_at(attempt))
                written, word = self._retry(attempt, until, str(outcome), ended.at)
            case GoOn():
                written, word = self._retry(attempt, outcome.until, str(outcome), ended.at)
            case SlowDown():  # what some servers name has passed already
                until = max(outcome.until, ended.at + SHORTEST_PAUSE)
                written, word = self._retry(attempt, until, str(outcome), ended.at)
            case AskSomebody():
                written = self._unconfirmed(attempt, str(outcome), ended.at)
                word = "unconfirmed"
            case Unclear():
                written, word = self._doubt(ended.job, str(outcome), ended.at)
            case LoginExpired():
                self._disconnect(ended.job.profile)
                written, word = self._failed(attempt, _login_words(outcome), ended.at), "failed"
            case _:
                written, word = self._failed(attempt, str(outcome), ended.at), "failed"
        ids = {
            "update": attempt.update.id,
            "network": ended.job.service,
            "attempt": attempt.number,
            "ms": round(ended.seconds * 1000),
        }
        return partial(log.info, word if written else "no longer ours", extra=ids)

    def _sent(self, attempt: Attempt, receipt: Receipt, now: datetime) -> bool:
        written = self._store.attempts.finish_sent(attempt, receipt, now=now)
        if written:
            telling.card(self._store, attempt.update, now)
        return written

    def _failed(self, attempt: Attempt, reason: str, now: datetime) -> bool:
        written = self._store.attempts.finish_failed(attempt, reason, now=now)
        if written:
            self._tell_problem(attempt.update, now)
        return written

    def _unconfirmed(self, attempt: Attempt, reason: str, now: datetime) -> bool:
        written = self._store.attempts.finish_unconfirmed(attempt, reason, now=now)
        if written:
            self._tell_problem(attempt.update, now)
        return written

    def _retry(
        self, attempt: Attempt, until: datetime, reason: str, now: datetime
    ) -> tuple[bool, str]:
        if is_too_late(attempt.update, until):
            return self._failed(attempt, reason, now), "failed"
        written = self._store.attempts.retry_at(attempt, until, reason, now=now)
        self._store.profiles.refresh(attempt.update.profile_id)
        return written, "put off"

    def _doubt(self, job: _Job, reason: str, now: datetime) -> tuple[bool, str]:
        age = now - _wire_at(job.attempt)
        is_blind = self._networks[job.service].certainty is Certainty.BLIND
        if is_blind or age > KEY_LIFE:
            return self._unconfirmed(job.attempt, reason, now), "unconfirmed"
        again = now + pause_after(age, LONGEST_LOOK)
        return self._store.attempts.look_at(job.attempt, again, reason), "unclear"

    def _disconnect(self, profile: Profile) -> None:
        fresh = self._store.profiles.get(profile.team_id, profile.id)
        if fresh and not fresh.disconnected:
            self._store.profiles.save(replace(fresh, disconnected=True))

    # -- the dead, and what is unclear

    def _look_round(self, now: datetime) -> None:
        """Once a second. What cannot be read there must not keep what is due from going out."""
        if self._round_at and timedelta() <= now - self._round_at < _ROUND:
            return
        try:
            self._go_round(now)
        except QueueError:
            raise
        except (
            Exception
        ):  # an edge: the row is somebody's to repair, the others are not to wait for that
            log.exception("what is under way cannot be read")
        self._round_at = now

    def _go_round(self, now: datetime) -> None:
        for owner in self._store.attempts.owners():
            if owner != self._owner.id and not self._owner.alive(owner):
                self._reap(owner, now)
        self._look(now)

    def _reap(self, owner: str, now: datetime) -> None:
        """Of what a dead owner left: not yet on the wire, pending again; on the wire, ours to look at."""
        with self._store.transaction():
            for attempt in self._store.attempts.open_attempts(owner):
                if attempt.phase is Phase.CLAIMED:
                    self._release(attempt, now)
                else:
                    self._store.attempts.take_over(attempt, owner=self._owner.id, now=now)
        log.info("took over", extra={"owner": owner})

    def _release(self, attempt: Attempt, now: datetime) -> None:
        if self._store.attempts.release(attempt, now=now):
            self._store.profiles.refresh(attempt.update.profile_id)

    def _look(self, now: datetime) -> None:
        """Send those out to look whose time has come."""
        free = self._free()
        found = self._store.attempts.to_look_at(self._owner.id, now, limit=sum(free.values()))
        jobs = []
        for attempt in found:
            profile = self._store.profiles.get(attempt.update.team_id, attempt.update.profile_id)
            if profile and free.get(profile.service, 0) > 0:
                free[profile.service] -= 1
                jobs.append(_Job(attempt=attempt, profile=profile))
        if not jobs:
            return
        with self._store.transaction():
            ours = [job for job in jobs if self._store.attempts.looking(job.attempt)]
        self._busy.update(job.service for job in ours)
        for job in ours:
            self._submit(job, _look_up)

    def _tell_problem(self, update: Update, now: datetime) -> None:
        telling.problem(self._store, update, now, admins=self._admins)


def _publish(posting: Posting, now: datetime) -> Receipt:
    return posting.publish()


def _look_up(posting: Posting, now: datetime) -> Receipt:
    return posting.look_up(now)


def _due_at(attempt: Attempt) -> datetime:
    assert attempt.update.due_at
    return attempt.update.due_at


def _wire_at(attempt: Attempt) -> datetime:
    assert attempt.wire_at
    return attempt.wire_at


def _login_words(error: LoginExpired) -> str:
    reason = str(error)
    return f"{reason} Connect the profile again, then send it.".strip()
