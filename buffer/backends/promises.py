"""Does what was promised for a hosted queue: once, also when a try broke off, and tells how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from buffer import telling
from buffer.backends.promised import DOING
from buffer.backends.rest_v1 import RestQueue, RestQueues
from buffer.errors import Code, QueueError, Refused
from buffer.model import Actor, Draft, Edit, Job, Media, Position, Profile, Schedule, Update
from buffer.ports import Store

PATIENCE = timedelta(hours=1)
"""How long a server that cannot be reached is tried, before whoever asked is told that it did not work."""

_SKEW = timedelta(minutes=5)
"""How much earlier than ours the server's clock may be."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What is told, and of which new post."""

    words: str
    post_id: str = ""


class Promises:
    """Does what was promised, see `buffer.jobs.Work`.

    The job's id is the request's key, so a slack-buffer takes a repeat for what it is. Buffer's own v1 knows no keys:
    there a post is looked for before it is made again, and what is gone was deleted by the try before.
    """

    patience = PATIENCE

    def __init__(self, queues: RestQueues, store: Store) -> None:
        self._queues, self._store = queues, store

    def do(self, job: Job, now: datetime) -> str:
        payload = job.payload
        actor = Actor(team_id=job.team_id, user_id=payload["user"], via=payload["via"])
        queue, begun = self._queues(actor, job.id), f"promise-begun:{job.id}"
        is_repeat = self._store.memos.recall(begun, now) is not None
        self._store.memos.keep(begun, True, until=now + 2 * PATIENCE)
        done = self._done(queue, job, is_repeat=is_repeat)
        with self._store.transaction():
            telling.outcome(
                self._store, job.team_id, actor.user_id, done.words, now, post_id=done.post_id
            )
            self._store.audit.write(actor, payload["verb"], job.id, now)
        return "done"

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        doing = DOING[job.payload["verb"]]
        text = (job.payload.get("draft") or job.payload.get("edit") or {}).get("text") or ""
        words = f"{doing} did not work: {reason}\f{text}"
        telling.outcome(self._store, job.team_id, job.payload["user"], words, now)

    def _done(self, queue: RestQueue, job: Job, *, is_repeat: bool) -> _Done:
        verb, payload = job.payload["verb"], job.payload
        if verb == "add":
            draft = _draft(payload["draft"])
            if is_repeat:
                draft = self._missing(queue, draft, job.created_at)
            if not draft.profile_ids:
                return _Done("Your post is there.")
            made = queue.add(draft)
            return _Done(_added(made, queue), made[0].post_id if made else "")
        try:
            return _Done(_VERBS[verb](queue, payload))
        except Refused as error:
            if is_repeat and verb == "destroy" and error.code is Code.UPDATE_NOT_FOUND:
                return _Done("Your post is deleted.")
            raise

    def _missing(self, queue: RestQueue, draft: Draft, since: datetime) -> Draft:
        """What the try before may have made already is not made again."""
        left = [
            each for each in draft.profile_ids if not _has(queue, each, draft.text, since - _SKEW)
        ]
        return Draft(**{**_fields(draft), "profile_ids": tuple(left)})


def _has(queue: RestQueue, profile_id: str, text: str, since: datetime) -> bool:
    found = [
        *queue.pending(profile_id, count=100, since=since).items,
        *queue.sent(profile_id, count=100, since=since).items,
    ]
    return any(each.text.strip() == text.strip() and each.created_at >= since for each in found)


_Verb = Callable[[RestQueue, Mapping[str, Any]], str]


def _on_ids(name: str, words: str) -> _Verb:
    def act(queue: RestQueue, payload: Mapping[str, Any]) -> str:
        getattr(queue, name)(*payload["ids"])
        return words

    return act


def _on_profile(name: str, words: str) -> _Verb:
    def act(queue: RestQueue, payload: Mapping[str, Any]) -> str:
        getattr(queue, name)(payload["profile"])
        return words

    return act


def _shared(queue: RestQueue, payload: Mapping[str, Any]) -> str:
    queue.share(*payload["ids"], hold=timedelta(seconds=payload["hold"]))
    return "Your post is on its way."


def _edited(queue: RestQueue, payload: Mapping[str, Any]) -> str:
    return _added(queue.edit(*payload["ids"], edit=_edit(payload["edit"])), queue, "Changed")


def _reordered(queue: RestQueue, payload: Mapping[str, Any]) -> str:
    queue.reorder(payload["profile"], payload["order"], offset=payload["offset"])
    return "The order is changed."


def _rescheduled(queue: RestQueue, payload: Mapping[str, Any]) -> str:
    schedules = [
        Schedule(days=tuple(each["days"]), times=tuple(each["times"]))
        for each in payload["schedules"]
    ]
    zone = payload.get("timezone", "")
    queue.set_schedules(payload["profile"], schedules, timezone=zone)
    return "The posting times are saved."


def _moved(queue: RestQueue, payload: Mapping[str, Any]) -> str:
    queue.set_timezone(payload["profile"], payload["timezone"])
    return "The time zone is saved."


_VERBS: Mapping[str, _Verb] = {
    "edit": _edited,
    "move_to_top": _on_ids("move_to_top", "Your post is at the top of the queue."),
    "share": _shared,
    "unshare": _on_ids("unshare", "Your post is back in its place."),
    "destroy": _on_ids("destroy", "Your post is deleted."),
    "confirm_sent": _on_ids("confirm_sent", "Your post is out."),
    "reorder": _reordered,
    "shuffle": _on_profile("shuffle", "The queue is shuffled."),
    "pause": _on_profile("pause", "Paused: nothing goes out."),
    "resume": _on_profile("resume", "Resumed: it goes on with the next time."),
    "set_schedules": _rescheduled,
    "set_timezone": _moved,
}


def _added(updates: Sequence[Update], queue: RestQueue, word: str = "Added") -> str:
    """When each goes out, in its profile's zone."""
    try:
        profiles = {profile.id: profile for profile in queue.profiles()}
    except QueueError:  # it is added all the same
        profiles = {}
    lines = [_line(update, profiles.get(update.profile_id)) for update in updates]
    text = " ".join(updates[0].text.split())[:100] if updates else ""
    return "\n".join([f"{word}: “{text}”", *lines])


def _line(update: Update, profile: Profile | None) -> str:
    name = profile.name if profile else update.service
    if update.due_at is None or profile is None:
        return f"• {name}"
    return f"• {name}: {update.due_at.astimezone(profile.zone):%a %d %b %Y, %H:%M} ({profile.timezone})"


# -- as JSON


def _draft(packed: Mapping[str, Any]) -> Draft:
    return Draft(
        **{
            **packed,
            "profile_ids": tuple(packed["profile_ids"]),
            "position": Position(packed["position"]),
            "hold": timedelta(seconds=packed["hold"]),
            "media": Media(**packed["media"]),
            "scheduled_at": _moment(packed["scheduled_at"]),
        }
    )


def _edit(packed: Mapping[str, Any]) -> Edit:
    media = packed["media"]
    return Edit(
        **{
            **packed,
            "media": Media(**media) if media is not None else None,
            "scheduled_at": _moment(packed["scheduled_at"]),
        }
    )


def _fields(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__slots__}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
