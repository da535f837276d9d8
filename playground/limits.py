"""Slack's limits on messages, views and blocks. Pure: raises the Web API's own error.

`check_message` and `check_view` are also the oracle the product's own tests use.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from playground.blocks_table import BLOCKS, SURFACES
from playground.elements_table import text
from playground.errors import Payload, SlackError
from playground.rules import anything, complaint, flag, shape, string

# docs.slack.dev/reference/methods/chat.postMessage: longer text is cut (2026-11).
MOST_TEXT = 40_000
# docs.slack.dev/reference/methods/chat.update: msg_too_long (2026-11).
MOST_UPDATED_TEXT = 4_000
MESSAGE_BLOCKS, VIEW_BLOCKS, ATTACHMENTS = 50, 100, 100
# Not documented; github.com/slackapi/bolt-js/issues/2509 (2026-11).
MOST_BLOCK_TEXT = 13_200
MOST_MARKDOWN = 12_000
# docs.slack.dev/reference/methods/views.open: view_too_large (2026-11).
MOST_VIEW_BYTES = 250_000
# docs.slack.dev/messaging/message-metadata: metadata_too_large (2026-11).
MOST_METADATA_BYTES = 16_000

COMMON = {
    "type": anything,
    "blocks": anything,
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}
MODAL = shape(
    must={"title": text(24), "blocks": anything},
    may={
        **COMMON,
        "submit": text(24),
        "close": text(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
HOME = shape(must={"blocks": anything}, may=COMMON)


def check_message(payload: Payload, *, most_text: int = MOST_TEXT) -> None:
    """Refuse what chat.postMessage, an ack or a response_url would refuse.

    Raises SlackError: no_text, msg_too_long, invalid_blocks, invalid_blocks_format,
    msg_blocks_too_long, too_many_attachments, invalid_metadata_format, metadata_too_large.
    """
    blocks = parsed(payload.get("blocks"), "invalid_blocks_format")
    attachments = parsed(payload.get("attachments"), "invalid_attachments")
    words = payload.get("text")
    if not words and not blocks and not attachments:
        raise SlackError("no_text")
    if words is not None and not isinstance(words, str):
        raise SlackError("invalid_arguments", [complaint("must provide a string", "/text")])
    if len(words or "") > most_text:
        raise SlackError("msg_too_long")
    if len(attachments) > ATTACHMENTS:
        raise SlackError("too_many_attachments")
    check_blocks(blocks, "message")
    if payload.get("metadata"):
        check_metadata(payload["metadata"])


def check_blocks(blocks: list[Any], surface: str = "message") -> None:
    """Raises SlackError: invalid_blocks, or msg_blocks_too_long."""
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    if found := list(complaints(blocks, surface, "/blocks", most)):
        raise SlackError("invalid_blocks", found)
    if surface == "message" and block_text(blocks) > MOST_BLOCK_TEXT:
        raise SlackError("msg_blocks_too_long")


def check_view(view: Payload) -> None:
    """Refuse what views.open, views.publish or a view in an ack would refuse.

    Raises SlackError: invalid_arguments (with the pointers), view_too_large.
    """
    found = list(_view_complaints(view))
    if found:
        raise SlackError("invalid_arguments", found)
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_VIEW_BYTES:
        raise SlackError("view_too_large")


def check_metadata(metadata: object) -> None:
    """Raises SlackError: invalid_metadata_format, invalid_metadata_schema, metadata_too_large."""
    if isinstance(metadata, str):
        try:
            metadata = json.loads(metadata)
        except ValueError as error:
            raise SlackError("invalid_metadata_format") from error
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > MOST_METADATA_BYTES:
        raise SlackError("metadata_too_large")


def parsed(value: object, code: str) -> list[Any]:
    """Blocks or attachments as a list; a form sends them as JSON."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise SlackError(code) from error
    if not isinstance(value, list):
        raise SlackError(code)
    return value


def block_text(blocks: list[Any]) -> int:
    """Characters of all texts in the blocks, as the undocumented ceiling counts them."""
    return sum(len(words) for words in _texts(blocks))


def complaints(blocks: list[Any], surface: str, at: str, most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield complaint(f"no more than {most} items allowed", at)
    for index, block in enumerate(blocks):
        yield from _block_complaints(block, surface, f"{at}/{index}")
    known = [b for b in blocks if isinstance(b, dict)]
    yield from _repeated_ids(known, at)
    markdown = sum(len(str(b.get("text", ""))) for b in known if b.get("type") == "markdown")
    if markdown > MOST_MARKDOWN:
        yield complaint(f"markdown must be less than {MOST_MARKDOWN + 1} characters in total", at)


def _block_complaints(block: object, surface: str, at: str) -> Iterator[str]:
    if not isinstance(block, dict):
        yield complaint("must provide an object", at)
    elif block.get("type") not in BLOCKS:
        yield complaint(f"unsupported type: {block.get('type')}", f"{at}/type")
    elif block["type"] not in SURFACES[surface]:
        yield complaint(f"unsupported type: {block['type']} in a {surface}", f"{at}/type")
    else:
        yield from BLOCKS[block["type"]](block, at)
        yield from _repeated_actions(block, at)
        if surface != "modal" and _element(block).get("type") == "file_input":
            yield complaint(f"unsupported type: file_input in a {surface}", f"{at}/element/type")


def _repeated_ids(blocks: list[Payload], at: str) -> Iterator[str]:
    counted = Counter(str(b["block_id"]) for b in blocks if b.get("block_id"))
    for name, times in counted.items():
        if times > 1:
            yield complaint(f"`block_id` already exists for another block: {name}", at)


def _repeated_actions(block: Payload, at: str) -> Iterator[str]:
    elements = block.get("elements")
    if block["type"] not in ("actions", "context_actions") or not isinstance(elements, list):
        return
    counted = Counter(e.get("action_id") for e in elements if isinstance(e, dict))
    for name, times in counted.items():
        if name and times > 1:
            yield complaint(f"`action_id` already exists in this block: {name}", f"{at}/elements")


def _element(block: Payload) -> Payload:
    element = block.get("element")
    return element if isinstance(element, dict) else {}


def _view_complaints(view: object) -> Iterator[str]:
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        yield complaint("unsupported type", "/view/type")
        return
    surface = view["type"]
    yield from (MODAL if surface == "modal" else HOME)(view, "/view")
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        yield complaint("must provide an array", "/view/blocks")
        return
    yield from complaints(blocks, surface, "/view/blocks", VIEW_BLOCKS)
    asks = any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if surface == "modal" and asks and not view.get("submit"):
        # docs.slack.dev/reference/views/modal-views (2026-11).
        yield complaint("missing required field: submit (the view holds an input)", "/view")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str):
                if name in ("text", "alt_text"):
                    yield item
            else:
                yield from _texts(item)
