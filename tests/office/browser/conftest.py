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
    """The office of the estate, served, with an account for whoever of the cast comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._states: dict[str, Any] = {}
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

    def state(self, browser: Browser, name: str) -> Any:
        """The cookies of one of the cast, who signs in once, without waiting for the page that one comes to."""
        if name not in self._states:
            link = self.link(name)
            with browser.new_context() as context:
                form = context.request.get(link).text()
                token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
                assert token, form
                sent = context.request.post(link, form={"csrfmiddlewaretoken": token[1]}, max_redirects=0)
                assert sent.status == 302
                self._states[name] = context.storage_state()
        return self._states[name]

    def close(self) -> None:
        """Stop serving. Nothing may have broken meanwhile."""
        self.process.terminate()
        self.process.wait(30)
        assert '"level":"error"' not in self.log.read_text()

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


def moved_in(acme_estate: Path, place: Path) -> Iterator[House]:
    """A house of its own for tests that change something."""
    here = House(shutil.copytree(acme_estate, place / "workspace", symlinks=True))
    yield here
    here.close()


@pytest.fixture(scope="session")
def house(program: str, acme_estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:  # noqa: ARG001 - without a browser none is served
    """The one that all look at. Who changes something brings a `house` of their own."""
    yield from moved_in(acme_estate, tmp_path_factory.mktemp("house"))


@pytest.fixture
def opened(
    house: House,
    browser: Browser,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Callable[..., Page]]:
    """`opened("legal", "/requests/")` is a tab of one of the cast; options are those of a browser context."""
    contexts: list[BrowserContext] = []
    told: list[str] = []

    def open_(name: str | None, path: str, **options: Any) -> Page:
        state = house.state(browser, name) if name else None
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
