# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may look at the portfolio: everybody with an account, at what isn't kept from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.pages.portfolio import keys as _keys  # noqa: F401 - registers the converter
from umbel.office.roles import Who
from umbel.office.routes import page

if TYPE_CHECKING:
    from umbel.office.routes import Route

_VIEWS = "umbel.office.pages.portfolio.views"
_PROJECT = {"key": "shop-web"}
_PACKAGE = {"key": "pkg:npm/outer"}
_UPSTREAM = {"key": "git.example/acme/frame"}


def _tab(path: str, view: str, name: str, sample: dict[str, str], who: Who = Who.CATALOGUE) -> Route:
    return page(path, f"umbel.office.pages.portfolio.{view}", name, who=who, sample=sample)


ROUTES = [
    page("projects/", f"{_VIEWS}.projects", "projects", who=Who.CATALOGUE, title="Projects"),
    page("packages/", f"{_VIEWS}.packages", "packages", who=Who.CATALOGUE, title="Packages"),
    page("components/", f"{_VIEWS}.components", "components", who=Who.CATALOGUE, title="Components"),
    page("upstream/", f"{_VIEWS}.upstreams", "upstreams", who=Who.CATALOGUE, title="Upstream projects"),
    page("people/", f"{_VIEWS}.people", "people", title="People"),
    _tab("projects/<key:key>/-/graph/", "graphs.graph", "project-graph", _PROJECT),
    _tab("projects/<key:key>/-/risks/", "projects.risks", "project-risks", _PROJECT, Who.VIEWER),
    _tab("projects/<key:key>/-/licenses/", "projects.licenses", "project-licenses", _PROJECT),
    _tab("projects/<key:key>/-/health/", "projects.health", "project-health", _PROJECT),
    _tab("projects/<key:key>/-/history/", "projects.history", "project-history", _PROJECT),
    _tab("projects/<key:key>/", "projects.inventory", "project", _PROJECT),
    _tab("packages/<key:key>/-/versions/", "packages.versions", "package-versions", _PACKAGE),
    _tab("packages/<key:key>/-/history/", "packages.history", "package-history", _PACKAGE),
    _tab("packages/<key:key>/-/licenses/", "packages.licenses", "package-licenses", _PACKAGE),
    _tab(
        "packages/<key:key>/-/advisories/", "packages.advisories", "package-advisories", _PACKAGE, Who.VIEWER
    ),
    _tab("packages/<key:key>/-/upstream/", "packages.upstream", "package-upstream", _PACKAGE),
    _tab("packages/<key:key>/", "packages.used_by", "package", _PACKAGE),
    _tab("upstream/<key:key>/-/health/", "upstreams.health", "upstream-health", _UPSTREAM),
    _tab("upstream/<key:key>/-/people/", "upstreams.people", "upstream-people", _UPSTREAM, Who.VIEWER),
    _tab("upstream/<key:key>/-/control/", "upstreams.control", "upstream-control", _UPSTREAM),
    _tab("upstream/<key:key>/-/funding/", "upstreams.funding", "upstream-funding", _UPSTREAM),
    _tab("upstream/<key:key>/", "upstreams.packages", "upstream", _UPSTREAM),
    _tab("people/<key:key>/", "upstreams.person", "person", {"key": "p-000000000000"}, Who.VIEWER),
]
