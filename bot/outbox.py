"""Posts what the bot has to say: once each, within Slack's limits, whatever dies on the way.

A line goes waiting → wire → posted. chat.postMessage has no idempotency key, so every message carries its line's id
as metadata; what was on the wire when its poster died, or got no clear answer, is looked up before it is said again.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import notices
from bot.blocks import outcome_message
from bot.message import Message
from buffer.channels import wishes_of
from buffer.errors import LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
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
    new_id,
)
from buffer.ports import Store
from buffer.telling import PLACE, words_of

log = logging.getLogger("outbox")

BATCH = 10
SECOND = timedelta(seconds=1)
SETTLE = 3 * SECOND
"""How long Slack may still be busy with a request whose answer we did not get."""
LOOK_AGAIN = 15 * SECOND
LONGEST_BACKOFF, LONGEST_REST = 60, 30
UNSEEN = timedelta(days=7)
SKEW = timedelta(hours=1)
"""How far our clock may be ahead of Slack's when a message is looked for by its time."""

# docs.slack.dev/reference/methods/chat.postMessage, errors (2026-11). Of the first two Slack says that some of it
# may have been done; the next are over soon; the last are for whoever runs this to mend.
MAYBE_DONE = {"fatal_error", "internal_error"}
NOT_NOW = {"service_unavailable", "request_timeout", "team_added_to_org", "message_limit_exceeded"}
NO_LOGIN = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "org_login_required",
    "team_access_not_granted",
    "ekm_access_denied",
}
NEVER_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)


class Pace:
    """When a channel may hear the next message, and when to look again for an unclear one. Kept between ticks, in
    memory: after a restart Slack's own 429 is brake enough."""

    def __init__(self) -> None:
        self._speak: dict[str, datetime] = {}
        self._look: dict[str, datetime] = {}
        self._failures = 0
        self._rest: datetime | None = None

    def may_speak(self, target: str, now: datetime) -> bool:
        return target not in self._speak or self._speak[target] <= now

    def quiet(self, target: str, until: datetime, now: datetime) -> None:
        self._speak = {name: end for name, end in self._speak.items() if end > now}
        self._speak[target] = until

    def may_look(self, notice: Notice, now: datetime) -> bool:
        """Not before Slack had time to finish what we ask about."""
        return self._look.setdefault(notice.id, now + SETTLE) <= now

    def look_later(self, notice: Notice, until: datetime) -> None:
        self._look[notice.id] = until

    def looked(self, notice: Notice) -> None:
        self._look.pop(notice.id, None)

    def is_resting(self, now: datetime) -> bool:
        return self._rest is not None and now < self._rest

    def answered(self) -> None:
        self._failures, self._rest = 0, None

    def failed(self, now: datetime) -> None:
        """Slack does not answer: ask less and less often."""
        self._failures += 1
        self._rest = now + min(LONGEST_REST, 2 ** min(self._failures - 1, 10)) * SECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """What can be done with what people say to an account of ours: answer it, and like it."""

    answers: Callable[[Profile], bool] = lambda _: True
    likes: Callable[[Profile], bool] = lambda _: True


