"""Copies a database into one file beside servers that write, brings it back, tells it as JSON lines. Knows no key.

A backup is a tar file: `buffer.db`, `media/<sha256>` for every file of it, and last, so that a file cut short is known
by its lack, `backup.json`. Logins in it are sealed as they are in the database; the key that opens them is not in it.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from sqlite_utils import Database as Toolbox

from buffer.model import UNBOUND, Actor, Notice, NoticeKind, new_id
from storage.disk import sync
from storage.owners import Owner, folder_beside
from storage.schema import migrations, unknown_in
from storage.sqlite.audit import Audit
from storage.sqlite.database import Database
from storage.sqlite.media import folder_of
from storage.sqlite.outbox import Outbox
from storage.sqlite.store import SqliteStore
from storage.sqlite.teams import Teams

VERSION = 1
_DATABASE, _ABOUT, _MEDIA = "buffer.db", "backup.json", "media/"
_FILE = re.compile(rf"{_MEDIA}([0-9a-f]{{64}})")
_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database file, and would apply to whatever is put in its place."""

_PAGES, _PAUSE = 256, 0.002
"""A megabyte at a time, and the seconds between two that leave the disk to those who write."""

_LOOK = "Restored from a backup: look on the network whether it is there."
_WAITING = "state IN ('queued', 'scheduled')"
_STOP = "Stop everything that runs on this database, then restore it."


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """What is in one: `posts` that wait, `files` of media; `lost` ones are missing or damaged on this disk."""

    posts: int
    files: int
    lost: int
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was brought back from a copy taken then, and marked.

    `posts` wait; `looked_for` are all that are not sent, and are looked for on their networks before they are;
    `replies` are unconfirmed now; `lines` are looked up in Slack before they are said; `logins` want their key;
    `lost` files of media were not in the backup; `kept` is what the database that was here is called now.
    """

    taken_at: datetime
    posts: int
    looked_for: int
    replies: int
    lines: int
    logins: int
    files: int
    lost: int
    kept: Path | None = None


# -- there


def backup(database: Path, to: Path, now: datetime) -> Backup:
    """Write the file `to`, whole or not at all; `now` is before the copy is begun. Raises ValueError, a sentence."""
    if not database.is_file():
        raise ValueError(f"There is no database {database}: see DATABASE_URL.")
    with new_file(to) as part:
        copy = part.with_name("copy")
        _copy(database, copy)
        if damage := _damage(copy):
            raise ValueError(
                f"The database is damaged ({damage}), so no backup was made. Restore the last one that is whole."
            )
        with closing(sqlite3.connect(copy)) as copied:
            (posts,) = copied.execute(f"SELECT count(*) FROM updates WHERE {_WAITING}").fetchone()
            wanted = _wanted(copied)
        with tarfile.open(part, "w") as tar:
            with copy.open("rb") as content:
                _add(tar, _DATABASE, content, now)
            files = [_add_file(tar, folder_of(database), digest, now) for digest in wanted]
            about = {"taken_at": now.timestamp(), "version": VERSION}
            _add(tar, _ABOUT, io.BytesIO(json.dumps(about).encode()), now)
        return Backup(
            posts=posts,
            files=sum(files),
            lost=len(files) - sum(files),
            bytes=part.stat().st_size,
        )


@contextmanager
def new_file(to: Path) -> Iterator[Path]:
    """Where to write what becomes this file, for its owner alone, once it is whole and on the disk. Raises ValueError,
    a sentence, when there is one."""
    _refuse_to_overwrite(to)
    if not to.parent.is_dir():
        raise ValueError(f"There is no folder {to.parent}: make it first.")
    with TemporaryDirectory(prefix=f"{to.name}.part-", dir=to.parent) as folder:
        part = Path(folder) / "part"
        part.touch(mode=0o600)
        yield part
        sync(part)
        _refuse_to_overwrite(to)
        part.rename(to)
        sync(to.parent)


def _refuse_to_overwrite(to: Path) -> None:
    if to.exists() or to.is_symlink():
        raise ValueError(f"{to} exists already, and is not overwritten: choose another name.")


def _copy(database: Path, copy: Path) -> None:
    """As it is at one moment, however much is written meanwhile."""
    try:
        with closing(_opened(database)) as source, closing(sqlite3.connect(copy)) as target:
            # A copy begins anew whenever another connection writes between two of its steps
            # (sqlite.org/c3ref/backup_finish.html, 2026-11), so beside a busy server it never ends; a read transaction
            # keeps to its own snapshot (sqlite.org/isolation.html, 2026-11), and every step then reads that one.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(target, pages=_PAGES, progress=lambda *_: time.sleep(_PAUSE))
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise ValueError(f"{database} could not be copied: {error}.") from error


def _opened(database: Path, timeout: float = 5.0) -> sqlite3.Connection:
    """A connection of our own to a database there is."""
    address = f"{database.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=timeout)


def _damage(database: Path) -> str:
    """What is wrong with it; nothing if it is whole."""
    try:
        with closing(_opened(database)) as opened:
            (verdict,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if verdict == "ok" else " ".join(str(verdict).split())


def _wanted(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT DISTINCT sha256 FROM media ORDER BY sha256")
    return [digest for (digest,) in found]


def _add_file(tar: tarfile.TarFile, folder: Path, digest: str, now: datetime) -> bool:
    """False for one that is gone or not what it should be: a restore would refuse it."""
    path = folder / digest[:2] / digest
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        return False
    _add(tar, _MEDIA + digest, io.BytesIO(content), now)
    return True


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], now: datetime) -> None:
    member = tarfile.TarInfo(name)
    member.size = content.seek(0, os.SEEK_END)
    member.mtime, member.mode = int(now.timestamp()), 0o600
    content.seek(0)
    tar.addfile(member, content)


# -- and back


def restore(file: Path, database: Path, now: datetime, *, replace: bool) -> Restored:
    """Bring a backup back and mark in it what may have been sent since. With `replace` the database that is here, and
    its media, are kept under another name.

    Raises ValueError, a sentence; nothing is changed then. Whenever it is killed, what was here or what was restored
    is whole.
    """
    if not file.is_file():
        raise ValueError(f"There is no file {file}.")
    is_here = any(Path(f"{database}{each}").exists() for each in ("", *_BESIDE))
    if is_here and not replace:
        raise ValueError(
            f"{database} exists already: with --replace it is set aside, and the backup takes its place."
        )
    aside = database.with_stem(f"{database.stem}-before-{now:%Y%m%dT%H%M%SZ}") if is_here else None
    if aside and (aside.exists() or folder_of(aside).exists()):
        raise ValueError(f"{aside} exists already: restore again in a second.")
    database.parent.mkdir(parents=True, exist_ok=True)
    with _alone(database), _staging(database) as folder:
        staged = folder / _DATABASE
        try:
            taken_at = min(_unpacked(file, staged), now)
            marked = _marked(staged, file, taken_at, now)
            _settle(staged)
        except sqlite3.Error as error:
            raise ValueError(f"The database in {file} cannot be used: {error}.") from error
        _check_unused(database)
        _put_in_place(staged, database, aside)
    return dataclasses.replace(marked, kept=aside)


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """No server runs on it, and none opens it meanwhile: `Database` asks for the same lock."""
    with Path(f"{database}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(f"Another process is opening {database}. {_STOP}") from error
        folder = folder_beside(str(database))
        visitor = Owner("", folder, None)
        for path in folder.iterdir() if folder and folder.is_dir() else ():
            if visitor.alive(path.name):
                pid = path.name.partition("-")[0]
                raise ValueError(f"slack-buffer runs here (process {pid}). {_STOP}")
        yield


def _check_unused(database: Path) -> None:
    """What is no server may have it open, too. One that is missing or damaged is passed over: that is what a backup is
    for."""
    try:
        _settle(database)
    except sqlite3.Error as error:
        # The low byte is the plain code (sqlite.org/rescode.html, 2026-11).
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise ValueError(f"Another process uses {database}. {_STOP}") from error


def _settle(database: Path) -> None:
    """All of it in its one file. Leaving WAL mode wants the file for itself, so it fails while another connection is
    open, even an idle one, and it brings in and deletes the -wal (sqlite.org/wal.html, 2026-11)."""
    with closing(_opened(database, timeout=0)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _staging(database: Path) -> Iterator[Path]:
    """A folder beside the database, on its disk. What a restore that was killed left in one is swept away."""
    prefix = f"{database.name}.restoring-"
    for path in database.parent.iterdir():
        if path.name.startswith(prefix):
            shutil.rmtree(path)
    with TemporaryDirectory(prefix=prefix, dir=database.parent) as folder:
        yield Path(folder)


def _unpacked(file: Path, staged: Path) -> datetime:
    """Its database, examined, with its media beside it; when the copy was taken."""
    about = staged.with_name(_ABOUT)
    try:
        with tarfile.open(file, "r:") as tar:
            for member in tar:
                _unpack(file, tar, member, staged)
    except tarfile.TarError as error:
        raise _no_backup(file) from error
    if not (about.exists() and staged.exists()):
        raise _no_backup(file)
    for path in _media(staged):
        with path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != path.name:
                raise ValueError(
                    f"The picture {path.name} in {file} is damaged: take another backup."
                )
    if damage := _damage(staged):
        raise ValueError(f"The database in {file} is damaged ({damage}): take another backup.")
    _check_origin(file, staged)
    return _taken_at(file, about)


def _no_backup(file: Path) -> ValueError:
    return ValueError(
        f"{file} is no backup, or not all of one. If it was compressed since, unpack it first."
    )


def _unpack(file: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, staged: Path) -> None:
    """One member, to the place that we know for its name: what a name says of folders leads nowhere."""
    place = {_DATABASE: staged, _ABOUT: staged.with_name(_ABOUT)}.get(member.name)
    if named := _FILE.fullmatch(member.name):
        place = folder_of(staged) / named[1][:2] / named[1]
    content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
    if place is None or content is None or place.exists():
        raise ValueError(
            f"{file} holds “{member.name}”, which no backup does. Nothing was touched."
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as target:
        shutil.copyfileobj(content, target)
    sync(place)


def _media(database: Path) -> list[Path]:
    return [path for path in folder_of(database).glob("??/*") if path.is_file()]


def _check_origin(file: Path, staged: Path) -> None:
    """Whether the database in it is one of ours, and this program knows all that was done to it."""
    with closing(_opened(staged)) as opened:
        if not migrations.applied(Toolbox(opened)):
            raise _no_backup(file)
        if unknown_in(opened):
            raise _too_new(file)


def _too_new(file: Path) -> ValueError:
    return ValueError(f"{file} was made by a newer slack-buffer: restore it with that one.")


def _taken_at(file: Path, about: Path) -> datetime:
    try:
        told = json.loads(about.read_text())
        is_too_new = told["version"] > VERSION
        taken_at = datetime.fromtimestamp(float(told["taken_at"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _no_backup(file) from error
    if is_too_new:
        raise _too_new(file)
    return taken_at


def _put_in_place(staged: Path, database: Path, aside: Path | None) -> None:
    """Files of media have their content's name and are never changed, so those of both databases lie side by side
    until one rename has changed the database."""
    sync(staged)
    old = _media(database) if aside else []
    new = _media(staged)
    if aside:
        _link(old, folder_of(aside))
    _move(new, folder_of(database))
    if aside:
        for each in ("", *_BESIDE):
            if (path := Path(f"{database}{each}")).exists():
                os.link(path, f"{aside}{each}")
        for each in _BESIDE:  # there are none, unless the database was damaged
            Path(f"{database}{each}").unlink(missing_ok=True)
    staged.replace(database)
    sync(database.parent)
    wanted = {path.name for path in new}
    for path in old:
        if path.name not in wanted:
            path.unlink()


def _link(files: Iterable[Path], folder: Path) -> None:
    for path in files:
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        os.link(path, folder / path.parent.name / path.name)


def _move(files: Iterable[Path], folder: Path) -> None:
    for path in files:
        place = folder / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        sync(place.parent)


# -- what may have happened since


def _marked(staged: Path, file: Path, taken_at: datetime, now: datetime) -> Restored:
    db = Database(str(staged))
    try:
        with db.transaction():
            looked_for = _look_before_sending(db, taken_at)
            lines = _look_before_saying(db)
            replies = _doubt_replies(db, now)
            _write_down(db, file, taken_at, now)
        wanted = {digest for (digest,) in db.all("SELECT DISTINCT sha256 FROM media")}
        here = {path.name for path in _media(staged)}
        if here - wanted:
            raise ValueError(f"{file} holds a picture that its database does not know.")
        return Restored(
            taken_at=taken_at,
            posts=_number(db, f"updates WHERE {_WAITING}"),
            looked_for=looked_for,
            replies=replies,
            lines=lines,
            logins=_number(db, "secrets"),
            files=len(here),
            lost=len(wanted - here),
        )
    finally:
        db.close()


def _look_before_sending(db: Database, taken_at: datetime) -> int:
    """Of one restored before and not sent since, the older copy counts. What was on the wire goes back into its place,
    and is looked for from then on: by its key alone, what was sent after a refusal would not be found."""
    looked_for = db.changed(
        "UPDATE updates SET look_since = min(:at, ifnull(look_since, :at), ifnull((SELECT wire_at FROM attempts"
        " WHERE update_id = updates.id AND outcome IS NULL), :at)) WHERE state <> 'sent'",
        {"at": taken_at.timestamp()},
    )
    db.execute(
        "UPDATE attempts SET phase = 'claimed', again_at = NULL WHERE outcome IS NULL AND phase = 'wire'"
    )
    return looked_for


def _look_before_saying(db: Database) -> int:
    """On the wire, and its poster dead: the outbox looks in Slack from the time a line was written on."""
    db.execute(
        "UPDATE outbox SET state = 'wire', owner = 'restored', wire_at = created_at WHERE state = 'waiting'"
    )
    return _number(db, "outbox WHERE state = 'wire'")


def _doubt_replies(db: Database, now: datetime) -> int:
    """Networks cannot be asked for comments of ours: their writers are told to look. One that was only asked about
    was not posted without a press, and stays."""
    found = db.all("SELECT id, team_id, channel FROM replies WHERE state IN ('waiting', 'sending')")
    for id, team_id, channel in found:
        db.execute(
            "UPDATE replies SET state = 'unconfirmed', owner = '', error = ? WHERE id = ?",
            (_LOOK, id),
        )
        if channel:
            line = Notice(
                id=new_id(now),
                team_id=team_id,
                kind=NoticeKind.REPLY_STATE,
                subject=id,
                target=channel,
                created_at=now,
            )
            Outbox(db).put(line)
    return len(found)


def _write_down(db: Database, file: Path, taken_at: datetime, now: datetime) -> None:
    team = Teams(db).current()
    actor = Actor(team_id=team.id if team else UNBOUND, user_id="", via="cli")
    Audit(db).write(actor, "restore", file.name, now, {"taken_at": taken_at.isoformat()})


def _number(db: Database, rows: str) -> int:
    found = db.one(f"SELECT count(*) FROM {rows}")
    assert found
    return int(found[0])


# -- told

_TOLD: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("team", "teams", frozenset()),
    ("profile", "profiles", frozenset({"schedules"})),
    ("feed", "feeds", frozenset({"settings"})),
    ("media", "media", frozenset()),
    ("update", "updates", frozenset({"media", "retweet", "statistics", "options"})),
    ("attempt", "attempts", frozenset({"body"})),
    ("part", "parts", frozenset()),
    ("link", "links", frozenset()),
    ("interaction", "interactions", frozenset({"user"})),
    ("reply", "replies", frozenset()),
    ("token", "tokens", frozenset()),
    ("audit", "audit", frozenset({"detail"})),
)
"""What is told of each row: its kind, its table, which columns are JSON. An object comes after those it names."""

_FLAGS = {"paused", "disconnected", "pinned", "shorten", "attachment", "shared_now", "ours"}
_LEFT_OUT = {"hash"}


def export(store: SqliteStore, write: Callable[[str], object]) -> None:
    """Write every row that is not a secret, or only passing, as a line of JSON; all of one moment, one at a time.

    Instants are ISO 8601 in UTC. Whatever cannot be read as what it should be is told as it is.
    """
    with store.snapshot():
        for kind, table, as_json in _TOLD:
            for row in store.database.execute(f"SELECT * FROM {table}"):
                told = {
                    name: _told(name, value, as_json)
                    for name, value in zip(row.keys(), row, strict=True)
                    if name not in _LEFT_OUT and not isinstance(value, bytes)
                }
                write(json.dumps({"kind": kind, **told}, ensure_ascii=False) + "\n")


def _told(name: str, value: Any, as_json: frozenset[str]) -> Any:
    try:
        if isinstance(value, float):  # the schema has no other REAL numbers than instants
            return datetime.fromtimestamp(value, UTC).isoformat()
        if name in as_json:
            return json.loads(value)
    except (ValueError, OverflowError, OSError):
        return str(value)
    return bool(value) if name in _FLAGS else value
