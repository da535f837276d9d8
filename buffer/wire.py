"""Buffer v1's JSON and the model, both directions. Pure: no clock, no HTTP.

What v1 does not have is ours (`state`, `post_id`, `alt_text`, …); it may be missing in what we read. Reading raises
ValueError for an object that is not what it should be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from buffer.model import (
    Counts,
    Event,
    Interaction,
    Json,
    Media,
    Person,
    Profile,
    Schedule,
    State,
    Update,
)
from buffer.text import formatted

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
PLURAL: Mapping[str, str] = {
    Event.COMMENT: "comments",
    Event.LIKE: "likes",
    Event.RESHARE: "reshares",
    Event.RETWEET: "retweets",
    Event.MENTION: "mentions",
}
SINGULAR = {plural: str(event) for event, plural in PLURAL.items()} | {"favorites": "like"}
MEDIA = ("link", "title", "description", "picture", "thumbnail", "alt_text")

STATUS = {
    State.DRAFT: "buffer",
    State.QUEUED: "buffer",
    State.SCHEDULED: "buffer",
    State.SENDING: "buffer",
    State.SENT: "sent",
    State.FAILED: "error",
    State.UNCONFIRMED: "error",
    State.MISSED: "error",
}
STATE = {"sent": State.SENT, "service": State.SENT, "error": State.FAILED}
"""For servers that do not tell the finer state; every other status waits."""


# -- updates


def update_json(update: Update, zone: tzinfo, *, client_id: str = "") -> Json:
    """An update as v1 shows it. `zone` is that of its display strings; `client_id` the application that made or
    edited it, in answer to just that."""
    due = update.due_at or update.sent_at
    return {
        "id": update.id,
        "_id": update.id,
        "post_id": update.post_id,
        **({"client_id": client_id} if client_id else {}),
        "created_at": unix(update.created_at),
        "updated_at": unix(update.updated_at),
        "day": day(due, zone),
        "due_at": unix(update.due_at),
        "due_time": due_time(due, zone),
        "profile_id": update.profile_id,
        "profile_service": update.service,
        "state": update.state.value,
        "status": STATUS[update.state],
        "text": update.text,
        "text_formatted": formatted(update.text),
        "user_id": update.user_id,
        "via": update.via,
        "shared_now": update.shared_now,
        "shorten": update.shorten,
        "attachment": update.attachment,
        **_own_time(update),
        **_sent(update),
        **_filled(
            media=media_json(update.media),
            retweet=dict(update.retweet),
            options=dict(update.options),
            source=update.source,
            error=update.error,
            shared_from=update.shared_from,
        ),
    }


def update_from_json(found: Any, *, team_id: str) -> Update:
    """An update from any v1 server."""
    return Update(
        id=_id(found),
        post_id=_text(found, "post_id") or _id(found),
        team_id=team_id,
        profile_id=_text(found, "profile_id"),
        service=_text(found, "profile_service"),
        text=_text(found, "text"),
        state=_state(found),
        created_at=_moment_or_epoch(found.get("created_at")),
        updated_at=_moment_or_epoch(found.get("updated_at") or found.get("created_at")),
        user_id=_text(found, "user_id"),
        via=_text(found, "via"),
        due_at=moment(found.get("due_at")),
        scheduled_at=moment(found.get("scheduled_at")),
        share_at=moment(found.get("share_at")),
        shared_from=State(found["shared_from"]) if found.get("shared_from") else None,
        pinned=bool(found.get("pinned")),
        sent_at=moment(found.get("sent_at")),
        service_update_id=_text(found, "service_update_id"),
        service_link=_text(found, "service_link"),
        statistics=statistics_from_json(found.get("statistics")),
        media=media_from_json(found.get("media")),
        retweet={name: str(value) for name, value in _map(found.get("retweet")).items()},
        shorten=found.get("shorten") is not False,
        attachment=found.get("attachment") is not False,
        shared_now=bool(found.get("shared_now")),
        options={name: str(value) for name, value in _map(found.get("options")).items()},
        error=_error(found.get("error")),
        source=_text(found, "source"),
    )


def media_json(media: Media) -> Json:
    found: Json = {name: value for name in MEDIA if (value := getattr(media, name))}
    files = [{"name": file.name, "alt_text": file.alt_text} for file in media.files]
    return found | ({"files": files} if files else {})


def media_from_json(found: Any) -> Media:
    """`photo` is how a picture is sent, `picture` how it is shown."""
    parts = _map(found)
    media: dict[str, Any] = {name: _text(parts, name) for name in MEDIA}
    media["picture"] = media["picture"] or _text(parts, "photo")
    return Media(**media)


def statistics_json(statistics: Mapping[str, int]) -> dict[str, int]:
    """Likes are there also as `favorites`, the older word that v1 clients read."""
    counts = dict(statistics)
    return counts | ({"favorites": counts["likes"]} if "likes" in counts else {})


def statistics_from_json(found: Any) -> dict[str, int]:
    counts = {name: int(count) for name, count in _map(found).items() if _is_number(count)}
    favorites = counts.pop("favorites", None)
    return counts if favorites is None else {"likes": favorites} | counts


# -- profiles


def profile_json(profile: Profile, counts: Counts, *, user_id: str = "") -> Json:
    """An account as v1 shows it; `user_id` is whoever asks, for a profile that has no owner."""
    return {
        "id": profile.id,
        "_id": profile.id,
        "user_id": profile.user_id or user_id,
        "team_members": [],
        "service": profile.service,
        "service_type": "profile",
        "service_id": profile.service_id,
        "service_username": profile.name,
        "formatted_service": service_name(profile.service),
        "formatted_username": profile.name,
        "avatar": profile.avatar,
        "avatar_https": profile.avatar if profile.avatar.startswith("https:") else "",
        "link": profile.link,
        "default": True,
        "timezone": profile.timezone,
        "timezone_city": profile.timezone.rpartition("/")[2].replace("_", " "),
        "schedules": schedules_json(profile.schedules),
        "paused": profile.paused,
        "paused_schedules": [],
        "counts": counts_json(counts),
        "statistics": {},
        "disconnected": True if profile.disconnected else None,
        "verb": "post",
        "created_at": unix(profile.created_at),
    }


def profile_from_json(found: Any, *, team_id: str) -> Profile:
    """An account from any v1 server. Its cursor is not on the wire: it starts when the account was made."""
    created_at = _moment_or_epoch(found.get("created_at") if isinstance(found, dict) else None)
    return Profile(
        id=_id(found),
        team_id=team_id,
        service=_text(found, "service"),
        service_id=_text(found, "service_id"),
        name=_text(found, "formatted_username") or _text(found, "service_username"),
        timezone=_text(found, "timezone") or "UTC",
        schedules=schedules_from_json(found.get("schedules") or []),
        paused=bool(found.get("paused")),
        created_at=created_at,
        cursor=created_at,
        avatar=_text(found, "avatar_https") or _text(found, "avatar"),
        link=_text(found, "link"),
        user_id=_text(found, "user_id"),
        disconnected=bool(found.get("disconnected")),
    )


def schedules_json(schedules: Iterable[Schedule]) -> list[dict[str, list[str]]]:
    return [{"days": list(each.days), "times": list(each.times)} for each in schedules]


def schedules_from_json(found: Any) -> tuple[Schedule, ...]:
    if not isinstance(found, list):
        raise ValueError("Schedules must be a list.")
    return tuple(
        Schedule(days=tuple(each["days"]), times=tuple(each["times"]))
        for each in map(_map, found)
        if each.get("days") and each.get("times")
    )


def counts_json(counts: Counts) -> dict[str, int]:
    return {
        "pending": counts.pending,
        "sent": counts.sent,
        "drafts": 0,
        "daily_suggestions": 0,
        "limit": counts.limit,
    }


def counts_from_json(found: Any, *, limit: int) -> Counts:
    """`limit` holds where the server names none."""
    counts = _map(found)
    return Counts(
        pending=int(counts.get("pending", 0)),
        sent=int(counts.get("sent", 0)),
        limit=int(counts.get("limit", limit)),
    )


# -- interactions


def interaction_json(interaction: Interaction, service: str) -> Json:
    return {
        "id": interaction.id,
        "_id": interaction.id,
        "interaction_id": interaction.service_id,
        "created_at": unix(interaction.created_at),
        "event": interaction.event.value,
        "user": person_json(interaction.user, service),
        "text": interaction.text,
        "link": interaction.link,
        "ours": interaction.ours,
    }


def interaction_from_json(
    found: Any, *, team_id: str, profile_id: str, update_id: str
) -> Interaction:
    return Interaction(
        id=_id(found),
        team_id=team_id,
        profile_id=profile_id,
        update_id=update_id,
        service_id=_text(found, "interaction_id"),
        event=event_of(_text(found, "event")),
        user=person_from_json(found.get("user")),
        created_at=_moment_or_epoch(found.get("created_at")),
        text=_text(found, "text"),
        link=_text(found, "link"),
        ours=bool(found.get("ours")),
    )


def person_json(person: Person, service: str) -> Json:
    """v1 names a person's id after the network, and `service_id` where it answers a comment: here are both."""
    return {
        "username": person.username,
        "name": person.name,
        "followers": person.followers,
        "avatar": person.avatar,
        "avatar_https": person.avatar if person.avatar.startswith("https:") else "",
        "service_id": person.service_id,
        f"{service}_id": person.service_id,
        "link": person.link,
    }


