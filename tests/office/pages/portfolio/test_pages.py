# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The pages of the portfolio over the Acme estate: what they show, to whom, and what they do with odd questions."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.office.estate import SECRET, UPSTREAM

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import DjangoAssertNumQueries

    from umbel.office.accounts.models import User

pytestmark = pytest.mark.django_db
OUTER, INNER = "pkg:npm/outer", "pkg:npm/inner"
LISTS = ("projects", "packages", "components", "upstreams", "people")
PROJECT = (
    "project",
    "project-graph",
    "project-risks",
    "project-licenses",
    "project-health",
    "project-history",
)
PACKAGE = (
    "package",
    "package-versions",
    "package-history",
    "package-licenses",
    "package-advisories",
    "package-upstream",
)
UPSTREAMS = ("upstream", "upstream-health", "upstream-people", "upstream-control", "upstream-funding")


def text(client: Client, address: str, status: int = 200) -> str:
    found = client.get(address)
    assert found.status_code == status, (address, found.status_code)
    body = b"".join(found.streaming_content) if found.streaming else found.content  # type: ignore[attr-defined]
    return body.decode()


@pytest.fixture
def viewer(office: Path, as_role: Callable[[str], Client]) -> Client:  # noqa: ARG001 - serves the estate
    return as_role("viewer")


def every_address() -> list[str]:
    return [
        *(reverse(name) for name in LISTS),
        *(reverse(name, args=["shop-web"]) for name in PROJECT),
        *(reverse(name, args=["lonely"]) for name in PROJECT),
        *(reverse(name, args=[INNER]) for name in PACKAGE),
        *(reverse(name, args=[UPSTREAM]) for name in UPSTREAMS),
    ]


def test_every_page_shows_what_it_is_of(
    viewer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    text(viewer, reverse("projects"))
    for address in every_address():
        with django_assert_max_num_queries(8):  # however many rows there are
            page = text(viewer, f"{address}?per=500" if "-/" not in address else address)
        assert "<h1>" in page
        assert "being worked out" not in page, address
        for forbidden in (' style="', "<script>", " onclick", " onload"):
            assert forbidden not in page, (address, forbidden)


def test_lists_hold_what_is_there(viewer: Client) -> None:
    told = json.loads(text(viewer, "/packages/?format=json"))
    inner = next(row for row in told["rows"] if row["key"] == INNER)
    assert inner["severity"] == "critical"
    assert inner["projects"] == 5
    assert told["total"] == told["whole"] == len(told["rows"])
    projects = json.loads(text(viewer, "/projects/?format=json"))["rows"]
    shop = next(row for row in projects if row["key"] == "shop-web")
    assert (shop["components"], shop["evidence"], shop["fail"]) == (3, "complete", 1)


def test_search_filters_order_and_chips(viewer: Client) -> None:
    page = text(viewer, "/packages/?q=inner&severity=critical&sort=name")
    assert 'aria-sort="ascending"' in page
    assert "1</strong> of" in page.replace("<strong>", "")
    assert 'href="?q=inner&amp;sort=name"' in page, "each filter can be taken away by itself"
    assert "None of" in text(viewer, "/packages/?severity=low")
    assert "alike" in text(viewer, "/packages/?q=only-shopweb")


def test_a_form_with_blanks_leads_to_a_clean_address(viewer: Client) -> None:
    found = viewer.get("/packages/?q=&severity=critical&projects.from=2&projects.to=")
    assert (found.status_code, found["Location"]) == (302, "/packages/?projects=2..&severity=critical")


def test_what_is_taken_away_is_what_was_seen(viewer: Client) -> None:
    for address in (
        "/packages/?license=MIT&sort=-name",
        "/components/?q=inner",
        "/projects/shop-web/?direct=true",
    ):
        sheet = list(csv.DictReader(io.StringIO(text(viewer, f"{address}&format=csv").lstrip("\ufeff"))))
        told = json.loads(text(viewer, f"{address}&format=json"))
        assert [row["key"] for row in sheet] == [row["key"] for row in told["rows"]]
        assert told["total"] == len(sheet) > 0
    assert viewer.get("/packages/?format=xlsx").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "page=99",
        "per=500",
        "sort=nothing",
        "projects=a..b",
        "q=%00",
        "q='\"<b>&license=<b>",
        "ended=maybe",
        "q=" + "a" * 900,
    ],
)
def test_odd_questions_are_answered(viewer: Client, query: str) -> None:
    for address in ("/packages/", "/projects/shop-web/", f"/packages/{INNER}/"):
        found = viewer.get(f"{address}?{query}", follow=True)
        assert found.status_code == 200, address
        assert "<b>" not in found.content.decode()


