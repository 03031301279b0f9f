# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Control over time: a column a year, divided by who made its commits.

Full is the organisation that made most of all time, grey are all others that are known, a dashed frame is work of which
nobody knows for whom it was done. A year without a commit stays empty.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.metrics.words import percent
from umbel.reports.charts import BAR, SOFT, UNKNOWN, picture
from umbel.reports.columns import HEIGHT, WIDTH
from umbel.reports.markup import short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from umbel.reports.markup import Html
    from umbel.strategy.control.records import Point

MOST_PERIODS = 12
LEAST_KNOWN = 0.1
"""Share of all commits below which a picture of employers would be one of chance."""
_GAP = 0.25


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One period: the shares of the largest organisation, of the others that are known, and of the unknown."""

    since: datetime
    largest: float
    others: float
    unknown: float


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The periods of a project, oldest first, and the organisation that made most."""

    organisation: str
    parts: list[Part]


def series(points: Sequence[Point]) -> Series | None:
    """The last periods of a project; None where the employers of too few of their commits are known."""
    counts: dict[str, int] = {}
    for point in points:
        if point.organisation is not None:
            counts[point.organisation] = counts.get(point.organisation, 0) + point.count
    if not counts:
        return None
    largest = min(counts, key=lambda name: (-counts[name], name))
    parts = []
    for since in sorted({point.since for point in points})[-MOST_PERIODS:]:
        told = [point for point in points if point.since == since]
        mine = sum(p.share or 0.0 for p in told if p.organisation == largest)
        unknown = sum(p.share or 0.0 for p in told if p.kind == "unknown")
        parts.append(Part(since=since, largest=mine, others=_rest(told, mine, unknown), unknown=unknown))
    known = sum(part.largest + part.others for part in parts) / len(parts)
    return Series(organisation=largest, parts=parts) if known >= LEAST_KNOWN else None


def _rest(told: Sequence[Point], mine: float, unknown: float) -> float:
    return max(sum(point.share or 0.0 for point in told) - mine - unknown, 0.0)


@cache
def _template() -> dict[str, Any]:
    import altair as alt

    x = alt.X("n:O", axis=None, scale=alt.Scale(paddingInner=_GAP, paddingOuter=0))
    low = alt.Y("low:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    base = alt.Chart(alt.InlineData(values=[{"n": 0, "low": 0.0, "high": 1.0, "kind": "largest"}]))
    base = base.encode(x=x, y=low, y2="high:Q")
    chart = alt.layer(
        base.transform_filter("datum.kind == 'largest'").mark_bar(color=BAR),
        base.transform_filter("datum.kind == 'others'").mark_bar(color=SOFT),
        base.transform_filter("datum.kind == 'unknown'").mark_bar(fill=UNKNOWN, stroke=SOFT, strokeWidth=1),
    )
    chart = chart.properties(width=WIDTH, height=HEIGHT, autosize=alt.AutoSizeParams(type="none"))
    made: dict[str, Any] = chart.configure(padding=0, aria=False).configure_view(stroke=None).to_dict()
    return {key: value for key, value in made.items() if key not in {"data", "datasets"}}


def rows(found: Series) -> list[dict[str, Any]]:
    """What is drawn: a stretch of each column a kind, from the ground up."""
    drawn = []
    for n, part in enumerate(found.parts):
        low = 0.0
        for kind in ("largest", "others", "unknown"):
            share = getattr(part, kind)
            if share > 0:
                drawn.append({"n": n, "low": low, "high": min(low + share, 1.0), "kind": kind})
                low += share
        if low == 0:
            drawn.append({"n": n, "low": 0.0, "high": 0.0, "kind": "others"})
    return drawn


def draw(found: Series, *, name: str) -> Html:
    """The columns as SVG for a page; `name` makes its ids unique."""
    drawn, size = {**_template(), "data": {"values": rows(found)}}, (WIDTH, HEIGHT)
    title, kind = "Who makes the commits, by year", "chart columns stacked"
    return picture(drawn, size, name=name, title=title, description=described(found), kind=kind)


def described(found: Series) -> str:
    """The chart in words."""
    years = "; ".join(
        f"{part.since:%Y} {percent(part.largest)}, others {percent(part.others)}, unknown {percent(part.unknown)}"
        if part.largest or part.others or part.unknown
        else f"{part.since:%Y} no commit"
        for part in found.parts
    )
    return f"Shares of {short(found.organisation, 80)}, of other known employers, and unknown: {years}."
