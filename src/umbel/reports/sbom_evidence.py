# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The present evidence of projects, as components and edges again.

One document of a project gives exactly what was read in it. Several are merged: one component for each
package and version. What they say in lists is joined; of single texts the newest document that says
anything counts, and what others say otherwise is kept beside it (`umbel:also.supplier`). Known beats
unknown, for edges too: one that says less than another between the same two is not repeated.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from umbel.collect.columns import SCOPES
from umbel.collect.interface import Component, Edge
from umbel.model.errors import UsageError
from umbel.reports.sbom import Part, bill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.reports.sbom import Bill

TABLES = ("usage", "dependencies", "components", "documents")
"""What a session must have open."""

_TEXTS = (
    "purl", "purl_raw", "type", "name", "namespace", "supplier", "author", "copyright", "description",
)  # fmt: skip
_LISTS = ("declared", "detected", "concluded", "hashes", "cpes", "urls", "properties")
_MOST_ALIKE = 100
"""Edges between the same two that are compared with each other; beyond it they are all kept."""


class Gathered(msgspec.Struct, kw_only=True):
    """What is known of one project. Components have the lake's keys, as text, for references.

    `observed` is when its newest evidence is from; `sources` are the documents' lineages.
    """

    project: str
    version: str | None
    observed: datetime
    sources: tuple[str, ...]
    partial: bool
    root: Component | None
    parts: list[Part]
    edges: list[Edge]


class _Snapshot(msgspec.Struct, kw_only=True):
    """One present document: its rows."""

    id: int
    lineage: str
    version: str | None
    observed: datetime
    outcome: str
    rows: list[tuple[int, bool | None, str | None]] = []
    edges: list[Edge] = []
    root: int | None = None


# Newest first: what it says counts where documents differ.
_SNAPSHOTS = """
SELECT subject, write_id, lineage, subject_version, observed_at, outcome FROM present
WHERE list_contains($projects::VARCHAR[], subject) AND components IS NOT NULL
ORDER BY subject, observed_at DESC, lineage, collector, write_id
"""

_ROWS = """
SELECT snapshot, component, direct, scope FROM usage
WHERE list_contains($projects::VARCHAR[], project)
"""

_EDGES = """
SELECT snapshot, from_component, to_component, to_package, requirement, scope, optional, pinned
FROM dependencies
WHERE list_contains($projects::VARCHAR[], project) AND (direct OR from_component IS NOT NULL)
"""

_ROOTS = """
SELECT snapshot, root FROM documents
WHERE list_contains($projects::VARCHAR[], project) AND root IS NOT NULL
"""

_COLD = """
SELECT * FROM raw_components WHERE component IN (
  SELECT component FROM usage WHERE list_contains($projects::VARCHAR[], project)
  UNION ALL SELECT root FROM documents WHERE list_contains($projects::VARCHAR[], project))
"""


def whole(
    session: Session, name: str, projects: Sequence[str], source: str | None = None, *, product: bool = False
) -> Bill:
    """The bill of a project, or of a product that consists of projects. Raises `UsageError` without evidence."""
    gathered = gather(session, projects, source)
    if not gathered:
        raise UsageError(f"There is no evidence of {name}.", "umbel coverage lists what there is.")
    version = None if product else gathered[0].version
    created = max(each.observed for each in gathered)
    return bill(name, gathered, created=created, version=version, product=product)


