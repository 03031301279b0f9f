# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A served office and a real browser at it. Where a test fails, a picture of what it saw is left beside its files."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

CAST = {
    "owner": "contributor",
    "legal": "legal",
    "security": "security",
    "office": "office",
    "stranger": "viewer",
}
PATIENCE = 180.0
Opened = "Callable[..., Page]"


class House:
    """The office of the estate, served, with an account for each of the cast."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            self.port = tried.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        plain = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "UMBEL_"))
        }
        self.environment = plain | {"UMBEL_WORK": "inline", "UMBEL_URL": self.address}
        self.log = folder.parent / "office.log"
        self.run("migrate")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "umbel", "serve", "--no-work", "--port", str(self.port), "-C", str(folder)],
                stdout=log, stderr=subprocess.STDOUT, env=self.environment,
            )  # fmt: skip
        self._wait()

    def run(self, *arguments: str) -> str:
        """What a management command prints."""
        command = [sys.executable, "-m", "umbel", "office", *arguments, "-C", str(self.folder)]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env=self.environment, timeout=60
        ).stdout

    def link(self, name: str) -> str:
        """A link that signs one of the cast in."""
        told = self.run("account", name, "--email", f"{name}@acme.example", "--role", CAST[name])
        found = re.search(r"http://\S+", told)
        assert found, told
        return found[0]

    def _wait(self) -> None:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        self.process.kill()
        self.process.wait()
        raise AssertionError(self.log.read_text())


@pytest.fixture(scope="session")
def program() -> str:
    found = chromium.found()
    if found is None:
        pytest.skip("there is no Chromium here, so the office's pages were tried without a browser")
    return found


@pytest.fixture(scope="session")
def browser(program: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        one = started.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield one
        one.close()


@pytest.fixture(scope="module")
def house(program: str, acme_estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:  # noqa: ARG001 - without a browser none is served
    folder = shutil.copytree(acme_estate, tmp_path_factory.mktemp("house") / "workspace", symlinks=True)
    here = House(folder)
    yield here
    here.process.terminate()
    here.process.wait(30)
    assert '"level":"error"' not in here.log.read_text()


@pytest.fixture(scope="module")
def signed_in(house: House, browser: Browser) -> Callable[[str], dict[str, Any]]:
    """The cookies of one of the cast, who signed in once for all tests of a file."""
    kept: dict[str, Any] = {}
    for name in CAST:  # all of them before anything changes: the page that they come to is made already
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(house.link(name))
            page.locator("main button").first.press("Enter")
            page.wait_for_url(f"{house.address}/")
            kept[name] = context.storage_state()
    return kept.__getitem__


@pytest.fixture
def opened(
    house: House,
    browser: Browser,
    signed_in: Callable[[str], Any],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Callable[..., Page]]:
    """`opened("legal", "/requests/")` is a tab of one of the cast; options are those of a browser context."""
    contexts: list[BrowserContext] = []
    told: list[str] = []

    def open_(name: str | None, path: str, **options: Any) -> Page:
        state = signed_in(name) if name else None
        context = browser.new_context(base_url=house.address, storage_state=state, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: told.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(path)
        return page

    before = request.session.testsfailed
    yield open_
    if request.session.testsfailed > before:
        for number, context in enumerate(contexts):
            for page in context.pages:
                page.screenshot(path=tmp_path / f"failed-{number}.png", full_page=True)
    for context in contexts:
        context.close()
    assert [line for line in told if "favicon" not in line and "404" not in line] == []
