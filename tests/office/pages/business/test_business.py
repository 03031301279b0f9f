# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages for business: exposure by product and rule, projects that nobody claims, stakeholders for the office alone."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from umbel.app import Workspace
from umbel.frameworks.stakeholders import Stakeholder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    SignedIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("office")
def test_the_matrix_adds_up(as_role: SignedIn) -> None:
    matrix = as_role("viewer").get("/business/exposure/").context["matrix"]
    assert matrix.rules
    for row in matrix.rows:
        assert sum(row.counts) == row.exposure.open
    for place, rule in enumerate(matrix.rules):
        assert sum(row.counts[place] for row in matrix.rows) == rule.number
        assert rule.route in {"violations", "risks", "findings"}


@pytest.mark.usefixtures("office")
def test_rules_that_could_not_be_asked_are_told(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/business/exposure/")
    assert page.context["matrix"].gaps
    assert "Rules that could not be asked" in page.content.decode()


def test_the_office_claims_projects(own_office: Path, as_role: SignedIn) -> None:
    said = {"project": ["lonely", "shop-code"], "product": "Till"}
    assert as_role("contributor").post("/business/unclaimed/", said).status_code == 403
    assert as_role("office").post("/business/unclaimed/", {"product": "Till"}).status_code == 422
    assert as_role("office").post("/business/unclaimed/", {**said, "product": "Gone"}).status_code == 422
    assert as_role("office").post("/business/unclaimed/", said).status_code == 302
    settings = tomllib.loads((own_office / "umbel.toml").read_text())
    (till,) = [each for each in settings["products"] if each["name"] == "Till"]
    assert till["projects"] == ["till", "lonely", "shop-code"]


def test_stakeholders_are_for_the_office_alone(own_office: Path, as_role: SignedIn) -> None:
    entry = Stakeholder(
        who="The <b>platform</b> lead",
        petal="business",
        interest=5,
        influence=5,
        attitude="detractor",
        by="office@acme.example",
        decided=date(2026, 1, 1),
    )
    Workspace(own_office).record_stakeholder(entry)
    for role in ("viewer", "contributor", "legal", "security"):
        assert as_role(role).get("/business/stakeholders/").status_code == 403
        assert as_role(role).get("/management/documents/stakeholder-map/").status_code == 404
    page = as_role("office").get("/business/stakeholders/").content.decode()
    assert "The &lt;b&gt;platform&lt;/b&gt; lead" in page
    assert "work closely together" in page


@pytest.mark.usefixtures("empty_office")
def test_without_evidence_nothing_is_zero(as_role: SignedIn) -> None:
    assert "No product is declared" in as_role("viewer").get("/business/").content.decode()
    assert as_role("viewer").get("/business/models/").status_code == 200


def test_a_confidential_project_is_not_named(own_office: Path, as_role: SignedIn) -> None:
    from tests.office.estate import SECRET

    text = (own_office / "umbel.toml").read_text().partition("[[office")[0]
    (own_office / "umbel.toml").write_text(
        f'{text}\n[[office.confidential]]\nprojects = ["{SECRET}"]\npeople = ["owner@acme.example"]\n'
    )
    assert SECRET in as_role("owner").get("/business/unclaimed/").content.decode()
    for path in ("/business/unclaimed/", "/office/sources/", "/business/", "/products/"):
        assert SECRET not in as_role("stranger").get(path).content.decode()
    assert as_role("stranger").get("/management/documents/quarterly-review/").status_code == 403
    text = (
        (own_office / "umbel.toml")
        .read_text()
        .replace('projects = ["till"]', f'projects = ["till", "{SECRET}"]')
    )
    (own_office / "umbel.toml").write_text(text)
    assert as_role("stranger").post("/products/papers/sbom/Till/").status_code == 403
    assert as_role("stranger").get("/products/papers/sbom/Shop/").status_code == 422
    told = as_role("stranger").get("/why/metric/active_contributors/", {"of": SECRET}).context["result"]
    assert not told.found
