"""The manifest says what the code does, and nothing else; Slack's own schema accepts both variants."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot import Services, register
from bot.manifest import http_variant, named
from buffer.backends.embedded import EmbeddedQueues
from fakes import FakeClock
from storage import SqliteStore

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared/fixtures/slack-manifest.schema.2.0.0.json"
# docs.slack.dev/reference/methods and /events, each one's page (2026-11).
SCOPES_OF_METHODS = {
    "auth.test": set[str](),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "files.info": {"files:read"},
    "reactions.add": {"reactions:write"},
    "reactions.remove": {"reactions:write"},
    "users.info": {"users:read"},
    "views.open": set[str](),
    "views.publish": set[str](),
    "views.push": set[str](),
    "views.update": set[str](),
}
SCOPES_OF_EVENTS = {
    "app_home_opened": set[str](),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
}


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return loaded


def scopes() -> set[str]:
    return set(manifest()["oauth_config"]["scopes"]["bot"])


def methods_in_code() -> set[str]:
    """Every Web API method that bot/ and app.py call or name, by the SDK's spelling or by Slack's own."""
    found: set[str] = set()
    files = [
        *ROOT.glob("bot/**/*.py"),
        *ROOT.glob("app.py"),
        *ROOT.glob("wiring.py"),
        *ROOT.glob("cli.py"),
    ]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            spelled = ""
            if isinstance(node, ast.Attribute) and hasattr(WebClient, node.attr):
                spelled = re.sub("_", ".", node.attr, count=1)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                spelled = node.value
            if re.fullmatch(
                r"(auth|chat|conversations|files|reactions|users|views)\.[a-zA-Z]+", spelled
            ):
                found.add(spelled)
    return found


def listened_for(store: SqliteStore, clock: FakeClock) -> dict[str, set[str]]:
    """What the code registers, by kind, told by an app that only takes notes."""

    class Notes(App):
        def __init__(self) -> None:
            super().__init__(
                client=WebClient(token="xoxb-test"),
                token_verification_enabled=False,
                signing_secret="s",
                authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None),
            )
            self.noted: dict[str, set[str]] = {"command": set(), "shortcut": set(), "event": set()}

        def command(self, command: Any, *args: Any, **kwargs: Any) -> Any:
            self.noted["command"].add(command)
            return super().command(command, *args, **kwargs)

        def shortcut(self, constraints: Any, *args: Any, **kwargs: Any) -> Any:
            self.noted["shortcut"].add(constraints)
            return super().shortcut(constraints, *args, **kwargs)

        def event(self, event: Any, *args: Any, **kwargs: Any) -> Any:
            self.noted["event"].add(event)
            return super().event(event, *args, **kwargs)

    app = Notes()
    networks: dict[str, Any] = {}
    queues = EmbeddedQueues(store, networks, clock)
    register(app, Services(queues=queues, store=store, networks=networks, clock=clock))
    return app.noted


def test_commands_shortcuts_and_events_are_those_of_the_code(
    store: SqliteStore, clock: FakeClock
) -> None:
    noted, given = listened_for(store, clock), manifest()
    features = given["features"]
    assert {c["command"] for c in features["slash_commands"]} == noted["command"]
    assert {s["callback_id"] for s in features["shortcuts"]} == noted["shortcut"]
    events = given["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == noted["event"]


def test_every_method_has_its_scope_and_every_scope_its_use() -> None:
    methods, events = methods_in_code(), manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert methods <= set(SCOPES_OF_METHODS), "a method whose scope is not known here"
    needed = {"commands"}
    needed |= {scope for method in methods for scope in SCOPES_OF_METHODS[method]}
    needed |= {scope for event in events for scope in SCOPES_OF_EVENTS[event]}
    assert needed == scopes()


def test_every_scope_says_what_it_is_for() -> None:
    lines = (ROOT / "manifest.yml").read_text().splitlines()
    listed = [
        line for line in lines if line.strip().removeprefix("- ").partition(" ")[0] in scopes()
    ]
    assert len(listed) == len(scopes())
    assert all(" # " in line for line in listed)


@pytest.mark.parametrize("variant", ["socket", "http"])
def test_slacks_schema_accepts_it(variant: str) -> None:
    if not SCHEMA.exists():
        pytest.skip("Slack's manifest schema is not beside this checkout")
    made = manifest()
    if variant == "http":
        made = http_variant(made, "https://buffer.example.org")
    errors = Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(made)
    assert [error.message for error in errors] == []


def test_the_http_variant_is_reached_at_one_address() -> None:
    made = http_variant(manifest(), "https://buffer.example.org/")
    url = "https://buffer.example.org/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["settings"]["socket_mode_enabled"] is False
    assert manifest()["settings"]["socket_mode_enabled"] is True


def test_the_command_may_be_called_otherwise() -> None:
    assert named(manifest(), "/posts")["features"]["slash_commands"][0]["command"] == "/posts"


def test_words_fit() -> None:
    shown = manifest()["display_information"]
    assert 175 <= len(shown["long_description"]) <= 4000
    assert len(shown["description"]) <= 140
