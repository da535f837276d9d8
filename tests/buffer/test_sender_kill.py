"""Real senders that are killed, put to sleep, told to stop, or many: nothing lost, nothing twice, nobody told twice.

In sizes that take seconds; `make kill-rig KILLS=1000` is the whole of it.
"""

from __future__ import annotations

from rig.runs import measured


def test_killed_anywhere_it_loses_and_doubles_nothing() -> None:
    keyed, lookupable, blind = measured("kills", 120)
    for each in (keyed, lookupable, blind):
        assert each["wrong"] == []
        assert each["kills"] >= 40
        assert each["points"] > 100
    assert keyed["repeats"] > 0
    assert blind["requests"] <= blind["posts"]
    assert blind["unconfirmed"] >= blind["really out"] > 0


def test_the_rig_sees_a_double() -> None:
    (control,) = measured("control", 30)
    assert control["seen double"] > 0
    assert control["wrong"] == []


def test_eight_processes_claim_and_send_each_post_once() -> None:
    (claims,) = measured("claims", 2_000)
    assert claims["wrong"] == []
    assert (claims["posts"], claims["claims"], claims["requests"]) == (2_000, 2_000, 2_000)
    assert claims["took part"] > 1


def test_a_process_that_sleeps_for_an_hour_doubles_nothing() -> None:
    networks = measured("pauses", 10)
    assert sum(each["pauses"] for each in networks) >= 10
    assert [each["wrong"] for each in networks] == [[], [], []]


def test_a_stop_with_twenty_posts_on_the_wire_leaves_none_unclear() -> None:
    (stops,) = measured("stops", 10)
    assert stops["wrong"] == []
    assert stops["stops"] == 10
    assert stops.get("unconfirmed", 0) == 0
    assert stops["slowest ms"] < 4_000
