# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Since when each project has had each vulnerability, and until when: from all of its snapshots up to a day.

A row of `remediations` is one stay of one vulnerability in one project: from the first document that shows an
affected version, or from the day on which the vulnerability was published, whichever is later, until no
document shows one any more. One that was gone before anybody published it is none, and one that comes back is
another. Versions are matched with what advisories said by the session's day.

Source: the times are those of the documents (`observed_at`), so a stay ends when it was seen to have ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.model.vulnerability import DAYS_TO_MEND, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from umbel.evidence.session import Session
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.model.vulnerability import Vulnerability

RELATION = "remediations"
TABLES = ("usage", "components")
"""The stored tables that a session must hold."""

_SYSTEM = "regexp_matches(u.package, '^pkg:(deb|apk|rpm|alpm)/')"
# A distribution's package is looked up with what its whole purl says of the release and the source package.
_USED = f"""
CREATE OR REPLACE TABLE ever_used AS
WITH shown AS (
  SELECT DISTINCT u.package, u.version, CASE WHEN {_SYSTEM} THEN u.component END AS component
  FROM raw_usage AS u SEMI JOIN followed AS p ON p.facts = u.write_id
  WHERE u.version IS NOT NULL AND starts_with(u.package, 'pkg:')
)
SELECT DISTINCT s.package, s.version, c.purl
FROM shown AS s LEFT JOIN raw_components AS c ON c.component = s.component
"""  # noqa: S608 - our own words

# Of one moment the newer collector's reading counts, as in `present`.
_STAYS = """
CREATE OR REPLACE TABLE remediations AS
WITH line AS (
  SELECT subject AS project, facts, outcome, observed_at AS since,
         lead(observed_at) OVER (
           PARTITION BY subject, collector, lineage
           ORDER BY observed_at, collector_version, collected_at, write_id DESC
         ) AS until
  FROM followed WHERE outcome <> 'failed'
), shown AS (
  SELECT l.project, a.package, a.vulnerability, a.severity, a.rank, a.exploited, a.published_at, l.since, l.until,
         u.scope IS NULL OR u.scope IN ('runtime', 'optional') AS shipped
  FROM line AS l
  JOIN raw_usage AS u ON u.write_id = l.facts
  JOIN affected_versions AS a ON a.package = u.package AND a.version = u.version
  WHERE l.outcome <> 'absent' AND (l.until IS NULL OR l.until > l.since)
), reached AS (
  SELECT *, max(coalesce(until, 'infinity'::TIMESTAMPTZ)) OVER (
    PARTITION BY project, package, vulnerability ORDER BY since, until NULLS LAST
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS before
  FROM shown
), told AS (
  SELECT *, count(*) FILTER (before IS NULL OR before < since) OVER (
    PARTITION BY project, package, vulnerability ORDER BY since, until NULLS LAST
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS stay
  FROM reached
), stays AS (
  SELECT project, package, vulnerability, max_by(severity, rank) AS severity, bool_or(exploited) AS exploited,
         bool_or(shipped) AS shipped, min(published_at) AS published_at, min(since) AS seen_at,
         greatest(min(since), min(published_at)) AS opened_at,
         CASE WHEN NOT bool_or(until IS NULL) THEN max(until) END AS closed_at
  FROM told GROUP BY project, package, vulnerability, stay
)
SELECT s.*, s.opened_at + to_days(d.days) AS due_at
FROM stays AS s LEFT JOIN days_to_mend AS d ON d.severity = coalesce(s.severity, 'medium')
WHERE s.opened_at <= $as_of::TIMESTAMPTZ AND (s.closed_at IS NULL OR s.closed_at > s.opened_at)
ORDER BY ALL
"""


def attach(
    session: Session,
    index: Index,
    found: Mapping[tuple[str, str], Sequence[Vulnerability]] | None = None,
    asked: str | None = None,
    projects: str | None = None,
    days: Mapping[str, int] = DAYS_TO_MEND,
) -> None:
    """Make the relation `remediations` in a session that holds `usage`. `index` is of the session's day.

    `found` are vulnerabilities that were looked up already, of the packages and versions in the relation
    `asked`; `projects` is a relation with the projects that are followed (None: all). `days` is how long
    mending may take, by severity.
    """
    from umbel.metrics.vulnerabilities.found import vulnerabilities
    from umbel.metrics.vulnerabilities.match import match

    scope = f"SEMI JOIN {projects} AS j ON j.project = p.subject" if projects is not None else ""
    session.run(f"CREATE OR REPLACE TABLE followed AS SELECT p.* FROM published AS p {scope}")  # noqa: S608 - ours
    session.run(_USED)
    query = "SELECT e.* FROM ever_used AS e"
    if asked is not None:
        query += f" ANTI JOIN {asked} AS a ON a.package = e.package AND a.version = e.version"
    more = vulnerabilities(match(session.ask(query).arrow(), index), index)
    session.register("affected_versions", _affected({**(found or {}), **more}))
    session.register("days_to_mend", _days(days))
    session.run(_STAYS, {"as_of": session.as_of.isoformat()})


def _affected(found: Mapping[tuple[str, str], Sequence[Vulnerability]]) -> pa.Table:
    """A row for each version and vulnerability that affects it by any source that still says so."""
    import pyarrow as pa

    rows = [
        (package, version, one)
        for (package, version), told in found.items()
        for one in told
        if one.affected and one.active and one.kind == "vulnerability"
    ]
    severities = [one.severity for _, _, one in rows]
    return pa.table(
        {
            "package": pa.array([package for package, _, _ in rows], pa.string()),
            "version": pa.array([version for _, version, _ in rows], pa.string()),
            "vulnerability": pa.array([one.id for _, _, one in rows], pa.string()),
            "severity": pa.array(severities, pa.string()),
            "rank": pa.array([None if s is None else SEVERITIES.index(s) for s in severities], pa.int32()),
            "exploited": pa.array([one.exploited for _, _, one in rows], pa.bool_()),
            "published_at": pa.array([one.published_at for _, _, one in rows], pa.timestamp("us", "UTC")),
        }
    )


def _days(days: Mapping[str, int]) -> pa.Table:
    import pyarrow as pa

    return pa.table({"severity": pa.array(days, pa.string()), "days": pa.array(days.values(), pa.int32())})
