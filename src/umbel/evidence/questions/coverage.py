# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How much is known: projects with and without evidence, and how old it is.

The denominator that every other figure stands beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.evidence.questions.scopes import register

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session

SBOM = "coalesce(starts_with(format, 'CycloneDX') OR starts_with(format, 'SPDX'), false)"
"""Whether a snapshot's document describes software to others; a lockfile doesn't."""
TOOL = r"nullif(trim(regexp_replace(producer, '[ @/-]v?\d[^ ,]*', '', 'g')), '')"
"""A snapshot's producer without its versions, however the two are written: `syft 1.9`, `syft-0.5`."""

_PRESENT = "SELECT DISTINCT subject AS project FROM present"
_LATER = "SELECT DISTINCT project FROM histories WHERE project NOT IN (SELECT subject FROM present)"
_EARLIER = f"""{_PRESENT}
UNION ALL
SELECT project FROM ({_LATER}) SEMI JOIN (SELECT project FROM commits WHERE committed_at IS NOT NULL) USING (project)
"""


def _known(session: Session) -> str:
    """Every project of the day, as SQL.

    A history tells of the days before it was collected: from its first commit on the project was there.
    """
    held = {"histories", "commits"} <= session.pin.versions.keys()
    return _EARLIER if held and session.ask(f"SELECT count(*) FROM ({_LATER})").one()[0] else _PRESENT


_COVERAGE = f"""
WITH known AS (%s), documents AS (
  SELECT subject AS project,
         count(*) FILTER (WHERE is_document) AS documents,
         count(*) FILTER (WHERE is_document AND outcome = 'partial') AS partial,
         max(observed_at) FILTER (WHERE is_document) AS newest,
         min(observed_at) FILTER (WHERE is_document) AS oldest,
         bool_or(collector = 'checkout') AS checkout,
         count(*) FILTER (WHERE {SBOM}) AS sboms,
         coalesce(list(DISTINCT {TOOL} ORDER BY {TOOL}) FILTER (WHERE {SBOM} AND {TOOL} IS NOT NULL), []) AS producers
  FROM present GROUP BY subject
), failed AS (
  -- a failure counts until the same place could be read, or was withdrawn
  SELECT f.subject AS project, count(DISTINCT f.origin) AS failed
  FROM published AS f
  WHERE f.is_document AND f.outcome = 'failed' AND NOT EXISTS (
    SELECT 1 FROM published AS later
    WHERE later.origin = f.origin AND later.outcome <> 'failed' AND later.collected_at > f.collected_at)
  GROUP BY f.subject
), rows AS (
  SELECT project, count(*) AS components, count(*) FILTER (NOT licensed) AS license_unknown,
         count(*) FILTER (starts_with(package, 'unidentified:')) AS unidentified,
         count(*) FILTER (version IS NULL) AS version_unknown
  FROM (
    SELECT project, package, version, bool_or(license IS NOT NULL) AS licensed FROM usage GROUP BY ALL
  ) GROUP BY project
), every AS (
  SELECT project FROM known UNION SELECT project FROM failed
  UNION SELECT unnest($declared::VARCHAR[]) AS project
)
SELECT e.project,
       CASE WHEN d.documents > 0 AND coalesce(f.failed, 0) = 0 AND d.partial = 0 THEN 'complete'
            WHEN d.documents > 0 THEN 'partial'
            WHEN f.failed > 0 THEN 'failed'
            ELSE 'none' END AS evidence,
       coalesce(d.documents, 0) AS documents, coalesce(f.failed, 0) AS failed,
       coalesce(r.components, CASE WHEN d.documents > 0 THEN 0 END) AS components,
       r.license_unknown, r.version_unknown, r.unidentified,
       d.newest AS newest_evidence, d.oldest AS oldest_evidence,
       date_diff('day', d.newest, $as_of::TIMESTAMPTZ) AS age_days,
       coalesce(d.sboms, 0) AS sboms, coalesce(d.producers, []) AS producers
FROM every AS e
LEFT JOIN documents AS d ON d.project = e.project
LEFT JOIN failed AS f ON f.project = e.project
LEFT JOIN rows AS r ON r.project = e.project
WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], e.project)
ORDER BY evidence = 'complete', e.project
"""


