"""What shared buttons are called: their ids, which never change, and their labels."""

from __future__ import annotations

from datetime import timedelta

UNDO, UNSHARE, TOP, SHARE, EDIT, CHANGE_TIME, REQUEUE, DELETE, PAUSE, RESUME = (
    "undo",
    "unshare",
    "top",
    "share_now",
    "edit",
    "change_time",
    "back_to_queue",
    "delete",
    "pause",
    "resume",
)
POSTING_TIMES = "posting_times"
MENU = "update_menu"
EDIT_DRAFT = "edit_draft"
HOLD = timedelta(seconds=10)
"""How long a post that is shared from Slack can be called back."""

LABELS = {
    TOP: "Top",
    SHARE: "Share now",
    UNSHARE: "Undo: not now",
    EDIT: "Edit",
    CHANGE_TIME: "Change time",
    REQUEUE: "Back to the queue",
    DELETE: "Delete",
}
MOVED = "Clocks change on that day and skip the time you typed, so it moved forward."
