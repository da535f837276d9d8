"""What the bot's answer to a command, a press or a submission does, as Slack's client shows it."""

import json
from dataclasses import dataclass
from typing import Any

from playground import elements, limits
from playground.dispatch import Answer
from playground.errors import Payload, SlackError
from playground.modals import Modals, Sheet
from playground.posts import Posts
from playground.workspace import Entry, Workspace

# What Slack's client shows over a modal whose submission failed.
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Acks:
    workspace: Workspace
    modals: Modals
    posts: Posts

    def command(self, echo: Entry, typed: str, answer: Answer) -> None:
        """`echo` is the line the person sees while they wait."""
        self.workspace.remove(echo)
        name = typed.split()[0]
        if not answer.arrived:
            self._failed(name, answer)
            self.workspace.toast(
                str(echo.only_for), f'{name} failed with the error "{answer.error}"'
            )
            return
        try:
            body = _message(answer)
            if body:
                limits.check_message(body)
                self._say(echo, typed, body)
        except SlackError as error:
            self.workspace.problem(f"the ack of {name}: {error}")
            self.workspace.toast(str(echo.only_for), f'{name} failed with the error "{error.code}"')

    def _say(self, echo: Entry, typed: str, body: Payload) -> None:
        if body.get("response_type") == "in_channel":
            self.posts.say(str(echo.only_for), echo.channel, typed)
            self.posts.post(echo.channel, body)
        else:
            self.posts.whisper(echo.channel, str(echo.only_for), body)

    def pressed(self, entry: Entry | None, user: str, answer: Answer) -> None:
        """Only whether this ack came matters: nobody sees its body."""
        with self.workspace.lock:
            if entry:
                entry.pending = max(0, entry.pending - 1)
            self.workspace.touch()
        if answer.arrived and answer.body.strip():
            self.workspace.problem(f"Slack ignores the body of this ack: {answer.body[:200]}")
        if not answer.arrived:
            self._failed("a block action", answer)
            self.workspace.toast(user, f'The action failed with the error "{answer.error}"')

    def shortcut(self, name: str, user: str, answer: Answer) -> None:
        if not answer.arrived:
            self._failed(f"the shortcut {name}", answer)
            self.workspace.toast(user, f'{name} failed with the error "{answer.error}"')

    def submitted(self, sheet: Sheet, answer: Answer) -> None:
        """docs.slack.dev/surfaces/modals#response_actions (2026-11)."""
        sheet.busy = False
        try:
            if not answer.arrived:
                self._failed(f"the submission of {sheet.view['callback_id']!r}", answer)
                raise SlackError(answer.error)
            body = _json(answer.body) if answer.body.strip() else {}
            self._respond(sheet, body)
        except SlackError as error:
            if answer.arrived:
                self.workspace.problem(f"the ack of {sheet.view['callback_id']!r}: {error}")
            self.workspace.toast(sheet.user, TROUBLE)
        finally:
            self.workspace.touch()

    def _respond(self, sheet: Sheet, body: Payload) -> None:
        match body.get("response_action"):
            case None:
                self.modals.close(sheet)
            case "clear":
                self.modals.clear(sheet.user)
            case "errors":
                sheet.errors = _errors(sheet, body.get("errors"))
                self.modals.store(sheet)
            case "update":
                self.modals.update(sheet, _modal(body.get("view")))
            case "push":
                self.modals.push(sheet.user, _modal(body.get("view")), sheet)
            case other:
                raise SlackError("invalid_arguments", [f"unknown response_action: {other}"])

    def _failed(self, what: str, answer: Answer) -> None:
        """A bot that is away is no mistake of its own; an error status is."""
        if answer.problem == "http_error":
            self.workspace.problem(f"{what} was answered with {answer.status}: {answer.body[:200]}")


def _message(answer: Answer) -> Payload | None:
    if not answer.body.strip():
        return None
    if answer.content_type == "application/json" or answer.body.lstrip().startswith("{"):
        return _json(answer.body)
    return {"text": answer.body}


def _json(body: str) -> Payload:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise SlackError("invalid_payload", [f"not JSON: {body[:80]}"]) from error
    if not isinstance(value, dict):
        raise SlackError("invalid_payload", ["not an object"])
    return value


def _modal(view: Any) -> Payload:
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise SlackError("invalid_arguments", ["a response_action needs a modal view"])
    limits.check_view(view)
    return view


def _errors(sheet: Sheet, errors: Any) -> dict[str, str]:
    asked = elements.inputs(sheet.blocks)
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_arguments", ["errors must name at least one block"])
    unknown = [id for id in errors if id not in asked]
    if unknown:
        raise SlackError("invalid_arguments", [f"not an input block of this view: {unknown}"])
    return {str(id): str(text) for id, text in errors.items()}
