# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What open source is in use: components, packages, licenses, ecosystems, projects, with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session

By = Literal["component", "package", "license", "ecosystem", "project"]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of the inventory count; None doesn't restrict.

    `text` is looked for in the package (any case), `license` in the expression; `license="unknown"`
    and `scope="unknown"` ask for what nobody said. `projects` are exact names.
    """

    text: str | None = None
    ecosystem: str | None = None
    license: str | None = None
    scope: str | None = None
    direct: bool | None = None
    projects: Sequence[str] | None = None
    limit: int | None = None


_FILTERED = """
WITH rows AS (
  SELECT * FROM merged
  WHERE ($text IS NULL OR contains(lower(package), lower($text)))
    AND ($ecosystem IS NULL OR starts_with(package, 'pkg:' || lower($ecosystem) || '/')
         OR (lower($ecosystem) = 'unidentified' AND starts_with(package, 'unidentified:')))
    AND ($license IS NULL
         OR ($license = 'unknown' AND license IS NULL)
         OR contains(lower(license), lower($license)))
    AND ($scope IS NULL OR ($scope = 'unknown' AND scope IS NULL) OR scope = $scope)
    AND ($direct IS NULL OR direct = $direct)
    AND ($projects IS NULL OR list_contains($projects::VARCHAR[], project))
)
"""

_ECOSYSTEM = "CASE WHEN starts_with(package, 'pkg:') THEN split_part(substr(package, 5), '/', 1) END"

_SELECT: dict[By, str] = {
    "component": """
SELECT package, version, min(license) AS license, count(DISTINCT project) AS projects,
       count(DISTINCT project) FILTER (WHERE direct) AS direct_in,
       count(DISTINCT project) FILTER (WHERE direct IS NULL) AS directness_unknown_in
FROM rows GROUP BY package, version
ORDER BY projects DESC, package, version
""",
    "package": """
SELECT package, count(DISTINCT version) AS versions, count(DISTINCT project) AS projects,
       count(DISTINCT project) FILTER (WHERE direct) AS direct_in,
       string_agg(DISTINCT license, ' | ' ORDER BY license) AS licenses
FROM rows GROUP BY package
ORDER BY projects DESC, package
""",
    "license": """
SELECT license, count(DISTINCT (package, version)) AS components,
       count(DISTINCT package) AS packages, count(DISTINCT project) AS projects
FROM rows GROUP BY license
ORDER BY components DESC, license
""",
    "ecosystem": f"""
SELECT {_ECOSYSTEM} AS ecosystem, count(DISTINCT (package, version)) AS components,
       count(DISTINCT package) AS packages, count(DISTINCT project) AS projects
FROM rows GROUP BY ecosystem
ORDER BY components DESC, ecosystem
""",
    "project": """
SELECT project, count(DISTINCT (package, version)) AS components, count(DISTINCT package) AS packages,
       count(DISTINCT package) FILTER (WHERE direct) AS direct,
       count(DISTINCT (package, version))
         - count(DISTINCT (package, version)) FILTER (WHERE license IS NOT NULL) AS license_unknown
FROM rows GROUP BY project
ORDER BY components DESC, project
""",
}


def inventory(session: Session, by: By = "component", filter: Filter = Filter()) -> Answer:  # noqa: A002
    """The open source in use, one row per component (or package, license, ecosystem, project).

    Counts are of distinct projects, components or packages among the rows that the filter lets
    through. A NULL license or ecosystem is unknown. Needs the table `usage`.
    """
    limit = "" if filter.limit is None else f" LIMIT {int(filter.limit)}"
    parameters = {
        "text": filter.text,
        "ecosystem": filter.ecosystem,
        "license": filter.license,
        "scope": filter.scope,
        "direct": filter.direct,
        "projects": None if filter.projects is None else list(filter.projects),
    }
    return session.ask(_FILTERED + _SELECT[by] + limit, parameters)


_MOST_USED = """
WITH counted AS (
  SELECT package, count(*) AS projects FROM usage
  WHERE lead AND alone AND ($projects IS NULL OR list_contains($projects::VARCHAR[], project))
  GROUP BY package
  UNION ALL
  SELECT package, count(DISTINCT project) FROM usage
  WHERE NOT alone AND ($projects IS NULL OR list_contains($projects::VARCHAR[], project))
  GROUP BY package
)
SELECT package, sum(projects)::BIGINT AS projects
FROM counted GROUP BY package
ORDER BY projects DESC, package
LIMIT $limit
"""


def most_used(session: Session, limit: int = 20, projects: Sequence[str] | None = None) -> Answer:
    """The packages that most projects use: (package, projects), most first.

    Projects with one document are counted by their lead rows, which is a sum; only the others
    need a distinct count. Needs the table `usage`.
    """
    chosen = None if projects is None else list(projects)
    return session.ask(_MOST_USED, {"limit": limit, "projects": chosen})
