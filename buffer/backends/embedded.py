"""The queue on our own store: every verb of the contract, one transaction each. Knows no SQL and no Slack."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from buffer import attachments, content, pictures, slots, telling
from buffer.errors import Code, Refused
from buffer.model import (
    HELD,
    PENDING,
    Actor,
    Counts,
    Draft,
    Edit,
    Event,
    Interaction,
    Limits,
    Page,
    Position,
    Profile,
    Reply,
    ReplyState,
    Schedule,
    State,
    Update,
    new_id,
    zone,
)
from buffer.ports import Clock, Feature, Network, Networks, Store
from buffer.text import check

TWIN = timedelta(hours=24)
"""How long a text that was sent may not be added again."""

_EDITABLE = PENDING | HELD
_SHAREABLE = _EDITABLE | {State.UNCONFIRMED}
"""A person who looked may send an unconfirmed one again."""

_ON_ITS_WAY = frozenset({State.SENDING, State.SENT})
_DELETABLE = frozenset(State) - {State.SENDING}
T = TypeVar("T")


class EmbeddedQueues:
    """Opens queues on one store. `limit` is the most that may be pending in a profile."""

    def __init__(
        self,
        store: Store,
        networks: Networks,
        clock: Clock,
        *,
        limit: int = 5000,
        dice: random.Random | None = None,
    ) -> None:
        self.store = store
        self.networks = networks
        self.clock = clock
        self.limit = limit
        self.dice = dice or random.SystemRandom()

    def __call__(self, actor: Actor, key: str = "") -> EmbeddedQueue:
        return EmbeddedQueue(self, actor, key)


class EmbeddedQueue:
    """A queue for one actor and, if `key` is given, for one request. See `buffer.ports.Queue` for the contract."""

    features = frozenset(Feature)

    def __init__(self, house: EmbeddedQueues, actor: Actor, key: str = "") -> None:
        self._house = house
        self._store = house.store
        self._actor = actor
        self._team = actor.team_id
        self._key = key

    # -- reading

    def profiles(self) -> list[Profile]:
        return self._store.profiles.of_team(self._team)

    def profile(self, profile_id: str) -> Profile:
        found = self._store.profiles.get(self._team, profile_id)
        if found is None:
            raise Refused("There is no such profile.", Code.PROFILE_NOT_FOUND)
        return found

    def counts(self, profile_id: str) -> Counts:
        pending, sent = self._store.updates.counts(self.profile(profile_id).id)
        return Counts(pending=pending, sent=sent, limit=self._house.limit)

    def update(self, update_id: str) -> Update:
        found = self._store.updates.get(self._team, update_id, now=self._house.clock())
        if found is None:
            raise _gone()
        return found

    def post(self, post_id: str) -> list[Update]:
        found = self._store.updates.of_post(self._team, post_id, now=self._house.clock())
        if not found:
            raise _gone()
        return found

    def pending(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        offset, now = _offset(page - 1, count), self._house.clock()
        with self._store.snapshot():
            return self._store.updates.pending(
                self.profile(profile_id), offset=offset, count=count, since=since, now=now
            )

    def sent(
        self, profile_id: str, *, page: int = 1, count: int = 20, since: datetime | None = None
    ) -> Page[Update]:
        profile, offset = self.profile(profile_id), _offset(page - 1, count)
        return self._store.updates.sent(profile, offset=offset, count=count, since=since)

    def problems(self, *, limit: int = 20) -> list[Update]:
        return self._store.updates.problems(self._team, limit=limit)

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
        return self._store.interactions.of_update(
            self.update(update_id).id,
            event=event,
            offset=_offset(page, count),
            count=count,
            since=since,
            before=before,
        )

    # -- writing: updates

    def add(self, draft: Draft) -> list[Update]:
        return self._change("add", lambda now: self._add(draft, now))

    def edit(self, *update_ids: str, edit: Edit) -> list[Update]:
        return self._change_each("edit", update_ids, lambda each, now: self._edit(each, edit, now))

    def move_to_top(self, *update_ids: str) -> list[Update]:
        def act(now: datetime) -> list[Update]:
            found = self._named(*update_ids)
            for update in found:
                if update.state is not State.QUEUED:
                    raise Refused(_not_movable(update), Code.NOT_MOVABLE)
            self._store.order.to_top(found)
            return found

        return self._change("move_to_top", act)

    def share(self, *update_ids: str, hold: timedelta = timedelta()) -> list[Update]:
        return self._change_each(
            "share", update_ids, lambda each, now: self._share(each, now + hold, now)
        )

    def unshare(self, *update_ids: str) -> list[Update]:
        return self._change_each("unshare", update_ids, self._unshare)

    def destroy(self, *update_ids: str) -> None:
        def act(now: datetime) -> list[Update]:
            found = self._named(*update_ids)
            for update in found:
                if not self._store.updates.delete(update.id, expected=_DELETABLE):
                    raise Refused("This post is being sent right now: it cannot be deleted.")
            return found

        self._change("destroy", act)

    def confirm_sent(self, update_id: str) -> Update:
        def act(update: Update, now: datetime) -> None:
            if update.state is State.SENT:
                return
            sent = replace(update, state=State.SENT, sent_at=now, error="", updated_at=now)
            if not self._store.updates.save(sent, expected={State.UNCONFIRMED}):
                raise Refused(f"There is nothing to confirm: this post is {_standing(update)}.")
            telling.card(self._store, sent, now)

        return _only(self._change_each("confirm_sent", (update_id,), act))

    def comment(
        self,
        update_id: str,
        text: str,
        *,
        interaction_id: str = "",
        channel: str = "",
        ts: str = "",
    ) -> Reply:
        def act(now: datetime) -> list[str]:
            update = _only(self._named(update_id))
            self._refuse_comment(update, text, interaction_id)
            reply = Reply(
                id=new_id(now),
                team_id=self._team,
                update_id=update.id,
                text=text,
                user_id=self._actor.user_id,
                state=ReplyState.WAITING,
                created_at=now,
                interaction_id=interaction_id,
                channel=channel,
                ts=ts,
            )
            if not self._store.replies.insert(reply):  # this Slack message was taken before
                known = self._store.replies.by_message(channel, ts)
                return [known.id] if known else []
            self._store.audit.write(self._actor, "comment", update.id, now)
            return [reply.id]

        with self._store.transaction():
            found = self._store.replies.get(self._team, "".join(self._once(act)))
        if found is None:
            raise _gone()
        return found

    # -- writing: a profile's queue

    def reorder(self, profile_id: str, order: Sequence[str], *, offset: int = 0) -> list[Update]:
        def act(now: datetime) -> None:
            waiting = self._store.updates.waiting(profile_id)
            if not 0 <= offset < max(waiting, 1):
                raise Refused(
                    f"The offset must be from 0 to {max(waiting - 1, 0)}.", Code.OUT_OF_BOUNDS
                )
            block = self._in_line(profile_id, order)
            if block:
                self._store.order.lay(profile_id, block, offset=offset)

        return self._rearrange("reorder", profile_id, act, count=max(len(order), 20))

    def shuffle(self, profile_id: str, *, count: int | None = None) -> list[Update]:
        def act(now: datetime) -> None:
            ranks = self._store.order.ranks(profile_id)
            order = list(ranks)
            self._house.dice.shuffle(order)
            self._store.order.apply(slots.permuted(ranks, order))

        return self._rearrange("shuffle", profile_id, act, count=count)

    def pause(self, profile_id: str) -> Profile:
        def change(profile: Profile, now: datetime) -> Profile:
            return replace(profile, paused=True)

        return self._settle("pause", profile_id, change)

    def resume(self, profile_id: str) -> Profile:
        def change(profile: Profile, now: datetime) -> Profile:
            return _from_now(replace(profile, paused=False), now) if profile.paused else profile

        return self._settle("resume", profile_id, change)

    def set_schedules(
        self, profile_id: str, schedules: Sequence[Schedule], *, timezone: str = ""
    ) -> Profile:
        if not any(schedule.days and schedule.times for schedule in schedules):
            raise Refused("Give at least one day and one time.", Code.MISSING_PARAMETER)
        name = zone(timezone).key if timezone else ""

        def change(profile: Profile, now: datetime) -> Profile:
            moved = replace(profile, timezone=name or profile.timezone)
            return _from_now(replace(moved, schedules=tuple(schedules)), now)

        return self._settle("set_schedules", profile_id, change)

    def set_timezone(self, profile_id: str, timezone: str) -> Profile:
        name = zone(timezone).key
        return self._settle(
            "set_timezone",
            profile_id,
            lambda profile, now: _from_now(replace(profile, timezone=name), now),
        )

    # -- what verbs have in common

    def _once(self, act: Callable[[datetime], list[str]]) -> list[str]:
        """Act, unless this request did already. Either way: the ids it is about."""
        now = self._house.clock()
        with self._store.transaction():
            ids = self._store.requests.answered(self._key) if self._key else None
            if ids is None:
                ids = act(now)
                if self._key:
                    self._store.requests.record(self._key, ids, now)
        return ids

    def _change(self, verb: str, act: Callable[[datetime], list[Update]]) -> list[Update]:
        """Act on updates and return them as they are then; those that are gone are left out."""

        def noted(now: datetime) -> list[str]:
            touched = act(now)
            for update in touched:
                self._store.audit.write(self._actor, verb, update.id, now)
            for profile_id in {update.profile_id for update in touched}:
                self._store.profiles.refresh(profile_id)
            return [update.id for update in touched]

        with self._store.transaction():
            now = self._house.clock()
            read = self._store.updates.get
            found = (read(self._team, each, now=now) for each in self._once(noted))
            return [update for update in found if update]

    def _change_each(
        self, verb: str, update_ids: Sequence[str], act: Callable[[Update, datetime], None]
    ) -> list[Update]:
        def each(now: datetime) -> list[Update]:
            found = self._named(*update_ids)
            for update in found:
                act(update, now)
            return found

        return self._change(verb, each)

    def _settle(
        self, verb: str, profile_id: str, change: Callable[[Profile, datetime], Profile]
    ) -> Profile:
        """Change a profile's own settings."""

        def act(now: datetime) -> list[str]:
            self._store.profiles.save(change(self.profile(profile_id), now))
            self._store.audit.write(self._actor, verb, profile_id, now)
            return [profile_id]

        with self._store.transaction():
            self._once(act)
            return self.profile(profile_id)

    def _rearrange(
        self,
        verb: str,
        profile_id: str,
        act: Callable[[datetime], None],
        *,
        count: int | None,
    ) -> list[Update]:
        """Change the order of a queue and list it from the start."""

        def noted(now: datetime) -> list[str]:
            self.profile(profile_id)
            act(now)
            self._store.audit.write(self._actor, verb, profile_id, now)
            self._store.profiles.refresh(profile_id)
            return [profile_id]

        with self._store.transaction():
            self._once(noted)
            if count is None:
                count = self._store.updates.counts(profile_id)[0]
            return self.pending(profile_id, count=count).items if count else []

    def _named(self, *update_ids: str) -> list[Update]:
        """Each once, to be acted on; their due times do not matter yet."""
        found = [self._store.updates.find(self._team, each) for each in dict.fromkeys(update_ids)]
        if None in found:
            raise _gone()
        return [update for update in found if update]

    def _save(self, update: Update, expected: Collection[State]) -> None:
        if not self._store.updates.save(update, expected=expected):
            raise Refused(f"This post is {_standing(update)}: it cannot be changed any more.")

    # -- one verb each

    def _add(self, draft: Draft, now: datetime) -> list[Update]:
        profiles = [self.profile(each) for each in dict.fromkeys(draft.profile_ids)]
        if not profiles:
            raise Refused("Say which profiles it is for.", Code.MISSING_PARAMETER)
        if not draft.text.strip() and not draft.media and not draft.retweet:
            raise _empty()
        if draft.scheduled_at:
            _refuse_past(draft.scheduled_at, now)
        post_id = new_id(now)
        updates = [self._made(draft, profile, post_id, now) for profile in profiles]
        for profile, update in zip(profiles, updates, strict=True):
            self._refuse_full(profile)
            content.check(update, profile, self._network(profile).limits(profile))
            self._refuse_twin(profile, update, now, allowed=draft.allow_duplicate)
            self._join(profile, update, now)
        if draft.position is Position.TOP:
            self._store.updates.prepend(updates)
        else:
            self._store.updates.append(updates)
        attachments.promise(self._store, updates, now)
        pictures.promise(self._store, updates, now)
        return updates

    def _made(self, draft: Draft, profile: Profile, post_id: str, now: datetime) -> Update:
        at_once = draft.position is Position.NOW and draft.scheduled_at is None
        if at_once:
            _refuse_paused(profile)
        update = Update(
            id=new_id(now),
            post_id=post_id,
            team_id=self._team,
            profile_id=profile.id,
            service=profile.service,
            text=draft.text,
            state=State.QUEUED,
            created_at=now,
            updated_at=now,
            user_id=self._actor.user_id,
            via=self._actor.via,
            share_at=now + draft.hold if at_once else None,
            shared_now=at_once,
            retweet=draft.retweet,
            shorten=draft.shorten,
            attachment=draft.attachment,
            source=draft.source,
        )
        update = content.written(update, draft, self._network(profile).limits(profile))
        return _scheduled(update, profile, draft.scheduled_at) if draft.scheduled_at else update

    def _edit(self, update: Update, edit: Edit, now: datetime) -> None:
        if update.state not in _EDITABLE:
            raise Refused(f"This post is {_standing(update)}: it cannot be changed any more.")
        profile = self.profile(update.profile_id)
        changed = replace(update, updated_at=now)
        if edit.text is not None:
            changed = attachments.retold(changed, edit.text)
        limits = self._network(profile).limits(profile)
        changed = content.changed(changed, edit, limits)
        if edit.scheduled_at:
            _refuse_past(edit.scheduled_at, now)
            changed = _scheduled(changed, profile, edit.scheduled_at)
        elif edit.to_queue:
            changed = _queued(changed)
        if not changed.text.strip() and not changed.media and not changed.retweet:
            raise _empty()
        returns = changed.is_pending and not update.is_pending
        if returns:
            self._refuse_full(profile)
        if changed.text != update.text:
            self._refuse_parts(update, changed, limits)
        if returns or content.differs(changed, update):
            content.check(changed, profile, limits)
        if returns or changed.text != update.text:
            self._refuse_twin(profile, changed, now, allowed=edit.allow_duplicate)
        if not _in_line(update):
            self._join(profile, changed, now)
        self._save(changed, _EDITABLE)
        if changed.text != update.text:
            attachments.promise(self._store, [changed], now)
        if returns or changed.media != update.media:
            pictures.promise(self._store, [changed], now)

    def _share(self, update: Update, at: datetime, now: datetime) -> None:
        if update.state in _ON_ITS_WAY:
            return
        if update.state not in _SHAREABLE:
            raise Refused(f"This post is {_standing(update)}: it cannot be shared now.")
        _refuse_paused(self.profile(update.profile_id))
        shared = replace(
            update,
            share_at=min(at, update.share_at or at),
            shared_now=True,
            updated_at=now,
        )
        if not update.is_pending:
            state = State.SCHEDULED if update.scheduled_at else State.QUEUED
            looked = None if update.state is State.UNCONFIRMED else update.look_since
            shared = replace(shared, state=state, shared_from=update.state, look_since=looked)
        self._save(shared, _SHAREABLE)
        if not update.is_pending:
            pictures.promise(self._store, [shared], now)

    def _unshare(self, update: Update, now: datetime) -> None:
        if not update.is_pending:
            raise Refused(f"Too late: this post is {_standing(update)}.")
        if update.share_at is None:
            return
        back = replace(
            update,
            state=update.shared_from or update.state,
            share_at=None,
            shared_from=None,
            shared_now=False,
            updated_at=now,
        )
        self._join(self.profile(update.profile_id), back, now)
        self._save(back, PENDING)

    def _join(self, profile: Profile, update: Update, now: datetime) -> None:
        """Whoever is the first in line takes a slot to come, not one that passed while nobody stood there."""
        if _in_line(update) and not self._store.updates.waiting(profile.id):
            self._store.profiles.save(_from_now(profile, now))

    def _in_line(self, profile_id: str, order: Sequence[str]) -> list[str]:
        """Those of an order that stand in line; the other pending ones are passed over."""
        if len(set(order)) < len(order):
            raise Refused("The order names a post twice.", Code.BAD_PARAMETER)
        standing = self._store.order.standing(profile_id, order)
        for each in order:
            if each not in standing:
                raise Refused(_not_movable(self.update(each)), Code.NOT_MOVABLE)
        return [each for each in order if standing[each]]

    # -- refusals

    def _refuse_full(self, profile: Profile) -> None:
        if self._store.updates.counts(profile.id)[0] >= self._house.limit:
            raise Refused(
                f"The queue of “{profile.name}” is full: it holds {self._house.limit:,} posts.",
                Code.QUEUE_FULL,
                profile_id=profile.id,
            )

    def _network(self, profile: Profile) -> Network:
        """Raises Refused for a profile that an earlier backend or version left here."""
        network = self._house.networks.get(profile.service)
        if network is None:
            raise Refused(f"This server does not post to “{profile.name}” ({profile.service}).")
        return network

    def _refuse_parts(self, update: Update, changed: Update, limits: Limits) -> None:
        """Of a series that stopped in the middle the parts that are out cannot be changed any more."""
        before, after = (content.parts(each, limits) for each in (update, changed))
        out = len(self._store.parts.out(update.id, before)) if len(before) > 1 else 0
        if before[:out] != after[:out]:
            which = "The first part is" if out == 1 else f"The first {out} parts are"
            raise Refused(f"{which} out already: leave them as they are, and change the others.")

    def _refuse_twin(
        self, profile: Profile, update: Update, now: datetime, *, allowed: bool
    ) -> None:
        if allowed or not update.text.strip():
            return
        twin = self._store.updates.twin(
            profile.id, update.text, since=now - TWIN, except_id=update.id
        )
        if twin:
            told = "was posted in the last 24 hours" if twin.state is State.SENT else "is waiting"
            raise Refused(
                f"The same text {told} on “{profile.name}” already.",
                Code.DUPLICATE,
                profile_id=profile.id,
            )

    def _refuse_comment(self, update: Update, text: str, interaction_id: str) -> None:
        if update.state is not State.SENT:
            raise Refused(
                f"Only a sent post can be commented; this one is {_standing(update)}.",
                Code.COMMENTS_NOT_POSSIBLE,
            )
        profile = self.profile(update.profile_id)
        limits = self._network(profile).limits(profile)
        if not limits.comments:
            raise Refused(f"“{profile.name}” takes no comments.", Code.COMMENTS_NOT_POSSIBLE)
        if not update.service_update_id:
            raise Refused(
                f"Nobody knows where this post is on “{profile.name}”: comment it there.",
                Code.COMMENTS_NOT_POSSIBLE,
            )
        if not text.strip():
            raise Refused("The comment is empty.", Code.MISSING_PARAMETER)
        check(text, limits, profile.name, profile_id=profile.id)
        if interaction_id:
            to = self._store.interactions.get(self._team, interaction_id)
            if to is None or to.update_id != update.id:
                raise Refused("That comment is not there any more.", Code.COMMENTS_NOT_POSSIBLE)


