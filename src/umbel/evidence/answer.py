# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a question gives: columns and rows, as Arrow or as plain records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.evidence.lake import read_errors

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class Answer:
    """A query that is run when its rows are taken, with the names of its columns.

    `rows()` gives tuples, `records()` flat objects, `arrow()` an Arrow table. The session must
    still be open. Raises `EvidenceError` where the stored files can't be read.
    """

    def __init__(self, relation: duckdb.DuckDBPyRelation, url: str) -> None:
        """Wrap a bound query over the lake at `url`."""
        self._relation = relation
        self._url = url
        self.columns: tuple[str, ...] = tuple(relation.columns)

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as tuples, in the query's order."""
        if any("TIME ZONE" in str(kind) for kind in self._relation.types):
            # DuckDB asks pytz for moments in Python; Arrow has them with the standard library's UTC.
            columns = [column.to_pylist() for column in self.arrow().columns]
            return list(zip(*columns, strict=True)) if columns else []
        with read_errors(self._url):
            return self._relation.fetchall()

    def records(self) -> list[dict[str, Any]]:
        """All rows as objects by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows()]

    def arrow(self) -> pa.Table:
        """All rows as an Arrow table."""
        with read_errors(self._url):
            return self._relation.to_arrow_table()

    def one(self) -> tuple[Any, ...]:
        """The first row; the query promises that there is one."""
        rows = self.rows()
        if not rows:
            raise LookupError("the query gave no row")
        return rows[0]
