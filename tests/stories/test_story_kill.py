"""kill -9 of the whole process anywhere in the journey, and a new start: nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from browser_product import Product, free_port, wait_until_live
from playground import ADA, SOCIAL

ROOT = Path(__file__).parents[2]
Message = dict[str, Any]


class House:
    """The real process on a database that outlives it, and a person at its playground."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.slack = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def starts(self, command: Sequence[str] = ("app.py",)) -> None:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("SLACK_")
        }
        environment |= {
            "PORT": str(self.port),
            "PLAYGROUND_PORT": str(self.slack),
            "DATABASE_URL": f"sqlite:///{self.folder}/buffer.db",
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        wait_until_live(Product(process=self.process, url=f"http://127.0.0.1:{self.port}"))

    def dies(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stops(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)

    def does(self, deed: str, **what: Any) -> None:
        url = f"http://127.0.0.1:{self.slack}"
        body = json.dumps({"as": ADA, **what}).encode()
        request = urllib.request.Request(
            f"{url}/ui/{deed}", body, {"Content-Type": "application/json", "Origin": url}
        )
        urllib.request.urlopen(request, timeout=10).close()

    def messages(self) -> list[Message]:
        url = f"http://127.0.0.1:{self.slack}/ui/state?as={ADA}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            found: list[Message] = json.loads(answer.read())["messages"][SOCIAL]
        return [message for message in found if not message.get("pending")]

    def sees(self, words: str) -> Message:
        """Wait until a message says so."""
        found: Message = eventually(
            lambda: next((m for m in self.messages() if words in str(m)), None)
        )
        return found

    def presses(self, message: Message, action_id: str) -> None:
        for block in message["blocks"]:
            for element in block.get("elements", []):
                if element.get("action_id") == action_id:
                    container = {"type": "message", "channel": SOCIAL, "ts": message["ts"]}
                    value = {"value": element.get("value")}
                    self.does(
                        "press",
                        container=container,
                        action_id=action_id,
                        block_id=block["block_id"],
                        value=value,
                    )
                    return
        raise AssertionError(f"no {action_id} in {message}")

    def rows(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.folder / "buffer.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def is_commented(self) -> None:
        post = eventually(lambda: self.rows("SELECT id FROM local_posts"))[0][0]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/local/posts/{post}/comments",
            json.dumps({"who": "Dana", "text": "Well done"}).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=10).close()


def eventually(find: Callable[[], Any], seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := find():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


@pytest.fixture
def dark_house(tmp_path: Path) -> Iterator[House]:
    """Not started yet; whatever becomes of the test, nothing of it goes on running."""
    made = House(tmp_path)
    yield made
    if made.process and made.process.poll() is None:
        made.dies()


@pytest.fixture
def house(dark_house: House) -> House:
    dark_house.starts()
    return dark_house


def test_a_process_killed_at_every_step_loses_and_doubles_nothing(house: House) -> None:
    def dies_and_starts() -> None:
        house.dies()
        house.starts()

    house.does("say", channel=SOCIAL, text="/buffer Killed and alive")
    answer = house.sees("Added to the queue.")
    dies_and_starts()
    house.presses(answer, "share_now")
    house.sees("Going out, unless it is undone")
    dies_and_starts()
    eventually(lambda: house.rows("SELECT 1 FROM updates WHERE state IN ('sending', 'sent')"))
    dies_and_starts()
    card = house.sees("Reply in this thread")
    house.is_commented()
    dies_and_starts()
    house.sees("Well done")
    house.does("say", channel=SOCIAL, text="Thank you", thread_ts=card["ts"])
    eventually(lambda: house.rows("SELECT 1 FROM replies"))
    dies_and_starts()
    house.presses(house.sees("Post as Local network"), "reply_post")
    eventually(
        lambda: house.rows("SELECT 1 FROM replies WHERE state IN ('waiting', 'sending', 'sent')")
    )
    dies_and_starts()
    house.sees("white_check_mark")

    assert house.rows("SELECT text FROM local_posts") == [("Killed and alive",)]
    said = house.rows("SELECT who, text FROM local_reactions ORDER BY created_at")
    assert said == [("Dana", "Well done"), ("Local network", "Thank you")]
    from_bot = [m for m in house.messages() if m.get("bot_id") and not m.get("ephemeral")]
    assert len([m for m in from_bot if "thread_ts" not in m or m["thread_ts"] == m["ts"]]) == 1
    assert len([m for m in from_bot if "Well done" in str(m)]) == 1


def test_sigterm_ends_it_in_order(house: House) -> None:
    assert house.stops() == 0


HANGS = """
import time, app, backend, cli
from buffer.networks import local
class Hanging(local.Local):
    def publish(self, profile, update, key, **_):
        print("on the wire", flush=True)
        time.sleep(600)
backend.NETWORKS = {local.SERVICE: Hanging}
cli.main(app.serve, lambda settings, store: [])
"""


def test_a_network_that_hangs_does_not_hold_up_the_end(dark_house: House) -> None:
    house = dark_house
    house.starts(command=("-c", HANGS))
    house.does("say", channel=SOCIAL, text="/buffer Into the void --now")
    eventually(lambda: "on the wire" in (house.folder / "log").read_text())
    assert house.stops() == 0
    assert house.rows("SELECT state FROM updates") == [("sending",)]
    house.starts()
    eventually(lambda: house.rows("SELECT 1 FROM updates WHERE state = 'sent'"))
    assert house.rows("SELECT text FROM local_posts") == [("Into the void",)]


def test_a_second_instance_on_the_same_database_does_no_harm(house: House) -> None:
    second = House(house.folder)
    second.starts()
    try:
        house.does("say", channel=SOCIAL, text="/buffer Only once --now")
        eventually(lambda: house.rows("SELECT 1 FROM updates WHERE state = 'sent'"))
        assert len(house.rows("SELECT 1 FROM local_posts")) == 1
        assert second.stops() == 0
    finally:
        if second.process and second.process.poll() is None:
            second.dies()


def test_a_port_in_use_is_one_sentence(house: House) -> None:
    environment = os.environ | {
        "PORT": str(house.port),
        "PLAYGROUND_PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{house.folder}/other.db",
    }
    ended = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 2
    assert f"Port {house.port}" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
