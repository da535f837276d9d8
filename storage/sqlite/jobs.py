"""Slow work that was promised: waiting, running, done or failed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from buffer.model import Job, Topic
from storage import rows
from storage.sqlite.database import Database

_ROW = "SELECT id, team_id, kind, payload, created_at, tries, owner FROM jobs"


class Jobs:
    """Each step is conditional on the one before."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, job: Job, *, dedupe_key: str = "") -> bool:
        """False if one with this key was put before, whatever became of it."""
        now = job.created_at.timestamp()
        with self._db.transaction():
            self._db.touch(Topic.JOBS)
            return bool(
                self._db.changed(
                    "INSERT INTO jobs (id, team_id, kind, payload, dedupe_key, run_at, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dedupe_key) DO NOTHING",
                    (
                        job.id,
                        job.team_id,
                        job.kind,
                        json.dumps(dict(job.payload), ensure_ascii=False),
                        dedupe_key or None,
                        now,
                        now,
                    ),
                )
            )

    def next(self, kind: str, now: datetime) -> Job | None:
        """The one whose time came first."""
        row = self._db.one(
            f"{_ROW} WHERE kind = ? AND state = 'waiting' AND run_at <= ? ORDER BY run_at, rowid LIMIT 1",
            (kind, now.timestamp()),
        )
        return _job(row) if row else None

    def begin(self, job: Job, *, owner: str) -> bool:
        """waiting → running. False if somebody else was first."""
        return self._step(job, "waiting", "state = 'running', owner = ?", owner)

    def running(self, kind: str) -> list[tuple[Job, str]]:
        """Those begun and not ended, with their owners."""
        found = self._db.all(f"{_ROW} WHERE kind = ? AND state = 'running'", (kind,))
        return [(_job(row), row["owner"]) for row in found]

    def take_back(self, job: Job, *, owner: str, now: datetime) -> bool:
        """Waiting again, since this owner is dead. False if somebody else was first."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE jobs SET state = 'waiting', owner = '', run_at = ?"
                    " WHERE id = ? AND state = 'running' AND owner = ?",
                    (now.timestamp(), job.id, owner),
                )
            )

    def put_off(self, job: Job, *, until: datetime, reason: str) -> bool:
        """Running → waiting until then, with one more try behind it."""
        return self._step(
            job,
            "running",
            "state = 'waiting', owner = '', tries = tries + 1, run_at = ?, result = ?",
            until.timestamp(),
            reason,
        )

    def release(self, job: Job) -> None:
        """What it was for may be promised again."""
        with self._db.transaction():
            self._db.execute("UPDATE jobs SET dedupe_key = NULL WHERE id = ?", (job.id,))

    def end(self, job: Job, *, done: bool, result: str, now: datetime) -> bool:
        """Running → done, or failed."""
        return self._step(
            job,
            "running",
            "state = ?, owner = '', result = ?, ended_at = ?",
            "done" if done else "failed",
            result,
            now.timestamp(),
        )

    def sweep(self, before: datetime) -> None:
        """Forget those that ended before."""
        with self._db.transaction():
            self._db.execute("DELETE FROM jobs WHERE ended_at < ?", (before.timestamp(),))

    def _step(self, job: Job, expected: str, change: str, *values: Any) -> bool:
        with self._db.transaction():
            return bool(
                self._db.changed(
                    f"UPDATE jobs SET {change} WHERE id = ? AND state = ?",
                    (*values, job.id, expected),
                )
            )

    def trouble(self, update_id: str) -> str:
        """What a job about this update that is tried again said last; "" if nothing."""
        row = self._db.one(
            "SELECT result FROM jobs WHERE state = 'waiting' AND tries > 0"
            " AND EXISTS (SELECT 1 FROM json_each(payload, '$.updates') WHERE value = ?)",
            (update_id,),
        )
        return str(row[0]) if row else ""


def _job(row: Any) -> Job:
    return Job(
        id=row["id"],
        team_id=row["team_id"],
        kind=row["kind"],
        payload=json.loads(row["payload"]),
        created_at=rows.instant(row["created_at"]),
        tries=row["tries"],
    )