def test_the_graph_lights_up_the_way(viewer: Client) -> None:
    address = reverse("project-graph", args=["shop-web"])
    page = text(viewer, f"{address}?to=inner")
    assert "is 2 steps away" in page
    assert page.count('class="edge lit"') == 2
    assert "<svg" in page and "needed by" in page  # noqa: PT018 - the picture and its twin
    exact = text(viewer, f"{address}?to={INNER}@2.0.0")
    assert "is 2 steps away" in exact
    assert "Did you mean" in text(viewer, f"{address}?to=iner")
    assert "Nothing in this project is called" in text(viewer, f"{address}?to=pkg:npm/absent")
    under = text(viewer, f"{address}?under=outer&most=x")
    assert "Only what" in under and "only-shop-web" not in under  # noqa: PT018


def test_the_way_tells_who_asks_and_where(viewer: Client) -> None:
    page = viewer.get(f"{reverse('project-graph', args=['shop-web'])}?to=inner")
    asks = page.context["asks"]
    assert [(ask.by, ask.of) for ask in asks] == [("shop-web", "outer 1.0.0"), ("outer 1.0.0", "inner 2.0.0")]
    assert [document.place for document in asks[0].documents] == ["shop-web.json"]
    beneath = viewer.get(f"{reverse('project-graph', args=['shop-web'])}?under=outer&to=inner")
    assert [(ask.by, ask.of) for ask in beneath.context["asks"]] == [("outer 1.0.0", "inner 2.0.0")]
    assert '<span class="way-start">…' in beneath.content.decode(), "what stands above it isn't told"


def test_how_a_package_came_in_leads_to_its_way(viewer: Client) -> None:
    page = text(viewer, reverse("package", args=[INNER]))
    assert f"{reverse('project-graph', args=['shop-web'])}?to=pkg%3Anpm%2Finner%402.0.0" in page


def test_a_history_names_no_folder_of_a_machine(viewer: Client) -> None:
    page = text(viewer, reverse("project-history", args=["shop-web"]))
    assert "file:" not in page
    assert "shop-web.json" in page
    assert "/sboms" not in page
    assert text(viewer, reverse("project-history", args=["shop-web"]) + "?page=x")


def test_people_of_an_upstream_project(viewer: Client) -> None:
    page = viewer.get(reverse("upstream-people", args=[UPSTREAM]))
    people = page.context["people"]
    assert people
    assert all(each["name"] is None for each in people), "nobody wished to be named"
    assert people[0]["people"] >= len([each for each in people if not each["bot"]]) > 0
    assert reverse("person", args=[people[0]["person"]]) in page.content.decode()
    assert "@" not in page.content.decode().split("<table", 1)[1].split("</table>")[0]


