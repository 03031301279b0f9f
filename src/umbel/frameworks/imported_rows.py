# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A table that somebody gave us, as days with their values: read with care, every fault with its line.

What can be read in two ways (1.234 in a table of semicolons, 03/04/2026, one day twice) is not read but named.
"""

from __future__ import annotations

import csv
import io
import math
import re
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pyarrow as pa

    from umbel.frameworks.interface import Unit

LARGEST = 4 << 20
"""Bytes of a file."""
MOST_ROWS = 100_000
MOST_FAULTS = 20
MOST = 1e15
COLUMNS = ("day", "value", "numerator", "denominator")
_NEAR = 0.005
"""How far a stated share may lie from its numerator by its denominator: people round."""
_SPACES = re.compile(r"(?<=\d)[\s'\u2019\u00a0\u202f](?=\d{3}(?!\d))|\s+(?=%$)")
"""What groups thousands, or stands before a per cent sign: "1 5" is no 15."""
_POINT = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?[qQ]([1-4])", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_YES = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


class Row(NamedTuple):
    """What is stated of a day; a value of None was left empty: nobody knows."""

    day: date
    value: float | None
    numerator: float | None = None
    denominator: float | None = None


class Rows(NamedTuple):
    """The sound rows by day, and what is wrong with the others."""

    rows: list[Row]
    faults: list[Fault]


class _Line(NamedTuple):
    place: str
    cells: tuple[Any, ...]


class _UnsoundError(Exception):
    pass


def nothing(message: str, place: str = "the file") -> Rows:
    """No row could be read, and why."""
    return Rows([], [Fault("series", message, place)])


def of_file(folder: Path, name: str, unit: Unit) -> Rows:
    """Read a CSV or Parquet file inside of a folder; one that leads out of it, or is too large, is not opened."""
    try:
        path = readable(folder, name)
        if isinstance(path, str):
            return nothing(path)
        return of_parquet(path, unit) if path.suffix == ".parquet" else of_csv(path.read_bytes(), unit)
    except (OSError, ValueError, RuntimeError) as error:
        return nothing(f"can't be read: {getattr(error, 'strerror', None) or error}")


def readable(folder: Path, name: str) -> Path | str:
    """The file of a name inside of a folder; or why it isn't opened."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        return "lies outside of the workspace's folder"
    if not path.is_file():
        return "is not there" if not path.exists() else "is no regular file"
    return f"is larger than {LARGEST >> 20} MiB" if path.stat().st_size > LARGEST else path


def of_csv(content: bytes, unit: Unit) -> Rows:
    """Read a CSV with commas, semicolons or tabs; numbers with a decimal point, or a comma where cells allow."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return nothing("is no UTF-8 text: save it as CSV UTF-8", f"byte {error.start}")
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[_Line] = []
    heading: list[str] | None = None
    faults: list[Fault] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if heading is None:
                heading = [cell.strip().casefold() for cell in cells]
                continue
            place = f"line {reader.line_num}"
            if len(cells) != len(heading):
                faults.append(
                    Fault("series", f"has {len(cells)} cells, and the heading {len(heading)}", place)
                )
                continue
            lines.append(_Line(place, tuple(cells)))
            if len(lines) > MOST_ROWS:
                return nothing(f"has more than {MOST_ROWS:,} rows", place)
    except csv.Error as error:
        faults.append(Fault("series", f"is no CSV: {error}", f"line {reader.line_num}"))
    picked = _picked(heading or [], unit, lines)
    if isinstance(picked, str):
        return nothing(picked, "line 1")
    return _sound(picked, unit, faults, "." if delimiter == "," else None)


def of_parquet(path: Path, unit: Unit) -> Rows:
    """Read a Parquet file; only the columns that mean something are."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            if file.metadata.num_rows > MOST_ROWS:
                return nothing(f"has more than {MOST_ROWS:,} rows")
            names = [name for name in file.schema_arrow.names if _known(name)]
            return of_table(file.read(columns=names), unit)
    except pa.ArrowException as error:
        return nothing(f"is no Parquet file: {str(error).partition(chr(10))[0][:120]}")


def of_table(table: pa.Table, unit: Unit) -> Rows:
    """Take an Arrow table: days as dates, times or texts, numbers of any kind."""
    if table.num_rows > MOST_ROWS:
        return nothing(f"has more than {MOST_ROWS:,} rows")
    columns = [column.to_pylist() for column in table.columns]
    lines = [_Line(f"row {number}", cells) for number, cells in enumerate(zip(*columns, strict=True), 1)]
    picked = _picked([name.strip().casefold() for name in table.column_names], unit, lines)
    return nothing(picked, "the columns") if isinstance(picked, str) else _sound(picked, unit, [], ".")


def ahead(rows: Iterable[Row], today: date) -> list[Fault]:
    """Days that had not come yet: of what has happened nothing can be known of them."""
    return [
        Fault("series", "lies in the future, and counts from that day on", str(row.day))
        for row in rows
        if row.day > today
    ][:MOST_FAULTS]


