# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may answer, once; nobody their own, unless nobody else may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.office.inbox.asked import ask
from umbel.model.errors import UsageError
from umbel.office import core
from umbel.office.inbox import answering
from umbel.office.inbox.models import APPROVED, DECLINED, OPEN, WITHDRAWN, Event, Request
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from umbel.office.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("there")]


def _exceptions() -> int:
    ws = core.workspace()
    return len(ws.exceptions(ws.policy()).exceptions)


def test_sent_twice_it_is_one_request(people: dict[str, User]) -> None:
    first, second = (ask(people["owner"], once="same") for _ in range(2))
    assert first.pk == second.pk
    assert Request.objects.count() == 1
    assert Event.objects.count() == 1
    with pytest.raises(UsageError):
        ask(people["mate"], once="same")


def test_the_clock_runs_by_the_settings(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    assert request.due_at - request.made_at == timedelta(3)
    assert not request.is_late
    request.due_at = datetime.now(UTC) - timedelta(2, 60)
    assert (request.is_late, request.clock) == (True, "late by 2 days")
    request.due_at = datetime.now(UTC) + timedelta(1, 60)
    assert request.clock == "1 day left"
    request.state, request.answered_at = APPROVED, request.made_at + timedelta(2)
    request.due_at = request.made_at + timedelta(3)
    assert request.clock == "answered in time, after 2 days"
    request.due_at = request.made_at + timedelta(1)
    assert request.clock == "answered late, after 2 days"
    request.answered_at = request.made_at + timedelta(hours=3)
    assert request.clock == "answered in time, within a day"


@pytest.mark.parametrize("who", ["owner", "mate", "stranger", "security"])
def test_who_has_not_the_role_answers_nothing(who: str, people: dict[str, User]) -> None:
    request = ask(people["owner"])
    with pytest.raises(answering.NotYours):
        answering.approve(people[who], request, {}, "")
    with pytest.raises(answering.NotYours):
        answering.decline(people[who], request, "no")
    assert _exceptions() == 0


def test_the_office_answers_everything(people: dict[str, User]) -> None:
    for rule in ("license-denied", "vulnerability", "outdated"):
        answering.approve(people["office"], ask(people["owner"], rule=rule), {}, "")
    assert _exceptions() == 3


def test_it_is_answered_once(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    stale = Request.objects.get(pk=request.pk)
    answering.approve(people["legal"], request, {}, "")
    with pytest.raises(answering.Over):
        answering.approve(people["office"], stale, {}, "")
    with pytest.raises(answering.Over):
        answering.decline(people["office"], stale, "no")
    with pytest.raises(answering.Over):
        answering.withdraw(people["owner"], stale)
    assert _exceptions() == 1
    assert Entry.objects.filter(action="exception.grant").count() == 1


def test_nobody_approves_their_own(people: dict[str, User]) -> None:
    request = ask(people["legal"])
    with pytest.raises(answering.NotYours, match="somebody else"):
        answering.approve(people["legal"], request, {}, "", alone=True)
    with pytest.raises(answering.NotYours, match="take it back"):
        answering.decline(people["legal"], request, "no")
    answering.approve(people["office"], request, {}, "")
    request.refresh_from_db()
    assert not request.alone


def test_who_may_not_see_the_project_is_nobody_else(people: dict[str, User]) -> None:
    """The office has the role, but `bluebird-*` is kept from it: without this nobody could ever answer."""
    request = ask(people["legal"], project="bluebird-vault")
    assert answering.others(ask(people["legal"]))
    assert not answering.others(request)
    answering.approve(people["legal"], request, {}, "", alone=True)
    request.refresh_from_db()
    assert (request.state, request.alone) == (APPROVED, True)


def test_who_comes_second_is_told_so_whatever_the_core_would_say(people: dict[str, User]) -> None:
    request = ask(people["owner"], rule="nonsense")
    Request.objects.filter(pk=request.pk).update(state=DECLINED)
    with pytest.raises(answering.Over):
        answering.approve(people["office"], request, {}, "")


def test_unless_nobody_else_may_and_they_say_so(people: dict[str, User]) -> None:
    request = ask(people["legal"])
    people["office"].is_active = False
    people["office"].save()
    with pytest.raises(answering.NotYours, match="Say that"):
        answering.approve(people["legal"], request, {}, "")
    answering.approve(people["legal"], request, {}, "", alone=True)
    request.refresh_from_db()
    assert (request.state, request.alone) == (APPROVED, True)
    line = Entry.objects.first()
    assert line is not None
    assert "nobody else may answer" in line.detail


def test_declining_needs_a_word_and_writes_no_record(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    with pytest.raises(UsageError, match="Say why"):
        answering.decline(people["legal"], request, "  ")
    answering.decline(people["legal"], request, "Not in tests either")
    request.refresh_from_db()
    assert (request.state, request.answered_by, request.record) == (DECLINED, "legal", "")
    assert [each.kind for each in request.events.all()] == ["opened", "declined"]
    assert _exceptions() == 0


def test_only_who_asked_takes_it_back(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    with pytest.raises(answering.NotYours):
        answering.withdraw(people["office"], request)
    answering.withdraw(people["owner"], request)
    request.refresh_from_db()
    assert (request.state, request.clock) == (WITHDRAWN, "not answered")


def test_what_the_core_refuses_leaves_it_open(people: dict[str, User]) -> None:
    request = ask(people["owner"], rule="nonsense")
    with pytest.raises(UsageError):
        answering.approve(people["office"], request, {}, "")
    request.refresh_from_db()
    assert request.state == OPEN
    assert not Entry.objects.filter(action="exception.grant").exists()
    assert [each.kind for each in request.events.all()] == ["opened"]


def test_a_comment_sent_twice_is_said_once(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    first, second = (answering.comment(people["mate"], request, "Why?", "same") for _ in range(2))
    assert first.pk == second.pk
    with pytest.raises(UsageError):
        answering.comment(people["legal"], request, "Why?", "same")
    assert [each.kind for each in request.events.all()] == ["opened", "commented"]


def test_everything_is_noted(people: dict[str, User]) -> None:
    start = Entry.objects.count()
    request = ask(people["owner"])
    answering.comment(people["mate"], request, "Why?", "c")
    answering.decline(people["legal"], request, "no")
    answering.withdraw(people["owner"], ask(people["owner"]))
    found = Entry.objects.order_by("id").values_list("actor", "action")[start:]
    assert list(found) == [
        ("owner", "request.open"),
        ("mate", "request.comment"),
        ("legal", "request.decline"),
        ("owner", "request.open"),
        ("owner", "request.withdraw"),
    ]


def test_a_request_stays_when_its_account_goes(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    people["owner"].delete()
    request.refresh_from_db()
    assert (request.by, request.asker) == (None, "owner")
    answering.approve(people["legal"], request, {}, "")
    assert _exceptions() == 1
