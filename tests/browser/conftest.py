"""The real product in a process of its own, and chromium to drive it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser_product import Product, free_port, wait_until_live

ROOT = Path(__file__).parents[2]
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
QUIET = (
    "--no-sandbox",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SLACK_")
    }
    environment |= {
        "PORT": str(port),
        "PLAYGROUND_PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{tmp_path}/buffer.db",
        "TZ": "Europe/Berlin",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        made = Product(process=process, url=f"http://127.0.0.1:{port}")
        try:
            wait_until_live(made)
            yield made
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=20)
    assert code == 0, (tmp_path / "log").read_text()[-2000:]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("BROWSER_NEEDED"):
            pytest.fail("There is no chromium, and BROWSER_NEEDED is set.")
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, timezone_id="Europe/Berlin", locale="en-GB"
    )
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(product.url)
    yield opened
    context.close()
    assert complaints == []