ALL = Abilities()


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What one tick works with."""

    store: Store
    client: WebClient
    now: datetime
    owner: str
    pace: Pace
    admins: Sequence[str]
    can: Abilities


def tick(
    store: Store,
    client: WebClient,
    now: datetime,
    *,
    owner: str,
    alive: Callable[[str], bool],
    pace: Pace,
    admins: Sequence[str] = (),
    can: Abilities = ALL,
) -> bool:
    """Look up what is unclear, then post what waits, at most one message per channel. True if there may be more at
    once. `client` has no retry handlers; one thread ticks for an owner."""
    if pace.is_resting(now):
        return False
    round_ = Round(
        store=store,
        client=client,
        now=now,
        owner=owner,
        pace=pace,
        admins=tuple(admins),
        can=can,
    )
    unclear = [
        (notice, who)
        for notice, who in store.outbox.on_wire()
        if (who == owner or not alive(who)) and pace.may_look(notice, now)
    ]
    for notice, who in unclear:
        if not _look_up(round_, notice, who):
            return False
    waiting = [
        notice
        for notice in store.outbox.waiting(now, limit=BATCH * BATCH)
        if pace.may_speak(notice.target, now)
    ]
    for notice in waiting[:BATCH]:
        if not _say(round_, notice):
            return False
    return bool(unclear or waiting)


# -- saying


def _say(round_: Round, notice: Notice) -> bool:
    """False if Slack does not answer: no use in asking it more now."""
    plan = plan_of(round_.store, notice, round_.now, can=round_.can)
    if isinstance(plan, Never):
        _give_up(round_, notice, plan.reason)
    elif isinstance(plan, Later):
        _put_off(round_, notice, plan.reason)
    elif round_.store.outbox.to_wire(notice, owner=round_.owner, now=round_.now):
        return _post(round_, notice, plan)
    return True


def _post(round_: Round, notice: Notice, plan: tuple[Call, ...]) -> bool:
    pace, now = round_.pace, round_.now
    pace.quiet(notice.target, now + SECOND, now)
    try:
        answers = [_ask(round_, call) for call in plan]
    except SlowDown as error:
        pace.quiet(notice.target, error.until, now)
        round_.store.outbox.put_off(notice, until=error.until, reason=str(error))
    except Refused as error:
        if not _goes_without_picture(round_, notice, plan, str(error)):
            _refused(round_, notice, str(error))
    except Unclear as error:
        pace.failed(now)
        log.warning("unclear", extra=_ids(notice) | {"reason": str(error)})
        if not is_findable(plan):
            _put_off(round_, notice, str(error))
        return False
    except (NetworkDown, LoginExpired) as error:
        pace.failed(now)
        _put_off(round_, notice, str(error))
        return False
    else:
        pace.answered()
        said = answers[0] if is_findable(plan) else {}
        _posted(round_, notice, said.get("channel") or notice.target, said.get("ts", ""))
    return True


def _posted(round_: Round, notice: Notice, channel: str, ts: str) -> None:
    round_.store.outbox.posted(notice, channel=channel, ts=ts, now=round_.now)
    log.info("said", extra=_ids(notice))


def _put_off(round_: Round, notice: Notice, reason: str) -> None:
    wait = min(LONGEST_BACKOFF, 2 ** min(notice.tries, 10)) * SECOND
    round_.store.outbox.put_off(notice, until=round_.now + wait, reason=reason)
    log.info("put off", extra=_ids(notice) | {"reason": reason})


def _give_up(round_: Round, notice: Notice, reason: str) -> None:
    round_.store.outbox.give_up(notice, reason=reason, now=round_.now)
    log.info("given up", extra=_ids(notice) | {"reason": reason})


def _refused(round_: Round, notice: Notice, reason: str) -> None:
    """Slack will never take it. A problem that no one hears of otherwise goes to the admins."""
    with round_.store.transaction():
        _give_up(round_, notice, reason)
        if notice.kind is NoticeKind.PROBLEM:
            for other in _others(round_, notice):
                round_.store.outbox.put(other)
    log.warning("refused by Slack", extra=_ids(notice) | {"reason": reason})


def _goes_without_picture(
    round_: Round, notice: Notice, plan: tuple[Call, ...], reason: str
) -> bool:
    """Slack refuses a whole message for a picture it cannot fetch, and says only `invalid_blocks` (python-slack-sdk
    issue 1782, 2025-11): then it is said without, for some days."""
    picture = notices.picture_in(plan[0].args.get("blocks") or ())
    if not picture or "invalid_blocks" not in reason:
        return False
    with round_.store.transaction():
        round_.store.memos.keep(notices.unseen(picture), True, until=round_.now + UNSEEN)
        round_.store.outbox.put_off(notice, until=round_.now, reason=reason)
    return True


def _others(round_: Round, notice: Notice) -> list[Notice]:
    update = round_.store.updates.get(notice.team_id, notice.subject)
    # The sender tells an author in Slack, and every channel; who came over the API has nobody to tell.
    author_hears = update and update.via == "slack" and update.user_id not in ("", notice.target)
    if notice.target in round_.admins or author_hears:
        return []
    return [
        Notice(
            id=new_id(round_.now),
            team_id=notice.team_id,
            kind=NoticeKind.PROBLEM,
            subject=notice.subject,
            target=admin,
            created_at=round_.now,
        )
        for admin in round_.admins
    ]


# -- looking up


def _look_up(round_: Round, notice: Notice, who: str) -> bool:
    """Settle a line whose posting was begun and not ended. False if Slack does not answer."""
    try:
        found = _find(round_, notice)
    except SlowDown as error:
        round_.pace.look_later(notice, error.until)
        return True
    except Refused as error:
        # Slack will not let us look: twice is better than never.
        log.warning("cannot look it up", extra=_ids(notice) | {"reason": str(error)})
        found = None
    except QueueError as error:
        round_.pace.failed(round_.now)
        round_.pace.look_later(notice, round_.now + LOOK_AGAIN)
        log.warning("cannot look it up now", extra=_ids(notice) | {"reason": str(error)})
        return False
    round_.pace.answered()
    round_.pace.looked(notice)
    if found:
        _posted(round_, notice, *found)
    else:
        _begin_again(round_, notice, who)
    return True


def _begin_again(round_: Round, notice: Notice, who: str) -> None:
    outbox = round_.store.outbox
    with round_.store.transaction():
        # Another worker may have looked it up meanwhile and be saying it right now.
        if (notice.id, who) in [(line.id, owner) for line, owner in outbox.on_wire()]:
            outbox.put_off(notice, until=round_.now, reason="not found in Slack")


def _find(round_: Round, notice: Notice) -> tuple[str, str] | None:
    """(channel, ts) of the message that carries this line's id."""
    plan = plan_of(round_.store, notice, round_.now, can=round_.can)
    if isinstance(plan, Later):
        return None
    thread = plan.thread if isinstance(plan, Never) else _thread_in(plan)
    if thread is None:
        return None
    channel = notice.target
    if is_person(channel):
        opened = _ask(round_, Call(method="conversations.open", args={"users": channel}))
        channel = opened["channel"]["id"]
    where = {"channel": channel, "oldest": f"{(notice.created_at - SKEW).timestamp():.6f}"}
    method = "conversations.history"
    if thread:
        method, where["ts"] = "conversations.replies", thread
    for message in _messages(round_, Call(method=method, args=where)):
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        if payload.get("outbox") == notice.id:
            return channel, message["ts"]
    return None


