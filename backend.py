"""The places a queue can live, each with the loops it needs: embedded in our own store, or hosted by another server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from buffer import attachments, commenter, corrections, jobs, likes, pictures
from buffer.backends import promised
from buffer.backends.embedded import EmbeddedQueues
from buffer.backends.promised import PromisedQueues
from buffer.backends.promises import Promises
from buffer.backends.rest_v1 import RestQueues, Server
from buffer.links import Shorten, as_written, shortener
from buffer.mirror import Mirror
from buffer.model import Event, Topic
from buffer.networks import NETWORKS, local
from buffer.networks.hosted import Hosted, HostedNetworks
from buffer.pictures import FetchFile
from buffer.poller import Poller
from buffer.ports import Can, Clock, Network, Networks, Queues
from buffer.web import Guard, Web
from loops import RARELY, Bell, Loop
from settings import Settings
from storage import SqliteStore
from storage.owners import Owner

POLLED_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What every backend stands on."""

    settings: Settings
    store: SqliteStore
    clock: Clock
    owner: Owner
    bells: Mapping[Topic, Bell]
    web: Web
    guard: Guard


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A queue and what goes with it. `publishes`: the networks that our own sender posts to."""

    queues: Queues
    networks: Networks
    publishes: Networks
    loops: tuple[Loop, ...]
    works: jobs.Works
    shorten: Shorten = as_written
    nudge: Callable[[str], None] = field(default=lambda _post: None)


def embedded(given: Ground, fetch_file: FetchFile) -> Backend:
    """Our own queue, with the networks that are written here; `fetch_file` brings files from Slack."""
    settings, store, clock = given.settings, given.store, given.clock
    networks = networks_for(settings, store, clock, given.web)
    pollers = {
        name: Poller(store, name, network, admins=settings.admins)
        for name, network in networks.items()
        if Can.TELL not in network.can
    }
    heard = {name: Bell() for name in pollers}

    def nudge(post: str) -> None:
        pollers[local.SERVICE].nudge(post)
        heard[local.SERVICE].ring()

    return Backend(
        queues=EmbeddedQueues(store, networks, clock, limit=settings.queue_limit),
        networks=networks,
        publishes=networks,
        loops=(
            *(
                poller_loop(poller, loop, clock, heard[name])
                for name, poller in pollers.items()
                for loop in poller_loops(name, networks[name])
            ),
            *(commenter_loop(given, name, each) for name, each in networks.items()),
        ),
        works={
            likes.KIND: likes.Likes(store, networks),
            corrections.KIND: corrections.Corrections(store, networks),
            attachments.KIND: attachments.Attachments(store, given.guard, networks),
            pictures.KIND: pictures.Pictures(
                store, given.guard, fetch_file, admins=settings.admins
            ),
        },
        shorten=shortener(store, networks, settings.public_url)
        if settings.public_url
        else as_written,
        nudge=nudge,
    )


def networks_for(
    settings: Settings, store: SqliteStore, clock: Clock, web: Web
) -> dict[str, Network]:
    """Every network that is written here."""
    return {
        name: make(store, web, clock=clock, public_url=settings.own_url)
        for name, make in NETWORKS.items()
    }


def hosted(given: Ground) -> Backend:
    """A queue on another server, which publishes by itself; we mirror what it sent and bring it replies."""
    store, clock = given.store, given.clock
    queues = RestQueues(server_of(given.settings, clock))
    network = Hosted(queues, store, clock)
    networks = HostedNetworks(network, store)
    mirror = Mirror(
        store,
        queues,
        admins=given.settings.admins,
        refreshed=lambda: network.learn(queues.server.configuration),
    )
    pollers: dict[str, Poller] = {}

    def poll() -> bool:
        """Each of the services there are by now."""
        for service in networks:
            poller = pollers.setdefault(service, Poller(store, service, network))
            while poller.tick(clock()):
                pass
        return False

    def comment() -> bool:
        ticked = [
            commenter.tick(store, service, network, clock(), owner=given.owner)
            for service in networks
        ]
        return any(ticked)

    return Backend(
        queues=PromisedQueues(queues, store, clock),
        networks=networks,
        publishes={},
        loops=(
            Loop("mirror", lambda: mirror.tick(clock()), longest=RARELY),
            Loop("poller", poll, longest=RARELY),
            Loop("commenter", comment, bell=given.bells[Topic.REPLIES]),
        ),
        works={promised.KIND: Promises(queues, store)},
    )


def server_of(settings: Settings, clock: Clock) -> Server:
    """The server that BUFFER_API_URL names."""
    return Server(Web(), settings.buffer_api_url, settings.buffer_access_token, clock)


def poller_loop(poller: Poller, name: str, clock: Clock, bell: Bell) -> Loop:
    return Loop(
        f"poller {name}", lambda: poller.tick(clock()), lambda: poller.wait(clock()), bell, RARELY
    )


def poller_loops(name: str, network: Network) -> list[str]:
    """The names of a poller's loops. Several, where a network has many servers, one of which may hang."""
    if Event.MENTION not in network.events:
        return [name]
    return [f"{name} {number}" for number in range(1, POLLED_AT_ONCE + 1)]


def commenter_loop(given: Ground, name: str, network: Network) -> Loop:
    return Loop(
        f"commenter {name}",
        lambda: commenter.tick(given.store, name, network, given.clock(), owner=given.owner),
        bell=given.bells[Topic.REPLIES],
    )
