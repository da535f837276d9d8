"""Reads a phrase as one time, by its form alone: finds its language and fits its items together.

Every word has to have a place. Knows no clock: what it returns may still lie in the past.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.when.foreign import in_english
from bot.when.form import (
    Bad,
    Clock,
    Date,
    Day,
    Dotted,
    Form,
    Item,
    Mark,
    Month,
    NotATime,
    Number,
    Numeric,
    Offset,
    Part,
    Span,
    Weekday,
    WhenError,
    Zone,
)
from bot.when.languages import LANGUAGES, Language, fold
from bot.when.scan import EXAMPLE, scan

LONGEST = 80

_LEADING = (Mark("at"), Mark("leads"), Mark("links"))
_FOLLOWING = (Mark("links"), Mark("joins"), Mark("follows"))

_ALL_THE_TIME = Numeric(24, 7)
_NOON = Clock(12, style="noon")

T = TypeVar("T")

_TROUBLES = {
    "wait": "That is a length of time: write “in 2 hours”, or “3 days from now at 9am”.",
    "recurring": "A post goes out once: name one day, such as “monday 9am”.",
    "several": "That names more than one time: name just one, such as “monday 9am”.",
    "bound": "That leaves the time open: name the moment itself, such as “monday 9am”.",
    "negation": "Say when it should go out, not when it should not, such as “monday 9am”.",
    "past": "That time has passed: name one that is still ahead, such as “tomorrow 9am”.",
    "vague": "That is not exact enough: name a day and an hour, such as “friday 17:30”.",
}
_IMPOSSIBLE_CLOCK = "There is no such time of day. Write it like 9am or 17:30."
_NO_DAY = "Name the day of the month, such as “24 December”."
_IMPOSSIBLE_DATE = "There is no such date. Write it like “24 December 18:00” or 2026-12-24 18:00."


def knows(word: str) -> bool:
    """False when a word has no place in any language's times."""
    text = fold(word)
    return any(language.may_be(text) for language in LANGUAGES.values())


def read(phrase: str, locale: str = "") -> Form:
    """The form of a phrase, in the locale's language, else in English, else in any other.

    Without a locale every language counts alike. Raises NotATime when a word is no part of a
    time, WhenError when the words are a time but not a single one that can be meant.
    """
    if len(phrase) > 4 * LONGEST or len(text := fold(phrase).rstrip(" ,")) > LONGEST:
        raise NotATime(f"That is too long for a time. {EXAMPLE}")
    own = locale.lower().replace("_", "-").split("-")[0]
    known = [language for language in LANGUAGES.values() if language.may_be(text)]
    known.sort(key=lambda language: (language.code != own, language.code != "en"))
    outcomes = [_outcome(text, language) for language in known]
    for language, outcome in zip(known, outcomes, strict=True):
        if locale and language.code in {own, "en"} and not isinstance(outcome, NotATime):
            return _kept(outcome)
    forms = [outcome for outcome in outcomes if isinstance(outcome, Form)]
    if locale and any(not form.means(forms[0]) for form in forms):
        raise WhenError(f"That means different times in different languages. {EXAMPLE}")
    if locale and all(isinstance(outcome, NotATime) for outcome in outcomes):
        english = in_english(text, own)
        if english != text:
            return fit(scan(english, LANGUAGES["en"]), "en")
    if forms:
        return max(forms, key=lambda form: form.whole)
    errors = [outcome for outcome in outcomes if isinstance(outcome, WhenError)]
    errors.sort(key=lambda error: isinstance(error, NotATime))
    raise errors[0] if errors else NotATime(_not_understood(text))


def _outcome(text: str, language: Language) -> Form | WhenError:
    try:
        return fit(scan(text, language), language.code)
    except WhenError as error:
        return error


def _kept(outcome: Form | WhenError) -> Form:
    if isinstance(outcome, WhenError):
        raise outcome
    return outcome


def _not_understood(text: str) -> str:
    words = [
        word for word in text.split(" ") if not any(L.may_be(word) for L in LANGUAGES.values())
    ]
    if not text or not words:
        return f"I do not understand that as a time. {EXAMPLE}"
    return f"I do not understand “{words[0]}” as part of a time. {EXAMPLE}"


def fit(items: Sequence[Item], language: str) -> Form:
    """The form that the items of a phrase make; raises WhenError when they make none."""
    _check_trouble(items)
    plain = [_settled_number(place, items) for place in range(len(items))]
    plain = [_settled_dots(*pair, plain) for pair in zip(plain, [None, *plain], strict=False)]
    _check_time(plain)
    days = tuple(_once(item for item in plain if isinstance(item, Day)))
    clocks = _once(item for item in plain if isinstance(item, Clock))
    parts = _once(item for item in plain if isinstance(item, Part))
    if len(clocks) > 1 and _NOON in clocks:
        clocks.remove(_NOON)
        parts = _once([*parts, Part("noon")])
    spans = [item for item in plain if isinstance(item, Span)]
    zones = _once(item for item in plain if isinstance(item, Zone))
    if max(len(clocks), len(parts), len(spans), len(zones)) > 1 or not _may_agree(days):
        raise WhenError(_TROUBLES["several"])
    form = Form(
        language=language,
        days=days,
        clock=clocks[0] if clocks else None,
        part=parts[0] if parts else None,
        span=spans[0] if spans else None,
        zone=zones[0] if zones else None,
    )
    _check_possible(form)
    return form


