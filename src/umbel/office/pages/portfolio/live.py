# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What one project is made of, and where one package is used: read from an edition's files, and asked as a list.

The files are sorted by what is looked up, so that a few thousand rows of millions are read in milliseconds; what
somebody wants to see of them is asked of these rows alone.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.evidence.questions.graph import merged
from umbel.office.editions import Choice, Column, Found, Kind, Listing, Page, Row, file_of
from umbel.office.pages.portfolio.lists import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from umbel.evidence.questions.graph import Graph
    from umbel.office.editions import Asked
    from umbel.office.editions.registry import Kept
    from umbel.office.seen import Seen

MOST_CHOICES = 50
ALIKE = 0.86
"""Jaro-Winkler's likeness from which on a name is taken for a mistyped one."""
KEPT_TABLES = 24
"""Things whose rows stay in memory: who looks at one turns its pages and tabs."""
_RANGES = frozenset({Kind.NUMBER, Kind.SHARE, Kind.DAY, Kind.MOMENT})
_lock = threading.Lock()

_MACROS = r"""
CREATE MACRO IF NOT EXISTS shown(p) AS CASE
  WHEN NOT starts_with(p, 'pkg:') THEN coalesce(try(url_decode(regexp_replace(p, '^unidentified:', ''))), p)
  WHEN starts_with(p, 'pkg:maven/')
    THEN coalesce(try(url_decode(regexp_replace(substr(p, 11), '/([^/]*)$', ':\1'))), p)
  ELSE coalesce(try(url_decode(regexp_replace(p, '^pkg:[^/]*/', ''))), p) END;
CREATE MACRO IF NOT EXISTS folded(t) AS lower(strip_accents(t::VARCHAR));
"""

_OF_PROJECT = """
SELECT package || '@' || coalesce(version, '') AS key, package, shown(package) AS name, version,
       CASE WHEN starts_with(package, 'pkg:') THEN split_part(substr(package, 5), '/', 1) ELSE 'unidentified' END
         AS ecosystem,
       bool_or(direct) AS direct,
       min_by(scope, list_position(['runtime', 'build', 'test', 'development', 'optional', 'excluded'], scope))
         AS scope,
       min(license) AS license, count(DISTINCT snapshot)::INTEGER AS sources
FROM read_parquet($path) WHERE project = $project GROUP BY package, version ORDER BY name, version
"""
_OF_PACKAGE = """
SELECT project || chr(10) || coalesce(version, '') AS key, project, version, direct, scope, license
FROM read_parquet($path) WHERE package = $package ORDER BY project, version
"""
_CHANGES = """
SELECT snapshot || chr(10) || project AS key, project, strftime(moment, '%Y-%m-%dT%H:%M:%SZ') AS moment, was, became,
       document, origin,
       CASE WHEN len(was) = 0 THEN 'came in' WHEN len(became) = 0 THEN 'went' ELSE 'changed' END AS what
FROM read_parquet($path) WHERE package = $package ORDER BY 3 DESC, 2
"""
_TURNS = """
SELECT snapshot, count(*) FILTER (len(was) = 0), count(*) FILTER (len(became) = 0),
       count(*) FILTER (len(was) > 0 AND len(became) > 0)
FROM read_parquet($path) WHERE project = $project GROUP BY snapshot
"""
_ASKED_FOR = """
WITH steps AS (
  SELECT unnest(range(len($packages))) AS number,
         unnest($by::VARCHAR[]) AS by, unnest($by_versions::VARCHAR[]) AS by_version,
         unnest($packages::VARCHAR[]) AS package, unnest($versions::VARCHAR[]) AS version
),
nodes AS (SELECT snapshot, node, package, version FROM read_parquet($rows) WHERE project = $project)
SELECT w.number, e.requirement, e.snapshot, bool_and(e.optional) AS optional
FROM steps AS w
JOIN nodes AS b ON b.package = w.package AND b.version IS NOT DISTINCT FROM w.version
JOIN (SELECT * FROM read_parquet($edges) WHERE project = $project) AS e
  ON e.snapshot = b.snapshot AND e.target = b.node
LEFT JOIN nodes AS a ON a.snapshot = e.snapshot AND a.node = e.source
WHERE CASE WHEN w.by IS NULL THEN e.source IS NULL
           ELSE a.package = w.by AND a.version IS NOT DISTINCT FROM w.by_version END
GROUP BY ALL ORDER BY 1, 2 NULLS LAST, 3
"""


