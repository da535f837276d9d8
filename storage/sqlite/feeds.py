"""Which channels hear of which profiles."""

from __future__ import annotations

import json
from typing import Any

from storage.sqlite.database import Database


class Feeds:
    """A channel follows a profile or does not; asking twice is no error."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def follow(self, team_id: str, channel: str, profile_id: str) -> None:
        with self._db.transaction():
            self._db.execute(
                "INSERT OR IGNORE INTO feeds (team_id, channel, profile_id) VALUES (?, ?, ?)",
                (team_id, channel, profile_id),
            )

    def unfollow(self, team_id: str, channel: str, profile_id: str) -> None:
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM feeds WHERE team_id = ? AND channel = ? AND profile_id = ?",
                (team_id, channel, profile_id),
            )

    def channels(self, profile_id: str) -> list[str]:
        """Those that hear of this profile, the first to follow first."""
        found = self._db.all(
            "SELECT channel FROM feeds WHERE profile_id = ? ORDER BY rowid", (profile_id,)
        )
        return [channel for (channel,) in found]

    def profiles(self, team_id: str, channel: str) -> list[str]:
        """Those this channel hears of, the first followed first."""
        found = self._db.all(
            "SELECT profile_id FROM feeds WHERE team_id = ? AND channel = ? ORDER BY rowid",
            (team_id, channel),
        )
        return [profile_id for (profile_id,) in found]

    def settings(self, channel: str) -> dict[str, Any]:
        """What was set for a channel; {} for nothing."""
        row = self._db.one("SELECT settings FROM channels WHERE channel = ?", (channel,))
        return dict(json.loads(row[0])) if row else {}

    def settle(self, team_id: str, channel: str, settings: dict[str, Any]) -> None:
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO channels (channel, team_id, settings) VALUES (?, ?, ?)",
                (channel, team_id, json.dumps(settings)),
            )
