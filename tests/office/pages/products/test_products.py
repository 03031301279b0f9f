# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Products: declared by the office in umbel.toml, whose comments stay; shown to everybody with what they stand on."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
import pytest

from umbel.office import config
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    SignedIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db
SHOP = {
    "name": "Shop",
    "owner": "owner@acme.example",
    "department": "Retail",
    "criticality": "high",
    "distribution": ["distributed-binary"],
    "projects": "shop-*",
    "releases": "2.0 2026-01-01 2028-01-01",
}


def _products(folder: Path) -> dict[str, dict[str, object]]:
    return {each["name"]: each for each in tomllib.loads((folder / "umbel.toml").read_text())["products"]}


@pytest.mark.usefixtures("office")
def test_products_stand_with_owner_and_exposure(as_role: SignedIn) -> None:
    context = as_role("viewer").get("/products/").context
    first = context["products"][0]
    assert (first.name, first.criticality) == ("Shop", "critical")
    assert first.projects >= 2
    assert first.open >= 1
    assert context["rest"].name is None


@pytest.mark.usefixtures("office")
def test_one_product_lists_its_projects_and_findings(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/products/named/Shop/")
    assert set(page.context["members"]) >= {"shop-api", "shop-web"}
    assert sum(each.number for each in page.context["rules"]) == page.context["one"].open
    assert "Change" not in page.content.decode().split("<main", 1)[1]
    assert as_role("viewer").get("/products/named/Nonesuch/").status_code == 404


def test_a_change_keeps_comments(own_office: Path, as_role: SignedIn) -> None:
    assert as_role("legal").post("/products/named/Shop/edit/", SHOP).status_code == 403
    answer = as_role("office").post("/products/named/Shop/edit/", SHOP)
    assert answer.status_code == 302, answer.content.decode()
    text = (own_office / "umbel.toml").read_text()
    assert "# Acme's settings, with a comment that must survive." in text
    assert _products(own_office)["Shop"]["criticality"] == "high"
    assert Entry.objects.get(action="product.change").subject == "Shop"


@pytest.mark.parametrize("name", ['<b>"Räder"</b>', "--all", "A/B new/"])
def test_a_name_is_a_name_whatever_it_holds(own_office: Path, as_role: SignedIn, name: str) -> None:
    office = as_role("office")
    answer = office.post("/products/new/", {**SHOP, "name": name, "projects": "lonely"})
    assert answer.status_code == 302, answer.content.decode()
    assert name in _products(own_office)
    page = office.get(f"/products/named/{quote(name)}/edit/").content.decode()
    assert "<b>" not in page


def test_two_products_can_not_have_one_name(own_office: Path, as_role: SignedIn) -> None:
    before = (own_office / "umbel.toml").read_text()
    answer = as_role("office").post("/products/new/", {**SHOP, "name": "shop"})
    assert answer.status_code == 422
    assert "already" in answer.content.decode()
    renamed = as_role("office").post("/products/named/Shop/edit/", {**SHOP, "name": "Till"})
    assert renamed.status_code == 422
    assert (own_office / "umbel.toml").read_text() == before


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "wrong",
    [
        {"releases": "2.0 soon"},
        {"releases": "1 2026-01-01 2027-01-01 2028-01-01"},
        {"criticality": "huge"},
        {"name": " "},
    ],
)
def test_what_can_not_be_is_said_at_the_form(as_role: SignedIn, wrong: dict[str, str]) -> None:
    answer = as_role("office").post("/products/new/", {**SHOP, "name": "Fresh", **wrong})
    assert answer.status_code == 422


def test_a_product_is_there_at_once_while_it_is_looked_at(
    own_office: Path, as_role: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.config()
    monkeypatch.setattr(config, "_current", lambda: msgspec.structs.replace(before, inline=False))
    office = as_role("office")
    answer = office.post("/products/new/", {**SHOP, "name": "Fresh", "projects": "lonely"})
    page = office.get(answer.headers["Location"])
    assert page.status_code == 200
    assert page.context["is_fresh"]
    one = page.context["one"]
    assert (one.owner, one.projects, one.components) == ("owner@acme.example", None, None)
    office.post("/products/named/Shop/edit/", {**SHOP, "owner": "mate@acme.example"})
    shop = office.get("/products/named/Shop/").context["one"]
    assert shop.owner == "mate@acme.example"
    assert shop.projects >= 2  # its patterns are as they were
    office.post("/products/named/Till/end/")
    assert {each.name for each in office.get("/products/").context["products"]} == {"Shop", "Fresh"}
    assert set(_products(own_office)) == {"Shop", "Fresh"}


def test_an_end_takes_it_out(own_office: Path, as_role: SignedIn) -> None:
    office = as_role("office")
    assert "Till" in office.get("/products/named/Till/end/").content.decode()
    assert office.post("/products/named/Till/end/").status_code == 302
    assert set(_products(own_office)) == {"Shop"}


@pytest.mark.usefixtures("office")
def test_patterns_are_counted_while_they_are_typed(as_role: SignedIn) -> None:
    office = as_role("office")
    assert office.get("/products/matching/", {"projects": "shop-*\ntill"}).context["matched"]["count"] >= 3
    assert office.get("/products/matching/", {"projects": " \n"}).context["matched"] is None
    assert "No known project" in office.get("/products/matching/", {"projects": "[" * 50}).content.decode()


@pytest.mark.usefixtures("office")
def test_papers_go_to_those_who_may(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    assert viewer.get("/products/papers/pack/Shop/").status_code == 403
    assert viewer.get("/products/papers/nonesuch/Shop/").status_code == 404
    assert viewer.get("/products/papers/sbom/Nonesuch/").status_code == 404
    assert viewer.get("/products/papers/sbom/Shop/").status_code == 422  # nobody asked for it yet