_NODES = """
SELECT snapshot, node, package, version, direct, scope, license
FROM read_parquet($path) WHERE project = $project ORDER BY snapshot, node
"""
_EDGES = """
SELECT snapshot, source, target, optional
FROM read_parquet($path) WHERE project = $project ORDER BY snapshot, source NULLS FIRST, target
"""


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process: it holds nothing but what files say of themselves."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "512MB"})
    connection.execute("SET parquet_metadata_cache = true")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(_MACROS)
    return connection


def cursor() -> duckdb.DuckDBPyConnection:
    """A connection of one request's own."""
    with _lock:
        return _database().cursor()


@lru_cache(maxsize=KEPT_TABLES)
def of_project(path: Path, project: str) -> pa.Table:
    """The package versions that a project is made of, lineages merged. Files of an edition never change."""
    bound = {"path": str(path), "project": project}
    return cursor().sql(_OF_PROJECT, params=bound).to_arrow_table()


def graph_of(rows: Path, edges: Path, project: str) -> Graph:
    """What needs what in a project, by all of its documents."""
    own = cursor()
    nodes = own.execute(_NODES, {"path": str(rows), "project": project}).fetchall()
    return merged(nodes, own.execute(_EDGES, {"path": str(edges), "project": project}).fetchall())


def of_package(path: Path, package: str, shows: Callable[[str], bool]) -> pa.Table:
    """The projects that use a package, in which version and how; none that is kept from whoever asks."""
    return _open(_uses_of(path, package), shows)


@lru_cache(maxsize=KEPT_TABLES)
def _uses_of(path: Path, package: str) -> pa.Table:
    return cursor().sql(_OF_PACKAGE, params={"path": str(path), "package": package}).to_arrow_table()


def changes_of(path: Path, package: str, shows: Callable[[str], bool]) -> pa.Table:
    """What changed of a package, newest first, in projects that aren't kept from whoever asks."""
    found = cursor().sql(_CHANGES, params={"path": str(path), "package": package}).to_arrow_table()
    return _open(found, shows)


def _open(table: pa.Table, shows: Callable[[str], bool]) -> pa.Table:
    """Rows of projects that may be named. Each is asked for: names may be kept by a pattern that no list spells out."""
    import pyarrow as pa

    projects = table.column("project")
    known = {name: shows(name) for name in projects.unique().to_pylist()}
    if all(known.values()):
        return table
    return table.filter(pa.array([known[name] for name in projects.to_pylist()], pa.bool_()))


def turns_of(path: Path, project: str) -> dict[int, tuple[int, int, int]]:
    """By reading of a project's documents: packages that came in since the one before, that went, that changed."""
    found = cursor().execute(_TURNS, {"path": str(path), "project": project}).fetchall()
    return {snapshot: (came, went, changed) for snapshot, came, went, changed in found}


class Requirement(NamedTuple):
    """What one thing asks for of another, as a document has it."""

    text: str | None
    optional: bool
    snapshots: list[int]


Named = tuple[str, str | None]
"""A package and its version."""


def asked_for(
    rows: Path, edges: Path, project: str, steps: Sequence[tuple[Named | None, Named]]
) -> dict[int, list[Requirement]]:
    """What each step asks for, by its place: of who asks (None: the project itself) and of what."""
    found: dict[int, dict[str | None, Requirement]] = {}
    if not steps:
        return {}
    bound = {
        "by": [by and by[0] for by, _ in steps],
        "by_versions": [by and by[1] for by, _ in steps],
        "packages": [of[0] for _, of in steps],
        "versions": [of[1] for _, of in steps],
        "rows": str(rows),
        "edges": str(edges),
        "project": project,
    }
    for number, text, snapshot, optional in cursor().execute(_ASKED_FOR, bound).fetchall():
        said = found.setdefault(number, {}).setdefault(text, Requirement(text, optional, []))
        said.snapshots.append(snapshot)
    return {number: list(said.values()) for number, said in found.items()}


