"""Turns a form into an instant, given the moment it was typed and the typist's zone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.when.day import shifted, which_day
from bot.when.form import Clock, Form, Offset, Part, Span, Weekday, WhenError, Zone

_TEN_YEARS = timedelta(days=3660)

_PASSED = "That time has passed: name one that is still ahead, such as “tomorrow 9am”."
_TOO_FAR = "That is more than ten years away. Name a nearer time, such as “in 3 weeks”."
_NO_HOUR = "At what time? Add an hour, such as “tomorrow 9am” or “friday 17:30”."
_NO_DAY = "On which day? Add one, such as “tomorrow 9am” or “friday 17:30”."
_WHICH_HALF = "Morning or evening? Write it like 6am, 6pm or 18:00."
_WHICH_MIDNIGHT = "Which midnight? Write the day that begins with 0:00, such as “friday 0:00”."
_OTHER_HALF = "That hour and that part of the day do not fit together. Write it like 9am or 21:00."
_SPAN_OR_CLOCK = "Is that a time of day or a wait? Write “at 10:00” or “in 10 hours”."


def resolve(form: Form, now: datetime, home: ZoneInfo, locale: str) -> tuple[datetime, bool]:
    """The instant, and whether a clock change moved it; raises WhenError when there is none."""
    if form.lasts and not (form.clock or form.part or form.zone):
        assert form.span
        return _checked(*_elapsed(form.span, now, home), now)
    if form.clock is None:
        raise WhenError(_NO_HOUR)
    clock = _in_full(form.clock, form)
    if not form.days and not form.span:
        return _checked(*_next_occurrence(clock, form.zone, now, home), now)
    today = now.astimezone(home).date()
    day = which_day(form, today, locale)
    at, moved = _at(day, clock, form.zone, home)
    if at <= now and form.days == (Weekday(today.weekday()),):
        at, moved = _at(day + timedelta(days=7), clock, form.zone, home)
    return _checked(at, moved, now)


def _checked(at: datetime, moved: bool, now: datetime) -> tuple[datetime, bool]:
    if at <= now:
        raise WhenError(_PASSED)
    if at > now + _TEN_YEARS:
        raise WhenError(_TOO_FAR)
    return at, moved


def _elapsed(span: Span, now: datetime, home: ZoneInfo) -> tuple[datetime, bool]:
    local = now.astimezone(home)
    moved = False
    if span.months or span.days:
        later = shifted(local.date(), span)
        local, moved = _on_the_clock(datetime.combine(later, local.time()), home)
    return (local.astimezone(UTC) + timedelta(seconds=span.seconds)).astimezone(home), moved


def _next_occurrence(
    clock: Clock, zone: Zone | None, now: datetime, home: ZoneInfo
) -> tuple[datetime, bool]:
    today = now.astimezone(zone.tz if zone and zone.tz else home).date()
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        at, moved = _at(day, clock, zone, home)
        if at > now:
            break
    return at, moved


def _at(day: date, clock: Clock, zone: Zone | None, home: ZoneInfo) -> tuple[datetime, bool]:
    if clock.hour == 24:
        day, clock = day + timedelta(days=1), Clock(0)
    local = datetime.combine(day, time(clock.hour, clock.minute, clock.second))
    return _on_the_clock(local, _zone_at(local, zone, home) if zone else home)


def _zone_at(local: datetime, zone: Zone, home: ZoneInfo) -> tzinfo:
    """The zone that an abbreviation stands for at that time; the typist's own goes first."""
    if zone.offset is None and zone.tz:
        return zone.tz
    if local.replace(tzinfo=home).tzname() == zone.name:
        return home
    if zone.tz and any(
        local.replace(tzinfo=zone.tz, fold=f).utcoffset() == zone.offset for f in (0, 1)
    ):
        return zone.tz
    raise WhenError(
        f"{zone.name} is not a clear time zone on that day. Write it like Europe/Berlin or UTC+2."
    )


def _on_the_clock(local: datetime, zone: tzinfo) -> tuple[datetime, bool]:
    """A wall clock time as an instant: skipped ones move on by the gap, doubled ones are first."""
    at = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return at, at.replace(tzinfo=None, fold=0) != local


_HOURS = {
    "dawn": range(7),
    "morning": range(12),
    "noon": range(11, 15),
    "afternoon": range(12, 21),
    "evening": range(16, 24),
    "night": range(18, 24),
}


def _in_full(clock: Clock, form: Form) -> Clock:
    """The clock on 24 hours; raises WhenError when the half of the day is not clear."""
    if clock.style == "midnight":
        return _midnight(form)
    if clock.style == "h" and not (form.days or form.span):
        raise WhenError(_SPAN_OR_CLOCK)
    if form.part:
        return replace(clock, hour=_hour_in(form.part, clock, bare=not form.days))
    unclear = {"spoken": range(1, 8), "hours": range(1, 6), "h": range(1, 6)}
    if clock.hour in unclear.get(clock.style, ()):
        raise WhenError(_WHICH_HALF)
    return clock


def _midnight(form: Form) -> Clock:
    if form.days == (Offset(0),):
        return Clock(24)
    if form.days or form.span:
        raise WhenError(_WHICH_MIDNIGHT)
    return Clock(0)


def _hour_in(part: Part, clock: Clock, *, bare: bool) -> int:
    either = {clock.hour}
    if clock.style != "exact" and 1 <= clock.hour <= 12:
        either = {clock.hour % 12, clock.hour % 12 + 12}
    fitting = either.intersection(_HOURS[part.name])
    if part.name == "night" and bare:
        fitting |= either.intersection(range(1, 6))
    if len(fitting) != 1:
        raise WhenError(_OTHER_HALF)
    return fitting.pop()
