"""The system itself tells who is dead: no clock, no heartbeat."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from storage.owners import Owner, folder_beside

ROOT = Path(__file__).parents[2]
CHILD = """
import sys, time
from pathlib import Path
from storage.owners import Owner
print(Owner.take(Path(sys.argv[1])).id, flush=True)
time.sleep(60)
"""


def test_an_owner_lives_until_it_leaves(tmp_path: Path) -> None:
    me, you = Owner.take(tmp_path), Owner.take(tmp_path)
    assert me.id != you.id
    assert me.alive(you.id)
    assert me.alive(me.id)
    you.release()
    assert not me.alive(you.id)
    assert [path.name for path in tmp_path.iterdir()] == [me.id]
    me.release()
    me.release()


def test_in_memory_it_is_the_same() -> None:
    me, you = Owner.take(None), Owner.take(None)
    assert me.alive(you.id)
    you.release()
    assert not me.alive(you.id)
    me.release()


def test_a_killed_process_is_dead_at_once_and_a_stopped_one_is_not(tmp_path: Path) -> None:
    me = Owner.take(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert child.stdout
    theirs = child.stdout.readline().strip()
    assert me.alive(theirs)
    child.send_signal(signal.SIGSTOP)
    assert me.alive(theirs)
    child.kill()
    child.wait()
    child.stdout.close()
    assert not me.alive(theirs)
    assert not (tmp_path / theirs).exists()
    me.release()


def test_a_new_owner_sweeps_up_after_the_dead(tmp_path: Path) -> None:
    (tmp_path / "12-dead").touch()
    me = Owner.take(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [me.id]
    me.release()


def test_a_name_that_leads_elsewhere_is_nobody(tmp_path: Path) -> None:
    outside = tmp_path / "precious"
    outside.touch()
    me = Owner.take(tmp_path / "locks")
    assert not me.alive("../precious")
    assert not me.alive("")
    assert outside.exists()
    me.release()


def test_many_who_come_at_once_are_all_alive(tmp_path: Path) -> None:
    owners: list[Owner] = []
    threads = [
        threading.Thread(target=lambda: owners.append(Owner.take(tmp_path))) for _ in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(each.alive(other.id) for each in owners for other in owners)
    for each in owners:
        each.release()


def test_locks_lie_beside_the_database(tmp_path: Path) -> None:
    assert folder_beside(str(tmp_path / "buffer.db")) == tmp_path / "locks"
    assert folder_beside(":memory:") is None
