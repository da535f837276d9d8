"""What a person does in blocks: presses, types, submits, cancels; the bot is told, never waited for."""

from typing import Any

from playground import elements, payloads
from playground.client import Client, Deed
from playground.elements import Values
from playground.errors import NotPossible, Payload
from playground.modals import Sheet
from playground.workspace import Entry


class Presses:
    def __init__(self, client: Client) -> None:
        self._client = client

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
            place = (
                self._client.view(as_, view_id)
                if view_id
                else self._client.entry(as_, str(channel), str(ts))
            )
        blocks = place.blocks if isinstance(place, Sheet) else place.message.get("blocks", [])
        found = elements.find(blocks, **named)
        if found is None:
            raise NotPossible(f"There is nothing like {named} there.")
        block, element = found
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise NotPossible("Slack tells the app of an input only with dispatch_action.")
        held = self._whole_files(elements.form(element, value))
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
        if channel is None and (stack := self._client.modals.stack(user)):
            return stack[-1]
        rooms = [channel] if channel else list(self._client.workspace.channels)
        entries = [e for room in rooms for e in self._client.workspace.visible(room, user)]
        for entry in sorted(entries, key=lambda e: e.ts, reverse=True):
            if elements.find(entry.message.get("blocks", []), **named):
                return entry
        if channel is None and (home := self._client.modals.home(user)):
            return home
        raise NotPossible(f"Nobody sees anything like {named}.")

    def _in_view(
        self, sheet: Sheet, block: Payload, element: Payload, held: Payload, values: Payload
    ) -> Deed:
        with self._client.workspace.lock:
            sheet.hold(self._forms(sheet.blocks, values))
            self._take(sheet.held, block, element, held)
            self._client.modals.store(sheet)
        person = self._client.person(sheet.user)
        trigger = self._client.triggers.issue(person.id, sheet.channel, sheet.id)
        view = sheet.for_bot()
        payload = {
            **payloads.interaction("block_actions", person, trigger),
            "container": {"type": "view", "view_id": sheet.id},
            "view": view,
            "actions": [self._action(block, element, held)],
        }
        sent = self._client.dispatcher.interaction(
            payload, lambda a: self._client.acks.pressed(None, person.id, a)
        )
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
        with self._client.workspace.lock:
            now_held = entry.held.setdefault(user, {})
            for id, actions in self._forms(blocks, values).items():
                now_held.setdefault(id, {}).update(actions)
            self._take(now_held, block, element, held)
            entry.pending += 1
            self._client.workspace.touch()
        person, room = self._client.person(user), self._client.workspace.channels[entry.channel]
        container = {
            "type": "message",
            "message_ts": entry.ts,
            "channel_id": entry.channel,
            "is_ephemeral": entry.only_for is not None,
        }
        payload = {
            **payloads.interaction(
                "block_actions", person, self._client.triggers.issue(user, entry.channel)
            ),
            "container": {**container, **_thread_of(entry)},
            "channel": payloads.channel_of(room),
            "state": {"values": elements.values(blocks, now_held)},
            "response_url": self._client.responses.issue("message", user, entry.channel, entry.ts),
            "actions": [self._action(block, element, held)],
        }
        if entry.only_for is None:
            # Slack does not keep ephemeral messages, so it cannot hand them back.
            payload["message"] = entry.message
        sent = self._client.dispatcher.interaction(
            payload, lambda a: self._client.acks.pressed(entry, user, a)
        )
        return Deed(sent=[sent])

    def _take(self, into: Values, block: Payload, element: Payload, held: Payload) -> None:
        if held and element["type"] not in elements.NO_STATE:
            kept = {"type": element["type"], **held}
            into.setdefault(block["block_id"], {})[element["action_id"]] = kept

    def _action(self, block: Payload, element: Payload, held: Payload) -> Payload:
        return payloads.action(element, block["block_id"], held, self._client.workspace.next_ts())

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
        if unknown := [id for id in ids if id not in self._client.workspace.files]:
            raise NotPossible(f"There is no file {unknown[0]}.")
        return {**held, "files": [self._client.workspace.hand_to_bot(id) for id in ids]}

    # -- views -------------------------------------------------------------------------------------

    def submit(
        self, *, as_: str, view_id: str | None = None, values: Payload | None = None
    ) -> Deed:
        """Submit a modal, the top one unless named. What is missing is said without the bot."""
        sheet = self._client.view(as_, view_id)
        if not sheet.view.get("submit"):
            raise NotPossible("This view has no Submit.")
        with self._client.workspace.lock:
            sheet.hold(self._forms(sheet.blocks, values or {}))
            sheet.errors = elements.missing(sheet.blocks, sheet.values())
            sheet.busy = not sheet.errors
            self._client.modals.store(sheet)
        if sheet.errors:
            return Deed()
        trigger = self._client.triggers.issue(as_, sheet.channel, sheet.id)
        payload = {
            **payloads.interaction("view_submission", self._client.person(as_), trigger),
            "view": sheet.for_bot(),
            "response_urls": self._response_urls(sheet),
        }
        sent = self._client.dispatcher.interaction(
            payload, lambda a: self._client.acks.submitted(sheet, a)
        )
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
                        "response_url": self._client.responses.issue("view", sheet.user, channel),
                    }
                )
        return urls

    def close_view(self, *, as_: str, view_id: str | None = None, all: bool = False) -> Deed:
        """Cancel a modal, or the whole stack; the bot hears of it where `notify_on_close` says so."""
        sheet = self._client.view(as_, view_id)
        cleared = all or bool(sheet.view["clear_on_close"])
        closed = self._client.modals.clear(as_) if cleared else [sheet]
        if not cleared:
            self._client.modals.close(sheet)
        sent = [
            self._client.dispatcher.interaction(
                {
                    **payloads.interaction("view_closed", self._client.person(as_)),
                    "view": each.for_bot(),
                    "is_cleared": cleared,
                },
                lambda _: None,
            )
            for each in closed
            if each.view["notify_on_close"]
        ]
        return Deed(sent=sent)


def _thread_of(entry: Entry) -> Payload:
    return {"thread_ts": entry.message["thread_ts"]} if "thread_ts" in entry.message else {}
