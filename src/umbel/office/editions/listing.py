# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lists that people search, filter, sort and take away: how one is declared, asked, and answered."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from umbel.office.editions.interface import Shared

PER_PAGE = 50
MOST_PER_PAGE = 500


class Kind(StrEnum):
    """What a column holds. Unknown is NULL in each of them."""

    TEXT = "text"
    NUMBER = "number"
    """A count or an amount; sorted with unknown last."""
    SHARE = "share"
    """0 to 1, shown in percent."""
    DAY = "day"
    MOMENT = "moment"
    YES = "yes"
    """True, false or unknown."""
    WORDS = "words"
    """Several texts (an Arrow list); a filter asks whether one of them is there."""
    OUTCOME = "outcome"
    """pass, warn, fail, unknown …: shown as a badge."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a list."""

    name: str
    title: str
    kind: Kind = Kind.TEXT
    about: str = ""
    """What it says, in a sentence: shown as the heading's help."""
    filtered: bool = False
    """Offered as a filter: its values with their counts (text, words, yes, outcome), or from–to (number, day)."""
    searched: bool = False
    """Found by the search field."""
    shown: bool = True
    """Whether it is a column of the page; CSV and JSON have all of them."""
    link: str | None = None
    """The name of the route that a value leads to, with the row's `key` as its argument; None: plain."""
    link_key: str = "key"
    """Another column that holds the argument."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list of things of one kind. `rows` gives an Arrow table with the columns' names, and `key` (unique, text)."""

    name: str
    title: str
    noun: tuple[str, str]
    """One, several: "package", "packages"."""
    about: str
    columns: tuple[Column, ...]
    order: str
    """The column by which it is sorted at first; `-name`: largest first."""
    rows: Callable[[Shared], pa.Table]
    project: str | None = None
    """The column with the name of the project that a row belongs to: rows of confidential projects are left out."""
    counts: tuple[str, ...] = ()
    """Columns over the projects that `project` names: how many they are, told without those that are kept from whoever
    asks; and further figures over them, which aren't told then."""
    detail: str | None = None
    """The route of one row's own page, with `key` as its argument."""
    global_search: str | None = None
    """Said beside its hits in the search of the whole office ("package"); None: not found there."""
    empty: str = "Nothing was collected yet."
    empty_hint: str = ""

    def column(self, name: str) -> Column:
        """A column by its name. Raises `KeyError`."""
        return next_named(self.columns, name)


def next_named(columns: tuple[Column, ...], name: str) -> Column:
    """A column by its name. Raises `KeyError`."""
    for column in columns:
        if column.name == name:
            return column
    raise KeyError(name)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to see of a list."""

    search: str = ""
    filters: Mapping[str, tuple[str, ...]] = {}
    """By column: the values that are let through (any of them); `lo..hi` for numbers and days, `?` for unknown."""
    order: str | None = None
    page: int = 1
    per_page: int = PER_PAGE
    after: str | None = None
    """A cursor of the API: the place after which to go on; takes the place of `page`."""


class Choice(msgspec.Struct, frozen=True):
    """A value that can be filtered by, with how many rows have it under the other filters."""

    value: str
    count: int
    chosen: bool = False


Row = dict[str, Any]
"""A row as it was stored: lists for words, dates and moments as ISO text, None for unknown."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list."""

    rows: list[Row]
    total: int
    """Rows that were let through, of `whole`."""
    whole: int
    page: int
    pages: int
    order: str
    choices: Mapping[str, list[Choice]] = {}
    """By filtered column, most frequent first; bounded."""
    forgiven: bool = False
    """Nothing matched as it was written; these are alike."""
    next: str | None = None
    """The cursor of what comes after, for the API."""
