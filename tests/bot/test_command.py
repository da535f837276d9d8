"""What is typed after the command: verbs, flags, posts, and what is asked about or refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command import (
    Compose,
    Post,
    Question,
    Refusal,
    Verb,
    match,
    nearest,
    parse,
    within_one_edit,
)

PROFILES = ("Local network", "mastodon", "@ada@fosstodon.org")
SPLIT_CASES = Path(__file__).parents[1] / "data/split_cases.tsv"


def post(typed: str) -> Post:
    parsed = parse(typed, PROFILES)
    assert isinstance(parsed, Post), parsed
    return parsed


def refusal(typed: str) -> str:
    parsed = parse(typed, PROFILES)
    assert isinstance(parsed, Refusal), parsed
    assert parsed.text == typed.strip(), "the typed words are given back"
    return parsed.why


@pytest.mark.parametrize("typed", ["", "   ", "\n", "\u200b", "\u00a0"])
def test_nothing_opens_the_composer(typed: str) -> None:
    assert parse(typed) == Compose()


@pytest.mark.parametrize(
    ("typed", "verb"),
    [
        ("queue", Verb(name="queue")),
        ("Queue", Verb(name="queue")),
        ("help", Verb(name="help")),
        ("--help", Verb(name="help")),
        ("pause mastodon", Verb(name="pause", profile="mastodon")),
        ("pause MASTODON", Verb(name="pause", profile="mastodon")),
        ("queue local network", Verb(name="queue", profile="Local network")),
        ("sent @ada@fosstodon.org", Verb(name="sent", profile="@ada@fosstodon.org")),
        ("resume  local-network", Verb(name="resume", profile="Local network")),
    ],
)
def test_a_verb_is_the_whole_text(typed: str, verb: Verb) -> None:
    assert parse(typed, PROFILES) == verb


@pytest.mark.parametrize(
    "typed",
    [
        "pause for a moment and breathe",
        "queue up for the best coffee in town",
        "Help us to find a name for our new mascot",
        "sent with love\nfrom all of us here in Berlin",
        "profiles of the people behind the release",
        "Our release is out",
        "hello world",
    ],
)
def test_a_sentence_is_a_post(typed: str) -> None:
    assert post(typed).text == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hlep", "help"),
        ("queu", "queue"),
        ("pause mastdon", "pause mastodon"),
        ("help me", "help"),
        ("quueue mastodon", "queue mastodon"),
        ("sent!", "sent"),
        ("queue is full today", "queue"),
        ("resum lokal network", "resume Local network"),
    ],
)
def test_a_few_words_like_a_verb_are_asked_about(typed: str, meant: str) -> None:
    parsed = parse(typed, PROFILES)
    assert isinstance(parsed, Question)
    assert parsed.suggestion == meant
    assert parsed.post.whole == typed


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Hi --top", Post(text="Hi", whole="Hi", top=True)),
        ("Hi —top", Post(text="Hi", whole="Hi", top=True)),
        ("Hi –now", Post(text="Hi", whole="Hi", now=True)),
        ("Hi --NOW", Post(text="Hi", whole="Hi", now=True)),
        ("Hi --to mastodon", Post(text="Hi", whole="Hi", to=("mastodon",))),
        ("Hi —to mastodon", Post(text="Hi", whole="Hi", to=("mastodon",))),
        ("Hi --to=mastodon", Post(text="Hi", whole="Hi", to=("mastodon",))),
        ("Hi --to mastodon, bluesky", Post(text="Hi", whole="Hi", to=("mastodon", "bluesky"))),
        ("Hi --to Local network", Post(text="Hi", whole="Hi", to=("Local network",))),
        (
            'Hi --to "local network",mastodon',
            Post(text="Hi", whole="Hi", to=("Local network", "mastodon")),
        ),
        ("Hi --to “Local network”", Post(text="Hi", whole="Hi", to=("Local network",))),
        ("Hi --to mastodon --top", Post(text="Hi", whole="Hi", to=("mastodon",), top=True)),
        ("Hi --top --to mastodon", Post(text="Hi", whole="Hi", to=("mastodon",), top=True)),
        ("Hi\nthere --top", Post(text="Hi\nthere", whole="Hi\nthere", top=True)),
    ],
)
def test_flags_come_off_the_right_end(typed: str, expected: Post) -> None:
    assert post(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "Hello --to mastodon --at tomorrow 9am",
        "Hello --at tomorrow 9am --to mastodon",
        "Hello —to mastodon —at tomorrow 9am",
    ],
)
def test_a_time_and_profiles_in_either_order(typed: str) -> None:
    found = post(typed)
    assert (found.text, found.when, found.mode) == ("Hello", "tomorrow 9am", "schedule")
    assert found.to == ("mastodon",)


@pytest.mark.parametrize(
    "typed",
    [
        "Use --to to say where",
        "Our --top ten of the year",
        "We do it --now or never",
        "a great year — really",
        "it was great —really",
        "1--2 is a range",
        "Say --to and then the names of both",
    ],
)
def test_a_flag_inside_the_text_is_text(typed: str) -> None:
    assert post(typed).text == typed


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Hi --top --now", "contradict"),
        ("Hi --at tomorrow 9am --now", "contradict"),
        ("Hi --now --at tomorrow 9am", "contradict"),
        ("Hi --at tomorrow 9am --top", "contradict"),
        ("tomorrow 9am: Hi --top", "contradict"),
        ("Hi --topp", "Did you mean “--top”?"),
        ("Hi --noww", "Did you mean “--now”?"),
        ("Hi —nwo", "Did you mean “--now”?"),
        ("Hi --att tomorrow", "Did you mean “--at”?"),
        ("Hi --verbose", "no flag “--verbose”"),
        ("Hi --to", "needs a profile"),
        ("--top", "no text"),
        ("--to mastodon", "no text"),
        ("tomorrow 9am", ""),
        ("Hello --at soon", ""),
        ("Hello --at", ""),
    ],
)
def test_what_cannot_be_done_is_said(typed: str, says: str) -> None:
    why = refusal(typed)
    assert why and says in why


def test_a_flag_settles_what_would_be_asked() -> None:
    asked = post("Our release is out tomorrow at 9am")
    assert asked.mode == "confirm"
    assert asked.whole == "Our release is out tomorrow at 9am"
    settled = post("Our release is out tomorrow at 9am --top")
    assert (settled.mode, settled.top) == ("queue", True)
    assert settled.text == "Our release is out tomorrow at 9am"


def cases() -> list[tuple[str, str, str, str]]:
    with SPLIT_CASES.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        found = [tuple(cell.replace("\\n", "\n") for cell in row) for row in rows]
    return [(a, b, c, d) for a, b, c, d in found if a.strip()]


@pytest.mark.parametrize(("typed", "text", "when", "mode"), cases())
def test_splitting_is_left_to_split(typed: str, text: str, when: str, mode: str) -> None:
    parsed = parse(typed)
    if mode == "refuse":
        assert isinstance(parsed, Refusal) and parsed.why
    else:
        assert isinstance(parsed, Post)
        expected = text.strip() if mode == "queue" else text
        assert (parsed.text, parsed.when, parsed.mode) == (expected, when, mode)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("hlep", "help", True),
        ("hep", "help", True),
        ("helpp", "help", True),
        ("help", "help", True),
        ("hello", "help", False),
        ("queue", "queeu", True),
        ("pulse", "pause", False),
    ],
)
def test_one_edit(one: str, other: str, same: bool) -> None:
    assert within_one_edit(one, other) is within_one_edit(other, one) is same


def test_names_match_without_case_and_marks() -> None:
    assert match("local-network", PROFILES) == "Local network"
    assert match("nobody", PROFILES) == ""
    assert nearest("mastdon", PROFILES) == "mastodon"
    assert nearest("zzzzz", PROFILES) == ""
    assert match("🦊", ("🦊", "🐼")) == "🦊"


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_nothing_is_lost(typed: str) -> None:
    parsed = parse(typed, PROFILES)
    if isinstance(parsed, Refusal):
        assert parsed.text
    if isinstance(parsed, Post) and parsed.mode == "queue" and "-" not in typed:
        assert parsed.text in typed
