"""The points at which something may happen to a sender: before every call on SQLite, and round every one on a socket.

They lie below all code of ours, at the connection and the socket themselves.
"""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

Deed = Callable[[int, str], None]

BEFORE = {"connect": "connect", "sendall": "write", "recv_into": "read"}
AFTER = {"connect": "connected", "sendall": "written", "recv_into": "was read"}
SOCKET = frozenset(BEFORE.values()) | frozenset(AFTER.values())


class Points:
    """Counts the points passed; at each it is told of, `deed` may kill, stop or raise."""

    def __init__(
        self, deed: Deed = lambda _number, _name: None, *, only: frozenset[str] | None = None
    ) -> None:
        """`only` counts the points of these names; None counts all."""
        self.passed = 0
        self.names: list[str] = []
        self._deed, self._only = deed, only
        self._armed = 1

    def __call__(self, name: str) -> None:
        if self._armed == 1 and (self._only is None or name in self._only):
            self.passed += 1
            self.names.append(name)
            self._deed(self.passed, name)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """What the rig itself does is no point."""
        self._armed -= 1
        try:
            yield
        finally:
            self._armed += 1


@contextmanager
def watched(points: Points) -> Iterator[None]:
    """Everything this process does on SQLite and on sockets passes these points."""

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
            try:
                points(name_of(sql))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_IOERR and self.in_transaction:
                    super().execute("ROLLBACK")  # as SQLite does by itself
                raise
            return super().execute(sql, values)

    with ExitStack() as stack:
        connect = partial(sqlite3.connect, factory=Connection)
        stack.enter_context(patch.object(sqlite3, "connect", connect))
        for method in BEFORE:
            stack.enter_context(patch.object(socket.socket, method, passing(points, method)))
        yield


def passing(points: Points, method: str) -> Callable[..., Any]:
    real = getattr(socket.socket, method)

    def call(self: socket.socket, *args: Any) -> Any:
        points(BEFORE[method])
        result = real(self, *args)
        points(AFTER[method])
        return result

    return call


def name_of(sql: str) -> str:
    """The first word of a statement, and for a write its table."""
    words = sql.split()
    match words[0]:
        case "UPDATE":
            return f"UPDATE {words[1]}"
        case "INSERT" | "DELETE":
            return f"{words[0]} {words[words.index('INTO' if 'INTO' in words else 'FROM') + 1]}"
    return words[0]
