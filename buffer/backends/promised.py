"""A queue on a slow server, for callers that may not wait: reading is hurried, writing becomes a job.

A writing verb stores its job in a transaction of its own and raises Promised, whose sentence is the answer; the worker
does it, resumes it after a restart, and tells whoever asked how it went. Profiles come from the mirror in our store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NoReturn

from buffer import telling
from buffer.backends.rest_v1 import RestQueue, RestQueues
from buffer.errors import Code, Promised, QueueError, Refused
from buffer.mirror import is_there
from buffer.model import (
    Actor,
    Counts,
    Draft,
    Edit,
    Event,
    Interaction,
    Job,
    Media,
    Page,
    Position,
    Profile,
    Reply,
    Schedule,
    Update,
    new_id,
)
from buffer.ports import Clock, Feature, Store

KIND = "hosted"
PATIENCE = timedelta(hours=1)
"""How long a server that cannot be reached is tried, before whoever asked is told that it did not work."""

HURRY = 1.5
"""Seconds a reading verb may take: Slack waits three."""

_SKEW = timedelta(minutes=5)
"""How much earlier than ours the server's clock may be."""

_DOING = {
    "add": "Adding your post",
    "edit": "Changing your post",
    "move_to_top": "Moving your post to the top",
    "share": "Sharing your post",
    "unshare": "Taking your post back",
    "destroy": "Deleting your post",
    "confirm_sent": "Noting that your post is out",
    "reorder": "Changing the order",
    "shuffle": "Shuffling the queue",
    "pause": "Pausing",
    "resume": "Resuming",
    "set_schedules": "Saving the posting times",
    "set_timezone": "Saving the time zone",
}


class PromisedQueues:
    """Opens queues on a server for people in Slack."""

    def __init__(self, queues: RestQueues, store: Store, clock: Clock) -> None:
        self.queues, self.store, self.clock = queues, store, clock
        self._hurried = RestQueues(queues.server.in_a_hurry(HURRY))

    def __call__(self, actor: Actor, key: str = "") -> PromisedQueue:
        return PromisedQueue(self, self._hurried(actor), actor, key)


