# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers written to Parquet: as they are, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from umbel.model.errors import UsageError
from umbel.reports.tables import write_parquet

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    table = pa.table(
        {"package": ["pkg:npm/a", None], "licenses": [["MIT"], None], "n": pa.array([1, 2], pa.int64())}
    )
    target = tmp_path / "answer.parquet"
    target.write_text("old")
    write_parquet(table, target)
    assert pq.read_table(target).equals(table)
    assert [each.name for each in tmp_path.iterdir()] == ["answer.parquet"]


def test_an_empty_answer_keeps_its_columns(tmp_path: Path) -> None:
    table = pa.schema([("package", pa.string()), ("n", pa.int64())]).empty_table()
    write_parquet(table, tmp_path / "answer.parquet")
    assert pq.read_table(tmp_path / "answer.parquet").equals(table)


def test_a_column_that_parquet_cannot_hold_is_named(tmp_path: Path) -> None:
    interval = pa.array([None], pa.month_day_nano_interval())
    with pytest.raises(UsageError, match=r"Parquet can't hold age \(month_day_nano_interval\)\. Cast it"):
        write_parquet(pa.table({"n": [1], "age": interval}), tmp_path / "answer.parquet")
    assert [each.name for each in tmp_path.iterdir()] == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_parquet(pa.table({"n": [1]}), tmp_path)
