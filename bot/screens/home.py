"""The app's Home: what needs somebody first, then what goes out next; one profile's whole queue page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.blocks import (
    PAUSE,
    RECONNECT,
    RESUME,
    account_name,
    button,
    problem_buttons,
    shorten,
    small,
    status,
    update_blocks,
    whose,
    words,
)
from bot.guard import After, Redraw, guard
from bot.mrkdwn import escape
from bot.people import Desk, remember_place
from buffer.errors import QueueError
from buffer.model import Counts, Json, Page, Profile, Update

GO = "home_go"
NEXT_UPDATES, PROBLEMS, PER_PAGE = 3, 5, 20
MOST_BLOCKS = 92  # of Slack's 100; the rest is for what closes the page


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """A profile with the beginning of its queue."""

    profile: Profile
    counts: Counts
    updates: Sequence[Update]


# -- view


def view(
    queues: Sequence[Queued], problems: Sequence[tuple[Update, Profile]], zone: str, command: str
) -> View:
    """The overview."""
    blocks = [*_problems(problems, zone)]
    left = 0
    for queued in queues:
        part = _queue(queued, zone)
        if len(blocks) + len(part) > MOST_BLOCKS:
            left += 1
            continue
        blocks += part
    if left:
        blocks.append(small(f"{left} more profiles: `{command} queue NAME` shows each."))
    if not any(queued.updates for queued in queues):
        blocks += _empty(command, has_profile=bool(queues))
    blocks.append(small(f"`{command}` writes a post · `{command} help` shows what else there is."))
    return View(type="home", private_metadata="home", blocks=blocks)


def page_view(queued: Queued, updates: Page[Update], zone: str, page: int) -> View:
    """One profile's queue, a page of it."""
    profile = queued.profile
    blocks: list[Block] = [_profile_line(queued), _page_buttons(profile, updates.total, page)]
    for update in updates.items:
        blocks += update_blocks(update, profile, zone, place=f"home|{profile.id}|{page}")
    if not updates.items:
        blocks.append(small("Nothing is waiting here."))
    return View(type="home", private_metadata=f"home|{profile.id}|{page}", blocks=blocks)


def _problems(problems: Sequence[tuple[Update, Profile]], zone: str) -> list[Block]:
    if not problems:
        return []
    blocks: list[Block] = [HeaderBlock(text="Needs you")]
    for update, profile in problems[:PROBLEMS]:
        line = f"*{escape(account_name(profile))}* {status(update, profile, zone)}"
        blocks += [
            SectionBlock(text=PlainTextObject(text=shorten(words(update), 300), emoji=False)),
            small(line),
            problem_buttons(update),
        ]
    if len(problems) > PROBLEMS:
        blocks.append(small("There are more; they show up here as you settle these."))
    return [*blocks, DividerBlock()]


def _queue(queued: Queued, zone: str) -> list[Block]:
    profile, more = queued.profile, queued.counts.pending > len(queued.updates)
    row = [
        button("Resume", RESUME, profile.id, style="primary")
        if profile.paused
        else button("Pause", PAUSE, profile.id)
    ]
    if profile.disconnected:
        row.append(button("Reconnect", RECONNECT, profile.id, style="primary"))
    if more:
        row.append(button(f"All {queued.counts.pending:,}", GO, f"home|{profile.id}|1"))
    blocks: list[Block] = [_profile_line(queued)]
    for update in queued.updates:
        blocks += update_blocks(update, profile, zone, place="home")
    return [
        *blocks,
        ActionsBlock(block_id=f"home#profile-{profile.id}", elements=row),
        DividerBlock(),
    ]


def _profile_line(queued: Queued) -> Block:
    profile, counts = queued.profile, queued.counts
    paused = " · *paused*, nothing goes out" if profile.paused else ""
    if profile.disconnected:
        paused = " · *disconnected*, nothing goes out until its login is renewed"
    text = whose(profile)
    return SectionBlock(
        text=MarkdownTextObject(text=f"{text} · {counts.pending:,} waiting{paused}")
    )


def _page_buttons(profile: Profile, total: int, page: int) -> Block:
    last = max(1, -(-total // PER_PAGE))
    row = [button("Overview", GO, "home")]
    # Slack wants the ids in one block to differ.
    if page > 1:
        row.append(button("Previous", f"{GO}_back", f"home|{profile.id}|{page - 1}"))
    if page < last:
        label = f"Next (page {page + 1} of {last})"
        row.append(button(label, f"{GO}_on", f"home|{profile.id}|{page + 1}"))
    return ActionsBlock(block_id="home#pages", elements=row)


def _empty(command: str, *, has_profile: bool) -> list[Block]:
    if not has_profile:
        return [small("No profile is connected yet. Ask an admin to connect one.")]
    text = (
        "*Nothing is waiting.* Type this in any channel, and it goes out at the next free time:\n"
        f"`{command} Hello, world!`"
    )
    return [SectionBlock(text=MarkdownTextObject(text=text))]


def draw(desk: Desk, profile_id: str = "", page: str = "1") -> View:
    profiles = desk.profiles()
    if profile_id in profiles:
        return _drawn_page(desk, profiles[profile_id], int(page))
    problems = [
        (update, profiles[update.profile_id])
        for update in desk.queue.problems(limit=PROBLEMS + 1)
        if update.profile_id in profiles
    ]
    queues = [
        Queued(
            profile=profile,
            counts=desk.queue.counts(profile.id),
            updates=desk.queue.pending(profile.id, count=NEXT_UPDATES).items,
        )
        for profile in list(profiles.values())[:30]
    ]
    zone = desk.zone(next(iter(profiles.values()), None))
    return view(queues, problems, zone, desk.command)


def _drawn_page(desk: Desk, profile: Profile, page: int) -> View:
    counts = desk.queue.counts(profile.id)
    page = min(page, max(1, -(-counts.pending // PER_PAGE)))
    updates = desk.queue.pending(profile.id, page=page, count=PER_PAGE)
    queued = Queued(profile=profile, counts=counts, updates=updates.items)
    return page_view(queued, updates, desk.zone(profile), page)


# -- listeners


def on_opened(event: Json, desk: Desk, after: After, client: WebClient) -> None:
    if event.get("tab") != "home":
        return
    remember_place(desk, "home")
    after(_show, client, desk)


def _show(client: WebClient, desk: Desk) -> None:
    """After the ack, since a queue may be far away; when it does not answer, that is what there is to see."""
    try:
        view = draw(desk)
    except QueueError as error:
        view = View(type="home", blocks=[small(escape(str(error)))])
    client.views_publish(user_id=desk.user_id, view=view)


def on_go(ack: Ack, action: Json, desk: Desk, redraw: Redraw) -> None:
    place = str(action["value"])
    remember_place(desk, place)
    ack()
    redraw(place)


def register(app: App) -> None:
    app.event("app_home_opened")(guard(on_opened))
    for id in (GO, f"{GO}_back", f"{GO}_on"):
        app.action(id)(guard(on_go, guests=True))
