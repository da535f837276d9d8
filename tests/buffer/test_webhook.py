"""The webhook, against the receiver of docs/networks.md as it is printed there, and against worse ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import falcon
import pytest
import requests

from buffer.accounts import Accounts
from buffer.api.hooks import ROUTE, Hooks
from buffer.errors import Code, LoginExpired, QueueError, Refused, SlowDown, Unclear
from buffer.model import (
    Attached,
    Event,
    Interaction,
    Media,
    Person,
    Profile,
    Receipt,
    Reply,
    ReplyState,
    State,
    Team,
    Update,
    new_id,
)
from buffer.networks.webhook import Webhook
from buffer.ports import LOGIN
from buffer.signing import signature
from buffer.web import Web
from cast import ADA, MONDAY, an_update
from clocks import utc_now
from playground.server import Server
from real_bluesky import free_port
from storage import SqliteStore

DOCS = Path(__file__).parents[2] / "docs" / "networks.md"
SECRET = "a secret that both sides know"
Heard = list[tuple[dict[str, str], dict[str, Any]]]


class Desk:
    """Ada's webhook."""

    def __init__(
        self, store: SqliteStore, url: str, public_url: str = "https://buffer.example"
    ) -> None:
        self.store = store
        self.network = Webhook(store, Web(), clock=utc_now, public_url=public_url)
        self.accounts = Accounts(store, {"webhook": self.network}, utc_now)
        self.profile = self.connects(name="Our blog", url=url, secret=SECRET)

    def connects(self, **form: str) -> Profile:
        made = self.accounts.connect(ADA, "webhook", form, timezone="UTC")
        assert isinstance(made, Profile)
        return made

    def update(self, text: str = "Hello", **changes: Any) -> Update:
        return an_update(self.profile, **({"text": text, "state": State.SENDING} | changes))

    def publishes(self, text: str = "Hello", key: str = "", **changes: Any) -> Receipt:
        key = key or new_id(utc_now())
        return self.network.publish(self.profile, self.update(text, **changes), key)


# -- the receiver of the docs


@pytest.fixture(scope="module")
def receiver() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code.replace("8099", str(port))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    url = f"http://127.0.0.1:{port}/hook"
    for _ in range(200):
        try:
            requests.get(url, timeout=1)
            break
        except requests.ConnectionError:
            time.sleep(0.05)
    yield url, process
    process.kill()
    process.wait(10)
    assert process.stdout and process.stdin
    process.stdout.close()
    process.stdin.close()


def test_the_receiver_of_the_docs_takes_a_post_once(
    receiver: tuple[str, subprocess.Popen[str]], store: SqliteStore
) -> None:
    url, process = receiver
    desk, key = Desk(store, url), new_id(utc_now())
    first = desk.publishes("Hello Grüße", key)
    assert desk.publishes("Hello Grüße", key) == first
    desk.publishes("Another")
    assert process.stdout
    assert [process.stdout.readline() for _ in range(2)] == [
        "post.publish Hello Grüße\n",
        "post.publish Another\n",
    ]


def test_what_is_typed_into_it_is_heard_and_answered(
    receiver: tuple[str, subprocess.Popen[str]], store: SqliteStore
) -> None:
    url, process = receiver
    store.teams.bind(Team(id=ADA.team_id), MONDAY)
    app: falcon.App[Any, Any] = falcon.App()
    app.add_route(ROUTE, Hooks(store, utc_now, service="webhook"))
    server = Server(app, 0)
    server.start()
    desk = Desk(store, url, f"http://127.0.0.1:{server.port}")
    out = replace(desk.update("Hello"), state=State.SENT, sent_at=MONDAY)
    store.updates.append([replace(out, service_update_id=desk.publishes("Hello").service_id)])
    assert process.stdin and process.stdout
    process.stdin.write("Grüße zurück\n")
    process.stdin.flush()
    comment = None
    for _ in range(200):
        found = store.interactions.of_update(
            out.id, event=None, offset=0, count=9, since=None, before=None
        )
        if comment := next(iter(found.items), None):
            break
        time.sleep(0.05)
    server.stop()
    assert comment and (comment.user.username, comment.text) == ("dana", "Grüße zurück")
    update = store.updates.get(ADA.team_id, out.id)
    made = desk.network.reply(desk.profile, update, comment, "Danke", "k1")
    assert desk.network.reply(desk.profile, update, comment, "Danke", "k1") == made
    ours = replace(OURS, service_id=made.service_id)
    desk.network.edit_reply(desk.profile, ours, comment, "Danke schön")
    desk.network.delete_reply(desk.profile, ours)
    assert [process.stdout.readline() for _ in range(4)] == [
        "post.publish Hello\n",
        "comment.create Danke\n",
        "comment.update Danke schön\n",
        f"comment.delete {made.service_id}\n",
    ]


