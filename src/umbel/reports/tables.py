# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers as files for other programs: Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.model.errors import UsageError
from umbel.reports.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table to a Parquet file (zstd), whole or not at all; a file that is there is replaced.

    Raises `UsageError` for a place that can't be a file or a column that Parquet can't hold,
    `EvidenceError` if writing fails.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with replacing(path) as draft:
        try:
            pq.write_table(table, draft, compression="zstd")
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise UsageError(
                f"Parquet can't hold {_culprits(table)}.", "Cast it in the query, e.g. x::VARCHAR."
            ) from error


def _culprits(table: pa.Table) -> str:
    """The columns that can't be written, each tried alone and without rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    bad = []
    for field in table.schema:
        try:
            pq.write_table(pa.schema([field]).empty_table(), pa.BufferOutputStream())
        except pa.ArrowException:
            bad.append(f"{field.name} ({field.type})")
    return ", ".join(bad) or "this answer"
