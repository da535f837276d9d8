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
from bot.plans import ALL, Abilities, Call, Later, Never, Plan, is_findable, is_person, plan_of
from buffer.errors import LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.model import (
    Json,
    Notice,
    NoticeKind,
    new_id,
)
from buffer.ports import Store

log = logging.getLogger("outbox")

BATCH = 10
SECOND = timedelta(seconds=1)
SETTLE = 3 * SECOND
"""How long Slack may still be busy with a request whose answer we did not get."""
LOOK_AGAIN = 15 * SECOND
LONGEST_BACKOFF, LONGEST_REST = 60, 30
MOST_WORDLESS = 20
"""After how many tries, a quarter of an hour, a line is given up that cannot be put into words."""
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
    if not round_.store.outbox.to_wire(notice, owner=round_.owner, now=round_.now):
        return True
    # Seen once the line is ours: what changes from now on is written as a line of its own.
    plan = _plan(round_, notice)
    if isinstance(plan, Never):
        _give_up(round_, notice, plan.reason)
    elif isinstance(plan, Later):
        _put_off(round_, notice, plan.reason)
    else:
        return _post(round_, notice, plan)
    return True


def _plan(round_: Round, notice: Notice) -> Plan:
    """One line that cannot be put into words, for whatever reason, must not keep back all the others."""
    try:
        return plan_of(round_.store, notice, round_.now, can=round_.can)
    except Exception as error:
        log.exception("cannot be put into words", extra=_ids(notice))
        reason = f"it cannot be put into words ({type(error).__name__})"
        return Never(reason) if notice.tries >= MOST_WORDLESS else Later(reason)


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
    plan = _plan(round_, notice)
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
