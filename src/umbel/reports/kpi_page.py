# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""KPIs as a page that stands alone: a picture each by petal, what moved, and all numbers in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel._version import __version__
from umbel.frameworks.indicators.sentences import percent
from umbel.frameworks.kpi_words import change, figure, of, told
from umbel.frameworks.kpis import moved
from umbel.reports import kpi_chart
from umbel.reports.listing import Column, table
from umbel.reports.markup import Html, element, short
from umbel.reports.page import asset, document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.frameworks.interface import Kpi
    from umbel.frameworks.kpis import Group

TITLE = "Key figures"
_WIDTH = 410
_COLUMNS = [
    Column("Figure", "wide"),
    Column("As of", "day"),
    Column("Value", "number"),
    Column("Of"),
    Column("Known", "number"),
    Column("Why unknown", "wide"),
]


def page(kpis: Sequence[Kpi], groups: Iterable[Group], name: str | None = None) -> str:
    """The whole page. `name` is whose figures they are. Pure: equal figures give equal bytes."""
    about = element(
        "div",
        element("p", TITLE, class_="kicker"),
        element("h1", element("bdi", short(name or "The whole program", 120))),
    )
    dates = [element("dt", "As of"), element("dd", f"{kpis[0].now.as_of:%Y-%m-%d}")] if kpis else []
    top = element("header", asset("mark.svg"), about, element("dl", *dates, class_="when"), class_="top")
    known = [kpi for kpi in kpis if any(point.reading.value is not None for point in kpi.series)]
    lead = f"{len(known)} of {len(kpis)} figures are known. A question mark is a day of which nobody knows, "
    lead += "a hollow column one of which too little was looked at."
    parts = [_group(group, known) for group in groups]
    rest = [_unknown([kpi for kpi in kpis if kpi not in known]), _numbers(known)]
    body = [element("p", lead, class_="lead"), *parts, *rest]
    words = f"Made by umbel {__version__}. What is marked as stated was told by people or another system, not observed."
    footer = element("footer", element("p", words))
    title = f"{TITLE} · {short(name, 80)}" if name else TITLE
    return document(title, top, element("main", *body), footer)


def _group(group: Group, known: Sequence[Kpi]) -> Html:
    mine = [kpi for kpi in known if kpi.indicator.name in group.kpis]
    if not mine:
        return Html()
    drawn = element("div", *map(_figure, mine), class_="vitals")
    place = f"kpis-{group.petal}"
    return element(
        "section",
        element("h2", group.title, id=f"{place}-title"),
        drawn,
        id=place,
        aria_labelledby=f"{place}-title",
    )


def _figure(kpi: Kpi) -> Html:
    said = kpi.indicator
    notes = [kpi.now.sentence or kpi.now.why or ""]
    if (found := moved(kpi)) is not None:
        notes.append(f"Since {found.before.end}: {change(found.before.reading, found.now.reading, said)}.")
    notes += [f"Goal {aim.goal}: {aim.sentence}" for aim in kpi.targets]
    if kpi.forecast is not None:
        notes.append(f"If nothing changes: {_stretch(kpi)} on {kpi.forecast.end}. {kpi.forecast.how}")
    drawn = kpi_chart.draw([kpi], name=f"kpi-{said.name}", columns=1, width=_WIDTH)
    return element(
        "figure", drawn, *(element("p", short(each, 400), class_="note") for each in notes if each)
    )


def _stretch(kpi: Kpi) -> str:
    said, later = kpi.indicator, kpi.forecast
    ends = (later.low, later.high) if later else ()
    return " to ".join(figure(value, said.unit, said.currency) for value in ends)


def _unknown(kpis: Sequence[Kpi]) -> Html:
    if not kpis:
        return Html()
    lines = [
        element(
            "li",
            element("b", short(kpi.indicator.title, 120)),
            f": {short(kpi.now.why or 'nobody knows', 300)}",
        )
        for kpi in kpis
    ]
    return element(
        "section",
        element("h2", "What nobody knows yet", id="unknown-title"),
        element("ul", *lines, class_="said"),
        aria_labelledby="unknown-title",
    )


def _numbers(kpis: Sequence[Kpi]) -> Html:
    if not kpis:
        return Html()
    rows = [
        (
            kpi.indicator.title + (" (stated)" if point.reading.stated else ""),
            str(point.end),
            None if point.reading.value is None else told(point.reading, kpi.indicator),
            of(point.reading, kpi.indicator) or "–",
            "–" if point.reading.coverage is None else percent(point.reading.coverage),
            point.reading.why or "–",
        )
        for kpi in kpis
        for point in kpi.series
    ]
    return element(
        "section",
        element("h2", "All numbers", id="numbers-title"),
        table("numbers", _COLUMNS, rows),
        aria_labelledby="numbers-title",
    )
