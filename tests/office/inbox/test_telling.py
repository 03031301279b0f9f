# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whom word goes to, and what it says; never of a project that is kept from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.office.inbox.asked import ask
from umbel.office.inbox import answering
from umbel.office.inbox.models import Notices, Outgoing, Word

if TYPE_CHECKING:
    from django.conf import LazySettings

    from umbel.office.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("there")]


def _mails() -> list[tuple[str, str]]:
    found = [
        (each.to.partition("@")[0], each.subject)
        for each in Outgoing.objects.filter(kind="mail").order_by("id")
    ]
    Outgoing.objects.filter(kind="mail").delete()
    return found


def test_who_may_answer_gets_a_mail_when_somebody_asks(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    (body,) = set(Outgoing.objects.filter(kind="mail").values_list("body", flat=True))
    assert f"/requests/{request.pk}" in body
    assert str(request.due_on) in body
    assert _mails() == [
        ("legal", "[Umbel] owner asks: Exception: license-denied for pkg:pypi/flask"),
        ("office", "[Umbel] owner asks: Exception: license-denied for pkg:pypi/flask"),
    ]
    assert not Word.objects.exists()


def test_who_took_part_is_told_and_not_who_speaks(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    answering.comment(people["mate"], request, "Why?", "1")
    _mails()
    answering.comment(people["legal"], request, "Because.", "2")
    assert sorted(to for to, _ in _mails()) == ["mate", "owner"]
    answering.approve(people["legal"], request, {}, "Fine")
    assert sorted(_mails()) == [
        ("mate", "[Umbel] Approved: Exception: license-denied for pkg:pypi/flask"),
        ("owner", "[Umbel] Approved: Exception: license-denied for pkg:pypi/flask"),
    ]
    told = Word.objects.filter(user=people["owner"]).order_by("id").values_list("why", flat=True)
    assert list(told) == ["commented", "commented", "answered"]


def test_who_is_mentioned_is_told_so_once(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    _mails()
    answering.comment(people["owner"], request, "@mate @stranger@acme.example @owner @nobody look", "1")
    assert sorted(to for to, _ in _mails()) == ["mate", "stranger"]
    answering.comment(people["mate"], request, "@owner seen", "2")
    assert [(w.user, w.why) for w in Word.objects.filter(user=people["owner"])] == [
        (people["owner"], "mentioned")
    ]


def test_a_project_is_not_named_to_whom_it_is_kept_from(people: dict[str, User]) -> None:
    request = ask(people["mate"], project="bluebird-vault")
    assert [to for to, _ in _mails()] == ["legal"]
    answering.comment(people["mate"], request, "@owner @legal look", "1")
    assert [to for to, _ in _mails()] == ["legal"]
    assert set(Word.objects.values_list("user__name", flat=True)) == {"legal"}
    told = [
        json.loads(body)["request"]
        for body in Outgoing.objects.filter(kind="webhook").values_list("body", flat=True)
    ]
    assert [set(each) for each in told] == [{"number", "kind", "state", "url"}] * 2


def test_people_choose_of_what_they_get_mail(people: dict[str, User]) -> None:
    Notices.objects.create(user=people["legal"], asked=False)
    Notices.objects.create(user=people["owner"], answered=False)
    request = ask(people["owner"])
    assert [to for to, _ in _mails()] == ["office"]
    answering.approve(people["legal"], request, {}, "")
    assert _mails() == []
    assert Word.objects.filter(user=people["owner"]).count() == 1


def test_without_a_way_to_send_none_is_queued(people: dict[str, User], settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    ask(people["owner"])
    assert _mails() == []


def test_targets_that_the_settings_name_get_word(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    (sent,) = Outgoing.objects.filter(kind="webhook")
    told = json.loads(sent.body)
    assert sent.to == "desk"
    assert (told["event"], told["by"]) == ("request.opened", "owner")
    assert told["request"]["number"] == request.pk
    assert told["request"]["title"] == request.title


def test_a_subject_is_one_line_whatever_it_holds(people: dict[str, User]) -> None:
    ask(people["owner"], package="pkg:pypi/x\nBcc: thief@evil.example\r\n\u202e" + "y" * 400)
    for _, subject in _mails():
        assert "\n" not in subject
        assert "\u202e" not in subject
        assert len(subject) <= 200
