"""Slack's limits: what passes, what does not, and where the complaint points."""

from typing import Any

import pytest

from playground import SlackError, check_message, check_view

Payload = dict[str, Any]


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def section(text: str = "Hello", **more: Any) -> Payload:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> Payload:
    return {"type": "button", "action_id": "a", "text": plain("Go"), **more}


def options(count: int) -> list[Payload]:
    return [{"text": plain(f"Option {n}"), "value": str(n)} for n in range(count)]


def modal(*blocks: Payload, **more: Any) -> Payload:
    return {"type": "modal", "title": plain("Write"), "blocks": list(blocks), **more}


def asking(**element: Any) -> Payload:
    held = {"type": "plain_text_input", "action_id": "text", **element}
    return {"type": "input", "block_id": "text", "label": plain("Text"), "element": held}


def refused(*blocks: Payload) -> list[str]:
    with pytest.raises(SlackError) as caught:
        check_message({"text": "x", "blocks": list(blocks)})
    assert caught.value.code == "invalid_blocks"
    return caught.value.messages


def refused_view(view: Payload) -> list[str]:
    with pytest.raises(SlackError) as caught:
        check_view(view)
    assert caught.value.code == "invalid_arguments"
    return caught.value.messages


@pytest.mark.parametrize(
    "block",
    [
        section("x" * 3000),
        section(accessory=button()),
        {"type": "section", "fields": [plain("x" * 2000)] * 6},
        {"type": "header", "text": plain("x" * 150)},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10},
        {"type": "context", "elements": [{"type": "image", "image_url": "u", "alt_text": "a"}]},
        {
            "type": "actions",
            "elements": [button(action_id=str(n)) for n in range(25)],
        },
        {"type": "actions", "elements": [{"type": "overflow", "options": options(5)}]},
        {"type": "actions", "elements": [{"type": "static_select", "options": options(100)}]},
        {"type": "actions", "elements": [{"type": "datetimepicker", "action_id": "d"}]},
        {"type": "image", "image_url": "http://x/y.png", "alt_text": "A cat"},
        {"type": "markdown", "text": "# Hi"},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "x", "style": {"bold": True}},
                        {"type": "link", "url": "https://x"},
                        {"type": "emoji", "name": "tada"},
                    ],
                }
            ],
        },
        asking(),
    ],
)
def test_what_slack_takes_passes(block: Payload) -> None:
    check_message({"text": "x", "blocks": [block]})


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        (section("x" * 3001), "/blocks/0/text/text"),
        (section(""), "/blocks/0/text/text"),
        ({"type": "section"}, "/blocks/0"),
        ({"type": "section", "fields": [plain("x")] * 11}, "/blocks/0/fields"),
        ({"type": "section", "fields": [plain("x" * 2001)]}, "/blocks/0/fields/0/text"),
        ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/blocks/0/text/type"),
        ({"type": "context", "elements": [plain("x")] * 11}, "/blocks/0/elements"),
        ({"type": "actions", "elements": []}, "/blocks/0/elements"),
        (
            {"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]},
            "/blocks/0/elements",
        ),
        ({"type": "actions", "elements": [button(), button()]}, "/blocks/0/elements"),
        (
            {"type": "actions", "elements": [button(text=plain("x" * 76))]},
            "/blocks/0/elements/0/text/text",
        ),
        (
            {"type": "actions", "elements": [button(value="x" * 2001)]},
            "/blocks/0/elements/0/value",
        ),
        ({"type": "actions", "elements": [button(style="big")]}, "/blocks/0/elements/0/style"),
        ({"type": "actions", "elements": [button(colour="red")]}, "/blocks/0/elements/0"),
        (
            {"type": "actions", "elements": [{"type": "overflow", "options": options(6)}]},
            "/blocks/0/elements/0/options",
        ),
        (
            {"type": "actions", "elements": [{"type": "static_select", "options": options(101)}]},
            "/blocks/0/elements/0/options",
        ),
        (
            {"type": "actions", "elements": [{"type": "static_select", "options": []}]},
            "/blocks/0/elements/0",
        ),
        (
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "static_select",
                        "options": options(2),
                        "initial_option": {"text": plain("Nine"), "value": "9"},
                    }
                ],
            },
            "/blocks/0/elements/0/initial_option",
        ),
        (
            section(accessory={"type": "checkboxes", "options": options(11)}),
            "/blocks/0/accessory/options",
        ),
        (
            section(accessory=button(confirm={"title": plain("Sure?")})),
            "/blocks/0/accessory/confirm",
        ),
        ({"type": "image", "image_url": "u"}, "/blocks/0"),
        ({"type": "image", "alt_text": "a"}, "/blocks/0"),
        ({"type": "alert", "text": plain("x")}, "/blocks/0/type"),
        ({"type": "sonnet"}, "/blocks/0/type"),
        (section(block_id="x" * 256), "/blocks/0/block_id"),
        ({"type": "input", "label": plain("x"), "element": button()}, "/blocks/0/element/type"),
        (asking(type="file_input"), "/blocks/0/element/type"),
        ({"type": "rich_text", "elements": [{"type": "text"}]}, "/blocks/0/elements/0/type"),
        ({"type": "table", "rows": [[{}]] * 101}, "/blocks/0/rows"),
    ],
)
def test_a_refusal_points_at_the_mistake(block: Payload, pointer: str) -> None:
    assert any(message.endswith(f"[json-pointer:{pointer}]") for message in refused(block))