def gather(session: Session, projects: Sequence[str], source: str | None = None) -> list[Gathered]:
    """The present evidence of projects; those without any are left out.

    `source` is part of the lineage of the one document that is wanted; it must be of one project.
    Raises `UsageError` if it names none or several.
    """
    bound = {"projects": list(projects)}
    found = _snapshots(session, bound)
    if source is not None:
        found = {project: [_chosen(snapshots, source)] for project, snapshots in found.items()}
    by_id = {s.id: s for snapshots in found.values() for s in snapshots}
    for snapshot, component, direct, scope in session.ask(_ROWS, bound).rows():
        if snapshot in by_id:
            by_id[snapshot].rows.append((component, direct, scope))
    for snapshot, one, other, *rest in session.ask(_EDGES, bound).rows():
        if snapshot in by_id:
            by_id[snapshot].edges.append(_edge(one, other, *rest))
    for snapshot, root in session.ask(_ROOTS, bound).rows():
        if snapshot in by_id:
            by_id[snapshot].root = root
    cold = _cold(session, bound)
    return [_gathered(project, snapshots, cold) for project, snapshots in found.items()]


def _snapshots(session: Session, bound: dict[str, Any]) -> dict[str, list[_Snapshot]]:
    found: dict[str, list[_Snapshot]] = defaultdict(list)
    for subject, write_id, lineage, version, observed, outcome in session.ask(_SNAPSHOTS, bound).rows():
        snapshot = _Snapshot(
            id=write_id, lineage=lineage, version=version, observed=observed, outcome=outcome
        )
        found[subject].append(snapshot)
    return found


def _chosen(snapshots: list[_Snapshot], source: str) -> _Snapshot:
    matching = [s for s in snapshots if source in s.lineage]
    if len(matching) == 1:
        return matching[0]
    exact = [s for s in matching if s.lineage == source]
    if len(exact) == 1:
        return exact[0]
    listed = "; ".join(sorted(s.lineage for s in matching or snapshots)[:8])
    what = f"names {len(matching)} documents" if matching else "names no document of it"
    raise UsageError(f"{source!r} {what}.", f"Give a part of one of these: {listed}.")


def _edge(
    one: int | None,
    other: int | None,
    package: str | None,
    requirement: str | None,
    scope: str | None,
    optional: bool | None,  # noqa: FBT001 - a column
    pinned: bool | None,  # noqa: FBT001 - a column
) -> Edge:
    return Edge(
        source=None if one is None else str(one),
        target=None if other is None else str(other),
        package=package,
        requirement=requirement,
        scope=scope,
        optional=optional,
        pinned=pinned,
    )


def _cold(session: Session, bound: dict[str, Any]) -> dict[int, Component]:
    """Cold facts by their key; duplicates are alike."""
    found: dict[int, Component] = {}
    for batch in session.ask(_COLD, bound).arrow().to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            key = row.pop("component")
            if key not in found:
                found[key] = _component(key, row)
    return found


def _component(key: int, row: dict[str, Any]) -> Component:
    fields = {name: row[name] for name in ("package", "version", "location", *_TEXTS)}
    for name in ("declared", "detected", "concluded"):
        fields[name] = tuple(row[f"licenses_{name}"] or ())
    fields["hashes"] = tuple((pair["algorithm"], pair["value"]) for pair in row["hashes"] or ())
    fields["urls"] = tuple((pair["kind"], pair["url"]) for pair in row["urls"] or ())
    fields["properties"] = tuple((pair["name"], pair["value"]) for pair in row["properties"] or ())
    return Component(ref=str(key), cpes=tuple(row["cpes"] or ()), **fields)


# -- one project


def _gathered(project: str, snapshots: list[_Snapshot], cold: Mapping[int, Component]) -> Gathered:
    root = next((cold[s.root] for s in snapshots if s.root is not None and s.root in cold), None)
    parts, edges = _exact(snapshots[0], cold) if len(snapshots) == 1 else _merged(snapshots, cold)
    return Gathered(
        project=project,
        version=next((s.version for s in snapshots if s.version is not None), None),
        observed=max(s.observed for s in snapshots),
        sources=tuple(sorted({s.lineage for s in snapshots})),
        partial=any(s.outcome == "partial" for s in snapshots),
        root=root,
        parts=parts,
        edges=edges,
    )


