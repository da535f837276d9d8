"""Wires everything and runs it: the one place that knows all parts, the clock and the signals."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import falcon
import yaml
from slack_bolt import App as Bolt
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from tzlocal import get_localzone_name
from waitress.server import create_server

import cli
import doctor
import logs
from bot import Later, Services, outbox, register, when
from bot.identity import Identity
from bot.manifest import named
from bot.route import SlackRoute
from buffer import commenter
from buffer.api import health, local_page
from buffer.api import routes as v1
from buffer.backends.embedded import EmbeddedQueues
from buffer.model import PLAYGROUND_TEAM, UNBOUND, Team
from buffer.networks import NETWORKS, local
from buffer.poller import Poller
from buffer.ports import Clock, Network, Networks
from buffer.sender import Crew, Sender
from loops import Bell, Loop, Worker, every
from playground import SOCIAL, Playground
from settings import Mode, Settings, SettingsError
from storage import SqliteStore, open_store
from storage.owners import Owner, folder_beside

log = logging.getLogger("app")

ROOT = Path(__file__).parent
THREADS = 16
STOP_SECONDS = 8.0
"""What is under way when we are told to stop has this long; whoever told us waits ten."""


def utc_now() -> datetime:
    return datetime.now(UTC)


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

    def stop(self, seconds: float) -> bool:
        """End the loops, what they have on the wire, and what follows acks; False if something is left for the next
        start."""
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


def build(settings: Settings, *, clock: Clock = utc_now, front: str = "/local") -> House:
    """Wire everything for these settings. Starts nothing, calls nobody; opens the database. `/` leads to `front`."""
    store, bell = open_store(settings.database_url), Bell()
    store.database.on_commit = bell.ring
    networks = {
        name: make(store, clock=clock, public_url=settings.own_url)
        for name, make in NETWORKS.items()
    }
    first_run(store, clock())
    store.profiles.realign()  # the rules of a time zone may have changed since the last start
    client = slack_client(settings)
    identity = Identity(
        store, client, clock, bound=lambda team: hear_in_the_playground(store, team)
    )
    after = Later()
    services = Services(
        queues=EmbeddedQueues(store, networks, clock, limit=settings.queue_limit),
        store=store,
        networks=networks,
        clock=clock,
        after=after,
        command=settings.slash_command,
        admins=settings.admins,
    )
    owner, pace = Owner.take(folder_beside(store.database.path)), outbox.Pace()
    sender = Sender(
        store,
        networks,
        crew_for(settings, networks, bell),
        owner=owner,
        clock=clock,
        admins=settings.admins,
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
        )

    pollers = {name: Poller(store, name, network) for name, network in networks.items()}
    loops = (
        Loop("sender", lambda: sender.tick(clock()), lambda: sender.wait(clock())),
        *(poller_loop(poller, name, clock) for name, poller in pollers.items()),
        *(commenter_loop(store, name, each, clock, owner) for name, each in networks.items()),
        Loop("outbox", post_what_waits),
        Loop("identity", identity.tick),
        Loop("sweeper", every(3600, lambda: store.memos.sweep(clock()))),
    )
    worker, bolt = Worker(loops, bell), bolt_app(client, identity, services)
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
        web=web_app(
            settings, services, bolt, worker, front=front, nudge=pollers[local.SERVICE].nudge
        ),
    )


def poller_loop(poller: Poller, name: str, clock: Clock) -> Loop:
    return Loop(f"poller {name}", lambda: poller.tick(clock()), lambda: poller.wait(clock()))


def commenter_loop(
    store: SqliteStore, name: str, network: Network, clock: Clock, owner: Owner
) -> Loop:
    return Loop(
        f"commenter {name}", lambda: commenter.tick(store, name, network, clock(), owner=owner)
    )


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
    nudge: Callable[[], None],
) -> falcon.App[Any, Any]:
    """Every page and route of this server."""
    web, store, clock = falcon.App(), services.store, services.clock
    web.add_route("/", Front(front))
    web.add_route("/health/live", health.Live(worker.stalled))
    web.add_route("/health/ready", health.Ready(store))
    if settings.slack_signing_secret:
        web.add_route("/slack/events", SlackRoute(bolt, settings.slack_signing_secret))
    v1.routes(
        web,
        queues=services.queues,
        store=store,
        networks=services.networks,
        clock=clock,
        rate_limit=settings.api_rate_limit,
    )
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
                local.new_profile(
                    "Local network",
                    team_id=team.id if team else UNBOUND,
                    timezone=get_localzone_name() or "UTC",
                    now=now,
                )
            )


def hear_in_the_playground(store: SqliteStore, team: Team) -> None:
    """In the playground #social hears of the local network; in a real workspace an admin decides."""
    if team.id == PLAYGROUND_TEAM:
        for profile in store.profiles.of_team(team.id):
            if profile.service == local.SERVICE:
                store.feeds.follow(team.id, SOCIAL, profile.id)


