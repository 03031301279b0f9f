# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Accounts that people make themselves, where the deployment lets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.office.accounts.mails import sent
from tests.office.cast import PASSWORD
from umbel.office.accounts.models import User
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_office")]


@pytest.fixture
def open_office(own_office: Path) -> Path:
    with (own_office / "umbel.toml").open("a") as file:
        file.write("\n[office]\nsign_up = true\n")
    return own_office


def test_who_signs_up_confirms_the_address_first_and_may_read(nobody: Client) -> None:
    asked = {
        "username": "Newcomer",
        "email": "newcomer@acme.example",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert nobody.post("/account/signup/", asked)["Location"] == "/account/confirm-email/"
    user = User.objects.get()
    assert (user.name, {role.value for role in user.all_roles()}) == ("newcomer", {"viewer"})
    assert user.proven_addresses == frozenset()
    assert (
        nobody.post("/account/login/", {"login": "newcomer", "password": PASSWORD})["Location"]
        == "/account/confirm-email/"
    )
    link = re.search(r"http://testserver(/account/confirm-email/\S+)", str(sent()[0].body))
    assert link
    assert nobody.get(link[1]).status_code == 200
    assert (
        nobody.post("/account/login/", {"login": "newcomer", "password": PASSWORD})["Location"]
        == "/account/confirm-email/"
    ), "looking at the link is no answer"
    nobody.post(link[1])

    assert nobody.post("/account/login/", {"login": "newcomer", "password": PASSWORD})["Location"] == "/"
    assert Entry.objects.filter(action="account.create", subject="newcomer").exists()


def test_who_signs_up_has_an_address_of_the_organisation(nobody: Client) -> None:
    asked = {"username": "guest", "email": "guest@evil.example", "password1": PASSWORD, "password2": PASSWORD}
    told = nobody.post("/account/signup/", asked)

    assert "acme.example" in str(told.context["form"].errors)
    assert not User.objects.exists()


def test_signing_up_tells_nobody_which_addresses_have_accounts(
    nobody: Client, people: dict[str, User]
) -> None:
    asked = {
        "username": "another",
        "email": people["mate"].email,
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    assert nobody.post("/account/signup/", asked)["Location"] == "/account/confirm-email/"
    assert not User.objects.filter(name="another").exists()
    assert "There is one already" in str(sent()[0].body)
