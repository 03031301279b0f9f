# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of a list as a page shows them: each value in words, with what it leads to."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe

from umbel.office.editions.listing import Kind
from umbel.office.templatetags.marks import outcome
from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.office.editions.listing import Column, Row

MOST_WORDS = 4
MOST_CHARACTERS = 120
NUMBERS = frozenset({Kind.NUMBER, Kind.SHARE})
WHOLE = 36
"""Characters up to which a value stays in one line."""
HREF = " leads to"
"""Ends the name of what a row may hold beside a value: the address that it leads to, where its column can't say."""
_TEXTS = frozenset({Kind.TEXT, Kind.WORDS})
_YES = {True: "yes", False: "no"}


class Cell(NamedTuple):
    """One value of a row: `text` is None where it is unknown."""

    text: str | None
    css: str
    """What kind it is, for the style sheet."""
    href: str | None = None
    title: str | None = None
    """All of it, where `text` is shortened."""
    badge: str | None = None
    """The outcome that a badge is coloured by."""

    @property
    def html(self) -> SafeString:
        """As it stands in a table. A page has five hundred, for which a template takes half of its time."""
        title = f' title="{escape(self.title)}"' if self.title else ""
        return mark_safe(f'<td class="{self.css}"{title}>{self._inner()}</td>')  # noqa: S308 - each part is escaped

    def _inner(self) -> str:
        if self.text is None:
            return '<span class="unknown" title="unknown">?</span>'
        if self.badge:
            return str(outcome(self.badge, self.text))
        if self.href:
            parted = escape(self.text).replace("/", "<wbr>/")  # between which a line may end
            return f'<a href="{escape(self.href)}">{parted}</a>'
        return escape(self.text)


def cells(columns: Iterable[Column], rows: Iterable[Row]) -> list[list[Cell]]:
    """Rows of a page in the order of its columns."""
    chosen, listed = list(columns), list(rows)
    decimals = [_decimals(column, listed) for column in chosen]
    return [
        [_cell(column, row, each) for column, each in zip(chosen, decimals, strict=True)] for row in listed
    ]


def _decimals(column: Column, rows: Iterable[Row]) -> int:
    """Digits behind the point that a column's numbers need, at most two: all alike, so that they stand in line."""
    if column.kind is not Kind.NUMBER:
        return 0
    values = (row.get(column.name) for row in rows)
    written = (f"{value:.2f}".rstrip("0") for value in values if isinstance(value, float))
    return max((len(each.partition(".")[2]) for each in written), default=0)


def words(kind: Kind, value: Any) -> str | None:
    """A value as people read it; None is unknown."""
    if value is None:
        return None
    if kind is Kind.NUMBER:
        return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
    if kind is Kind.SHARE:
        return percent(value)
    if kind is Kind.YES:
        return _YES.get(value, str(value))
    if kind in {Kind.DAY, Kind.MOMENT}:
        return str(value)[:10]
    return printable(value)


def percent(share: float) -> str:
    """A share: what is not nothing is never shown as such, nor what is not all as all."""
    text = f"{share * 100:.0f}"
    if text == "0" and share > 0:
        return "< 1 %"
    return "> 99 %" if text == "100" and share < 1 else f"{text} %"


def _cell(column: Column, row: Row, decimals: int = 0) -> Cell:
    value = row.get(column.name)
    css = "number" if column.kind in NUMBERS else column.kind.value
    if value is None:
        return Cell(None, f"{css} whole")
    if column.kind is Kind.WORDS:
        return _several(value, css)
    if column.kind is Kind.NUMBER and decimals:
        return Cell(f"{value:,.{decimals}f}", css, _href(column, row))
    text = words(column.kind, value) or ""
    shown = short(text, MOST_CHARACTERS)
    css = f"{css} whole" if column.kind in _TEXTS and len(shown) <= WHOLE else css
    title = short(text, 1000) if shown != text else str(value) if column.kind is Kind.MOMENT else None
    badge = text if column.kind is Kind.OUTCOME else None
    return Cell(shown, css, _href(column, row), title, badge)


def _several(values: list[str], css: str) -> Cell:
    if not values:
        return Cell("–", f"{css} whole", title="none")
    said = [printable(value) for value in values]
    left = len(said) - MOST_WORDS
    shown = ", ".join(short(each, MOST_CHARACTERS // 2) for each in said[:MOST_WORDS])
    css = f"{css} whole" if len(shown) <= WHOLE else css
    if left <= 0:
        return Cell(shown, css)
    return Cell(f"{shown} + {left:,}", css, title=short(", ".join(said), 1000))


def _href(column: Column, row: Row) -> str | None:
    if (there := row.get(f"{column.name}{HREF}")) is not None:
        return str(there)
    key = row.get(column.link_key)
    return _reversed(column.link, str(key)) if column.link and key is not None else None


@lru_cache(maxsize=1 << 12)
def _reversed(route: str, key: str) -> str | None:
    try:
        return reverse(route, args=[key])
    except NoReverseMatch:  # a page that can't be had of such a name
        return None
