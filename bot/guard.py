"""Stands round every listener: an error becomes a sentence where the person is looking, never a timeout."""

from __future__ import annotations

import functools
import inspect
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Args, BoltContext
from slack_bolt.context.ack import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.views import View

from bot.blocks import given_back, last_page, note
from buffer.errors import Busy, Code, Promised, QueueError, Refused
from buffer.model import Json

log = logging.getLogger(__name__)

Listener = Callable[..., None]
After = Callable[..., None]
"""Calls a function with its arguments right after the ack, in another thread."""
Redraw = Callable[..., None]
"""Shows a place anew where the person pressed: `redraw("queue|PROFILE|1")`."""

FIELDS = {
    Code.IN_THE_PAST: "when",
    Code.PROFILE_NOT_FOUND: "profiles",
    Code.NO_ACCESS_TO_PROFILE: "profiles",
    Code.QUEUE_FULL: "profiles",
    Code.DUPLICATE: "text",
    Code.MISSING_PARAMETER: "text",
    Code.BAD_MEDIA_TYPE: "picture",
    Code.BAD_MEDIA_SIZE: "picture",
}
"""The block of a form that an error belongs to."""


class FieldErrors(Exception):
    """Mistakes in a form, by the block they are in."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


def guard(listener: Listener, *, guests: bool = False) -> Listener:
    """The listener, safe to register. Only with `guests` may a workspace's guests use it."""

    @functools.wraps(listener)
    def guarded(args: Args) -> None:
        try:
            if not guests and "event" not in args.body:
                args.context["person"]().may_write()
            call(listener, args)
        except Exception as error:  # the edge: whatever happens, the person gets an answer
            if "event" in args.body:
                raise
            answer(error, args.body, args.context)

    # Bolt looks through __wrapped__ for parameter names; guard itself needs all of them.
    del guarded.__wrapped__
    return guarded


def call(listener: Listener, args: Args) -> None:
    """Call a listener with what its parameters are named after: Bolt's own arguments, or the context's."""
    context = {"args": args, **args.context}
    own = {name: getattr(args, name, None) for name in _parameters(listener)}
    listener(**{name: context.get(name) if value is None else value for name, value in own.items()})


@functools.cache
def _parameters(listener: Listener) -> tuple[str, ...]:
    return tuple(inspect.signature(listener).parameters)


def open_view(client: WebClient, trigger_id: str, view: View) -> None:
    """Open a modal inside the ack path. Raises Busy, in words, when Slack does not."""
    try:
        client.views_open(trigger_id=trigger_id, view=view)
    except (SlackApiError, SlackClientError, OSError) as error:
        raise Busy(
            "Slack did not open the window in time. Nothing was saved; please try once more."
        ) from error


# -- answers


def answer(error: Exception, body: Json, context: BoltContext) -> None:
    """Acknowledge, and tell the person what is wrong in the place they are looking at."""
    ack = context.ack
    if body.get("type") == "view_submission":
        _in_form(error, body["view"], ack)
    elif "command" in body:
        message = note(sentence(error))
        back = [] if isinstance(error, Promised) else given_back(str(body.get("text") or ""))
        ack(text=message.text, blocks=[*message.blocks, *back])
    else:
        ack()
        _aside(sentence(error), body, context)


def sentence(error: Exception) -> str:
    """What the person reads. Only our own errors speak for themselves."""
    if isinstance(error, QueueError | FieldErrors) and str(error):
        return str(error)
    number = secrets.token_hex(4)
    log.error("a listener failed", exc_info=error, extra={"error_id": number})
    return (
        f"Something went wrong on our side (id {number}). What you typed is not lost. "
        "Look at the queue before you try again."
    )


def _in_form(error: Exception, view: Json, ack: Ack) -> None:
    if isinstance(error, Promised):
        ack(response_action="update", view=last_page(note(sentence(error))))
        return
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    errors = error.errors if isinstance(error, FieldErrors) else {}
    if not errors and fields and not isinstance(error, Refused):
        errors = {fields[0]: sentence(error)}
    elif not errors and isinstance(error, Refused):
        field = FIELDS.get(error.code, "")
        errors = {field: sentence(error)} if field in fields else {}
        errors = errors or ({fields[0]: sentence(error)} if fields else {})
    if errors:
        ack(response_action="errors", errors=errors)
    else:
        ack(response_action="update", view=last_page(note(sentence(error)), "That did not work"))


def _aside(words: str, body: Json, context: BoltContext) -> None:
    """After a press or a shortcut: beside the message it came from, else in a window of its own."""
    after: After = context.get("after") or _at_once
    message = note(words).payload()
    if body.get("response_url"):
        after(context["respond"], replace_original=False, response_type="ephemeral", **message)
    else:
        page = last_page(note(words), "That did not work")
        client: WebClient = context["client"]
        opens = client.views_push if _in_modal(body) else client.views_open
        after(opens, trigger_id=body.get("trigger_id"), view=page)


def _in_modal(body: Json) -> bool:
    return bool((body.get("view") or {}).get("type") == "modal")


def _at_once(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    function(*args, **kwargs)
