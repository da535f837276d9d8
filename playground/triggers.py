"""Trigger ids: each lives 3 seconds and opens one view. Kept in memory; they die with us."""

import secrets
import threading
from dataclasses import dataclass

from playground.errors import SlackError
from playground.workspace import Clock

# docs.slack.dev/interactivity/handling-user-interaction: 3 seconds, one use (2026-11).
LIFE = 3.0
KEPT = 1000


@dataclass(kw_only=True, slots=True)
class Trigger:
    """Who caused it and where; `view_id` if it came from inside a modal."""

    user: str
    channel: str | None
    view_id: str | None
    expires: float
    used: bool = False


class Triggers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._triggers: dict[str, Trigger] = {}

    def issue(self, user: str, channel: str | None = None, view_id: str | None = None) -> str:
        id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        trigger = Trigger(user=user, channel=channel, view_id=view_id, expires=self._clock() + LIFE)
        with self._lock:
            while len(self._triggers) >= KEPT:
                self._triggers.pop(next(iter(self._triggers)))
            self._triggers[id] = trigger
        return id

    def redeem(self, id: object) -> Trigger:
        """Raises SlackError: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id."""
        with self._lock:
            trigger = self._triggers.get(str(id))
            if trigger is None:
                raise SlackError("invalid_trigger_id")
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            if self._clock() > trigger.expires:
                raise SlackError("expired_trigger_id")
            trigger.used = True
            return trigger
