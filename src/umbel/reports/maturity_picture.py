# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The flower of a framework: a wedge for each petal or dimension, filled by the share of its practices that is met.

What is unknown stands outside of it with a dashed edge, and every wedge has its numbers beside it, so that nothing is
told by colour alone. Areas are true: a wedge that is half filled is half of its area.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from umbel.frameworks.indicators.sentences import percent
from umbel.reports.charts import BAR, INK, SOFT, TRACK, UNKNOWN, picture
from umbel.reports.markup import printable, short, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from umbel.frameworks.interface import Assessment, Standing
    from umbel.reports.markup import Html

Align = Literal["left", "center", "right"]
WIDTH, HEIGHT = 700, 440
OUTER, INNER = 150.0, 44.0
MOST = 24
"""Wedges that still have room for their words."""
_ROOM = 25
"""Letters of a title beside a wedge."""
_GAP = 0.012
"""Half of the space between two wedges, as an angle."""
_LINES = 31.0
"""Height of two lines of words, with the space to the next."""
_STYLE = (
    "text{font-family:system-ui,sans-serif}.paper{fill:#fff}.ink{fill:#1b211d}.soft{fill:#58615b}.track{fill:#e1e5de}"
    ".bar{fill:#2b6e50}.bar-unknown{fill:#fff;stroke:#58615b;stroke-dasharray:2 2}"
    "@media(prefers-color-scheme:dark){.paper{fill:#141815}.ink{fill:#e5e9e3}.soft{fill:#a1aaa3}.track{fill:#2a312c}"
    ".bar{fill:#79c09b}.bar-unknown{fill:#141815;stroke:#a1aaa3}}"
)


class _Label(NamedTuple):
    x: float
    y: float
    side: str
    title: str
    said: str


def parts(assessed: Assessment) -> tuple[Standing, ...]:
    """What becomes wedges: a framework's own petals, else its dimensions, else the petals that it serves.

    Those of which nothing is asked are left out.
    """
    own = assessed.petals if assessed.framework.petals else ()
    chosen = own or assessed.dimensions or assessed.petals
    return tuple(each for each in chosen if each.met + each.unmet + each.unknown + each.not_applicable)[:MOST]


