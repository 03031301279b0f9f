# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Local accounts: coming in by name or address, what guards that, passwords by mail, the second factor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.test import Client

from tests.office.accounts.mails import sent
from tests.office.cast import PASSWORD
from umbel.office import config as config_module
from umbel.office.accounts import adapter
from umbel.office.accounts.models import Kept, Session, User
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
LOGIN = "/account/login/"


@pytest.fixture
def mate(people: dict[str, User]) -> User:
    people["mate"].set_password(PASSWORD)
    people["mate"].save()
    return people["mate"]


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"login": login, "password": password, **more})


@pytest.mark.parametrize("login", ["mate", "MATE", "mate@acme.example", "Mate@Acme.example"])
def test_a_name_or_an_address_and_a_password_come_in(nobody: Client, mate: User, login: str) -> None:
    assert sign_in(nobody, login)["Location"] == "/"
    assert nobody.get("/me/").context["user"] == mate


def test_passwords_are_kept_by_argon2(settings: Settings, mate: User) -> None:
    from umbel.office.accounts import settings as ours

    settings.PASSWORD_HASHERS = ours.PASSWORD_HASHERS
    mate.set_password(PASSWORD)

    assert mate.password.startswith("argon2$argon2id$")
    assert mate.check_password(PASSWORD)


def test_a_wrong_password_and_an_unknown_name_are_told_alike(nobody: Client, mate: User) -> None:
    del mate
    told = [
        sign_in(nobody, login, "not the password at all").context["form"].errors.as_json()
        for login in ("mate", "nobody-here", "owner")
    ]

    assert told[0] == told[1] == told[2]


def test_an_unknown_name_takes_a_hash_as_long_as_a_known_one(
    nobody: Client, mate: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    del mate
    hashed: list[str] = []
    from django.contrib.auth.hashers import MD5PasswordHasher

    plain = MD5PasswordHasher.encode

    def counted(*given: Any) -> str:
        hashed.append("once")
        return plain(*given)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(nobody, "mate", "wrong")
    known, hashed[:] = len(hashed), []
    sign_in(nobody, "nobody-here", "wrong")

    assert known >= 1
    assert len(hashed) >= 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "http://localhost:9/",
        "javascript:alert(1)",
        "/\\evil.example",
        "https:evil",
    ],
)
def test_one_is_sent_on_to_pages_of_the_office_alone(nobody: Client, mate: User, elsewhere: str) -> None:
    del mate
    assert sign_in(nobody, "mate", next=elsewhere)["Location"] == "/"


def test_one_is_sent_on_to_where_one_wanted_to_go(nobody: Client, mate: User) -> None:
    del mate
    onward = nobody.get("/me/tokens/")["Location"]
    assert onward == "/account/login/?next=%2Fme%2Ftokens%2F"
    assert 'value="/me/tokens/"' in nobody.get(onward).content.decode()

    assert sign_in(nobody, "mate", next="/me/tokens/")["Location"] == "/me/tokens/"


def test_a_session_that_somebody_planted_isnt_the_one_that_is_signed_in(nobody: Client, mate: User) -> None:
    session = nobody.session
    session["planted"] = True
    session.save()
    nobody.cookies.load({"umbel": str(session.session_key)})
    sign_in(nobody, "mate")

    assert nobody.cookies["umbel"].value != session.session_key
    assert not Session.objects.filter(pk=session.session_key).exists()
    assert Session.objects.get(pk=nobody.cookies["umbel"].value).user == mate


def test_cookies_cant_be_read_by_scripts_nor_sent_from_elsewhere(nobody: Client, mate: User) -> None:
    del mate
    nobody.get(LOGIN)
    sign_in(nobody, "mate")

    session, csrf = nobody.cookies["umbel"], nobody.cookies["umbel-csrf"]
    assert (session["httponly"], session["samesite"], session["path"], session["domain"]) == (
        True,
        "Lax",
        "/",
        "",
    )
    assert (csrf["httponly"], csrf["samesite"]) == (True, "Strict")


