"""Rows ↔ values. Pure: no connection, no SQL but the lists of columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from buffer.model import Attached, Media, Profile, Schedule, State, Update

PROFILE = (
    "id, team_id, service, service_id, name, avatar, link, user_id, timezone, schedules, paused, disconnected,"
    " expires_at, created_at, cursor"
)
UPDATE = (
    "id, post_id, team_id, profile_id, service, state, scheduled_at, pinned, share_at, shared_from, due_at,"
    " text, text_hash, media, retweet, shorten, attachment, user_id, via, source,"
    " created_at, updated_at, sent_at, shared_now, service_update_id, service_link, statistics, error,"
    " look_since, options, removed_at"
)

_NO_MEDIA = Media()


def profile_values(profile: Profile) -> tuple[Any, ...]:
    """In the order of PROFILE."""
    return (
        profile.id,
        profile.team_id,
        profile.service,
        profile.service_id,
        profile.name,
        profile.avatar,
        profile.link,
        profile.user_id,
        profile.timezone,
        schedules_text(profile.schedules),
        profile.paused,
        profile.disconnected,
        seconds(profile.expires_at),
        profile.created_at.timestamp(),
        profile.cursor.timestamp(),
    )


def profile(row: Iterable[Any]) -> Profile:
    """From the columns of PROFILE."""
    (id, team_id, service, service_id, name, avatar, link, user_id, timezone, schedules, paused, disconnected,
     expires_at, created_at, cursor) = row  # fmt: skip
    return Profile(
        id=id,
        team_id=team_id,
        service=service,
        service_id=service_id,
        name=name,
        avatar=avatar,
        link=link,
        user_id=user_id,
        timezone=timezone,
        schedules=_schedules(schedules),
        paused=bool(paused),
        disconnected=bool(disconnected),
        expires_at=maybe_instant(expires_at),
        created_at=instant(created_at),
        cursor=instant(cursor),
    )


def schedules_text(schedules: Iterable[Schedule]) -> str:
    """As Buffer v1 writes them."""
    return json.dumps([{"days": each.days, "times": each.times} for each in schedules])


@lru_cache(maxsize=1024)
def _schedules(text: str) -> tuple[Schedule, ...]:
    return tuple(
        Schedule(days=tuple(each["days"]), times=tuple(each["times"])) for each in json.loads(text)
    )


def update_values(update: Update) -> tuple[Any, ...]:
    """In the order of UPDATE. The due time of a pending one is computed, never kept."""
    return (
        update.id,
        update.post_id,
        update.team_id,
        update.profile_id,
        update.service,
        update.state,
        seconds(update.scheduled_at),
        update.pinned,
        seconds(update.share_at),
        update.shared_from or "",
        None if update.is_pending else seconds(update.due_at),
        update.text,
        text_hash(update.text),
        media_text(update.media),
        json_text(update.retweet),
        update.shorten,
        update.attachment,
        update.user_id,
        update.via,
        update.source,
        update.created_at.timestamp(),
        update.updated_at.timestamp(),
        seconds(update.sent_at),
        update.shared_now,
        update.service_update_id,
        update.service_link,
        json_text(update.statistics),
        update.error,
        seconds(update.look_since),
        json_text(update.options),
        seconds(update.removed_at),
    )


def update(row: Iterable[Any], due: float | None = None) -> Update:
    """From the columns of UPDATE, with the due time of a pending one."""
    (id, post_id, team_id, profile_id, service, state, scheduled_at, pinned, share_at, shared_from, due_at,
     text, _, attached, retweet, shorten, attachment, user_id, via, source,
     created_at, updated_at, sent_at, shared_now, service_update_id, service_link, statistics, error,
     look_since, options, removed_at) = row  # fmt: skip
    return Update(
        id=id,
        post_id=post_id,
        team_id=team_id,
        profile_id=profile_id,
        service=service,
        state=State(state),
        scheduled_at=maybe_instant(scheduled_at),
        pinned=bool(pinned),
        share_at=maybe_instant(share_at),
        shared_from=State(shared_from) if shared_from else None,
        due_at=maybe_instant(due_at if due is None else due),
        text=text,
        media=_NO_MEDIA if attached == "{}" else media(json.loads(attached)),
        retweet={} if retweet == "{}" else json.loads(retweet),
        shorten=bool(shorten),
        attachment=bool(attachment),
        user_id=user_id,
        via=via,
        source=source,
        created_at=instant(created_at),
        updated_at=instant(updated_at),
        sent_at=maybe_instant(sent_at),
        shared_now=bool(shared_now),
        service_update_id=service_update_id,
        service_link=service_link,
        statistics={} if statistics == "{}" else json.loads(statistics),
        error=error,
        look_since=maybe_instant(look_since),
        options={} if options == "{}" else json.loads(options),
        removed_at=maybe_instant(removed_at),
    )


def text_hash(text: str) -> bytes:
    """The same for texts that differ only in blanks around them."""
    return hashlib.sha256(text.strip().encode()).digest()


def media_text(media: Media) -> str:
    return "{}" if media == _NO_MEDIA else json_text({k: v for k, v in asdict(media).items() if v})


def media(kept: dict[str, Any]) -> Media:
    """What `media_text` wrote, read as JSON."""
    files = tuple(Attached(**each) for each in kept.pop("files", ()))
    return Media(**kept, files=files)


def json_text(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False) if value else "{}"


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def maybe_instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
