"""The composer's form: how it looks, what was filled in, and what that comes to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    StaticSelectElement,
    UrlInputElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot.blocks import (
    HOLD,
    MOVED,
    account_name,
    button,
    profile_options,
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
from buffer import series
from buffer import text as texts
from buffer.model import LANGUAGE, VISIBILITY, WARNING, Json, Position, Profile
from buffer.ports import Feature

ID = "compose"
TEXT, PROFILES, POSITION, WHEN, PICKER, PICTURE, ALT, ANYWAY, FILES, TAKEN = (
    "text",
    "profiles",
    "position",
    "when",
    "picker",
    "picture",
    "alt",
    "anyway",
    "files",
    "taken",
)
SERIES = "series"
TYPED_TIME, PREVIEW, MORE = "compose_when", "compose_preview", "compose_more"
AT = "at"
POSITIONS = {
    Position.QUEUE.value: "In the queue, at the next free time",
    Position.TOP.value: "At the top of the queue",
    Position.NOW.value: f"Now (with {HOLD.seconds} seconds to undo)",
    AT: "At a time of its own:",
}
SEEN_BY = {
    "public": "Everybody",
    "unlisted": "Everybody, but in no public list",
    "private": "Followers only",
}
FILE_TYPES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
}
MOST_FILES, MOST_FILE = 10, 10_000_000
MOST_ALT = 3000
MOST_TEXT = 3000  # what Slack's text input holds (docs.slack.dev/reference/block-kit, 2026-11)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What the profiles' networks know beside text, time and the address of a picture. `taken`: the pictures of the
    message that the post begins with, as (id, name, what it shows)."""

    files: bool = False
    series: bool = False
    options: frozenset[str] = frozenset()
    taken: tuple[tuple[str, str, str], ...] = ()


def offer_for(desk: Desk, taken: tuple[tuple[str, str, str], ...] = ()) -> Offer:
    """What any of the profiles can do; what one of them cannot is told when it is chosen."""
    limits = [
        network.limits(profile)
        for profile in desk.known().values()
        if (network := desk.networks.get(profile.service))
    ]
    takes = Feature.FILES in desk.queue.features
    return Offer(
        files=takes and any(each.images for each in limits),
        series=any(each.threads for each in limits),
        options=frozenset().union(*(each.options for each in limits)) if takes else frozenset(),
        taken=taken if takes else (),
    )


# -- view


def view(
    typed: Typed,
    profiles: Sequence[Profile],
    *,
    offer: Offer = Offer(),
    origin: str = "",
    notes: Sequence[str] = (),
    duplicate: bool = False,
    more: bool = False,
) -> View:
    """The form, filled in with what is known; `notes` are the preview, `more` shows what few posts need."""
    row = [button("Preview", PREVIEW, "preview")]
    if (offer.options or offer.series) and not more:
        row.append(button("More options", MORE, "more"))
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
            *_file_inputs(typed, offer),
            *_picture_inputs(typed, offer),
            *(_more_inputs(typed, offer) if more else []),
            *([_anyway_input()] if duplicate else []),
            ActionsBlock(block_id="look", elements=row),
            *(small(line) for line in notes),
        ],
    )


def _text_input(typed: Typed) -> Block:
    return InputBlock(
        block_id=TEXT,
        label="Text",
        optional=True,  # a picture may be all there is
        element=PlainTextInputElement(
            action_id=TEXT,
            multiline=True,
            max_length=MOST_TEXT,
            initial_value=typed.text[:MOST_TEXT] or None,
            placeholder="What should be posted?",
        ),
    )


def _profiles_input(typed: Typed, profiles: Sequence[Profile]) -> Block:
    options = profile_options(profiles)
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


