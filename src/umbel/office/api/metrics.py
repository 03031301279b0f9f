# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Metrics: what each means, and its value for one project."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
from django.http import Http404, HttpResponse

from umbel.model.errors import UsageError
from umbel.model.measurement import Measurement
from umbel.office.api.answers import answer, tagged
from umbel.office.api.machine import operation
from umbel.office.core import workspace
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.metrics.definition import Definition

TAG = "Metrics"


class MetricTold(msgspec.Struct, kw_only=True):
    """What a metric means: its question, unit, definition, source, and what it can't tell."""

    name: str
    title: str
    question: str
    unit: str
    definition: str
    source: str
    limits: str
    subject: str
    better: str
    windows: list[int | str]
    query: str


def _told(found: Definition) -> MetricTold:
    header = found.header
    return MetricTold(
        name=found.name,
        title=header.title,
        question=header.question,
        unit=header.unit,
        definition=header.definition,
        source=header.source,
        limits=header.limits,
        subject=header.subject,
        better=header.better,
        windows=list(header.windows),
        query=found.sql,
    )


@operation(
    "GET",
    "/metrics",
    tag=TAG,
    who=Who.VIEWER,
    name="metrics",
    answers=list[MetricTold],
    example="/api/v1/metrics",
)
def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric there is, with its definition and its query."""
    return answer(request, [_told(each) for each in workspace().metrics().metrics.values()])


@operation(
    "GET", "/metrics/{name}", tag=TAG, who=Who.VIEWER, name="metric", answers=MetricTold,
    sample={"name": "nothing-of-this-name"}, example="/api/v1/metrics/absence_factor",
)  # fmt: skip
def metric(request: HttpRequest, name: str) -> HttpResponse:
    """What one metric means."""
    found = workspace().metrics().metrics.get(name)
    if found is None:
        raise Http404(f"There is no metric {name[:100]!r}.")
    return answer(request, _told(found))


@operation(
    "GET", "/metrics/{name}/of/{path:project}", tag=TAG, who=Who.VIEWER, name="metric-of", answers=list[Measurement],
    sample={"name": "absence_factor", "project": "nothing-of-this-name"},
)  # fmt: skip
def measured(request: HttpRequest, name: str, project: str, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - Seen has it
    """The value of a metric for one project of ours, with what it stands on; unknown says why."""
    looks, ws = seen_of(request), workspace()
    if name not in ws.metrics().metrics:
        raise Http404(f"There is no metric {name[:100]!r}.")
    if not looks.shows(project):
        raise Http404("There is no such project.")
    key = ws.readings_key(looks.as_of, None)
    try:
        found = [each for each in ws.metric(name, [project], as_of=looks.as_of) if looks.shows(each.subject)]
    except UsageError as error:
        raise Http404(error.message) from error
    return tagged(request, f"{key} {name} {project}", lambda: answer(request, found))
