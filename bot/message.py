"""A message for Slack, and its form on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from slack_sdk.models.basic_objects import EMPTY_ALLOWED_TYPE_AND_PROPERTY_LIST, JsonObject
from slack_sdk.models.blocks import Block

from buffer.model import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """Words for Slack: `text` is what notifications and screen readers use, a full sentence."""

    text: str
    blocks: Sequence[Block]

    def payload(self) -> Json:
        """As chat.postMessage and its like take it."""
        return {"text": self.text, "blocks": [as_json(block) for block in self.blocks]}


_MAY_BE_EMPTY = {(each["type"], each["property"]) for each in EMPTY_ALLOWED_TYPE_AND_PROPERTY_LIST}
_attributes: dict[type[JsonObject], tuple[str, ...]] = {}


def as_json(value: Any) -> Any:
    """What slack-sdk's `to_dict` makes of its own objects, at a fifth of the cost: that one looks for its validators
    anew at every object, and no screen leaves the tests with anything over Slack's limits."""
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if not isinstance(value, JsonObject):
        return value
    kind = type(value)
    if _has_a_form_of_its_own(kind):
        return value.to_dict()
    if kind not in _attributes:
        _attributes[kind] = tuple(sorted(value.attributes))
    fields = ((name, getattr(value, name, None)) for name in _attributes[kind])
    name_of = getattr(value, "type", None)
    return {
        name: as_json(field)
        for name, field in fields
        if _counts(field) or (field is not None and (name_of, name) in _MAY_BE_EMPTY)
    }


@cache
def _has_a_form_of_its_own(kind: type[JsonObject]) -> bool:
    return kind.to_dict is not JsonObject.to_dict


def _counts(field: Any) -> bool:
    """Slack takes no empty text and no empty list, but a false and a zero."""
    return field is not None and (not hasattr(field, "__len__") or len(field) > 0)
