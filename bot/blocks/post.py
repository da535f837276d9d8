"""How a post looks, the updates made together: the answer to an add and to every press under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.blocks.ids import (
    CHANGE_TIME,
    EDIT,
    HOLD,
    LABELS,
    REQUEUE,
    SHARE,
    TOP,
    UNDO,
    UNSHARE,
)
from bot.blocks.pieces import button, fallback, given_back, plain_second, plain_when, shorten, small
from bot.blocks.update import status, whose, with_pictures, words
from bot.message import Message
from bot.notices import account_name, note, problem_buttons
from bot.people import Desk
from buffer.model import PENDING, Profile, State, Update

_MOST_TEXT, _MOST_OF_LINES, _MOST_NAMES = 1500, 2500, 5


def post_message(
    updates: Sequence[Update],
    profiles: Mapping[str, Profile],
    zone: str,
    *,
    notes: Iterable[str] = (),
    value: str = "",
    fresh: bool = False,
) -> Message:
    """What an add, and every press on its buttons, is answered with. `value` is what the buttons carry: the id of the
    post, or of its only update."""
    heading = headline(updates, fresh=fresh)
    lines = [status_line(update, profiles[update.profile_id], zone) for update in updates]
    value = value or updates[0].post_id
    blocks: list[Block] = [
        SectionBlock(text=MarkdownTextObject(text=f"*{heading}*")),
        SectionBlock(
            text=PlainTextObject(text=shorten(words(updates[0]), _MOST_TEXT), emoji=False)
        ),
        SectionBlock(text=MarkdownTextObject(text=_lines(lines))),
        *(small(line) for line in notes),
    ]
    if row := post_buttons(updates, value):
        blocks.append(
            ActionsBlock(
                block_id=f"{'post' if value == updates[0].post_id else 'update'}|{value}#row",
                elements=row,
            )
        )
    return Message(text=_said(heading, updates, profiles, zone), blocks=blocks)


def outcome_message(told: str) -> Message:
    """How something slow went. `told` is what is said, after a line with the post's id; without one there is nothing
    to press. Behind a form feed come words to give back."""
    post_id, _, said = told.partition("\n")
    sentence, _, words = said.partition("\f")
    blocks = [*note(sentence).blocks, *given_back(words)]
    if post_id:
        offered = (TOP, SHARE, EDIT, CHANGE_TIME)
        row = [
            button("Undo", UNDO, post_id),
            *(button(LABELS[each], each, post_id) for each in offered),
        ]
        blocks.append(ActionsBlock(block_id=f"post|{post_id}#row", elements=row))
    return Message(text=fallback(sentence), blocks=blocks)


def headline(updates: Sequence[Update], *, fresh: bool = False) -> str:
    states = {update.state for update in updates}
    if any(update.share_at and update.is_pending for update in updates):
        return "Going out, unless it is undone."
    if states == {State.QUEUED}:
        return "Added to the queue." if fresh else "In the queue."
    if states == {State.SCHEDULED}:
        return "Scheduled."
    if states <= PENDING:
        return "Added." if fresh else "Waiting."
    if states == {State.SENT}:
        return "This post is out."
    if State.SENDING in states:
        return "This post is on its way."
    return "This post needs a look."


def status_line(update: Update, profile: Profile, zone: str) -> str:
    return f"• {whose(profile)}: {status(update, profile, zone)}{with_pictures(update)}"


def post_buttons(updates: Sequence[Update], value: str) -> list[ButtonElement]:
    """Undo · Top · Share now · Edit · Change time · Back to the queue: those that make sense now."""
    pending = [update for update in updates if update.is_pending]
    if not pending:
        return problem_row(updates)
    if any(update.share_at for update in pending):
        return [button("Undo", UNDO if was_new(pending[0]) else UNSHARE, value)]
    scheduled = any(update.state is State.SCHEDULED for update in pending)
    return [
        button("Undo", UNDO, value),
        *([] if scheduled else [button(LABELS[TOP], TOP, value)]),
        button(LABELS[SHARE], SHARE, value),
        button(LABELS[EDIT], EDIT, value),
        button(LABELS[CHANGE_TIME], CHANGE_TIME, value),
        *([button(LABELS[REQUEUE], REQUEUE, value)] if scheduled else []),
    ]


def was_new(update: Update) -> bool:
    """Whether it was made to go out at once, so that Undo means: not at all."""
    return update.share_at is not None and update.share_at - update.created_at <= HOLD


def problem_row(updates: Sequence[Update]) -> list[ButtonElement]:
    """The buttons of a single update that needs a person."""
    if len(updates) != 1 or updates[0].state not in (State.FAILED, State.MISSED, State.UNCONFIRMED):
        return []
    return [e for e in problem_buttons(updates[0]).elements if isinstance(e, ButtonElement)]


def _lines(lines: Sequence[str]) -> str:
    shown: list[str] = []
    for line in lines:
        if sum(map(len, shown)) + len(line) > _MOST_OF_LINES:
            break
        shown.append(line)
    more = len(lines) - len(shown)
    return "\n".join([*shown, *([f"• and {more} more"] if more else [])])


def _said(
    heading: str, updates: Sequence[Update], profiles: Mapping[str, Profile], zone: str
) -> str:
    first = updates[0]
    names = ", ".join(account_name(profiles[update.profile_id]) for update in updates[:_MOST_NAMES])
    due = ""
    if first.share_at and first.is_pending:
        due = f", {plain_second(first.share_at, zone)}"
    elif first.due_at and first.is_pending:
        due = f", {plain_when(first.due_at, zone)}"
    return fallback(f"{heading} {names}{due}: “{shorten(' '.join(words(first).split()), 150)}”")


def answer_for(
    desk: Desk, updates: Sequence[Update], *, notes: Iterable[str] = (), fresh: bool = True
) -> Message:
    """The answer to an add, for the person at the desk."""
    profiles = desk.known()
    first = profiles.get(updates[0].profile_id)
    known = [update for update in updates if update.profile_id in profiles]
    notes = [*notes, *desk.zone_note(first)]
    return post_message(known, profiles, desk.zone(first), notes=notes, fresh=fresh)
