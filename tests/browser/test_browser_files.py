"""Pictures in the playground's page: attached to a message, chosen in a modal, seen by a bot. Only the bot is a toy."""

from __future__ import annotations

import io
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import falcon
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect
from slack_bolt import App
from slack_bolt.adapter.falcon import SlackAppResource
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from playground import ADA, BOT_ID, BOT_USER, GENERAL, Playground
from playground.server import Server

pytestmark = pytest.mark.browser

SECRET, TOKEN = "signing-secret", "xoxb-files"
MANIFEST: dict[str, Any] = {
    "features": {
        "shortcuts": [
            {"name": "Use picture", "type": "message", "callback_id": "use", "description": "Use"}
        ]
    },
    "oauth_config": {"scopes": {"bot": ["commands", "channels:history", "files:read"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels"]}},
}


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def form(hint: str) -> dict[str, Any]:
    """A modal that asks for two pictures and can redraw itself."""
    element = {
        "type": "file_input",
        "action_id": "files",
        "filetypes": ["png", "jpg"],
        "max_files": 2,
    }
    asked = {"type": "input", "block_id": "files", "label": plain("Pictures"), "element": element}
    button = {"type": "button", "action_id": "redraw", "text": plain("Redraw")}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Pictures"),
        "submit": plain("Save"),
        "blocks": [
            {**asked, "hint": plain(hint)},
            {"type": "actions", "block_id": "more", "elements": [button]},
        ],
    }


@dataclass
class Toy:
    """A bot that keeps what it got."""

    slack: Playground
    got: list[dict[str, Any]] = field(default_factory=list)

    def last(self, kind: str) -> dict[str, Any]:
        self.slack.settle()
        return next(body for body in reversed(self.got) if body["type"] == kind)


def toy_app(toy: Toy) -> App:
    app = App(
        client=WebClient(token=TOKEN, base_url=toy.slack.api_url),
        signing_secret=SECRET,
        process_before_response=True,
        token_verification_enabled=False,
        authorize=lambda: AuthorizeResult(
            enterprise_id=None,
            team_id=None,
            bot_token=TOKEN,
            bot_id=BOT_ID,
            bot_user_id=BOT_USER,
        ),
    )

    @app.middleware
    def keep(body: dict[str, Any], next: Any) -> Any:
        toy.got.append(body)
        return next()

    def opens(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=form("First"))
        ack()

    def redraws(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        client.views_update(view_id=body["view"]["id"], view=form("Second"))
        ack()

    app.event("message")(lambda ack: ack())
    app.shortcut("use")(opens)
    app.action("redraw")(redraws)
    app.view("form")(lambda ack: ack())
    return app


@pytest.fixture
def toy() -> Iterator[Toy]:
    slack = Playground(
        bot_url="",
        signing_secret=SECRET,
        bot_token=TOKEN,
        manifest=MANIFEST,
        port=0,
        path=":memory:",
    )
    made = Toy(slack)
    web: falcon.App[Any, Any] = falcon.App()
    web.add_route("/slack/events", SlackAppResource(toy_app(made)))
    server = Server(web, 0)
    server.start()
    slack.bot_url = f"http://127.0.0.1:{server.port}/slack/events"
    slack.start()
    yield made
    slack.close()
    server.stop()
    assert slack.problems == []


@pytest.fixture
def page(browser: Browser, toy: Toy) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(toy.slack.url)
    opened.get_by_test_id("channel-general").click()
    yield opened
    context.close()
    assert complaints == []


def png(name: str, color: str = "teal") -> FilePayload:
    body = io.BytesIO()
    Image.new("RGB", (640, 400), color).save(body, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": body.getvalue()}


def picture(page: Page, name: str) -> None:
    """Keep what is on the screen when SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_picture_is_attached_shown_and_read_by_the_bot(page: Page, toy: Toy) -> None:
    notes: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Notes"}
    page.get_by_test_id("message-files").set_input_files(
        [png("harbour.png"), png("sunset at sea.png", "coral"), notes]
    )
    composer = page.locator("form.composer").first
    expect(composer.get_by_test_id("file")).to_have_count(3)
    picture(page, "files-composer")
    composer.get_by_role("button", name="Remove harbour.png").press("Enter")
    expect(composer.get_by_test_id("file")).to_have_count(2)
    expect(page.get_by_test_id("message-box")).to_be_focused()
    page.get_by_test_id("message-box").fill("Look at this")
    page.get_by_test_id("message-box").press("Enter")

    message = page.get_by_test_id("messages").get_by_test_id("message").last
    shown = message.get_by_role("img", name="sunset at sea.png")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    expect(message.get_by_role("link", name="notes.txt")).to_be_visible()
    expect(composer.get_by_test_id("file")).to_have_count(0)
    picture(page, "files-message")

    event = toy.last("event_callback")["event"]
    assert event["subtype"] == "file_share" and event["text"] == "Look at this"
    asked = urllib.request.Request(
        event["files"][0]["url_private_download"], headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(asked) as answer:
        assert Image.open(io.BytesIO(answer.read())).size == (640, 400)


def test_a_pasted_and_a_dropped_picture_are_attached(page: Page) -> None:
    give = """(box, kind) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array([1, 2])], kind + ".png", {type: "image/png"}));
        box.dispatchEvent(kind === "paste"
            ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
            : new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    box = page.get_by_test_id("message-box")
    box.evaluate(give, "paste")
    box.evaluate(give, "drop")
    expect(page.locator("form.composer").first.get_by_test_id("file")).to_have_text(
        ["paste.png", "drop.png"]
    )


def test_what_is_sent_waits_for_its_upload(page: Page) -> None:
    page.evaluate(
        """() => {
            const ask = window.fetch;
            window.fetch = async (path, ...rest) => {
                if (String(path).startsWith("/ui/upload")) await new Promise((on) => setTimeout(on, 500));
                return ask(path, ...rest);
            };
        }"""
    )
    page.get_by_test_id("message-files").set_input_files([png("slow.png")])
    page.get_by_test_id("message-box").fill("Look")
    page.get_by_test_id("message-box").press("Enter")
    message = page.get_by_test_id("messages").get_by_test_id("message").last
    expect(message.get_by_role("img", name="slow.png")).to_be_visible()
    expect(message).to_contain_text("Look")


def test_what_is_too_much_is_said(page: Page) -> None:
    files = page.get_by_test_id("message-files")
    files.set_input_files([png(f"{n}.png") for n in range(11)])
    expect(page.get_by_test_id("toast")).to_contain_text("At most 10 files, please.")
    composer = page.locator("form.composer").first
    expect(composer.get_by_test_id("file")).to_have_count(10)
    composer.get_by_role("button", name="Remove 0.png").click()
    huge: FilePayload = {
        "name": "huge.png",
        "mimeType": "image/png",
        "buffer": bytes(10 * 1024 * 1024 + 1),
    }
    files.set_input_files([huge])
    expect(page.get_by_test_id("toast").last).to_contain_text("huge.png is larger than 10 MB.")
    expect(composer.get_by_test_id("file")).to_have_count(9)


def test_files_of_a_modal_outlive_its_update_and_are_submitted(page: Page, toy: Toy) -> None:
    toy.slack.say(as_=ADA, channel=GENERAL, text="Hello")
    message = page.get_by_test_id("messages").get_by_test_id("message").last
    message.hover()
    message.get_by_test_id("more-actions").click()
    page.get_by_test_id("shortcut-use").click()
    modal = page.get_by_test_id("modal")
    chooser = modal.get_by_label("Pictures", exact=True)
    expect(chooser).to_be_focused()
    assert chooser.get_attribute("accept") == ".png,.jpg"

    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("field-error")).to_be_visible()
    wrong: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Notes"}
    chooser.set_input_files([wrong, png("one.png")])
    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("field-error")).to_contain_text("notes.txt is not of these types")
    chooser.set_input_files([png("two.png", "coral")])
    expect(page.get_by_test_id("toast").last).to_contain_text("At most 2 files")
    modal.get_by_role("button", name="Remove notes.txt").press("Enter")
    expect(chooser).to_be_focused()
    chooser.set_input_files([png("two.png", "coral")])
    expect(modal.get_by_test_id("file")).to_have_text(["one.png", "two.png"])

    modal.get_by_role("button", name="Redraw").click()
    expect(modal).to_contain_text("Second")
    expect(modal.get_by_test_id("file")).to_have_text(["one.png", "two.png"])
    picture(page, "files-modal")
    page.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()
    value = toy.last("view_submission")["view"]["state"]["values"]["files"]["files"]
    assert value["type"] == "file_input"
    assert [file["name"] for file in value["files"]] == ["one.png", "two.png"]