def _thread_in(plan: tuple[Call, ...]) -> str | None:
    """Where a message is said: "" in none; None for what is no message."""
    return str(plan[0].args.get("thread_ts", "")) if is_findable(plan) else None


def _messages(round_: Round, call: Call) -> Iterator[Json]:
    cursor = ""
    while True:
        page = {"limit": 200, "include_all_metadata": True, "cursor": cursor}
        answer = _ask(round_, Call(method=call.method, args=call.args | page))
        yield from answer.get("messages", [])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return


# -- what a line means now


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
        is_lone = not first and not interaction.mention_id
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
    kind, subject = NoticeKind.CARD, reply.update_id
    if about.interaction and not subject:
        kind, subject = NoticeKind.COMMENT, about.interaction.mention_id or about.interaction.id
    first = store.outbox.said(kind, subject, reply.channel)
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


def _ids(notice: Notice) -> Json:
    """For the log. Of an outcome the subject is what is said, and that is nobody's business there."""
    subject = "" if notice.kind is NoticeKind.OUTCOME else notice.subject
    return {"outbox": notice.id, "kind": str(notice.kind), "subject": subject}


# -- the border to Slack


def _ask(round_: Round, call: Call) -> Json:
    """Call the Web API. Raises SlowDown, NetworkDown, Unclear, LoginExpired or Refused, as a network does."""
    writes = call.method.startswith("chat.")
    try:
        # The reading methods take a form only; blocks need JSON.
        answer = round_.client.api_call(
            call.method,
            json=call.args if writes else None,
            params=None if writes else call.args,
        )
    except SlackApiError as error:
        known = _translated(error, call, round_.now)
        if call.courtesy and isinstance(known, Refused):
            return {}
        raise known from error
    except URLError as error:
        if isinstance(error.reason, NEVER_SENT):
            raise NetworkDown(f"Slack cannot be reached: {error.reason}") from error
        raise Unclear(f"Slack did not answer: {error.reason}") from error
    except (OSError, HTTPException, SlackClientError, ValueError) as error:
        raise Unclear(f"Slack stopped answering: {error}") from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def _translated(error: SlackApiError, call: Call, now: datetime) -> QueueError:
    response = error.response
    status, headers = getattr(response, "status_code", 200), getattr(response, "headers", {})
    code = str(response.get("error", "")) if response is not None else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        seconds = str(headers.get("Retry-After") or headers.get("retry-after") or "")
        return SlowDown(
            "Slack asks us to slow down.",
            now + (int(seconds) if seconds.isdecimal() else 1) * SECOND,
        )
    if code in NO_LOGIN or (code == "missing_scope" and call.method == "chat.postMessage"):
        return LoginExpired(f"Slack refuses our token: {code}")
    if code in NOT_NOW or 400 <= status < 500:
        return NetworkDown(f"Slack cannot do it now: {code or status}")
    if status >= 500 or code in MAYBE_DONE or not code.replace("_", "").isalnum():
        return Unclear(f"Slack answered {status} {code}"[:200])
    return Refused(f"Slack says {code}.")
