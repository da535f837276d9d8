"""The main screens, kept as JSON: they look as they did, and Slack takes them.

`GOLDEN=write make test ARGS=tests/bot/test_screens_golden.py` writes them anew; look at the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.gallery import SCREENS, drawn
from playground import check_message, check_view

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_a_screen_looks_as_it_did(name: str) -> None:
    payload = drawn(name)
    (check_view if "type" in payload else check_message)(payload)
    file = GOLDEN / f"{name}.json"
    written = json.dumps(payload, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


def test_no_screen_is_kept_that_is_gone() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(SCREENS)
