# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every sync of reference data shares: a bounded batch becomes one write, published by one snapshot.

A sync speaks of no project of ours, so its snapshot has no subject. What was published stays, whatever
happens to the rest of the run; the next run finds where to go on by `latest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.collect.columns import Batch, draw_id
from umbel.evidence.session import Session
from umbel.evidence.upkeep import compact_if_needed
from umbel.model.tables import TABLES, arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    from umbel.evidence.lake import Lake
    from umbel.model.errors import Fault

BATCH_DOCUMENTS = 2000
BATCH_SECONDS = 30.0
"""A batch is published when it holds so many documents, or is so old: a killed run loses no more."""

_LATEST = """
SELECT lineage, origin, revision, observed_at, collected_at, outcome FROM syncs
WHERE collector = $source AND outcome <> 'failed'
QUALIFY row_number() OVER (PARTITION BY lineage ORDER BY collected_at DESC, write_id) = 1
"""


class Synced(NamedTuple):
    """The newest published sync of one lineage; `revision` is its cursor or validator."""

    lineage: str
    origin: str | None
    revision: str | None
    observed_at: datetime
    collected_at: datetime
    outcome: str


def latest(lake: Lake, source: str) -> dict[str, Synced]:
    """What a source gave last, by lineage; syncs that failed don't count."""
    with Session(lake, tables=("snapshots",)) as session:
        return {row[0]: Synced(*row) for row in session.ask(_LATEST, {"source": source}).rows()}


def rows_table(name: str, rows: Sequence[tuple[Any, ...]], write_id: int) -> pa.Table:
    """Rows of a table, each without its leading `write_id`, as Arrow with it. Raises `ValueError`."""
    import pyarrow as pa

    schema = arrow_schema(name)
    if not rows:
        return schema.empty_table()
    fields = list(schema)
    arrays = [pa.repeat(pa.scalar(write_id, fields[0].type), len(rows))]
    for column, field in zip(zip(*rows, strict=True), fields[1:], strict=True):
        arrays.append(pa.array(column, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def publish(  # noqa: PLR0913 - a snapshot has that many columns
    lake: Lake,
    source: str,
    rows: Mapping[str, pa.Table],
    *,
    lineage: str,
    origin: str,
    observed_at: datetime,
    collected_at: datetime,
    revision: str | None = None,
    outcome: str = "complete",
    faults: Iterable[Fault] = (),
    write_id: int | None = None,
    version: int = 1,
) -> int:
    """Append the rows of one batch and publish them. Gives its `write_id`.

    `rows` are tables of the lake by name. One that lacks `write_id` is given it; where rows refer to
    their own write, draw the number first and pass it. `origin` holds no credentials. `version` is that
    of the code which read them. Raises `EvidenceError`; nothing of the batch is visible then.
    """
    import pyarrow as pa

    number = draw_id() if write_id is None else write_id
    tables = {name: _sorted(name, _numbered(table, number)) for name, table in rows.items() if table.num_rows}
    row: dict[str, Any] = {
        "write_id": number,
        "facts": number,
        "collector": source,
        "collector_version": version,
        "lineage": lineage,
        "origin": origin,
        "revision": revision,
        "observed_at": min(observed_at, collected_at),
        "collected_at": collected_at,
        "outcome": outcome,
        "faults": [
            {"code": f.code, "message": f.message, "place": f.place, "level": f.level} for f in faults
        ],
    }
    schema = arrow_schema("snapshots")
    tables["snapshots"] = pa.Table.from_pylist([row], schema=schema)
    lake.publish(Batch(tables))
    return number


def settle(lake: Lake) -> None:
    """What every sync ends with: many small files joined."""
    compact_if_needed(lake)


def _numbered(table: pa.Table, number: int) -> pa.Table:
    import pyarrow as pa

    if "write_id" in table.column_names:
        return table
    column = pa.repeat(pa.scalar(number, pa.int64()), table.num_rows)
    return table.add_column(0, "write_id", column)


def _sorted(name: str, table: pa.Table) -> pa.Table:
    """Columns as declared, rows in the order that look-ups prune by."""
    table = table.select(arrow_schema(name).names).cast(arrow_schema(name))
    return table.sort_by([(column, "ascending") for column in TABLES[name].sorted_by])
