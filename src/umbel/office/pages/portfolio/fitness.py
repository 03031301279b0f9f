# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps a project alive, for its page: sentences, figures and small multiples, kept by an edition."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.metrics.health import Health
from umbel.office.editions import file_of
from umbel.office.pages.portfolio import live
from umbel.office.pages.portfolio.files import health_of_ours, health_of_theirs
from umbel.reports.columns import Trend, draw
from umbel.reports.health import described, trends

if TYPE_CHECKING:
    from datetime import date

    from umbel.office.seen import Seen
    from umbel.reports.markup import Html

_TOLD = "SELECT told FROM read_parquet($path) WHERE project = $project"


class Multiple(NamedTuple):
    """One figure over time."""

    title: str
    unit: str
    now: float | None
    svg: Html
    rows: list[tuple[str, float | None]]


@lru_cache(maxsize=512)
def _drawn(
    title: str, unit: str, ends: tuple[date, ...], values: tuple[float | None, ...], number: int
) -> Html:
    """A picture of one figure: each takes as long as the rest of the page, and its evidence changes once a day."""
    trend = Trend(title=title, unit=unit, ends=list(ends), values=list(values))
    return draw(trend, name=f"multiple-{number}", description=described(trend))


def fitness_of(looks: Seen, project: str, *, ours: bool) -> dict[str, Any]:
    """What `portfolio/_health.html` shows: of one of our projects, or of one upstream."""
    found = file_of(health_of_ours if ours else health_of_theirs, looks)
    context: dict[str, Any] = {"health_found": found, "health": None}
    if found.value is None:
        return context
    row = live.cursor().execute(_TOLD, {"path": str(found.value), "project": project}).fetchone()
    if row is None:
        return context
    told = msgspec.json.decode(row[0], type=Health)
    return context | {
        "health": told,
        "multiples": [
            Multiple(
                title=trend.title,
                unit=trend.unit,
                now=trend.values[-1],
                svg=_drawn(trend.title, trend.unit, tuple(trend.ends), tuple(trend.values), number),
                rows=[(end.isoformat(), value) for end, value in zip(trend.ends, trend.values, strict=True)],
            )
            for number, trend in enumerate(trends(told))
        ],
        "figures": [each for each in told.figures if each.measurement.value is not None],
        "unknown_figures": [each for each in told.figures if each.measurement.value is None],
    }
