# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One package: where it is used, in which versions and under which licences, what is known against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from umbel.model import purl
from umbel.office import seen
from umbel.office.editions import Asked, Column, Found, Kind, Listing, State, list_of, path_of, row_of
from umbel.office.editions.opened import connection
from umbel.office.pages.portfolio import live
from umbel.office.pages.portfolio.address import written
from umbel.office.pages.portfolio.cells import HREF
from umbel.office.pages.portfolio.figures import COMPONENTS, PACKAGES, UPSTREAMS
from umbel.office.pages.portfolio.files import package_changes, package_rows
from umbel.office.pages.portfolio.gaps import gaps_of
from umbel.office.pages.portfolio.lists import list_context, list_page
from umbel.office.pages.portfolio.tabs import tabs_of
from umbel.office.pages.security.lists import ADVISORIES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from umbel.office.editions import Row
    from umbel.office.seen import Seen

TABS = (
    ("package", "Used by"),
    ("package-versions", "Versions"),
    ("package-history", "History"),
    ("package-licenses", "Licences"),
    ("package-advisories", "Advisories"),
    ("package-upstream", "Upstream"),
)
MOST = 500
"""Versions of a package that its page lists."""

USERS = Listing(
    name="used-by",
    title="Used by",
    noun=("use", "uses"),
    about="",
    columns=(
        Column(name="project", title="Project", link="project", link_key="project", searched=True),
        Column(name="version", title="Version", filtered=True, searched=True),
        Column(
            name="direct",
            title="Direct",
            kind=Kind.YES,
            filtered=True,
            about="The project asks for it itself.",
        ),
        Column(name="scope", title="Scope", filtered=True),
        Column(name="license", title="Licence", filtered=True, about="As its documents say it."),
        Column(name="way", title="How it came in"),
    ),
    order="project",
    rows=lambda _: live.nothing(),
    empty="No project uses it, as far as is known.",
)


CHANGES = Listing(
    name="changes",
    title="Changes",
    noun=("change", "changes"),
    about="",
    columns=(
        Column(name="moment", title="Day", kind=Kind.MOMENT, filtered=True),
        Column(name="project", title="Project", link="project", link_key="project", searched=True),
        Column(name="what", title="What", filtered=True),
        Column(name="was", title="Was", kind=Kind.WORDS, about="Versions that went."),
        Column(name="became", title="Became", kind=Kind.WORDS, about="Versions that came."),
        Column(name="document", title="By", filtered=True, about="The document that was read again."),
    ),
    order="-moment",
    rows=lambda _: live.nothing(),
    empty="Nothing changed since its documents were first read.",
    empty_hint="Each later reading of a document tells what came, went, or moved to another version.",
)


def package_of(looks: Seen, key: str) -> Found[Row]:
    """The row of a package. Raises `Http404` where none of that name may be seen."""
    found = row_of(PACKAGES, key, looks)
    if found.value is None and found.state is State.READY:
        raise Http404(f"No package {key[:200]!r} is in use, as far as is known.")
    return found


def _context(request: HttpRequest, key: str, current: str) -> dict[str, Any]:
    found = package_of(seen.of(request), key)
    context = {"found": found, "row": found.value, "key": key, "tabs": tabs_of(TABS, current, key)}
    return context | {"name": purl.display(key)}


class _Users(live.LiveSource):
    """Where a package is used; the way in leads to the project's graph with the path lit up."""

    def __init__(self, found: Found[Any], package: str) -> None:
        super().__init__(USERS, found)
        self._package = package

    def page(self, asked: Asked, looks: Seen) -> Any:
        found = super().page(asked, looks)
        for row in found.value.rows if found.value else ():
            named = self._package if row["version"] is None else f"{self._package}@{row['version']}"
            row["way"] = "the way"
            row[f"way{HREF}"] = (
                f"{reverse('project-graph', args=[row['project']])}?{urlencode({'to': named})}"
            )
        return found


def used_by(request: HttpRequest, key: str) -> HttpResponseBase:
    """Where it is used."""
    context = _context(request, key, "package")
    looks = seen.of(request)
    found = live.table_of(package_rows, looks, lambda path: live.of_package(path, key, looks.shows))
    return list_page(request, USERS, "portfolio/package.html", source=_Users(found, key), **context)


def _versions(looks: Seen, key: str) -> Found[list[Row]]:
    """The versions in use, as the list of components has them; those that nobody may see are left out."""

    def read(path: Path) -> list[Row]:
        return _read_versions(path, key)

    found = path_of(COMPONENTS, looks, read)
    if found.value is None:
        return found
    rows = open_rows(found.value, looks)
    for row in rows:
        if row["among"] is not None:
            row["projects"] = len([name for name in row["among"] if looks.shows(name)])
            row["direct_in"] = row["direct_in"] if row["projects"] == len(row["among"]) else None
    return Found(value=rows, state=found.state, edition=found.edition, why=found.why)


