"""The stand-in answers as Mastodon's OpenAPI says, asks are what it takes, and recorded answers of 4.6.4 are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from buffer.markup import plain
from buffer.model import Event, Seen
from buffer.networks import mastodon_entities as entities
from cast import MONDAY
from mastodon_server import CLIENT, CODE, SECRET, TOKEN, Server, mastodon

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.exists(), reason="recorded answers and schemas are not beside this checkout"
)
pytestmark = needs_fixtures


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / "mastodon-openapi.json").read_text())
    quote = found["components"]["schemas"]["Status"]["properties"]["quote"]
    quote["anyOf"] = quote.pop(
        "oneOf"
    )  # both kinds require no more than a state: every quote is both
    return found


def wrong(schema: dict[str, Any], value: Any) -> list[str]:
    resource = Resource.from_contents(document(), default_specification=DRAFT202012)
    registry: Any = Registry().with_resource("doc:", resource)
    anchored = json.loads(json.dumps(schema).replace('"#/', '"doc:#/'))
    errors = Draft202012Validator(anchored, registry=registry).iter_errors(value)
    return [f"{error.json_path}: {error.message}"[:200] for error in errors]


def answer_schema(method: str, path: str, status: int) -> dict[str, Any]:
    responses = document()["paths"][path][method.lower()]["responses"]
    found: dict[str, Any] = responses[str(status)]["content"]["application/json"]["schema"]
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with mastodon(lambda: MONDAY) as running:
        running.max_characters = 600
        yield running


ASKS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("POST", "/api/v1/statuses", "/api/v1/statuses", {"status": "Hello @bo https://example.org/x"}),
    ("POST", "/api/v1/statuses", "/api/v1/statuses", {"status": "Hello", "spoiler_text": "cats"}),
    ("GET", "/api/v1/accounts/1/statuses", "/api/v1/accounts/{id}/statuses", {}),
    ("GET", "/api/v1/notifications", "/api/v1/notifications", {}),
    ("GET", "/api/v1/accounts/verify_credentials", "/api/v1/accounts/verify_credentials", {}),
]


@pytest.mark.parametrize(("method", "path", "template", "body"), ASKS)
def test_the_stand_in_answers_as_the_schema_says(
    server: Server, method: str, path: str, template: str, body: dict[str, Any]
) -> None:
    server.hears("favourite", server.post({"status": "Hi"}))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    said = requests.request(
        method, server.url + path, json=body or None, headers=headers, timeout=5
    )
    assert said.status_code == 200
    found = said.json()
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            each.pop("text", None)
            each.get("status", {}).pop("text", None) if isinstance(each.get("status"), dict) else 0
    assert wrong(answer_schema(method, template, 200), found) == []


ABOUT: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "", {}),
    ("GET", "/context", {}),
    ("POST", "/favourite", {}),
    ("PUT", "", {"status": "Hello again", "spoiler_text": "", "sensitive": False}),
    ("DELETE", "", {}),
]


@pytest.mark.parametrize(("method", "rest", "body"), ABOUT)
def test_of_one_post_it_answers_as_the_schema_says(
    server: Server, method: str, rest: str, body: dict[str, Any]
) -> None:
    post = server.post({"status": "Hi"})
    quoted = server.post({"status": "Well said", "quoted_status_id": post["id"]})
    reply = server.post({"status": "Yes", "in_reply_to_id": quoted["id"]})
    server.post({"status": "No", "in_reply_to_id": reply["id"]}, "dana", "2")
    path = f"{server.url}/api/v1/statuses/{reply['id']}{rest}"
    said = asks(method, path, json=body or None)
    assert said.status_code == 200
    template = f"/api/v1/statuses/{{id}}{rest}"
    assert wrong(answer_schema(method, template, 200), said.json()) == []
    if rest == "/context":
        assert [len(said.json()[part]) for part in ("ancestors", "descendants")] == [1, 1]
    if method == "DELETE":
        gone = asks("GET", path)
        assert gone.status_code == 404
        assert wrong(answer_schema("GET", template, 404), gone.json()) == []


@pytest.mark.parametrize("kind", ["mention", "favourite", "reblog", "quote"])
def test_it_notifies_as_the_schema_says(server: Server, kind: str) -> None:
    post = server.post({"status": "Hi"})
    quote = server.post({"status": "Well said", "quoted_status_id": post["id"]}, "dana", "2")
    server.hears(kind, quote if kind in ("mention", "quote") else post)
    said = asks("GET", f"{server.url}/api/v1/notifications")
    assert said.json()[0]["type"] == kind
    assert wrong(answer_schema("GET", "/api/v1/notifications", 200), said.json()) == []


def asks(method: str, url: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return requests.request(method, url, headers=headers, timeout=5, **more)


def test_apps_and_tokens_are_as_the_schema_says(server: Server) -> None:
    form = {
        "client_name": "x",
        "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
        "scopes": "read write",
    }
    said = requests.post(f"{server.url}/api/v1/apps", data=form, timeout=5).json()
    assert wrong(answer_schema("POST", "/api/v1/apps", 200), said) == []
    asked = {"code": CODE, "client_id": CLIENT, "client_secret": SECRET}
    token = requests.post(f"{server.url}/oauth/token", data=asked, timeout=5).json()
    assert wrong(answer_schema("POST", "/oauth/token", 200), token) == []


@pytest.mark.parametrize(
    "body",
    [
        {"status": "Hello"},
        {"status": "Hello", "spoiler_text": "cats", "sensitive": True, "visibility": "unlisted"},
        {"status": "two", "in_reply_to_id": "1", "language": "de"},
        {"status": "pictures", "media_ids": ["1", "2"]},
        {"status": "@bo Thanks", "in_reply_to_id": "1", "visibility": "private"},
    ],
)
def test_what_we_ask_is_what_the_schema_takes(body: dict[str, Any]) -> None:
    operation = document()["paths"]["/api/v1/statuses"]["post"]
    choices = operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert any(wrong(choice, body) == [] for choice in choices)


def test_all_that_an_edit_says_is_known_to_the_schema() -> None:
    operation = document()["paths"]["/api/v1/statuses/{id}"]["put"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    for _, status in recorded("POST", "/api/v1/statuses"):
        body = {"status": "Toot!", **entities.kept_by_edit(status)}
        assert wrong(schema, body) == []
        assert set(body) <= set(schema["properties"])
        assert body["language"] == status["language"]
        assert body["sensitive"] is status["sensitive"]


# -- recorded on Mastodon 4.6.4


def recorded(method: str, path: str) -> list[tuple[str, Any]]:
    """(file, JSON) of every recorded answer 200 to this method and path."""
    found = []
    for file in sorted((FIXTURES / "mastodon-cassettes").glob("*.yaml")):
        for each in yaml.safe_load(file.read_text())["interactions"]:
            asked, said = each["request"], each["response"]
            where = asked["uri"].partition("?")[0].removeprefix("http://localhost:3000").rstrip("/")
            if (asked["method"], where, said["status"]["code"]) == (method, path, 200):
                found.append((file.name, json.loads(said["body"]["string"])))
    return found


def test_recorded_posts_are_read() -> None:
    answers = recorded("POST", "/api/v1/statuses")
    assert len(answers) > 8
    for _, status in answers:
        receipt = entities.receipt(status)
        assert receipt.service_id == status["id"]
        assert receipt.link.startswith("http://localhost:3000/@")
        assert entities.instant(status) > datetime(2026, 1, 1, tzinfo=UTC)
    texts = {plain(status["content"]) for _, status in answers}
    assert {"Toot!", "Toot, finally!", "@mastodonpy_test_2 same!", "bwooh!"} <= texts


def test_recorded_notifications_are_read() -> None:
    answers = recorded("GET", "/api/v1/notifications")
    told = [each for _, page in answers for each in page]
    assert told
    found = [
        entities.interaction(each, entities.Login(server="http://localhost:3000", token=""))
        for each in told
    ]
    mentions = [each for each in found if each and each.event is Event.MENTION]
    assert mentions
    assert all("hello!" in each.text and each.user.username for each in mentions)


def test_recorded_posts_are_seen_as_they_stand() -> None:
    for _, status in recorded("POST", "/api/v1/statuses"):
        assert entities.seen(status, []) == Seen(
            counts={"likes": 0, "reshares": 0}, answers=frozenset(), text=None
        )
    (liked,) = recorded("POST", "/api/v1/statuses/117020585802289163/favourite")
    assert entities.seen(liked[1], None).counts["likes"] == 1
    for _, boost in recorded("POST", "/api/v1/statuses/117020585505579935/reblog"):
        assert entities.seen(boost["reblog"], None).counts["reshares"] == 1


def test_a_recorded_answer_says_what_it_answers() -> None:
    answers = [
        status for _, status in recorded("POST", "/api/v1/statuses") if status["in_reply_to_id"]
    ]
    assert answers
    for status in answers:
        found = entities.comment(status, "1", "http://localhost:3000")
        assert found
        assert found.service_id == status["id"]
        assert found.text == plain(status["content"]) != ""
        assert found.user.service_id == f"{status['account']['id']}@localhost:3000"
        assert found.created_at == entities.instant(status)


def test_a_recorded_instance_says_its_limits() -> None:
    for path in ("/api/v2/instance", "/api/v1/instance"):
        ((_, instance),) = recorded("GET", path)
        limits = entities.limits_of(entities.told_limits(instance))
        assert (limits.characters, limits.link_length, limits.images) == (500, 23, 4)


def test_recorded_media_is_read() -> None:
    for _, media in recorded("POST", "/api/v2/media"):
        assert media["id"]
        assert media["url"]


def test_the_stand_in_has_every_field_a_recorded_post_has(server: Server) -> None:
    made = server.post({"status": "Hi"})
    for _, status in recorded("POST", "/api/v1/statuses"):
        assert set(status) - set(made) == set()