def test_rules_that_were_not_asked_are_not_passed(viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from umbel.office.pages.portfolio import packages, projects
    from umbel.office.pages.portfolio.gaps import Unasked

    unknown = Unasked("malicious", "No advisories are known here.", "umbel sync advisories")
    gaps = {"security": [unknown], "licenses": [], "other": []}
    address = reverse("project-risks", args=["shop-web"])
    asked = viewer.get(address).content.decode()
    assert ("No rule on vulnerabilities found anything here." in asked) is (
        "Nobody can say: known" not in asked
    )
    for module in (projects, packages):
        monkeypatch.setattr(module, "gaps_of", lambda _: gaps)
    for unasked in (text(viewer, address), text(viewer, reverse("package-advisories", args=[OUTER]))):
        assert "No rule on vulnerabilities found" not in unasked
        assert "Nobody can say: malicious. No advisories are known here. <code>umbel sync adv" in unasked


def test_what_nobody_knows_is_said(viewer: Client) -> None:
    assert "No git history of it is known" in text(viewer, reverse("project-health", args=["shop-web"]))
    assert "unknown" in text(viewer, reverse("project-licenses", args=["lonely"]))
    assert "Nobody could tell which project" in text(viewer, reverse("package-upstream", args=[INNER]))


def test_histories_are_told(viewer: Client) -> None:
    page = text(viewer, reverse("upstream-health", args=[UPSTREAM]))
    assert "Commits a quarter" in page
    assert "Every figure" in page


@pytest.mark.parametrize("name", ["absent", "../x", "<script>", "a\nb", "x" * 3000, "-"])
def test_what_is_not_there_is_a_clear_page(viewer: Client, name: str) -> None:
    for route in ("project", "project-graph", "package", "package-versions", "upstream", "person"):
        found = viewer.get(reverse(route, args=[name]))
        assert found.status_code == 404, route
        assert "<script>" not in found.content.decode()


class TestConfidential:
    """What belongs to a project that only its team may see."""

    @pytest.fixture(autouse=True)
    def _hide(self, office: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG002 - serves the estate
        from umbel.office.accounts import rules

        def hidden_from(user: User | None) -> frozenset[str]:
            return frozenset() if user is not None and user.name == "owner" else frozenset({SECRET})

        monkeypatch.setattr(rules, "hidden_from", hidden_from)

    def test_is_named_nowhere(self, as_role: Callable[[str], Client]) -> None:
        client = as_role("viewer")
        addresses = [
            *every_address(),
            *(reverse(name, args=[OUTER]) for name in PACKAGE),
            *(f"{reverse(name)}?format={kind}" for name in LISTS for kind in ("csv", "json")),
            f"{reverse('package', args=[OUTER])}?format=csv",
            "/packages/?q=bluebird",
            "/components/?q=bluebird",
            "/projects/?q=bluebird",
        ]
        for address in addresses:
            page = text(client, address)
            if "bluebird" not in address:
                assert "bluebird" not in page, address
            else:
                assert f"only-{SECRET}" not in page, address
                assert SECRET not in page, address

    def test_has_no_page(self, as_role: Callable[[str], Client]) -> None:
        client = as_role("viewer")
        for route in PROJECT:
            text(client, reverse(route, args=[SECRET]), 404)
        for route in PACKAGE:
            text(client, reverse(route, args=[f"pkg:npm/only-{SECRET}"]), 404)

    def test_is_not_counted_for_others(self, as_role: Callable[[str], Client]) -> None:
        def inner(client: Client) -> dict[str, Any]:
            rows = json.loads(text(client, "/packages/?format=json"))["rows"]
            found: dict[str, Any] = next(row for row in rows if row["key"] == INNER)
            return found

        viewer, owner = as_role("viewer"), as_role("owner")
        assert (inner(viewer)["projects"], inner(owner)["projects"]) == (4, 5)
        assert inner(viewer)["direct_share"] is None, "a share would tell how many there are"
        shown = viewer.get(reverse("package", args=[INNER])).context
        assert shown["row"]["projects"] == len({row["project"] for row in shown["page"].rows}) == 4
        versions = viewer.get(reverse("package-versions", args=[INNER])).context["versions"]
        assert sum(row["projects"] for row in versions) == 4

    def test_is_there_for_its_own(self, as_role: Callable[[str], Client]) -> None:
        client = as_role("owner")
        assert SECRET in text(client, reverse("project", args=[SECRET]))
        assert SECRET in text(client, reverse("package", args=[OUTER]))
        assert f"only-{SECRET}" in text(client, "/packages/")


def test_nothing_collected_is_said_kindly(empty_office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001
    client = as_role("viewer")
    for name, words in (
        ("projects", "no evidence"),
        ("packages", "No package"),
        ("people", "nobody is known"),
    ):
        assert words in text(client, reverse(name)), name


def test_a_past_day_is_asked_of_that_day(viewer: Client) -> None:
    rows: dict[str, Any] = {
        row["key"]: row for row in json.loads(text(viewer, "/projects/?as_of=2026-01-25&format=json"))["rows"]
    }
    assert "shop-web" in rows
    assert SECRET not in rows, "its first evidence is of a later day"
