# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The legal pages: what they show, to whom, and what legal can say on them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.office.estate import SECRET
from umbel.app import Workspace
from umbel.office import core
from umbel.office.editions import read
from umbel.office.pages.legal import told
from umbel.office.pages.legal.figures import Ending
from umbel.office.seen import Seen
from umbel.policy.exceptions import Entry
from umbel.policy.registry import rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()
PAGES = (
    "/legal/",
    "/licenses/",
    "/licenses/MIT/",
    "/licenses/unknown/",
    "/violations/",
    "/other-findings/",
    "/legal/undecided/",
    "/legal/obligations/",
    "/legal/obligations/?product=Shop",
    "/legal/notices/",
    "/exceptions/",
    "/legal/regulation/",
)
MOST_QUERIES = 16
"""Session, account, notices of the menu: none of them is of rows."""


def rows(browser: Client, address: str) -> list[dict[str, object]]:
    """All rows of a list as JSON."""
    found = browser.get(address, {"format": "json"})
    assert found.status_code == 200
    every: list[dict[str, object]] = json.loads(b"".join(found.streaming_content))["rows"]  # type: ignore[attr-defined]
    return every


def confidential(folder: Path) -> None:
    """Keep the secret project from all but the office."""
    path = folder / "umbel.toml"
    path.write_text(
        f'{path.read_text()}\n[[office.confidential]]\nprojects = ["{SECRET}"]\nroles = ["office"]\n'
    )
    core.forget()
    read.forget()


def _except(folder: Path, **more: object) -> str:
    plain = {
        "rule": "license-denied",
        "reason": "counsel <b>looked</b>",
        "by": "legal@acme.example",
        "decided": TODAY,
    }
    entry = Entry(**(plain | {"until": TODAY + timedelta(10), "package": "pkg:npm/outer"} | more))  # type: ignore[arg-type]
    Workspace(folder).except_(entry)
    return entry.name


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
def test_nobody_reads_without_an_account(nobody: Client) -> None:
    assert {nobody.get(address).status_code for address in PAGES} == {302}


@pytest.mark.usefixtures("office")
def test_licences_are_counted_by_how_they_are_known(as_role: Callable[[str], Client]) -> None:
    found = {row["key"]: row for row in rows(as_role("viewer"), "/licenses/")}
    assert (found["MIT"]["components"], found["MIT"]["projects"], found["MIT"]["declared"]) == (7, 5, 7)
    assert (found["MIT"]["category"], found["MIT"]["outcome"]) == ("permissive", "pass")
    assert (found["GPL-3.0-only"]["outcome"], found["GPL-3.0-only"]["findings"]) == ("fail", 2)
    assert (found["unknown"]["components"], found["unknown"]["how"], found["unknown"]["category"]) == (
        3,
        [],
        None,
    )


@pytest.mark.usefixtures("office")
def test_a_licence_leads_to_where_it_is_and_what_it_asks(as_role: Callable[[str], Client]) -> None:
    page = as_role("viewer").get("/licenses/GPL-3.0-only/").content.decode()
    for words in (
        "shop-api",
        "Provide the source",
        "Strong copyleft",
        "https://spdx.org/licenses/GPL-3.0-only.html",
        "is denied",
    ):
        assert words in page
    assert as_role("viewer").get("/licenses/No-Such/").status_code == 404


@pytest.mark.usefixtures("office")
def test_a_finding_tells_rule_evidence_way_and_the_way_out(as_role: Callable[[str], Client]) -> None:
    browser = as_role("contributor")
    key = next(str(row["key"]) for row in rows(browser, "/violations/") if row["component"] == "inner 2.0.0")
    page = browser.get(f"/findings/{key}/").content.decode()
    for words in (
        "src/umbel/policy/rules/license_denied.py",
        "outer@1.0.0",
        f"kind=exception&amp;finding={key}",
        "owner@acme.example",
        "strong-copyleft",
        f"umbel policy explain {key}",
    ):
        assert words in page
    assert browser.get("/findings/f-0000000000/").status_code == 404


def test_every_rule_that_finds_names_a_file_and_a_test_that_exist() -> None:
    root = Path(__file__).parents[4]
    for name in rules():
        ruled = told.rule(name)
        assert (root / ruled.file).is_file()
        assert (root / ruled.test).is_file()


def test_an_exception_is_told_with_what_it_covers(own_office: Path, as_role: Callable[[str], Client]) -> None:
    name = _except(own_office, project="shop-api")
    browser = as_role("viewer")
    assert rows(browser, "/exceptions/")[0]["state"] == "ends-soon"
    page = browser.get(f"/exceptions/{name}/").content.decode()
    assert "counsel &lt;b&gt;looked&lt;/b&gt;" in page
    assert "outer 1.0.0" in page
    covered = next(
        row
        for row in rows(browser, "/violations/")
        if row["component"] == "outer 1.0.0" and row["project"] == "shop-api"
    )
    assert (covered["state"], covered["exception_id"]) == ("excused", name)
    finding = browser.get(f"/findings/{covered['key']}/").content.decode()
    assert f"/exceptions/{name}/" in finding
    assert "kind=exception" not in finding


