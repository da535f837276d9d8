"""The real process between a Slack that outlives it and a real network, and a wire on which it can be stopped."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import yaml

from browser_product import Product, free_port, wait_until_live
from buffer.channels import EVERYTHING, POSTS, Wishes
from playground import ADA, SOCIAL, TEAM, Playground
from real_bluesky import Human, Network, eventually
from storage import open_store

ROOT = Path(__file__).parents[2]
SECRET, TOKEN = "signing-secret", "xoxb-bluesky"
LAST = "com.atproto.repo.listRecords"
"""A poll ends with what the account posted itself."""

PATIENCE = 60.0
_RETRIES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Slack delivers an event again after a minute and after five; so long nobody waits here."""

_OF_THE_WIRE = ("content-length", "content-encoding", "transfer-encoding", "connection")
Message = dict[str, Any]


@dataclass
class Held:
    """A request that is kept; with `answered`, only its answer is."""

    answered: bool
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Wire:
    """What the product takes for the account's server. It passes everything on, and holds what it is told to."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.answered: Counter[str] = Counter()
        self._held: dict[str, Held] = {}
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._web.daemon_threads = True
        self._thread = threading.Thread(target=self._web.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._web.server_port}"

    def close(self) -> None:
        self._web.shutdown()
        self._web.server_close()
        self._thread.join()

    def hold(self, name: str, *, answered: bool) -> Held:
        """The next request of this name."""
        held = self._held[name] = Held(answered)
        return held

    def passes_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        """What the server says, as if it were ours; None for what is held."""
        name = path.partition("?")[0].rpartition("/")[2]
        held = self._held.pop(name, None)
        said = None
        if held is None or held.answered:
            said = requests.request(
                method, f"{self.server}{path}", headers=headers, data=body, timeout=20
            )
        if held:
            held.reached.set()
            held.over.wait(PATIENCE)
            return None
        self.answered[name] += 1
        return said


def _handler(wire: Wire) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {n: v for n, v in self.headers.items() if n.lower() != "host"}
            said = wire.passes_on(self.command, self.path, headers, body)
            if said is None:
                self.close_connection = True
                return
            # A login says where the account lives: that is here.
            answer = said.content.replace(wire.server.encode(), wire.url.encode())
            self.send_response(said.status_code)
            for name, value in said.headers.items():
                if name.lower() not in _OF_THE_WIRE:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            with suppress(OSError):  # whoever asked may be killed by now
                self.end_headers()
                self.wfile.write(answer)

        do_GET = do_POST = do

        def log_message(self, *_: object) -> None: ...

    return Handler


class House:
    """Ada's account on the network, connected to #social; nothing of the product outlives a kill but its database."""

    def __init__(self, folder: Path, network: Network, ada: Human) -> None:
        self.folder, self.ada = folder, ada
        self.wire = Wire(network.url)
        self.port = free_port()
        self.slack = Playground(
            bot_url=f"http://127.0.0.1:{self.port}/slack/events",
            signing_secret=SECRET,
            bot_token=TOKEN,
            manifest=yaml.safe_load((ROOT / "manifest.yml").read_text()),
            port=0,
            path=":memory:",
            retry_delays=_RETRIES,
        )
        self.process: subprocess.Popen[bytes] | None = None

    # -- the process

    def opens(self) -> None:
        self.slack.start()
        self.starts()
        connected = self._runs("profile", "add", "bluesky", "--handle", self.ada.handle)
        store = open_store(self._database)
        try:
            wishes = Wishes(hears=EVERYTHING | {POSTS}, digest=False)
            store.feeds.settle(TEAM["id"], SOCIAL, wishes.as_json())
            store.feeds.follow(TEAM["id"], SOCIAL, connected)
        finally:
            store.close()

    def closes(self) -> None:
        self.dies()
        self.slack.close()
        self.wire.close()

    def starts(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        wait_until_live(Product(process=self.process, url=f"http://127.0.0.1:{self.port}"))

    def dies(self) -> None:
        """kill -9"""
        if self.process:
            self.process.kill()
            self.process.wait()

    def dies_and_starts(self) -> None:
        self.dies()
        self.starts()

    @contextmanager
    def killed_at(self, name: str, *, answered: bool = False) -> Iterator[None]:
        """Killed while it waits for the answer to its next request of this name, which never reached the server, or
        (`answered`) was answered there."""
        held = self.wire.hold(name, answered=answered)
        yield
        assert held.reached.wait(PATIENCE), f"it never asked for {name}"
        self.dies()
        held.over.set()

    @property
    def _database(self) -> str:
        return f"sqlite:///{self.folder}/buffer.db"

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "PORT": str(self.port),
            "DATABASE_URL": self._database,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": self.slack.api_url,
        }

    def _runs(self, *command: str) -> str:
        """A command that wants the server's address and the password; what it prints."""
        said = subprocess.run(
            [sys.executable, "app.py", *command, "--server", self.wire.url],
            cwd=ROOT,
            env=self._environment,
            input=self.ada.app_password,
            capture_output=True,
            text=True,
            check=True,
        )
        return said.stdout.strip()

    # -- what Ada does, and sees

    def posts(self, text: str) -> None:
        typed = f'/buffer {text} --to "@{self.ada.handle}" --now'
        self.slack.say(as_=ADA, channel=SOCIAL, text=typed).answers()

    def says(self, text: str, below: Message) -> None:
        self.slack.say(as_=ADA, channel=SOCIAL, text=text, thread_ts=below["ts"])

    def presses_post(self) -> None:
        """The newest question's *Post as*."""
        self.slack.press(as_=ADA, channel=SOCIAL, action_id="reply_post").answers()

    def sees(self, words: str) -> Message:
        """The message that says so, as soon as it is there."""
        found: Message = self.slack.wait_for(lambda: self._saying(words), PATIENCE)
        return found

    def _saying(self, words: str) -> Message | None:
        return next(
            (each for each in self.slack.messages(SOCIAL, ADA) if words in said(each)), None
        )

    def stands_alone(self) -> list[Message]:
        """What the bot said to everybody in the channel itself."""
        return [
            each for each in self._from_the_bot() if each.get("thread_ts", each["ts"]) == each["ts"]
        ]

    def below(self, message: Message) -> list[str]:
        """What the bot said to everybody in a thread, as one line each."""
        ts = message["ts"]
        found = [each for each in self._from_the_bot() if each["ts"] != ts == each.get("thread_ts")]
        return [str(each["text"]) for each in found]

    def _from_the_bot(self) -> list[Message]:
        return [each for each in self.slack.messages(SOCIAL) if each.get("bot_id")]

    def asks_again(self) -> None:
        """Started anew, twice: it asks about everything, and has said what it had to say."""
        for _ in range(2):
            before = self.wire.answered[LAST]
            self.dies_and_starts()
            eventually(lambda before=before: self.wire.answered[LAST] > before, PATIENCE)
        eventually(
            lambda: not self._rows("SELECT 1 FROM outbox WHERE state IN ('waiting', 'wire')"),
            PATIENCE,
        )

    def _rows(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.folder / "buffer.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def said(message: Message) -> str:
    return json.dumps(message, ensure_ascii=False)
