"""The profiles: what waits, what is paused, and which channel hears of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot import membership
from bot.blocks import (
    PAUSE,
    POSTING_TIMES,
    RECONNECT,
    RESUME,
    Message,
    account_name,
    button,
    fallback,
    note,
    place_of,
    small,
    times_of,
    whose,
)
from bot.command import Verb, match
from bot.guard import After, Redraw, guard
from bot.mrkdwn import escape
from bot.people import Desk, by_name, channel_defaults, keep_channel_defaults, none_yet
from buffer.errors import Refused
from buffer.model import Actor, Counts, Json, Profile
from buffer.ports import Queue

FOLLOW, UNFOLLOW = "feed_follow", "feed_unfollow"
DEFAULT, NO_DEFAULT, DISCONNECT = "channel_default", "channel_no_default", "disconnect"
PER_PAGE = 15

# -- view


def view(
    profiles: Sequence[Profile],
    counts: Mapping[str, Counts],
    *,
    channel: str = "",
    followed: Sequence[str] = (),
    defaults: Sequence[str] = (),
    admin: bool = False,
) -> Message:
    """All profiles with what can be done; `admin` shows the buttons that only admins have, some of them only in a
    channel. `defaults`: where what is typed in this channel goes."""
    blocks: list[Block] = [SectionBlock(text=MarkdownTextObject(text="*Profiles*"))]
    for profile in profiles[:PER_PAGE]:
        text = MarkdownTextObject(text=_described(profile, counts[profile.id]))
        blocks.append(SectionBlock(text=text))
        row = [_pause_button(profile)]
        if admin:
            row += _admin_buttons(profile, counts[profile.id], channel, followed, defaults)
        blocks.append(ActionsBlock(block_id=f"profiles|{channel}#{profile.id}", elements=row))
        if said := _of_channel(profile, followed, defaults):
            blocks.append(small(said))
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


def _pause_button(profile: Profile) -> ButtonElement:
    if profile.paused:
        return button("Resume", RESUME, profile.id, style="primary")
    return button("Pause", PAUSE, profile.id)


def _of_channel(profile: Profile, followed: Sequence[str], defaults: Sequence[str]) -> str:
    said = []
    if profile.id in followed:
        said.append("News of this profile comes to this channel.")
    if profile.id in defaults:
        said.append("What is typed in this channel goes to it.")
    return " ".join(said)


def _admin_buttons(
    profile: Profile,
    counts: Counts,
    channel: str,
    followed: Sequence[str],
    defaults: Sequence[str],
) -> list[ButtonElement]:
    row = []
    if channel:
        row.append(_feed_button(profile, hears=profile.id in followed))
        row.append(_default_button(profile, is_default=profile.id in defaults))
    row.append(button("Posting times", POSTING_TIMES, profile.id))
    if profile.disconnected:
        row.append(button("Reconnect", RECONNECT, profile.id, style="primary"))
    else:
        row.append(_disconnect_button(profile, counts))
    return row


def _default_button(profile: Profile, *, is_default: bool) -> ButtonElement:
    if is_default:
        return button("No default here", NO_DEFAULT, profile.id)
    return button("Default in this channel", DEFAULT, profile.id)


def _disconnect_button(profile: Profile, counts: Counts) -> ButtonElement:
    waits = "1 post waits" if counts.pending == 1 else f"{counts.pending:,} posts wait"
    then = (
        f"{waits} in its queue. They stay there and go out when it is connected again; what is too late by then is "
        "held, and you are asked."
        if counts.pending
        else "Its queue is empty. Posts can still be added; they wait until it is connected again."
    )
    return ButtonElement(
        text="Disconnect",
        action_id=DISCONNECT,
        value=profile.id,
        style="danger",
        confirm=ConfirmObject(
            title="Disconnect this account?",
            text=PlainTextObject(text=f"The login is forgotten. {then}"),
            confirm="Disconnect",
            deny="Keep it",
            style="danger",
        ),
    )


def _feed_button(profile: Profile, *, hears: bool) -> ButtonElement:
    if hears:
        return button("Stop news here", UNFOLLOW, profile.id)
    return button("Send news to this channel", FOLLOW, profile.id)


def draw(desk: Desk, channel: str = "") -> Message:
    profiles = desk.queue.profiles()
    if not profiles:
        return note(none_yet(desk))
    return view(
        profiles,
        {profile.id: desk.queue.counts(profile.id) for profile in profiles[:PER_PAGE]},
        channel=channel,
        followed=desk.store.feeds.profiles(desk.team_id, channel) if channel else (),
        defaults=channel_defaults(desk, channel) if channel else (),
        admin=desk.person().is_admin,
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


def on_feed(
    ack: Ack,
    body: Json,
    action: Json,
    desk: Desk,
    redraw: Redraw,
    after: After,
    client: WebClient,
) -> None:
    desk.person().may_settle()
    channel = place_of(body, action).split("|")[1]
    profile = desk.queue.profile(action["value"])
    change = desk.store.feeds.follow if action["action_id"] == FOLLOW else desk.store.feeds.unfollow
    with desk.store.transaction():
        change(desk.team_id, channel, profile.id)
    ack()
    redraw(place_of(body, action))
    if action["action_id"] == FOLLOW:
        after(_check, desk, client, channel, profile.id, lambda: redraw(place_of(body, action)))


def _check(desk: Desk, client: WebClient, channel: str, profile_id: str, show: After) -> None:
    if not membership.check(desk, client, channel, [profile_id]):
        show()


def on_default(ack: Ack, body: Json, action: Json, desk: Desk, redraw: Redraw) -> None:
    desk.person().may_settle()
    place, profile = place_of(body, action), desk.queue.profile(action["value"])
    channel = place.split("|")[1]
    others = [each for each in channel_defaults(desk, channel) if each != profile.id]
    chosen = [*others, profile.id] if action["action_id"] == DEFAULT else others
    keep_channel_defaults(desk, channel, chosen)
    ack()
    redraw(place)


def on_disconnect(
    ack: Ack, body: Json, action: Json, desk: Desk, after: After, redraw: Redraw
) -> None:
    desk.person().may_settle()
    if desk.accounts is None:
        raise Refused("Accounts are disconnected where the queue is.")
    ack()
    after(_disconnect, desk, str(action["value"]), lambda: redraw(place_of(body, action)))


def _disconnect(desk: Desk, profile_id: str, show: After) -> None:
    assert desk.accounts
    desk.accounts.disconnect(Actor(team_id=desk.team_id, user_id=desk.user_id), profile_id)
    show()


def register(app: App) -> None:
    app.action(PAUSE)(guard(on_pause))
    app.action(RESUME)(guard(on_resume))
    app.action(FOLLOW)(guard(on_feed))
    app.action(UNFOLLOW)(guard(on_feed))
    app.action(DEFAULT)(guard(on_default))
    app.action(NO_DEFAULT)(guard(on_default))
    app.action(DISCONNECT)(guard(on_disconnect))
