"""What each Block Kit element and composition object may hold. Pure: a table of rules.

Figures: docs.slack.dev/reference/block-kit/block-elements and …/composition-objects, and the
registry of `slackblocks` 3.0.0 (spec/limits.json), checked 2026-11.
"""

from collections.abc import Iterator

from playground.errors import Payload
from playground.rules import (
    Rule,
    also,
    anything,
    choice,
    complaint,
    flag,
    integer,
    items,
    shape,
    string,
    typed,
)

ID = string(255)
URL = string(3000)


def text(most: int, *kinds: str, least: int = 1) -> Rule:
    """A text object; plain_text only, unless kinds say otherwise."""
    fields = {"text": string(most, least=least)}
    allowed = {
        "plain_text": shape(must=fields, may={"type": anything, "emoji": flag}),
        "mrkdwn": shape(must=fields, may={"type": anything, "verbatim": flag}),
    }
    return typed({kind: allowed[kind] for kind in kinds or ("plain_text",)})


ANY_TEXT = ("plain_text", "mrkdwn")
PLACEHOLDER = text(150)
STYLE = choice("primary", "danger")
CONFIRM = shape(
    must={"title": text(100), "text": text(300, *ANY_TEXT), "confirm": text(30), "deny": text(30)},
    may={"style": STYLE},
)
WHEN_TYPED = shape(
    must={},
    may={"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 2)},
)
FILTER = shape(
    must={},
    may={
        "include": items(choice("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
SLACK_FILE = shape(must={}, may={"id": ID, "url": URL})


def option(*kinds: str, url: bool = False) -> Rule:
    may: dict[str, Rule] = {"description": text(75, *kinds)}
    if url:
        may["url"] = URL
    return shape(must={"text": text(75, *kinds), "value": string(150)}, may=may)


def element(must: dict[str, Rule] | None = None, /, **may: Rule) -> Rule:
    common = {"type": anything, "action_id": ID}
    return shape(must=must or {}, may={**common, **may})


def _options(value: Payload) -> list[Payload]:
    grouped = [o for group in value.get("option_groups") or [] for o in group.get("options") or []]
    return [*(value.get("options") or []), *grouped]


def _initial_is_offered(value: Payload, at: str) -> Iterator[str]:
    offered = _options(value)
    if value.get("initial_option") and value["initial_option"] not in offered:
        yield complaint("initial_option must be one of the options", f"{at}/initial_option")
    for index, chosen in enumerate(value.get("initial_options") or []):
        if chosen not in offered:
            yield complaint(
                "initial_options must be among the options", f"{at}/initial_options/{index}"
            )


def _options_or_groups(value: Payload, at: str) -> Iterator[str]:
    if bool(value.get("options")) == bool(value.get("option_groups")):
        yield complaint("must define either `options` or `option_groups`", at)
    yield from _initial_is_offered(value, at)


def _image_source(value: Payload, at: str) -> Iterator[str]:
    if bool(value.get("image_url")) == bool(value.get("slack_file")):
        yield complaint("must define either `image_url` or `slack_file`", at)


CHOICES = items(option(), 100)
GROUPS = items(shape(must={"label": text(75), "options": CHOICES}, may={}), 100)
PICK = {"placeholder": PLACEHOLDER, "confirm": CONFIRM, "focus_on_load": flag}
MANY = {**PICK, "max_selected_items": integer(1, 1000)}
STATIC = {"options": CHOICES, "option_groups": GROUPS}
TYPED = {"placeholder": PLACEHOLDER, "focus_on_load": flag, "dispatch_action_config": WHEN_TYPED}
LENGTHS = {"min_length": integer(0, 3000), "max_length": integer(1, 3000)}
IDS = items(ID, 100, least=0)

SELECTS: dict[str, Rule] = {
    "static_select": also(element(**PICK, **STATIC, initial_option=option()), _options_or_groups),
    "external_select": element(**PICK, initial_option=option(), min_query_length=integer(0, 1000)),
    "users_select": element(**PICK, initial_user=ID),
    "channels_select": element(**PICK, initial_channel=ID, response_url_enabled=flag),
    "conversations_select": element(
        **PICK,
        initial_conversation=ID,
        default_to_current_conversation=flag,
        response_url_enabled=flag,
        filter=FILTER,
    ),
    "multi_static_select": also(
        element(**MANY, **STATIC, initial_options=items(option(), 100)), _options_or_groups
    ),
    "multi_external_select": element(
        **MANY, initial_options=items(option(), 100), min_query_length=integer(0, 1000)
    ),
    "multi_users_select": element(**MANY, initial_users=IDS),
    "multi_channels_select": element(**MANY, initial_channels=IDS),
    "multi_conversations_select": element(
        **MANY, initial_conversations=IDS, default_to_current_conversation=flag, filter=FILTER
    ),
}
PICKERS: dict[str, Rule] = {
    "datepicker": element(**PICK, initial_date=string(10)),
    "timepicker": element(**PICK, initial_time=string(5), timezone=string(100)),
    "datetimepicker": element(
        initial_date_time=integer(1, 9_999_999_999), confirm=CONFIRM, focus_on_load=flag
    ),
    "checkboxes": also(
        element(
            {"options": items(option(*ANY_TEXT), 10)},
            initial_options=items(option(*ANY_TEXT), 10),
            confirm=CONFIRM,
            focus_on_load=flag,
        ),
        _initial_is_offered,
    ),
    "radio_buttons": also(
        element(
            {"options": items(option(*ANY_TEXT), 10)},
            initial_option=option(*ANY_TEXT),
            confirm=CONFIRM,
            focus_on_load=flag,
        ),
        _initial_is_offered,
    ),
}
BUTTONS: dict[str, Rule] = {
    "button": element(
        {"text": text(75)},
        value=string(2000, least=0),
        url=URL,
        style=STYLE,
        confirm=CONFIRM,
        accessibility_label=string(75),
    ),
    "overflow": element({"options": items(option(url=True), 5)}, confirm=CONFIRM),
    "workflow_button": element(
        {"text": text(75), "workflow": anything}, style=STYLE, accessibility_label=string(75)
    ),
}
IMAGE_ELEMENT: dict[str, Rule] = {
    "image": also(
        shape(
            must={"alt_text": string(2000)},
            may={"type": anything, "image_url": URL, "slack_file": SLACK_FILE},
        ),
        _image_source,
    )
}
CONTEXT_BUTTONS: dict[str, Rule] = {
    "feedback_buttons": element({"positive_button": anything, "negative_button": anything}),
    "icon_button": element(
        {"icon": string(100), "text": text(75)},
        value=string(2000, least=0),
        confirm=CONFIRM,
        accessibility_label=string(75),
        visible_to_user_ids=items(ID, 10),
    ),
}
TEXT_INPUTS: dict[str, Rule] = {
    "plain_text_input": element(
        **TYPED, **LENGTHS, initial_value=string(3000, least=0), multiline=flag
    ),
    "email_text_input": element(**TYPED, initial_value=string(3000, least=0)),
    "url_text_input": element(**TYPED, initial_value=URL),
    "number_input": element(
        {"is_decimal_allowed": flag},
        **TYPED,
        initial_value=string(100),
        min_value=string(100),
        max_value=string(100),
    ),
    "rich_text_input": element(
        **TYPED,
        initial_value=anything,
        min_lines=integer(1, 100),
        max_lines=integer(1, 100),
    ),
}
FILE_INPUT: dict[str, Rule] = {
    "file_input": element(filetypes=items(string(20), 100), max_files=integer(1, 10))
}
