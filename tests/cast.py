"""The small cast of the stories: Ada owns the profile, Bo is in the channel, Cy is a stranger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from buffer.model import PLAYGROUND_TEAM, Actor, Profile, new_id

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
