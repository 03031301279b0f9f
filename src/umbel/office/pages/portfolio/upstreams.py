# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One upstream project, and one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.http import Http404
from django.shortcuts import render

from umbel.office import seen
from umbel.office.confidential import masked
from umbel.office.editions import Asked, Found, State, file_of, list_of, path_of, row_of
from umbel.office.editions.opened import connection
from umbel.office.pages.ecosystem.gathered import ProjectFacts
from umbel.office.pages.ecosystem.lists import strategic_facts
from umbel.office.pages.portfolio import live
from umbel.office.pages.portfolio.figures import PACKAGES, PEOPLE, UPSTREAMS
from umbel.office.pages.portfolio.files import upstream_people
from umbel.office.pages.portfolio.fitness import fitness_of
from umbel.office.pages.portfolio.packages import open_rows
from umbel.office.pages.portfolio.tabs import tabs_of
from umbel.reports.markup import Html

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse

    from umbel.office.editions import Row
    from umbel.office.seen import Seen

TABS = (
    ("upstream", "Packages"),
    ("upstream-health", "Health"),
    ("upstream-people", "People"),
    ("upstream-control", "Control"),
    ("upstream-funding", "Funding"),
)
MOST = 200


def upstream_of(looks: Seen, key: str) -> Found[Row]:
    """The row of an upstream project. Raises `Http404` where nothing in use comes from it."""
    found = row_of(UPSTREAMS, key, looks)
    if found.value is None and found.state is State.READY:
        raise Http404(f"Nothing in use comes from a project {key[:200]!r}, as far as is known.")
    return found


def _context(request: HttpRequest, key: str, current: str) -> dict[str, Any]:
    found = upstream_of(seen.of(request), key)
    return {"found": found, "row": found.value, "key": key, "tabs": tabs_of(TABS, current, key)}


def packages(request: HttpRequest, key: str) -> HttpResponse:
    """What we use of it, and where."""
    context = _context(request, key, "upstream")
    looks = seen.of(request)
    found = path_of(PACKAGES, looks, lambda path: _packages(path, key))
    rows = open_rows(found.value or (), looks)
    for row in rows:
        if row["among"] is not None:
            row["projects"] = len([name for name in row["among"] if looks.shows(name)])
    context |= {"packages_found": found, "packages": rows[:MOST], "more": max(0, len(rows) - MOST)}
    return render(request, "portfolio/upstream.html", context)


def _packages(path: Path, key: str) -> list[Row]:
    import json

    sql = "SELECT key, name, ecosystem, projects, versions, severity, latest, among FROM rows WHERE upstream = ?"
    rows = [dict(row) for row in connection(path).execute(f"{sql} ORDER BY projects DESC, name", (key,))]
    for row in rows:
        row["among"] = None if row["among"] is None else json.loads(row["among"])
    return rows


def health(request: HttpRequest, key: str) -> HttpResponse:
    """Who keeps it alive."""
    context = _context(request, key, "upstream-health")
    context |= fitness_of(seen.of(request), key, ours=False)
    return render(request, "portfolio/upstream_health.html", context)


_PEOPLE = (
    "SELECT * FROM read_parquet($path) WHERE project = $project ORDER BY recent DESC, commits DESC, person"
)


def people(request: HttpRequest, key: str) -> HttpResponse:
    """Who does most of it: names of those alone who wished so."""
    context = _context(request, key, "upstream-people")
    found = file_of(upstream_people, seen.of(request))
    context["people_found"] = found
    if found.value is not None:
        rows = live.rows_of(_PEOPLE, path=str(found.value), project=key)
        context |= {"people": rows, "whole": rows[0] if rows else None}
    return render(request, "portfolio/upstream_people.html", context)


def _told(request: HttpRequest, key: str) -> dict[str, Any]:
    """What the strategic list stands on, of those that are told there."""
    looks = seen.of(request)
    found = row_of(strategic_facts, key, looks)
    told = None
    if found.value is not None:
        told = masked(msgspec.json.decode(found.value["facts"], type=ProjectFacts), looks)
    return {"told_found": found, "told": told}


def control(request: HttpRequest, key: str) -> HttpResponse:
    """Who controls it."""
    context = _context(request, key, "upstream-control") | _told(request, key)
    told = context["told"]
    if told is not None and told.over_time is not None:
        context["over_time"] = {"title": told.over_time.title, "svg": Html(told.over_time.svg)}
    return render(request, "portfolio/upstream_control.html", context)


def funding(request: HttpRequest, key: str) -> HttpResponse:
    """Where it takes money."""
    return render(
        request,
        "portfolio/upstream_funding.html",
        _context(request, key, "upstream-funding") | _told(request, key),
    )


def person(request: HttpRequest, key: str) -> HttpResponse:
    """One person, as far as they wish to be known: counts only."""
    looks = seen.of(request)
    found = row_of(PEOPLE, key, looks)
    if found.value is None and found.state is State.READY:
        raise Http404(f"Nobody is known as {key[:100]!r}.")
    context: dict[str, Any] = {"found": found, "row": found.value, "key": key}
    everybody = list_of(PEOPLE, Asked(per_page=1), looks).value
    context["whole"] = None if everybody is None else everybody.whole
    return render(request, "portfolio/person.html", context)
