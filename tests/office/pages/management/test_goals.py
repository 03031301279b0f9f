# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Goals: set, amended and ended by the office; told with their targets to everybody."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

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
GOAL = {
    "id": "all-known",
    "statement": "Every <b>licence</b> is known",
    "serves": "No product ships with a licence nobody read",
    "owner": "legal@acme.example",
    "review": "2099-01-31",
    "kpi_1": "inventory_coverage",
    "target_1": "95 %",
    "until_1": "2099-06-30",
}


def _goals(folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((folder / "decisions/goals.toml").read_text())["goals"]
    return [each for each in found if each["id"] == "all-known"]


def test_a_goal_is_set_amended_and_ended(own_office: Path, as_role: SignedIn) -> None:
    office = as_role("office")
    assert as_role("legal").post("/management/goals/new/", GOAL).status_code == 403
    assert office.post("/management/goals/new/", GOAL).status_code == 302
    (first,) = _goals(own_office)
    (aim,) = first["kpis"]  # type: ignore[misc]
    assert aim["target"] == 0.95  # type: ignore[has-type]
    assert "baseline" in aim  # type: ignore[has-type]
    page = as_role("viewer").get("/management/goals/all-known/")
    assert "Every &lt;b&gt;licence&lt;/b&gt; is known" in page.content.decode()
    assert page.context["targets"][0].target.kpi == "inventory_coverage"
    amended = {**GOAL, "statement": "Nearly every licence is known", "id": "another"}
    assert office.post("/management/goals/all-known/edit/", amended).status_code == 302
    assert _goals(own_office)[1]["id"] == "all-known"
    assert (
        office.post("/management/goals/all-known/end/", {"reason": "Done", "dropped": "on"}).status_code
        == 302
    )
    assert "dropped" in _goals(own_office)[2]
    actions = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["goal.add", "goal.amend", "goal.drop"]


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "wrong",
    [
        {"target_1": "many"},
        {"target_1": "nan"},
        {"kpi_1": "nonesuch"},
        {"until_1": ""},
        {"target_1": "9000 %"},
        {"id": "Not A Slug"},
        {"review": "soon"},
    ],
)
def test_what_can_not_be_is_said_at_the_form(as_role: SignedIn, wrong: dict[str, str]) -> None:
    answer = as_role("office").post("/management/goals/new/", {**GOAL, **wrong})
    assert answer.status_code == 422
    assert "Every &lt;b&gt;licence" in answer.content.decode()


def test_a_goal_is_there_at_once_while_its_figures_are_worked_out(
    own_office: Path, as_role: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.config()
    monkeypatch.setattr(config, "_current", lambda: msgspec.structs.replace(before, inline=False))
    office = as_role("office")
    answer = office.post("/management/goals/new/", GOAL)
    page = office.get(answer.headers["Location"])
    assert page.status_code == 200
    assert page.context["aimed"].fresh
    assert "written down a moment ago" in page.content.decode()
    assert {each.pursued.goal.id for each in office.get("/management/").context["goals"]} > {"all-known"}
    office.post("/management/goals/all-known/edit/", {**GOAL, "owner": "mate@acme.example"})
    form = office.get("/management/goals/all-known/edit/").context["form"]
    assert (
        form.initial["owner"] == "mate@acme.example"
    )  # what was written last, not what an edition remembers
    office.post("/management/goals/all-known/end/", {"reason": "Done"})
    page = office.get("/management/goals/all-known/")
    assert (page.context["aimed"].state, page.context["may"]) == ("ended", False)
    assert len(_goals(own_office)) == 3


def test_amending_changes_nothing_that_nobody_changed(own_office: Path, as_role: SignedIn) -> None:
    goals = own_office / "decisions/goals.toml"
    goals.write_text(
        goals.read_text()
        .replace("target = 0.0", "target = 0.0123456789\ncoverage = 0.5")
        .replace(
            'kpi = "unknown_licenses"', 'kpi = "unknown_licenses"\nbaseline = 0.25\nbaseline_on = 2026-01-05'
        )
    )
    office = as_role("office")
    form = office.get("/management/goals/licences-known/edit/").context["form"]
    said = {name: "" if value is None else str(value) for name, value in form.initial.items()}
    assert office.post("/management/goals/licences-known/edit/", said).status_code == 302
    (first, second) = tomllib.loads(goals.read_text())["goals"]
    assert second["kpis"] == first["kpis"]


@pytest.mark.usefixtures("office")
def test_a_goal_shows_the_course_of_its_figures(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/management/goals/licences-known/")
    assert [title for _, _, title, _ in page.context["charts"]] == ["Unknown licences"]
    text = page.content.decode()
    assert "data-chart" in text
    assert all(drawn["height"] for _, drawn, _, _ in page.context["charts"])  # else a browser draws it flat
    assert '"label": "2' in text  # what the pointer reads


@pytest.mark.usefixtures("office")
def test_a_goal_that_is_not_there(as_role: SignedIn) -> None:
    for path in ("/management/goals/gone/", "/management/goals/gone/edit/", "/management/goals/gone/end/"):
        assert as_role("office").get(path).status_code == 404
