"""Thirty planted secrets through every error path, with DEBUG on: none in the log, in Slack, in files or backups."""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_sdk import WebClient

import doctor
import logs
import mastodon_server
from buffer.errors import QueueError
from buffer.model import UNBOUND, Actor, Draft, Position
from playground import ADA, GENERAL, SOCIAL
from storage import backup, open_store
from stories.story_house import SECRET, TOKEN, Story, said, told

KEY, OLD_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
MESSAGES = "D0ADALOVEL"
"""Ada's own conversation with the bot."""

FAULTS = ("401", "403", "422", "429", "500 after", "reset after", "half after", "nonsense after")


def planted(name: str) -> str:
    return f"{name}-{secrets.token_hex(12)}"


def ticks(story: Story) -> None:
    """A while of work; what is unclear may stay so."""
    for _ in range(15):
        for loop in story.house.loops:
            loop.tick()
        time.sleep(0.02)
    story.calm()


@contextmanager
def unhelpful(said: list[tuple[int, Any]]) -> Iterator[str]:
    """A server that answers everything with the next of these, the last for ever, and quotes what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = said.pop(0) if len(said) > 1 else said[0]
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_no_secret_comes_to_light(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [KEY, OLD_KEY, TOKEN, SECRET]
    with ExitStack() as stack:
        logs.set_up("DEBUG")
        story = stack.enter_context(told(tmp_path, secret_key=(KEY, OLD_KEY)))
        server = stack.enter_context(mastodon_server.mastodon(story.clock))
        accounts = story.house.services.accounts
        assert accounts
        actor = Actor(team_id=story.profile.team_id, user_id=ADA)

        # -- through the window in Slack: wrong ones, dead servers, and one that fits
        windows: list[dict[str, str]] = [
            {"server": server.url, "token": planted("wrong")},
            {"server": "http://127.0.0.1:9", "token": planted("nobody")},
            {"server": server.url, "token": mastodon_server.TOKEN},
        ]
        for form in windows:
            known.append(form["token"])
            story.command("/buffer connect", channel=SOCIAL)
            story.done(story.slack.submit(as_=ADA, values=form))
            story.calm()

        # -- a second step that fails, with its code
        asked = accounts.connect(actor, "mastodon", {"server": server.url}, timezone="UTC")
        code = planted("code")
        known += [code, mastodon_server.SECRET]
        with pytest.raises(QueueError) as wrong:
            accounts.connect(
                actor,
                "mastodon",
                {"code": code},
                timezone="UTC",
                pending=getattr(asked, "pending", ""),
            )
        errors = [repr(wrong.value), str(wrong.value), repr(asked)]

        # -- a webhook whose address is a secret itself, and each Bluesky session in every way to fail
        hooks: list[tuple[int, Any]] = [(200, {})]
        url = stack.enter_context(unhelpful(hooks))
        for number in range(9):
            form = {
                "name": f"hook {number}",
                "url": f"{url}/x?token={planted('query')}",
                "secret": planted("hook"),
            }
            known += [form["secret"], form["url"].rpartition("=")[2]]
            accounts.connect(actor, "webhook", form, timezone="UTC")
        hooks[:] = [
            (status, {"error": "no"}) for status in (400, 401, 302, 410, 429, 500, 503, 200)
        ]
        session = {
            "did": "did:plc:ada",
            "handle": "ada.test",
            "accessJwt": planted("access"),
            "refreshJwt": planted("refresh"),
        }
        password = planted("app-password")
        known += [session["accessJwt"], session["refreshJwt"], password]
        xrpc: list[tuple[int, Any]] = [(200, session), (200, session)]
        for error, status in (("ExpiredToken", 400), ("InvalidToken", 400), ("Oops", 500)):
            xrpc.append((status, {"error": error, "message": error}))
        bluesky = stack.enter_context(unhelpful(xrpc))
        form = {"handle": "ada.test", "password": password, "server": bluesky}
        accounts.connect(actor, "bluesky", form, timezone="UTC")

        # -- the API's own token, used rightly and wrongly
        api = story.house.store.tokens.create("another", story.profile.team_id, story.clock())
        known.append(api)
        story.asks("GET", "/1/profiles.json")

        # -- everything goes out, and everything goes wrong
        profiles = story.house.store.profiles.all()
        queue = story.house.services.queues(actor)
        assert len(profiles) == 1 + 1 + 9 + 1
        for fault in FAULTS:
            server.next(fault)
        for round_ in range(4):
            for profile in profiles:
                if not story.house.store.profiles.get(profile.team_id, profile.id).disconnected:  # type: ignore[union-attr]
                    draft = Draft(
                        text=f"Post {round_} {profile.id}",
                        profile_ids=(profile.id,),
                        position=Position.NOW,
                    )
                    queue.add(draft)
            ticks(story)
            story.clock.passes(timedelta(minutes=7))
            server.remaining = 300
        for _ in range(4):
            story.clock.passes(timedelta(seconds=1))
            ticks(story)

        # -- a bug in an adapter, in the middle of a request
        def breaks(*_: object, **__: object) -> None:
            raise RuntimeError("a bug")

        with monkeypatch.context() as broken:
            broken.setattr("buffer.networks.mastodon_entities.status_for", breaks)
            masto = next(each for each in profiles if each.service == "mastodon")
            story.house.store.profiles.save(masto)
            queue.add(Draft(text="Bug", profile_ids=(masto.id,), position=Position.NOW))
            ticks(story)

        findings = doctor.examine(
            story.house.settings,
            story.house.store,
            WebClient(token=TOKEN, base_url=story.slack.api_url, retry_handlers=[]),
            story.house.services.networks,
        )
        errors += [said(story.slack.messages(each, ADA)) for each in (SOCIAL, GENERAL, MESSAGES)]
        errors += [said(story.slack.home(ADA)), said(story.slack.modal(ADA)), str(findings)]
        errors += [repr(story.house.settings), repr(story.house.store.profiles.all())]
        copy = tmp_path / "copy.tar"
        backup.backup(story.path, copy, datetime.now(UTC))
    logged = "".join(capfd.readouterr())
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    assert len(set(known)) >= 30
    assert "a bug" in logged, "the log was heard"
    assert any("hook" in text or "failed" in text for text in errors)
    for secret in known:
        assert secret not in logged
        assert not any(secret in text for text in errors)
        assert [path.name for path, content in written.items() if secret.encode() in content] == []


def test_the_planted_ones_would_be_seen(tmp_path: Path) -> None:
    """The search above finds what is there: a login that is not sealed, say."""
    store = open_store(f"sqlite:///{tmp_path}/buffer.db")
    token = planted("seen")
    store.memos.keep("login", token)
    store.tokens.create("x", UNBOUND, datetime.now(UTC))
    store.close()
    assert any(token.encode() in path.read_bytes() for path in tmp_path.rglob("*"))
    assert sys.stderr
