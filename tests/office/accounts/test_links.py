# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Links that sign in once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from umbel.office.accounts.links import link_for
from umbel.office.accounts.making import close
from umbel.office.accounts.models import SignInLink, User
from umbel.office.records import Actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


def test_it_signs_in_after_a_click_and_once(nobody: Client, people: dict[str, User]) -> None:
    path = link_for(people["owner"])
    looked = nobody.get(path)  # as a scanner of mails does
    assert looked.status_code == 200
    assert "owner" not in looked.content.decode().casefold(), "nobody is named before the click"
    assert looked["Cache-Control"] == "no-store"
    assert looked["Referrer-Policy"] == "same-origin", "other sites don't hear of the address"

    assert nobody.post(path)["Location"] == "/"
    assert nobody.get("/me/").status_code == 200
    assert Client().post(path).status_code == 404


def test_its_secret_isnt_kept(people: dict[str, User]) -> None:
    path = link_for(people["office"])
    secret = path.rstrip("/").rpartition("/")[2]

    assert len(secret) >= 43
    assert secret not in str(SignInLink.objects.values().get())


def test_it_ends_after_a_quarter_of_an_hour(nobody: Client, people: dict[str, User]) -> None:
    path = link_for(people["office"])
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert nobody.post(path).status_code == 404
    SignInLink.issue(people["mate"])
    ends = SignInLink.objects.latest("pk").expires_at
    assert timedelta(minutes=14) < ends - timezone.now() <= timedelta(minutes=15)


def test_a_closed_account_has_none(nobody: Client, people: dict[str, User]) -> None:
    path = link_for(people["mate"])
    close(people["mate"], Actor("test"))

    assert nobody.post(path).status_code == 404


def test_a_click_that_another_site_makes_does_nothing(people: dict[str, User]) -> None:
    path = link_for(people["mate"])
    client = Client(enforce_csrf_checks=True)

    assert client.post(path).status_code == 403
    assert SignInLink.objects.get().used_at is None


def test_of_two_who_come_at_once_one_gets_in(people: dict[str, User]) -> None:
    secret = SignInLink.issue(people["mate"])
    link = SignInLink.objects.get()

    assert SignInLink.take(secret) == people["mate"]
    assert SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now()) == 0
    assert SignInLink.take(secret) is None


def test_who_has_a_second_factor_is_asked_for_it(nobody: Client, people: dict[str, User]) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(people["mate"], "JBSWY3DPEHPK3PXP")

    assert nobody.post(link_for(people["mate"]))["Location"] == "/account/2fa/authenticate/"
    assert nobody.get("/me/").status_code == 302
