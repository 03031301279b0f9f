# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Organisations' shares of recent commits and of maintainers, with the unknown among them.

A foundation's or a community's address tells no employer: who writes from one is of unknown affiliation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from umbel.strategy.control.model import foundations, model
from umbel.strategy.control.records import Share, Shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from umbel.evidence.session import Session

# Held in memory once: commits and contributions are views over what is stored, and every question here reads them.
_WINDOW = """
CREATE OR REPLACE TABLE control_commits AS
SELECT project, sha, parents, author, committer, committed_at,
       len(list_filter(trailers, lambda t: t.kind = 'signed-off-by')) > 0 AS signed_off
FROM commits
WHERE committed_at > $since::TIMESTAMPTZ AND committed_at <= $as_of::TIMESTAMPTZ
  AND project IN (SELECT unnest($projects::VARCHAR[]))
"""
_HELD = """
CREATE OR REPLACE TABLE control_work AS
SELECT c.project, c.sha, c.person, c.role, c.{when} AS "at", c.zone,
       CASE WHEN lower(c.organisation) IN (SELECT unnest($communities::VARCHAR[])) THEN NULL
            ELSE c.organisation END AS organisation,
       coalesce(lower(c.organisation) IN (SELECT unnest($communities::VARCHAR[])), false) AS community
FROM contributions AS c
WHERE NOT c.bot AND c.{when} IS NOT NULL AND c.{when} <= $as_of::TIMESTAMPTZ
  AND ($since::TIMESTAMPTZ IS NULL OR c.{when} > $since::TIMESTAMPTZ)
  AND c.project IN (SELECT unnest($projects::VARCHAR[]))
"""
# Metrics that were asked in the same session before have renamed the column.
_RENAMED = """
SELECT count(*) FROM duckdb_columns() WHERE table_name = 'contributions' AND column_name = 'committed_at'
"""
# The acts are those of the metric `maintainers`: so are its limits.
_ACTS = """
CREATE OR REPLACE TABLE control_maintainers AS
WITH acts AS (
  SELECT c.project, p.person, c.committed_at AS acted_at, 1 AS weight
  FROM control_commits AS c JOIN people AS p ON p.identity = c.author
  WHERE c.parents > 1 AND NOT p.bot
  UNION ALL
  SELECT r.project, r.person, c.committed_at, 1
  FROM reviews AS r JOIN control_commits AS c ON c.project = r.project AND c.sha = r.sha
  WHERE r.kind IN ('committer', 'reviewed-by', 'acked-by')
  UNION ALL
  SELECT r.project, p.person, r.released_at, 2
  FROM releases AS r JOIN people AS p ON p.identity = r.tagger
  WHERE r.version IS NOT NULL AND NOT p.bot
), chosen AS (
  SELECT project, person FROM acts
  WHERE acted_at > $since::TIMESTAMPTZ AND acted_at <= $as_of::TIMESTAMPTZ
    AND project IN (SELECT unnest($projects::VARCHAR[]))
  GROUP BY project, person HAVING sum(weight) >= 2
), employed AS (
  SELECT c.project, c.person, a.organisation
  FROM chosen AS c
  LEFT JOIN affiliations AS a ON a.person = c.person
    AND coalesce(a.since, '-infinity'::TIMESTAMPTZ) <= $as_of::TIMESTAMPTZ
    AND coalesce(a.until, 'infinity'::TIMESTAMPTZ) > $as_of::TIMESTAMPTZ
  QUALIFY row_number() OVER (PARTITION BY c.project, c.person ORDER BY a.since DESC NULLS LAST, a.organisation) = 1
)
SELECT project, person,
       CASE WHEN lower(organisation) IN (SELECT unnest($communities::VARCHAR[])) THEN NULL ELSE organisation END
         AS organisation,
       coalesce(lower(organisation) IN (SELECT unnest($communities::VARCHAR[])), false) AS community
FROM employed
"""
_UNSEEN = """
SELECT c.project, count(*) FILTER (b.bot) / count(*)::DOUBLE
FROM control_commits AS c
JOIN people AS a ON a.identity = c.author
JOIN people AS b ON b.identity = c.committer
WHERE NOT a.bot AND c.parents < 2
GROUP BY c.project
"""
_COMMITS = """
SELECT project, organisation, count(*) AS n, count(DISTINCT person) AS people,
       count(*) FILTER (community) AS community
FROM control_work WHERE "at" > $since::TIMESTAMPTZ
GROUP BY project, organisation ORDER BY project, n DESC, organisation
"""
_MAINTAINERS = """
SELECT project, organisation, count(*) AS n, count(*) AS people, count(*) FILTER (community) AS community
FROM control_maintainers GROUP BY project, organisation ORDER BY project, n DESC, organisation
"""
_HALF = """
WITH by_person AS (
  SELECT project, person, count(*) AS n FROM control_work WHERE "at" > $since::TIMESTAMPTZ GROUP BY project, person
), ranked AS (
  SELECT project, n, sum(n) OVER (PARTITION BY project ORDER BY n DESC, person
           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reached,
         sum(n) OVER (PARTITION BY project) AS total
  FROM by_person
)
SELECT project, count(*) FROM ranked WHERE 2 * (reached - n) < total GROUP BY project
"""


