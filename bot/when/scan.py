"""Cuts a folded phrase into items: each rule of a language names the maker of its items.

At every place the longest match wins, and every letter has to belong to an item.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import cache
from typing import Literal

from bot.when.form import (
    Bad,
    Clock,
    Date,
    Dotted,
    Item,
    Mark,
    Month,
    MonthEnd,
    NotATime,
    Number,
    Numeric,
    Offset,
    Part,
    Span,
    Style,
    Week,
    Weekday,
    Zone,
)
from bot.when.languages import Language
from bot.when.zone import NAMES, named, offset

Found = Mapping[str, str | None]
Start = Literal["now", "day"]
Maker = Callable[[Language, Found], Item]

EXAMPLE = "Try “tomorrow 9am”, “friday 17:30” or “in 2 hours”."

_ZONES = "|".join(sorted(NAMES, key=len, reverse=True))
_ISO_DAY = "(?P<year>[12][0-9]{3})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_ISO_CLOCK = (
    "(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,6})?)?"
)

# What every language shares. Digits are ASCII: other scripts' digits are no times here.
_SHARED_RULES: dict[str, tuple[str, ...]] = {
    "iso+colon": (_ISO_DAY + "t" + _ISO_CLOCK,),
    "iso+colon+zulu": (_ISO_DAY + "[t ]" + _ISO_CLOCK + " ?z",),
    "iso": (
        r"(?P<year>[12][0-9]{3})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})",
    ),
    "numeric": (
        r"(?P<first>[0-9]{1,2})(?P<sign>[-/.])(?P<second>[0-9]{1,2})(?P=sign)"
        r"(?P<year>[12][0-9]{3}|[0-9]{2})(?![:.][0-9])",
        r"(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})",
        r"(?P<first>[0-9]{1,2})\. ?(?P<second>[0-9]{1,2})\.(?: (?P<year>[12][0-9]{3}))?(?![0-9])",
    ),
    "dotted": (r"(?P<first>[0-9]{1,2})\.(?P<second>[0-9]{1,2})",),
    "colon": (_ISO_CLOCK,),
    "twelve": (
        r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?(?::(?P<second>[0-9]{2}))?"
        r"(?: ?(?P<ampm>[ap]\.m\.|[ap]\. m\.|[ap]\.?m)|(?P<half>[ap]))",
    ),
    "zone": (
        f"(?P<zone>{_ZONES})",
        rf"\((?P<zone>{_ZONES})\)",
        r"(?P<iana>[a-z_]{2,20}(?:/[a-z_]{2,30}(?:[+-][0-9]{1,2}|-[a-z-]{2,20})?){1,2})",
    ),
    "offset": (
        r"(?:utc|gmt) ?(?P<sign>[+-]) ?(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?",
        r"(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})",
    ),
    "number": ("(?P<hour>[0-9]{1,4})",),
    "joins": (",", "[.!]$"),
    "wait": ("{span}",),
}


def _number(language: Language, found: Found, gap: str) -> int:
    words = found.get(gap)
    return int(language.value(gap, words)) if words else 0


def _optional(language: Language, found: Found, gap: str) -> int | None:
    return _number(language, found, gap) if found.get(gap) else None


def _weekday(week: Week) -> Maker:
    return lambda language, found: Weekday(_number(language, found, "weekday"), week)


def _date(months_ahead: int | None = None) -> Maker:
    return lambda language, found: Date(
        _number(language, found, "day"),
        _optional(language, found, "month"),
        _optional(language, found, "year"),
        months_ahead,
    )


def _numeric(language: Language, found: Found) -> Item:
    year = int(found.get("year") or 0) or None
    if year is not None and year < 100:
        year += 2000
    return Numeric(int(found["first"] or 0), int(found["second"] or 0), year)


def _dotted(language: Language, found: Found) -> Item:
    second = found["second"] or ""
    return Dotted(int(found["first"] or 0), int(second), minutes=len(second) == 2)


def _in_half(hour: int, half: str | None) -> int:
    """The hour of the day that am or pm makes of it; 99 when there is no such hour."""
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return 99
    return hour % 12 + (12 if half.startswith("p") else 0)


def _clock(minutes: int = 0, *, style: Style | None = None, backwards: bool = False) -> Maker:
    """A clock whose minutes are those found, or these before or after the full hour."""

    def make(language: Language, found: Found) -> Item:
        ampm = found.get("ampm")
        hour = _in_half(_number(language, found, "hour"), ampm)
        minute = _number(language, found, "minute") + minutes
        if backwards:
            hour, minute = ((hour - 1) % 24 if hour < 25 else hour), 60 - minute
        padded = (found.get("hour") or "").startswith("0") and bool(found.get("minute"))
        sure = bool(ampm) or padded or minute > 59
        return Clock(hour, minute, style="exact" if sure else style or language.clock_style)

    return make


def _colon(language: Language, found: Found) -> Item:
    hour, minute, second = (int(found[gap] or 0) for gap in ("hour", "minute", "second"))
    padded = (found["hour"] or "").startswith("0") or bool(found["second"])
    return Clock(hour, minute, second, "exact" if padded else language.clock_style)


def _twelve(language: Language, found: Found) -> Item:
    hour = _in_half(int(found["hour"] or 0), found["ampm"] or found["half"])
    return Clock(hour, int(found["minute"] or 0), int(found["second"] or 0))


def _counted(start: int, minutes: int = 0) -> Maker:
    """Japanese halves count their hours from 0 to 11; their 12 o'clock is never sure."""

    def make(language: Language, found: Found) -> Item:
        hour = _number(language, found, "hour")
        return Clock(
            hour + start if hour < 12 else 99, _number(language, found, "minute") + minutes
        )

    return make


