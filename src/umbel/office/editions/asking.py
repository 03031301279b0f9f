# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Asking a list: what of it somebody wants to see, as SQL with bound values, and the page that comes of it."""

from __future__ import annotations

import base64
import binascii
import json
import os
import sqlite3
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from umbel.model.errors import UsageError
from umbel.office.editions import alike
from umbel.office.editions.listing import MOST_PER_PAGE, Asked, Choice, Column, Kind, Listing, Page, Row
from umbel.office.editions.tables import CHOSEN_FROM, MOST_CHOICES, folded, quoted, stored, words_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MOST_ALIKE = 50
LEAST_ALIKE = 0.3
"""Share of trigrams that a row must have in common with what was typed, where nothing matched as written."""
_local = threading.local()
_Stamp = tuple[int, int]


class Where:
    """Conditions and the values bound in them."""

    def __init__(self, base: Where | None = None) -> None:
        """What another one asks, to be narrowed; without one everything."""
        self.parts: list[str] = [] if base is None else list(base.parts)
        self.values: list[Any] = [] if base is None else list(base.values)

    def add(self, condition: str, *values: Any) -> None:
        """One condition more, with its values."""
        self.parts.append(condition)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        """As a clause; nothing where nothing is asked."""
        return f" WHERE {' AND '.join(self.parts)}" if self.parts else ""


def connection(path: Path) -> sqlite3.Connection:
    """This thread's connection to a file, read only; the latest few are kept open. Raises `sqlite3.Error`."""
    kept: dict[str, tuple[_Stamp, sqlite3.Connection]] = _local.__dict__.setdefault("kept", {})
    name, stamp = str(path), _stamp(path)
    if name in kept:
        found = kept.pop(name)
        if found[0] == stamp:
            kept[name] = found
            return found[1]
        found[1].close()  # it was made again since
    made = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    made.row_factory = sqlite3.Row
    made.execute("PRAGMA mmap_size=1073741824")
    for other in [each for each in kept if not os.path.exists(each)]:  # noqa: PTH110 - names are what is kept
        kept.pop(other)[1].close()  # open, it would keep its room on the disk
    kept[name] = (stamp, made)
    while len(kept) > 16:
        kept.pop(next(iter(kept)))[1].close()
    return made


def _stamp(path: Path) -> _Stamp:
    try:
        told = path.stat()
    except OSError:
        return (0, 0)
    return (told.st_ino, told.st_mtime_ns)


def fits(listing: Listing, path: Path) -> bool:
    """Whether a file has the columns that are declared: it may be of Umbel as it was before an update.

    Raises `sqlite3.Error` for a file that is no list at all.
    """
    names = {row[1] for row in connection(path).execute("PRAGMA table_info(rows)")}
    if not names:
        raise sqlite3.DatabaseError("it is empty")
    return names >= {"key", *(column.name for column in listing.columns)}


def ask(listing: Listing, path: Path, asked: Asked, hidden: frozenset[str] = frozenset()) -> Page:
    """One page of a list. Raises `UsageError` for a column that can't be asked so, `sqlite3.Error`."""
    hidden = _hidden_here(listing, path, hidden)
    base = _base(listing, hidden)
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
    order_sql, _ = _order(listing, asked)
    where, likely = _meant(listing, path, asked, _base(listing, hidden))
    order_sql = _as_given(likely) if likely else order_sql
    cursor = connection(path).execute(f"SELECT * FROM rows{where.sql} ORDER BY {order_sql}", where.values)  # noqa: S608
    for row in cursor:
        yield _told(listing, row, hidden)


def one(listing: Listing, path: Path, key: str, hidden: frozenset[str] = frozenset()) -> Row | None:
    """The row of a key; None where there is none that may be seen."""
    hidden = _hidden_here(listing, path, hidden)
    where = _base(listing, hidden)
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
    hidden = _hidden_here(listing, path, hidden)
    where = _searched(listing, text, _base(listing, hidden))
    first = next(column.name for column in listing.columns if column.searched)
    typed, name = folded(text.strip()), quoted(first)
    sql = (
        f'SELECT * FROM rows{where.sql} ORDER BY (lower({name}) = ? OR lower("key") = ?) DESC, '  # noqa: S608
        f"(lower({name}) LIKE ? ESCAPE '\\') DESC, length({name}), {name} LIMIT ?"
    )
    found = (
        connection(path).execute(sql, [*where.values, typed, typed, f"{_literal(typed)}%", number]).fetchall()
    )
    if not found and forgiving and (likely := _alike(listing, path, text)):
        rows = _of_rows(_base(listing, hidden), likely)
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
    where = _narrowed(listing, asked, base)
    if not asked.search.strip():
        return where, []
    exact = _searched(listing, asked.search, where)
    if _count(path, exact) == 0 and (likely := _alike(listing, path, asked.search)):
        return _of_rows(where, likely), likely
    return exact, []


