"""A database copied at a random instant under writes, its log cut at a random byte: it is then as it was at some
earlier moment.

A cut may fall on any byte behind what a checkpoint has begun to bring home. On every tenth copy it falls behind the
last commit, as a power failure with an honest disk can make it; that one is finished by two senders, on a network as it
was at that instant.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from buffer.ports import Certainty
from cast import MONDAY, a_profile
from rig import server
from rig.copies import Copy, written_to
from rig.forks import ended, fork
from rig.judging import BROKEN, LOST, Tally, broken_rules, judge
from rig.life import Life
from rig.world import CHANNEL, SECOND, SharedClock, World, add
from storage import SqliteStore, open_store

PROFILES = 12

PER_WORLD = 50
"""Copies of one database, before it grows too long to be looked through again and again."""

FINISHED = 10

CHECKPOINTS = (40, 1000)
"""Pages after which the log is brought home: often in every other world, so that copies fall into that too; else as
SQLite does."""


def measure(folder: Path, url: str, cuts: int, seed: str) -> Tally:
    """So many cuts; `url` is the network of those who write, another is started for those who finish."""
    tally, number = Tally("torn log"), 0
    with server.running() as afterwards:
        while (left := cuts - tally.counts["cuts"]) > 0:
            under, place = f"{seed}.{number}", folder / f"world{number}"
            torn = Torn(_world(place, url, under), afterwards, tally, Random(under))
            torn.cut_again_and_again(min(PER_WORLD, left), CHECKPOINTS[number % 2])
            number += 1
    return tally


def _world(folder: Path, url: str, seed: str) -> World:
    folder.mkdir()
    world = World(
        folder=folder,
        url=url,
        certainty=Random(seed).choice((Certainty.KEYED, Certainty.LOOKUPABLE)),
        clock=SharedClock(MONDAY + SECOND),
        seed=seed,
        hangs=False,
    )
    add(world, [a_profile() for _ in range(PROFILES)], [])
    world.resets_ledger()
    return world


@dataclass
class Torn:
    """One world, and what came of its copies."""

    world: World
    afterwards: str
    tally: Tally
    random: Random

    def cut_again_and_again(self, times: int, pages: int) -> None:
        with written_to(self.world, pages) as copies:
            for number in range(times):
                time.sleep(self.random.uniform(0.005, 0.05))
                where = f"torn/{self.world.seed}/{number}"
                with copies() as copy:
                    ledger = self.world.ledger()
                if number % FINISHED:
                    self._cut(copy, where)
                else:
                    self._finish(copy, ledger, where)
                self.tally.counts["cuts"] += 1
                self.tally.counts["in a checkpoint"] += copy.mark.brought_home > 0

    def _cut(self, copy: Copy, where: str) -> None:
        """Nothing that was told is missing in the whole copy, and in the cut one nothing that lies before the cut; what
        it has as sent, the whole one has as well."""
        length = self._somewhere(copy)
        whole = self._looked_through(copy, len(copy), f"{where}, whole")
        fewer = self._looked_through(copy, length, f"{where}, cut at {length} of {len(copy)}")
        for each in fewer - whole:
            self.tally.errs(BROKEN, f"“{each}” is sent only after the cut at {where}")
        self.tally.counts["cut short"] += len(fewer) < len(whole)

    def _finish(self, copy: Copy, ledger: dict[str, Any], where: str) -> None:
        length = self.random.randint(copy.end_of(copy.mark.frames), len(copy))
        where = f"{where}, cut at {length} and finished"
        self._looked_through(copy, length, where)
        server.told(f"{self.afterwards}/ledger", ledger)
        then = replace(
            self.world,
            folder=copy.cut(length),
            url=self.afterwards,
            clock=SharedClock(self.world.clock()),
        )
        lives = [fork(Life(world=then).lives) for _ in range(2)]
        self.tally.ends(*[ended(each) for each in lives], at=where)
        judge(then, self.tally, where)
        self.tally.counts["finished"] += 1

    def _somewhere(self, copy: Copy) -> int:
        """Half of the cuts are within what the log holds now; the others may also hit what is left of before."""
        first, last = copy.first_cut, copy.end_of(copy.mark.frames)
        if self.random.random() < 0.5 and first < last:
            return self.random.randint(first, last)
        return self.random.randint(first, len(copy))

    def _looked_through(self, copy: Copy, length: int, where: str) -> set[str]:
        """Open a copy with this much of its log; what it has as sent."""
        try:
            with closing(open_store(f"sqlite:///{copy.cut(length)}/buffer.db")) as store:
                for what in [*_damage(store), *broken_rules(store)]:
                    self.tally.errs(BROKEN, f"{what} at {where}")
                found = store.database.all("SELECT id FROM updates WHERE state = 'sent'")
        except sqlite3.DatabaseError as error:
            self.tally.errs(BROKEN, f"{error} at {where}")
            return set()
        sent = {id for (id,) in found}
        for each in copy.kept_for_certain(length) - sent:
            self.tally.errs(LOST, f"“{each}” at {where}")
        return sent


def _damage(store: SqliteStore) -> list[str]:
    """Of the file; and of a transaction: who is sent has one card, and nobody else any."""
    found = [said for (said,) in store.database.all("PRAGMA integrity_check") if said != "ok"]
    found += ["foreign keys"] * bool(store.database.all("PRAGMA foreign_key_check"))
    half = store.database.all(
        "SELECT 1 FROM updates WHERE (state = 'sent') <> (SELECT count(*) FROM outbox WHERE subject = updates.id"
        f" AND kind = 'card' AND target = '{CHANNEL}')"
    )
    return found + ["half a transaction"] * bool(half)
