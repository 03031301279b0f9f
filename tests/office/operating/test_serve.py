# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel serve` as real processes: it answers, signs in once, follows new evidence, stops cleanly, dies whole."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING

import psutil
import pytest

from tests import acme
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 180.0


class Served:
    """A served office, and a browser without scripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            self.port = tried.getsockname()[1]
        self.log = folder.parent / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "umbel", "serve", "--port", str(self.port), "-C", str(folder)],
                stdout=log, stderr=subprocess.STDOUT,
                env={k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "UMBEL_"))},
            )  # fmt: skip
        self.cookies = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.until(lambda: self.get("/healthz")[0] == 200)

    def get(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        """An answer's status and text; 0 where nobody answers."""
        url = f"http://127.0.0.1:{self.port}{path}"
        sent = None if data is None else urllib.parse.urlencode(data).encode()
        try:
            with self.browser.open(urllib.request.Request(url, sent, {"Referer": url}), timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def until(self, holds: object) -> None:
        """Wait until something holds; fail with the log where it doesn't."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            if callable(holds) and holds():
                return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def sign_in(self) -> tuple[int, str]:
        """Follow the link that was printed, as a person does: look, then press the button."""
        found = re.search(r"http://\S+?(/\S+)", self.log.read_text().split("Sign in", 1)[1])
        assert found, self.log.read_text()
        _, page = self.get(found[1])
        mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        return self.get(found[1], {"csrfmiddlewaretoken": mark[1] if mark else ""})

    def family(self) -> list[psutil.Process]:
        """All processes of it."""
        here = psutil.Process(self.process.pid)
        return [here, *here.children(recursive=True)]


@pytest.fixture
def served(acme_estate: Path, tmp_path: Path) -> Iterator[Served]:
    folder = shutil.copytree(acme_estate, tmp_path / "workspace", symlinks=True)
    here = Served(folder)
    yield here
    for process in here.family() if here.process.poll() is None else []:
        process.kill()
    here.process.wait(20)


def test_it_prints_a_link_that_signs_in_once_and_ends_cleanly(served: Served) -> None:
    assert served.get("/")[1].count("<form"), "whoever has no account is asked to sign in"
    status, page = served.sign_in()
    assert (status, "The flower" in page) == (200, True)
    assert served.get("/readyz")[0] == 200
    served.cookies.clear()
    assert "The flower" not in served.sign_in()[1], "the link is used up"
    family = served.family()
    assert len(family) >= 3, "who answers, and who makes editions, beside who started them"
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(30) == 0
    assert psutil.wait_procs(family, 10)[1] == []
    log = served.log.read_text()
    assert "Traceback" not in log
    assert log.count("Sign in, once") == 1


def test_pages_follow_new_evidence_without_a_restart(served: Served) -> None:
    served.sign_in()
    served.until(lambda: "shop-web" in served.get("/projects/")[1])
    evidence = served.folder.parent / "new.cdx.json"
    evidence.write_bytes(acme.sbom("newcomer", ["left@1.0"]))
    Workspace(served.folder).collect([evidence])
    served.until(lambda: "newcomer" in served.get("/projects/")[1])


def test_who_is_killed_leaves_nothing_running(served: Served) -> None:
    family = served.family()
    served.process.kill()
    assert psutil.wait_procs(family, 15)[1] == []


def test_a_taken_port_is_told_in_one_line(served: Served) -> None:
    again = subprocess.run(
        [sys.executable, "-m", "umbel", "serve", "--port", str(served.port), "-C", str(served.folder)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert again.returncode == 2
    assert "can't be listened at" in again.stderr
    assert "Traceback" not in again.stderr
