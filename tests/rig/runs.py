"""The rig run in a process of its own: it forks, and puts itself between Python and its sockets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def measured(part: str, size: int) -> list[dict[str, Any]]:
    """One part of it in this size: figures for each measure, and `wrong`, what must not be."""
    ended = subprocess.run(
        [sys.executable, "-m", "rig", "--part", part, "--size", str(size)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    assert found
    return found
