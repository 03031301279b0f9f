# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a question gives: columns and rows, as Arrow or as plain records."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from umbel.evidence.lake import read_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    import duckdb
    import pyarrow as pa


class Answer:
    """A query that is run when its rows are taken, with the names of its columns.

    `rows()` gives tuples, `records()` flat objects, `arrow()` an Arrow table. The session must
    still be open. Raises `EvidenceError` where the stored files can't be read.
    """

    def __init__(
        self,
        relation: duckdb.DuckDBPyRelation,
        url: str,
        seconds: float | None = None,
        interrupt: Callable[[], None] = lambda: None,
    ) -> None:
        """Wrap a bound query over the lake at `url`; `interrupt` ends it once it took some `seconds`."""
        self._relation = relation
        self._url = url
        self._seconds = seconds
        self._interrupt = interrupt
        self.columns: tuple[str, ...] = tuple(relation.columns)

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as tuples, in the query's order."""
        if any("TIME ZONE" in str(kind) for kind in self._relation.types):
            # DuckDB asks pytz for moments in Python; Arrow has them with the standard library's UTC.
            columns = [column.to_pylist() for column in self.arrow().columns]
            return list(zip(*columns, strict=True)) if columns else []
        with read_errors(self._url), self._in_time():
            return self._relation.fetchall()

    def records(self) -> list[dict[str, Any]]:
        """All rows as objects by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows()]

    def arrow(self) -> pa.Table:
        """All rows as an Arrow table."""
        with read_errors(self._url), self._in_time():
            return self._relation.to_arrow_table()

    def one(self) -> tuple[Any, ...]:
        """The first row; the query promises that there is one."""
        rows = self.rows()
        if not rows:
            raise LookupError("the query gave no row")
        return rows[0]

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Interrupt what is run in the block, if it was given a time and that is over."""
        if self._seconds is None:
            yield
            return
        from threading import Event, Thread

        done = Event()
        watch = Thread(target=_watch, args=(done, self._seconds, self._interrupt), daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()


def _watch(done: Event, seconds: float, interrupt: Callable[[], None]) -> None:
    wait = seconds
    while not done.wait(wait):
        interrupt()
        wait = 0.1  # a query that was only about to begin didn't notice