def test_what_is_confidential_is_named_nowhere(own_office: Path, as_role: Callable[[str], Client]) -> None:
    confidential(own_office)
    hidden = _except(own_office, rule="vulnerability", package="pkg:npm/inner", project=SECRET)
    viewer, may = as_role("viewer"), as_role("office")
    risks = rows(may, "/risks/")
    key = next(str(row["key"]) for row in risks if row["project"] == SECRET)
    listed = [
        address for address in PAGES if address not in {"/legal/", "/legal/regulation/"}
    ]  # they name no project
    pages = (*listed, "/risks/", "/advisories/", "/advisories/CVE-2026-0001/", "/alerts/", "/end-of-life/")
    said = {address: viewer.get(address).content.decode() for address in pages}
    said |= {
        address: json.dumps(rows(viewer, address)) for address in ("/risks/", "/advisories/", "/exceptions/")
    }
    assert [address for address, text in said.items() if "bluebird" in text] == []
    assert viewer.get(f"/findings/{key}/").status_code == 404
    assert viewer.get(f"/exceptions/{hidden}/").status_code == 404
    assert viewer.get("/legal/notices/file/", {"project": SECRET}).status_code == 404
    assert viewer.get("/legal/notices/file/", {"project": "no-such"}).status_code == 422
    assert may.get(f"/findings/{key}/").status_code == 200
    assert may.get(f"/exceptions/{hidden}/").status_code == 200


def test_an_exception_that_ends_soon_is_told_to_those_who_may_see_one_of_its_projects() -> None:
    def one(*among: str) -> Ending:
        return Ending(id="x-1", rule="radar", about="all", where="*vault", until=TODAY, among=among)

    looks = Seen(hidden=frozenset({"acme/vault", "acme/other"}))
    assert told.ending([one(), one("acme/vault"), one("acme/vault", "shop")], looks) == [
        one(),
        one("acme/vault", "shop"),
    ]


def test_legal_decides_what_a_licence_is(own_office: Path, as_role: Callable[[str], Client]) -> None:
    legal = as_role("legal")
    row = next(row for row in rows(legal, "/legal/undecided/") if row["name"] == "frame")
    address = f"/legal/decide/{row['key']}/"
    said = {
        "what": "conclude",
        "license": "mit",
        "reason": "its LICENSE file",
        "evidence": "https://acme.example/frame",
    }
    assert as_role("viewer").post(address, said).status_code == 403
    wrong = legal.post(address, said | {"license": "No Such"})
    assert wrong.status_code == 422
    assert "no SPDX expression" in wrong.content.decode()
    assert legal.post(address, said).status_code == 302
    (kept,) = Workspace(own_office).license_decisions().conclude
    assert (kept.package, kept.license, kept.by) == ("pkg:pypi/frame", "MIT", "legal")
    assert "frame" not in {row["name"] for row in rows(legal, "/legal/undecided/")}
    known = {row["key"]: row for row in rows(legal, "/licenses/")}
    assert known["MIT"]["people"] == 1
    assert "its LICENSE file" in legal.get("/licenses/MIT/").content.decode()


@pytest.mark.usefixtures("office")
def test_decisions_are_taken_today(as_role: Callable[[str], Client]) -> None:
    legal = as_role("legal")
    key = rows(legal, "/legal/undecided/")[0]["key"]
    page = legal.get(f"/legal/decide/{key}/", {"as_of": (TODAY - timedelta(1)).isoformat()}).content.decode()
    assert "Write it down" not in page


@pytest.mark.usefixtures("office")
def test_notices_come_as_a_file(as_role: Callable[[str], Client]) -> None:
    browser = as_role("viewer")
    for shape, kind in (("html", "text/html"), ("text", "text/plain"), ("markdown", "text/markdown")):
        found = browser.get("/legal/notices/file/", {"product": "Shop", "shape": shape})
        assert found.status_code == 200
        assert found["Content-Type"].startswith(kind)
        assert found["Content-Disposition"].startswith('attachment; filename="notices-Shop.')
        assert b"only-shop-web" in found.content
    assert b"only-till" in browser.get("/legal/notices/file/", {"project": "till"}).content
    assert browser.get("/legal/notices/file/").status_code == 422
    assert browser.get("/legal/notices/file/", {"product": "Shop", "project": "till"}).status_code == 422
    assert browser.get("/legal/notices/file/", {"product": "No such"}).status_code == 404
    assert browser.get("/legal/notices/file/", {"project": "no-such"}).status_code == 422


@pytest.mark.usefixtures("office")
def test_obligations_follow_the_way_to_users(as_role: Callable[[str], Client]) -> None:
    browser = as_role("viewer")
    shop = browser.get("/legal/obligations/", {"product": "Shop"}).content.decode()
    assert "Provide the source" in shop
    till = browser.get("/legal/obligations/", {"product": "Till"}).content.decode()
    assert "Provide the source" not in till
    assert browser.get("/legal/obligations/", {"product": "<b>"}).status_code == 404


@pytest.mark.usefixtures("empty_office")
def test_an_empty_office_says_what_to_do(as_role: Callable[[str], Client]) -> None:
    browser = as_role("viewer")
    for address in PAGES:
        if address.startswith("/licenses/") and address != "/licenses/":
            continue
        assert browser.get(address).status_code == 200, address
    assert "umbel collect" in browser.get("/licenses/").content.decode()
    assert "Nothing is in the inventory" in browser.get("/legal/").content.decode()
