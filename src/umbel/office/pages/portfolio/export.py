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
    from collections.abc import Iterable, Iterator, Mapping

    from umbel.office.editions.listing import Listing, Row

BATCH = 500
_MARK = "\ufeff"
"""Without it some spreadsheets read UTF-8 as something else."""


def as_csv(names: Mapping[str, Kind], rows: Iterable[Row]) -> Iterator[bytes]:
    """All columns, by what each holds, with their names at the top."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write(_MARK)
    writer.writerow(names)
    for some in _batches(rows):
        for row in some:
            writer.writerow([sheet_cell(row.get(name), kind) for name, kind in names.items()])
        yield out.getvalue().encode("utf-8", "replace")
        out.seek(0)
        out.truncate()
    if out.tell():
        yield out.getvalue().encode("utf-8", "replace")


def as_json(names: Mapping[str, Kind], rows: Iterable[Row], about: dict[str, Any]) -> Iterator[bytes]:
    """One record: what it is of, and `rows`."""
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


def sheet_cell(value: Any, kind: Kind = Kind.TEXT) -> Any:
    """A cell that a spreadsheet takes for text: what a document says must not become a formula."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " | ".join(str(each) for each in value)
    if kind is Kind.YES:
        return {True: "yes", False: "no"}.get(bool(value))
    return as_text(value) if isinstance(value, str) else value


def columns(listing: Listing) -> dict[str, Kind]:
    """All columns but the one that only says to whom a row shows: it names projects that not everybody may see."""
    named = {
        each.name: each.kind
        for each in listing.columns
        if not (each.name == listing.project and each.kind is Kind.WORDS)
    }
    return named if "key" in named else {"key": Kind.TEXT, **named}
