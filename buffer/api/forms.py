"""Reads parameters in every spelling v1 clients really use: a tree of names, and typed looks into it.

Knows no endpoint and no HTTP: `bodies` turns a request into pairs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from buffer.errors import Code, Refused

DEEPEST = 6
"""How far names may nest, `schedules[0][days][]` being 4. What lies deeper is nobody's parameter."""

YES = frozenset({"true", "1", "yes", "on", "t", "y"})
NO = frozenset({"false", "0", "no", "off", "f", "n", "", "none", "null"})

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"(^|%20|[+ ])%(?=[a-z]{3})")
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_SECONDS = re.compile(r"-?\d{1,12}(\.\d{1,9})?", re.ASCII)
_LOST_PLUS = re.compile(r"(\d{4}-\d\d-\d\d[T ]\S+) (\d\d:?\d\d)", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:?\d\d\S*", re.ASCII)


@dataclass(slots=True)
class Node:
    """One name: the values given for it, and the names in brackets behind it."""

    values: list[str] = field(default_factory=list)
    children: dict[str, Node] = field(default_factory=dict)

    def child(self, name: str) -> Node:
        """The child of this name, made if need be; an empty name (`[]`) makes a further one each time."""
        return self.children.setdefault(name or f"+{len(self.children)}", Node())

    def row(self) -> list[Node]:
        """The children as a list: by index where they have one, else as they came."""
        return [node for _, node in sorted(self.children.items(), key=_index)]

    def all_values(self) -> list[str]:
        """The values of this name however they were spelled: `a=`, `a[]=`, `a[0]=`."""
        return self.values + [value for node in self.row() for value in node.values]


@dataclass(frozen=True, slots=True)
class Form:
    """The parameters of a request, or of one map in it. A typed look raises Refused for a value it cannot read."""

    root: Node

    def has(self, name: str) -> bool:
        return name in self.root.children

    def text(self, name: str) -> str | None:
        """The last value given; None for none."""
        node = self.root.children.get(name)
        return node.values[-1] if node and node.values else None

    def required(self, name: str, *, blank: bool = False) -> str:
        """The value; nothing but spaces is as good as missing unless it may be `blank`."""
        value = self.text(name)
        if value is None or not (blank or value.strip()):
            raise Refused(f"The parameter “{name}” is missing.", Code.MISSING_PARAMETER)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read, not tested for presence: `now=false` means no."""
        value = self.text(name)
        if value is None:
            return default
        word = value.strip().lower()
        if word in YES or word in NO:
            return word in YES
        raise Refused(f"“{name}” must be true or false.", Code.BAD_PARAMETER)

    def number(self, name: str, *, low: int, high: int) -> int | None:
        value = (self.text(name) or "").strip()
        if not value:
            return None
        if not re.fullmatch(r"[+-]?\d{1,18}", value, re.ASCII) or not low <= int(value) <= high:
            raise Refused(
                f"“{name}” must be a whole number from {low} to {high}.", Code.OUT_OF_BOUNDS
            )
        return int(value)

    def moment(self, name: str) -> datetime | None:
        """Unix seconds, or ISO 8601; UTC where it names no offset."""
        value = (self.text(name) or "").strip()
        if not value:
            return None
        try:
            return _moment(value)
        except (ValueError, OverflowError, OSError) as error:
            raise Refused(
                f"“{name}” must be a time in unix seconds or ISO 8601.", Code.BAD_PARAMETER
            ) from error

    def listed(self, name: str) -> list[str]:
        """Every value of an array, blank ones left out."""
        node = self.root.children.get(name, Node())
        return [value.strip() for value in node.all_values() if value.strip()]

    def group(self, name: str) -> Form | None:
        """The map of this name; None where there is none. Raises Refused for a plain value in its place."""
        node = self.root.children.get(name)
        if node is None or not (node.children or any(value.strip() for value in node.values)):
            return None
        if node.values:
            raise Refused(
                f"“{name}” is a map: name its parts, as in {name}[…].", Code.BAD_PARAMETER
            )
        return Form(node)

    def rows(self, name: str) -> list[Form]:
        """The maps in an array of maps."""
        return [Form(node) for node in self.root.children.get(name, Node()).row()]


def form_of(pairs: Iterable[tuple[str, str]]) -> Form:
    """Lay pairs of name and value out as a tree. Names are PHP's: `a`, `a[]`, `a[0]`, `a[b][]`."""
    root = Node()
    for name, value in pairs:
        _insert(root, name.strip(), value)
    return Form(root)


def decode_pairs(raw: str) -> list[tuple[str, str]]:
    """The pairs of an encoded query or body. Empty ones between separators are dropped. Raises Refused for an
    escape that is none."""
    pairs = []
    for piece in raw.split("&"):
        name, _, value = piece.partition("=")
        if name.strip():
            pairs.append((_decode(name), _decode(value)))
    return pairs


def json_pairs(raw: str) -> list[tuple[str, str]]:
    """The same pairs from a JSON object: `{"a": [1, true]}` is `a[]=1&a[]=true`. null is as good as absent."""
    try:
        found = json.loads(raw, parse_int=str, parse_float=str, parse_constant=str)
        json.dumps(found, ensure_ascii=False).encode()  # a lone surrogate is no text
    except (ValueError, RecursionError) as error:
        raise Refused("The body is not valid JSON.", Code.BAD_PARAMETER) from error
    if not isinstance(found, dict):
        raise Refused("The body must be a JSON object.", Code.BAD_PARAMETER)
    pairs: list[tuple[str, str]] = []
    for name, value in found.items():
        _flatten(name, value, pairs, DEEPEST)
    return pairs


def _insert(root: Node, name: str, value: str) -> None:
    match = _NAME.fullmatch(name)
    parts = [match[1], *_BRACKETS.findall(match[2])] if match else [name]
    if len(parts) > DEEPEST:
        return
    node = root
    for part in parts:
        node = node.child(part)
    node.values.append(value)


def _index(item: tuple[str, Node]) -> int:
    name = item[0]
    return int(name) if name.isascii() and name.isdigit() and len(name) < 10 else 10**10


def _decode(raw: str) -> str:
    if _BROKEN_ESCAPE.search(raw):
        raise Refused("A per cent sign must be written as %25.", Code.BAD_PARAMETER)
    if "%" not in raw:
        return raw.replace("+", " ")
    try:
        return _unquote(raw)
    except UnicodeDecodeError:
        # The second example of the API's own page is misprinted: "%20%based" stands for "%20based". Where an escape
        # is not UTF-8 and the sign stands before a word, it is read as printed; anything else is refused.
        mended = _STRAY_PERCENT.sub(r"\1", raw)
    try:
        return _unquote(mended)
    except UnicodeDecodeError as error:
        raise Refused("The parameters must be UTF-8.", Code.BAD_PARAMETER) from error


def _unquote(raw: str) -> str:
    return unquote_to_bytes(raw.replace("+", " ")).decode()


def _flatten(name: str, value: Any, pairs: list[tuple[str, str]], depth: int) -> None:
    if depth == 0 or value is None:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}[{key}]", inner, pairs, depth - 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _flatten(f"{name.removesuffix('[]')}[{place}]", inner, pairs, depth - 1)
    else:
        pairs.append((name, str(value).lower() if isinstance(value, bool) else value))


def _moment(value: str) -> datetime:
    if _SECONDS.fullmatch(value):
        return datetime.fromtimestamp(float(value), UTC)
    # An offset's plus that was not escaped arrives as a space.
    value = _LOST_PLUS.sub(r"\1+\2", value.upper())
    if not _DATE_TIME.fullmatch(value):
        raise ValueError(value)
    found = datetime.fromisoformat(value)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
