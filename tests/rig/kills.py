"""kill -9 of a real sender at its k-th point, then two others race to finish: nothing lost, nothing twice.

In every second run one of the two is killed as well, in the middle of what it took over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from buffer.ports import Certainty
from buffer.sender import Sender
from rig.forks import ended, fork, kills_itself, number_from
from rig.judging import BROKEN, DOUBLE, Tally, judge
from rig.life import Life
from rig.points import Points, watched
from rig.world import World, a_world, begin_again, seeds

SECOND_DEATHS = 90
"""The second one dies within so many of its points: about as many as it takes to go on with everything."""


class Forgetful(Sender):
    """For control, one without wire intent: what the dead left open was never sent, it believes."""

    def _reap(self, owner: str, now: datetime) -> None:
        self._store.database.execute(  # type: ignore[attr-defined]  # the rig's store is SQLite
            "UPDATE attempts SET phase = 'claimed', wire_at = NULL WHERE owner = ? AND phase = 'wire'",
            (owner,),
        )
        super()._reap(owner, now)


def measure(
    folder: Path,
    url: str,
    certainty: Certainty,
    kills: int,
    seed: str,
    *,
    sender: type[Sender] = Sender,
) -> Tally:
    """At least so many kills: at every point under one seed, then under the next; where they are fewer than the
    points, spread over them."""
    tally = Tally(certainty.value)
    world = a_world(folder, url, certainty)
    for each in seeds(seed):
        under = replace(world, seed=each)
        points = number_from(partial(live, begin_again(under), 0, sender))
        tally.counts["points"] += points
        runs = (kills - tally.counts["kills"]) * 2 // 3  # each second one kills twice
        for at in range(1, points + 1, max(1, points // max(1, runs))):
            kill_once(under, at, tally, sender=sender)
        if tally.counts["kills"] >= kills:
            return tally
    raise AssertionError


def control(folder: Path, url: str, kills: int, seed: str) -> Tally:
    """A sender that always resends, on a network without keys: the rig must see doubles, or it sees nothing."""
    found = measure(folder, url, Certainty.BLIND, kills, seed, sender=Forgetful)
    tally = Tally("blind, always resend (control)", counts=found.counts)
    tally.counts["seen double"] = tally.counts.pop(DOUBLE, 0)
    if not tally.counts["seen double"]:
        tally.errs(BROKEN, "the rig sees no doubles")
    return tally


def kill_once(world: World, at: int, tally: Tally, *, sender: type[Sender] = Sender) -> None:
    """One kill at point `at`, and what comes after it."""
    world = begin_again(world)
    where = f"kill/{world.certainty.value}/{world.seed}/{at}"
    tally.counts["runs"] += 1
    tally.ends(ended(fork(partial(live, world, at, sender))), at=where)
    world.settles()
    second = at * 7 % SECOND_DEATHS + 1 if at % 2 else 0
    rivals = [fork(partial(live, world, k, sender)) for k in (0, second)]
    tally.ends(*[ended(each) for each in rivals], at=where)
    judge(world, tally, where)


def live(world: World, at: int, sender: type[Sender] = Sender) -> int:
    """Live until all is done, or until point `at`; how many points there were."""

    def dies(number: int, _name: str) -> None:
        if number == at:
            kills_itself()

    points = Points(dies)
    with watched(points):
        Life(world=world, points=points, sender=sender).lives()
    return points.passed
