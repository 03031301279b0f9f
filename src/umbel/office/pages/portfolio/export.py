# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A list taken away: all rows that somebody sees, as CSV for a spreadsheet or as JSON, sent while they are read."""

from __future__ import annotations

import csv
import io
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from umbel.office.editions.listing import Kind
from umbel.reports.spreadsheet import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.office.editions.listing import Column, Listing, Row

BATCH = 500
_MARK = "\ufeff"
"""Without it some spreadsheets read UTF-8 as something else."""


def as_csv(listing: Listing, rows: Iterable[Row]) -> Iterator[bytes]:
    """All columns with their names at the top."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write(_MARK)
    names = _names(listing)
    writer.writerow(names)
    columns = [next((c for c in listing.columns if c.name == name), None) for name in names]
    for some in _batches(rows):
        for row in some:
            writer.writerow(
                [sheet_cell(row.get(n), column) for n, column in zip(names, columns, strict=True)]
            )
        yield out.getvalue().encode("utf-8", "replace")
        out.seek(0)
        out.truncate()
    if out.tell():
        yield out.getvalue().encode("utf-8", "replace")


def as_json(listing: Listing, rows: Iterable[Row], about: dict[str, Any]) -> Iterator[bytes]:
    """One record: what it is of, and `rows`."""
    names = _names(listing)
    head = json.dumps({**about, "rows": []}, ensure_ascii=False)
    yield head[:-2].encode("utf-8", "replace")
    between = ""
    for some in _batches(rows):
        parts = [json.dumps({name: row.get(name) for name in names}, ensure_ascii=False) for row in some]
        yield (between + ",\n".join(parts)).encode("utf-8", "replace")
        between = ",\n"
    yield b"]}\n"


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Some hundred rows at a time: a write for each would be slow, all at once would fill memory."""
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        yield some


def sheet_cell(value: Any, column: Column | None = None) -> Any:
    """A cell that a spreadsheet takes for text: what a document says must not become a formula."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " | ".join(str(each) for each in value)
    if column is not None and column.kind is Kind.YES:
        return {True: "yes", False: "no"}.get(bool(value))
    return as_text(value) if isinstance(value, str) else value


def _names(listing: Listing) -> list[str]:
    """All columns but the one that only says to whom a row shows: it names projects that not everybody may see."""
    named = [c.name for c in listing.columns if not (c.name == listing.project and c.kind is Kind.WORDS)]
    return named if "key" in named else ["key", *named]
