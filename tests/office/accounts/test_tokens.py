# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Tokens of programs: what they open, what they never do, how they end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from umbel.office.accounts.making import close
from umbel.office.accounts.middleware import Tokens
from umbel.office.accounts.models import SCOPES, Token, User
from umbel.office.records import Actor
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


@pytest.fixture
def issued(people: dict[str, User]) -> tuple[Token, str]:
    return Token.issue(people["mate"], "pipeline", ["upload"], 30)


def passed(**headers: str) -> tuple[Any, HttpResponse]:
    """What the middleware makes of a request."""
    seen: list[Any] = []

    def inside(given: Any) -> HttpResponse:
        seen.append(given)
        return HttpResponse()

    response = Tokens(inside)(RequestFactory().get("/api/v1/projects", headers=headers))
    return (seen[0] if seen else None), response


def test_a_token_stands_for_its_person(issued: tuple[Token, str]) -> None:
    for headers in (
        {"Authorization": f"Bearer {issued[1]}"},
        {"X-Api-Key": issued[1]},
        {"Authorization": f"bearer {issued[1]}"},
    ):
        request, _ = passed(**headers)
        assert request.user.name == "mate"
        assert request.token == issued[0]
        assert request._dont_enforce_csrf_checks  # noqa: SLF001 - Django's


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer umbel_wrong"},
        {"Authorization": "Bearer "},
        {"X-Api-Key": ""},
        {"X-Api-Key": "odt_1234"},
        {"Authorization": "Bearer \x00' OR 1=1"},
    ],
)
def test_a_wrong_one_is_refused_even_beside_a_session(
    as_role: Callable[[str], Client], headers: dict[str, str]
) -> None:
    response = as_role("office").get("/api/v1/nothing-there", headers=headers)

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["status"] == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert as_role("office").get("/me/", headers=headers).status_code == 401


def test_a_program_that_sends_another_kind_of_credentials_shows_no_token() -> None:
    request, _ = passed(Authorization="Basic bWF0ZTpwYXNz")

    assert request.token is None


def test_the_secret_is_long_and_isnt_kept(issued: tuple[Token, str]) -> None:
    token, secret = issued

    assert secret.startswith("umbel_")
    assert len(secret) >= 49
    assert secret not in str(Token.objects.values().get())
    assert token.prefix == secret[:12]


@pytest.mark.parametrize("end", ["revoked", "run out", "closed"])
def test_it_ends_at_once(issued: tuple[Token, str], people: dict[str, User], end: str) -> None:
    assert passed(**{"X-Api-Key": issued[1]})[1].status_code == 200
    if end == "revoked":
        Token.objects.update(revoked_at=timezone.now())
    elif end == "run out":
        Token.objects.update(expires_at=timezone.now())
    else:
        close(people["mate"], Actor("test"))

    assert passed(**{"X-Api-Key": issued[1]})[1].status_code == 401


def test_roles_that_were_taken_are_taken_from_its_tokens(issued: tuple[Token, str]) -> None:
    User.objects.filter(name="mate").update(roles=[])
    request, _ = passed(**{"X-Api-Key": issued[1]})

    assert {role.value for role in request.user.all_roles()} == {"viewer"}


@pytest.mark.parametrize("held", SCOPES)
@pytest.mark.parametrize("needed", [None, *SCOPES])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_what_scopes_open(held: str, needed: str | None, method: str) -> None:
    token = Token(scopes=[held])
    if method in {"GET", "HEAD"}:
        expected = held in {"read", "admin"} or held == needed
    else:
        expected = needed is not None and held in {needed, "admin"}

    assert token.may(method, needed) is expected


