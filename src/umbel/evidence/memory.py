# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence that was just read and is stored nowhere, asked like a lake.

A gate judges a checkout by the same views, questions and rules as the portfolio; what the world says of packages
may come from a lake beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.evidence.lake import Lake, Pin
from umbel.model.reference_tables import REFERENCE
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from deltalake import DeltaTable

    from umbel.collect.columns import Batch

_OF_THE_WORLD = frozenset(table.name for table in REFERENCE)


class MemoryLake(Lake):
    """Tables in memory; those of `umbel.model.reference_tables` are a lake's, where one is given."""

    def __init__(self, batch: Batch, base: Lake | None = None) -> None:
        """Hold what was read. Nothing can be written to it."""
        self.remote = base is not None and base.remote
        self.url = "memory" if base is None else base.url
        self.options = None
        self._base = base
        self._batch = batch
        self._syncs: list[str] = []
        self._open = {}

    def has(self, name: str) -> bool:
        """Whether a table has rows."""
        if name in _OF_THE_WORLD:
            return self._base is not None and self._base.has(name)
        return name in self._batch.tables

    def table(self, name: str, *, fresh: bool = False) -> DeltaTable:
        """A table of the lake beside it."""
        if self._base is None:
            raise KeyError(name)
        return self._base.table(name, fresh=fresh)

    def pin(self, tables: Iterable[str] = ()) -> Pin:
        """What is held doesn't change; of the lake beside it, its state now."""
        world = set(tables) & _OF_THE_WORLD
        nothing: dict[str, list[str]] = {name: [] for name in tables}
        if self._base is None or not world:
            return Pin({}, nothing)
        pin = self._base.pin(world)
        self._syncs = pin.files["snapshots"]
        return Pin(pin.versions, nothing | {name: pin.files[name] for name in world})

    def held(self, name: str) -> pa.Table | None:
        """A table that lies in memory; None for one of the lake beside it."""
        if name in _OF_THE_WORLD:
            return None
        rows = self._batch.tables.get(name)
        if name == "snapshots" and self._syncs:
            return self._with_syncs(rows)
        return rows if rows is not None and rows.num_rows else None

    def _with_syncs(self, rows: pa.Table | None) -> pa.Table:
        """The snapshots with those that publish what the world says."""
        import duckdb
        import pyarrow as pa

        schema = arrow_schema("snapshots")
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            if self.remote:
                connection.register("stored", self.table("snapshots").to_pyarrow_dataset())
                found = connection.sql("SELECT * FROM stored WHERE subject IS NULL").to_arrow_table()
            else:
                query = "SELECT * FROM read_parquet($files) WHERE subject IS NULL"
                found = connection.sql(query, params={"files": self._syncs}).to_arrow_table()
        syncs = found.select(schema.names).cast(schema)
        return syncs if rows is None else pa.concat_tables([rows.cast(schema), syncs])
