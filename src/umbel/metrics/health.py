# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps projects alive, all in one go: sentences, figures with what they were before, series.

There is no score over the figures and no order of projects but their names: one number would hide what
the others say (docs/explanation/health.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from umbel.metrics.definition import catalog
from umbel.metrics.engine import Engine, MetricFailed, periods
from umbel.metrics.sentences import of_part, sentence, story
from umbel.model.measurement import Better, Measurement  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.metrics.definition import Catalog, Definition
    from umbel.metrics.engine import Every

SERIES = ("commit_activity", "active_contributors", "absence_factor", "top_share", "release_frequency")
"""Metrics that are shown over time."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement with its words, and its value a window earlier (None if unknown, or without window)."""

    title: str
    better: Better
    sentence: str
    measurement: Measurement
    before: float | None = None


class Point(msgspec.Struct, frozen=True):
    """One point of a series: the value on a day, None where it isn't known."""

    day: datetime
    value: float | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One project: what matters in sentences, every figure, and some of them over time by metric.

    `paths` are the part of it that all this is of, which `about` says in words; the whole without them.
    """

    project: str
    paths: tuple[str, ...] = ()
    about: str | None = None
    as_of: datetime
    sentences: list[str]
    figures: list[Figure]
    series: dict[str, list[Point]]

    def figure(self, metric: str) -> Measurement | None:
        """One of the figures by its metric."""
        return next((f.measurement for f in self.figures if f.measurement.metric == metric), None)


class Answer(msgspec.Struct, frozen=True):
    """Projects by name, and what is wrong with metrics of the workspace's own, a line each."""

    projects: list[Health]
    broken: list[str]


def health(  # noqa: PLR0913 - what can be left out of a large portfolio
    session: Session,
    projects: Sequence[str] | None = None,
    as_of: datetime | None = None,
    *,
    rules: Rules | None = None,
    metrics: Catalog | None = None,
    paths: Sequence[str] = (),
    before: bool = True,
    every: Every = "quarter",
    number: int = 12,
) -> Answer:
    """The health of every project with a history, or of those named, sorted by name.

    `number` points of each of `SERIES`, one a month, quarter or year (0: none); `before` also asks for
    each figure a window earlier. `metrics` are the built-in ones unless given. One query a figure and
    day, whatever the number of projects. `paths` ask about a part of the named projects only.
    """
    engine = Engine(session, rules, projects, paths=paths)
    known = metrics or catalog()
    day = as_of or session.as_of
    broken = [str(each) for each in known.broken]
    now: dict[str, dict[str, Measurement]] = {name: {} for name in engine.histories}
    earlier: dict[tuple[str, str], float | None] = {}
    for definition in known.told_by_history().values():
        if definition.header.subject != "project":
            continue
        try:
            _ask(engine, definition, day, now, earlier if before else None)
        except MetricFailed as error:
            broken.append(error.message)
    headers = {name: definition.header for name, definition in known.metrics.items()}
    lines = _series(engine, known, periods(every, number, day) if number else [])
    made = [
        Health(
            project=project,
            paths=engine.paths,
            about=of_part(engine.paths, engine.histories[project].commits) if engine.paths else None,
            as_of=day,
            sentences=story(figures, headers),
            figures=[_figure(m, known.metrics[n], earlier.get((n, project))) for n, m in figures.items()],
            series={name: line[project] for name, line in lines.items() if project in line},
        )
        for project, figures in now.items()
    ]
    return Answer(made, broken)


def _ask(
    engine: Engine,
    definition: Definition,
    day: datetime,
    now: Mapping[str, dict[str, Measurement]],
    earlier: dict[tuple[str, str], float | None] | None,
) -> None:
    for measurement in engine.measure(definition, as_of=day):
        if measurement.subject in now:
            now[measurement.subject][definition.name] = measurement
    window = definition.windows[0]
    if earlier is None or window is None:
        return
    for measurement in engine.measure(definition, as_of=day - timedelta(days=window)):
        earlier[definition.name, measurement.subject] = measurement.value


def _figure(measurement: Measurement, definition: Definition, before: float | None) -> Figure:
    header = definition.header
    return Figure(
        title=header.title,
        better=header.better,
        sentence=sentence(measurement, header),
        measurement=measurement,
        before=before,
    )


def _series(engine: Engine, known: Catalog, days: list[datetime]) -> dict[str, dict[str, list[Point]]]:
    """Points by metric and project."""
    lines: dict[str, dict[str, list[Point]]] = {}
    for name in SERIES if days else ():
        line = lines.setdefault(name, {project: [] for project in engine.histories})
        for measurement in engine.series(known.metrics[name], days):
            line[measurement.subject].append(Point(measurement.as_of, measurement.value))
    return lines