def _file_inputs(typed: Typed, offer: Offer) -> list[Block]:
    if not offer.files:
        return []
    blocks: list[Block] = []
    if offer.taken:
        chosen = {id for id, _, _ in typed.files}
        options = [Option(text=shorten(name or id, 75), value=id) for id, name, _ in offer.taken]
        blocks.append(
            InputBlock(
                block_id=TAKEN,
                label="Pictures of the message",
                optional=True,
                element=CheckboxesElement(
                    action_id=TAKEN,
                    options=options,
                    initial_options=[each for each in options if each.value in chosen] or None,
                ),
            )
        )
    element = FileInputElement(
        action_id=FILES, filetypes=["png", "jpg", "jpeg", "gif", "webp"], max_files=MOST_FILES
    )
    blocks.append(InputBlock(block_id=FILES, label="Pictures", optional=True, element=element))
    return blocks


def _more_inputs(typed: Typed, offer: Offer) -> list[Block]:
    blocks: list[Block] = []
    if offer.series:
        option = Option(text="Divide it into several posts, as a thread", value=SERIES)
        blocks.append(
            InputBlock(
                block_id=SERIES,
                label="If the text is too long for one post",
                hint="Or divide it yourself, by lines of three dashes: ---",
                optional=True,
                element=CheckboxesElement(
                    action_id=SERIES,
                    options=[option],
                    initial_options=[option] if typed.series else None,
                ),
            )
        )
    if WARNING in offer.options:
        blocks.append(
            _option_input(
                typed, WARNING, "Content warning", "What readers see before they open it.", 200
            )
        )
    if VISIBILITY in offer.options:
        options = {value: Option(text=text, value=value) for value, text in SEEN_BY.items()}
        blocks.append(
            InputBlock(
                block_id=VISIBILITY,
                label="Who sees it",
                optional=True,
                element=StaticSelectElement(
                    action_id=VISIBILITY,
                    placeholder="As the account has it",
                    options=list(options.values()),
                    initial_option=options.get(typed.options.get(VISIBILITY, "")),
                ),
            )
        )
    if LANGUAGE in offer.options:
        hint = "Two or three letters, such as en or de; empty: as the account has it."
        blocks.append(_option_input(typed, LANGUAGE, "Language", hint, 3))
    return blocks


def _option_input(typed: Typed, name: str, label: str, hint: str, most: int) -> Block:
    return InputBlock(
        block_id=name,
        label=label,
        hint=hint,
        optional=True,
        element=PlainTextInputElement(
            action_id=name, max_length=most, initial_value=typed.options.get(name) or None
        ),
    )


