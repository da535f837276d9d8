"""Where a text divides, and that nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buffer import series
from buffer.errors import Refused
from buffer.model import Limits, Media, Update
from buffer.text import fits
from cast import a_profile, an_update

FEW = Limits(characters=20, threads=True)
LONE = Limits(characters=20)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one", ["one"]),
        ("one\n---\ntwo", ["one", "two"]),
        ("one\n\n --- \n\ntwo\n---\nthree", ["one", "two", "three"]),
        ("---\none\n---\n", ["---\none\n---\n"]),
        ("a --- b", ["a --- b"]),
        ("one\n----\ntwo", ["one\n----\ntwo"]),
    ],
)
def test_a_line_of_its_own_divides(text: str, parts: list[str]) -> None:
    assert series.parts(text, FEW) == parts
    assert series.parts(text, LONE) == [text]


def test_every_part_must_fit_and_the_refusal_names_it() -> None:
    series.check("x" * 20 + "\n---\n" + "y" * 20, FEW)
    with pytest.raises(Refused, match="Part 2 of 2: “Ada” takes 20 characters"):
        series.check("short\n---\n" + "y" * 21, FEW, "Ada")


def test_it_is_cut_where_a_reader_would() -> None:
    cut = series.divided("First one here.\n\nSecond is longer than that. Third.", FEW)
    assert series.parts(cut, FEW) == ["First one here.", "Second is longer", "than that. Third."]


@given(text=st.text(st.sampled_from("ab .\n😀é-"), max_size=200))
def test_cutting_loses_no_word_and_every_part_fits(text: str) -> None:
    parts = series.parts(series.divided(text, FEW), FEW)
    assert "".join("".join(parts).split()).replace("---", "") == "".join(text.split()).replace(
        "---", ""
    )
    if len(parts) > 1:
        assert all(fits(part, FEW) for part in parts)


def test_where_there_are_no_threads_it_stays_one_text() -> None:
    assert series.divided("x" * 50, LONE) == "x" * 50


def test_pictures_go_first_and_a_preview_with_its_link() -> None:
    link = "https://example.org/a"
    texts = ["one", f"see {link}"]
    previewed = made(Media(link=link, title="A"))
    assert [bool(series.part(previewed, texts, n).media) for n in (0, 1)] == [False, True]
    pictured = made(Media(picture=link))
    assert [bool(series.part(pictured, texts, n).media) for n in (0, 1)] == [True, False]
    assert [series.part_key("k", n) for n in (0, 1)] == ["k", "k-1"]


def made(media: Media) -> Update:
    return an_update(a_profile(), media=media)
