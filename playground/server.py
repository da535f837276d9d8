"""Runs a WSGI app on waitress in a daemon thread, and can go away and come back on its port."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

THREADS = 16
STOP_SECONDS = 5.0


class Server:
    def __init__(self, app: Callable[..., Any], port: int) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._app = app
        self._waitress: Any = None
        self._thread: threading.Thread | None = None
        self.port = port
        self._listen()

    def _listen(self) -> None:
        """Bound at once, so that the port is known before anything is served."""
        self._waitress = create_server(
            self._app, host="127.0.0.1", port=self.port, threads=THREADS, ident=None
        )
        self.port = int(self._waitress.effective_port)

    def start(self) -> None:
        if self._waitress is None:
            self._listen()
        self._thread = threading.Thread(target=self._waitress.run, name="playground", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, then close every socket: new ones are refused."""
        server, self._waitress = self._waitress, None
        if server is None:
            return
        server.task_dispatcher.shutdown(timeout=STOP_SECONDS)
        if self._thread is None:
            server.close()
            return
        # Sockets belong to the loop's thread; emptying its map is what ends it. The trigger itself stays open until
        # then: an earlier pull may run this before pull_trigger has written its byte.
        server.trigger.pull_trigger(lambda: _leave(server))
        self._thread.join(STOP_SECONDS)
        self._thread = None
        if (
            not server.task_dispatcher.threads
        ):  # one that hangs would write to whatever has that number next
            server.trigger.close()


def _leave(server: Any) -> None:
    """Close every socket, and let the loop find nothing more to wait for."""
    server.trigger.del_channel()
    wasyncore.dispatcher.close(server)  # its own close() closes the trigger as well
    for channel in list(server._map.values()):
        channel.close()
