"""The endpoints of profiles: reading them, their posting times, pausing them."""

from __future__ import annotations

from typing import Any

from buffer.api.call import Call
from buffer.api.drafts import schedules_of
from buffer.model import Json, Profile
from buffer.wire import counts_json, profile_json, schedules_json


def profiles(call: Call) -> list[Json]:
    return [_shown(call, profile) for profile in call.queue.profiles()]


def profile(call: Call) -> Json:
    return _shown(call, call.queue.profile(call.profile_id))


def schedules(call: Call) -> list[Any]:
    return schedules_json(call.queue.profile(call.profile_id).schedules)


def set_schedules(call: Call) -> Json:
    found = call.queue.profile(call.profile_id)
    saved = call.queue.set_schedules(found.id, schedules_of(call.form))
    return {
        "success": True,
        "message": "The posting times have been saved.",
        "schedules": schedules_json(saved.schedules),
    }


def pause(call: Call) -> Json:
    """`paused` says which way."""
    found = call.queue.profile(call.profile_id)
    call.form.required("paused")
    verb = call.queue.pause if call.form.flag("paused") else call.queue.resume
    return {"success": True, "paused": verb(found.id).paused}


def counts(call: Call) -> Json:
    return dict(counts_json(call.queue.counts(call.profile_id)))


def set_timezone(call: Call) -> Json:
    found = call.queue.profile(call.profile_id)
    saved = call.queue.set_timezone(found.id, call.form.required("timezone").strip())
    return {"success": True, "timezone": saved.timezone}


def _shown(call: Call, profile: Profile) -> Json:
    return profile_json(profile, call.queue.counts(profile.id), user_id=call.token.user_id)
