# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who does most of each project's work, for every project at once: pseudonyms, and names of those who wished so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from umbel.evidence.people import attach
from umbel.evidence.people.shown import Shown

if TYPE_CHECKING:
    from umbel.evidence.people.attach import Attached
    from umbel.evidence.session import Session

TABLES = attach.TABLES
"""The stored tables that a session must hold for `leading`, in which people were attached."""
YEAR = timedelta(days=365)
FEWEST = 3
"""People of an organisation from which on it is told where one of them works: fewer would say who they are."""

# By the newest year first: who did most ten years ago is seldom the one to talk to.
_LEADING = """
WITH counted AS (
  SELECT project, person, bot, count(*) AS commits, count(*) FILTER (s."at" > $since) AS recent,
         min(s."at") AS first, max(s."at") AS last,
         max_by({'organisation': organisation, 'ours': ours}, (s."at", s.role, s.sha)) AS newest
  FROM contributions AS s GROUP BY project, person, bot
), many AS (
  SELECT newest.organisation AS organisation FROM counted
  WHERE newest.organisation IS NOT NULL GROUP BY ALL HAVING count(DISTINCT person) >= $fewest
), totals AS (
  SELECT project, count(*) FILTER (NOT bot) AS people, count(*) FILTER (NOT bot AND recent > 0) AS active,
         sum(commits) FILTER (NOT bot) AS of_all, sum(recent) FILTER (NOT bot) AS of_recent
  FROM counted GROUP BY project
)
SELECT c.project, c.person, NULL::VARCHAR AS name, c.bot, c.recent, c.commits,
       CASE WHEN NOT c.bot THEN c.recent / nullif(t.of_recent, 0)::DOUBLE END AS share,
       c.first, c.last, c.newest.ours AS ours, c.newest.organisation AS organisation,
       m.organisation IS NULL AND NOT coalesce(c.newest.ours, false) AS keep_back,
       t.people, t.active, t.of_all::BIGINT AS of_all, t.of_recent::BIGINT AS of_recent
FROM counted AS c
JOIN totals AS t USING (project)
LEFT JOIN many AS m ON m.organisation = c.newest.organisation
QUALIFY row_number() OVER (PARTITION BY c.project ORDER BY c.recent DESC, c.commits DESC, c.person) <= $most
ORDER BY c.project, c.recent DESC, c.commits DESC, c.person
"""


def leading(session: Session, attached: Attached, most: int) -> list[dict[str, Any]]:
    """A record for each of at most so many people and programs of each project, those busiest in the last year first.

    `share` is of the year's commits by people; shares may sum to more than one, since co-authors have theirs too.
    `people`, `active` (in the last year), `of_all` and `of_recent` (commits) are of the whole project. `organisation`
    is that of the newest commit; kept back where it would say who somebody is who didn't wish to be named.
    """
    shown = Shown(attached)
    bound = {"since": session.as_of - YEAR, "fewest": FEWEST, "most": most}
    found = []
    for record in session.ask(_LEADING, bound).records():
        name = shown.name(record["person"])
        keep_back = record.pop("keep_back") and name is None
        found.append({**record, "name": name, "organisation": None if keep_back else record["organisation"]})
    return found
