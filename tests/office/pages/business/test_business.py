# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages for business: exposure by product and rule, projects that nobody claims, stakeholders for the office alone."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from umbel.app import Workspace
from umbel.frameworks.stakeholders import Stakeholder
from umbel.office import config
from umbel.office.records.models import Entry

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


@pytest.mark.usefixtures("_as_served")
def test_what_is_claimed_is_gone_from_the_list_at_once(own_office: Path, as_role: SignedIn) -> None:
    office = as_role("office")
    before = office.get("/business/unclaimed/").context["projects"]
    assert "lonely" in before
    assert office.get("/business/unclaimed/", {"q": "ONEL"}).context["projects"] == ["lonely"]
    assert "All of them" in office.get("/business/unclaimed/", {"q": "<b>"}).content.decode()
    office.post("/business/unclaimed/", {"project": ["lonely"], "product": "Till"})
    assert office.get("/business/unclaimed/").context["projects"] == [
        each for each in before if each != "lonely"
    ]
    many = {"project": [f"p{number}" for number in range(201)], "product": "Till"}
    assert office.post("/business/unclaimed/", many).status_code == 422  # all or nothing
    assert "p0" not in (own_office / "umbel.toml").read_text()


STAKE = {
    "who": "The <b>platform</b> lead",
    "petal": "business",
    "influence": "5",
    "interest": "2",
    "attitude": "sceptic",
    "wants": "no surprises",
    "next": "2026-01-02",
}


def test_the_office_writes_down_who_has_a_stake(own_office: Path, as_role: SignedIn) -> None:
    office = as_role("office")
    assert as_role("legal").get("/business/stakeholders/new/").status_code == 403
    assert as_role("legal").post("/business/stakeholders/new/", STAKE).status_code == 403
    assert office.post("/business/stakeholders/new/", {**STAKE, "influence": "6"}).status_code == 422
    assert office.post("/business/stakeholders/new/", STAKE).status_code == 302
    path = own_office / "decisions/stakeholders.toml"
    assert path.stat().st_mode & 0o077 == 0
    page = office.get("/business/stakeholders/")
    ((_, key),) = page.context["stakeholders"]
    text = page.content.decode()
    assert "keep satisfied" in text
    assert f"/business/stakeholders/{key}/" in text
    assert "platform" not in key
    amended = {**STAKE, "who": "Somebody else", "attitude": "champion"}
    assert office.post(f"/business/stakeholders/{key}/", amended).status_code == 302
    assert [each.attitude for each in Workspace(own_office).stakeholders()] == ["champion"]
    assert office.post(f"/business/stakeholders/{key}/", {**STAKE, "gone": "on"}).status_code == 302
    assert not office.get("/business/stakeholders/").context["stakeholders"]
    assert office.get(f"/business/stakeholders/{key}/").status_code == 404
    noted = Entry.objects.filter(action="stakeholder.record")
    assert {each.subject for each in noted} == {"stakeholders"}
    assert all("platform" not in each.difference + each.detail for each in noted)


@pytest.fixture
def _as_served(own_office: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - of its configuration
    """Pages read the edition that there is, and make none: as in production just after a change."""
    before = config.config()
    monkeypatch.setattr(config, "_current", lambda: msgspec.structs.replace(before, inline=False))


def _keep(folder: Path, *, patterns: str) -> None:
    """Make the secret project confidential, and have a product name it."""
    from tests.office.estate import SECRET

    text = (folder / "umbel.toml").read_text().partition("[[office")[0]
    text = text.replace('projects = ["till"]', f"projects = [{patterns}]")
    (folder / "umbel.toml").write_text(
        f'{text}\n[[office.confidential]]\nprojects = ["{SECRET}"]\npeople = ["owner@acme.example"]\n'
    )


@pytest.mark.usefixtures("_as_served")
def test_no_page_of_a_product_names_what_is_confidential(own_office: Path, as_role: SignedIn) -> None:
    from tests.office.estate import SECRET

    _keep(own_office, patterns=f'"till", "{SECRET}", "blue*", "bluebird-planned"')
    stranger, office = as_role("stranger"), as_role("office")
    for path in (
        "/products/named/Till/",
        "/products/",
        "/office/plan/",
        "/management/value/",
        "/business/models/",
    ):
        page = stranger.get(path)
        assert page.status_code == 200
        assert SECRET not in page.content.decode(), path
    assert stranger.get("/products/named/Till/").context["patterns"] == ("till", "bluebird-planned")
    assert SECRET in as_role("owner").get("/products/named/Till/").content.decode()
    asked = office.get("/products/matching/", {"projects": SECRET})
    assert asked.context["matched"]["count"] == 0  # else typing would tell what there is
    form = office.get("/products/named/Till/edit/").context["form"]
    assert form.initial["projects"] == "till\nbluebird-planned"
    said = {"name": "Till", "criticality": "low", "projects": "till\nlonely"}
    assert office.post("/products/named/Till/edit/", said).status_code == 302
    settings = tomllib.loads((own_office / "umbel.toml").read_text())
    (till,) = [each for each in settings["products"] if each["name"] == "Till"]
    assert till["projects"] == ["till", "lonely", SECRET, "blue*"]


@pytest.mark.usefixtures("_as_served")
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
