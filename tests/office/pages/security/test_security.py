# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The pages of risks: advisories, alerts, incidents, ends of life; what security can say on them."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.office.estate import SECRET
from tests.office.pages.legal.test_legal import MOST_QUERIES, confidential, rows
from tests.policy.vex_documents import openvex, said
from umbel.app import Workspace
from umbel.policy.exceptions import Entry
from umbel.policy.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
CVE = "CVE-2026-0001"
TODAY = datetime.now(UTC).date()
PAGES = (
    "/risks/",
    "/advisories/",
    f"/advisories/{CVE}/",
    "/alerts/",
    "/alerts/?state=resolved",
    "/incidents/",
    "/end-of-life/",
    "/vex/",
)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("address", PAGES)
def test_a_viewer_reads_every_page(
    as_role: Callable[[str], Client],
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    viewer = as_role("viewer")
    with django_assert_max_num_queries(MOST_QUERIES):
        found = viewer.get(address)
    page = found.content.decode()
    assert found.status_code == 200, page[:2000]
    assert "<h1>" in page
    assert "be worked out" not in page
    assert "being worked out" not in page
    assert "style=" not in page


@pytest.mark.usefixtures("office")
def test_risks_are_told_gravest_first_with_what_clears_them(as_role: Callable[[str], Client]) -> None:
    found = rows(as_role("viewer"), "/risks/")
    assert [row["state"] for row in found] == ["fail", "fail", "fail", "unknown", "unknown"]
    assert {(row["fixed"], row["overdue"], row["exploited"], row["epss"]) for row in found[:3]} == {
        ("2.1.0", 1, None, None)
    }
    page = as_role("viewer").get("/risks/").content.decode()
    assert "Risks that close a gate" in page
    assert "Not asked" in page


@pytest.mark.usefixtures("office")
def test_what_nobody_knows_of_exploitation_is_not_none(as_role: Callable[[str], Client]) -> None:
    page = as_role("viewer").get("/risks/").content.decode()
    card = page.partition("Known to be exploited</h3>")[2].partition("</div>")[0]
    assert 'title="unknown">?' in card


@pytest.mark.usefixtures("office")
def test_an_advisory_tells_who_is_affected(as_role: Callable[[str], Client]) -> None:
    (row,) = rows(as_role("viewer"), "/advisories/")
    assert (row["key"], row["projects"], row["open"], row["overdue"], row["fixed"]) == (
        CVE,
        3,
        3,
        3,
        ["2.1.0"],
    )
    page = as_role("viewer").get(f"/advisories/{CVE}/").content.decode()
    for words in ("shop-api", "owner@acme.example", "GHSA-0000-0000-0001", "2.1.0"):
        assert words in page
    assert "Open an incident" not in page
    assert "Open an incident" in as_role("security").get(f"/advisories/{CVE}/").content.decode()
    assert as_role("viewer").get("/advisories/CVE-1999-0001/").status_code == 404


def test_security_takes_care_of_an_alert(own_office: Path, as_role: Callable[[str], Client]) -> None:
    alert = next(each for each in Workspace(own_office).alerts() if each.told and each.told.product == "Shop")
    address, security = f"/alerts/{alert.id}/", as_role("security")
    assert "Nobody yet" in security.get(address).content.decode()
    assert as_role("legal").post(address, {"note": "x"}).status_code == 403
    assert security.post(address, {"note": "<i>moved</i> to 2.1.0 on Friday"}).status_code == 302
    page = as_role("viewer").get(address).content.decode()
    assert "&lt;i&gt;moved&lt;/i&gt; to 2.1.0 on Friday" in page
    assert "I take care of it" not in page
    assert alert.id in security.get("/alerts/", {"state": "acknowledged"}).content.decode()
    assert alert.id not in security.get("/alerts/").content.decode()
    assert (
        alert.id
        in security.get("/alerts/", {"state": "acknowledged", "q": "cve-2026 INNER"}).content.decode()
    )
    assert (
        alert.id not in security.get("/alerts/", {"state": "acknowledged", "q": "nothing"}).content.decode()
    )
    assert security.get("/alerts/a-0000000000/").status_code == 404


@pytest.mark.usefixtures("own_office")
def test_an_incident_from_its_opening_to_its_end(as_role: Callable[[str], Client]) -> None:
    security, viewer = as_role("security"), as_role("viewer")
    assert viewer.get("/incidents/open/").status_code == 403
    assert security.post("/incidents/open/", {}).status_code == 422
    unknown = security.post("/incidents/open/", {"advisory": "CVE-1999-0001"})
    assert unknown.status_code == 422
    assert "is not known here" in unknown.content.decode()
    opened = security.post("/incidents/open/", {"advisory": CVE, "title": "The <inner> hole"})
    assert opened.status_code == 302
    address = opened["Location"]
    page = viewer.get(address).content.decode()
    for words in ("The &lt;inner&gt; hole", "shop-web", "How far it is", "Nobody knows"):
        assert words in page
    assert "Add the note" not in page
    assert viewer.post(address, {"does": "note", "text": "x"}).status_code == 403
    assert security.post(address, {"does": "note", "text": " "}).status_code == 422
    assert security.post(address, {"does": "note", "text": "Owners <b>know</b>"}).status_code == 302
    assert "Owners &lt;b&gt;know&lt;/b&gt;" in viewer.get(address).content.decode()
    assert security.post(address, {"does": "close", "text": "done"}).status_code == 302
    assert security.post(address, {"does": "close"}).status_code == 422
    assert security.post(address, {"does": "reopen", "text": "not yet"}).status_code == 302
    draft = security.get(f"{address}words/", {"to": "owners"})
    assert draft["Content-Disposition"].startswith("attachment")
    assert CVE in draft.content.decode()
    assert CVE in security.get(f"{address}words/").content.decode()
    assert security.get(f"{address}words/", {"to": "../x"}).status_code == 404
    assert viewer.get(f"{address}words/").status_code == 403
    assert "The &lt;inner&gt; hole" in viewer.get("/incidents/").content.decode()
    assert "Incidents" in viewer.get(f"/advisories/{CVE}/").content.decode()


def test_an_incident_names_no_confidential_project(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    confidential(own_office)
    kept = Workspace(own_office).open_incident(CVE)
    address = f"/incidents/{kept.incident.id}/"
    assert "bluebird" in as_role("office").get(address).content.decode()
    for role in ("viewer", "security"):
        assert "bluebird" not in as_role(role).get(address).content.decode()
    assert as_role("security").get(f"{address}words/").status_code == 403
    assert as_role("office").get(f"{address}words/").status_code == 200


def test_an_incident_of_a_confidential_project_alone_is_not_told(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    confidential(own_office)
    kept = Workspace(own_office).open_incident(None, package=f"pkg:npm/only-{SECRET}@<9")
    address = f"/incidents/{kept.incident.id}/"
    assert as_role("office").get(address).status_code == 200
    assert "only-bluebird" in as_role("office").get("/incidents/").content.decode()
    for role in ("viewer", "security"):
        assert as_role(role).get(address).status_code == 404
        assert "bluebird" not in as_role(role).get("/incidents/").content.decode()


def test_an_incident_past_its_day_is_overdue(own_office: Path, as_role: Callable[[str], Client]) -> None:
    kept = Workspace(own_office).open_incident(CVE, due=TODAY - timedelta(1))
    viewer = as_role("viewer")
    for address in ("/incidents/", f"/incidents/{kept.incident.id}/"):
        page = viewer.get(address).content.decode()
        assert "overdue" in page, address
        assert "yesterday" in page, address


def test_an_incident_whose_file_is_broken_says_so(own_office: Path, as_role: Callable[[str], Client]) -> None:
    kept = Workspace(own_office).open_incident(CVE)
    (own_office / "decisions/incidents" / kept.incident.id / "incident.toml").write_text("title = 1\n")
    viewer = as_role("viewer")
    assert kept.incident.id in viewer.get("/incidents/").content.decode()
    page = viewer.get(f"/incidents/{kept.incident.id}/")
    assert page.status_code == 422
    assert str(own_office) not in page.content.decode()


def test_what_a_card_of_risks_counts_is_what_its_list_shows(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    entry = Entry(
        rule="vulnerability", project="shop-api", reason="r", by="security@acme.example", decided=TODAY,
        until=TODAY + timedelta(9),
    )  # fmt: skip
    Workspace(own_office).except_(entry)
    viewer = as_role("viewer")
    page = viewer.get("/risks/").content.decode()
    card = page.partition("Overdue</h3>")[2].partition("</div>")[0]
    address = html.unescape(card.partition('href="')[2].partition('"')[0])
    assert ">2<" in card
    listed = viewer.get(f"{address}&format=json")
    assert len(json.loads(b"".join(listed.streaming_content))["rows"]) == 2  # type: ignore[attr-defined]


def test_a_plan_for_what_only_a_confidential_project_uses_is_not_told(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    confidential(own_office)
    plan = Plan(
        package=f"pkg:npm/only-{SECRET}", owner="mate@acme.example", until=TODAY + timedelta(9), decided=TODAY,
        by="security@acme.example", replacement="another",
    )  # fmt: skip
    Workspace(own_office).plan(plan)
    assert "bluebird" in as_role("office").get("/end-of-life/").content.decode()
    assert "bluebird" not in as_role("viewer").get("/end-of-life/").content.decode()


def test_vex_on_what_only_a_confidential_project_uses_is_not_told(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    confidential(own_office)
    place = own_office / "decisions/vex"
    place.mkdir(parents=True)
    (place / "theirs.json").write_bytes(openvex(said(product=f"pkg:npm/only-{SECRET}@1.0.0")))
    assert len(rows(as_role("office"), "/vex/")) == 1
    assert rows(as_role("viewer"), "/vex/") == []


def test_a_plan_is_decided(own_office: Path, as_role: Callable[[str], Client]) -> None:
    security = as_role("security")
    given = {
        "software": "python", "cycle": "3.8", "owner": "mate@acme.example", "until": str(TODAY + timedelta(90)), "replacement": "3.13",
    }  # fmt: skip
    assert as_role("contributor").post("/end-of-life/plan/", given).status_code == 403
    assert security.post("/end-of-life/plan/", given | {"package": "pkg:npm/a"}).status_code == 422
    early = security.post("/end-of-life/plan/", given | {"until": "2020-01-01"})
    assert early.status_code == 422
    assert "Lies before the day" in early.content.decode()
    assert "plans.toml" not in early.content.decode()
    assert security.post("/end-of-life/plan/", given | {"product": "Shpo"}).status_code == 422
    assert security.post("/end-of-life/plan/", given).status_code == 302
    (plan,) = Workspace(own_office).plans().plans
    assert (plan.goes, plan.by) == ("python 3.8", "security")
    assert (
        "mate@acme.example replaces python 3.8 by 3.13"
        in as_role("viewer").get("/end-of-life/").content.decode()
    )


def test_vex_is_told_with_its_advisory(own_office: Path, as_role: Callable[[str], Client]) -> None:
    place = own_office / "decisions/vex"
    place.mkdir(parents=True)
    (place / "theirs.json").write_bytes(
        openvex(said(product="pkg:npm/inner@2.0.0", impact_statement="never called <x>"))
    )
    viewer = as_role("viewer")
    (row,) = rows(viewer, "/vex/")
    assert (row["advisory"], row["status"], row["author"]) == (CVE, "not affected", "Acme Security")
    page = viewer.get(f"/advisories/{CVE}/").content.decode()
    assert "never called &lt;x&gt;" in page
    assert {each["state"] for each in rows(viewer, "/risks/") if each["advisory"] == CVE} == {"covered"}


@pytest.mark.usefixtures("office")
def test_hostile_addresses_are_no_faults(as_role: Callable[[str], Client]) -> None:
    browser = as_role("viewer")
    for address in (
        "/advisories/%3Cscript%3E/",
        "/advisories/..%2F..%2Fetc/",
        "/alerts/?page=99999999999999&q=%00%27",
        "/alerts/?state=nothing&page=-1",
        "/incidents/2020-01-01-none/",
        "/risks/?severity=%00&epss=1e999..",
        "/licenses/%27%20OR%201=1/",
        "/exceptions/%E2%80%AE/",
    ):
        assert browser.get(address).status_code in {200, 302, 400, 404}, address
