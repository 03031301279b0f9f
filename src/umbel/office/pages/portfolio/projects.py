# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One project of ours: what it is made of, what needs what, what it breaks, how it fares, what was read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from umbel.office import seen
from umbel.office.editions import (
    Asked,
    Column,
    Found,
    Kind,
    Listing,
    State,
    file_of,
    list_of,
    path_of,
    row_of,
)
from umbel.office.editions.opened import connection
from umbel.office.pages.legal.lists import FINDINGS, VIOLATIONS
from umbel.office.pages.portfolio import live
from umbel.office.pages.portfolio.address import written
from umbel.office.pages.portfolio.figures import COMPONENTS, DOCUMENTS, PROJECTS
from umbel.office.pages.portfolio.files import package_changes, project_rows
from umbel.office.pages.portfolio.fitness import fitness_of
from umbel.office.pages.portfolio.gaps import gaps_of
from umbel.office.pages.portfolio.lists import list_context, list_page
from umbel.office.pages.portfolio.places import documents_of
from umbel.office.pages.portfolio.tabs import tabs_of
from umbel.office.pages.security.lists import RISKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from umbel.office.editions import Page, Row
    from umbel.office.pages.portfolio.places import Document
    from umbel.office.seen import Seen

TABS = (
    ("project", "Inventory"),
    ("project-graph", "Graph"),
    ("project-risks", "Risks"),
    ("project-licenses", "Licences"),
    ("project-health", "Health"),
    ("project-history", "History"),
)
READINGS = 40
"""Readings that a page of the history tells."""
FIRST = 15
"""Findings of a kind that the page shows; the list has all."""

INVENTORY = Listing(
    name="inventory",
    title="Inventory",
    noun=("component", "components"),
    about="",
    columns=(
        Column(name="name", title="Package", link="package", link_key="package", searched=True),
        Column(name="version", title="Version", searched=True),
        Column(name="ecosystem", title="Ecosystem", filtered=True),
        Column(
            name="direct",
            title="Direct",
            kind=Kind.YES,
            filtered=True,
            about="The project asks for it itself.",
        ),
        Column(name="scope", title="Scope", filtered=True),
        Column(name="license", title="Licence", filtered=True, searched=True),
        Column(
            name="severity",
            title="Advisories",
            kind=Kind.OUTCOME,
            about="The worst that affects this version.",
        ),
        Column(name="ended", title="End of life", kind=Kind.YES),
        Column(name="deprecated", title="Deprecated", kind=Kind.YES),
        Column(name="sources", title="Documents", kind=Kind.NUMBER, filtered=True, about="That show it."),
        Column(name="package", title="purl", searched=True, shown=False),
    ),
    order="name",
    rows=lambda _: live.nothing(),
    empty="No document says what it is made of.",
    empty_hint="Collect its SBOM or lockfile, or upload one.",
)
_TOLD = ("severity", "ended", "deprecated")


def project_of(looks: Seen, key: str) -> Found[Row]:
    """The row of a project. Raises `Http404` where there is none that whoever asks may see."""
    found = row_of(PROJECTS, key, looks) if looks.shows(key) else Found(value=None, state=State.READY)
    if found.value is None and found.state is State.READY:
        raise Http404(f"There is no project {key[:200]!r}.")
    return found


def _context(request: HttpRequest, key: str, current: str) -> dict[str, Any]:
    found = project_of(seen.of(request), key)
    return {"found": found, "row": found.value, "key": key, "tabs": tabs_of(TABS, current, key)}


class _Inventory(live.LiveSource):
    """What a project is made of, with what is known of each component that is shown."""

    def __init__(self, found: Found[pa.Table], looks: Seen) -> None:
        super().__init__(INVENTORY, found)
        self._looks = looks

    def page(self, asked: Asked, looks: Seen) -> Found[Page]:
        found = super().page(asked, looks)
        if found.value is not None:
            _tell(found.value.rows, looks)
        return found

    def every(self, asked: Asked, looks: Seen) -> Any:
        found = super().every(asked, looks)
        if found.value is None:
            return found
        rows = list(found.value)
        _tell(rows, looks)
        return msgspec.structs.replace(found, value=iter(rows))


def _tell(rows: list[Row], looks: Seen) -> None:
    """Add to rows what advisories and lifecycles say of them."""
    keys = [row["key"] for row in rows]
    told = path_of(COMPONENTS, looks, lambda path: _told(path, keys)).value or {}
    for row in rows:
        row.update(told.get(row["key"]) or dict.fromkeys(_TOLD))


