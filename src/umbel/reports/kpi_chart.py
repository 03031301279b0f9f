# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""KPIs as small multiples: a column a period, a line at the target, a gap where nobody knows.

Shares stand on a scale from none to all, other figures on one of their own up from zero. What is stated has grey
columns and says so, what is known of too little hollow ones; a forecast
is the stretch that it may lie in, never a column. One specification serves page, file and print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.frameworks.kpi_words import enough, figure, of, told
from umbel.reports.charts import BAR, INK, SOFT, TRACK, UNKNOWN, fitted, picture
from umbel.reports.markup import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Kpi, Point
    from umbel.reports.markup import Html

COLUMNS = 3
CELL, HEAD, PLOT, FOOT = 250, 46, 64, 22
"""Pixels of a cell: its width, and the heights of its words, its columns and its days."""
GAP = 26
_HOLLOW = 5
"""Pixels without which a hollow column is a mere line."""
_MOST = 24
"""Columns of a cell: of a longer series the newest."""
_LEAST_WORDS = 8
"""Letters that say anything beside a figure."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_CONFIG = {"font": "system-ui, sans-serif", "aria": False, "padding": 0, "view": {"stroke": None}}
_CALM = """\
svg{background:#fff}.ink{fill:#1b211d}.soft{fill:#58615b}.track{fill:#e1e5de}.bar{fill:#2b6e50;stroke:#2b6e50}\
.bar-unknown{fill:#fff;stroke:#58615b;stroke-dasharray:2 2}\
@media(prefers-color-scheme:dark){svg{background:#151a17}.ink{fill:#e8ece8}.soft{fill:#a3ada6}.track{fill:#2a312c}\
.bar{fill:#79c09b;stroke:#79c09b}.bar-unknown{fill:#151a17;stroke:#a3ada6}}"""


def size(number: int, columns: int = COLUMNS, width: int = CELL) -> tuple[int, int]:
    """Width and height of the picture of so many KPIs, in pixels."""
    wide, high = min(columns, max(number, 1)), -(-max(number, 1) // columns)
    return wide * width + (wide - 1) * GAP, high * (HEAD + PLOT + FOOT) + (high - 1) * GAP


def specification(kpis: Sequence[Kpi], columns: int = COLUMNS, width: int = CELL) -> dict[str, Any]:
    """The Vega-Lite specification: a cell a KPI of a width, in the order given. Raises `ValueError` without any."""
    if not kpis:
        raise ValueError("there is no KPI to draw")
    cells = [{**_cell(width), "data": {"values": rows(kpi, width)}} for kpi in kpis]
    return {
        "$schema": _SCHEMA,
        "config": _CONFIG,
        "autosize": {"type": "none"},
        "bounds": "flush",
        "columns": columns,
        "spacing": GAP,
        "concat": cells,
        "padding": 0,
    }


def one(kpi: Kpi, width: int = 2 * CELL) -> dict[str, Any]:
    """The specification of one KPI by itself, of a size of its own: for a page whose drawing answers to a pointer."""
    ground = {"$schema": _SCHEMA, "config": _CONFIG, "autosize": {"type": "none"}, "padding": 0}
    return {**ground, **_cell(width), "data": {"values": rows(kpi, width)}}


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
    drawn.append({"kind": "ground", "x": 0, "x2": width, "y": ground, "y2": ground + 1})
    for place, point in enumerate(points):
        each, value = point.reading, point.reading.value
        at_pointer = _at_pointer(kpi, point)
        if value is None:
            drawn.append(
                {"kind": "gap", "x": (place + 0.5) * step, "y": ground - 5, "word": "?", **at_pointer}
            )
            continue
        top, foot = sorted((up(value), ground))
        kind = "part" if not enough(each) else "soft" if each.stated else "bar"
        least = _HOLLOW if kind == "part" else 1.5
        drawn.append({"kind": kind, **sides(place), "y": min(top, foot - least), "y2": foot, **at_pointer})
    if (later := kpi.forecast) is not None:
        said = kpi.indicator
        lowest, highest = (figure(one, said.unit, said.currency) for one in (later.low, later.high))
        ahead = {"label": str(later.end), "said": f"{lowest} to {highest}, if nothing changes"}
        ends = {"y": up(later.high), "y2": max(up(later.low), up(later.high) + 1), **ahead}
        drawn.append({"kind": "track", **sides(len(points)), **ends})
        drawn.append(
            {
                "kind": "soft",
                **sides(len(points)),
                "y": up(later.value) - 1,
                "y2": up(later.value) + 1,
                **ahead,
            }
        )
    for aim in kpi.targets[:1]:
        goal = figure(aim.target, kpi.indicator.unit, kpi.indicator.currency)
        line = {"y": up(aim.target) - 1, "y2": up(aim.target) + 0.5}
        line |= {"label": "target", "said": f"{goal} by {aim.until}"}  # type: ignore[dict-item]
        drawn += [{"kind": "ink", "x": at, "x2": min(at + 6, width), **line} for at in range(0, width, 10)]
    return drawn


def _at_pointer(kpi: Kpi, point: Point) -> dict[str, str]:
    """What is told of a point where the drawing answers to a pointer."""
    parts = [told(point.reading, kpi.indicator), of(point.reading, kpi.indicator)]
    if point.reading.value is None:
        parts = ["unknown", point.reading.why or ""]
    return {"label": str(point.end), "said": ", ".join(filter(None, parts))}


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
    now = told(kpi.now, said) if kpi.now.value is not None else "unknown"
    drawn: list[dict[str, Any]] = [
        {"kind": "title", "x": 0, "y": 11, "word": fitted(said.title)},
        {"kind": "now", "x": 0, "y": 30, "word": short(now, 24)},
    ]
    # By rule of thumb, since the page's font isn't known: a letter of the figure is 9 wide, one beside it 6.
    room = int((width - 9 * len(short(now, 24)) - 8) / 6)
    if room >= _LEAST_WORDS:
        drawn.append({"kind": "right", "x": width, "y": 30, "word": short(_beside(kpi), min(room, 34))})
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


def _cell(width: int) -> dict[str, Any]:
    """One cell without its rows. Plain words: importing what would build it takes longer than all the drawing."""
    high = HEAD + PLOT + FOOT

    def scale(field: str, *domain: int) -> dict[str, Any]:
        return {
            "axis": None, "field": field, "type": "quantitative", "scale": {"domain": list(domain), "nice": False},
        }  # fmt: skip

    ground = {"x": scale("x", 0, width), "y": scale("y", high, 0)}

    def layer(kind: str, mark: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": {**ground, **more},
        }  # fmt: skip

    def box(kind: str, color: str, **style: Any) -> dict[str, Any]:
        return layer(kind, {"type": "rect", "color": color, **style}, x2={"field": "x2"}, y2={"field": "y2"})

    def words(kind: str, align: str, color: str, font: float, **style: Any) -> dict[str, Any]:
        mark = {"type": "text", "align": align, "color": color, "fontSize": font, **style}
        return layer(kind, mark, text={"field": "word", "type": "nominal"})

    layers = [
        box("ground", SOFT, tooltip=None),
        box("track", TRACK),
        box("bar", BAR),
        box("soft", SOFT),
        box("part", UNKNOWN, stroke=SOFT),
        box("ink", INK),
        words("title", "left", INK, 12, fontWeight="bold", tooltip=None),
        words("now", "left", INK, 15, tooltip=None),
        words("gap", "center", SOFT, 12),
        words("left", "left", SOFT, 11, tooltip=None),
        words("right", "right", SOFT, 11, tooltip=None),
    ]
    return {"layer": layers, "width": width, "height": high}


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
    values = [(point.end, told(point.reading, said)) for point in kpi.series[-_MOST:]]
    past = ", ".join(f"{day} {'unknown' if value == '?' else value}" for day, value in values)
    aims = "".join(
        f" Target {figure(aim.target, said.unit, said.currency)} by {aim.until}: {aim.state or 'nobody can tell'}."
        for aim in kpi.targets[:1]
    )
    return f"{short(said.title, 80)}{stated}: {past or 'no past'}.{aims}{_ahead(kpi)}"


def _ahead(kpi: Kpi) -> str:
    if kpi.forecast is None:
        return ""
    said, later = kpi.indicator, kpi.forecast
    low, high = (figure(value, said.unit, said.currency) for value in (later.low, later.high))
    return f" If nothing changes, {low} to {high} on {later.end}."


def standing_alone(kpis: Sequence[Kpi]) -> str:
    """The picture as an SVG file, light or dark as its reader is."""
    drawn = str(draw(kpis))
    opened = drawn.replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" ', 1
    )
    place = opened.index(">") + 1
    return f"{opened[:place]}<style>{_CALM}</style>{opened[place:]}\n"
