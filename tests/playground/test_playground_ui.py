"""What the page asks for, over HTTP as a browser sends it."""

import http.client
import json
import threading
import time
from typing import Any

import pytest

from playground import ADA, BO, GENERAL, RANDOM, SOCIAL, Playground, direct
from playground.files import MOST_BYTES, MOST_FILES

Payload = dict[str, Any]
JSON = {"Content-Type": "application/json"}


class Browser:
    def __init__(self, slack: Playground) -> None:
        self.host = slack.url.removeprefix("http://").rstrip("/")

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection(self.host, timeout=5)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def post(self, path: str, **body: Any) -> int:
        return self.ask("POST", path, json.dumps(body).encode(), **JSON)[0]

    def state(self, user: str = ADA) -> Payload:
        status, body, _ = self.ask("GET", f"/ui/state?as={user}")
        assert status == 200
        return dict(json.loads(body))


@pytest.fixture
def browser(slack: Playground) -> Browser:
    return Browser(slack)


@pytest.fixture
def listening(bot: Any) -> Any:
    """A bot that takes every event."""
    bot.app.event("message")(lambda ack: ack())
    bot.app.event("app_home_opened")(lambda ack: ack())
    return bot


def test_the_state_is_what_one_person_sees(slack: Playground, browser: Browser) -> None:
    state = browser.state(BO)
    assert set(state) == {
        *("version", "me", "team", "people", "app"),
        *("channels", "messages", "home", "modals", "toasts"),
    }
    assert state["me"] == BO and state["home"] is None and state["modals"] == []
    assert [c["id"] for c in state["channels"]] == [GENERAL, SOCIAL, RANDOM, direct(BO).id]
    assert [c["bot_in"] for c in state["channels"]] == [True, True, False, True]
    assert state["app"]["commands"][0]["command"] == "/buffer"
    assert {s["type"] for s in state["app"]["shortcuts"]} == {"message", "global"}
    assert [p["name"] for p in state["people"]][:3] == ["ada", "bo", "cy"]


def test_nothing_new_is_no_content(slack: Playground, browser: Browser, listening: Any) -> None:
    version = browser.state()["version"]
    assert browser.ask("GET", f"/ui/state?as={ADA}&since={version}")[:2] == (204, b"")
    assert browser.post("/ui/say", **{"as": ADA, "channel": GENERAL, "text": "Hi"}) == 202
    status, body, _ = browser.ask("GET", f"/ui/state?as={ADA}&since={version}")
    assert status == 200 and json.loads(body)["messages"][GENERAL][-1]["text"] == "Hi"
    assert browser.ask("GET", "/ui/state?as=U404")[0] == 400
    assert json.loads(browser.ask("GET", "/ui/state")[1])["me"] == ADA


def test_unread_and_mentions_are_counted_until_seen(
    slack: Playground, browser: Browser, listening: Any
) -> None:
    slack.say(as_=ADA, channel=GENERAL, text="Hello @Bo")
    slack.say(as_=ADA, channel=GENERAL, text="Again")
    general = browser.state(BO)["channels"][0]
    assert general["unread"] == 2 and general["mention"]
    assert browser.state(ADA)["channels"][0]["unread"] == 0
    assert browser.post("/ui/seen", **{"as": BO, "channel": GENERAL}) == 202
    assert browser.state(BO)["channels"][0]["unread"] == 0