def hold(session: Session, projects: Sequence[str], *, whole: bool = False) -> None:
    """Make what all questions of control read: `control_{commits,work,maintainers}`. People must be attached.

    Only the window's commits are held, unless the `whole` history is asked for.
    """
    asked = {
        "projects": list(projects),
        "communities": communities(),
        "as_of": session.as_of,
    }
    renamed = bool(session.ask(_RENAMED).one()[0])
    start = since(session.as_of)
    held = _HELD.format(when="committed_at" if renamed else '"at"')
    session.run(held, {**asked, "since": None if whole else start})
    window = {"projects": asked["projects"], "as_of": session.as_of, "since": start}
    session.run(_WINDOW, window)
    session.run(_ACTS, {**asked, "since": start})


def communities() -> list[str]:
    """Names of foundations and the domains of the addresses that they give away, in lower case."""
    found = {
        word.lower() for each in foundations().foundations for word in (each.name, *each.names, *each.domains)
    }
    return sorted(found)


def since(day: datetime) -> datetime:
    """The start of the window that ends on a day."""
    return day - timedelta(days=model().window)


def commits(session: Session, projects: Sequence[str]) -> dict[str, Shares]:
    """Shares of the commits of the window, by project; a commit counts once for each of its authors."""
    bound = {"since": since(session.as_of)}
    found = _shares(session, "commits", session.ask(_COMMITS, bound).rows())
    return {name: found.get(name) or _none(session, "commits", _NO_COMMITS) for name in projects}


def maintainers(session: Session, projects: Sequence[str]) -> dict[str, Shares]:
    """Shares of those who in the window merged, tagged or reviewed, by project and their employer on the day."""
    import msgspec

    found = _shares(session, "maintainers", session.ask(_MAINTAINERS).rows())
    unseen = dict(session.ask(_UNSEEN).rows())
    none = _none(session, "maintainers", _NO_MAINTAINERS)
    return {
        name: msgspec.structs.replace(found.get(name, none), unseen=unseen.get(name)) for name in projects
    }


def absence_factors(session: Session) -> dict[str, int]:
    """How few people make half of the window's commits, by project."""
    return dict(session.ask(_HALF, {"since": since(session.as_of)}).rows())


_NO_COMMITS = "no commits by people in the window"
_NO_MAINTAINERS = "no merge, tag or review in its history says who looks after it"


def _none(session: Session, of: str, why: str) -> Shares:
    return Shares(of=of, since=since(session.as_of), until=session.as_of, total=0, why=why)


def _shares(session: Session, of: str, rows: Iterable[tuple[Any, ...]]) -> dict[str, Shares]:
    by_project: dict[str, list[tuple[Any, ...]]] = {}
    for project, *rest in rows:
        by_project.setdefault(project, []).append(tuple(rest))
    return {
        project: Shares(
            of=of,
            since=since(session.as_of),
            until=session.as_of,
            total=sum(n for _, n, *_ in each),
            parts=_parts(each),
            through_foundation=sum(community for *_, community in each),
        )
        for project, each in by_project.items()
    }


def _parts(rows: Sequence[tuple[Any, ...]]) -> tuple[Share, ...]:
    """Every organisation by size, the unknown last."""
    total = sum(n for _, n, *_ in rows)
    found = [
        Share(
            kind="unknown" if name is None else "organisation",
            organisation=name,
            count=n,
            share=n / total,
            people=people,
        )
        for name, n, people, _ in rows
    ]
    return tuple(sorted(found, key=lambda part: part.kind == "unknown"))