def _hidden_here(listing: Listing, path: Path, hidden: frozenset[str]) -> frozenset[str]:
    """Of the projects that a list speaks of, those that are kept from whoever asks.

    Somebody may be barred from names by their pattern, and of these a set has only those that are known so far; while
    the lake is away it has none.
    """
    if listing.project is None or type(hidden) is frozenset:
        return hidden
    found: dict[Path, frozenset[str]] = vars(hidden).setdefault("_of_lists", {})
    if path not in found:
        if len(found) >= MOST_ALIKE:
            found.clear()
        found[path] = frozenset(
            name for name in _projects(listing.column(listing.project), path) if name in hidden
        )
    return found[path]


@lru_cache(maxsize=256)
def _projects(column: Column, path: Path) -> tuple[str, ...]:
    name, table = quoted(column.name), "rows"
    if column.kind is Kind.WORDS:
        name, table = "word", words_table(column)
    sql = f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL"  # noqa: S608 - declared names
    return tuple(row[0] for row in connection(path).execute(sql))


def _base(listing: Listing, hidden: frozenset[str]) -> Where:
    where = Where()
    if hidden and listing.project:
        column, declared = quoted(listing.project), listing.column(listing.project)
        kept = f"{column} NOT IN ({_marks(hidden)})"
        if declared.kind is Kind.WORDS:  # it is shown while one of its projects may be
            table = words_table(declared)
            kept = (
                f"{column} = '[]' OR EXISTS (SELECT 1 FROM {table} AS w "  # noqa: S608 - declared names
                f"WHERE w.row = rows.row AND w.word NOT IN ({_marks(hidden)}))"
            )
        where.add(f"({column} IS NULL OR {kept})", *sorted(hidden))
    return where


def _narrowed(listing: Listing, asked: Asked, base: Where, *, without: str | None = None) -> Where:
    where = Where(base)
    for name, values in asked.filters.items():
        if name == without or not values:
            continue
        try:
            column = listing.column(name)
        except KeyError:
            raise UsageError(
                f"The list of {listing.noun[1]} has no column {name!r}.", _columns(listing)
            ) from None
        if not column.filtered:
            raise UsageError(
                f"The list of {listing.noun[1]} can't be filtered by {name!r}.", _columns(listing)
            )
        _filter(column, values, where)
    return where


def _columns(listing: Listing) -> str:
    return f"It can be filtered by {', '.join(column.name for column in listing.columns if column.filtered)}."


def _filter(column: Column, values: tuple[str, ...], where: Where) -> None:
    name = quoted(column.name)
    either: list[str] = []
    bound: list[Any] = []
    plain = [value for value in values if value != "?"]
    if len(plain) < len(values):
        either.append(f"{name} IS NULL")
    if column.kind is Kind.WORDS and plain:
        either.append(f"row IN (SELECT row FROM {words_table(column)} WHERE word IN ({_marks(plain)}))")  # noqa: S608
        bound.extend(plain)
    elif column.kind in CHOSEN_FROM and plain:
        if column.kind is Kind.YES:
            plain = [
                {"yes": "1", "true": "1", "no": "0", "false": "0"}.get(value.lower(), value)
                for value in plain
            ]
        either.append(f"{name} IN ({_marks(plain)})")
        bound.extend(plain)
    else:
        for value in plain:
            condition, ends = _between(column, value)
            either.append(condition)
            bound.extend(ends)
    where.add(f"({' OR '.join(either)})", *bound)


