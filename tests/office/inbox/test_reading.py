# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What waits for whom, and what nobody else may see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.office.inbox.asked import ask, seen_by
from umbel.office.inbox import answering, reading
from umbel.office.inbox.models import Request

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from umbel.office.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("there")]


def test_what_waits_for_an_answer_is_by_role_and_due_first(people: dict[str, User]) -> None:
    licensed, insecure, old = (
        ask(people["owner"], rule=rule) for rule in ("license-denied", "vulnerability", "outdated")
    )
    Request.objects.filter(pk=old.pk).update(due_at=datetime.now(UTC) - timedelta(1))
    assert reading.to_answer(seen_by(people["legal"])) == [licensed]
    assert reading.to_answer(seen_by(people["security"])) == [insecure]
    assert reading.to_answer(seen_by(people["office"])) == [old, licensed, insecure]
    assert reading.to_answer(seen_by(people["owner"])) == []
    assert reading.waiting(seen_by(people["office"])) == reading.Waiting(to_answer=3, late=1, unread=0)


def test_ones_own_does_not_wait_for_oneself(people: dict[str, User]) -> None:
    ask(people["office"], rule="outdated")
    assert reading.to_answer(seen_by(people["office"])) == []
    assert len(reading.own(seen_by(people["office"]))) == 1


def test_a_request_of_a_confidential_project_is_not_there_for_others(people: dict[str, User]) -> None:
    hidden, shown = ask(people["mate"], project="bluebird-vault"), ask(people["mate"], project="shop-web")
    for who, wanted in (
        ("mate", [shown, hidden]),
        ("legal", [shown, hidden]),
        ("office", [shown]),
        ("owner", [shown]),
    ):
        seen = seen_by(people[who])
        assert [
            each for each in reading.searched(seen, {}) if not each.project or seen.shows(each.project)
        ] == wanted
        assert (reading.one(seen, hidden.pk) is not None) == (hidden in wanted)
    assert reading.to_answer(seen_by(people["office"])) == [shown]


def test_word_is_there_until_it_is_read(people: dict[str, User]) -> None:
    request = ask(people["owner"])
    answering.comment(people["mate"], request, "Why? @stranger", "1")
    owner = seen_by(people["owner"])
    assert [(word.why, word.event.text) for word in reading.words(owner)] == [("commented", "Why? @stranger")]
    assert reading.waiting(owner).unread == 1
    assert [each.reason for each in reading.next_up(owner)] == ["mate commented on it"]
    reading.read(owner, request)
    assert reading.words(owner) == []
    assert [each.reason for each in reading.next_up(seen_by(people["stranger"]))] == ["mate mentions you"]


def test_searching(people: dict[str, User]) -> None:
    first, second = ask(people["owner"]), ask(people["mate"], "question")
    office = seen_by(people["office"])
    cases: tuple[tuple[dict[str, str], list[Request]], ...] = (
        ({}, [second, first]),
        ({"kind": "question"}, [second]),
        ({"state": "open"}, [second, first]),
        ({"state": "approved"}, []),
        ({"state": "nonsense"}, [second, first]),
        ({"q": "FLASK"}, [first]),
        ({"q": f"#{second.pk}"}, [second]),
        ({"q": "mate"}, [second]),
        ({"q": "9" * 90}, []),
        ({"q": "%"}, []),
        ({"mine": "1"}, []),
        ({"waits": "1"}, [first, second]),
        ({"waits": "1", "kind": "question"}, [second]),
    )
    for asked, wanted in cases:
        assert list(reading.searched(office, asked)) == wanted, asked


def test_the_count_beside_the_menu_costs_few_queries(
    people: dict[str, User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    office = seen_by(people["office"])
    for number in range(3):
        ask(people["owner"], rule="outdated", reason=str(number))
    with django_assert_num_queries(3):  # some projects are kept from the office here: it is asked which
        assert reading.waiting(office) == reading.Waiting(to_answer=3, late=0, unread=0)
    with django_assert_num_queries(3):
        reading.next_up(office)
    anybody = msgspec.structs.replace(office, hidden=frozenset())
    with django_assert_num_queries(2):
        reading.waiting(anybody)


def test_word_of_what_is_kept_from_somebody_is_not_counted(people: dict[str, User]) -> None:
    """Nobody could ever read it, and the count beside the inbox would stay for good."""
    request = ask(people["owner"], project="shop-web")
    answering.comment(people["mate"], request, "Why? @stranger", "1")
    Request.objects.filter(pk=request.pk).update(project="bluebird-vault")
    for who, unread in (("owner", 0), ("stranger", 0), ("legal", 0)):
        seen = seen_by(people[who])
        assert reading.words(seen) == []
        assert reading.waiting(seen).unread == unread
    answering.comment(people["mate"], request, "@legal", "2")
    assert reading.waiting(seen_by(people["legal"])).unread == 1


def test_what_a_rule_hides_is_hidden_also_where_no_evidence_names_it(people: dict[str, User]) -> None:
    """No lake is here at all, so that rules alone tell that a project is confidential."""
    ask(people["mate"], project="bluebird-new")
    office = seen_by(people["office"])
    assert list(reading.searched(office, {})) == []
    assert reading.waiting(office).to_answer == 0
    assert reading.searched(seen_by(people["legal"]), {}).count() == 1
