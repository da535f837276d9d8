"""Lines to servers: each ends at its deadline whatever it waits for, is trusted for a reason, and is let go."""

from __future__ import annotations

import datetime as dates
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bad_servers import Talk, drips, hangs, heard, resets, says, server
from buffer.errors import NetworkDown, Refused, Unclear
from buffer.web import Guard, Web

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
EARLY = b"HTTP/1.1 100 Continue\r\n\r\n"
SOON = 0.3
"""A deadline, in seconds."""


@contextmanager
def in_time(seconds: float = SOON) -> Iterator[None]:
    """It ends at the deadline: not before, and not much later, though the machine may be busy."""
    begun = time.monotonic()
    yield
    assert seconds - 0.01 <= time.monotonic() - begun < seconds + 2


# -- the deadline


@pytest.mark.parametrize(
    "talk",
    [hangs, drips(b"HTTP/1.1 200 OK\r\nX: "), drips(EARLY), drips(LONG), drips(CHUNKS)],
    ids=["silence", "headers", "continues", "body", "chunks"],
)
def test_whatever_is_waited_for_ends_at_the_deadline(talk: Talk) -> None:
    with server(talk) as url, in_time(), pytest.raises(Unclear, match="too long"):
        Web().ask("POST", url, seconds=SOON)


def takes_nothing(_: socket.socket) -> None:
    time.sleep(2 * SOON)


def test_a_server_that_takes_nothing() -> None:
    with server(takes_nothing) as url, in_time(), pytest.raises(Unclear):
        Web().ask("POST", url, data=b"x" * 50_000_000, seconds=SOON)


