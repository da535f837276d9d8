"""The product over HTTP, with a no-op command beside its own, for the benchmark's clients. Prints its port."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from slack_bolt.context.ack import Ack
from waitress.server import create_server

import app
import backend
import wiring
from benchmarks.load import CHANNEL, SECRET, TEAM
from bot import when
from buffer.accounts import new_profile
from buffer.model import Actor, Draft, Position, Profile, Receipt, Update, new_id
from buffer.networks import local
from buffer.ports import Account
from settings import Settings

ANSWERS = {
    "auth.test": {
        "ok": True,
        "team_id": TEAM,
        "team": "Bench",
        "bot_id": "B0BENCH",
        "user_id": "U0BOT",
        "user": "b",
    },
    "users.info": {
        "ok": True,
        "user": {"id": "U0BENCH", "tz": "Europe/Berlin", "locale": "en-GB", "name": "bench"},
    },
}


class WebApi(BaseHTTPRequestHandler):
    """Says yes to everything, at once."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method = self.path.rsplit("/", 1)[-1]
        body = json.dumps(ANSWERS.get(method, {"ok": True, "view": {"id": "V0BENCH"}})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class Hanging(local.Local):
    """The local network when it has stopped answering."""

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        time.sleep(3600)
        raise AssertionError


def main(folder: str, hanging: bool) -> None:
    slack = ThreadingHTTPServer(("127.0.0.1", 0), WebApi)
    threading.Thread(target=slack.serve_forever, daemon=True).start()
    settings = Settings(
        slack_bot_token="xoxb-bench",
        slack_signing_secret=SECRET,
        slack_api_url=f"http://127.0.0.1:{slack.server_port}/api/",
        database_url=f"sqlite:///{folder}/server.db",
        queue_limit=10_000_000,
    )
    if hanging:
        vars(backend)["NETWORKS"] = {local.SERVICE: Hanging}
    house = wiring.build(settings)

    @house.bolt.command("/noop")
    def _(ack: Ack) -> None:
        ack("ok")

    house.identity.tick()
    house.store.feeds.follow(TEAM, CHANNEL, house.store.profiles.all()[0].id)
    if hanging:
        hang(house)
    when.warm()
    house.worker.start()
    server: Any = create_server(
        house.web, host="127.0.0.1", port=0, threads=app.THREADS, ident=None
    )
    print(server.effective_port, flush=True)
    server.run()


def hang(house: wiring.House) -> None:
    """Twenty profiles with a post each that is due now."""
    now = datetime.now(UTC)
    for number in range(20):
        profile = new_profile(
            local.SERVICE,
            Account(service_id=new_id(now), name=f"Hanging {number}", login={}),
            team_id=TEAM,
            timezone="UTC",
            now=now,
        )
        house.store.profiles.insert(profile)
        queue = house.services.queues(Actor(team_id=TEAM, user_id="U0BENCH"))
        queue.add(Draft(text="hang", profile_ids=(profile.id,), position=Position.NOW))


if __name__ == "__main__":
    main(sys.argv[1], "--hanging" in sys.argv)