def _exact(snapshot: _Snapshot, cold: Mapping[int, Component]) -> tuple[list[Part], list[Edge]]:
    """One document's components and edges, as they were read."""
    direct = {edge.target for edge in snapshot.edges if edge.source is None}
    graphed = bool(snapshot.edges)
    parts = []
    for key, said, scope in snapshot.rows:
        component = cold[key]
        # What the edges tell needn't be said.
        told = said if not direct or said != (component.ref in direct) else None
        component = replace(component, direct=told, scope=scope)
        parts.append(Part(component=component, sources=(snapshot.lineage,), graphed=graphed))
    return parts, snapshot.edges


def _merged(snapshots: list[_Snapshot], cold: Mapping[int, Component]) -> tuple[list[Part], list[Edge]]:
    """All documents' components, one for each package and version, and all their edges."""
    ids: dict[str, str] = {}
    members: dict[tuple[str, str | None], list[tuple[_Snapshot, Component, bool | None, str | None]]] = (
        defaultdict(list)
    )
    for snapshot in snapshots:
        for key, direct, scope in snapshot.rows:
            component = cold[key]
            together = members[component.package, component.version]
            together.append((snapshot, component, direct, scope))
            ids[component.ref] = together[0][1].ref
    edges = _known_edges(
        replace(
            edge,
            source=None if edge.source is None else ids[edge.source],
            target=None if edge.target is None else ids[edge.target],
        )
        for snapshot in snapshots
        for edge in snapshot.edges
    )
    direct_ones = {edge.target for edge in edges if edge.source is None}
    return [_part(together, direct_ones) for together in members.values()], edges


def _part(
    together: list[tuple[_Snapshot, Component, bool | None, str | None]], direct_ones: set[str | None]
) -> Part:
    """One component of all that documents say of a package's version, the newest first."""
    components = [component for _, component, _, _ in together]
    fields: dict[str, Any] = {}
    more: list[tuple[str, str]] = []
    for name in _TEXTS:
        said = dict.fromkeys(text for c in components if (text := getattr(c, name)) is not None)
        fields[name], *others = said or (None,)
        more += [(f"also.{name}", text) for text in sorted(others)]
    for name in _LISTS:
        fields[name] = tuple(dict.fromkeys(item for c in components for item in getattr(c, name)))
    places = dict.fromkeys(c.location for c in components if c.location is not None)
    scopes = [scope for _, _, _, scope in together if scope is not None]
    direct = {said for _, _, said, _ in together if said is not None}
    asked = (True in direct) if direct else None
    if asked is None and direct_ones:
        more.append(("direct", "unknown"))
    derived = (components[0].ref in direct_ones) if direct_ones else None
    component = replace(
        components[0],
        location="; ".join(places) or None,
        scope=min(scopes, key=_rank) if scopes else None,
        direct=None if asked == derived else asked,
        **fields,
    )
    return Part(
        component=component,
        sources=tuple(sorted({snapshot.lineage for snapshot, *_ in together})),
        more=tuple(more),
        graphed=any(snapshot.edges for snapshot, *_ in together),
    )


def _rank(scope: str) -> int:
    return SCOPES.index(scope) if scope in SCOPES else len(SCOPES)


def _known_edges(edges: Iterable[Edge]) -> list[Edge]:
    """Each edge once, without those that say less than another between the same two."""
    between: dict[tuple[str | None, str | None, str | None], dict[Edge, None]] = defaultdict(dict)
    for edge in edges:
        between[edge.source, edge.target, edge.package][edge] = None
    found: list[Edge] = []
    for alike in between.values():
        if 1 < len(alike) <= _MOST_ALIKE:
            found += [e for e in alike if not any(_says_more(other, e) for other in alike)]
        else:
            found += alike
    return found


def _says_more(one: Edge, other: Edge) -> bool:
    """Whether one edge says all that the other says, and more."""
    return one != other and all(
        getattr(other, name) in {None, getattr(one, name)}
        for name in ("requirement", "scope", "optional", "pinned")
    )
