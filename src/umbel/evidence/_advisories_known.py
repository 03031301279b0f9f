# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the lake knows of advisories, so that a sync writes only what is news.

An advisory's content is told by a digest over its row and its affected entries, as DuckDB hashes them; it is
compared within one process only.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect import osv
from umbel.evidence.session import Session
from umbel.evidence.syncing import rows_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.evidence.lake import Lake


class Revision(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a sync of one lineage stands, as `snapshots.revision` keeps it."""

    modified: datetime | None = None
    """Everything changed up to then is in the lake."""
    list: str | None = None
    """The validator of the list of changes."""
    whole: tuple[str, ...] = ()
    """Ecosystems of which all that the database has was read."""


def revision(text: str | None) -> Revision:
    """A revision as it was written; what isn't one knows nothing."""
    try:
        return msgspec.json.decode(text or "{}", type=Revision)
    except msgspec.MsgspecError:
        return Revision()


def whole(session: Session) -> frozenset[str]:
    """The ecosystems of which a whole database was ever read."""
    return frozenset(name for (text,) in session.ask(_REVISIONS).rows() for name in revision(text).whole)


class Known(NamedTuple):
    """The newest content of one advisory: its digest, its change date, and the exports that ever listed it."""

    digest: str
    modified_at: datetime | None
    withdrawn: bool
    lineages: frozenset[str]


def known(lake: Lake) -> dict[str, Known]:
    """Every advisory of the lake, by id."""
    if not lake.has("advisories") or not lake.has("advisory_ranges"):
        return {}
    with Session(lake, tables=("snapshots",)) as session:
        session.register("lake_advisories", lake.table("advisories", fresh=True).to_pyarrow_dataset())
        session.register("lake_ranges", lake.table("advisory_ranges", fresh=True).to_pyarrow_dataset())
        return _asked(session)


def _asked(session: Session) -> dict[str, Known]:
    answer = session.ask(_KNOWN).arrow()
    return {
        name: Known(digest, modified_at, withdrawn, frozenset(lineages))
        for name, digest, modified_at, withdrawn, lineages in zip(
            *(column.to_pylist() for column in answer.columns), strict=True
        )
    }


def stored(lake: Lake, names: list[str]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The newest rows of advisories as the lake has them, without their `write_id`."""
    with Session(lake, tables=("snapshots",)) as session:
        for name in ("advisories", "advisory_ranges"):
            session.register(f"lake_{name}", lake.table(name, fresh=True).to_pyarrow_dataset())
        chosen = (
            "SELECT * FROM lake_advisories WHERE list_contains($names::VARCHAR[], advisory) "
            "AND write_id IN (SELECT write_id FROM syncs) "
            "QUALIFY row_number() OVER (PARTITION BY advisory ORDER BY seen_at DESC, write_id) = 1"
        )
        asked = {"names": names}
        advisories = session.ask(f"SELECT * EXCLUDE (write_id) FROM ({chosen})", asked).rows()
        ranges = session.ask(
            f"SELECT r.* EXCLUDE (write_id) FROM lake_advisory_ranges AS r SEMI JOIN ({chosen}) AS a "
            "ON a.advisory = r.advisory AND a.write_id = r.write_id",
            asked,
        ).rows()
    return advisories, ranges


def digests(advisories: list[tuple[Any, ...]], ranges: list[tuple[Any, ...]]) -> dict[str, str]:
    """The digests of rows that aren't written yet, by advisory."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("new_advisories", rows_table("advisories", advisories, 0))
        connection.register("new_ranges", rows_table("advisory_ranges", ranges, 0))
        connection.execute("CREATE VIEW newest AS SELECT * FROM new_advisories")
        rows = connection.sql(
            f"WITH {_digested('new_ranges')} SELECT advisory, digest FROM digested"
        ).fetchall()
    return dict(rows)


def _columns(table: str, alias: str, without: Iterable[str]) -> str:
    from umbel.model.tables import TABLES

    return ", ".join(
        f"{alias}.{column.name}" for column in TABLES[table].columns if column.name not in without
    )


def _digested(ranges: str) -> str:
    """The digests of the advisories in `newest`, with the entries that belong to them."""
    return f"""
entries AS (
  SELECT r.advisory, r.write_id, sum(hash({_ENTRY})::HUGEINT)::VARCHAR AS digest FROM {ranges} AS r GROUP BY ALL
), digested AS (
  SELECT n.advisory, n.modified_at, n.withdrawn_at IS NOT NULL AS withdrawn,
    hash({_ROW})::VARCHAR || ' ' || coalesce(e.digest, '') AS digest
  FROM newest AS n LEFT JOIN entries AS e ON e.advisory = n.advisory AND e.write_id = n.write_id
)"""


_REVISIONS = f"""
SELECT DISTINCT revision FROM syncs
WHERE collector = '{osv.SOURCE}' AND outcome <> 'failed' AND contains(revision, 'whole')
"""
_ROW = _columns("advisories", "n", ("write_id", "seen_at"))
_ENTRY = _columns("advisory_ranges", "r", ("write_id",))
_KNOWN = f"""
WITH written AS (
  SELECT a.*, s.lineage FROM lake_advisories AS a JOIN syncs AS s ON s.write_id = a.write_id
), newest AS (
  SELECT * FROM written
  QUALIFY row_number() OVER (PARTITION BY advisory ORDER BY seen_at DESC, write_id) = 1
), listed AS (
  SELECT advisory, list(DISTINCT lineage) AS lineages FROM written GROUP BY advisory
), {_digested("lake_ranges")}
SELECT d.advisory, d.digest, d.modified_at, d.withdrawn, l.lineages
FROM digested AS d JOIN listed AS l ON l.advisory = d.advisory
"""
