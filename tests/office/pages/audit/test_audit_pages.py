# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The audit log, read, searched and taken away by the office."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from umbel.office.accounts.rules import Hidden
from umbel.office.pages.audit import lines
from umbel.office.records import Actor, audit, auditing
from umbel.office.records.auditing import digest
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("https://evil.example","x")'


def _lines(count: int) -> None:
    for number in range(count):
        audit(Actor("mate" if number % 2 else "owner"), f"test.{number % 3}", f"subject {number}", "detail")


def _text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.mark.parametrize("path", ["/audit/", "/audit/1", "/audit/check", "/audit/?format=csv"])
@pytest.mark.parametrize("role", ["stranger", "mate", "legal", "security"])
def test_it_is_the_offices(path: str, role: str, office: Path, as_role: Callable[[str], Client]) -> None:
    assert as_role(role).get(path).status_code == 403
    assert office


def test_lines_are_found_by_who_what_when_and_words(office: Path, as_role: Callable[[str], Client]) -> None:
    start = Entry.objects.count()
    _lines(6)
    client, today = as_role("office"), datetime.now(UTC).date()

    def found(query: str) -> list[str]:
        asked = client.get(f"/audit/?{query}").context["found"]
        return [each.subject for each in asked.rows if each.id > start]

    assert found("") == [f"subject {number}" for number in range(5, -1, -1)]
    assert found("actor=MATE") == ["subject 5", "subject 3", "subject 1"]
    assert {"test.0", "test.1", "test.2"} <= set(client.get("/audit/").context["actions"])
    assert found("action=test.0") == ["subject 3", "subject 0"]
    assert found("q=SUBJECT+4") == ["subject 4"]
    assert found(f"since={today}") == found("")
    assert found(f"until={today - timedelta(1)}") == []
    assert found(f"since={today + timedelta(1)}") == []
    assert found(f"before={start + 2}") == ["subject 0"]
    for odd in (
        "since=x",
        "until=9999-12-31",
        "before=-1",
        "before=" + "9" * 30,
        "before=²",
        "q=%00",
        "q=%25",
        "actor=%00",
    ):
        client.get(f"/audit/?{odd}")
    assert office


