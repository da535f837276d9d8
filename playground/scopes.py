"""Which scope of the manifest a method, event or element needs. Pure.

Each method's, event's and element's page under docs.slack.dev/reference (2026-11). Where it depends on the
conversation, the first scope is for channels, the second for direct messages.
"""

from playground.errors import Payload, SlackError

METHODS: dict[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "conversations.info": ("channels:read", "im:read"),
    "conversations.list": ("channels:read", "im:read"),
    "conversations.members": ("channels:read", "im:read"),
    "conversations.open": ("im:write",),
    "conversations.join": ("channels:join",),
    "conversations.history": ("channels:history", "im:history"),
    "conversations.replies": ("channels:history", "im:history"),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "files.info": ("files:read",),
    "files.getUploadURLExternal": ("files:write",),
    "files.completeUploadExternal": ("files:write",),
}
EVENTS = {
    "message.channels": "channels:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
}
ELEMENTS = {"file_input": "files:read"}
ANYWHERE = "chat:write.public"


def granted(manifest: Payload) -> frozenset[str] | None:
    """The bot's scopes; None if the manifest lists none, and then none is asked for."""
    scopes = manifest.get("oauth_config", {}).get("scopes", {}).get("bot")
    return None if scopes is None else frozenset(scopes)


def check(manifest: Payload, method: str, *, direct: bool) -> None:
    """Raises SlackError: missing_scope."""
    has = granted(manifest)
    needed = METHODS.get(method)
    if has is None or needed is None:
        return
    scope = needed[-1] if direct else needed[0]
    if scope not in has:
        raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(has)))


def lacking(manifest: Payload, element: str) -> str | None:
    """The scope that this Block Kit element needs and the manifest does not list."""
    has, scope = granted(manifest), ELEMENTS.get(element)
    return scope if has is not None and scope not in has else None


def missing(manifest: Payload) -> list[str]:
    """What Slack would refuse at installation: features that lack their scope."""
    has = granted(manifest)
    if has is None:
        return []
    features = manifest.get("features", {})
    events = manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])
    needed = {scope: event for event in events if (scope := EVENTS.get(event))}
    if features.get("slash_commands") or features.get("shortcuts"):
        needed["commands"] = "commands and shortcuts"
    return [
        f"{feature} needs the scope {scope}"
        for scope, feature in needed.items()
        if scope not in has
    ]