def _picture_inputs(typed: Typed, offer: Offer) -> list[Block]:
    many = offer.files
    label = "What the picture shows, for those who cannot see it"
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
            label="What the pictures show, for those who cannot see them" if many else label,
            hint="A line for each, in order; the one with an address comes first."
            if many
            else None,
            optional=True,
            element=PlainTextInputElement(
                action_id=ALT,
                initial_value=typed.alt_text or None,
                max_length=MOST_ALT,
                multiline=many,
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
    lines = [_counted(typed, profiles[id], desk) for id in typed.profile_ids if id in profiles]
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


def _counted(typed: Typed, profile: Profile, desk: Desk) -> str:
    network = desk.networks.get(profile.service)
    who = f"*{escape(account_name(profile))}*"
    if network is None:
        return f"{who}: {len(typed.text):,} characters"
    limits = network.limits(profile)
    text = series.divided(typed.text, limits) if typed.series else typed.text
    parts = series.parts(text, limits)
    if len(parts) > 1:
        sizes = ", ".join(f"{texts.length(part, limits):,}" for part in parts)
        too_long = any(not texts.fits(part, limits) for part in parts)
        sign = ":warning: " if too_long else ""
        return f"{sign}{who}: a thread of {len(parts)}: {sizes} of {limits.characters:,} characters"
    used = texts.length(text, limits)
    over = used - limits.characters
    if over > 0:
        hint = " (*More options* can divide it)" if limits.threads else ""
        many = f"{used:,} of {limits.characters:,} characters, {over:,} too many"
        return f":warning: {who}: {many}{hint}"
    return f"{who}: {used:,} of {limits.characters:,} characters"


# -- read


def read(state: Json, offer: Offer = Offer()) -> Typed:
    """The form as it was filled in. Raises FieldErrors where it contradicts itself."""
    typed = glance(state, offer)
    chosen = _value(state, POSITION, POSITION, "selected_option") or {}
    timed = chosen.get("value") == AT
    if typed.when and typed.at:
        raise FieldErrors({PICKER: "Give the time once: in words, or from the calendar."})
    if timed and not (typed.when or typed.at):
        raise FieldErrors({WHEN: "Which time? Type it here, or choose it from the calendar."})
    if not timed and chosen.get("value") != Position.QUEUE and (typed.when or typed.at):
        field = WHEN if typed.when else PICKER
        raise FieldErrors({field: "Choose “At a time of its own” above, or empty this."})
    if not typed.text.strip() and not typed.picture and not typed.files:
        raise FieldErrors({TEXT: "There is nothing to post yet."})
    if wrong := _wrong_file(state):
        raise FieldErrors({FILES: wrong})
    language = typed.options.get(LANGUAGE, "")
    if language and not re.fullmatch(r"[a-z]{2,3}", language):
        raise FieldErrors({LANGUAGE: "A language is two or three letters, such as en or de."})
    return typed


def _wrong_file(state: Json) -> str:
    """What is wrong with a file that was chosen, told before anybody fetches it."""
    for file in _value(state, FILES, FILES, "files") or []:
        name = str(file.get("name") or "A file")
        if file.get("mimetype") not in FILE_TYPES:
            return f"“{name}” is no picture: PNG, JPEG, GIF and WebP can be posted."
        if int(file.get("size") or 0) > MOST_FILE:
            return f"“{name}” is larger than 10 MB."
    return ""


def glance(state: Json, offer: Offer = Offer()) -> Typed:
    """The form as it stands, contradictions and all: for a preview. `offer` knows the pictures it may name."""
    options = _value(state, PROFILES, PROFILES, "selected_options") or []
    position = (_value(state, POSITION, POSITION, "selected_option") or {}).get("value", "")
    picked = _value(state, PICKER, PICKER, "selected_date_time")
    picture = str(_value(state, PICTURE, PICTURE, "value") or "").strip()
    alt_text = str(_value(state, ALT, ALT, "value") or "")
    return Typed(
        text=str(_value(state, TEXT, TEXT, "value") or ""),
        profile_ids=tuple(option["value"] for option in options),
        position=position if position in list(Position) else Position.QUEUE.value,
        when=str(_value(state, WHEN, TYPED_TIME, "value") or "").strip(),
        at=datetime.fromtimestamp(picked, UTC).isoformat() if picked else "",
        picture=picture,
        alt_text=alt_text,
        files=_files(state, offer, alt_text.split("\n")[1 if picture else 0 :]),
        options=_options(state),
        series=bool(_value(state, SERIES, SERIES, "selected_options")),
    )


def _files(state: Json, offer: Offer, lines: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """Those of the message that are still chosen, then the new ones; each with its line, else with what Slack has."""
    chosen = {each["value"] for each in _value(state, TAKEN, TAKEN, "selected_options") or []}
    found = [each for each in offer.taken if each[0] in chosen]
    found += [_file(each) for each in _value(state, FILES, FILES, "files") or []]
    shows = [*(line.strip() for line in lines), *[""] * len(found)]
    return tuple(
        (id, name, line or known) for (id, name, known), line in zip(found, shows, strict=False)
    )


def _file(file: Json) -> tuple[str, str, str]:
    return str(file["id"]), str(file.get("name") or ""), str(file.get("alt_txt") or "")


def pictures_of(message: Json) -> tuple[tuple[str, str, str], ...]:
    """The pictures of a message, as (id, name, what it shows)."""
    files = message.get("files") or []
    return tuple(_file(each) for each in files if each.get("mimetype") in FILE_TYPES)


def _options(state: Json) -> dict[str, str]:
    visibility = (_value(state, VISIBILITY, VISIBILITY, "selected_option") or {}).get("value")
    found = {
        WARNING: str(_value(state, WARNING, WARNING, "value") or "").strip(),
        VISIBILITY: str(visibility or ""),
        LANGUAGE: str(_value(state, LANGUAGE, LANGUAGE, "value") or "").strip().lower(),
    }
    return {name: value for name, value in found.items() if value}


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
