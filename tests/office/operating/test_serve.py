# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel serve` as real processes: it answers, signs in once, follows new evidence, stops cleanly, dies whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from tests import acme
from tests.office.served import Served
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def served(acme_estate: Path, tmp_path: Path) -> Iterator[Served]:
    folder = shutil.copytree(acme_estate, tmp_path / "workspace", symlinks=True)
    here = Served(folder)
    yield here
    here.end()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder in which nothing was collected."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def test_it_prints_a_link_that_signs_in_once_and_ends_cleanly(served: Served) -> None:
    assert "<form" in served.get("/").text, "whoever has no account is asked to sign in"
    page = served.sign_in()
    assert (page.status, "The flower" in page.text) == (200, True)
    assert served.get("/readyz").status == 200
    served.cookies.clear()
    assert "The flower" not in served.sign_in().text, "the link is used up"
    family = served.family()
    assert len(family) >= 3, "who answers, and who makes editions, beside who started them"
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(30) == 0
    assert psutil.wait_procs(family, 10)[1] == []
    log = served.log.read_text()
    assert "Traceback" not in log
    assert log.count("Sign in, once") == 1


def test_pages_follow_new_evidence_without_a_restart(bare: Path) -> None:
    def collected(name: str) -> None:
        evidence = bare.parent / f"{name}.cdx.json"
        evidence.write_bytes(acme.sbom(name, ["left@1.0"]))
        Workspace(bare).collect([evidence])

    collected("till")
    served = Served(bare)
    try:
        served.sign_in()
        served.until(lambda: "till" in served.get("/projects/").text)
        collected("newcomer")
        served.until(lambda: "newcomer" in served.get("/projects/").text)
    finally:
        served.end()


def test_who_is_killed_leaves_nothing_running_and_a_taken_port_is_told_in_one_line(bare: Path) -> None:
    served = Served(bare)
    try:
        again = subprocess.run(
            [sys.executable, "-m", "umbel", "serve", "--port", str(served.port), "-C", str(bare)],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert again.returncode == 2
        assert "can't be listened at" in again.stderr
        assert "Traceback" not in again.stderr
        family = served.family()
        served.process.kill()
        assert psutil.wait_procs(family, 15)[1] == []
    finally:
        served.end()


def test_several_processes_count_together_and_log_without_secrets(bare: Path) -> None:
    served = Served(bare, "--processes", "2", "--no-work", "--host", "localhost")
    try:
        assert served.sign_in().status == 200
        for _ in range(12):
            assert served.get("/healthz").status == 200
        asked = served.ask("/healthz", headers={"Host": "10.0.0.7:8080"})
        assert asked.status == 200, "who asks whether it is well asks by a machine's address"
        assert served.ask("/", headers={"Host": "10.0.0.7:8080"}).status == 400
        told = served.get("/metrics").text
        number = next(line for line in told.splitlines() if 'route="healthz",status="200"' in line)
        assert float(number.split()[-1]) >= 13, "of both processes"
        assert 'umbel_up{part="database"} 1.0' in told
        assert 'umbel_up{part="worker"} 0.0' in told
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0
        text = served.log.read_text()
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        assert any(line.get("route") == "home" and line["status"] == 200 and line["id"] for line in lines)
        secret = text.split("/account/link/")[1].split("/")[0]
        assert text.count(secret) == 1, "the link is printed once, and never logged"
        assert "DisallowedHost" not in text
        assert not any(str(served.process.pid) in name for name in os.listdir("/dev/shm"))  # noqa: PTH208, S108
    finally:
        served.end()


def test_a_second_worker_waits_and_stops_when_it_is_told_to(bare: Path) -> None:
    """Who waits for the first one to die isn't deaf."""
    command = [sys.executable, "-m", "umbel.office.operating.working"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "UMBEL_"))}
    served = Served(bare)
    try:
        served.until(lambda: 'part="worker"} 1.0' in served.get("/metrics").text)
        second = subprocess.Popen(
            command, env={**plain, "UMBEL_WORKSPACE": str(bare)}, stderr=subprocess.PIPE, text=True
        )
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                second.wait(6)
        finally:
            second.terminate()
            _, said = second.communicate(timeout=10)
        assert (second.returncode, said) == (0, "")
    finally:
        served.end()
