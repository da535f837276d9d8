"""One house per story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from stories.story_house import MakeStory, Story, told


@pytest.fixture
def make_story(tmp_path: Path) -> Iterator[MakeStory]:
    with ExitStack() as open_ones:

        def make(**changes: Any) -> Story:
            return open_ones.enter_context(told(tmp_path, **changes))

        yield make


@pytest.fixture
def story(make_story: MakeStory) -> Story:
    return make_story()
