# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where present documents of one project contradict each other.

- `versions`: a package of which every document that has it gives just one version, and not all the same;
- `licenses`: effective expressions of one version of a package that don't mean the same;
- `edges`: a resolved dependency between components that one document has, and another has not, though
  that one has such dependencies and knows both ends;
- `direct`, `scope`: who says that the project asks for it itself, and what it is used for.

Silence is no contradiction: a document counts where it says something. Versions that are equal by the
rules of their ecosystem, and licences that are equal as expressions, are the same.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.views import STRONGEST_SCOPE
from umbel.model import purl, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from umbel.evidence.session import Session

TABLES = ("usage", "dependencies")
"""What a session must have open."""
_LONGEST = 1000
"""Longer expressions are only compared as texts: it could take very long."""
WHAT = ("versions", "licenses", "edges", "direct", "scope")


class Said(msgspec.Struct, frozen=True):
    """One of the values, and the documents that say it."""

    value: str
    sources: list[str]

    def __str__(self) -> str:
        """As a table shows it."""
        return f"{self.value} ({', '.join(self.sources)})"


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """One point on which documents of a project differ.

    `version` is None where the versions themselves differ, or aren't known; `target` is the package that a
    dependency leads to. `values` have the most frequent first; `agree` is how many documents say that,
    of `documents` that say anything.
    """

    project: str
    package: str
    version: str | None
    what: str
    target: str | None
    target_version: str | None
    values: list[Said]
    agree: int
    documents: int


_SAID = f"""
WITH used AS (
  SELECT project, snapshot, package, version, component, license, direct, scope FROM usage
  WHERE NOT alone AND ($projects IS NULL OR list_contains($projects::VARCHAR[], project))
), known AS (
  SELECT DISTINCT project, snapshot, package, version FROM used
), single AS (
  SELECT project, snapshot, package, min(version) AS value, count(DISTINCT version) AS n
  FROM known WHERE version IS NOT NULL GROUP BY project, snapshot, package
  QUALIFY max(n) OVER (PARTITION BY project, package) = 1
), each AS (
  SELECT project, snapshot, package, version,
         string_agg(DISTINCT license, ' | ' ORDER BY license) AS license,
         CASE WHEN bool_or(direct) THEN 'direct' WHEN NOT bool_or(direct) THEN 'transitive' END AS direct,
         {STRONGEST_SCOPE} AS scope
  FROM used GROUP BY project, snapshot, package, version
), ends AS (
  SELECT DISTINCT snapshot, component, package, version FROM used
), edges AS (
  SELECT DISTINCT d.project, d.snapshot, f.package, f.version, t.package AS to_package, t.version AS to_version
  FROM dependencies AS d
  JOIN ends AS f ON f.snapshot = d.snapshot AND f.component = d.from_component
  JOIN ends AS t ON t.snapshot = d.snapshot AND t.component = d.to_component
), able AS (
  SELECT e.project, e.package, e.version, e.to_package, e.to_version, g.snapshot
  FROM (SELECT DISTINCT project, package, version, to_package, to_version FROM edges) AS e
  JOIN (SELECT DISTINCT project, snapshot FROM edges) AS g ON g.project = e.project
  JOIN known AS f ON f.snapshot = g.snapshot AND f.package = e.package
    AND f.version IS NOT DISTINCT FROM e.version
  JOIN known AS t ON t.snapshot = g.snapshot AND t.package = e.to_package
    AND t.version IS NOT DISTINCT FROM e.to_version
), linked AS (
  SELECT a.*, CASE WHEN e.snapshot IS NULL THEN 'not needed' ELSE 'needed' END AS value
  FROM able AS a
  LEFT JOIN edges AS e ON e.snapshot = a.snapshot AND e.package = a.package AND e.to_package = a.to_package
    AND e.version IS NOT DISTINCT FROM a.version AND e.to_version IS NOT DISTINCT FROM a.to_version
), said AS (
  SELECT project, snapshot, package, NULL AS version, 'versions' AS what, NULL AS to_package,
         NULL AS to_version, value FROM single
  UNION ALL
  SELECT project, snapshot, package, version, 'licenses', NULL, NULL, license FROM each
  UNION ALL
  SELECT project, snapshot, package, version, 'direct', NULL, NULL, direct FROM each
  UNION ALL
  SELECT project, snapshot, package, version, 'scope', NULL, NULL, scope FROM each
  UNION ALL
  SELECT project, snapshot, package, version, 'edges', to_package, to_version, value FROM linked
)
SELECT project, package, version, what, to_package, to_version, value, snapshot FROM said
WHERE value IS NOT NULL
WINDOW point AS (PARTITION BY project, package, version, what, to_package, to_version)
QUALIFY min(value) OVER point <> max(value) OVER point
ORDER BY project, list_position($what::VARCHAR[], what), package, version, to_package, to_version, snapshot
"""

