"""Who may come in, how often, and what is turned away at the door: always in JSON, never as a success."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from falcon.testing import StartResponseMock, TestClient, create_environ

from buffer.api.errors import fault_of
from buffer.api.limiter import Limiter
from buffer.errors import (
    Busy,
    LoginExpired,
    NetworkDown,
    QueueError,
    Refused,
    SlowDown,
    Unclear,
)
from cast import CY, MONDAY
from v1_script import FORM, Script, a_script

CREATE = "/1/updates/create.json"
USER = "/1/user.json"


@pytest.fixture
def script() -> Iterator[Script]:
    with a_script() as made:
        yield made


# -- tokens


def test_a_token_in_the_header_the_query_or_the_body(script: Script) -> None:
    body = f"access_token={script.token}&profile_ids[]={script.profile.id}&text="
    assert script.get(USER).status_code == 200
    assert script.get(USER, Authorization=f"bearer  {script.token}").status_code == 200
    assert script.get(USER, f"access_token={script.token}", Authorization="").status_code == 200
    assert script.post(CREATE, body + "a", Authorization="").status_code == 200
    in_query = script.ask(
        "POST",
        CREATE,
        headers={"Authorization": ""},
        query_string=f"access_token={script.token}",
        body=f"profile_ids[]={script.profile.id}&text=b",
    )
    assert in_query.status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "x"])
@pytest.mark.parametrize("path", [USER, "/1/updates/4eb8565e0acb04bb82000004.json"])
def test_no_token_or_an_unknown_one(script: Script, header: str, path: str) -> None:
    answer = script.get(path, Authorization=header)
    assert (answer.status_code, answer.json["code"]) == (401, 401)
    assert answer.headers["www-authenticate"].startswith("OAuth ")


def test_a_revoked_token(script: Script) -> None:
    script.store.tokens.revoke("script", MONDAY)
    assert script.get(USER).status_code == 401


def test_another_teams_things_are_not_there(script: Script) -> None:
    theirs = script.has_profile(CY)
    assert script.get(f"/1/profiles/{theirs.id}.json").json["code"] == 1010
    assert [each["id"] for each in script.get("/1/profiles.json").json] == [script.profile.id]
    answer = script.post(CREATE, f"profile_ids[]={theirs.id}&text=a")
    assert (answer.status_code, answer.json["code"]) == (403, 1011)


# -- how often


def test_too_many_requests_are_told_to_wait() -> None:
    with a_script(rate_limit=2) as script:
        assert [script.get(USER).status_code for _ in range(3)] == [200, 200, 429]
        script.clock.passes(timedelta(seconds=20))
        answer = script.get(USER)
        assert (answer.json["code"], answer.headers["retry-after"]) == (429, "40")
        script.clock.passes(timedelta(seconds=40))
        assert script.get(USER).status_code == 200


def test_every_token_has_its_own_budget() -> None:
    limiter = Limiter(1)
    assert [limiter.take(name, MONDAY) for name in "aabb"] == [0, 60, 0, 60]


def test_without_a_limit_nobody_waits() -> None:
    limiter = Limiter(0)
    assert not any(limiter.take("a", MONDAY) for _ in range(1000))


# -- the router's own refusals


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/1/nothing.json", 404, 404),
        ("GET", "/1/updates/a/b/c.json", 404, 404),
        ("GET", "/1", 406, 1005),
        ("GET", "/1/", 406, 1005),
        ("GET", "/1/user", 406, 1005),
        ("GET", "/1/user.xml", 406, 1005),
        ("GET", "/1/user.json/", 406, 1005),
        ("POST", "/1/updates/create", 406, 1005),
        ("POST", USER, 405, 405),
        ("GET", CREATE, 405, 405),
        ("DELETE", "/1/updates/4eb8565e0acb04bb82000004.json", 405, 405),
        ("PUT", "/1/updates/4eb8565e0acb04bb82000004/update.json", 405, 405),
        ("PATCH", CREATE, 405, 405),
    ],
)
def test_a_wrong_path_or_method(
    script: Script, method: str, path: str, status: int, code: int
) -> None:
    answer = script.ask(method, path)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_elsewhere_falcon_speaks_for_itself(script: Script) -> None:
    answer = TestClient(script.app).simulate_get("/12/nothing")
    assert (answer.status_code, "success" in answer.json) == (404, False)


# -- bodies


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, "text=100%"),
        (FORM, "text=%zz"),
        (FORM, b"text=caf\xe9"),
        ("", b"\xff\xfe\x00"),
        ("application/json", "{"),
        ("application/json", "[1]"),
        ("application/json; charset=utf-8", b'{"text": "caf\xe9"}'),
        ("application/json", '{"text": "\\ud83d"}'),
        ("multipart/form-data", "--x"),
        ("multipart/form-data; boundary=x", "--x\r\nhalf"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\ncaf\xe9\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\na\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="media[photo]"; filename="a.png"\r\n\r\na'
            "\r\n--x--\r\n",
        ),
    ],
)
def test_a_broken_body(script: Script, kind: str, body: str | bytes) -> None:
    answer = script.post(CREATE, body, kind)
    assert (answer.status_code, answer.json["code"]) == (400, 1003)


def test_a_body_that_stops_half_way(script: Script) -> None:
    body = f"profile_ids[]={script.profile.id}&text=The whole te"
    answer = script.post(CREATE, body, **{"Content-Length": "500"})
    assert (answer.status_code, answer.json["code"]) == (400, 1003)
    assert script.texts() == []


@pytest.mark.parametrize("length", ["x", "-1", "1.5"])
def test_a_length_that_is_none(script: Script, length: str) -> None:
    environ = create_environ(CREATE, method="POST", body="text=a")
    start = StartResponseMock()
    body = b"".join(script.app({**environ, "CONTENT_LENGTH": length}, start))
    assert (start.status, json.loads(body)["success"]) == ("400 Bad Request", False)


def test_a_body_over_a_megabyte(script: Script) -> None:
    answer = script.post(CREATE, "text=" + "a" * 1_000_000)
    assert (answer.status_code, answer.json["code"]) == (413, 413)


def test_a_broken_query(script: Script) -> None:
    answer = script.get(f"/1/profiles/{script.profile.id}/updates/pending.json", "since=%zz")
    assert (answer.status_code, answer.json["code"]) == (400, 1003)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, "profile_ids[]={}&text=ä+ö"),
        (FORM, "&&profile_ids%5B0%5D={}&text=%C3%A4%20%C3%B6&"),
        ("application/x-www-form-urlencoded; charset=utf-8", "profile_ids={}&text=ä ö"),
        ("", "profile_ids[]={}&text=ä ö"),
        ("text/plain;charset=UTF-8", "profile_ids[]={}&text=ä ö"),
        ("application/json", '{{"profile_ids": ["{}"], "text": "ä ö", "now": false}}'),
        ("application/json", '{{"profile_ids": "{}", "text": "\\u00e4 ö", "top": null}}'),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="profile_ids[]"\r\n\r\n{}\r\n'
            '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nä ö\r\n--x--\r\n',
        ),
    ],
)
def test_every_type_of_body(script: Script, kind: str, body: str) -> None:
    answer = script.post(CREATE, body.format(script.profile.id).encode(), kind)
    assert answer.status_code == 200
    assert script.texts() == ["ä ö"]


def test_a_long_multipart_body(script: Script) -> None:
    ids = [script.profile.id, *(f"{number:024x}" for number in range(90))]
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(part.format("profile_ids[]", each) for each in ids) + part.format("text", "a")
    answer = script.post(CREATE, body + "--x--\r\n", "multipart/form-data; boundary=x")
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["", FORM, "application/json", "multipart/form-data"])
def test_an_empty_post_whatever_its_type(script: Script, kind: str) -> None:
    (update,) = script.has_queued("a")
    for verb in ("move_to_top", "share", "destroy"):
        assert script.post(f"/1/updates/{update.id}/{verb}.json", "", kind).status_code == 200


def test_a_get_with_the_headers_of_a_post(script: Script) -> None:
    assert script.get(USER, **{"Content-Type": FORM, "Content-Length": "0"}).status_code == 200


def test_pretty_print(script: Script) -> None:
    assert script.get(USER, "pretty=true").text.startswith('{\n  "id"')
    assert script.get(USER, "pretty=perhaps").text.startswith('{"id"')


# -- what is not the client's fault


@pytest.mark.parametrize(
    ("error", "status", "code", "wait"),
    [
        (Busy(), 503, 1000, "1"),
        (NetworkDown("Gone."), 503, 1000, "60"),
        (Unclear("Who knows."), 502, 1000, None),
        (LoginExpired("Connect it again."), 403, 403, None),
        (SlowDown("Wait.", MONDAY + timedelta(seconds=7)), 429, 429, "7"),
        (QueueError("Odd."), 500, 1000, None),
        (Refused("No."), 400, 1022, None),
    ],
)
def test_every_error_has_its_status(
    error: QueueError, status: int, code: int, wait: str | None
) -> None:
    fault = fault_of(error, MONDAY)
    assert (fault.status, fault.code, fault.headers.get("Retry-After")) == (status, code, wait)


def test_what_breaks_is_logged_and_not_shown(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    script.queues.breaks = RuntimeError("the secret is 42")
    answer = script.get(USER)
    assert (answer.status_code, answer.json["code"]) == (500, 1000)
    assert "42" not in answer.text
    assert "api request broke" in caplog.text


def test_a_locked_store_says_when_to_come_back(script: Script) -> None:
    script.queues.breaks = Busy()
    answer = script.get(USER)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