def test_every_deed_of_the_page(slack: Playground, browser: Browser, listening: Any) -> None:
    """One walk through the contract: command, press, modal, Home, edit, delete."""
    plain = {"type": "plain_text", "text": "Go"}
    button = {"type": "button", "action_id": "go", "text": plain}
    asked = {
        "type": "input",
        "block_id": "text",
        "label": plain,
        "dispatch_action": True,
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    view = {"type": "modal", "callback_id": "v", "title": plain, "submit": plain, "blocks": [asked]}
    app = listening.app

    def on_go(ack: Any, body: Any, client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    app.command("/buffer")(
        lambda ack: ack(text="Hi", blocks=[{"type": "actions", "elements": [button]}])
    )
    app.action("go")(on_go)
    app.action("text")(lambda ack: ack())
    app.view("v")(lambda ack: ack(response_action="errors", errors={"text": "No."}))
    app.shortcut("write")(lambda ack: ack())
    me = {"as": ADA}
    assert browser.post("/ui/say", **me, channel=GENERAL, text="/buffer x") == 202
    slack.settle()
    answer = browser.state()["messages"][GENERAL][-1]
    assert answer["ephemeral"]
    press = {
        "container": {"type": "message", "channel": GENERAL, "ts": answer["ts"]},
        "action_id": "go",
        "block_id": answer["blocks"][0]["block_id"],
        "value": {"value": None},
    }
    assert browser.post("/ui/press", **me, **press) == 202
    slack.settle()
    (opened,) = browser.state()["modals"]
    at = {"view_id": opened["id"], "block_id": "text", "action_id": "text"}
    assert browser.post("/ui/typed", **me, **at, value="x", values={}) == 202
    slack.settle()
    values = {"text": {"text": {"type": "plain_text_input", "value": "x"}}}
    assert browser.post("/ui/submit", **me, view_id=opened["id"], values=values) == 202
    slack.settle()
    assert browser.state()["modals"][0]["errors"] == {"text": "No."}
    assert browser.post("/ui/close", **me, view_id=opened["id"]) == 202
    assert browser.state()["modals"] == []
    assert browser.post("/ui/shortcut", **me, callback_id="write") == 202
    assert browser.post("/ui/home", **me, tab="home") == 202
    ts = slack.say(as_=ADA, channel=GENERAL, text="Hi").ts
    assert browser.post("/ui/edit", **me, channel=GENERAL, ts=ts, text="Hello") == 202
    assert browser.state()["messages"][GENERAL][-1]["edited"]["user"] == ADA
    assert browser.post("/ui/delete", **me, channel=GENERAL, ts=ts) == 202
    slack.settle()
    assert [m["ts"] for m in browser.state()["messages"][GENERAL]] == [answer["ts"]]
    assert slack.problems == []


def test_what_is_not_possible_is_said(slack: Playground, browser: Browser) -> None:
    assert browser.post("/ui/say", **{"as": "U404", "channel": GENERAL, "text": "x"}) == 400
    assert browser.post("/ui/say", **{"as": ADA, "channel": GENERAL}) == 400
    assert browser.post("/ui/say", **{"as": ADA, "channel": direct(BO).id, "text": "x"}) == 400
    assert browser.post("/ui/submit", **{"as": ADA, "view_id": "V404"}) == 400
    assert browser.ask("POST", "/ui/say", b"[]", **JSON)[0] == 400
    assert browser.ask("POST", "/ui/say", b"{", **JSON)[0] == 400
    assert browser.ask("POST", "/ui/say", b"x" * ((1 << 20) + 1), **JSON)[0] == 413


def test_a_file_is_uploaded_and_seen(slack: Playground, browser: Browser, listening: Any) -> None:
    path = f"/ui/upload?as={ADA}&name=cat.png"
    status, body, _ = browser.ask("POST", path, b"PNG", Content_Type="image/png")
    assert status == 200
    file = json.loads(body)["file"]
    say = {"as": ADA, "channel": GENERAL, "text": "", "files": [file["id"]]}
    assert browser.post("/ui/say", **say) == 202
    message = browser.state()["messages"][GENERAL][-1]
    assert message["files"][0]["mimetype"] == "image/png"
    where = f"/ui/files/{file['id']}/cat.png"
    status, body, headers = browser.ask("GET", where, Sec_Fetch_Site="same-origin")
    assert body == b"PNG" and headers["content-type"] == "image/png"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in headers
    assert browser.ask("GET", "/ui/files/F404/cat.png")[0] == 404
    slack.settle()


def test_what_is_no_picture_is_only_downloaded(slack: Playground, browser: Browser) -> None:
    page = b"<script>alert(1)</script>"
    upload = f"/ui/upload?as={ADA}&name=a%20%22page%22.html"
    answer = browser.ask("POST", upload, page, Content_Type="text/html")
    file = json.loads(answer[1])["file"]
    status, body, headers = browser.ask("GET", f"/ui/files/{file['id']}/x")
    assert status == 200 and body == page
    assert headers["content-disposition"].startswith("attachment")


def test_an_upload_has_limits(slack: Playground, browser: Browser) -> None:
    path = f"/ui/upload?as={ADA}&name=cat.png"
    status, body, _ = browser.ask("POST", path, bytes(MOST_BYTES + 1))
    assert status == 413
    assert json.loads(body)["description"] == "cat.png is larger than 10 MB."
    assert browser.ask("POST", path, bytes(MOST_BYTES))[0] == 200
    status, body, _ = browser.ask("POST", path, b"")
    assert status == 400 and json.loads(body)["description"] == "cat.png is empty."
    assert browser.ask("POST", f"/ui/upload?as={ADA}", b"x")[0] == 400
    assert browser.ask("POST", "/ui/upload?as=U404&name=x", b"x")[0] == 400
    eleven = [
        slack.upload(as_=ADA, name=f"{n}.png", body=b"PNG")["id"] for n in range(MOST_FILES + 1)
    ]
    say = {"as": ADA, "channel": GENERAL, "text": ""}
    assert browser.post("/ui/say", **say, files=eleven) == 400
    assert browser.post("/ui/say", **say, files=["F404"]) == 400
    assert slack.messages(GENERAL) == []


def test_a_files_permalink_leads_to_its_message(
    slack: Playground, browser: Browser, listening: Any
) -> None:
    file = slack.upload(as_=ADA, name="cat.png", body=b"PNG")
    where = file["permalink"].partition(browser.host)[2]
    assert browser.ask("GET", where)[2]["location"] == "/"
    ts = slack.say(as_=ADA, channel=GENERAL, text="", files=[file["id"]]).ts
    status, _, headers = browser.ask("GET", where, Sec_Fetch_Site="cross-site")
    assert status == 302 and headers["location"] == f"/#channel={GENERAL}&thread={ts}"
    assert browser.ask("GET", where.replace(file["id"], "F404"))[0] == 404
    slack.settle()


def test_the_page_is_served(slack: Playground, browser: Browser) -> None:
    status, body, headers = browser.ask("GET", "/")
    assert status == 200 and headers["content-type"].startswith("text/html")
    assert headers["x-frame-options"] == "DENY" and "server" not in headers
    for path in ("/page/../ui.py", "/page/%2e%2e/ui.py", "/page/nope.js", "/page/"):
        status, body, _ = browser.ask("GET", path)
        assert status == 404 or b"<html" in body, path
    port = browser.host.rpartition(":")[2]
    status, _, headers = browser.ask("GET", "/", Host=f"localhost:{port}")
    assert status == 302 and headers["location"] == f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:3100"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_no_other_page_can_drive_it(
    slack: Playground, browser: Browser, headers: dict[str, str]
) -> None:
    body = json.dumps({"as": ADA, "channel": GENERAL, "text": "x"}).encode()
    assert browser.ask("POST", "/ui/say", body, **(JSON | headers))[0] == 403
    assert browser.ask("GET", f"/ui/state?as={ADA}", None, **headers)[0] == 403
    path = f"/ui/upload?as={ADA}&name=x"
    assert browser.ask("POST", path, b"x", **headers)[0] == 403
    file = slack.upload(as_=ADA, name="cat.png", body=b"PNG")
    shown = browser.ask("GET", f"/ui/files/{file['id']}/cat.png", None, **headers)
    assert shown[0] == 403 and b"PNG" not in shown[1]
    assert slack.messages(GENERAL) == []


def test_its_own_page_may(slack: Playground, browser: Browser, listening: Any) -> None:
    body = json.dumps({"as": ADA, "channel": GENERAL, "text": "x"}).encode()
    ours = {"Origin": f"http://{browser.host}", "Sec_Fetch_Site": "same-origin"}
    assert browser.ask("POST", "/ui/say", body, **JSON, **ours)[0] == 202
    plain = browser.ask("POST", "/ui/say", body, **ours, Content_Type="text/plain")
    assert plain[0] == 415


def test_a_post_never_waits_for_the_bot(slack: Playground, browser: Browser, bot: Any) -> None:
    free = threading.Event()
    bot.app.command("/buffer")(lambda ack: (free.wait(5), ack("Late")))
    start = time.monotonic()
    say = {"as": ADA, "channel": GENERAL, "text": "/buffer x"}
    assert browser.post("/ui/say", **say) == 202
    assert browser.state()["messages"][GENERAL][-1]["pending"]
    assert time.monotonic() - start < 1
    free.set()
    slack.settle()
    assert "pending" not in browser.state()["messages"][GENERAL][-1]
