"""The server under the playground: it ends cleanly, whoever else pulls its trigger at that moment."""

from collections.abc import Callable, Iterable
from typing import Any

from playground.server import Server


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Length", "0")])
    return []


def test_an_answer_that_ends_in_the_middle_of_stop_does_no_harm() -> None:
    server = Server(app, 0)
    server.start()
    trigger, thread = server._waitress.trigger, server._thread
    assert thread is not None
    pull = trigger._physical_pull

    def pull_late() -> None:
        """Somebody else's pull wakes the loop; ours comes when the loop has ended."""
        pull()
        thread.join(5)
        pull()

    trigger._physical_pull = pull_late
    server.stop()
    assert not thread.is_alive()
    server.start()
    server.stop()
