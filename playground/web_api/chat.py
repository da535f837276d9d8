"""chat.*: posting, changing and deleting messages of the bot."""

from playground import limits
from playground.cast import BOT_ID, Channel
from playground.errors import Payload, SlackError
from playground.web_api.call import Call, Method, Slack
from playground.workspace import Entry


def post_message(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/chat.postMessage (2026-11)."""
    channel, payload = slack.writable(call), _payload(call)
    cut = len(payload.get("text") or "") > limits.MOST_TEXT
    if cut:
        payload["text"] = payload["text"][: limits.MOST_TEXT]
        slack.workspace.problem("chat.postMessage: text above 40,000 characters was cut")
    limits.check_message(payload)
    entry, _ = slack.posts.post(
        channel.id,
        payload,
        thread_ts=_thread(slack, channel, call),
        broadcast=call.flag("reply_broadcast"),
    )
    answer: Payload = {"channel": channel.id, "ts": entry.ts, "message": entry.message}
    if cut:
        answer |= {
            "warning": "message_truncated",
            "response_metadata": {"warnings": ["message_truncated"]},
        }
    return answer


def post_ephemeral(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/chat.postEphemeral (2026-11)."""
    channel, payload = slack.joined(call), _payload(call)
    user = call.text("user")
    if user not in slack.workspace.people:
        raise SlackError("user_not_found" if user else "no_user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    limits.check_message(payload)
    entry = slack.posts.whisper(channel.id, user, payload, thread_ts=_thread(slack, channel, call))
    return {"message_ts": entry.ts}


def update(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/chat.update (2026-11)."""
    channel = slack.channel(call)
    entry = _ours(slack, channel, call, "cant_update_message")
    payload = _payload(call)
    if "metadata" not in payload and "metadata" in entry.message:
        payload["metadata"] = entry.message["metadata"]
    limits.check_message(payload, most_text=limits.MOST_UPDATED_TEXT)
    slack.posts.rewrite(entry, payload)
    return {
        "channel": channel.id,
        "ts": entry.ts,
        "text": entry.message["text"],
        "message": entry.message,
    }


def delete(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/chat.delete (2026-11)."""
    channel = slack.channel(call)
    entry = _ours(slack, channel, call, "cant_delete_message")
    slack.posts.delete(entry)
    return {"channel": channel.id, "ts": entry.ts}


def get_permalink(slack: Slack, call: Call) -> Payload:
    channel = slack.channel(call)
    entry = slack.message(channel, call.text("message_ts"))
    thread = entry.message.get("thread_ts")
    query = f"?thread_ts={thread}&cid={channel.id}" if entry.is_reply else ""
    link = f"{slack.workspace.url}archives/{channel.id}/p{entry.ts.replace('.', '')}{query}"
    return {"channel": channel.id, "permalink": link}


def _payload(call: Call) -> Payload:
    payload: Payload = {"text": call.arguments.get("text")}
    if blocks := limits.parsed(call.arguments.get("blocks"), "invalid_blocks_format"):
        payload["blocks"] = blocks
    if attachments := limits.parsed(call.arguments.get("attachments"), "invalid_attachments"):
        payload["attachments"] = attachments
    if metadata := call.json("metadata", "invalid_metadata_format"):
        payload["metadata"] = metadata
    return payload


def _thread(slack: Slack, channel: Channel, call: Call) -> str | None:
    ts = call.text("thread_ts")
    if not ts:
        return None
    parent = slack.workspace.entry(channel.id, ts)
    if parent and parent.is_reply:
        slack.workspace.problem(f"thread_ts {ts} is a reply, not a parent")
    return ts


def _ours(slack: Slack, channel: Channel, call: Call, otherwise: str) -> Entry:
    entry = slack.message(channel, call.text("ts"))
    if entry.message.get("bot_id") != BOT_ID:
        raise SlackError(otherwise)
    return entry


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
}
