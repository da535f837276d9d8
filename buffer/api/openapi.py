"""`/openapi.json`: the table of endpoints as an OpenAPI 3.1 document."""

from __future__ import annotations

from collections.abc import Iterable

from buffer.api.drafts import LONGEST_HOLD
from buffer.api.schemas import FLAG, ID, SCHEMAS, TEXT
from buffer.api.table import ROUTES, Parameter, Route
from buffer.api.updates import MOST_ITEMS, MOST_PAGES
from buffer.model import Days, Json
from buffer.wire import SINGULAR

_WEB: Json = {"type": "string", "format": "uri"}
_SCHEDULE: Json = {
    "type": "object",
    "required": ["days", "times"],
    "properties": {
        "days": {"type": "array", "items": {"enum": list(Days)}, "minItems": 1},
        "times": {
            "type": "array",
            "items": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
            "minItems": 1,
        },
    },
}
KINDS: dict[str, Json] = {
    "string": TEXT,
    "boolean": FLAG,
    "page": {"type": "integer", "minimum": 1, "maximum": MOST_PAGES},
    "offset": {"type": "integer", "minimum": 0, "maximum": MOST_PAGES},
    "count": {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS},
    "hold": {"type": "integer", "minimum": 0, "maximum": LONGEST_HOLD},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST_PAGES},
    "moment": {
        "oneOf": [{"type": "integer"}, {"type": "string", "format": "date-time"}],
        "description": "Unix seconds, or ISO 8601 (UTC where it names no offset).",
    },
    "filter": {"enum": ["default", "all"]},
    "event": {"enum": sorted({*SINGULAR, *SINGULAR.values()})},
    "comment": {"const": "comment"},
    "ids": {"type": "array", "items": ID, "minItems": 1},
    "media": {
        "type": "object",
        "properties": {
            **dict.fromkeys(("link", "photo", "picture", "thumbnail"), _WEB),
            **dict.fromkeys(("title", "description", "alt_text"), TEXT),
        },
    },
    "retweet": {
        "type": "object",
        "required": ["tweet_id"],
        "properties": {"tweet_id": TEXT, "comment": TEXT},
    },
    "schedules": {"type": "array", "items": _SCHEDULE, "minItems": 1},
}
REFUSALS = {
    "400": "A parameter is missing or cannot be taken.",
    "401": "No valid token.",
    "403": "Not allowed.",
    "404": "There is no such thing.",
    "406": "The path does not end in .json.",
    "413": "More than 1 MB.",
    "429": "Too many requests; Retry-After says how long to wait.",
    "500": "Something broke here.",
    "502": "The outcome is not known.",
    "503": "Busy; Retry-After says how long to wait.",
}


def document() -> Json:
    """The whole document."""
    paths: Json = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "slack-buffer",
            "version": "1",
            "description": "Buffer's REST API v1, on your own server.",
        },
        "security": [{"bearer": []}, {"query": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "query": {"type": "apiKey", "in": "query", "name": "access_token"},
            },
        },
    }


def _operation(route: Route) -> Json:
    operation: Json = {
        "operationId": f"{route.method.lower()} {route.path.removeprefix('/1/')}",
        "summary": route.about,
        "parameters": [*_in_path(route), *_in_query(route)],
        "responses": {"200": _answer(route.about, _answered(route.answer))}
        | {status: _answer(about, _ref("Error")) for status, about in REFUSALS.items()},
    }
    if route.method == "POST" and route.parameters:
        operation["requestBody"] = _body(route.parameters)
    return operation


def _in_path(route: Route) -> list[Json]:
    if "{id}" not in route.path:
        return []
    return [{"name": "id", "in": "path", "required": True, "schema": ID}]


def _in_query(route: Route) -> list[Json]:
    if route.method == "POST":
        return [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "A repeat with the same key changes nothing and gives the first answer.",
                "schema": {"type": "string", "maxLength": 255},
            }
        ]
    return [
        {
            "name": each.name,
            "in": "query",
            "description": each.about,
            "required": each.required,
            "schema": KINDS[each.kind],
        }
        for each in route.parameters
    ]


def _body(parameters: Iterable[Parameter]) -> Json:
    """As JSON, and as the form v1 asks for, where nested names are written with brackets."""
    parameters = list(parameters)
    required = [each for each in parameters if each.required]
    nested = {each.name: KINDS[each.kind] | {"description": each.about} for each in parameters}
    flat = {name: kind for each in parameters for name, kind in _flat(each).items()}
    return {
        "required": bool(required),
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": flat,
                    "required": [name for each in required for name in _flat(each)],
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": nested,
                    "required": [each.name for each in required],
                }
            },
        },
    }


def _flat(parameter: Parameter) -> dict[str, Json]:
    name, kind = parameter.name, KINDS[parameter.kind]
    if parameter.kind == "schedules":
        parts = kind["items"]["properties"]
        return {f"{name}[0][{part}][]": schema for part, schema in parts.items()}
    if kind.get("type") == "array":
        return {f"{name}[]": kind | {"description": parameter.about}}
    if kind.get("type") == "object":
        return {f"{name}[{part}]": schema for part, schema in kind["properties"].items()}
    return {name: kind | {"description": parameter.about}}


def _answered(answer: str) -> Json:
    if answer.startswith("["):
        return {"type": "array", "items": _ref(answer.strip("[]"))}
    return _ref(answer)


def _answer(about: str, schema: Json) -> Json:
    return {"description": about, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
