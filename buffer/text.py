"""The text of an update: how long it is for a network, the links and names in it, its HTML for v1. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape

import regex

from buffer.errors import Code, Refused
from buffer.model import Limits

_NAME = r"[\p{L}\p{M}\p{N}_]+(?:[.-]+[\p{L}\p{M}\p{N}_]+)*"
_MARKS = regex.compile(
    rf"""(?P<link>https?://[\p{{L}}\p{{N}}\[][^\s<>"“”]*)
    | (?<![=/@\w.])@(?P<mention>{_NAME}(?:@{_NAME})?)
    | (?<![=/&\w])[#＃](?P<tag>[\p{{L}}\p{{M}}\p{{N}}_·]*\p{{L}}[\p{{L}}\p{{M}}\p{{N}}_·]*)""",
    regex.VERBOSE | regex.IGNORECASE,
)
_ENDINGS = ".,;:!?'»’…*"


class Kind(StrEnum):
    """What a mark is."""

    LINK = "link"
    MENTION = "mention"
    TAG = "tag"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A stretch of a text that means something to networks. `value` is a link's address, a name, or a tag, the last
    two without their sign."""

    kind: Kind
    start: int
    end: int
    value: str


def marks(text: str) -> Iterator[Mark]:
    """Links, mentions and hashtags in the order they stand."""
    for match in _MARKS.finditer(text):
        kind = Kind(match.lastgroup or "")
        value = _bare(match[kind]) if kind is Kind.LINK else match[kind]
        end = match.start(kind) + len(value)
        yield Mark(kind=kind, start=match.start(), end=end, value=value)


def links(text: str) -> list[str]:
    """The addresses in a text, without the punctuation that only ends a sentence."""
    return [mark.value for mark in marks(text) if mark.kind is Kind.LINK]


def length(text: str, limits: Limits) -> int:
    """How long a network finds this text: user-perceived characters, by its own rule."""
    return _graphemes(_COUNTED[limits.counting](text, limits))


def fits(text: str, limits: Limits) -> bool:
    """Whether a network takes it in one post."""
    return length(text, limits) <= limits.characters and (
        limits.bytes is None or _size(text) <= limits.bytes
    )


def check(text: str, limits: Limits, name: str = "", *, profile_id: str | None = None) -> None:
    """Raises Refused when the text is too long for the network of the profile called `name`."""
    whom = f"“{name}” takes" if name else "The network takes"
    found, size = length(text, limits), _size(text)
    if found > limits.characters:
        raise Refused(
            f"{whom} {limits.characters:,} characters; this text has {found:,}.",
            Code.MISSING_PARAMETER,
            profile_id=profile_id,
        )
    if limits.bytes is not None and size > limits.bytes:
        raise Refused(
            f"{whom} {limits.bytes:,} bytes; this text has {size:,} ({found:,} characters).",
            Code.MISSING_PARAMETER,
            profile_id=profile_id,
        )


def formatted(text: str) -> str:
    """As HTML: links, mentions and hashtags in anchors, everything else escaped."""
    pieces, done = [], 0
    for mark in marks(text):
        words = escape(text[mark.start : mark.end])
        pieces += [escape(text[done : mark.start]), f"<a{_attributes(mark)}>{words}</a>"]
        done = mark.end
    return "".join([*pieces, escape(text[done:])])


def _attributes(mark: Mark) -> str:
    address = mark.value if mark.kind is Kind.LINK else ""
    user, _, host = mark.value.partition("@")
    if mark.kind is Kind.MENTION and host:
        address = f"https://{host}/@{user}"
    href = f' href="{escape(address)}"' if address else ""
    return f'{href} class="{_CLASSES[mark.kind]}" rel="external nofollow" target="_blank"'


_CLASSES = {Kind.LINK: "url", Kind.MENTION: "username", Kind.TAG: "hashtag"}


def _bare(link: str) -> str:
    """Cut what belongs to the sentence round a link: end marks, and brackets that were opened before it."""
    surplus = {close: link.count(close) - link.count(opening) for opening, close in ("()", "[]")}
    end = len(link)
    while (last := link[end - 1]) in _ENDINGS or surplus.get(last, 0) > 0:
        surplus[last] = surplus.get(last, 0) - 1
        end -= 1
    return link[:end]


def _graphemes(text: str) -> int:
    if text.isascii() and "\r" not in text:
        return len(text)
    return len(regex.findall(r"\X", text))


def _size(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Refused("The text holds half a character: type it anew.") from error


def _plain(text: str, limits: Limits) -> str:
    return text


def _mastodon(text: str, limits: Limits) -> str:
    """A link counts as `link_length`, a mention of somebody on another server only to the second @ (as Mastodon's
    StatusLengthValidator has it, checked 2026-11)."""
    pieces, done = [], 0
    for mark in marks(text):
        counted = text[mark.start : mark.end]
        if mark.kind is Kind.LINK and limits.link_length is not None:
            counted = "x" * limits.link_length
        elif mark.kind is Kind.MENTION:
            counted = "@" + mark.value.partition("@")[0]
        pieces += [text[done : mark.start], counted]
        done = mark.end
    return "".join([*pieces, text[done:]])


_COUNTED: dict[str, Callable[[str, Limits], str]] = {"graphemes": _plain, "mastodon": _mastodon}
