"""The composer's form: how it looks, what was filled in, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    CheckboxesElement,
    DateTimePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticMultiSelectElement,
    UrlInputElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from bot.blocks import (
    HOLD,
    MOVED,
    account_name,
    button,
    service_name,
    shorten,
    small,
    when_text,
)
from bot.guard import FieldErrors
from bot.mrkdwn import escape
from bot.people import (
    Desk,
    Typed,
)
from bot.when import When, WhenError, understand
from buffer import text as texts
from buffer.model import Json, Position, Profile

ID = "compose"
TEXT, PROFILES, POSITION, WHEN, PICKER, PICTURE, ALT, ANYWAY = (
    "text",
    "profiles",
    "position",
    "when",
    "picker",
    "picture",
    "alt",
    "anyway",
)
TYPED_TIME, PREVIEW = "compose_when", "compose_preview"
AT = "at"
POSITIONS = {
    Position.QUEUE.value: "In the queue, at the next free time",
    Position.TOP.value: "At the top of the queue",
    Position.NOW.value: f"Now (with {HOLD.seconds} seconds to undo)",
    AT: "At a time of its own:",
}
MOST_TEXT = 3000  # what Slack's text input holds (docs.slack.dev/reference/block-kit, 2026-11)
# -- view


def view(
    typed: Typed,
    profiles: Sequence[Profile],
    *,
    origin: str = "",
    notes: Sequence[str] = (),
    duplicate: bool = False,
) -> View:
    """The form, filled in with what is known; `notes` are the preview."""
    return View(
        type="modal",
        callback_id=ID,
        title="Write a post",
        submit="Add",
        close="Cancel",
        private_metadata=origin,
        blocks=[
            _text_input(typed),
            _profiles_input(typed, profiles),
            _position_input(typed),
            *_time_inputs(typed),
            *_picture_inputs(typed),
            *([_anyway_input()] if duplicate else []),
            ActionsBlock(block_id="look", elements=[button("Preview", PREVIEW, "preview")]),
            *(small(line) for line in notes),
        ],
    )


def _text_input(typed: Typed) -> Block:
    return InputBlock(
        block_id=TEXT,
        label="Text",
        element=PlainTextInputElement(
            action_id=TEXT,
            multiline=True,
            max_length=MOST_TEXT,
            initial_value=typed.text[:MOST_TEXT] or None,
            placeholder="What should be posted?",
        ),
    )


def _profiles_input(typed: Typed, profiles: Sequence[Profile]) -> Block:
    options = [
        Option(text=shorten(f"{account_name(p)} ({service_name(p.service)})", 75), value=p.id)
        for p in profiles[:100]
    ]
    chosen = [option for option in options if option.value in typed.profile_ids]
    return InputBlock(
        block_id=PROFILES,
        label="Profiles",
        element=StaticMultiSelectElement(
            action_id=PROFILES,
            placeholder="Where should it go?",
            options=options,
            initial_options=chosen or None,
        ),
    )


def _position_input(typed: Typed) -> Block:
    options = {value: Option(text=label, value=value) for value, label in POSITIONS.items()}
    chosen = AT if typed.when or typed.at else typed.position
    return InputBlock(
        block_id=POSITION,
        label="When",
        element=RadioButtonsElement(
            action_id=POSITION, options=list(options.values()), initial_option=options[chosen]
        ),
    )


def _time_inputs(typed: Typed) -> list[Block]:
    at = typed.scheduled_at if not typed.when else None
    return [
        InputBlock(
            block_id=WHEN,
            label="Time, in words",
            hint="Like “tomorrow 9am”, “friday 17:00” or “in 2 hours”. Press Enter to see how it is understood.",
            optional=True,
            dispatch_action=True,
            element=PlainTextInputElement(
                action_id=TYPED_TIME,
                initial_value=typed.when or None,
                max_length=100,
                placeholder="tomorrow 9am",
                dispatch_action_config=DispatchActionConfig(
                    trigger_actions_on=["on_enter_pressed"]
                ),
            ),
        ),
        InputBlock(
            block_id=PICKER,
            label="… or from the calendar",
            optional=True,
            element=DateTimePickerElement(
                action_id=PICKER, initial_date_time=int(at.timestamp()) if at else None
            ),
        ),
    ]


def _picture_inputs(typed: Typed) -> list[Block]:
    return [
        InputBlock(
            block_id=PICTURE,
            label="Address of a picture",
            optional=True,
            element=UrlInputElement(
                action_id=PICTURE,
                initial_value=typed.picture or None,
                placeholder="https://example.com/picture.jpg",
            ),
        ),
        InputBlock(
            block_id=ALT,
            label="What the picture shows, for those who cannot see it",
            optional=True,
            element=PlainTextInputElement(
                action_id=ALT, initial_value=typed.alt_text or None, max_length=1000
            ),
        ),
    ]


def _anyway_input() -> Block:
    option = Option(text="Add it although the same text is there already", value=ANYWAY)
    return InputBlock(
        block_id=ANYWAY,
        label="The same text is already waiting, or went out today",
        optional=True,
        element=CheckboxesElement(action_id=ANYWAY, options=[option]),
    )


def preview(typed: Typed, profiles: Mapping[str, Profile], desk: Desk) -> list[str]:
    """How long it is for each network, and when it goes out as understood."""
    lines = [_counted(typed.text, profiles[id], desk) for id in typed.profile_ids if id in profiles]
    if typed.when or typed.at:
        try:
            at, notes = instant(typed, desk)
            profile = profiles.get(next(iter(typed.profile_ids), ""))
            lines.append(f":clock3: Goes out {when_text(at, desk.zone(profile))}")
            lines += [*notes, *desk.zone_note(profile)]
        except FieldErrors as errors:
            lines += [f":warning: {escape(words)}" for words in errors.errors.values()]
    else:
        lines.append(f":clock3: {POSITIONS[typed.position]}")
    return lines


def _counted(text: str, profile: Profile, desk: Desk) -> str:
    network = desk.networks.get(profile.service)
    who = f"*{escape(account_name(profile))}*"
    if network is None:
        return f"{who}: {len(text):,} characters"
    limits = network.limits(profile)
    used = texts.length(text, limits)
    over = used - limits.characters
    if over > 0:
        return f":warning: {who}: {used:,} of {limits.characters:,} characters, {over:,} too many"
    return f"{who}: {used:,} of {limits.characters:,} characters"


# -- read


def read(state: Json) -> Typed:
    """The form as it was filled in. Raises FieldErrors where it contradicts itself."""
    typed = glance(state)
    chosen = _value(state, POSITION, POSITION, "selected_option") or {}
    timed = chosen.get("value") == AT
    if typed.when and typed.at:
        raise FieldErrors({PICKER: "Give the time once: in words, or from the calendar."})
    if timed and not (typed.when or typed.at):
        raise FieldErrors({WHEN: "Which time? Type it here, or choose it from the calendar."})
    if not timed and (typed.when or typed.at):
        field = WHEN if typed.when else PICKER
        raise FieldErrors({field: "Choose “At a time of its own” above, or empty this."})
    if not typed.text.strip() and not typed.picture:
        raise FieldErrors({TEXT: "There is nothing to post yet."})
    return typed


def glance(state: Json) -> Typed:
    """The form as it stands, contradictions and all: for a preview."""
    options = _value(state, PROFILES, PROFILES, "selected_options") or []
    position = (_value(state, POSITION, POSITION, "selected_option") or {}).get("value", "")
    picked = _value(state, PICKER, PICKER, "selected_date_time")
    return Typed(
        text=str(_value(state, TEXT, TEXT, "value") or ""),
        profile_ids=tuple(option["value"] for option in options),
        position=position if position in list(Position) else Position.QUEUE.value,
        when=str(_value(state, WHEN, TYPED_TIME, "value") or "").strip(),
        at=datetime.fromtimestamp(picked, UTC).isoformat() if picked else "",
        picture=str(_value(state, PICTURE, PICTURE, "value") or ""),
        alt_text=str(_value(state, ALT, ALT, "value") or ""),
    )


def wants_duplicate(state: Json) -> bool:
    return bool(_value(state, ANYWAY, ANYWAY, "selected_options"))


def _value(state: Json, block: str, action: str, key: str) -> Any:
    element: Json = state.get("values", {}).get(block, {}).get(action, {})
    return element.get(key)


def instant(typed: Typed, desk: Desk) -> tuple[datetime, list[str]]:
    """When it goes out, with what should be said about that. Raises FieldErrors."""
    if typed.scheduled_at:
        if typed.scheduled_at <= desk.now:
            raise FieldErrors({PICKER: "This time has passed. Choose a later one."})
        return typed.scheduled_at, []
    when = _understood(typed, desk)
    return when.at, [MOVED] if when.moved else []


def _understood(typed: Typed, desk: Desk) -> When:
    first = desk.known().get(next(iter(typed.profile_ids), ""))
    try:
        return understand(typed.when, desk.now, desk.zone(first), desk.person().locale)
    except WhenError as error:
        raise FieldErrors({WHEN: str(error)}) from error
