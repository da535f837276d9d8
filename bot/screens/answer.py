"""Answers a typed post: what was queued and its buttons, or the one question that must be settled first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from slack_bolt import Ack, App
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from bot.blocks import (
    EDIT_DRAFT,
    HOLD,
    MOVED,
    Message,
    account_name,
    answer_for,
    button,
    fallback,
    given_back,
    service_name,
    short_when,
    shorten,
    small,
    when_text,
)
from bot.command import Post, Question, Refusal, match, nearest
from bot.guard import After, guard
from bot.mrkdwn import escape, plain
from bot.people import (
    Desk,
    Typed,
    by_name,
    keep_typed,
    none_yet,
    recall_typed,
    remember_choice,
    usual_profiles,
)
from bot.when import WhenError, understand
from buffer.errors import Code, Refused
from buffer.model import Json, Position, Profile

SCHEDULE, WHOLE, ANYWAY, CHOOSE = (
    "draft_schedule",
    "draft_whole",
    "draft_anyway",
    "draft_profiles",
)
ALL = "all"
DRAFT = "draft:"

# -- view


def refusal_message(why: str, typed: Typed, draft: str, *, duplicate: bool = False) -> Message:
    """Says why not, gives the words back, and offers the way on."""
    text = typed.whole or typed.text
    blocks: list[Block] = [SectionBlock(text=PlainTextObject(text=shorten(why, 2900)))]
    blocks += given_back(text)
    elements = [button("Add anyway", ANYWAY, DRAFT + draft)] if duplicate else []
    if text.strip():
        elements.append(button("Edit", EDIT_DRAFT, draft))
    if elements:
        blocks.append(ActionsBlock(elements=elements))
    return Message(text=fallback(f"{why} Nothing was queued."), blocks=blocks)


def confirm_message(typed: Typed, draft: str, zone: str, why: str = "") -> Message:
    """Is the time a part of the message, or meant for us? `why`: it could not be understood as a time."""
    at = typed.scheduled_at
    question = (
        f"“{typed.when}” reads like a time. When should this go out?"
        if at
        else f"“{typed.when}” looks like a time, but: {why}"
    )
    elements = [
        *(
            [
                button(
                    f"Schedule for {short_when(at, zone)}", SCHEDULE, DRAFT + draft, style="primary"
                )
            ]
            if at
            else []
        ),
        button("Queue the whole text", WHOLE, DRAFT + draft),
        button("Edit", EDIT_DRAFT, draft),
    ]
    return Message(
        text=fallback(f"{question} Nothing is queued yet."),
        blocks=[
            SectionBlock(text=PlainTextObject(text=shorten(question, 2900))),
            *(_as_scheduled(typed, at, zone) if at else given_back(typed.whole)),
            ActionsBlock(elements=elements),
        ],
    )


def _as_scheduled(typed: Typed, at: datetime, zone: str) -> list[Block]:
    return [
        small(f"If it is meant for us, this goes out {when_text(at, zone)}:"),
        SectionBlock(
            text=PlainTextObject(text=shorten(typed.text.strip() or "…", 2900), emoji=False)
        ),
    ]


def choice_message(typed: Typed, draft: str, profiles: Sequence[Profile]) -> Message:
    """Which profile?"""
    question = "Where should this go? Nothing is queued yet."
    options = [
        Option(text=profile_label(profile), value=f"{DRAFT}{draft}:{profile.id}")
        for profile in profiles[:99]
    ]
    if 1 < len(profiles) < 100:
        options.append(Option(text=f"All {len(profiles)} of them", value=f"{DRAFT}{draft}:{ALL}"))
    elements: list[InteractiveElement | ButtonElement] = [
        StaticSelectElement(action_id=CHOOSE, placeholder="Choose a profile", options=options),
        button("Edit", EDIT_DRAFT, draft),
    ]
    return Message(
        text=question,
        blocks=[
            SectionBlock(text=PlainTextObject(text=question)),
            *given_back(typed.whole or typed.text),
            ActionsBlock(elements=elements),
        ],
    )


def question_message(question: Question, draft: str, command: str) -> Message:
    """Was that a verb?"""
    meant = f"{command} {question.suggestion}"
    asked = f"Did you mean `{escape(shorten(meant, 500))}`? Nothing is queued."
    return Message(
        text=fallback(f"Did you mean {meant}? Nothing is queued."),
        blocks=[
            SectionBlock(text=MarkdownTextObject(text=asked)),
            *given_back(question.post.whole),
            ActionsBlock(
                elements=[
                    button("Queue it anyway", WHOLE, DRAFT + draft),
                    button("Edit", EDIT_DRAFT, draft),
                ]
            ),
        ],
    )


def profile_label(profile: Profile) -> str:
    return shorten(f"{account_name(profile)} ({service_name(profile.service)})", 75)


def draw_post(desk: Desk, post_id: str) -> Message:
    return answer_for(desk, desk.queue.post(post_id), fresh=False)


# -- read


def typed_post(post: Post, desk: Desk) -> Typed:
    """What was typed, in plain text and with its profiles. Raises Refused for a profile nobody knows."""
    named = [_named(name, desk) for name in post.to]
    position = Position.NOW if post.now else Position.TOP if post.top else Position.QUEUE
    return Typed(
        text=plain(post.text, desk.name_of),
        whole=plain(post.whole, desk.name_of),
        profile_ids=tuple(named) or usual_profiles(desk),
        chosen=bool(named),
        position=position.value,
        when=post.when,
        asks=post.mode == "confirm",
    )


def _named(name: str, desk: Desk) -> str:
    known = by_name(desk.known().values())
    if found := match(name, list(known)):
        return known[found].id
    close = nearest(name, list(known))
    own = {profile.name for profile in known.values()}
    hint = (
        f"Did you mean “{close}”?"
        if close
        else f"There are: {', '.join(sorted(own)) or 'none yet'}."
    )
    raise Refused(f"There is no profile “{name}”. {hint}", Code.PROFILE_NOT_FOUND)


# -- the steps from words to the queue, each with the answer it leads to


def settle(desk: Desk, typed: Typed) -> Message:
    """Ask what must be asked, else add."""
    if not typed.profile_ids:
        return _which(desk, typed)
    profile = desk.known().get(typed.profile_ids[0])
    zone = desk.zone(profile)
    if not typed.when or typed.at:
        return add(desk, typed)
    try:
        when = understand(typed.when, desk.now, zone, desk.person().locale)
    except WhenError as error:
        if typed.asks:
            return confirm_message(typed, keep_typed(desk, typed), zone, str(error))
        unread = replace(typed, whole=typed.whole, when="")
        return refusal_message(str(error), unread, keep_typed(desk, unread))
    typed = replace(typed, at=when.at.isoformat())
    if typed.asks:
        return confirm_message(typed, keep_typed(desk, typed), zone)
    return add(desk, typed, notes=[MOVED] if when.moved else [])


def _which(desk: Desk, typed: Typed) -> Message:
    profiles = [profile for profile in desk.known().values() if not profile.disconnected]
    if profiles:
        return choice_message(typed, keep_typed(desk, typed), profiles)
    why = f"There is no queue to add to. {none_yet(desk)}"
    return refusal_message(why, typed, keep_typed(desk, typed))


def add(
    desk: Desk, typed: Typed, *, notes: Sequence[str] = (), allow_duplicate: bool = False
) -> Message:
    try:
        updates = desk.queue.add(typed.draft(hold=HOLD, allow_duplicate=allow_duplicate))
    except Refused as refusal:
        duplicate = refusal.code is Code.DUPLICATE
        return refusal_message(str(refusal), typed, keep_typed(desk, typed), duplicate=duplicate)
    if not updates:
        return Message(text="It was undone.", blocks=[SectionBlock(text="It was undone.")])
    if typed.chosen:
        remember_choice(desk, typed.profile_ids)
    return answer_for(desk, updates, notes=notes)


# -- listeners


def on_post(ack: Ack, parsed: Post, desk: Desk, refresh_home: After) -> None:
    try:
        message = settle(desk, typed_post(parsed, desk))
    except Refused as refusal:
        typed = Typed(text=plain(parsed.whole), whole=plain(parsed.whole))
        message = refusal_message(str(refusal), typed, keep_typed(desk, typed))
    ack(**message.payload())
    refresh_home()


def on_question(ack: Ack, parsed: Question, desk: Desk) -> None:
    typed = typed_post(parsed.post, desk)
    ack(**question_message(parsed, keep_typed(desk, typed), desk.command).payload())


def on_refusal(ack: Ack, parsed: Refusal, desk: Desk) -> None:
    text = plain(parsed.text)
    typed = Typed(text=text, whole=text)
    ack(**refusal_message(parsed.why, typed, keep_typed(desk, typed)).payload())


def on_schedule(ack: Ack, action: Json, desk: Desk, respond_with: After) -> None:
    typed = recall_typed(desk, _draft_id(action))
    message = add(desk, replace(typed, asks=False))
    ack()
    respond_with(message)


def on_whole(ack: Ack, action: Json, desk: Desk, respond_with: After) -> None:
    typed = recall_typed(desk, _draft_id(action))
    message = settle(desk, replace(typed, text=typed.whole, when="", at="", asks=False))
    ack()
    respond_with(message)


def on_anyway(ack: Ack, action: Json, desk: Desk, respond_with: After) -> None:
    message = add(desk, recall_typed(desk, _draft_id(action)), allow_duplicate=True)
    ack()
    respond_with(message)


def on_choose(ack: Ack, action: Json, desk: Desk, respond_with: After) -> None:
    chosen = str(action["selected_option"]["value"]).split(":")[2]
    ids = tuple(desk.known()) if chosen == ALL else (chosen,)
    typed = recall_typed(desk, _draft_id(action))
    message = settle(desk, replace(typed, profile_ids=ids, chosen=True))
    ack()
    respond_with(message)


def _draft_id(action: Json) -> str:
    value = action.get("value") or action["selected_option"]["value"]
    return str(value).split(":")[1]


def register(app: App) -> None:
    app.action(SCHEDULE)(guard(on_schedule))
    app.action(WHOLE)(guard(on_whole))
    app.action(ANYWAY)(guard(on_anyway))
    app.action(CHOOSE)(guard(on_choose))
