# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A user's own SELECT over the views of a pinned lake, in the sandbox."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from umbel.evidence.lake import storage_errors
from umbel.evidence.sandbox import QueryJob, run_query
from umbel.evidence.views import SETUP
from umbel.model.tables import TABLES, empty_select, parquet_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from umbel.evidence.lake import Lake, Pin

MEMORY = 4 << 30
"""Address space of the process that runs the query, in bytes."""


def ask(
    lake: Lake, sql: str, *, as_of: datetime | None = None, limit: int | None = None, seconds: float = 30.0
) -> pa.Table:
    """Run one SELECT over the views of `umbel.evidence.views` and give its rows.

    It can read the pinned files and nothing else, write nothing, and is stopped after `seconds`.
    Raises `QueryRefused` for anything but one SELECT, `QueryFailed` with DuckDB's own words,
    `QueryTimeout`.
    """
    moment = as_of or datetime.now(UTC)
    with _local_files(lake, lake.pin()) as files:
        job = QueryJob(
            sql=sql,
            tables=files,
            schemas={name: empty_select(name) for name in TABLES},
            setup=[statement for _, statement in SETUP],
            parameters={"as_of": moment.isoformat()},
            limit_rows=limit,
            memory_bytes=MEMORY,
            seconds=seconds,
            threads=2,
            columns={name: parquet_schema(name) for name in TABLES},
        )
        return run_query(job)


@contextmanager
def _local_files(lake: Lake, pin: Pin) -> Iterator[dict[str, list[str]]]:
    """The pinned files as local paths: those of object storage are copied first."""
    if not lake.remote:
        yield pin.files
        return
    from pyarrow import parquet

    folder = Path(tempfile.mkdtemp(prefix="umbel-query-"))
    try:
        files: dict[str, list[str]] = {}
        for name in TABLES:
            files[name] = []
            if pin.files[name]:
                target = folder / f"{name}.parquet"
                with storage_errors(lake.url):
                    parquet.write_table(lake.table(name).to_pyarrow_table(), target)
                files[name] = [str(target)]
        yield files
    finally:
        shutil.rmtree(folder, ignore_errors=True)
