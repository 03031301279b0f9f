# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Key figures, value and budgets: unknown stays unknown, figures can be taken away."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from django.utils.html import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    SignedIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


@pytest.mark.usefixtures("office")
def test_key_figures_stand_by_petal_with_why(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/management/kpis/")
    assert [each.petal for each in page.context["groups"]]
    text = page.content.decode()
    assert "/why/indicator/inventory_coverage/" in text
    for group in page.context["groups"]:
        for each in group.kpis:
            assert each.shown.known or each.shown.value == "?"


@pytest.mark.usefixtures("office")
def test_key_figures_can_be_taken_away(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    answer = viewer.get("/management/kpis/?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["kpi"] for row in rows} >= {"inventory_coverage"}
    assert viewer.get("/management/kpis/?format=exe").status_code == 422
    sheet = viewer.get("/management/kpis/?format=ods")
    assert sheet.headers["Content-Type"] == "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as file:
        assert file.namelist()[0] == "mimetype"
        tree = ET.fromstring(file.read("content.xml"))  # noqa: S314 - our own
    table = [["".join(cell.itertext()) for cell in row] for row in tree.iter(f"{TABLE}table-row")]
    assert table[0] == list(rows[0])
    assert [row[0] for row in table[1:]] == [row["kpi"] for row in rows]


@pytest.mark.usefixtures("office")
def test_one_key_figure_has_its_series_and_definition(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/management/kpis/inventory_coverage/")
    assert len(page.context["points"]) >= 2
    assert "SBOM" in page.context["defined"].definition
    assert as_role("viewer").get("/management/kpis/nonesuch/").status_code == 404


@pytest.mark.usefixtures("office")
def test_value_says_its_assumptions_and_what_is_left_out(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/management/value/")
    worth = page.context["worth"]
    assert worth.valued.assumptions
    text = page.content.decode()
    assert all(escape(each.what) in text for each in worth.valued.assumptions)
    assert all(escape(each.what) in text for each in worth.valued.total.unknown)
