# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables that can be read as they are, and be sorted and filtered where scripts run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from umbel.reports.markup import Html, element, join, short, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

Kind = Literal["text", "number", "day", "wide"]


class Column(msgspec.Struct, frozen=True):
    """A heading and how its cells are sorted and set."""

    heading: str
    kind: Kind = "text"


def table(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Html:
    """A table whose first column names the row. A cell is text, a number, a day, `Html`, or None: unknown."""
    heads = [
        element(
            "th",
            element("span", column.heading),
            scope="col",
            data_kind=column.kind,
            class_="number" if column.kind == "number" else None,
        )
        for column in columns
    ]
    body = join([_line(columns, row) for row in rows])
    inner = element(
        "table",
        element("thead", element("tr", *heads)),
        element("tbody", body),
        class_="sortable",
        data_name=name,
        aria_labelledby=f"{name}-title",
    )
    return element("div", inner, class_="sheet", role="region", tabindex="0", aria_labelledby=f"{name}-title")


def _line(columns: Sequence[Column], row: Sequence[Any]) -> Html:
    # Built by hand: a page has tens of thousands of cells, and every value passes through `_value`.
    cells = [f'<th scope="row">{_value(row[0])}</th>']
    cells += [
        f"<td{_CLASS[column.kind, value is None]}>{'unknown' if value is None else _value(value)}</td>"
        for column, value in zip(columns[1:], row[1:], strict=True)
    ]
    return Html(f"<tr>{''.join(cells)}</tr>\n")


_CLASS = {
    (kind, unknown): f' class="{" ".join(names)}"' if names else ""
    for kind in get_args(Kind)
    for unknown in (False, True)
    if (names := [kind] * (kind != "text") + ["unknown"] * unknown) or True
}


def _value(value: Any) -> Html:
    if isinstance(value, Html):
        return value
    if isinstance(value, int):
        return Html(f"{value:,}")
    return text(short(value)) if value is not None else Html('<span class="unknown">unknown</span>')


def day(value: date | None) -> str | None:
    """The day of a date or moment."""
    return None if value is None else f"{value:%Y-%m-%d}"


def left_out(shown: int, every: int, what: str, command: str) -> Html:
    """How many rows a table doesn't show, and how to get all; empty where it shows them all."""
    if every <= shown:
        return Html()
    rest = f"{every - shown:,} {'is' if every - shown == 1 else 'are'} left out"
    return element(
        "p",
        f"The first {shown:,} of {every:,} {what} are shown, {rest}. All of them: ",
        element("code", command),
        class_="note",
    )
