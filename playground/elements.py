"""Finds interactive elements in blocks and tells what they hold. Pure."""

import copy
import secrets
from collections.abc import Iterator
from typing import Any

from playground import files
from playground.errors import NotPossible, Payload

Values = dict[str, dict[str, Payload]]

# What an element of this type holds, in the words of `view.state.values`.
HELD = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
    "overflow": "selected_option",
}
INITIAL = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    **{held: held.replace("selected", "initial") for held in HELD.values() if "selected" in held},
}
NO_STATE = ("button", "overflow", "image")


def with_ids(blocks: list[Payload]) -> list[Payload]:
    """Slack gives an id of its own to every block and element that has none."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in _of(block):
            if element.get("type") in HELD or element.get("type") == "button":
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return blocks


def walk(blocks: list[Payload]) -> Iterator[tuple[Payload, Payload]]:
    """Each interactive element with its block."""
    for block in blocks:
        for element in _of(block):
            if element.get("action_id"):
                yield block, element


def find(
    blocks: list[Payload],
    *,
    action_id: str | None = None,
    block_id: str | None = None,
    label: str | None = None,
) -> tuple[Payload, Payload] | None:
    """The first element with that action, block and label, as far as given."""
    for block, element in walk(blocks):
        if (
            action_id in (None, element["action_id"])
            and block_id in (None, block.get("block_id"))
            and label in (None, _label(element))
        ):
            return block, element
    return None


def inputs(blocks: list[Payload]) -> dict[str, Payload]:
    """The input blocks by id."""
    return {block["block_id"]: block for block in blocks if block["type"] == "input"}


def values(blocks: list[Payload], held: Values, channel: str | None = None) -> Values:
    """What all elements hold: as initialised, unless `held` knows better."""
    found: Values = {}
    for block, element in walk(blocks):
        if element["type"] not in NO_STATE:
            id, action = block["block_id"], element["action_id"]
            known = held.get(id, {}).get(action)
            found.setdefault(id, {})[action] = known or _initial(element, channel)
    return found


def form(element: Payload, value: Any) -> Payload:
    """A value in Slack's own form; tests may give just the text, the option's value, the id …

    Raises NotPossible for an option that is not offered.
    """
    name = HELD.get(element["type"])
    if name is None or value is None:
        return {}
    if isinstance(value, dict) and not ("value" in value and "text" in value):
        return entered(value)
    if name == "selected_option":
        value = _option(element, value)
    elif name == "selected_options":
        value = [_option(element, each) for each in value]
    return entered({name: value})


def entered(held: Payload) -> Payload:
    """Slack sends null for an empty text."""
    return {**held, "value": None} if held.get("value") == "" else held


def missing(blocks: list[Payload], held: Values) -> dict[str, str]:
    """What Slack's own client says before it submits: block ids to complaints."""
    errors: dict[str, str] = {}
    for id, block in inputs(blocks).items():
        element = block["element"]
        value = held.get(id, {}).get(element["action_id"], {}).get(HELD[element["type"]])
        if value in (None, "", []):
            if not block.get("optional"):
                errors[id] = "Please complete this required field."
        elif element["type"] == "file_input":
            if refused := files.refused(element, value):
                errors[id] = refused
        elif isinstance(value, str):
            least, most = element.get("min_length", 0), element.get("max_length", 3000)
            if len(value) < least:
                errors[id] = f"Please enter at least {least} characters."
            elif len(value) > most:
                errors[id] = f"Please enter no more than {most} characters."
    return errors


def _of(block: Payload) -> Iterator[Payload]:
    yield from (element for element in block.get("elements", []) if "type" in element)
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield block[name]
    for name in ("child_blocks", "actions"):
        for inner in block.get(name, []):
            yield inner
            yield from _of(inner)


def _label(element: Payload) -> str | None:
    text = element.get("text") or element.get("placeholder") or {}
    return text.get("text") if isinstance(text, dict) else None


def _initial(element: Payload, channel: str | None) -> Payload:
    name = HELD[element["type"]]
    empty: Any = [] if name in ("files",) or name.endswith("s") else None
    value = element.get(INITIAL.get(name, ""), empty)
    if value is None and element.get("default_to_current_conversation"):
        value = channel
    return {"type": element["type"], name: value}


def _option(element: Payload, value: Any) -> Payload:
    groups = element.get("option_groups") or []
    offered = [*(element.get("options") or []), *(o for g in groups for o in g["options"])]
    for option in offered:
        if value in (option, option["value"], option["text"]["text"]):
            return dict(option)
    raise NotPossible(f"There is no option {value!r}.")
