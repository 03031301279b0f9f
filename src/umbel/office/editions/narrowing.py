# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What of a list is asked for, as SQL with bound values: what may be seen, filters, words that are looked for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from umbel.model.errors import UsageError
from umbel.office.editions.listing import Asked, Column, Kind, Listing
from umbel.office.editions.opened import connection
from umbel.office.editions.tables import CHOSEN_FROM, folded, quoted, words_table

if TYPE_CHECKING:
    from pathlib import Path

MOST_KEPT = 50
"""Lists of which it is kept which of their projects somebody may not see."""


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


def hidden_here(listing: Listing, path: Path, hidden: frozenset[str]) -> frozenset[str]:
    """Of the projects that a list speaks of, those that are kept from whoever asks.

    Somebody may be barred from names by their pattern, and of these a set has only those that are known so far; while
    the lake is away it has none.
    """
    if listing.project is None or type(hidden) is frozenset:
        return hidden
    found: dict[Path, frozenset[str]] = vars(hidden).setdefault("_of_lists", {})
    if path not in found:
        if len(found) >= MOST_KEPT:
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


def allowed(listing: Listing, hidden: frozenset[str]) -> Where:
    """What of a list may be seen at all by somebody from whom projects are hidden."""
    where = Where()
    if hidden and listing.project:
        column, declared = quoted(listing.project), listing.column(listing.project)
        kept = f"{column} NOT IN ({marks(hidden)})"
        if declared.kind is Kind.WORDS:  # it is shown while one of its projects may be
            table = words_table(declared)
            kept = (
                f"{column} = '[]' OR EXISTS (SELECT 1 FROM {table} AS w "  # noqa: S608 - declared names
                f"WHERE w.row = rows.row AND w.word NOT IN ({marks(hidden)}))"
            )
        where.add(f"({column} IS NULL OR {kept})", *sorted(hidden))
    return where


def narrowed(listing: Listing, asked: Asked, base: Where, *, without: str | None = None) -> Where:
    """The same with the filters that are asked for, but for that of one column. Raises `UsageError`."""
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
        either.append(f"row IN (SELECT row FROM {words_table(column)} WHERE word IN ({marks(plain)}))")  # noqa: S608
        bound.extend(plain)
    elif column.kind in CHOSEN_FROM and plain:
        if column.kind is Kind.YES:
            plain = [
                {"yes": "1", "true": "1", "no": "0", "false": "0"}.get(value.lower(), value)
                for value in plain
            ]
        either.append(f"{name} IN ({marks(plain)})")
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


def searched(listing: Listing, text: str, base: Where) -> Where:
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


def literal(word: str) -> str:
    """A word for `LIKE` with a backslash as ESCAPE, in which no letter stands for others."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def marks(values: Any) -> str:
    """As many question marks as there are values to bind."""
    return ", ".join("?" * len(values))
