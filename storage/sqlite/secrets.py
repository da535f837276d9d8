"""Logins, sessions and the like: sealed JSON values of a scope (a profile, or a server) under a name."""

from __future__ import annotations

from typing import Any

from buffer.errors import NetworkDown
from storage.sqlite.database import Database
from storage.vault import Vault, WrongKey

_BATCH = 100


class Secrets:
    """What is here cannot be read in a copy of the database without the key."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def keep(self, scope: str, name: str, value: Any) -> None:
        sealed = self._vault.seal(value)
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO secrets (scope, name, value) VALUES (?, ?, ?)",
                (scope, name, sealed),
            )

    def recall(self, scope: str, name: str) -> Any:
        """None if there is none. Raises NetworkDown for what was sealed under a key that is not at hand: nothing can be
        said to the network until that is mended, and the login itself may be well."""
        row = self._db.one("SELECT value FROM secrets WHERE scope = ? AND name = ?", (scope, name))
        try:
            return self._vault.open(row[0]) if row else None
        except WrongKey as error:
            raise NetworkDown(
                "The stored login cannot be opened with the present SECRET_KEY. Bring the old key back, or connect the "
                "account again."
            ) from error

    def forget(self, scope: str, name: str | None = None) -> None:
        """One value of a scope, or all of them."""
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM secrets WHERE scope = ? AND name = ifnull(?, name)", (scope, name)
            )

    def renew(self) -> tuple[int, int]:
        """Seal everything anew under the first key: how many were, how many no key opens.

        In small transactions, beside a running server; ended halfway, it goes on where it was.
        """
        names = self._db.all("SELECT scope, name FROM secrets ORDER BY scope, name")
        renewed = lost = 0
        for start in range(0, len(names), _BATCH):
            with self._db.transaction():
                for scope, name in names[start : start + _BATCH]:
                    try:
                        renewed += self._renew(scope, name)
                    except WrongKey:
                        lost += 1
        return renewed, lost

    def _renew(self, scope: str, name: str) -> int:
        row = self._db.one("SELECT value FROM secrets WHERE scope = ? AND name = ?", (scope, name))
        sealed = self._vault.renewed(row[0]) if row else None
        if sealed is None:
            return 0
        return self._db.changed(
            "UPDATE secrets SET value = ? WHERE scope = ? AND name = ?", (sealed, scope, name)
        )