def test_behind_https_cookies_belong_to_this_host_alone(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from umbel.office.settings import *; print(SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, CSRF_COOKIE_SECURE)",
        ],
        env={**os.environ, "UMBEL_URL": "https://ospo.acme.example", "UMBEL_WORKSPACE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.split() == ["__Host-umbel", "__Host-umbel-csrf", "True"]


def test_tries_are_counted_where_all_processes_count(nobody: Client, mate: User) -> None:
    del mate
    for _ in range(5):
        sign_in(nobody, "mate", "wrong")
    refused = sign_in(Client(), "mate")  # the right one, of another browser

    assert "Location" not in refused
    assert "Too many" in refused.content.decode()
    assert Kept.objects.filter(cache_key__contains="login_failed").count() > 0
    elsewhere = DatabaseCache("accounts_kept", {})  # as another process has it
    counted = [key.split(":", 2)[2] for key in Kept.objects.values_list("cache_key", flat=True)]
    assert any(len(elsewhere.get(key) or ()) == 5 for key in counted)


def test_tries_are_counted_by_client_behind_proxies(nobody: Client, settings: Settings, mate: User) -> None:
    del mate
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(31):
        told = nobody.post(
            LOGIN,
            {"login": f"u{number}", "password": "x"},
            headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"},
        )
    assert told.status_code == 429 or "Too many" in told.content.decode()

    other = nobody.post(
        LOGIN, {"login": "mate", "password": PASSWORD}, headers={"X-Forwarded-For": "203.0.113.10"}
    )
    assert other["Location"] == "/"


def test_nobody_makes_an_account_of_their_own_unless_the_deployment_says_so(nobody: Client) -> None:
    asked = {
        "username": "newcomer",
        "email": "newcomer@acme.example",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    told = nobody.post("/account/signup/", asked)

    assert "Accounts are made by the office" in told.content.decode()
    assert not User.objects.exists()


def test_a_password_is_set_anew_by_mail(nobody: Client, mate: User, monkeypatch: pytest.MonkeyPatch) -> None:
    home = msgspec.structs.replace(config_module.config(), address="https://ospo.acme.example")
    monkeypatch.setattr(config_module, "_current", lambda: home)
    elsewhere = Client()
    sign_in(elsewhere, "mate")
    asked = nobody.post("/account/password/reset/", {"email": mate.email}, headers={"Host": "localhost"})
    link = re.search(r"https://ospo\.acme\.example(/account/password/reset/key/\S+)", str(sent()[0].body))
    assert asked["Location"] == "/account/password/reset/done/"
    assert link, "the link leads to where people reach the office, whatever host was asked"
    form = nobody.get(link[1])["Location"]
    fresh = "another long sentence that is new"
    nobody.post(form, {"password1": fresh, "password2": fresh})

    assert sign_in(nobody, "mate", fresh)["Location"] == "/"
    assert elsewhere.get("/me/").status_code == 302, "whoever was in with the old one is out"
    assert Client().get(link[1]).status_code == 200
    assert "used or is too old" in Client().get(link[1]).content.decode()


@pytest.mark.parametrize("address", ["nobody@acme.example", "stranger@acme.example"])
def test_who_has_no_account_or_comes_in_elsewhere_gets_the_same_answer_and_no_mail(
    nobody: Client, people: dict[str, User], address: str
) -> None:
    from allauth.socialaccount.models import SocialAccount

    SocialAccount.objects.create(user=people["stranger"], provider="sso", uid="s")
    asked = nobody.post("/account/password/reset/", {"email": address})

    assert asked["Location"] == "/account/password/reset/done/"
    assert sent() == []


def test_who_comes_in_elsewhere_sets_no_password_here(
    as_role: Callable[[str], Client], people: dict[str, User]
) -> None:
    from allauth.socialaccount.models import SocialAccount

    SocialAccount.objects.create(user=people["stranger"], provider="sso", uid="s")
    client = as_role("stranger")

    assert client.get("/account/password/set/").status_code == 409
    assert (
        client.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD}).status_code
        == 409
    )
    assert not User.objects.get(name="stranger").has_usable_password()


