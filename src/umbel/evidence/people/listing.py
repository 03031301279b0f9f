# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps a project alive: its people with their part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.evidence.people import attach
from umbel.evidence.people.shown import Shown

if TYPE_CHECKING:
    from umbel.evidence.people.attach import Attached
    from umbel.evidence.session import Session

TABLES = (*attach.TABLES, "releases")
"""The stored tables that a session must hold for `listing`, in which people were attached."""

_LISTING = """
WITH scope AS (
  SELECT * FROM contributions
  WHERE ($projects::VARCHAR[] IS NULL OR project IN (SELECT unnest($projects::VARCHAR[]))) AND bot = $bots
), counted AS (
  SELECT person, count(*) AS commits, count(*) FILTER (role = 'author') AS authored,
         count(DISTINCT project) AS projects, min(s."at") AS since, max(s."at") AS last,
         max_by({'organisation': organisation, 'ours': ours}, (s."at", s.role, s.sha)) AS newest
  FROM scope AS s GROUP BY person
), vouching AS (
  SELECT person, count(*) FILTER (kind = 'committer') AS committed,
         count(*) FILTER (kind IN ('reviewed-by', 'acked-by', 'tested-by')) AS reviewed
  FROM reviews
  WHERE $projects::VARCHAR[] IS NULL OR project IN (SELECT unnest($projects::VARCHAR[]))
  GROUP BY person
), tagging AS (
  SELECT p.person, count(*) AS released
  FROM releases AS r JOIN people AS p ON p.identity = r.tagger
  WHERE r.version IS NOT NULL
    AND ($projects::VARCHAR[] IS NULL OR project IN (SELECT unnest($projects::VARCHAR[])))
  GROUP BY p.person
), every AS (
  SELECT count(*) AS commits FROM contributions
  WHERE role = 'author' AND (NOT bot OR $bots)
    AND ($projects::VARCHAR[] IS NULL OR project IN (SELECT unnest($projects::VARCHAR[])))
)
SELECT c.person, NULL::VARCHAR AS name, $bots AS bot,
       list_filter([
         CASE WHEN c.authored > 0 THEN 'author' ELSE 'co-author' END,
         CASE WHEN v.reviewed > 0 THEN 'reviewer' END,
         CASE WHEN v.committed > 0 THEN 'committer' END,
         CASE WHEN t.released > 0 THEN 'releaser' END
       ], lambda r: r IS NOT NULL) AS roles,
       c.projects, c.commits, c.commits / nullif(e.commits, 0)::DOUBLE AS share, c.since, c.last,
       c.newest.organisation AS organisation, c.newest.ours AS ours
FROM counted AS c CROSS JOIN every AS e
LEFT JOIN vouching AS v USING (person)
LEFT JOIN tagging AS t USING (person)
ORDER BY c.commits DESC, c.since, c.person
"""


def listing(
    session: Session, attached: Attached, projects: list[str] | None, *, bots: bool = False
) -> list[dict[str, Any]]:
    """A record per person of some projects (None is all), most commits first; or per program.

    `share` is of all commits by people (of all commits, for programs): co-authors have theirs too, so
    that shares may sum to more than one. `organisation` is that of their newest commit, None if unknown. `name` is
    None but for those who wished theirs to be shown.
    """
    shown = Shown(attached)
    records = session.ask(_LISTING, {"projects": projects, "bots": bots}).records()
    return [{**record, "name": shown.name(record["person"])} for record in records]