def day_of(value: Any) -> date:
    """The day that a cell means: 2026-03-31, 31.03.2026, or the last of 2026-03 or 2026-Q1. Raises `ValueError`."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = str(value).strip()
    if found := _QUARTER.fullmatch(text):
        return _last(int(found[1]), int(found[2]) * 3)
    if found := _MONTH.fullmatch(text):
        return _last(int(found[1]), int(found[2]))
    if found := _DOTTED.fullmatch(text):
        return date(int(found[3]), int(found[2]), int(found[1]))
    if not _DAY.fullmatch(text[:10]):
        raise ValueError(text)
    return datetime.fromisoformat(text).date()


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _known(name: str) -> bool:
    return name.strip().casefold() in (*COLUMNS, "date")


def _delimiter(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=heading.count)


def _picked(heading: Sequence[str], unit: Unit, lines: Sequence[_Line]) -> list[_Line] | str:
    """Each line as day, value, numerator, denominator; or what the heading lacks."""
    names = ["day" if name == "date" else name for name in heading]
    if len({name for name in names if name in COLUMNS}) != sum(name in COLUMNS for name in names):
        return "names a column twice"
    if "day" not in names:
        return "has no column 'day': the heading is day,value (and numerator,denominator of a share)"
    if "value" not in names and not (unit == "share" and {"numerator", "denominator"} <= set(names)):
        return "has no column 'value'"
    places = [names.index(name) if name in names else None for name in COLUMNS]
    return [_Line(line.place, tuple(None if p is None else line.cells[p] for p in places)) for line in lines]


def _sound(lines: Sequence[_Line], unit: Unit, faults: list[Fault], mark: str | None) -> Rows:
    cells = (cell for line in lines for cell in line.cells[1:] if isinstance(cell, str) and cell.strip())
    mark = _mark([_bare(cell).removesuffix("%") for cell in cells]) or mark
    if mark == "both":
        return nothing("has numbers with a decimal comma and with a decimal point: use one of them")
    found: dict[date, list[tuple[str, Row]]] = {}
    for line in lines:
        try:
            row = _row(line.cells, unit, mark)
        except _UnsoundError as error:
            faults.append(Fault("series", str(error), line.place))
        else:
            found.setdefault(row.day, []).append((line.place, row))
    rows = []
    for day, told in sorted(found.items()):
        if len({row for _, row in told}) == 1:
            rows.append(told[0][1])
            continue
        said = " and ".join(place for place, _ in told[:3])
        faults.append(Fault("series", f"{day} stands there with differing values: none of them counts", said))
    return Rows(rows, _bounded(faults))


def _bounded(faults: list[Fault]) -> list[Fault]:
    if len(faults) <= MOST_FAULTS:
        return faults
    more = Fault("series", f"… and {len(faults) - MOST_FAULTS:,} faults more", "further lines")
    return [*faults[:MOST_FAULTS], more]


def _mark(texts: Sequence[str]) -> str | None:
    """The decimal mark that some number proves; None where every number can be read both ways."""
    point = any(_POINT.fullmatch(text) and not _COMMA.fullmatch(text) for text in texts)
    comma = any(_COMMA.fullmatch(text) and not _POINT.fullmatch(text) for text in texts)
    point = point or any(re.match(r"[+-]?0\.", text) for text in texts)
    comma = comma or any(re.match(r"[+-]?0,", text) for text in texts)
    return "both" if point and comma else "." if point else "," if comma else None


def _row(cells: Sequence[Any], unit: Unit, mark: str | None) -> Row:
    """One line's cells as a row. Raises `_UnsoundError` with what is wrong."""
    try:
        day = day_of(cells[0])
    except (ValueError, OverflowError):
        raise _UnsoundError(f"{_short(cells[0])} is no day: write it as 2026-03-31") from None
    value, numerator, denominator = (
        _number(cell, name, unit if name == "value" else "count", mark)
        for name, cell in zip(COLUMNS[1:], cells[1:], strict=True)
    )
    if (numerator is None) != (denominator is None):
        raise _UnsoundError("has one of numerator and denominator without the other")
    if numerator is not None and denominator is not None:
        if denominator <= 0 or numerator < 0:
            raise _UnsoundError("needs a denominator above 0 and no negative numerator")
        if unit == "share":
            made = numerator / denominator
            if value is not None and abs(value - made) > _NEAR:
                raise _UnsoundError(f"says {value:g}, and its numerator by its denominator is {made:g}")
            value = made
    _must_fit(value, unit)
    return Row(day, value, numerator, denominator)


def _must_fit(value: float | None, unit: Unit) -> None:
    if value is None:
        return
    if unit == "share" and not 0 <= value <= 1:
        raise _UnsoundError(f"{value:g} is no share: write 0.45 or 45 %")
    if unit == "yes" and value not in {0, 1}:
        raise _UnsoundError(f"{value:g} is neither yes (1) nor no (0)")
    if unit in {"count", "days", "years"} and value < 0:
        raise _UnsoundError(f"{value:g} lies below 0")


def _number(cell: Any, name: str, unit: Unit, mark: str | None) -> float | None:
    """A cell's number; None where it is empty. Raises `_UnsoundError`."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, int | float | Decimal):
        return _finite(float(cell) if -MOST < cell < MOST else math.inf, cell)
    text = _bare(str(cell))
    if unit == "yes" and text.casefold() in _YES:
        return _YES[text.casefold()]
    percent = unit == "share" and text.endswith("%")
    text = text.removesuffix("%") if percent else text
    if mark is None and _EITHER.fullmatch(text):
        raise _UnsoundError(f"{name} {_short(cell)} can be read in two ways: write 1234 or 1.2340")
    if len(text) > 40 or not (_COMMA if mark == "," else _POINT).fullmatch(text):
        raise _UnsoundError(f"{name} {_short(cell)} is no number")
    plain = text.replace(".", "").replace(",", ".") if mark == "," else text.replace(",", "")
    return _finite(float(plain) / (100 if percent else 1), cell)


def _finite(value: float, cell: Any) -> float:
    if not -MOST < value < MOST:
        raise _UnsoundError(f"{_short(cell)} is no number that can be true")
    return value


def _bare(text: str) -> str:
    return _SPACES.sub("", text.strip())


def _short(cell: Any) -> str:
    text = str(cell)
    return repr(text if len(text) <= 40 else text[:39] + "…")
