"""The Slack app's manifest for HTTP, made from the one for Socket Mode. Pure."""

from __future__ import annotations

import copy

from buffer.model import Json

ROUTE = "/slack/events"
"""Where commands, interactions and events arrive."""


def http_variant(manifest: Json, base_url: str) -> Json:
    """The same app, which Slack reaches at `base_url` instead of by a socket."""
    url = base_url.rstrip("/") + ROUTE
    made = copy.deepcopy(manifest)
    for command in made["features"]["slash_commands"]:
        command["url"] = url
    made["settings"]["event_subscriptions"]["request_url"] = url
    made["settings"]["interactivity"]["request_url"] = url
    made["settings"]["socket_mode_enabled"] = False
    return made


def named(manifest: Json, command: str) -> Json:
    """The same app with another name for its command, where another app has taken ours."""
    made = copy.deepcopy(manifest)
    made["features"]["slash_commands"][0]["command"] = command
    return made
