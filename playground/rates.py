"""Slack's rate limits on Web API methods, as buckets that refill. Knows no HTTP."""

import threading
from dataclasses import dataclass

from playground.workspace import Clock

# docs.slack.dev/apis/web-api/rate-limits and the methods' pages (2026-11): calls per minute.
TIER_2, TIER_3, TIER_4, SPECIAL = 20, 50, 100, 300
TIERS = {
    "conversations.list": TIER_2,
    "users.list": TIER_2,
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "conversations.info": TIER_3,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "conversations.open": TIER_3,
    "conversations.join": TIER_3,
    "reactions.add": TIER_3,
    "reactions.remove": TIER_2,
}
# One message a second and channel, with short bursts.
PER_CHANNEL, BURST = 60, 3
PER_WORKSPACE = 300


@dataclass(slots=True)
class Bucket:
    left: float
    at: float


class Rates:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def take(self, method: str, channel: str) -> int | None:
        """None, or the seconds to wait (Retry-After)."""
        if method == "chat.postMessage":
            waits = [
                self._take(f"{method} {channel}", PER_CHANNEL, BURST),
                self._take(method, PER_WORKSPACE, PER_WORKSPACE),
            ]
        else:
            tier = SPECIAL if method.startswith(("auth.", "api.")) else TIERS.get(method, TIER_4)
            waits = [self._take(method, tier, tier)]
        return max((wait for wait in waits if wait), default=None)

    def _take(self, name: str, per_minute: int, burst: int) -> int | None:
        now = self._clock()
        with self._lock:
            bucket = self._buckets.setdefault(name, Bucket(burst, now))
            bucket.left = min(burst, bucket.left + (now - bucket.at) * per_minute / 60)
            bucket.at = now
            if bucket.left < 1:
                return max(1, round((1 - bucket.left) * 60 / per_minute + 0.5))
            bucket.left -= 1
            return None