def _near_half(minutes: int) -> Maker:
    """`fünf vor halb zehn`: minutes round the half before the hour."""

    def make(language: Language, found: Found) -> Item:
        minute = 30 + minutes * _number(language, found, "minute")
        return Clock(_number(language, found, "hour") - 1, minute, style=language.clock_style)

    return make


def _span(start: Start) -> Maker:
    def make(language: Language, found: Found) -> Item:
        total = {"months": 0.0, "weeks": 0.0, "days": 0.0, "seconds": 0.0}
        for piece in language.span_piece.finditer(found["span"] or ""):
            if piece["hours"]:
                total["seconds"] += int(piece["hours"]) * 3600 + int(piece["minutes"]) * 60
                continue
            kind, size = language.measure(piece["unit"])
            amount = language.value("amount", piece["amount"])
            amount += 0.5 if piece["before"] or piece["after"] else 0.25 if piece["quarter"] else 0
            if kind != "seconds" and amount % 1:
                return Bad("vague")
            total[kind] += amount * size
        months, weeks, days, seconds = (round(value) for value in total.values())
        return Span(months, weeks * 7 + days, seconds, start)

    return make


def _iana(_language: Language, found: Found) -> Item:
    return named(found.get("iana") or found.get("zone") or "")


def _offset(_language: Language, found: Found) -> Item:
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    return offset(found["sign"] or "+", hours, minutes)


def _same(item: Item) -> Maker:
    return lambda _language, _found: item


