# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Why a component is in a project: every shortest path, and who asks for it with what requirement."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.evidence.questions.where import find_packages
from umbel.model import purl

if TYPE_CHECKING:
    from umbel.evidence.session import Session

MOST_PATHS = 20


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One way by which a component came into a project.

    `path` leads from what the project asks for to the component. `requirement` is what the last
    step but one asks for, as written. `origin` is the document that shows it.
    `kind`: `path` (a shortest path is known), `unexplained` (it is there, but no edge leads to it).
    """

    kind: str
    package: str
    version: str | None
    path: str | None
    requirement: str | None
    scope: str | None
    origin: str
    lineage: str


_SEEN = """
SELECT u.component, u.package, u.version, u.scope, u.snapshot, s.origin, u.lineage
FROM usage AS u JOIN present AS s ON s.write_id = u.snapshot
WHERE u.project = $project AND u.package IN (SELECT unnest($packages::VARCHAR[]))
ORDER BY u.package, u.version, u.lineage, u.component
"""

_GRAPH = """
SELECT from_component, to_component, requirement, coalesce(optional, false) AS optional FROM dependencies
WHERE project = $project AND snapshot = $snapshot AND to_component IS NOT NULL
ORDER BY from_component NULLS FIRST, to_component, requirement
"""

_NAMES = (
    "SELECT DISTINCT component, package, version FROM usage WHERE project = $project AND snapshot = $snapshot"
)


def why(session: Session, query: purl.Query, project: str) -> list[Reason]:
    """Every shortest path to each version of the component, document by document.

    At most `MOST_PATHS` paths a version and document are given. Needs `usage` and `dependencies`.
    """
    packages = find_packages(session, query)
    targets = session.ask(_SEEN, {"project": project, "packages": packages}).records()
    graphs: dict[int, _Graph] = {}
    reasons = []
    for target in targets:
        snapshot = target["snapshot"]
        if snapshot not in graphs:
            graphs[snapshot] = _Graph(session, project, snapshot)
        reasons += _reasons(graphs[snapshot], target)
    return reasons


def _reasons(graph: _Graph, target: dict[str, Any]) -> list[Reason]:
    common = {name: target[name] for name in ("package", "version", "scope", "origin", "lineage")}
    paths = graph.paths_to(target["component"])
    if not paths:
        return [msgspec.convert({**common, "kind": "unexplained", "path": None, "requirement": None}, Reason)]
    return [
        msgspec.convert(
            {
                **common,
                "kind": "path",
                "path": " > ".join(graph.shown(step) for step in path),
                "requirement": graph.requirement(path),
            },
            Reason,
        )
        for path in paths
    ]


class _Graph:
    """The observed edges of one snapshot."""

    def __init__(self, session: Session, project: str, snapshot: int) -> None:
        bound = {"project": project, "snapshot": snapshot}
        self._parents: dict[int, list[tuple[int | None, bool]]] = defaultdict(list)
        self._requirements: dict[tuple[int | None, int], str | None] = {}
        for source, target, requirement, optional in session.ask(_GRAPH, bound).rows():
            self._parents[target].append((source, optional))
            self._requirements.setdefault((source, target), requirement)
        self._names = {row[0]: (row[1], row[2]) for row in session.ask(_NAMES, bound).rows()}

    def paths_to(self, target: int) -> list[tuple[int, ...]]:
        """All shortest paths from the project to a component, at most `MOST_PATHS`.

        Of needed edges where there are such paths, else through optional ones too.
        """
        return self._paths(target, optional=False) or self._paths(target, optional=True)

    def _paths(self, target: int, *, optional: bool) -> list[tuple[int, ...]]:
        queue: deque[tuple[int, ...]] = deque([(target,)])
        depth_of = {target: 0}
        found: list[tuple[int, ...]] = []
        while queue and len(found) < MOST_PATHS:
            path = queue.popleft()
            if found and len(path) > len(found[0]):
                break
            parents = [p for p, extra in self._parents.get(path[0], ()) if optional or not extra]
            if None in parents:
                found.append(path)
                continue
            for parent in parents:
                # A longer way to a node that was reached before can't be on a shortest path.
                if parent is not None and depth_of.setdefault(parent, len(path)) == len(path):
                    queue.append((parent, *path))
        return found

    def requirement(self, path: tuple[int, ...]) -> str | None:
        """What the last step asks for, as written."""
        source = path[-2] if len(path) > 1 else None
        return self._requirements.get((source, path[-1]))

    def shown(self, component: int) -> str:
        """A component as people write it."""
        package, version = self._names.get(component, (None, None))
        if package is None:
            return "?"
        return purl.display(package) + (f"@{version}" if version is not None else "")
