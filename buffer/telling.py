"""What people in Slack are to hear of an update, as lines for the outbox, inside the transaction that caused them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from buffer.model import Notice, NoticeKind, Profile, Reply, Update, new_id
from buffer.ports import Store

PLACE = "{place}"
"""Stands for the name of the network in what is whispered; only who says it knows how that is written."""

_REMEMBERED = timedelta(days=30)


def card(store: Store, update: Update, now: datetime) -> None:
    """It is out: a card for every feed channel."""
    for channel in store.feeds.channels(update.profile_id):
        put(store, NoticeKind.CARD, update.team_id, update.id, channel, now)


def problem(store: Store, update: Update, now: datetime, *, admins: Sequence[str]) -> None:
    """To whoever wrote it and to the channels; to the admins where there is neither."""
    for target in _concerned(store, update, admins):
        put(store, NoticeKind.PROBLEM, update.team_id, update.id, target, now)


def late(store: Store, update: Update, now: datetime, *, admins: Sequence[str]) -> None:
    """It should be out and is not: to the same people, and the admins in any case."""
    for target in dict.fromkeys([*_concerned(store, update, admins), *admins]):
        put(store, NoticeKind.LATE, update.team_id, update.id, target, now)


def login(store: Store, profile: Profile, now: datetime, *, admins: Sequence[str]) -> None:
    """It has ended, or will: to whoever connected the account and to the channels; to the admins where there is
    neither."""
    owner = [profile.user_id] if profile.user_id else []
    for target in [*owner, *store.feeds.channels(profile.id)] or admins:
        put(store, NoticeKind.LOGIN, profile.team_id, profile.id, target, now)


def _concerned(store: Store, update: Update, admins: Sequence[str]) -> Sequence[str]:
    author = [update.user_id] if update.via == "slack" and update.user_id else []
    return [*author, *store.feeds.channels(update.profile_id)] or list(admins)


def put(
    store: Store,
    kind: NoticeKind,
    team_id: str,
    subject: str,
    target: str,
    now: datetime,
    *,
    hold_until: datetime | None = None,
) -> None:
    """One line about a subject for a channel or a person."""
    store.outbox.put(
        Notice(
            id=new_id(now),
            team_id=team_id,
            kind=kind,
            subject=subject,
            target=target,
            created_at=now,
        ),
        hold_until=hold_until,
    )


def outcome(
    store: Store, team_id: str, user_id: str, words: str, now: datetime, *, post_id: str = ""
) -> None:
    """To whoever asked for something slow: how it went, and (`post_id`) of which post, so that it can be changed.
    Behind a form feed in `words` come those to give back."""
    if user_id:
        put(store, NoticeKind.OUTCOME, team_id, f"{post_id}\n{words}", user_id, now)


def whisper(store: Store, reply: Reply, words: str, now: datetime) -> None:
    """To the writer of a reply alone, in its thread: these words."""
    notice = Notice(
        id=new_id(now),
        team_id=reply.team_id,
        kind=NoticeKind.REPLY_STATE,
        subject=reply.id,
        target=reply.channel,
        created_at=now,
    )
    store.memos.keep(words_of(notice), words, until=now + _REMEMBERED)
    store.outbox.put(notice)


def words_of(notice: Notice) -> str:
    """The memo with what a notice whispers, where there is more to say than its subject tells."""
    return f"notice-words:{notice.id}"
