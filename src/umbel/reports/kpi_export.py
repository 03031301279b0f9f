# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""KPIs as one long table for spreadsheets and BI tools: a row a KPI and day, and one a forecast.

What nobody knows is empty, and says why; no value is made up for it.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umbel.frameworks.kpi_words import enough
from umbel.model.errors import UsageError
from umbel.reports.files import replacing

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from umbel.frameworks.interface import Kpi, Point, Target

FORMS = (".parquet", ".csv", ".ods")
COLUMNS = {
    "kpi": "string",
    "title": "string",
    "petal": "string",
    "unit": "string",
    "currency": "string",
    "better": "string",
    "stated": "bool",
    "kind": "string",
    "day": "date",
    "value": "double",
    "low": "double",
    "high": "double",
    "numerator": "double",
    "denominator": "double",
    "noun": "string",
    "coverage": "double",
    "enough": "bool",
    "why": "string",
    "goal": "string",
    "target": "double",
    "target_until": "date",
    "target_state": "string",
    "how": "string",
}
"""The table's columns in their order. `kind` is reading or forecast; `enough` whether as much is known of a value as a
target asks for (a value of which less is known is no fact to draw); `target_state` is told of the newest reading."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def records(kpis: Sequence[Kpi]) -> list[dict[str, Any]]:
    """The rows, oldest first of each KPI; of several targets the one due first stands beside its figures."""
    return [row for kpi in kpis for row in _of(kpi)]


def table(kpis: Sequence[Kpi]) -> pa.Table:
    """The rows as an Arrow table of the types that `COLUMNS` names."""
    import pyarrow as pa

    kinds = {"string": pa.string(), "bool": pa.bool_(), "date": pa.date32(), "double": pa.float64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    return pa.Table.from_pylist(records(kpis), schema)


def write(kpis: Sequence[Kpi], path: str | os.PathLike[str]) -> Path:
    """Write the table as Parquet, CSV or ODS, whole or not at all. Raises `UsageError` for another ending."""
    target = Path(path)
    if target.suffix not in FORMS:
        raise UsageError(f"{target} ends in none of {', '.join(FORMS)}.", "umbel kpis -o kpis.parquet")
    with replacing(target) as draft:
        if target.suffix == ".csv":
            _write_csv(kpis, draft)
        elif target.suffix == ".ods":
            from umbel.reports.ods import spreadsheet

            draft.write_bytes(spreadsheet("Key figures", list(COLUMNS), records(kpis)))
        else:
            from pyarrow import parquet

            parquet.write_table(table(kpis), draft, compression="zstd")
    return target


def _write_csv(kpis: Sequence[Kpi], draft: Path) -> None:
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in records(kpis):
            writer.writerow([_cell(row[name]) for name in COLUMNS])


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet takes for text: what somebody wrote must not become a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return repr(value) if isinstance(value, float) else value


def _of(kpi: Kpi) -> Iterator[dict[str, Any]]:
    from umbel.frameworks.interface import Point

    points = kpi.series or (Point(end=kpi.now.as_of.date(), reading=kpi.now),)
    aim = next(iter(kpi.targets), None)
    for number, point in enumerate(points, 1):
        yield _row(kpi, aim) | _reading(point) | _stands(aim, newest=number == len(points))
    if kpi.forecast is not None:
        found = kpi.forecast
        yield _row(kpi, aim) | {
            "kind": "forecast",
            "day": found.end,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "how": found.how,
        }


def _row(kpi: Kpi, aim: Target | None) -> dict[str, Any]:
    said = kpi.indicator
    return dict.fromkeys(COLUMNS) | {
        "kpi": said.name,
        "title": said.title,
        "petal": said.petal,
        "unit": said.unit,
        "currency": said.currency,
        "better": said.better,
        "stated": kpi.now.stated,
        "noun": said.noun,
        "goal": aim.goal if aim else None,
        "target": aim.target if aim else None,
        "target_until": aim.until if aim else None,
    }


def _reading(point: Point) -> dict[str, Any]:
    told = point.reading
    return {
        "kind": "reading",
        "stated": told.stated,
        "day": point.end,
        "value": told.value,
        "numerator": told.numerator,
        "denominator": told.denominator,
        "coverage": told.coverage,
        "enough": enough(told),
        "why": told.why,
    }


def _stands(aim: Target | None, *, newest: bool) -> dict[str, Any]:
    return {"target_state": aim.state if aim and newest else None}
