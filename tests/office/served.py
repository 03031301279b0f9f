# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A really served office: its processes, its log, and a browser without scripts at it."""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 300.0
QUICK = 20.0
"""Seconds for one answer."""


class Answer(NamedTuple):
    """What was answered; status 0: nobody did."""

    status: int
    text: str
    headers: dict[str, str]

    def json(self) -> Any:
        """The text as JSON."""
        return json.loads(self.text)


class Served:
    """A served office, and a browser without scripts."""

    def __init__(self, folder: Path, *more: str, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.more = more
        plain = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "UMBEL_"))
        }
        self.environment = plain | (environment or {})
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            self.port = tried.getsockname()[1]
        self.log = folder.parent / "serve.log"
        self.mark = ""
        self.cookies = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.start()

    def start(self) -> None:
        """Start it, at the same place; wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "umbel", "serve", "--port", str(self.port), "-C", str(self.folder), *self.more],
                stdout=log, stderr=subprocess.STDOUT, env=self.environment,
            )  # fmt: skip
        self.until(lambda: self.get("/healthz").status == 200)

    def ask(
        self,
        path: str,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
        method: str | None = None,
    ) -> Answer:
        """Ask, as whoever is signed in."""
        url = f"http://127.0.0.1:{self.port}{path}"
        asked = urllib.request.Request(url, data, {"Referer": url, **(headers or {})}, method=method)
        try:
            with self.browser.open(asked, timeout=QUICK) as answer:
                return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), dict(error.headers))
        except (OSError, http.client.HTTPException):
            return Answer(0, "", {})

    def get(self, path: str, data: dict[str, str] | None = None) -> Answer:
        """A page, or with data what a form is answered."""
        return self.ask(path, None if data is None else urllib.parse.urlencode(data).encode())

    def hand_in(self, document: bytes, project: str = "shop", version: str = "1") -> Answer:
        """Hand a document in, as a pipeline does."""
        return self.ask(*self.upload(document, project, version), method="PUT")

    def upload(self, document: bytes, project: str, version: str = "1") -> tuple[str, bytes, dict[str, str]]:
        """The address, body and headers by which a document is handed in."""
        told = {
            "bom": base64.b64encode(document).decode(),
            "projectName": project,
            "projectVersion": version,
            "autoCreate": True,
        }
        return (
            "/api/v1/bom",
            json.dumps(told).encode(),
            {"Content-Type": "application/json", "X-CSRFToken": self.mark},
        )

    def until(self, holds: Callable[[], object], patience: float = PATIENCE) -> None:
        """Wait until something holds; fail with the log where it doesn't."""
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            if holds():
                return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def sign_in(self) -> Answer:
        """Follow the newest link that was printed, as a person does: look, then press the button."""
        found = re.search(r"http://\S+?(/\S+)", self.log.read_text().rsplit("Sign in", 1)[1])
        assert found, self.log.read_text()
        self._remember(self.get(found[1]).text)
        page = self.get(found[1], {"csrfmiddlewaretoken": self.mark})
        self._remember(page.text)
        return page

    def _remember(self, page: str) -> None:
        """What a form must carry."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        self.mark = found[1] if found else ""

    def family(self) -> list[psutil.Process]:
        """All processes of it."""
        here = psutil.Process(self.process.pid)
        return [here, *here.children(recursive=True)]

    def answering(self) -> list[psutil.Process]:
        """The processes that answer."""
        return [each for each in self._children() if "serve" in each.cmdline()]

    def working(self, module: str = "working") -> list[psutil.Process]:
        """The worker, or with `making` who makes an edition."""
        return [each for each in self._children() if f"umbel.office.operating.{module}" in each.cmdline()]

    def _children(self) -> Iterator[psutil.Process]:
        for each in self.family()[1:]:
            with contextlib.suppress(psutil.Error):
                if each.cmdline() and each.status() != psutil.STATUS_ZOMBIE:
                    yield each

    def end(self) -> None:
        """Kill what is left of it."""
        family = self.family() if self.process.poll() is None else []
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(20)
        psutil.wait_procs(family, 10)
