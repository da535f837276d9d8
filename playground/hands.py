"""What a person does with messages, commands and shortcuts; the bot is told, never waited for."""

import re
from collections.abc import Iterable
from typing import Literal

from playground import files as file_objects
from playground import payloads, rich_text
from playground.cast import Channel, Person
from playground.client import Client, Deed
from playground.errors import NotPossible, Payload
from playground.workspace import Entry

# A path or a comment ("//") is text.
COMMAND = re.compile(r"/[\w.-]+(?=\s|$)")


class Hands:
    def __init__(self, client: Client) -> None:
        self._client = client

    def say(
        self,
        *,
        as_: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: Iterable[str] = (),
    ) -> Deed:
        """Say something; a text that begins with a known command is that command."""
        person, room = self._client.person(as_), self._client.room(as_, channel)
        files = list(dict.fromkeys(files))
        if COMMAND.match(text) and not files:
            return self._command(person, room, text, thread_ts)
        if not text.strip() and not files:
            raise NotPossible("There is nothing to say.")
        file_objects.check_count(files)
        if unknown := [id for id in files if id not in self._client.workspace.files]:
            raise NotPossible(f"There is no file {unknown[0]}.")
        entry, sent = self._client.posts.say(
            as_, channel, text, thread_ts=thread_ts, broadcast=broadcast, files=files
        )
        self._client.workspace.mark_seen(as_, channel)
        return Deed(ts=entry.ts, sent=sent)

    def edit(self, *, as_: str, channel: str, ts: str, text: str) -> Deed:
        entry = self._client.own(as_, channel, ts)
        return Deed(ts=ts, sent=self._client.posts.edit(entry, text, as_))

    def delete(self, *, as_: str, channel: str, ts: str) -> Deed:
        entry = self._client.entry(as_, channel, ts)
        if entry.only_for != as_:
            self._client.own(as_, channel, ts)
        return Deed(ts=ts, sent=self._client.posts.delete(entry))

    def upload(
        self, *, as_: str, name: str, body: bytes, mimetype: str = "", alt_text: str = ""
    ) -> Payload:
        """A file, to be named in `say` or used in a `file_input`."""
        self._client.person(as_)
        file_objects.check(name, len(body))
        return self._client.workspace.new_file(
            as_, name, body, mimetype=mimetype, alt_text=alt_text
        )

    def seen(self, *, as_: str, channel: str) -> None:
        self._client.room(as_, channel)
        self._client.workspace.mark_seen(as_, channel)

    def _command(self, person: Person, room: Channel, text: str, thread_ts: str | None) -> Deed:
        name, *after = text.split(maxsplit=1)
        rest = after[0].rstrip() if after else ""
        command = self._commands().get(name)
        if command is None or thread_ts:
            # Slack's own words; custom commands do not work inside threads
            # (docs.slack.dev/interactivity/implementing-slash-commands, 2026-11).
            wrong = "is not supported in threads. Sorry!" if command else "is not a valid command."
            self._client.workspace.toast(person.id, f"{name} {wrong}")
            return Deed()
        if command.get("should_escape"):
            rest = rich_text.plain(rest, self._client.posts.names())
        echo = Entry(channel=room.id, message=self._line(person, text), only_for=person.id)
        echo.pending, echo.echo = 1, True
        self._client.workspace.put(echo)
        fields = payloads.command(
            command=name,
            text=rest,
            person=person,
            channel=room,
            trigger_id=self._client.triggers.issue(person.id, room.id),
            response_url=self._client.responses.issue("command", person.id, room.id),
        )
        sent = self._client.dispatcher.command(
            fields, lambda a: self._client.acks.command(echo, text, a)
        )
        return Deed(sent=[sent])

    def _line(self, person: Person, text: str) -> Payload:
        ts = self._client.workspace.next_ts()
        return {"type": "message", "user": person.id, "text": rich_text.escape(text), "ts": ts}

    def _commands(self) -> dict[str, Payload]:
        found = self._client.workspace.manifest.get("features", {}).get("slash_commands", [])
        return {command["command"]: command for command in found}

    def shortcut(
        self, *, as_: str, callback_id: str, channel: str | None = None, ts: str | None = None
    ) -> Deed:
        """A message shortcut, with channel and ts, or a global one."""
        person = self._client.person(as_)
        kind: Literal["message", "global"] = "message" if ts else "global"
        known = self._client.workspace.manifest.get("features", {}).get("shortcuts", [])
        matching = [s for s in known if s["callback_id"] == callback_id and s["type"] == kind]
        if not matching:
            raise NotPossible(f"There is no {kind} shortcut {callback_id!r}.")
        trigger = self._client.triggers.issue(as_, channel if ts else None)
        payload: Payload = {
            "callback_id": callback_id,
            "action_ts": self._client.workspace.next_ts(),
        }
        if ts:
            payload |= self._message_action(as_, str(channel), ts)
        name = "message_action" if ts else "shortcut"
        whole = {**payloads.interaction(name, person, trigger), **payload}
        sent = self._client.dispatcher.interaction(
            whole, lambda a: self._client.acks.shortcut(matching[0]["name"], as_, a)
        )
        return Deed(sent=[sent])

    def _message_action(self, user: str, channel: str, ts: str) -> Payload:
        entry = self._client.entry(user, channel, ts)
        if entry.only_for:
            raise NotPossible("Slack offers no shortcuts on messages only you can see.")
        return {
            "channel": payloads.channel_of(self._client.workspace.channels[channel]),
            "message_ts": ts,
            "message": entry.message,
            "response_url": self._client.responses.issue("shortcut", user, channel, ts),
        }

    def open_home(self, *, as_: str, tab: Literal["home", "messages"] = "home") -> Deed:
        person = self._client.person(as_)
        direct = next(
            c.id
            for c in self._client.workspace.channels.values()
            if c.kind == "im" and as_ in c.members
        )
        home = self._client.modals.home(as_)
        view = home.for_bot() if home else None
        return Deed(sent=self._client.events.home_opened(person, direct, tab, view))
