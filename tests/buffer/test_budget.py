"""What a network allows is not exceeded, lasts evenly, and leaves something to publishing."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from buffer.budget import RESERVE, Allowance, Budgets
from buffer.errors import SlowDown
from cast import MONDAY

SECOND, WINDOW = timedelta(seconds=1), timedelta(minutes=5)
ENDS = MONDAY + WINDOW


def budgets(remaining: int, *, limit: int = 300, until: datetime = ENDS) -> Budgets:
    known = Budgets()
    known.note("ada", Allowance(limit=limit, remaining=remaining, until=until))
    return known


def spent(known: Budgets, now: datetime, *, looking: bool = False) -> int:
    """How many requests are allowed at that moment."""
    for number in range(10_000):
        try:
            known.spend("ada", now, looking=looking)
        except SlowDown:
            return number
    return 10_000


def test_what_nobody_told_of_is_not_limited() -> None:
    assert spent(Budgets(), MONDAY, looking=True) == 10_000
    Budgets().pace("ada", MONDAY)


def test_nobody_asks_once_more_than_is_left() -> None:
    known = budgets(7)
    assert spent(known, MONDAY) == 7
    with pytest.raises(SlowDown) as caught:
        known.spend("ada", MONDAY)
    assert caught.value.until == ENDS


def test_who_only_looks_leaves_the_reserve_to_publishing() -> None:
    known = budgets(100)
    assert spent(known, MONDAY, looking=True) == 100 - 300 * RESERVE
    assert spent(known, MONDAY) == 300 * RESERVE


def test_a_budget_is_whole_again_when_its_time_is_over() -> None:
    known = budgets(0)
    assert spent(known, ENDS - SECOND) == 0
    assert spent(known, ENDS) == 10_000
    known.note("ada", Allowance(limit=300, remaining=0, until=ENDS))
    known.pace("ada", ENDS)


def test_budgets_do_not_touch_each_other() -> None:
    known = budgets(0)
    known.spend("bo", MONDAY)
    known.pace("bo", MONDAY)


def test_looking_may_begin_at_an_even_pace_after_a_first_handful() -> None:
    known, begun = budgets(300), list[float]()
    now = MONDAY
    while now < ENDS:
        try:
            known.pace("ada", now)
            known.spend("ada", now, looking=True)
            begun.append((now - MONDAY).total_seconds())
        except SlowDown as error:
            assert now < error.until <= ENDS
            now = error.until
    assert len(begun) == 300 * (1 - RESERVE), "all but the reserve is used"
    assert sum(at == 0 for at in begun) == pytest.approx(31, abs=1)
    gaps = [after - before for before, after in pairwise(begun)]
    assert max(gaps) < 1.5, "nobody waits long for the next turn, also not at the end"


def test_who_begun_in_turn_may_finish() -> None:
    known = budgets(300)
    while True:
        try:
            known.pace("ada", MONDAY)
        except SlowDown:
            break
        known.spend("ada", MONDAY, looking=True)
    for _ in range(5):
        known.spend("ada", MONDAY, looking=True)


def test_publishing_keeps_no_pace() -> None:
    assert spent(budgets(300), MONDAY) == 300


@pytest.mark.parametrize("shared", [True, False])
def test_a_budget_of_several_accounts_is_named(shared: bool) -> None:
    for ask in (budgets(0).pace, budgets(0).spend):
        with pytest.raises(SlowDown) as caught:
            ask("ada", MONDAY, shared=shared)
        assert caught.value.shared == ("ada" if shared else "")


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_is_none_stops_nobody(limit: int) -> None:
    known = budgets(0, limit=limit)
    known.pace("ada", MONDAY)
    known.spend("ada", MONDAY)
