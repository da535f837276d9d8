"""The whole state as one person's page shows it."""

from playground.cast import APP_ID, BOT_USER, TEAM, Channel
from playground.errors import Payload
from playground.modals import Modals
from playground.workspace import Entry, Workspace

MOST_MESSAGES = 200


def seen_by(user: str, workspace: Workspace, modals: Modals) -> Payload:
    with workspace.lock:
        rooms = [room for room in workspace.channels.values() if room.seen_by(user)]
        entries = {room.id: workspace.visible(room.id, user) for room in rooms}
        home = modals.home(user)
        return {
            "version": workspace.version,
            "me": user,
            "team": {"id": TEAM["id"], "name": TEAM["name"]},
            "people": [person.for_page() for person in workspace.people.values()],
            "app": _app(workspace),
            "channels": [_channel(room, entries[room.id], user, workspace) for room in rooms],
            "messages": {
                id: [_message(entry) for entry in found[-MOST_MESSAGES:]]
                for id, found in entries.items()
            },
            "home": home.for_page() if home else None,
            "modals": [sheet.for_page() for sheet in modals.stack(user)],
            "toasts": [
                {"id": toast.id, "level": toast.level, "text": toast.text}
                for toast in workspace.toasts(user, recent=True)
            ],
        }


def _app(workspace: Workspace) -> Payload:
    features = workspace.manifest.get("features", {})
    commands = ("command", "description", "usage_hint")
    shortcuts = ("type", "name", "callback_id", "description")
    return {
        "id": APP_ID,
        "name": workspace.people[BOT_USER].real_name,
        "bot_user": BOT_USER,
        "links": workspace.links,
        "commands": [
            {name: each.get(name, "") for name in commands}
            for each in features.get("slash_commands", [])
        ],
        "shortcuts": [
            {name: each.get(name, "") for name in shortcuts}
            for each in features.get("shortcuts", [])
        ],
    }


def _channel(room: Channel, entries: list[Entry], user: str, workspace: Workspace) -> Payload:
    seen = workspace.seen.get(user, {}).get(room.id, "0")
    new = [entry for entry in entries if entry.ts > seen and _counts(entry, user)]
    named = [entry for entry in new if f"<@{user}>" in str(entry.message.get("text"))]
    direct = room.kind == "im"
    return {
        "id": room.id,
        "name": workspace.people[BOT_USER].real_name if direct else room.name,
        "kind": room.kind,
        "topic": room.topic,
        "bot_in": room.bot_in,
        "unread": len(new),
        "mention": bool(named) or (direct and bool(new)),
    }


def _counts(entry: Entry, user: str) -> bool:
    in_channel = not entry.is_reply or entry.message.get("subtype") == "thread_broadcast"
    return in_channel and entry.message.get("user") != user


def _message(entry: Entry) -> Payload:
    message = dict(entry.message)
    message |= {"ephemeral": True} if entry.only_for else {}
    return message | ({"pending": True} if entry.pending else {})