@pytest.mark.parametrize("weak", ["short", "mate@acme.exampl", "12345678901234567890"])
def test_weak_passwords_arent_taken(nobody: Client, mate: User, weak: str) -> None:
    sign_in(nobody, "mate")
    told = nobody.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    )

    assert told.context["form"].errors
    assert User.objects.get(pk=mate.pk).check_password(PASSWORD)


def code_of(user: User) -> str:
    secret = adapter.SecondFactor().decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"])
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


@pytest.fixture
def guarded(mate: User) -> User:
    """Somebody with an authenticator app."""
    TOTP.activate(mate, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(mate)
    return mate


def test_a_second_factor_is_set_up_and_asked_for(
    nobody: Client, mate: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    sign_in(nobody, "mate")
    again = nobody.get("/account/2fa/totp/activate/")
    assert again["Location"].startswith("/account/reauthenticate/"), (
        "a browser that was left open sets up none"
    )
    nobody.post("/account/reauthenticate/", {"password": PASSWORD})
    page = nobody.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert 'src="data:image/svg+xml' in page.content.decode()
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    with django_capture_on_commit_callbacks(execute=True):
        nobody.post("/account/2fa/totp/activate/", {"code": code})

    kept = Authenticator.objects.get(user=mate, type="totp").data["secret"]
    assert secret not in str(kept), "a copy of the database alone opens nothing"
    assert Authenticator.objects.filter(user=mate, type="recovery_codes").exists()
    other = Client()
    assert sign_in(other, "mate")["Location"] == "/account/2fa/authenticate/"
    assert other.get("/me/").status_code == 302, "half of it opens nothing"
    assert Entry.objects.filter(action="account.second-factor", subject="mate").exists()


def test_a_code_comes_in_once(nobody: Client, guarded: User) -> None:
    sign_in(nobody, "mate")
    assert "Incorrect" in nobody.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    code = code_of(guarded)
    assert nobody.post("/account/2fa/authenticate/", {"code": code})["Location"] == "/"
    other = Client()
    sign_in(other, "mate")

    assert "Location" not in other.post("/account/2fa/authenticate/", {"code": code})


def test_recovery_codes_are_shown_after_the_password_alone(
    as_role: Callable[[str], Client], guarded: User
) -> None:
    del guarded
    client = as_role("mate")
    for page in ("recovery-codes/", "recovery-codes/download/", "totp/deactivate/"):
        assert "reauthenticate" in client.get(f"/account/2fa/{page}")["Location"]


def test_signing_out_needs_a_click(as_role: Callable[[str], Client], people: dict[str, User]) -> None:
    client = as_role("mate")
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/me/").status_code == 200
    client.post("/account/logout/")

    assert client.get("/me/").status_code == 302
    assert not Session.objects.filter(user=people["mate"]).exists()


def test_an_address_is_added_by_a_mail_that_is_answered(nobody: Client, mate: User) -> None:
    sign_in(nobody, "mate")
    nobody.post("/account/reauthenticate/", {"password": PASSWORD})
    nobody.post("/account/email/", {"action_add": "", "email": "other@home.example"})
    assert "other@home.example" not in User.objects.get(pk=mate.pk).proven_addresses
    link = re.search(r"http://testserver(/account/confirm-email/\S+)", str(sent()[-1].body))
    assert link
    nobody.post(link[1])

    assert User.objects.get(pk=mate.pk).proven_addresses == {"mate@acme.example", "other@home.example"}
    assert EmailAddress.objects.get(user=mate, primary=True).email == "mate@acme.example"


def test_mails_speak_plainly_and_link_nowhere_else(nobody: Client, mate: User) -> None:
    nobody.post("/account/password/reset/", {"email": mate.email})
    message = sent()[0]

    assert message.subject == "[Umbel] A new password"
    assert "example.com" not in str(message.body)
    assert "&" not in str(message.body)


def test_the_cache_of_tries_is_a_table_of_ours() -> None:
    assert "accounts_kept" in connection.introspection.table_names()
