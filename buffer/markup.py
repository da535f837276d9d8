"""HTML as networks write it, read as plain text. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {"script", "style", "template"}
_EMPTY = {"br", "hr", "img", "wbr", "input"}
_BLOCKS = {"p", "blockquote", "ul", "ol", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
_FOR_OTHERS = "quote-inline"
"""The class of what Mastodon and Pleroma put beside a quote for whoever knows no quotes: the address of what is
quoted (docs.joinmastodon.org/client/quotes, 2026-11)."""


def plain(html: str) -> str:
    """Paragraphs and line breaks are kept; a link reads as its whole address, which networks cut only for the eye."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = re.sub(r"[ \t\xa0]*\n[ \t\xa0]*", "\n", "".join(reader.pieces))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Reader(HTMLParser):
    """Whatever it is fed, it breaks nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent: list[str] = []
        """The open tags from the one on that silences."""
        self._lists: list[int] = []
        """Of each open list the number of its next item; 0 where they have none."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _EMPTY:
            if not self._silent:
                self._put(tag, given)
        elif self._silent or tag in _SILENT or _FOR_OTHERS in (given.get("class") or "").split():
            self._silent.append(tag)
        elif tag in ("ul", "ol"):
            self._lists.append(int(tag == "ol"))
        elif tag == "li":
            self._begin_item()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
            return
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in _BLOCKS and not self._silent:
            self.pieces.append("\n" if self._lists else "\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)

    def _put(self, tag: str, given: dict[str, str | None]) -> None:
        if tag in ("br", "hr"):
            self.pieces.append("\n")
        elif tag == "img":  # an emoji of a server's own: its words are its shortcode
            self.pieces.append(given.get("alt") or "")

    def _begin_item(self) -> None:
        number = self._lists[-1] if self._lists else 0
        if number:
            self._lists[-1] += 1
        if self.pieces and not self.pieces[-1].endswith("\n"):
            self.pieces.append("\n")
        self.pieces.append(f"{number}. " if number else "• ")
