# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office itself: written down on the web by the office, amended by later records, read by everybody."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    SignedIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db
ROLE = {"role": "Head of <b>open source</b>", "share": "50", "filled": "on", "does": "", "petal": "office"}
LINE = {"line": "Donations", "year": "2026", "amount": "1234567.5", "currency": "EUR", "actual": "100"}
PILOT = {
    "name": "Notices",
    "scope": "two teams",
    "start": "2026-01-01",
    "until": "2026-03-01",
    "measures": "each release has notices\n\n  nobody waits  ",
    "gate": "both teams want to keep it",
    "state": "running",
}


def _written(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "decisions/office.toml").read_text())


@pytest.mark.parametrize("role", ["viewer", "contributor", "legal", "security"])
@pytest.mark.usefixtures("office")
def test_only_the_office_writes_the_office_down(as_role: SignedIn, role: str) -> None:
    client = as_role(role)
    assert client.get("/office/means/people/").status_code == 403
    assert client.post("/office/means/people/", ROLE).status_code == 403
    page = client.get("/office/means/").content.decode().split("<main", 1)[1]
    assert "Add a role" not in page


def test_a_role_is_written_amended_and_taken_out(own_office: Path, as_role: SignedIn) -> None:
    office = as_role("office")
    assert office.post("/office/means/people/", ROLE).status_code == 302
    page = office.get("/office/means/")
    assert "Head of &lt;b&gt;open source&lt;/b&gt;" in page.content.decode()
    assert page.context["posts"] == 0.5
    of = {"of": ROLE["role"]}
    form = office.get("/office/means/people/", of)
    assert form.context["form"].initial["share"] == 50
    amended = {**ROLE, "role": "Another", "share": "80"}
    answer = office.post("/office/means/people/?of=" + ROLE["role"], amended)
    assert answer.status_code == 302
    assert [each["share"] for each in _written(own_office)["people"]] == [0.5, 0.8]
    assert {each["role"] for each in _written(own_office)["people"]} == {ROLE["role"]}
    assert office.post("/office/means/people/?of=" + ROLE["role"], {**ROLE, "gone": "on"}).status_code == 302
    assert not as_role("viewer").get("/office/means/").context["people"]
    assert office.get("/office/means/people/", of).status_code == 404
    assert [each.subject for each in Entry.objects.filter(action="office.record")] == [ROLE["role"]] * 3


def test_a_line_of_the_budget_keeps_its_figures(own_office: Path, as_role: SignedIn) -> None:
    office = as_role("office")
    assert office.post("/office/means/budget/", LINE).status_code == 302
    (key, line, spent) = office.get("/office/means/").context["spent"][0]
    assert (key, line.amount, spent.amount) == ("Donations / 2026", 1234567.5, 100)
    wrong = {**LINE, "series": "invoices"}
    answer = office.post("/office/means/budget/", wrong)
    assert answer.status_code == 422
    assert "can&#x27;t both be said" in answer.content.decode()
    assert len(_written(own_office)["budget"]) == 1
    assert office.post("/office/means/budget/", {**LINE, "currency": "euro"}).status_code == 422
    assert office.post("/office/means/budget/", {**LINE, "amount": "nan"}).status_code == 422


def test_a_pilot_whose_time_is_over_is_told(own_office: Path, as_role: SignedIn) -> None:
    office = as_role("office")
    assert office.post("/office/means/pilots/", PILOT).status_code == 302
    (pilot,) = _written(own_office)["pilots"]
    assert pilot["measures"] == ["each release has notices", "nobody waits"]
    assert "its time is over" in as_role("viewer").get("/office/means/").content.decode()
    answer = office.post("/office/means/pilots/", {**PILOT, "name": "Other", "until": "2025-01-01"})
    assert answer.status_code == 422


@pytest.mark.usefixtures("own_office")
def test_there_is_one_mandate(as_role: SignedIn) -> None:
    office = as_role("office")
    for words in ("Look after it", "Look after all of it"):
        said = {"statement": words, "sponsor": "Head of engineering"}
        assert office.post("/office/means/mandate/", said).status_code == 302
    (mandate,) = office.get("/office/means/").context["office"].mandate
    assert mandate.statement == "Look after all of it"
    assert office.get("/office/means/mandate/").context["form"].initial["statement"] == "Look after all of it"


@pytest.mark.usefixtures("office")
def test_what_is_not_there(as_role: SignedIn) -> None:
    office = as_role("office")
    assert office.get("/office/means/nonesuch/").status_code == 404
    assert office.get("/office/means/people/?of=Nobody").status_code == 404
