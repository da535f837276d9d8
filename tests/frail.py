"""A store whose process may die before any of its calls, or be overtaken by another one there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from buffer.ports import Store


class Fuse:
    """Burns down with each call of a store. `goes_off` may raise, or do something and let the call go on."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._goes_off: Callable[[], None] = lambda: None
        self._inside = True
        self._depth = 0

    def light(self, calls: int, goes_off: Callable[[], None], *, inside: bool) -> None:
        """After so many calls. `inside`: in the middle of a transaction, too."""
        self._left, self._goes_off, self._inside = calls, goes_off, inside

    def out(self) -> None:
        self._left = None

    def burn(self) -> None:
        if self._left is None or (self._depth and not self._inside):
            return
        self._left -= 1
        if self._left < 0:
            self.out()
            self._goes_off()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1


def frail(store: Store, fuse: Fuse) -> Store:
    return cast(Store, _Frail(store, fuse))


class _Frail:
    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._fuse.burn()
        with self._inner.transaction(), self._fuse.deeper():
            yield

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return partial(self._call, value) if callable(value) else _Frail(value, self._fuse)

    def _call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._fuse.burn()
        return function(*args, **kwargs)