def specification(standings: Sequence[Standing], overall: Standing) -> dict[str, Any]:
    """The Vega-Lite specification."""
    import altair as alt

    rows = list(_wedges(standings))
    arcs = [
        alt.Chart(alt.InlineData(values=[row for row in rows if row["what"] == what]))
        .mark_arc(fill=fill, stroke=edge, strokeWidth=1, strokeDash=dash)
        .encode(
            theta=alt.Theta("from:Q", scale=None),
            theta2=alt.Theta2("to:Q"),
            radius=alt.Radius("outer:Q", scale=None),
            radius2=alt.Radius2("inner:Q"),
        )
        for what, fill, edge, dash in _SHADES
    ]
    chart = alt.layer(*arcs, *_words(placed(standings), overall))
    chart = chart.properties(width=WIDTH, height=HEIGHT, autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure(padding=0, font="system-ui, sans-serif", aria=False)
    made: dict[str, Any] = chart.configure_view(stroke=None).to_dict()
    return made


_SHADES = (
    ("whole", TRACK, None, [1, 0]),
    ("open", UNKNOWN, SOFT, [2, 2]),
    ("met", BAR, BAR, [1, 0]),
)


def _wedges(standings: Sequence[Standing]) -> Iterator[dict[str, Any]]:
    whole = 2 * math.pi / max(len(standings), 1)
    gap = _GAP if len(standings) > 1 else 0.0
    for number, each in enumerate(standings):
        angles = {"from": number * whole + gap, "to": (number + 1) * whole - gap}
        share, most = each.share or 0.0, each.at_most or 0.0
        yield {**angles, "what": "whole", "inner": INNER, "outer": OUTER}
        if most > share:
            yield {**angles, "what": "open", "inner": radius(share), "outer": radius(most)}
        if share > 0:
            yield {**angles, "what": "met", "inner": INNER, "outer": radius(share)}


def radius(share: float) -> float:
    """How far out a share of a wedge's area reaches.

    >>> radius(0.0), radius(1.0)
    (44.0, 150.0)
    """
    return math.sqrt(INNER**2 + min(max(share, 0.0), 1.0) * (OUTER**2 - INNER**2))


def placed(standings: Sequence[Standing]) -> list[_Label]:
    """The words beside the wedges, in two columns; those that would cover each other are moved apart."""
    whole = 2 * math.pi / max(len(standings), 1)
    found: dict[str, list[_Label]] = {"left": [], "right": []}
    for number, each in enumerate(standings):
        middle = (number + 0.5) * whole
        side = "right" if math.sin(middle) >= -1e-9 else "left"
        x = WIDTH / 2 + (OUTER + 14) * math.sin(middle)
        y = HEIGHT / 2 - (OUTER + 14) * math.cos(middle)
        title = short(printable(each.title), _ROOM)
        found[side].append(_Label(x, y, side, title, said(each)))
    return [*_apart(found["right"]), *_apart(found["left"])]


def _apart(labels: list[_Label]) -> list[_Label]:
    labels = sorted(labels, key=lambda label: label.y)
    room = min(_LINES, (HEIGHT - 20) / max(len(labels), 1))
    ys = [label.y for label in labels]
    for number in range(1, len(ys)):
        ys[number] = max(ys[number], ys[number - 1] + room)
    over = ys[-1] - (HEIGHT - 22) if ys else 0.0
    for number in range(len(ys) - 1, -1, -1):
        limit = ys[number + 1] - room if number + 1 < len(ys) else HEIGHT - 22
        ys[number] = min(ys[number], limit) if over > 0 else ys[number]
    return [label._replace(y=max(y, 10.0), x=_beside(label, y)) for label, y in zip(labels, ys, strict=True)]


def _beside(label: _Label, y: float) -> float:
    """Where words begin at a height, so that they stay outside of the circle."""
    away = abs(y - HEIGHT / 2)
    reach = math.sqrt(max((OUTER + 14) ** 2 - max(away - 16, 0.0) ** 2, 0.0))
    least = WIDTH / 2 + (reach if label.side == "right" else -reach)
    return max(label.x, least) if label.side == "right" else min(label.x, least)


def said(standing: Standing) -> str:
    """A part's numbers in a few words."""
    counted = standing.met + standing.unmet + standing.unknown
    if not counted:
        return "doesn't apply here"
    open_ = f", {standing.unknown} unknown" if standing.unknown else ""
    return f"{standing.met} of {counted} met{open_}"


_SIDES: tuple[tuple[str, Align], ...] = (("right", "left"), ("left", "right"))
"""Where words stand, and how they are aligned there."""


def _words(labels: Sequence[_Label], overall: Standing) -> list[Any]:
    nothing = overall.share is None or not overall.met + overall.unmet
    middle = "?" if nothing else percent(overall.share or 0.0)
    centre = [
        {"x": WIDTH / 2, "y": HEIGHT / 2 - 2, "word": middle, "soft": False},
        {"x": WIDTH / 2, "y": HEIGHT / 2 + 15, "word": "met", "soft": True},
    ]
    found = [_lines(centre, "center")]
    for side, align in _SIDES:
        rows = [
            row
            for label in labels
            if label.side == side
            for row in (
                {"x": label.x, "y": label.y, "word": label.title, "soft": False},
                {"x": label.x, "y": label.y + 15, "word": label.said, "soft": True},
            )
        ]
        if rows:
            found.append(_lines(rows, align))
    return found


def _lines(rows: list[dict[str, Any]], align: Align) -> Any:
    import altair as alt

    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_text(align=align, fontSize=12)
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, WIDTH], nice=False)),
            y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[HEIGHT, 0], nice=False)),
            text="word:N",
            color=alt.condition("datum.soft", alt.value(SOFT), alt.value(INK)),
        )
    )


def description(assessed: Assessment) -> str:
    """The picture in words, for those who don't see it."""
    told = [f"{each.title}: {said(each)}" for each in parts(assessed)]
    return f"{'; '.join(told) or 'Nothing is asked'}."


def draw(assessed: Assessment, *, name: str) -> Html:
    """The picture as SVG for a page; `name` makes its ids unique."""
    drawn = specification(parts(assessed), assessed.overall)
    title = f"{assessed.framework.title}, {assessed.as_of:%Y-%m-%d}"
    return picture(
        drawn, (WIDTH, HEIGHT), name=name, title=title, description=description(assessed), kind="chart flower"
    )


def standing_alone(assessed: Assessment) -> str:
    """The picture as an SVG file, light or dark as the reader has it."""
    inner = str(draw(assessed, name="flower"))
    inner = inner[inner.index(">") + 1 : inner.rindex("</svg>")]
    head = 36
    title = text(f"{assessed.framework.title}, {assessed.as_of:%Y-%m-%d}")
    key = "filled: met · dashed: unknown · plain: not met"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT + head}" '
        f'viewBox="0 {-head} {WIDTH} {HEIGHT + head}" role="img" aria-labelledby="flower-title" '
        f'aria-describedby="flower-desc"><style>{_STYLE}</style>{_told(inner)}'
        f'<rect class="paper" y="{-head}" width="{WIDTH}" height="{HEIGHT + head}"/>'
        f'<text class="ink" x="16" y="{22 - head}" font-size="14">{title}</text>'
        f'<text class="soft" x="{WIDTH - 16}" y="{22 - head}" font-size="12" text-anchor="end">{key}</text>'
        f"{inner[len(_told(inner)) :]}</svg>\n"
    )


def _told(inner: str) -> str:
    """Title and description, which must come first in a file."""
    return inner[: inner.index("</desc>") + len("</desc>")]
