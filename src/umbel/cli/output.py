# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Printing answers: as a table for people, as JSON, NDJSON or CSV for programs."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from umbel.cli.options import TABLE_ROWS, Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Shown = Mapping[str, Callable[[dict[str, Any]], str]]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def emit(
    records: Sequence[dict[str, Any]],
    how: Format,
    *,
    columns: Shown,
    limit: int | None = None,
    title: str | None = None,
    nothing: str = "Nothing found.",
) -> None:
    """Print records: all their fields for programs, the `columns` for people.

    `columns` maps a heading to what it shows of a record; a heading that ends in `#` is a number.
    """
    if how is not Format.table:
        with readers_may_leave():
            _PROGRAMS[how](records if not limit else records[:limit])
        return
    if not records:
        print(nothing)
        return
    most = TABLE_ROWS if limit is None else limit or len(records)
    with readers_may_leave():
        _table(records[:most], columns, title)
    if len(records) > most:
        print(f"… and {len(records) - most:,} more (--limit 0 shows all)", file=sys.stderr)


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """End quietly when nobody reads on (`umbel inventory | head`)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def structs(values: Sequence[msgspec.Struct]) -> list[dict[str, Any]]:
    """Typed records as flat objects."""
    return [msgspec.structs.asdict(value) for value in values]


def clean(value: object) -> str:
    """Text that can't move the cursor, ring or colour: what a document says is not trusted."""
    text = str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def unknown(value: object) -> str:
    """A value, or `?` for what nobody said."""
    return "?" if value is None else clean(value)


def yes_no(value: bool | None) -> str:  # noqa: FBT001 - a value, not a switch
    """yes, no or ?."""
    return "?" if value is None else "yes" if value else "no"


def day(value: Any) -> str:
    """The day of a moment."""
    return "–" if value is None else f"{value:%Y-%m-%d}"


def number(value: int | None) -> str:
    """A number with thousands set apart."""
    return "?" if value is None else f"{value:,}"


def counted(value: int, noun: str, many: str | None = None) -> str:
    """A number and its noun: 1 project, 2 projects; `many` where an s doesn't do (2 histories)."""
    return f"{value:,} {noun if value == 1 else many or noun + 's'}"


def _json(records: Sequence[dict[str, Any]]) -> None:
    encoded = msgspec.json.encode(list(records))
    sys.stdout.write(msgspec.json.format(encoded, indent=2).decode() + "\n")


def _ndjson(records: Sequence[dict[str, Any]]) -> None:
    encode = msgspec.json.Encoder().encode
    for record in records:
        sys.stdout.write(encode(record).decode() + "\n")


def _csv(records: Sequence[dict[str, Any]]) -> None:
    import csv

    if not records:
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(records[0])
    for record in records:
        writer.writerow([_cell(value) for value in record.values()])


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet takes for text: what a document says must not become a formula."""
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value.isoformat() if hasattr(value, "isoformat") else value


_PROGRAMS = {Format.json: _json, Format.ndjson: _ndjson, Format.csv: _csv}


def _table(records: Sequence[dict[str, Any]], columns: Shown, title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for heading in columns:
        right = heading.endswith("#")
        table.add_column(heading.rstrip("#"), justify="right" if right else "left", overflow="fold")
    for record in records:
        table.add_row(*(show(record) for show in columns.values()))
    terminal = sys.stdout.isatty()
    # Without a terminal nothing is folded: pipes and files get whole lines.
    Console(width=None if terminal else 400, markup=False, highlight=False, emoji=False).print(table)
