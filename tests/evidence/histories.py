# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Histories written straight into a lake, as the collector of git histories would."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tests import acme
from umbel.collect.columns import Batch, Columns, draw_id
from umbel.evidence.session import Session
from umbel.model.tables import TABLES, arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.evidence.lake import Lake


def rows(name: str, records: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows of a table of the lake; what a record doesn't have is NULL."""
    keys = [column.name for column in TABLES[name].columns]
    return pa.Table.from_pylist(
        [{key: record.get(key) for key in keys} for record in records], schema=arrow_schema(name)
    )


def commit(sha: str, at: datetime | None, **more: Any) -> dict[str, Any]:
    """A commit of one author, written and committed at one time."""
    return {
        "sha": sha,
        "parents": 1,
        "author": 1,
        "committer": 1,
        "authored_at": at,
        "committed_at": at,
        **more,
    }


def publish(  # noqa: PLR0913 - all but two are options
    lake: Lake,
    commits: Sequence[dict[str, Any]],
    *,
    subject: str = "shop",
    after: Sequence[int] = (),
    releases: Sequence[dict[str, Any]] = (),
    changes: Sequence[tuple[str, str]] = (),
    outcome: str = "complete",
    collected_at: datetime = acme.NOW,
    lineage: str | None = None,
    commits_said: int | None = None,
    **said: Any,
) -> list[int]:
    """Publish one reading of a repository that goes on from the writes `after`; gives its chain of writes.

    `said` are columns of its row in `histories`.
    """
    lineage = lineage or f"git_history git:{subject}"
    stamp = acme.stamp(
        subject,
        collector="git_history",
        lineage=lineage,
        origin=lineage.split(" ")[1],
        collected_at=collected_at,
        observed_at=collected_at,
        outcome=outcome,
    )
    columns = Columns(lake.salt())
    columns.add(stamp, None)
    snapshots = columns.batch()["snapshots"]
    own = snapshots["write_id"][0].as_py()
    writes = [*after, own]
    before = _length(lake, after[-1]) if after else 0
    tables = {
        "commits": rows("commits", [{"write_id": own, **one} for one in commits]),
        "releases": rows("releases", [{"write_id": own, **one} for one in releases]),
        "changes": rows("changes", [{"write_id": own, "path": path, "sha": sha} for path, sha in changes]),
        "histories": rows(
            "histories",
            [{"write_id": own, "writes": writes, "commits": commits_said or before + len(commits), **said}],
        ),
        "snapshots": snapshots,
    }
    lake.publish(Batch(tables))
    return writes


def _length(lake: Lake, write: int) -> int:
    """How many commits the reading of a write knew."""
    with Session(lake, later(10_000), ("histories",)) as session:
        sql = "SELECT commits FROM raw_histories WHERE write_id = $write"
        return int(session.ask(sql, {"write": write}).one()[0])


def orphans(lake: Lake, commits: Sequence[dict[str, Any]]) -> int:
    """Commits whose run was killed before it could publish them; gives the write."""
    own = draw_id()
    lake.append("commits", rows("commits", [{"write_id": own, **one} for one in commits]))
    return own


def later(days: int) -> datetime:
    """Noon so many days after the estate's today."""
    return acme.NOW + timedelta(days=days)
