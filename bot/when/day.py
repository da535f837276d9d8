"""Finds the date that the day words of a form mean, counted from today; knows no hours."""

from calendar import monthrange
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.when.form import (
    Date,
    Day,
    Form,
    MonthEnd,
    Numeric,
    Offset,
    Span,
    Weekday,
    WhenError,
)

_NO_SUCH_DAY = "There is no such date. Write it like “24 December 18:00” or 2026-12-24 18:00."
_WRONG_WEEKDAY = "That date is a {}. Check the date, or leave the weekday out."
_TWO_DAYS = "Those are two different days: name just one, such as “monday 9am”."
_WHICH_WEEK = "Which week? Write “{0}”, “{0} next week” or the date."
_WHICH_ORDER = "Which one is the month? Write it like “24 December” or 2026-12-24."
_TOO_FAR = "That is more than ten years away. Name a nearer time, such as “in 3 weeks”."

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH_FIRST = {"en-us", "ja-jp", "ja"}


def which_day(form: Form, today: date, locale: str) -> date:
    """The date of a form; raises WhenError when its words contradict each other."""
    if not form.days:
        assert form.span
        return shifted(today, form.span)
    main, *checks = sorted(form.days, key=lambda day: isinstance(day, Weekday))
    found = _date(main, today, form, locale)
    for check in checks:
        if isinstance(check, Weekday) and check.weekday != found.weekday():
            raise WhenError(_WRONG_WEEKDAY.format(_NAMES[found.weekday()].capitalize()))
        if not isinstance(check, Weekday) and _date(check, today, form, locale) != found:
            raise WhenError(_TWO_DAYS)
    if form.span:
        return _weeks_on(main, found, form.span, today)
    return found


def shifted(day: date, span: Span) -> date:
    """The day after the months and days of a span; raises WhenError beyond ten years."""
    if span.months > 120 or span.days > 3660 or span.seconds > 3660 * 86400:
        raise WhenError(_TOO_FAR)
    return day + relativedelta(months=span.months, days=span.days)


def _weeks_on(main: Day, found: date, span: Span, today: date) -> date:
    """`friday in two weeks`: from that friday on, and in the second week, must be one day."""
    later = shifted(found, span)
    if span.start == "day" or not isinstance(main, Weekday):
        return later
    if _monday(shifted(today, span)) + timedelta(days=main.weekday) != later:
        raise WhenError(_WHICH_WEEK.format(_NAMES[main.weekday]))
    return later


def _date(day: Day, today: date, form: Form, locale: str) -> date:
    match day:
        case Offset(days=days):
            return today + timedelta(days=days)
        case Weekday():
            return _weekday(day, today)
        case Date(month=None):
            return _day_of_month(day, today)
        case Date():
            return _yearly(day.day, day.month or 1, day.year, today)
        case MonthEnd():
            return _month_end(day, today)
        case Numeric():
            return _numeric(day, today, form.language, locale.lower().replace("_", "-"))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weekday(day: Weekday, today: date) -> date:
    coming = today + timedelta(days=(day.weekday - today.weekday()) % 7)
    in_this_week = _monday(today) + timedelta(days=day.weekday)
    in_next_week = in_this_week + timedelta(days=7)
    match day.week:
        case "coming" | "this":
            return coming
        case "this week":
            return in_this_week
        case "next week":
            return in_next_week
        case "week after":
            return in_next_week + timedelta(days=7)
        case "week later":
            return coming + timedelta(days=7)
        case "next":
            if in_this_week > today:
                raise WhenError(_WHICH_WEEK.format(_NAMES[day.weekday]))
            return in_next_week


def _day_of_month(day: Date, today: date) -> date:
    ahead = day.months_ahead
    if ahead is None:
        ahead = 0 if day.day >= today.day else 1
    month = today.replace(day=1) + relativedelta(months=ahead)
    return _exact(day.day, month.month, month.year)


def _yearly(day: int, month: int, year: int | None, today: date) -> date:
    if year is None:
        year = today.year + ((month, day) < (today.month, today.day))
    return _exact(day, month, year)


def _exact(day: int, month: int, year: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise WhenError(_NO_SUCH_DAY) from error


def _month_end(day: MonthEnd, today: date) -> date:
    first = today.replace(day=1) + relativedelta(months=day.months_ahead)
    if day.month:
        year = day.year or today.year + (day.month < today.month)
        first = date(year, day.month, 1)
    return first.replace(day=monthrange(first.year, first.month)[1])


def _numeric(day: Numeric, today: date, language: str, locale: str) -> date:
    orders = {locale in _MONTH_FIRST}
    if language not in {locale.split("-")[0], "en"}:
        orders.add(language == "ja")
    found = set()
    for month_first in orders:
        month, number = (day.first, day.second) if month_first else (day.second, day.first)
        if 1 <= month <= 12 and 1 <= number <= monthrange(day.year or 2000, month)[1]:
            found.add((number, month))
    if len(found) != 1:
        raise WhenError(_WHICH_ORDER if found else _NO_SUCH_DAY)
    number, month = found.pop()
    return _yearly(number, month, day.year, today)