def _told(path: Any, keys: list[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    own = connection(path)
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        sql = f"SELECT key, {', '.join(_TOLD)} FROM rows WHERE key IN ({', '.join('?' * len(some))})"  # noqa: S608
        for row in own.execute(sql, some):
            ended, deprecated = (
                None if row[name] is None else bool(row[name]) for name in ("ended", "deprecated")
            )
            found[row["key"]] = {"severity": row["severity"], "ended": ended, "deprecated": deprecated}
    return found


def inventory(request: HttpRequest, key: str) -> HttpResponseBase:
    """What it is made of."""
    context = _context(request, key, "project")
    looks = seen.of(request)
    found = live.table_of(project_rows, looks, lambda path: live.of_project(path, key))
    return list_page(
        request, INVENTORY, "portfolio/inventory.html", source=_Inventory(found, looks), **context
    )


def risks(request: HttpRequest, key: str) -> HttpResponse:
    """What it breaks."""
    context = _context(request, key, "project-risks")
    looks = seen.of(request)
    asked = Asked(filters={"project": (key,)}, per_page=FIRST)
    gaps = gaps_of(looks)
    kinds = (
        (RISKS, "risks", "security"),
        (VIOLATIONS, "violations", "licenses"),
        (FINDINGS, "findings", "other"),
    )
    context["parts"] = [
        _part(request, listing, asked, looks, route) | {"gaps": gaps[kind]} for listing, route, kind in kinds
    ]
    return render(request, "portfolio/project_risks.html", context)


def _part(request: HttpRequest, listing: Listing, asked: Asked, looks: Seen, route: str) -> dict[str, Any]:
    """The first rows of a list about one thing, and the way to all of them."""
    found = list_of(listing, asked, looks)
    columns = tuple(
        msgspec.structs.replace(column, shown=column.shown and column.name not in {"project", "products"})
        for column in listing.columns
    )
    narrow = msgspec.structs.replace(listing, columns=columns)
    context = list_context(request, narrow, asked, found)
    return context | {"url": reverse(route) + written(listing, msgspec.structs.replace(asked, per_page=50))}


_LICENSES = """
SELECT license, count(*) AS components, count(DISTINCT package) AS packages,
       count(DISTINCT package) FILTER (direct) AS direct, list(DISTINCT name ORDER BY name)[:6] AS names
FROM listed GROUP BY license ORDER BY license IS NULL DESC, components DESC, license
"""


def licenses(request: HttpRequest, key: str) -> HttpResponse:
    """Under which licences it stands."""
    context = _context(request, key, "project-licenses")
    looks = seen.of(request)
    found = live.table_of(project_rows, looks, lambda path: live.of_project(path, key))
    context["rows_found"] = found
    if found.value is not None:
        here = reverse("project", args=[key])
        rows = live.asked_of(found.value, _LICENSES)
        filters = (Asked(filters={"license": (row["license"] or "?",)}) for row in rows)
        context["licenses"] = [
            {**row, "url": here + written(INVENTORY, asked), "rest": row["packages"] - len(row["names"])}
            for row, asked in zip(rows, filters, strict=True)
        ]
        context["whole"] = found.value.num_rows
    asked = Asked(filters={"project": (key,)}, per_page=FIRST)
    context["part"] = _part(request, VIOLATIONS, asked, looks, "violations")
    context["part"]["gaps"] = gaps_of(looks)["licenses"]
    return render(request, "portfolio/project_licenses.html", context)


def health(request: HttpRequest, key: str) -> HttpResponse:
    """Who keeps it alive."""
    context = _context(request, key, "project-health")
    context |= fitness_of(seen.of(request), key, ours=True)
    return render(request, "portfolio/project_health.html", context)


def history(request: HttpRequest, key: str) -> HttpResponse:
    """What was read of it, newest first, and what each reading changed."""
    context = _context(request, key, "project-history")
    looks = seen.of(request)
    asked = Asked(filters={"project": (key,)}, per_page=READINGS, page=_page(request))
    found = list_of(DOCUMENTS, asked, looks)
    context |= {"documents_found": found, "documents": found.value}
    if found.value is not None:
        changes = file_of(package_changes, looks).value
        turns = live.turns_of(changes, key) if changes else {}
        told = documents_of(looks, key)
        context["events"] = [
            _event(row, told.get(row["key"]), turns.get(int(row["key"]))) for row in found.value.rows
        ]
    return render(request, "portfolio/project_history.html", context)


def _page(request: HttpRequest) -> int:
    try:
        return max(1, min(int(request.GET.get("page", "1")), 100_000))
    except ValueError:
        return 1


def _event(row: Row, document: Document | None, turns: tuple[int, int, int] | None) -> dict[str, Any]:
    what = row["format"] or row["collector"]
    figures = ((row["components"], "component"), (row["dependencies"], "edge"), (row["faults"], "fault"))
    words = [f"{number:,} {noun}{'' if number == 1 else 's'}" for number, noun in figures if number]
    if turns:
        moves = zip(turns, ("came in", "went", "changed version"), strict=True)
        words.append(", ".join(f"{number:,} {said}" for number, said in moves if number))
    tone = {"failed": "bad", "partial": "warn", "absent": ""}.get(
        row["outcome"], "good" if row["present"] else ""
    )
    place = document.place if document else None
    return {
        "moment": row["observed_at"],
        "title": f"{what}{_by(row['producer'])}: {row['outcome']}{' (counts today)' if row['present'] else ''}",
        "text": " · ".join([*words, *_known((row["version"], place))]),
        "tone": tone,
    }


def _by(producer: str | None) -> str:
    return f" by {producer}" if producer else ""


def _known(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value]
