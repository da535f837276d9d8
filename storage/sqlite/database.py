"""One SQLite file: a connection per thread, one write lock, transactions. Knows no table."""

from __future__ import annotations

import fcntl
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Toolbox

from buffer.errors import Busy
from buffer.model import Topic
from storage.schema import migrations, unknown_in

log = logging.getLogger("database")

DISK_FULL = "The disk is full. Nothing was saved; make room and try again."

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -16000",
    "PRAGMA temp_store = MEMORY",
)


class Database:
    """A file, opened once per thread. `:memory:` is one connection behind one lock, for tests.

    `patience` is how long, in seconds, a statement waits for another process before it is Busy.
    `on_commit` is called with the topics that a transaction of this process touched, so that whoever waits for work
    need not poll, and is not woken by what is none of theirs.
    """

    def __init__(self, path: str, *, patience: float = 2.0) -> None:
        self.path = path
        self._patience = patience
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._write_lock = threading.RLock()
        self._shared = self._connect() if path == ":memory:" else None
        self.on_commit: Callable[[frozenset[Topic]], None] = lambda _topics: None
        self._migrate()

    def execute(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement on this thread's connection. Raises Busy."""
        if self._shared:
            with self._write_lock:
                return _run(self._shared, sql, values)
        return _run(self._mine(), sql, values)

    def all(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        return self.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.execute(sql, values).fetchone()
        return row

    def changed(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> int:
        """Run one write and say how many rows it changed."""
        return self.execute(sql, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One write, whole or not at all. Joins the transaction this thread has open already.

        SQLite's own waiting is neither fair nor fast between threads; the lock in front of it keeps the tail of
        writes short (measured: p99 of 8 writers from 244–533 ms to 18–62 ms).
        """
        if self._is_open():
            yield
            return
        if not self._write_lock.acquire(timeout=self._patience):
            raise Busy
        try:
            with self._begun("BEGIN IMMEDIATE"):
                yield
            topics = frozenset(self._touched())
        finally:
            self._touched().clear()
            self._write_lock.release()
        if topics:
            self.on_commit(topics)

    def touch(self, topic: Topic) -> None:
        """Say, inside a transaction, that it made something to do."""
        self._touched().add(topic)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads of one state."""
        if self._is_open():
            yield
        elif self._shared:
            with self._write_lock, self._begun("BEGIN"):
                yield
        else:
            with self._begun("BEGIN"):
                yield

    def close(self) -> None:
        """Close every thread's connection; call when their threads are done."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def _touched(self) -> set[Topic]:
        touched: set[Topic] | None = getattr(self._local, "touched", None)
        if touched is None:
            touched = self._local.touched = set()
        return touched

    def _is_open(self) -> bool:
        return getattr(self._local, "is_open", False)

    @contextmanager
    def _begun(self, begin: str) -> Iterator[None]:
        self.execute(begin)
        self._local.is_open = True
        try:
            yield
            self.execute("COMMIT")
        finally:
            self._local.is_open = False
            if self._mine().in_transaction:
                self._roll_back()

    def _roll_back(self) -> None:
        """A connection that cannot is given up, which is a rollback too: kept, it would join every later write to one
        that never ends."""
        connection = self._mine()
        try:
            connection.execute("ROLLBACK")
        except sqlite3.Error:
            if self._shared:
                raise
            log.exception("cannot roll back")
            self._local.connection = None
            self._connections.remove(connection)
            connection.close()

    def _mine(self) -> sqlite3.Connection:
        if self._shared:
            return self._shared
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, timeout=self._patience, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        self._connections.append(connection)
        return connection

    def _migrate(self) -> None:
        """Bring the schema up to date, one process at a time: two that start together would both try. Raises
        ValueError, a sentence, for a database that a newer version has changed."""
        if self._shared:
            migrations.apply(Toolbox(self._shared))
            return
        with Path(f"{self.path}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            connection = self._mine()
            connection.execute("PRAGMA journal_mode = WAL")
            if unknown_in(connection):
                self.close()
                raise ValueError(
                    f"{self.path} was written by a newer slack-buffer: run that one, or restore a backup."
                )
            migrations.apply(Toolbox(connection))


def _run(
    connection: sqlite3.Connection, sql: str, values: Sequence[Any] | dict[str, Any]
) -> sqlite3.Cursor:
    try:
        return connection.execute(sql, values)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Busy from error
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise Busy(DISK_FULL) from error
        raise
