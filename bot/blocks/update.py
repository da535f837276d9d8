"""How one update looks: where it stands, what can be done with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)

from bot.blocks.ids import (
    CHANGE_TIME,
    DELETE,
    EDIT,
    LABELS,
    MENU,
    REQUEUE,
    SHARE,
    TOP,
    UNSHARE,
)
from bot.blocks.pieces import second_text, shorten, when_text
from bot.mrkdwn import escape
from bot.notices import account_name, service_name
from buffer.model import Profile, State, Update


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
        return f"goes out at {second_text(update.share_at, zone)}"
    kind = "scheduled for" if update.state is State.SCHEDULED else "in the queue for"
    if update.due_at is None:
        return "in the queue; it waits until the profile has posting times"
    waits = ", but the profile is *paused*: it waits" if profile.paused else ""
    if profile.disconnected:
        waits = ", but the profile is *disconnected*: it waits until its login is renewed"
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
    is_member = update.via == "slack" and update.user_id.isalnum()
    said = f" · by <@{update.user_id}>" if is_member else ""
    return said + with_pictures(update)


def with_pictures(update: Update) -> str:
    """“ · with 2 pictures”; "" for none."""
    media = update.media
    sources = {file.source for file in media.pictures} | ({media.own_picture} - {""})
    return f" · with {'a picture' if len(sources) == 1 else f'{len(sources)} pictures'}" * bool(
        sources
    )


def whose(profile: Profile) -> str:
    """“*@ada* on Mastodon”, in mrkdwn; a name that says its network already is not followed by it."""
    name, service = account_name(profile), service_name(profile.service)
    known = name.casefold() in service.casefold()
    return f"*{escape(name)}*" + ("" if known else f" on {escape(service)}")


def profile_options(profiles: Sequence[Profile]) -> list[Option]:
    """One to choose for each, as many as a menu holds."""
    return [
        Option(text=shorten(f"{account_name(p)} ({service_name(p.service)})", 75), value=p.id)
        for p in profiles[:100]
    ]
