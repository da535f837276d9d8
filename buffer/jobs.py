"""Does slow work that was promised, one job a tick. Knows the state of a job, not what any kind of it does."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from buffer.errors import Busy, NetworkDown, QueueError, SlowDown, Unclear
from buffer.model import Job, new_id
from buffer.ports import Owner, Store

log = logging.getLogger("jobs")

_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)


class Work(Protocol):
    """One kind of job. A crash between doing it and writing that down means that it is done again."""

    @property
    def patience(self) -> timedelta:
        """How long, from its promise, it is tried while a server cannot be reached."""

    def do(self, job: Job, now: datetime) -> str:
        """Do it and say in a word what came of it. Outside any transaction: it may be slow.

        Raises NetworkDown, Unclear, SlowDown or Busy to be tried again, any other QueueError to fail."""

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        """Tell whoever waits for it, inside the transaction that ends it."""


Works = Mapping[str, Work]
"""What can be done, by the kind of job."""


def promise(
    store: Store,
    kind: str,
    team_id: str,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    dedupe_key: str = "",
) -> bool:
    """Put a job, inside the transaction of what it is for; False if one with this key was put before."""
    job = Job(id=new_id(now), team_id=team_id, kind=kind, payload=dict(payload), created_at=now)
    return store.jobs.put(job, dedupe_key=dedupe_key)


def tick(store: Store, kind: str, work: Work, now: datetime, *, owner: Owner) -> bool:
    """Do one job of a kind. True if there may be another. One thread ticks for an owner and a kind."""
    for begun, was in store.jobs.running(kind):
        # What is ours was begun by an earlier tick of this very thread, which ended before its outcome was written.
        if was == owner.id or not owner.alive(was):
            store.jobs.take_back(begun, owner=was, now=now)
    job = store.jobs.next(kind, now)
    if job is None:
        return False
    if store.jobs.begin(job, owner=owner.id):
        _end(store, work, job, now, _outcome(work, job, now))
    return True


def _outcome(work: Work, job: Job, now: datetime) -> str | QueueError:
    try:
        return work.do(job, now)
    except QueueError as error:
        return error
    except (
        Exception
    ) as error:  # the edge of whatever the work does: one job must not stop the others
        log.exception("a job broke", extra={"job": job.id, "kind": job.kind})
        return QueueError(f"Something went wrong on our side ({type(error).__name__}).")


def _end(store: Store, work: Work, job: Job, now: datetime, outcome: str | QueueError) -> None:
    again = _again_at(job, outcome, now)
    if again and again < job.created_at + work.patience:
        store.jobs.put_off(job, until=again, reason=str(outcome))
        return
    done = isinstance(outcome, str)
    with store.transaction():
        if store.jobs.end(job, done=done, result=str(outcome), now=now) and not done:
            work.fail(job, str(outcome), now)
    log.info("done" if done else "failed", extra={"job": job.id, "kind": job.kind})


def _again_at(job: Job, outcome: str | QueueError, now: datetime) -> datetime | None:
    """When it is worth another try, if ever."""
    pause = min(_SHORTEST_PAUSE * (1 << min(job.tries, 10)), _LONGEST_PAUSE)
    match outcome:
        case SlowDown():
            return max(outcome.until, now + _SHORTEST_PAUSE)
        case NetworkDown() | Unclear() | Busy():
            return now + pause
        case _:
            return None
