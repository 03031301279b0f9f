# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every indicator and every metric as one list, to be searched and filtered, with what it says now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from umbel.office import figures
from umbel.office.editions import Column, Kind, Listing
from umbel.office.pages.portfolio import live
from umbel.office.pages.portfolio.cells import HREF

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from umbel.frameworks.interface import Indicator, Reading
    from umbel.metrics.definition import Definition

PROGRAM, PROJECT = "the program", "a project"
FIGURES = Listing(
    name="figures",
    title="Figures",
    noun=("figure", "figures"),
    about="",
    columns=(
        Column(name="title", title="Figure", searched=True),
        Column(name="value", title="Value", about="As it stands on the day that is looked at."),
        Column(name="of", title="Of", shown=False, about="How many it is a figure of."),
        Column(
            name="says", title="What it says", searched=True, about="Or what it asks, or why nobody knows."
        ),
        Column(
            name="scope",
            title="Speaks of",
            filtered=True,
            about="Indicators speak of the whole program, metrics of one project at a time.",
        ),
        Column(name="petal", title="Petal", filtered=True, shown=False),
        Column(name="known", title="Known", kind=Kind.YES, filtered=True, shown=False),
        Column(name="stated", title="Stated by people", kind=Kind.YES, filtered=True, shown=False),
        Column(name="unit", title="Unit", filtered=True, shown=False),
        Column(name="coverage", title="How much is known", kind=Kind.SHARE, filtered=True, shown=False),
        Column(name="question", title="Question", searched=True, shown=False),
        Column(name="name", title="Name", searched=True, shown=False),
    ),
    order="title",
    rows=lambda _: live.nothing(),
    empty="No figure is defined.",
)


def table(
    readings: Mapping[str, Reading], indicators: Mapping[str, Indicator], metrics: Mapping[str, Definition]
) -> pa.Table:
    """Rows of `FIGURES`; a value that nobody knows is NULL, and of a metric there is none but of a project."""
    import pyarrow as pa

    rows = [_indicator(indicators[name], reading) for name, reading in readings.items() if name in indicators]
    rows += [_metric(name, definition) for name, definition in metrics.items()]
    text = pa.string()
    kinds = {"known": pa.bool_(), "stated": pa.bool_(), "coverage": pa.float64()}
    names = ["key", *(column.name for column in FIGURES.columns), f"title{HREF}"]
    schema = pa.schema([(name, kinds.get(name, text)) for name in names])
    return pa.Table.from_pylist(rows, schema=schema)


def _indicator(said: Indicator, reading: Reading) -> dict[str, Any]:
    shown = figures.shown(reading, said)
    return {
        "key": f"indicator/{said.name}", "name": said.name, "title": said.title, "question": said.question,
        "value": str(shown.value) if shown.known else None, "of": shown.of or "–",
        "says": shown.sentence if shown.known else shown.why or "Nobody knows.", "scope": PROGRAM,
        "petal": said.petal, "known": shown.known, "stated": shown.stated, "unit": said.unit,
        "coverage": shown.coverage, f"title{HREF}": reverse("why-indicator", args=[said.name]),
    }  # fmt: skip


def _metric(name: str, definition: Definition) -> dict[str, Any]:
    said = definition.header
    return {
        "key": f"metric/{name}", "name": name, "title": said.title, "question": said.question, "value": "–",
        "of": "–", "says": said.question, "scope": PROJECT, "petal": None, "known": None, "stated": None,
        "unit": said.unit, "coverage": None, f"title{HREF}": reverse("why-metric", args=[name]),
    }  # fmt: skip
