# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The worker: makes what is wanted, tries again what failed, one at a time, and tells how things stand."""

from __future__ import annotations

import json
import logging
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.app import Workspace
from umbel.office.editions.make import MOST_DEATHS, wanted
from umbel.office.editions.store import Made, Pointer
from umbel.office.operating import logs
from umbel.office.operating import worker as worker_module
from umbel.office.operating.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from django.test import Client

    from umbel.office.editions import Edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[date | None]:
    """Editions are noted in place of being made by a process."""
    asked: list[date | None] = []

    def noted(self: Worker, day: date | None, edition: Edition) -> None:
        asked.append(day)
        self.store.begin(edition)
        self.store.keep_made(edition.key, Made(complete=True))
        self.store.point(day, Pointer(wanted=edition.key, finished=edition.key))

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


class Ends:
    """In place of a process that makes an edition: it ends with a status, after doing something."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status, self.number, self.now = 1, 0, 1000.0
        self.does: Callable[[], None] = lambda: None
        monkeypatch.setattr("subprocess.Popen", self)
        monkeypatch.setattr("umbel.office.operating.worker.time.monotonic", lambda: self.now)
        for name in ("_send", "_expire", "_evaluate"):
            monkeypatch.setattr(Worker, name, staticmethod(lambda: None))

    def __call__(self, *_: Any, **__: Any) -> Ends:
        self.number += 1
        self.does()
        return self

    def poll(self) -> int:
        return self.status

    def wait(self) -> int:
        return self.status


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    return Ends(monkeypatch)


def test_what_failed_is_tried_again_later_each_time_and_at_once_for_something_new(
    own_office: Path, ends: Ends
) -> None:
    (own_office / "policy.toml").write_text("longest_exception_days = 8\n")
    here = Worker()
    for number, pause in enumerate([1, worker_module.FAILED_PAUSE, 2 * worker_module.FAILED_PAUSE], 1):
        ends.now += pause
        here.step()
        ends.now += pause - 1
        here.step()
        assert ends.number == number
        ends.now -= pause - 1
    (own_office / "policy.toml").write_text("longest_exception_days = 9\n")
    here.step()
    assert ends.number == 4, "another edition has nothing to do with what failed"


def test_who_is_killed_is_soon_tried_again_and_the_part_is_remembered(own_office: Path, ends: Ends) -> None:
    (own_office / "policy.toml").write_text("longest_exception_days = 8\n")
    here = Worker()

    def begins() -> None:
        pointer = here.store.pointer(None)
        assert pointer is not None
        made = here.store.made(pointer.wanted)
        here.store.keep_made(pointer.wanted, Made(doing="stages", deaths=made.deaths))

    ends.status, ends.does = -9, begins
    here.step()
    here.step()
    assert ends.number == 1
    for _ in range(MOST_DEATHS - 1):
        ends.now += worker_module.LONGEST_PAUSE
        here.step()
    pointer = here.store.pointer(None)
    assert pointer is not None
    assert here.store.made(pointer.wanted).deaths == {"stages": MOST_DEATHS}


def test_parts_that_failed_are_tried_again_after_a_while(own_office: Path, ends: Ends) -> None:
    (own_office / "policy.toml").write_text("longest_exception_days = 8\n")
    here = Worker()

    def makes() -> None:
        pointer = here.store.pointer(None)
        assert pointer is not None
        here.store.begin(wanted(Workspace(own_office), None))
        here.store.keep_made(pointer.wanted, Made(complete=True, failed={"stages": "The forge was away."}))
        here.store.point(None, Pointer(wanted=pointer.wanted, finished=pointer.wanted))

    ends.status, ends.does = 0, makes
    for _ in range(2):
        here.step()
    assert ends.number == 1
    ends.now += worker_module.PART_PAUSE + 1
    here.step()
    assert ends.number == 2
    again = Worker()
    again.step()
    assert ends.number == 2, "a worker that is started anew doesn't begin with what failed"


def test_a_lake_that_is_gone_makes_no_edition_of_nothing(
    own_office: Path, ends: Ends, caplog: pytest.LogCaptureFixture
) -> None:
    here = Worker()
    here.step()
    made = ends.number
    (own_office / ".umbel/lake").rename(own_office / "away")
    with caplog.at_level(logging.INFO, "umbel.office.worker"):
        for _ in range(3):
            here.guarded("step", here.step)
        assert ends.number == made
        assert caplog.text.count("The evidence that was here is gone") == 1, "told once, not each two seconds"
        (own_office / "away").rename(own_office / ".umbel/lake")
        here.guarded("step", here.step)
    assert "It works again: step" in caplog.text


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


def test_a_lake_that_is_damaged_is_told_and_hides_no_page_that_is_there(
    own_office: Path, nobody: Client
) -> None:
    for path in (own_office / ".umbel/lake/usage/_delta_log").iterdir():
        path.write_bytes(b"gone")
    ready = nobody.get("/readyz")
    assert (ready.status_code, ready.json()["lake"]) == (200, "failed")
    shutil.rmtree(own_office / ".umbel/office/editions")
    assert nobody.get("/readyz").status_code == 503, "there is nothing to show"


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
