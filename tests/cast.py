"""The small cast of the stories: Ada owns the profile, Bo is in the channel, Cy is a stranger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from buffer.model import PLAYGROUND_TEAM, Actor, Profile, State, Update, new_id

ADA = Actor(team_id=PLAYGROUND_TEAM, user_id="U0ADA")
BO = Actor(team_id=PLAYGROUND_TEAM, user_id="U0BO")
CY = Actor(team_id="T0ELSEWHERE", user_id="U0CY")

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""When stories begin unless they say otherwise: an hour before the first slot in UTC."""


def a_profile(actor: Actor = ADA, **changes: Any) -> Profile:
    """A profile on the local network, with posting times every day at 9, 13 and 17 in UTC."""
    now = changes.get("created_at", MONDAY)
    id = new_id(now)
    plain: dict[str, Any] = {
        "id": id,
        "team_id": actor.team_id,
        "service": "local",
        "service_id": id,
        "name": "Local network",
        "timezone": "UTC",
        "created_at": now,
        "cursor": now,
        "user_id": actor.user_id,
    }
    return Profile(**(plain | changes))


def an_update(profile: Profile, **changes: Any) -> Update:
    """One of this profile that was due, and sent, when the profile was made."""
    at = profile.created_at
    plain: dict[str, Any] = {
        "id": new_id(at),
        "post_id": "b1",
        "team_id": profile.team_id,
        "profile_id": profile.id,
        "service": profile.service,
        "text": "Our release is out!",
        "state": State.SENT,
        "created_at": at,
        "updated_at": at,
        "user_id": profile.user_id,
        "via": "slack",
        "due_at": at,
        "sent_at": at,
        "service_update_id": "42",
    }
    return Update(**(plain | changes))
