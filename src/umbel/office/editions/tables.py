# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A list as an SQLite file: rows, an index for each order, texts by their trigrams, choices with their counts.

SQLite and not the lake's engine, since a page asks for fifty rows in a known order, and fifty people ask at once:
that is a matter of an index, not of a scan.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import unicodedata
from typing import TYPE_CHECKING, Any

from umbel.model.errors import UmbelError
from umbel.office.editions.listing import Column, Kind, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

TYPES = {
    Kind.TEXT: "TEXT COLLATE NOCASE",
    Kind.OUTCOME: "TEXT",
    Kind.NUMBER: "NUMERIC",
    Kind.SHARE: "REAL",
    Kind.DAY: "TEXT",
    Kind.MOMENT: "TEXT",
    Kind.YES: "INTEGER",
    Kind.WORDS: "TEXT",
}
CHOSEN_FROM = frozenset({Kind.TEXT, Kind.OUTCOME, Kind.YES, Kind.WORDS})
"""Kinds that are filtered by value; the others by from and to."""
MOST_CHOICES = 50
BATCH = 20_000


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def words_table(column: Column) -> str:
    """The table that holds each word of each row of a column."""
    return quoted(f"words of {column.name}")


def folded(text: str) -> str:
    """A text as it is searched: without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def write(listing: Listing, rows: pa.Table, path: Path) -> int:
    """Write a list's file, whole or not at all; gives its number of rows. Raises `OSError`, `sqlite3.Error`.

    Raises `UmbelError` where the rows lack a declared column.
    """
    missing = {"key", *(column.name for column in listing.columns)} - set(rows.column_names)
    if missing:
        raise UmbelError(f"The list {listing.name} was given no {', '.join(sorted(missing))}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        _fill(connection, listing, rows)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.close()
        fresh.replace(path)
    finally:
        connection.close()
        fresh.unlink(missing_ok=True)
    return int(rows.num_rows)


def _fill(connection: sqlite3.Connection, listing: Listing, rows: pa.Table) -> None:
    columns = stored(listing)
    exact = {"key", listing.project}  # projects whose names differ in case alone are two
    told = ", ".join(
        f"{quoted(column.name)} {'TEXT' if column.name in exact else TYPES[column.kind]}"
        for column in columns
    )
    connection.execute(f"CREATE TABLE rows (row INTEGER PRIMARY KEY, {told})")
    marks = ", ".join("?" * (len(columns) + 1))
    connection.executemany(f"INSERT INTO rows VALUES ({marks})", _values(columns, rows))  # noqa: S608 - declared names
    ordered = {"key", listing.order.removeprefix("-")}
    for column in columns:
        if column.kind is Kind.WORDS and (column.filtered or column.name == listing.project):
            _spread(connection, column, exactly=column.name == listing.project)
        elif column.kind is not Kind.WORDS and (column.shown or column.filtered or column.name in ordered):
            name = quoted(column.name)
            connection.execute(
                f"CREATE INDEX {quoted(f'up {column.name}')} ON rows (({name} IS NULL), {name}, row)"
            )
            connection.execute(
                f"CREATE INDEX {quoted(f'down {column.name}')} ON rows (({name} IS NULL), {name} DESC, row)"
            )
            if column.filtered or column.name in {"key", listing.project}:
                connection.execute(f"CREATE INDEX {quoted(f'by {column.name}')} ON rows ({name})")
    _index_texts(connection, listing)


def stored(listing: Listing) -> list[Column]:
    """The columns that are stored: the key, and the declared ones."""
    own = [column for column in listing.columns if column.name == "key"]
    return [
        *(own or [Column(name="key", title="Key", shown=False)]),
        *(c for c in listing.columns if c.name != "key"),
    ]


def _values(columns: list[Column], rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    number = 0
    chosen = rows.select([column.name for column in columns])
    for batch in chosen.to_batches(max_chunksize=BATCH):
        lists = [_as_stored(column, batch.column(place).to_pylist()) for place, column in enumerate(columns)]
        yield from zip(range(number, number + batch.num_rows), *lists, strict=True)
        number += batch.num_rows


def _as_stored(column: Column, values: list[Any]) -> list[Any]:
    if column.kind is Kind.WORDS:
        return [None if value is None else json.dumps(list(value), ensure_ascii=False) for value in values]
    if column.kind in {Kind.DAY, Kind.MOMENT}:
        return [value if value is None or isinstance(value, str) else value.isoformat() for value in values]
    if column.kind is Kind.YES:
        return [None if value is None else int(value) for value in values]
    return values


def _spread(connection: sqlite3.Connection, column: Column, *, exactly: bool) -> None:
    """Each word of a row in a row of its own, so that a filter by word is an index; `exactly` tells cases apart."""
    table, name = words_table(column), quoted(column.name)
    collation = "BINARY" if exactly else "NOCASE"
    connection.execute(f"CREATE TABLE {table} (word TEXT COLLATE {collation}, row INTEGER)")
    connection.execute(
        f"INSERT INTO {table} SELECT DISTINCT each.value, rows.row FROM rows, json_each(rows.{name}) AS each "  # noqa: S608
        f"WHERE rows.{name} IS NOT NULL"
    )
    connection.execute(f"CREATE INDEX {quoted(f'word of {column.name}')} ON {table} (word, row)")
    connection.execute(f"CREATE INDEX {quoted(f'row of {column.name}')} ON {table} (row, word)")


def _index_texts(connection: sqlite3.Connection, listing: Listing) -> None:
    searched = [column for column in listing.columns if column.searched]
    if not searched:
        return
    connection.create_function("folded", 1, lambda text: None if text is None else folded(str(text)))
    joined = " || char(10) || ".join(f"coalesce(folded({quoted(column.name)}), '')" for column in searched)
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='trigram', detail='full')")
    connection.execute(f"INSERT INTO texts (rowid, text) SELECT row, {joined} FROM rows")  # noqa: S608
    connection.execute("INSERT INTO texts (texts) VALUES ('optimize')")
