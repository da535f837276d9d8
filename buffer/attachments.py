"""Attaches what the first link of an update leads to: title, description and picture, as a preview of the page.

The page belongs to anybody, so it is fetched through the guard, by a job: the update is stored before it is asked for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from buffer import jobs, pictures
from buffer.model import HELD, PENDING, Job, Limits, Media, Update
from buffer.ports import Networks, Store
from buffer.text import links
from buffer.web import Answer, Guard

KIND = "attachment"
PATIENCE = timedelta(minutes=10)
MOST_BYTES = 3_000_000
LONGEST = {"title": 300, "description": 1000}
_PAGES = ("text/html", "application/xhtml")
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_SOURCES = {
    "title": ("og:title", "twitter:title"),
    "description": ("og:description", "twitter:description", "description"),
    "picture": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image"),
}
"""Where a page says it, the best place first (ogp.me, 2026-11)."""


def wants(update: Update) -> bool:
    """Whether a preview is to be fetched: a link, nothing attached, and nobody against it."""
    return update.attachment and not update.media and bool(links(update.text))


def retold(update: Update, text: str) -> Update:
    """With a new text: the preview of a link that is gone from it goes, too."""
    link = update.media.link
    is_stale = update.attachment and link in links(update.text) and link not in links(text)
    return replace(update, text=text, media=Media() if is_stale else update.media)


def promise(store: Store, updates: list[Update], now: datetime) -> None:
    """Put the job for what was just written, inside its transaction."""
    ids = [update.id for update in updates if wants(update)]
    if ids:
        jobs.promise(store, KIND, updates[0].team_id, {"updates": ids}, now)


class Attachments:
    """The work of this kind of job, see `buffer.jobs.Work`."""

    patience = PATIENCE

    def __init__(self, store: Store, guard: Guard, networks: Networks) -> None:
        self._store = store
        self._guard = guard
        self._networks = networks

    def do(self, job: Job, now: datetime) -> str:
        """Fetch the page once for all updates that still want it. Raises Refused and NetworkDown as the guard does."""
        waiting = self._waiting(job)
        if not waiting:
            return "no longer wanted"
        link = links(waiting[0].text)[0]
        media = preview(link, self._guard.fetch(link, most=MOST_BYTES, types=_PAGES))
        if not (media.title or media.description or media.picture):
            return "the page says nothing"
        with self._store.transaction():
            for update in self._waiting(job):
                if links(update.text)[0] == link:
                    wanted = pictures.wanted(media, self._limits(update))
                    attached = replace(update, media=wanted, updated_at=now)
                    self._store.updates.save(attached, expected=PENDING | HELD)
                    pictures.promise(self._store, [attached], now)
        return "attached"

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        """Nobody asked for it, so nobody is told: the link stays in the text."""

    def _limits(self, update: Update) -> Limits:
        profile = self._store.profiles.get(update.team_id, update.profile_id)
        network = self._networks.get(update.service)
        return network.limits(profile) if profile and network else Limits(characters=0)

    def _waiting(self, job: Job) -> list[Update]:
        found = (self._store.updates.find(job.team_id, each) for each in job.payload["updates"])
        return [each for each in found if each and each.state in PENDING | HELD and wants(each)]


def preview(link: str, page: Answer) -> Media:
    """What a page says of itself. Pure."""
    reader = _Reader()
    reader.feed(_text(page))
    found = {
        name: next((reader.said[key] for key in keys if reader.said.get(key)), "")
        for name, keys in _SOURCES.items()
    }
    title = found["title"] or " ".join("".join(reader.title).split())
    return Media(
        link=link,
        title=title[: LONGEST["title"]],
        description=found["description"][: LONGEST["description"]],
        picture=_address(page.url, found["picture"]),
    )


class _Reader(HTMLParser):
    """Collects the head's `meta` and `title`; whatever a page holds, it breaks nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self.title: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = not self.title
        elif tag == "meta":
            given = {name: value or "" for name, value in attrs}
            key = (given.get("property") or given.get("name") or "").strip().lower()
            self.said.setdefault(key, " ".join(given.get("content", "").split()))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)


def _text(page: Answer) -> str:
    """In the charset that the server names, else the page itself, else UTF-8."""
    named = re.search(r"charset=[\"']?([\w.:-]+)", page.headers.get("Content-Type", ""))
    in_page = _CHARSET.search(page.body[:4096])
    charset = named[1] if named else in_page[1].decode() if in_page else "utf-8"
    try:
        return page.body.decode(charset, errors="replace")
    except LookupError:
        return page.body.decode(errors="replace")


def _address(page: str, picture: str) -> str:
    """The picture's whole address; "" for what is none."""
    if not picture:
        return ""
    try:
        whole = urljoin(page, picture)
        parts = urlsplit(whole)
    except ValueError:
        return ""
    fits = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", whole)
    return whole if fits else ""
