# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The quadrant: how strategic each project is against how fragile, a numbered dot each.

The number is the project's place in the list that stands beside it, so that no name has to fit in the picture.
Those of whom too little is known have no dot; the page says how many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.reports.charts import BAR, INK, SOFT, TRACK, picture
from umbel.reports.markup import short, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.reports.markup import Html

SIZE = 420
EDGE = 34
"""Room for the words at the left and below, in pixels."""
LEAST, MOST = 1.0, 10.0
_INSET = 12
"""What is at an end of a scale is still inside of the frame."""
_NEAR = 16.0
"""Numbers nearer than this many pixels would cover each other: later ones step aside."""


class Dot(msgspec.Struct, frozen=True, kw_only=True):
    """A project: its place in the list, its name, and two figures from 1 to 10."""

    place: int
    project: str
    strategic: float
    fragile: float


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """From where on a project counts as strategic, and as fragile: from 1 to 10."""

    strategic: float
    fragile: float


def _across(value: float) -> float:
    return (
        EDGE + _INSET + (min(max(value, LEAST), MOST) - LEAST) / (MOST - LEAST) * (SIZE - EDGE - 2 * _INSET)
    )


def _up(value: float) -> float:
    return _INSET + (SIZE - EDGE - 2 * _INSET) * (1 - (min(max(value, LEAST), MOST) - LEAST) / (MOST - LEAST))


def placed(dots: Sequence[Dot]) -> list[tuple[float, float, float, float]]:
    """Of each dot where it stands, and where its number does: two numbers never cover each other if there is room."""
    centres = [(_across(dot.strategic), _up(dot.fragile) + 4) for dot in dots]
    taken: list[tuple[float, float]] = []
    found = []
    for number, dot in enumerate(dots):
        x, y = _across(dot.strategic), _up(dot.fragile)
        left = x > SIZE - 2 * _NEAR
        for step in range(24):
            # Beside the dot first, then ever further above and below it.
            rise = (step + 1) // 2 * 6 * (1 if step % 2 else -1)
            spot = (x + (-12 if left else 12), min(max(y + 4 + rise, 10), SIZE - EDGE - 4))
            others = [*taken, *(centre for n, centre in enumerate(centres) if n != number)]
            if all(abs(spot[0] - a) >= _NEAR or abs(spot[1] - b) >= _NEAR * 0.75 for a, b in others):
                break
        taken.append(spot)
        found.append((x, y, *spot))
    return found


def specification(dots: Sequence[Dot], lines: Lines) -> dict[str, Any]:
    """The Vega-Lite specification. A dot's figures are drawn as they are; only numbers step aside."""
    import altair as alt

    rows = [
        {"x": x, "y": y, "at_x": at_x, "at_y": at_y, "place": str(dot.place)}
        for dot, (x, y, at_x, at_y) in zip(dots, placed(dots), strict=True)
    ]
    across = alt.Scale(domain=[0, SIZE], nice=False)
    up = alt.Scale(domain=[SIZE, 0], nice=False)
    x, y = alt.X("x:Q", axis=None, scale=across), alt.Y("y:Q", axis=None, scale=up)
    frames: list[dict[str, float]] = [
        {"x": EDGE, "y": 0, "x2": SIZE, "y2": SIZE - EDGE},
        {"x": _across(lines.strategic), "y": 0, "x2": _across(lines.strategic) + 1, "y2": SIZE - EDGE},
        {"x": EDGE, "y": _up(lines.fragile), "x2": SIZE, "y2": _up(lines.fragile) + 1},
    ]
    box = {"x2": "x2:Q", "y2": "y2:Q"}
    drawn = alt.Chart(alt.InlineData(values=rows))
    layers = alt.layer(
        _rectangles(frames[:1], x, y, box, TRACK),
        _rectangles(frames[1:], x, y, box, SOFT),
        _words(lines, across, up),
        drawn.mark_circle(size=70, color=BAR, opacity=1).encode(x=x, y=y),
        drawn.mark_text(color=INK, fontSize=12, fontWeight="bold").encode(
            x=alt.X("at_x:Q", axis=None, scale=across), y=alt.Y("at_y:Q", axis=None, scale=up), text="place:N"
        ),
    )
    chart = layers.properties(width=SIZE, height=SIZE, autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure(padding=0, font="system-ui, sans-serif", aria=False)
    made: dict[str, Any] = chart.configure_view(stroke=None).to_dict()
    return made


def _rectangles(rows: list[dict[str, float]], x: Any, y: Any, box: dict[str, str], color: str) -> Any:
    import altair as alt

    return alt.Chart(alt.InlineData(values=rows)).mark_rect(color=color).encode(x=x, y=y, **box)


def _words(lines: Lines, across: Any, up: Any) -> Any:
    """What the four fields and the two sides say."""
    import altair as alt

    right, left = (_across(lines.strategic) + SIZE) / 2, (EDGE + _across(lines.strategic)) / 2
    top, low = 14.0, SIZE - EDGE - 8.0
    rows = [
        {"x": right, "y": top, "word": "lead, contribute or sponsor"},
        {"x": left, "y": top, "word": "watch or replace"},
        {"x": right, "y": low, "word": "contribute or watch"},
        {"x": left, "y": low, "word": "watch"},
        {"x": (EDGE + SIZE) / 2, "y": SIZE - 14.0, "word": "more strategic →"},
    ]
    text = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_text(color=SOFT, fontSize=12)
        .encode(x=alt.X("x:Q", axis=None, scale=across), y=alt.Y("y:Q", axis=None, scale=up), text="word:N")
    )
    side = [{"x": 14.0, "y": (SIZE - EDGE) / 2, "word": "more fragile →"}]
    turned = (
        alt.Chart(alt.InlineData(values=side))
        .mark_text(color=SOFT, fontSize=12, angle=270)
        .encode(x=alt.X("x:Q", axis=None, scale=across), y=alt.Y("y:Q", axis=None, scale=up), text="word:N")
    )
    return alt.layer(text, turned)


def draw(dots: Sequence[Dot], lines: Lines, *, name: str, title: str, description: str) -> Html:
    """The quadrant as SVG for a page; `name` makes its ids unique."""
    drawn = specification(dots, lines)
    return picture(
        drawn, (SIZE, SIZE), name=name, title=title, description=description, kind="chart quadrant"
    )


def standing_alone(dots: Sequence[Dot], lines: Lines) -> str:
    """The quadrant as an SVG file: the picture on white, with a key of the numbers beside it."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(specification(dots, lines), allowed_base_urls=[]))
    inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    key = "".join(
        f'<text x="{SIZE + 24}" y="{18 + 18 * n}" font-size="12" fill="{INK}">'
        f"{text(f'{dot.place}  {short(dot.project, 60)}  ({dot.strategic:.1f}, {dot.fragile:.1f})')}</text>"
        for n, dot in enumerate(dots)
    )
    width, height = SIZE + 480, max(SIZE, 18 * len(dots) + 18)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="system-ui, sans-serif"><title>Strategic against fragile</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{inner}{key}</svg>\n'
    )
