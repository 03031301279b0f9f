# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may do what: every route, with every method, as each role and as nobody, against one reviewed table.

`access.txt` is the table. After a route was added or changed: `python -m tests.office.access` writes it anew, and the
difference is read by a person.
"""

from __future__ import annotations

import json
import pkgutil
import shutil
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, path, reverse

from tests.office import access
from tests.office.estate import SECRET, hide
from umbel.office import config as config_module
from umbel.office import core, middleware
from umbel.office.accounts import rules
from umbel.office.accounts.models import SCOPES, Token, User
from umbel.office.accounts.routes import PERSONAL
from umbel.office.editions import read
from umbel.office.routes import _HOMES, Route, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ROLES = ("nobody", "viewer", "contributor", "legal", "security", "office")
MAY = {
    "anyone": set(ROLES),
    "catalogue": {"viewer", "contributor", "legal", "security", "office"},
    "viewer": {"viewer", "contributor", "legal", "security", "office"},
    "contributor": {"contributor", "legal", "security", "office"},
    "approver": {"legal", "security", "office"},
    "legal": {"legal", "office"},
    "security": {"security", "office"},
    "office": {"office"},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FOLDERS = [
    *_HOMES,
    *(
        f"{home}.{each.name}"
        for home in _HOMES
        for each in pkgutil.iter_modules(import_module(home).__path__)
        if each.ispkg
    ),
]


def test_the_table_is_the_one_that_was_reviewed() -> None:
    assert access.lines() == access.FILE.read_text("utf-8").splitlines(), (
        "Read the difference, then: python -m tests.office.access"
    )


def address(route: Route) -> str:
    return reverse(route.name, kwargs=dict(route.sample))


def test_every_address_can_be_walked() -> None:
    missing = []
    for route in table().values():
        try:
            address(route)
        except NoReverseMatch:
            missing.append(route.name)
    assert not missing, "give them a sample"


@pytest.fixture
def doors(settings: Settings, monkeypatch: pytest.MonkeyPatch, office: Path) -> Path:
    """The office with nothing behind its doors: whoever is let in is told 204."""

    def inside(request: Any, **_: Any) -> HttpResponse:
        del request
        return HttpResponse(status=204)

    urls = ModuleType("tests.office.doors")
    urls.urlpatterns = [path(route.path, inside, name=route.name) for route in table().values()]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, urls.__name__, urls)
    monkeypatch.setattr(middleware, "refused", lambda _request, status, *_more: HttpResponse(status=status))
    settings.ROOT_URLCONF = urls.__name__
    return office


def outcome(client: Client, method: str, url: str, **more: Any) -> str:
    response = client.generic(method, url, **more)
    if response.status_code == 204:
        return "in"
    if response.status_code == 405:
        return "not offered"
    to_sign_in = response.status_code == 302 and response["Location"].startswith("/account/login/?next=")
    return "out" if to_sign_in or response.status_code in {401, 403} else f"{response.status_code}"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("doors")
def test_each_role_gets_in_where_the_table_says_so_and_nowhere_else(
    as_role: Callable[[str], Client], nobody: Client, role: str
) -> None:
    client = nobody if role == "nobody" else as_role(role)
    may = access.read()
    wrong = []
    for route in table().values():
        for method in METHODS:
            who = may.get((route.name, method))
            if who is None and role not in {"nobody", "office"}:
                continue  # refused before anybody looks at roles
            expected = "not offered" if who is None else "in" if role in MAY[who] else "out"
            found = outcome(client, method, address(route))
            if found != expected:
                wrong.append(f"{method} {route.name}: {found}, not {expected}")
    assert not wrong


@pytest.mark.usefixtures("doors")
def test_a_public_catalogue_lets_nobody_into_anything_else(
    nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "public_catalogue", lambda: True)
    may = access.read()
    for route in table().values():
        for method, who in ((m, may.get((route.name, m))) for m in METHODS):
            if who is not None:
                expected = "in" if who in {"anyone", "catalogue"} else "out"
                assert outcome(nobody, method, address(route)) == expected, route.name


UNREAD = {"healthz", "readyz", "metrics", "api-dt-version"}
"""Answered to whoever asks, by whatever token: monitors have one of their own, and clients ask the version first."""


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.usefixtures("doors")
def test_a_token_opens_what_its_scope_says_and_no_more(people: dict[str, User], scope: str) -> None:
    _, secret = Token.issue(people["office"], "walk", [scope], 1)
    client, may, wrong = Client(), access.read(), []
    for route in table().values():
        for method in METHODS:
            if (route.name, method) not in may or route.name in PERSONAL:
                continue
            reads = method == "GET" and (scope in {"read", "admin"} or scope == route.scope)
            writes = method != "GET" and route.scope is not None and scope in {route.scope, "admin"}
            reads = reads or (method == "GET" and route.name in UNREAD)
            found = outcome(client, method, address(route), headers={"Authorization": f"Bearer {secret}"})
            if found != ("in" if reads or writes else "out"):
                wrong.append(f"{method} {route.name}: {found}")
    assert not wrong


@pytest.mark.usefixtures("doors")
def test_a_token_never_does_more_than_its_person(people: dict[str, User]) -> None:
    _, secret = Token.issue(people["stranger"], "walk", ["admin"], 1)
    client, may = Client(), access.read()
    for (name, method), who in may.items():
        if "viewer" not in MAY[who]:
            route = table()[name]
            assert outcome(client, method, address(route), headers={"X-Api-Key": secret}) == "out", name


@pytest.mark.usefixtures("doors")
def test_no_token_opens_the_pages_of_accounts(people: dict[str, User]) -> None:
    _, secret = Token.issue(people["office"], "walk", ["admin"], 1)
    for name, method in access.read():
        if name in PERSONAL:
            assert (
                outcome(Client(), method, address(table()[name]), headers={"X-Api-Key": secret}) == "out"
            ), name


def test_a_browser_needs_more_than_a_cookie_to_change_anything(doors: Path, people: dict[str, User]) -> None:
    assert doors
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["office"])
    for name, method in access.read():
        if method != "GET":
            assert client.generic(method, address(table()[name])).status_code == 403, name


def routes_of(folder: str) -> list[Route]:
    try:
        module = import_module(f"{folder}.routes")
    except ModuleNotFoundError:
        return []
    return list(module.ROUTES)


@pytest.fixture(scope="module")
def _guarded(acme_estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estate with a project that the office alone may see."""
    folder = shutil.copytree(acme_estate, tmp_path_factory.mktemp("guarded") / "workspace", symlinks=True)
    hide(folder, 'roles = ["office"]')
    return folder


