"""Work in processes of its own: started, stopped, waited for. The parent never has a thread or a connection."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

LIFETIME = 60
"""Seconds after which the system ends a child that has not ended: it is stuck."""


def fork(work: Callable[[], object], *, lifetime: int = LIFETIME) -> int:
    """Do it in a process of its own, which is taken for stuck after so many seconds."""
    child = os.fork()
    if not child:
        _do(work, lifetime)
    return child


def _do(work: Callable[[], object], lifetime: int) -> NoReturn:
    signal.alarm(lifetime)
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(child: int) -> str:
    """How it ended: nothing for well, else "killed", "stuck" or "error"."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {0: "", -signal.SIGKILL: "killed", -signal.SIGALRM: "stuck"}.get(code, "error")


def number_from(work: Callable[[], int]) -> int:
    """What it returns, found out in a process of its own."""
    out, into = os.pipe()
    child = fork(lambda: os.write(into, str(work()).encode()))
    os.close(into)
    with os.fdopen(out) as pipe:
        said = pipe.read()
    assert not ended(child), "it ended in an error"
    return int(said)


def has_stopped(child: int) -> bool:
    """Wait until it stops itself or ends; whether it stopped. Its end is still to be waited for."""
    found = os.waitid(os.P_PID, child, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
    return found is not None and found.si_code == os.CLD_STOPPED


def kills_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stops_itself() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
