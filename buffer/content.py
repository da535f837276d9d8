"""What a network takes of a post, and what it makes of it: looked at when it is written, not when it is due. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from buffer import pictures, series
from buffer.errors import Code, Refused
from buffer.model import (
    LANGUAGE,
    VISIBILITIES,
    VISIBILITY,
    WARNING,
    Draft,
    Edit,
    Limits,
    Profile,
    Update,
)
from buffer.text import length

_A_LANGUAGE = re.compile(r"[a-z]{2,3}")


def written(update: Update, draft: Draft, limits: Limits) -> Update:
    """A new update with what the draft says, as this network has it. Raises Refused."""
    options = known(draft.options, limits)
    room = _room(limits, options)
    return replace(
        update,
        text=series.divided(draft.text, room) if draft.series else draft.text,
        media=pictures.wanted(draft.media, limits),
        options=options,
    )


def changed(update: Update, edit: Edit, limits: Limits) -> Update:
    """With the pictures and options that an edit names. Raises Refused."""
    if edit.media is not None:
        update = replace(update, media=pictures.wanted(edit.media, limits))
    if edit.options is not None:
        update = replace(update, options=known(edit.options, limits))
    return update


def parts(update: Update, limits: Limits) -> list[str]:
    """The texts of the posts it becomes."""
    return series.parts(update.text, limits)


def differs(one: Update, other: Update) -> bool:
    """Whether they say different things."""
    return (one.text, one.media, one.options) != (other.text, other.media, other.options)


def check(update: Update, profile: Profile, limits: Limits) -> None:
    """Raises Refused for what the network does not take; the sentence names the profile."""
    room = _room(limits, update.options)
    series.check(update.text, room, profile.name, profile_id=profile.id)
    pictures.check(update.media, limits, profile.name, profile_id=profile.id)


def known(options: Mapping[str, str], limits: Limits) -> dict[str, str]:
    """Those that the network knows; the others are for the other profiles of a post. Raises Refused."""
    visibility, language = options.get(VISIBILITY, ""), options.get(LANGUAGE, "")
    if visibility and visibility not in VISIBILITIES:
        raise Refused(
            f"“{visibility}” is no visibility: use {', '.join(VISIBILITIES)}.", Code.BAD_PARAMETER
        )
    if language and not _A_LANGUAGE.fullmatch(language):
        raise Refused(
            f"“{language}” is no language: use two or three letters, such as en.",
            Code.BAD_PARAMETER,
        )
    return {name: value for name, value in options.items() if value and name in limits.options}


def _room(limits: Limits, options: Mapping[str, str]) -> Limits:
    """A content warning counts with the text."""
    warning = options.get(WARNING, "")
    if not warning:
        return limits
    return replace(limits, characters=max(0, limits.characters - length(warning, limits)))
