"""What a line of the outbox means now: the calls of Slack's Web API that say it, or why it is not said. Asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot import notices
from bot.blocks import outcome_message
from bot.message import Message
from buffer.channels import wishes_of
from buffer.model import (
    Event,
    Interaction,
    Json,
    Notice,
    NoticeKind,
    Profile,
    Reply,
    ReplyState,
    State,
    Update,
)
from buffer.ports import Store
from buffer.telling import PLACE, words_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """What can be done with what people say to an account of ours: answer it, and like it."""

    answers: Callable[[Profile], bool] = lambda _: True
    likes: Callable[[Profile], bool] = lambda _: True


ALL = Abilities()


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of the Web API. A courtesy may be refused without anything being lost."""

    method: str
    args: Json
    courtesy: bool = False


@dataclass(frozen=True, slots=True)
class Never:
    """There is nothing to say any more. `thread`: where it would have been said, if it may be out all the same."""

    reason: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Something else has to be said first."""

    reason: str


Plan = tuple[Call, ...] | Never | Later


def plan_of(store: Store, notice: Notice, now: datetime, *, can: Abilities = ALL) -> Plan:
    """What has to be asked of Slack, seen from how things are now, not from how they were."""
    if notice.kind is NoticeKind.OUTCOME:
        return (_message(notice, outcome_message(notice.subject)),)
    if notice.kind is NoticeKind.LOGIN:
        return _of_login(store, notice)
    about = _about(store, notice)
    if about is None:
        return Never("it is gone")
    if about.reply:
        return _of_reply(store, notice, about, about.reply, now)
    if notice.kind is NoticeKind.COMMENT_CHANGED:
        return _comment_changed(store, notice, about, can, now)
    if notice.kind is NoticeKind.LIKED:
        return _liked(store, notice)
    if notice.kind is NoticeKind.DIGEST:
        return _of_digest(store, notice, about)
    if notice.kind is NoticeKind.COMMENT:
        return _of_comment(store, notice, about, can, now)
    update, profile = about.update, about.profile
    if update is None:
        return Never("it is gone")
    asks_first = not wishes_of(store, notice.target).directly
    if notice.kind is NoticeKind.CARD:
        if update.state is not State.SENT:
            return Never("it is not sent")
        return (_message(notice, _card(store, about, update, asks_first=asks_first, can=can)),)
    if notice.kind is NoticeKind.PROBLEM:
        if not notices.is_problem(update):
            return Never("it is no problem any more")
        return (_message(notice, notices.problem(update, profile)),)
    if notice.kind is NoticeKind.LATE:
        return _of_late(store, notice, update, profile)
    card = _first(store, notice, NoticeKind.CARD, update.id)
    if isinstance(card, Later):
        return card
    return _changed(card, _card(store, about, update, asks_first=asks_first, can=can))


def _of_comment(store: Store, notice: Notice, about: About, can: Abilities, now: datetime) -> Plan:
    """Below the card of its post, or below the mention whose conversation it belongs to; else by itself."""
    interaction = about.interaction
    if interaction is None:
        return Never("it is gone")
    first: Notice | Later | None = None
    if about.update:
        first = _first(store, notice, NoticeKind.CARD, about.update.id)
    elif interaction.mention_id:
        first = _first(store, notice, NoticeKind.COMMENT, interaction.mention_id)
    if isinstance(first, Later):
        return first
    if interaction.removed:
        return Never("it was deleted before it was said", first.ts if first else "")
    where = {"thread_ts": first.ts} if first else {}
    said = _comment(store, notice, interaction, about, can, now, is_lone=not first)
    return (_message(notice, said, **where),)


def _comment(
    store: Store,
    notice: Notice,
    interaction: Interaction,
    about: About,
    can: Abilities,
    now: datetime,
    *,
    is_lone: bool,
) -> Message:
    answers, likes = can.answers(about.profile), can.likes(about.profile)
    pictured = not store.memos.recall(notices.unseen(interaction.user.avatar), now)
    if not is_lone:
        return notices.comment(
            interaction, about.profile, answers=answers, likes=likes, pictured=pictured
        )
    asks_first = not wishes_of(store, notice.target).directly
    return notices.lone_comment(
        interaction,
        about.profile,
        about.update,
        asks_first=asks_first,
        answers=answers,
        likes=likes,
        pictured=pictured,
    )


def _comment_changed(
    store: Store, notice: Notice, about: About, can: Abilities, now: datetime
) -> Plan:
    """Whatever tells of it here, by itself or among many, says how it stands now."""
    interaction = about.interaction
    assert interaction
    if said := store.outbox.said(NoticeKind.COMMENT, interaction.id, notice.target):
        first: Notice | None = None
        if about.update:
            first = store.outbox.said(NoticeKind.CARD, about.update.id, notice.target)
        elif interaction.mention_id:
            first = store.outbox.said(NoticeKind.COMMENT, interaction.mention_id, notice.target)
        is_lone = not first
        shown = _comment(store, notice, interaction, about, can, now, is_lone=is_lone)
        return _changed(said, shown)
    for digest in store.outbox.digests(interaction.update_id):
        is_it = interaction.id in digest.subject.split("\n")
        if is_it and digest.ts and digest.target == notice.target:
            found = _digested(store, digest)
            return _changed(digest, notices.digest(found, about.profile, about.update))
    return Never("it was not said here")


def _liked(store: Store, notice: Notice) -> Plan:
    said = store.outbox.said(NoticeKind.COMMENT, notice.subject, notice.target)
    if said is None:
        return Never("it was not said here")
    where = {"channel": said.channel, "timestamp": said.ts, "name": notices.HEART}
    return (Call(method="reactions.add", args=where, courtesy=True),)


def _of_login(store: Store, notice: Notice) -> Plan:
    profile = store.profiles.get(notice.team_id, notice.subject)
    if profile is None or not (profile.disconnected or profile.expires_at):
        return Never("it is renewed")
    return (_message(notice, notices.login(profile)),)


def _of_late(store: Store, notice: Notice, update: Update, profile: Profile) -> Plan:
    if not (update.is_pending or update.state is State.SENDING):
        return Never("it is settled")
    trouble = store.attempts.trouble(update.id) or store.jobs.trouble(update.id)
    return (_message(notice, notices.late(update, profile, trouble)),)


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """`update` is None for a mention elsewhere, and what belongs to it."""

    profile: Profile
    update: Update | None = None
    interaction: Interaction | None = None
    reply: Reply | None = None


def _about(store: Store, notice: Notice) -> About | None:
    team, interaction, reply = notice.team_id, None, None
    update_id = notice.subject.partition("\n")[0]  # a digest goes on with what it tells of
    if notice.kind is NoticeKind.DIGEST and not update_id:
        interaction = next(iter(_digested(store, notice)), None)
    if notice.kind in (NoticeKind.COMMENT, NoticeKind.COMMENT_CHANGED, NoticeKind.LIKED):
        interaction = store.interactions.get(team, notice.subject)
        update_id = interaction.update_id if interaction else ""
    elif notice.kind in (NoticeKind.REPLY_QUESTION, NoticeKind.REPLY_STATE):
        reply = store.replies.get(team, notice.subject)
        update_id = reply.update_id if reply else ""
        interaction = store.interactions.get(team, reply.interaction_id) if reply else None
    update = store.updates.get(team, update_id) if update_id else None
    about = update or interaction
    profile = store.profiles.get(team, about.profile_id) if about else None
    if profile is None:
        return None
    return About(update=update, profile=profile, interaction=interaction, reply=reply)


def _card(
    store: Store, about: About, update: Update, *, asks_first: bool, can: Abilities
) -> Message:
    """Words are counted by those we know; a like can be taken back, which only the network's own number shows."""
    counts = store.interactions.statistics(update.id)
    taken_back = {Event.LIKE: "likes", Event.RESHARE: "reshares"}
    for event, name in taken_back.items():
        if name in update.statistics:
            counts[event] = update.statistics[name]
    answers = can.answers(about.profile)
    return notices.card(update, about.profile, counts, asks_first=asks_first, answers=answers)


