"""Pieces that screens share: how an update, its time and its buttons look. Ids of shared buttons live here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import regex
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import escape
from bot.notices import (
    PROBLEM_DELETE,
    PROBLEM_IS_OUT,
    PROBLEM_REQUEUE,
    PROBLEM_SEND_AGAIN,
    PROBLEM_SHARE,
    Message,
    account_name,
    note,
    problem_buttons,
    service_name,
)
from bot.people import Desk
from buffer.model import HELD, PENDING, Json, Profile, State, Update

__all__ = [
    "PROBLEM_DELETE",
    "PROBLEM_IS_OUT",
    "PROBLEM_REQUEUE",
    "PROBLEM_SEND_AGAIN",
    "PROBLEM_SHARE",
    "Message",
    "account_name",
    "note",
    "problem_buttons",
    "service_name",
]

UNDO, UNSHARE, TOP, SHARE, EDIT, CHANGE_TIME, REQUEUE, DELETE, PAUSE, RESUME = (
    "undo",
    "unshare",
    "top",
    "share_now",
    "edit",
    "change_time",
    "back_to_queue",
    "delete",
    "pause",
    "resume",
)
MENU = "update_menu"
EDIT_DRAFT = "edit_draft"
HOLD = timedelta(seconds=10)
"""How long a post that is shared from Slack can be called back."""

LABELS = {
    TOP: "Top",
    SHARE: "Share now",
    UNSHARE: "Undo: not now",
    EDIT: "Edit",
    CHANGE_TIME: "Change time",
    REQUEUE: "Back to the queue",
    DELETE: "Delete",
}
_MOST_TEXT, _MOST_OF_LINES, _MOST_NAMES = 1500, 2500, 5
MOVED = "Clocks change on that day and skip the time you typed, so it moved forward."
_MOST_GIVEN_BACK = 9000  # all blocks of a message together stay under 12,000 characters


# -- times


def when_text(at: datetime, zone: str) -> str:
    """An instant in mrkdwn: each reader sees it in their own zone; the fallback names `zone`."""
    shown = "{date_short_pretty} at {time}"
    return f"<!date^{int(at.timestamp())}^{shown}|{plain_when(at, zone)}>"


def plain_when(at: datetime, zone: str) -> str:
    """The same where Slack knows no date tokens: buttons, hints, fallback texts."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M} ({zone})"


def short_when(at: datetime, zone: str) -> str:
    """For a button, whose reader is the one who typed the time."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M}"


# -- one update


def status(update: Update, profile: Profile, zone: str) -> str:
    """Where an update stands, in mrkdwn: “in the queue, goes out tomorrow at 9:00”."""
    match update.state:
        case State.QUEUED | State.SCHEDULED:
            return _pending_status(update, profile, zone)
        case State.SENDING:
            return "is being sent"
        case State.SENT:
            at = f" {when_text(update.sent_at, zone)}" if update.sent_at else ""
            return f"sent{at}{_link(update.service_link)}"
        case State.FAILED:
            return f"was not sent: {escape(shorten(update.error or 'the network refused it', 200))}"
        case State.MISSED:
            at = f" of {when_text(update.due_at, zone)}" if update.due_at else ""
            return f"missed its time{at}, held back until you choose"
        case State.UNCONFIRMED:
            return "may be out: the network stopped answering, please look there"
        case State.DRAFT:
            return "a draft, not queued"


def _pending_status(update: Update, profile: Profile, zone: str) -> str:
    if update.share_at:
        return "goes out now"
    kind = "scheduled for" if update.state is State.SCHEDULED else "in the queue for"
    if update.due_at is None:
        return "in the queue; it waits until the profile has posting times"
    waits = ", but the profile is *paused*: it waits" if profile.paused else ""
    return f"{kind} {when_text(update.due_at, zone)}{waits}"


def _link(url: str) -> str:
    safe = url.startswith(("https://", "http://")) and not set(url) & set("<>|\"' \n")
    return f" · <{escape(url)}|see it there>" if safe else ""


def update_blocks(
    update: Update, profile: Profile, zone: str, *, place: str, named: bool = False
) -> list[Block]:
    """An update in a list: its words, a menu of what can be done, and when it goes out."""
    choices = choices_for(update)
    menu = OverflowMenuElement(
        action_id=MENU,
        options=[Option(text=LABELS[verb], value=f"{verb}:{update.id}") for verb in choices],
    )
    who = f"*{escape(account_name(profile))}* · " if named else ""
    return [
        SectionBlock(
            block_id=f"{place}#{update.id}",
            text=PlainTextObject(text=shorten(words(update), 300), emoji=False),
            accessory=menu if choices else None,
        ),
        ContextBlock(
            elements=[MarkdownTextObject(text=f"{who}{status(update, profile, zone)}{_by(update)}")]
        ),
    ]


def choices_for(update: Update) -> list[str]:
    """What a person can do with an update; at most five, as Slack's overflow menu takes."""
    match update.state:
        case State.QUEUED | State.SCHEDULED if update.share_at:
            return [UNSHARE]
        case State.QUEUED:
            return [TOP, SHARE, EDIT, CHANGE_TIME, DELETE]
        case State.SCHEDULED:
            return [SHARE, EDIT, CHANGE_TIME, REQUEUE, DELETE]
        case State.FAILED | State.MISSED:
            return [SHARE, EDIT, CHANGE_TIME, REQUEUE, DELETE]
    return []


