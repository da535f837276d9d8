"""Short links of ours, and how often they were followed."""

from __future__ import annotations

import hashlib
import string
from datetime import datetime

from storage.sqlite.database import Database

_SIGNS = string.ascii_letters + string.digits
_LENGTH = 7
"""62 ** 7 codes: nobody finds one by trying."""


class Links:
    """One for each address in an update."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def code(self, update_id: str, url: str, now: datetime) -> str:
        """The code of this address in this update, however often it is asked for."""
        with self._db.transaction():
            made = _code(update_id, url)
            self._db.execute(
                "INSERT INTO links (code, update_id, url, created_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (update_id, url) DO NOTHING",
                (made, update_id, url, now.timestamp()),
            )
            row = self._db.one(
                "SELECT code FROM links WHERE update_id = ? AND url = ?", (update_id, url)
            )
            assert row
            return str(row[0])

    def target(self, code: str) -> str | None:
        row = self._db.one("SELECT url FROM links WHERE code = ?", (code,))
        return str(row[0]) if row else None

    def count(self, code: str) -> None:
        """Somebody followed it: one more click, also in the statistics of its update."""
        with self._db.transaction():
            self._db.execute("UPDATE links SET clicks = clicks + 1 WHERE code = ?", (code,))
            self._db.execute(
                "UPDATE updates SET statistics = json_set(statistics, '$.clicks',"
                " ifnull(json_extract(statistics, '$.clicks'), 0) + 1)"
                " WHERE id = (SELECT update_id FROM links WHERE code = ?)",
                (code,),
            )


def _code(update_id: str, url: str) -> str:
    """The same for the same address in the same update, also after a backup was restored: what went out since then is
    known by its words. An id of ours is no easier to guess than a code."""
    number = int.from_bytes(hashlib.sha256(f"{update_id} {url}".encode()).digest())
    signs = []
    for _ in range(_LENGTH):
        number, sign = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(signs)