def _in_line(update: Update) -> bool:
    return update.state is State.QUEUED and update.share_at is None


def _from_now(profile: Profile, now: datetime) -> Profile:
    return replace(profile, cursor=max(profile.cursor, now))


def _scheduled(update: Update, profile: Profile, at: datetime) -> Update:
    return replace(
        _queued(update),
        state=State.SCHEDULED,
        scheduled_at=at,
        pinned=slots.of_profile(profile).is_slot(at.timestamp()),
    )


def _queued(update: Update) -> Update:
    """Waiting for a slot, and nothing else."""
    return replace(
        update,
        state=State.QUEUED,
        scheduled_at=None,
        pinned=False,
        share_at=None,
        shared_from=None,
        shared_now=False,
        error="",
    )


def _refuse_past(at: datetime, now: datetime) -> None:
    if at <= now:
        raise Refused("That time has passed: choose one ahead.", Code.IN_THE_PAST)
    if at > _FAR:
        raise Refused("That time is beyond the calendar.", Code.OUT_OF_BOUNDS)


def _refuse_paused(profile: Profile) -> None:
    if profile.paused:
        raise Refused(f"“{profile.name}” is paused: resume it first.", profile_id=profile.id)
    if profile.disconnected:
        raise Refused(
            f"“{profile.name}” is disconnected: its login has to be renewed first.",
            profile_id=profile.id,
        )


def _offset(page: int, count: int) -> int:
    if page < 0 or count < 1:
        raise Refused("There is no such page.", Code.OUT_OF_BOUNDS)
    return page * count


def _gone() -> Refused:
    return Refused("This post no longer exists.", Code.UPDATE_NOT_FOUND)


def _empty() -> Refused:
    return Refused("There is nothing to post: write a text.", Code.MISSING_PARAMETER)


def _not_movable(update: Update) -> str:
    if update.state is State.SCHEDULED:
        return "A post with a time of its own has no place in the queue to move."
    return f"This post is {_standing(update)}: it has no place in the queue."


def _standing(update: Update) -> str:
    return _STANDING[update.state]


def _only(items: Sequence[T]) -> T:
    if not items:
        raise _gone()
    return items[0]


_FAR = datetime(9998, 1, 1, tzinfo=UTC)
_STANDING = {
    State.DRAFT: "a draft",
    State.QUEUED: "waiting in the queue",
    State.SCHEDULED: "scheduled",
    State.SENDING: "being sent",
    State.SENT: "out",
    State.FAILED: "held, since it failed",
    State.UNCONFIRMED: "unconfirmed",
    State.MISSED: "held, since its time was missed",
}
