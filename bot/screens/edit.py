"""Windows to change what waits: its text, its time, or that it is there at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.models.blocks import (
    Block,
    DateTimePickerElement,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.blocks import (
    CHANGE_TIME,
    DELETE,
    EDIT,
    MENU,
    MOVED,
    place_of,
    plain_when,
    pressed,
    shorten,
    small,
    targets,
    when_text,
    words,
)
from bot.guard import FieldErrors, Redraw, guard, open_view
from bot.people import Desk, Origin, keep_origin, recall_origin
from bot.when import WhenError, understand
from buffer.errors import Code, Refused
from buffer.model import HELD, PENDING, Json, Update
from buffer.model import Edit as Change

ID, DELETE_ID = "edit", "delete"
TEXT, WHEN, PICKER = "text", "when", "picker"
MOST_TEXT = 3000

# -- view


def view(updates: Sequence[Update], zone: str, origin: str, *, only_time: bool = False) -> View:
    """Text and time of a post; both stay as they are unless they are changed."""
    first = updates[0]
    due = when_text(first.due_at, zone) if first.due_at else "no time yet"
    return View(
        type="modal",
        callback_id=ID,
        title="Change time" if only_time else "Edit",
        submit="Save",
        close="Cancel",
        private_metadata=origin,
        blocks=[
            *([_shown(first)] if only_time else [_text_input(first)]),
            small(f"As it stands: {due}."),
            *_time_inputs(required=only_time),
        ],
    )


def delete_view(updates: Sequence[Update], origin: str) -> View:
    return View(
        type="modal",
        callback_id=DELETE_ID,
        title="Delete this post?",
        submit="Delete",
        close="Keep it",
        private_metadata=origin,
        blocks=[_shown(updates[0]), small("It will be gone for good.")],
    )


def _shown(update: Update) -> Block:
    return SectionBlock(text=PlainTextObject(text=shorten(words(update), 1500), emoji=False))


def _text_input(update: Update) -> Block:
    return InputBlock(
        block_id=TEXT,
        label="Text",
        optional=bool(update.media),
        element=PlainTextInputElement(
            action_id=TEXT,
            multiline=True,
            max_length=MOST_TEXT,
            initial_value=update.text[:MOST_TEXT] or None,
        ),
    )


def _time_inputs(*, required: bool) -> list[Block]:
    return [
        InputBlock(
            block_id=WHEN,
            label="New time, in words" if required else "New time, in words (empty: as it is)",
            hint="Like “tomorrow 9am”, “friday 17:00” or “in 2 hours”.",
            optional=True,
            element=PlainTextInputElement(
                action_id=WHEN, max_length=100, placeholder="tomorrow 9am"
            ),
        ),
        InputBlock(
            block_id=PICKER,
            label="… or from the calendar",
            optional=True,
            element=DateTimePickerElement(action_id=PICKER),
        ),
    ]


# -- read


def read(view: Json, desk: Desk, zone: str) -> tuple[Change, list[str]]:
    """What is to change, and what should be said about it. Raises FieldErrors."""
    values: Json = view["state"]["values"]
    text = values.get(TEXT, {}).get(TEXT, {}).get("value")
    at, notes = _time(values, desk, zone)
    if TEXT not in values and at is None:
        raise FieldErrors({WHEN: "Which time? Type it here, or choose it from the calendar."})
    return Change(text=(text or "") if TEXT in values else None, scheduled_at=at), notes


def _time(values: Json, desk: Desk, zone: str) -> tuple[datetime | None, list[str]]:
    typed = str(values[WHEN][WHEN].get("value") or "").strip()
    picked = values[PICKER][PICKER].get("selected_date_time")
    if typed and picked:
        raise FieldErrors({PICKER: "Give the time once: in words, or from the calendar."})
    if not typed:
        return (_still_ahead(picked, desk, zone) if picked else None), []
    try:
        when = understand(typed, desk.now, zone, desk.person().locale)
    except WhenError as error:
        raise FieldErrors({WHEN: str(error)}) from error
    return when.at, [MOVED] if when.moved else []


def _still_ahead(picked: int, desk: Desk, zone: str) -> datetime:
    at = datetime.fromtimestamp(picked, UTC)
    if at <= desk.now:
        raise FieldErrors({PICKER: f"{plain_when(at, zone)} has passed. Choose a later time."})
    return at


# -- listeners


def on_open(ack: Ack, body: Json, action: Json, desk: Desk, before_ack: WebClient) -> None:
    verb, value = pressed(action)
    place = place_of(body, action)
    updates = _changeable(desk, place, value)
    origin = keep_origin(
        desk, Origin(place=place, value=value, response_url=body.get("response_url", ""))
    )
    zone = desk.zone(desk.profiles().get(updates[0].profile_id))
    if verb == DELETE:
        window = delete_view(updates, origin)
    else:
        window = view(updates, zone, origin, only_time=verb == CHANGE_TIME)
    open_view(before_ack, body["trigger_id"], window)
    ack()


def on_save(ack: Ack, body: Json, desk: Desk, redraw: Redraw) -> None:
    origin = recall_origin(desk, body["view"]["private_metadata"])
    updates = _changeable(desk, origin.place, origin.value)
    zone = desk.zone(desk.profiles().get(updates[0].profile_id))
    change, notes = read(body["view"], desk, zone)
    desk.queue.edit(*(update.id for update in updates), edit=change)
    ack()
    redraw(origin.place, response_url=origin.response_url, notes=notes)


def on_delete(ack: Ack, body: Json, desk: Desk, redraw: Redraw) -> None:
    origin = recall_origin(desk, body["view"]["private_metadata"])
    desk.queue.destroy(*targets(desk, origin.place, origin.value))
    ack()
    redraw(origin.place, response_url=origin.response_url)


def _changeable(desk: Desk, place: str, value: str) -> list[Update]:
    if not place:
        raise Refused("This window is more than a day old. Close it and open a new one.")
    updates = [desk.queue.update(id) for id in targets(desk, place, value)]
    if not all(update.state in PENDING | HELD for update in updates):
        raise Refused(
            "It is no longer waiting: it is on its way or out, so it cannot be changed here.",
            Code.UPDATE_NOT_SAVED,
        )
    return updates


def opens_a_window(action: Json) -> bool:
    """Of a menu's choices those that need a window."""
    return pressed(action)[0] in (EDIT, CHANGE_TIME, DELETE)


def register(app: App) -> None:
    app.action(EDIT)(guard(on_open))
    app.action(CHANGE_TIME)(guard(on_open))
    app.action(MENU, matchers=[opens_a_window])(guard(on_open))
    app.view(ID)(guard(on_save))
    app.view(DELETE_ID)(guard(on_delete))