class PromisedQueue:
    """See `buffer.ports.Queue` for the contract; every writing verb raises Promised."""

    def __init__(self, house: PromisedQueues, hurried: RestQueue, actor: Actor, key: str) -> None:
        self._house, self._hurried, self._actor, self._key = house, hurried, actor, key

    @property
    def features(self) -> frozenset[Feature]:
        return self._hurried.features

    # -- reading

    def profiles(self) -> list[Profile]:
        found = self._house.store.profiles.of_team(self._actor.team_id)
        return [each for each in found if is_there(self._house.store, each, self._house.clock())]

    def profile(self, profile_id: str) -> Profile:
        for profile in self.profiles():
            if profile.id == profile_id:
                return profile
        raise Refused("There is no such profile.", Code.PROFILE_NOT_FOUND)

    def counts(self, profile_id: str) -> Counts:
        return self._hurried.counts(profile_id)

    def update(self, update_id: str) -> Update:
        return self._hurried.update(update_id)

    def post(self, post_id: str) -> list[Update]:
        return self._hurried.post(post_id)

    def pending(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        return self._hurried.pending(profile_id, page=page, count=count, since=since)

    def sent(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        return self._hurried.sent(profile_id, page=page, count=count, since=since)

    def problems(self, *, limit: int = 20) -> list[Update]:
        return self._hurried.problems(limit=limit)

    def interactions(
        self,
        update_id: str,
        *,
        event: Event | None = None,
        page: int = 0,
        count: int = 20,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> Page[Interaction]:
        return self._hurried.interactions(
            update_id, event=event, page=page, count=count, since=since, before=before
        )

    # -- writing

    def add(self, draft: Draft) -> list[Update]:
        """What can be known to be wrong at once is refused at once."""
        if not draft.text.strip() and not draft.media:
            raise Refused("There is nothing to post yet.", Code.MISSING_PARAMETER)
        for each in draft.profile_ids:
            self.profile(each)
        if draft.scheduled_at and draft.scheduled_at <= self._house.clock():
            raise Refused("That time has passed: choose one ahead.", Code.IN_THE_PAST)
        self._promise("add", {"draft": _packed(draft)})

    def edit(self, *update_ids: str, edit: Edit) -> list[Update]:
        self._promise("edit", {"ids": update_ids, "edit": _packed(edit)})

    def move_to_top(self, *update_ids: str) -> list[Update]:
        self._promise("move_to_top", {"ids": update_ids})

    def share(self, *update_ids: str, hold: timedelta = timedelta()) -> list[Update]:
        """Without a hold: it has waited for the job already."""
        self._promise("share", {"ids": update_ids})

    def unshare(self, *update_ids: str) -> list[Update]:
        self._promise("unshare", {"ids": update_ids})

    def destroy(self, *update_ids: str) -> None:
        self._promise("destroy", {"ids": update_ids})

    def confirm_sent(self, update_id: str) -> Update:
        self._promise("confirm_sent", {"ids": [update_id]})

    def comment(
        self,
        update_id: str,
        text: str,
        *,
        interaction_id: str = "",
        channel: str = "",
        ts: str = "",
    ) -> Reply:
        """At once: threads bring their replies through the commenter, which waits for nobody."""
        return self._hurried.comment(
            update_id, text, interaction_id=interaction_id, channel=channel, ts=ts
        )

    def reorder(self, profile_id: str, order: Sequence[str], *, offset: int = 0) -> list[Update]:
        self._promise("reorder", {"profile": profile_id, "order": list(order), "offset": offset})

    def shuffle(self, profile_id: str, *, count: int | None = None) -> list[Update]:
        self._promise("shuffle", {"profile": profile_id})

    def pause(self, profile_id: str) -> Profile:
        self._promise("pause", {"profile": profile_id})

    def resume(self, profile_id: str) -> Profile:
        self._promise("resume", {"profile": profile_id})

    def set_schedules(self, profile_id: str, schedules: Sequence[Schedule]) -> Profile:
        told = [{"days": each.days, "times": each.times} for each in schedules]
        self._promise("set_schedules", {"profile": profile_id, "schedules": told})

    def set_timezone(self, profile_id: str, timezone: str) -> Profile:
        self._promise("set_timezone", {"profile": profile_id, "timezone": timezone})

    def _promise(self, verb: str, arguments: Mapping[str, Any]) -> NoReturn:
        """The same request again promises nothing new, and says the same."""
        now, actor = self._house.clock(), self._actor
        job = Job(
            id=new_id(now),
            team_id=actor.team_id,
            kind=KIND,
            payload={"verb": verb, "user": actor.user_id, "via": actor.via, **arguments},
            created_at=now,
        )
        self._house.store.jobs.put(job, dedupe_key=self._key and f"{KIND} {self._key}")
        raise Promised(f"{_DOING[verb]}… You will be told how it went.")


# -- the worker's side


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
        words = self._outcome(queue, job, is_repeat=is_repeat)
        with self._store.transaction():
            telling.outcome(self._store, job.team_id, actor.user_id, words, now)
            self._store.audit.write(actor, payload["verb"], job.id, now)
        return "done"

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        doing = _DOING[job.payload["verb"]]
        text = (job.payload.get("draft") or job.payload.get("edit") or {}).get("text") or ""
        words = f"{doing} did not work: {reason}" + (f" This was the text:\n{text}" if text else "")
        telling.outcome(self._store, job.team_id, job.payload["user"], words, now)

    def _outcome(self, queue: RestQueue, job: Job, *, is_repeat: bool) -> str:
        verb, payload = job.payload["verb"], job.payload
        if verb == "add":
            draft = _draft(payload["draft"])
            if is_repeat:
                draft = self._missing(queue, draft, job.created_at)
            return _added(queue.add(draft), queue) if draft.profile_ids else "Your post is there."
        try:
            return _VERBS[verb](queue, payload)
        except Refused as error:
            if is_repeat and verb == "destroy" and error.code is Code.UPDATE_NOT_FOUND:
                return "Your post is deleted."
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


def _said(words: str) -> Callable[[object], str]:
    return lambda _done: words


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
    queue.set_schedules(payload["profile"], schedules)
    return "The posting times are saved."


def _moved(queue: RestQueue, payload: Mapping[str, Any]) -> str:
    queue.set_timezone(payload["profile"], payload["timezone"])
    return "The time zone is saved."


_VERBS: Mapping[str, _Verb] = {
    "edit": _edited,
    "move_to_top": _on_ids("move_to_top", "Your post is at the top of the queue."),
    "share": _on_ids("share", "Your post is on its way."),
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


def _packed(value: Draft | Edit) -> dict[str, Any]:
    packed = asdict(value)
    if value.scheduled_at:
        packed["scheduled_at"] = value.scheduled_at.isoformat()
    packed.pop("hold", None)
    return packed


def _draft(packed: Mapping[str, Any]) -> Draft:
    return Draft(
        **{
            **packed,
            "profile_ids": tuple(packed["profile_ids"]),
            "position": Position(packed["position"]),
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
