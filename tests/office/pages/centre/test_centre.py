# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office's own pages: frameworks with their evidence, answers by those who may give them, what is public."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    SignedIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("office")
def test_every_framework_stands_with_its_denominator(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/office/").content.decode()
    assert 'href="/office/frameworks/flower/"' in page
    assert 'href="/office/frameworks/iso-5230/"' in page
    assert "of 47" in " ".join(page.replace("&nbsp;", " ").split()) or "of <span" in page
    assert "How it stands" in page
    assert "Next actions" in page


@pytest.mark.usefixtures("office")
def test_a_practice_says_what_answers_it_and_what_would_change_it(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/office/frameworks/flower/office-inventory/").content.decode()
    assert "have an inventory" in page
    assert "/why/indicator/inventory_coverage/" in page
    assert "at least 0.5" in page
    assert "Answer for it" not in page  # evidence answers it


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "path",
    [
        "/office/frameworks/nonesuch/",
        "/office/frameworks/flower/nonesuch/",
        "/office/questions/%3Cscript%3E/",
    ],
)
def test_what_is_not_there_is_told_as_such(as_role: SignedIn, path: str) -> None:
    answer = as_role("viewer").get(path)
    assert answer.status_code == 404
    assert "<script>" not in answer.content.decode()


def test_an_answer_is_written_down_by_those_who_may(own_office: Path, as_role: SignedIn) -> None:
    said = {
        "says": "met",
        "owner": "cto@acme.example",
        "reason": 'Half a page, "signed" <b>',
        "proof": "javascript:alert(1)",
    }
    assert as_role("viewer").post("/office/questions/mandate/", said).status_code == 403
    assert not (own_office / "decisions/attestations.toml").exists()
    answer = as_role("legal").post("/office/questions/mandate/", said)
    assert answer.status_code == 302
    (entry,) = tomllib.loads((own_office / "decisions/attestations.toml").read_text())["attestations"]
    assert entry["claim"] == "mandate"
    assert entry["by"] == "legal"
    assert entry["reason"] == said["reason"]
    assert Entry.objects.get(action="attestation.add").actor == "legal"
    page = as_role("viewer").get(answer.headers["Location"]).content.decode()
    assert "&lt;b&gt;" in page
    assert 'href="javascript' not in page


def test_an_answer_that_can_not_be_keeps_what_was_typed(own_office: Path, as_role: SignedIn) -> None:
    said: dict[str, Any] = {"says": "met", "owner": "cto@acme.example", "until": "1999-01-01"}
    answer = as_role("office").post("/office/questions/mandate/", said)
    assert answer.status_code == 422
    assert "cto@acme.example" in answer.content.decode()
    assert not (own_office / "decisions/attestations.toml").exists()


def test_publishing_is_the_offices_to_decide(own_office: Path, as_role: SignedIn) -> None:
    said = {"project": "till", "reason": "Everybody may see it"}
    assert as_role("contributor").post("/office/published/", said).status_code == 403
    assert as_role("office").post("/office/published/", said).status_code == 302
    (entry,) = tomllib.loads((own_office / "decisions/published.toml").read_text())["published"]
    assert (entry["project"], entry["by"]) == ("till", "office")
    page = as_role("viewer").get("/office/published/").content.decode()
    assert "Everybody may see it" in page
    assert '<form method="post"' not in page.split("<main", 1)[1]


@pytest.mark.usefixtures("office")
def test_the_plan_is_narrowed_by_petal_and_effort(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    whole = viewer.get("/office/plan/").context["chosen"]
    legal = viewer.get("/office/plan/?petal=legal&effort=small").context["chosen"]
    assert 0 < len(legal.moves) < len(whole.moves) == whole.whole
    assert all("legal" in each.petals and each.effort == "small" for each in legal.moves)
    assert not viewer.get("/office/plan/?petal=%3Cb%3E").context["chosen"].moves


@pytest.mark.usefixtures("office")
def test_the_plan_says_first_what_matters_and_the_rest_when_asked(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    first, whole = (viewer.get(f"/office/plan/{asked}").context for asked in ("", "?all=1"))
    assert len(first["moves"]) == 15 < len(whole["moves"]) == first["chosen"].whole
    kinds = [each.title for each in first["doing"]]
    assert len(kinds) == len(set(kinds))


@pytest.mark.usefixtures("office")
def test_a_framework_shows_the_practices_of_a_part(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    whole = viewer.get("/office/frameworks/flower/").context["sections"]
    legal = viewer.get("/office/frameworks/flower/?part=legal").context
    petal = viewer.get("/legal/").context["petal"]
    asked = [answer for each in legal["sections"] for group in each.groups for answer in group.answers]
    assert legal["narrowed"]
    assert len([each for each in asked if each.counts]) == petal.counted
    assert all("legal" in each.practice.petals for each in asked)
    assert sum(each.counted for each in whole) == viewer.get("/office/").context["frameworks"][0].part.counted
    assert not viewer.get("/office/frameworks/flower/?part=%3Cb%3E").context["sections"]


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("path", ["/office/", "/management/", "/business/", "/legal/"])
def test_a_page_of_a_petal_shows_the_few_things_that_matter(as_role: SignedIn, path: str) -> None:
    page = as_role("viewer").get(path)
    text, petal = page.content.decode(), page.context["petal"]
    assert text.count("/why/practice/?of=") <= 3 < len(petal.moves)
    assert f"?part={petal.id}#practices" in text
    assert "No goal speaks of this part" not in text or not petal.goals


@pytest.mark.usefixtures("office")
def test_sources_say_what_was_looked_at(as_role: SignedIn) -> None:
    found = as_role("viewer").get("/office/sources/").context["sources"]
    assert found.totals.projects >= 6
    assert {each.collector for each in found.sources} >= {"requirements_txt"}
    assert all(each.documents >= each.partial for each in found.sources)


@pytest.mark.usefixtures("empty_office")
def test_an_empty_office_claims_nothing(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    assert "Nothing was collected yet" in viewer.get("/office/sources/").content.decode()
    assert viewer.get("/office/published/").status_code == 200
    assert viewer.get("/office/means/").status_code == 200


@pytest.mark.usefixtures("office")
def test_pages_ask_the_database_no_more_for_more_rows(
    as_role: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = as_role("viewer")
    for path in ("/office/", "/office/plan/", "/office/questions/", "/why/"):
        viewer.get(path)
        with django_assert_max_num_queries(8):  # session, account, roles, addresses, inbox: none by row
            viewer.get(path)


def test_all_questions_are_offered_until_they_are_shown(
    office: Path, as_role: Callable[[str], Client]
) -> None:
    assert office
    client = as_role("viewer")
    first, every = (client.get(f"/office/questions/{query}") for query in ("", "?all=1"))
    assert "Show all" in first.content.decode()
    assert "Show all" not in every.content.decode()
    assert len(first.context["others"]) < len(every.context["others"])
    assert len(every.context["first"]) + len(every.context["others"]) == every.context["number"]