def _is_timely(item: Item) -> bool:
    return isinstance(item, Day | Clock | Part | Span)


def _check_trouble(items: Sequence[Item]) -> None:
    troubles = [item.trouble for item in items if isinstance(item, Bad)]
    if "wait" in troubles:
        raise NotATime(_TROUBLES["wait"])
    if troubles:
        clear = any(map(_is_timely, items)) or not {"past", "vague"}.isdisjoint(troubles)
        raise (WhenError if clear else NotATime)(_TROUBLES[troubles[0]])


def _check_time(items: Sequence[Item]) -> None:
    timely = any(map(_is_timely, items))
    if any(isinstance(item, Month) for item in items):
        raise (WhenError if timely else NotATime)(_NO_DAY)
    if not timely or items == [_ALL_THE_TIME]:
        raise NotATime(f"I see no time in that. {EXAMPLE}")
    if items[-1] in _LEADING or items[0] in _FOLLOWING:
        raise NotATime(f"Something is missing beside that time. {EXAMPLE}")


def _settled_number(place: int, items: Sequence[Item]) -> Item:
    """A lone number is an hour after an "at", a day, or beside a part of the day.

    `friday 27 at 9am`: after a weekday it is the day of the month when there is a clock too.
    """
    item, before, after = (
        items[place],
        *(items[near] if 0 <= near < len(items) else None for near in (place - 1, place + 1)),
    )
    if not isinstance(item, Number):
        return item
    if isinstance(before, Weekday) and any(isinstance(other, Clock) for other in items):
        return Date(item.value)
    told = isinstance(before, Offset | Weekday | Part) or isinstance(after, Part)
    if not told and before != Mark("at"):
        raise NotATime(f"What does “{item.value}” mean in that time? {EXAMPLE}")
    return Clock(item.value, style="spoken")


def _settled_dots(item: Item, before: Item | None, items: Sequence[Item]) -> Item:
    """`10.30` is a date beside a clock, a clock after a day or an "at", else unclear."""
    if not isinstance(item, Dotted):
        return item
    others = [other for other in items if other is not item]
    first_dots = next(other for other in items if isinstance(other, Dotted)) is item
    alone = isinstance(before, Weekday | Mark) or not any(
        isinstance(other, Day) for other in others
    )
    date = Numeric(item.first, item.second)
    if any(isinstance(other, Clock | Dotted) for other in others) and first_dots:
        if not alone or not _possible(date):
            raise NotATime(_IMPOSSIBLE_DATE)
        return date
    clear = item.second > 12 or any(isinstance(other, Day | Part | Dotted) for other in others)
    if item.minutes and (clear or before == Mark("at")):
        return Clock(item.first, item.second, style="hours" if item.first > 7 else "spoken")
    raise NotATime("Is that a date or a time? Write it like “9:30” or “24 December 18:00”.")


def _once(items: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(items))


def _may_agree(days: Sequence[Day]) -> bool:
    """Several days can be one when they are of different kinds: `tomorrow, friday 27 November`."""
    return len({type(day) for day in days}) == len(days)


def _check_possible(form: Form) -> None:
    clock, span = form.clock, form.span
    if clock and not _on_a_dial(clock):
        raise WhenError(_IMPOSSIBLE_CLOCK)
    if not all(map(_possible, form.days)):
        raise WhenError(_IMPOSSIBLE_DATE)
    if span and span.seconds and (form.days or clock or form.part or form.zone):
        raise WhenError(_TROUBLES["several"])
    if span and form.days and not _can_shift(span, form.days):
        raise WhenError(_TROUBLES["several"])
    if span and span.start == "day" and not form.days:
        raise NotATime(f"From when on? {EXAMPLE}")


def _on_a_dial(clock: Clock) -> bool:
    if clock.hour == 24:
        return (clock.minute, clock.second) == (0, 0)
    return clock.hour < 24 and clock.minute < 60 and clock.second < 60


def _can_shift(span: Span, days: Sequence[Day]) -> bool:
    whole_weeks = not span.months and span.days % 7 == 0
    return span.start == "day" or (whole_weeks and isinstance(days[0], Offset | Weekday))


def _possible(day: Day) -> bool:
    match day:
        case Date(day=number, month=month, year=year):
            return _in_month(number, month, year)
        case Numeric(first=one, second=two, year=year):
            return _in_month(one, two, year) or _in_month(two, one, year)
    return True


def _in_month(day: int, month: int | None, year: int | None) -> bool:
    if month is not None and not 1 <= month <= 12:
        return False
    return 1 <= day <= (monthrange(year or 2000, month)[1] if month else 31)
