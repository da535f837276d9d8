"""A backup is whole however much is written meanwhile; a restore loses nothing, sends nothing twice, tells no secret.

Run as a program, this file kills a restore at each of its points: `python tests/storage/test_backup.py FOLDER`.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from slack_sdk import WebClient

import cli
from bot import outbox
from buffer.backends.embedded import EmbeddedQueues
from buffer.errors import NetworkDown
from buffer.model import (
    HELD,
    Attached,
    Event,
    Found,
    Limits,
    Media,
    Notice,
    NoticeKind,
    Person,
    Profile,
    Receipt,
    Reply,
    ReplyState,
    State,
    Team,
    Update,
)
from buffer.ports import Certainty
from cast import ADA, MONDAY, a_profile, an_update
from fakes import FakeClock, FakeNetwork
from playground import SOCIAL, TEAM, Playground
from sender_story import NINE, Story
from storage import SqliteStore, open_store
from storage.backup import VERSION, Restored, backup, export, restore
from storage.owners import Owner, folder_beside
from storage.sqlite.media import folder_of
from storage.vault import new_key

ROOT = Path(__file__).parents[2]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PLANTED = "planted-token-7f3a"
PICTURE, OTHER = b"\x89PNG one", b"\x89PNG two"
KEY = new_key()
PAGE = 4096
"""Where the second page of a database begins."""


def opened(database: Path, *, key: str = KEY) -> SqliteStore:
    return open_store(f"sqlite:///{database}", keys=[key], patience=10)


@contextmanager
def using(database: Path, *, key: str = KEY) -> Iterator[SqliteStore]:
    store = opened(database, key=key)
    yield store
    store.close()


def keeps(store: SqliteStore, picture: bytes) -> str:
    kept = store.media.keep("T", picture, type="image/png", size=(1, 1), now=MONDAY)
    return kept.id


def texts(database: Path) -> list[str]:
    with using(database) as store:
        return [text for (text,) in store.database.all("SELECT text FROM updates ORDER BY rowid")]


def seeded(database: Path, text: str = "hello", picture: bytes = PICTURE) -> Profile:
    """A database with a post that waits, a picture, and a login."""
    with using(database) as store:
        profile = a_profile()
        store.profiles.insert(profile)
        store.secrets.keep(profile.id, "login", {"token": PLANTED})
        file = Attached(source="slack:F1", id=keeps(store, picture))
        waits = an_update(
            profile,
            text=text,
            state=State.SCHEDULED,
            scheduled_at=NINE,
            sent_at=None,
            service_update_id="",
            media=Media(files=(file,)),
        )
        store.updates.append([waits])
        store.profiles.refresh(profile.id)
    return profile


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "here" / "buffer.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "monday.tar"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "there" / "buffer.db"


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]


# -- there


def test_beside_threads_that_write_it_is_whole_and_of_one_moment(
    database: Path, file: Path, elsewhere: Path
) -> None:
    store = opened(database)
    for number in range(60):
        store.memos.keep(f"ballast {number}", os.urandom(30_000).hex())
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            store.memos.keep(f"n{written + 1}", written)
            written += 1

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(write)
        try:
            while written < 20:
                stop.wait(0.001)
            before = written
            backup(database, file, MONDAY)
            after = written
        finally:
            stop.set()
        writing.result()
    store.close()
    assert after > before, "nothing was written meanwhile"
    restore(file, elsewhere, MONDAY, replace=False)
    with using(elsewhere) as copy:
        assert [row[0] for row in copy.database.all("PRAGMA integrity_check")] == ["ok"]
        numbers = {int(name[1:]) for name in copy.memos.names("n")}
        assert len(copy.memos.names("ballast")) == 60
    assert before <= len(numbers) <= after + 1
    assert numbers == set(range(1, len(numbers) + 1))


def test_what_is_still_in_the_wal_of_a_killed_server_is_in_it(
    database: Path, file: Path, elsewhere: Path
) -> None:
    seeded(database)
    code = (
        "import os, signal, sys; from storage import open_store;"
        "open_store('sqlite:///' + sys.argv[1]).memos.keep('last words', 1);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(database)], cwd=ROOT, check=False)
    assert Path(f"{database}-wal").stat().st_size
    backup(database, file, MONDAY)
    restore(file, elsewhere, MONDAY, replace=False)
    with using(elsewhere) as copy:
        assert copy.memos.recall("last words", MONDAY) == 1


def test_it_says_what_is_in_it(database: Path, file: Path) -> None:
    seeded(database)
    made = backup(database, file, MONDAY)
    assert (made.posts, made.files, made.lost, made.bytes) == (1, 1, 0, file.stat().st_size)
    held = members(file)
    assert list(held) == ["buffer.db", f"media/{sha256(PICTURE).hexdigest()}", "backup.json"]
    assert json.loads(held["backup.json"]) == {"taken_at": MONDAY.timestamp(), "version": VERSION}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir() if path.is_file()] == [file.name]


def test_pictures_come_back(database: Path, file: Path, elsewhere: Path) -> None:
    seeded(database)
    with using(database) as store:
        ids = [keeps(store, PICTURE), keeps(store, OTHER)]
    assert backup(database, file, MONDAY).files == 2
    shutil.rmtree(database.parent)
    assert restore(file, elsewhere, MONDAY, replace=False).files == 2
    with using(elsewhere) as copy:
        assert [copy.media.read(each) for each in ids] == [PICTURE, OTHER]


def test_a_picture_that_is_gone_or_damaged_here_is_left_out_and_counted(
    database: Path, file: Path, elsewhere: Path
) -> None:
    seeded(database)
    with using(database) as store:
        keeps(store, OTHER)
        whole = keeps(store, b"whole")
    for picture, change in ((PICTURE, Path.unlink), (OTHER, lambda path: path.write_bytes(b"x"))):
        digest = sha256(picture).hexdigest()
        change(folder_of(database) / digest[:2] / digest)
    made = backup(database, file, MONDAY)
    assert (made.files, made.lost) == (1, 2)
    done = restore(file, elsewhere, MONDAY, replace=False)
    assert (done.files, done.lost) == (1, 2)
    with using(elsewhere) as copy:
        assert copy.media.read(whole) == b"whole"


def test_a_login_cannot_be_read_in_it_but_with_the_key(
    database: Path, file: Path, elsewhere: Path
) -> None:
    profile = seeded(database)
    with using(database) as store:
        token = store.tokens.create("scripts", "T", MONDAY)
    backup(database, file, MONDAY)
    for secret in (PLANTED, token, KEY):
        assert secret.encode() not in file.read_bytes()
    assert restore(file, elsewhere, MONDAY, replace=False).logins == 1
    with using(elsewhere) as copy:
        assert copy.secrets.recall(profile.id, "login") == {"token": PLANTED}
        assert copy.tokens.find(token)
    with using(elsewhere, key=new_key()) as copy, pytest.raises(NetworkDown):
        copy.secrets.recall(profile.id, "login")


def test_it_refuses_to_overwrite_and_to_begin_without_a_folder_or_a_database(
    database: Path, file: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="There is no database"):
        backup(database, file, MONDAY)
    assert not database.parent.exists()
    seeded(database)
    file.write_text("precious")
    with pytest.raises(ValueError, match=r"exists already.*choose another name"):
        backup(database, file, MONDAY)
    assert file.read_text() == "precious"
    with pytest.raises(ValueError, match="There is no folder"):
        backup(database, tmp_path / "gone" / "b.tar", MONDAY)


@pytest.mark.parametrize("place", [0, PAGE])
def test_a_damaged_database_is_not_backed_up(database: Path, file: Path, place: int) -> None:
    seeded(database)
    damages(database, place)
    with pytest.raises(ValueError, match=r"damaged|could not be copied"):
        backup(database, file, MONDAY)
    assert list(file.parent.iterdir()) == [database.parent]


def damages(database: Path, place: int) -> None:
    with database.open("r+b") as opened:
        opened.seek(place)
        opened.write(b"\xff" * 3000)


# -- and back: what is refused


Held = dict[str, bytes]


def without(name: str) -> Callable[[Held], object]:
    return lambda held: held.pop(name)


def about(text: str) -> Callable[[Held], object]:
    return lambda held: held.update({"backup.json": text.encode()})


def with_sql(*statements: str) -> Callable[[Held], object]:
    """Its database after these."""

    def change(held: Held) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            copy.deserialize(held["buffer.db"])
            for statement in statements:
                copy.execute(statement)
            held["buffer.db"] = copy.serialize()

    return change


def damaged(held: Held) -> None:
    whole = held["buffer.db"]
    held["buffer.db"] = whole[:PAGE] + b"\xff" * 3000 + whole[PAGE + 3000 :]


def repainted(held: Held) -> None:
    held[f"media/{sha256(PICTURE).hexdigest()}"] = OTHER


CHANGES: dict[str, tuple[Callable[[Held], object], str]] = {
    "no about": (without("backup.json"), "no backup, or not all of one"),
    "no database": (without("buffer.db"), "no backup, or not all of one"),
    "about no JSON": (about("hello"), "no backup"),
    "about something else": (about("[1]"), "no backup"),
    "no moment": (about('{"version": 1, "taken_at": NaN}'), "no backup"),
    "newer": (about('{"version": 2, "taken_at": 1}'), "newer slack-buffer"),
    "of a newer schema": (
        with_sql(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('slack-buffer', 'm999', '')"
        ),
        "newer slack-buffer",
    ),
    "damaged database": (damaged, "is damaged .*: take another"),
    "no database at all": (lambda held: held.update({"buffer.db": b"x" * 5000}), "not a database"),
    "somebody else's database": (with_sql("DROP TABLE _sqlite_migrations"), "no backup"),
    "half of our tables": (with_sql("DROP TABLE outbox"), "cannot be used: no such table"),
    "another picture": (repainted, "The picture .* is damaged"),
    "one picture more": (
        lambda held: held.update({f"media/{sha256(OTHER).hexdigest()}": OTHER}),
        "a picture that its database does not know",
    ),
    "a stranger": (lambda held: held.update({"notes.txt": b"hello"}), "holds “notes.txt”"),
    "a climber": (lambda held: held.update({"../evil": b"hello"}), "holds “../evil”"),
    "a hidden climber": (lambda held: held.update({"media/../../evil": b""}), "which no backup"),
    "an absolute one": (lambda held: held.update({"/tmp/evil": b""}), "which no backup does"),
}


def packed(file: Path, held: Held, *more: tarfile.TarInfo) -> None:
    with tarfile.open(file, "w") as tar:
        for name, content in held.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for each in more:
            tar.addfile(each, io.BytesIO(b""))


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    before = everything(folder)
    yield
    assert everything(folder) == before


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_no_sound_backup_is_refused_before_anything_is_touched(
    database: Path, elsewhere: Path, file: Path, tmp_path: Path, name: str
) -> None:
    change, words = CHANGES[name]
    seeded(database, "new")
    seeded(elsewhere, "old", OTHER)
    backup(database, file, MONDAY)
    held = members(file)
    change(held)
    packed(file, held)
    with unchanged(tmp_path), pytest.raises(ValueError, match=words):
        restore(file, elsewhere, MONDAY, replace=True)
    assert texts(elsewhere) == ["old"]


@pytest.mark.parametrize("type", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_a_member_that_is_no_plain_file_is_refused(
    database: Path, elsewhere: Path, file: Path, tmp_path: Path, type: bytes
) -> None:
    seeded(database)
    backup(database, file, MONDAY)
    link = tarfile.TarInfo(f"media/{sha256(OTHER).hexdigest()}")
    link.type, link.linkname = type, "/etc/passwd"
    packed(file, members(file), link)
    with pytest.raises(ValueError, match="which no backup does"):
        restore(file, elsewhere, MONDAY, replace=False)
    assert not elsewhere.exists()


def test_a_member_that_comes_twice_is_refused(database: Path, elsewhere: Path, file: Path) -> None:
    seeded(database)
    backup(database, file, MONDAY)
    packed(file, members(file), tarfile.TarInfo("buffer.db"))
    with pytest.raises(ValueError, match=r"holds “buffer\.db”"):
        restore(file, elsewhere, MONDAY, replace=False)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.99])
def test_a_file_cut_short_is_refused(
    database: Path, elsewhere: Path, file: Path, part: float
) -> None:
    seeded(database)
    end = backup(database, file, MONDAY).bytes
    with tarfile.open(file) as tar:
        end = tar.getmember("backup.json").offset
    os.truncate(file, int(end * part))
    with pytest.raises(ValueError, match=r"no backup, or not all of one"):
        restore(file, elsewhere, MONDAY, replace=False)
    assert not elsewhere.exists()


def test_other_files_are_refused(database: Path, elsewhere: Path, file: Path) -> None:
    with pytest.raises(ValueError, match="There is no file"):
        restore(file, elsewhere, MONDAY, replace=False)
    file.write_text("Dear diary")
    with pytest.raises(ValueError, match="is no backup"):
        restore(file, elsewhere, MONDAY, replace=False)
    file.unlink()
    seeded(database)
    backup(database, file, MONDAY)
    file.write_bytes(gzip.compress(file.read_bytes()))
    with pytest.raises(ValueError, match="unpack it first"):
        restore(file, elsewhere, MONDAY, replace=False)


def test_a_database_that_is_here_is_kept_unless_it_may_be_set_aside(
    database: Path, elsewhere: Path, file: Path, tmp_path: Path
) -> None:
    seeded(database, "new")
    seeded(elsewhere, "old", OTHER)
    backup(database, file, MONDAY)
    with unchanged(tmp_path), pytest.raises(ValueError, match="exists already: with --replace"):
        restore(file, elsewhere, MONDAY, replace=False)
    done = restore(file, elsewhere, MONDAY, replace=True)
    assert done.kept == elsewhere.with_name("buffer-before-20260302T080000Z.db")
    assert texts(elsewhere) == ["new"]
    assert pictures(elsewhere) == [PICTURE]
    assert texts(done.kept) == ["old"]
    assert pictures(done.kept) == [OTHER]
    before = texts(elsewhere)
    with pytest.raises(ValueError, match="again in a second"):
        restore(file, elsewhere, MONDAY, replace=True)
    assert texts(elsewhere) == before


def pictures(database: Path) -> list[bytes]:
    """Those that are read through their rows; there are no other files."""
    with using(database) as store:
        found = [store.media.read(id) for (id,) in store.database.all("SELECT id FROM media")]
    assert len(list(folder_of(database).rglob("*/*"))) == len(set(found))
    return found


def test_the_wal_of_a_database_that_is_gone_does_not_spoil_the_new_one(
    database: Path, elsewhere: Path, file: Path
) -> None:
    seeded(database, "new")
    backup(database, file, MONDAY)
    seeded(elsewhere, "old")
    wal = Path(f"{elsewhere}-wal")
    elsewhere.unlink()
    wal.write_bytes(b"of another database")
    with pytest.raises(ValueError, match="exists already"):
        restore(file, elsewhere, MONDAY, replace=False)
    kept = restore(file, elsewhere, MONDAY, replace=True).kept
    assert texts(elsewhere) == ["new"]
    assert Path(f"{kept}-wal").read_bytes() == b"of another database"


def test_a_damaged_database_is_set_aside_as_it_is(
    database: Path, elsewhere: Path, file: Path
) -> None:
    seeded(database, "new")
    seeded(elsewhere, "old")
    backup(database, file, MONDAY)
    damages(elsewhere, 0)
    before = elsewhere.read_bytes()
    kept = restore(file, elsewhere, MONDAY, replace=True).kept
    assert kept and kept.read_bytes() == before
    assert texts(elsewhere) == ["new"]


def test_nothing_is_restored_over_a_running_server(
    database: Path, elsewhere: Path, file: Path, tmp_path: Path
) -> None:
    seeded(database, "new")
    seeded(elsewhere, "old")
    backup(database, file, MONDAY)
    owner = Owner.take(folder_beside(str(elsewhere)))
    with unchanged(tmp_path), pytest.raises(ValueError, match=f"process {os.getpid()}.*Stop"):
        restore(file, elsewhere, MONDAY, replace=True)
    elsewhere.rename(elsewhere.with_name("moved"))  # a server goes on with a file that is gone
    with pytest.raises(ValueError, match="slack-buffer runs here"):
        restore(file, elsewhere, MONDAY, replace=False)
    elsewhere.with_name("moved").rename(elsewhere)
    owner.release()
    with using(elsewhere), pytest.raises(ValueError, match="Another process uses"):
        restore(file, elsewhere, MONDAY, replace=True)
    assert texts(elsewhere) == ["old"]
    restore(file, elsewhere, MONDAY, replace=True)
    assert texts(elsewhere) == ["new"]


def test_the_locks_of_dead_servers_are_no_hindrance(
    database: Path, elsewhere: Path, file: Path
) -> None:
    seeded(database, "new")
    backup(database, file, MONDAY)
    locks = folder_beside(str(elsewhere))
    assert locks
    locks.mkdir(parents=True)
    (locks / "12-dead").touch()
    restore(file, elsewhere, MONDAY, replace=False)
    assert texts(elsewhere) == ["new"]


# -- killed in the middle


class Fuse:
    """Counts the calls that change a folder and, before the one it was set to, kills the process."""

    CALLS = ("replace", "rename", "link", "unlink", "mkdir", "rmdir", "fsync")

    def __init__(self, at: int) -> None:
        self._left = at
        for name in self.CALLS:
            setattr(os, name, self._fused(getattr(os, name)))

    def _fused(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def fused(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **named)

        return fused


def main(folder: Path) -> None:
    """Kill a restore over another database at its first point, its second and so on, until one is not killed."""
    seed, here, file = folder / "seed", folder / "here", folder / "b.tar"
    seeded(folder / "new" / "buffer.db", "new")
    seeded(seed / "buffer.db", "old", OTHER)
    backup(folder / "new" / "buffer.db", file, MONDAY)
    found: Counter[str] = Counter()
    for at in count(1):
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(seed, here)
        child = os.fork()
        if not child:
            Fuse(at)
            restore(file, here / "buffer.db", MONDAY, replace=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        found[judged(here / "buffer.db")] += 1
        # Whatever was left behind, the next restore is a plain one.
        restore(file, here / "buffer.db", MONDAY + MINUTE, replace=True)
        assert texts(here / "buffer.db") == ["new"], at
        assert not list(here.glob("*.restoring-*")), at
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0
            break
    print(json.dumps(found))


def judged(database: Path) -> str:
    """Which of the two is here: whole, with its pictures, and if it is the new one, marked."""
    with using(database) as store:
        assert [row[0] for row in store.database.all("PRAGMA integrity_check")] == ["ok"]
        ((text, look_since),) = store.database.all("SELECT text, look_since FROM updates")
        ((id,),) = store.database.all("SELECT id FROM media")
        assert store.media.read(id) == (PICTURE if text == "new" else OTHER)
        assert look_since == (MONDAY.timestamp() if text == "new" else None)
    return str(text)


def test_whenever_a_restore_is_killed_one_database_is_whole(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, __file__, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["old"] >= 10
    assert found["new"] >= 2, "it was killed after the swap as well"


# -- what is marked


def test_whatever_was_not_sent_is_looked_for_before_it_is(
    database: Path, elsewhere: Path, file: Path, clock: FakeClock
) -> None:
    profile = seeded(database)
    with using(database) as store:
        for state in set(State) - {State.QUEUED, State.SCHEDULED}:
            store.updates.append([an_update(profile, text=state.value, state=state)])
        before = an_update(profile, text="restored before", state=State.DRAFT)
        store.updates.append([replace(before, look_since=MONDAY - DAY)])
        store.updates.append([an_update(profile, text="queued", state=State.QUEUED)])
    backup(database, file, MONDAY + DAY)
    done = restore(file, elsewhere, MONDAY + 2 * DAY, replace=False)
    assert done == Restored(
        taken_at=MONDAY + DAY,
        posts=2,
        looked_for=8,
        replies=0,
        lines=0,
        logins=1,
        files=1,
        lost=0,
    )
    with using(elsewhere) as copy:
        found = {
            row["text"]: row["look_since"]
            for row in copy.database.all("SELECT text, look_since FROM updates")
        }
        (said,) = copy.database.all("SELECT * FROM audit")
    assert found.pop("sent") is None
    assert found.pop("restored before") == (MONDAY - DAY).timestamp()
    assert set(found.values()) == {(MONDAY + DAY).timestamp()}
    assert (said["verb"], said["subject"], said["via"]) == ("restore", "monday.tar", "cli")
    assert said["at"] == (MONDAY + 2 * DAY).timestamp()


def test_a_clock_that_was_ahead_when_the_copy_was_taken_hides_nothing(
    database: Path, elsewhere: Path, file: Path
) -> None:
    seeded(database)
    backup(database, file, MONDAY + DAY)
    assert restore(file, elsewhere, MONDAY, replace=False).taken_at == MONDAY


def test_replies_on_their_way_are_unconfirmed_and_their_writers_are_told(
    database: Path, elsewhere: Path, file: Path
) -> None:
    profile = seeded(database)
    update = an_update(profile)
    with using(database) as store:
        store.updates.append([update])
        for state in ReplyState:
            store.replies.insert(a_reply(update, state))
        store.replies.insert(replace(a_reply(update, ReplyState.WAITING), id="api", channel=""))
    backup(database, file, MONDAY)
    assert restore(file, elsewhere, MONDAY + DAY, replace=False).replies == 3
    with using(elsewhere) as copy:
        for id in ("waiting", "sending", "api"):
            reply = copy.replies.get(update.team_id, id)
            assert reply and reply.state is ReplyState.UNCONFIRMED
            assert reply.error.startswith("Restored from a backup: look on the network")
        for state in set(ReplyState) - {ReplyState.WAITING, ReplyState.SENDING}:
            reply = copy.replies.get(update.team_id, state)
            assert reply and reply.state is state
        lines = copy.outbox.waiting(MONDAY + DAY, limit=9)
        assert {(line.kind, line.subject) for line in lines} == {
            (NoticeKind.REPLY_STATE, "waiting"),
            (NoticeKind.REPLY_STATE, "sending"),
        }


def a_reply(update: Update, state: ReplyState) -> Reply:
    return Reply(
        id=state.value,
        team_id=update.team_id,
        update_id=update.id,
        text="Thank you",
        user_id="U0BO",
        state=state,
        created_at=MONDAY,
        channel=f"C{state}",
        ts="" if state is ReplyState.INTERNAL else f"1.{state}",
    )


@pytest.fixture
def slack(clock: FakeClock) -> Iterator[Playground]:
    made = Playground(
        bot_url="http://127.0.0.1:9/slack/events",
        signing_secret="secret",
        bot_token="xoxb-test",
        manifest={},
        port=0,
        path=":memory:",
        clock=lambda: clock.now.timestamp(),
    )
    made.start()
    yield made
    made.close()


def test_what_was_said_in_slack_since_is_not_said_again_and_what_was_not_is_said(
    database: Path, elsewhere: Path, file: Path, slack: Playground, clock: FakeClock
) -> None:
    profile = seeded(database)
    first, second = an_update(profile, text="first"), an_update(profile, text="second")
    with using(database) as store:
        store.updates.append([first, second])
        for number, update in enumerate((first, second)):
            line = Notice(
                id=f"line {number}",
                team_id=TEAM["id"],
                kind=NoticeKind.OUTCOME,
                subject=f"\n{update.text}",
                target=SOCIAL,
                created_at=clock.now,
            )
            store.outbox.put(line)
        backup(database, file, clock.now)
        speaks(store, slack, clock, owner="before", seconds=1)
    assert said(slack) == ["first"]
    clock.passes(3 * DAY)
    done = restore(file, elsewhere, clock.now, replace=False)
    assert done.lines == 2
    with using(elsewhere) as copy:
        speaks(copy, slack, clock, owner="after", seconds=20)
        assert not copy.outbox.on_wire()
    assert said(slack) == ["first", "second"]
    assert not slack.problems


def speaks(
    store: SqliteStore, slack: Playground, clock: FakeClock, *, owner: str, seconds: int
) -> None:
    client = WebClient(token="xoxb-test", base_url=slack.api_url, retry_handlers=[])
    owners = Owner.take(folder_beside(store.database.path))
    pace = outbox.Pace()
    for _ in range(seconds):
        outbox.tick(store, client, clock.now, owner=owner, alive=owners.alive, pace=pace)
        clock.passes(timedelta(seconds=1))
    owners.release()


def said(slack: Playground) -> list[str]:
    return [each["text"] for each in slack.messages(SOCIAL) if each.get("bot_id")]


# -- a story, many times: a backup, life goes on, the disk dies, the backup comes back

SERIES = "one\n---\ntwo\n---\nthree"


class Place(FakeNetwork):
    """Its posts bear the time they went out at; `then` happens before or after one of them does."""

    def __init__(self, certainty: Certainty, clock: FakeClock) -> None:
        super().__init__(certainty, limits=Limits(characters=500, threads=True))
        self._clock = clock
        self._then: tuple[int, bool, Callable[[], object]] | None = None

    def at(self, number: int, then: Callable[[], object], *, after: bool) -> None:
        self._then = number, after, then

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        self._if_now(after=False)
        try:
            return super().publish(
                profile, replace(update, created_at=self._clock.now), key, thread=thread
            )
        finally:
            self._if_now(after=True)

    def _if_now(self, *, after: bool) -> None:
        if self._then and self._then[:2] == (len(self.posts), after):
            then, self._then = self._then[2], None
            then()

    def forgets_its_keys(self) -> None:
        """Days later; what is out is still there."""
        self._by_key.clear()


def goes_on(story: Story, minutes: int) -> None:
    for _ in range(minutes):
        story.sends().passes(MINUTE)


def published(network: FakeNetwork) -> Counter[tuple[str, str]]:
    return Counter((post.id, post.text) for post in network.posts)


@pytest.mark.parametrize("seed", range(50))
def test_an_older_copy_sends_nothing_again(tmp_path: Path, file: Path, seed: int) -> None:
    chance = random.Random(seed)
    certainty = list(Certainty)[seed % len(Certainty)]
    database, clock = tmp_path / "buffer.db", FakeClock(NINE - MINUTE)
    store = opened(database)
    store.database.execute("PRAGMA synchronous = OFF")  # these are drills of order, not of disks
    network = Place(certainty, clock)
    story = Story(store, network, clock)
    updates = [
        story.queues(
            chance.choice(["hello", f"post {n}", SERIES]),
            scheduled_at=NINE + n * MINUTE,
            profile=story.has_profile() if chance.random() < 0.3 else story.profile,
        )
        for n in range(4)
    ]
    if chance.random() < 0.5:
        network.loses_the_answer(after=chance.randrange(4))
    if chance.random() < 0.3:
        network.fails_after(chance.randrange(4), NetworkDown("away"))
    # Which may be in the middle of a request, or of a series.
    network.at(
        chance.randrange(5),
        lambda: backup(database, file, clock.now),
        after=chance.random() < 0.5,
    )
    goes_on(story, 12)
    if not file.exists():
        backup(database, file, clock.now)
    out = published(network)
    assert max(out.values()) == 1
    story.dies()
    store.close()

    network.forgets_its_keys()
    clock.passes(chance.choice([timedelta(), 20 * MINUTE, 3 * DAY]))
    restore(file, database, clock.now, replace=True)
    with using(database) as copy:
        copy.database.execute("PRAGMA synchronous = OFF")
        story = Story(copy, network, clock)
        goes_on(story, 12)
        assert published(network) == out
        for update in updates:
            if story.state(update) in HELD:  # it is too late for it, so a person decides
                queue = EmbeddedQueues(copy, {"local": network}, clock)(ADA)
                queue.share(update.id)
        goes_on(story, 6)
        assert published(network) == out
        states = Counter(story.state(update) for update in updates)
        story.dies()
    if certainty is Certainty.BLIND:
        assert set(states) <= {State.SENT, State.UNCONFIRMED}
    else:
        assert states == {State.SENT: 4}


def test_what_was_never_sent_is_sent_after_a_restore(tmp_path: Path, file: Path) -> None:
    database, clock = tmp_path / "buffer.db", FakeClock(MONDAY)
    network = Place(Certainty.LOOKUPABLE, clock)
    with using(database) as store:
        story = Story(store, network, clock)
        update = story.queues(scheduled_at=NINE)
        backup(database, file, clock.now)
        story.dies()
    restore(file, database, clock.now, replace=True)
    with using(database) as copy:
        story = Story(copy, network, clock)
        goes_on(story.at(NINE), 2)
        assert (story.state(update), story.out()) == (State.SENT, ["hello"])
        story.dies()


# -- told


def of_every_kind(store: SqliteStore) -> list[str]:
    """A row of every kind; what is secret in it."""
    store.teams.bind(Team(id=ADA.team_id, name="Acme"), MONDAY)
    profile = a_profile()
    store.profiles.insert(profile)
    store.feeds.follow(ADA.team_id, "C1", profile.id)
    file = Attached(source="slack:F1", id=keeps(store, PICTURE))
    update = an_update(
        profile,
        text="Grüße 👋",
        state=State.QUEUED,
        share_at=MONDAY,
        due_at=MONDAY,
        sent_at=None,
        media=Media(files=(file,)),
        retweet={"tweet_id": "1"},
        statistics={"likes": 2},
    )
    store.updates.append([update])
    assert store.attempts.claim(update, key="k", owner="me", now=MONDAY)
    store.parts.note(update.id, 0, "one", Receipt(service_id="p1"), MONDAY)
    store.links.code(update.id, "https://example.org", MONDAY)
    found = Found(
        post="42",
        service_id="c1",
        event=Event.COMMENT,
        user=Person(username="bo"),
        created_at=MONDAY,
        text="Nice",
    )
    store.interactions.add(profile, update, found, ours=False, now=MONDAY)
    store.replies.insert(a_reply(update, ReplyState.SENT))
    token = store.tokens.create("scripts", ADA.team_id, MONDAY)
    store.audit.write(ADA, "add", update.id, MONDAY, {"position": "top"})
    store.secrets.keep(profile.id, "login", {"token": PLANTED})
    store.memos.keep("pending", f"{PLANTED} in a memo")
    (row,) = store.database.all("SELECT hash FROM tokens")
    (sealed,) = store.database.all("SELECT value FROM secrets")
    return [PLANTED, token, row["hash"], sealed["value"].decode(), KEY]


def test_everything_is_told_but_secrets(database: Path) -> None:
    lines: list[str] = []
    with using(database) as store:
        secret = of_every_kind(store)
        export(store, lines.append)
    rows = [json.loads(line) for line in lines]
    assert [row["kind"] for row in rows] == [
        "team",
        "profile",
        "feed",
        "media",
        "update",
        "attempt",
        "part",
        "link",
        "interaction",
        "reply",
        "token",
        "audit",
    ]
    by_kind = {row["kind"]: row for row in rows}
    assert by_kind["profile"]["schedules"][0]["times"] == ["09:00", "13:00", "17:00"]
    assert by_kind["profile"]["paused"] is False
    update = by_kind["update"]
    assert (update["text"], update["state"]) == ("Grüße 👋", "sending")
    assert update["statistics"] == {"likes": 2, "comments": 1}
    assert update["media"]["files"][0]["source"] == "slack:F1"
    assert datetime.fromisoformat(update["due_at"]) == MONDAY
    assert update["created_at"] == "2026-03-02T08:00:00+00:00"
    assert by_kind["attempt"]["body"]["text"] == "Grüße 👋"
    assert by_kind["interaction"]["user"]["username"] == "bo"
    assert by_kind["audit"]["detail"] == {"position": "top"}
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    for each in secret:
        assert each not in "".join(lines)


def test_what_is_left_out_of_a_row_is_known(database: Path) -> None:
    """A new column is told unless somebody decides otherwise; this is where they say so."""
    lines: list[str] = []
    with using(database) as store:
        of_every_kind(store)
        export(store, lines.append)
        left_out = set()
        for row in map(json.loads, lines):
            kind = row["kind"]
            table = kind if kind in ("media", "audit") else kind.replace("reply", "replie") + "s"
            columns = {name for _, name, *_ in store.database.all(f"PRAGMA table_info({table})")}
            left_out |= {f"{kind}.{name}" for name in columns - set(row)}
    assert left_out == {"update.text_hash", "part.text_hash", "token.hash"}


def test_what_cannot_be_read_is_told_as_it_is(store: SqliteStore) -> None:
    of_every_kind(store)
    store.database.execute("UPDATE updates SET media = '{', scheduled_at = 1e300")
    lines: list[str] = []
    export(store, lines.append)
    (update,) = (row for row in map(json.loads, lines) if row["kind"] == "update")
    assert (update["media"], update["scheduled_at"]) == ("{", "1e+300")


def test_it_is_told_of_one_moment_and_not_remembered(database: Path) -> None:
    store, profile = opened(database), a_profile()
    store.profiles.insert(profile)
    store.updates.append([an_update(profile, text="x" * 2000) for _ in range(2000)])
    told: Counter[str] = Counter()

    def write(line: str) -> None:
        told[json.loads(line)["kind"]] += 1
        if sum(told.values()) == 1:  # somebody else adds one meanwhile
            with ThreadPoolExecutor(1) as thread:
                thread.submit(store.updates.append, [an_update(profile)]).result()

    tracemalloc.start()
    export(store, write)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    store.close()
    assert told == {"profile": 1, "update": 2000}
    assert most < 1_000_000, "2,000 posts of 2,000 characters were held at once"


# -- the commands


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.group(lambda *_: None, lambda *_: []), [str(w) for w in words])


def test_the_commands_say_what_they_did(
    database: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("SECRET_KEY", KEY)
    seeded(database)
    made = run("backup", file)
    assert (made.exit_code, made.stdout.count("\n")) == (0, 1)
    assert "1 post waiting, 1 picture, 0." in made.stdout
    assert "keep SECRET_KEY elsewhere" in made.stdout
    again = run("backup", file)
    assert (again.exit_code, again.stdout) == (2, "")
    assert "exists already" in again.stderr
    assert run("restore", file).exit_code == 2
    back = run("restore", "--replace", file)
    assert back.exit_code == 0, back.output
    assert "posts whose time has passed are held by the usual rules" in back.stdout
    assert "What was here is kept as" in back.stdout
    printed = run("export").stdout
    written = tmp_path / "all.jsonl"
    assert run("export", written).exit_code == 0
    assert written.read_text() == printed
    assert json.loads(printed.splitlines()[0])["kind"] == "profile"
    assert run("export", written).exit_code == 2


@pytest.mark.parametrize("words", [("backup", "x.tar"), ("restore", "x.tar")])
def test_a_database_in_memory_has_no_file(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    refused = run(*words)
    assert refused.exit_code == 2
    assert "in memory" in refused.stderr


if __name__ == "__main__":
    main(Path(sys.argv[1]))
