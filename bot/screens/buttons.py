"""What the buttons and menus of a post or an update do, wherever they are shown; then that place is drawn anew."""

from __future__ import annotations

from collections.abc import Sequence

from slack_bolt import Ack, App
from slack_sdk.models.blocks import ActionsBlock, MarkdownTextObject, SectionBlock

from bot.blocks import (
    DELETE,
    EDIT_DRAFT,
    HOLD,
    MENU,
    PROBLEM_DELETE,
    PROBLEM_IS_OUT,
    PROBLEM_REQUEUE,
    PROBLEM_SEND_AGAIN,
    PROBLEM_SHARE,
    REQUEUE,
    SHARE,
    TOP,
    UNDO,
    UNSHARE,
    Message,
    button,
    given_back,
    place_of,
    post_message,
    pressed,
    targets,
)
from bot.guard import After, Redraw, guard
from bot.people import Desk, Typed, keep_typed
from buffer.errors import Code, Refused
from buffer.model import PENDING, Edit, Json, Update
from buffer.ports import Queue

SIMPLE = (TOP, SHARE, UNSHARE, REQUEUE, DELETE)
PROBLEMS = (PROBLEM_SHARE, PROBLEM_REQUEUE, PROBLEM_DELETE, PROBLEM_IS_OUT, PROBLEM_SEND_AGAIN)

# -- view


def draw_update(desk: Desk, update_id: str) -> Message:
    """One update as it is now, with its buttons."""
    update = desk.queue.update(update_id)
    profiles = desk.profiles()
    zone = desk.zone(profiles.get(update.profile_id))
    return post_message([update], profiles, zone, value=update.id)


def undone_message(updates: Sequence[Update], draft: str) -> Message:
    text = updates[0].text
    write_again = ActionsBlock(elements=[button("Write it again", EDIT_DRAFT, draft)])
    return Message(
        text="Undone: this will not go out.",
        blocks=[
            SectionBlock(text=MarkdownTextObject(text="*Undone:* this will not go out.")),
            *given_back(text),
            write_again,
        ],
    )


# -- what a verb does


def act(queue: Queue, verb: str, ids: Sequence[str]) -> None:
    match verb:
        case "top":
            queue.move_to_top(*ids)
        case "share_now" | "problem_share" | "problem_send_again":
            queue.share(*ids, hold=HOLD)
        case "unshare":
            queue.unshare(*ids)
        case "back_to_queue" | "problem_requeue":
            queue.edit(*ids, edit=Edit(to_queue=True))
        case "delete" | "problem_delete":
            queue.destroy(*ids)
        case "problem_is_out":
            queue.confirm_sent(ids[0])


# -- listeners


def on_press(ack: Ack, body: Json, action: Json, desk: Desk, redraw: Redraw) -> None:
    verb, value = pressed(action)
    place = place_of(body, action)
    act(desk.queue, verb, targets(desk, place, value))
    ack()
    redraw(place)


def on_undo(ack: Ack, body: Json, action: Json, desk: Desk, respond_with: After) -> None:
    place, value = place_of(body, action), str(action["value"])
    ids = targets(desk, place, value)
    updates = [desk.queue.update(id) for id in ids]
    if not all(update.state in PENDING for update in updates):
        raise Refused("Too late to undo: it is on its way or out.", Code.UPDATE_NOT_SAVED)
    kept = keep_typed(desk, _typed(updates))
    desk.queue.destroy(*ids)
    ack()
    respond_with(undone_message(updates, kept))


def _typed(updates: Sequence[Update]) -> Typed:
    first = updates[0]
    return Typed(
        text=first.text,
        whole=first.text,
        profile_ids=tuple(update.profile_id for update in updates),
        picture=first.media.own_picture,
        alt_text=first.media.alt_text,
        source=first.source,
    )


def is_simple(action: Json) -> bool:
    """Of a menu's choices those that need no window."""
    return pressed(action)[0] in (TOP, SHARE, UNSHARE, REQUEUE)


def register(app: App) -> None:
    for verb in (*SIMPLE, *PROBLEMS):
        app.action(verb)(guard(on_press))
    app.action(UNDO)(guard(on_undo))
    app.action(MENU, matchers=[is_simple])(guard(on_press))
