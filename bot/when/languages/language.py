"""Turns one language's word lists into patterns; knows no calendar and no clock.

Patterns are regular expressions with gaps such as `{weekday}` or `{hour}`, written in the
language's own spelling: accents and case are folded away, in the patterns as in what is typed.
In word lists a hyphen stands for a hyphen, a blank or nothing, a final dot is optional.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.when.zone import NAMES as ZONE_NAMES

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("−"): "-", ord("‑"): "-"}
_INVISIBLE = frozenset(
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u2066\u2069"
)
_PLACE = re.compile(r"\{([a-z]+)\}")
_ZONE_NAME = re.compile(r"[a-z_]+/[a-z_/+-]+")
_EVERYWHERE = frozenset({"a", "p", "m", "am", "pm", "t", "z", "h", *" ".join(ZONE_NAMES).split()})
_AMOUNT = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_LETTERS = re.compile(r"[^\W\d_]+")
_NAMES = {"hourword": "hour", "minuteword": "minute", "ordinal": "day", "weekdaysign": "weekday"}
_DIGITS = "[0-9]{1,2}(?![0-9]|[-:.,/][0-9])"


def fold(text: str) -> str:
    """Lower case, no accents, plain digits and signs, single blanks."""
    visible = "".join(char for char in text if char not in _INVISIBLE)
    plain = unicodedata.normalize("NFD", visible.translate(_WIDE).translate(_SIGNS).casefold())
    bare = "".join(char for char in plain if not "\u0300" <= char <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", bare).split())


def _key(word: str) -> str:
    return fold(word).replace("-", "").replace(" ", "").rstrip(".")


def _listed(words: str, first: int) -> dict[str, int]:
    groups = [group.split() for group in words.split("/")]
    return {word: place for place, group in enumerate(groups, first) for word in group}


def _one_of(words: Mapping[str, object]) -> str:
    ordered = sorted({fold(word) for word in words}, key=len, reverse=True)
    return "|".join(_optional_signs(word) for word in ordered)


def _longest_first(template: str) -> str:
    """The alternatives of a pattern, the longest first: `re` takes the first that fits."""
    alternatives, depth = [""], 0
    for char in template:
        depth += (char in "([") - (char in ")]")
        if char == "|" and not depth:
            alternatives.append("")
        else:
            alternatives[-1] += char
    return "|".join(sorted(alternatives, key=len, reverse=True))


def _optional_signs(word: str) -> str:
    ending = r"\.?" if word.endswith(".") else ""
    return word.rstrip(".").replace("-", "[ -]?") + ending


@dataclass(frozen=True, kw_only=True, eq=False)
class Language:
    """The time words of one language."""

    code: str
    weekdays: str
    months: str
    numbers: str
    more_numbers: Mapping[str, int]
    ordinals: str
    ordinal_signs: str
    amounts: Mapping[str, float]
    units: Mapping[str, tuple[str, int]]
    join: str
    half_before: str
    half_after: str
    quarter_after: str
    rules: Mapping[str, tuple[str, ...]]
    blank: str = " "
    weekday_signs: str = ""
    clock_style: Literal["spoken", "hours"] = "hours"

    def value(self, gap: str, words: str) -> float:
        """The number behind what stood in a gap of a pattern."""
        words = words.strip()
        digits = _AMOUNT.match(words)
        if digits and (gap == "day" or digits[0] == words):
            return float(digits[0].replace(",", "."))
        return self._values[gap][_key(words)]

    @cached_property
    def _values(self) -> dict[str, dict[str, float]]:
        def keyed(words: Mapping[str, float]) -> dict[str, float]:
            return {_key(word): value for word, value in words.items()}

        numbers = keyed(_listed(self.numbers, 1)) | keyed(self.more_numbers)
        return {
            "weekday": keyed(_listed(self.weekdays, 0)) | keyed(_listed(self.weekday_signs, 0)),
            "month": keyed(_listed(self.months, 1)),
            "hour": numbers,
            "minute": numbers,
            "day": numbers | keyed(_listed(self.ordinals, 1)),
            "amount": numbers | keyed(self.amounts),
        }

    @cached_property
    def _gaps(self) -> dict[str, str]:
        numbers = _one_of(_listed(self.numbers, 1) | dict(self.more_numbers))
        ordinals = _one_of(_listed(self.ordinals, 1))
        unit = _one_of(self.units)
        worded = f"(?:{_one_of(self.amounts)}|{numbers}){self.blank}"
        amount = f"[0-9]{{1,6}}(?:[.,][0-9]{{1,2}})? ?|{worded}"
        piece = (
            f"(?:(?:{amount})(?:{self.half_before})?(?:{unit})(?![a-z])"
            f"(?:{self.half_after}|{self.quarter_after})?)"
        )
        compact = "[0-9]{1,3} ?h ?[0-5]?[0-9](?: ?m(?:in)?)?(?![a-z0-9])"
        return {
            "weekday": _one_of(_listed(self.weekdays, 0)),
            "weekdaysign": _one_of(_listed(self.weekday_signs, 0)),
            "month": _one_of(_listed(self.months, 1)),
            "hour": f"{_DIGITS}|{numbers}",
            "hourword": numbers,
            "minute": f"{_DIGITS}|{numbers}",
            "minuteword": numbers,
            "day": rf"{_DIGITS}(?:{self.ordinal_signs})?(?!:[0-9]|h|[.][0-9]| ?[ap]\.?m)"
            f"|{ordinals}|{numbers}",
            "ordinal": f"{_DIGITS}(?:{self.ordinal_signs})|{ordinals}",
            "year": "[12][0-9]{3}(?![0-9:])",
            "ampm": r"[ap]\.m\.|[ap]\. m\.|[ap]\.?m",
            "span": f"(?:{compact}|{piece})(?:(?:{self.join})(?:{compact}|{piece})){{0,3}}",
            "amount": amount,
            "unit": unit,
        }

    @cached_property
    def span_piece(self) -> re.Pattern[str]:
        """One piece of a span: an amount and a unit, with its halves."""
        gaps = self._gaps
        return re.compile(
            f"(?<![a-z])(?:(?P<hours>[0-9]{{1,3}}) ?h ?(?P<minutes>[0-5]?[0-9])(?: ?m(?:in)?)?(?![a-z0-9])"
            f"|(?P<amount>{gaps['amount']})(?P<before>{self.half_before})?"
            f"(?P<unit>{gaps['unit']})(?![a-z])"
            f"(?:(?P<after>{self.half_after})|(?P<quarter>{self.quarter_after}))?)",
            re.ASCII,
        )

    def measure(self, unit: str) -> tuple[str, int]:
        """What a unit counts (months, days, weeks or seconds), and how many of it."""
        return self._units[_key(unit)]

    @cached_property
    def _units(self) -> dict[str, tuple[str, int]]:
        return {_key(word): measure for word, measure in self.units.items()}

    def compiled(self, template: str) -> re.Pattern[str]:
        """The pattern of a rule, with its gaps filled; it ends where a word ends."""
        filled = _PLACE.sub(
            lambda gap: f"(?P<{_NAMES.get(gap[1], gap[1])}>{self._gaps[gap[1]]})",
            _longest_first(fold(template)).replace("(?p", "(?P"),
        )
        return re.compile(f"(?:{filled})(?!(?<=[a-z0-9])[a-z0-9])", re.ASCII)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that one of the patterns can match."""
        templates = (_PLACE.sub(" ", fold(t)) for group in self.rules.values() for t in group)
        lists = (self.weekdays, self.months, self.numbers, self.ordinals, *self.more_numbers)
        others = (*self.amounts, *self.units, self.join, self.half_before, self.half_after)
        signs = (self.ordinal_signs, self.quarter_after)
        source = " ".join((*templates, *map(fold, (*lists, *others)), *signs))
        return frozenset(_LETTERS.findall(re.sub(r"\\.|\(\?P?", " ", source)))

    def may_be(self, text: str) -> bool:
        """False when a folded text holds a word that none of this language's patterns has."""
        return all(map(self._has, _LETTERS.findall(_ZONE_NAME.sub(" ", text))))

    def _has(self, word: str) -> bool:
        if word in _EVERYWHERE or word in self.vocabulary:
            return True
        if self.code == "ja":
            return word[0] > "\u3000"
        return any(
            word[:cut] in self.vocabulary and word[cut:] in self.vocabulary
            for cut in range(2, len(word))
        )
