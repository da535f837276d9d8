"""How long a text is by each network's rule, and what in it is a link."""

from __future__ import annotations

from html import unescape

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from buffer.errors import Code, Refused
from buffer.model import Limits
from buffer.text import check, formatted, length, links, marks

PLAIN = Limits(characters=10)
BLUESKY = Limits(characters=300, bytes=3000)
MASTODON = Limits(characters=500, counting="mastodon", link_length=23)

texts = st.text(max_size=60) | st.text("ab@#./:()-_ é👩\n<&\"'https", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("🏳️‍🌈🇩🇪", 2),
        ("नमस्ते", 3),  # as Bluesky's own server counts it (2026-11)
        ("한국어", 3),
    ],
)
def test_characters_are_those_people_see(text: str, expected: int) -> None:
    assert length(text, PLAIN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org", 23),
        ("https://example.org/" + "a" * 300, 23),
        ("see https://example.org/a.", 28),
        ("@bob", 4),
        ("@bob@example.org", 4),
        ("hi @bob@example.org, look", 13),
        ("bob@example.org", 15),
        ("#tag", 4),
        ("👩‍👩‍👧‍👦 http://a.de", 25),
    ],
)
def test_mastodon_counts_links_as_one_length_and_mentions_without_their_server(
    text: str, expected: int
) -> None:
    assert length(text, MASTODON) == expected


@given(text=texts)
def test_every_rule_finds_a_length_for_every_text(text: str) -> None:
    assert length(text, PLAIN) == len(regex.findall(r"\X", text))
    assert length(text, MASTODON) >= 0


def test_too_long_is_refused_with_name_length_and_limit() -> None:
    with pytest.raises(Refused, match=r"“@ada” takes 10 characters; this text has 12\.") as refused:
        check("x" * 12, PLAIN, "@ada", profile_id="p1")
    assert refused.value.code is Code.MISSING_PARAMETER
    assert refused.value.profile_id == "p1"


def test_bytes_count_as_well() -> None:
    check("👩‍👩‍👧‍👦" * 120, BLUESKY, "@ada")
    with pytest.raises(Refused, match=r"“@ada” takes 3,000 bytes; this text has 5,000"):
        check("👩‍👩‍👧‍👦" * 200, BLUESKY, "@ada")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="half a character"):
        check("\ud83d", PLAIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("https://example.org", ["https://example.org"]),
        ("See (https://example.org/a_(b)).", ["https://example.org/a_(b)"]),
        ("http://a.de, https://b.de/?q=1&r=2!", ["http://a.de", "https://b.de/?q=1&r=2"]),
        ("<https://example.org/x>", ["https://example.org/x"]),
        ("HTTPS://EXAMPLE.ORG", ["HTTPS://EXAMPLE.ORG"]),
        ("https://münchen.example/straße", ["https://münchen.example/straße"]),
        ("https://", []),
        ("ftp://example.org, example.org", []),
    ],
)
def test_links(text: str, expected: list[str]) -> None:
    assert links(text) == expected


def test_names_and_tags() -> None:
    found = [
        (mark.kind, mark.value)
        for mark in marks("@bob, @cy@example.org: #one #2 #3d a@b.c #größe @me.bsky.social.")
    ]
    assert found == [
        ("mention", "bob"),
        ("mention", "cy@example.org"),
        ("tag", "one"),
        ("tag", "3d"),
        ("tag", "größe"),
        ("mention", "me.bsky.social"),
    ]


@given(text=texts)
def test_marks_stand_in_order_and_say_what_is_there(text: str) -> None:
    done = 0
    for mark in marks(text):
        assert done <= mark.start < mark.end <= len(text)
        assert text[mark.start : mark.end].endswith(mark.value)
        done = mark.end


def test_html_has_anchors_and_nothing_else() -> None:
    assert formatted("Hi @bob@example.org <b> https://a.de/?x=1&y=2 #new") == (
        'Hi <a href="https://example.org/@bob" class="username" rel="external nofollow" target="_blank">'
        "@bob@example.org</a> &lt;b&gt; "
        '<a href="https://a.de/?x=1&amp;y=2" class="url" rel="external nofollow" target="_blank">'
        "https://a.de/?x=1&amp;y=2</a> "
        '<a class="hashtag" rel="external nofollow" target="_blank">#new</a>'
    )


@given(text=texts)
def test_html_holds_the_same_text(text: str) -> None:
    assert unescape(regex.sub(r"<[^>]*>", "", formatted(text))) == text


def test_a_wall_of_brackets_is_read_quickly() -> None:
    assert links("https://a.de/" + ")" * 100_000) == ["https://a.de/"]
