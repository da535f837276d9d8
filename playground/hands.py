"""What a person can do in Slack's client; each deed is queued for the bot, none waits for it."""

import re
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal

from playground import elements, payloads, rich_text
from playground.acks import Acks
from playground.cast import Channel, Person
from playground.dispatch import Answer, Dispatcher
from playground.elements import Values
from playground.errors import NotPossible, Payload
from playground.events import Events
from playground.modals import Modals, Sheet
from playground.posts import Posts
from playground.responses import Responses
from playground.triggers import Triggers
from playground.workspace import Entry, Workspace

# A path or a comment ("//") is text.
COMMAND = re.compile(r"/[\w.-]+(?=\s|$)")


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
class Hands:
    workspace: Workspace
    dispatcher: Dispatcher
    events: Events
    posts: Posts
    modals: Modals
    triggers: Triggers
    responses: Responses
    acks: Acks

    # -- messages --------------------------------------------------------------------------------

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
        person, room = self._person(as_), self._room(as_, channel)
        files = list(files)
        if COMMAND.match(text) and not files:
            return self._command(person, room, text, thread_ts)
        if not text.strip() and not files:
            raise NotPossible("There is nothing to say.")
        if unknown := [id for id in files if id not in self.workspace.files]:
            raise NotPossible(f"There is no file {unknown[0]}.")
        entry, sent = self.posts.say(
            as_, channel, text, thread_ts=thread_ts, broadcast=broadcast, files=files
        )
        self.workspace.mark_seen(as_, channel)
        return Deed(ts=entry.ts, sent=sent)

    def edit(self, *, as_: str, channel: str, ts: str, text: str) -> Deed:
        entry = self._own(as_, channel, ts)
        return Deed(ts=ts, sent=self.posts.edit(entry, text, as_))

    def delete(self, *, as_: str, channel: str, ts: str) -> Deed:
        entry = self._entry(as_, channel, ts)
        if entry.only_for != as_:
            self._own(as_, channel, ts)
        return Deed(ts=ts, sent=self.posts.delete(entry))

    def upload(
        self, *, as_: str, name: str, body: bytes, mimetype: str = "", alt_text: str = ""
    ) -> Payload:
        """A file, to be named in `say` or used in a `file_input`."""
        self._person(as_)
        return self.workspace.new_file(as_, name, body, mimetype=mimetype, alt_text=alt_text)

    def seen(self, *, as_: str, channel: str) -> None:
        self._room(as_, channel)
        self.workspace.mark_seen(as_, channel)

    def _command(self, person: Person, room: Channel, text: str, thread_ts: str | None) -> Deed:
        name, *after = text.split(maxsplit=1)
        rest = after[0].rstrip() if after else ""
        command = self._commands().get(name)
        if command is None or thread_ts:
            # Slack's own words; custom commands do not work inside threads
            # (docs.slack.dev/interactivity/implementing-slash-commands, 2026-11).
            wrong = "is not supported in threads. Sorry!" if command else "is not a valid command."
            self.workspace.toast(person.id, f"{name} {wrong}")
            return Deed()
        if command.get("should_escape"):
            rest = rich_text.plain(rest, self.posts.names())
        echo = Entry(channel=room.id, message=self._line(person, text), only_for=person.id)
        echo.pending, echo.echo = 1, True
        self.workspace.put(echo)
        fields = payloads.command(
            command=name,
            text=rest,
            person=person,
            channel=room,
            trigger_id=self.triggers.issue(person.id, room.id),
            response_url=self.responses.issue("command", person.id, room.id),
        )
        sent = self.dispatcher.command(fields, lambda a: self.acks.command(echo, text, a))
        return Deed(sent=[sent])

    def _line(self, person: Person, text: str) -> Payload:
        ts = self.workspace.next_ts()
        return {"type": "message", "user": person.id, "text": rich_text.escape(text), "ts": ts}

    def _commands(self) -> dict[str, Payload]:
        found = self.workspace.manifest.get("features", {}).get("slash_commands", [])
        return {command["command"]: command for command in found}

    # -- elements ----------------------------------------------------------------------------------

    def press(
        self,
        *,
        as_: str,
        action_id: str | None = None,
        label: str | None = None,
        block_id: str | None = None,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        value: Any = None,
        values: Payload | None = None,
    ) -> Deed:
        """Use an interactive element, found by its action id or its label.

        Without a place: the top modal, then the newest message in the channel (of all channels),
        then Home. `value` is in Slack's form, or short (`elements.form`).
        """
        named = {"action_id": action_id, "label": label, "block_id": block_id}
        if view_id is None and ts is None:
            place = self._where(as_, channel, named)
        else:
            place = self._view(as_, view_id) if view_id else self._entry(as_, str(channel), str(ts))
        blocks = place.blocks if isinstance(place, Sheet) else place.message.get("blocks", [])
        found = elements.find(blocks, **named)
        if found is None:
            raise NotPossible(f"There is nothing like {named} there.")
        block, element = found
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise NotPossible("Slack tells the app of an input only with dispatch_action.")
        held = elements.form(element, value)
        if isinstance(place, Sheet):
            return self._in_view(place, block, element, held, values or {})
        return self._in_message(place, as_, block, element, held, values or {})

    def typed(
        self,
        *,
        as_: str,
        view_id: str,
        block_id: str,
        action_id: str,
        value: Any,
        values: Payload | None = None,
    ) -> Deed:
        """Enter in, or a change of, an input with `dispatch_action`."""
        return self.press(
            as_=as_,
            view_id=view_id,
            block_id=block_id,
            action_id=action_id,
            value=value,
            values=values,
        )

    def _where(self, user: str, channel: str | None, named: dict[str, str | None]) -> Entry | Sheet:
        if channel is None and (stack := self.modals.stack(user)):
            return stack[-1]
        rooms = [channel] if channel else list(self.workspace.channels)
        entries = [e for room in rooms for e in self.workspace.visible(room, user)]
        for entry in sorted(entries, key=lambda e: e.ts, reverse=True):
            if elements.find(entry.message.get("blocks", []), **named):
                return entry
        if channel is None and (home := self.modals.home(user)):
            return home
        raise NotPossible(f"Nobody sees anything like {named}.")

    def _in_view(
        self, sheet: Sheet, block: Payload, element: Payload, held: Payload, values: Payload
    ) -> Deed:
        with self.workspace.lock:
            sheet.hold(self._forms(sheet.blocks, values))
            self._take(sheet.held, block, element, held)
            self.modals.store(sheet)
        person = self._person(sheet.user)
        trigger = self.triggers.issue(person.id, sheet.channel, sheet.id)
        view = sheet.for_bot()
        payload = {
            **payloads.interaction("block_actions", person, trigger),
            "container": {"type": "view", "view_id": sheet.id},
            "view": view,
            "actions": [self._action(block, element, held)],
        }
        sent = self.dispatcher.interaction(payload, lambda a: self.acks.pressed(None, person.id, a))
        return Deed(sent=[sent])

    def _in_message(
        self,
        entry: Entry,
        user: str,
        block: Payload,
        element: Payload,
        held: Payload,
        values: Payload,
    ) -> Deed:
        blocks = entry.message["blocks"]
        with self.workspace.lock:
            now_held = entry.held.setdefault(user, {})
            for id, actions in self._forms(blocks, values).items():
                now_held.setdefault(id, {}).update(actions)
            self._take(now_held, block, element, held)
            entry.pending += 1
            self.workspace.touch()
        person, room = self._person(user), self.workspace.channels[entry.channel]
        container = {
            "type": "message",
            "message_ts": entry.ts,
            "channel_id": entry.channel,
            "is_ephemeral": entry.only_for is not None,
        }
        payload = {
            **payloads.interaction(
                "block_actions", person, self.triggers.issue(user, entry.channel)
            ),
            "container": {**container, **_thread_of(entry)},
            "channel": payloads.channel_of(room),
            "state": {"values": elements.values(blocks, now_held)},
            "response_url": self.responses.issue("message", user, entry.channel, entry.ts),
            "actions": [self._action(block, element, held)],
        }
        if entry.only_for is None:
            # Slack does not keep ephemeral messages, so it cannot hand them back.
            payload["message"] = entry.message
        sent = self.dispatcher.interaction(payload, lambda a: self.acks.pressed(entry, user, a))
        return Deed(sent=[sent])

    def _take(self, into: Values, block: Payload, element: Payload, held: Payload) -> None:
        if held and element["type"] not in elements.NO_STATE:
            kept = {"type": element["type"], **held}
            into.setdefault(block["block_id"], {})[element["action_id"]] = kept

    def _action(self, block: Payload, element: Payload, held: Payload) -> Payload:
        return payloads.action(element, block["block_id"], held, self.workspace.next_ts())

    def _forms(self, blocks: list[Payload], values: Payload) -> Values:
        """Slack's form of `state.values`, or short: {block_id: value} of input blocks."""
        asked, found = elements.inputs(blocks), dict[str, dict[str, Payload]]()
        for id, held in values.items():
            if isinstance(held, dict) and all(isinstance(v, dict) for v in held.values()):
                found[id] = held
            elif id in asked:
                element = asked[id]["element"]
                kept = self._whole_files(elements.form(element, held))
                found[id] = {element["action_id"]: {"type": element["type"], **kept}}
            else:
                raise NotPossible(f"There is no input block {id!r}; there are {list(asked)}.")
        return {
            id: {
                action: elements.entered(self._whole_files(held))
                for action, held in actions.items()
            }
            for id, actions in found.items()
        }

    def _whole_files(self, held: Payload) -> Payload:
        if not held.get("files"):
            return held
        ids = [file if isinstance(file, str) else file["id"] for file in held["files"]]
        return {**held, "files": [self.workspace.share_with_bot(id) for id in ids]}

    # -- views -------------------------------------------------------------------------------------

    def submit(
        self, *, as_: str, view_id: str | None = None, values: Payload | None = None
    ) -> Deed:
        """Submit a modal, the top one unless named. What is missing is said without the bot."""
        sheet = self._view(as_, view_id)
        if not sheet.view.get("submit"):
            raise NotPossible("This view has no Submit.")
        with self.workspace.lock:
            sheet.hold(self._forms(sheet.blocks, values or {}))
            sheet.errors = elements.missing(sheet.blocks, sheet.values())
            sheet.busy = not sheet.errors
            self.modals.store(sheet)
        if sheet.errors:
            return Deed()
        trigger = self.triggers.issue(as_, sheet.channel, sheet.id)
        payload = {
            **payloads.interaction("view_submission", self._person(as_), trigger),
            "view": sheet.for_bot(),
            "response_urls": self._response_urls(sheet),
        }
        sent = self.dispatcher.interaction(payload, lambda a: self.acks.submitted(sheet, a))
        return Deed(sent=[sent])

    def _response_urls(self, sheet: Sheet) -> list[Payload]:
        values, urls = sheet.values(), list[Payload]()
        for block, element in elements.walk(sheet.blocks):
            held = values.get(block["block_id"], {}).get(element["action_id"], {})
            channel = held.get("selected_conversation") or held.get("selected_channel")
            if element.get("response_url_enabled") and channel:
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel,
                        "response_url": self.responses.issue("view", sheet.user, channel),
                    }
                )
        return urls

    def close_view(self, *, as_: str, view_id: str | None = None, all: bool = False) -> Deed:
        """Cancel a modal, or the whole stack; the bot hears of it where `notify_on_close` says so."""
        sheet = self._view(as_, view_id)
        cleared = all or bool(sheet.view["clear_on_close"])
        closed = self.modals.clear(as_) if cleared else [sheet]
        if not cleared:
            self.modals.close(sheet)
        sent = [
            self.dispatcher.interaction(
                {
                    **payloads.interaction("view_closed", self._person(as_)),
                    "view": each.for_bot(),
                    "is_cleared": cleared,
                },
                lambda _: None,
            )
            for each in closed
            if each.view["notify_on_close"]
        ]
        return Deed(sent=sent)

    def shortcut(
        self, *, as_: str, callback_id: str, channel: str | None = None, ts: str | None = None
    ) -> Deed:
        """A message shortcut, with channel and ts, or a global one."""
        person = self._person(as_)
        kind: Literal["message", "global"] = "message" if ts else "global"
        known = self.workspace.manifest.get("features", {}).get("shortcuts", [])
        matching = [s for s in known if s["callback_id"] == callback_id and s["type"] == kind]
        if not matching:
            raise NotPossible(f"There is no {kind} shortcut {callback_id!r}.")
        trigger = self.triggers.issue(as_, channel if ts else None)
        payload: Payload = {"callback_id": callback_id, "action_ts": self.workspace.next_ts()}
        if ts:
            payload |= self._message_action(as_, str(channel), ts)
        name = "message_action" if ts else "shortcut"
        whole = {**payloads.interaction(name, person, trigger), **payload}
        sent = self.dispatcher.interaction(
            whole, lambda a: self.acks.shortcut(matching[0]["name"], as_, a)
        )
        return Deed(sent=[sent])

    def _message_action(self, user: str, channel: str, ts: str) -> Payload:
        entry = self._entry(user, channel, ts)
        if entry.only_for:
            raise NotPossible("Slack offers no shortcuts on messages only you can see.")
        return {
            "channel": payloads.channel_of(self.workspace.channels[channel]),
            "message_ts": ts,
            "message": entry.message,
            "response_url": self.responses.issue("shortcut", user, channel, ts),
        }

    def open_home(self, *, as_: str, tab: Literal["home", "messages"] = "home") -> Deed:
        person = self._person(as_)
        direct = next(
            c.id for c in self.workspace.channels.values() if c.kind == "im" and as_ in c.members
        )
        home = self.modals.home(as_)
        view = home.for_bot() if home else None
        return Deed(sent=self.events.home_opened(person, direct, tab, view))

    # -- looking things up --------------------------------------------------------------------------

    def _person(self, id: str) -> Person:
        person = self.workspace.people.get(id)
        if person is None or person.is_bot:
            raise NotPossible(f"There is nobody {id!r} to be.")
        return person

    def _room(self, user: str, id: str) -> Channel:
        room = self.workspace.channels.get(id)
        if room is None or not room.seen_by(user):
            raise NotPossible(f"There is no channel {id!r}.")
        return room

    def _entry(self, user: str, channel: str, ts: str) -> Entry:
        self._person(user)
        self._room(user, channel)
        entry = self.workspace.entry(channel, ts)
        if entry is None or entry.only_for not in (None, user):
            raise NotPossible(f"There is no message {ts} in {channel}.")
        return entry

    def _own(self, user: str, channel: str, ts: str) -> Entry:
        entry = self._entry(user, channel, ts)
        if entry.message.get("user") != user:
            raise NotPossible("One can change only one's own messages.")
        return entry

    def _view(self, user: str, view_id: str | None) -> Sheet:
        self._person(user)
        stack = self.modals.stack(user)
        found = self.modals.find(view_id=view_id) if view_id else stack[-1] if stack else None
        if found is None or found.user != user:
            raise NotPossible("There is no such view open.")
        return found


def _thread_of(entry: Entry) -> Payload:
    return {"thread_ts": entry.message["thread_ts"]} if "thread_ts" in entry.message else {}
