"""kill -9 of a real sender, at every kind of moment: nothing lost, nothing twice, nobody told twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from buffer.ports import Certainty

ROOT = Path(__file__).parents[2]


def rig(folder: Path, certainty: Certainty, kills: int) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "tests/sender_rig.py", str(folder), certainty.value, str(kills)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    tally: dict[str, Any] = json.loads(ended.stdout)
    return tally


def holds(tally: dict[str, Any], certainty: Certainty) -> None:
    """On no network is anything sent twice unasked; only where it can do neither is a person asked."""
    assert (tally["lost"], tally["double"], tally["told_wrong"]) == ([], [], [])
    if certainty is not Certainty.BLIND:
        assert tally["unconfirmed"] == 0


@pytest.mark.parametrize("certainty", list(Certainty))
def test_killed_here_and_there_it_loses_and_doubles_nothing(
    tmp_path: Path, certainty: Certainty
) -> None:
    tally = rig(tmp_path, certainty, 16)
    assert tally["kills"] >= 16
    holds(tally, certainty)


@pytest.mark.slow
@pytest.mark.parametrize("certainty", list(Certainty))
def test_killed_at_every_point_it_loses_and_doubles_nothing(
    tmp_path: Path, certainty: Certainty
) -> None:
    tally = rig(tmp_path, certainty, 0)
    assert tally["kills"] == tally["points"]
    holds(tally, certainty)
