# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""By which way a component comes into a project: the shortest, and so which direct dependency must move."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

import msgspec

from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.model.finding import Finding

TABLES = ("dependencies",)
MOST = 2_000
"""Projects whose graphs are read at once."""

_EDGES = """
SELECT project, snapshot, from_component, to_component FROM dependencies
WHERE to_component IS NOT NULL AND list_contains($projects::VARCHAR[], project)
ORDER BY ALL NULLS FIRST
"""
_NAMES = """
SELECT DISTINCT project, snapshot, component, package, version FROM usage
WHERE list_contains($projects::VARCHAR[], project)
"""

Node = tuple[str, str | None]
Way = tuple[int | None, ...]
LONGEST = 50
"""Steps of a way that are kept; far more than any project has."""


def with_paths(session: Session, findings: Sequence[Finding]) -> list[Finding]:
    """Findings with the shortest path to their component, from what the project asks for itself.

    Those on direct dependencies, on projects, and of components that no edge leads to stay as they are. Needs
    `usage` and `dependencies`.
    """
    wanted = {f.project for f in findings if f.package is not None and f.direct is not True}
    ways = paths(session, sorted(wanted)[:MOST])
    out = []
    for finding in findings:
        way = ways.get((finding.project, finding.package or "", finding.version))
        out.append(msgspec.structs.replace(finding, path=way) if way and len(way) > 1 else finding)
    return out


_PLACES = """
SELECT u.project, u.package, u.version, min(s.origin) FROM usage AS u JOIN present AS s ON s.write_id = u.snapshot
WHERE list_contains($projects::VARCHAR[], u.project) GROUP BY ALL
"""


def with_places(session: Session, findings: Sequence[Finding], names: Mapping[str, str]) -> list[Finding]:
    """Findings with the document that shows their component; `names` are origins as reports name them."""
    projects = sorted({finding.project for finding in findings if finding.package is not None})
    rows = session.ask(_PLACES, {"projects": projects}).rows() if projects else []
    places = {row[:3]: names.get(row[3], row[3]) for row in rows}
    return [
        msgspec.structs.replace(finding, place=place)
        if (place := places.get((finding.project, finding.package or "", finding.version)))
        else finding
        for finding in findings
    ]


def paths(session: Session, projects: Iterable[str]) -> dict[tuple[str, str, str | None], tuple[str, ...]]:
    """Project, package and version → the shortest path to it, as names with versions; of equal ones the first."""
    bound = {"projects": list(projects)}
    if not bound["projects"]:
        return {}
    names: dict[tuple[str, int], dict[int, Node]] = defaultdict(dict)
    for project, snapshot, component, package, version in session.ask(_NAMES, bound).rows():
        names[project, snapshot][component] = (package, version)
    edges: dict[tuple[str, int], dict[int | None, list[int]]] = defaultdict(lambda: defaultdict(list))
    for project, snapshot, source, target in session.ask(_EDGES, bound).rows():
        edges[project, snapshot][source].append(target)
    found: dict[tuple[str, str, str | None], tuple[str, ...]] = {}
    for place in sorted(edges):
        known = names[place]
        for component, way in _walked(edges[place]).items():
            if component not in known or any(step is not None and step not in known for step in way):
                continue
            key = (place[0], *known[component])
            told = tuple(_shown(None if step is None else known[step]) for step in way)
            if key not in found or len(told) < len(found[key]):
                found[key] = told
    return found


def _walked(edges: dict[int | None, list[int]]) -> dict[int, Way]:
    """Each component that can be reached from the project, with the first shortest way to it.

    Of a longer way than `LONGEST` the middle is left out (None): a chain could be as long as a document.
    """
    came: dict[int, int | None] = {}
    queue: deque[int] = deque()
    for first in edges.get(None, ()):
        if first not in came:
            came[first] = None
            queue.append(first)
    while queue:
        here = queue.popleft()
        for there in edges.get(here, ()):
            if there not in came:
                came[there] = here
                queue.append(there)
    ways: dict[int, Way] = {}
    for component, before in came.items():  # in the order in which they were met: what is before is known
        way: Way = () if before is None else ways[before]
        if len(way) > LONGEST:
            way = (*way[: LONGEST // 2], None, *way[LONGEST // 2 + 2 :])
        ways[component] = (*way, component)
    return ways


def _shown(node: Node | None) -> str:
    if node is None:
        return "…"
    package, version = node
    return f"{purl.display(package)}@{version}" if version else purl.display(package)
