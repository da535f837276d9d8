"""The private list of what waits for a profile, and of what went out; page by page, with what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slack_bolt import Ack, App
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    MarkdownTextObject,
    SectionBlock,
    StaticSelectElement,
)

from bot.blocks import (
    Message,
    account_name,
    button,
    fallback,
    note,
    profile_options,
    shorten,
    update_blocks,
)
from bot.command import Verb, match
from bot.guard import Redraw, guard
from bot.mrkdwn import escape
from bot.people import Desk, by_name, usual_profiles
from buffer.errors import Refused
from buffer.model import Counts, Json, Page, Profile, Update

PENDING, SENT = "queue", "sent"
TURN, BACK, CHOOSE = "list_next", "list_previous", "list_profile"
PER_PAGE = 10  # two blocks each: with heading and buttons well under Slack's 50 a message
NO_PROFILE = "No profile is connected yet, so there is no queue. Ask an admin to connect one."

# -- view


def view(
    updates: Page[Update],
    profile: Profile,
    others: Sequence[Profile],
    zone: str,
    *,
    kind: str,
    page: int,
    heading: str,
    empty: str,
) -> Message:
    place = f"{kind}|{profile.id}|{page}"
    blocks: list[Block] = [_heading(heading, place, profile, others)]
    for update in updates.items:
        blocks += update_blocks(update, profile, zone, place=place)
    if not updates.items:
        blocks.append(SectionBlock(text=MarkdownTextObject(text=empty)))
    if row := _paging(kind, profile, page, updates.total):
        blocks.append(ActionsBlock(block_id=f"{place}#pages", elements=row))
    first = (
        f". First: “{shorten(' '.join(updates.items[0].text.split()), 100)}”."
        if updates.items
        else ""
    )
    return Message(text=f"{_plain(heading)}{fallback(first)}", blocks=blocks)


def _heading(text: str, place: str, profile: Profile, others: Sequence[Profile]) -> Block:
    options = profile_options(others)
    chosen = next((option for option in options if option.value == profile.id), None)
    select = StaticSelectElement(
        action_id=CHOOSE,
        placeholder="Another profile",
        options=options,
        initial_option=chosen,
    )
    return SectionBlock(
        block_id=f"{place}#profile",
        text=MarkdownTextObject(text=text),
        accessory=select if len(options) > 1 else None,
    )


def _paging(kind: str, profile: Profile, page: int, total: int) -> list[ButtonElement]:
    last = max(1, -(-total // PER_PAGE))
    back = button("Previous", BACK, f"{kind}|{profile.id}|{page - 1}")
    turn = button(f"Next (page {page + 1} of {last})", TURN, f"{kind}|{profile.id}|{page + 1}")
    return [*([back] if page > 1 else []), *([turn] if page < last else [])]


def _plain(heading: str) -> str:
    return heading.replace("*", "")


def pending_heading(profile: Profile, counts: Counts) -> str:
    paused = " · *paused*, nothing goes out" if profile.paused else ""
    return f"*Next on {escape(account_name(profile))}* · {counts.pending:,} waiting{paused}"


def draw(desk: Desk, profile_id: str, page: str) -> Message:
    profile, counts = desk.queue.profile(profile_id), desk.queue.counts(profile_id)
    number = min(int(page), max(1, -(-counts.pending // PER_PAGE)))
    return view(
        desk.queue.pending(profile_id, page=number, count=PER_PAGE),
        profile,
        desk.queue.profiles(),
        desk.zone(profile),
        kind=PENDING,
        page=number,
        heading=pending_heading(profile, counts),
        empty=f"Nothing is waiting. Add something: `{desk.command} Hello, world!`",
    )


def draw_sent(desk: Desk, profile_id: str, page: str) -> Message:
    profile, counts = desk.queue.profile(profile_id), desk.queue.counts(profile_id)
    number = min(int(page), max(1, -(-counts.sent // PER_PAGE)))
    return view(
        desk.queue.sent(profile_id, page=number, count=PER_PAGE),
        profile,
        desk.queue.profiles(),
        desk.zone(profile),
        kind=SENT,
        page=number,
        heading=f"*Sent on {escape(account_name(profile))}* · {counts.sent:,} in all",
        empty="Nothing has gone out yet.",
    )


# -- read


def meant(name: str, desk: Desk) -> str:
    """The id of the profile that is named, or else the usual one."""
    profiles = desk.queue.profiles()
    if not profiles:
        raise Refused(NO_PROFILE)
    if name:
        known = by_name(profiles)
        return known[match(name, list(known))].id
    return next(iter(usual_profiles(desk)), profiles[0].id)


# -- listeners


def on_queue(ack: Ack, parsed: Verb, desk: Desk) -> None:
    ack(**_listed(draw, parsed, desk).payload())


def on_sent(ack: Ack, parsed: Verb, desk: Desk) -> None:
    ack(**_listed(draw_sent, parsed, desk).payload())


def _listed(draws: Callable[[Desk, str, str], Message], parsed: Verb, desk: Desk) -> Message:
    try:
        return draws(desk, meant(parsed.profile, desk), "1")
    except Refused as refusal:
        return note(str(refusal))


def on_turn(ack: Ack, action: Json, redraw: Redraw) -> None:
    ack()
    redraw(str(action["value"]))


def on_choose(ack: Ack, action: Json, redraw: Redraw) -> None:
    kind = str(action["block_id"]).split("|")[0]
    ack()
    redraw(f"{kind}|{action['selected_option']['value']}|1")


def register(app: App) -> None:
    app.action(TURN)(guard(on_turn, guests=True))
    app.action(BACK)(guard(on_turn, guests=True))
    app.action(CHOOSE)(guard(on_choose, guests=True))
