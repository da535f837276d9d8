"""Fakes with verbs, held to the same contracts as the real things."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from buffer.errors import Code, Refused, Unclear
from buffer.model import Event, Found, Interaction, Limits, Profile, Receipt, Update
from buffer.ports import Certainty


class FakeClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def passes(self, span: timedelta) -> None:
        self.now += span


class FakeNetwork:
    """A network in a list. `posts` is what is out, `calls` what was asked of it."""

    def __init__(
        self,
        certainty: Certainty = Certainty.KEYED,
        *,
        limits: Limits = Limits(characters=500),  # noqa: B008  frozen
        events: frozenset[Event] = frozenset(Event),
    ) -> None:
        self.certainty = certainty
        self.events = events
        self.posts: list[Update] = []
        self.replies: list[tuple[Update, Interaction | None, str]] = []
        self.calls: list[str] = []
        self.reports: list[Found] = []
        self._limits = limits
        self._by_key: dict[str, Receipt] = {}
        self._troubles: list[Exception] = []
        self._after: list[Exception] = []
        self._open = threading.Event()
        self._open.set()

    def refuses(self, reason: str) -> None:
        """The next request is turned down for certain."""
        self._troubles.append(Refused(reason, Code.UPDATE_NOT_SAVED))

    def raises(self, error: Exception) -> None:
        """The next request fails so, and nothing is out."""
        self._troubles.append(error)

    def loses_the_answer(self) -> None:
        """The next request is carried out, but nobody hears of it."""
        self._after.append(Unclear("The network stopped answering."))

    def hangs(self) -> None:
        """Requests wait until `wakes`."""
        self._open.clear()

    def wakes(self) -> None:
        self._open.set()

    def reports_back(self, *found: Found) -> None:
        """What people did, for the next look."""
        self.reports.extend(found)

    # -- the port

    def limits(self, profile: Profile) -> Limits:
        return self._limits

    def publish(self, profile: Profile, update: Update, key: str) -> Receipt:
        self._begin("publish")
        if self.certainty is Certainty.KEYED and key in self._by_key:
            return self._by_key[key]
        self.posts.append(update)
        receipt = Receipt(
            service_id=f"p{len(self.posts)}", link=f"https://example.org/p{len(self.posts)}"
        )
        self._by_key[key] = receipt
        self._end()
        return receipt

    def find(self, profile: Profile, update: Update, key: str) -> Receipt | None:
        self._begin("find")
        return self._by_key.get(key)

    def interactions(self, profile: Profile, since: datetime) -> Sequence[Found]:
        self._begin("interactions")
        return [found for found in self.reports if found.created_at >= since]

    def reply(
        self, profile: Profile, update: Update, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        self._begin("reply")
        if self.certainty is Certainty.KEYED and key in self._by_key:
            return self._by_key[key]
        self.replies.append((update, to, text))
        receipt = self._by_key[key] = Receipt(service_id=f"r{len(self.replies)}")
        self._end()
        return receipt

    def _begin(self, call: str) -> None:
        self.calls.append(call)
        assert self._open.wait(30), "nobody woke the network"
        if self._troubles:
            raise self._troubles.pop(0)

    def _end(self) -> None:
        if self._after:
            raise self._after.pop(0)
