"""Month names beyond our own vocabulary, through dateparser: its only user.

dateparser sees nothing but "24 grudnia 2026": one day, one unknown word, one year, with the
languages named; its answer counts only when it kept that day and that year.
"""

import re
from collections.abc import Iterable
from threading import Lock
from typing import Any

import dateparser
from dateparser.data.languages_info import language_order

_DATE = re.compile(r"([0-9]{1,2})\.? (?:de )?([^\W\d_]{3,20})\.?(?: (?:de )?([12][0-9]{3}))?(?!\w)")
_SETTINGS: dict[str, Any] = {
    "PARSERS": ["absolute-time"],
    "REQUIRE_PARTS": ["day", "month", "year"],
    "DATE_ORDER": "DMY",
}
_LEAP_YEAR = "2000"
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

# dateparser loads a language on first use, and is not made for two threads at once.
_one_at_a_time = Lock()


def in_english(phrase: str, language: str) -> str:
    """A folded phrase with the month of its date in English, or the phrase as it was."""
    found = _DATE.search(phrase)
    month = _month(found[1], found[2], found[3] or _LEAP_YEAR, language) if found else None
    if not found or month is None:
        return phrase
    date = f"{found[1]} {_MONTHS[month - 1]} {found[3] or ''}".rstrip()
    return f"{phrase[: found.start()]}{date}{phrase[found.end() :]}"


def _month(day: str, name: str, year: str, language: str) -> int | None:
    if language not in language_order:
        return None
    with _one_at_a_time:
        date = dateparser.parse(
            f"{day} {name} {year}",
            languages=[language],
            settings=_SETTINGS,
        )
    kept = date and (date.day, date.year) == (int(day), int(year))
    return date.month if date and kept else None


def load(languages: Iterable[str]) -> None:
    """Have dateparser read its data for these languages."""
    for language in languages:
        _month("1", "may", _LEAP_YEAR, language)