_DOCUMENTS = """
SELECT subject, write_id, lineage, origin FROM present
WHERE NOT alone AND components IS NOT NULL
  AND ($projects IS NULL OR list_contains($projects::VARCHAR[], subject))
"""


def contradictions(session: Session, projects: Sequence[str] | None = None) -> list[Contradiction]:
    """Every point on which documents differ, by project, kind and package.

    Only projects with several documents are looked at. Needs `usage` and `dependencies`.
    """
    bound = {"projects": None if projects is None else list(projects)}
    names = _short_names(session.ask(_DOCUMENTS, bound).rows())
    points: dict[tuple[str | None, ...], dict[str, list[str]]] = {}
    for *point, value, snapshot in session.ask(_SAID, {**bound, "what": list(WHAT)}).rows():
        points.setdefault(tuple(point), {}).setdefault(value, []).append(names[snapshot])
    found = (_contradiction(point, said) for point, said in points.items())
    return [one for one in found if len(one.values) > 1]


def _contradiction(point: tuple[str | None, ...], said: dict[str, list[str]]) -> Contradiction:
    project, package, version, what, to_package, to_version = point
    kind = purl.ecosystem(package or "")
    if what == "versions":
        said = _together(said, lambda one, other: versions.compare(kind, one, other) == 0)
    elif what == "licenses":
        said = _together(said, _same_terms)
    values = [Said(value, sorted(sources)) for value, sources in said.items()]
    values.sort(key=lambda each: (-len(each.sources), each.value))
    return Contradiction(
        project=project or "",
        package=package or "",
        version=version,
        what=what or "",
        target=to_package,
        target_version=to_version,
        values=values,
        agree=len(values[0].sources),
        documents=sum(len(each.sources) for each in values),
    )


def _together(said: dict[str, list[str]], same: Callable[[str, str], bool]) -> dict[str, list[str]]:
    """Values that mean the same as one, under the first of them."""
    found: dict[str, list[str]] = {}
    for value, sources in sorted(said.items()):
        known = next((other for other in found if same(value, other)), value)
        found.setdefault(known, []).extend(sources)
    return found


@lru_cache(maxsize=1 << 12)
def _same_terms(one: str, other: str) -> bool:
    """Whether two expressions mean the same: the order of what is joined makes no difference."""
    if max(len(one), len(other)) > _LONGEST or " | " in one + other:
        return False
    from license_expression import Licensing

    licensing = Licensing()
    try:
        return bool(licensing.is_equivalent(one, other))
    except Exception:  # noqa: BLE001 - license-expression raises several unrelated kinds
        return False


def _short_names(documents: Sequence[tuple[str, int, str, str]]) -> dict[int, str]:
    """What each document is called: the tool that made it, with its file where that isn't enough."""
    named: dict[str, list[tuple[int, tuple[str, str, str]]]] = defaultdict(list)
    for project, snapshot, lineage, origin in documents:
        maker = lineage.removesuffix(f" {origin}")
        file = origin.rstrip("/").rpartition("/")[2].rpartition("#")[2]
        named[project].append((snapshot, (maker, f"{maker} {file}", lineage)))
    found = {}
    for each in named.values():
        for snapshot, ways in each:
            others = [other for at, other in each if at != snapshot]
            level = next((i for i in range(2) if all(other[i] != ways[i] for other in others)), 2)
            found[snapshot] = ways[level]
    return found
