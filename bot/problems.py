"""The buttons under a problem, wherever it is shown: in a message of the bot, in an answer, on Home."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt import Ack, App, Respond

from bot.guard import After, Redraw, guard
from bot.notices import (
    PROBLEM_DELETE,
    PROBLEM_IS_OUT,
    PROBLEM_REQUEUE,
    PROBLEM_SEND_AGAIN,
    PROBLEM_SHARE,
    settled,
)
from bot.people import Desk
from buffer.model import Edit, Json
from buffer.ports import Queue


def share(queue: Queue, update_id: str) -> str:
    queue.share(update_id)
    return "is being sent now."


def requeue(queue: Queue, update_id: str) -> str:
    queue.edit(update_id, edit=Edit(to_queue=True))
    return "is back in the queue."


def delete(queue: Queue, update_id: str) -> str:
    queue.destroy(update_id)
    return "is deleted."


def is_out(queue: Queue, update_id: str) -> str:
    queue.confirm_sent(update_id)
    return "is out. Thank you for looking."


VERBS: dict[str, Callable[[Queue, str], str]] = {
    PROBLEM_SHARE: share,
    PROBLEM_REQUEUE: requeue,
    PROBLEM_DELETE: delete,
    PROBLEM_IS_OUT: is_out,
    PROBLEM_SEND_AGAIN: share,
}


def on_press(
    ack: Ack,
    action: Json,
    desk: Desk,
    respond: Respond,
    after: After,
    redraw: Redraw,
    refresh_home: Callable[[], None],
) -> None:
    """Do it. A place is drawn anew; a message of the bot becomes a line that says what was done, and by whom."""
    update = desk.queue.update(action["value"])
    profile = desk.queue.profile(update.profile_id)
    became = VERBS[action["action_id"]](desk.queue, update.id)
    ack()
    if place := action["block_id"].rpartition("#")[0]:
        redraw(place)
    else:
        said = settled(update, profile, became, by=desk.user_id)
        after(respond, replace_original=True, **said.payload())
        refresh_home()


def register(app: App) -> None:
    for action_id in VERBS:
        app.action(action_id)(guard(on_press))
