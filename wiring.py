"""Wires everything: the one place that knows all parts, the clock and the settings. Starts nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import falcon
from slack_bolt import App as Bolt
from slack_sdk import WebClient
from tzlocal import get_localzone_name

from backend import Ground, embedded, hosted
from bot import Later, Services, files, homes, outbox, plans, register
from bot.identity import Identity
from bot.route import SlackRoute
from bot.socket import Socket
from buffer import jobs, watch
from buffer.accounts import CONNECTING, Accounts, new_profile
from buffer.api import health, hooks, local_page, media, short_links
from buffer.api import routes as v1
from buffer.api.metrics import Metrics
from buffer.model import PLAYGROUND_TEAM, UNBOUND, Team, Topic, new_id
from buffer.networks import local, webhook
from buffer.ports import Account, Clock, Networks, takes_comments, takes_likes
from buffer.sender import Crew, Sender
from buffer.web import Guard, Web
from clocks import SettledClock, utc_now
from loops import RARELY, Bell, Loop, Worker, every
from playground import SOCIAL
from settings import Mode, Settings
from storage import SqliteStore, open_store
from storage.owners import Owner, folder_beside

REQUESTS_KEPT = timedelta(days=1)
"""Slack delivers again for an hour at most."""

JOBS_KEPT = timedelta(days=7)
"""For whoever wants to know what became of one."""


MEDIA_KEPT = timedelta(days=30)
"""After it was attached, or its post was sent: some networks are only told its address."""


@dataclass(frozen=True, kw_only=True)
class House:
    """All the parts, wired and not yet running."""

    settings: Settings
    store: SqliteStore
    sender: Sender
    identity: Identity
    services: Services
    after: Later
    owner: Owner
    bolt: Bolt
    loops: tuple[Loop, ...]
    worker: Worker
    web: falcon.App[Any, Any]
    socket: Socket | None = None

    def stop(self, seconds: float) -> bool:
        """End the loops, what they have on the wire, and what follows acks; False if something is left for the next
        start."""
        if self.socket:
            self.socket.close()
        is_quiet = self.worker.stop(seconds / 2)
        is_quiet = self.sender.stop(seconds / 4) and is_quiet
        try:
            self.after.drain(seconds / 4)
        except TimeoutError:
            return False
        return is_quiet

    def close(self) -> None:
        """When nothing runs any more."""
        self.owner.release()
        self.store.close()


def build(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    steady: Callable[[], float] = monotonic,
    front: str = "/local",
    guard: Guard | None = None,
    web: Web | None = None,
) -> House:
    """Wire everything for these settings. Starts nothing, calls nobody; opens the database. `/` leads to `front`;
    `guard` fetches the links that people type, `web` asks the servers of networks; `steady` is a clock in seconds that
    nobody sets."""
    store, bells = (
        open_store(settings.database_url, keys=settings.secret_key),
        {topic: Bell() for topic in Topic},
    )
    store.database.on_commit = lambda topics: ring(bells[topic] for topic in topics)
    owner, pace = Owner.take(folder_beside(store.database.path)), outbox.Pace()
    given = Ground(
        settings=settings,
        store=store,
        clock=clock,
        owner=owner,
        bells=bells,
        web=web or Web(),
        guard=guard or Guard(),
    )
    is_embedded = settings.buffer_backend == "embedded"
    client = slack_client(settings)
    backend = embedded(given, files.fetcher(client, given.web)) if is_embedded else hosted(given)
    if is_embedded:
        first_run(store, clock())
    store.profiles.realign()  # the rules of a time zone may have changed since the last start
    store.secrets.forget(CONNECTING)  # whoever was about to connect an account begins again
    identity = Identity(
        store, client, clock, bound=lambda team: hear_in_the_playground(store, team)
    )
    after = Later()
    services = Services(
        queues=backend.queues,
        store=store,
        networks=backend.networks,
        clock=clock,
        after=after,
        command=settings.slash_command,
        admins=settings.admins,
        accounts=Accounts(store, backend.networks, clock) if is_embedded else None,
    )
    settled = SettledClock(clock, steady)
    sender = Sender(
        store,
        backend.publishes,
        crew_for(settings, backend.publishes, bells[Topic.DUE]),
        owner=owner,
        clock=settled,
        admins=settings.admins,
        shorten=backend.shorten,
    )

    watching = watch.Watch(store, admins=settings.admins)

    can = plans.Abilities(
        answers=lambda profile: takes_comments(backend.networks, profile),
        likes=lambda profile: takes_likes(backend.networks, profile),
    )

    def post_what_waits() -> bool:
        return outbox.tick(
            store,
            client,
            clock(),
            owner=owner.id,
            alive=owner.alive,
            pace=pace,
            admins=settings.admins,
            can=can,
        )

    bolt = bolt_app(client, identity, services)
    socket_bell = Bell()
    socket = socket_for(settings, bolt, socket_bell)
    loops = (
        Loop(
            "sender",
            lambda: sender.tick(settled()),
            lambda: sender.wait(settled()),
            bells[Topic.DUE],
        ),
        *backend.loops,
        Loop(
            "watch",
            lambda: watching.tick(clock()),
            longest=watch.EVERY.total_seconds(),
        ),
        Loop("outbox", post_what_waits, bell=bells[Topic.OUTBOX]),
        Loop("homes", homes(services, client).tick),
        Loop("identity", identity.tick, longest=RARELY),
        Loop("sweeper", every(3600, lambda: sweep(store, clock())), longest=RARELY),
        *(
            job_loop(store, kind, work, clock, owner, bells[Topic.JOBS])
            for kind, work in backend.works.items()
        ),
        *([Loop("socket", socket.tick, bell=socket_bell)] if socket else []),
    )
    worker = Worker(loops)
    return House(
        settings=settings,
        store=store,
        sender=sender,
        identity=identity,
        services=services,
        after=after,
        owner=owner,
        bolt=bolt,
        loops=loops,
        worker=worker,
        web=web_app(settings, services, bolt, worker, front=front, nudge=backend.nudge),
        socket=socket,
    )


def job_loop(
    store: SqliteStore, kind: str, work: jobs.Work, clock: Clock, owner: Owner, bell: Bell
) -> Loop:
    return Loop(
        f"jobs {kind}",
        lambda: jobs.tick(store, kind, work, clock(), owner=owner),
        bell=bell,
        longest=RARELY,
    )


def ring(bells: Iterable[Bell]) -> None:
    for bell in bells:
        bell.ring()


def sweep(store: SqliteStore, now: datetime) -> None:
    """Forget what has served its time."""
    store.memos.sweep(now)
    store.requests.sweep(now - REQUESTS_KEPT)
    store.jobs.sweep(now - JOBS_KEPT)
    store.media.sweep(now - MEDIA_KEPT)


def slack_client(settings: Settings) -> WebClient:
    """For everything but the ack path: patient, and without retries that sleep."""
    if urlsplit(settings.slack_api_url).hostname in ("127.0.0.1", "localhost", "::1"):
        # slack-sdk takes these and ignores NO_PROXY, so a stand-in on this machine would be asked for by a proxy.
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            os.environ.pop(name, None)
    return WebClient(
        token=settings.slack_bot_token,
        base_url=settings.slack_api_url,
        timeout=10,
        retry_handlers=[],
    )


def bolt_app(client: WebClient, identity: Identity, services: Services) -> Bolt:
    """Bolt, told everything: what it is not told it reads from the environment."""
    untold = WebClient(
        token=None, base_url=client.base_url, timeout=client.timeout, retry_handlers=[]
    )
    bolt = Bolt(
        name="slack-buffer",
        client=untold,
        signing_secret="checked in bot/route.py",  # noqa: S106
        # Bolt fills parameters by name, "self" included; and None is how it hears a no, whatever its types say.
        authorize=lambda team_id: identity.authorize(team_id),  # type: ignore[arg-type,return-value]  # noqa: PLW0108
        token_verification_enabled=False,
        request_verification_enabled=False,
        process_before_response=True,
    )
    register(bolt, services)
    return bolt


def socket_for(settings: Settings, bolt: Bolt, bell: Bell) -> Socket | None:
    """Slack's socket, where there is an app-level token to open it with."""
    if settings.mode is not Mode.SOCKET:
        return None
    token, url = settings.slack_app_token, settings.slack_api_url
    client = WebClient(token=token, base_url=url, timeout=10, retry_handlers=[])
    return Socket(bolt, client, bell.ring)


