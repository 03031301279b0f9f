# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The worker: makes what is wanted, tries again what failed, one at a time, and tells how things stand."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.office.editions.store import Pointer
from umbel.office.operating import logs
from umbel.office.operating import worker as worker_module
from umbel.office.operating.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[date | None]:
    """Editions are noted in place of being made by a process."""
    asked: list[date | None] = []

    def noted(self: Worker, day: date | None) -> None:
        asked.append(day)
        pointer = self.store.pointer(day)
        assert pointer is not None
        self.store.point(day, Pointer(wanted=pointer.wanted, finished=pointer.wanted))

    monkeypatch.setattr(Worker, "_make", noted)
    for name in ("_send", "_expire", "_evaluate"):
        monkeypatch.setattr(Worker, name, staticmethod(lambda: None))
    return asked


def test_now_comes_first_then_the_days_that_somebody_asked_for(
    own_office: Path, quiet: list[date | None]
) -> None:
    (own_office / "policy.toml").write_text("longest_exception_days = 8\n")
    here = Worker()
    days = [acme.day(-3).date(), acme.day(-2).date()]
    for day in days:
        here.store.want(day)
    for _ in range(5):
        here.step()
    assert quiet == [None, *days]
    assert here.store.wanted() == []
    (own_office / "policy.toml").write_text("longest_exception_days = 9\n")
    here.step()
    assert quiet == [None, *days, None]


def test_what_failed_is_tried_again_later_and_not_at_once(
    own_office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_office / "policy.toml").write_text("longest_exception_days = 8\n")
    made: list[Any] = []

    class Fails:
        def __init__(self, command: list[str], **_: Any) -> None:
            made.append(command)

        def poll(self) -> int:
            return 1

        def wait(self) -> int:
            return 1

    now = [1000.0]
    monkeypatch.setattr("subprocess.Popen", Fails)
    monkeypatch.setattr("umbel.office.operating.worker.time.monotonic", lambda: now[0])
    here = Worker()
    here.step()
    here.step()
    assert len(made) == 1
    now[0] += worker_module.FAILED_PAUSE + 1
    here.step()
    assert len(made) == 2


@pytest.mark.usefixtures("own_office")
def test_a_stop_ends_it_whatever_it_waits_for(quiet: list[date | None]) -> None:
    here = Worker()
    here.stop()
    here.run()
    assert quiet == []


def test_health_is_told_of_each_thing(office: Path, nobody: Client) -> None:  # noqa: ARG001 - it is served
    assert nobody.get("/healthz").content == b"ok\n"
    ready = nobody.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()) == {"database", "lake", "edition"}
    assert ready.json()["lake"] == "ok"


def test_a_lake_that_is_gone_is_told(own_office: Path, nobody: Client) -> None:
    log = own_office / ".umbel/lake/usage/_delta_log"
    for path in log.iterdir():
        path.write_bytes(b"gone")
    ready = nobody.get("/readyz")
    assert (ready.status_code, ready.json()["lake"]) == (503, "failed")


def test_measures_are_told_to_loopback_or_for_a_token(
    office: Path,  # noqa: ARG001 - it is served
    nobody: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody.get("/healthz")
    told = nobody.get("/metrics").content.decode()
    assert 'umbel_requests_total{method="GET",route="healthz",status="200"}' in told
    assert nobody.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert nobody.get("/metrics", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 403
    monkeypatch.setenv("UMBEL_METRICS_TOKEN", "a token")
    for given, status in (("a token", 200), ("another", 403)):
        asked: Callable[..., Any] = nobody.get
        answer = asked("/metrics", REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION=f"Bearer {given}")
        assert answer.status_code == status


def test_every_answer_carries_what_browsers_must_know(office: Path, nobody: Client) -> None:  # noqa: ARG001
    answer = nobody.get("/healthz", HTTP_X_REQUEST_ID="abc")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Request-Id"] == "abc"
    assert answer["Server-Timing"].startswith("total;dur=")


def test_a_log_line_is_one_json_object() -> None:
    record = logging.makeLogRecord(
        {"name": "umbel.x", "levelname": "ERROR", "msg": "a\n%s", "args": ("b",), "status": 7}
    )
    record.exc_info = (ValueError, ValueError("broke"), None)
    line = logs.Json().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["level"], told["status"]) == ("a\nb", "error", 7)
    assert "ValueError: broke" in told["traceback"]
