"""The real product in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """`python app.py`, as a newcomer starts it."""

    process: subprocess.Popen[bytes]
    url: str

    @property
    def local(self) -> str:
        return f"{self.url}/local"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_live(product: Product) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{product.url}/health/ready", timeout=2):
                return
        except OSError:
            assert product.process.poll() is None, "the product ended at its start"
            time.sleep(0.1)
    raise AssertionError("the product did not start")
