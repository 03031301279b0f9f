# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The page of any list: search, filters in the address, sort, pages, and the same to take away.

One line of a view is a whole page: `return list_page(request, PACKAGES)`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render

from umbel.office import seen
from umbel.office.editions import Kind, every_of, list_of
from umbel.office.editions.listing import MOST_PER_PAGE, PER_PAGE
from umbel.office.errors import refused
from umbel.office.pages.portfolio import address, cells, export
from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from umbel.office.editions import Asked, Choice, Column, Found, Listing, Page, Row
    from umbel.office.seen import Seen

PER_PAGES = (25, PER_PAGE, 100, 250, MOST_PER_PAGE)
AROUND = 2
"""Pages on each side of the current one that are offered."""
_YES = {"true": "yes", "false": "no", "1": "yes", "0": "no"}


class Heading(NamedTuple):
    """A column's head."""

    column: Column
    css: str
    href: str | None
    """What sorts by it; None: it can't be sorted."""
    sorted: str | None
    """`ascending`, `descending`, or None."""


class Option(NamedTuple):
    """A value that may be chosen."""

    value: str
    label: str
    number: int | None
    """How many rows have it under the other filters."""
    chosen: bool
    href: str


class Field(NamedTuple):
    """A filter: values to choose among, or a range."""

    column: Column
    options: list[Option]
    is_range: bool
    low: str
    high: str
    input: str
    """What kind of field the ends of a range are: number or date."""
    active: bool


class Chip(NamedTuple):
    """A filter that is set, and the address without it."""

    title: str
    label: str
    href: str


class Step(NamedTuple):
    """A page that is offered; `number` None is a gap."""

    number: int | None
    href: str | None = None
    current: bool = False


class Source:
    """Where a page's rows come from: the edition's list."""

    def __init__(self, listing: Listing) -> None:
        """Of a list."""
        self.listing = listing

    def page(self, asked: Asked, looks: Seen) -> Found[Page]:
        """A page of it."""
        return list_of(self.listing, asked, looks)

    def every(self, asked: Asked, looks: Seen) -> Found[Iterator[Row]]:
        """All rows that are asked for."""
        return every_of(self.listing, asked, looks)


def list_page(
    request: HttpRequest,
    listing: Listing,
    template: str = "portfolio/list.html",
    *,
    source: Source | None = None,
    **context: Any,
) -> HttpResponseBase:
    """A list as somebody asks for it: as a page, or with `?format=csv` or `json` to take away."""
    rows = source or Source(listing)
    wanted = request.GET.get(address.FORMAT)
    asked = address.asked_of(listing, request.GET)
    if wanted:
        return _taken_away(request, rows, asked, wanted)
    if address.untidy(listing, request.GET):
        return HttpResponseRedirect(request.path + address.written(listing, asked, _kept(request)))
    found = rows.page(asked, seen.of(request))
    return render(request, template, {**list_context(request, listing, asked, found), **context})


def page_context(request: HttpRequest, listing: Listing, asked: Asked | None = None) -> dict[str, Any]:
    """What `portfolio/_list.html` shows: also for a list that is a part of another page."""
    asked = asked or address.asked_of(listing, request.GET)
    return list_context(request, listing, asked, list_of(listing, asked, seen.of(request)))


def list_context(request: HttpRequest, listing: Listing, asked: Asked, found: Found[Page]) -> dict[str, Any]:
    """The same of a page that was found already."""
    page = found.value
    write = _Writer(request, listing)
    shown = [column for column in listing.columns if column.shown]
    context: dict[str, Any] = {
        "listing": listing,
        "asked": asked,
        "list_found": found,
        "page": page,
        "plain": request.path,
    }
    context["hidden"] = _hidden(request, asked, listing)
    if page is None:
        return context
    return context | {
        "noun": listing.noun[0] if page.total == 1 else listing.noun[1],
        "alike": "is alike." if page.total == 1 else "are alike.",
        "total": f"{page.total:,}",
        "whole": f"{page.whole:,}",
        "headings": [_heading(column, page.order, asked, write) for column in shown],
        "rows": cells.cells(shown, page.rows),
        "fields": [_field(column, page, asked, write) for column in listing.columns if column.filtered],
        "chips": _chips(listing, asked, write),
        "steps": _steps(page, asked, write) if page.pages > 1 else [],
        "pers": [_per(number, asked, write) for number in PER_PAGES] if page.total > PER_PAGES[0] else [],
        "csv": write(asked, (address.FORMAT, "csv")),
        "json": write(asked, (address.FORMAT, "json")),
        "narrowed": bool(asked.search or asked.filters),
    }


