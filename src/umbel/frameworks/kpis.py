# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""KPIs: which indicators an office looks at, in which order, with their series, targets and forecasts.

A KPI is an indicator that somebody looks at: the catalogue in `data/kpis.toml`, what a workspace imports or defines
itself, and whatever its goals name.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.frameworks import forecast
from umbel.frameworks.interface import Forecast, Kpi, Point
from umbel.frameworks.kpi_words import enough

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from umbel.frameworks.interface import Indicator, Reading, Target

_REST = "management"
"""The petal that has to do with what belongs to none."""


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The KPIs of one petal, in their order."""

    petal: str
    title: str
    kpis: tuple[str, ...] = ()


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    groups: tuple[Group, ...]


class Moved(NamedTuple):
    """The newest known point of a KPI before the last, and the last."""

    before: Point
    now: Point


@cache
def groups() -> tuple[Group, ...]:
    """The KPIs that ship, by petal."""
    text = (files("umbel.frameworks") / "data" / "kpis.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=_Catalogue).groups


def placed(indicators: Mapping[str, Indicator], wanted: Iterable[str] = ()) -> list[Group]:
    """The groups with what of them there is; own indicators and `wanted` ones stand at the end of their petal's.

    What no petal claims stands with management.
    """
    shipped = {name for group in groups() for name in group.kpis}
    known = {group.petal for group in groups()}
    more: dict[str, list[str]] = {}
    own = [name for name, each in indicators.items() if each.own]
    for name in dict.fromkeys((*own, *wanted)):
        if name in indicators and name not in shipped:
            petal = indicators[name].petal
            more.setdefault(petal if petal in known else _REST, []).append(name)
    return [
        Group(
            petal=group.petal,
            title=group.title,
            kpis=(*(name for name in group.kpis if name in indicators), *more.get(group.petal, ())),
        )
        for group in groups()
    ]


def made(
    indicator: Indicator,
    now: Reading,
    series: Sequence[tuple[datetime, Reading]] = (),
    targets: Iterable[Target] = (),
) -> Kpi:
    """A KPI of its readings: the series oldest first, the targets that speak of it, those due first."""
    points = tuple(Point(end=moment.astimezone(UTC).date(), reading=each) for moment, each in series)
    mine = sorted(
        (each for each in targets if each.kpi == indicator.name), key=lambda one: (one.until, one.goal)
    )
    found = forecast.forecast(points, ahead(points, mine)) if points else ""
    return Kpi(
        indicator=indicator,
        now=now,
        series=points,
        targets=tuple(mine),
        forecast=found if isinstance(found, Forecast) else None,
    )


def ahead(points: Sequence[Point], targets: Sequence[Target]) -> date:
    """The day that a series is forecast to: the next target's, at most half the past away; else a step on."""
    last, first = points[-1].end, points[0].end
    past = last - first
    step = timedelta(days=max(past.days // max(len(points) - 1, 1), 1))
    for each in targets:
        if last < each.until <= last + past / 2:
            return each.until
    return last + step


def moved(kpi: Kpi) -> Moved | None:
    """From which known point to the last a KPI moved; None where one of them is missing.

    Known is what enough was looked at for: that more was looked at is no move. A stated value that lasts is
    one value: the point before is the newest with another.
    """
    if not kpi.series or not enough(kpi.series[-1].reading):
        return None
    now = kpi.series[-1]
    known = [point for point in kpi.series[:-1] if enough(point.reading)]
    if now.reading.stated:
        known = [point for point in known if point.reading.observed_at != now.reading.observed_at]
    return Moved(known[-1], now) if known else None


def names(found: Sequence[Group]) -> list[str]:
    """The KPIs of groups, in their order."""
    return [name for group in found for name in group.kpis]
