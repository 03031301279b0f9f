# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small multiples: one figure over time as a row of columns, small enough to stand beside others.

Each has a scale of its own, whose end is said in words; a column that nobody knows is an empty frame,
and one of zero is a line on the ground. The numbers stand in a table for those who can't see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.reports.charts import BAR, SOFT, UNKNOWN, picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from umbel.reports.markup import Html

WIDTH = 168
HEIGHT = 44
_GROUND = 1


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """One figure at the ends of several periods, oldest first; a value of None is unknown."""

    title: str
    unit: str
    ends: list[date]
    values: list[float | None]


def _layer(shown: str, **mark: Any) -> dict[str, Any]:
    across = {
        "field": "n",
        "type": "ordinal",
        "axis": None,
        "scale": {"paddingInner": 0.25, "paddingOuter": 0},
    }
    up = {
        "field": "height",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, HEIGHT], "nice": False},
    }
    return {
        "encoding": {"x": across, "y": up},
        "mark": {"type": "bar", **mark},
        "transform": [{"filter": shown}],
    }


# Written out: to have it built takes longer than to draw it, and loads a library into every process that answers.
_TEMPLATE: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "autosize": {"type": "none"},
    "config": {"aria": False, "padding": 0, "view": {"stroke": None}},
    "width": WIDTH,
    "height": HEIGHT,
    "layer": [
        _layer("datum.known", color=BAR),
        _layer("!datum.known", fill=UNKNOWN, stroke=SOFT, strokeWidth=1),
    ],
}
"""The specification without its rows."""


def heights(values: Sequence[float | None]) -> list[float]:
    """How high each column is, in pixels: the highest value fills the chart, zero is still seen."""
    top = max((value for value in values if value is not None), default=0.0)
    scale = HEIGHT / top if top > 0 else 0.0
    return [HEIGHT * 0.3 if value is None else min(max(value * scale, _GROUND), HEIGHT) for value in values]


def draw(trend: Trend, *, name: str, description: str) -> Html:
    """The columns as SVG for a page; `name` makes its ids unique."""
    rows = [
        {"n": n, "height": height, "known": value is not None}
        for n, (height, value) in enumerate(zip(heights(trend.values), trend.values, strict=True))
    ]
    drawn, size = {**_TEMPLATE, "data": {"values": rows}}, (WIDTH, HEIGHT)
    return picture(drawn, size, name=name, title=trend.title, description=description, kind="chart columns")
