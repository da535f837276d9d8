"""views.*: modals and Home tabs; blocks.validate."""

from playground import limits
from playground.errors import Payload, SlackError
from playground.modals import Sheet
from playground.web_api.call import Call, Method, Slack


def open_view(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/views.open (2026-11)."""
    view = _view(call, "modal")
    trigger = slack.triggers.redeem(_trigger(call))
    return _answer(slack.modals.open(trigger.user, view, trigger.channel))


def push(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/views.push: the trigger is of the modal (2026-11)."""
    view = _view(call, "modal")
    trigger = slack.triggers.redeem(_trigger(call))
    under = slack.modals.find(view_id=trigger.view_id)
    if under is None or under.view["type"] != "modal":
        raise SlackError("invalid_trigger_id")
    return _answer(slack.modals.push(trigger.user, view, under))


def update(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/views.update (2026-11)."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", ["view_id or external_id is needed"])
    view = _view(call)
    sheet = slack.modals.find(view_id=view_id or None, external_id=external_id or None)
    if sheet is None:
        raise SlackError("not_found")
    if view["type"] != sheet.view["type"]:
        raise SlackError("invalid_arguments", ["the type of a view cannot change"])
    return _answer(slack.modals.update(sheet, view, call.text("hash") or None))


def publish(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/views.publish (2026-11)."""
    call.needs("user_id")
    view = _view(call, "home")
    person = slack.workspace.people.get(call.text("user_id"))
    if person is None or person.is_bot:
        raise SlackError("invalid_arguments", ["there is no such user"])
    return _answer(slack.modals.publish(person.id, view, call.text("hash") or None))


def validate(slack: Slack, call: Call) -> Payload:
    """docs.slack.dev/reference/methods/blocks.validate (2026-11)."""
    limits.check_blocks(limits.parsed(call.arguments.get("blocks"), "invalid_blocks_format"))
    return {}


def _trigger(call: Call) -> str:
    return call.text("trigger_id") or call.text("interactivity_pointer")


def _view(call: Call, surface: str | None = None) -> Payload:
    view = call.json("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view"])
    limits.check_view(view)
    if surface and view["type"] != surface:
        raise SlackError("invalid_arguments", [f"this method takes a {surface} view"])
    return view


def _answer(sheet: Sheet) -> Payload:
    return {"view": sheet.for_bot()}


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
    "blocks.validate": validate,
}
