"""Slack's payloads, as docs.slack.dev/interactivity and …/apis/events-api show them (2026-11).

Pure: every fact is handed in.
"""

import secrets

from playground.cast import APP_ID, BOT_USER, TEAM, Channel, Person
from playground.errors import Payload

# Slack still sends its long deprecated verification token; nothing may rely on it.
TOKEN = "deprecated-verification-token"  # noqa: S105


def command(
    *, command: str, text: str, person: Person, channel: Channel, trigger_id: str, response_url: str
) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": TOKEN,
        "team_id": TEAM["id"],
        "team_domain": TEAM["domain"],
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def interaction(kind: str, person: Person, trigger_id: str | None = None) -> Payload:
    """What all interactive payloads share."""
    payload: Payload = {
        "type": kind,
        "team": {"id": TEAM["id"], "domain": TEAM["domain"]},
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": TEAM["id"],
        },
        "api_app_id": APP_ID,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return {**payload, "trigger_id": trigger_id} if trigger_id else payload


def channel_of(channel: Channel) -> Payload:
    return {
        "id": channel.id,
        "name": "directmessage" if channel.kind == "im" else channel.name,
    }


def action(element: Payload, block_id: str, held: Payload, ts: str) -> Payload:
    """One entry of `actions`: the element as it was used and what it holds now."""
    kept = ("type", "action_id", "text", "value", "style", "placeholder", "confirm")
    named = {name: element[name] for name in kept if name in element}
    if "button" not in element["type"]:
        named.pop("value", None)
    return {**named, "block_id": block_id, **held, "action_ts": ts}


def event(event: Payload, now: float) -> Payload:
    """The outer form of an event."""
    return {
        "token": TOKEN,
        "team_id": TEAM["id"],
        "context_team_id": TEAM["id"],
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev0{secrets.token_hex(5).upper()}",
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM["id"],
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(16)}",
    }
