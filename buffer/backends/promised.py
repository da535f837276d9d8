"""A queue on a slow server, for callers that may not wait: reading is hurried, writing becomes a job.

A writing verb stores its job in a transaction of its own and raises Promised, whose sentence is the answer; the worker
does it, resumes it after a restart, and tells whoever asked how it went. Profiles come from the mirror in our store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, NoReturn

from buffer import jobs
from buffer.backends.rest_v1 import RestQueue, RestQueues
from buffer.errors import Code, Promised, Refused
from buffer.mirror import is_there
from buffer.model import (
    Actor,
    Draft,
    Edit,
    Profile,
    Schedule,
    Update,
)
from buffer.ports import Clock, Store

KIND = "hosted"
HURRY = 1.5
"""Seconds that all reading for one request may take together: Slack waits three."""

DOING = {
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

    def __call__(self, actor: Actor, key: str = "") -> PromisedQueue:
        return PromisedQueue(self, actor, key)


class PromisedQueue(RestQueue):
    """See `buffer.ports.Queue` for the contract: lists are the server's, profiles the mirror's, and every writing verb
    but `comment` raises Promised. Threads bring comments through the commenter, which waits for nobody."""

    def __init__(self, house: PromisedQueues, actor: Actor, key: str) -> None:
        super().__init__(house.queues.server.in_a_hurry(HURRY), actor, key)
        self._house = house

    # -- reading

    def profiles(self) -> list[Profile]:
        found = self._house.store.profiles.of_team(self._actor.team_id)
        return [each for each in found if is_there(self._house.store, each, self._house.clock())]

    def profile(self, profile_id: str) -> Profile:
        for profile in self.profiles():
            if profile.id == profile_id:
                return profile
        raise Refused("There is no such profile.", Code.PROFILE_NOT_FOUND)

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
        """Held back there, where the server can."""
        self._promise("share", {"ids": update_ids, "hold": hold.total_seconds()})

    def unshare(self, *update_ids: str) -> list[Update]:
        self._promise("unshare", {"ids": update_ids})

    def destroy(self, *update_ids: str) -> None:
        self._promise("destroy", {"ids": update_ids})

    def confirm_sent(self, update_id: str) -> Update:
        self._promise("confirm_sent", {"ids": [update_id]})

    def reorder(self, profile_id: str, order: Sequence[str], *, offset: int = 0) -> list[Update]:
        self._promise("reorder", {"profile": profile_id, "order": list(order), "offset": offset})

    def shuffle(self, profile_id: str, *, count: int | None = None) -> list[Update]:
        self._promise("shuffle", {"profile": profile_id})

    def pause(self, profile_id: str) -> Profile:
        self._promise("pause", {"profile": profile_id})

    def resume(self, profile_id: str) -> Profile:
        self._promise("resume", {"profile": profile_id})

    def set_schedules(
        self, profile_id: str, schedules: Sequence[Schedule], *, timezone: str = ""
    ) -> Profile:
        told = [{"days": each.days, "times": each.times} for each in schedules]
        given = {"profile": profile_id, "schedules": told, "timezone": timezone}
        self._promise("set_schedules", given)

    def set_timezone(self, profile_id: str, timezone: str) -> Profile:
        self._promise("set_timezone", {"profile": profile_id, "timezone": timezone})

    def _promise(self, verb: str, arguments: Mapping[str, Any]) -> NoReturn:
        """The same request again promises nothing new, and says the same."""
        house, actor = self._house, self._actor
        payload = {"verb": verb, "user": actor.user_id, "via": actor.via, **arguments}
        key = self._key and f"{KIND} {self._key}"
        jobs.promise(house.store, KIND, actor.team_id, payload, house.clock(), dedupe_key=key)
        raise Promised(f"{DOING[verb]}… You will be told how it went.")


def _packed(value: Draft | Edit) -> dict[str, Any]:
    packed = asdict(value)
    if value.scheduled_at:
        packed["scheduled_at"] = value.scheduled_at.isoformat()
    if isinstance(value, Draft):
        packed["hold"] = value.hold.total_seconds()
    return packed
