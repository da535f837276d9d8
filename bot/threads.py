"""A reply in the thread of a card → a comment on the network, if its writer wants that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from slack_bolt import Ack, App, BoltContext, Respond

from bot.guard import After, guard
from bot.message import Message
from bot.mrkdwn import message_text
from bot.notices import (
    REPLY_KEEP,
    REPLY_POST,
    account_name,
    asked,
    note,
    service_name,
    thread_of,
)
from bot.people import Desk
from buffer import corrections, telling
from buffer.channels import wishes_of
from buffer.corrections import Wish
from buffer.errors import Code, Refused
from buffer.model import (
    Json,
    NoticeKind,
    Profile,
    Reply,
    ReplyState,
    new_id,
)
from buffer.ports import Can, takes_comments
from buffer.text import check

SPOKEN = (None, "file_share", "thread_broadcast")
OPEN = (ReplyState.ASKED, ReplyState.WAITING)
OVER = (ReplyState.INTERNAL, ReplyState.FAILED, ReplyState.DELETED)
REMEMBERED = timedelta(days=30)
ONLY_WORDS = "Only your words are posted; what you attached stays here."
NO_GUESTS = "Your reply stays in Slack. Guests cannot post as {account}; any full member of this workspace can."
POSTING = (
    "Your reply goes to {place} as {account}; a :white_check_mark: on it says that it is there."
)
FOLLOWS = " If you change or delete your message later, the comment is changed or deleted, too."
GOES_TOO = " If you delete your message later, the comment is deleted, too."
SAID: dict[ReplyState, str] = {
    ReplyState.ASKED: "Your reply waits for your answer.",
    ReplyState.WAITING: POSTING,
    ReplyState.SENDING: POSTING,
    ReplyState.SENT: "Your reply is posted as {account} on {place}.",
    ReplyState.INTERNAL: "Your reply stays in Slack.",
    ReplyState.FAILED: "Your reply was not posted as {account} on {place}.",
    ReplyState.UNCONFIRMED: "It is not clear whether your reply is out. Please look on {place}.",
    ReplyState.DELETED: "Your reply was posted as {account} on {place}, and is deleted there.",
}


def on_message(event: Json, context: BoltContext, desk: Desk) -> None:
    """Every message in every channel we are in comes by here: most are let pass after one look-up."""
    subtype = event.get("subtype")
    if subtype == "message_changed":
        _edited(event, context, desk)
    elif subtype == "message_deleted":
        _deleted(event, desk)
    elif subtype in SPOKEN and not _is_from_a_bot(event, context):
        _spoken(event, desk)


def on_post(ack: Ack, action: Json, desk: Desk, respond: Respond, after: After) -> None:
    """*Post as @account*: pressed twice, it is posted once."""
    with desk.store.transaction():
        reply = _own_reply(action, desk)
        if reply.state is ReplyState.ASKED and asked(reply) != action["value"]:
            raise Refused("You have changed your reply since. Please use the newest question.")
        if desk.store.replies.move(
            reply.id, expected=[ReplyState.ASKED], to=ReplyState.WAITING, text=reply.text
        ):
            _tell(reply, NoticeKind.REPLY_STATE, desk)
    ack()
    after(respond, replace_original=True, **_said(reply, desk).payload())


def on_keep(ack: Ack, action: Json, desk: Desk, respond: Respond, after: After) -> None:
    """*Keep internal*."""
    reply = _own_reply(action, desk)
    desk.store.replies.move(reply.id, expected=[ReplyState.ASKED], to=ReplyState.INTERNAL)
    ack()
    after(respond, replace_original=True, **_said(reply, desk).payload())


def register(app: App) -> None:
    """Takes every message event: what else wants some of them is registered before."""
    app.event("message")(guard(on_message))
    app.action(REPLY_POST)(guard(on_post))
    app.action(REPLY_KEEP)(guard(on_keep))


# -- something was said


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """What a reply is about: a post, a comment on it, or (without a post) a mention elsewhere."""

    profile: Profile
    update_id: str = ""
    interaction_id: str = ""


def _spoken(event: Json, desk: Desk) -> None:
    ts, parent = event["ts"], event.get("thread_ts")
    if not parent or parent == ts or not (thread := _thread(event["channel"], parent, desk)):
        return
    words = message_text(event, desk.name_of)
    if not words:
        return
    desk.person()  # Slack may have to be asked, which is too slow for inside
    with desk.store.transaction():
        # Slack tells again what we did not take, and meanwhile of what became of it.
        if changed := corrections.wished(desk.store, event["channel"], ts, desk.now):
            words = changed.text or ""
        if not words:
            return
        reply = Reply(
            id=new_id(desk.now),
            team_id=desk.team_id,
            update_id=thread.update_id,
            interaction_id=thread.interaction_id,
            text=words,
            user_id=event["user"],
            state=ReplyState.ASKED,
            created_at=desk.now,
            channel=event["channel"],
            ts=ts,
            error=ONLY_WORDS if event.get("files") else "",
        )
        reply = _judged(reply, thread, desk)
        if desk.store.replies.insert(reply):
            memo, until = thread_of(reply), desk.now + REMEMBERED
            desk.store.memos.keep(memo, parent, until=until)
            _tell_state(reply, desk)


def _thread(channel: str, parent: str, desk: Desk) -> Thread | None:
    """The card (or lone comment) of ours that this thread hangs under."""
    said = desk.store.outbox.by_message(channel, parent)
    if said is None or said.team_id != desk.team_id:
        return None
    thread = None
    if said.kind is NoticeKind.CARD:
        thread = _about(said.subject, "", desk)
    elif said.kind is NoticeKind.COMMENT:
        comment = desk.store.interactions.get(desk.team_id, said.subject)
        thread = _about(comment.update_id, comment.id, desk) if comment else None
    # Where nothing can be answered, words in a thread are just words.
    return thread if thread and takes_comments(desk.networks, thread.profile) else None


def _about(update_id: str, interaction_id: str, desk: Desk) -> Thread | None:
    about = desk.store.updates.get(desk.team_id, update_id) or (
        desk.store.interactions.get(desk.team_id, interaction_id)
    )
    profile = desk.store.profiles.get(desk.team_id, about.profile_id) if about else None
    if profile is None or profile.service not in desk.networks:
        return None
    return Thread(profile=profile, update_id=update_id, interaction_id=interaction_id)


def _judged(reply: Reply, thread: Thread, desk: Desk) -> Reply:
    """What becomes of these words: kept, refused, asked about, or on their way."""
    if reply.text.startswith("//"):
        return replace(reply, state=ReplyState.INTERNAL, text="", error="")
    if desk.person().is_guest:
        sorry = NO_GUESTS.format(account=account_name(thread.profile))
        return replace(reply, state=ReplyState.INTERNAL, text="", error=sorry)
    try:
        _check(reply.text, thread, desk)
    except Refused as error:
        return replace(reply, state=ReplyState.FAILED, error=str(error))
    if wishes_of(desk.store, reply.channel).directly:
        return replace(reply, state=ReplyState.WAITING)
    return reply


def _check(words: str, thread: Thread, desk: Desk) -> None:
    """Raises Refused for more than the network takes."""
    if network := desk.networks.get(thread.profile.service):
        check(words, network.limits(thread.profile), account_name(thread.profile))


def _tell_state(reply: Reply, desk: Desk) -> None:
    if reply.state is ReplyState.ASKED:
        _tell(reply, NoticeKind.REPLY_QUESTION, desk)
    elif reply.state is not ReplyState.INTERNAL or reply.error:
        _tell(reply, NoticeKind.REPLY_STATE, desk)


def _tell(reply: Reply, kind: NoticeKind, desk: Desk) -> None:
    """To the writer alone: a question, or a mark on their message."""
    telling.put(desk.store, kind, reply.team_id, reply.id, reply.channel, desk.now)


# -- it was changed or deleted


def _edited(event: Json, context: BoltContext, desk: Desk) -> None:
    """Slack tells so of previews of links, too: then the words are the same."""
    message: Json = event.get("message") or {}
    before: Json = event.get("previous_message") or {}
    words = message_text(message, desk.name_of)
    if _is_from_a_bot(message, context) or (before and words == message_text(before, desk.name_of)):
        return
    # The time of an edit is that of the person; two in one second are told apart by the event's own.
    edited = (message.get("edited") or {}).get("ts") or "0"
    wish = Wish(text=words, stamp=f"{edited} {event.get('event_ts')}")
    _follow(event["channel"], str(message.get("ts")), message.get("thread_ts"), wish, desk)


def _deleted(event: Json, desk: Desk) -> None:
    parent = (event.get("previous_message") or {}).get("thread_ts")
    wish = Wish(text=None, stamp=str(event.get("event_ts")))
    _follow(event["channel"], str(event.get("deleted_ts")), parent, wish, desk)


def _follow(channel: str, ts: str, parent: str | None, wish: Wish, desk: Desk) -> None:
    """Not out yet: the new words count. On its way: whoever brings it there looks for them. Out: the comment follows.
    A message we have not heard of yet, since Slack tries again to tell us: for when it comes."""
    known = _known(channel, ts, desk)
    thread = _where(known, desk) if known else _thread(channel, parent, desk) if parent else None
    if thread is None or (known and known.state in OVER):
        return
    if known and wish.text:
        desk.person()  # Slack may have to be asked, which is too slow for inside
    with desk.store.transaction():
        reply = _known(channel, ts, desk)
        said = reply.text if reply else None
        if not corrections.hear(desk.store, channel, ts, wish, desk.now, said=said) or not reply:
            return
        if reply.state in OPEN:
            _changed(reply, wish, thread, desk)
        elif reply.state in (ReplyState.SENT, ReplyState.UNCONFIRMED):
            network = desk.networks[thread.profile.service]
            corrections.follow(desk.store, network, reply, wish, desk.now)


def _changed(reply: Reply, wish: Wish, thread: Thread, desk: Desk) -> None:
    """Not out yet: the new words are judged as if they were the first. Nothing is posted that was asked about in other
    words, whatever the channel has chosen since; nothing is left of what has no words any more."""
    new = replace(reply, state=ReplyState.INTERNAL, error="")
    if wish.text:
        new = _judged(replace(reply, state=ReplyState.ASKED, text=wish.text), thread, desk)
    if new.state in OPEN:
        new = replace(new, state=reply.state)
    desk.store.replies.move(
        reply.id, expected=[reply.state], to=new.state, text=new.text, error=new.error
    )
    if wish.text is not None and reply.state is ReplyState.WAITING:
        _tell(new, NoticeKind.REPLY_STATE, desk)  # its mark may have to go
    else:
        _tell_state(new, desk)


def _known(channel: str, ts: str, desk: Desk) -> Reply | None:
    reply = desk.store.replies.by_message(channel, ts)
    return reply if reply and reply.team_id == desk.team_id else None


def _where(reply: Reply, desk: Desk) -> Thread | None:
    return _about(reply.update_id, reply.interaction_id, desk)


def _is_from_a_bot(event: Json, context: BoltContext) -> bool:
    return bool(
        event.get("bot_id")
        or event.get("hidden")
        or not event.get("user")
        or event["user"] == context.bot_user_id
    )


# -- the answer to the question


def _own_reply(action: Json, desk: Desk) -> Reply:
    reply = desk.store.replies.get(desk.team_id, action["value"].partition(":")[0])
    if reply is None:
        raise Refused("This reply is gone: its post was deleted.", Code.UPDATE_NOT_FOUND)
    if reply.user_id != desk.user_id:
        raise Refused("Only the person who wrote this reply can decide about it.", Code.FORBIDDEN)
    return reply


def _said(reply: Reply, desk: Desk) -> Message:
    """How it stands now, for the writer."""
    now = desk.store.replies.get(desk.team_id, reply.id) or reply
    thread = _where(reply, desk)
    account = account_name(thread.profile) if thread else "you"
    place = service_name(thread.profile.service) if thread else "the network"
    said = SAID[now.state].format(account=account, place=place)
    if SAID[now.state] == POSTING and thread:
        said += _hint(thread, desk)
    return note(said)


def _hint(thread: Thread, desk: Desk) -> str:
    """What becomes of the comment with the message it was made from."""
    can = desk.networks[thread.profile.service].can
    if Can.EDIT in can and Can.DELETE in can:
        return FOLLOWS
    return GOES_TOO if Can.DELETE in can else ""
