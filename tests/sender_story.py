"""A profile, a network and a sender that can die: what the tests of the sender tell their stories with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from buffer.model import NoticeKind, Profile, State, Update, new_id
from buffer.sender import Crew, Sender
from cast import ADA, MONDAY, a_profile
from fakes import FakeClock, FakeNetwork
from storage import SqliteStore
from storage.owners import Owner, folder_beside

CHANNEL = "C0SOCIAL"
NINE = MONDAY + timedelta(hours=1)


class Story:
    """A profile, a network and a sender that can die."""

    def __init__(self, store: SqliteStore, network: FakeNetwork, clock: FakeClock) -> None:
        self.store, self.network, self.clock = store, network, clock
        self.folder = folder_beside(store.database.path)
        self.profile = self.has_profile()
        self.store.feeds.follow(ADA.team_id, CHANNEL, self.profile.id)
        self.starts()

    def has_profile(self, **changes: Any) -> Profile:
        profile = a_profile(**changes)
        with self.store.transaction():
            self.store.profiles.insert(profile)
        return profile

    def starts(self) -> None:
        """A fresh sender, as after a restart."""
        self.owner = Owner.take(self.folder)
        self.sender = self.another(self.owner)

    def another(self, owner: Owner) -> Sender:
        crew = Crew(submit={"local": lambda work: work()}, size=20)
        return Sender(
            self.store,
            {"local": self.network},
            crew,
            owner=owner,
            clock=self.clock,
            admins=["U0ADMIN"],
        )

    def dies(self) -> None:
        """The process is gone: the system frees its lock, and nobody answers what was under way."""
        self.owner.release()

    def queues(self, text: str = "hello", **changes: Any) -> Update:
        profile = changes.pop("profile", self.profile)
        id = new_id(self.clock.now)
        plain: dict[str, Any] = {
            "id": id,
            "post_id": id,
            "team_id": profile.team_id,
            "profile_id": profile.id,
            "service": profile.service,
            "text": text,
            "state": State.SCHEDULED if "scheduled_at" in changes else State.QUEUED,
            "created_at": self.clock.now,
            "updated_at": self.clock.now,
            "user_id": ADA.user_id,
            "via": "slack",
        }
        update = Update(**(plain | changes))
        with self.store.transaction():
            self.store.updates.append([update])
            self.store.profiles.refresh(profile.id)
        return update

    def at(self, when: datetime) -> Self:
        self.clock.now = when
        return self

    def passes(self, span: timedelta) -> Self:
        self.clock.passes(span)
        return self

    def sends(self) -> Self:
        """Ticks until there is nothing more to do at this instant."""
        for _ in range(100):
            if not self.sender.tick(self.clock.now):
                return self
        raise AssertionError("the sender does not come to rest")

    def state(self, update: Update) -> State:
        return self.now(update).state

    def now(self, update: Update) -> Update:
        found = self.store.updates.get(update.team_id, update.id)
        assert found
        return found

    def said(self, update: Update) -> list[tuple[NoticeKind, str]]:
        """The notices about an update, read straight from the table: (kind, target)."""
        rows = self.store.database.all(
            "SELECT kind, target FROM outbox WHERE subject = ? ORDER BY rowid", (update.id,)
        )
        return [(NoticeKind(kind), target) for kind, target in rows]

    def out(self) -> list[str]:
        return [post.text for post in self.network.posts]
