# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""KPIs as small multiples: a column a period, a line at the target, a gap where nobody knows.

Shares stand on a scale from none to all, other figures on one of their own up from zero. What is stated has grey
columns and says so; a forecast is the stretch that it may lie in, never a column. One specification serves page,
file and print.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from umbel.frameworks.kpi_words import figure, of
from umbel.reports.charts import BAR, INK, SOFT, TRACK, fitted, picture
from umbel.reports.markup import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Kpi
    from umbel.reports.markup import Html

COLUMNS = 3
CELL, HEAD, PLOT, FOOT = 250, 46, 64, 22
"""Pixels of a cell: its width, and the heights of its words, its columns and its days."""
GAP = 26
_MOST = 24
"""Columns of a cell: of a longer series the newest."""
_CALM = """\
svg{background:#fff}.ink{fill:#1b211d}.soft{fill:#58615b}.track{fill:#e1e5de}.bar{fill:#2b6e50;stroke:#2b6e50}\
@media(prefers-color-scheme:dark){svg{background:#151a17}.ink{fill:#e8ece8}.soft{fill:#a3ada6}.track{fill:#2a312c}\
.bar{fill:#79c09b;stroke:#79c09b}}"""


def size(number: int, columns: int = COLUMNS, width: int = CELL) -> tuple[int, int]:
    """Width and height of the picture of so many KPIs, in pixels."""
    wide, high = min(columns, max(number, 1)), -(-max(number, 1) // columns)
    return wide * width + (wide - 1) * GAP, high * (HEAD + PLOT + FOOT) + (high - 1) * GAP


def specification(kpis: Sequence[Kpi], columns: int = COLUMNS, width: int = CELL) -> dict[str, Any]:
    """The Vega-Lite specification: a cell a KPI of a width, in the order given. Raises `ValueError` without any."""
    if not kpis:
        raise ValueError("there is no KPI to draw")
    shared = {key: value for key, value in _cell(width).items() if key in {"$schema", "config"}}
    alone = {
        key: value for key, value in _cell(width).items() if key not in {"$schema", "config", "autosize"}
    }
    cells = [{**alone, "data": {"values": rows(kpi, width)}} for kpi in kpis]
    return {
        **shared,
        "autosize": {"type": "none"},
        "bounds": "flush",
        "columns": columns,
        "spacing": GAP,
        "concat": cells,
        "padding": 0,
    }


def rows(kpi: Kpi, width: int = CELL) -> list[dict[str, Any]]:
    """What a cell draws, each with its place in pixels: words, columns, gaps, targets, the forecast."""
    points = kpi.series[-_MOST:]
    drawn = _words(kpi, width)
    places = len(points) + (kpi.forecast is not None)
    if not places:
        return drawn
    step = width / places
    low, high = _scale(kpi, [point.reading.value for point in points])

    def up(value: float) -> float:
        return HEAD + PLOT * (1 - (min(max(value, low), high) - low) / (high - low))

    def sides(place: int) -> dict[str, float]:
        return {"x": (place + 0.14) * step, "x2": (place + 0.86) * step}

    ground = up(0.0)
    drawn.append({"kind": "soft", "x": 0, "x2": width, "y": ground, "y2": ground + 1})
    for place, value in enumerate(point.reading.value for point in points):
        if value is None:
            drawn.append({"kind": "gap", "x": (place + 0.5) * step, "y": ground - 5, "word": "?"})
            continue
        top, foot = sorted((up(value), ground))
        kind = "soft" if kpi.now.stated else "bar"
        drawn.append({"kind": kind, **sides(place), "y": min(top, foot - 1.5), "y2": foot})
    if (told := kpi.forecast) is not None:
        ends = {"y": up(told.high), "y2": max(up(told.low), up(told.high) + 1)}
        drawn.append({"kind": "track", **sides(len(points)), **ends})
        drawn.append(
            {"kind": "soft", **sides(len(points)), "y": up(told.value) - 1, "y2": up(told.value) + 1}
        )
    for aim in kpi.targets[:1]:
        line = {"y": up(aim.target) - 1, "y2": up(aim.target) + 0.5}
        drawn += [{"kind": "ink", "x": at, "x2": min(at + 6, width), **line} for at in range(0, width, 10)]
    return drawn


def _scale(kpi: Kpi, values: Sequence[float | None]) -> tuple[float, float]:
    """From where to where a cell's columns stand: shares from none to all, others from zero to their highest."""
    if kpi.indicator.unit in {"share", "yes"}:
        return 0.0, 1.0
    seen = [value for value in values if value is not None]
    seen += [aim.target for aim in kpi.targets[:1]]
    seen += [kpi.forecast.low, kpi.forecast.high] if kpi.forecast else []
    low, high = min([0.0, *seen]), max([0.0, *seen])
    return low, high if high > low else low + 1.0


def _words(kpi: Kpi, width: int) -> list[dict[str, Any]]:
    said = kpi.indicator
    now = figure(kpi.now.value, said.unit, said.currency) if kpi.now.value is not None else "unknown"
    drawn: list[dict[str, Any]] = [
        {"kind": "title", "x": 0, "y": 11, "word": fitted(said.title)},
        {"kind": "now", "x": 0, "y": 30, "word": short(now, 24)},
        {"kind": "right", "x": width, "y": 30, "word": short(_beside(kpi), 34)},
    ]
    if kpi.series:
        low = HEAD + PLOT + 15
        drawn.append({"kind": "left", "x": 0, "y": low, "word": str(kpi.series[-_MOST:][0].end)})
        last = f"→ {kpi.forecast.end} forecast" if kpi.forecast else str(kpi.series[-1].end)
        drawn.append({"kind": "right", "x": width, "y": low, "word": last})
    return drawn


def _beside(kpi: Kpi) -> str:
    """What stands beside the newest figure: that it is stated, its target, or what it is of."""
    said = kpi.indicator
    parts = ["stated"] if kpi.now.stated else []
    for aim in kpi.targets[:1]:
        state = f", {aim.state}" if aim.state else ""
        parts.append(f"target {figure(aim.target, said.unit, said.currency)}{state}")
    if not kpi.targets and (made := of(kpi.now, said)):
        parts.append(made)
    return " · ".join(parts)


@cache
def _cell(width: int) -> dict[str, Any]:
    """One cell without its rows: building it takes longer than drawing."""
    import altair as alt

    high = HEAD + PLOT + FOOT
    base = alt.Chart(alt.InlineData(values=[{"kind": "bar", "x": 0, "x2": 1, "y": 0, "y2": 1, "word": ""}]))
    base = base.encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False)),
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[high, 0], nice=False)),
    )

    def box(kind: str, **style: Any) -> Any:
        chosen = base.transform_filter(f"datum.kind == '{kind}'").mark_rect(**style)
        return chosen.encode(x2="x2:Q", y2="y2:Q")

    def words(kind: str, align: Any, color: str, font: float, **style: Any) -> Any:
        chosen = base.transform_filter(f"datum.kind == '{kind}'")
        return chosen.mark_text(align=align, color=color, fontSize=font, **style).encode(text="word:N")

    chart = alt.layer(
        box("track", color=TRACK),
        box("bar", color=BAR),
        box("soft", color=SOFT),
        box("ink", color=INK),
        words("title", "left", INK, 12, fontWeight="bold"),
        words("now", "left", INK, 15),
        words("gap", "center", SOFT, 12),
        words("left", "left", SOFT, 11),
        words("right", "right", SOFT, 11),
    )
    chart = chart.properties(width=width, height=high, autosize=alt.AutoSizeParams(type="none"))
    made: dict[str, Any] = (
        chart.configure(padding=0, font="system-ui, sans-serif", aria=False)
        .configure_view(stroke=None)
        .to_dict()
    )
    return {key: value for key, value in made.items() if key not in {"data", "datasets"}}