def test_pages_go_on_where_they_ended(
    office: Path, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PER_PAGE", 4)
    _lines(10)
    client, met, query = as_role("office"), list[int](), ""
    for _ in range(3):
        found = client.get(f"/audit/{query}").context["found"]
        met += [each.id for each in found.rows]
        query = f"?before={found.older}"
    assert met == sorted(set(met), reverse=True)
    assert len(met) >= 10
    assert f'href="?before={met[3]}"' in _text(client, "/audit/")
    assert office


def test_words_are_looked_for_in_some_lines_at_once(
    office: Path, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = audit(Actor("mate"), "test.needle", "needle")
    _lines(25)
    monkeypatch.setattr(lines, "LOOKED_AT", 10)
    client, query, looks = as_role("office"), "?q=needle", 0
    while not (found := client.get(f"/audit/{query}").context["found"]).rows:
        assert found.looked == 10
        query, looks = f"?q=needle&before={found.older}", looks + 1
    assert [each.id for each in found.rows] == [number]
    assert looks == 2
    assert "Older looks further back" in _text(client, "/audit/?q=nowhere")
    assert office


def test_a_line_shows_what_changed_as_text(office: Path, as_role: Callable[[str], Client]) -> None:
    number = audit(
        Actor("<b>mate</b>"), "a", "<script>", "d", "--- x\n+++ y\n@@ -1 +1 @@\n-<script>old\n+new\n same"
    )
    page = _text(as_role("office"), f"/audit/{number}")
    assert '<span class="gone">-&lt;script&gt;old</span>' in page
    assert '<span class="added">+new</span>' in page
    assert "<b>mate</b>" not in page
    assert as_role("office").get(f"/audit/{number + 1000}").status_code == 404
    assert as_role("office").get("/audit/99999999999999999999999").status_code == 404
    assert office


def test_what_is_taken_away_is_no_formula_and_proves_itself(
    office: Path, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_CHUNK", 3)
    _lines(5)
    audit(Actor("@mate"), "test.formula", FORMULA, "+1", "-1+2")
    client = as_role("office")
    answer = client.get("/audit/?format=csv&q=HYPERLINK")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    found = next(row for row in rows if row["action"] == "test.formula")
    assert (found["subject"], found["actor"], found["detail"], found["difference"]) == (
        f"'{FORMULA}",
        "'@mate",
        "'+1",
        "'-1+2",
    )
    answer = client.get("/audit/?format=json")
    assert answer["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    told = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]  # type: ignore[attr-defined]
    assert [each["id"] for each in told] == list(range(told[0]["id"], told[-1]["id"] - 1, -1))
    for newer, older in pairwise(told):
        assert newer["before"] == older["hash"]
    assert told[0]["action"] == "audit.export"
    newest = Entry.objects.get(pk=told[0]["id"])
    assert told[0]["hash"] == digest(newest)
    assert office


@pytest.mark.parametrize(
    ("subject", "detail", "number"),
    [
        ("#7 Question: GPL", "", 7),
        ("#12", "Use pkg:npm/x", 12),
        ("Exception: x for y", "request #3, asked by mate", 3),
        ("licences", "in #4", None),
        ("#" + "9" * 30, "", None),
    ],
)
def test_a_line_leads_to_its_request(
    subject: str, detail: str, number: int | None, office: Path, as_role: Callable[[str], Client]
) -> None:
    line = audit(Actor("mate"), "test.request", subject, detail)
    page = _text(as_role("office"), f"/audit/{line}")
    assert (f'href="/requests/{number}"' in page) == (number is not None)
    assert page.count('href="/requests/') == (number is not None) + 1  # and the menu's
    assert office


def test_names_that_are_kept_from_whoever_reads_are_left_out(
    office: Path, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "bluebird-vault", "asked by mate for bluebird-vault.", '+project = "bluebird-vault"'
    number = audit(Actor("mate"), "test.secret", f"Publish {said[0]}", said[1], said[2])
    client = as_role("office")
    pages = ("/audit/", f"/audit/{number}", "/audit/?format=csv", "/audit/?format=json")
    assert all("bluebird" in _whole(client, page) for page in pages), "or this test tells nothing"
    monkeypatch.setattr("umbel.office.accounts.rules.hidden_from", lambda _: frozenset({"bluebird-vault"}))
    for page in pages:
        assert "bluebird" not in _whole(client, page), page
        assert "test.secret" in _whole(client, page)
    told = [json.loads(line) for line in _whole(client, "/audit/?format=json").splitlines()]
    assert [each["id"] for each in told if "left_out" in each] == [number], "who checks hashes is told"
    gone = Hidden.of(
        (), lambda name: name.startswith("bluebird")
    )  # a rule knows it, no evidence names it any more
    monkeypatch.setattr("umbel.office.accounts.rules.hidden_from", lambda _: gone)
    assert "bluebird" not in _whole(client, f"/audit/{number}")
    assert "mate" in _whole(client, f"/audit/{number}")
    assert office


def _whole(client: Client, url: str) -> str:
    return client.get(url).getvalue().decode()


def test_days_go_by_time_though_the_clock_was_set_back(
    office: Path, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime(2031, 5, 1, 12, tzinfo=UTC)
    hours = [0, 1, 100, 2, 3, 4]  # the clock was four days ahead for one line
    numbers = []
    for hour in hours:
        monkeypatch.setattr(auditing, "datetime", _Clock(start + timedelta(hours=hour)))
        numbers.append(audit(Actor("mate"), "test.clock", f"hour {hour}"))
    monkeypatch.setattr(lines, "PER_PAGE", 2)
    client = as_role("office")

    def walked(query: str) -> list[str]:
        met, before = [], ""
        while True:
            found = client.get(f"/audit/?{query}{before}").context["found"]
            met += [each.subject for each in found.rows]
            if found.older is None:
                return met
            before = f"&before={found.older}"

    assert walked("since=2031-05-01&until=2031-05-01") == [f"hour {each}" for each in (4, 3, 2, 1, 0)]
    assert walked("since=2031-05-02") == ["hour 100"]
    monkeypatch.setattr(lines, "LOOKED_AT", 2)
    assert walked("since=2031-05-01&until=2031-05-01&q=hour+0") == ["hour 0"]
    assert walked("since=2031-05-01&q=hour+1") == ["hour 100", "hour 1"]
    assert client.get("/audit/?since=2031-05-01&before=999999").context["found"].rows == []
    assert office


class _Clock:
    """A clock that stands."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self, _zone: object) -> datetime:
        return self._now


def test_the_chain_is_checked_on_a_page(office: Path, as_role: Callable[[str], Client]) -> None:
    _lines(3)
    page = _text(as_role("office"), "/audit/check")
    assert "The chain holds" in page
    newest = Entry.objects.first()
    assert newest is not None
    assert newest.hash in page
    assert office


def test_queries_do_not_grow_with_lines(office: Path, as_role: Callable[[str], Client]) -> None:
    client, counts = as_role("office"), []
    for _ in range(3):
        _lines(20)
        client.get("/audit/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/audit/")
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 12  # of which a few, in tests alone, ask whether records changed since the last time
    assert office