def coverage(session: Session, declared: Sequence[str] = (), projects: Sequence[str] | None = None) -> Answer:
    """One row per project, those that need attention first.

    `evidence` is complete, partial (something couldn't be read, or can't tell everything), failed
    or none. `declared` adds projects that someone named but nobody has seen. Counts are NULL
    where there is nothing to count from. `sboms` counts those of the documents that are SBOMs, and
    `producers` names the tools that made them, without versions. Needs the table `usage`.
    """
    chosen = None if projects is None else list(projects)
    bound = {"declared": list(declared), "projects": chosen, "as_of": session.as_of.isoformat()}
    return session.ask(_COVERAGE % _known(session), bound)


def known_projects(session: Session) -> list[str]:
    """Every project that evidence of the day speaks of.

    On an earlier day these are also projects whose history, read later, reaches back that far, if the session
    holds `histories` and `commits`.
    """
    return [row[0] for row in session.ask(f"{_known(session)} ORDER BY project").rows()]


_STATUS = """
WITH known AS (%s), rows AS (
  SELECT count(DISTINCT package) AS packages, count(DISTINCT (package, version)) AS components,
         count(DISTINCT (package, version)) FILTER (WHERE license IS NOT NULL) AS licensed,
         count(DISTINCT (package, version)) FILTER (WHERE NOT starts_with(package, 'unidentified:')) AS identified,
         count(DISTINCT project) AS with_components, count(*) AS uses
  FROM usage WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], project)
), documents AS (
  SELECT count(*) FILTER (WHERE is_document) AS documents,
         (SELECT count(*) FROM known
          WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], project)) AS projects,
         count(DISTINCT subject) FILTER (WHERE is_document) AS with_documents,
         count(*) FILTER (WHERE is_document AND outcome = 'partial') AS partial,
         min(observed_at) FILTER (WHERE is_document) AS oldest,
         max(observed_at) FILTER (WHERE is_document) AS newest
  FROM present WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], subject)
)
SELECT projects, with_documents AS projects_with_evidence, documents, partial AS documents_partial,
       uses, components, packages, identified AS components_identified,
       licensed AS components_licensed, oldest AS oldest_evidence, newest AS newest_evidence
FROM rows, documents
"""


def totals(session: Session, projects: Sequence[str] | None = None) -> Answer:
    """The portfolio in one row: projects, documents, components and how many of them are known.

    Needs the table `usage`.
    """
    return session.ask(_STATUS % _known(session), {"projects": None if projects is None else list(projects)})


_EACH = """
SELECT place, count(*) AS components, count(*) FILTER (licensed) AS licensed FROM (
  SELECT s.place, u.package, u.version, bool_or(u.license IS NOT NULL) AS licensed
  FROM usage AS u JOIN counted_scopes AS s ON s.project = u.project GROUP BY ALL
) GROUP BY place
"""


def components_each(session: Session, scopes: Sequence[Collection[str]]) -> list[tuple[int, int]]:
    """Of each group of projects how many components are in use, and of how many the license is known.

    Needs the table `usage`.
    """
    register(session, "counted_scopes", scopes)
    counted = {place: (components, licensed) for place, components, licensed in session.ask(_EACH).rows()}
    return [counted.get(place, (0, 0)) for place in range(len(scopes))]


_OLDEST = """
SELECT subject AS project, origin, collector, observed_at,
       date_diff('day', observed_at, $as_of::TIMESTAMPTZ) AS age_days
FROM present WHERE is_document AND ($projects IS NULL OR list_contains($projects::VARCHAR[], subject))
ORDER BY observed_at, origin LIMIT $limit
"""


def oldest(session: Session, limit: int = 10, projects: Sequence[str] | None = None) -> Answer:
    """The documents whose evidence is oldest, with their age in days."""
    chosen = None if projects is None else list(projects)
    return session.ask(_OLDEST, {"limit": limit, "projects": chosen, "as_of": session.as_of.isoformat()})
