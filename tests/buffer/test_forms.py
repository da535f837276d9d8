"""The forms in which v1 clients send parameters, and those that are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buffer.api.forms import Form, decode_pairs, form_of, json_pairs
from buffer.errors import Code, Refused

TWO = ["4eb854340acb04e870000010", "4eb9276e0acb04bb81000067"]


def form(raw: str) -> Form:
    return form_of(decode_pairs(raw))


def refused(form: Form, look: str, *args: Any, **kwargs: Any) -> Code:
    with pytest.raises(Refused) as caught:
        getattr(form, look)(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize(
    "spelling",
    [
        "profile_ids[]={}&profile_ids[]={}",
        "profile_ids%5B%5D={}&profile_ids%5B%5D={}",
        "profile_ids%5b%5d={}&profile_ids%5b%5d={}",
        "profile_ids[0]={}&profile_ids[1]={}",
        "profile_ids%5B0%5D={}&profile_ids%5B1%5D={}",
        "profile_ids={}&profile_ids={}",
        "&profile_ids[]={}&&profile_ids[]={}&",
        "profile_ids[]={}&\n profile_ids[]={}",
        "profile_ids[]= {}&profile_ids[]={}+",
        "profile_ids[]={}&profile_ids[]=&profile_ids[]={}",
    ],
)
def test_an_array_in_every_spelling(spelling: str) -> None:
    assert form(spelling.format(*TWO)).listed("profile_ids") == TWO


def test_an_index_counts_more_than_the_place() -> None:
    raw = "order[10]=c&order[1]=b&order[0]=a"
    assert form(raw).listed("order") == ["a", "b", "c"]


@pytest.mark.parametrize("raw", ["", "profile_ids[]=", "profile_ids=", "other[]=1"])
def test_an_array_of_nothing_is_empty(raw: str) -> None:
    assert form(raw).listed("profile_ids") == []


@pytest.mark.parametrize(
    "raw",
    [
        "media[link]=http%3A%2F%2Fgoogle.com&media[title]=Google",
        "media%5Blink%5D=http://google.com&media%5Btitle%5D=Google",
    ],
)
def test_a_map_raw_or_encoded(raw: str) -> None:
    media = form(raw).group("media")
    assert media is not None
    assert (media.text("link"), media.text("title")) == ("http://google.com", "Google")


def test_a_map_that_is_missing_or_empty_is_none() -> None:
    assert (form("").group("media"), form("media=").group("media")) == (None, None)


def test_a_plain_value_is_no_map() -> None:
    assert refused(form("media=http://google.com"), "group", "media") == Code.BAD_PARAMETER


@pytest.mark.parametrize(
    "raw",
    [
        "schedules[0][days][]=mon&schedules[0][days][]=tue&schedules[0][times][]=09:00",
        "schedules%5B0%5D%5Bdays%5D%5B0%5D=mon&schedules%5B0%5D%5Bdays%5D%5B1%5D=tue"
        "&schedules%5B0%5D%5Btimes%5D%5B0%5D=09%3A00",
    ],
)
def test_an_array_of_maps(raw: str) -> None:
    (row,) = form(raw).rows("schedules")
    assert (row.listed("days"), row.listed("times")) == (["mon", "tue"], ["09:00"])


def test_a_whole_encoded_string_is_no_array_of_maps() -> None:
    assert form("schedules=" + quote("schedules[0][days][]=mon")).rows("schedules") == []


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "1", "yes", "on", " true "])
def test_yes(word: str) -> None:
    assert form(urlencode({"now": word})).flag("now")


@pytest.mark.parametrize("word", ["false", "False", "0", "no", "off", ""])
def test_no_is_read_and_not_only_looked_for(word: str) -> None:
    assert not form(urlencode({"now": word})).flag("now", default=True)


def test_a_flag_that_is_absent_has_its_default() -> None:
    assert (form("").flag("now"), form("").flag("shorten", default=True)) == (False, True)


def test_a_flag_that_says_neither_is_refused() -> None:
    assert refused(form("now=maybe"), "flag", "now") == Code.BAD_PARAMETER


@pytest.mark.parametrize("value", ["0", "-1", "101", "abc", "1.5", "１", "9" * 30, "1e3"])
def test_a_number_out_of_bounds(value: str) -> None:
    found = form(urlencode({"count": value}))
    assert refused(found, "number", "count", low=1, high=100) == Code.OUT_OF_BOUNDS


def test_a_number_within_them() -> None:
    assert form("count= 100").number("count", low=1, high=100) == 100
    assert form("count=").number("count", low=1, high=100) is None


NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "1772452800",
        "1772452800.0",
        "2026-03-02T12:00:00Z",
        "2026-03-02t12:00:00z",
        "2026-03-02T12:00:00",
        "2026-03-02 12:00:00",
        "2026-03-02T12:00",
        "2026-03-02T12:00:00.000Z",
        "2026-03-02T13:00:00+01:00",
        "2026-03-02T13:00:00+0100",
        "2026-03-02T07:00:00.000-05:00",
        "2026-03-02T13:00:00 01:00",
    ],
)
def test_a_moment_in_every_spelling(value: str) -> None:
    assert form(urlencode({"since": value})).moment("since") == NOON


@pytest.mark.parametrize(
    "value",
    [
        "tomorrow",
        "2026-03-02",
        "20260302T1200",
        "2026-13-02T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T12:00:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "1772452800000",
        "999999999999",
        "-999999999999",
        "nan",
        "inf",
        "1e9",
        "12:00",
        "Mon, 02 Mar 2026 12:00:00 GMT",
        "１７７２４５２８００",
    ],
)
def test_what_is_no_moment(value: str) -> None:
    found = form(urlencode({"scheduled_at": value}))
    assert refused(found, "moment", "scheduled_at") == Code.BAD_PARAMETER


def test_no_moment_at_all() -> None:
    assert (form("").moment("since"), form("since=").moment("since")) == (None, None)


@pytest.mark.parametrize("raw", ["text=a%20b+c d", "text=a%20b%20c%20d", "text=a+b+c+d"])
def test_spaces(raw: str) -> None:
    assert form(raw).text("text") == "a b c d"


@pytest.mark.parametrize("raw", ["text=100%", "text=%zz", "text=%2", "te%xt=1", "text=5% off"])
def test_a_broken_escape_is_refused(raw: str) -> None:
    with pytest.raises(Refused, match="%25"):
        form(raw)


@pytest.mark.parametrize("raw", ["text=%ff", "text=caf%E9", "text=%C3%28", "text=100%better"])
def test_an_escape_that_is_not_utf8_is_refused(raw: str) -> None:
    with pytest.raises(Refused, match="UTF-8"):
        form(raw)


def test_the_misprint_of_the_api_page_is_read_as_meant() -> None:
    raw = "text=This%20is%20an%20example%20image%20%based%20update"
    assert form(raw).text("text") == "This is an example image based update"


def test_a_missing_parameter_has_a_code() -> None:
    assert refused(form("text[]=a"), "required", "text") == Code.MISSING_PARAMETER


def test_the_last_one_counts() -> None:
    assert form("text=a&text=b").text("text") == "b"


@pytest.mark.parametrize(
    "raw", ["a[b=1", "a]=1", "[]=1", "=1", "a[b]c=1", "a" + "[b]" * 1000 + "=1"]
)
def test_odd_names_harm_nobody(raw: str) -> None:
    assert form(raw).text("a") is None


def test_json_reads_like_a_form() -> None:
    found = form_of(
        json_pairs(
            '{"text": "ä", "now": false, "count": 5, "since": 1772452800, "top": null,'
            ' "profile_ids": ["a", "b"], "order[]": ["c"], "media": {"link": "x"},'
            ' "schedules": [{"days": ["mon"], "times": ["09:00"]}]}'
        )
    )
    assert (found.text("text"), found.flag("now", default=True)) == ("ä", False)
    assert (found.number("count", low=1, high=9), found.moment("since")) == (5, NOON)
    assert (found.has("top"), found.listed("profile_ids")) == (False, ["a", "b"])
    assert found.listed("order") == ["c"]
    assert found.group("media") is not None
    assert found.rows("schedules")[0].listed("times") == ["09:00"]


@pytest.mark.parametrize(
    "raw",
    ["{", "[]", '"a"', "null", "{'a': 1}", '{"a": "\\ud800"}', "[" * 100_000, '{"a": 1} x'],
)
def test_what_is_no_json_object(raw: str) -> None:
    with pytest.raises(Refused, match="JSON"):
        json_pairs(raw)


def test_ten_thousand_indexes_and_appends_take_no_time() -> None:
    raw = "&".join([f"a[{n}]=x" for n in range(50_000)] + ["a[]=y"] * 50_000)
    assert len(form(raw).listed("a")) == 100_000


@given(st.dictionaries(st.text("abc", min_size=1), st.text()))
def test_what_is_encoded_comes_back(sent: dict[str, str]) -> None:
    found = form(urlencode(sent))
    assert {name: found.text(name) for name in sent} == sent


@given(st.text())
def test_nothing_breaks_the_parser(raw: str) -> None:
    try:
        found = form(raw)
    except Refused:
        return
    for name in found.root.children:
        found.listed(name)
        found.rows(name)


@given(st.text())
def test_nothing_breaks_a_look(value: str) -> None:
    found = form_of([("a", value)])
    for look, bounds in (("flag", {}), ("number", {"low": 1, "high": 9}), ("moment", {})):
        try:
            getattr(found, look)("a", **bounds)
        except Refused as error:
            assert error.code in (Code.BAD_PARAMETER, Code.OUT_OF_BOUNDS)
