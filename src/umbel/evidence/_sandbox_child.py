# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The process that a user's query runs in: reads an order, shuts itself in, answers, ends.

The order comes as one line of JSON on standard input, rows leave as an Arrow stream on standard output,
a complaint as the last line of standard error. Rows count only if the process ends well. What each
layer is for stands in `sandbox.py`.
"""

from __future__ import annotations

import os
import re
import sys
from typing import IO, TYPE_CHECKING, Any, Literal

import msgspec

from umbel.evidence import _sandbox_kernel as kernel
from umbel.evidence._sandbox_statement import Refused, check

if TYPE_CHECKING:
    import duckdb

Layer = Literal["statement", "binding", "settings", "files", "calls", "limits", "parent"]
"""What the tests can leave out, each to show that the others hold without it."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_PATTERN = re.compile(r"[*?\[\]{}]")
_BATCH_ROWS = 16_384


class QueryJob(msgspec.Struct, frozen=True):
    """One question of a user, and the evidence that it may see.

    `sql` is the user's text. `tables` gives each stored table's pinned Parquet files (absolute paths; the
    query sees them as `raw_<table>`), `schemas` an empty SELECT with its columns for one without files,
    `columns` the same as `read_parquet` takes it, for those that have some: files may lack the newest ones.
    `setup` are statements of ours, run before anything of the user's, with those of `parameters` that
    they name bound. At most `limit_rows` rows are given, within `seconds` of wall time, `memory_bytes`
    beyond what the process takes to start, and `threads` threads.
    """

    sql: str
    tables: dict[str, list[str]]
    schemas: dict[str, str]
    setup: list[str]
    parameters: dict[str, object]
    limit_rows: int | None
    memory_bytes: int
    seconds: float
    threads: int
    columns: dict[str, str] = {}


class Order(msgspec.Struct, frozen=True):
    """A job as it is handed over: with the parent's process id, and the layers that a test leaves out."""

    job: QueryJob
    parent: int
    without: frozenset[Layer] = frozenset()


class Complaint(msgspec.Struct, frozen=True):
    """Why there are no rows: the question was refused, it failed, or the evidence can't be read."""

    kind: Literal["refused", "failed", "memory", "evidence"]
    message: str
    hint: str = ""


def main() -> None:
    """Answer one order and end the process; never returns."""
    try:
        order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
        _stay_with(order)
        with os.fdopen(os.dup(1), "wb") as answer:
            os.dup2(2, 1)  # what a library prints must not come between the rows
            _answer(order, answer)
    except BaseException as error:  # noqa: BLE001 - whatever it was, the parent is told in one line
        sys.stderr.buffer.write(b"\n" + msgspec.json.encode(_complaint(error)) + b"\n")
        sys.stderr.buffer.flush()
        os._exit(1)
    os._exit(0)  # taking the database down in an orderly way only costs time


def _stay_with(order: Order) -> None:
    """End when the parent does: by the kernel, else by a thread that sees the pipe from it close."""
    if "parent" not in order.without and kernel.die_with(order.parent):
        return
    import threading

    def watch() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _answer(order: Order, answer: IO[bytes]) -> None:
    import duckdb
    import pyarrow as pa

    job = order.job
    # DuckDB looks at the machine when it starts, and aborts if it may not. Its threads come afterwards.
    connection = duckdb.connect(":memory:", config=_configuration(job))
    guarded = _shut_in(order)
    connection.execute(f"SET threads = {job.threads:d}; SET TimeZone = 'UTC'")
    _open_tables(connection, job, guarded=guarded, locked="settings" not in order.without)
    for statement in job.setup:
        _set_up(connection, statement, job.parameters)
    if "settings" not in order.without:
        connection.execute("SET lock_configuration = true")
    if "statement" not in order.without:
        check(connection, job.sql)
    if "binding" in order.without:
        rows = connection.sql(job.sql)
    else:
        limit = "" if job.limit_rows is None else f" LIMIT {job.limit_rows:d}"
        rows = connection.sql(f"SELECT * FROM query(?){limit}", params=[job.sql])
    if rows is None:  # a statement without a result: only when a test let one through
        return  # type: ignore[unreachable] # DuckDB's types don't know of it
    with rows.to_arrow_reader(_BATCH_ROWS) as reader, pa.ipc.new_stream(answer, reader.schema) as sink:
        for batch in reader:
            sink.write_batch(batch)
    answer.flush()


