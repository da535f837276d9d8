"""One request, understood: who asks, about what, with which parameters. All that an endpoint is given."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from buffer.api.forms import Form
from buffer.errors import Code, Refused
from buffer.model import Actor, Profile, Token
from buffer.ports import Clock, Networks, Queue, Queues, Store

_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What stands behind the endpoints."""

    queues: Queues
    store: Store
    networks: Networks
    clock: Clock
    sleep: Callable[[float], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request with a valid token. `id` is the one in the path; `key` names the request for repeats."""

    desk: Desk
    token: Token
    form: Form
    id: str = ""
    key: str = ""
    utc: bool = False

    @property
    def queue(self) -> Queue:
        """The queue, opened for this request."""
        return self.step("")

    def step(self, name: str) -> Queue:
        """The queue for one of several writing verbs of this request: each needs a key of its own."""
        actor = Actor(team_id=self.token.team_id, user_id=self.token.user_id, via="api")
        return self.desk.queues(actor, self.key and self.key + name)

    @property
    def update_id(self) -> str:
        """The path's id. Raises Refused(UPDATE_NOT_FOUND) for what cannot be one."""
        if not is_id(self.id):
            raise Refused("There is no such update.", Code.UPDATE_NOT_FOUND)
        return self.id

    @property
    def profile_id(self) -> str:
        """The path's id. Raises Refused(PROFILE_NOT_FOUND) for what cannot be one."""
        if not is_id(self.id):
            raise Refused("There is no such profile.", Code.PROFILE_NOT_FOUND)
        return self.id

    def zone(self, profile: Profile) -> tzinfo:
        """The zone of the display strings."""
        return UTC if self.utc else profile.zone

    def now(self) -> datetime:
        return self.desk.clock()


def is_id(value: str) -> bool:
    """Whether this may be an id of ours: 24 hex digits."""
    return _ID.fullmatch(value) is not None
