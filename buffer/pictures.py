"""Fetches the pictures of an update into our own files, by a job, before it goes out.

An address somebody typed is fetched through the guard; a file in Slack by whoever holds Slack's token. Networks read
bytes from the store and never ask anybody for a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from buffer import images, jobs, telling
from buffer.errors import Code, QueueError, Refused
from buffer.model import HELD, PENDING, SLACK, Attached, Job, Limits, Media, State, Update
from buffer.ports import Store
from buffer.web import Guard

KIND = "pictures"
PATIENCE = timedelta(minutes=10)
FetchFile = Callable[[str], bytes]
"""Fetches a Slack file by its id. Raises Refused, NetworkDown or SlowDown."""

_OPEN = PENDING | HELD


def wanted(media: Media, limits: Limits) -> Media:
    """What goes out on a network: where it takes pictures themselves, an address becomes a file to be fetched."""
    is_card = bool(media.link)
    source = media.picture or (media.thumbnail if is_card else "")
    wants = limits.cards if is_card else limits.fetches
    if not source or not wants or any(file.source == source for file in media.files):
        return media
    file = Attached(source=source, alt_text=media.alt_text, is_card=is_card)
    return replace(media, files=(file, *media.files))


def check(media: Media, limits: Limits, name: str, *, profile_id: str) -> None:
    """Raises Refused for more pictures, or longer descriptions, than a network takes."""
    if len(media.pictures) > limits.images:
        number = "no pictures" if not limits.images else f"at most {limits.images} pictures"
        raise Refused(f"“{name}” takes {number}.", Code.BAD_MEDIA_SIZE, profile_id=profile_id)
    for file in media.files:
        if len(file.alt_text) > limits.alt_text:
            raise Refused(
                f"“{name}” takes {limits.alt_text:,} characters to describe a picture; "
                f"these are {len(file.alt_text):,}.",
                Code.BAD_PARAMETER,
                profile_id=profile_id,
            )


def promise(store: Store, updates: Sequence[Update], now: datetime) -> None:
    """Put the job for what was just written, inside its transaction."""
    ids = [update.id for update in updates if update.media.missing]
    if ids:
        jobs.promise(store, KIND, updates[0].team_id, {"updates": ids}, now)


class Pictures:
    """The work of this kind of job, see `buffer.jobs.Work`."""

    patience = PATIENCE

    def __init__(
        self, store: Store, guard: Guard, fetch_file: FetchFile, *, admins: Sequence[str] = ()
    ) -> None:
        self._store = store
        self._guard = guard
        self._fetch_file = fetch_file
        self._admins = admins

    def do(self, job: Job, now: datetime) -> str:
        """Fetch each picture once for all updates that still want it, and keep it with each of them. Raises Refused for
        one that cannot be posted, and what says that it may be tried again."""
        here: dict[str, str] = {}
        for update in self._waiting(job):
            for file in update.media.missing:
                if file.source not in here:
                    here[file.source] = self._fetched(job, file, now)
        with self._store.transaction():
            for update in self._waiting(job):
                files = [
                    replace(file, id=file.id or here.get(file.source, ""))
                    for file in update.media.files
                ]
                kept = tuple(file for file in files if file.id or not file.is_card)
                media = replace(update.media, files=kept)
                self._store.updates.save(replace(update, media=media), expected=_OPEN)
                self._store.profiles.refresh(update.profile_id)
        return f"{len(here)} fetched" if here else "no longer wanted"

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        """Without its picture it does not go out: its author decides."""
        for update in self._waiting(job):
            failed = replace(
                update,
                state=State.FAILED,
                error=f"A picture could not be fetched. {reason}",
                due_at=update.due_at or now,
                share_at=None,
                updated_at=now,
            )
            if self._store.updates.save(failed, expected=_OPEN):
                self._store.profiles.refresh(update.profile_id)
                telling.problem(self._store, failed, now, admins=self._admins)

    def _waiting(self, job: Job) -> list[Update]:
        found = (self._store.updates.find(job.team_id, each) for each in job.payload["updates"])
        return [each for each in found if each and each.state in _OPEN and each.media.missing]

    def _fetched(self, job: Job, file: Attached, now: datetime) -> str:
        try:
            content = self._content(file)
            picture = images.examine(content)
        except QueueError as error:
            if file.is_card:  # a preview without its picture is better than none
                return ""
            if not isinstance(error, Refused):
                raise
            refusal = error
            raise Refused(f"“{file.name or file.source}”: {refusal}", refusal.code) from refusal
        size = picture.width, picture.height
        kept = self._store.media.keep(job.team_id, content, type=picture.type, size=size, now=now)
        return kept.id

    def _content(self, file: Attached) -> bytes:
        if file.source.startswith(SLACK):
            return self._fetch_file(file.source.removeprefix(SLACK))
        return self._guard.fetch(file.source, most=images.MOST_BYTES, types=("image/",)).body