_MAKERS: dict[str, Maker] = {
    "today": _same(Offset(0)),
    "tomorrow": _same(Offset(1)),
    "overmorrow": _same(Offset(2)),
    "third_day": _same(Offset(3)),
    "weekday": _weekday("coming"),
    "this_weekday": _weekday("this"),
    "coming_weekday": _weekday("coming"),
    "next_weekday": _weekday("next"),
    "this_week_weekday": _weekday("this week"),
    "next_week_weekday": _weekday("next week"),
    "week_after_weekday": _weekday("week after"),
    "later_weekday": _weekday("week later"),
    "date": _date(),
    "iso": _date(),
    "day_of_month": _date(),
    "day_this_month": _date(0),
    "day_next_month": _date(1),
    "month_end": _same(MonthEnd()),
    "next_month_end": _same(MonthEnd(months_ahead=1)),
    "last_day_of": lambda language, found: MonthEnd(
        _number(language, found, "month"), _optional(language, found, "year")
    ),
    "numeric": _numeric,
    "dotted": _dotted,
    "number": lambda language, found: Number(_number(language, found, "hour")),
    "worded": _clock(style="spoken"),
    "oclock": _clock(),
    "spoken": _clock(style="spoken"),
    "continental": _clock(style="h"),
    "colon": _colon,
    "twelve": _twelve,
    "half_past": _clock(30, style="spoken"),
    "half_to": _clock(30, style="spoken", backwards=True),
    "quarter_past": _clock(15, style="spoken"),
    "quarter_to": _clock(15, style="spoken", backwards=True),
    "minutes_past": _clock(style="spoken"),
    "minutes_to": _clock(style="spoken", backwards=True),
    "hour_less": _clock(style="spoken", backwards=True),
    "minutes_past_half": _near_half(1),
    "minutes_to_half": _near_half(-1),
    "am_clock": _counted(0),
    "pm_clock": _counted(12),
    "am_half": _counted(0, minutes=30),
    "pm_half": _counted(12, minutes=30),
    "noon": _same(Clock(12, style="noon")),
    "noon_minutes": lambda language, found: Clock(12, _number(language, found, "minute")),
    "noon_half": _same(Clock(12, 30)),
    "noon_quarter": _same(Clock(12, 15)),
    "midnight": _same(Clock(0, style="midnight")),
    "morning": _same(Part("morning")),
    "dawn": _same(Part("dawn")),
    "noonish": _same(Part("noon")),
    "afternoon": _same(Part("afternoon")),
    "evening": _same(Part("evening")),
    "night": _same(Part("night")),
    "span": _span("now"),
    "shift": _span("day"),
    "zone": _iana,
    "offset": _offset,
    "zulu": _same(Zone("UTC", UTC)),
    "month": lambda language, found: Month(_number(language, found, "month")),
    "idiom": _same(Bad("vague")),
    "wait": _same(Bad("wait")),
    "past": _same(Bad("past")),
    "recurring": _same(Bad("recurring")),
    "several": _same(Bad("several")),
    "bound": _same(Bad("bound")),
    "negation": _same(Bad("negation")),
    "vague": _same(Bad("vague")),
    "at": _same(Mark("at")),
    "leads": _same(Mark("leads")),
    "links": _same(Mark("links")),
    "joins": _same(Mark("joins")),
    "follows": _same(Mark("follows")),
}


@cache
def _rules(language: Language) -> list[tuple[re.Pattern[str], list[Maker]]]:
    return [
        (language.compiled(template), [_MAKERS[name] for name in tag.split("+")])
        for group in (language.rules, _SHARED_RULES)
        for tag, templates in group.items()
        for template in templates
    ]


def scan(phrase: str, language: Language) -> list[Item]:
    """All items of a folded phrase; raises NotATime where a word belongs to none."""
    items: list[Item] = []
    place = 0
    while place < len(phrase):
        found, makers = _longest(phrase, place, language)
        items.extend(make(language, found.groupdict()) for make in makers)
        place = found.end()
        place += phrase[place : place + 1] == " "
    return items


def _longest(phrase: str, place: int, language: Language) -> tuple[re.Match[str], list[Maker]]:
    best: re.Match[str] | None = None
    chosen: list[Maker] = []
    for pattern, makers in _rules(language):
        match = pattern.match(phrase, place)
        if match and match.end() > (best.end() if best else place):
            best, chosen = match, makers
    if best is None:
        word = phrase[place:].split(" ")[0]
        raise NotATime(f"I do not understand “{word}” as part of a time. {EXAMPLE}")
    return best, chosen
