# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio as lists: every project, package and component in use with its figures, as Arrow, from sets alone.

`hold` makes narrow tables of numbers in a session (names stand once, beside them), so that what is asked of millions of
uses is asked of integers:

- `portfolio_projects(number, project)`, `portfolio_components(number, package_number, package, version)`,
  `portfolio_licenses(number, license)`: numbers follow the order of names;
- `portfolio_uses(project, package, component, license, direct, scope)`: what `merged` holds, a row a use.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session

TABLES = ("usage", "dependencies", "components", "packages", "package_versions", "histories")
"""The stored tables that a session must hold."""
SCOPES = ("runtime", "build", "test", "development", "optional", "excluded")
"""What a use is for, that which matters most first; a number in `portfolio_uses`."""
FEW = 20
"""Up to so many projects that use a thing are named with it, so that it can be kept from who may see none of them."""
_ROW_GROUP = 20_480
"""Rows of a file that are read to find a few: smaller reads quicker, larger packs better."""

_NUMBER = "(row_number() OVER (ORDER BY {name}))::INTEGER AS number"
_HOLD = (
    "CREATE OR REPLACE TABLE portfolio_projects AS SELECT project, "
    + _NUMBER.format(name="project")
    + " FROM "
    "(SELECT DISTINCT subject AS project FROM present)",
    """CREATE OR REPLACE TABLE portfolio_components AS
SELECT package, version, (dense_rank() OVER (ORDER BY package))::INTEGER AS package_number,
       (row_number() OVER (ORDER BY package, version))::INTEGER AS number
FROM (SELECT DISTINCT package, version FROM usage)""",
    "CREATE OR REPLACE TABLE portfolio_licenses AS SELECT license, "
    + _NUMBER.format(name="license")
    + " FROM "
    "(SELECT DISTINCT license FROM usage WHERE license IS NOT NULL)",
    # A missing version is written as a mark that no version is: joined by equality, by far the quickest.
    f"""CREATE OR REPLACE TABLE portfolio_uses AS
SELECT p.number AS project, c.package_number AS package, c.number AS component, l.number AS license, u.direct,
       list_position({list(SCOPES)!r}, u.scope)::TINYINT AS scope
FROM merged AS u
JOIN portfolio_projects AS p ON p.project = u.project
JOIN (SELECT *, coalesce(version, chr(0)) AS known FROM portfolio_components) AS c
  ON c.package = u.package AND c.known = coalesce(u.version, chr(0))
LEFT JOIN portfolio_licenses AS l ON l.license = u.license""",
)


