"""Servers that answer as they are told, in bytes: for everything that goes wrong on a wire."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Talk = Callable[[socket.socket], None]


@contextmanager
def server(*talks: Talk) -> Iterator[str]:
    """Each connection gets the next talk; the last one goes on for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        number = 0
        while not stop.is_set():
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, suppress(ConnectionError):
                talks[min(number, len(talks) - 1)](line)
            number += 1

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def heard(line: socket.socket) -> bytes:
    """A whole request, with its body."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    for field in head.lower().split(b"\r\n"):
        if field.startswith(b"content-length:"):
            while len(body) < int(field.split(b":")[1]):
                body += _more(line)
    return head + b"\r\n\r\n" + body


def _more(line: socket.socket) -> bytes:
    found = line.recv(65536)
    if not found:
        raise ConnectionError("It ended in the middle of a request.")
    return found


def says(answer: bytes) -> Talk:
    def talk(line: socket.socket) -> None:
        heard(line)
        line.sendall(answer)

    return talk


def drips(answer: bytes) -> Talk:
    def talk(line: socket.socket) -> None:
        heard(line)
        try:
            for byte in answer * 1000:
                line.sendall(bytes([byte]))
                time.sleep(0.02)
        except OSError:
            return

    return talk


def resets(line: socket.socket) -> None:
    heard(line)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def hangs(line: socket.socket) -> None:
    heard(line)
    line.settimeout(5)
    try:
        line.recv(1)
    except OSError:
        return