def crew_for(settings: Settings, networks: Networks, bell: Bell) -> Crew:
    """Threads that publish: as many for each network as SENDERS says, made when they are needed."""
    pools = {
        name: ThreadPoolExecutor(settings.senders, thread_name_prefix=name) for name in networks
    }
    return Crew(
        submit={name: pool.submit for name, pool in pools.items()},
        size=settings.senders,
        ring=bell.ring,
    )


def web_app(
    settings: Settings,
    services: Services,
    bolt: Bolt,
    worker: Worker,
    *,
    front: str,
    nudge: Callable[[str], None],
) -> falcon.App[Any, Any]:
    """Every page and route of this server."""
    web, store, clock = falcon.App(), services.store, services.clock
    web.add_route("/", Front(front))
    web.add_route("/health/live", health.Live(worker.stalled))
    web.add_route("/health/ready", health.Ready(store))
    web.add_route("/metrics", Metrics(store, clock))
    web.add_route(media.ROUTE, media.Files(store))
    web.add_route(short_links.ROUTE, short_links.Follow(store))
    if settings.slack_signing_secret:
        web.add_route("/slack/events", SlackRoute(bolt, settings.slack_signing_secret))
    if settings.buffer_backend != "embedded":  # the queue and its API are elsewhere
        return web
    v1.routes(
        web,
        queues=services.queues,
        store=store,
        networks=services.networks,
        clock=clock,
        rate_limit=settings.api_rate_limit,
    )
    web.add_route(hooks.ROUTE, hooks.Hooks(store, clock, service=webhook.SERVICE))
    local_page.routes(web, store, clock, own_url=settings.own_url, nudge=nudge)
    return web


class Front:
    """`/` leads to where a person can do something."""

    def __init__(self, target: str) -> None:
        self._target = target

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        raise falcon.HTTPFound(self._target)


# -- the first run


def first_run(store: SqliteStore, now: datetime) -> None:
    """A fresh database gets one profile, so that the first post has somewhere to go."""
    with store.transaction():
        if not store.profiles.all():
            team = store.teams.current()
            store.profiles.insert(
                new_profile(
                    local.SERVICE,
                    Account(service_id=new_id(now), name="Local network", login={}),
                    team_id=team.id if team else UNBOUND,
                    timezone=get_localzone_name() or "UTC",
                    now=now,
                )
            )


def hear_in_the_playground(store: SqliteStore, team: Team) -> None:
    """In the playground #social hears of the local network from the beginning; in a real workspace an admin decides."""
    memo = "heard-in-the-playground"
    if team.id == PLAYGROUND_TEAM and not store.memos.names(memo):
        store.memos.keep(memo, True)
        for profile in store.profiles.of_team(team.id):
            if profile.service == local.SERVICE:
                store.feeds.follow(team.id, SOCIAL, profile.id)