@contextmanager
def _as_written(session: Session) -> Iterator[None]:
    """Joins as they are written, the small side last: of files the planner guesses one row, and would hold them all."""
    session.run("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        session.run("RESET disabled_optimizers")


def hold(session: Session) -> None:
    """Make the tables in a session that holds `TABLES`; what is asked below needs them."""
    with _as_written(session):
        for statement in _HOLD:
            session.run(statement)


_PROJECTS = """
WITH by_component AS (
  SELECT project, component, bool_or(license IS NOT NULL) AS licensed FROM portfolio_uses GROUP BY project, component
), by_package AS (
  SELECT project, package, bool_or(direct) AS direct FROM portfolio_uses GROUP BY project, package
), components AS (
  SELECT project, count(*) AS components, count(*) FILTER (NOT licensed) AS license_unknown
  FROM by_component GROUP BY project
), packages AS (
  SELECT project, count(*) AS packages, count(*) FILTER (direct) AS direct, bool_or(direct IS NOT NULL) AS told
  FROM by_package GROUP BY project
)
SELECT p.project, c.components, k.packages, c.license_unknown, CASE WHEN k.told THEN k.direct END AS direct
FROM portfolio_projects AS p
LEFT JOIN components AS c ON c.project = p.number
LEFT JOIN packages AS k ON k.project = p.number
ORDER BY p.project
"""


def project_figures(session: Session) -> Answer:
    """By project: components, packages, those of unknown licence, direct ones (NULL: no document tells)."""
    return session.ask(_PROJECTS)


_PACKAGES = f"""
WITH by_project AS (
  SELECT package, project, bool_or(direct) AS direct FROM portfolio_uses GROUP BY package, project
), counted AS (
  SELECT package, count(*) AS projects, count(*) FILTER (direct) AS direct_in,
         count(*) FILTER (direct IS NOT NULL) AS told_in
  FROM by_project GROUP BY package
), few AS (
  SELECT u.package, list(p.project ORDER BY p.project) AS among
  FROM by_project AS u SEMI JOIN (SELECT package FROM counted WHERE projects <= {FEW}) AS f ON f.package = u.package
  JOIN portfolio_projects AS p ON p.number = u.project GROUP BY u.package
), forms AS (
  SELECT DISTINCT package, component, license FROM portfolio_uses
), told AS (
  SELECT f.package, count(DISTINCT f.component) AS versions,
         coalesce(list(DISTINCT l.license ORDER BY l.license) FILTER (l.license IS NOT NULL), []) AS licenses
  FROM forms AS f LEFT JOIN portfolio_licenses AS l ON l.number = f.license GROUP BY f.package
), named AS (
  SELECT DISTINCT package, package_number FROM portfolio_components
)
SELECT n.package, t.versions, c.projects, c.direct_in, c.told_in,
       c.direct_in / nullif(c.told_in, 0)::DOUBLE AS direct_share,
       t.licenses, r.latest, r.found, r.deprecated,
       w.among
FROM named AS n
JOIN counted AS c ON c.package = n.package_number
JOIN told AS t ON t.package = n.package_number
LEFT JOIN few AS w ON w.package = n.package_number
LEFT JOIN packages AS r ON r.package = n.package
ORDER BY c.projects DESC, n.package
"""


def packages(session: Session) -> Answer:
    """One row a package: versions, projects, how many ask for it themselves of those that tell, licences, latest.

    `among` names the projects where they are few. The rest is by the registry; NULL is unknown.
    """
    return session.ask(_PACKAGES)


_COMPONENTS = f"""
WITH by_project AS (
  SELECT component, project, bool_or(direct) AS direct, min(scope) AS scope, any_value(license) AS license
  FROM portfolio_uses GROUP BY component, project
), counted AS (
  SELECT component, count(*) AS projects, count(*) FILTER (direct) AS direct_in, min(scope) AS scope
  FROM by_project GROUP BY component
), few AS (
  SELECT u.component, list(p.project ORDER BY p.project) AS among
  FROM by_project AS u
  SEMI JOIN (SELECT component FROM counted WHERE projects <= {FEW}) AS f ON f.component = u.component
  JOIN portfolio_projects AS p ON p.number = u.project GROUP BY u.component
), told AS (
  SELECT u.component,
         coalesce(list(DISTINCT l.license ORDER BY l.license) FILTER (l.license IS NOT NULL), []) AS licenses
  FROM (SELECT DISTINCT component, license FROM portfolio_uses) AS u
  LEFT JOIN portfolio_licenses AS l ON l.number = u.license GROUP BY u.component
)
SELECT n.package, n.version, c.projects, c.direct_in, {list(SCOPES)!r}[c.scope] AS scope, t.licenses,
       v.released_at, v.yanked,
       CASE WHEN v.deprecation IS NOT NULL OR r.deprecated THEN true
            WHEN v.package IS NOT NULL OR r.deprecated IS NOT NULL THEN false END AS deprecated,
       w.among
FROM portfolio_components AS n
JOIN counted AS c ON c.component = n.number
JOIN told AS t ON t.component = n.number
LEFT JOIN few AS w ON w.component = n.number
LEFT JOIN packages AS r ON r.package = n.package
LEFT JOIN (SELECT DISTINCT ON (package, version) * FROM package_versions) AS v
  ON v.package = n.package AND v.version = n.version
ORDER BY c.projects DESC, n.package, n.version
"""


def components(session: Session) -> Answer:
    """One row a package version: projects, its scope that matters most, licences, what its registry says."""
    return session.ask(_COMPONENTS)


_UPSTREAMS = f"""
WITH used AS (
  SELECT m.upstream, u.project, bool_or(u.direct) AS direct
  FROM portfolio_uses AS u
  JOIN (SELECT DISTINCT package, package_number FROM portfolio_components) AS c ON c.package_number = u.package
  JOIN portfolio_upstreams AS m ON m.package = c.package
  GROUP BY ALL
)
SELECT u.upstream, count(*) AS projects, count(*) FILTER (u.direct) AS direct_in,
       CASE WHEN count(*) <= {FEW} THEN list(p.project ORDER BY p.project) END AS among
FROM used AS u JOIN portfolio_projects AS p ON p.number = u.project
GROUP BY u.upstream ORDER BY u.upstream
"""


def upstreams(session: Session) -> Answer:
    """By upstream project: ours that use it. Needs `portfolio_upstreams(package, upstream)` registered."""
    return session.ask(_UPSTREAMS)


_PACKAGE_ROWS = f"""
COPY (
  SELECT c.package, p.project, c.version, l.license, u.direct, {list(SCOPES)!r}[u.scope] AS scope
  FROM portfolio_sorted AS u
  JOIN portfolio_components AS c ON c.number = u.component
  JOIN portfolio_projects AS p ON p.number = u.project
  LEFT JOIN portfolio_licenses AS l ON l.number = u.license
) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})
"""

_ROWS = f"""
CREATE OR REPLACE TABLE portfolio_rows AS
SELECT project, snapshot, key, (dense_rank() OVER (PARTITION BY snapshot ORDER BY key))::INTEGER AS node,
       component, license, direct, scope
FROM (
  SELECT p.number AS project, u.snapshot, u.component AS key, c.number AS component, l.number AS license, u.direct,
         list_position({list(SCOPES)!r}, u.scope)::TINYINT AS scope
  FROM usage AS u
  JOIN portfolio_projects AS p ON p.project = u.project
  JOIN (SELECT *, coalesce(version, chr(0)) AS known FROM portfolio_components) AS c
    ON c.package = u.package AND c.known = coalesce(u.version, chr(0))
  LEFT JOIN portfolio_licenses AS l ON l.license = u.license
) ORDER BY project, snapshot, node
"""
# Without an order of its own: the rows stand in theirs, and sorting names again would take all the memory there is.
_PROJECT_ROWS = f"""
COPY (
  SELECT p.project, r.snapshot, r.node, c.package, c.version, l.license, r.direct, {list(SCOPES)!r}[r.scope] AS scope
  FROM portfolio_rows AS r
  JOIN portfolio_components AS c ON c.number = r.component
  JOIN portfolio_projects AS p ON p.number = r.project
  LEFT JOIN portfolio_licenses AS l ON l.number = r.license
) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})
"""
# In two steps, each with the nodes as the small side: in one, a planner may pair nodes with nodes first.
_SOURCES = """
CREATE OR REPLACE TABLE portfolio_sources AS
SELECT d.snapshot, a.node AS source, d.to_component, d.requirement, coalesce(d.optional, false) AS optional
FROM dependencies AS d
LEFT JOIN portfolio_nodes AS a ON a.snapshot = d.snapshot AND a.key = d.from_component
WHERE d.to_component IS NOT NULL AND (d.from_component IS NULL OR a.node IS NOT NULL)
"""
_PROJECT_EDGES = f"""
COPY (
  SELECT p.project, e.snapshot, e.source, e.target, e.requirement, e.optional
  FROM (
    SELECT b.project, s.snapshot, s.source, b.node AS target, min(s.requirement) AS requirement,
           bool_and(s.optional) AS optional
    FROM portfolio_sources AS s JOIN portfolio_nodes AS b ON b.snapshot = s.snapshot AND b.key = s.to_component
    GROUP BY ALL
  ) AS e JOIN portfolio_projects AS p ON p.number = e.project
  ORDER BY e.project, e.snapshot, e.source NULLS FIRST, e.target
) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})
"""


# Of readings at one moment (a newer collector read the same again) the last one counts: nothing changed between them.
_TURNS = """
CREATE OR REPLACE TABLE portfolio_turns AS
WITH readings AS (
  SELECT subject, collector, lineage, observed_at, coalesce(facts, write_id) AS facts, write_id, format, origin
  FROM published WHERE outcome <> 'failed' AND is_document
  QUALIFY row_number() OVER (
    PARTITION BY subject, collector, lineage, observed_at ORDER BY collector_version DESC, collected_at DESC, write_id
  ) = 1
)
SELECT subject AS project, observed_at AS moment, write_id AS snapshot, facts AS now,
       lag(facts) OVER (PARTITION BY subject, collector, lineage ORDER BY observed_at) AS before,
       coalesce(format, collector) AS document, origin
FROM readings QUALIFY before IS NOT NULL AND before <> now
"""
_PACKAGE_CHANGES = f"""
COPY (
  WITH sides AS (
    SELECT t.snapshot, u.package, u.version, false AS later
    FROM raw_usage AS u JOIN portfolio_turns AS t ON t.before = u.write_id
    UNION ALL
    SELECT t.snapshot, u.package, u.version, true
    FROM raw_usage AS u JOIN portfolio_turns AS t ON t.now = u.write_id
  ), differing AS (
    SELECT snapshot, package, coalesce(version, '?') AS version, bool_or(later) AS later
    FROM sides GROUP BY snapshot, package, version HAVING bool_or(later) = bool_and(later)
  ), changes AS (
    SELECT snapshot, package,
           coalesce(list(version ORDER BY version) FILTER (NOT later), []) AS was,
           coalesce(list(version ORDER BY version) FILTER (later), []) AS became
    FROM differing GROUP BY snapshot, package
  )
  SELECT c.package, t.project, t.moment, c.snapshot, c.was, c.became, t.document, t.origin
  FROM changes AS c JOIN portfolio_turns AS t ON t.snapshot = c.snapshot
  ORDER BY c.package, t.moment, t.project
) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})
"""


def write_package_changes(session: Session, path: Path) -> None:
    """A Parquet file of what changed from one reading of a document to its next, sorted by package.

    `was` and `became` are the versions that went and that came; the first reading of a document is no change.
    """
    session.run(_TURNS)
    session.run(_PACKAGE_CHANGES % _quoted(path))
    session.run("DROP TABLE portfolio_turns")


def write_package_rows(session: Session, path: Path) -> None:
    """A Parquet file of every use, in stretches sorted by package. Needs what `hold` made."""
    session.run(
        "CREATE OR REPLACE TABLE portfolio_sorted AS SELECT DISTINCT * FROM portfolio_uses ORDER BY component, project"
    )
    with _as_written(session):
        session.run(_PACKAGE_ROWS % _quoted(path))
    session.run("DROP TABLE portfolio_sorted")


def write_project_rows(session: Session, path: Path) -> None:
    """A Parquet file of every use in every document, in stretches sorted by project; `node` is its number in there.

    Needs what `hold` made.
    """
    with _as_written(session):
        session.run(_ROWS)
        session.run(_PROJECT_ROWS % _quoted(path))
    session.run("DROP TABLE portfolio_rows")


def write_project_edges(session: Session, path: Path) -> None:
    """A Parquet file of every known edge, sorted by project, by the numbers of `write_project_rows`.

    A `source` that is NULL is the project itself. Needs what `hold` made.
    """
    with _as_written(session):
        session.run(_ROWS)
        session.run(
            "CREATE OR REPLACE TABLE portfolio_nodes AS "
            "SELECT DISTINCT project, snapshot, key, node FROM portfolio_rows"
        )
        session.run("DROP TABLE portfolio_rows")
        session.run(_SOURCES)
        session.run(_PROJECT_EDGES % _quoted(path))
    for table in ("portfolio_sources", "portfolio_nodes"):
        session.run(f"DROP TABLE {table}")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


_HISTORY = """
SELECT p.subject AS project, p.write_id AS snapshot, p.collector, p.producer, p.format, p.origin, p.revision,
       p.subject_version AS version, p.observed_at, p.collected_at, p.outcome, p.components, p.dependencies, p.lineage,
       len(f.faults) AS faults, n.write_id IS NOT NULL AS present, p.is_document
FROM published AS p
LEFT JOIN (SELECT write_id, outcome FROM present) AS n ON n.write_id = p.write_id
LEFT JOIN (SELECT write_id, faults FROM raw_snapshots) AS f ON f.write_id = p.write_id
ORDER BY p.subject, p.observed_at DESC, p.collected_at DESC, p.write_id
"""


def snapshots(session: Session) -> Answer:
    """Every document, checkout and history that was read by the day, newest first within each project."""
    return session.ask(_HISTORY)
