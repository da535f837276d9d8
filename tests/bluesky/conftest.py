"""One network for all these tests; where it cannot be had, they skip and say why."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from real_bluesky import Network, lacking, running


@pytest.fixture(scope="session")
def bluesky() -> Iterator[Network]:
    if missing := lacking():
        assert not os.environ.get("BLUESKY_NEEDED"), f"missing: {missing}"
        pytest.skip(
            f"no real Bluesky network here, {', '.join(missing)} missing: tests/bluesky/install"
        )
    with running() as network:
        yield network
