"""Tells the bot what it is subscribed to, in the channels it is in."""

import copy
from concurrent.futures import Future

from playground import payloads
from playground.cast import BOT_USER, TEAM, Person
from playground.dispatch import Answer, Dispatcher
from playground.errors import Payload
from playground.workspace import Entry, Workspace

# github.com/slackapi/slack-api-specs/issues/62; docs.slack.dev/reference/events/message/message_changed (2026-11)
TEAMLESS = ("file_share", "message_changed", "message_deleted")


class Events:
    def __init__(self, workspace: Workspace, dispatcher: Dispatcher) -> None:
        self._workspace, self._dispatcher = workspace, dispatcher
        settings = workspace.manifest.get("settings", {})
        self._wanted = set(settings.get("event_subscriptions", {}).get("bot_events", []))

    def posted(self, entry: Entry) -> list[Future[Answer]]:
        """A new message, and an app_mention if it names the bot."""
        sent = self._message(entry, dict(entry.message))
        names_bot = f"<@{BOT_USER}>" in str(entry.message.get("text", ""))
        if names_bot and not entry.is_ours and not self._is_direct(entry):
            kept = ("user", "text", "ts", "thread_ts", "blocks", "files", "client_msg_id")
            mention = {k: entry.message[k] for k in kept if k in entry.message}
            sent += self._send({"type": "app_mention", **mention, **self._where(entry)}, entry)
        return sent

    def changed(self, entry: Entry, previous: Payload) -> list[Future[Answer]]:
        event = {
            "type": "message",
            "subtype": "message_changed",
            "message": entry.message,
            "previous_message": previous,
            "hidden": True,
            "ts": self._workspace.next_ts(),
        }
        return self._message(entry, event)

    def deleted(self, entry: Entry) -> list[Future[Answer]]:
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "deleted_ts": entry.ts,
            "previous_message": entry.message,
            "hidden": True,
            "ts": self._workspace.next_ts(),
        }
        return self._message(entry, event)

    def home_opened(
        self, person: Person, channel: str, tab: str, view: Payload | None
    ) -> list[Future[Answer]]:
        """docs.slack.dev/reference/events/app_home_opened: `view` once one is published (2026-11)."""
        event: Payload = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": channel,
            "tab": tab,
            "event_ts": self._workspace.next_ts(),
        }
        if view and tab == "home":
            event["view"] = view
        return self._send(event)

    def _message(self, entry: Entry, event: Payload) -> list[Future[Answer]]:
        event = {**event, **self._where(entry)}
        event["event_ts"] = event["ts"]
        if event.get("subtype") in TEAMLESS:
            del event["team"]
        event["channel_type"] = "im" if self._is_direct(entry) else "channel"
        name = "message.im" if self._is_direct(entry) else "message.channels"
        return self._send(event, entry, name)

    def _send(
        self, event: Payload, entry: Entry | None = None, name: str = ""
    ) -> list[Future[Answer]]:
        if (name or event["type"]) not in self._wanted:
            return []
        if entry and not self._workspace.channels[entry.channel].bot_in:
            return []
        body = payloads.event(copy.deepcopy(event), self._workspace.now())
        return [self._dispatcher.event(body)]

    def _where(self, entry: Entry) -> Payload:
        where = {"channel": entry.channel, "team": TEAM["id"]}
        return {**where, "event_ts": entry.ts}

    def _is_direct(self, entry: Entry) -> bool:
        return self._workspace.channels[entry.channel].kind == "im"
