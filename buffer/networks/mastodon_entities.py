"""Mastodon's entities: what its API says, read as our own words, and what it is told. Pure.

Facts: docs.joinmastodon.org/entities, 2026-11, and answers recorded on Mastodon 4.6.4 and other servers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from buffer.budget import Allowance
from buffer.errors import Unclear
from buffer.markup import plain
from buffer.model import (
    LANGUAGE,
    OPTIONS,
    VISIBILITY,
    WARNING,
    Event,
    Found,
    Interaction,
    Json,
    Limits,
    Person,
    Receipt,
    Seen,
    Update,
)
from buffer.web import Answer

PLAIN = Limits(
    characters=500,
    counting="mastodon",
    link_length=23,
    images=4,
    alt_text=1500,
    fetches=True,
    threads=True,
    options=frozenset(OPTIONS),
)
"""Mastodon's own, for a server that does not tell."""

_HEX, _ULID = re.compile(r"[0-9A-Fa-f-]{32,}"), re.compile(r"[0-7][0-9A-Za-z]{25}")
_EVENTS = {
    "mention": Event.COMMENT,
    "favourite": Event.LIKE,
    "reblog": Event.RESHARE,
    "quote": Event.MENTION,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """A server and how it knows us there."""

    server: str
    token: str = field(repr=False)
    account: str = ""
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)


def id_of(told: Any) -> str:
    """One spelling of an id. Most are opaque (of Pleroma's, upper and lower case are two); a hexadecimal one (snac's,
    which comes in both cases) and a ULID (GoToSocial's) are the same in both."""
    id = str(told)
    if _HEX.fullmatch(id):
        return id.lower()
    return id.upper() if _ULID.fullmatch(id) else id


def addressed(text: str, to: Interaction | None) -> str:
    """A reply names whom it answers: without that nobody is told of it."""
    if to is None or not to.user.username:
        return text
    name = f"@{to.user.username}"
    if re.search(rf"(?<![\w@./]){re.escape(name)}(?![\w@-]|\.\w)", text, re.IGNORECASE):
        return text
    return f"{name} {text}"


def answered(update: Update | None, to: Interaction | None) -> str:
    if to:
        return to.service_id
    return update.service_update_id if update else ""


def kept_by_edit(status: Json) -> Json:
    """What an edit has to say again so that it stays."""
    files = status.get("media_attachments")
    ids = [str(each["id"]) for each in files if each.get("id")] if isinstance(files, list) else []
    kept: Json = {
        "spoiler_text": str(status.get("spoiler_text") or ""),
        "sensitive": bool(status.get("sensitive")),
    }
    if status.get("language"):
        kept["language"] = status["language"]
    return {**kept, "media_ids": ids} if ids else kept


def status_for(update: Update, files: list[str], thread: Sequence[Receipt]) -> Json:
    options = update.options
    visibility = options.get(VISIBILITY, "")
    body: Json = {"status": update.text}
    if files:
        body["media_ids"] = files
    if thread:
        body["in_reply_to_id"] = thread[-1].service_id
    if options.get(WARNING):
        body |= {"spoiler_text": options[WARNING], "sensitive": True}
    if visibility:
        body["visibility"] = visibility
    if options.get(LANGUAGE):
        body["language"] = options[LANGUAGE]
    return body


def receipt(status: Json) -> Receipt:
    link = str(status.get("url") or status.get("uri") or "")
    return Receipt(service_id=id_of(status["id"]), link=link)


def interaction(told: Json, login: Login) -> Found | None:
    server = login.server
    event, status = _EVENTS.get(str(told.get("type"))), told.get("status")
    who = told.get("account")
    if event is None or not isinstance(status, dict) or not isinstance(who, dict):
        return None
    if event is Event.COMMENT and status.get("in_reply_to_id"):
        said = comment(status, id_of(status["in_reply_to_id"]), server)
        is_ours = id_of(status.get("in_reply_to_account_id")) == id_of(login.account)
        return replace(said, elsewhere=not is_ours) if said else None
    has_words = event in (Event.COMMENT, Event.MENTION)
    if has_words and is_confidential(status):
        return None
    is_mention = event is Event.COMMENT
    post = id_of(status.get("id") or "")
    if has_words:
        post = "" if is_mention else _quoted(status)
    event = Event.MENTION if is_mention else event
    return Found(
        post=post,
        service_id=id_of(status["id"]) if has_words else f"n{id_of(told['id'])}",
        event=event,
        user=_person(who, server),
        created_at=instant(told),
        text=plain(str(status.get("content") or "")) if has_words else "",
        link=str(status.get("url") or "") if has_words else "",
        elsewhere=has_words,
    )


def _quoted(status: Json) -> str:
    """The id of what a post quotes (Quote and ShallowQuote, since Mastodon 4.4); "" where that is not told."""
    quote = status.get("quote")
    if not isinstance(quote, dict):
        return ""
    quoted = quote.get("quoted_status")
    return id_of(
        (quoted.get("id") if isinstance(quoted, dict) else quote.get("quoted_status_id")) or ""
    )


def seen(status: Json, below: Sequence[Found] | None) -> Seen:
    counts = {
        name: status[field]
        for name, field in (("likes", "favourites_count"), ("reshares", "reblogs_count"))
        if isinstance(status.get(field), int)
    }
    return Seen(
        counts=counts,
        answers=None if below is None else frozenset(each.service_id for each in below),
        text=plain(str(status.get("content") or "")) if status.get("edited_at") else None,
    )


