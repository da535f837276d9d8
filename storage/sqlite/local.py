"""The local network's own rows: posts, and what made-up people did with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from buffer.model import Event, Found, Person, Update, new_id
from storage import rows
from storage.sqlite.database import Database


class LocalPosts:
    """A post is kept once per (profile, key), a reaction once per key."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def publish(
        self, profile_id: str, update: Update, key: str, now: datetime, *, after: str = ""
    ) -> str:
        """The post's id; a repeated key answers with the first one. `after`: the post it goes on from."""
        with self._db.transaction():
            known = self.find(profile_id, key)
            if known:
                return known
            post_id = new_id(now)
            self._db.execute(
                "INSERT INTO local_posts (id, profile_id, key, text, media, created_at, after)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    post_id,
                    profile_id,
                    key,
                    update.text,
                    rows.media_text(update.media),
                    now.timestamp(),
                    after,
                ),
            )
            return post_id

    def find(self, profile_id: str, key: str) -> str | None:
        """The id of the post made with this key."""
        row = self._db.one(
            "SELECT id FROM local_posts WHERE profile_id = ? AND key = ?", (profile_id, key)
        )
        return str(row["id"]) if row else None

    def same_words(self, profile_id: str, update: Update, since: datetime) -> str | None:
        """A post with the text of this update that is no older, and that no other update is."""
        row = self._db.one(
            "SELECT id FROM local_posts AS p WHERE profile_id = ? AND text = ? AND created_at >= ? AND NOT EXISTS"
            " (SELECT 1 FROM updates WHERE profile_id = p.profile_id AND service_update_id = p.id AND id <> ?)"
            " ORDER BY created_at LIMIT 1",
            (profile_id, update.text, since.timestamp(), update.id),
        )
        return str(row["id"]) if row else None

    def reaction(self, key: str) -> str | None:
        """The id of the reaction made with this key."""
        row = self._db.one("SELECT id FROM local_reactions WHERE key = ?", (key,))
        return str(row["id"]) if row else None

    def react(
        self,
        post_id: str,
        *,
        event: Event,
        who: str,
        text: str,
        key: str,
        ours: bool,
        now: datetime,
    ) -> str | None:
        """The id of the reaction; a repeated key answers with the first one; None for no such post."""
        with self._db.transaction():
            if known := self.reaction(key):
                return known
            reaction_id = new_id(now)
            added = self._db.changed(
                "INSERT INTO local_reactions (id, post_id, event, who, text, key, ours, created_at)"
                " SELECT ?, id, ?, ?, ?, ?, ?, ? FROM local_posts WHERE id = ?",
                (reaction_id, event, who, text, key, ours, now.timestamp(), post_id),
            )
            return reaction_id if added else None

    def like(self, reaction_id: str) -> bool:
        """Our account likes it; False if it is not there."""
        return self._change(reaction_id, "liked = 1", ours=False)

    def edit(self, reaction_id: str, text: str, *, ours: bool) -> bool:
        """Its writer says it otherwise; False if it is not there, or somebody else's."""
        return self._change(reaction_id, "text = ?", text, ours=ours)

    def remove(self, reaction_id: str, now: datetime, *, ours: bool) -> bool:
        """Its writer takes it back; False if it is not there, or somebody else's. Its key stays, so that no later try
        makes it again."""
        gone = "text = '', removed_at = ?"
        return self._change(reaction_id, gone, now.timestamp(), ours=ours)

    def is_there(self, reaction_id: str) -> bool:
        row = self._db.one(
            "SELECT 1 FROM local_reactions WHERE id = ? AND removed_at IS NULL", (reaction_id,)
        )
        return row is not None

    def _change(self, reaction_id: str, change: str, *values: Any, ours: bool) -> bool:
        with self._db.transaction():
            return bool(
                self._db.changed(
                    f"UPDATE local_reactions SET {change} WHERE id = ? AND ours = ? AND removed_at IS NULL",
                    (*values, reaction_id, ours),
                )
            )

    def posts(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """Newest first: id, profile_id, profile, text, media, created_at, likes and reshares (names), comments
        (each: id, who, text, ours, liked, created_at)."""
        with self._db.snapshot():
            found = self._db.all(
                "SELECT p.id, p.profile_id, ifnull(profiles.name, '') AS profile, p.text, p.media, p.created_at,"
                " p.after"
                " FROM local_posts AS p LEFT JOIN profiles ON profiles.id = p.profile_id"
                " ORDER BY p.created_at DESC, p.rowid DESC LIMIT ?",
                (limit,),
            )
            return [self._with_reactions(dict(row)) for row in found]

    def found(self, profile_id: str, since: datetime, posts: Sequence[str] = ()) -> list[Found]:
        """What people did with the profile's posts since then, and with these in all, oldest first."""
        found = self._db.all(
            "SELECT r.*, profiles.service_id AS account FROM local_reactions AS r"
            " JOIN local_posts AS p ON p.id = r.post_id JOIN profiles ON profiles.id = p.profile_id"
            " WHERE p.profile_id = ? AND r.removed_at IS NULL"
            " AND (r.created_at >= ? OR p.id IN (SELECT value FROM json_each(?)))"
            " ORDER BY r.created_at, r.rowid",
            (profile_id, since.timestamp(), json.dumps(list(posts))),
        )
        return [_found(dict(row)) for row in found]

    def _with_reactions(self, post: dict[str, Any]) -> dict[str, Any]:
        reactions = self._db.all(
            "SELECT id, event, who, text, ours, liked, created_at FROM local_reactions WHERE post_id = ?"
            " AND removed_at IS NULL ORDER BY created_at, rowid",
            (post["id"],),
        )
        return {
            **post,
            "media": json.loads(post["media"]),
            "created_at": rows.instant(post["created_at"]),
            "likes": [row["who"] for row in reactions if row["event"] == Event.LIKE],
            "reshares": [row["who"] for row in reactions if row["event"] == Event.RESHARE],
            "comments": [_comment(row) for row in reactions if row["event"] == Event.COMMENT],
        }


def _comment(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "who": row["who"],
        "text": row["text"],
        "ours": bool(row["ours"]),
        "liked": bool(row["liked"]),
        "created_at": rows.instant(row["created_at"]),
    }


def _found(row: dict[str, Any]) -> Found:
    # Made-up people have no account; what we wrote ourselves carries the profile's, and is known by it.
    account = row["account"] if row["ours"] else ""
    return Found(
        post=row["post_id"],
        service_id=row["id"],
        event=Event(row["event"]),
        user=Person(username=row["who"], name=row["who"], service_id=account),
        created_at=rows.instant(row["created_at"]),
        text=row["text"],
    )
