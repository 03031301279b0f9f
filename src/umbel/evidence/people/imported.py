# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Affiliations that were imported: `decisions/affiliations/*.csv`, one file an import.

A line is `domain` or `address`, the domain or the address's handle (never the address), the first
day, the day it ends, and the organisation (`unknown` where there is none). To undo an import, delete its file.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from umbel.evidence.people import addresses
from umbel.evidence.people.affiliations import Affiliations, Span, moment, named
from umbel.evidence.people.decisions import UNKNOWN, replace
from umbel.evidence.people.handles import of_address
from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = "decisions/affiliations"
_COLUMNS = ["what", "key", "since", "until", "organisation"]


class Row(NamedTuple):
    """What a file says of a domain or an address: for whom, from a day until before another."""

    what: str
    key: str
    since: date | None
    until: date | None
    organisation: str


def load(folder: Path) -> Affiliations:
    """Everything imported; of two files that speak of the same, the later name in the alphabet wins."""
    found: dict[str, dict[str, list[Span]]] = {"domain": {}, "address": {}}
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        fresh: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for row in read(path):
            span = Span(moment(row.since), moment(row.until), named(row.organisation))
            fresh[row.what, row.key].append(span)
        for (what, key), spans in fresh.items():
            found[what][key] = spans
    return Affiliations(found["domain"], found["address"])


def read(path: Path) -> list[Row]:
    """The rows of one imported file. Raises `SettingsError` with every line that is wrong."""
    rows, faults = [], []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, line in enumerate(csv.reader(file), 1):
                if number == 1 or not line:
                    continue
                try:
                    rows.append(_row(line))
                except ValueError as error:
                    faults.append(Fault("affiliation", str(error), f"line {number}"))
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}.") from error
    if faults:
        raise SettingsError(path, faults[:20])
    return rows


def _row(line: list[str]) -> Row:
    if len(line) != len(_COLUMNS) or line[0] not in {"domain", "address"}:
        raise ValueError("must be domain or address, its key, first day, end and organisation")
    since, until = (date.fromisoformat(day) if day else None for day in line[2:4])
    return Row(line[0], line[1].casefold(), since, until, line[4])


def write(folder: Path, name: str, rows: Iterable[Row], salt: bytes) -> int:
    """Keep an import under a name, addresses as handles only; gives the number of its rows."""
    kept = sorted({_kept(row, salt) for row in rows}, key=lambda row: [str(cell or "") for cell in row])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = [_COLUMNS, *([_cell(cell) for cell in row] for row in kept)]
        replace(folder / f"{name}.csv", "".join(_line(line) for line in lines))
    except OSError as error:
        raise UsageError(f"{folder} can't be written: {error.strerror}.") from error
    return len(kept)


def _kept(row: Row, salt: bytes) -> Row:
    organisation = named(row.organisation) or UNKNOWN
    if row.what == "address":
        return row._replace(key=of_address(salt, addresses.parse(row.key)), organisation=organisation)
    return row._replace(key=row.key.casefold().strip("@. "), organisation=organisation)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _line(cells: list[str]) -> str:
    return ",".join('"' + c.replace('"', '""') + '"' if set(c) & set(',"\r\n') else c for c in cells) + "\n"


def forget(folder: Path, handles: Iterable[str]) -> int:
    """Take the lines of these addresses out of every import; gives their number."""
    lost, gone = set(handles), 0
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not (line.startswith("address,") and line.split(",")[1] in lost)]
        if len(kept) < len(lines):
            gone += len(lines) - len(kept)
            replace(path, "".join(kept))
    return gone