def person_from_json(found: Any) -> Person:
    person = _map(found)
    ids = (str(value) for name, value in person.items() if name.endswith("_id") and value)
    return Person(
        username=_text(person, "username"),
        name=_text(person, "name"),
        service_id=_text(person, "service_id") or next(ids, ""),
        avatar=_text(person, "avatar_https") or _text(person, "avatar"),
        followers=int(person.get("followers") or 0),
        link=_text(person, "link"),
    )


# -- pieces


def service_name(service: str) -> str:
    """A network's name as a person writes it."""
    return service.replace("_", " ").title()


def event_of(name: str) -> Event:
    """An event in the singular or plural. Raises ValueError for one there is not."""
    return Event(SINGULAR.get(name, name))


def unix(moment: datetime | None) -> int:
    """Whole seconds; 0 is v1's word for no time."""
    return int(moment.timestamp()) if moment else 0


def moment(value: Any) -> datetime | None:
    """Unix seconds as a number or digits; 0 and nothing are no time."""
    return datetime.fromtimestamp(int(value), UTC) if value else None


def day(moment: datetime | None, zone: tzinfo) -> str:
    """As v1 says it: “Monday 7th November”; empty where there is no time."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{WEEKDAYS[local.weekday()]} {_ordinal(local.day)} {MONTHS[local.month - 1]}"


def due_time(moment: datetime | None, zone: tzinfo) -> str:
    """As v1 says it: “07:01 pm”."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{(local.hour - 1) % 12 + 1:02}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"


