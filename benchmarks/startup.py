"""From exec to the first durable acknowledgement, then what an idle process costs."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path
from statistics import median

from benchmarks.load import SECRET, command
from benchmarks.server import WebApi


def measure(folder: Path) -> None:
    """Print the median of three starts, then CPU and memory of the last one over ten idle seconds."""
    starts = []
    slack = ThreadingHTTPServer(("127.0.0.1", 0), WebApi)
    threading.Thread(target=slack.serve_forever, daemon=True).start()
    for number in range(3):
        (place := folder / f"start-{number}").mkdir()
        process, seconds = _start(place, slack.server_port)
        starts.append(seconds)
        if number == 2:
            _idle(process.pid)
        process.terminate()
        process.wait()
    slack.shutdown()
    print(f"\nstart to first durable ack: {median(starts):.2f} s, median of 3 (budget 1.5 s)")


def _start(place: Path, slack: int) -> tuple[subprocess.Popen[bytes], float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://127.0.0.1:{slack}/api/",
        "DATABASE_URL": f"sqlite:///{place}/buffer.db",
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "app.py"], env=environment, stderr=subprocess.DEVNULL
    )
    while not _acknowledged(port):
        time.sleep(0.01)
    return process, time.perf_counter() - began


def _acknowledged(port: int) -> bool:
    asked = command("/buffer", "First words {n}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(asked.method, asked.path, asked.body, asked.headers)
        answer = connection.getresponse()
        return answer.status == 200 and b"Added to the queue" in answer.read()
    except OSError:
        return False
    finally:
        connection.close()


def _idle(pid: int) -> None:
    time.sleep(2)
    before, began = _cpu(pid), time.perf_counter()
    time.sleep(10)
    share = (_cpu(pid) - before) / (time.perf_counter() - began) * 100
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    memory = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    print(f"\nidle: {share:.2f} % CPU (budget 0.2), {memory:.0f} MiB (budget 90)")


def _cpu(pid: int) -> float:
    """Seconds on a processor, all threads together, to the nanosecond: clock ticks are too coarse for so little."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9