def nothing() -> pa.Table:
    """No rows: lists of one thing are made by no edition."""
    import pyarrow as pa

    return pa.table({})


def asked_of(table: pa.Table, sql: str, **bound: Any) -> list[Row]:
    """A question of our own over some rows, which it names `listed`."""
    own = cursor()
    own.register("listed", table)
    found = own.execute(sql, bound or None)
    names = [each[0] for each in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def rows_of(sql: str, **bound: Any) -> list[Row]:
    """A question of our own over an edition's files, which are bound."""
    found: list[Row] = cursor().sql(sql, params=bound).to_arrow_table().to_pylist()
    return found


class LiveSource(Source):
    """Rows of one thing as a list."""

    def __init__(self, listing: Listing, found: Found[pa.Table]) -> None:
        """Of a table that was found, or is coming."""
        super().__init__(listing)
        self._found = found

    def page(self, asked: Asked, looks: Seen) -> Found[Page]:  # noqa: ARG002 - what may be seen is left of the table
        """A page of it."""
        table = self._found.value
        value = None if table is None else page(self.listing, table, asked)
        return Found(value=value, state=self._found.state, edition=self._found.edition, why=self._found.why)

    def every(self, asked: Asked, looks: Seen) -> Found[Iterator[Row]]:  # noqa: ARG002
        """All rows that are asked for."""
        table = self._found.value
        value = None if table is None else iter(every(self.listing, table, asked))
        return Found(value=value, state=self._found.state, edition=self._found.edition, why=self._found.why)


def table_of(kept: Kept, looks: Seen, read: Callable[[Path], pa.Table]) -> Found[pa.Table]:
    """Rows of an edition's file, read by whoever knows it."""
    found = file_of(kept, looks)
    value = None if found.value is None else read(found.value)
    return Found(value=value, state=found.state, edition=found.edition, why=found.why)


def page(listing: Listing, table: pa.Table, asked: Asked) -> Page:
    """What somebody wants to see of some rows: as of a list of the whole office."""
    found = _Found(listing, table, asked)
    per_page = max(1, asked.per_page)
    pages = max(1, -(-found.total // per_page))
    number = max(1, min(asked.page, pages))
    return Page(
        rows=found.rows(per_page, (number - 1) * per_page),
        total=found.total,
        whole=table.num_rows,
        page=number,
        pages=pages,
        order=found.order,
        choices=found.choices(),
        forgiven=found.forgiven,
    )


def every(listing: Listing, table: pa.Table, asked: Asked) -> list[Row]:
    """All rows that are asked for, in order."""
    return _Found(listing, table, asked).rows(table.num_rows, 0)


class _Found:
    """The rows that were asked for."""

    def __init__(self, listing: Listing, table: pa.Table, asked: Asked) -> None:
        self._listing, self._asked = listing, asked
        self._cursor = cursor()
        self._cursor.register("listed", table)
        self._bound: dict[str, Any] = {}
        self.order = asked.order or listing.order
        self.forgiven = False
        self._where = self._conditions()
        self.total = self._count()
        if self.total == 0 and asked.search:
            self.forgiven = True
            self._where = self._conditions()
            self.total = self._count()
            self.forgiven = self.total > 0
            self._where = self._conditions()

    def rows(self, number: int, offset: int) -> list[Row]:
        """Some of them."""
        name = self.order.removeprefix("-")
        falls = "DESC" if self.order.startswith("-") else "ASC"
        by = f"{_quoted(name)} {falls} NULLS LAST, key"
        if self.forgiven:
            by = f"jaro_winkler_similarity({self._text(first=True)}, $typed) DESC, {by}"
        sql = (
            f"SELECT * FROM listed WHERE {self._where} ORDER BY {by} LIMIT {int(number)} OFFSET {int(offset)}"  # noqa: S608 - declared names, bound values
        )
        found = self._run(sql, typed=self.forgiven)
        names = [each[0] for each in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def choices(self) -> dict[str, list[Choice]]:
        """The values of each column that can be filtered by, counted under the other filters."""
        return {
            column.name: self._choices(column)
            for column in self._listing.columns
            if column.filtered and column.kind not in _RANGES
        }

    def _choices(self, column: Column) -> list[Choice]:
        name = _quoted(column.name)
        where = self._conditions(without=column.name)
        sql = f"SELECT {name}::VARCHAR, count(*) AS number FROM listed WHERE {where} GROUP BY ALL ORDER BY 2 DESC, 1"  # noqa: S608
        chosen = set(self._asked.filters.get(column.name, ()))
        found = [
            ("?" if value is None else value, number)
            for value, number in self._run(f"{sql} LIMIT {MOST_CHOICES}").fetchall()
        ]
        return [Choice(value, number, value in chosen) for value, number in found]

    def _count(self) -> int:
        row = self._run(f"SELECT count(*) FROM listed WHERE {self._where}").fetchone()  # noqa: S608
        return int(row[0]) if row else 0

    def _run(self, sql: str, *, typed: bool = False) -> duckdb.DuckDBPyConnection:
        bound = dict(self._bound)
        if not typed and "$typed" not in sql:
            bound.pop("typed", None)
        return self._cursor.execute(sql, {name: value for name, value in bound.items() if f"${name}" in sql})

    def _conditions(self, without: str | None = None) -> str:
        parts = ["true"]
        for name, values in self._asked.filters.items():
            if name != without and values:
                parts.append(self._filter(self._listing.column(name), values))
        if self._asked.search:
            parts.append(self._searched())
        return " AND ".join(parts)

    def _searched(self) -> str:
        typed = _folded(self._asked.search)
        if self.forgiven:
            self._bound["typed"] = typed
            return f"jaro_winkler_similarity({self._text(first=True)}, $typed) >= {ALIKE}"
        conditions = []
        for place, word in enumerate(typed.split()[:8]):
            self._bound[f"word{place}"] = word
            conditions.append(f"contains({self._text()}, $word{place})")
        return " AND ".join(conditions) or "true"

    def _text(self, *, first: bool = False) -> str:
        searched = [_quoted(column.name) for column in self._listing.columns if column.searched]
        chosen = searched[:1] if first else searched
        return f"folded(concat_ws(chr(10), {', '.join(chosen)}))"

    def _filter(self, column: Column, values: tuple[str, ...]) -> str:
        name = _quoted(column.name)
        either = [f"{name} IS NULL"] if "?" in values else []
        plain = [value for value in values if value != "?"]
        if plain and column.kind in _RANGES:
            either += [self._between(column, place, value) for place, value in enumerate(plain)]
        elif plain:
            key = f"of_{column.name}"
            self._bound[key] = [_BOOLEANS.get(v.lower(), v) if column.kind is Kind.YES else v for v in plain]
            either.append(f"list_contains(${key}::VARCHAR[], {name}::VARCHAR)")
        return f"({' OR '.join(either)})"

    def _between(self, column: Column, place: int, text: str) -> str:
        low, dots, high = text.partition("..")
        parts = []
        for end, value, sign in (("low", low, ">="), ("high", high if dots else low, "<=")):
            if value:
                key = f"{end}_{column.name}_{place}"
                self._bound[key] = value
                kind = "DATE" if column.kind in {Kind.DAY, Kind.MOMENT} else "DOUBLE"
                parts.append(f"{_quoted(column.name)}::{kind} {sign} ${key}::{kind}")
        return f"({' AND '.join(parts) or 'true'})"


_BOOLEANS: Mapping[str, str] = {"yes": "true", "1": "true", "no": "false", "0": "false"}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _folded(text: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