def _first(store: Store, notice: Notice, kind: NoticeKind, subject: str) -> Notice | Later | None:
    """What this is said below in this channel; Later while it may still come; None if it never will."""
    if said := store.outbox.said(kind, subject, notice.target):
        return said
    coming = any(line.target == notice.target for line in store.outbox.lines(kind, subject))
    return Later("what it belongs to comes first") if coming else None


def _of_digest(store: Store, notice: Notice, about: About) -> Plan:
    first = _first(store, notice, NoticeKind.CARD, about.update.id) if about.update else None
    if isinstance(first, Later):
        return first
    found = _digested(store, notice)
    if all(each.removed for each in found):
        return Never("they are gone", first.ts if first else "")
    said = notices.digest(found, about.profile, about.update)
    return (_message(notice, said, **({"thread_ts": first.ts} if first else {})),)


def _digested(store: Store, notice: Notice) -> list[Interaction]:
    ids = notice.subject.split("\n")[1:]
    return [each for id in ids if (each := store.interactions.get(notice.team_id, id))]


def _changed(card: Notice | None, said: Message) -> Plan:
    if card is None:
        return Never("it has no card")
    where = {"channel": card.channel, "ts": card.ts}
    return (Call(method="chat.update", args=where | said.payload()),)


def _of_reply(store: Store, notice: Notice, about: About, reply: Reply, now: datetime) -> Plan:
    if not reply.ts:
        return _of_answer(store, notice, about, reply)
    thread = store.memos.recall(notices.thread_of(reply), now)
    if not thread:
        thread = _thread_of(store, about, reply)
    where: Json = {"channel": reply.channel, "user": reply.user_id} | (
        {"thread_ts": thread} if thread else {}
    )
    if notice.kind is NoticeKind.REPLY_QUESTION:
        if reply.state is not ReplyState.ASKED:
            return Never("it is answered")
        said = notices.reply_question(reply, about.profile)
        return (Call(method="chat.postEphemeral", args=where | said.payload()),)
    if words := store.memos.recall(words_of(notice), now):
        whispered = notices.note(words.replace(PLACE, notices.service_name(about.profile.service)))
        return (Call(method="chat.postEphemeral", args=where | whispered.payload()),)
    if note := notices.reply_note(reply, about.profile):
        whisper = (Call(method="chat.postEphemeral", args=where | note.payload()),)
        return (*_marks(reply), *whisper)
    return tuple(_marks(reply)) or Never("there is nothing to mark")


