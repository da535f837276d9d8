"""Several processes on one queue: eight that claim from it at once, and one that sleeps while others go on."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from buffer.errors import Busy
from buffer.ports import Certainty
from buffer.posting import KEY_LIFE
from cast import MONDAY, a_profile
from rig import kills
from rig.forks import ended, fork, has_stopped, number_from, stops_itself
from rig.judging import DOUBLE, Tally, judge
from rig.life import Life
from rig.points import Points, watched
from rig.world import SECOND, SharedClock, World, a_post, a_world, add, begin_again, seeds

PROFILES, PROCESSES = 200, 8

LONG = 600
"""Seconds for all of it, on however busy a machine."""

IMPATIENT = 0.05
"""Seconds that anybody waits for a database locked by one who sleeps."""

ASLEEP = 0.4
"""Seconds a process sleeps at least: longer than anything waits for a database or an answer."""

NAPS = (timedelta(minutes=10), timedelta(minutes=50))
"""What passes on the wall meanwhile: more than a post is on its way, and more than an outcome is pursued."""

LOOKS = 40
"""How often one who is awake looks for something to do in that time."""


def claims(folder: Path, url: str, posts: int) -> Tally:
    """Eight processes and so many posts for a blind network: each is claimed once, and sent once."""
    folder.mkdir(exist_ok=True)
    world = World(
        folder=folder,
        url=url,
        certainty=Certainty.BLIND,
        clock=SharedClock(MONDAY + SECOND),
        share=0,
        patience=10,
        seconds=30,
    )
    profiles = [a_profile() for _ in range(min(PROFILES, posts))]
    due = [a_post(profiles[n % len(profiles)], f"post {n}", share_at=MONDAY) for n in range(posts)]
    add(world, profiles, due)
    world.resets_ledger()
    tally = Tally(f"{PROCESSES} processes", counts=Counter(runs=1))
    life = Life(world=world, forgives=(Busy,), size=20, idles=20_000, idle_step=timedelta())
    children = [fork(life.lives, lifetime=LONG) for _ in range(PROCESSES)]
    tally.ends(*[ended(each) for each in children], at="claims")
    judge(world, tally, "claims")
    _judge_claims(world, tally)
    return tally


def _judge_claims(world: World, tally: Tally) -> None:
    with closing(world.opened()) as store:
        found = store.database.all("SELECT update_id, count(*) FROM attempts GROUP BY 1")
        tally.counts["claims"] = sum(n for _, n in found)
        for update, n in found:
            if n > 1:
                tally.errs(DOUBLE, f"“{update}” was claimed {n} times")
        owners = store.database.all("SELECT DISTINCT owner FROM attempts")
        tally.counts["took part"] = len(owners)


def pauses(folder: Path, url: str, certainty: Certainty, times: int, seed: str) -> Tally:
    """A process stops at its k-th point for longer than anything waits; others are awake beside it."""
    tally = Tally(certainty.value)
    world = a_world(folder, url, certainty, patience=IMPATIENT)
    for each in seeds(seed):
        under = replace(world, seed=each)
        points = number_from(partial(kills.live, begin_again(under), 0))
        tally.counts["points"] += points
        for at in range(1, points + 1, max(1, points // (times - tally.counts["pauses"]))):
            pause_once(under, at, tally)
            if tally.counts["pauses"] == times:
                return tally
    raise AssertionError


def pause_once(world: World, at: int, tally: Tally) -> None:
    """One pause at point `at`. In every second run a third process is there from the start."""
    world = begin_again(world)
    where = f"pause/{world.certainty.value}/{world.seed}/{at}"
    nap = NAPS[at // 2 % len(NAPS)]
    sleeper = fork(partial(_live, world, at))
    others = [fork(partial(_live, world, 0))] if at % 2 else []
    if has_stopped(sleeper):
        until = time.monotonic() + ASLEEP
        tally.counts["pauses"] += 1
        tally.ends(ended(fork(partial(_live, world, 0, LOOKS, nap / LOOKS))), at=where)
        time.sleep(max(0.0, until - time.monotonic()))
        os.kill(sleeper, signal.SIGCONT)
    tally.counts["runs"] += 1
    tally.ends(*[ended(each) for each in (sleeper, *others)], at=where)
    judge(world, tally, where, may_ask=nap > KEY_LIFE)


def _live(world: World, at: int, idles: int = 5_000, step: timedelta = SECOND) -> None:
    def stops(number: int, _name: str) -> None:
        if number == at:
            stops_itself()

    points = Points(stops)
    with watched(points):
        Life(world=world, points=points, forgives=(Busy,), idles=idles, idle_step=step).lives()
