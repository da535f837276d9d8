"""Follows what its writer changes in Slack of a reply that is out, by a job: the comment is edited or deleted, too.

What a message says is kept as a wish, the newest of those Slack told of, in whatever order. Each has one job, and a
job does nothing for a wish that another has taken the place of; so the last one counts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from buffer import jobs, telling
from buffer.errors import Busy, Code, LoginExpired, Refused
from buffer.model import Interaction, Job, NoticeKind, Profile, Reply, ReplyState
from buffer.ports import Can, Network, Networks, Store
from buffer.text import check

KIND = "correction"
PATIENCE = timedelta(hours=1)
_KEPT = timedelta(days=30)

_PLACE = telling.PLACE
_DONE = {
    Can.EDIT: f"Your comment on {_PLACE} is changed, too.",
    Can.DELETE: f"Your comment on {_PLACE} is deleted, too.",
}
_NOT_DONE = {
    Can.EDIT: f"Your comment on {_PLACE} could not be changed.",
    Can.DELETE: f"Your comment on {_PLACE} could not be deleted.",
}
_CANNOT = {
    Can.EDIT: f"Your reply is out on {_PLACE} already; what you changed here is not changed there.",
    Can.DELETE: f"Your reply is out on {_PLACE} already; please delete it there as well.",
}
_UNSURE = {
    Can.EDIT: f"It is not clear whether your reply is out on {_PLACE}; what you changed here is not changed there.",
    Can.DELETE: f"It is not clear whether your reply is out on {_PLACE}; if it is, please delete it there as well.",
}
_NO_WORDS = "There are no words left to post. To delete it there, delete your message here."
_IS_PUBLIC = "It is public already, and // does not take it back. To delete it there, delete your message here."


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a message in Slack says now: `text`, or None once it is deleted. Of two of the same message the one with
    the greater `stamp` is newer; `newest` is the last that told of the same words."""

    text: str | None
    stamp: str
    newest: str = ""

    @property
    def needs(self) -> Can:
        """What a network must be able to."""
        return Can.DELETE if self.text is None else Can.EDIT


def wished(store: Store, channel: str, ts: str, now: datetime) -> Wish | None:
    """The newest wish for a message; None if it was not changed since it was written."""
    kept = store.memos.recall(_memo(channel, ts), now)
    return Wish(**kept) if kept else None


def hear(
    store: Store, channel: str, ts: str, wish: Wish, now: datetime, *, said: str | None
) -> bool:
    """Keep a wish, inside the transaction that acts on it; False if it is no news: told before, or older than what is
    known, or what was `said` in the first place. Who deletes a message has the last word."""
    known = wished(store, channel, ts, now)
    is_deleted = known is not None and known.text is None
    if is_deleted or (known and wish.text is not None and wish.stamp <= known.newest):
        return False
    is_said = wish.text is not None and wish.text == (known.text if known else said)
    kept = replace(known if known and is_said else wish, newest=wish.stamp)
    store.memos.keep(_memo(channel, ts), asdict(kept), until=now + _KEPT)
    return not is_said


def follow(store: Store, network: Network, reply: Reply, wish: Wish, now: datetime) -> None:
    """Promise the change of a reply that is out, or may be; or tell its writer why it stays as it is. Inside the
    transaction that heard of the one or the other."""
    if reply.state is ReplyState.UNCONFIRMED:
        telling.whisper(store, reply, _UNSURE[wish.needs], now)
    elif wish.needs not in network.can:
        telling.whisper(store, reply, _CANNOT[wish.needs], now)
    else:
        payload, key = {"reply": reply.id, "stamp": wish.stamp}, f"{KIND} {reply.id} {wish.stamp}"
        jobs.promise(store, KIND, reply.team_id, payload, now, dedupe_key=key)


def catch_up(store: Store, network: Network, reply: Reply, now: datetime) -> None:
    """What was changed while the reply was on its way, now that it is out, or may be."""
    wish = wished(store, reply.channel, reply.ts, now)
    if wish and wish.text != reply.text:
        follow(store, network, reply, wish, now)


