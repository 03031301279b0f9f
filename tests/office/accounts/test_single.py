# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Single sign-on, at a real provider on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from umbel.office import config as config_module
from umbel.office.accounts.models import Session, Token, User
from umbel.office.accounts.settings import providers
from umbel.office.accounts.single import groups_of
from umbel.office.config import Oidc
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
LOGIN = "/account/oidc/sso/login/"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The provider's address."""
    with socket.socket() as found:
        found.bind(("localhost", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://localhost:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def sso(provider: str, own_office: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office whose people come in at the provider; legal are those of legal-*."""
    oidc = Oidc(issuer=provider, client="umbel", secret="s", name="Acme")  # noqa: S106 - of the test
    now = msgspec.structs.replace(config_module.config(), oidc=oidc)
    monkeypatch.setattr(config_module, "_current", lambda: now)
    settings.SOCIALACCOUNT_PROVIDERS = providers(oidc)
    text = (own_office / "umbel.toml").read_text().replace("[office]\n", "")
    roles = '[office.roles]\nlegal = ["legal-*"]\noffice = ["ospo"]\n'
    (own_office / "umbel.toml").write_text(roles + text)
    return own_office


def known(provider: str, sub: str, **claims: Any) -> str:
    httpx.put(f"{provider}/users/{sub}", json=claims).raise_for_status()
    return sub


def onward(client: Client, **more: str) -> str:
    """The address at the provider to which the office leads."""
    page = client.post(LOGIN + (f"?next={more['next']}" if more else ""))
    assert page.status_code == 200, "no redirect: form-action would stop it"
    assert 'href="http://localhost' in page.content.decode()
    return str(page["Refresh"].partition("url=")[2])


def come_in(client: Client, sub: str, **more: str) -> Any:
    answer = httpx.post(onward(client, **more), data={"sub": sub})
    back = urlsplit(answer.headers["location"])
    assert back.path == LOGIN + "callback/"
    return client.get(f"{back.path}?{back.query}")


@pytest.mark.usefixtures("sso")
def test_who_comes_for_the_first_time_gets_an_account_with_the_roles_of_their_groups(
    provider: str, nobody: Client
) -> None:
    sub = known(
        provider, "s-1", email="new@acme.example", email_verified=True, name="New Person",
        preferred_username="New.Person", groups=["legal-emea", "all"],
    )  # fmt: skip
    assert come_in(nobody, sub)["Location"] == "/"
    user = User.objects.get()

    assert (user.name, user.full_name, user.email) == ("new.person", "New Person", "new@acme.example")
    assert {role.value for role in user.all_roles()} == {"viewer", "legal"}
    assert user.groups == ["all", "legal-emea"]
    assert user.proven_addresses == {"new@acme.example"}
    assert not user.has_usable_password()
    assert nobody.get("/me/").status_code == 200
    assert Entry.objects.filter(action="account.create", subject="new.person").exists()


@pytest.mark.usefixtures("sso")
def test_roles_follow_the_groups_at_each_sign_in(provider: str, nobody: Client) -> None:
    sub = known(provider, "s-2", email="two@acme.example", email_verified=True, groups=["ospo", "legal-us"])
    come_in(nobody, sub)
    user = User.objects.get()
    user.roles = ["security"]
    user.save()
    assert {role.value for role in user.all_roles()} == {"viewer", "legal", "office", "security"}
    known(provider, "s-2", email="two@acme.example", email_verified=True, groups=[])
    come_in(Client(), sub)

    left = User.objects.get()
    assert {role.value for role in left.all_roles()} == {"viewer", "security"}, "what the office gave stays"
    assert Entry.objects.filter(action="account.roles", actor="single sign-on").exists()


def test_with_roles_for_viewers_others_stay_outside(provider: str, nobody: Client, sso: Path) -> None:
    text = (sso / "umbel.toml").read_text()
    (sso / "umbel.toml").write_text(text.replace("[office.roles]\n", '[office.roles]\nviewer = ["dev-*"]\n'))
    sub = known(provider, "s-3", email="three@acme.example", groups=["sales"])

    assert come_in(nobody, sub).status_code == 403
    assert not User.objects.exists()
    known(provider, "s-3", email="three@acme.example", groups=["dev-web"])
    assert come_in(nobody, sub)["Location"] == "/"
    known(provider, "s-3", email="three@acme.example", groups=["sales"])
    assert come_in(Client(), sub).status_code == 403, "who left the groups stays outside, too"


def test_whoever_left_every_group_is_out_of_all_browsers_and_programs(
    provider: str, nobody: Client, sso: Path
) -> None:
    text = (sso / "umbel.toml").read_text()
    (sso / "umbel.toml").write_text(text.replace("[office.roles]\n", '[office.roles]\nviewer = ["dev-*"]\n'))
    sub = known(provider, "s-20", email="left@acme.example", email_verified=True, groups=["dev-web", "ospo"])
    come_in(nobody, sub)
    user = User.objects.get()
    _, secret = Token.issue(user, "a pipeline", ["read"], 30)
    assert Token.of(secret) is not None
    known(provider, "s-20", email="left@acme.example", email_verified=True, groups=["sales"])
    assert come_in(Client(), sub).status_code == 403

    user.refresh_from_db()
    assert {role.value for role in user.all_roles()} == {"viewer"}
    assert user.groups == ["sales"]
    assert nobody.get("/me/").status_code == 302, "the browser that was left open is out, too"
    assert Token.of(secret) is None
    told = Entry.objects.filter(action="account.roles").latest("pk")
    assert "office → viewer; kept out, 1 tokens ended" in told.detail


@pytest.mark.usefixtures("sso")
def test_the_provider_is_asked_again_each_working_day(provider: str, nobody: Client) -> None:
    sub = known(provider, "s-21", email="day@acme.example", email_verified=True, groups=[])
    come_in(nobody, sub)
    (session,) = Session.objects.filter(user=User.objects.get())
    left = session.expire_date - timezone.now()

    assert timedelta(hours=11) < left <= timedelta(hours=12)
    nobody.get("/me/?as_of=2026-01-01")  # what is kept in the session later doesn't make it last longer
    session.refresh_from_db()
    assert session.expire_date - timezone.now() <= left


@pytest.mark.usefixtures("sso")
def test_programs_of_people_who_were_not_here_for_long_stop(provider: str, people: dict[str, User]) -> None:
    sub = known(provider, "s-22", email="away@acme.example", email_verified=True, groups=[])
    come_in(Client(), sub)
    user = User.objects.get(email="away@acme.example")
    secrets = {each: Token.issue(each, "p", ["read"], 300)[1] for each in (user, people["mate"])}
    long_ago = timezone.now() - timedelta(days=91)
    User.objects.filter(pk__in=[each.pk for each in secrets]).update(last_login=long_ago)

    assert Token.of(secrets[user]) is None
    assert Token.of(secrets[people["mate"]]) is not None, "the office answers for its own accounts"
    come_in(Client(), sub)
    assert Token.of(secrets[user]) is not None


@pytest.mark.usefixtures("sso")
def test_a_confirmed_address_leads_to_the_account_that_the_office_made(
    provider: str, nobody: Client, people: dict[str, User]
) -> None:
    sub = known(provider, "s-4", email="Mate@acme.example", email_verified=True, groups=[])
    come_in(nobody, sub)

    assert nobody.get("/me/").context["user"] == people["mate"]
    assert User.objects.count() == 6


@pytest.mark.usefixtures("sso")
@pytest.mark.parametrize("claims", [{"email_verified": False}, {}])
def test_an_address_that_nobody_confirmed_takes_no_account_over(
    provider: str, nobody: Client, people: dict[str, User], claims: dict[str, bool]
) -> None:
    sub = known(provider, "s-5", email="office@acme.example", preferred_username="evil", groups=[], **claims)
    told = come_in(nobody, sub)

    assert told.status_code == 403
    assert "provider doesn" in told.content.decode()
    assert nobody.get("/me/").status_code == 302
    assert User.objects.count() == len(set(people.values()))


@pytest.mark.usefixtures("sso")
def test_an_account_with_an_address_that_it_never_confirmed_loses_its_password_to_who_did(
    provider: str, nobody: Client, people: dict[str, User]
) -> None:
    people["mate"].set_password("an intruder's long sentence")
    people["mate"].save()
    EmailAddress.objects.filter(user=people["mate"]).update(verified=False)
    sub = known(provider, "s-6", email="mate@acme.example", email_verified=True, groups=[])
    come_in(nobody, sub)

    assert nobody.get("/me/").context["user"] == people["mate"]
    assert not User.objects.get(name="mate").has_usable_password()


@pytest.mark.usefixtures("sso")
def test_a_name_that_is_taken_isnt_taken_over(provider: str, nobody: Client, people: dict[str, User]) -> None:
    sub = known(
        provider,
        "s-7",
        email="other@acme.example",
        email_verified=True,
        preferred_username="office",
        groups=[],
    )
    come_in(nobody, sub)

    user = User.objects.get(email="other@acme.example")
    assert user.name != "office"
    assert {role.value for role in user.all_roles()} == {"viewer"}
    assert User.objects.get(name="office") == people["office"]


@pytest.mark.usefixtures("sso")
def test_an_unconfirmed_address_comes_in_but_counts_for_nothing(provider: str, nobody: Client) -> None:
    sub = known(provider, "s-8", email="eight@acme.example", groups=[])
    come_in(nobody, sub)

    assert nobody.get("/me/").status_code == 200
    assert User.objects.get().proven_addresses == frozenset()


@pytest.mark.usefixtures("sso")
def test_one_is_sent_on_to_where_one_wanted_to_go_and_nowhere_else(provider: str, nobody: Client) -> None:
    sub = known(provider, "s-9", email="nine@acme.example", email_verified=True, groups=[])

    assert come_in(nobody, sub, next="/me/tokens/")["Location"] == "/me/tokens/"
    assert come_in(Client(), sub, next="https://evil.example/")["Location"] == "/"


@pytest.mark.usefixtures("sso")
def test_the_request_carries_what_protects_it(nobody: Client) -> None:
    asked = parse_qs(urlsplit(onward(nobody)).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["redirect_uri"] == ["http://testserver/account/oidc/sso/login/callback/"]


@pytest.mark.usefixtures("sso")
def test_an_answer_that_this_browser_didnt_ask_for_opens_nothing(provider: str, nobody: Client) -> None:
    sub = known(provider, "s-10", email="ten@acme.example", groups=[])
    answer = httpx.post(onward(Client()), data={"sub": sub})  # asked by another browser
    back = urlsplit(answer.headers["location"])

    assert nobody.get(f"{back.path}?{back.query}").status_code == 401
    assert nobody.get(f"{LOGIN}callback/?code=x&state=y").status_code == 401
    assert nobody.get("/me/").status_code == 302


@pytest.mark.usefixtures("sso")
def test_whoever_says_no_at_the_provider_is_told_so(nobody: Client) -> None:
    asked = onward(nobody)
    answer = httpx.post(asked, data={"action": "deny"})
    back = urlsplit(answer.headers["location"])
    state = parse_qs(urlsplit(asked).query)["state"][0]  # which this provider forgets
    told = nobody.get(f"{back.path}?{back.query}&state={state}", follow=True)

    assert "It was cancelled" in told.content.decode()
    assert nobody.get(f"{back.path}?{back.query}").status_code == 401


@pytest.mark.usefixtures("sso")
def test_other_errands_of_the_library_arent_offered(nobody: Client) -> None:
    assert nobody.post(f"{LOGIN}?process=connect").status_code == 404
    assert nobody.post("/account/oidc/other/login/").status_code == 404
    assert nobody.get(LOGIN).status_code == 200, "a click starts it, not a link"
    assert "Refresh" not in nobody.get(LOGIN)
    assert Client(enforce_csrf_checks=True).post(LOGIN).status_code == 403


@pytest.mark.usefixtures("sso")
def test_the_page_offers_it(nobody: Client) -> None:
    page = nobody.get("/account/login/?next=/me/").content.decode()

    assert "Sign in with Acme" in page
    assert "next=%2Fme%2F" in page


@pytest.mark.usefixtures("sso")
def test_a_provider_that_is_away_is_told_as_that(nobody: Client, settings: Settings, provider: str) -> None:
    del provider
    settings.SOCIALACCOUNT_PROVIDERS = providers(Oidc(issuer="http://localhost:9", client="c", secret=""))

    assert nobody.post(LOGIN).status_code == 503


@pytest.mark.usefixtures("sso")
def test_a_closed_account_stays_outside_whatever_the_provider_says(provider: str, nobody: Client) -> None:
    from umbel.office.accounts.making import close
    from umbel.office.records import Actor

    sub = known(provider, "s-11", email="eleven@acme.example", email_verified=True, groups=["legal-x"])
    come_in(nobody, sub)
    user = User.objects.get()
    _, secret = Token.issue(user, "t", ["read"], 3)
    close(user, Actor("test"))

    assert nobody.get("/me/").status_code == 302
    assert Token.of(secret) is None
    assert come_in(Client(), sub)["Location"] == "/account/inactive/"


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({"userinfo": {"groups": ["b", "a", "a"]}}, ["a", "b"]),
        ({"id_token": {"groups": ["a"]}}, ["a"]),
        ({"userinfo": {"sub": "x"}, "id_token": {"groups": ["a"]}}, ["a"]),
        ({"userinfo": {"groups": "a b"}}, ["a", "b"]),
        ({"userinfo": {"groups": [{"id": 1}, None, 7]}}, ["7"]),
        ({"userinfo": {"groups": {"a": 1}}}, []),
        (None, []),
    ],
)
def test_groups_are_read_of_whatever_a_provider_sends(office: Path, claims: Any, groups: list[str]) -> None:
    assert office
    assert groups_of(claims) == groups
