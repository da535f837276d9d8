"""The profiles: what waits, what is paused, and which channel hears of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_bolt import Ack, App
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    MarkdownTextObject,
    SectionBlock,
)

from bot.blocks import (
    PAUSE,
    RESUME,
    Message,
    account_name,
    button,
    fallback,
    note,
    place_of,
    small,
    whose,
)
from bot.command import Verb, match
from bot.guard import After, Redraw, guard
from bot.mrkdwn import escape
from bot.people import Desk, by_name
from buffer.model import Counts, Json, Profile, Schedule
from buffer.ports import Queue

FOLLOW, UNFOLLOW = "feed_follow", "feed_unfollow"
PER_PAGE = 15
NONE_YET = "No profile is connected yet. Ask an admin to connect one."

# -- view


def view(
    profiles: Sequence[Profile],
    counts: Mapping[str, Counts],
    *,
    channel: str = "",
    followed: Sequence[str] = (),
    feeds: bool = False,
) -> Message:
    """All profiles with what can be done. `feeds` shows an admin's buttons for the news in this channel."""
    blocks: list[Block] = [SectionBlock(text=MarkdownTextObject(text="*Profiles*"))]
    for profile in profiles[:PER_PAGE]:
        text = MarkdownTextObject(text=_described(profile, counts[profile.id]))
        blocks.append(SectionBlock(text=text))
        row = [_pause_button(profile)]
        if feeds:
            row.append(_feed_button(profile, hears=profile.id in followed))
        blocks.append(ActionsBlock(block_id=f"profiles|{channel}#{profile.id}", elements=row))
        if profile.id in followed:
            blocks.append(small("News of this profile comes to this channel."))
    if len(profiles) > PER_PAGE:
        more = ", ".join(escape(account_name(p)) for p in profiles[PER_PAGE:])
        blocks.append(small(f"And {len(profiles) - PER_PAGE} more: {more}"))
    names = ", ".join(account_name(profile) for profile in profiles[:PER_PAGE])
    many = "1 profile" if len(profiles) == 1 else f"{len(profiles)} profiles"
    return Message(text=fallback(f"{many}: {names}."), blocks=blocks)


def _described(profile: Profile, counts: Counts) -> str:
    state = "*paused*" if profile.paused else "running"
    if profile.disconnected:
        state = "*disconnected*: its login has to be renewed"
    return (
        f"{whose(profile)} · {state}\n"
        f"{counts.pending:,} waiting, {counts.sent:,} sent · {times_of(profile.schedules)} ({profile.timezone})"
    )


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


def _pause_button(profile: Profile) -> ButtonElement:
    if profile.paused:
        return button("Resume", RESUME, profile.id, style="primary")
    return button("Pause", PAUSE, profile.id)


def _feed_button(profile: Profile, *, hears: bool) -> ButtonElement:
    if hears:
        return button("Stop news here", UNFOLLOW, profile.id)
    return button("Send news to this channel", FOLLOW, profile.id)


def draw(desk: Desk, channel: str = "") -> Message:
    profiles = desk.queue.profiles()
    if not profiles:
        return note(NONE_YET)
    return view(
        profiles,
        {profile.id: desk.queue.counts(profile.id) for profile in profiles[:PER_PAGE]},
        channel=channel,
        followed=desk.store.feeds.profiles(desk.team_id, channel) if channel else (),
        feeds=bool(channel) and desk.person().is_admin,
    )


# -- listeners


def on_profiles(ack: Ack, desk: Desk) -> None:
    ack(**draw(desk, desk.channel).payload())


def on_pause_command(ack: Ack, parsed: Verb, desk: Desk, refresh_home: After) -> None:
    ack(**_switched(parsed, desk).payload())
    refresh_home()


def _switched(parsed: Verb, desk: Desk) -> Message:
    """Pause or resume the profile that is named; the only one when none is; else ask by showing all."""
    profiles = desk.queue.profiles()
    known = by_name(profiles)
    if not parsed.profile and len(profiles) != 1:
        return draw(desk, desk.channel)
    profile = known[match(parsed.profile, list(known))] if parsed.profile else profiles[0]
    name = account_name(profile)
    if parsed.name == "pause":
        desk.queue.pause(profile.id)
        return note(
            f"{name} is paused: nothing goes out until {desk.command} resume {profile.name}."
        )
    desk.queue.resume(profile.id)
    return note(f"{name} goes on with its next free time.")


def on_pause(ack: Ack, body: Json, action: Json, queue: Queue, redraw: Redraw) -> None:
    queue.pause(action["value"])
    ack()
    redraw(place_of(body, action))


def on_resume(ack: Ack, body: Json, action: Json, queue: Queue, redraw: Redraw) -> None:
    queue.resume(action["value"])
    ack()
    redraw(place_of(body, action))


def on_feed(ack: Ack, body: Json, action: Json, desk: Desk, redraw: Redraw) -> None:
    desk.person().may_settle()
    channel = place_of(body, action).split("|")[1]
    profile = desk.queue.profile(action["value"])
    change = desk.store.feeds.follow if action["action_id"] == FOLLOW else desk.store.feeds.unfollow
    with desk.store.transaction():
        change(desk.team_id, channel, profile.id)
    ack()
    redraw(place_of(body, action))


def register(app: App) -> None:
    app.action(PAUSE)(guard(on_pause))
    app.action(RESUME)(guard(on_resume))
    app.action(FOLLOW)(guard(on_feed))
    app.action(UNFOLLOW)(guard(on_feed))
