"""The rig's network as a sender sees it: through `Web`, in each of the three certainties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from buffer.errors import Unclear
from buffer.model import Event, Limits, Profile, Receipt, Update
from buffer.ports import Can, Certainty, Clock, Field, Store
from buffer.web import Answer, Web, error_for

SECONDS = 0.12
"""The longest an exchange may take: short, since one in thirty hangs."""

LIMITS = Limits(characters=500, threads=True)


class Wire:
    """Keyed, it sends the key and cannot look; look-up-able, it goes by the words and the time; blind, neither."""

    events: frozenset[Event] = frozenset()
    can: frozenset[Can] = frozenset()
    fields: tuple[Field, ...] = ()

    def __init__(
        self,
        url: str,
        certainty: Certainty,
        store: Store,
        clock: Clock,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self.certainty = certainty
        self._posts, self._store, self._clock = f"{url}/posts", store, clock
        self._web, self._seconds = Web(), seconds

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        headers = {"Idempotency-Key": key} if self.certainty is Certainty.KEYED else {}
        now = self._clock().timestamp()
        post = {"profile": profile.id, "text": update.text, "now": now, "after": len(thread)}
        answer = self._web.ask(
            "POST", self._posts, headers=headers, json=post, seconds=self._seconds
        )
        return Receipt(service_id=self._read(answer)["id"])

    def find(
        self, profile: Profile, update: Update, key: str, *, since: datetime | None = None
    ) -> Receipt | None:
        assert self.certainty is not Certainty.BLIND, "nobody can look there"
        if self.certainty is Certainty.KEYED:
            return None
        made = since.timestamp() if since else int(key[:8], 16)
        asked = {"profile": profile.id, "text": update.text, "since": made}
        found = self._read(self._web.ask("GET", self._posts, params=asked, seconds=self._seconds))
        return Receipt(service_id=found["id"]) if found else None

    def limits(self, profile: Profile) -> Limits:
        """As adapters do that keep what a server told; here it has told nothing."""
        self._store.memos.recall("limits", self._clock())
        return LIMITS

    def _read(self, answer: Answer) -> dict[str, str]:
        if error := error_for(answer, "It said no.", self._clock()):
            raise error
        said = answer.json()
        if not isinstance(said, dict):
            raise Unclear("It answered nonsense.")
        return said

    # -- what no sender asks for

    def connect(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    disconnect = interactions = reply = find_reply = like = connect
    natives = is_gone = edit_reply = delete_reply = connect
