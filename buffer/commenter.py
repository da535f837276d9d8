"""Brings replies from Slack threads to their networks as comments, one a tick. Knows no network's name."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from buffer import corrections
from buffer.errors import LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.model import Interaction, NoticeKind, Profile, Receipt, Reply, ReplyState, Update
from buffer.ports import Certainty, Network, Owner, Store
from buffer.posting import SETTLED, AskSomebody
from buffer.telling import put

log = logging.getLogger("commenter")

PATIENCE = timedelta(minutes=15)
"""How long a reply is tried to be brought to a network that cannot be reached; an answer that comes later is none."""

_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    """What one tick works with. `again`: the reply was on the wire before, and may be out."""

    store: Store
    network: Network
    reply: Reply
    now: datetime
    again: bool


def tick(store: Store, service: str, network: Network, now: datetime, *, owner: Owner) -> bool:
    """Bring one reply to its network. True if there may be another. One thread ticks for an owner and a network."""
    for reply, was in store.replies.sending(service, now):
        # What is ours was begun by an earlier tick of this very thread, which ended before its outcome was written.
        if was == owner.id or not owner.alive(was):
            if store.replies.take_over(reply.id, owner=owner.id, from_owner=was):
                _go(_Turn(store=store, network=network, reply=reply, now=now, again=True))
            return True
    for reply in store.replies.waiting(service, now, limit=1):
        if store.replies.move(
            reply.id, expected=[ReplyState.WAITING], to=ReplyState.SENDING, owner=owner.id
        ):
            # Its words may have been changed after it was listed; from now on they cannot.
            claimed = store.replies.get(reply.team_id, reply.id) or reply
            _go(_Turn(store=store, network=network, reply=claimed, now=now, again=False))
        return True
    return False


def _go(turn: _Turn) -> None:
    outcome = _outcome(turn)
    with turn.store.transaction():
        state = _write(turn, outcome)
    log.info(state.value, extra={"reply": turn.reply.id, "update": turn.reply.update_id})


def _outcome(turn: _Turn) -> Receipt | QueueError:
    try:
        return _look(turn) if turn.again else _say(turn)
    except QueueError as error:
        return error
    except Exception as error:  # an adapter's edge: whatever it trips over, the comment may be out
        log.exception("network failed", extra={"reply": turn.reply.id})
        return Unclear(f"Something went wrong ({type(error).__name__}).")


def _look(turn: _Turn) -> Receipt:
    """What became of one that was on the wire; what goes wrong here says nothing of the time before. It is never said
    again without a key: who reads that it is missing can write it again, a double stays."""
    match turn.network.certainty:
        case Certainty.BLIND:
            raise AskSomebody("It was on its way when we were stopped.")
        case Certainty.KEYED:
            try:
                return _say(turn)
            except Refused as error:  # this try; the one before may be out all the same
                raise AskSomebody(str(error)) from error
            except QueueError as error:
                raise Unclear(str(error)) from error
    try:
        found = turn.network.find_reply(*_about(turn))
    except Refused as error:
        raise AskSomebody(str(error)) from error
    except QueueError as error:
        raise Unclear(str(error)) from error
    if found is None and turn.now - turn.reply.created_at > SETTLED:
        raise AskSomebody("We looked for it there, and it is not among the account's posts.")
    if found is None:
        raise Unclear("It is not on the network yet.")
    return found


def _say(turn: _Turn) -> Receipt:
    return turn.network.reply(*_about(turn))


def _about(turn: _Turn) -> tuple[Profile, Update | None, Interaction | None, str, str]:
    reply, store = turn.reply, turn.store
    update = store.updates.get(reply.team_id, reply.update_id)
    to = store.interactions.get(reply.team_id, reply.interaction_id)
    about = update or to
    profile = store.profiles.get(reply.team_id, about.profile_id) if about else None
    if profile is None:
        raise Refused("The post is gone.")
    return profile, update, to, reply.text, reply.id


def _write(turn: _Turn, outcome: Receipt | QueueError) -> ReplyState:
    """Returns the state the reply is in now."""
    late = turn.now - turn.reply.created_at
    again_at = turn.now + min(max(late, _SHORTEST_PAUSE), _LONGEST_PAUSE)
    match outcome:
        case Receipt():
            return _end(turn, ReplyState.SENT, service_id=outcome.service_id)
        case NetworkDown() if late < PATIENCE:
            return _put_off(turn, ReplyState.WAITING, again_at)
        case SlowDown() if outcome.until < turn.reply.created_at + PATIENCE:
            return _put_off(turn, ReplyState.WAITING, outcome.until)
        case AskSomebody():
            return _end(turn, ReplyState.UNCONFIRMED, error=str(outcome))
        case Unclear() if _may_clear_up(turn):
            return _put_off(turn, ReplyState.SENDING, again_at)
        case Unclear():
            return _end(turn, ReplyState.UNCONFIRMED, error=str(outcome))
        case LoginExpired():
            return _end(
                turn, ReplyState.FAILED, error=f"{outcome} Connect the profile again.".strip()
            )
        case _:
            return _end(turn, ReplyState.FAILED, error=str(outcome))


def _may_clear_up(turn: _Turn) -> bool:
    """Whether another look may tell. Where it can be looked for, it is at least once, however late it went out."""
    if turn.network.certainty is Certainty.BLIND:
        return False
    return turn.now - turn.reply.created_at < PATIENCE or not turn.again


def _put_off(turn: _Turn, to: ReplyState, until: datetime) -> ReplyState:
    turn.store.replies.put_off(turn.reply.id, to=to, until=until)
    if to is ReplyState.WAITING:
        profile, *_ = _about(turn)
        corrections.instead(turn.store, turn.network, profile, turn.reply, turn.now)
    return to


def _end(turn: _Turn, to: ReplyState, *, service_id: str = "", error: str = "") -> ReplyState:
    """Over: kept, and told where it was written. One that came over the API has no such place."""
    reply = turn.reply
    moved = turn.store.replies.move(
        reply.id, expected=[ReplyState.SENDING], to=to, service_id=service_id, error=error
    )
    if moved and reply.channel:
        kind = NoticeKind.REPLY_STATE
        put(turn.store, kind, reply.team_id, reply.id, reply.channel, turn.now)
    if moved and to in (ReplyState.SENT, ReplyState.UNCONFIRMED):
        corrections.catch_up(turn.store, turn.network, replace(reply, state=to), turn.now)
    return to
