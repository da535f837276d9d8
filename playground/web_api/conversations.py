"""conversations.*: channels, members, history."""

import base64
from typing import TypeVar

from playground.cast import BOT_USER
from playground.errors import Payload, SlackError
from playground.web_api.call import Call, Method, Slack
from playground.workspace import Entry

T = TypeVar("T")
NO_METADATA = ("metadata",)


def info(slack: Slack, call: Call) -> Payload:
    return {"channel": slack.channel(call).for_api()}


def list_all(slack: Slack, call: Call) -> Payload:
    wanted = call.text("types", "public_channel").replace(" ", "").split(",")
    kinds = {"channel": "public_channel", "im": "im"}
    found = [
        channel.for_api()
        for channel in slack.workspace.channels.values()
        if kinds[channel.kind] in wanted
    ]
    page, cursor = _page(found, call, 100)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def open_direct(slack: Slack, call: Call) -> Payload:
    """Only with one person: the playground has no group conversations."""
    if call.text("channel"):
        return {"channel": {"id": slack.channel(call).id}}
    users = [user for user in call.text("users").split(",") if user]
    if len(users) != 1 or users[0] == BOT_USER:
        raise SlackError("users_list_not_supplied" if not users else "not_enough_users")
    for channel in slack.workspace.channels.values():
        if channel.kind == "im" and users[0] in channel.members:
            return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    raise SlackError("user_not_found")


def members(slack: Slack, call: Call) -> Payload:
    page, cursor = _page(list(slack.channel(call).members), call, 100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def join(slack: Slack, call: Call) -> Payload:
    channel = slack.channel(call)
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    was_in = channel.bot_in
    slack.workspace.join(channel.id, BOT_USER)
    warning = {"warning": "already_in_channel"} if was_in else {}
    return {"channel": slack.workspace.channels[channel.id].for_api(), **warning}


def history(slack: Slack, call: Call) -> Payload:
    """Newest first, without replies (docs.slack.dev/reference/methods/conversations.history)."""
    channel = slack.joined(call)
    entries = [
        entry
        for entry in slack.workspace.visible(channel.id, None)
        if not entry.is_reply or entry.message.get("subtype") == "thread_broadcast"
    ]
    return _messages(_between(entries, call)[::-1], call)


def replies(slack: Slack, call: Call) -> Payload:
    """The parent, then the replies, oldest first."""
    channel, ts = slack.joined(call), call.text("ts")
    entries = slack.workspace.thread(channel.id, ts)
    if not entries:
        raise SlackError("thread_not_found")
    inside = [entry for entry in _between(entries, call) if entry.ts != ts]
    parent = [entry for entry in entries if entry.ts == ts]
    return _messages([*parent, *inside], call)


def _between(entries: list[Entry], call: Call) -> list[Entry]:
    oldest, latest = call.text("oldest", "0"), call.text("latest") or "9999999999"
    inclusive = call.flag("inclusive")

    def within(ts: str) -> bool:
        if inclusive and float(ts) in (float(oldest), float(latest)):
            return True
        return float(oldest) < float(ts) < float(latest)

    return [entry for entry in entries if within(entry.ts)]


def _messages(entries: list[Entry], call: Call) -> Payload:
    page, cursor = _page(entries, call, 100)
    hidden = () if call.flag("include_all_metadata") else NO_METADATA
    found = [{k: v for k, v in entry.message.items() if k not in hidden} for entry in page]
    answer: Payload = {"messages": found, "has_more": bool(cursor)}
    return {**answer, "response_metadata": {"next_cursor": cursor}} if cursor else answer


def _page(found: list[T], call: Call, default: int) -> tuple[list[T], str]:
    limit, start = call.number("limit", default), 0
    if not 1 <= limit <= 1000:
        raise SlackError("invalid_limit")
    if cursor := call.text("cursor"):
        try:
            start = int(base64.b64decode(cursor).decode().removeprefix("next:"))
        except ValueError as error:
            raise SlackError("invalid_cursor") from error
    end = start + limit
    more = base64.b64encode(f"next:{end}".encode()).decode() if end < len(found) else ""
    return found[start:end], more


METHODS: dict[str, Method] = {
    "conversations.info": info,
    "conversations.list": list_all,
    "conversations.open": open_direct,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.history": history,
    "conversations.replies": replies,
}
