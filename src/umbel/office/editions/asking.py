# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Asking a list: the page of rows that somebody wants to see, all of them, one, or the few that a text means most."""

from __future__ import annotations

import base64
import binascii
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from umbel.model.errors import UsageError
from umbel.office.editions.likely import rows_alike
from umbel.office.editions.listing import MOST_PER_PAGE, Asked, Choice, Column, Kind, Listing, Page, Row
from umbel.office.editions.narrowing import Where, allowed, hidden_here, literal, marks, narrowed, searched
from umbel.office.editions.opened import connection
from umbel.office.editions.tables import CHOSEN_FROM, MOST_CHOICES, folded, quoted, stored, words_table

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path


def ask(listing: Listing, path: Path, asked: Asked, hidden: frozenset[str] = frozenset()) -> Page:
    """One page of a list. Raises `UsageError` for a column that can't be asked so, `sqlite3.Error`."""
    hidden = hidden_here(listing, path, hidden)
    base = allowed(listing, hidden)
    order_sql, order = _order(listing, asked)
    where, likely = _meant(listing, path, asked, base)
    forgiven, total = bool(likely), _count(path, where)
    order_sql = _as_given(likely) if likely else order_sql
    per_page = max(1, min(asked.per_page, MOST_PER_PAGE))
    pages = max(1, -(-total // per_page))
    page = max(1, min(asked.page, pages))
    found, onward = _rows(path, where, order_sql, order, asked.after, (page - 1) * per_page, per_page)
    return Page(
        rows=[_told(listing, row, hidden) for row in found],
        total=total,
        whole=_count(path, base),
        page=page,
        pages=pages,
        order=order,
        choices=_all_choices(listing, path, asked, base, exactly=not forgiven),
        forgiven=forgiven,
        next=None if forgiven else onward,
    )


def every(listing: Listing, path: Path, asked: Asked, hidden: frozenset[str] = frozenset()) -> Iterator[Row]:
    """Every row that is asked for, in order, whatever the page: for export."""
    hidden = hidden_here(listing, path, hidden)
    order_sql, _ = _order(listing, asked)
    where, likely = _meant(listing, path, asked, allowed(listing, hidden))
    order_sql = _as_given(likely) if likely else order_sql
    cursor = connection(path).execute(f"SELECT * FROM rows{where.sql} ORDER BY {order_sql}", where.values)  # noqa: S608
    for row in cursor:
        yield _told(listing, row, hidden)


def one(listing: Listing, path: Path, key: str, hidden: frozenset[str] = frozenset()) -> Row | None:
    """The row of a key; None where there is none that may be seen."""
    hidden = hidden_here(listing, path, hidden)
    where = allowed(listing, hidden)
    where.add('"key" = ?', key)
    row = connection(path).execute(f"SELECT * FROM rows{where.sql}", where.values).fetchone()  # noqa: S608
    return None if row is None else _told(listing, row, hidden)


def hits(
    listing: Listing,
    path: Path,
    text: str,
    number: int,
    hidden: frozenset[str] = frozenset(),
    *,
    forgiving: bool = True,
) -> list[Row]:
    """The few rows that a text means most: as written first, then at the beginning, then within.

    Where it is nowhere as written and `forgiving`, those that are alike.
    """
    hidden = hidden_here(listing, path, hidden)
    where = searched(listing, text, allowed(listing, hidden))
    first = next(column.name for column in listing.columns if column.searched)
    typed, name = folded(text.strip()), quoted(first)
    sql = (
        f'SELECT * FROM rows{where.sql} ORDER BY (lower({name}) = ? OR lower("key") = ?) DESC, '  # noqa: S608
        f"(lower({name}) LIKE ? ESCAPE '\\') DESC, length({name}), {name} LIMIT ?"
    )
    found = (
        connection(path).execute(sql, [*where.values, typed, typed, f"{literal(typed)}%", number]).fetchall()
    )
    if not found and forgiving and (likely := rows_alike(listing, path, text)):
        rows = _of_rows(allowed(listing, hidden), likely)
        found = (
            connection(path)
            .execute(
                f"SELECT * FROM rows{rows.sql} ORDER BY {_as_given(likely)} LIMIT {int(number)}",  # noqa: S608
                rows.values,
            )
            .fetchall()
        )
    return [_told(listing, row, hidden) for row in found]


def _meant(listing: Listing, path: Path, asked: Asked, base: Where) -> tuple[Where, list[int]]:
    """What is asked for; where nothing matches as it was typed, the rows that are alike, which come first to last."""
    where = narrowed(listing, asked, base)
    if not asked.search.strip():
        return where, []
    exact = searched(listing, asked.search, where)
    if _count(path, exact) == 0 and (likely := rows_alike(listing, path, asked.search)):
        return _of_rows(where, likely), likely
    return exact, []


def _of_rows(base: Where, rows: list[int]) -> Where:
    where = Where(base)
    where.add(f"row IN ({marks(rows)})", *rows)
    return where


def _as_given(rows: list[int]) -> str:
    whens = " ".join(f"WHEN {row} THEN {place}" for place, row in enumerate(rows))
    return f"CASE row {whens} END"


def _order(listing: Listing, asked: Asked) -> tuple[str, str]:
    order = asked.order or listing.order
    name = order.removeprefix("-")
    known = {column.name for column in stored(listing) if column.kind is not Kind.WORDS}
    if name not in known:
        raise UsageError(
            f"The list of {listing.noun[1]} can't be sorted by {name!r}.", f"Known: {sorted(known)}."
        )
    column = quoted(name)
    return f"({column} IS NULL), {column}{' DESC' if order.startswith('-') else ''}, row", order


def _rows(
    path: Path, where: Where, order_sql: str, order: str, after: str | None, offset: int, number: int
) -> tuple[list[sqlite3.Row], str | None]:
    """The rows of a page, and the cursor of what comes after them."""
    if after is not None:
        where, offset = _after(where, order, after), 0
    sql = f"SELECT * FROM rows{where.sql} ORDER BY {order_sql} LIMIT ? OFFSET ?"  # noqa: S608
    found = connection(path).execute(sql, [*where.values, number + 1, offset]).fetchall()
    onward = None
    if len(found) > number:
        last = found[number - 1]
        told = json.dumps([order, last[order.removeprefix("-")], last["row"]])
        onward = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    return found[:number], onward


def _fits(value: Any) -> bool:
    """Whether a value of a cursor can be bound: somebody may have made it up."""
    return isinstance(value, str | float | None) or (isinstance(value, int) and abs(value) < 1 << 63)


def _after(base: Where, order: str, cursor: str) -> Where:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        told_order, value, row = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        told_order, value, row = None, None, None
    if told_order != order or not isinstance(row, int) or not (_fits(row) and _fits(value)):
        raise UsageError("That cursor is of another question.", "Begin without `after`.")
    where = Where(base)
    column = quoted(order.removeprefix("-"))
    if value is None:
        where.add(f"({column} IS NULL AND row > ?)", row)
    else:
        sign = "<" if order.startswith("-") else ">"
        where.add(f"({column} IS NULL OR {column} {sign} ? OR ({column} = ? AND row > ?))", value, value, row)
    return where


def _told(listing: Listing, row: sqlite3.Row, hidden: frozenset[str]) -> Row:
    told = dict(row)
    del told["row"]
    for column in listing.columns:
        value = told[column.name]
        if value is not None and column.kind is Kind.WORDS:
            words = json.loads(value)
            if column.name == listing.project:
                open_ = [word for word in words if word not in hidden]
                _count_open(listing, told, len(words) - len(open_))
                words = open_
            told[column.name] = words
        elif value is not None and column.kind is Kind.YES:
            told[column.name] = bool(value)
    return told


def _count_open(listing: Listing, told: Row, kept_back: int) -> None:
    """Figures over projects as they are for who may not see all of them: else a count would say that there are more."""
    if kept_back and listing.counts:
        number, *others = listing.counts
        told[number] = None if told[number] is None else max(told[number] - kept_back, 0)
        told.update(dict.fromkeys(others))


def _count(path: Path, where: Where) -> int:
    return _counted(path, where.sql, tuple(where.values))


@lru_cache(maxsize=4096)
def _counted(path: Path, sql: str, values: tuple[Any, ...]) -> int:
    number: int = connection(path).execute(f"SELECT count(*) FROM rows{sql}", values).fetchone()[0]  # noqa: S608
    return number


def _all_choices(
    listing: Listing, path: Path, asked: Asked, base: Where, *, exactly: bool
) -> dict[str, list[Choice]]:
    found = {}
    for column in listing.columns:
        if not column.filtered or column.kind not in CHOSEN_FROM:
            continue
        where = narrowed(listing, asked, base, without=column.name)
        if asked.search.strip() and exactly:
            where = searched(listing, asked.search, where)
        counted = _choices(path, column, where.sql, tuple(where.values))
        chosen = set(asked.filters.get(column.name, ()))
        there = {value for value, _ in counted}
        found[column.name] = [
            *(Choice(value, count, value in chosen) for value, count in counted),
            *(Choice(value, 0, chosen=True) for value in sorted(chosen - there)),
        ]
    return found


@lru_cache(maxsize=2048)
def _choices(path: Path, column: Column, sql: str, values: tuple[Any, ...]) -> tuple[tuple[str, int], ...]:
    """A column's values with their counts, most frequent first; what is unknown as `?`."""
    name = quoted(column.name)
    if column.kind is Kind.WORDS:
        statement = (
            f"SELECT word, count(*) AS number FROM {words_table(column)} "  # noqa: S608
            f"WHERE row IN (SELECT row FROM rows{sql}) GROUP BY word"
        )
        if not sql:
            statement = f"SELECT word, count(*) AS number FROM {words_table(column)} GROUP BY word"  # noqa: S608
    else:
        statement = f"SELECT {name}, count(*) AS number FROM rows{sql} GROUP BY {name}"  # noqa: S608
    found = (
        connection(path)
        .execute(f"{statement} ORDER BY number DESC, 1 LIMIT {MOST_CHOICES}", values)
        .fetchall()
    )
    return tuple((_said(column, value), number) for value, number in found)


def _said(column: Column, value: Any) -> str:
    if value is None:
        return "?"
    if column.kind is Kind.YES:
        return "yes" if value else "no"
    return str(value)
