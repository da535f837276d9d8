"""Understands typed times in six languages, and tells a post's text from its time.

Everything is decided from the words, the moment handed in and the typist's zone and locale; no
clock is read and nothing of the project is known here.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.when import foreign, zone
from bot.when.form import WhenError
from bot.when.languages import LANGUAGES
from bot.when.read import read
from bot.when.resolve import resolve
from bot.when.split import split, why_refused

__all__ = ["When", "WhenError", "parse", "split", "understand", "warm", "why_refused"]

_ONE_OF_EACH = ("tomorrow 9am", "morgen 9 Uhr", "demain 9h", "mañana 9:00", "amanhã 9h", "明日9時")


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """A typed time, understood."""

    at: datetime
    moved: bool
    """The typed time is one that a clock change skips; `at` lies later by the gap's length."""
    zone_named: bool
    """The phrase named a zone of its own; `at` is in that zone."""


def understand(expression: str, now: datetime, timezone: str, locale: str) -> When:
    """What a typed time means. Raises WhenError, whose text says what to type instead."""
    form = read(expression, locale or "en")
    at, moved = resolve(form, now, ZoneInfo(timezone), locale)
    return When(at=at, moved=moved, zone_named=form.zone is not None)


def parse(expression: str, now: datetime, timezone: str, locale: str) -> datetime:
    """The instant a typed time means, later than now. Raises WhenError as `understand` does."""
    return understand(expression, now, timezone, locale).at


def warm() -> None:
    """Load what the first use of each language would load: patterns, zones, dateparser's data."""
    zone.load()
    for phrase in _ONE_OF_EACH:
        read(phrase)
    foreign.load(LANGUAGES)
