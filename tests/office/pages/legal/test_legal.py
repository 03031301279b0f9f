# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The legal pages: what they show, to whom, and what legal can say on them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.office.estate import SECRET, hide
from umbel.app import Workspace
from umbel.model.settings import SettingsError
from umbel.office import core
from umbel.office.editions import figure_of, read
from umbel.office.pages.legal import making, told
from umbel.office.pages.legal.figures import Ending, legal_state
from umbel.office.pages.legal.policy_text import policy_text
from umbel.office.pages.legal.refusing import refuse
from umbel.office.pages.legal.saying import Decision, act
from umbel.office.records.models import Entry as AuditEntry
from umbel.office.roles import Role
from umbel.office.seen import Seen
from umbel.policy.exceptions import Entry
from umbel.policy.license_decisions import Conclusion
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
    "/policy/",
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
    hide(folder, 'roles = ["office"]')
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
def test_the_petal_leads_to_what_it_counts(as_role: Callable[[str], Client]) -> None:
    page = as_role("viewer").get("/legal/").content.decode()
    assert "/violations/?gate=true" in page
    first = rows(as_role("viewer"), "/legal/undecided/")[0]
    assert f"/legal/decide/{first['key']}/" in page


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
    assert "kind=exception" not in as_role("viewer").get(f"/findings/{key}/").content.decode()
    assert browser.get("/findings/f-0000000000/").status_code == 404


def test_a_rule_that_is_gone_breaks_no_page() -> None:
    assert told.rule("of-last-year").title == "of-last-year"


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
        address for address in PAGES if address not in {"/legal/", "/legal/notices/", "/legal/regulation/"}
    ]  # they name no project
    pages = (*listed, "/risks/", "/advisories/", "/advisories/CVE-2026-0001/", "/alerts/", "/end-of-life/")
    said = {address: viewer.get(address).content.decode() for address in pages}
    said |= {
        address: json.dumps(rows(viewer, address)) for address in ("/risks/", "/advisories/", "/exceptions/")
    }
    assert [address for address, text in said.items() if "bluebird" in text] == []
    assert viewer.get(f"/findings/{key}/").status_code == 404
    assert viewer.get(f"/exceptions/{hidden}/").status_code == 404
    assert viewer.get("/legal/notices/file/", {"project": SECRET}).status_code == 422
    assert viewer.get("/legal/notices/file/", {"project": "no-such"}).status_code == 422
    assert may.get(f"/findings/{key}/").status_code == 200
    assert may.get(f"/exceptions/{hidden}/").status_code == 200


