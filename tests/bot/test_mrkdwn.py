"""Slack's markup becomes plain text, and text from outside becomes harmless in Slack."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mrkdwn import escape, message_text, plain, unicode_emojis

NAMES = {"U1": "Ada", "C1": "launch", "S1": "marketing"}


def names(id: str) -> str:
    return NAMES.get(id, "")


@pytest.mark.parametrize(
    ("slack", "network"),
    [
        ("*bold* _italic_ ~struck~", "bold italic struck"),
        ("*_both_*", "both"),
        ("_*both*_", "both"),
        ("2 * 3 * 4 = 24", "2 * 3 * 4 = 24"),
        ("snake_case_name and __init__", "snake_case_name and __init__"),
        ("~5 to ~6 people", "~5 to ~6 people"),
        ("*not closed", "*not closed"),
        ("¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯"),
        ("`*code* stays`", "*code* stays"),
        ("```\na = b * c * d\n```", "a = b * c * d"),
        ("<https://x.y>", "https://x.y"),
        ("<https://x.y|x.y>", "https://x.y"),
        ("<https://x.y/|https://x.y>", "https://x.y/"),
        ("read <https://x.y|our blog>", "read our blog (https://x.y)"),
        ("*<https://x.y/a_b_c?d=1&amp;e=2|x.y/a_b_c?d=1&amp;e=2>*", "https://x.y/a_b_c?d=1&e=2"),
        ("https://x.y/a_b_c/*d*", "https://x.y/a_b_c/*d*"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("thanks <@U1>!", "thanks @Ada!"),
        ("thanks <@U9|bo>!", "thanks @bo!"),
        ("thanks <@U9>!", "thanks @someone!"),
        ("in <#C1> and <#C9|news> and <#C8|>", "in #launch and #news and #channel"),
        ("<!here> <!subteam^S1> <!subteam^S9|@ops>", "@here @marketing @ops"),
        ("<!date^1392734382^{date_num}|Feb 18>", "Feb 18"),
        ("&lt;b&gt; &amp;amp; &eacute;", "<b> &amp; &eacute;"),
        ("a < b > c <3", "a < b > c <3"),
        ("&gt; quoted\nnot", "quoted\nnot"),
        ("  spaces  round  ", "spaces  round"),
        ("Il a dit\u00a0: «\u00a0oui\u00a0»", "Il a dit\u00a0: «\u00a0oui\u00a0»"),
        ("“smart” quotes — and dashes…", "“smart” quotes — and dashes…"),
        ("مرحبا *بالعالم*", "مرحبا بالعالم"),
    ],
)
def test_markup_becomes_plain(slack: str, network: str) -> None:
    assert plain(slack, names) == network


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (":tada:", "🎉"),
        (":tada::rocket:", "🎉🚀"),
        (":+1::skin-tone-3:", "👍🏼"),
        (":male-cook::skin-tone-2:", "👨🏻\u200d🍳"),
        (":flag-de:", "🇩🇪"),
        (":flag-scotland:", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"),
        (":man-woman-girl-boy:", "👨\u200d👩\u200d👧\u200d👦"),
        (":simple_smile: :slightly_smiling_face:", "🙂 🙂"),
        (":large_green_circle:", "🟢"),
        (":our_own_emoji:", ":our_own_emoji:"),
        ("at 10:30:15", "at 10:30:15"),
        ("ratio 1:100:2", "ratio 1:100:2"),
        ("hello:wave:", "hello👋"),
        ("key: value: other", "key: value: other"),
    ],
)
def test_emoji_by_slacks_names(typed: str, shown: str) -> None:
    assert unicode_emojis(typed) == shown


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"text": "wrong", "blocks": [{"type": "rich_text", "elements": list(elements)}]}


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def test_rich_text_is_preferred() -> None:
    message = rich(
        section(
            words("2 *3* & "),
            {"type": "link", "url": "https://x.y", "text": "our blog"},
            words(" "),
            {"type": "emoji", "name": "tada", "unicode": "1f389"},
            {"type": "emoji", "name": "+1", "unicode": "1f44d-1f3fc"},
            {"type": "emoji", "name": "ours"},
            words(" "),
            {"type": "user", "user_id": "U1"},
            {"type": "channel", "channel_id": "C1"},
            {"type": "broadcast", "range": "here"},
        ),
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [section(words("one")), section(words("two"))],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 1,
            "elements": [section(words("in"))],
        },
        {"type": "rich_text_quote", "elements": [words("said")]},
        {"type": "rich_text_preformatted", "elements": [words("a = b")]},
    )
    assert message_text(message, names) == (
        "2 *3* & our blog (https://x.y) 🎉👍🏼:ours: @Ada#launch@here\n"
        "1. one\n2. two\n  • in\nsaid\na = b"
    )


def test_a_message_of_blocks_alone_still_has_words() -> None:
    message = {
        "text": "",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Release 2.0"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Faster* than <https://x.y>"}},
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": "by _us_"}, {"type": "image"}],
            },
            {"type": "divider"},
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}],
            },
        ],
    }
    assert message_text(message) == "Release 2.0\nFaster than https://x.y\nby us"


def test_a_message_of_files_alone_has_none() -> None:
    assert message_text({"text": "", "files": [{"id": "F1"}]}) == ""


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    plain(text, names)
    assert message_text(rich(section(words(text)))) == text.removesuffix("\n").strip()


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="*_~`<>&:"), max_size=200))
def test_text_without_marks_is_left_alone(text: str) -> None:
    if "\ufdd0" not in text and "\ufdd1" not in text:
        assert plain(text) == text.strip()


@given(st.text(max_size=200))
def test_what_comes_from_outside_pings_nobody(text: str) -> None:
    safe = escape(f"<!channel> <@U1> {text}")
    assert "<" not in safe and ">" not in safe
    assert safe.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").endswith(text)