def _between(column: Column, text: str) -> tuple[str, list[Any]]:
    """`lo..hi`, open at either end, or one value."""
    low, dots, high = text.partition("..")
    name = quoted(column.name)
    ends = [(">=", low), ("<=", high)] if dots else [("=", low)]
    parts, values = [], []
    for sign, end in ends:
        if not end:
            continue
        value: float | str = end
        if column.kind in {Kind.NUMBER, Kind.SHARE}:
            try:
                value = float(end)
            except ValueError:
                raise UsageError(
                    f"{end!r} is no number for {column.name}.", "Ask for example 10..100 or 5.."
                ) from None
        elif column.kind is Kind.MOMENT and sign == "<=":
            value = f"{end}\uffff"  # a day includes its moments
        parts.append(f"{name} {sign} ?")
        values.append(value)
    return f"({' AND '.join(parts) or f'{name} IS NOT NULL'})", values


def _searched(listing: Listing, text: str, base: Where) -> Where:
    """Every word must be there, in any of the columns that are searched."""
    where = Where(base)
    if not any(column.searched for column in listing.columns):
        raise UsageError(f"The list of {listing.noun[1]} can't be searched.")
    for word in folded(text).split()[:8]:
        where.add("row IN (SELECT rowid FROM texts WHERE text LIKE ?)", f"%{_escaped(word)}%")
    return where


def _escaped(word: str) -> str:
    # LIKE with ESCAPE would not use the index of trigrams; `_` matches any letter, which only forgives a little more
    return word.replace("%", "_")


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _trigrams(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(len(text) - 2)}


def _alike(listing: Listing, path: Path, text: str) -> list[int]:
    """Rows that a text may mean, the likeliest first: with one slip of a word put right, else by their trigrams."""
    typed = folded(text.strip())[:64]
    if not _trigrams(typed) or not any(column.searched for column in listing.columns):
        return []
    # Several words put right in every way at once would be a question of thousands of words.
    meant = alike.corrected if " " in typed else alike.guessed
    return _put_right(path, typed, meant) or _by_trigrams(path, typed)


def _put_right(path: Path, typed: str, meant: Callable[[str], list[str]]) -> list[int]:
    """Rows with each of the words that were typed, where one slip a word is put right."""
    words = [word for word in typed.split()[:8] if len(word) >= alike.LEAST]
    if not words:
        return []
    each = [" OR ".join(map(_phrase, meant(word))) for word in words]
    asked = " AND ".join(f"({either})" for either in each)
    found = connection(path).execute(
        "SELECT rowid, text FROM texts WHERE texts MATCH ? LIMIT ?", (asked, MOST_ALIKE * 8)
    )
    rated = []
    for row, there in found:
        parts = there.splitlines()[:MOST_ALIKE]
        near = [max((alike.nearness(word, part) for part in parts), default=0.0) for word in words]
        if min(near) >= alike.NEAR:
            rated.append((-round(sum(near) / len(near), 3), row))
    return [row for _, row in sorted(rated)[:MOST_ALIKE]]


def _by_trigrams(path: Path, typed: str) -> list[int]:
    """Rows that have most of a text's trigrams."""
    either = " OR ".join(map(_phrase, sorted(_trigrams(typed))))
    found = connection(path).execute(
        "SELECT rowid, text FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (either, MOST_ALIKE * 4)
    )
    rated = []
    for row, there in found:
        best = max((_alikeness(typed, part) for part in there.splitlines()), default=0.0)
        if best >= LEAST_ALIKE:
            rated.append((-best, row))
    return [row for _, row in sorted(rated)[:MOST_ALIKE]]


def _phrase(text: str) -> str:
    """A text as the index of trigrams is asked for it."""
    return '"' + text.replace('"', '""') + '"'


def _alikeness(typed: str, part: str) -> float:
    """The share of trigrams that two texts have in common, their ends counted as letters, too."""
    mine, theirs = _trigrams(f"  {typed} "), _trigrams(f"  {part} ")
    both = len(mine & theirs)
    return both / (len(mine) + min(len(theirs), 3 * len(mine)) - both) if both else 0.0


def _of_rows(base: Where, rows: list[int]) -> Where:
    where = Where(base)
    where.add(f"row IN ({_marks(rows)})", *rows)
    return where


def _as_given(rows: list[int]) -> str:
    whens = " ".join(f"WHEN {row} THEN {place}" for place, row in enumerate(rows))
    return f"CASE row {whens} END"


def _marks(values: Any) -> str:
    return ", ".join("?" * len(values))


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
        where = _narrowed(listing, asked, base, without=column.name)
        if asked.search.strip() and exactly:
            where = _searched(listing, asked.search, where)
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
