"""A log torn at any byte that a power failure may tear: the database is whole, and keeps what it said it kept."""

from __future__ import annotations

from rig.runs import measured


def test_a_torn_log_leaves_a_moment_of_the_past() -> None:
    (torn,) = measured("torn", 50)
    assert torn["wrong"] == []
    assert torn["cuts"] == 50
    assert torn["cut short"] > 0
    assert torn["finished"] == 5