def open_rows(rows: Iterable[Row], looks: Seen) -> list[Row]:
    """Rows read past the list's engine, without those of which whoever asks may see no project."""
    return [row for row in rows if not row["among"] or any(map(looks.shows, row["among"]))]


def _read_versions(path: Path, key: str) -> list[Row]:
    import json

    sql = "SELECT * FROM rows WHERE key >= ? AND key < ? AND package = ? LIMIT ?"
    rows = [dict(row) for row in connection(path).execute(sql, (f"{key}@", f"{key}A", key, MOST))]
    for row in rows:
        for name in ("licenses", "advisory_ids", "among"):
            row[name] = None if row[name] is None else json.loads(row[name])
        for name in ("deprecated", "yanked", "ended"):
            row[name] = None if row[name] is None else bool(row[name])
    return rows


def versions(request: HttpRequest, key: str) -> HttpResponse:
    """Which versions are in use."""
    from umbel.model.versions import sort_key

    context = _context(request, key, "package-versions")
    found = _versions(seen.of(request), key)
    context["versions_found"] = found
    if found.value is not None:
        order = sort_key(purl.ecosystem(key))
        known = sorted(
            (r for r in found.value if r["version"]), key=lambda r: order(r["version"]), reverse=True
        )
        rows = [*known, *(row for row in found.value if not row["version"])]
        here = reverse("package", args=[key])
        for row in rows:
            row["url"] = here + written(USERS, Asked(filters={"version": (row["version"] or "?",)}))
        context["versions"] = rows
    return render(request, "portfolio/package_versions.html", context)


def history(request: HttpRequest, key: str) -> HttpResponseBase:
    """Since when it is there, and where it came in, went, or moved to another version."""
    context = _context(request, key, "package-history")
    looks = seen.of(request)
    found = live.table_of(package_changes, looks, lambda path: live.changes_of(path, key, looks.shows))
    return list_page(
        request, CHANGES, "portfolio/package.html", source=live.LiveSource(CHANGES, found), **context
    )


_LICENSES = """
SELECT license, count(DISTINCT project) AS projects, count(DISTINCT version) AS versions,
       list(DISTINCT version ORDER BY version)[:8] AS named
FROM listed GROUP BY license ORDER BY license IS NULL DESC, projects DESC, license
"""


def licenses(request: HttpRequest, key: str) -> HttpResponse:
    """Under which licences documents have it."""
    context = _context(request, key, "package-licenses")
    looks = seen.of(request)
    found = live.table_of(package_rows, looks, lambda path: live.of_package(path, key, looks.shows))
    context["licenses_found"] = found
    if found.value is not None:
        here = reverse("package", args=[key])
        context["licenses"] = [
            {**row, "url": here + written(USERS, Asked(filters={"license": (row["license"] or "?",)}))}
            for row in live.asked_of(found.value, _LICENSES)
        ]
        context["whole"] = found.value.num_rows
    return render(request, "portfolio/package_licenses.html", context)


def advisories(request: HttpRequest, key: str) -> HttpResponse:
    """What is known against it, and which versions that is about."""
    context = _context(request, key, "package-advisories")
    looks = seen.of(request)
    found = _versions(looks, key)
    asked = Asked(filters={"packages": (purl.display(key),)}, per_page=100)
    context["part"] = list_context(request, ADVISORIES, asked, list_of(ADVISORIES, asked, looks))
    context["part"]["gaps"] = gaps_of(looks)["security"]
    context["versions_found"] = found
    if found.value is not None:
        affected: dict[str, list[str]] = {}
        for row in found.value:
            for name in row["advisory_ids"] or ():
                affected.setdefault(name, []).append(row["version"] or "?")
        context["affected"] = sorted(affected.items())
        context["clean"] = [row["version"] for row in found.value if row["advisory_ids"] == []]
        context["untold"] = [row["version"] or "?" for row in found.value if row["advisory_ids"] is None]
    return render(request, "portfolio/package_advisories.html", context)


def upstream(request: HttpRequest, key: str) -> HttpResponse:
    """The project that it comes from."""
    context = _context(request, key, "package-upstream")
    row = context["row"]
    if row is not None and row["upstream"]:
        context["upstream"] = row_of(UPSTREAMS, row["upstream"], seen.of(request)).value
    return render(request, "portfolio/package_upstream.html", context)
