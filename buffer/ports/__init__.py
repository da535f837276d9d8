"""The borders of the house: what a queue, a network and a store promise. Their docstrings are the contract."""

from buffer.ports.network import (
    LOGIN,
    SESSION,
    Account,
    Can,
    Certainty,
    Field,
    Heard,
    Network,
    Networks,
    Step,
    takes_comments,
    takes_likes,
)
from buffer.ports.queue import Feature, Queue, Queues
from buffer.ports.store import Clock, Owner, Store

__all__ = [
    "LOGIN",
    "SESSION",
    "Account",
    "Can",
    "Certainty",
    "Clock",
    "Feature",
    "Field",
    "Heard",
    "Network",
    "Networks",
    "Owner",
    "Queue",
    "Queues",
    "Step",
    "Store",
    "takes_comments",
    "takes_likes",
]
