"""What a press means: the verb, the place it was pressed in, the updates it is about."""

from __future__ import annotations

from bot.people import Desk
from buffer.model import HELD, PENDING, Json


def pressed(action: Json) -> tuple[str, str]:
    """Which verb was meant and what the element carries, for a button or a choice of a menu."""
    if action.get("selected_option"):
        verb, _, value = str(action["selected_option"]["value"]).partition(":")
        return verb, value
    return str(action["action_id"]), str(action.get("value") or "")


def place_of(body: Json, action: Json) -> str:
    """The name of the place where it was pressed, for drawing it anew."""
    view = body.get("view") or {}
    if view.get("type") == "home":
        return str(view.get("private_metadata") or "home")
    block_id = str(action.get("block_id", ""))
    return block_id.split("#")[0] if "|" in block_id else f"update|{pressed(action)[1]}"


def targets(desk: Desk, place: str, value: str) -> list[str]:
    """The ids of the updates a press is about: of a post all that still wait. Raises Refused when it is gone."""
    if place != f"post|{value}":
        return [value]
    updates = desk.queue.post(value)
    waiting = [update.id for update in updates if update.state in PENDING | HELD]
    return waiting or [update.id for update in updates]
