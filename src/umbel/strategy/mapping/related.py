# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The mapping as a relation for others' questions, and projects that share their beginnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.interface import Mapped


class Related(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Two projects whose histories begin with the same commit.

    `roots` are the beginnings that they share, `shared` the commits; `commits` and `other_commits` how many each
    has. `same` says that all of the smaller one's commits are in the other: a mirror, a renamed repository, or a
    fork without work of its own. Which of two forks was first, commits don't tell.
    """

    project: str
    other: str
    roots: int
    shared: int
    commits: int
    other_commits: int

    @property
    def same(self) -> bool:
        """Whether one holds nothing that the other lacks."""
        return self.shared == min(self.commits, self.other_commits)


_FORKS = """
WITH roots AS (
  SELECT DISTINCT project, sha FROM commits WHERE parents = 0
), pairs AS (
  SELECT a.project, b.project AS other, count(*) AS roots
  FROM roots AS a JOIN roots AS b ON b.sha = a.sha AND b.project > a.project GROUP BY ALL
), related AS (
  SELECT project FROM pairs UNION SELECT other FROM pairs
), theirs AS (
  SELECT project, sha FROM commits WHERE project IN (SELECT project FROM related)
), sizes AS (
  SELECT project, count(*) AS commits FROM theirs GROUP BY project
), shared AS (
  SELECT p.project, p.other, count(*) AS shared
  FROM pairs AS p JOIN theirs AS a ON a.project = p.project JOIN theirs AS b ON b.project = p.other AND b.sha = a.sha
  GROUP BY ALL
)
SELECT p.project, p.other, p.roots, s.shared, a.commits, b.commits
FROM pairs AS p
JOIN shared AS s ON s.project = p.project AND s.other = p.other
JOIN sizes AS a ON a.project = p.project
JOIN sizes AS b ON b.project = p.other
ORDER BY ALL
"""


def forks(session: Session) -> list[Related]:
    """Pairs of projects that share a beginning, as of the session's day; it holds `histories` and `commits`."""
    fields = Related.__struct_fields__
    return [Related(**dict(zip(fields, row, strict=True))) for row in session.ask(_FORKS).rows()]


def attach(session: Session, mapped: Sequence[Mapped]) -> None:
    """Make `upstreams(package, project, url, path, how, confidence)` in a session: mapped packages only."""
    import pyarrow as pa

    known = [each for each in mapped if each.project is not None]
    texts = ("package", "project", "url", "path", "how")
    rows = {name: pa.array([getattr(each, name) for each in known], pa.string()) for name in texts}
    rows["confidence"] = pa.array([each.confidence for each in known], pa.float64())
    session.register("upstreams", pa.table(rows))
