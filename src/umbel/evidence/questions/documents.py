# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The documents that the evidence comes from: what was wrong with them, and when they were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session

MOST_FAULTS = 3
"""Faults that are told of one document, the worst first; the others are counted."""

_FAULTY = f"""
WITH doubtful AS (
  SELECT write_id, subject, origin, collector, outcome, observed_at FROM present
  UNION ALL
  -- a failure counts until the same place could be read, or was withdrawn
  SELECT write_id, subject, origin, collector, outcome, observed_at FROM published AS f
  WHERE outcome = 'failed' AND NOT EXISTS (
    SELECT 1 FROM published AS later
    WHERE later.origin = f.origin AND later.outcome <> 'failed' AND later.collected_at > f.collected_at)
  QUALIFY row_number() OVER (PARTITION BY subject, origin ORDER BY collected_at DESC, write_id) = 1
), counted AS (
  SELECT d.*,
         list_filter(faults, lambda f: f.level = 'error') AS bad,
         list_filter(faults, lambda f: f.level = 'warning') AS doubts,
         list_filter(faults, lambda f: f.level = 'note') AS remarks
  FROM doubtful AS d JOIN raw_snapshots AS s USING (write_id)
  WHERE len(s.faults) > 0 AND ($projects IS NULL OR list_contains($projects::VARCHAR[], d.subject))
)
SELECT subject AS project, origin, collector, outcome, observed_at,
       len(bad) AS errors, len(doubts) AS warnings, len(remarks) AS notes,
       list_concat(bad, doubts, remarks)[1:{MOST_FAULTS}] AS worst,
       count(*) OVER () AS documents
FROM counted
ORDER BY outcome = 'failed' DESC, errors DESC, warnings DESC, notes DESC, project, origin
LIMIT $limit
"""


def faulty(session: Session, limit: int = 1000, projects: Sequence[str] | None = None) -> Answer:
    """Documents with faults, the worst first, and those that can't be read at all.

    `errors`, `warnings` and `notes` count a document's faults; `worst` are the first of them in
    full. `documents` is, on every row, how many there are whatever the limit.
    """
    return session.ask(_FAULTY, {"limit": limit, "projects": None if projects is None else list(projects)})


_EXTENT = """
SELECT (SELECT max(collected_at) FROM present
        WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], subject)) AS collected_at,
       (SELECT min(observed_at) FROM raw_snapshots) AS first_evidence
"""


def extent(session: Session, projects: Sequence[str] | None = None) -> Answer:
    """One row: when the newest of the evidence was collected, and the moment of the very first of all."""
    return session.ask(_EXTENT, {"projects": None if projects is None else list(projects)})