def test_it_refuses_what_is_not_ours(
    receiver: tuple[str, subprocess.Popen[str]], store: SqliteStore
) -> None:
    url, _ = receiver
    with pytest.raises(LoginExpired):
        Desk(store, url).connects(name="x", url=url, secret="another secret of ours")
    body, old = b'{"type": "ping"}', int(time.time()) - 400
    headers = {
        "webhook-id": "k",
        "webhook-timestamp": str(old),
        "webhook-signature": signature(SECRET, "k", old, body),
    }
    assert requests.post(url, data=body, headers=headers, timeout=5).status_code == 401


def test_the_receiver_is_no_longer_than_promised() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    handler = code.partition("class Receiver")[2].partition("\n\n\n")[0]
    assert len(handler.strip().splitlines()) <= 20


# -- others


class Told:
    """A receiver that answers as it is told."""

    def __init__(self) -> None:
        self.heard: Heard = []
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.heard.append((dict(self.headers), json.loads(body)))
                status, content, headers = told.answers.pop(0) if told.answers else (204, b"", {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answers_with(self, status: int, body: Any = None, **headers: str) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.answers.append((status, content, headers))


@pytest.fixture
def told() -> Iterator[Told]:
    made = Told()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_everything_that_was_said_arrives(told: Told, store: SqliteStore) -> None:
    desk = Desk(store, told.url)
    told.answers_with(201, {"id": 41, "link": "https://blog.example/41"})
    media = Media(
        picture="https://example.org/a.png",
        alt_text="A dog",
        files=(Attached(source="slack:F1", id="f1", alt_text="A cat"),),
    )
    receipt = desk.publishes("one", media=media, options={"language": "de"})
    assert receipt == Receipt(service_id="41", link="https://blog.example/41")
    desk.network.publish(desk.profile, desk.update("two"), "k-1", thread=[receipt])
    (_, ping), (_, first), (_, second) = told.heard
    assert ping["type"] == "ping"
    assert first["post"]["language"] == "de"
    assert first["post"]["media"] == [
        {"url": "https://example.org/a.png", "alt_text": "A dog"},
        {"url": "https://buffer.example/media/f1", "alt_text": "A cat"},
    ]
    assert first["profile"] == {
        "id": desk.profile.id,
        "name": "Our blog",
        "hook": f"https://buffer.example/hooks/{desk.profile.id}",
    }
    assert second["post"]["thread"] == [{"id": "41", "link": "https://blog.example/41"}]


def test_where_nobody_knows_our_address_no_hook_is_told(told: Told, store: SqliteStore) -> None:
    desk = Desk(store, told.url)
    mute = Webhook(store, Web(), clock=utc_now, public_url="")
    mute.publish(desk.profile, desk.update(), "k")
    assert "hook" not in told.heard[-1][1]["profile"]


# -- comments


OUT = Update(
    id="u1", post_id="u1", team_id="T1", profile_id="p1", service="webhook", text="Hello",
    state=State.SENT, created_at=MONDAY, updated_at=MONDAY, service_update_id="41",
)  # fmt: skip
DANA = Interaction(
    id="i1", team_id="T1", profile_id="p1", update_id="u1", service_id="c7", event=Event.COMMENT,
    user=Person(username="dana"), created_at=MONDAY, text="Nice",
)  # fmt: skip
OURS = Reply(
    id="r1", team_id="T1", update_id="u1", text="Thanks", user_id="U0ADA", state=ReplyState.SENT,
    created_at=MONDAY, service_id="c8",
)  # fmt: skip


@pytest.fixture
def taking(told: Told, store: SqliteStore) -> Desk:
    """A receiver that takes comments, of which nothing was heard yet."""
    told.answers_with(200, {"comments": True})
    made = Desk(store, told.url)
    told.heard.clear()
    return made


@pytest.mark.parametrize(
    ("update", "to", "post", "answered"),
    [
        (OUT, None, "41", None),
        (OUT, DANA, "41", {"id": "c7", "user": "dana"}),
        (None, DANA, None, {"id": "c7", "user": "dana"}),
    ],
)
def test_a_comment_says_what_it_answers(
    told: Told,
    taking: Desk,
    update: Update | None,
    to: Interaction | None,
    post: Any,
    answered: Any,
) -> None:
    told.answers_with(201, {"id": 8, "link": "https://blog.example/8"})
    receipt = taking.network.reply(taking.profile, update, to, "Grüße", "k1")
    assert receipt == Receipt(service_id="8", link="https://blog.example/8")
    ((headers, call),) = told.heard
    assert headers["Idempotency-Key"] == "k1"
    assert call["type"] == "comment.create"
    assert call["comment"] == {"id": "k1", "text": "Grüße", "post": post, "to": answered}
    assert call["profile"]["hook"].endswith(taking.profile.id)


def test_a_comment_needs_no_answer_in_words(told: Told, taking: Desk) -> None:
    receipt = taking.network.reply(taking.profile, OUT, None, "Thanks", "k1")
    assert receipt == Receipt(service_id="k1")


def test_a_comment_is_changed_each_time_with_a_key_of_its_own(told: Told, taking: Desk) -> None:
    """A → B → A: a receiver that remembers keys must hear of all three."""
    for text in ("A", "B", "A"):
        taking.network.edit_reply(taking.profile, OURS, DANA, text)
    assert [call["type"] for _, call in told.heard] == ["comment.update"] * 3
    assert [call["comment"] for _, call in told.heard] == [
        {"id": "c8", "text": text} for text in ("A", "B", "A")
    ]
    assert len({headers["Idempotency-Key"] for headers, _ in told.heard}) == 3


@pytest.mark.parametrize("status", [204, 404])
def test_a_comment_is_deleted_also_if_it_is_gone(told: Told, taking: Desk, status: int) -> None:
    told.answers_with(status)
    taking.network.delete_reply(taking.profile, OURS)
    ((_, call),) = told.heard
    assert (call["type"], call["comment"]) == ("comment.delete", {"id": "c8"})


@pytest.mark.parametrize(("status", "error"), [(403, Refused), (410, LoginExpired), (500, Unclear)])
def test_a_no_to_a_comment_is_told_for_what_it_is(
    told: Told, taking: Desk, status: int, error: type[QueueError]
) -> None:
    network, profile = taking.network, taking.profile
    for act in (
        lambda: network.reply(profile, OUT, None, "Thanks", "k1"),
        lambda: network.edit_reply(profile, OURS, None, "Thanks"),
        lambda: network.delete_reply(profile, OURS),
    ):
        told.answers_with(status)
        with pytest.raises(error):
            act()


@pytest.mark.parametrize("answer", [None, {}, [], {"comments": "yes"}, {"comments": False}])
def test_who_does_not_say_so_gets_no_comments(told: Told, store: SqliteStore, answer: Any) -> None:
    told.answers_with(200, answer)
    desk = Desk(store, told.url)
    network, profile = desk.network, desk.profile
    assert not network.limits(profile).comments
    for act in (
        lambda: network.reply(profile, OUT, None, "Thanks", "k1"),
        lambda: network.edit_reply(profile, OURS, None, "Thanks"),
        lambda: network.delete_reply(profile, OURS),
    ):
        with pytest.raises(Refused, match="takes no comments") as refusal:
            act()
        assert refusal.value.code is Code.COMMENTS_NOT_POSSIBLE
    assert len(told.heard) == 1


def test_what_a_receiver_takes_is_asked_at_each_connection(told: Told, store: SqliteStore) -> None:
    desk = Desk(store, told.url)
    told.answers_with(200, {"comments": True})
    assert desk.connects(name="Our blog", url=told.url, secret=SECRET).id == desk.profile.id
    assert desk.network.limits(desk.profile).comments


def test_a_login_of_before_is_one_without_comments(told: Told, taking: Desk) -> None:
    taking.store.secrets.keep(taking.profile.id, LOGIN, {"url": told.url, "secret": SECRET})
    assert not taking.network.limits(taking.profile).comments
    assert taking.publishes().service_id


def test_limits_are_known_of_one_that_is_disconnected(told: Told, taking: Desk) -> None:
    taking.accounts.disconnect(ADA, taking.profile.id)
    assert taking.network.limits(taking.profile).characters == 10_000
    assert not taking.network.limits(taking.profile).comments


def test_it_likes_no_comments(told: Told, taking: Desk) -> None:
    with pytest.raises(Refused, match="likes no comments"):
        taking.network.like(taking.profile, DANA, "k1")


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"error": "Too rude."}, Refused, "Too rude."),
        (404, None, Refused, "answered 404"),
        (302, None, Refused, "moved"),
        (401, None, LoginExpired, "401"),
        (410, None, LoginExpired, "gone"),
        (429, None, SlowDown, "429"),
        (500, {"error": "Oops."}, Unclear, "Oops."),
    ],
)
def test_a_no_is_told_for_what_it_is(
    told: Told, store: SqliteStore, status: int, body: Any, error: type[QueueError], words: str
) -> None:
    desk = Desk(store, told.url)
    told.answers_with(status, body)
    with pytest.raises(error, match=words):
        desk.publishes()


