"""What a server did, or did not do, in the words of the error tree. HTTP is stubbed at the socket."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import pytest

from bad_servers import Talk, drips, hangs, resets, says, server
from buffer.errors import LoginExpired, NetworkDown, QueueError, Refused, SlowDown, Unclear
from buffer.web import Answer, Guard, Web, error_for

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_an_answer_is_whole() -> None:
    with server(says(OK)) as url:
        answer = Web().ask("POST", url, json={"a": 1})
    assert (answer.status, answer.body) == (200, b"ok")


def test_nobody_listening_is_certain() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NetworkDown):
        Web().ask("POST", f"http://127.0.0.1:{port}/", data=b"x")


def test_a_name_that_does_not_exist_is_certain() -> None:
    with pytest.raises(NetworkDown):
        Web().ask("GET", "http://nobody.invalid/")


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://example.org/", "http://[::1/"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Web().ask("GET", url)


def test_a_server_without_tls_is_certain() -> None:
    with server(lambda line: line.close()) as url, pytest.raises(NetworkDown):
        Web().ask("POST", url.replace("http:", "https:"), data=b"x")


@pytest.mark.parametrize(
    "talk",
    [resets, hangs, drips(b"HTTP/1.1 200 OK\r\nX: "), says(b""), says(b"HTTP/1.")],
    ids=["reset", "hang", "drip", "nothing", "half a line"],
)
def test_whatever_happens_after_the_first_byte_is_unclear(talk: Talk) -> None:
    with server(talk) as url, pytest.raises(Unclear):
        Web().ask("POST", url, data=b"x", seconds=0.3)


def test_a_body_that_drips_ends_at_the_deadline() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with server(drips(endless)) as url, pytest.raises(Unclear, match="too long"):
        Web().ask("GET", url, seconds=0.5)


def test_a_short_body_is_unclear() -> None:
    short = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nok"
    with server(says(short)) as url, pytest.raises(Unclear):
        Web().ask("POST", url, data=b"x")


def test_too_large_an_answer_is_not_read() -> None:
    with server(says(OK)) as url, pytest.raises(Unclear, match="more than"):
        Web().ask("GET", url, most=1)


def test_a_write_never_uses_a_kept_connection() -> None:
    """One that the server closed meanwhile would make a post unclear that never left."""
    lines: list[int] = []

    def twice(line: socket.socket) -> None:
        lines.append(1)
        says(OK)(line)

    with server(twice) as url:
        web = Web()
        assert web.ask("POST", url, data=b"x").status == 200
        assert web.ask("POST", url, data=b"x").status == 200
    assert len(lines) == 2


def test_a_redirect_is_an_answer() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with server(says(moved)) as url:
        assert Web().ask("GET", url).status == 302


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (200, {}, None),
        (302, {}, None),
        (400, {}, Refused),
        (401, {}, LoginExpired),
        (404, {}, Refused),
        (408, {}, Unclear),
        (422, {}, Refused),
        (429, {}, SlowDown),
        (500, {}, Unclear),
        (503, {}, Unclear),
        (503, {"Retry-After": "5"}, SlowDown),
    ],
)
def test_a_status_is_an_error_of_ours(
    status: int, headers: dict[str, str], kind: type[QueueError] | None
) -> None:
    answer = Answer(status=status, headers=headers, body=b"", url="")
    error = error_for(answer, "No.", NOW)
    assert type(error) is (kind or type(None))


@pytest.mark.parametrize(
    ("value", "until"),
    [
        ("5", NOW + timedelta(seconds=5)),
        ("Tue, 24 Nov 2026 09:10:00 GMT", NOW + timedelta(minutes=10)),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(value: str, until: datetime | None) -> None:
    answer = Answer(status=429, headers={"Retry-After": value}, body=b"", url="")
    assert answer.retry_at(NOW) == until


# -- links that people type


def test_a_link_to_this_machine_is_refused() -> None:
    with server(says(OK)) as url:
        with pytest.raises(Refused, match="private"):
            Guard().fetch(url)
        assert Guard(loopback=True).fetch(url).body == b"ok"


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "http://a:b@example.org/", "http://@example.org", "x", "http://a b/"],
)
def test_a_link_must_be_a_plain_one(url: str) -> None:
    with pytest.raises(Refused):
        Guard(loopback=True).fetch(url)


def test_every_hop_is_checked() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    with server(says(moved)) as url, pytest.raises(Refused, match="private"):
        Guard(loopback=True).fetch(url)


def test_hops_end() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    with server(says(moved)) as url, pytest.raises(Refused, match="too often"):
        Guard(loopback=True).fetch(url)


def test_a_link_that_drips_ends_in_time() -> None:
    with server(drips(b"HTTP/1.1 200 OK\r\nX: ")) as url, pytest.raises(NetworkDown):
        Guard(loopback=True, seconds=0.3).fetch(url)


def test_only_what_was_expected_is_read() -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok"
    with server(says(page)) as url:
        assert Guard(loopback=True).fetch(url, types=["text/html"]).body == b"ok"
        with pytest.raises(Refused, match="something else"):
            Guard(loopback=True).fetch(url, types=["image/"])
        with pytest.raises(Refused, match="large"):
            Guard(loopback=True).fetch(url, most=1)