def _shut_in(order: Order) -> bool:
    """Give up what the kernel lets us give up; whether DuckDB may be let at the pinned files after that.

    Has to come after the imports (their files aren't allowed afterwards) and before there are threads.
    """
    job, without = order.job, order.without
    pinned = _pinned(job)
    patterned = any(_PATTERN.search(file) for file in pinned)  # DuckDB would look for what matches
    alone = kernel.alone()
    if patterned or not alone:
        import pyarrow.dataset  # noqa: F401 - now or never
    if "limits" not in without:
        kernel.limit(job.memory_bytes, job.seconds, job.threads)
    kernel.give_up_privileges()
    files = "files" not in without and kernel.only_read(pinned)
    calls = "calls" not in without and kernel.only_compute()
    return (calls or (files and alone)) and not patterned


def _pinned(job: QueryJob) -> list[str]:
    return [file for files in job.tables.values() for file in files]


def _configuration(job: QueryJob) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "threads": 1,
        "async_threads": 0,
        "memory_limit": f"{job.memory_bytes // 1000}KB",
        "temp_directory": "",  # nothing spills to disk: no file may be written
        "python_enable_replacements": False,
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
    }


def _open_tables(
    connection: duckdb.DuckDBPyConnection, job: QueryJob, *, guarded: bool, locked: bool
) -> None:
    """Make the `raw_` views, then close the way to everything else.

    DuckDB lets an allowed path be written as well as read. Where the kernel doesn't prevent that, no
    path is allowed, and Arrow reads the files instead.
    """
    if locked:
        connection.execute(f"SET allowed_paths = {_texts(_pinned(job) if guarded else [])}")
        connection.execute("SET enable_external_access = false")
    for table, files in job.tables.items():
        if not _NAME.fullmatch(table):
            raise ValueError(f"{table!r} is no name of a table")
        if not files:
            connection.execute(f"CREATE VIEW raw_{table} AS {job.schemas[table]}")
        elif guarded:
            told = f", schema = {job.columns[table]}" if table in job.columns else ""
            connection.execute(
                f"CREATE VIEW raw_{table} AS SELECT * FROM read_parquet({_texts(files)}{told})"
            )
        else:
            _register(connection, table, files, job.schemas.get(table))


def _register(
    connection: duckdb.DuckDBPyConnection, table: str, files: list[str], schema: str | None
) -> None:
    """A table as Arrow reads it; columns of `schema` that its files lack are NULL."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    if schema is None:
        connection.register(f"raw_{table}", ds.dataset(files, format="parquet"))
        return
    stored = pa.unify_schemas([ds.dataset(file, format="parquet").schema for file in files])
    connection.register(f"stored_{table}", ds.dataset(files, schema=stored, format="parquet"))
    connection.execute(f"CREATE VIEW raw_{table} AS {schema} UNION ALL BY NAME SELECT * FROM stored_{table}")


def _texts(values: list[str]) -> str:
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def _set_up(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any]) -> None:
    for statement in connection.extract_statements(sql):
        named = {name: parameters[name] for name in statement.named_parameters if name in parameters}
        connection.execute(statement, named or None)


def _complaint(error: BaseException) -> Complaint:
    import duckdb

    if isinstance(error, Refused):
        return Complaint("refused", error.message, error.hint)
    if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)) or "bad_alloc" in str(error):
        return Complaint("memory", "The query needs more memory than it may take.")
    if isinstance(error, FileNotFoundError):
        return Complaint("evidence", f"A pinned file is gone: {error.filename or _first_part(error)}.")
    if isinstance(error, duckdb.PermissionException):
        return Complaint("refused", _first_part(error), "A query reads the lake's own tables, nothing else.")
    if isinstance(error, duckdb.Error):
        return Complaint("failed", _first_part(error))
    return Complaint("failed", f"{type(error).__name__}: {_first_part(error)}")


def _first_part(error: BaseException) -> str:
    """DuckDB's message in one line, without the excerpt: it would show our own statement."""
    text = re.split(r"\n\s*(?:LINE \d+:|Stack Trace)", str(error))[0]
    return " ".join(text.encode("utf-8", "replace").decode().split())[:1000]


if __name__ == "__main__":
    main()