@pytest.mark.parametrize("answer", [b"", b"ok", b"[]", b'{"id": null, "link": "javascript:x"}'])
def test_a_yes_needs_no_words(told: Told, store: SqliteStore, answer: bytes) -> None:
    desk, key = Desk(store, told.url), new_id(utc_now())
    told.answers.append((200, answer, {}))
    assert desk.publishes(key=key) == Receipt(service_id=key)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "url": "https://x.example", "secret": SECRET}, "name"),
        ({"name": "x", "url": "x.example", "secret": SECRET}, "begins with https"),
        ({"name": "x", "url": "https://x.example", "secret": "short"}, "16 characters"),
    ],
)
def test_what_cannot_be_right_is_refused(
    told: Told, store: SqliteStore, form: dict[str, str], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        Desk(store, told.url).connects(**form)


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    """From standardwebhooks.com's specification, 2026-11."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_in_the_address_is_told_to_nobody(told: Told, store: SqliteStore) -> None:
    desk = Desk(store, told.url)
    url = told.url.replace("http://", "http://bot:hunter2-pass@") + "?token=s3cr3t-token"
    desk.connects(name="x", url=url, secret=SECRET)
    desk.profile = store.profiles.all()[-1]
    told.server.shutdown()
    told.server.server_close()
    with pytest.raises(QueueError) as wrong:
        desk.publishes()
    assert "hunter2" not in str(wrong.value) and "s3cr3t" not in str(wrong.value)


def test_it_cannot_be_looked_at(told: Told, store: SqliteStore) -> None:
    desk = Desk(store, told.url)
    with pytest.raises(Refused, match="Please look there"):
        desk.network.find(desk.profile, desk.update(), "k")
    with pytest.raises(Refused, match="Please look there"):
        desk.network.find_reply(desk.profile, OUT, None, "Thanks", "k")
