"""Turns the parameters of a request into what the queue takes: drafts, edits, media, schedules."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlsplit

from buffer.api.forms import Form
from buffer.errors import Code, Refused
from buffer.model import OPTIONS, Draft, Edit, Media, Position, Schedule

MOST_PROFILES = 100
"""In one call; Buffer's own web client sent ten."""

MOST_SCHEDULES = 100
LONGEST_HOLD = 60
"""Seconds."""

ADDRESSES = ("link", "picture", "photo", "thumbnail")


def draft_of(form: Form, known: Collection[str]) -> Draft:
    """A new post. Ids that are not `known` are passed over, as v1 does; none left is Refused."""
    retweet = retweet_of(form)
    return Draft(
        text=form.text("text") or tweet_text(retweet),
        profile_ids=_profile_ids(form, known),
        position=_position(form),
        scheduled_at=form.moment("scheduled_at"),
        hold=timedelta(seconds=form.number("hold", low=0, high=LONGEST_HOLD) or 0),
        media=media_of(form) or Media(),
        retweet=retweet,
        shorten=form.flag("shorten", default=True),
        attachment=form.flag("attachment", default=True),
        allow_duplicate=form.flag("allow_duplicate"),
        source=form.text("source") or "",
        series=form.flag("series"),
        options=options_of(form) or {},
    )


def edit_of(form: Form) -> Edit:
    """A change. The text is required (blank with a picture, say), media that are not named stay."""
    return Edit(
        text=None if form.flag("keep_text") else form.required("text", blank=True),
        media=media_of(form),
        scheduled_at=form.moment("scheduled_at"),
        to_queue=form.flag("to_queue"),
        allow_duplicate=form.flag("allow_duplicate"),
        options=options_of(form),
    )


def options_of(form: Form) -> dict[str, str] | None:
    """What some networks know beside the text; None where nothing is named."""
    named = {name: form.text(name) for name in OPTIONS}
    return {name: value.strip() for name, value in named.items() if value is not None} or None


def media_of(form: Form) -> Media | None:
    """What is attached; a `photo` is its own thumbnail unless one is named. Raises Refused for what is no address."""
    media = form.group("media")
    if media is None:
        return None
    photo, picture = (_address(media, name) for name in ("photo", "picture"))
    return Media(
        link=_address(media, "link"),
        title=media.text("title") or "",
        description=media.text("description") or "",
        picture=photo or picture,
        thumbnail=_address(media, "thumbnail") or photo,
        alt_text=media.text("alt_text") or form.text("alt_text") or "",
    )


def retweet_of(form: Form) -> dict[str, str]:
    """Kept and shown, though only Twitter knew what to do with it."""
    retweet = form.group("retweet")
    if retweet is None:
        return {}
    comment = retweet.text("comment")
    tweet_id = retweet.required("tweet_id").strip()
    return {"tweet_id": tweet_id} | ({"comment": comment} if comment else {})


def tweet_text(retweet: dict[str, str]) -> str:
    """What a retweet without a text says on a network that has none: its comment and where the tweet is."""
    if not retweet:
        return ""
    link = f"https://twitter.com/i/web/status/{retweet['tweet_id']}"
    return f"{retweet.get('comment', '')} {link}".strip()


def schedules_of(form: Form) -> list[Schedule]:
    """Posting times. Anything but whole ones is Refused: a malformed request must never clear a schedule."""
    rows = form.rows("schedules")
    if not rows:
        raise Refused(
            "Give the posting times as schedules[0][days][] and schedules[0][times][].",
            Code.MISSING_PARAMETER,
        )
    if len(rows) > MOST_SCHEDULES:
        raise Refused(f"At most {MOST_SCHEDULES} schedules, please.", Code.OUT_OF_BOUNDS)
    return [_schedule(row) for row in rows]


def _schedule(row: Form) -> Schedule:
    days, times = (tuple(dict.fromkeys(row.listed(name))) for name in ("days", "times"))
    if not days or not times:
        raise Refused("Every schedule needs days and times.", Code.MISSING_PARAMETER)
    return Schedule(days=days, times=times)


def _profile_ids(form: Form, known: Collection[str]) -> tuple[str, ...]:
    asked = list(dict.fromkeys(form.listed("profile_ids")))
    if not asked:
        raise Refused("The parameter “profile_ids” is missing.", Code.MISSING_PARAMETER)
    if len(asked) > MOST_PROFILES:
        raise Refused(f"At most {MOST_PROFILES} profiles in one call.", Code.OUT_OF_BOUNDS)
    ours = tuple(each for each in asked if each in known)
    if not ours:
        raise Refused("None of these profiles is yours.", Code.NO_ACCESS_TO_PROFILE)
    return ours


def _position(form: Form) -> Position:
    now, top = form.flag("now"), form.flag("top")
    return Position.NOW if now else Position.TOP if top else Position.QUEUE


def _address(media: Form, name: str) -> str:
    value = (media.text(name) or "").strip()
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        fits = False
    if value and (not fits or any(sign.isspace() for sign in value)):
        raise Refused(f"media[{name}] must be a web address.", Code.BAD_PARAMETER)
    return value
