# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every figure answers "why?": its definition, how it is computed, its rows, the evidence's versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.frameworks.indicators.catalog import catalog
from umbel.metrics.definition import catalog as metrics_catalog
from umbel.office.pages.why import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    SignedIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


def test_every_indicator_says_how_it_is_computed() -> None:
    every = catalog()
    for name in every.names:
        way = told.way(every.get(name))
        assert way.words, name
        assert way.metric or way.code, name
        assert way.file.startswith("umbel/frameworks/indicators/"), way.file


@pytest.mark.usefixtures("office")
def test_every_figure_is_in_one_list_that_is_searched(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    whole = viewer.get("/why/").context["page"]
    assert whole.total == len(catalog().names) + len(metrics_catalog().metrics)
    found = viewer.get("/why/?q=licence&known=true")
    rows = found.context["page"].rows
    assert 0 < len(rows) < whole.total
    assert all(
        row["known"] and "licen" in f"{row['title']}{row['says']}{row['question']}".casefold() for row in rows
    )
    assert f'href="/why/indicator/{rows[0]["name"]}/"' in found.content.decode()
    assert viewer.get("/why/?q=unkonwn+licenecs").context["page"].forgiven
    sheet = viewer.get("/why/?format=csv&scope=a+project").getvalue().decode()
    assert sheet.count(",a project,") == len(metrics_catalog().metrics)


@pytest.mark.usefixtures("office")
def test_an_indicator_tells_numerator_rows_and_versions(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/why/indicator/inventory_coverage/")
    reading = page.context["reading"]
    assert reading.numerator <= reading.denominator
    text = page.content.decode()
    assert "FROM asked" in text
    assert any(each.table == "snapshots" for each in page.context["provenance"].tables)
    assert any(each.framework == "flower" for each in page.context["uses"])
    assert str(told._HOME) not in text  # noqa: SLF001 - that no place of this machine is told


@pytest.mark.usefixtures("office")
def test_an_indicator_of_a_function_shows_its_source(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/why/indicator/published_projects/")
    assert "def published_projects" in page.content.decode()
    assert page.context["way"].language == "Python"


@pytest.mark.usefixtures("office")
def test_a_metric_tells_its_query_and_what_it_says_of_one(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    page = viewer.get("/why/metric/active_contributors/", {"of": "till"})
    (found,) = page.context["result"].found
    assert found.subject == "till"
    assert "SELECT" in page.content.decode().upper()
    upstream = viewer.get("/why/metric/active_contributors/", {"of": "git.example/acme/frame"})
    assert upstream.context["result"].found
    hostile = viewer.get("/why/metric/active_contributors/", {"of": "<script>alert(1)</script>"})
    assert hostile.status_code == 200
    assert "<script>alert" not in hostile.content.decode()
    assert not hostile.context["result"].found


@pytest.mark.usefixtures("office")
def test_what_is_none(as_role: SignedIn) -> None:
    viewer = as_role("viewer")
    assert viewer.get("/why/indicator/nonesuch/").status_code == 404
    assert viewer.get("/why/metric/nonesuch/").status_code == 404
    assert viewer.get("/why/practice/?of=flower/nonesuch").status_code == 302
    assert viewer.get("/why/practice/?of=//evil.example").headers["Location"] == "/office/"
    there = viewer.get("/why/practice/?of=flower/office-inventory").headers["Location"]
    assert there == "/office/frameworks/flower/office-inventory/"


@pytest.mark.usefixtures("office")
def test_an_edition_says_what_it_stands_on(as_role: SignedIn) -> None:
    page = as_role("viewer").get("/why/edition/")
    provenance = page.context["provenance"]
    assert {each.lake for each in provenance.tables} == {"ours", "upstream"}
    assert any(each.path == "umbel.toml" and len(each.sha256) == 64 for each in provenance.records)
    assert page.context["figures"]
