"""What a channel wants to hear, and when. Pure but for reading its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from buffer.errors import Code, Refused
from buffer.model import Event, zone
from buffer.ports import Store

COMMENTS, MENTIONS, COUNTS, POSTS = "comments", "mentions", "counts", "posts"
EVERYTHING = frozenset({COMMENTS, MENTIONS, COUNTS})
"""What a channel hears that nobody set. POSTS are those an account makes on its network itself."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """A channel's own settings. `quiet_from` and `quiet_to` are wall clock (HH:MM) in `timezone`; "" for none.
    `directly`: a reply in a thread is posted without asking."""

    hears: frozenset[str] = EVERYTHING
    digest: bool = True
    directly: bool = False
    quiet_from: str = ""
    quiet_to: str = ""
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        zone(self.timezone)
        for time in filter(None, (self.quiet_from, self.quiet_to)):
            if not _TIME.fullmatch(time):
                raise Refused(f"“{time}” is not a time: use 00:00 to 23:59.", Code.BAD_PARAMETER)
        if bool(self.quiet_from) != bool(self.quiet_to):
            raise Refused("Quiet hours need a beginning and an end.", Code.BAD_PARAMETER)

    def wants(self, event: Event) -> bool:
        """Whether words of this kind are said here. Likes and the like have none."""
        names = {Event.COMMENT: COMMENTS, Event.MENTION: MENTIONS}
        return names.get(event, COUNTS) in self.hears

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet hours of this moment end; None outside of them."""
        if not self.quiet_from or self.quiet_from == self.quiet_to:
            return None
        local = now.astimezone(zone(self.timezone))
        for days in (-1, 0):
            begins = _at(local + timedelta(days=days), self.quiet_from)
            ends = _at(local + timedelta(days=days), self.quiet_to)
            if ends <= begins:
                ends = _at(local + timedelta(days=days + 1), self.quiet_to)
            if begins <= now < ends:
                return ends
        return None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"hears": sorted(self.hears)}


def wishes_of(store: Store, channel: str) -> Wishes:
    """What was set for a channel; everything, where nothing was."""
    kept: Mapping[str, Any] = store.feeds.settings(channel)
    return Wishes(**{**kept, "hears": frozenset(kept["hears"])}) if kept else Wishes()


def _at(day: datetime, time: str) -> datetime:
    hour, minute = map(int, time.split(":"))
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