def test_use_is_noted_at_most_once_a_minute(
    issued: tuple[Token, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.filter(name="mate").update(last_login=timezone.now())
    with django_assert_num_queries(2):  # the look-up, and the note
        passed(**{"X-Api-Key": issued[1]})
    first = Token.objects.get().last_used_at
    with django_assert_num_queries(1):  # the look-up with its person
        passed(**{"X-Api-Key": issued[1]})
    assert Token.objects.get().last_used_at == first
    Token.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    passed(**{"X-Api-Key": issued[1]})

    last = Token.objects.get().last_used_at
    assert first is not None
    assert last is not None
    assert timezone.now() - last < timedelta(minutes=1)


@pytest.mark.parametrize(
    "page", ["/me/", "/me/tokens/", "/me/held/", "/accounts/", "/account/2fa/recovery-codes/"]
)
def test_no_token_gets_at_what_the_account_is_proven_by(people: dict[str, User], page: str) -> None:
    _, secret = Token.issue(people["office"], "all", ["admin"], 1)
    for method in ("get", "post"):
        assert getattr(Client(), method)(page, headers={"X-Api-Key": secret}).status_code in {403, 405}
    assert Token.objects.count() == 1


def test_one_is_made_shown_once_and_revoked(as_role: Callable[[str], Client]) -> None:
    client = as_role("mate")
    shown = client.post("/me/tokens/", {"name": "CI <b>", "scopes": ["upload", "read"], "days": "30"})
    token, page = Token.objects.get(), shown.content.decode()
    secret = shown.context["secret"]

    assert secret in page
    assert shown["Cache-Control"] == "no-store"
    assert "CI &lt;b&gt;" in page
    assert (token.scopes, token.user.name) == (["read", "upload"], "mate")
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    assert secret not in client.get("/me/tokens/").content.decode()
    client.post(f"/me/tokens/{token.pk}/revoke/")
    assert Token.of(secret) is None
    said = list(Entry.objects.order_by("id").values_list("action", "actor"))
    assert said == [("token.create", "mate"), ("token.revoke", "mate")]
    assert secret not in str(list(Entry.objects.values()))


def test_nobody_revokes_anothers(as_role: Callable[[str], Client], issued: tuple[Token, str]) -> None:
    assert as_role("office").post(f"/me/tokens/{issued[0].pk}/revoke/").status_code == 404
    assert Token.objects.get().revoked_at is None


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "x", "days": "30"},
        {"name": "x", "scopes": ["root"], "days": "30"},
        {"name": "", "scopes": ["read"], "days": "30"},
        {"name": "x", "scopes": ["read"], "days": "9999"},
        {"name": "x" * 101, "scopes": ["read"], "days": "30"},
    ],
)
def test_what_no_token_can_be(as_role: Callable[[str], Client], asked: dict[str, Any]) -> None:
    assert as_role("mate").post("/me/tokens/", asked).context["form"].errors
    assert not Token.objects.exists()


def test_who_has_a_password_shows_it_again_before_making_one(nobody: Client, people: dict[str, User]) -> None:
    people["mate"].set_password("a long sentence that nobody guesses")
    people["mate"].save()
    nobody.post("/account/login/", {"login": "mate", "password": "a long sentence that nobody guesses"})

    assert nobody.get("/me/tokens/")["Location"] == "/account/reauthenticate/?next=%2Fme%2Ftokens%2F"
    nobody.post(
        "/account/reauthenticate/?next=/me/tokens/", {"password": "a long sentence that nobody guesses"}
    )
    assert nobody.get("/me/tokens/").status_code == 200


def test_the_page_takes_as_many_queries_for_many_tokens(
    as_role: Callable[[str], Client], people: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    client = as_role("mate")
    for number in range(30):
        Token.issue(people["mate"], f"token {number}", ["read"], 30)
    with django_assert_max_num_queries(9):
        client.get("/me/tokens/")


def test_a_badge_may_be_asked_for_by_an_address_and_by_that_key_alone(people: dict[str, User]) -> None:
    badge, whole = (
        Token.issue(people["mate"], "README", each, 30)[1] for each in (["badge"], ["badge", "read"])
    )
    path = "/api/v1/badge/vulns/project/nothing/1"

    assert Client().get(path).status_code == 401
    assert Client().get(path, {"apiKey": badge}).status_code == 404, "it may ask; there is no such project"
    assert Client().get(path, {"apiKey": whole}).status_code == 401, "what opens more stands in no address"
    assert Client().get("/api/v1/me", {"apiKey": badge}).status_code == 401
    for other in ("/api/v1/me", "/api/v1/packages", "/api/v1/project"):
        assert Client(headers={"X-Api-Key": badge}).get(other).status_code == 403


def test_a_form_of_an_older_page_is_told_kindly(people: dict[str, User]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["mate"])
    page = browser.post("/me/", {"full_name": "X"})

    assert page.status_code == 403
    assert "load the page again" in page.content.decode()
    assert "style=" not in page.content.decode()
    told = browser.post("/api/v1/requests", "{}", content_type="application/json")
    assert (told.status_code, told["Content-Type"]) == (403, "application/problem+json")
    assert told.json()["hint"] == "Send a token."
