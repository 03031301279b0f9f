# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeping a lake fit: compaction, vacuum, and the proof that what is published is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.lake import COMPACT_ABOVE, KEEP_HOURS, storage_errors, writer_properties
from umbel.evidence.session import Session
from umbel.model.errors import EvidenceError, UsageError
from umbel.model.tables import BY_FACTS, FACTS, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.evidence.lake import Lake


class TableState(msgspec.Struct, frozen=True, kw_only=True):
    """One table as it is stored: its version, files, bytes and rows, and rows nobody can see."""

    table: str
    version: int
    files: int
    bytes: int
    rows: int
    orphans: int


class Problem(msgspec.Struct, frozen=True):
    """Something in the lake that isn't as it should be."""

    table: str
    write_id: int | None
    message: str


def compact(lake: Lake, tables: Iterable[str] = tuple(TABLES)) -> dict[str, tuple[int, int]]:
    """Rewrite small files into large sorted ones. Gives files before and after by table.

    Readers and other writers go on meanwhile. Raises `EvidenceError` if another compaction won.
    """
    changed = {}
    for name in filter(lake.has, tables):
        table = lake.table(name, fresh=True)
        before = len(table.file_uris())
        if before > 1:
            with storage_errors(lake.url):
                keys = list(_ZORDER.get(name, TABLES[name].sorted_by[:1]))
                table.optimize.z_order(keys, writer_properties=writer_properties())
                table.create_checkpoint()
                table.cleanup_metadata()
        changed[name] = (before, len(table.file_uris()))
    return changed


_ZORDER = {"usage": ("package", "version"), "commits": ("write_id", "committed_at")}
"""Columns that a look-up prunes by, where that isn't just the first that a table is sorted by."""


def compact_if_needed(lake: Lake) -> None:
    """Compact the tables that have become too many files; leave it if another process does."""
    for name in filter(lake.has, TABLES):
        if len(lake.table(name, fresh=True).file_uris()) > COMPACT_ABOVE:
            try:
                compact(lake, (name,))
            except EvidenceError:
                continue  # the next run will see to it


def vacuum(lake: Lake, hours: int = KEEP_HOURS, *, dry_run: bool = False) -> dict[str, int]:
    """Delete files that no version younger than `hours` refers to. Gives their number by table."""
    if hours < KEEP_HOURS:
        raise UsageError(
            f"Files must be kept at least {KEEP_HOURS} hours: running readers and writers hold them.",
            f"Give --hours {KEEP_HOURS} or more.",
        )
    removed = {}
    for name in filter(lake.has, TABLES):
        with storage_errors(lake.url):
            files = lake.table(name, fresh=True).vacuum(
                retention_hours=hours, dry_run=dry_run, enforce_retention_duration=False
            )
        removed[name] = len(files)
    return removed


def status(lake: Lake) -> list[TableState]:
    """Each table as it is stored."""
    with Session(lake) as session:
        states = []
        for name in TABLES:
            hidden = (
                f"SELECT count(*) FILTER (WHERE write_id NOT IN (SELECT facts FROM raw_snapshots)) FROM raw_{name}"
                if name in BY_FACTS
                else f"SELECT count(*) FROM raw_{name} WHERE write_id NOT IN (SELECT write_id FROM raw_snapshots)"
                if name in _BY_WRITE
                else "SELECT 0"
            )
            states.append(
                TableState(
                    table=name,
                    version=session.pin.versions[name],
                    files=len(session.pin.files[name]),
                    bytes=_bytes(lake, name),
                    rows=session.ask(f"SELECT count(*) FROM raw_{name}").one()[0],
                    orphans=session.ask(hidden).one()[0],
                )
            )
        return states


def _bytes(lake: Lake, name: str) -> int:
    import pyarrow as pa

    if not lake.has(name):
        return 0
    with storage_errors(lake.url):
        sizes = pa.table(lake.table(name).get_add_actions(flatten=True))["size_bytes"].to_pylist()
    return sum(sizes)


