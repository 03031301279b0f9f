# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""KPIs as pictures, pages and tables: what is drawn is what is known, what nobody knows stays open."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from umbel.frameworks import kpis
from umbel.frameworks.interface import Indicator, Kpi, Reading, Target
from umbel.model.errors import UsageError
from umbel.reports import kpi_chart, kpi_export
from umbel.reports.kpi_page import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Unit

NOW = datetime(2026, 3, 31, 23, tzinfo=UTC)
WILD = '<script>alert(1)</script> & "quoted" \u202e\x1b[31m '


def kpi(
    values: Sequence[float | None], unit: Unit = "share", *, target: float | None = None, **more: Any
) -> Kpi:
    stated, coverage = more.pop("stated", False), more.pop("coverage", None)
    said: dict[str, Any] = {
        "name": "coverage", "title": "Coverage", "question": "?", "definition": "d", "unit": unit, "better": "higher",
        "source": "s", "limits": "l", "petal": "office", "currency": "EUR" if unit == "amount" else None,
    }  # fmt: skip
    indicator = Indicator(**{**said, **more})
    series = [
        (
            NOW - timedelta(days=91 * (len(values) - 1 - n)),
            Reading(
                indicator=indicator.name, as_of=NOW, value=value, unit=unit, stated=stated, coverage=coverage,
                why="nobody looked" if value is None else None,
            ),
        )
        for n, value in enumerate(values)
    ]  # fmt: skip
    aims = []
    if target is not None:
        aims = [Target(goal="g", kpi=indicator.name, target=target, until=date(2026, 12, 31), state="behind")]
    return kpis.made(indicator, series[-1][1], series, aims)


def drawn(told: Kpi, *kinds: str) -> list[dict[str, Any]]:
    return [row for row in kpi_chart.rows(told) if row["kind"] in kinds]


def heights(told: Kpi) -> list[float]:
    return [row["y2"] - row["y"] for row in drawn(told, "bar")]


def test_columns_are_as_high_as_their_values() -> None:
    assert heights(kpi([0.25, 0.5, 1.0])) == [kpi_chart.PLOT * share for share in (0.25, 0.5, 1.0)]
    assert heights(kpi([5, 10], "count")) == [kpi_chart.PLOT / 2, kpi_chart.PLOT]


def test_what_nobody_knows_is_a_gap_and_zero_is_seen() -> None:
    told = kpi([None, 0.0, 0.5])
    assert [row["word"] for row in drawn(told, "gap")] == ["?"]
    assert heights(told) == [1.5, kpi_chart.PLOT / 2]


def test_what_is_known_of_too_little_is_hollow_and_said() -> None:
    told = kpi([2, 3, 5], "count", coverage=0.1)
    assert len(drawn(told, "part")) == 3
    assert drawn(told, "bar") == []
    assert drawn(told, "now")[0]["word"] == "5 (10 % known)"
    assert "5 (10 % known)" in kpi_chart.described([told])
    assert 'class="bar-unknown"' in kpi_chart.standing_alone([told])
    assert [row["enough"] for row in kpi_export.records([told])] == [False] * 3
    assert [row["enough"] for row in kpi_export.records([kpi([None, 0.5])])] == [False, True]


def test_negative_columns_hang_from_the_line_of_zero() -> None:
    told = kpi([-10, 10], "amount")
    (line,) = drawn(told, "ground")
    below, above = drawn(told, "bar")
    assert below["y"] == above["y2"] == line["y"] == kpi_chart.HEAD + kpi_chart.PLOT / 2


def test_a_target_is_a_line_at_its_height_and_told() -> None:
    told = kpi([0.2, 0.4], target=0.75)
    lines = {(row["y"] + row["y2"]) / 2 for row in drawn(told, "ink")}
    (height,) = lines
    assert height == pytest.approx(kpi_chart.HEAD + kpi_chart.PLOT * 0.25, abs=0.5)
    assert next(row["word"] for row in drawn(told, "right")) == "target 75 %, behind"


def test_what_is_stated_is_grey_and_says_so() -> None:
    told = kpi([5, 10], "amount", stated=True)
    assert drawn(told, "bar") == []
    assert next(row["word"] for row in drawn(told, "right")) == "stated"
    assert "Coverage (stated):" in kpi_chart.described([told])


def test_a_forecast_is_a_stretch_never_a_column() -> None:
    told = kpi([0.1, 0.2, 0.15, 0.3, 0.35, 0.4, 0.38])
    assert told.forecast is not None
    assert len(drawn(told, "bar")) == 7
    (stretch,) = drawn(told, "track")
    share = 1 - (stretch["y"] - kpi_chart.HEAD) / kpi_chart.PLOT
    assert share == pytest.approx(told.forecast.high)
    assert "If nothing changes" in kpi_chart.described([told])


