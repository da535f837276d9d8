"""Slack's client as one person uses it: what it is made of, and what that person can see."""

from concurrent.futures import Future
from dataclasses import dataclass, field

from playground.acks import Acks
from playground.cast import Channel, Person
from playground.dispatch import Answer, Dispatcher
from playground.errors import NotPossible
from playground.events import Events
from playground.modals import Modals, Sheet
from playground.posts import Posts
from playground.responses import Responses
from playground.triggers import Triggers
from playground.workspace import Entry, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """What was done: the message it made, if any, and what was sent to the bot because of it."""

    ts: str | None = None
    sent: list[Future[Answer]] = field(default_factory=list)

    def answers(self, timeout: float = 10) -> list[Answer]:
        """The bot's answers to the first delivery of each; waits for them."""
        return [future.result(timeout) for future in self.sent]

    def answer(self, timeout: float = 10) -> Answer:
        """Its only or first answer. Raises NotPossible if the bot was sent nothing."""
        if not self.sent:
            raise NotPossible("The bot was told nothing of this.")
        return self.answers(timeout)[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """Its look-ups raise NotPossible."""

    workspace: Workspace
    dispatcher: Dispatcher
    events: Events
    posts: Posts
    modals: Modals
    triggers: Triggers
    responses: Responses
    acks: Acks

    def person(self, id: str) -> Person:
        person = self.workspace.people.get(id)
        if person is None or person.is_bot:
            raise NotPossible(f"There is nobody {id!r} to be.")
        return person

    def room(self, user: str, id: str) -> Channel:
        room = self.workspace.channels.get(id)
        if room is None or not room.seen_by(user):
            raise NotPossible(f"There is no channel {id!r}.")
        return room

    def entry(self, user: str, channel: str, ts: str) -> Entry:
        self.person(user)
        self.room(user, channel)
        entry = self.workspace.entry(channel, ts)
        if entry is None or entry.only_for not in (None, user):
            raise NotPossible(f"There is no message {ts} in {channel}.")
        return entry

    def own(self, user: str, channel: str, ts: str) -> Entry:
        entry = self.entry(user, channel, ts)
        if entry.message.get("user") != user:
            raise NotPossible("One can change only one's own messages.")
        return entry

    def view(self, user: str, view_id: str | None) -> Sheet:
        self.person(user)
        stack = self.modals.stack(user)
        found = self.modals.find(view_id=view_id) if view_id else stack[-1] if stack else None
        if found is None or found.user != user:
            raise NotPossible("There is no such view open.")
        return found
