"""The same posts without our queue: the bare threads, which are the ceiling, and two peers, set up as their own manuals
do. Knows nothing of the product."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor as Executor
from apscheduler.schedulers.background import BackgroundScheduler
from huey import SqliteHuey

from benchmarks.sending_server import post, post_by_web

Way = tuple[Callable[[], object], Callable[[], object]]
"""How to begin, and how to end."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What one process has to do. `first` is the number of its first post."""

    way: str
    folder: str
    port: int
    posts: int
    senders: int
    first: int = 0
    by_web: bool = False

    @property
    def post(self) -> Callable[[str], None]:
        return partial(post_by_web if self.by_web else post, self.port)

    @property
    def ids(self) -> list[str]:
        return [str(self.first + number) for number in range(self.posts)]


def bare(job: Job) -> Way:
    """Threads that post, and nothing else."""
    pool, send = ThreadPoolExecutor(job.senders), job.post

    def begin() -> None:
        for id in job.ids:
            pool.submit(send, id)

    return begin, pool.shutdown


def apscheduler(job: Job) -> Way:
    """Jobs in memory, its default: its store on SQL needs SQLAlchemy, which is in no lock of ours. Late ones are not
    skipped."""
    scheduler = BackgroundScheduler(
        executors={"default": Executor(job.senders)},
        job_defaults={"misfire_grace_time": None},
        timezone=UTC,
    )
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    for id in job.ids:
        scheduler.add_job(job.post, "date", run_date=now, args=[id])
    return scheduler.resume, scheduler.shutdown


def huey(job: Job) -> Way:
    """SQLite, as durable as ours. The posts are in its queue already, so that its scheduler, which looks once a second,
    need not move them there."""
    queue = SqliteHuey(filename=f"{job.folder}/huey.db", fsync=True, results=False)
    send = queue.task(name="send")(job.post)
    for id in job.ids:
        send(id)
    consumer = queue.create_consumer(workers=job.senders, periodic=False, check_worker_health=False)
    return consumer.start, partial(consumer.stop, graceful=True)
