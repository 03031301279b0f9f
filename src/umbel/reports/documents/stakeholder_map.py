# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The stakeholder map: interest against influence, attitudes, and the next conversation. For the office only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.frameworks.stakeholders import ATTITUDES, HIGH
from umbel.reports.charts import BAR, INK, SOFT, TRACK
from umbel.reports.documents import blocks as b
from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from umbel.frameworks.stakeholders import Stakeholder

NAME, TITLE = "stakeholder-map", "Stakeholder map"
ABOUT = "Interest against influence, champions and detractors, the next conversation. For the office only."
WIDTH, HEIGHT, EDGE = 620, 460, 34
MOST_DRAWN = 40
"""More dots can't be told apart; the table has all."""
_LETTERS, _ROW = 6.4, 15.0
"""Width of a letter and height of a label, in pixels."""
_SIGNS = {"champion": "++", "supporter": "+", "neutral": "", "sceptic": "−", "detractor": "−−"}  # noqa: RUF001 - a minus


def document(
    there: Sequence[Stakeholder],
    petals: dict[str, str],
    as_of: datetime,
    organisation: str,
    exposed: Sequence[str],
) -> b.Document:
    """The map; `exposed` says why others than the office can see what it stands on."""
    blocks: list[b.Block] = [b.Callout("This can be seen by others", one, "warning") for one in exposed]
    if there:
        blocks += [_figure(there), b.Section("Who, and what next", _table(there, petals, as_of.date()))]
        blocks.append(b.Section("Champions and detractors", _attitudes(there)))
    else:
        blocks.append(
            b.Paragraph(
                (
                    "Nobody is on the map yet. Records stand in ",
                    b.Code("decisions/stakeholders.toml"),
                    (
                        " ([[stakeholder]]): a role, its petal, interest and influence from 1 to 5, an "
                        "attitude, and the next conversation."
                    ),
                )
            )
        )
    return b.Document(
        name=NAME,
        title=TITLE,
        as_of=as_of,
        organisation=organisation,
        blocks=tuple(blocks),
        private=True,
        foot="What it says of people is what the office thinks, not what was measured.",
    )


def _table(there: Sequence[Stakeholder], petals: dict[str, str], day: date) -> tuple[b.Block, ...]:
    columns = (
        b.Column("who", width=2),
        b.Column("petal"),
        b.Column("interest", "right"),
        b.Column("influence", "right"),
        b.Column("attitude"),
        b.Column("approach", width=1.6),
        b.Column("last talk"),
        b.Column("next", width=2),
    )
    rows = tuple(
        (
            one.who,
            petals.get(one.petal, one.petal),
            str(one.interest),
            str(one.influence),
            one.attitude,
            one.approach,
            "none yet" if one.last is None else str(one.last),
            _next(one, day),
        )
        for one in there
    )
    late = [one.who for one in there if one.is_due(day)]
    found: list[b.Block] = [b.Table(columns=columns, rows=rows)]
    if late:
        found.append(b.Paragraph(f"Overdue: the talk with {', '.join(late)}."))
    wants = tuple(b.Term(one.who, one.wants) for one in there if one.wants and one.wants.strip())
    return (*found, b.Section("What they hope or fear", (b.Terms(wants),))) if wants else tuple(found)


def _next(one: Stakeholder, day: date) -> str:
    if one.next is None:
        return "no talk planned"
    about = f": {one.about}" if one.about else ""
    return f"{one.next}{about}{' (overdue)' if one.is_due(day) else ''}"


def _attitudes(there: Sequence[Stakeholder]) -> tuple[b.Block, ...]:
    counted = {each: [one.who for one in there if one.attitude == each] for each in ATTITUDES}
    rows = tuple((each, str(len(who)), ", ".join(who) or "nobody") for each, who in counted.items())
    return (
        b.Table(
            columns=(b.Column("attitude"), b.Column("how many", "right"), b.Column("who", width=3)), rows=rows
        ),
    )


# ---- the chart


def _figure(there: Sequence[Stakeholder]) -> b.Block:
    drawn = there[:MOST_DRAWN]
    left = f" {len(there) - len(drawn)} more stand in the table." if len(there) > len(drawn) else ""
    close = [one.who for one in there if one.approach == "work closely together"]
    near = f"To work closely with: {', '.join(close[:8])}." if close else "Nobody is high in both."
    columns = (
        b.Column("who", width=2),
        b.Column("interest", "right"),
        b.Column("influence", "right"),
        b.Column("attitude"),
    )
    rows = tuple((one.who, str(one.interest), str(one.influence), one.attitude) for one in there)
    return b.Figure(
        specification(drawn),
        WIDTH,
        HEIGHT,
        caption=f"Interest against influence; ++ is a champion, − − a detractor.{left}",  # noqa: RUF001 - a minus
        alt=f"{len(there)} stakeholders by interest and influence. {near}",
        numbers=b.Table(columns=columns, rows=rows),
        kind="chart quadrant",
    )


