"""A Slack message → plain text, from its rich text where it has some. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.mrkdwn.emojis import emoji_of
from bot.mrkdwn.markup import Names, link, mention, nobody, plain

Piece = Mapping[str, Any]
PLACEHOLDER = "This content can't be displayed."
"""What Slack gives as the `text` of a message that was posted with blocks alone."""


def message_text(message: Piece, names: Names = nobody) -> str:
    """The words of a message: its rich text (unambiguous) before its `text`, and that before its other blocks."""
    blocks: Sequence[Piece] = message.get("blocks") or []
    rich = [block for block in blocks if block.get("type") == "rich_text"]
    if rich:
        return "\n".join(_rich(block, names) for block in rich).strip()
    if message.get("text") and not (blocks and message["text"] == PLACEHOLDER):
        return plain(str(message["text"]), names)
    return "\n".join(filter(None, (_block(block, names) for block in blocks))).strip()


def _rich(block: Piece, names: Names) -> str:
    parts = [_part(part, names) for part in block.get("elements") or []]
    return "\n".join(part.removesuffix("\n") for part in parts)


def _part(part: Piece, names: Names) -> str:
    if part.get("type") == "rich_text_list":
        return "\n".join(_items(part, names))
    return "".join(_element(element, names) for element in part.get("elements") or [])


def _items(part: Piece, names: Names) -> Iterator[str]:
    indent = "  " * int(part.get("indent") or 0)
    start = int(part.get("offset") or 0) + 1
    for number, item in enumerate(part.get("elements") or [], start):
        sign = f"{number}." if part.get("style") == "ordered" else "•"
        yield f"{indent}{sign} {_part(item, names)}"


def _element(element: Piece, names: Names) -> str:
    match element.get("type"):
        case "text":
            return str(element.get("text", ""))
        case "link":
            return link(str(element.get("url", "")), str(element.get("text") or ""))
        case "emoji":
            return emoji_of(str(element.get("name", "")), str(element.get("unicode") or ""))
        case "user":
            return mention(names(str(element.get("user_id"))), sign="@", unknown="@someone")
        case "channel":
            return mention(names(str(element.get("channel_id"))), sign="#", unknown="#channel")
        case "usergroup":
            return mention(names(str(element.get("usergroup_id"))), sign="@", unknown="@group")
        case "broadcast":
            return f"@{element.get('range', 'here')}"
        case "date":
            return str(element.get("fallback") or "")
        case "color":
            return str(element.get("value", ""))
    return ""


def _block(block: Piece, names: Names) -> str:
    """What a block of another kind says in words."""
    texts = [block.get("text"), *(block.get("fields") or []), *(block.get("elements") or [])]
    words = [_words(text, names) for text in texts if isinstance(text, Mapping | str)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(filter(None, words)))


def _words(text: Piece | str, names: Names) -> str:
    if isinstance(text, str):
        return plain(text, names)
    if text.get("type") not in ("mrkdwn", "plain_text"):
        return ""
    return plain(str(text.get("text", "")), names)
