# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a package is used: every project that has it, and through which shortest path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.views import STRONGEST_SCOPE
from umbel.model import purl, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session

DEEPEST = 64
"""A dependency path longer than this is not followed; no real one was seen half as long."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One project that has the package, in one version.

    `direct` is None where the documents don't tell. `path` leads from what the project asks for
    to the package, joined by " > "; None where no edges are known. `matches` is None where the
    version can't be held against the range that was asked for.
    """

    project: str
    package: str
    version: str | None
    license: str | None
    direct: bool | None
    scope: str | None
    path: str | None
    matches: bool | None
    sources: int


_PACKAGES = """
SELECT DISTINCT package FROM usage
WHERE package = $package
   OR ($package IS NULL AND (
        (ends_with(lower(package), '/' || lower($name))
         -- @types/lodash is not lodash: a scope is part of the name
         AND (contains($name, '/') OR NOT starts_with(package, 'pkg:npm/%40')))
        OR lower(package) = 'unidentified:' || lower($name)
        OR package = 'pkg:pypi/' || regexp_replace(lower($name), '[-_.]+', '-', 'g')))
"""

_HITS = f"""
CREATE OR REPLACE TABLE hits AS
SELECT u.project, u.package, u.version, min(u.license) AS license, bool_or(u.direct) AS direct,
       {STRONGEST_SCOPE} AS scope, count(DISTINCT u.lineage) AS sources,
       list(DISTINCT {{snapshot: u.snapshot, component: u.component}}) AS seen
FROM usage AS u
WHERE u.package IN (SELECT unnest($packages::VARCHAR[]))
  AND ($projects IS NULL OR list_contains($projects::VARCHAR[], u.project))
GROUP BY u.project, u.package, u.version
"""


def find_packages(session: Session, query: purl.Query) -> list[str]:
    """The packages that a query names: the one purl, or every package of that name. Needs `usage`."""
    rows = session.ask(_PACKAGES, {"package": query.package, "name": query.name}).rows()
    return sorted(row[0] for row in rows)


def where(
    session: Session,
    query: purl.Query,
    projects: Sequence[str] | None = None,
    *,
    paths: int | None = None,
) -> list[Hit]:
    """Every project that has the package, by project, package and version.

    The first `paths` of them (None: all) are given their shortest path. Needs the table `usage`, and
    `dependencies` for paths. A version outside the range asked for is left out; one that can't be
    compared is kept with `matches` None.
    """
    packages = find_packages(session, query)
    if not packages:
        return []
    chosen = None if projects is None else list(projects)
    session.run(_HITS, {"packages": packages, "projects": chosen})
    rows = session.ask(
        "SELECT project, package, version, license, direct, scope, sources FROM hits ORDER BY ALL"
    ).records()
    hits = [
        Hit(**row, path=None, matches=_matches(row["package"], row["version"], query.version_spec))
        for row in rows
    ]
    hits = [hit for hit in hits if hit.matches is not False]
    wanted = hits if paths is None else hits[:paths]
    found = _paths(session, [_key(hit) for hit in wanted]) if wanted else {}
    return [msgspec.structs.replace(hit, path=found.get(_key(hit))) for hit in hits]


_Key = tuple[str, str, str | None]


def _key(hit: Hit) -> _Key:
    return hit.project, hit.package, hit.version


def _matches(package: str, version: str | None, spec: str | None) -> bool | None:
    if spec is None:
        return True
    if version is None:
        return None
    return versions.satisfies(purl.ecosystem(package), version, spec)


# From the hits back towards the projects, one level a round, in all projects at once. A component
# is visited once a snapshot, so that rounds end even where the graph has cycles. Of equally short
# paths the first by name wins, so that every lake gives the same answer.
_START = """
CREATE OR REPLACE TABLE reached AS
SELECT DISTINCT h.project, h.package, h.version, s.snapshot, s.component, 0 AS depth,
       [h.package || coalesce('@' || h.version, '')] AS trail
FROM hits AS h, unnest(h.seen) AS t(s)
WHERE EXISTS (
  SELECT 1 FROM (
    SELECT unnest($projects::VARCHAR[]) AS project, unnest($packages::VARCHAR[]) AS package,
           unnest($versions::VARCHAR[]) AS version
  ) AS w
  WHERE w.project = h.project AND w.package = h.package AND w.version IS NOT DISTINCT FROM h.version
)
"""

_EDGES = """
CREATE OR REPLACE TABLE edges AS
WITH names AS (
  SELECT snapshot, component, min(package || coalesce('@' || version, '')) AS label FROM usage
  WHERE snapshot IN (SELECT snapshot FROM reached) GROUP BY snapshot, component
)
SELECT d.snapshot, d.from_component, d.to_component, any_value(n.label) AS label,
       bool_and(coalesce(d.optional, false)) AS optional
FROM dependencies AS d
LEFT JOIN names AS n ON n.snapshot = d.snapshot AND n.component = d.from_component
WHERE d.to_component IS NOT NULL AND d.snapshot IN (SELECT snapshot FROM reached)
GROUP BY d.snapshot, d.from_component, d.to_component
"""

_STEP = """
INSERT INTO reached
SELECT r.project, r.package, r.version, r.snapshot, e.from_component, $depth + 1,
       min(list_prepend(e.label, r.trail))
FROM reached AS r
JOIN edges AS e ON e.snapshot = r.snapshot AND e.to_component = r.component
WHERE r.depth = $depth AND e.from_component IS NOT NULL AND e.optional <= $optional
  AND NOT EXISTS (
    SELECT 1 FROM reached AS seen
    WHERE seen.snapshot = r.snapshot AND seen.component = e.from_component
      AND seen.project = r.project AND seen.package = r.package
      AND seen.version IS NOT DISTINCT FROM r.version
  )
GROUP BY r.project, r.package, r.version, r.snapshot, e.from_component
"""

_SHORTEST = """
SELECT r.project, r.package, r.version, r.trail
FROM reached AS r
JOIN edges AS e ON e.snapshot = r.snapshot AND e.to_component = r.component
WHERE e.from_component IS NULL AND e.optional <= $optional
QUALIFY row_number() OVER (PARTITION BY r.project, r.package, r.version ORDER BY r.depth, r.trail) = 1
"""


def _paths(session: Session, wanted: Sequence[_Key]) -> dict[_Key, str]:
    """The shortest paths, of needed edges where there are such, else through optional ones."""
    found: dict[_Key, str] = {}
    named = dict(
        zip(("projects", "packages", "versions"), (list(c) for c in zip(*wanted, strict=True)), strict=True)
    )
    for optional in (False, True):
        session.run(_START, named)
        if not optional:
            session.run(_EDGES)
        for depth in range(DEEPEST):
            if not session.run(_STEP, {"depth": depth, "optional": optional}):
                break
        for project, package, version, trail in session.ask(_SHORTEST, {"optional": optional}).rows():
            found.setdefault((project, package, version), readable(trail))
    return found


def readable(trail: Sequence[str]) -> str:
    """A path of components as people write them: `requests@2.32.0 > urllib3@2.2.1`."""
    return " > ".join(_shown(step) for step in trail)


def _shown(step: str) -> str:
    package, at, version = step.partition("@")  # packages hold their own as %40
    return f"{purl.display(package)}@{version}" if at else purl.display(step)