def specification(there: Sequence[Stakeholder]) -> dict[str, Any]:
    """The Vega-Lite specification: dots of one place stand side by side, labels step aside where they would meet."""
    import altair as alt

    spots = _spots(there)
    rows: list[dict[str, Any]] = [
        {"x": x, "y": y, "at_x": at_x, "at_y": at_y, "label": label}
        for (x, y), (at_x, at_y, label) in zip(spots, labels(there), strict=True)
    ]
    right = [row for row in rows if row["at_x"] > row["x"]]
    left = [row | {"at_x": row["x"] - 9} for row in rows if row["at_x"] <= row["x"]]
    across, up = alt.Scale(domain=[0, WIDTH], nice=False), alt.Scale(domain=[HEIGHT, 0], nice=False)
    x, y = alt.X("x:Q", axis=None, scale=across), alt.Y("y:Q", axis=None, scale=up)
    middle_x, middle_y = _across(HIGH + 0.5), _up(HIGH + 0.5)
    frame: list[dict[str, float]] = [{"x": EDGE, "y": 0, "x2": WIDTH, "y2": HEIGHT - EDGE}]
    cross: list[dict[str, float]] = [
        {"x": middle_x, "y": 0, "x2": middle_x + 1, "y2": HEIGHT - EDGE},
        {"x": EDGE, "y": middle_y, "x2": WIDTH, "y2": middle_y + 1},
    ]

    def box(values: list[dict[str, float]], color: str) -> Any:
        chart = alt.Chart(alt.InlineData(values=values)).mark_rect(color=color)
        return chart.encode(x=x, y=y, x2="x2:Q", y2="y2:Q")

    def words(values: list[dict[str, Any]], color: str, **style: Any) -> Any:
        chart = alt.Chart(alt.InlineData(values=values)).mark_text(color=color, fontSize=12, **style)
        return chart.encode(
            x=alt.X("at_x:Q", axis=None, scale=across), y=alt.Y("at_y:Q", axis=None, scale=up), text="label:N"
        )

    dots = alt.Chart(alt.InlineData(values=rows)).mark_circle(size=70, color=BAR, opacity=1).encode(x=x, y=y)
    layers = alt.layer(
        box(frame, TRACK),
        box(cross, SOFT),
        words(_fields(middle_x), SOFT),
        words([{"at_x": 14.0, "at_y": (HEIGHT - EDGE) / 2, "label": "more influence →"}], SOFT, angle=270),
        dots,
        words(right, INK, align="left", baseline="middle"),
        words(left, INK, align="right", baseline="middle"),
    )
    chart = layers.properties(width=WIDTH, height=HEIGHT, autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure(padding=0, font="system-ui, sans-serif", aria=False)
    made: dict[str, Any] = chart.configure_view(stroke=None).to_dict()
    return made


def _fields(middle_x: float) -> list[dict[str, Any]]:
    left, right, low = (EDGE + middle_x) / 2, (middle_x + WIDTH) / 2, HEIGHT - EDGE - 10
    return [
        {"at_x": left, "at_y": 12, "label": "keep satisfied"},
        {"at_x": right, "at_y": 12, "label": "work closely together"},
        {"at_x": left, "at_y": low, "label": "keep an eye on"},
        {"at_x": right, "at_y": low, "label": "keep informed"},
        {"at_x": (EDGE + WIDTH) / 2, "at_y": HEIGHT - 14, "label": "more interest →"},
    ]


def _across(value: float) -> float:
    return EDGE + 26 + (value - 1) / 4 * (WIDTH - EDGE - 120)


def _up(value: float) -> float:
    return 36 + (5 - value) / 4 * (HEIGHT - EDGE - 80)


def _spots(there: Sequence[Stakeholder]) -> list[tuple[float, float]]:
    """Where each dot stands: those of one place one below the other, all can be seen."""
    seen: dict[tuple[int, int], int] = {}
    found = []
    for one in there:
        place = (one.interest, one.influence)
        number = seen.get(place, 0)
        seen[place] = number + 1
        found.append((_across(one.interest) + number // 4 * 9, _up(one.influence) + number % 4 * 9 - 9))
    return found


def labels(there: Sequence[Stakeholder]) -> list[tuple[float, float, str]]:
    """Where each label begins (its left end and middle), and what it says: they meet only without room."""
    taken: list[tuple[float, float, float]] = []
    found = []
    for one, (x, y) in zip(there, _spots(there), strict=True):
        sign = f" {_SIGNS[one.attitude]}" if _SIGNS[one.attitude] else ""
        label = f"{short(printable(one.who), 22)}{sign}"
        width = len(label) * _LETTERS
        spots = [
            (left, min(max(y + step, 26.0), HEIGHT - EDGE - 24.0))
            for step in sorted(range(-180, 181, 5), key=abs)
            for left in (x + 9, x - 9 - width)
            if left >= EDGE + 4 and left + width <= WIDTH
        ]
        free = (spot for spot in spots if _is_free(spot, width, taken))
        at_x, at_y = next(free, spots[0] if spots else (EDGE + 6.0, y))
        taken.append((at_x, at_x + width, at_y))
        found.append((at_x, at_y, label))
    return found


def _is_free(spot: tuple[float, float], width: float, taken: Sequence[tuple[float, float, float]]) -> bool:
    left, right = spot[0], spot[0] + width
    return all(right < a - 4 or b < left - 4 or abs(spot[1] - at) >= _ROW for a, b, at in taken)
