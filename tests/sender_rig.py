"""Kills a real sender at its k-th fault point, lets two others finish, and counts what is lost, double or unconfirmed.

A fault point is before every statement and commit on the database, and before and after a post is out. Run as a
program, it forks a process for every kill: `python tests/sender_rig.py FOLDER CERTAINTY KILLS` prints one JSON object;
KILLS 0 means every point there is.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from buffer.model import (
    Event,
    Found,
    Interaction,
    Limits,
    NoticeKind,
    Profile,
    Receipt,
    State,
    Update,
)
from buffer.networks.local import Local
from buffer.ports import Account, Certainty, Field, Network, Step
from buffer.sender import Crew, Sender
from buffer.web import Web
from cast import MONDAY, a_profile
from storage import SqliteStore, open_store
from storage.owners import Owner, folder_beside

TEXTS = ("one", "two", "three")
CHANNEL = "C0SOCIAL"


class Fuse:
    """Counts the points passed and, at the one it was set to, kills the process."""

    def __init__(self, at: int = 0) -> None:
        self.passed = 0
        self._at = at

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


class Ledger:
    """A network without keys: every publish is a line in a file, which outlives us."""

    events: frozenset[Event] = frozenset()

    def __init__(self, path: Path, certainty: Certainty, fuse: Fuse) -> None:
        self.path, self.certainty, self._fuse = path, certainty, fuse

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        self._fuse()
        with self.path.open("a") as ledger:
            ledger.write(f"{key} {update.text}\n")
        self._fuse()
        return Receipt(service_id=key)

    def find(self, profile: Profile, update: Update, key: str) -> Receipt | None:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return Receipt(service_id=key) if f"{key} {update.text}" in lines else None

    def texts(self) -> list[str]:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [line.partition(" ")[2] for line in lines]

    fields: tuple[Field, ...] = ()

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        raise NotImplementedError

    def disconnect(self, profile: Profile) -> None:
        raise NotImplementedError

    def limits(self, profile: Profile) -> Limits:
        return Limits(characters=500)

    def interactions(self, profile: Profile, since: datetime) -> Sequence[Found]:
        return []

    def reply(
        self, profile: Profile, update: Update, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        raise NotImplementedError


@dataclass
class Tally:
    """What came of all kills."""

    points: int = 0
    kills: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    unconfirmed: int = 0
    told_wrong: list[str] = field(default_factory=list)


def prepare(folder: Path) -> None:
    """A database with three posts due: two of one profile, one of another."""
    store = open_store(f"sqlite:///{folder}/seed.db")
    profiles = [a_profile(), a_profile()]
    with store.transaction():
        for profile in profiles:
            store.profiles.insert(profile)
            store.feeds.follow(profile.team_id, CHANNEL, profile.id)
        for number, text in enumerate(TEXTS):
            store.updates.append([an_update(profiles[number % 2], text)])
        for profile in profiles:
            store.profiles.refresh(profile.id)
    store.close()


def an_update(profile: Profile, text: str) -> Update:
    return Update(
        id=text,
        post_id=text,
        team_id=profile.team_id,
        profile_id=profile.id,
        service="local",
        text=text,
        state=State.QUEUED,
        share_at=MONDAY,
        created_at=MONDAY,
        updated_at=MONDAY,
        user_id="U0ADA",
        via="slack",
    )


def run(folder: Path, certainty: Certainty, fuse: Fuse) -> None:
    """A sender's life: until nothing is left to do for ten minutes of its clock."""
    store = open_store(f"sqlite:///{folder}/buffer.db")
    fused(store, fuse)
    owner = Owner.take(folder_beside(store.database.path))
    now = [MONDAY + timedelta(seconds=1)]
    network = make(store, folder, certainty, lambda: now[0], fuse)
    crew = Crew(submit={"local": lambda work: work()}, size=2)
    sender = Sender(store, {"local": network}, crew, owner=owner, clock=lambda: now[0])
    for _ in range(20):
        while sender.tick(now[0]):
            pass
        now[0] += timedelta(seconds=30)
    owner.release()
    store.close()


def fused(store: SqliteStore, fuse: Fuse) -> None:
    execute = store.database.execute

    def counted(*args: object) -> object:
        fuse()
        return execute(*args)  # type: ignore[arg-type]

    store.database.execute = counted  # type: ignore[assignment,method-assign]


def make(
    store: SqliteStore,
    folder: Path,
    certainty: Certainty,
    clock: Callable[[], datetime],
    fuse: Fuse,
) -> Network:
    if certainty is Certainty.KEYED:
        return Local(store, Web(), clock=clock, public_url="http://localhost")
    return Ledger(folder / "ledger", certainty, fuse)


def forked(*works: Callable[[], None]) -> int:
    """Run each in a process of its own, at the same time; the signal that ended the last, 0 for none."""
    ended = [wait_for(child) for child in [fork(work) for work in works]]
    return ended[-1]


def fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        os._exit(1)


def wait_for(child: int) -> int:
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "a sender ended in an error"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def fresh(folder: Path) -> None:
    for path in folder.glob("buffer.db*"):
        path.unlink()
    (folder / "ledger").unlink(missing_ok=True)
    shutil.copy(folder / "seed.db", folder / "buffer.db")


def count_points(folder: Path, certainty: Certainty) -> int:
    fresh(folder)

    def dry() -> None:
        fuse = Fuse()
        run(folder, certainty, fuse)
        (folder / "points").write_text(str(fuse.passed))

    forked(dry)
    return int((folder / "points").read_text())


def judge(folder: Path, certainty: Certainty, tally: Tally, at: int) -> None:
    """One fork looks at what the last one left, so that no connection is ever forked."""
    store = open_store(f"sqlite:///{folder}/buffer.db")
    if certainty is Certainty.KEYED:
        out = Counter(row["text"] for row in store.database.all("SELECT text FROM local_posts"))
    else:
        out = Counter(Ledger(folder / "ledger", certainty, Fuse()).texts())
    for row in store.database.all("SELECT id, state FROM updates"):
        text, state = row["id"], State(row["state"])
        tally.unconfirmed += state is State.UNCONFIRMED
        if out[text] > 1:
            tally.double.append(f"{text} at {at}")
        if state is not State.UNCONFIRMED and not (state is State.SENT and out[text] == 1):
            tally.lost.append(f"{text} at {at}: {state}")
        if not is_told_once(store, text, state):
            tally.told_wrong.append(f"{text} at {at}")
    store.close()


def is_told_once(store: SqliteStore, update_id: str, state: State) -> bool:
    rows = store.database.all("SELECT kind, target FROM outbox WHERE subject = ?", (update_id,))
    said = sorted((kind, target) for kind, target in rows)
    if state is State.SENT:
        return said == [(NoticeKind.CARD, CHANNEL)]
    return said == [(NoticeKind.PROBLEM, CHANNEL), (NoticeKind.PROBLEM, "U0ADA")]


def chosen(points: int, kills: int) -> Iterator[int]:
    step = max(1, points // kills) if kills else 1
    yield from range(1, points + 1, step)


def main(folder: Path, certainty: Certainty, kills: int) -> None:
    forked(partial(prepare, folder))
    tally = Tally(points=count_points(folder, certainty))
    for at in chosen(tally.points, kills):
        fresh(folder)
        killed = forked(partial(run, folder, certainty, Fuse(at)))
        tally.kills += killed == signal.SIGKILL
        forked(*[partial(run, folder, certainty, Fuse())] * 2)
        judge(folder, certainty, tally, at)
    print(json.dumps(vars(tally)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Certainty(sys.argv[2]), int(sys.argv[3]))
