"""A process of the sending benchmark: the product's own sender, or a way without it. Prints `ready`, begins at the next
line it is told, and at the one after prints the CPU seconds it took, and ends."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import backend
import logs
import wiring
from benchmarks import sending_peers
from benchmarks.sending_peers import Job, Way
from buffer.model import Profile, Receipt, Update
from buffer.networks import local
from loops import Worker
from settings import Settings


class Slow(local.Local):
    """The local network, elsewhere."""

    def __init__(self, send: Callable[[str], None], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._send = send

    def publish(
        self, profile: Profile, update: Update, key: str, *, thread: Sequence[Receipt] = ()
    ) -> Receipt:
        self._send(update.id)
        return Receipt(service_id=key)


def ours(job: Job) -> Way:
    """As wired, with its log; of the loops, the sender's."""
    vars(backend)["NETWORKS"] = {local.SERVICE: partial(Slow, job.post)}
    settings = Settings(database_url=f"sqlite:///{job.folder}/buffer.db", senders=job.senders)
    logs.set_up(settings.log_level)
    house = wiring.build(settings)
    worker = Worker([loop for loop in house.loops if loop.name == "sender"])

    def end() -> None:
        assert worker.stop(10)
        assert house.sender.stop(10)
        house.close()

    return worker.start, end


WAYS: dict[str, Callable[[Job], Way]] = {
    "ours": ours,
    "bare": sending_peers.bare,
    "apscheduler": sending_peers.apscheduler,
    "huey": sending_peers.huey,
}


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    job = Job(**json.loads(sys.argv[1]))
    begin, end = WAYS[job.way](job)
    print("ready", flush=True)
    sys.stdin.readline()
    before = cpu()
    begin()
    sys.stdin.readline()
    print(cpu() - before, flush=True)
    end()


if __name__ == "__main__":
    main()
