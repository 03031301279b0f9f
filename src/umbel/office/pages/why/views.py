# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages that answer "why?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UsageError
from umbel.office import figures
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import Found, figure_of, newest
from umbel.office.pages.management import told as kpi_told
from umbel.office.pages.management.figures import courses
from umbel.office.pages.portfolio.lists import list_page
from umbel.office.pages.portfolio.live import LiveSource
from umbel.office.pages.why import figures as own
from umbel.office.pages.why import listed, told
from umbel.reports.markup import Html

if TYPE_CHECKING:
    import pyarrow as pa
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LONGEST = 400


def home(request: HttpRequest) -> HttpResponseBase:
    """Every indicator and every metric, with what it says or asks: a list to be searched."""
    looks = seen_module.of(request)
    readings, defined = figure_of(figures.readings, looks), figure_of(figures.indicators, looks)
    found: Found[pa.Table] = Found(
        value=None, state=readings.state, edition=readings.edition, why=readings.why
    )
    if readings.value is not None and defined.value is not None:
        rows = listed.table(readings.value, defined.value, workspace().metrics().metrics)
        found = msgspec.structs.replace(found, value=rows)
    return list_page(request, listed.FIGURES, "why/home.html", source=LiveSource(listed.FIGURES, found))


def indicator(request: HttpRequest, name: str) -> HttpResponse:
    """One indicator: what it means, how it is computed, what it says, and what that stands on."""
    looks = seen_module.of(request)
    try:
        definition = workspace().indicators().get(name)
    except UsageError as error:
        raise Http404(f"{error} {error.hint}") from error
    found = figure_of(figures.readings, looks)
    reading = (found.value or {}).get(definition.name)
    course = (figure_of(courses, looks).value or {}).get(definition.name)
    context = {
        "found": found,
        "name": definition.name,
        "said": definition.indicator,
        "way": told.way(definition),
        "reading": reading,
        "shown": figures.shown(reading, definition.indicator) if reading else None,
        "evidence": told.evidence(reading, looks) if reading else [],
        "uses": told.uses((figure_of(figures.assessments, looks).value or {}).values(), definition.name),
        "course": course,
        "points": kpi_told.points(course.kpi) if course else [],
        "picture": Html(course.picture) if course else None,
        "provenance": figure_of(own.provenance, looks).value,
    }
    return render(request, "why/indicator.html", context)


def metric(request: HttpRequest, name: str) -> HttpResponse:
    """One metric: what it means, its query, and what it says of one subject."""
    looks = seen_module.of(request)
    try:
        chosen = workspace().metrics().get(name)
    except UsageError as error:
        raise Http404(f"{error} {error.hint}") from error
    subject = request.GET.get("of", "").strip()[:LONGEST]
    context = {
        "name": chosen.name,
        "said": chosen.header,
        "sql": chosen.sql.strip(),
        "file": told.place(chosen.path),
        "subject": subject,
        "result": told.result(workspace(), chosen, subject, looks) if subject else None,
        "provenance": figure_of(own.provenance, looks).value,
    }
    return render(request, "why/metric.html", context)


def practice(request: HttpRequest) -> HttpResponse:
    """A practice by its whole name: its page says why it stands as it does."""
    framework, mark, name = request.GET.get("of", "").partition("/")
    assessed = (figure_of(figures.assessments, seen_module.of(request)).value or {}).get(framework)
    if not mark or assessed is None or all(each.practice.id != name for each in assessed.answers):
        return HttpResponseRedirect(reverse("centre"))
    return HttpResponseRedirect(reverse("practice", args=[framework, name]))


def edition(request: HttpRequest) -> HttpResponse:
    """What all figures stand on: tables, records, settings; when they were made, and how long each took."""
    looks = seen_module.of(request)
    made, found = newest(looks), figure_of(own.provenance, looks)
    context = {
        "found": found,
        "provenance": found.value,
        "edition": found.edition or made.edition,
        "state": found.state,
        "figures": told.figures(made.value.seconds, made.value.failed) if made.value else [],
    }
    return render(request, "why/edition.html", context)
