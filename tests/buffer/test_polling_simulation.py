"""A small piece of the day that `make bench` simulates: nothing here depends on how fast this machine is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.polling import SOON, Day, Plan, Simulation, at
from benchmarks.social import CALLS
from buffer.budget import RESERVE
from buffer.networks import bluesky, mastodon


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Day:
    plan = Plan(
        mastodon=20, bluesky=20, idle=0.2, posts=3_600, history=0, begin=9, hours=1, comments=20
    )
    return Simulation(tmp_path_factory.mktemp("usual"), plan).run()


@pytest.mark.parametrize("service", [mastodon.SERVICE, bluesky.SERVICE])
@pytest.mark.parametrize("nested", [False, True])
def test_a_fresh_comment_is_seen_within_half_a_minute(
    usual: Day, service: str, nested: bool
) -> None:
    delays = usual.delays(service, nested=nested)
    assert len(delays) >= 3
    assert at(delays, 0.95) <= SOON


def test_no_network_has_to_say_that_it_is_too_much(usual: Day) -> None:
    for service, limit in CALLS.items():
        assert usual.social.counts[service].refused == 0
        assert 0 < usual.most_in_a_window(service) <= limit * (1 - RESERVE)


def test_an_idle_account_is_asked_once_an_hour(usual: Day) -> None:
    assert usual.idle
    for account in usual.idle:
        assert account.asked <= (4 if account.service == bluesky.SERVICE else 2)


def test_a_budget_that_does_not_suffice_is_shared_fairly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CALLS, bluesky.SERVICE, 120)
    plan = Plan(
        mastodon=0,
        bluesky=20,
        idle=0,
        posts=200,
        begin=9.9,
        hours=0.7,
        rush=10,
        history=0,
        comments=100,
    )
    day = Simulation(tmp_path, plan).run()
    assert day.published == 20
    assert day.unpublished == 0
    assert day.social.counts[bluesky.SERVICE].refused == 0
    in_flight = 4
    assert day.looked_most_in_a_window() <= 120 * (1 - RESERVE) + in_flight
    shares = day.shares()
    assert len(shares) >= 5
    assert shares[0] > SOON, "it does not suffice"
    assert shares[-1] <= 3 * shares[0]
