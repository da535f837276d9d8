"""Slack's text markup → plain text: marks, links, mentions, entities. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.mrkdwn.emojis import unicode_emojis

Names = Callable[[str], str]
"""The name of a user, channel or group by its id; "" when it is not known."""

_KEPT = re.compile(
    r"```\n?(?P<block>.*?)\n?```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[@#!][^<>\n]+|[a-zA-Z][a-zA-Z0-9+.-]*:[^<>\s|]+(?:\|[^<>\n]*)?)>"
    r"|(?P<url>https?://[^\s<>]+)",
    re.DOTALL,
)
_MARKS = [
    re.compile(rf"(?<![\w\\{m}]){m}(?=\S)([^{m}\n]+?)(?<=\S){m}(?![\w{m}])")
    for m in ("\\*", "_", "~")
]
_HOLD, _RELEASE = "\ufdd0", "\ufdd1"  # noncharacters: no text holds them


def nobody(name: str) -> str:
    """Knows no name."""
    return ""


def plain(text: str, names: Names = nobody) -> str:
    """`text` as a network should show it."""
    kept: list[str] = []

    def hold(found: re.Match[str]) -> str:
        kept.append(_final(found, names))
        return f"{_HOLD}{len(kept) - 1}{_RELEASE}"

    text = _KEPT.sub(hold, text.replace(_HOLD, "").replace(_RELEASE, ""))
    text = unicode_emojis(unescape(without_marks(text)))
    return re.sub(f"{_HOLD}(\\d+){_RELEASE}", lambda found: kept[int(found[1])], text).strip()


def without_marks(text: str) -> str:
    """Without the marks of bold, italic and struck text, where Slack itself would see them, and of quotes."""
    text = re.sub(r"^&gt;(?:&gt;&gt;)? ?", "", text, flags=re.MULTILINE)
    before = ""
    while before != text:
        before = text
        for mark in _MARKS:
            text = mark.sub(r"\1", text)
    return text


def unescape(text: str) -> str:
    """The three entities Slack makes, and nothing else: `&eacute;` was typed as it is."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def link(url: str, label: str) -> str:
    """A link in plain text: its address, with the label before it unless that says the same."""
    address = url.removeprefix("mailto:").removeprefix("tel:")
    bare = re.sub(r"^https?://|/$", "", address)
    if (
        not label
        or re.sub(r"^https?://|/$", "", label) == bare
        or bare.startswith(label.rstrip("…"))
    ):
        return address
    return f"{label} ({address})"


def mention(name: str, *, sign: str, unknown: str) -> str:
    return f"{sign}{name.lstrip('@#')}" if name else unknown


def _final(found: re.Match[str], names: Names) -> str:
    if found["angle"]:
        return _angle(found["angle"], names)
    return unescape(found["block"] or found["code"] or found["url"] or "")


def _angle(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    target, label = unescape(target), unescape(label)
    if target.startswith("@"):
        return mention(names(target[1:]) or label, sign="@", unknown="@someone")
    if target.startswith("#"):
        return mention(names(target[1:]) or label, sign="#", unknown="#channel")
    if not target.startswith("!"):
        return link(target, without_marks(label))
    if target.startswith("!subteam^"):
        return mention(names(target.split("^")[1]) or label, sign="@", unknown="@group")
    if target.startswith("!date^"):
        return label
    return label or f"@{target[1:].split('^')[0]}"
