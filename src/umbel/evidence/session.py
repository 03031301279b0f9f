# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Asking the lake: a DuckDB session over one pinned state, as of one moment."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from umbel.evidence.answer import Answer
from umbel.evidence.lake import read_errors
from umbel.evidence.views import NEEDS, SETUP, asked_views, stored_tables
from umbel.model.tables import TABLES, empty_select, parquet_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from umbel.evidence.lake import Lake

_GLOB = re.compile(r"[*?\[\]{}]")
_COPIED = 64 << 20
"""Bytes of a table in memory up to which it is copied, since every cursor then has it at no cost."""


class Bound(NamedTuple):
    """How long a query may run, and how many of its rows are taken."""

    seconds: float
    rows: int


class Session:
    """Views over a pinned lake as of a day. Close it, or use it in a `with` block.

    `tables` names the stored tables that will be asked, so that a look-up needn't open the others.
    """

    def __init__(
        self, lake: Lake, as_of: datetime | None = None, tables: Iterable[str] = tuple(TABLES)
    ) -> None:
        """Pin the lake and make the views. Raises `EvidenceError` if the lake can't be read."""
        import duckdb

        wanted = set(tables) | {"snapshots"}
        self.as_of = as_of or datetime.now(UTC)
        self._url = lake.url
        self.pin = lake.pin(wanted)
        self._connection = duckdb.connect(":memory:", config={"threads": _threads()})
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")  # for every cursor, too
        self._registered: dict[str, Any] = {}
        self._lake = lake
        self._unattached = wanted
        self._making = threading.RLock()
        self._unmade = {view: sql for view, sql in SETUP if set(NEEDS[view]) <= wanted}

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back what the session holds."""
        self._connection.close()

    def ask(
        self, sql: str, parameters: Mapping[str, Any] | None = None, bound: Bound | None = None
    ) -> Answer:
        """One of our own queries with bound parameters; it is run when its rows are taken.

        A query of someone else's is given a `bound`: `duckdb.InterruptException` is raised where it takes longer.
        """
        self._make(sql)
        cursor = self._cursor()  # so that one answer can be read while the next is asked
        with read_errors(self._url):
            relation = cursor.sql(sql, params=dict(parameters) if parameters else None)
            if bound is None:
                return Answer(relation, self._url)
            return Answer(relation.limit(bound.rows), self._url, bound.seconds, cursor.interrupt)

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement of our own over the session's scratch tables; gives the rows it wrote."""
        self._make(sql)
        with read_errors(self._url):
            row = self._cursor().execute(sql, dict(parameters) if parameters else None).fetchone()
        return int(row[0]) if row and isinstance(row[0], int) else 0

    def _make(self, sql: str) -> None:
        """Make the views that a statement names, and what is beneath them: most questions need few, some are dear."""
        if not self._unmade and not self._unattached:
            return
        with self._making:
            views = [view for view in asked_views(sql) if view in self._unmade]
            statements = [self._unmade[view] for view in views]
            for name in sorted(stored_tables(sql, *statements) & self._unattached):
                self._attach(self._lake, name)
                self._unattached.discard(name)
            for view, statement in zip(views, statements, strict=True):
                bound = {"as_of": self.as_of.isoformat()} if "$as_of" in statement else None
                with read_errors(self._url):
                    self._connection.execute(statement, bound)
                del self._unmade[view]

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self._connection.cursor()
        for name, rows in self._registered.items():
            cursor.register(name, rows)
        return cursor

    def register(self, name: str, rows: Any) -> None:
        """Make an Arrow table or data set available to the next queries under a name."""
        self._registered[name] = rows
        self._connection.register(name, rows)

    def _attach(self, lake: Lake, name: str) -> None:
        files = self.pin.files[name]
        held = lake.held(name)
        if held is not None and held.nbytes <= _COPIED:
            self._connection.register("held", held)
            self._connection.execute(f"CREATE TABLE raw_{name} AS FROM held")
            self._connection.unregister("held")
        elif held is not None:
            self.register(f"raw_{name}", held)
        elif not files:
            self._connection.execute(f"CREATE VIEW raw_{name} AS {empty_select(name)}")
        elif lake.remote or any(_GLOB.search(file) for file in files):
            # DuckDB reads patterns into such names, and its own object storage client is an
            # extension that a closed network can't load.
            self._attach_data_set(name, lake.table(name).to_pyarrow_dataset())
        else:
            listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
            statement = (
                f"CREATE VIEW raw_{name} AS "
                f"SELECT * FROM read_parquet([{listed}], schema = {parquet_schema(name)})"
            )
            with read_errors(self._url):
                self._connection.execute(statement)

    def _attach_data_set(self, name: str, rows: Any) -> None:
        """A table as Arrow reads it. Columns that its files lack, being older, are NULL."""
        if {column.name for column in TABLES[name].columns} <= set(rows.schema.names):
            self.register(f"raw_{name}", rows)
            return
        self.register(f"stored_{name}", rows)
        self._connection.execute(
            f"CREATE VIEW raw_{name} AS {empty_select(name)} UNION ALL BY NAME SELECT * FROM stored_{name}"
        )


def _threads() -> int:
    import os

    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
