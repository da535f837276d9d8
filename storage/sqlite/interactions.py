"""What people did with our posts: kept once by (profile, the network's id), counted on the update."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from math import inf
from typing import Any

from buffer.model import Event, Found, Interaction, Page, Person, Profile, Update, new_id
from storage import rows
from storage.sqlite.database import Database

_ROW = (
    "SELECT id, team_id, profile_id, ifnull(update_id, '') AS update_id, mention_id, service_id, event, user, text,"
    " link, ours, created_at, edited_at, removed_at FROM interactions"
)


class Interactions:
    """Our own comments are kept as well, so that they are known when the network tells of them again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self,
        profile: Profile,
        update: Update | None,
        found: Found,
        *,
        ours: bool,
        now: datetime,
        mention_id: str = "",
    ) -> Interaction | None:
        """None if it is known already. What is not ours is counted in the statistics of its update, if it has one."""
        interaction = Interaction(
            id=new_id(now),
            team_id=profile.team_id,
            profile_id=profile.id,
            update_id=update.id if update else "",
            mention_id=mention_id,
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
                self._count(interaction, 1)
            return interaction

    def known(self, profile_id: str, service_id: str) -> Interaction | None:
        """The one that is kept of this id on the network."""
        row = self._db.one(
            f"{_ROW} WHERE profile_id = ? AND service_id = ?", (profile_id, service_id)
        )
        return _interaction(row) if row else None

    def below(self, update_id: str) -> list[Interaction]:
        """What is kept of all that was said below a post of ours, and not removed."""
        found = self._db.all(
            f"{_ROW} WHERE update_id = ? AND event = ? AND removed_at IS NULL",
            (update_id, Event.COMMENT),
        )
        return [_interaction(row) for row in found]

    def mentions(self, profile_id: str, since: datetime) -> list[Interaction]:
        """Those made since then, and what others said below them elsewhere, that are not removed; the newest first."""
        found = self._db.all(
            f"{_ROW} WHERE profile_id = ? AND created_at >= ? AND removed_at IS NULL"
            " AND (event = 'mention' OR mention_id <> '') AND ours = 0 ORDER BY created_at DESC",
            (profile_id, since.timestamp()),
        )
        return [_interaction(row) for row in found]

    def edit(self, interaction: Interaction, text: str, now: datetime) -> None:
        """It says something else now, and is there (again)."""
        with self._db.transaction():
            if interaction.removed and not interaction.ours:
                self._count(interaction, 1)
            self._db.execute(
                "UPDATE interactions SET text = :text, removed_at = NULL,"
                " edited_at = CASE WHEN text = :text THEN edited_at ELSE :now END WHERE id = :id",
                {"text": text, "now": now.timestamp(), "id": interaction.id},
            )

    def remove(self, interaction: Interaction, now: datetime) -> bool:
        """It is not on its network any more; False if that was known."""
        with self._db.transaction():
            gone = self._db.changed(
                "UPDATE interactions SET removed_at = ? WHERE id = ? AND removed_at IS NULL",
                (now.timestamp(), interaction.id),
            )
            if gone and not interaction.ours:
                self._count(interaction, -1)
            return bool(gone)

    def count(self, update: Update, counts: Mapping[str, int]) -> bool:
        """What the network counts itself takes the place of our own counting; False if nothing is new."""
        new = {**update.statistics, **counts}
        if new == update.statistics:
            return False
        with self._db.transaction():
            self._db.execute(
                "UPDATE updates SET statistics = json_patch(statistics, ?) WHERE id = ?",
                (rows.json_text(counts), update.id),
            )
        return True

    def post_edited(self, update: Update, text: str) -> None:
        """A post that is out was edited on its network."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE updates SET text = ?, text_hash = ? WHERE id = ? AND state = 'sent'",
                (text, rows.text_hash(text), update.id),
            )

    def post_removed(self, update: Update, at: datetime | None) -> None:
        """A post that was out is gone since then; None: it is there after all."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE updates SET removed_at = ? WHERE id = ? AND state = 'sent'",
                (rows.seconds(at), update.id),
            )

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
            f"SELECT {rows.UPDATE} FROM updates WHERE profile_id = :profile AND service_update_id = :post"
            " AND service_update_id <> ''",
            {"profile": profile_id, "post": post},
        ) or self._db.one(  # the plus: by the few ids, not through all that the profile has
            f"""SELECT {rows.UPDATE} FROM updates WHERE +profile_id = :profile AND id IN (
                SELECT update_id FROM parts WHERE service_id = :post
                UNION ALL SELECT update_id FROM interactions WHERE profile_id = :profile AND service_id = :post
                UNION ALL SELECT update_id FROM replies WHERE service_id = :post AND service_id <> '')""",
            {"profile": profile_id, "post": post},
        )
        return rows.update(row) if row else None

    def mention_for(self, profile_id: str, post: str) -> str:
        """The id of the mention elsewhere whose conversation something with this id on the network belongs to; "" for
        none."""
        row = self._db.one(
            """SELECT CASE mention_id WHEN '' THEN id ELSE mention_id END FROM interactions
            WHERE +profile_id = :profile AND +update_id IS NULL AND id IN (
                SELECT id FROM interactions WHERE profile_id = :profile AND service_id = :post
                UNION ALL SELECT interaction_id FROM replies WHERE service_id = :post AND service_id <> ''
                    AND update_id IS NULL)
            LIMIT 1""",
            {"profile": profile_id, "post": post},
        )
        return str(row[0]) if row and post else ""

    def posts(self, profile_id: str, since: datetime) -> list[tuple[str, datetime]]:
        """What this profile posted since then, by the ids on the network, parts of series too; the newest first."""
        found = self._db.all(
            """SELECT service_update_id, sent_at FROM updates
            WHERE profile_id = :profile AND state = 'sent' AND sent_at >= :since AND service_update_id <> ''
            UNION SELECT parts.service_id, updates.sent_at FROM parts JOIN updates ON updates.id = update_id
            WHERE profile_id = :profile AND state = 'sent' AND updates.sent_at >= :since
            ORDER BY 2 DESC""",
            {"profile": profile_id, "since": since.timestamp()},
        )
        return [(post, rows.instant(sent_at)) for post, sent_at in found]

    def mark(self, profile_id: str) -> str:
        """Where its network said to go on from; "" for nothing."""
        row = self._db.one("SELECT interactions_mark FROM profiles WHERE id = ?", (profile_id,))
        return str(row[0]) if row else ""

    def set_mark(self, profile_id: str, mark: str) -> None:
        with self._db.transaction():
            self._db.execute(
                "UPDATE profiles SET interactions_mark = ? WHERE id = ?", (mark, profile_id)
            )

    def active(self, service: str) -> list[tuple[Profile, datetime | None]]:
        """The connected profiles of a network, each with the time when it sent the last."""
        found = self._db.all(
            f"SELECT {rows.PROFILE}, (SELECT max(sent_at) FROM updates WHERE profile_id = profiles.id"
            " AND state = 'sent') FROM profiles WHERE service = ? AND disconnected = 0 ORDER BY rowid",
            (service,),
        )
        return [(rows.profile(row[:-1]), rows.maybe_instant(row[-1])) for row in found]

    def lasts(self, service: str) -> dict[str, datetime | None]:
        """Of the same, by their ids, only when each sent the last."""
        found = self._db.all(
            "SELECT id, (SELECT max(sent_at) FROM updates WHERE profile_id = profiles.id AND state = 'sent')"
            " FROM profiles WHERE service = ? AND disconnected = 0",
            (service,),
        )
        return {id: rows.maybe_instant(sent_at) for id, sent_at in found}

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
                "INSERT INTO interactions (id, team_id, profile_id, update_id, mention_id, service_id, event, user,"
                " text, link, ours, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (profile_id, service_id) DO NOTHING",
                (
                    interaction.id,
                    interaction.team_id,
                    interaction.profile_id,
                    interaction.update_id or None,
                    interaction.mention_id,
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

    def _count(self, interaction: Interaction, more: int) -> None:
        # Buffer v1's statistics are plurals of its events. Counted on, not anew: a post may have a million likes.
        self._db.execute(
            "UPDATE updates SET statistics = json_set(statistics, :path,"
            " max(0, ifnull(json_extract(statistics, :path), 0) + :more)) WHERE id = :update",
            {"path": f"$.{interaction.event}s", "more": more, "update": interaction.update_id},
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
        mention_id=row["mention_id"],
        edited_at=rows.maybe_instant(row["edited_at"]),
        removed=row["removed_at"] is not None,
    )
