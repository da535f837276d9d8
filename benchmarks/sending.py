"""Posts that are due at once, beside the same threads without a queue and beside peers; and how late they go out when
there is time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from benchmarks import sending_server
from benchmarks.load import TEAM, Times
from benchmarks.sending_peers import Job
from buffer.accounts import new_profile
from buffer.model import Profile, State, Update, new_id
from buffer.networks import local
from buffer.ports import Account
from storage import SqliteStore, open_store

EACH = 5
"""Posts of a profile; its next goes out when the last is done."""

FEWER = 2_000
"""As many through buffer.web, which takes its time without any queue."""

SINGLES, APART = 200, timedelta(milliseconds=50)
PATIENCE = 10.0
"""Seconds without a post after which no more are expected."""

PEERS = {"apscheduler": "APScheduler, in memory", "huey": "huey, SQLite"}
_LOOK = 0.020


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one burst."""

    rate: float
    cpu_ms: float
    is_once: bool


def measure(folder: Path, *, posts: int) -> None:
    """Print posts a second and CPU for each, then the milliseconds by which single ones are late."""
    (place := folder / "sending").mkdir()
    posts = max(1, posts // 2 // EACH) * 2 * EACH  # as many for each process, and for each profile
    print(f"\n{posts:,} posts due at once, {posts // EACH:,} profiles, 20 ms each, durable;")
    print("posts a second beside the same threads without a queue (budget at 20: 75 %, 1.2 ms)")
    print(
        f"{'':<24}{'processes':>9}{'senders':>9}{'no queue':>10}{'a second':>10}{'share':>8}"
        f"{'CPU ms':>8}{'no queue':>10}  sent once"
    )
    job = Job(way="ours", folder="", port=0, posts=posts, senders=20)
    ceilings = {}
    for processes in (1, 2):
        for senders in (20, 50):
            wanted = replace(job, senders=senders)
            ceiling = burst(place, replace(wanted, way="bare"), processes)
            ceilings[processes, senders] = ceiling
            _row("ours", wanted, processes, burst(place, wanted, processes), ceiling)
    for way, name in PEERS.items():
        _row(name, job, 1, burst(place, replace(job, way=way)), ceilings[1, 20])
    by_web = replace(job, by_web=True, posts=min(posts, FEWER))
    ceiling = burst(place, replace(by_web, way="bare"))
    _row(f"ours by Web, {by_web.posts:,}", by_web, 1, burst(place, by_web), ceiling)
    singles(place)


def burst(place: Path, job: Job, processes: int = 1) -> Result:
    """All of it, as fast as it goes."""
    folder = place / f"{time.monotonic_ns()}"
    folder.mkdir()
    is_ours = job.way == "ours"
    now = datetime.now(UTC)
    with (
        sending_server.running() as port,
        closing(open_store(f"sqlite:///{folder}/buffer.db")) as store,
    ):
        if is_ours:
            fill(store, job.posts, lambda _: now)
        share = job.posts // processes
        workers = [
            Process(replace(job, folder=str(folder), port=port, posts=share, first=share * number))
            for number in range(processes)
        ]
        began = time.time()
        for worker in workers:
            worker.tell()
        until(lambda: sent(store) if is_ours else sending_server.answered(port), job.posts)
        ended = time.time()
        cpu = sum(worker.end() for worker in workers)
        heard = sending_server.heard(port)
        is_once = heard.is_once(job.posts) and (not is_ours or is_written_once(store, job.posts))
        seconds = (ended if is_ours else heard.last_at) - began
        assert is_once or job.way in PEERS
    return Result(rate=job.posts / seconds, cpu_ms=cpu / job.posts * 1000, is_once=is_once)


def singles(place: Path) -> None:
    """One each 50 ms, so that there is always a sender free."""
    folder = place / "singles"
    folder.mkdir()
    with (
        sending_server.running() as port,
        closing(open_store(f"sqlite:///{folder}/buffer.db")) as store,
    ):
        job = Job(way="ours", folder=str(folder), port=port, posts=SINGLES, senders=20)
        worker = Process(job)
        worker.tell()
        start = datetime.now(UTC) + timedelta(seconds=2)
        fill(store, SINGLES, lambda number: start + number * APART)
        until(lambda: sent(store), SINGLES)
        worker.end()
        heard = sending_server.heard(port)
        assert heard.is_once(SINGLES) and is_written_once(store, SINGLES)
        rows = store.database.all(
            "SELECT updates.id, due_at, claimed_at FROM attempts JOIN updates ON updates.id = update_id"
        )
    claimed = Times([(at - due) * 1000 for _, due, at in rows])
    posted = Times([(heard.came_at[id] - due) * 1000 for id, due, _ in rows])
    print(f"\n{SINGLES} posts, one each 50 ms; ms late{'p50':>24}{'p99':>9}")
    print(f"{'to the claim (budget 5, 50)':<44}{claimed.at(0.5):>11.1f}{claimed.at(0.99):>9.1f}")
    print(f"{'to the network':<44}{posted.at(0.5):>11.1f}{posted.at(0.99):>9.1f}")


class Process:
    """A worker that is told when to begin and when to end."""

    def __init__(self, job: Job) -> None:
        log = Path(job.folder, f"{job.first}.log")
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.sending_worker", json.dumps(asdict(job))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._read() == "ready\n", log.read_text()

    def tell(self) -> None:
        ears = _pipe(self._process.stdin)
        ears.write("\n")
        ears.flush()

    def end(self) -> float:
        """The seconds of CPU it took."""
        self.tell()
        seconds = float(self._read())
        assert self._process.wait(30) == 0
        _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()
        return seconds

    def _read(self) -> str:
        return _pipe(self._process.stdout).readline()


def fill(store: SqliteStore, posts: int, due: Callable[[int], datetime]) -> None:
    """So many scheduled updates, spread over their profiles in turn."""
    now = datetime.now(UTC)
    profiles = [
        new_profile(
            local.SERVICE,
            Account(service_id=new_id(now), name=f"Bench {number}", login={}),
            team_id=TEAM,
            timezone="UTC",
            now=now,
        )
        for number in range(posts // EACH)
    ]
    with store.transaction():
        for profile in profiles:
            store.profiles.insert(profile)
        store.updates.append(
            [scheduled(profiles[n % len(profiles)], due(n), now) for n in range(posts)]
        )
        for profile in profiles:
            store.profiles.refresh(profile.id)


def scheduled(profile: Profile, at: datetime, now: datetime) -> Update:
    id = new_id(now)
    return Update(
        id=id,
        post_id=id,
        team_id=profile.team_id,
        profile_id=profile.id,
        service=profile.service,
        text="Our new release is out, with everything you asked for last week.",
        state=State.SCHEDULED,
        scheduled_at=at,
        created_at=now,
        updated_at=now,
    )


def sent(store: SqliteStore) -> int:
    row = store.database.one("SELECT sum(sent_n) FROM profiles")
    assert row
    return row[0] or 0


def is_written_once(store: SqliteStore, posts: int) -> bool:
    row = store.database.one(
        "SELECT count(*), count(DISTINCT update_id), sum(outcome = 'sent') FROM attempts"
    )
    return row is not None and set(row) == {posts}


def until(count: Callable[[], int], wanted: int) -> None:
    """Wait for it, as long as it still grows."""
    last, since = -1, time.monotonic()
    while (now := count()) < wanted:
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            return
        time.sleep(_LOOK)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe
    return pipe


def _row(name: str, job: Job, processes: int, found: Result, ceiling: Result) -> None:
    print(
        f"{name:<24}{processes:>9}{job.senders:>9}{ceiling.rate:>10.0f}{found.rate:>10.0f}"
        f"{found.rate / ceiling.rate:>7.0%} {found.cpu_ms:>8.2f}{ceiling.cpu_ms:>10.2f}"
        f"  {'yes' if found.is_once else 'NO'}"
    )
