"""HTML as networks write it, read as plain text. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {"script", "style", "template"}


def plain(html: str) -> str:
    """Paragraphs and line breaks are kept; a link reads as its whole address, which networks cut only for the eye."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.pieces)
    return re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"\n{3,}", "\n\n", text)).strip()


class _Reader(HTMLParser):
    """Whatever it is fed, it breaks nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n• ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("p", "blockquote", "ul", "ol", "div", "h1", "h2", "h3", "pre"):
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)
