"""The parts of a series that are out, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from buffer.model import Receipt
from storage import rows
from storage.sqlite.database import Database


class Parts:
    """A part is noted once; whoever goes on with a series begins behind the last one that is out."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, update_id: str, number: int, text: str, receipt: Receipt, now: datetime) -> None:
        """Part `number`, counted from 0, is out with this text."""
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO parts (update_id, number, text_hash, service_id, link, version, sent_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    update_id,
                    number,
                    rows.text_hash(text),
                    receipt.service_id,
                    receipt.link,
                    receipt.version,
                    now.timestamp(),
                ),
            )

    def ids(self, update_id: str) -> set[str]:
        """What those that are out are called on the network."""
        found = self._db.all("SELECT service_id FROM parts WHERE update_id = ?", (update_id,))
        return {service_id for (service_id,) in found}

    def out(self, update_id: str, texts: Sequence[str]) -> list[Receipt]:
        """Those of `texts` that are out as they stand, from the first on, without a gap."""
        found = self._db.all(
            "SELECT number, text_hash, service_id, link, version FROM parts WHERE update_id = ? ORDER BY number",
            (update_id,),
        )
        out: list[Receipt] = []
        for (number, hashed, service_id, link, version), text in zip(found, texts, strict=False):
            if number != len(out) or hashed != rows.text_hash(text):
                break
            out.append(Receipt(service_id=service_id, link=link, version=version))
        return out
