"""Puts messages into channels, changes and removes them, and lets the bot hear of it."""

import copy
import secrets
import uuid
from collections.abc import Iterable
from concurrent.futures import Future

from playground import files as file_objects
from playground import rich_text
from playground.cast import APP_ID, BOT_ID, BOT_USER, TEAM
from playground.dispatch import Answer
from playground.elements import with_ids
from playground.errors import Payload
from playground.events import Events
from playground.workspace import Entry, Workspace

Sent = list[Future[Answer]]
# What Slack puts in for an app that sends blocks alone.
NO_TEXT = "This content can't be displayed."
TOMBSTONE = ("type", "ts", "thread_ts", "reply_count", "reply_users", "latest_reply")
BY_SLACK = {"user": "USLACKBOT", "text": "This message was deleted.", "hidden": True}


class Posts:
    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace, self._events = workspace, events

    # -- a person ------------------------------------------------------------------------------

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: Iterable[str] = (),
    ) -> tuple[Entry, Sent]:
        message: Payload = {
            "type": "message",
            "user": user,
            **self._typed(text),
            "ts": self._workspace.next_ts(),
            "client_msg_id": str(uuid.uuid4()),
            "team": TEAM["id"],
        }
        return self._add(channel, message, thread_ts, broadcast=broadcast, files=list(files))

    def edit(self, entry: Entry, text: str, user: str) -> Sent:
        return self.change(entry, {**self._typed(text), "edited": self._edited_by(user)})

    def _edited_by(self, user: str) -> Payload:
        """Slack tells the time of an edit in whole seconds; what tells two of them apart is the event's `event_ts`."""
        return {"user": user, "ts": f"{int(self._workspace.now())}.000000"}

    def _typed(self, text: str) -> Payload:
        typed = rich_text.encode(text, self.names(), secrets.token_urlsafe(4))
        return {"text": typed.text, **({"blocks": typed.blocks} if typed.blocks else {})}

    def names(self) -> rich_text.Names:
        people = self._workspace.people.values()
        by_name = {p.real_name.lower(): p.id for p in people} | {p.name: p.id for p in people}
        rooms = {c.id: c.name for c in self._workspace.channels.values() if c.kind == "channel"}
        return rich_text.Names(people=by_name, channels=rooms)

    # -- the bot -------------------------------------------------------------------------------

    def post(
        self,
        channel: str,
        payload: Payload,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> tuple[Entry, Sent]:
        """A message of the bot; text, blocks, attachments, metadata were checked before."""
        message = self._of_bot(payload)
        return self._add(channel, message, thread_ts, broadcast=broadcast)

    def whisper(
        self, channel: str, user: str, payload: Payload, *, thread_ts: str | None = None
    ) -> Entry:
        """An ephemeral message: only this person sees it, and the bot hears of no event."""
        message = self._of_bot(payload)
        if thread_ts:
            message["thread_ts"] = thread_ts
        return self._workspace.put(Entry(channel=channel, message=message, only_for=user))

    def post_files(
        self, channel: str, text: str, files: list[Payload], thread_ts: str | None
    ) -> tuple[Entry, Sent]:
        """What files.completeUploadExternal shares."""
        message = {**self._of_bot({"text": text}), "text": text}
        ids = [file["id"] for file in files]
        return self._add(channel, message, thread_ts, broadcast=False, files=ids)

    def rewrite(self, entry: Entry, payload: Payload, *, edited: bool = True) -> Sent:
        """Text without blocks removes the blocks (docs.slack.dev/reference/methods/chat.update)."""
        fields = self._body(payload)
        if edited and not entry.only_for:
            fields["edited"] = self._edited_by(BOT_USER)
        return self.change(entry, fields, drop=("blocks", "attachments"))

    def _of_bot(self, payload: Payload) -> Payload:
        bot = self._workspace.people[BOT_USER]
        return {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT_ID,
            "app_id": APP_ID,
            "team": TEAM["id"],
            "bot_profile": {
                "id": BOT_ID,
                "app_id": APP_ID,
                "user_id": BOT_USER,
                "name": bot.real_name,
                "deleted": False,
                "updated": 1,
                "team_id": TEAM["id"],
            },
            **self._body(payload),
            "ts": self._workspace.next_ts(),
        }

    def _body(self, payload: Payload) -> Payload:
        body: Payload = {"text": payload.get("text") or NO_TEXT}
        if payload.get("blocks"):
            body["blocks"] = with_ids(payload["blocks"])
        for name in ("attachments", "metadata"):
            if payload.get(name):
                body[name] = payload[name]
        return body

    # -- both ----------------------------------------------------------------------------------

    def change(self, entry: Entry, fields: Payload, *, drop: tuple[str, ...] = ()) -> Sent:
        with self._workspace.together():
            previous = copy.deepcopy(entry.message)
            kept = {k: v for k, v in previous.items() if k not in drop}
            entry.message = {**kept, **fields}
            self._workspace.put(entry)
            return [] if entry.only_for else self._events.changed(entry, previous)

    def delete(self, entry: Entry) -> Sent:
        """A parent with replies stays as a tombstone, so that its thread can be read."""
        with self._workspace.together():
            if entry.message.get("reply_count"):
                previous = entry.message
                message = {k: previous[k] for k in TOMBSTONE if k in previous}
                entry.message = {**message, **BY_SLACK, "subtype": "tombstone"}
                self._workspace.put(entry)
                return self._events.changed(entry, previous)
            self._workspace.remove(entry)
            return [] if entry.only_for else self._events.deleted(entry)

    def _add(
        self,
        channel: str,
        message: Payload,
        thread_ts: str | None,
        *,
        broadcast: bool,
        files: list[str] | None = None,
    ) -> tuple[Entry, Sent]:
        if files:
            message |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
        if thread_ts:
            parent = self._workspace.entry(channel, thread_ts)
            message["thread_ts"] = thread_ts
            if parent and parent.message.get("user"):
                message["parent_user_id"] = parent.message["user"]
            if broadcast:
                message["subtype"] = "thread_broadcast"
                message["root"] = copy.deepcopy(parent.message) if parent else None
        with self._workspace.together():
            if files:
                message["files"] = [self._share(id, channel, message) for id in files]
            entry = self._workspace.put(Entry(channel=channel, message=message))
            return entry, self._events.posted(entry)

    def _share(self, id: str, channel: str, message: Payload) -> Payload:
        room = self._workspace.channels[channel]
        file = file_objects.shared(self._workspace.files[id], room, message)
        self._workspace.store_file(file)
        return file_objects.in_message(file)
