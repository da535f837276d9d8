"""Ranks: the order of a profile's queued updates. The line is those of them that wait for a slot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from buffer import slots
from buffer.model import Update
from storage.sqlite.database import Database

IN_LINE = "profile_id = ? AND state = 'queued' AND share_at IS NULL"

_STRETCH = 39  # bits; as in the triggers that count them
_PARKED = 2**62
"""How far ranks are moved out of the way in mid-change, where they would collide with one another."""


class Order:
    """Who stands where in the line, and how to change it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def to_top(self, updates: Sequence[Update]) -> None:
        """Move queued ones before the head, keeping their order."""
        with self._db.transaction():
            for update in reversed(updates):
                self._db.execute(
                    "UPDATE updates SET rank = ? WHERE id = ? AND state = 'queued'",
                    (before(self._db, update.profile_id), update.id),
                )

    def ranks(self, profile_id: str, *, offset: int = 0, count: int = -1) -> dict[str, int]:
        """A stretch of the line, by id."""
        rank, further = seek(self._db, profile_id, offset)
        found = self._db.all(
            f"SELECT id, rank FROM updates WHERE {IN_LINE} AND rank >= ? ORDER BY rank LIMIT ? OFFSET ?",
            (profile_id, rank, count, further),
        )
        return dict(map(tuple, found))

    def standing(self, profile_id: str, ids: Sequence[str]) -> dict[str, bool]:
        """Those of `ids` that are pending in this profile; True where they stand in the line."""
        found = self._db.all(
            # + keeps SQLite from walking the profile's rows instead of looking up the ids.
            "SELECT id, state = 'queued' AND share_at IS NULL FROM updates"
            " WHERE id IN (SELECT value FROM json_each(?)) AND +profile_id = ?"
            " AND +state IN ('queued', 'scheduled')",
            (json.dumps(list(ids)), profile_id),
        )
        return {id: bool(in_line) for id, in_line in found}

    def apply(self, ranks: Mapping[str, int]) -> None:
        """Give queued updates these ranks."""
        plan = json.dumps(dict(ranks))
        with self._db.transaction():
            self._db.execute(
                "UPDATE updates SET rank = rank - ? WHERE id IN (SELECT key FROM json_each(?))",
                (_PARKED, plan),
            )
            self._db.execute(
                "UPDATE updates SET rank = plan.value FROM json_each(?) AS plan WHERE updates.id = plan.key",
                (plan,),
            )

    def lay(self, profile_id: str, order: Sequence[str], *, offset: int) -> None:
        """Take these out of the line and put them back as one block that begins at `offset`."""
        with self._db.transaction():
            present = self.ranks(profile_id, offset=offset, count=len(order))
            if present.keys() == set(order):
                self.apply(slots.permuted(present, order))
            else:
                self.apply(self._block(profile_id, order, offset))

    def _block(self, profile_id: str, order: Sequence[str], offset: int) -> dict[str, int]:
        """Ranks for the block; neighbours that stand too close are moved apart with it."""
        lifted = self._lifted(order)
        follower = self._follower(profile_id, lifted, offset)
        reach = 0
        while True:
            ahead = self._neighbours(profile_id, lifted, f"rank < {follower}", "DESC", reach + 1)
            after = self._neighbours(profile_id, lifted, f"rank >= {follower}", "ASC", reach + 1)
            ranks = slots.spread(
                [*reversed([*ahead][:reach]), *order, *[*after][:reach]],
                above=[*ahead.values()][reach] if len(ahead) > reach else None,
                below=[*after.values()][reach] if len(after) > reach else None,
            )
            if ranks:
                return ranks
            reach = reach * 8 or 32

    def _lifted(self, order: Sequence[str]) -> list[int]:
        found = self._db.all(
            "SELECT rank FROM updates WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(order)),),
        )
        return [rank for (rank,) in found]

    def _follower(self, profile_id: str, lifted: list[int], offset: int) -> int:
        """The rank of whoever stands at `offset` without the lifted ones; beyond all where nobody does."""
        near = list(self.ranks(profile_id, offset=offset, count=len(lifted) + 1).values())
        missing = sum(rank < near[0] for rank in lifted) if near else 0
        rest = [rank for rank in near if rank not in lifted]
        return rest[missing] if missing < len(rest) else _PARKED

    def _neighbours(
        self, profile_id: str, lifted: list[int], where: str, direction: str, count: int
    ) -> dict[str, int]:
        """Queued ones on one side, nearest first; those on hold as well, since they keep their ranks."""
        found = self._db.all(
            f"SELECT id, rank FROM updates WHERE profile_id = ? AND state = 'queued' AND {where}"
            " AND rank NOT IN (SELECT value FROM json_each(?))"
            f" ORDER BY rank {direction} LIMIT ?",
            (profile_id, json.dumps(lifted), count),
        )
        return dict(map(tuple, found))


def behind(db: Database, profile_id: str) -> int:
    """A rank after all queued ones."""
    return _edge(db, profile_id, "max") + slots.STEP


def before(db: Database, profile_id: str) -> int:
    """A rank before all queued ones."""
    return _edge(db, profile_id, "min") - slots.STEP


def place(db: Database, profile_id: str, rank: int) -> int:
    """How many stand in line before this rank."""
    row = db.one(
        """SELECT
        (SELECT ifnull(sum(n), 0) FROM stretches WHERE profile_id = :id AND stretch < :stretch)
        + (SELECT count(*) FROM updates WHERE profile_id = :id AND state = 'queued' AND share_at IS NULL
            AND rank >= :start AND rank < :rank)""",
        {
            "id": profile_id,
            "rank": rank,
            "stretch": rank >> _STRETCH,
            "start": rank >> _STRETCH << _STRETCH,
        },
    )
    assert row
    return int(row[0])


def seek(db: Database, profile_id: str, place: int) -> tuple[int, int]:
    """Where to read the line from to get to a place: a rank, and how many from there to pass over."""
    if not place:
        return -_PARKED, 0
    passed = 0
    for stretch, n in db.all(
        "SELECT stretch, n FROM stretches WHERE profile_id = ? ORDER BY stretch", (profile_id,)
    ):
        if passed + n > place:
            return stretch << _STRETCH, place - passed
        passed += n
    return _PARKED, 0


def _edge(db: Database, profile_id: str, which: str) -> int:
    row = db.one(
        f"SELECT {which}(rank) FROM updates WHERE profile_id = ? AND state = 'queued'",
        (profile_id,),
    )
    return int(row[0]) if row and row[0] is not None else 0
