# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office's pages about accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from umbel.model.errors import UsageError
from umbel.office.accounts import making
from umbel.office.accounts.models import Session, Token, User
from umbel.office.records import Actor
from umbel.office.records.models import Entry
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
BY = Actor("test")


def test_the_list_is_searched_and_paged(as_role: Callable[[str], Client], people: dict[str, User]) -> None:
    for number in range(60):
        making.create(f"person-{number:02}", by=BY)
    client = as_role("office")

    assert len(client.get("/accounts/").context["accounts"]) == 50
    assert len(client.get("/accounts/?page=2").context["accounts"]) == 60 + len(set(people.values())) - 50
    assert [user.name for user in client.get("/accounts/?q=LEGAL@").context["accounts"]] == ["legal"]
    assert client.get("/accounts/?q=%27%22<script>&page=x").status_code == 200


def test_the_list_takes_as_many_queries_for_many_accounts(
    as_role: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    for number in range(45):
        making.create(f"person-{number:02}", by=BY)
    client = as_role("office")
    with django_assert_max_num_queries(9):
        client.get("/accounts/")


def test_an_account_is_made_and_let_in_by_a_link(as_role: Callable[[str], Client]) -> None:
    asked = {
        "name": "Newcomer",
        "email": "New@acme.example",
        "full_name": "New <i>One</i>",
        "roles": ["legal"],
    }
    given = as_role("office").post("/accounts/new/", asked)
    user = User.objects.get(name="newcomer")

    assert {role.value for role in user.all_roles()} == {"viewer", "legal"}
    assert user.proven_addresses == {"new@acme.example"}
    assert not user.has_usable_password()
    assert given["Cache-Control"] == "no-store"
    link = re.search(r"http://testserver(/account/link/[^<\s]+)", given.content.decode())
    assert link
    theirs = Client()
    theirs.post(link[1])
    assert theirs.get("/me/").context["user"] == user
    said = list(Entry.objects.order_by("id").values_list("action", "actor", "subject"))
    assert said == [("account.create", "office", "newcomer"), ("account.link", "office", "newcomer")]
    assert link[1].split("/")[3] not in str(list(Entry.objects.values()))


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "office"},
        {"name": "OFFICE"},
        {"name": "with/slash"},
        {"name": "with space"},
        {"name": ""},
        {"name": "x" * 151},
        {"name": "fine", "email": "legal@ACME.example"},
        {"name": "fine", "email": "no address"},
        {"name": "fine", "roles": ["king"]},
    ],
)
def test_what_no_account_can_be(as_role: Callable[[str], Client], asked: dict[str, Any]) -> None:
    before = User.objects.count()
    told = as_role("office").post("/accounts/new/", asked)

    assert told.context["form"].errors
    assert User.objects.count() in {before, before + 6}


def test_roles_are_given_and_taken(as_role: Callable[[str], Client]) -> None:
    client = as_role("office")
    client.post(
        "/accounts/of/mate/",
        {"roles": ["security", "office"], "email": "mate@acme.example", "full_name": "M"},
    )
    assert User.objects.get(name="mate").roles == ["office", "security"]
    client.post("/accounts/of/mate/", {"email": "mate@acme.example", "full_name": "M"})

    assert User.objects.get(name="mate").roles == []
    said = list(Entry.objects.filter(action="account.roles").order_by("id").values_list("detail", flat=True))
    assert said == ["contributor → office, security", "office, security → viewer"]


def test_another_address_is_held_for_theirs_and_the_old_one_no_longer(
    as_role: Callable[[str], Client],
) -> None:
    as_role("office").post(
        "/accounts/of/mate/", {"roles": ["contributor"], "email": "m@acme.example", "full_name": ""}
    )

    assert User.objects.get(name="mate").proven_addresses == {"m@acme.example"}


def test_closing_ends_sessions_tokens_and_links_at_once(
    as_role: Callable[[str], Client], people: dict[str, User]
) -> None:
    theirs = as_role("mate")
    _, secret = Token.issue(people["mate"], "t", ["read"], 3)
    path = f"/account/link/{__import__('umbel.office.accounts.models', fromlist=['x']).SignInLink.issue(people['mate'])}/"
    as_role("office").post("/accounts/of/mate/close/")

    assert theirs.get("/me/").status_code == 302
    assert not Session.objects.filter(user=people["mate"]).exists()
    assert Token.of(secret) is None
    assert Client().post(path).status_code == 404
    as_role("office").post("/accounts/of/mate/reopen/")
    assert Token.of(secret) is None, "what was revoked stays so"
    assert User.objects.get(name="mate").is_active


def test_a_closed_account_has_no_roles(people: dict[str, User]) -> None:
    making.close(people["legal"], BY)

    assert people["legal"].all_roles() == frozenset()


def test_the_office_cant_lock_itself_out(as_role: Callable[[str], Client], people: dict[str, User]) -> None:
    client = as_role("office")
    assert client.post("/accounts/of/office/close/").status_code == 422
    told = client.post(
        "/accounts/of/office/", {"roles": [], "email": "office@acme.example", "full_name": "O"}
    )
    assert "last account of the office" in told.content.decode()
    with pytest.raises(UsageError):
        making.close(people["office"], BY)
    making.set_roles(people["mate"], [Role.OFFICE], BY)
    making.close(people["office"], BY)

    assert not User.objects.get(name="office").is_active


def test_a_closed_account_gets_no_link(as_role: Callable[[str], Client], people: dict[str, User]) -> None:
    making.close(people["mate"], BY)

    assert as_role("office").post("/accounts/of/mate/link/").status_code == 422