def instead(store: Store, network: Network, profile: Profile, reply: Reply, now: datetime) -> None:
    """What was changed while the reply was on its way takes its place, now that it waits again: nothing is out yet."""
    wish = wished(store, reply.channel, reply.ts, now)
    if wish is None or wish.text == reply.text:
        return
    new = replace(reply, state=ReplyState.WAITING, text=wish.text or "")
    if not new.text or new.text.startswith("//"):
        new = replace(new, state=ReplyState.INTERNAL, text="")
    else:
        try:
            check(new.text, network.limits(profile), profile.name)
        except Refused as error:
            new = replace(new, state=ReplyState.FAILED, error=str(error))
    moved = store.replies.move(
        reply.id, expected=[ReplyState.WAITING], to=new.state, text=new.text, error=new.error
    )
    if moved and wish.text is not None and new.state is not ReplyState.WAITING:
        telling.put(store, NoticeKind.REPLY_STATE, reply.team_id, reply.id, reply.channel, now)


class Corrections:
    """The work of this kind of job, see `buffer.jobs.Work`."""

    patience = PATIENCE

    def __init__(self, store: Store, networks: Networks) -> None:
        self._store = store
        self._networks = networks

    def do(self, job: Job, now: datetime) -> str:
        """Raises what `buffer.ports.Network` raises, and Busy while another change of the same comment is made."""
        meant = self._meant(job, now)
        if meant is None:
            return "overtaken"
        reply, wish = meant
        # What is seen running here began before this wish was known; whoever begins later finds itself overtaken.
        if any(
            other.id != job.id and other.payload["reply"] == reply.id
            for other, _ in self._store.jobs.running(KIND)
        ):
            raise Busy("Another change of it is being made.")
        try:
            self._ask(reply, wish)
        except LoginExpired as error:
            raise LoginExpired(f"{error} Connect the profile again.".strip()) from error
        with self._store.transaction():
            self._keep(job, reply, wish, now)
        return "deleted" if wish.text is None else "changed"

    def fail(self, job: Job, reason: str, now: datetime) -> None:
        """To its writer, with the reason, unless they have changed it again."""
        meant = self._meant(job, now)
        if meant:
            reply, wish = meant
            telling.whisper(self._store, reply, f"{_NOT_DONE[wish.needs]} {reason}", now)

    def _meant(self, job: Job, now: datetime) -> tuple[Reply, Wish] | None:
        """The reply and what is wished of it; None if it is settled, or another job's by now."""
        reply = self._store.replies.get(job.team_id, job.payload["reply"])
        if reply is None or reply.state is not ReplyState.SENT:
            return None
        wish = wished(self._store, reply.channel, reply.ts, now)
        if wish is None or wish.stamp != job.payload["stamp"]:
            return None
        return reply, wish

    def _ask(self, reply: Reply, wish: Wish) -> None:
        profile, network, to = self._about(reply)
        if wish.text is None:
            network.delete_reply(profile, reply)
            return
        if not wish.text:
            raise Refused(_NO_WORDS)
        if wish.text.startswith("//"):
            raise Refused(_IS_PUBLIC)
        check(wish.text, network.limits(profile), profile.name)
        network.edit_reply(profile, reply, to, wish.text)

    def _about(self, reply: Reply) -> tuple[Profile, Network, Interaction | None]:
        """Raises Refused."""
        update = self._store.updates.get(reply.team_id, reply.update_id)
        to = self._store.interactions.get(reply.team_id, reply.interaction_id)
        about = update or to
        profile = self._store.profiles.get(reply.team_id, about.profile_id) if about else None
        network = self._networks.get(profile.service) if profile else None
        if profile is None or network is None:
            raise Refused("The post is gone.", Code.UPDATE_NOT_FOUND)
        return profile, network, to

    def _keep(self, job: Job, reply: Reply, wish: Wish, now: datetime) -> None:
        """It is done there. What was done before, when we were stopped, was told before."""
        is_last = self._meant(job, now) is not None
        if wish.text is None:
            profile, _, _ = self._about(reply)
            self._store.replies.move(
                reply.id,
                expected=[ReplyState.SENT],
                to=ReplyState.DELETED,
                service_id=reply.service_id,
            )
            if ours := self._store.interactions.known(profile.id, reply.service_id):
                self._store.interactions.remove(ours, now)
        else:
            self._store.replies.edited(reply.id, wish.text)
        if is_last and wish.text != reply.text:
            telling.whisper(self._store, reply, _DONE[wish.needs], now)


def _memo(channel: str, ts: str) -> str:
    return f"wish:{channel}:{ts}"
