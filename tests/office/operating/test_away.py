# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said while something is away: in one sentence, in the one shape of errors, and nothing of the machine."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import django.db
import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from umbel.model.errors import EvidenceError, UsageError
from umbel.office.away import away
from umbel.office.config import config
from umbel.office.middleware import Access, Watch
from umbel.office.seen import SESSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import HttpRequest

pytestmark = pytest.mark.django_db

KINDS: list[tuple[BaseException, str]] = [
    (OSError(errno.ENOSPC, "No space left on device"), "There is no room on the office's disk."),
    (OSError(errno.EROFS, "Read-only file system"), "The office's disk can't be written."),
    (django.db.OperationalError("connection refused\n  is it running?"), "Its database can't be reached."),
    (django.db.InterfaceError("the connection is closed"), "Its database can't be reached."),
    (django.db.OperationalError("database or disk is full"), "There is no room on the office's disk."),
    (django.db.OperationalError("database is locked"), "Too many are writing just now."),
    (django.db.OperationalError("no such table: accounts_user"), "Its database isn't at this version."),
    (django.db.ProgrammingError('relation "x" does not exist'), "Its database isn't at this version."),
    (EvidenceError("Parquet: File too large (os error 27)"), "There is no room on the office's disk."),
]


@pytest.mark.parametrize(("error", "said"), KINDS, ids=lambda each: str(each)[:30])
def test_each_is_told_in_a_sentence_also_as_what_another_came_of(error: BaseException, said: str) -> None:
    found = away(error)
    assert found is not None
    assert (found.said, "\n" in found.logged) == (said, False)
    outer = RuntimeError("a page broke")
    outer.__cause__ = error
    assert away(outer) == found


@pytest.mark.parametrize(
    "error",
    [
        ValueError("7"),
        django.db.IntegrityError("UNIQUE failed"),
        django.db.DataError("too long"),
        FileNotFoundError(2, "x"),
    ],
)
def test_what_the_office_did_wrong_itself_is_nothing_that_is_away(error: Exception) -> None:
    assert away(error) is None


def answered(error: Exception, path: str = "/x?<b>") -> HttpResponse:
    """What is answered where even the page that says so breaks."""

    def breaks(_: HttpRequest) -> HttpResponse:
        raise error

    return Watch(breaks)(RequestFactory().get(path))


def test_a_plain_page_is_whole_and_a_programs_answer_is_problem_json() -> None:
    page = answered(OSError(errno.ENOSPC, "No space left on device", "/srv/secret"))
    text = page.content.decode()
    assert (page.status_code, page["Retry-After"]) == (503, "10")
    assert "There is no room on the office&#x27;s disk." in text
    assert 'lang="en"' in text
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "office.css" in text
    assert "/srv/secret" not in text
    assert "<b>" not in text
    told = answered(django.db.OperationalError("refused"), "/api/v1/projects")
    assert (told.status_code, told["Content-Type"]) == (503, "application/problem+json")
    broke = answered(ZeroDivisionError("7 secrets"))
    assert (broke.status_code, "secrets" in broke.content.decode()) == (500, False)
    assert "Retry-After" not in broke


def test_what_the_core_refuses_is_told_once_without_where_it_lies(office: Path) -> None:
    access = Access(lambda _: HttpResponse())
    request = RequestFactory().get("/api/v1/x")
    where = config().workspace
    told = access.process_exception(
        request, EvidenceError(f"The evidence in {where}/.umbel/lake can't be used.", "Look.")
    )
    assert told is not None
    assert (told.status_code, str(office) in told.content.decode()) == (503, False)
    assert b"The evidence in .umbel/lake can't be used." in told.content
    refused = access.process_exception(request, UsageError("That can't be.", "Do this."))
    assert refused is not None
    assert (refused.status_code, refused.content.count(b"Do this.")) == (422, 1)
    full = access.process_exception(request, OSError(errno.ENOSPC, "No space left on device"))
    assert full is not None
    assert full.status_code == 503
    assert access.process_exception(request, ZeroDivisionError()) is None


def test_settings_with_a_fault_show_nobody_anything_and_say_so(
    own_office: Path, as_role: Callable[[str], Client], nobody: Client
) -> None:
    settings = own_office / "umbel.toml"
    before = settings.read_text()
    settings.write_text(before + "\n[office]\nconfidential = 7\n[[")
    client = as_role("office")
    page = client.get("/projects/")
    assert (page.status_code, "settings have a fault" in page.content.decode()) == (503, True)
    assert (
        client.get("/api/v1/project/lookup?name=a&version=1").headers["Content-Type"]
        == "application/problem+json"
    )
    client.raise_request_exception = False
    assert client.get("/nowhere").status_code == 503, "also where the page for what isn't there can't be made"
    assert nobody.get("/healthz").status_code == 200
    settings.write_text(before)
    assert client.get("/projects/").status_code == 200, "it goes on without a restart"


def test_a_program_turns_nobodys_office_back_and_a_day_to_come_is_today(
    office: Path,  # noqa: ARG001 - it is served
    as_role: Callable[[str], Client],
) -> None:
    client = as_role("owner")
    client.get("/api/v1/audit?as_of=2026-01-01")
    assert SESSION not in client.session
    client.get("/uploads/?as_of=2026-01-01")
    assert client.session[SESSION] == "2026-01-01"
    session = client.session
    session[SESSION] = (
        (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    )  # a clock was set back since
    session.save()
    assert "turned-back" not in client.get("/uploads/").content.decode()
