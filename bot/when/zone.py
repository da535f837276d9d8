"""Time zones as people name them: IANA names, abbreviations, offsets from UTC."""

from datetime import UTC, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.when.form import NotATime, Zone

# Abbreviation -> hours from UTC, and a zone that uses it: most hold for half of the year only.
_ABBREVIATIONS = {
    "est": (-5, "America/New_York"),
    "edt": (-4, "America/New_York"),
    "cst": (-6, "America/Chicago"),
    "cdt": (-5, "America/Chicago"),
    "mst": (-7, "America/Denver"),
    "mdt": (-6, "America/Denver"),
    "pst": (-8, "America/Los_Angeles"),
    "pdt": (-7, "America/Los_Angeles"),
    "akst": (-9, "America/Anchorage"),
    "akdt": (-8, "America/Anchorage"),
    "hst": (-10, "Pacific/Honolulu"),
    "ast": (-4, "America/Halifax"),
    "adt": (-3, "America/Halifax"),
    "brt": (-3, "America/Sao_Paulo"),
    "bst": (1, "Europe/London"),
    "wet": (0, "Europe/Lisbon"),
    "west": (1, "Europe/Lisbon"),
    "cet": (1, "Europe/Berlin"),
    "cest": (2, "Europe/Berlin"),
    "mez": (1, "Europe/Berlin"),
    "mesz": (2, "Europe/Berlin"),
    "eet": (2, "Europe/Athens"),
    "eest": (3, "Europe/Athens"),
    "msk": (3, "Europe/Moscow"),
    "sast": (2, "Africa/Johannesburg"),
    "sgt": (8, "Asia/Singapore"),
    "hkt": (8, "Asia/Hong_Kong"),
    "jst": (9, "Asia/Tokyo"),
    "kst": (9, "Asia/Seoul"),
    "awst": (8, "Australia/Perth"),
    "acst": (9.5, "Australia/Adelaide"),
    "acdt": (10.5, "Australia/Adelaide"),
    "aest": (10, "Australia/Sydney"),
    "aedt": (11, "Australia/Sydney"),
    "nzst": (12, "Pacific/Auckland"),
    "nzdt": (13, "Pacific/Auckland"),
}
_REGIONS = {
    "日本時間": "Asia/Tokyo",
    "horario de brasilia": "America/Sao_Paulo",
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "mt": "America/Denver",
    "ct": "America/Chicago",
    "et": "America/New_York",
}
# Letters that name several zones: good only where the typist's own zone uses them.
_SHARED = {"ist"}

NAMES = frozenset({"utc", "gmt", *_ABBREVIATIONS, *_REGIONS, *_SHARED})


@cache
def _known() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name}


def load() -> None:
    """Read the list of IANA names, which takes a moment the first time."""
    _known()


def named(word: str) -> Zone:
    """The zone that a folded word names; raises NotATime for an unknown one."""
    letters = word.upper()
    if word in {"utc", "gmt"}:
        return Zone(letters, UTC)
    if word in _REGIONS:
        return Zone(letters, ZoneInfo(_REGIONS[word]))
    if word in _SHARED:
        return Zone(letters, None, timedelta())
    if word in _ABBREVIATIONS:
        hours, region = _ABBREVIATIONS[word]
        return Zone(letters, ZoneInfo(region), timedelta(hours=hours))
    if word in _known():
        return Zone(_known()[word], ZoneInfo(_known()[word]))
    raise NotATime(f"I do not know the time zone “{word}”. Write it like Europe/Berlin or UTC+2.")


def offset(sign: str, hours: int, minutes: int) -> Zone:
    """A fixed offset; raises NotATime when no place on earth has it."""
    size = timedelta(hours=hours, minutes=minutes)
    if size > timedelta(hours=14) or minutes > 59:
        raise NotATime("No place is that far from UTC. Write an offset like UTC+2.")
    shift = -size if sign == "-" else size
    return Zone(f"UTC{sign}{hours}", timezone(shift) if shift else UTC)
