# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps projects alive, on the portfolio page and on a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports import pages
from umbel.reports import columns, health, portfolio

if TYPE_CHECKING:
    from pathlib import Path

replace = msgspec.structs.replace


def test_sentences_come_first_and_each_project_is_told_apart() -> None:
    told = [pages.health("acme/project-00000"), pages.health("acme/project-00001", None)]
    text = pages.Page(portfolio.render(pages.facts(health=told))).text()
    assert "1 of 4 projects has a git history that tells something" in text
    assert text.index("Two people make half of the changes.") < text.index("Nothing can be said")


def test_what_is_unknown_is_said_and_not_drawn() -> None:
    facts = pages.facts(health=[pages.health("shop", None)])
    assert health.trends(facts.health[0]) == []
    page = pages.Page(portfolio.render(facts))
    assert "shop" in page.text("bdi")
    assert page.text("td").count("unknown") > pages.Page(portfolio.render(pages.facts())).text("td").count(
        "unknown"
    )


def test_a_chart_says_its_numbers_to_those_who_cannot_see_it() -> None:
    trend = health.trends(pages.health("shop"))[0]
    svg = columns.draw(trend, name="x", description="12 columns")
    assert svg.count('class="bar"') == 11
    assert svg.count('class="bar-unknown"') == 1
    page = health.page(pages.facts(), pages.health("shop"))
    assert f"12 columns from {trend.ends[0]} to 2026-03-01: 0, 1, 2, unknown, 4" in page
    assert "<td>unknown</td>" in page


@given(st.lists(st.none() | st.floats(0, 1e12), min_size=1, max_size=40))
def test_columns_stand_in_the_order_of_their_values(values: list[float | None]) -> None:
    drawn = columns.heights(values)
    assert all(0 < height <= columns.HEIGHT for height in drawn)
    known = sorted((v, h) for v, h in zip(values, drawn, strict=True) if v is not None)
    assert [h for _, h in known] == sorted(h for _, h in known)


def test_without_histories_the_page_says_how_to_collect_them() -> None:
    text = pages.Page(portfolio.render(pages.facts())).text()
    assert "No git history was collected" in text
    assert "umbel collect PATH" in text


def test_only_so_many_projects_are_told_in_sentences() -> None:
    many = [pages.health(f"p{n:03}", None) for n in range(health.MOST_CARDS + 6)]
    page = portfolio.render(pages.facts(health=many))
    assert page.count('class="vital"') == health.MOST_CARDS
    assert f"The first {health.MOST_CARDS} of {len(many)} projects in sentences are shown" in page
    assert page.count(">p029<") == 1


def test_a_page_about_one_project_has_every_figure_with_its_reason(tmp_path: Path) -> None:
    facts = pages.facts()
    path = health.write(facts, pages.health("shop", None), tmp_path / "shop.html")
    page = pages.Page(path.read_text())
    assert "Contributor absence factor" in page.text()
    assert "umbel health shop --as-of" in page.text()
    assert health.page(facts, pages.health("shop")) == health.page(facts, pages.health("shop"))


@pytest.mark.parametrize("said", pages.HOSTILE, ids=range(len(pages.HOSTILE)))
def test_hostile_names_stay_texts(said: str) -> None:
    plain = pages.Page(health.page(pages.facts(), pages.health("shop")))
    hostile = replace(pages.health("shop"), project=said, sentences=[said])
    page = pages.Page(health.page(pages.facts(), hostile))
    assert page.shape() == plain.shape()
