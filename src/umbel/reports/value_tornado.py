# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the assumptions that matter most move: a tornado as a Vega-Lite specification, and as SVG for a page.

Each bar runs from the net with an assumption at its P10 to that with it at its P90, all others at their median.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.reports.charts import BAR, INK, SOFT, STEP, TRACK, WIDTH, fitted, picture
from umbel.strategy.value.words import amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.reports.markup import Html
    from umbel.strategy.value.answer import Driver

NAMED = 3
"""Assumptions that people are shown."""


def specification(drivers: Sequence[Driver], number: int = NAMED) -> dict[str, Any]:
    """The Vega-Lite specification of the strongest drivers. Raises `ValueError` if nothing moves the net."""
    import altair as alt

    shown = list(drivers[:number])
    if not shown:
        raise ValueError("no assumption moves the net")
    rows: list[dict[str, Any]] = [
        {"row": place, "label": fitted(each.what), "low": low, "high": high, "said": _said(each)}
        for place, each in enumerate(shown)
        for low, high in (sorted((each.net_low, each.net_high)),)
    ]
    ends = [min(row["low"] for row in rows), max(row["high"] for row in rows)]
    row = alt.Y("row:O", axis=None, scale=alt.Scale(padding=0))
    rowed = alt.Chart(alt.InlineData(values=rows)).encode(y=row)
    along = alt.Scale(domain=ends, nice=False, zero=False)
    layers = alt.layer(
        rowed.mark_bar(color=TRACK, height=6, yOffset=8).encode(x=alt.value(0), x2=alt.value(WIDTH)),
        rowed.mark_bar(color=BAR, height=6, yOffset=8).encode(
            x=alt.X("low:Q", axis=None, scale=along), x2="high:Q"
        ),
        rowed.mark_text(align="left", dy=-4, color=INK).encode(x=alt.value(0), text="label:N"),
        rowed.mark_text(align="right", dy=-4, color=SOFT).encode(x=alt.value(WIDTH), text="said:N"),
    )
    chart = layers.properties(width=WIDTH, height=STEP * len(rows), autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure(padding=0, font="system-ui, sans-serif", aria=False)
    drawn: dict[str, Any] = chart.configure_view(stroke=None).configure_text(fontSize=12).to_dict()
    return drawn


def draw(drivers: Sequence[Driver], *, name: str = "value-tornado") -> Html:
    """The tornado as SVG for a page; `name` makes its ids unique. Nothing is loaded from anywhere."""
    shown = drivers[:NAMED]
    title, said = "What the assumptions that matter most move", " ".join(each.sentence for each in shown)
    return picture(specification(shown), (WIDTH, STEP * len(shown)), name=name, title=title, description=said)


def _said(each: Driver) -> str:
    low, high = sorted((each.net_low, each.net_high))
    return f"{amount(low)} … {amount(high)}"