def draw(kpis: Sequence[Kpi], *, name: str = "kpis", columns: int = COLUMNS, width: int = CELL) -> Html:
    """The small multiples as SVG for a page; `name` makes its ids unique, `width` is a cell's."""
    title = "Key figures over time"
    return picture(
        specification(kpis, columns, width),
        size(len(kpis), columns, width),
        name=name,
        title=title,
        description=described(kpis),
        kind="chart kpis",
    )


def described(kpis: Sequence[Kpi]) -> str:
    """The picture in words: every KPI's figures by day, its target, and that it is stated."""
    return " ".join(_described(kpi) for kpi in kpis)


def _described(kpi: Kpi) -> str:
    said = kpi.indicator
    stated = " (stated)" if kpi.now.stated else ""
    values = [
        (point.end, figure(point.reading.value, said.unit, said.currency)) for point in kpi.series[-_MOST:]
    ]
    past = ", ".join(f"{day} {'unknown' if value == '?' else value}" for day, value in values)
    aims = "".join(
        f" Target {figure(aim.target, said.unit, said.currency)} by {aim.until}: {aim.state or 'nobody can tell'}."
        for aim in kpi.targets[:1]
    )
    return f"{short(said.title, 80)}{stated}: {past or 'no past'}.{aims}{_ahead(kpi)}"


def _ahead(kpi: Kpi) -> str:
    if kpi.forecast is None:
        return ""
    said, told = kpi.indicator, kpi.forecast
    low, high = (figure(value, said.unit, said.currency) for value in (told.low, told.high))
    return f" If nothing changes, {low} to {high} on {told.end}."


def standing_alone(kpis: Sequence[Kpi]) -> str:
    """The picture as an SVG file, light or dark as its reader is."""
    drawn = str(draw(kpis))
    opened = drawn.replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" ', 1
    )
    place = opened.index(">") + 1
    return f"{opened[:place]}<style>{_CALM}</style>{opened[place:]}\n"
