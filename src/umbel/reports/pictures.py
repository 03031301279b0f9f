# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio page's charts, each with its numbers and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.reports.charts import Bar, draw, share
from umbel.reports.figures import count
from umbel.reports.markup import Html, element, short
from umbel.reports.why import command, query, why

if TYPE_CHECKING:
    from umbel.reports.facts import Facts


class _Chart(msgspec.Struct, frozen=True):
    name: str
    title: str
    line: str
    bars: list[Bar]
    whole: int
    because: Html


def section(facts: Facts) -> Html:
    """All charts as a section of the page."""
    drawn = [
        _drawn(chart) for chart in (_by_ecosystem(facts), _by_category(facts), _by_use(facts), _by_age(facts))
    ]
    title = element("h2", "In pictures", id="charts-title")
    grid = element("div", *drawn, class_="charts")
    return element("section", title, grid, id="charts", aria_labelledby="charts-title")


def _drawn(chart: _Chart) -> Html:
    caption = element(
        "figcaption",
        element("h3", chart.title),
        element("p", f"a full line is {chart.line}"),
    )
    if not any(bar.count for bar in chart.bars):
        return element(
            "figure",
            caption,
            element("p", "Nothing to show: there is no inventory.", class_="note"),
            chart.because,
        )
    said = "; ".join(
        f"{short(bar.label, 80)} {bar.count:,} ({share(bar.count, chart.whole)})" for bar in chart.bars
    )
    description = f"Bars; a full line is {chart.line}. {said}."
    svg = draw(chart.bars, chart.whole, name=chart.name, title=chart.title, description=description)
    return element("figure", caption, svg, chart.because)


def _by_ecosystem(facts: Facts) -> _Chart:
    because = why(
        facts,
        "Packages by ecosystem",
        "The ecosystem is the type of the purl. Packages without a purl are unknown.",
        command(facts, "inventory", "--by", "ecosystem", "--limit", "0"),
        bars=facts.ecosystems,
    )
    whole = facts.totals.packages
    line = count(whole, "package")
    return _Chart("ecosystems", "Packages by ecosystem", line, facts.ecosystems, whole, because)


def _by_category(facts: Facts) -> _Chart:
    because = why(
        facts,
        "Components by license category",
        "The category of the license that documents give, by the index of license-expression. Where they "
        "give several of differing categories, the documents disagree. Each component counts once.",
        query(
            facts,
            "SELECT licenses, count(*) AS components FROM (SELECT package, version, "
            "list(DISTINCT license ORDER BY license) FILTER (WHERE license IS NOT NULL) AS licenses "
            "FROM usage",
            " GROUP BY package, version) GROUP BY licenses ORDER BY components DESC",
        ),
        bars=facts.categories,
    )
    title = "Components by license category"
    whole = facts.totals.components
    return _Chart("categories", title, count(whole, "component"), facts.categories, whole, because)


def _by_use(facts: Facts) -> _Chart:
    because = why(
        facts,
        "Most used packages",
        "Projects that have the package in any version, directly or through others.",
        command(facts, "inventory", "--by", "package", "--limit", str(len(facts.most_used) or 15)),
        bars=facts.most_used,
    )
    whole = facts.totals.projects_with_evidence
    line = f"{count(whole, 'project')} with an inventory"
    return _Chart("most-used", "Most used packages", line, facts.most_used, whole, because)


def _by_age(facts: Facts) -> _Chart:
    because = why(
        facts,
        "Age of evidence",
        "Days from a project's newest document to the day of this page: a week is 7, a month 31, "
        "three months 92, a year 366 days.",
        command(facts, "coverage", "--limit", "0"),
        bars=facts.ages,
    )
    whole = len(facts.projects)
    return _Chart("ages", "Age of evidence", count(whole, "project"), facts.ages, whole, because)
