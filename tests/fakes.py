"""Fakes with verbs, held to the same contracts as the real things."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from buffer.errors import Code, Refused, Unclear
from buffer.model import (
    Event,
    Found,
    Interaction,
    Limits,
    Native,
    Profile,
    Receipt,
    Reply,
    Seen,
    Update,
)
from buffer.ports import Account, Can, Certainty, Field, Heard, Step


class FakeClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def steady(self) -> float:
        """As a clock in seconds that nobody sets: then nobody has set this one either."""
        return self.now.timestamp()

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
        self.can = frozenset(Can) - {Can.TELL}
        self.posts: list[Update] = []
        self.cannot_be_searched = False
        self.dies_while_looking = False
        self.threads: list[list[str]] = []
        self.replies: list[tuple[Update | None, Interaction | None, str]] = []
        self.calls: list[str] = []
        self.reports: list[Found] = []
        self.shows: dict[str, Seen | None] = {}
        self.made_there: list[Native] = []
        self.gone: set[str] = set()
        self.edits: list[tuple[str, str]] = []
        self.deleted: list[str] = []
        self.asked_for: list[Profile] = []
        self.looked_at: list[tuple[str, ...]] = []
        self.mark = ""
        self.liked: set[str] = set()
        self.marks: list[str] = []
        self._limits = limits
        self._by_key: dict[str, Receipt] = {}
        self._troubles: list[BaseException | None] = []
        self._after: list[BaseException | None] = []
        self._open = threading.Event()
        self._open.set()

    def takes_no_comments(self) -> None:
        """What is said in a thread cannot go there."""
        self._limits = replace(self._limits, comments=False)

    def refuses(self, reason: str) -> None:
        """The next request is turned down for certain."""
        self._troubles.append(Refused(reason, Code.UPDATE_NOT_SAVED))

    def raises(self, error: Exception) -> None:
        """The next request fails so, and nothing is out."""
        self._troubles.append(error)

    def loses_the_answer(self, after: int = 0) -> None:
        """A request is carried out, but nobody hears of it: the next, or one after so many others."""
        self._after += [None] * after + [Unclear("The network stopped answering.")]

    def fails_after(self, publishes: int, error: BaseException) -> None:
        """So many go out, then one fails like this."""
        self._troubles += [None] * publishes + [error]

    def has_already(self, update: Update) -> None:
        """Somebody posted it with a key that we do not know."""
        self.posts.append(update)

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

    fields = (Field(name="token", label="Token", secret=True),)

    def connect(self, form: Mapping[str, str]) -> Account | Step:
        self._begin("connect")
        token = form["token"]
        return Account(service_id=f"account of {token}", name="fake", login={"token": token})

    def disconnect(self, profile: Profile) -> None:
        self._begin("disconnect")

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        self._begin("publish")
        if self.certainty is Certainty.KEYED and key in self._by_key:
            return self._by_key[key]
        self.posts.append(update)
        self.threads.append([each.service_id for each in thread])
        receipt = Receipt(
            service_id=f"p{len(self.posts)}", link=f"https://example.org/p{len(self.posts)}"
        )
        self._by_key[key] = receipt
        self._end()
        return receipt

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        self.calls.append("find")
        assert self._open.wait(30), "nobody woke the network"
        if self.cannot_be_searched:
            raise Refused("Nobody can look.")
        if self.dies_while_looking:
            self.dies_while_looking = False
            raise SystemExit
        found = self._by_key.get(key)
        return found or (self._same_words(update, since) if since else None)

    def _same_words(self, update: Update, since: datetime) -> Receipt | None:
        for number, post in enumerate(self.posts, 1):
            if (post.text, post.id) == (update.text, update.id) and post.created_at >= since:
                return Receipt(service_id=f"p{number}", link=f"https://example.org/p{number}")
        return None

    def interactions(
        self, profile: Profile, since: datetime, *, mark: str = "", posts: Sequence[str] = ()
    ) -> Heard:
        self.asked_for.append(profile)
        self._begin("interactions")
        self.looked_at.append(tuple(posts))
        self.marks.append(mark)
        return Heard(
            mark=self.mark,
            found=[found for found in self.reports if found.created_at >= since],
            seen={post: self.shows.get(post, Seen()) for post in posts},
        )

    def natives(self, profile: Profile, since: datetime) -> Sequence[Native]:
        self._begin("natives")
        return [each for each in self.made_there if each.created_at >= since]

    def is_gone(self, profile: Profile, to: Interaction) -> bool:
        self._begin("is_gone")
        return to.service_id in self.gone

    def edit_reply(self, profile: Profile, reply: Reply, to: Interaction | None, text: str) -> None:
        self._begin("edit_reply")
        self.edits.append((reply.service_id, text))

    def delete_reply(self, profile: Profile, reply: Reply) -> None:
        self._begin("delete_reply")
        self.deleted.append(reply.service_id)

    def reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        self._begin("reply")
        if self.certainty is Certainty.KEYED and key in self._by_key:
            return self._by_key[key]
        self.replies.append((update, to, text))
        receipt = self._by_key[key] = Receipt(service_id=f"r{len(self.replies)}")
        self._end()
        return receipt

    def find_reply(
        self, profile: Profile, update: Update | None, to: Interaction | None, text: str, key: str
    ) -> Receipt | None:
        self.calls.append("find_reply")
        if self.cannot_be_searched:
            raise Refused("Nobody can look.")
        return self._by_key.get(key)

    def like(self, profile: Profile, to: Interaction, key: str) -> None:
        self._begin("like")
        self.liked.add(to.service_id)

    def _begin(self, call: str) -> None:
        self.calls.append(call)
        assert self._open.wait(30), "nobody woke the network"
        if self._troubles and (trouble := self._troubles.pop(0)):
            raise trouble

    def _end(self) -> None:
        if self._after and (trouble := self._after.pop(0)):
            raise trouble
