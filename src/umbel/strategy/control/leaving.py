# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What would remain of a project if one firm left: commits, maintainers, folders, and how few carry the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.strategy.control.model import model
from umbel.strategy.control.records import Left
from umbel.strategy.control.shares import since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.evidence.session import Session
    from umbel.strategy.control.records import Shares

# A person goes with the firm if any of their commits in the window was made for it.
_GOING = """
CREATE OR REPLACE TABLE control_going AS
SELECT DISTINCT w.project, w.person
FROM control_work AS w
JOIN (SELECT unnest($projects::VARCHAR[]) AS project, unnest($firms::VARCHAR[]) AS firm) AS f
  ON f.project = w.project AND f.firm = w.organisation
WHERE w."at" > $since::TIMESTAMPTZ
UNION
SELECT m.project, m.person
FROM control_maintainers AS m
JOIN (SELECT unnest($projects::VARCHAR[]) AS project, unnest($firms::VARCHAR[]) AS firm) AS f
  ON f.project = m.project AND f.firm = m.organisation
"""
_REST = """
WITH by_person AS (
  SELECT w.project, w.person, count(*) AS n
  FROM control_work AS w
  WHERE w."at" > $since::TIMESTAMPTZ AND w.project IN (SELECT project FROM control_going)
    AND NOT EXISTS (SELECT 1 FROM control_going AS g WHERE g.project = w.project AND g.person = w.person)
  GROUP BY w.project, w.person
), ranked AS (
  SELECT project, n, sum(n) OVER (PARTITION BY project ORDER BY n DESC, person
           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reached,
         sum(n) OVER (PARTITION BY project) AS total
  FROM by_person
)
SELECT project, count(*) AS people, count(*) FILTER (2 * (reached - n) < total) AS half FROM ranked GROUP BY project
"""
_AREAS = """
WITH known AS (
  SELECT project FROM readings WHERE commits > 0 AND project IN (SELECT project FROM control_going)
  GROUP BY project HAVING bool_or(coalesce(paths, false))
), touched AS (
  SELECT DISTINCT c.project, c.sha,
         CASE WHEN contains(c.path, '/') THEN split_part(c.path, '/', 1) || '/' ELSE '(top)' END AS area
  FROM changes AS c JOIN known AS k ON k.project = c.project
), worked AS (
  SELECT t.project, t.area, count(DISTINCT t.sha) AS n,
         bool_or(g.person IS NULL) AS stays
  FROM touched AS t
  JOIN control_work AS w ON w.project = t.project AND w.sha = t.sha AND w."at" > $since::TIMESTAMPTZ
  LEFT JOIN control_going AS g ON g.project = w.project AND g.person = w.person
  GROUP BY t.project, t.area
)
SELECT project, count(*) AS areas, count(*) FILTER (stays) AS stay,
       list(area ORDER BY n DESC, area) FILTER (NOT stays) AS lost
FROM worked WHERE n >= $least GROUP BY project
"""
_MOST_NAMED = 20


def left(
    session: Session,
    firms: Mapping[str, str],
    commits: Mapping[str, Shares],
    maintainers: Mapping[str, Shares],
) -> dict[str, Left]:
    """What remains of each project without the firm that is named for it; `shares.hold` must have been called."""
    if not firms:
        return {}
    bound = {"since": since(session.as_of)}
    session.run(_GOING, {**bound, "projects": list(firms), "firms": list(firms.values())})
    rest = {project: (people, half) for project, people, half in session.ask(_REST, bound).rows()}
    areas = {row[0]: row[1:] for row in session.ask(_AREAS, {**bound, "least": model().area_least}).rows()}
    found = {}
    for project, firm in firms.items():
        people, half = rest.get(project, (0, None))
        told = areas.get(project)
        of_work, of_people = commits[project], maintainers[project]
        going = _count(of_people, firm)
        known = of_people.total - going if of_people.total else None
        share = of_work.of_organisation(firm)
        part = 1.0 - (share.share if share else 0.0)
        found[project] = Left(
            organisation=firm,
            commits=part,
            commits_least=max(0.0, part - (of_work.unknown or 0.0)),
            maintainers=known,
            maintainers_least=None if known is None else known - _unknown(of_people),
            maintainers_all=of_people.total or None,
            people=people,
            absence_factor=half,
            areas=told[0] if told else None,
            areas_left=told[1] if told else None,
            areas_lost=tuple((told[2] or ())[:_MOST_NAMED]) if told else (),
            why=None if told else "the paths of its commits are unknown, so nothing is known of its folders",
        )
    return found


def _count(shares: Shares, firm: str) -> int:
    part = shares.of_organisation(firm)
    return part.count if part else 0


def _unknown(shares: Shares) -> int:
    return next((part.count for part in shares.parts if part.kind == "unknown"), 0)
