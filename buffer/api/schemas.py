"""The shapes of the API's answers, as JSON Schema, for /openapi.json. The tests hold every answer to them."""

from __future__ import annotations

from typing import Any

from buffer.model import HELD, Event, Json, ReplyState, State

ID: Json = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
TEXT: Json = {"type": "string"}
UNIX: Json = {"type": "integer", "description": "Unix seconds."}
COUNT: Json = {"type": "integer", "minimum": 0}
FLAG: Json = {"type": "boolean"}
TRUE: Json = {"const": True}
TEXTS: Json = {"type": "array", "items": TEXT}
NUMBERS: Json = {"type": "object", "additionalProperties": {"type": "integer"}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


def _object(required: dict[str, Any], **optional: Any) -> Json:
    """An object with these fields. Others may come with a later version."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | optional,
    }


SCHEMAS: dict[str, Json] = {
    "Error": _object(
        {"success": {"const": False}, "error": TEXT, "message": TEXT, "code": {"type": "integer"}},
        profile_id=ID,
    ),
    "Done": _object({"success": TRUE, "message": TEXT}),
    "User": _object(
        {
            "id": ID,
            "_id": ID,
            "name": TEXT,
            "plan": TEXT,
            "timezone": TEXT,
            "created_at": UNIX,
            "activity_at": UNIX,
        }
    ),
    "Schedule": _object({"days": TEXTS, "times": TEXTS}),
    "Counts": _object(
        dict.fromkeys(("pending", "sent", "drafts", "daily_suggestions", "limit"), COUNT)
    ),
    "Profile": _object(
        {
            "id": ID,
            "_id": ID,
            "user_id": TEXT,
            "service": TEXT,
            "service_type": TEXT,
            "service_id": TEXT,
            "service_username": TEXT,
            "formatted_service": TEXT,
            "formatted_username": TEXT,
            "avatar": TEXT,
            "avatar_https": TEXT,
            "link": TEXT,
            "default": FLAG,
            "timezone": TEXT,
            "timezone_city": TEXT,
            "schedules": _list("Schedule"),
            "paused": FLAG,
            "counts": _ref("Counts"),
            "statistics": NUMBERS,
            "disconnected": {"type": ["boolean", "null"]},
            "created_at": UNIX,
        }
    ),
    "Media": _object(
        {},
        **dict.fromkeys(("link", "title", "description", "picture", "thumbnail", "alt_text"), TEXT),
        files={"type": "array", "items": _object({"name": TEXT, "alt_text": TEXT})},
    ),
    "Update": _object(
        {
            "id": ID,
            "_id": ID,
            "post_id": ID,
            "created_at": UNIX,
            "updated_at": UNIX,
            "day": TEXT,
            "due_at": UNIX,
            "due_time": TEXT,
            "profile_id": ID,
            "profile_service": TEXT,
            "state": {"enum": [state.value for state in State]},
            "status": {"enum": ["buffer", "sent", "error"]},
            "text": TEXT,
            "text_formatted": TEXT,
            "user_id": TEXT,
            "via": TEXT,
            "shared_now": FLAG,
            "shorten": FLAG,
            "attachment": FLAG,
        },
        client_id=ID,
        scheduled_at=UNIX,
        share_at=UNIX,
        shared_from={"enum": sorted(HELD | {State.UNCONFIRMED})},
        pinned=FLAG,
        sent_at=UNIX,
        service_update_id=TEXT,
        service_link=TEXT,
        statistics=NUMBERS,
        media=_ref("Media"),
        retweet={"type": "object", "additionalProperties": TEXT},
        options={"type": "object", "additionalProperties": TEXT},
        source=TEXT,
        error=TEXT,
    ),
    "Updates": _object({"total": COUNT, "updates": _list("Update")}),
    "Reordered": _object({"success": TRUE, "updates": _list("Update")}),
    "Shuffled": _object({"success": TRUE, "total": COUNT, "updates": _list("Update")}),
    "Created": _object(
        {
            "success": TRUE,
            "message": TEXT,
            "buffer_count": COUNT,
            "buffer_percentage": COUNT,
            "updates": _list("Update"),
        }
    ),
    "Changed": _object(
        {
            "success": TRUE,
            "message": TEXT,
            "buffer_count": COUNT,
            "buffer_percentage": COUNT,
            "update": _ref("Update"),
        }
    ),
    "Shared": _object({"success": TRUE, "message": TEXT, "updates": _list("Update")}),
    "Problems": _object({"updates": _list("Update")}),
    "Requeued": _object({"success": TRUE, "update": _ref("Update")}),
    "SchedulesSaved": _object({"success": TRUE, "message": TEXT, "schedules": _list("Schedule")}),
    "Paused": _object({"success": TRUE, "paused": FLAG}),
    "TimezoneSaved": _object({"success": TRUE, "timezone": TEXT}),
    "Person": _object(
        {
            "username": TEXT,
            "name": TEXT,
            "followers": COUNT,
            "avatar": TEXT,
            "avatar_https": TEXT,
            "service_id": TEXT,
            "link": TEXT,
        }
    ),
    "Interaction": _object(
        {
            "id": ID,
            "_id": ID,
            "interaction_id": TEXT,
            "created_at": UNIX,
            "event": {"enum": [event.value for event in Event]},
            "user": _ref("Person"),
            "text": TEXT,
            "link": TEXT,
            "ours": FLAG,
        }
    ),
    "Interactions": _object({"total": COUNT, "interactions": _list("Interaction")}),
    "Commented": _object(
        {
            "success": TRUE,
            "message": TEXT,
            "update": _object(
                {
                    "id": ID,
                    "created_at": UNIX,
                    "event": {"const": "comment"},
                    "text": TEXT,
                    "update_id": ID,
                    "state": {"enum": [state.value for state in ReplyState]},
                    "user": _ref("Person"),
                }
            ),
        }
    ),
    "Configuration": _object(
        {
            "services": {"type": "object", "additionalProperties": _ref("Service")},
            "media": _object(
                {
                    "picture_size_min": COUNT,
                    "picture_size_max": COUNT,
                    "picture_filetypes": TEXTS,
                }
            ),
            "features": TEXTS,
        }
    ),
    "Service": _object(
        {
            "types": {
                "type": "object",
                "additionalProperties": _object(
                    {
                        "name": TEXT,
                        "character_limit": COUNT,
                        "schedule_limit": COUNT,
                        "icons": {"type": "object"},
                        "supported_interactions": TEXTS,
                        "link_attachments": FLAG,
                    }
                ),
            },
            "urls": {"type": "object"},
            "analytics_filters": TEXTS,
        }
    ),
}
