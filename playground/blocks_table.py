"""What each Block Kit block may hold, and on which surface it may stand. Pure: a table of rules.

Figures: docs.slack.dev/reference/block-kit/blocks and the registry of `slackblocks` 3.0.0
(spec/limits.json), checked 2026-11. Blocks of 2026 are checked by their published figures only.
"""

from collections.abc import Iterator

from playground.elements_table import (
    ANY_TEXT,
    BUTTONS,
    CONTEXT_BUTTONS,
    FILE_INPUT,
    ID,
    IMAGE_ELEMENT,
    PICKERS,
    SELECTS,
    SLACK_FILE,
    TEXT_INPUTS,
    URL,
    text,
)
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

MODAL = frozenset(
    [
        "actions",
        "alert",
        "card",
        "context",
        "divider",
        "header",
        "image",
        "input",
        "rich_text",
        "section",
        "video",
    ]
)
HOME = (MODAL - {"alert"}) | {"carousel", "container", "data_table", "data_visualization", "table"}
MESSAGE = HOME | {"context_actions", "file", "markdown", "plan", "task_card"}
SURFACES = {"modal": MODAL, "home": HOME, "message": MESSAGE}


def block(*, must: dict[str, Rule] | None = None, more: bool = False, **may: Rule) -> Rule:
    return shape(must=must or {}, may={"type": anything, "block_id": ID, **may}, more=more)


def _text_or_fields(value: Payload, at: str) -> Iterator[str]:
    if not value.get("text") and not value.get("fields"):
        yield complaint("must define either `text` or `fields`", at)


def _image_source(value: Payload, at: str) -> Iterator[str]:
    if bool(value.get("image_url")) == bool(value.get("slack_file")):
        yield complaint("must define either `image_url` or `slack_file`", at)


INLINE = typed(
    {
        "text": shape(must={"text": string(40_000)}, may={"type": anything, "style": anything}),
        **{
            kind: shape(must={field: rule}, may={"type": anything}, more=True)
            for kind, field, rule in (
                ("link", "url", URL),
                ("emoji", "name", string(255)),
                ("user", "user_id", ID),
                ("channel", "channel_id", ID),
                ("usergroup", "usergroup_id", ID),
                ("team", "team_id", ID),
                ("broadcast", "range", choice("here", "channel", "everyone")),
                ("date", "timestamp", integer(0, 9_999_999_999)),
                ("color", "value", string(20)),
            )
        },
    }
)
RUN = {"elements": items(INLINE, 10_000, least=0)}
SECTION = shape(must=RUN, may={"type": anything, "border": anything})
RICH_TEXT = typed(
    {
        "rich_text_section": SECTION,
        "rich_text_quote": SECTION,
        "rich_text_preformatted": shape(
            must=RUN, may={"type": anything, "border": anything, "language": string(100)}
        ),
        "rich_text_list": shape(
            must={"elements": items(SECTION, 10_000), "style": choice("bullet", "ordered")},
            may={
                "type": anything,
                "indent": integer(0, 8),
                "offset": integer(0, 100_000),
                "border": anything,
            },
        ),
    }
)
INTERACTIVE = {**BUTTONS, **SELECTS, **PICKERS}
INPUTS = {**TEXT_INPUTS, **SELECTS, **PICKERS}
TASK = {"task_id": ID, "title": string(2000)}

BLOCKS: dict[str, Rule] = {
    "section": also(
        block(
            text=text(3000, *ANY_TEXT),
            fields=items(text(2000, *ANY_TEXT), 10),
            accessory=typed({**INTERACTIVE, **IMAGE_ELEMENT}),
            expand=flag,
        ),
        _text_or_fields,
    ),
    "header": block(must={"text": text(150)}),
    "divider": block(),
    "context": block(
        must={
            "elements": items(
                typed(
                    {
                        **IMAGE_ELEMENT,
                        "plain_text": text(3000, *ANY_TEXT),
                        "mrkdwn": text(3000, *ANY_TEXT),
                    }
                ),
                10,
            )
        }
    ),
    "context_actions": block(must={"elements": items(typed(CONTEXT_BUTTONS), 5)}),
    "actions": block(must={"elements": items(typed(INTERACTIVE), 25)}),
    "input": block(
        must={"label": text(2000), "element": typed({**INPUTS, **FILE_INPUT})},
        hint=text(2000),
        optional=flag,
        dispatch_action=flag,
    ),
    "image": also(
        block(
            must={"alt_text": string(2000)},
            image_url=URL,
            slack_file=SLACK_FILE,
            title=text(2000),
        ),
        _image_source,
    ),
    "markdown": block(must={"text": string(12_000)}),
    "rich_text": block(must={"elements": items(RICH_TEXT, 10_000)}),
    "video": block(
        must={
            "title": text(200),
            "video_url": URL,
            "thumbnail_url": URL,
            "alt_text": string(2000),
        },
        title_url=URL,
        description=text(200),
        author_name=string(50),
        provider_name=string(50),
        provider_icon_url=URL,
    ),
    "file": block(must={"external_id": ID, "source": choice("remote")}),
    "alert": block(
        must={"text": text(200, *ANY_TEXT)},
        level=choice("default", "info", "warning", "error", "success"),
    ),
    "card": block(
        more=True,
        title=text(150, *ANY_TEXT),
        subtitle=text(150, *ANY_TEXT),
        body=text(200, *ANY_TEXT),
        subtext=text(200, *ANY_TEXT),
        actions=items(typed(BUTTONS), 3),
    ),
    "table": block(
        must={"rows": items(items(anything, 20), 100)}, column_settings=items(anything, 20)
    ),
    "data_table": block(
        must={"rows": items(anything, 201), "caption": anything},
        more=True,
        page_size=integer(1, 100),
    ),
    "data_visualization": block(more=True, title=anything),
    "task_card": block(must=TASK, more=True),
    "plan": block(must={"title": anything}, more=True, tasks=items(anything, 50)),
}
BLOCKS["carousel"] = block(must={"elements": items(typed({"card": BLOCKS["card"]}), 10)}, more=True)
BLOCKS["container"] = block(
    more=True,
    title=text(150, *ANY_TEXT),
    subtitle=text(150, *ANY_TEXT),
    child_blocks=items(typed({k: v for k, v in BLOCKS.items() if k in HOME}), 10),
)