def test_decisions_on_what_only_a_confidential_project_uses_are_told_to_nobody_else(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    confidential(own_office)
    own, here = f"pkg:npm/only-{SECRET}", Workspace(own_office)
    of_package = _except(own_office, package=f"{own}@<2")
    of_unknown = _except(own_office, rule="license-unknown", package=None, project=f"{SECRET}")
    here.conclude_license(
        Conclusion(package=own, license="MIT", reason="its file", by="legal@acme.example", decided=TODAY)
    )
    with (own_office / "policy.toml").open("a") as file:
        file.write(f'[[override]]\nprojects = ["{SECRET}"]\nrules.too-new.days = 9\n')
    viewer, may = as_role("viewer"), as_role("office")
    for address in ("/exceptions/", "/licenses/MIT/", "/policy/"):
        assert "bluebird" in may.get(address).content.decode(), address
        assert "bluebird" not in viewer.get(address).content.decode(), address
    for key in (of_package, of_unknown):
        assert viewer.get(f"/exceptions/{key}/").status_code == 404
        assert may.get(f"/exceptions/{key}/").status_code == 200
    told_all = policy_text(_looks())
    told_some = policy_text(_looks(hidden=frozenset({SECRET})))
    assert told_all is not None
    assert told_some is not None
    assert (b"bluebird" in told_all, b"bluebird" in told_some) == (True, False)


def _looks(**more: Any) -> Seen:
    return Seen(roles=frozenset({Role.OFFICE}), **more)


def test_a_word_that_must_not_leave_is_for_those_who_write_code(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    with (own_office / "policy.toml").open("a") as file:
        file.write('[outbound.denied-words]\nwords = ["kestrel"]\n')
    name = _except(own_office, rule="outbound-denied-words", package=None, what="kestrel in README.md")
    viewer = as_role("viewer")
    pages = (viewer.get(address) for address in ("/policy/", "/exceptions/", f"/exceptions/{name}/"))
    said = [page.content.decode() for page in pages]
    assert "1 word that must not leave" in said[0]
    assert "a word that must not leave" in said[1]
    assert not [page for page in said if "kestrel" in page]
    assert b"kestrel" in (policy_text(_looks()) or b"")
    assert b"kestrel" not in (policy_text(Seen(roles=frozenset({Role.VIEWER}))) or b"kestrel")


@pytest.mark.usefixtures("office")
def test_the_policy_tells_its_rules_with_what_they_find(as_role: Callable[[str], Client]) -> None:
    page = as_role("viewer").get("/policy/").content.decode()
    row = page.partition("license-denied</code>")[2].partition("</tr>")[0]
    assert "badge bad" in row
    assert "/violations/?rule=license-denied" in row
    denied = [each for each in rows(as_role("viewer"), "/violations/") if each["rule"] == "license-denied"]
    assert f">{sum(bool(each['gate']) for each in denied)}<" in row
    assert "umbel check --policy http://testserver/api/v1/policy" in page
    assert "off</span>" in page
    unasked = page.partition(">Outdated version ")[2].partition("</tr>")[0]
    assert "not asked" in unasked
    assert 'title="unknown">?' in unasked
    words = page.partition(">Word that must not leave ")[2].partition("</tr>")[0]
    assert "No words are listed" in words


def test_what_closes_a_gate_is_counted_and_listed_alike(
    own_office: Path, as_role: Callable[[str], Client]
) -> None:
    path = own_office / "policy.toml"
    text = path.read_text().replace(
        "[rules.license-denied]\n", '[rules.license-denied]\nunknown = "fail"\n', 1
    )
    asking = '[[rules.license-denied.licenses]]\nlicenses = ["Apache-2.0"]\nverdict = "ask"\n'
    path.write_text(f"{text}\n{asking}")
    found = figure_of(legal_state, _looks()).value
    assert found is not None
    viewer = as_role("viewer")
    listed = rows(viewer, "/violations/")
    assert found.failing == sum(bool(row["gate"]) for row in listed)
    assert found.failing > sum(
        row["state"] == "fail" for row in listed
    )  # nobody can say of some, which closes, too
    counted = viewer.get("/violations/?gate=true&format=json")
    assert len(json.loads(b"".join(counted.streaming_content))["rows"]) == found.failing  # type: ignore[attr-defined]


def test_who_grants_an_exception_takes_it_back(own_office: Path, as_role: Callable[[str], Client]) -> None:
    name = _except(own_office, project="shop-api")
    other = _except(own_office, rule="vulnerability", project="shop-api")
    legal, address = as_role("legal"), f"/exceptions/{name}/"
    assert "Take it back" in legal.get(address).content.decode()
    assert "Take it back" not in legal.get(f"/exceptions/{other}/").content.decode()
    assert legal.post(f"/exceptions/{other}/", {"reason": "x"}).status_code == 403
    assert as_role("viewer").post(address, {"reason": "x"}).status_code == 403
    assert legal.post(address, {"reason": " "}).status_code == 422
    assert legal.post(address, {"reason": "mended\nsince"}).status_code == 302
    text = (own_office / "decisions/exceptions.toml").read_text()
    assert "# taken back by legal: mended since" in text
    found = legal.get(address).content.decode()
    assert "withdrawn" in found
    assert "Take it back" not in found
    states = {row["key"]: row["state"] for row in rows(legal, "/exceptions/")}
    assert (states[name], states[other]) == ("withdrawn", "ends-soon")
    last = AuditEntry.objects.order_by("-id")[0]
    assert (last.action, last.subject, last.detail) == ("exception.end", name, "mended\nsince")
    assert legal.post(address, {"reason": "again"}).status_code == 403


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
    without = legal.post(address, said | {"what": "choose"})
    assert without.status_code == 422  # nothing offers alternatives here
    left = {each["key"] for each in rows(legal, "/legal/undecided/")} - {row["key"]}
    went_on = legal.post(address, said)
    assert went_on.status_code == 302
    assert went_on["Location"] in {f"/legal/decide/{key}/" for key in left} | {"/legal/undecided/"}
    (kept,) = Workspace(own_office).license_decisions().conclude
    assert (kept.package, kept.license, kept.by) == ("pkg:pypi/frame", "MIT", "legal")
    assert "frame" not in {row["name"] for row in rows(legal, "/legal/undecided/")}
    known = {row["key"]: row for row in rows(legal, "/licenses/")}
    assert known["MIT"]["people"] == 1
    assert "its LICENSE file" in legal.get("/licenses/MIT/").content.decode()


@pytest.mark.usefixtures("office")
def test_alternatives_are_offered_where_there_are_some() -> None:
    plain = {"package": "pkg:npm/a", "license": "MIT"}
    assert "product" not in Decision().of(plain).fields
    several = plain | {"license": "MIT OR GPL-2.0-only"}
    form = Decision(
        {"what": "choose", "license": "ISC", "product": "Shpo", "reason": "r"}, initial={"license": "x"}
    ).of(several)
    assert "One of: MIT; GPL-2.0-only" in str(form)
    assert not form.is_valid()
    assert form.errors["product"] == ["No product is called so. There are Shop, Till."]


@pytest.mark.usefixtures("own_office")
def test_what_a_record_refuses_is_said_at_its_field(own_office: Path) -> None:
    several = {"package": "pkg:npm/a", "license": "MIT OR GPL-2.0-only"}
    form = Decision({"what": "choose", "license": "ISC", "product": "", "reason": "r"}).of(several)
    assert form.is_valid()
    with pytest.raises(SettingsError) as caught:
        act(form, several, "legal@acme.example")(Workspace(own_office))
    refuse(form, caught.value, {"chosen": "license"})
    assert form.errors == {"license": ["'ISC' is no alternative of MIT OR GPL-2.0-only."]}


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
@pytest.mark.parametrize("asked", [{"project": "till"}, {"product": "Shop"}])
def test_nobody_waits_for_notices_of_very_much(
    as_role: Callable[[str], Client], asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_PACKAGES", 1)
    page = as_role("viewer").get("/legal/notices/file/", asked)
    assert page.status_code == 413
    assert "too many to wait for" in page.content.decode()


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
