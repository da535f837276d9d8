"""Sixty links nobody can make us open: each is refused within limits, and no private address is called."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bad_servers import Talk, drips, hangs, resets, says, server
from buffer.errors import NetworkDown, QueueError, Refused
from buffer.web import Guard
from buffer.web.guard import MOST_BYTES

ADDRESSES = [
    # this machine
    "http://127.0.0.1/", "http://127.0.0.1:22/", "http://127.1/", "http://127.255.255.254/", "http://0.0.0.0/",
    "http://0/", "http://localhost/", "http://LOCALHOST./", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/",
    # the same in other spellings: decimal, octal, hexadecimal, mixed, full-width digits
    "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
    "http://127.0.0.1.:80/", "http://\uff11\uff12\uff17.0.0.1/",
    # private networks
    "http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/",
    "http://192.168.1.1:8080/admin", "http://100.64.0.1/", "http://[fc00::1]/", "http://[fd12:3456:789a::1]/",
    # link-local, and the clouds' metadata
    "http://169.254.169.254/latest/meta-data/", "http://169.254.0.1/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
    # IPv4 inside IPv6
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/", "http://[::ffff:a9fe:a9fe]/",
    # reserved, multicast, broadcast, documentation
    "http://240.0.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://192.0.2.1/", "http://[ff02::1]/",
    "http://198.18.0.1/",
]  # fmt: skip
NOT_WEB = [
    "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "dict://127.0.0.1:11211/",
    "data:text/html,x", "javascript:alert(1)", "//10.0.0.1/", "http:10.0.0.1", "http://user:pass@example.org/", "http://10.0.0.1@example.org/",
    "http://example.org:0/", "http://exa mple.org/", "http:///x", "http://[::1/",
]  # fmt: skip
BOMB = gzip.compress(b"0" * 50_000_000)


@pytest.fixture(autouse=True)
def called(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every address that is connected to. None but this machine's is reached from here."""
    addresses: list[str] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        addresses.append(str(address[0]))
        if not ipaddress.ip_address(address[0]).is_loopback:
            raise OSError("no way out of the tests")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield addresses
    guarded = [each for each in addresses if not ipaddress.ip_address(each).is_loopback]
    assert all(ipaddress.ip_address(each).is_global for each in guarded)


@pytest.mark.parametrize("url", ADDRESSES)
def test_no_address_that_is_not_public(url: str, called: list[str]) -> None:
    with pytest.raises((Refused, NetworkDown)):
        Guard(seconds=2).fetch(url)
    assert called == [], "it is not even called"


@pytest.mark.parametrize("url", NOT_WEB)
def test_nothing_but_plain_web_addresses(url: str, called: list[str]) -> None:
    with pytest.raises(Refused):
        Guard(seconds=2).fetch(url)
    assert called == []


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Names resolve to the next of these, the last one again and again."""
    asked = iter(answers)
    last: list[list[str]] = [answers[-1]]

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[tuple[Any, ...]]:
        found = [host] if _is_literal(host) else next(asked, last[0])
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (families[ipaddress.ip_address(each).version], socket.SOCK_STREAM, 6, "", (each, port))
            for each in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "answers",
    [
        [["10.0.0.1"]],
        [["::1"]],
        [["::ffff:192.168.1.1"]],
        [["8.8.8.8"], ["127.0.0.1"]],  # public when it is checked, private when it is called
        [["8.8.8.8"], ["10.0.0.1"], ["169.254.169.254"]],
    ],
)
def test_a_name_that_leads_inside(
    monkeypatch: pytest.MonkeyPatch, called: list[str], answers: list[list[str]]
) -> None:
    resolver(monkeypatch, *answers)
    with pytest.raises((Refused, NetworkDown)):
        Guard(seconds=2).fetch("http://rebinding.example/")
    assert not {"127.0.0.1", "10.0.0.1", "169.254.169.254"} & set(called)


def moved(to: str) -> Talk:
    return says(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


@pytest.mark.parametrize(
    "to",
    ["http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::ffff:10.0.0.1]/", "file:///etc/passwd",
     "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "/again"],
)  # fmt: skip
def test_a_redirect_that_leads_astray(to: str) -> None:
    with server(moved(to)) as url, pytest.raises(Refused):
        Guard(loopback=True, seconds=2).fetch(url)


def endless(line: socket.socket) -> None:
    """A gigabyte, for whoever takes it."""
    try:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1000):
            line.sendall(b"x" * 1_000_000)
    except OSError:
        return


PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)


@pytest.mark.parametrize(
    "talk",
    [
        endless,
        says(PACKED + BOMB),
        drips(b"HTTP/1.1 200 OK\r\nX: "),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"),
        hangs,
        resets,
    ],
    ids=["a gigabyte", "a gzip bomb", "dripping headers", "a dripping body", "silence", "a reset"],
)
def test_a_server_that_means_no_good(talk: Talk) -> None:
    begun = time.monotonic()
    with server(talk) as url, pytest.raises(QueueError):
        Guard(loopback=True, seconds=1).fetch(url)
    assert time.monotonic() - begun < 30, "the deadline is a second"


def test_they_are_sixty_and_more() -> None:
    assert len(ADDRESSES) + len(NOT_WEB) + 5 + 7 + 6 >= 60
    assert len(BOMB) < 100_000 < MOST_BYTES < 50_000_000