_BY_WRITE = ("documents", "histories", "commits", "aliases", "releases", "lines", "changes")
"""Tables whose rows belong to the snapshot that they were read for."""

_CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "usage",
        "holds {0} rows where its snapshot says {1}",
        """
        WITH counted AS (SELECT write_id, count(*) AS n FROM raw_usage GROUP BY write_id)
        SELECT DISTINCT s.facts, coalesce(c.n, 0), s.components
        FROM raw_snapshots AS s LEFT JOIN counted AS c ON c.write_id = s.facts
        WHERE s.components IS NOT NULL AND coalesce(c.n, 0) <> s.components
        """,
    ),
    (
        "dependencies",
        "holds {0} rows where its snapshot says {1}",
        """
        WITH counted AS (SELECT write_id, count(*) AS n FROM raw_dependencies GROUP BY write_id)
        SELECT DISTINCT s.facts, coalesce(c.n, 0), s.dependencies
        FROM raw_snapshots AS s LEFT JOIN counted AS c ON c.write_id = s.facts
        WHERE s.dependencies IS NOT NULL AND coalesce(c.n, 0) <> s.dependencies
        """,
    ),
    (
        "components",
        "lacks the cold facts of {0} rows in usage",
        """
        SELECT u.write_id, count(*)
        FROM raw_usage AS u ANTI JOIN raw_components AS c ON c.component = u.component
        WHERE u.write_id IN (SELECT facts FROM raw_snapshots)
        GROUP BY u.write_id
        """,
    ),
    (
        "usage",
        "marks {0} lead rows where it has {1} packages",
        """
        SELECT write_id, count(*) FILTER (lead), count(DISTINCT package)
        FROM raw_usage
        WHERE write_id IN (SELECT facts FROM raw_snapshots)
        GROUP BY write_id
        HAVING count(*) FILTER (lead) <> count(DISTINCT package)
        """,
    ),
    (
        "histories",
        "lists {0} writes that were never published",
        """
        SELECT h.write_id, count(*)
        FROM (SELECT write_id, unnest(writes) AS listed FROM raw_histories) AS h
        WHERE h.write_id IN (SELECT write_id FROM raw_snapshots)
          AND h.listed NOT IN (SELECT write_id FROM raw_snapshots)
        GROUP BY h.write_id
        """,
    ),
    (
        "histories",
        "says {1} commits and lists writes that hold {0}",
        """
        WITH counted AS (SELECT write_id, count(*) AS n FROM raw_commits GROUP BY write_id)
        SELECT h.write_id, coalesce(sum(c.n), 0)::BIGINT AS found, any_value(h.commits) AS said
        FROM (SELECT write_id, commits, unnest(writes) AS listed FROM raw_histories) AS h
        LEFT JOIN counted AS c ON c.write_id = h.listed
        WHERE h.write_id IN (SELECT write_id FROM raw_snapshots)
        GROUP BY h.write_id HAVING found <> said
        """,
    ),
    (
        "snapshots",
        "was written {0} times under one id",
        "SELECT write_id, count(*) FROM raw_snapshots GROUP BY write_id HAVING count(*) > 1",
    ),
    (
        "snapshots",
        "speaks of a time after its collection",
        "SELECT write_id FROM raw_snapshots WHERE observed_at > collected_at",
    ),
)


def verify(lake: Lake) -> list[Problem]:
    """Read everything that is published and hold it against what its snapshots promise.

    Every file is read in full. An empty list means: nothing lost, doubled or torn.
    """
    problems = []
    with Session(lake) as session:
        for name in (*FACTS, "snapshots"):
            columns = ", ".join(f'count("{column.name}")' for column in TABLES[name].columns)
            session.ask(f"SELECT {columns} FROM raw_{name}").one()
        for table, message, query in _CHECKS:
            for write_id, *values in session.ask(query).rows():
                problems.append(Problem(table, write_id, message.format(*values)))
    return problems
