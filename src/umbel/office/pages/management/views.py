# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages for management: key figures, value, budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render

from umbel.model.errors import UsageError
from umbel.office import figures
from umbel.office import seen as seen_module
from umbel.office.confidential import masked
from umbel.office.editions import figure_of
from umbel.office.pages.ecosystem.figures import kept_from
from umbel.office.pages.management import figures as own
from umbel.office.pages.management import told
from umbel.office.pages.management.export import written
from umbel.office.pages.management.goals import every
from umbel.reports import kpi_chart
from umbel.reports.markup import Html

if TYPE_CHECKING:
    from django.http import HttpRequest


def home(request: HttpRequest) -> HttpResponse:
    """What management has: goals, key figures, value, and how the petal stands."""
    looks = seen_module.of(request)
    petals = figure_of(figures.petals, looks)
    goals = figure_of(own.goals, looks)
    worth = figure_of(own.value, looks)
    context = {
        "petal_found": petals,
        "petal": (petals.value or {}).get("management"),
        "goals_found": goals,
        "goals": every(looks),
        "worth_found": worth,
        "worth": worth.value,
    }
    return render(request, "management/home.html", context)


def kpis(request: HttpRequest) -> HttpResponse:
    """All key figures by petal, each with its course; CSV, ODS or Parquet of them all."""
    looks = seen_module.of(request)
    groups, courses = figure_of(own.kpi_groups, looks), figure_of(own.courses, looks)
    form = request.GET.get("format")
    if form:
        if courses.value is None:
            raise UsageError("The series are still being worked out.", "Try again in a minute.")
        return written([each.kpi for each in courses.value.values()], form)
    drawn = {name: Html(each.picture) for name, each in (courses.value or {}).items()}
    context = {
        "found": groups,
        "courses_found": courses,
        "groups": told.with_courses(groups.value or [], courses.value or {}, drawn),
    }
    return render(request, "management/kpis.html", context)


def kpi(request: HttpRequest, name: str) -> HttpResponse:
    """One key figure: what it means, its series, forecast and targets."""
    looks = seen_module.of(request)
    groups, courses = figure_of(own.kpi_groups, looks), figure_of(own.courses, looks)
    known = {each.name: each for group in groups.value or [] for each in group.kpis}
    if groups.value is not None and name not in known:
        raise Http404(f"There is no key figure {name}.")
    defined = figure_of(figures.indicators, looks).value or {}
    course = (courses.value or {}).get(name)
    context = {
        "found": groups,
        "courses_found": courses,
        "name": name,
        "shown": known.get(name),
        "defined": defined.get(name),
        "course": course,
        "points": told.points(course.kpi) if course else [],
        "ahead": told.ahead(course.kpi) if course else None,
        "picture": Html(course.picture) if course else None,
        "specification": kpi_chart.one(course.kpi) if course else None,
    }
    return render(request, "management/kpi.html", context)


def value(request: HttpRequest) -> HttpResponse:
    """What contributing cost and saved, with every assumption in sight."""
    looks = seen_module.of(request)
    found = figure_of(own.value, looks)
    kept = kept_from(looks)
    context = {
        "found": found,
        "worth": masked(found.value, looks),
        "projects": [
            each
            for each in (found.value.valued.projects if found.value else ())
            if each.project not in kept and looks.shows(each.project)
        ],
        "unknown": [
            each
            for each in (masked(found.value, looks).valued.total.unknown if found.value else ())
            if each.of not in kept
        ],
        "picture": Html(found.value.picture) if found.value and found.value.picture else None,
    }
    return render(request, "management/value.html", context)


def budgets(request: HttpRequest) -> HttpResponse:
    """What was granted and what was spent of it, as both are stated."""
    looks = seen_module.of(request)
    found = figure_of(own.budgets, looks)
    context = {"found": found, "budgets": found.value or []}
    return render(request, "management/budgets.html", context)
