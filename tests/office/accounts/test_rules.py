# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Confidential projects: from whom they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import acme
from tests.office.estate import SECRET
from umbel.collect.interface import Reading
from umbel.evidence.lake import Lake
from umbel.office import core
from umbel.office.accounts import rules
from umbel.office.accounts.models import User

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def say(folder: Path, text: str) -> None:
    with (folder / "umbel.toml").open("a") as file:
        file.write(f"\n{text}\n")


def test_without_rules_nothing_is_kept_from_anybody(own_office: Path, people: dict[str, User]) -> None:
    (own_office / "umbel.toml").write_text(
        (own_office / "umbel.toml").read_text().partition("[office]")[0].partition("[[office")[0]
    )
    assert rules.hidden_from(people["stranger"]) == frozenset() == rules.hidden_from(None)


@pytest.fixture
def closed(own_office: Path) -> Path:
    plain = (own_office / "umbel.toml").read_text().partition("[[office")[0]
    (own_office / "umbel.toml").write_text(plain)
    return own_office


@pytest.mark.parametrize(
    ("rule", "sees"),
    [
        ('people = ["Owner@acme.example"]', {"owner"}),
        ('roles = ["office"]', {"office"}),
        ('roles = ["viewer"]', {"owner", "mate", "stranger", "legal", "security", "office"}),
        ('groups = ["bird-*"]', {"mate"}),
        ('teams = ["birds"]', {"legal", "mate"}),
        ('people = ["owner@acme.example"]\nroles = ["security"]', {"owner", "security"}),
    ],
)
def test_who_is_named_by_any_list_sees_them(
    closed: Path, people: dict[str, User], rule: str, sees: set[str]
) -> None:
    say(
        closed,
        '[[office.teams]]\nname = "birds"\npeople = ["legal@acme.example"]\ngroups = ["bird-watchers"]\n'
        f'[[office.confidential]]\nprojects = ["blue*"]\n{rule}\n',
    )
    people["mate"].groups = ["bird-watchers", "all"]

    seen = {user.name for user in people.values() if SECRET not in rules.hidden_from(user)}
    assert seen == sees
    assert rules.hidden_from(None) == {SECRET}


def test_an_address_that_nobody_confirmed_opens_nothing(closed: Path, people: dict[str, User]) -> None:
    say(closed, '[[office.confidential]]\nprojects = ["blue*"]\npeople = ["owner@acme.example"]')
    EmailAddress.objects.filter(user=people["owner"]).update(verified=False)

    assert SECRET in rules.hidden_from(User.objects.get(name="owner"))


def test_several_rules_each_hide_their_own(closed: Path, people: dict[str, User]) -> None:
    say(
        closed,
        '[[office.confidential]]\nprojects = ["blue*"]\nroles = ["legal"]\n'
        '[[office.confidential]]\nprojects = ["shop-*", "bluebird-vault"]\nroles = ["security"]',
    )

    assert rules.hidden_from(people["legal"]) >= {SECRET, "shop-web", "shop-api"}
    assert rules.hidden_from(people["security"]) == {SECRET}


def test_a_closed_account_sees_nothing_of_them(closed: Path, people: dict[str, User]) -> None:
    say(closed, '[[office.confidential]]\nprojects = ["blue*"]\nroles = ["viewer"]')
    people["mate"].is_active = False

    assert SECRET in rules.hidden_from(people["mate"])


def test_a_project_that_came_in_a_moment_ago_is_kept_too(closed: Path, people: dict[str, User]) -> None:
    say(closed, '[[office.confidential]]\nprojects = ["blue*"]\nroles = ["office"]')
    before = rules.hidden_from(people["stranger"])
    lake = Lake(str(closed / ".umbel/lake"))
    header = acme.stamp(
        "bluefinch", content_sha256="new", observed_at=acme.day(-1), collected_at=acme.day(-1)
    )
    acme.publish(lake, (header, Reading(format="test", components=[acme.component("a", "1")], edges=[])))

    assert "bluefinch" in before
    assert "bluefinch" not in set(before)
    rules.forget()
    assert "bluefinch" in set(rules.hidden_from(people["stranger"]))


def test_projects_that_are_only_declared_are_known(closed: Path, people: dict[str, User]) -> None:
    say(
        closed,
        '[[projects]]\nname = "blue-plan"\nmatch = ["plan"]\n'
        '[[office.confidential]]\nprojects = ["blue*"]\nroles = ["office"]',
    )

    assert set(rules.hidden_from(people["stranger"])) == {SECRET, "blue-plan"}


def test_asking_again_costs_nothing_but_the_addresses(
    closed: Path, people: dict[str, User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    say(closed, '[[office.confidential]]\nprojects = ["blue*"]\npeople = ["owner@acme.example"]')
    first = rules.hidden_from(people["stranger"])
    with CaptureQueriesContext(connection) as asked:
        core.workspace()  # records in the database have a version, which is looked up
    with django_assert_num_queries(len(asked)):
        assert rules.hidden_from(people["stranger"]) is first
    with django_assert_num_queries(len(asked) + 1):
        rules.hidden_from(User(pk=people["owner"].pk, name="owner"))


def test_changed_rules_count_at_once(closed: Path, people: dict[str, User]) -> None:
    say(closed, '[[office.confidential]]\nprojects = ["blue*"]\nroles = ["office"]')
    assert SECRET in rules.hidden_from(people["stranger"])
    say(closed, '[[office.confidential]]\nprojects = ["till"]\nroles = ["office"]')

    assert set(rules.hidden_from(people["stranger"])) == {SECRET, "till"}


def test_an_empty_workspace_has_rules_all_the_same(empty_office: Path, people: dict[str, User]) -> None:
    (empty_office / "umbel.toml").write_text(
        '[[office.confidential]]\nprojects = ["blue*"]\nroles = ["office"]\n'
    )

    assert SECRET in rules.hidden_from(people["stranger"])
    assert set(rules.hidden_from(people["stranger"])) == set()


def test_evidence_that_is_away_makes_nothing_less_confidential(closed: Path, people: dict[str, User]) -> None:
    say(closed, '[[office.confidential]]\nprojects = ["blue*"]\nroles = ["office"]')
    assert set(rules.hidden_from(people["stranger"])) == {SECRET}
    (closed / ".umbel" / "lake").rename(closed / "away")
    say(closed, '[[projects]]\nname = "blue-plan"')  # the workspace is read anew, and so are the names

    assert set(rules.hidden_from(people["stranger"])) == {SECRET, "blue-plan"}
    assert "bluefinch" in rules.hidden_from(people["stranger"])
    (closed / "away").rename(closed / ".umbel" / "lake")
    rules.forget()
    assert set(rules.hidden_from(people["stranger"])) == {SECRET, "blue-plan"}


def test_the_catalogue_is_public_only_where_it_is_said(own_office: Path) -> None:
    assert not rules.public_catalogue()
    text = (own_office / "umbel.toml").read_text()
    (own_office / "umbel.toml").write_text("[office]\npublic_catalogue = true\n" + text)

    assert rules.public_catalogue()
