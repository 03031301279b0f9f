# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which licences are in use, how each is known, and where: counted over the whole portfolio."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from umbel.evidence.session import Session

TABLES = ("usage", "components", "packages", "package_versions")
"""The stored tables that a session must hold."""
HOW = ("concluded", "declared", "detected", "registry", "people")
"""By whose word a licence is known: a document's conclusion, its declaration, a scanner, a registry, people here."""
_UNSAID = "l.license IS NULL"

# Of a component that several documents describe, the strongest word is told: so is its effective licence made. What
# one document of a project leaves open, another of it may know (see `umbel.evidence.views.MERGED`).
_STATED = """
CREATE OR REPLACE VIEW license_stated AS
WITH said AS (
  SELECT component, CASE WHEN bool_or(len(licenses_concluded) > 0) THEN 'concluded'
                         WHEN bool_or(len(licenses_declared) > 0) THEN 'declared'
                         WHEN bool_or(len(licenses_detected) > 0) THEN 'detected' END AS how
  FROM raw_components GROUP BY component
), stated AS (
  SELECT u.project, u.package, u.version, u.alone, nullif(u.license, 'NOASSERTION') AS license, s.how
  FROM usage AS u LEFT JOIN said AS s ON s.component = u.component
)
SELECT project, package, version, license, how FROM stated WHERE alone
UNION ALL
SELECT project, package, version, min(license), min(how) FILTER (license IS NOT NULL) FROM stated WHERE NOT alone
GROUP BY project, package, version
"""
_OPEN = f"""
SELECT l.package, l.version, bool_and({_UNSAID}) AS unsaid, any_value(v.license), any_value(k.license)
FROM license_stated AS l
LEFT JOIN package_versions AS v ON v.package = l.package AND v.version = l.version
LEFT JOIN packages AS k ON k.package = l.package
WHERE $everything OR {_UNSAID}
GROUP BY l.package, l.version
"""
_USED = """
CREATE OR REPLACE VIEW license_used AS
SELECT l.project, l.package, l.version, coalesce(t.license, l.license) AS license,
       CASE WHEN t.license IS NOT NULL THEN t.how WHEN l.license IS NOT NULL THEN coalesce(l.how, 'declared') END AS how
FROM license_stated AS l
LEFT JOIN license_told AS t ON t.package = l.package AND t.version IS NOT DISTINCT FROM l.version
     AND (t.how = 'people' OR l.license IS NULL)
"""
_TOTALS = """
WITH each AS (
  SELECT license, package, version, min(how) AS how, count(DISTINCT project) AS projects
  FROM license_used GROUP BY license, package, version
), people AS (SELECT license, count(DISTINCT project) AS projects FROM license_used GROUP BY license)
SELECT e.license, count(*) AS components, count(DISTINCT e.package) AS packages, any_value(p.projects) AS projects,
       count(*) FILTER (e.how = 'concluded') AS concluded, count(*) FILTER (e.how = 'declared') AS declared,
       count(*) FILTER (e.how = 'detected') AS detected, count(*) FILTER (e.how = 'registry') AS registry,
       count(*) FILTER (e.how = 'people') AS people
FROM each AS e JOIN people AS p ON p.license IS NOT DISTINCT FROM e.license
GROUP BY e.license ORDER BY components DESC, e.license
"""
_TOPS = """
WITH counted AS (
  SELECT license, 'package' AS kind, package AS name, count(DISTINCT version) AS versions,
         count(DISTINCT project) AS number,
         CASE WHEN count(DISTINCT project) <= $few THEN list(DISTINCT project) END AS among
  FROM license_used GROUP BY license, package
  UNION ALL
  SELECT license, 'project', project, NULL, count(DISTINCT (package, version)), NULL
  FROM license_used GROUP BY license, project
)
SELECT coalesce(license, '') AS license, kind, name, versions, number, among FROM counted
QUALIFY row_number() OVER (PARTITION BY license, kind ORDER BY number DESC, name) <= $most
ORDER BY license, kind, number DESC, name
"""


Told = Callable[[str, str | None, bool, tuple[str | None, ...]], tuple[str, str] | None]


def prepare(session: Session, told: Told, *, everything: bool) -> None:
    """Make the relation `license_used` (project, package, version, license, how) in a session that holds `TABLES`.

    `told` gives a licence and by whose word it is known: of a component, given whether documents are silent about it,
    and what registries say; None where nobody says more. Only of those without one is it asked, unless `everything`.
    """
    import pyarrow as pa

    session.run(_STATED)
    rows = [
        (package, version, *found)
        for package, version, unsaid, *registries in session.ask(_OPEN, {"everything": everything}).rows()
        if (found := told(package, version, unsaid, tuple(registries))) is not None
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    names = ("package", "version", "license", "how")
    table = pa.table({name: pa.array(each, pa.string()) for name, each in zip(names, columns, strict=True)})
    session.register("license_told", table)
    session.run(_USED)


def totals(session: Session) -> list[dict[str, object]]:
    """A record for each licence: components, packages, projects, and components by how it is known; after `prepare`."""
    return session.ask(_TOTALS).records()


def tops(session: Session, most: int, few: int) -> pa.Table:
    """Of each licence the packages in most projects and the projects with most of it, sorted by licence.

    `among` names the projects of a package that is in at most `few` of them.
    """
    return session.ask(_TOPS, {"most": most, "few": few}).arrow()