@pytest.fixture
def guarded(_guarded: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The office serves it."""
    now = msgspec.structs.replace(config_module.config(), workspace=_guarded)
    monkeypatch.setattr(config_module, "_current", lambda: now)
    core.forget()
    read.forget()
    yield _guarded
    core.forget()
    read.forget()


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.usefixtures("guarded")
def test_pages_answer_whom_they_let_in_and_never_name_what_is_kept_from_them(
    as_role: Callable[[str], Client], folder: str
) -> None:
    client, wrong = as_role("stranger"), []
    for route in routes_of(folder):
        who = route.allow.get("GET")
        if who is None or "viewer" not in MAY[who.value] or route.name == "account_logout":
            continue
        url = address(route)
        waiting = [url]
        while waiting:
            asked = waiting.pop()
            response = client.get(asked)
            told = b"".join(response) if response.streaming else response.content
            if asked == url:
                waiting += [
                    f"{url}?format={each}" for each in ("csv", "json") if f"format={each}".encode() in told
                ]
                waiting += [f"{url}?q={SECRET[:4]}"] if b'name="q"' in told or "/api/" in url else []
            if response.status_code >= 500 or (
                response.status_code in {401, 403} and route.name not in PERSONAL
            ):
                wrong.append(f"{asked}: {response.status_code}")
            if SECRET.encode() in told:
                place = told.index(SECRET.encode())
                wrong.append(f"{asked}: names it: {told[max(place - 80, 0) : place + 40]!r}")
    assert not wrong


@pytest.mark.usefixtures("guarded")
def test_the_rule_hides_something_at_all(people: dict[str, User]) -> None:
    assert SECRET in rules.hidden_from(people["stranger"])
    assert SECRET not in rules.hidden_from(people["office"])


def test_what_is_refused_at_the_api_is_told_in_its_shape(nobody: Client, office: Path) -> None:
    assert office
    response = nobody.get("/api/v1/nothing-there")

    assert json.loads(response.content)["status"] == response.status_code
    assert response["Content-Type"] == "application/problem+json"
