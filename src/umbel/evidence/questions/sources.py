# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where evidence comes from: each kind of source, how much of it there is, how old, and what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session

_SOURCES = """
WITH failed AS (
  -- a failure counts until the same place could be read, or was withdrawn
  SELECT f.collector, count(DISTINCT f.origin) AS failed
  FROM published AS f
  WHERE f.outcome = 'failed' AND NOT EXISTS (
    SELECT 1 FROM published AS later
    WHERE later.origin = f.origin AND later.outcome <> 'failed' AND later.collected_at > f.collected_at)
  GROUP BY f.collector
), there AS (
  SELECT collector, bool_or(is_document) AS is_document, count(*) AS documents,
         count(DISTINCT subject) AS subjects, count(*) FILTER (WHERE outcome = 'partial') AS partial,
         min(observed_at) AS oldest, max(observed_at) AS newest,
         coalesce(list(DISTINCT format ORDER BY format) FILTER (WHERE format IS NOT NULL), [])[:6] AS formats
  FROM present GROUP BY collector
), told AS (
  SELECT collector, max(collected_at) AS collected_at, max(collector_version) AS version,
         bool_or(is_document) AS is_document
  FROM published GROUP BY collector
)
SELECT t.collector, coalesce(e.is_document, t.is_document) AS is_document, t.version,
       coalesce(e.documents, 0) AS documents, coalesce(e.subjects, 0) AS subjects,
       coalesce(e.partial, 0) AS partial, coalesce(f.failed, 0) AS failed,
       e.oldest, e.newest, t.collected_at, date_diff('day', t.collected_at, $as_of::TIMESTAMPTZ) AS age_days,
       coalesce(e.formats, []) AS formats
FROM told AS t LEFT JOIN there AS e USING (collector) LEFT JOIN failed AS f USING (collector)
ORDER BY t.collector
"""


def sources(session: Session) -> Answer:
    """One row per collector whose evidence is of the day: documents, subjects, what is partial or failed, ages.

    `oldest` and `newest` are the times that the present evidence speaks of, `collected_at` is when it was last looked.
    """
    return session.ask(_SOURCES, {"as_of": session.as_of.isoformat()})