# -- running


def serve(settings: Settings, with_web: bool, with_worker: bool) -> None:
    """Run until SIGTERM or SIGINT. Raises SettingsError for a port that is taken."""
    logs.set_up(settings.log_level)
    playground = None
    if settings.mode is Mode.PLAYGROUND and with_web:
        settings, playground = with_playground(settings)
    house = build(settings, front=playground.url if playground else "/local")
    server = listen(house) if with_web else None
    threading.Thread(target=when.warm, name="warm", daemon=True).start()
    socket = socket_mode(house) if with_worker and settings.mode is Mode.SOCKET else None
    signal.signal(signal.SIGTERM, stop_now)
    try:
        if playground:
            playground.start()
        if with_worker:
            house.worker.start()
        if socket:
            threading.Thread(target=socket.connect, name="socket mode", daemon=True).start()
        say_hello(house, playground, with_web)
        if server:
            server.run()
        else:
            threading.Event().wait()
    except (KeyboardInterrupt, SystemExit):
        log.info("stopping")
    finally:
        if socket:
            socket.close()  # type: ignore[no-untyped-call]
        is_quiet = house.stop(STOP_SECONDS)
        if playground:
            playground.close()
        house.close()
        if not is_quiet:
            log.warning("stopped in the middle of something; the next start takes it up")
            logging.shutdown()
            os._exit(0)  # Python would wait for the thread of a network that hangs


def stop_now(*_: Any) -> NoReturn:
    raise SystemExit(0)


def listen(house: House) -> Any:
    settings = house.settings
    try:
        return create_server(
            house.web,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            ident=None,
            max_request_body_size=1 << 21,
        )
    except OSError as error:
        house.close()
        raise SettingsError(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}): "
            "is slack-buffer running already? Set PORT to another one."
        ) from error


def with_playground(settings: Settings) -> tuple[Settings, Playground]:
    """A local Slack beside the bot, and the settings that lead to it. Both secrets live as long as the process."""
    secret, token = secrets.token_hex(16), f"xoxb-{secrets.token_hex(16)}"
    manifest = named(yaml.safe_load((ROOT / "manifest.yml").read_text()), settings.slash_command)
    try:
        playground = Playground(
            bot_url=f"http://127.0.0.1:{settings.port}/slack/events",
            signing_secret=secret,
            bot_token=token,
            manifest=manifest,
            port=settings.playground_port,
            path=playground_path(settings),
            links=[{"label": "Local network", "url": f"{settings.own_url}/local"}],
        )
    except OSError as error:
        raise SettingsError(
            f"Port {settings.playground_port} cannot be used ({error.strerror}): "
            "is slack-buffer running already? Set PLAYGROUND_PORT to another one."
        ) from error
    given = replace(
        settings,
        slack_bot_token=token,
        slack_signing_secret=secret,
        slack_api_url=playground.api_url,
    )
    return given, playground


def playground_path(settings: Settings) -> str:
    """Beside the database, so that both are kept or thrown away together."""
    path = settings.database_url.removeprefix("sqlite:///")
    if path == settings.database_url:
        return ":memory:"
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return str(Path(path).with_suffix(".playground.db"))


def socket_mode(house: House) -> SocketModeHandler:
    """Slack's socket; it reconnects by itself."""
    settings = house.settings
    return SocketModeHandler(
        house.bolt,
        app_token=settings.slack_app_token,
        web_client=WebClient(token=settings.slack_app_token, base_url=settings.slack_api_url),
    )


def say_hello(house: House, playground: Playground | None, with_web: bool) -> None:
    """The lines a person sees in the terminal."""
    settings = house.settings
    mode = Mode.PLAYGROUND.value if playground else settings.mode.value
    if playground:
        print(  # noqa: T201  for the person in the terminal
            f"\n  slack-buffer is running. Open {settings.own_url}\n  (the playground: no Slack needed; Ctrl-C stops)\n"
        )
    elif settings.mode is Mode.API_ONLY:
        log.warning(
            "no Slack tokens and HOST is not loopback: pages and health only",
            extra={"url": settings.own_url},
        )
    log.info(
        "started",
        extra={"mode": mode, "web": with_web, "database": settings.database_url},
    )


if __name__ == "__main__":
    cli.main(serve, lambda settings, store: doctor.examine(settings, store, slack_client(settings)))
