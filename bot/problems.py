"""The buttons under a problem's own message: they do it, and the message becomes a line that says who did what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from slack_bolt import Ack, App, Respond
from slack_sdk.models.blocks import ActionsBlock

from bot.blocks import HOLD, UNSHARE, button
from bot.guard import After, guard
from bot.message import Message
from bot.notices import (
    PROBLEM,
    PROBLEM_DELETE,
    PROBLEM_IS_OUT,
    PROBLEM_REQUEUE,
    PROBLEM_SEND_AGAIN,
    PROBLEM_SHARE,
    is_problem,
    settled,
)
from bot.people import Desk
from buffer.model import Edit, Json, Profile, State, Update
from buffer.ports import Queue

HERE = re.compile(f"^{PROBLEM}#")
GOES_OUT = f"goes out, unless it is undone within {HOLD.seconds} seconds."


def share(queue: Queue, update_id: str) -> str:
    queue.share(update_id, hold=HOLD)
    return GOES_OUT


def requeue(queue: Queue, update_id: str) -> str:
    queue.edit(update_id, edit=Edit(to_queue=True))
    return "is back in the queue."


def delete(queue: Queue, update_id: str) -> str:
    queue.destroy(update_id)
    return "is deleted."


def is_out(queue: Queue, update_id: str) -> str:
    queue.confirm_sent(update_id)
    return "is out. Thank you for looking."


ALREADY = {
    State.DRAFT: "is a draft",
    State.QUEUED: "waits in the queue",
    State.SCHEDULED: "waits for its time",
    State.SENDING: "is on its way",
    State.SENT: "is out",
}

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
    refresh_home: Callable[[], None],
) -> None:
    update = desk.queue.update(action["value"])
    profile = desk.queue.profile(update.profile_id)
    if is_open(update, action["action_id"]):
        became = VERBS[action["action_id"]](desk.queue, update.id)
        said = outcome(update, profile, became, by=desk.user_id)
    else:  # somebody was faster, by the other copy of this message
        said = settled(update, profile, f"is settled already: it {ALREADY[update.state]}.", by="")
    ack()
    after(respond, replace_original=True, **said.payload())
    refresh_home()


def is_open(update: Update, verb: str) -> bool:
    """Whether a press still means something: the same press may come twice, and it stands under two messages."""
    if is_problem(update):
        return True
    if verb == PROBLEM_IS_OUT:
        return update.state is State.SENT
    return update.is_pending and verb != PROBLEM_DELETE


def outcome(update: Update, profile: Profile, became: str, *, by: str) -> Message:
    """Who decided what; what is shared can be called back for a moment, as anywhere else."""
    said = settled(update, profile, became, by=by)
    if became != GOES_OUT:
        return said
    undo = ActionsBlock(
        block_id=f"update|{update.id}#row", elements=[button("Undo", UNSHARE, update.id)]
    )
    return replace(said, blocks=[*said.blocks, undo])


def register(app: App) -> None:
    """Before the screens, which take the same buttons wherever else they stand."""
    for action_id in VERBS:
        app.action({"action_id": action_id, "block_id": HERE})(guard(on_press))