def test_a_refusal_is_in_slacks_words() -> None:
    assert refused({"type": "header", "text": plain("x" * 151)}) == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert refused({"type": "image"}) == [
        "[ERROR] missing required field: alt_text [json-pointer:/blocks/0]",
        "[ERROR] must define either `image_url` or `slack_file` [json-pointer:/blocks/0]",
    ]


def test_a_message_holds_fifty_blocks_a_view_a_hundred() -> None:
    check_message({"blocks": [section("x")] * 50})
    assert refused(*[section("x")] * 51) == [
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    ]
    check_view(modal(*[section("x")] * 100))
    assert refused_view(modal(*[section("x")] * 101)) == [
        "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"
    ]


def test_block_ids_are_unique() -> None:
    assert refused(section(block_id="a"), section(block_id="a"))


def test_all_texts_together_have_a_ceiling() -> None:
    check_message({"blocks": [section("x" * 2640)] * 5})
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        check_message({"blocks": [section("x" * 2641)] * 5})


def test_markdown_has_a_limit_over_all_blocks() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    check_message({"blocks": [half, half]})
    assert refused(half, half, {"type": "markdown", "text": "x"})


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "no_text"),
        ({"text": "", "blocks": []}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": 7}, "invalid_arguments"),
        ({"blocks": "{"}, "invalid_blocks_format"),
        ({"blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"blocks": ["x"]}, "invalid_blocks"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        (
            {"text": "x", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 17_000}}},
            "metadata_too_large",
        ),
    ],
)
def test_a_message_is_refused_as_a_whole(payload: Payload, code: str) -> None:
    with pytest.raises(SlackError) as caught:
        check_message(payload)
    assert caught.value.code == code


def test_a_modal_that_asks_needs_a_submit() -> None:
    check_view(modal(asking(), submit=plain("Queue")))
    assert "submit" in refused_view(modal(asking()))[0]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"submit": plain("x" * 25)}, "/view/submit/text"),
        ({"close": plain("x" * 25)}, "/view/close/text"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"callback_id": "x" * 256}, "/view/callback_id"),
        ({"external_id": "x" * 256}, "/view/external_id"),
        ({"subtitle": "x"}, "/view"),
        ({"blocks": None}, "/view/blocks"),
    ],
)
def test_a_view_has_limits(more: Payload, pointer: str) -> None:
    found = refused_view({**modal(section()), **more})
    assert any(message.endswith(f"[json-pointer:{pointer}]") for message in found)


def test_each_surface_has_its_own_blocks() -> None:
    check_view(modal({"type": "alert", "text": plain("Careful"), "level": "warning"}))
    check_view(modal(asking(type="file_input"), submit=plain("Go")))
    check_view({"type": "home", "blocks": [section()]})
    for surface, block in [
        ("home", {"type": "alert", "text": plain("x")}),
        ("home", {"type": "markdown", "text": "x"}),
        ("modal", {"type": "markdown", "text": "x"}),
        ("modal", {"type": "table", "rows": [[plain("x")]]}),
    ]:
        title = {"title": plain("x")} if surface == "modal" else {}
        assert refused_view({"type": surface, "blocks": [block], **title})


def test_a_view_may_not_be_huge() -> None:
    huge = [{"type": "section", "fields": [plain("ä" * 2000)] * 10}] * 10
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(modal(*huge))