numbers = st.one_of(st.none(), st.floats(-1e9, 1e9))


@given(st.lists(numbers, max_size=30).filter(bool), st.one_of(st.none(), st.floats(-1e9, 1e9)))
def test_nothing_is_drawn_outside_of_its_cell(values: list[float | None], target: float | None) -> None:
    told = kpi(values, "amount", target=target)
    high = kpi_chart.HEAD + kpi_chart.PLOT + kpi_chart.FOOT
    for row in kpi_chart.rows(told):
        assert 0 <= row["x"] <= row.get("x2", row["x"]) <= kpi_chart.CELL + 1e-6
        assert -1 <= row["y"] <= row.get("y2", row["y"]) <= high
    known = [value for value in values[-24:] if value is not None]
    assert len(drawn(told, "bar")) == len(known)
    assert len(drawn(told, "gap")) == len(values[-24:]) - len(known)


def test_the_picture_stands_alone_and_wild_names_are_text() -> None:
    svg = kpi_chart.standing_alone([kpi([0.5, None, 1.0], title=WILD), kpi([3, 4], "count")])
    root = fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("viewBox") == f"0 0 {2 * kpi_chart.CELL + kpi_chart.GAP} {46 + 64 + 22}"
    texts = [each.text or "" for each in root.iter() if each.tag.endswith("}text")]
    assert any(text.startswith("<script>") for text in texts)
    assert "?" in texts
    assert "<script" not in svg
    assert "\x1b" not in svg
    assert "\u202e" not in svg
    description = next(each.text for each in root.iter() if each.tag.endswith("}desc"))
    assert description is not None
    assert "50 %, 2025-12-30 unknown, 2026-03-31 100 %" in description


def test_one_specification_for_page_and_print() -> None:
    told = [kpi([0.5, 1.0]), kpi([1, 2], "count")]
    made = kpi_chart.specification(told)
    assert (made["columns"], len(made["concat"])) == (3, 2)
    assert made["concat"][0]["data"]["values"] == kpi_chart.rows(told[0])
    with pytest.raises(ValueError, match="no KPI"):
        kpi_chart.specification([])


def test_the_page_has_every_number_and_says_what_is_unknown() -> None:
    known, unknown = kpi([0.5, None, 1.0], title=WILD), kpi([None, None], name="lost", title="Lost")
    groups = kpis.placed(
        {each.indicator.name: each.indicator for each in (known, unknown)}, ["coverage", "lost"]
    )
    text = page([known, unknown], groups, WILD)
    assert "<script>alert" not in text
    assert "1 of 2 figures are known." in text
    assert "What nobody knows yet" in text
    assert text.count("nobody looked") == 2
    assert "None" not in text
    assert page([], groups).count("0 of 0 figures") == 1


# ---- tables for programs


def test_parquet_is_typed_and_long(tmp_path: Path) -> None:
    told = kpi([0.1, 0.2, 0.15, 0.3, None, 0.4, 0.38], target=0.9)
    kpi_export.write([told], tmp_path / "k.parquet")
    rows = parquet.read_table(tmp_path / "k.parquet").to_pylist()
    assert [row["kind"] for row in rows] == ["reading"] * 7 + ["forecast"]
    assert rows[4]["value"] is None
    assert rows[4]["why"] == "nobody looked"
    assert [row["target_state"] for row in rows if row["kind"] == "reading"] == [None] * 6 + ["behind"]
    assert rows[0]["day"] == (NOW - timedelta(days=91 * 6)).date()
    assert rows[-1]["low"] <= rows[-1]["value"] <= rows[-1]["high"]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none of \.parquet, \.csv, \.ods"):
        kpi_export.write([], tmp_path / "k.xlsx")


@settings(max_examples=25)
@given(
    st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12)), min_size=1, max_size=6),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
)
def test_csv_and_parquet_say_the_same(values: list[float | None], title: str) -> None:
    told = kpi(values, "amount", title=title)
    with TemporaryDirectory() as folder:
        for name in ("k.csv", "k.parquet"):
            kpi_export.write([told], Path(folder) / name)
        text = (Path(folder) / "k.csv").read_text("utf-8")
        table = parquet.read_table(Path(folder) / "k.parquet").to_pylist()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["value"] for row in rows] == [
        "" if row["value"] is None else repr(row["value"]) for row in table
    ]
    said = [None if row["value"] == "" else float(row["value"]) for row in rows][: len(values)]
    assert said == values
    assert {row["title"].removeprefix("'") if title[0] in "=+-@" else row["title"] for row in rows} == {title}
