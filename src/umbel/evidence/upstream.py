# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the lake of upstream projects holds of each, and who is forgotten there, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.collect.columns import Columns, Stamp
from umbel.collect.git_history import COLLECTOR, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from umbel.collect.remotes import Remote
    from umbel.evidence.lake import Lake
    from umbel.evidence.session import Session
    from umbel.model.errors import Fault

TABLES = ("histories", "commits", "releases")
"""The stored tables that `examined` asks."""

_EXAMINED = """
WITH newest AS (
  SELECT project, max(collected_at) AS examined_at, bool_or(coalesce(paths, false)) AS thorough,
         min_by(kind, list_position(['full', 'blobless', 'treeless'], kind)) AS kind,
         bool_or(coalesce(shallow, false)) AS shallow
  FROM readings GROUP BY project
), counted AS (
  SELECT project, count(*) AS commits, min(authored_at) AS first_commit, max(committed_at) AS last_commit
  FROM commits GROUP BY project
), tagged AS (
  SELECT project, count(*) FILTER (version IS NOT NULL) AS releases,
         max(released_at) FILTER (version IS NOT NULL) AS last_release
  FROM releases GROUP BY project
), failed AS (
  SELECT subject AS project, max(collected_at) AS failed_at,
         max_by(faults[1].code, collected_at) AS code, max_by(faults[1].message, collected_at) AS message
  FROM raw_snapshots
  WHERE collector = $collector AND outcome = 'failed' AND collected_at <= (SELECT as_of FROM moment)
  GROUP BY subject
)
SELECT coalesce(n.project, f.project) AS project, n.examined_at, coalesce(n.thorough, false) AS thorough, n.kind,
       n.shallow, c.commits, c.first_commit, c.last_commit, t.releases, t.last_release,
       f.failed_at, f.code, f.message
FROM newest AS n FULL JOIN failed AS f ON f.project = n.project AND f.failed_at > n.examined_at
LEFT JOIN counted AS c ON c.project = n.project
LEFT JOIN tagged AS t ON t.project = n.project
WHERE n.project IS NOT NULL OR f.project NOT IN (SELECT project FROM newest)
ORDER BY 1
"""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one upstream project's repository.

    `thorough` is one with its paths and head files; `examined_at` when its history last changed here, None if it
    could not be had; `failed_at`, `code` and `message` tell of a later attempt that failed.
    """

    project: str
    examined_at: datetime | None = None
    thorough: bool = False
    kind: str | None = None
    shallow: bool | None = None
    commits: int | None = None
    first_commit: datetime | None = None
    last_commit: datetime | None = None
    releases: int | None = None
    last_release: datetime | None = None
    failed_at: datetime | None = None
    code: str | None = None
    message: str | None = None


def examined(session: Session) -> dict[str, Examined]:
    """What is known of each project, by its name; the session holds `TABLES`."""
    rows = session.ask(_EXAMINED, {"collector": COLLECTOR}).rows()
    return {row[0]: Examined(**dict(zip(Examined.__struct_fields__, row, strict=True))) for row in rows}


def remember_failures(lake: Lake, failed: Iterable[tuple[Remote, list[Fault]]], now: datetime) -> None:
    """Write down that repositories could not be had, and why; what was known of them stands."""
    columns = Columns(lake.salt())
    for remote, faults in failed:
        origin = f"clone:{remote.origin.partition(':')[2]}"
        stamp = Stamp(
            collector=COLLECTOR,
            collector_version=VERSION,
            subject=remote.name,
            lineage=f"{COLLECTOR} {origin} treeless",
            origin=origin,
            collected_at=now,
            observed_at=now,
            outcome="failed",
            faults=faults,
        )
        columns.add(stamp, None)
    batch = columns.batch()
    if batch["snapshots"].num_rows:
        lake.append("snapshots", batch["snapshots"])


def forget_alike(source: Lake, target: Lake) -> int:
    """Whoever was forgotten in one lake never comes into the other; gives how many tombstones were carried over."""
    if not source.has("forgotten"):
        return 0
    rows = source.table("forgotten", fresh=True).to_pyarrow_table()
    if target.has("forgotten"):
        import pyarrow.compute as pc

        known = target.table("forgotten", fresh=True).to_pyarrow_table()["identity"].combine_chunks()
        rows = rows.filter(pc.invert(pc.is_in(rows["identity"], known)))
    target.append("forgotten", rows)
    return int(rows.num_rows)