def ordered(found: Sequence[Found], above: Mapping[str, str]) -> list[Found]:
    """Each once, by time, but nothing before what it answers (`above`, of those in threads): servers' clocks differ.
    What stands in a thread is surer than what a notification says of it."""
    known = {each.service_id: each for each in found}
    ordered: dict[str, Found] = {}
    for each in sorted(known.values(), key=lambda each: each.created_at):
        branch: dict[str, Found] = {}
        up: Found | None = each
        while up and up.service_id not in ordered and up.service_id not in branch:
            branch[up.service_id] = up
            up = known.get(above.get(up.service_id, up.post))
        ordered |= dict(reversed(branch.items()))
    return list(ordered.values())


def reaches(page: Sequence[Json], since: datetime) -> bool:
    """Whether it goes back to then. Pinned posts may stand first on some servers, so its oldest decides."""
    return min(instant(item) for item in page) < since


def is_by(status: Json, login: Login) -> bool:
    who = status.get("account")
    return isinstance(who, dict) and id_of(who.get("id")) == id_of(login.account)


def is_confidential(status: Json) -> bool:
    """A direct message is nothing for a channel, and must not be answered in public."""
    return status.get("visibility") == "direct"


def comment(status: Json, post: str, server: str) -> Found | None:
    who = status.get("account")
    if not isinstance(who, dict) or not status.get("id") or is_confidential(status):
        return None
    return Found(
        post=post,
        service_id=id_of(status["id"]),
        event=Event.COMMENT,
        user=_person(who, server),
        created_at=instant(status),
        text=plain(str(status.get("content") or "")),
        link=str(status.get("url") or ""),
    )


def _person(who: Json, server: str) -> Person:
    host, followers = urlsplit(server).netloc, who.get("followers_count")
    return Person(
        username=str(who.get("acct") or who.get("username") or ""),
        name=str(who.get("display_name") or ""),
        service_id=f"{id_of(who.get('id'))}@{host}",
        avatar=str(who.get("avatar") or ""),
        followers=max(followers, 0) if isinstance(followers, int) else 0,
        link=str(who.get("url") or ""),
    )


def told_limits(instance: Json) -> Json:
    """The few figures of an instance that count. Pleroma names some of them otherwise, and on top."""
    configuration = instance.get("configuration")
    known = configuration if isinstance(configuration, dict) else {}
    statuses = known.get("statuses") if isinstance(known.get("statuses"), dict) else {}
    media = (
        known.get("media_attachments") if isinstance(known.get("media_attachments"), dict) else {}
    )
    assert isinstance(statuses, dict)
    assert isinstance(media, dict)
    found = {
        "characters": statuses.get("max_characters") or instance.get("max_toot_chars"),
        "link_length": statuses.get("characters_reserved_per_url"),
        "images": statuses.get("max_media_attachments"),
        "alt_text": media.get("description_limit") or instance.get("description_limit"),
    }
    return {name: value for name, value in found.items() if isinstance(value, int) and value > 0}


def limits_of(told: Json) -> Limits:
    return Limits(
        characters=told.get("characters", PLAIN.characters),
        counting=PLAIN.counting,
        link_length=told.get("link_length", PLAIN.link_length),
        images=told.get("images", PLAIN.images),
        alt_text=told.get("alt_text", PLAIN.alt_text),
        fetches=True,
        threads=True,
        options=PLAIN.options,
    )


def allowance(said: Answer) -> Allowance | None:
    """Mastodon's headers: the reset is an ISO time."""
    try:
        return Allowance(
            limit=int(said.headers["X-RateLimit-Limit"]),
            remaining=int(said.headers["X-RateLimit-Remaining"]),
            until=_aware(said.headers["X-RateLimit-Reset"]),
        )
    except (KeyError, ValueError):
        return None


def reason(said: Answer) -> str:
    found = entity(said)
    words = found.get("error_description") or found.get("error")
    return str(words)[:500] if words else f"The server answered {said.status}."


def entity(said: Answer) -> Json:
    found = said.json()
    return found if isinstance(found, dict) else {}


def whole_entity(said: Answer) -> Json:
    """Raises Unclear for anything but a thing with an id."""
    found = entity(said)
    if not found.get("id"):
        raise Unclear("The server answered something that cannot be read.")
    return found


def entities(said: Answer) -> list[Json]:
    """Raises Unclear for anything but a list of things with ids."""
    items = said.json()
    if not isinstance(items, list):
        raise Unclear("The server answered something that cannot be read.")
    return [item for item in items if isinstance(item, dict) and item.get("id")]


def instant(item: Json) -> datetime:
    try:
        return _aware(str(item.get("created_at") or ""))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def made(key: str) -> datetime:
    """The second a key was made in."""
    return datetime.fromtimestamp(int(key[:8], 16), UTC)


def says(status: Json, update: Update) -> bool:
    """Whether a post has the words, the warning and as many pictures as an update."""
    if status.get("reblog"):
        return False
    files = status.get("media_attachments")
    same_files = not isinstance(files, list) or len(files) == len(update.media.pictures)
    warning = str(status.get("spoiler_text") or "")
    return (
        same_files
        and has_words(status, update.text)
        and _bare(warning) == _bare(update.options.get(WARNING, ""))
    )


def has_words(status: Json, text: str) -> bool:
    return _bare(plain(str(status.get("content") or ""))) == _bare(text)


def _bare(text: str) -> str:
    """What two spellings of one text share: no blanks, no servers of mentioned people, and none of the marks that some
    servers make bold or quotes of."""
    named = re.sub(r"(@[\w.-]+)@[\w.-]+", r"\1", text)
    return re.sub(r"\s+|[\u200b\u200c\u200d\ufeff*_`~>\\]", "", named)
