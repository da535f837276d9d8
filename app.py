"""Serves: the house behind a web server, Slack's socket or the playground, until it is told to stop."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import yaml
from waitress.server import create_server

import cli
import doctor
import logs
from backend import networks_for
from bot import when
from bot.manifest import named
from buffer.backends.rest_v1 import BUFFER, LAST_DAY
from buffer.web import Web
from clocks import utc_now
from playground import Playground
from settings import Mode, Settings, SettingsError
from storage import SqliteStore
from wiring import House, build, slack_client

log = logging.getLogger("app")

ROOT = Path(__file__).parent
THREADS = 16
STOP_SECONDS = 8.0
"""What is under way when we are told to stop has this long; whoever told us waits ten."""


def serve(settings: Settings, with_web: bool, with_worker: bool) -> None:
    """Run until SIGTERM or SIGINT. Raises SettingsError for a port that is taken."""
    logs.set_up(settings.log_level)
    playground = None
    if settings.mode is Mode.PLAYGROUND and with_web:
        settings, playground = with_playground(settings)
    page = "/local" if settings.buffer_backend == "embedded" else "/health/ready"
    house = build(settings, front=playground.url if playground else page)
    server = listen(house) if with_web else None
    threading.Thread(target=when.warm, name="warm", daemon=True).start()
    signal.signal(signal.SIGTERM, stop_now)
    try:
        if playground:
            playground.start()
        if with_worker:
            house.worker.start()
        say_hello(house, playground, with_web)
        if server:
            server.run()
        else:
            threading.Event().wait()
    except (KeyboardInterrupt, SystemExit):
        log.info("stopping")
    finally:
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
            links=[{"label": "Local network", "url": f"{settings.own_url}/local"}]
            if settings.buffer_backend == "embedded"
            else [],
        )
    except OSError as error:
        raise SettingsError(
            f"Port {settings.playground_port} cannot be used ({error.strerror}): "
            "is slack-buffer running already? Set PLAYGROUND_PORT to another one."
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"{error} It lies beside the database: set DATABASE_URL to another place, or mend this one."
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
    return str(Path(path).with_suffix(".playground.db"))


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
    warn_of_the_end(settings)
    log.info(
        "started",
        extra={"mode": mode, "web": with_web, "database": settings.database_url},
    )


def warn_of_the_end(settings: Settings) -> None:
    """A queue at Buffer's own v1 has a last day."""
    if settings.buffer_backend == "rest" and settings.buffer_api_url == BUFFER:
        log.warning(
            "Buffer switches its REST API v1 off on %s: point BUFFER_API_URL elsewhere by then",
            LAST_DAY,
        )


def examine(settings: Settings, store: SqliteStore) -> list[doctor.Finding]:
    """What `doctor` looks at."""
    networks = networks_for(settings, store, utc_now, Web())
    return doctor.examine(settings, store, slack_client(settings), networks)


if __name__ == "__main__":
    cli.main(serve, examine)
