"""Access tokens of the HTTP API: shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from buffer.errors import Code, Refused
from buffer.model import Token, new_id
from storage.sqlite.database import Database


class Tokens:
    """A token is 160 random bits, so a plain SHA-256 is enough: there is nothing to guess."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, name: str, team_id: str, now: datetime) -> str:
        """Make a token and return it, the only time it is seen. Raises Refused for a name in use."""
        plain = f"sb_{secrets.token_hex(20)}"
        with self._db.transaction():
            if self._db.one("SELECT 1 FROM tokens WHERE name = ?", (name,)):
                raise Refused(
                    f"There is a token named “{name}” already: choose another name.",
                    Code.BAD_PARAMETER,
                )
            self._db.execute(
                "INSERT INTO tokens (id, team_id, user_id, name, hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (new_id(now), team_id, new_id(now), name, _hash(plain), now.timestamp()),
            )
        return plain

    def find(self, plain: str) -> Token | None:
        """The token's row, unless it was revoked."""
        row = self._db.one(
            "SELECT id, team_id, user_id, name, created_at FROM tokens WHERE hash = ? AND revoked_at IS NULL",
            (_hash(plain),),
        )
        return _token(dict(row)) if row else None

    def all(self) -> list[Token]:
        """Those that work, oldest first."""
        rows = self._db.all(
            "SELECT id, team_id, user_id, name, created_at FROM tokens WHERE revoked_at IS NULL ORDER BY created_at"
        )
        return [_token(dict(row)) for row in rows]

    def revoke(self, name: str, now: datetime) -> bool:
        """False if there is no such token. Its name becomes free again."""
        with self._db.transaction():
            return bool(
                self._db.changed(
                    "UPDATE tokens SET revoked_at = ?, name = name || ' (revoked ' || id || ')'"
                    " WHERE name = ? AND revoked_at IS NULL",
                    (now.timestamp(), name),
                )
            )


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _token(row: dict[str, object]) -> Token:
    created = datetime.fromtimestamp(float(str(row.pop("created_at"))), UTC)
    return Token(**{name: str(value) for name, value in row.items()}, created_at=created)
