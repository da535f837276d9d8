"""The endpoints about the server: whoever asks, and what the networks take."""

from __future__ import annotations

from buffer.api.call import Call
from buffer.model import Json, Profile
from buffer.wire import PLURAL, service_name, unix

MINUTES_A_WEEK = 7 * 24 * 60
MEDIA = {
    "picture_size_min": 1,
    "picture_size_max": 10_000_000,
    "picture_filetypes": ["jpg", "jpeg", "png", "gif", "webp"],
}


def user(call: Call) -> Json:
    """The token is v1's user; its zone is that of the oldest profile."""
    token, profiles = call.token, call.queue.profiles()
    return {
        "id": token.user_id,
        "_id": token.user_id,
        "name": token.name,
        "plan": "self-hosted",
        "timezone": profiles[0].timezone if profiles else "",
        "created_at": unix(token.created_at),
        "activity_at": unix(call.now()),
    }


def configuration(call: Call) -> Json:
    """Every network there is a profile of."""
    by_service: dict[str, list[Profile]] = {}
    for profile in call.queue.profiles():
        by_service.setdefault(profile.service, []).append(profile)
    services = {
        service: _service(call, service, profiles)
        for service, profiles in by_service.items()
        if service in call.desk.networks
    }
    features = sorted(feature.value for feature in call.queue.features)
    return {"services": services, "media": MEDIA, "features": features}


def _service(call: Call, service: str, profiles: list[Profile]) -> Json:
    """Where profiles differ (servers of one network do), the strictest limit is told."""
    network = call.desk.networks[service]
    limits = min(
        (network.limits(profile) for profile in profiles), key=lambda each: each.characters
    )
    supported = sorted(name for event in network.events for name in (event.value, PLURAL[event]))
    kind = {
        "name": service_name(service),
        "character_limit": limits.characters,
        "schedule_limit": MINUTES_A_WEEK,
        "icons": {},
        "supported_interactions": supported,
        "link_attachments": True,
    }
    return {"types": {"profile": kind}, "urls": {}, "analytics_filters": []}
