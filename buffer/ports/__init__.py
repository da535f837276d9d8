"""The borders of the house: what a queue, a network and a store promise. Their docstrings are the contract."""

from buffer.ports.network import Certainty, Network, Networks
from buffer.ports.queue import Feature, Queue, Queues
from buffer.ports.store import Clock, Owner, Store

__all__ = [
    "Certainty",
    "Clock",
    "Feature",
    "Network",
    "Networks",
    "Owner",
    "Queue",
    "Queues",
    "Store",
]
