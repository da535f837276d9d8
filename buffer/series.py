"""A post in several parts: where a text divides, and what each part holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import regex

from buffer.errors import Code, Refused
from buffer.model import Limits, Media, Update
from buffer.text import check as check_length
from buffer.text import fits

MOST_TEXT, MOST_PARTS = 50_000, 50
_SHORTEST_ROOM = 20
"""Characters: what a content warning leaves of less is no room to divide a text into."""

LINE = "---"
"""A line of its own that divides two parts."""

_DIVIDER = re.compile(r"^[ \t]*---[ \t]*$", re.MULTILINE)
_BREAKS = (r"\n\s*\n", r"\n", r"(?<=[.!?…])\s+|(?<=[。！？])", r"\s+")
"""Where a text may be cut, the best places first: paragraphs, lines, sentences, words. Else between two signs."""


def parts(text: str, limits: Limits) -> list[str]:
    """The texts of the posts it becomes: one, where the network has no threads or nothing divides it."""
    found = [part.strip() for part in _DIVIDER.split(text)] if limits.threads else []
    found = [part for part in found if part]
    return found if len(found) > 1 else [text]


def part(update: Update, texts: list[str], number: int) -> Update:
    """One of them, as an update of its own. Pictures go with the first, the preview of a link with the part that has
    the link."""
    if len(texts) == 1:
        return update
    media = update.media
    home = next((i for i, text in enumerate(texts) if media.link and media.link in text), 0)
    return replace(update, text=texts[number], media=media if number == home else Media())


def part_key(key: str, number: int) -> str:
    """The first part has the update's own key."""
    return f"{key}-{number}" if number else key


def check(text: str, limits: Limits, name: str = "", *, profile_id: str | None = None) -> None:
    """Raises Refused when a part is too long for the network of the profile called `name`."""
    if len(text) > MOST_TEXT:
        raise Refused(
            f"At most {MOST_TEXT:,} characters can be queued; this text has {len(text):,}.",
            Code.MISSING_PARAMETER,
            profile_id=profile_id,
        )
    texts = parts(text, limits)
    if len(texts) > MOST_PARTS:
        raise Refused(
            f"That would be {len(texts):,} posts in a row; at most {MOST_PARTS} can be.",
            Code.MISSING_PARAMETER,
            profile_id=profile_id,
        )
    for number, each in enumerate(texts, 1):
        try:
            check_length(each, limits, name, profile_id=profile_id)
        except Refused as refusal:
            if len(texts) == 1 and not limits.threads:
                raise
            if len(texts) == 1:
                hint = f"{refusal} A line with {LINE} divides it into a thread."
                raise Refused(hint, refusal.code, profile_id=profile_id) from refusal
            raise Refused(
                f"Part {number} of {len(texts)}: {refusal}", refusal.code, profile_id=profile_id
            ) from refusal


def divided(text: str, limits: Limits) -> str:
    """With dividing lines put in where a part is too long, if the network has threads."""
    if not limits.threads or len(text) > MOST_TEXT or limits.characters < _SHORTEST_ROOM:
        return text
    found = [piece for each in parts(text, limits) for piece in _cut(each, limits)]
    return f"\n{LINE}\n".join(found) if len(found) > 1 else text


def _cut(text: str, limits: Limits) -> Iterator[str]:
    """Pieces that fit, each as long as may be, cut at the best place there is in its second half."""
    while not fits(text, limits):
        end = _longest(text, limits)
        at = _best_break(text, end)
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    if text:
        yield text


def _longest(text: str, limits: Limits) -> int:
    """How many characters of it fit. Longer texts are never shorter for a network, so halving finds it."""
    low, high = 1, min(len(text), 50 * limits.characters)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle], limits) else (low, middle - 1)
    return low


def _best_break(text: str, end: int) -> int:
    for pattern in _BREAKS:
        breaks = [found.end() for found in re.finditer(pattern, text[: end + 1])]
        breaks = [at for at in breaks if end // 3 < at <= end and text[:at].strip()]
        if breaks:
            return breaks[-1]
    signs = [found.end() for found in regex.finditer(r"\X", text[: end + 1])]
    return next((at for at in reversed(signs) if at <= end), end)