def test_many_at_once_end_each_at_its_own_deadline() -> None:
    with ExitStack() as stack:
        web, many = Web(), 24
        urls = [stack.enter_context(server(drips(LONG))) for _ in range(many)]
        pool = stack.enter_context(ThreadPoolExecutor(many))

        def waits(number: int) -> float:
            seconds = SOON + number / many
            begun = time.monotonic()
            with pytest.raises(Unclear, match="too long"):
                web.ask("POST", urls[number], data=b"x", seconds=seconds)
            return time.monotonic() - begun - seconds

        late = list(pool.map(waits, range(many)))
    assert all(-0.01 <= each < 2 for each in late)
    assert sorted(late)[many // 2] < 0.5


def test_what_is_asked_within_one_time_ends_together() -> None:
    with server(says(OK), drips(LONG)) as url, in_time(SOON):
        web = Web()
        with web.within(SOON):
            web.ask("POST", url, data=b"x")
            with pytest.raises(Unclear, match="too long"):
                web.ask("POST", url, data=b"x")
            with pytest.raises(NetworkDown, match="no time"):
                web.ask("POST", url, data=b"x")


def test_a_kept_line_has_the_deadline_of_its_next_exchange() -> None:
    def twice(line: socket.socket) -> None:
        says(OK)(line)
        drips(LONG)(line)

    with server(twice) as url:
        web = Web()
        assert web.ask("GET", url, seconds=30).body == b"ok"
        with in_time(), pytest.raises(Unclear, match="too long"):
            web.ask("GET", url, seconds=SOON)


@contextmanager
def nobody_picks_up() -> Iterator[int]:
    """A port whose queue of callers is full: a call is neither taken nor refused."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            with suppress(BlockingIOError):
                caller.connect(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]


def test_a_call_that_nobody_picks_up_is_certain() -> None:
    with nobody_picks_up() as port, in_time(), pytest.raises(NetworkDown):
        Web().ask("POST", f"http://127.0.0.1:{port}/", data=b"x", seconds=SOON)


def test_all_addresses_of_a_name_have_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody_picks_up() as port:
        found = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [found] * 20)
        with in_time(), pytest.raises(NetworkDown):
            Web().ask("POST", f"http://many.example:{port}/", data=b"x", seconds=SOON)


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(says(OK)) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        found = [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert Web().ask("POST", f"http://two.example:{port}/", data=b"x").body == b"ok"


def test_a_name_without_an_address_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(NetworkDown):
        Web().ask("POST", "http://none.example/", data=b"x")


# -- what is held


def test_no_exchange_starts_a_thread() -> None:
    with server(hangs) as url, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(Web().ask, "POST", url, data=b"x", seconds=SOON)
        before = threading.active_count()
        with pytest.raises(Unclear):
            waiting.result()
        assert threading.active_count() == before
    with server(says(OK)) as url:
        before = threading.active_count()
        for _ in range(20):
            Web().ask("POST", url, data=b"x")
        assert threading.active_count() == before


@pytest.mark.parametrize(
    ("talk", "ends"),
    [(says(OK), False), (drips(LONG), True), (resets, True), (says(LONG), True)],
    ids=["answered", "late", "reset", "short"],
)
def test_no_line_is_left_behind(talk: Talk, ends: bool) -> None:
    with server(talk) as url:
        web = Web()
        held = []
        for _ in range(4):
            with suppress(Unclear):
                web.ask("POST", url, data=b"x", seconds=0.1 if ends else 30)
            held.append(sum(1 for _ in Path("/dev/fd").iterdir()))
    assert max(held[1:]) <= held[0] + 1, "besides what the server has not closed yet"


def test_a_thread_keeps_lines_to_the_last_ten_servers() -> None:
    with ExitStack() as stack:
        urls = [stack.enter_context(server(says(OK))) for _ in range(15)]
        web = Web()
        before = sum(1 for _ in Path("/dev/fd").iterdir())
        for url in urls:
            web.ask("GET", url)
        assert sum(1 for _ in Path("/dev/fd").iterdir()) <= before + 10


# -- what goes over it


def test_reading_keeps_a_line_and_writing_takes_a_new_one() -> None:
    asked: list[bytes] = []

    def talk(line: socket.socket) -> None:
        asked.append(b"new")
        while words := line.recv(65536):
            asked.append(words.split()[0])
            line.sendall(OK)

    with server(talk) as url:
        web = Web()
        for method in ("GET", "GET", "POST", "GET"):
            web.ask(method, url)
        del web
    assert asked == [b"new", b"GET", b"GET", b"new", b"POST", b"GET"]


def test_a_kept_line_that_was_closed_is_replaced_before_it_is_used() -> None:
    with server(says(OK)) as url:
        web = Web()
        for _ in range(3):
            assert web.ask("GET", url).body == b"ok"
            time.sleep(0.02)


def test_an_answer_before_the_whole_question_is_an_answer() -> None:
    """A server may refuse what is too large without having read it."""

    def refuses(line: socket.socket) -> None:
        line.recv(1000)
        line.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while line.recv(1 << 20):
                pass

    with server(refuses) as url:
        assert Web().ask("POST", url, data=b"x" * 20_000_000).status == 413


def test_nothing_comes_from_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no netrc, no cookie of the exchange before."""
    asked: list[bytes] = []
    cookie = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n")

    def talk(line: socket.socket) -> None:
        asked.append(heard(line))
        line.sendall(cookie)

    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password x\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    with server(talk) as url:
        web = Web(agent="ours/1")
        for _ in range(2):
            web.ask("POST", url, json={"a": 1}, params={"b": "ü", "c": None})
    head, _, body = asked[1].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /x?b=%C3%BC HTTP/1.1"
    assert {line.split(b":")[0] for line in lines[1:]} == {
        b"Host", b"User-Agent", b"Accept", b"Accept-Encoding", b"Connection", b"Content-Length", b"Content-Type",
    }  # fmt: skip
    assert b"User-Agent: ours/1" in lines
    assert body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("sent", "kind", "body"),
    [
        ({"data": {"a": "b c", "d": ["1", "2"]}}, b"application/x-www-form-urlencoded", b"a=b+c&d=1&d=2"),
        ({"data": b"raw"}, b"", b"raw"),
        ({"data": iter([b"in ", b"pieces"])}, b"", b"3\r\nin \r\n6\r\npieces\r\n0\r\n\r\n"),
        ({}, b"", b""),
        ({"files": {"file": ("a.png", b"png", "image/png")}}, b"multipart/form-data", b"png"),
    ],
    ids=["form", "bytes", "pieces", "nothing", "file"],
)  # fmt: skip
def test_what_may_be_sent(sent: dict[str, Any], kind: bytes, body: bytes) -> None:
    asked: list[bytes] = []

    def talk(line: socket.socket) -> None:
        words = heard(line)
        while b"chunked" in words and not words.endswith(b"0\r\n\r\n"):
            words += line.recv(65536)
        asked.append(words)
        line.sendall(OK)

    with server(talk) as url:
        assert Web().ask("POST", url.replace("//", "//ada:pw@"), **sent).status == 200
    head, _, found = asked[0].partition(b"\r\n\r\n")
    assert b"Authorization: Basic YWRhOnB3" in head, "as the address says"
    assert (b"Content-Type: " + kind in head) if kind else b"Content-Type" not in head
    assert (body in found) if sent.get("files") else (body == found)


