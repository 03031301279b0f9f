# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records as the Arrow table of a list, each column of the type that its kind has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.office.editions import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

    from umbel.office.editions import Column


def table_of(columns: Iterable[Column], records: Sequence[dict[str, Any]]) -> pa.Table:
    """Records by a list's columns; what a record doesn't have is unknown."""
    import pyarrow as pa

    types = {
        Kind.NUMBER: pa.float64(),
        Kind.SHARE: pa.float64(),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", "UTC"),
        Kind.YES: pa.bool_(),
        Kind.WORDS: pa.list_(pa.string()),
    }
    made: dict[str, Any] = {"key": pa.array([record["key"] for record in records], pa.string())}
    for column in columns:
        values = [record.get(column.name) for record in records]
        whole = column.kind is Kind.NUMBER and all(
            value is None or isinstance(value, int) for value in values
        )
        made[column.name] = pa.array(values, pa.int64() if whole else types.get(column.kind, pa.string()))
    return pa.table(made)
