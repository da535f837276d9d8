"""The smallest pieces: times, buttons, cuts, words given back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import regex
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.blocks.ids import CHANGE_TIME, EDIT, EDIT_DRAFT
from bot.message import Message
from bot.mrkdwn import escape
from buffer.model import Schedule

_MOST_GIVEN_BACK = 9000  # all blocks of a message together stay under 12,000 characters


def when_text(at: datetime, zone: str) -> str:
    """An instant in mrkdwn: each reader sees it in their own zone; the fallback names `zone`."""
    shown = "{date_short_pretty} at {time}"
    return f"<!date^{int(at.timestamp())}^{shown}|{plain_when(at, zone)}>"


def second_text(at: datetime, zone: str) -> str:
    """An instant of today, to the second: for what is held back for moments only."""
    return f"<!date^{int(at.timestamp())}^{{time_secs}}|{plain_second(at, zone)}>"


def plain_second(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S} ({zone})"


def plain_when(at: datetime, zone: str) -> str:
    """The same where Slack knows no date tokens: buttons, hints, fallback texts."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M} ({zone})"


def short_when(at: datetime, zone: str) -> str:
    """For a button, whose reader is the one who typed the time."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M}"


def button(label: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    return ButtonElement(text=shorten(label, 75), action_id=action_id, value=value, style=style)


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


def times_of(schedules: Sequence[Schedule]) -> str:
    """“every day 09:00, 13:00”; at most three different ones are named."""
    said = []
    for schedule in schedules[:3]:
        days = (
            "every day"
            if len(schedule.days) == 7
            else ", ".join(day.capitalize() for day in schedule.days)
        )
        said.append(
            f"{days} {', '.join(schedule.times[:6])}{' …' if len(schedule.times) > 6 else ''}"
        )
    return (
        "; ".join(said) + (" …" if len(schedules) > 3 else "") if said else "no posting times yet"
    )


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