class _Writer:
    """Writes addresses of the same list."""

    def __init__(self, request: HttpRequest, listing: Listing) -> None:
        self._listing = listing
        self._kept = _kept(request)

    def __call__(self, asked: Asked, *more: tuple[str, str]) -> str:
        return address.written(self._listing, asked, [*self._kept, *more])


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What an address says beside the list: the day that is looked at."""
    day = request.GET.get("as_of")
    return [("as_of", day)] if day else []


def _hidden(request: HttpRequest, asked: Asked, listing: Listing) -> list[tuple[str, str]]:
    """What the form must not lose, since it has no field for it."""
    pairs = _kept(request)
    if asked.order and asked.order != listing.order:
        pairs.append((address.ORDER, asked.order))
    if asked.per_page != PER_PAGE:
        pairs.append((address.PER, str(asked.per_page)))
    return pairs


def _heading(column: Column, order: str, asked: Asked, write: _Writer) -> Heading:
    css = "number" if column.kind in cells.NUMBERS else column.kind.value
    if column.kind is Kind.WORDS:
        return Heading(column, css, None, None)
    falls_first = column.kind in address.RANGES
    now = "descending" if order == f"-{column.name}" else "ascending" if order == column.name else None
    falls = now == "ascending" if now else falls_first
    turned = msgspec.structs.replace(asked, order=f"-{column.name}" if falls else column.name, page=1)
    return Heading(column, css, write(turned), now)


def _field(column: Column, page: Page, asked: Asked, write: _Writer) -> Field:
    said = asked.filters.get(column.name, ())
    is_range = column.kind in address.RANGES
    span = next((value for value in said if value != "?"), "") if is_range else ""
    low, high = address.bounds(span) if address.BETWEEN in span else (span, span)
    options = [_option(column, choice, asked, write) for choice in page.choices.get(column.name, ())]
    listed = {option.value for option in options}
    if not is_range:  # what was chosen stays to be seen, however few rows have it
        options += [
            Option(
                value=value,
                label=label(column, value),
                number=None,
                chosen=True,
                href=write(address.without(asked, column.name, value)),
            )
            for value in said
            if value not in listed
        ]
    kind = "date" if column.kind in {Kind.DAY, Kind.MOMENT} else "number"
    return Field(column, options, is_range, low, high, kind, bool(said))


def _option(column: Column, choice: Choice, asked: Asked, write: _Writer) -> Option:
    said = asked.filters.get(column.name, ())
    chosen = choice.value in said
    turned = tuple(value for value in said if value != choice.value) if chosen else (*said, choice.value)
    href = write(address.with_filter(asked, column.name, turned))
    return Option(choice.value, label(column, choice.value), choice.count, chosen, href)


def label(column: Column, value: str) -> str:
    """A filter's value in words."""
    if value == "?":
        return "unknown"
    if column.kind is Kind.YES:
        return _YES.get(value.casefold(), printable(value))
    if column.kind in address.RANGES:
        low, high = address.bounds(value)
        if address.BETWEEN not in value:
            return value
        return f"from {low}" if not high else f"up to {high}" if not low else f"{low} to {high}"
    return short(printable(value), 60)


def _chips(listing: Listing, asked: Asked, write: _Writer) -> list[Chip]:
    chips = []
    if asked.search:
        cleared = msgspec.structs.replace(asked, search="", page=1)
        chips.append(Chip("Search", short(printable(asked.search), 60), write(cleared)))
    for name, values in asked.filters.items():
        column = listing.column(name)
        chips += [
            Chip(column.title, label(column, value), write(address.without(asked, name, value)))
            for value in values
        ]
    return chips


def _steps(page: Page, asked: Asked, write: _Writer) -> list[Step]:
    """The first, the last, and those around the current one."""
    near = {
        number for number in range(page.page - AROUND, page.page + AROUND + 1) if 1 <= number <= page.pages
    }
    steps: list[Step] = []
    before = 0
    for number in sorted({1, page.pages} | near):
        if number > before + 1:
            steps.append(Step(None))
        steps.append(Step(number, write(msgspec.structs.replace(asked, page=number)), number == page.page))
        before = number
    return steps


def _per(number: int, asked: Asked, write: _Writer) -> Step:
    turned = msgspec.structs.replace(asked, per_page=number, page=1)
    return Step(number, write(turned), number == asked.per_page)


def _taken_away(request: HttpRequest, source: Source, asked: Asked, wanted: str) -> HttpResponseBase:
    if wanted not in {"csv", "json"}:
        return refused(
            request, 422, f"There is no format {wanted[:20]!r} of a list.", "There are: csv, json."
        )
    looks, listing = seen.of(request), source.listing
    every = source.every(asked, looks)
    page = source.page(msgspec.structs.replace(asked, page=1, per_page=1), looks).value
    if every.value is None or every.edition is None or page is None:
        return refused(request, 503, "This list is being made.", every.why or "Try again in a minute.")
    day, names = (looks.day or every.edition.day).isoformat(), export.columns(listing)
    if wanted == "csv":
        sent, kind = export.as_csv(names, every.value), "text/csv; charset=utf-8"
    else:
        about = {
            "list": listing.name,
            "day": day,
            "edition": every.edition.key,
            "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "asked": address.written(listing, asked),
            "total": page.total,
            "whole": page.whole,
            "alike": page.forgiven,
        }
        sent, kind = export.as_json(names, every.value, about), "application/json"
    response = StreamingHttpResponse(sent, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{listing.name}-{day}.{wanted}"'
    return response