def words(update: Update) -> str:
    return update.text.strip() or "(no words, only what is attached)"


def _by(update: Update) -> str:
    said = f" · by <@{update.user_id}>" if update.user_id.isalnum() else ""
    return said + (" · with a picture" if update.media.picture else "")


# -- a post: the updates made together


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


def headline(updates: Sequence[Update], *, fresh: bool = False) -> str:
    states = {update.state for update in updates}
    if any(update.share_at and update.is_pending for update in updates):
        return f"Going out in {HOLD.seconds} seconds."
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
    return f"• {whose(profile)}: {status(update, profile, zone)}"


def whose(profile: Profile) -> str:
    """“*@ada* on Mastodon”, in mrkdwn; a name that says its network already is not followed by it."""
    name, service = account_name(profile), service_name(profile.service)
    known = name.casefold() in service.casefold()
    return f"*{escape(name)}*" + ("" if known else f" on {escape(service)}")


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
    due = (
        f", {plain_when(first.due_at, zone)}"
        if first.due_at and first.is_pending and not first.share_at
        else ""
    )
    return fallback(f"{heading} {names}{due}: “{shorten(' '.join(words(first).split()), 150)}”")


def answer_for(
    desk: Desk, updates: Sequence[Update], *, notes: Iterable[str] = (), fresh: bool = True
) -> Message:
    """The answer to an add, for the person at the desk."""
    profiles = desk.profiles()
    first = profiles.get(updates[0].profile_id)
    known = [update for update in updates if update.profile_id in profiles]
    notes = [*notes, *desk.zone_note(first)]
    return post_message(known, profiles, desk.zone(first), notes=notes, fresh=fresh)


# -- a press


def pressed(action: Json) -> tuple[str, str]:
    """Which verb was meant and what the element carries, for a button or a choice of a menu."""
    if action.get("selected_option"):
        verb, _, value = str(action["selected_option"]["value"]).partition(":")
        return verb, value
    return str(action["action_id"]), str(action.get("value") or "")


def place_of(body: Json, action: Json) -> str:
    """The name of the place where it was pressed, for drawing it anew."""
    view = body.get("view") or {}
    if view.get("type") == "home":
        return str(view.get("private_metadata") or "home")
    block_id = str(action.get("block_id", ""))
    return block_id.split("#")[0] if "|" in block_id else f"update|{pressed(action)[1]}"


def targets(desk: Desk, place: str, value: str) -> list[str]:
    """The ids of the updates a press is about: of a post all that still wait. Raises Refused when it is gone."""
    if place != f"post|{value}":
        return [value]
    updates = desk.queue.post(value)
    waiting = [update.id for update in updates if update.state in PENDING | HELD]
    return waiting or [update.id for update in updates]


# -- small things


def button(label: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    return ButtonElement(text=shorten(label, 75), action_id=action_id, value=value, style=style)


def delete_button(value: str) -> ButtonElement:
    """The one button that asks before it acts."""
    return ButtonElement(
        text=LABELS[DELETE],
        action_id=DELETE,
        value=value,
        style="danger",
        confirm=ConfirmObject(
            title="Delete this post?",
            text=PlainTextObject(text="It will be gone for good."),
            confirm="Delete",
            deny="Keep it",
            style="danger",
        ),
    )


def small(markdown: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=shorten(markdown, 1900))])


def given_back(text: str) -> list[Block]:
    """Words that were not saved, so that whoever typed them can copy them."""
    text = text.strip()
    if not text:
        return []
    kept = text[:_MOST_GIVEN_BACK]
    parts = [kept[start : start + 2900] for start in range(0, len(kept), 2900)]
    heading = "What you typed:"
    if len(text) > len(kept):
        heading = f"What you typed begins like this ({len(text):,} characters in all):"
    bodies = [
        SectionBlock(text=PlainTextObject(text=part, emoji=False)) for part in parts if part.strip()
    ]
    return [small(heading), *bodies]


def fallback(sentence: str) -> str:
    """For notifications and screen readers: short even when every character has to be escaped."""
    return escape(shorten(" ".join(sentence.split()), 700))


def last_page(message: Message, title: str = "Done") -> View:
    """A message as the last page of a modal that no conversation opened. It opens no further windows."""
    blocks = [_without_windows(block) for block in message.blocks]
    return View(
        type="modal",
        callback_id="done",
        title=title,
        close="Close",
        blocks=[block for block in blocks if block is not None],
    )


def _without_windows(block: Block) -> Block | None:
    if not isinstance(block, ActionsBlock):
        return block
    opening = (EDIT, CHANGE_TIME, EDIT_DRAFT)
    elements = [element for element in block.elements if isinstance(element, InteractiveElement)]
    rest = [element for element in elements if element.action_id not in opening]
    return ActionsBlock(block_id=block.block_id, elements=rest) if rest else None


def shorten(text: str, most: int) -> str:
    """At most `most` characters, cut between whole signs."""
    if len(text) <= most:
        return text
    kept = ""
    for sign in regex.findall(r"\X", text[: most + 1]):
        if len(kept) + len(sign) > most - 1:
            break
        kept += sign
    return (kept or text[: most - 1]).rstrip() + "…"
