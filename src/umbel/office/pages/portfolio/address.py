# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What somebody wants to see of a list, as the address bar has it: read from it, and written to it.

`?q=text&license=MIT&license=?&projects=10..&sort=-projects&page=2&per=100`
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from umbel.office.editions.listing import MOST_PER_PAGE, PER_PAGE, Asked, Kind, next_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from umbel.office.editions.listing import Column, Listing

SEARCH, ORDER, PAGE, PER, FORMAT = "q", "sort", "page", "per", "format"
OURS = frozenset({SEARCH, ORDER, PAGE, PER, FORMAT})
FROM, TO = ".from", ".to"
"""What the two fields of a range are called, after their column; in a shared address they are one, `2..5`."""
BETWEEN = ".."
RANGES = frozenset({Kind.NUMBER, Kind.SHARE, Kind.DAY, Kind.MOMENT})
LONGEST = 200
"""Characters of a search or of a value that are looked at."""
MOST_VALUES = 50
LAST_PAGE = 1_000_000


def asked_of(listing: Listing, query: QueryDict) -> Asked:
    """What an address asks of a list; what it can't mean is left out."""
    filters = {}
    for column in listing.columns:
        if column.filtered and (values := _values(column, query)):
            filters[column.name] = values
    return Asked(
        search=" ".join(query.get(SEARCH, "")[:LONGEST].split()),
        filters=filters,
        order=_order(listing, query.get(ORDER)),
        page=_number(query.get(PAGE), 1, LAST_PAGE),
        per_page=_number(query.get(PER), PER_PAGE, MOST_PER_PAGE),
    )


def untidy(listing: Listing, query: QueryDict) -> bool:
    """Whether an address says what could be left out, or in parts what is one: a form's, before it is shared."""
    ranges = {column.name + end for column in listing.columns for end in (FROM, TO)}
    return any(name in ranges or not all(query.getlist(name)) for name in query)


def written(listing: Listing, asked: Asked, more: Iterable[tuple[str, str]] = ()) -> str:
    """The same as the end of an address: `?q=…`; `?` where all is as it is at first."""
    pairs: list[tuple[str, str]] = [(SEARCH, asked.search)] if asked.search else []
    pairs += [(name, value) for name, values in asked.filters.items() for value in values]
    if asked.order and asked.order != listing.order:
        pairs.append((ORDER, asked.order))
    if asked.page != 1:
        pairs.append((PAGE, str(asked.page)))
    if asked.per_page != PER_PAGE:
        pairs.append((PER, str(asked.per_page)))
    return "?" + urlencode([*pairs, *more])


def with_filter(asked: Asked, name: str, values: tuple[str, ...]) -> Asked:
    """The same with other values for one column, from the first page on."""
    filters = {each: kept for each, kept in asked.filters.items() if each != name}
    if values:
        filters[name] = values
    return msgspec.structs.replace(asked, filters=filters, page=1)


def without(asked: Asked, name: str, value: str) -> Asked:
    """The same with one value fewer."""
    return with_filter(asked, name, tuple(each for each in asked.filters.get(name, ()) if each != value))


def bounds(value: str) -> tuple[str, str]:
    """The two ends of a range; empty where it is open."""
    low, _, high = value.partition(BETWEEN)
    return low, high


def _values(column: Column, query: QueryDict) -> tuple[str, ...]:
    said = [value[:LONGEST] for value in query.getlist(column.name)[:MOST_VALUES] if value.strip()]
    if column.kind in RANGES:
        low, high = (query.get(column.name + end, "").strip()[:LONGEST] for end in (FROM, TO))
        if low or high:
            said = [f"{low}{BETWEEN}{high}", *(value for value in said if value == "?")]
        said = [value for value in said if value == "?" or _is_range(column.kind, value)]
    return tuple(dict.fromkeys(said))


def _is_range(kind: Kind, value: str) -> bool:
    low, between, high = value.partition(BETWEEN)
    ends = [low, high] if between else [low]
    return any(ends) and all(not end or _is_end(kind, end) for end in ends)


def _is_end(kind: Kind, text: str) -> bool:
    from datetime import date

    try:
        if kind in {Kind.DAY, Kind.MOMENT}:
            date.fromisoformat(text[:10])
            return True
        return abs(float(text)) < 1e18  # neither infinite nor no number
    except ValueError:
        return False


def _order(listing: Listing, text: str | None) -> str | None:
    if not text:
        return None
    try:
        column = next_named(listing.columns, text.removeprefix("-"))
    except KeyError:
        return None
    return None if column.kind is Kind.WORDS else text


def _number(text: str | None, otherwise: int, most: int) -> int:
    try:
        return min(max(int(text or otherwise), 1), most)
    except ValueError:
        return otherwise
