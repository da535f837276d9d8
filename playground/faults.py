"""What tests can make go wrong between this Slack and the bot. Everything is off at first."""

import threading
from dataclasses import dataclass
from typing import Literal


@dataclass(kw_only=True, slots=True)
class Fault:
    """What happens to calls of a method (of all, if none is named), `left` times."""

    kind: Literal["status", "error", "hang"]
    method: str | None
    left: int | None
    status: int = 200
    retry_after: int | None = None
    error: str = ""


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._released = threading.Event()
        self.drop_acks = 0
        """So many of the bot's next answers never arrive."""
        self.copies = {"command": 1, "interaction": 1, "event": 1}
        """How often each is delivered; an event's further copies carry X-Slack-Retry-Num."""

    def down(self, *methods: str, status: int = 503, times: int | None = None) -> None:
        """The Web API (or these methods of it) answers with this status."""
        for method in methods or (None,):
            self._add(Fault(kind="status", method=method, left=times, status=status))

    def rate_limits(self, method: str, *, retry_after: int = 1, times: int | None = 1) -> None:
        self._add(
            Fault(kind="status", method=method, left=times, status=429, retry_after=retry_after)
        )

    def refuses(self, method: str, error: str, *, times: int | None = 1) -> None:
        """The method answers `ok: false` with this error."""
        self._add(Fault(kind="error", method=method, left=times, error=error))

    def hangs(self, method: str, *, times: int | None = 1) -> None:
        """The method does its work, but the answer never arrives."""
        self._add(Fault(kind="hang", method=method, left=times))

    def clear(self) -> None:
        """All well again; what hangs is let go."""
        with self._lock:
            self._faults.clear()
            self.drop_acks = 0
            self.copies = dict.fromkeys(self.copies, 1)
            self._released.set()
            self._released = threading.Event()

    def take(self, method: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.left != 0 and fault.method in (None, method):
                    if fault.left is not None:
                        fault.left -= 1
                    return fault
        return None

    def take_dropped_ack(self) -> bool:
        with self._lock:
            if self.drop_acks < 1:
                return False
            self.drop_acks -= 1
            return True

    def hang(self) -> None:
        """Stay until `clear` is called, a minute at most."""
        self._released.wait(60)

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)
