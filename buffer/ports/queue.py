"""What a queue can do, wherever it lives: embedded on our store, or hosted by somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from buffer.model import (
    Actor,
    Counts,
    Draft,
    Edit,
    Event,
    Interaction,
    Page,
    Profile,
    Reply,
    Schedule,
    Update,
)


class Feature(StrEnum):
    """What not every queue can do."""

    REORDER = "reorder"
    SHUFFLE = "shuffle"
    PAUSE = "pause"
    SCHEDULES = "schedules"
    HOLD = "hold"
    SEVERAL = "several"
    """Posts as a whole: `post`, and several ids in one verb, all or none."""

    PROBLEMS = "problems"
    """`problems`, `confirm_sent`, and an edit that puts something back in the queue."""

    FILES = "files"
    """Pictures that are files, and what some networks know beside the text."""

    INTERACTIONS = "interactions"
    COMMENT = "comment"


class Queue(Protocol):
    """The queue as one caller sees it: bound to an actor and, for one request, to a dedupe key.

    Every verb sees only the actor's team; anything else is *not found*. Writing verbs are one transaction each:
    done whole or not at all. A verb called again with the same dedupe key changes nothing and answers with the
    same updates as they are now (those destroyed since are left out). Verbs on several ids act on all of them or none,
    and return them in the order given, with fresh due times. All times are aware.

    Raises Refused (with the v1 code) for what the caller can mend, Busy when the store is locked, and for hosted
    queues the network errors.
    """

    @property
    def features(self) -> frozenset[Feature]: ...

    # -- reading

    def profiles(self) -> list[Profile]:
        """The team's profiles, oldest first."""

    def profile(self, profile_id: str) -> Profile:
        """Raises Refused(PROFILE_NOT_FOUND)."""

    def counts(self, profile_id: str) -> Counts:
        """How many are pending and sent."""

    def update(self, update_id: str) -> Update:
        """Raises Refused(UPDATE_NOT_FOUND)."""

    def post(self, post_id: str) -> list[Update]:
        """The updates of one post that still exist, in the order they were made. Raises Refused(UPDATE_NOT_FOUND)
        when none is left."""

    def pending(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        """Queued and scheduled ones together, by due time; `page` counts from 1, `since` compares creation."""

    def sent(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        """Newest first; `page` counts from 1, `since` compares the time of sending."""

    def problems(self, *, limit: int = 20) -> list[Update]:
        """Those that need a person: failed, missed, unconfirmed; newest first, over all profiles."""

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
        """Newest first; `page` counts from 0; `event` None means all."""

    # -- writing

    def add(self, draft: Draft) -> list[Update]:
        """One update per profile, in the draft's order, sharing a new post_id.

        Refused: no profile (MISSING_PARAMETER), an unknown one (PROFILE_NOT_FOUND), empty text without media
        (MISSING_PARAMETER), text too long for a network (MISSING_PARAMETER, as v1 does), time not ahead (IN_THE_PAST),
        the same text pending or sent in the last 24 hours (DUPLICATE, unless allow_duplicate), queue full (QUEUE_FULL),
        profile paused and position NOW (UPDATE_NOT_SAVED). The sentence names the profile.
        """

    def edit(self, *update_ids: str, edit: Edit) -> list[Update]:
        """Change pending or held (missed, failed) updates. A held one given a time or sent `to_queue` is pending
        again. Refused as `add` is; UPDATE_NOT_SAVED for one that is no longer pending."""

    def move_to_top(self, *update_ids: str) -> list[Update]:
        """Before the head of their queues. Refused(NOT_MOVABLE) for scheduled ones and those not pending."""

    def share(self, *update_ids: str, hold: timedelta = timedelta()) -> list[Update]:
        """Out of turn, now (after `hold`, during which `unshare` takes it back); the rest move up. Takes pending,
        held and (a person having looked) unconfirmed ones; one already on its way stays as it is. Refused when the
        profile is paused."""

    def unshare(self, *update_ids: str) -> list[Update]:
        """Take back a share that is still on hold: it returns to its old place. Refused(UPDATE_NOT_SAVED) when it is
        too late."""

    def destroy(self, *update_ids: str) -> None:
        """Delete for good; pending, held, unconfirmed, draft or sent ones (the post itself stays on its network).
        Refused(UPDATE_NOT_SAVED) for one being sent."""

    def reorder(self, profile_id: str, order: Sequence[str], *, offset: int = 0) -> list[Update]:
        """Lay `order` so that it begins at place `offset` of the queue (from 0, scheduled ones not counted), and
        return the profile's pending updates from the start: 20, or as many as `order` names. Ids of scheduled ones are
        ignored; unknown, foreign, sent and repeated ids are Refused, as is an offset outside the queue
        (OUT_OF_BOUNDS)."""

    def shuffle(self, profile_id: str, *, count: int | None = None) -> list[Update]:
        """Put all queued ones in random order; return the first `count` pending ones, all by default."""

    def pause(self, profile_id: str) -> Profile:
        """Nothing of this profile goes out until `resume`. Pausing twice is no error."""

    def resume(self, profile_id: str) -> Profile:
        """Go on with the first slot after now."""

    def set_schedules(
        self, profile_id: str, schedules: Sequence[Schedule], *, timezone: str = ""
    ) -> Profile:
        """Replace the weekly posting times, and move them to another zone if one is given. Refused(MISSING_PARAMETER)
        for none at all, BAD_PARAMETER for an unknown zone."""

    def set_timezone(self, profile_id: str, timezone: str) -> Profile:
        """Move the posting times to another zone (IANA name). Refused(BAD_PARAMETER) for an unknown one."""

    def confirm_sent(self, update_id: str) -> Update:
        """A person saw it on the network: unconfirmed becomes sent."""

    def comment(
        self,
        update_id: str,
        text: str,
        *,
        interaction_id: str = "",
        channel: str = "",
        ts: str = "",
    ) -> Reply:
        """Answer a sent update, or one comment on it. The worker brings it to the network; `channel` and `ts` name the
        Slack message the words came from. Refused(COMMENTS_NOT_POSSIBLE) where the network cannot, or for an update
        not sent; MISSING_PARAMETER for no text."""


class Queues(Protocol):
    """Opens the queue for one caller. `key` is the request's dedupe key: empty means every call counts."""

    def __call__(self, actor: Actor, key: str = "") -> Queue: ...