def _of_answer(store: Store, notice: Notice, about: About, reply: Reply) -> Plan:
    """Written in a window: there is no message to mark. The thread sees it when it is out; its writer hears if not."""
    thread = _thread_of(store, about, reply)
    where = {"thread_ts": thread} if thread else {}
    if reply.state is ReplyState.SENT:
        to = store.interactions.get(reply.team_id, reply.interaction_id)
        return (_message(notice, notices.answered(reply, about.profile, to), **where),)
    note = notices.reply_note(reply, about.profile)
    if note is None or not reply.user_id:
        return Never("there is nothing to say")
    args: Json = {"channel": reply.channel, "user": reply.user_id, **where}
    return (Call(method="chat.postEphemeral", args=args | note.payload()),)


def _thread_of(store: Store, about: About, reply: Reply) -> str:
    """The message whose thread a conversation is in, in the channel of a reply; "" where it is in none."""
    tries = [(NoticeKind.CARD, reply.update_id)]
    if to := about.interaction:
        tries += [(NoticeKind.COMMENT, to.mention_id), (NoticeKind.COMMENT, to.id)]
    found = (store.outbox.said(kind, id, reply.channel) for kind, id in tries if id)
    first = next(filter(None, found), None)
    return first.ts if first else ""


def _marks(reply: Reply) -> Iterator[Call]:
    old, new = {
        ReplyState.WAITING: ("", notices.ON_ITS_WAY),
        ReplyState.SENDING: ("", notices.ON_ITS_WAY),
        ReplyState.SENT: (notices.ON_ITS_WAY, notices.DONE),
        ReplyState.FAILED: (notices.ON_ITS_WAY, notices.NOT_DONE),
        ReplyState.UNCONFIRMED: (notices.ON_ITS_WAY, notices.NOT_DONE),
        ReplyState.INTERNAL: (notices.ON_ITS_WAY, ""),
    }.get(reply.state, ("", ""))
    where = {"channel": reply.channel, "timestamp": reply.ts}
    if old:
        yield Call(method="reactions.remove", args=where | {"name": old}, courtesy=True)
    if new:
        yield Call(method="reactions.add", args=where | {"name": new}, courtesy=True)


def _message(notice: Notice, said: Message, **more: str) -> Call:
    mark = {"event_type": notices.METADATA, "event_payload": {"outbox": notice.id}}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    return Call(
        method="chat.postMessage",
        args={"channel": notice.target, **said.payload(), **quiet, "metadata": mark, **more},
    )


def is_findable(plan: tuple[Call, ...]) -> bool:
    """Only real messages can be found again: the rest is private, or does no harm twice."""
    return plan[0].method == "chat.postMessage"


def is_person(target: str) -> bool:
    return target[:1] in ("U", "W")
