"""Shortens the links of an update that is about to go out. The text people see and edit stays as they wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from buffer import series
from buffer.errors import Refused
from buffer.model import Limits, Profile, Update
from buffer.ports import Networks, Store
from buffer.text import Kind, marks

PATH = "/s"

Shorten = Callable[[Update, Profile, datetime], Update]


def as_written(update: Update, profile: Profile, now: datetime) -> Update:
    """For a server without a public address: nobody could follow its links."""
    return update


def shortener(store: Store, networks: Networks, public_url: str) -> Shorten:
    """Shortens with links below this address, inside the transaction that claims the update."""

    def shorten(update: Update, profile: Profile, now: datetime) -> Update:
        if not update.shorten:
            return update
        short = replace(update, text=_short(store, update, public_url, now))
        return short if _fits(short.text, networks[update.service].limits(profile)) else update

    return shorten


def _short(store: Store, update: Update, public_url: str, now: datetime) -> str:
    pieces, done = [], 0
    for mark in marks(update.text):
        if mark.kind is Kind.LINK and not mark.value.startswith(f"{public_url}{PATH}/"):
            code = store.links.code(update.id, mark.value, now)
            pieces += [update.text[done : mark.start], f"{public_url}{PATH}/{code}"]
            done = mark.end
    return "".join([*pieces, update.text[done:]])


def _fits(text: str, limits: Limits) -> bool:
    """A short address may be the longer one, where what it leads to is shorter still."""
    try:
        series.check(text, limits)
    except Refused:
        return False
    return True
