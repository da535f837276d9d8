"""Telling text from time: the labelled tables, and that no text is ever lost."""

import sys
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.when import split, why_refused

DATA = Path(__file__).parents[1] / "data"


def table(name: str) -> list[tuple[str, ...]]:
    lines = (DATA / name).read_text(encoding="utf-8").split("\n")[1:]
    return [tuple(line.replace("\\n", "\n").split("\t")) for line in lines if line]


@pytest.mark.parametrize(
    ("typed", "text", "when", "mode"), [*table("split_cases.tsv"), *table("split_more.tsv")]
)
def test_the_tables(typed: str, text: str, when: str, mode: str) -> None:
    assert split(typed) == (text, when, mode)
    assert bool(why_refused(typed)) == (mode == "refuse")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Type the text of your post"),
        ("tomorrow 9am", "What should be posted?"),
        ("--at tomorrow 9am", "What should be posted?"),
        ("Hello --at", "Add the time after --at"),
        ("Hello --at soon", "“soon”"),
        ("Hello --at every monday 9am", "once"),
        ('"Our release" yesterday at 5pm', "has passed"),
        ("tomorrow 25:00: Hello", "no such time of day"),
    ],
)
def test_a_refusal_says_why(typed: str, reason: str) -> None:
    assert reason in why_refused(typed)


PIECES = (
    'Hello|our release|tomorrow 9am|friday|5pm|in 2 hours|--at|—at|:| : |\n|"|“|”|every monday|'
    "morgen um 9 Uhr|demain 9h|mañana a las 9|amanhã às 9|明日9時|。|!|https://x.y|24/7|9|,|🎉"
)
anything = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES.split("|")), max_size=10).map(" ".join),
    st.lists(st.sampled_from(PIECES.split("|")), max_size=10).map("".join),
)


@given(anything)
def test_no_text_is_ever_lost(typed: str) -> None:
    text, when, mode = split(typed)
    if mode == "queue":
        assert (text, when) == (typed, "")
    elif mode == "refuse":
        assert (text, when) == ("", "")
    else:
        assert text.strip() and when.strip()
        assert text in typed and when in typed


@pytest.mark.parametrize(
    "piece", ["a ", "a: ", "9am ", "明日", "--at ", '"9 ', "1 ", "\n", "\u0301", "in 2 hours "]
)
@pytest.mark.parametrize("before", ["", '"text" '])
def test_the_work_grows_no_faster_than_the_text(before: str, piece: str) -> None:
    short, long = ((before + piece * 3000)[:length] for length in (1500, 3000))
    assert calls_of_split(long) <= 2.2 * calls_of_split(short) + 1000


def calls_of_split(typed: str) -> int:
    """How many Python functions one split calls: time that does not depend on the machine."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    split(typed)  # compiles what is compiled once
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        split(typed)
    finally:
        sys.setprofile(before)
    return calls
