"""What a typed time says, before any clock or calendar is asked: values only."""

from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo
from typing import Literal

Week = Literal["coming", "this", "next", "this week", "next week", "week after", "week later"]
Style = Literal["exact", "hours", "spoken", "h", "noon", "midnight"]
Trouble = Literal["wait", "recurring", "several", "bound", "negation", "past", "vague"]


class WhenError(ValueError):
    """The typed time cannot be used; the text tells the typist what to type instead."""


class NotATime(WhenError):
    """The phrase holds something that is no part of a time."""


@dataclass(frozen=True, slots=True)
class Offset:
    """So many days from today."""

    days: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """A weekday (Monday is 0) of the week the phrase points at."""

    weekday: int
    week: Week = "coming"


@dataclass(frozen=True, slots=True)
class Date:
    """A day of a month; without a month the next such day, else months counted from this one."""

    day: int
    month: int | None = None
    year: int | None = None
    months_ahead: int | None = None


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The last day of a named month, or of one counted from this month."""

    month: int | None = None
    year: int | None = None
    months_ahead: int = 0


@dataclass(frozen=True, slots=True)
class Numeric:
    """Two numbers that are a day and a month, in the order of the typist's locale."""

    first: int
    second: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Dotted:
    """`10.30`: a time or a date; the rest of the phrase decides."""

    first: int
    second: int
    minutes: bool


@dataclass(frozen=True, slots=True)
class Number:
    """A number with nothing beside it; an hour when it follows a day."""

    value: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. The style says how sure the half of the day is."""

    hour: int
    minute: int = 0
    second: int = 0
    style: Style = "exact"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: it decides between morning and evening hours."""

    name: Literal["dawn", "morning", "noon", "afternoon", "evening", "night"]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time; months and days are wall clock, seconds elapsed time."""

    months: int = 0
    days: int = 0
    seconds: int = 0
    start: Literal["now", "day"] = "now"


@dataclass(frozen=True, slots=True)
class Zone:
    """A named zone; with an offset it is an abbreviation that holds for part of the year."""

    name: str
    tz: tzinfo | None
    offset: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or sign that leads to an item (`at`), joins it, or follows it."""

    kind: Literal["at", "leads", "links", "joins", "follows"]


@dataclass(frozen=True, slots=True)
class Bad:
    """A time word that makes the phrase something else than one time ahead."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Month:
    """A month without a day."""

    month: int


Day = Offset | Weekday | Date | MonthEnd | Numeric
Item = Day | Month | Dotted | Number | Clock | Part | Span | Zone | Mark | Bad


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One phrase, understood as far as that goes without a clock."""

    language: str
    days: tuple[Day, ...] = ()
    clock: Clock | None = None
    part: Part | None = None
    span: Span | None = None
    zone: Zone | None = None

    def means(self, other: "Form") -> bool:
        """True when both say the same, in whatever language."""
        return replace(self, language="") == replace(other, language="")

    @property
    def lasts(self) -> bool:
        """True for a duration from now, such as "in 2 hours"."""
        return self.span is not None and self.span.start == "now" and not self.days

    @property
    def timely(self) -> bool:
        """True when it names at least a day, a clock or a duration from now."""
        return self.lasts or bool(self.days or self.clock)

    @property
    def whole(self) -> bool:
        """True when day and clock are both there, or a duration from now."""
        return self.lasts or bool(self.days and self.clock)
