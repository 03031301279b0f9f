# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests that nobody answers: late first, then over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.office.inbox.asked import TODAY, ask
from umbel.office.inbox import answering
from umbel.office.inbox.expiring import expire_due
from umbel.office.inbox.models import EXPIRED, OPEN, Outgoing, Request, Word
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from umbel.office.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("there")]


def test_a_request_runs_out_after_its_last_day(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    assert expire_due() == 0
    Request.objects.update(expires_on=TODAY - timedelta(1))
    assert expire_due() == 1
    assert expire_due() == 0
    request.refresh_from_db()
    assert request.state == EXPIRED
    assert request.events.last().by == "the office"  # type: ignore[union-attr]  # it was just made
    assert Word.objects.filter(user=people["owner"], why="answered").count() == 1
    line = Entry.objects.first()
    assert line is not None
    assert (line.actor, line.via, line.action) == ("the office", "office", "request.expire")
    with pytest.raises(answering.Over):
        answering.approve(people["legal"], request, {}, "")


def test_who_may_answer_is_reminded_once_when_it_is_late(people: dict[str, User]) -> None:
    ask(people["owner"])
    Outgoing.objects.all().delete()
    Request.objects.update(due_at=datetime.now(UTC) - timedelta(hours=1))
    assert expire_due() == 0
    assert expire_due() == 0
    mails = Outgoing.objects.filter(kind="mail").values_list("to", "subject")
    assert sorted(mails) == [
        ("legal@acme.example", "[Umbel] Late: Exception: license-denied for pkg:pypi/flask"),
        ("office@acme.example", "[Umbel] Late: Exception: license-denied for pkg:pypi/flask"),
    ]
    assert Request.objects.get().state == OPEN


def test_an_exception_is_not_asked_for_longer_than_it_would_count(people: dict[str, User]) -> None:
    assert ask(people["owner"], until=str(TODAY + timedelta(4))).expires_on == TODAY + timedelta(4)
    assert ask(people["owner"], until=str(TODAY + timedelta(300))).expires_on == TODAY + timedelta(90)
    assert ask(people["owner"], "question").expires_on == TODAY + timedelta(90)
