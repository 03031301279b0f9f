# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Batches of many readers → one write: equal facts referred to instead of repeated, rows sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect.columns import Batch
from umbel.model.tables import BY_FACTS, TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from umbel.evidence.known import Known


def merge(batches: Sequence[Batch], known: Known) -> Batch:
    """One batch, ready to be published, its rows in each table's order."""
    import pyarrow as pa

    joined = {
        name: pa.concat_tables([batch[name] for batch in batches if name in batch.tables])
        for name in TABLES
        if any(name in batch.tables for batch in batches)
    }
    snapshots, repeated = _refer(joined["snapshots"], known)
    joined["snapshots"] = snapshots
    if repeated:
        for name in BY_FACTS & joined.keys():
            joined[name] = _without(joined[name], repeated)
    return Batch({name: _sorted(name, table) for name, table in joined.items()})


def _refer(snapshots: pa.Table, known: Known) -> tuple[pa.Table, list[int]]:
    """Point snapshots whose facts are already stored at those; give the writes that fall away."""
    import pyarrow as pa

    columns = [
        snapshots[name].to_pylist()
        for name in ("write_id", "subject", "collector", "lineage", "facts_sha256")
    ]
    facts, repeated = [], []
    for write_id, subject, collector, lineage, facts_sha256 in zip(*columns, strict=True):
        earlier = known.equal_facts(subject, collector, lineage, facts_sha256)
        facts.append(write_id if earlier is None else earlier)
        if earlier is not None:
            repeated.append(write_id)
    index = snapshots.schema.get_field_index("facts")
    return snapshots.set_column(index, "facts", pa.array(facts, pa.int64())), repeated


def _without(table: pa.Table, writes: list[int]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.invert(pc.is_in(table["write_id"], value_set=pa.array(writes, pa.int64()))))


def _sorted(name: str, table: pa.Table) -> pa.Table:
    if table.num_rows < 2:
        return table
    keys = TABLES[name].sorted_by
    if all(table.schema.field(key).type == "int64" for key in keys):
        return table.sort_by([(key, "ascending") for key in keys])
    import duckdb

    order = ", ".join(f"{column} NULLS FIRST" for column in keys)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("rows", table)
        return connection.sql(f"SELECT * FROM rows ORDER BY {order}").to_arrow_table().cast(table.schema)
