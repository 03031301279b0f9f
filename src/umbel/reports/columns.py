# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small multiples: one figure over time as a row of columns, small enough to stand beside others.

Each has a scale of its own, whose end is said in words; a column that nobody knows is an empty frame,
and one of zero is a line on the ground. The numbers stand in a table for those who can't see it.
"""

from __future__ import annotations

from functools import cache
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


@cache
def _template() -> dict[str, Any]:
    """The specification without its rows: building it takes longer than drawing."""
    import altair as alt

    x = alt.X("n:O", axis=None, scale=alt.Scale(paddingInner=0.25, paddingOuter=0))
    y = alt.Y("height:Q", axis=None, scale=alt.Scale(domain=[0, HEIGHT], nice=False))
    base = alt.Chart(alt.InlineData(values=[{"n": 0, "height": 0.0, "known": True}])).encode(x=x, y=y)
    chart = alt.layer(
        base.transform_filter("datum.known").mark_bar(color=BAR),
        base.transform_filter("!datum.known").mark_bar(fill=UNKNOWN, stroke=SOFT, strokeWidth=1),
    )
    chart = chart.properties(width=WIDTH, height=HEIGHT, autosize=alt.AutoSizeParams(type="none"))
    made: dict[str, Any] = chart.configure(padding=0, aria=False).configure_view(stroke=None).to_dict()
    return {key: value for key, value in made.items() if key not in {"data", "datasets"}}


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
    drawn, size = {**_template(), "data": {"values": rows}}, (WIDTH, HEIGHT)
    return picture(drawn, size, name=name, title=trend.title, description=description, kind="chart columns")