# -- TLS


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 alone, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = dates.datetime.now(dates.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dates.timedelta(days=1))
        .not_valid_after(now + dates.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "papers.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, papers: Path) -> None:
    """It is the only one that requests trusts."""
    for module in ("utils", "adapters"):
        monkeypatch.setattr(f"requests.{module}.DEFAULT_CA_BUNDLE_PATH", str(papers))


@contextmanager
def tls_server(papers: Path, *talks: Talk) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers)

    def over_tls(talk: Talk) -> Talk:
        def wrapped(line: socket.socket) -> None:
            with (
                suppress(OSError, IndexError),
                context.wrap_socket(line, server_side=True) as inner,
            ):
                talk(inner)

        return wrapped

    with server(*map(over_tls, talks)) as url:
        yield url.replace("http:", "https:")


@pytest.mark.usefixtures("trusted")
def test_a_trusted_server_is_asked(papers: Path) -> None:
    with tls_server(papers, says(OK)) as url:
        web = Web()
        assert [web.ask(way, url).body for way in ("POST", "GET", "GET", "POST")] == [b"ok"] * 4
        assert Guard(loopback=True).fetch(url).body == b"ok"


@pytest.fixture
def told() -> list[bytes]:
    return []


def listens(told: list[bytes]) -> Talk:
    return lambda line: told.append(line.recv(65536))


def test_a_server_that_nobody_vouches_for_is_told_nothing(papers: Path, told: list[bytes]) -> None:
    with tls_server(papers, listens(told)) as url:
        with pytest.raises(NetworkDown):
            Web().ask("POST", url, data=b"x")
        with pytest.raises(NetworkDown):
            Guard(loopback=True).fetch(url)
    assert not any(told)


@pytest.mark.usefixtures("trusted")
def test_a_server_by_another_name_is_told_nothing(
    papers: Path, told: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urllib3.util.connection.HAS_IPV6", False)
    with tls_server(papers, says(OK), listens(told)) as url:
        web = Web()
        assert web.ask("POST", url, data=b"x").status == 200
        other = url.replace("127.0.0.1", "localhost")
        with pytest.raises(NetworkDown):
            web.ask("POST", other, data=b"x")
        with pytest.raises(NetworkDown):
            Guard(loopback=True).fetch(other)
    assert not any(told)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "talk", [hangs, drips(b"HTTP/1.1 200 OK\r\nX: "), drips(LONG)], ids=["silence", "head", "body"]
)
def test_over_tls_it_ends_at_the_deadline_as_well(papers: Path, talk: Talk) -> None:
    with tls_server(papers, talk) as url:
        with in_time(), pytest.raises(Unclear, match="too long"):
            Web().ask("POST", url, data=b"x", seconds=SOON)
        with in_time(), pytest.raises(NetworkDown):
            Guard(loopback=True, seconds=SOON).fetch(url)


@pytest.mark.usefixtures("trusted")
def test_over_tls_a_server_that_takes_nothing(papers: Path) -> None:
    with (
        tls_server(papers, takes_nothing) as url,
        in_time(),
        pytest.raises(Unclear),
    ):
        Web().ask("POST", url, data=b"x" * 50_000_000, seconds=SOON)


def slow_hello(line: socket.socket) -> None:
    """The beginning of a long record, and then a byte now and then."""
    with suppress(OSError):
        line.recv(65536)
        line.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
        for _ in range(200):
            line.sendall(b"\0")
            time.sleep(0.02)


def says_nothing(line: socket.socket) -> None:
    while line.recv(65536):
        pass


@pytest.mark.parametrize("talk", [slow_hello, says_nothing], ids=["drip", "silence"])
def test_a_handshake_that_does_not_end_is_certain(talk: Talk) -> None:
    with server(talk) as url:
        url = url.replace("http:", "https:")
        with in_time(), pytest.raises(NetworkDown):
            Web().ask("POST", url, data=b"x", seconds=SOON)
        with in_time(), pytest.raises(NetworkDown):
            Guard(loopback=True, seconds=SOON).fetch(url)


def test_another_kind_of_address_is_refused() -> None:
    for url in ("mailto:ada@example.org", "httpx://example.org/", "http://exa mple.org/", "x:1"):
        with pytest.raises((Refused, NetworkDown)):
            Web().ask("POST", url, data=b"x")
