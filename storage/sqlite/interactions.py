"""What people did with our posts: kept once by (profile, the network's id), counted on the update."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from math import inf
from typing import Any

from buffer.model import Event, Found, Interaction, Page, Person, Profile, Update, new_id
from storage import rows
from storage.sqlite.database import Database

_ROW = (
    "SELECT id, team_id, profile_id, update_id, service_id, event, user, text, link, ours, created_at"
    " FROM interactions"
)


class Interactions:
    """Our own comments are kept as well, so that they are known when the network tells of them again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self, profile: Profile, update: Update, found: Found, *, ours: bool, now: datetime
    ) -> Interaction | None:
        """None if it is known already. What is not ours is counted in the update's statistics."""
        interaction = Interaction(
            id=new_id(now),
            team_id=profile.team_id,
            profile_id=profile.id,
            update_id=update.id,
            service_id=found.service_id,
            event=found.event,
            user=found.user,
            created_at=found.created_at,
            text=found.text,
            link=found.link,
            ours=ours,
        )
        with self._db.transaction():
            if not self._insert(interaction, now):
                return None
            if not ours:
                self._count(interaction)
            return interaction

    def knows(self, profile_id: str, service_id: str) -> bool:
        """Whether it is kept already."""
        found = self._db.one(
            "SELECT 1 FROM interactions WHERE profile_id = ? AND service_id = ?",
            (profile_id, service_id),
        )
        return found is not None

    def get(self, team_id: str, interaction_id: str) -> Interaction | None:
        row = self._db.one(f"{_ROW} WHERE id = ? AND team_id = ?", (interaction_id, team_id))
        return _interaction(row) if row else None

    def of_update(
        self,
        update_id: str,
        *,
        event: Event | None,
        offset: int,
        count: int,
        since: datetime | None,
        before: datetime | None,
    ) -> Page[Interaction]:
        """Newest first; `since` and `before` compare the time on the network."""
        where = (
            "WHERE update_id = :update AND removed_at IS NULL AND (:event IS NULL OR event = :event)"
            " AND created_at > :since AND created_at < :before"
        )
        values = {
            "update": update_id,
            "event": event,
            "since": since.timestamp() if since else -inf,
            "before": before.timestamp() if before else inf,
            "count": count,
            "offset": offset,
        }
        with self._db.snapshot():
            total = self._db.one(f"SELECT count(*) FROM interactions {where}", values)
            found = self._db.all(
                f"{_ROW} {where} ORDER BY created_at DESC, rowid DESC LIMIT :count OFFSET :offset",
                values,
            )
        return Page(items=[_interaction(row) for row in found], total=int(total[0]) if total else 0)

    def statistics(self, update_id: str) -> dict[str, int]:
        """How many of each event, by its name; what we said ourselves is not counted."""
        found = self._db.all(
            "SELECT event, count(*) FROM interactions"
            " WHERE update_id = ? AND ours = 0 AND removed_at IS NULL GROUP BY event",
            (update_id,),
        )
        return dict(map(tuple, found))

    def update_for(self, profile_id: str, post: str) -> Update | None:
        """Our update that something with this id on the network belongs to: a post or a part of one, a comment under
        it, or a reply of ours."""
        if not post:
            return None
        row = self._db.one(
            f"SELECT {rows.UPDATE} FROM updates WHERE profile_id = :profile AND service_update_id = :post",
            {"profile": profile_id, "post": post},
        ) or self._db.one(
            f"""SELECT {rows.UPDATE} FROM updates WHERE profile_id = :profile AND id IN (
                SELECT update_id FROM parts WHERE service_id = :post
                UNION ALL SELECT update_id FROM interactions WHERE profile_id = :profile AND service_id = :post
                UNION ALL SELECT update_id FROM replies WHERE service_id = :post AND service_id <> '')""",
            {"profile": profile_id, "post": post},
        )
        return rows.update(row) if row else None

    def posts(self, profile_id: str, since: datetime) -> list[str]:
        """What this profile posted since then, by the ids on the network, parts of series too; the newest first."""
        found = self._db.all(
            """SELECT service_update_id, sent_at FROM updates
            WHERE profile_id = :profile AND state = 'sent' AND sent_at >= :since AND service_update_id <> ''
            UNION SELECT parts.service_id, updates.sent_at FROM parts JOIN updates ON updates.id = update_id
            WHERE profile_id = :profile AND state = 'sent' AND updates.sent_at >= :since
            ORDER BY 2 DESC""",
            {"profile": profile_id, "since": since.timestamp()},
        )
        return [post for post, _ in found]

    def mark(self, profile_id: str) -> str:
        """Where its network said to go on from; "" for nothing."""
        row = self._db.one("SELECT interactions_mark FROM profiles WHERE id = ?", (profile_id,))
        return str(row[0]) if row else ""

    def set_mark(self, profile_id: str, mark: str) -> None:
        with self._db.transaction():
            self._db.execute(
                "UPDATE profiles SET interactions_mark = ? WHERE id = ?", (mark, profile_id)
            )

    def active(self, service: str, since: datetime) -> list[tuple[Profile, datetime]]:
        """Profiles of a network that sent something since then, with the time of the last."""
        found = self._db.all(
            f"SELECT {rows.PROFILE}, last FROM (SELECT *, (SELECT max(sent_at) FROM updates"
            " WHERE profile_id = profiles.id AND state = 'sent') AS last FROM profiles WHERE service = ?)"
            " WHERE last >= ? AND disconnected = 0",
            (service, since.timestamp()),
        )
        return [(rows.profile(row[:-1]), rows.instant(row[-1])) for row in found]

    def since(self, profile_id: str) -> datetime | None:
        """Where the poller of this profile stands; None before the first time."""
        row = self._db.one("SELECT interactions_since FROM profiles WHERE id = ?", (profile_id,))
        return rows.maybe_instant(row[0]) if row else None

    def set_since(self, profile_id: str, since: datetime) -> None:
        """Never back: two pollers may end in another order than they began."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE profiles SET interactions_since = max(ifnull(interactions_since, 0), ?) WHERE id = ?",
                (since.timestamp(), profile_id),
            )

    def _insert(self, interaction: Interaction, now: datetime) -> bool:
        return bool(
            self._db.changed(
                "INSERT INTO interactions (id, team_id, profile_id, update_id, service_id, event, user, text, link,"
                " ours, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (profile_id, service_id) DO NOTHING",
                (
                    interaction.id,
                    interaction.team_id,
                    interaction.profile_id,
                    interaction.update_id,
                    interaction.service_id,
                    interaction.event,
                    json.dumps(asdict(interaction.user), ensure_ascii=False),
                    interaction.text,
                    interaction.link,
                    interaction.ours,
                    interaction.created_at.timestamp(),
                    now.timestamp(),
                ),
            )
        )

    def _count(self, interaction: Interaction) -> None:
        # Buffer v1's statistics are plurals of its events. Counted on, not anew: a post may have a million likes.
        self._db.execute(
            "UPDATE updates SET statistics = json_set(statistics, :path,"
            " ifnull(json_extract(statistics, :path), 0) + 1) WHERE id = :update",
            {"path": f"$.{interaction.event}s", "update": interaction.update_id},
        )


def _interaction(row: Any) -> Interaction:
    return Interaction(
        id=row["id"],
        team_id=row["team_id"],
        profile_id=row["profile_id"],
        update_id=row["update_id"],
        service_id=row["service_id"],
        event=Event(row["event"]),
        user=Person(**json.loads(row["user"])),
        created_at=rows.instant(row["created_at"]),
        text=row["text"],
        link=row["link"],
        ours=bool(row["ours"]),
    )