def _ordinal(number: int) -> str:
    teens = 11 <= number <= 13
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _own_time(update: Update) -> Json:
    """Its presence is how clients tell an update with a time of its own."""
    times: Json = {"share_at": unix(update.share_at)} if update.share_at else {}
    if update.scheduled_at:
        times |= {"scheduled_at": unix(update.scheduled_at), "pinned": update.pinned}
    return times


def _sent(update: Update) -> Json:
    if not update.sent_at:
        return {}
    return {
        "sent_at": unix(update.sent_at),
        "service_update_id": update.service_update_id,
        "service_link": update.service_link,
        "statistics": statistics_json(update.statistics),
    }


def _state(found: Mapping[str, Any]) -> State:
    try:
        return State(_text(found, "state"))
    except ValueError:
        waiting = State.SCHEDULED if found.get("scheduled_at") else State.QUEUED
        return STATE.get(_text(found, "status"), waiting)


def _error(found: Any) -> str:
    """A sentence, or (seen too) an object with the sentence and a link."""
    return str(found.get("text", "")) if isinstance(found, dict) else str(found or "")


def _id(found: Any) -> str:
    value = _map(found).get("id") or _map(found).get("_id")
    if not value:
        raise ValueError("An object without an id.")
    return str(value)


def _map(found: Any) -> dict[str, Any]:
    """PHP writes an empty map as an empty list."""
    return found if isinstance(found, dict) else {}


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return "" if value is None else str(value)


def _moment_or_epoch(value: Any) -> datetime:
    return moment(value) or datetime.fromtimestamp(0, UTC)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _filled(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value}
