# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Control over time: organisations' shares of the commits of each quarter or year, for a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from umbel.strategy.control.model import model
from umbel.strategy.control.records import Point

if TYPE_CHECKING:
    from umbel.evidence.session import Session

Every = Literal["quarter", "year"]

# Periods are those of the calendar, from the first commit to the day asked for; those without a commit stay, empty.
_SERIES = """
WITH work AS (
  SELECT date_trunc('{every}', "at") AS since, organisation FROM control_work WHERE project = $project
), largest AS (
  SELECT organisation FROM work WHERE organisation IS NOT NULL
  GROUP BY organisation ORDER BY count(*) DESC, organisation LIMIT $shown
), named AS (
  SELECT since,
         CASE WHEN w.organisation IS NULL THEN 'unknown'
              WHEN l.organisation IS NULL THEN 'others' ELSE 'organisation' END AS kind,
         l.organisation AS organisation
  FROM work AS w LEFT JOIN largest AS l ON l.organisation = w.organisation
), counted AS (
  SELECT since, kind, organisation, count(*) AS n FROM named GROUP BY ALL
), periods AS (
  SELECT unnest(generate_series(
           (SELECT min(since) FROM work), date_trunc('{every}', $as_of::TIMESTAMPTZ), INTERVAL '{step}'
         )) AS since
)
SELECT p.since, p.since + INTERVAL '{step}' AS until, coalesce(c.kind, 'unknown') AS kind, c.organisation,
       coalesce(c.n, 0) AS n, coalesce(sum(c.n) OVER (PARTITION BY p.since), 0)::BIGINT AS total
FROM periods AS p LEFT JOIN counted AS c ON c.since = p.since
ORDER BY p.since, list_position(['organisation', 'others', 'unknown'], coalesce(c.kind, 'unknown')),
         n DESC, c.organisation
"""
_STEPS: dict[Every, str] = {"quarter": "3 months", "year": "1 year"}


def over(session: Session, project: str, every: Every) -> list[Point]:
    """The shares of each period, oldest first; those of one period sum to 1, the unknown among them.

    The largest organisations of all time are named, the rest is one. `shares.hold` must have held the whole history.
    """
    sql = _SERIES.format(every=every, step=_STEPS[every])
    asked = {"project": project, "shown": model().shown, "as_of": session.as_of}
    return [
        Point(
            project=project,
            since=since,
            until=min(until, session.as_of),
            kind=kind,
            organisation=organisation,
            count=n,
            total=total,
            share=n / total if total else None,
            partial=until > session.as_of,
        )
        for since, until, kind, organisation, n, total in session.ask(sql, asked).rows()
    ]
