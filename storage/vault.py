"""Seals what must not be read in a copy of the database. Knows keys, no rows."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from storage.disk import sync


class WrongKey(Exception):
    """Sealed under a key that is not at hand."""


class Vault:
    """Seals JSON values under the first of its keys, opens them with any of them.

    With a `file` the keys are those in it, also after somebody has changed them. Raises ValueError, a sentence, for a
    key that is none.
    """

    def __init__(self, keys: Sequence[str] = (), *, file: Path | None = None) -> None:
        self._file = file
        self._read_at: int | None = None
        self._fernets = _fernets(keys) if file is None else []

    def seal(self, value: Any) -> bytes:
        return self._keys()[0].encrypt(json.dumps(value).encode())

    def open(self, sealed: bytes) -> Any:
        """Raises WrongKey."""
        try:
            return json.loads(MultiFernet(self._keys()).decrypt(sealed))
        except InvalidToken as error:
            raise WrongKey from error

    def renewed(self, sealed: bytes) -> bytes | None:
        """The same under the first key; None if it is already. Raises WrongKey."""
        keys = self._keys()
        with suppress(InvalidToken):
            keys[0].decrypt(sealed)
            return None
        try:
            return MultiFernet(keys).rotate(sealed)
        except InvalidToken as error:
            raise WrongKey from error

    def _keys(self) -> list[Fernet]:
        if self._file is not None:
            written = self._file.stat().st_mtime_ns if self._file.exists() else None
            if not self._fernets or written != self._read_at:
                self._fernets = _fernets(keys_in(self._file))
                self._read_at = self._file.stat().st_mtime_ns
        return self._fernets


def _fernets(keys: Sequence[str]) -> list[Fernet]:
    try:
        return [Fernet(key) for key in keys]
    except ValueError as error:
        raise ValueError(
            "SECRET_KEY must hold one or more Fernet keys, separated by commas: "
            "`python app.py rotate-keys --new` prints one."
        ) from error


def new_key() -> str:
    return Fernet.generate_key().decode()


def keys_in(file: Path) -> tuple[str, ...]:
    """The keys of a key file, the newest first. The file is made, for its owner alone, if it is not there."""
    if not file.exists():
        _link(file, (new_key(),))
    return tuple(file.read_text().split())


def write_keys(file: Path, keys: Sequence[str]) -> None:
    """Replace the keys of a key file: whole, or not at all."""
    part = _part(file, keys)
    part.replace(file)
    sync(file.parent)


def _link(file: Path, keys: Sequence[str]) -> None:
    """Of two processes that start together one is first; the other finds its file whole."""
    part = _part(file, keys)
    with suppress(FileExistsError):
        os.link(part, file)
    part.unlink()
    sync(file.parent)


def _part(file: Path, keys: Sequence[str]) -> Path:
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write("\n".join(keys) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return part
