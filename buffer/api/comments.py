"""The endpoints of interactions: what people did with an update, and answering them."""

from __future__ import annotations

from buffer.api.call import Call
from buffer.api.updates import paging
from buffer.errors import Code, Refused
from buffer.model import Event, Json, Person, Profile, Reply, ReplyState
from buffer.wire import event_of, interaction_json, person_json, unix

PATIENCE = 10.0
"""Seconds an answer may wait for the network."""

STEP = 0.2
SETTLED = frozenset({ReplyState.SENT, ReplyState.FAILED, ReplyState.UNCONFIRMED})
MESSAGES = {
    ReplyState.SENT: "Nice work! We successfully posted your comment!",
    ReplyState.UNCONFIRMED: "The network did not say whether your comment arrived: look before you post it again.",
}
UNDERWAY = "Your comment is being posted."


def interactions(call: Call) -> Json:
    """`event` may be missing, which means all: two clients in the wild never send it."""
    form = call.form
    event = _event(form.text("event"))
    page, count = paging(call, first=0)
    since, before = form.moment("since"), form.moment("before")
    update = call.queue.update(call.update_id)
    found = call.queue.interactions(
        update.id, event=event, page=page, count=count, since=since, before=before
    )
    shown = [interaction_json(each, update.service) for each in found.items]
    return {"total": found.total, "interactions": shown}


def create(call: Call) -> Json:
    """Post a comment, and wait a little for the network to take it."""
    text, event = call.form.required("text"), _event(call.form.required("event"))
    if event is not Event.COMMENT:
        raise Refused("“event” must be comment.", Code.UNKNOWN_EVENT)
    update = call.queue.update(call.update_id)
    profile = call.queue.profile(update.profile_id)
    to = (call.form.text("interaction_id") or "").strip()
    reply = _settled(call, call.queue.comment(update.id, text, interaction_id=to))
    if reply.state is ReplyState.FAILED:
        raise Refused(reply.error or "The network did not take the comment.", Code.UPDATE_NOT_SAVED)
    return {
        "success": True,
        "message": MESSAGES.get(reply.state, UNDERWAY),
        "update": _posted(reply, profile),
    }


def _settled(call: Call, reply: Reply) -> Reply:
    """The comment as it stands once the network has spoken, or when patience is over."""
    for _ in range(int(PATIENCE / STEP)):
        if reply.state in SETTLED:
            break
        call.desk.sleep(STEP)
        reply = call.desk.store.replies.get(reply.team_id, reply.id) or reply
    return reply


def _posted(reply: Reply, profile: Profile) -> Json:
    author = Person(
        username=profile.name,
        service_id=profile.service_id,
        avatar=profile.avatar,
        link=profile.link,
    )
    return {
        "id": reply.id,
        "created_at": unix(reply.created_at),
        "event": Event.COMMENT.value,
        "text": reply.text,
        "update_id": reply.update_id,
        "state": reply.state.value,
        "user": person_json(author, profile.service),
    }


def _event(name: str | None) -> Event | None:
    if name is None or not name.strip():
        return None
    try:
        return event_of(name.strip().lower())
    except ValueError as error:
        raise Refused(f"“{name}” is not a kind of interaction.", Code.UNKNOWN_EVENT) from error
