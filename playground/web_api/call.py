"""One call of a Web API method: its arguments, and what a method may touch."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playground import scopes
from playground.cast import BOT_USER, Channel
from playground.errors import Payload, SlackError
from playground.modals import Modals
from playground.posts import Posts
from playground.triggers import Triggers
from playground.workspace import Entry, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Slack:
    """The parts a method works on."""

    workspace: Workspace
    posts: Posts
    modals: Modals
    triggers: Triggers

    def channel(self, call: "Call", name: str = "channel") -> Channel:
        """By id, by #name, or a person's id for the direct message with them."""
        wanted = call.text(name)
        if not wanted:
            raise SlackError("channel_not_found")
        for channel in self.workspace.channels.values():
            direct = channel.kind == "im" and wanted in channel.members and wanted != BOT_USER
            if wanted == channel.id or direct or (channel.name and wanted == f"#{channel.name}"):
                return channel
        raise SlackError("channel_not_found")

    def joined(self, call: "Call") -> Channel:
        """Raises SlackError: channel_not_found, not_in_channel."""
        channel = self.channel(call)
        if not channel.bot_in:
            raise SlackError("not_in_channel")
        return channel

    def writable(self, call: "Call") -> Channel:
        """As `joined`, or any public channel with the scope chat:write.public."""
        channel = self.channel(call)
        anywhere = scopes.ANYWHERE in (scopes.granted(self.workspace.manifest) or ())
        return channel if anywhere else self.joined(call)

    def check_scope(self, method: str, call: "Call") -> None:
        """Raises SlackError: missing_scope."""
        room = self.workspace.channels.get(call.text("channel"))
        direct = call.text("types") == "im" if room is None else room.kind == "im"
        scopes.check(self.workspace.manifest, method, direct=direct)

    def message(self, channel: Channel, ts: str) -> Entry:
        """Raises SlackError: message_not_found, also for ephemeral messages."""
        entry = self.workspace.entry(channel.id, ts)
        if entry is None or entry.only_for or entry.message.get("subtype") == "tombstone":
            raise SlackError("message_not_found")
        return entry


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments as a form or JSON brought them; a form's blocks and views are JSON in a string."""

    arguments: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        return value is True or str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.arguments.get(name) or default)
        except ValueError as error:
            raise SlackError("invalid_arguments", [f"{name} must be a number"]) from error

    def json(self, name: str, code: str = "invalid_arguments") -> Any:
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as error:
            raise SlackError(code) from error

    def needs(self, *names: str) -> None:
        for name in names:
            if not self.arguments.get(name):
                raise SlackError("invalid_arguments", [f"[ERROR] missing required field: {name}"])


Method = Callable[[Slack, Call], Payload]
