"""Typed times against the labelled tables, and what holds for every time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.when import WhenError, parse, understand, warm

DATA = Path(__file__).parents[1] / "data"
NOW = datetime.fromisoformat("2026-11-25T10:30-05:00")
LOCALES = ["en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "pt-BR", "ja-JP", "pl-PL"]
ZONES = ["America/New_York", "Europe/Berlin", "Asia/Tokyo", "Australia/Lord_Howe", "Asia/Kolkata"]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    warm()


def table(name: str) -> list[tuple[str, ...]]:
    lines = (DATA / name).read_text(encoding="utf-8").split("\n")[1:]
    return [tuple(line.split("\t")) for line in lines if line]


def answer(expression: str, now: datetime, timezone: str, locale: str) -> str:
    try:
        at = parse(expression, now, timezone, locale)
    except WhenError as error:
        assert str(error).strip()
        return "REFUSE"
    assert at > now
    return at.isoformat()


def is_accepted(given: str, accepted: str) -> bool:
    if given == "REFUSE" or accepted == "REFUSE":
        return given == accepted
    at = datetime.fromisoformat(given).astimezone(UTC)
    first, _, last = accepted.partition("/")
    bounds = [datetime.fromisoformat(iso).astimezone(UTC) for iso in (first, last or first)]
    return bounds[0] <= at <= bounds[1]


@pytest.mark.parametrize(
    ("now", "timezone", "locale", "expression", "expected", "_note"),
    [*table("cases.tsv"), *table("when_more.tsv")],
)
def test_the_tables(
    now: str, timezone: str, locale: str, expression: str, expected: str, _note: str
) -> None:
    given = answer(expression, datetime.fromisoformat(now), timezone, locale)
    assert any(is_accepted(given, accepted) for accepted in expected.split("|")), given


def test_the_answer_is_in_the_typists_zone() -> None:
    assert parse("tomorrow 9am", NOW, "Asia/Tokyo", "en-US").tzinfo == ZoneInfo("Asia/Tokyo")


def test_a_named_zone_is_told() -> None:
    assert understand("tomorrow 9am CET", NOW, "America/New_York", "en-US").zone_named
    assert not understand("tomorrow 9am", NOW, "America/New_York", "en-US").zone_named


def test_a_time_in_the_spring_gap_moves_on_and_is_told() -> None:
    found = understand("2027-03-14 02:30", NOW, "America/New_York", "en-US")
    assert (found.at.hour, found.at.minute, found.moved) == (3, 30, True)
    assert not understand("2027-03-14 03:30", NOW, "America/New_York", "en-US").moved


def test_days_keep_the_wall_clock_also_into_the_gap() -> None:
    now = datetime.fromisoformat("2027-03-12T02:30-05:00")
    found = understand("in 2 days", now, "America/New_York", "en-US")
    assert (found.at.hour, found.moved) == (3, True)


def test_the_first_of_a_doubled_hour_is_taken() -> None:
    now = datetime.fromisoformat("2026-10-30T15:00-04:00")
    at = parse("sunday at 1:30am", now, "America/New_York", "en-US")
    assert at.utcoffset() == timedelta(hours=-4)


@pytest.mark.parametrize(
    ("locale", "phrase"),
    [
        ("pl-PL", "24 grudnia 18:00"),
        ("it-IT", "24 dicembre 2026 18:00"),
        ("nl-NL", "24 december 18:00"),
        ("ru-RU", "24 декабря 18:00"),
    ],
)
def test_month_names_of_the_locales_own_language_are_known(locale: str, phrase: str) -> None:
    assert parse(phrase, NOW, "UTC", locale).isoformat() == "2026-12-24T18:00:00+00:00"


@pytest.mark.parametrize(
    ("phrase", "hint"),
    [
        ("tomorrow at 9am please", "“please”"),
        ("tomorrow", "At what time?"),
        ("tomorrow at 25:00", "no such time of day"),
        ("feb 30 9am", "no such date"),
        ("yesterday 9am", "has passed"),
        ("every monday at 9am", "once"),
        ("9am or 10am tomorrow", "more than one"),
        ("before friday 5pm", "leaves the time open"),
        ("tomorrow at 6", "Morning or evening?"),
        ("tomorrow 9am Mars/Phobos", "time zone"),
        ("tomorrow 10am PDT", "PDT"),
        ("friday dec 24 9am", "Thursday"),
        ("in 900000 days", "ten years"),
        ("2099-01-01 10:00", "ten years"),
        ("x" * 3000, "too long"),
    ],
)
def test_a_refusal_says_what_is_wrong(phrase: str, hint: str) -> None:
    with pytest.raises(WhenError) as refusal:
        parse(phrase, NOW, "Europe/London", "en-GB")
    assert hint in str(refusal.value)


instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
WORDS = (
    "tomorrow 9am at in 2 hours friday next week of the 24. Dezember um Uhr halb neun Viertel vor "
    "demain à 9h30 midi et demie lundi prochain mañana a las 5 de la tarde amanhã às 9 e meia "
    "明日 午後 3時半 来週の 月曜日 12/24 2026-12-01 10:00 UTC+2 CET every or - : , ago 10.30 99999999 "
    "٣ ½ 🎉 \u202e \x00 \u0301 ９ second march not"
)
anything = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join),
    st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map("".join),
)


@given(anything, instants, st.sampled_from(ZONES), st.sampled_from(LOCALES))
def test_whatever_is_typed_is_a_later_instant_or_a_refusal(
    phrase: str, now: datetime, timezone: str, locale: str
) -> None:
    answer(phrase, now, timezone, locale)


def in_words(at: datetime, style: str) -> str:
    clock = f"{at:%H:%M}"
    month = at.month - 1
    de = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
    fr = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    es = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    pt = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    return {
        "iso": f"{at:%Y-%m-%dT%H:%M}",
        "en-US": f"{at:%B} {at.day}, {at.year} at {at:%I:%M %p}",
        "en-US numeric": f"{at.month}/{at.day}/{at.year} {clock}",
        "en-GB": f"{at.day} {at:%B} {at.year} {clock}",
        "de-DE": f"{at.day}. {de.split()[month]} {at.year} um {at:%H} Uhr {at:%M}",
        "de-DE numeric": f"{at.day}.{at.month}.{at.year} {clock}",
        "fr-FR": f"le {at.day} {fr.split()[month]} {at.year} à {at:%H}h{at:%M}",
        "es-ES": f"{at.day} de {es.split()[month]} de {at.year} a las {clock}",
        "pt-BR": f"{at.day} de {pt.split()[month]} de {at.year} às {at:%H}h{at:%M}",
        "ja-JP": f"{at.year}年{at.month}月{at.day}日 {at:%H}時{at:%M}分",
    }[style]


@given(
    st.integers(2, 3000 * 1440),
    st.sampled_from(
        [
            "iso",
            "en-US",
            "en-US numeric",
            "en-GB",
            "de-DE",
            "de-DE numeric",
            "fr-FR",
            "es-ES",
            "pt-BR",
            "ja-JP",
        ]
    ),
    st.sampled_from(ZONES),
)
def test_a_written_out_instant_is_read_back(minutes: int, style: str, timezone: str) -> None:
    zone = ZoneInfo(timezone)
    at = (NOW + timedelta(minutes=minutes)).astimezone(zone)
    first = at.replace(fold=0).astimezone(UTC)
    locale = "en-GB" if style == "iso" else style.split(" ")[0]
    assert parse(in_words(at, style), NOW, timezone, locale).astimezone(UTC) == first


@given(st.integers(1, 999), st.sampled_from(["in {} hours", "in {} Stunden", "dans {} heures"]))
def test_hours_are_elapsed_time(hours: int, phrase: str) -> None:
    at = parse(phrase.format(hours), NOW, "Europe/Berlin", "en-US")
    assert at - NOW == timedelta(hours=hours)
