# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a series goes if nothing changes: a drift with its interval, or no forecast at all.

The model is a random walk with drift: the figure moves by its mean pace so far, and what it does beside that is
chance that adds up. Of all simple models it promises least: its interval grows with time. For steps of chance that
are normal the interval is exact (Student's t), which the tests hold it to.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from umbel.frameworks.indicators.sentences import percent
from umbel.frameworks.interface import Forecast
from umbel.frameworks.kpi_words import enough

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from umbel.frameworks.interface import Point, Unit

LEAST = 6
"""Known points without which nothing is forecast."""
LEVEL = 0.8
"""How many of ten futures lie in the interval, if the model holds: 8."""
_Z = 1.2815515655446004
"""The normal distribution's 90 % point: 80 % lie between it and its opposite."""
_BOUNDS: dict[Unit, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "count": (0.0, math.inf),
    "days": (0.0, math.inf),
    "years": (0.0, math.inf),
}


def forecast(series: Sequence[Point], end: date) -> Forecast | str:
    """What the figure of a series will be on a later day: value and interval; or why nobody can tell.

    Unknown points, and those of which too little is known, are left out. Eight of ten futures lie in the
    interval if the figure goes on moving as it did.
    """
    known = _known(series)
    why = _cannot(series, known, end)
    if why:
        return why
    days = [day.toordinal() for day, _ in known]
    values = [float(value) for _, value in known]
    steps = list(zip(_differences(days), _differences(values), strict=True))
    past, ahead = days[-1] - days[0], end.toordinal() - days[-1]
    pace = (values[-1] - values[0]) / past
    freedom = len(steps) - 1
    spread = math.sqrt(sum((moved - pace * time) ** 2 / time for time, moved in steps) / freedom)
    if spread < 1e-12:
        return "it moved so evenly that its past says nothing of chance"
    middle = values[-1] + pace * ahead
    room = quantile(freedom) * spread * math.sqrt(ahead + ahead**2 / past)
    low, high = _BOUNDS.get(series[0].reading.unit, (-math.inf, math.inf))
    return Forecast(
        end=end,
        value=_within(middle, low, high),
        low=_within(middle - room, low, high),
        high=_within(middle + room, low, high),
        how=f"Drift over {len(known)} points since {known[0][0]}; {LEVEL * 100:.0f} % interval of a random walk.",
    )


def _known(series: Sequence[Point]) -> list[tuple[date, float]]:
    """Days and values of what enough is known of.

    What is stated is of the day that it was stated for, and counts once however long it lasts.
    """
    found: dict[date, float] = {}
    for each in series:
        told = each.reading
        if told.value is not None and enough(told):
            stated = told.stated and told.observed_at is not None
            found[told.observed_at.date() if stated and told.observed_at else each.end] = told.value
    return list(found.items())


def _cannot(series: Sequence[Point], known: Sequence[tuple[date, float]], end: date) -> str | None:
    newest = series[-1].reading if series else None
    checks = (
        (any(each.reading.unit == "yes" for each in series), "a yes or no has no pace"),
        (
            newest is not None and newest.value is not None and not enough(newest),
            f"only {percent(newest.coverage or 0.0) if newest else '?'} of what it should speak of is known",
        ),
        (len(known) < LEAST, f"not enough past: {len(known)} known points, and {LEAST} are needed"),
        (
            bool(series) and series[-1].reading.value is None and bool(known),
            f"it is unknown since {known[-1][0] if known else end}",
        ),
        (bool(known) and end <= known[-1][0], "the day doesn't lie ahead"),
        (
            any(later[0] <= earlier[0] for earlier, later in pairwise(known)),
            "its points are not in their order",
        ),
        (len({value for _, value in known}) == 1, "it never moved, so nothing says how far it could"),
    )
    return next((why for is_so, why in checks if is_so), None)


def quantile(freedom: int) -> float:
    """The 90 % point of Student's t with so many degrees of freedom (4 or more), good to three digits.

    Source: Abramowitz and Stegun, 26.7.5.
    """
    z, n = _Z, freedom
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return float(z + sum(term / n**power for power, term in enumerate(terms, 1)))


def _differences(values: Sequence[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(values)]


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
