"""What a network can do. Each raises Refused, NetworkDown, Unclear, LoginExpired or SlowDown, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from buffer.model import Event, Found, Interaction, Limits, Profile, Receipt, Update


class Certainty(StrEnum):
    """What can be done about a publish whose outcome is unknown: send it again with its key, look for it, or ask
    a person."""

    KEYED = "keyed"
    LOOKUPABLE = "look-up-able"
    BLIND = "blind"


class Network(Protocol):
    """A place updates go to.

    `key` is chosen by us and is the same for every try of one update (or reply). On a keyed network a repeat with
    the same key answers with the first receipt and posts nothing.
    """

    @property
    def certainty(self) -> Certainty: ...

    @property
    def events(self) -> frozenset[Event]:
        """The interactions this network reports."""

    def limits(self, profile: Profile) -> Limits:
        """What one post may hold. Answers from memory: never a network call."""

    def publish(self, profile: Profile, update: Update, key: str) -> Receipt: ...

    def find(self, profile: Profile, update: Update, key: str) -> Receipt | None:
        """The post made with this key, if it is there."""

    def interactions(self, profile: Profile, since: datetime) -> Sequence[Found]:
        """What people did with our posts since then, oldest first. May repeat what was told before."""

    def reply(
        self, profile: Profile, update: Update, to: Interaction | None, text: str, key: str
    ) -> Receipt:
        """Comment on our own post, or answer one comment on it."""


Networks = Mapping[str, Network]
"""The networks by the name of their service."""
