# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Imported series: hostile tables are read with care, days count as of a day, what is stated stays marked."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from umbel.frameworks import imported, imported_rows
from umbel.frameworks.imported import Series
from umbel.frameworks.imported_rows import Row, of_csv, of_table
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.frameworks.interface import Unit

NOON = datetime(2026, 4, 15, 12, tzinfo=UTC)
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)


def series(**more: Any) -> Series:
    said: dict[str, Any] = {
        "id": "time_to_market",
        "title": "Time to market",
        "unit": "days",
        "better": "lower",
        "owner": "product@acme.example",
        "source": "the release calendar",
        "question": "How long from idea to users?",
        "definition": "Median days of the quarter's releases.",
        "by": "ospo@acme.example",
        "decided": date(2026, 4, 1),
        "file": "series/time.csv",
    }
    return Series(**{**said, **more})


def spent(budget: list[str], actual: list[str]) -> imported.Spent:
    planned = series(id="budget", title="Budget", unit="amount", currency="EUR", budget_of="spend")
    allowed, paid = (
        of_csv("\n".join(["day,value", *told]).encode(), "amount").rows for told in (budget, actual)
    )
    return imported.spent(planned, allowed, paid, NOON.date())


def put(folder: Path, content: str | bytes, name: str = "series/time.csv") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def stated(folder: Path, as_of: datetime = NOON, **more: Any) -> Any:
    told = series(**more)
    return imported.reading(told, imported.rows(told, folder, as_of), as_of)


def rows(text: str | bytes, unit: Unit = "amount") -> list[Row]:
    found = of_csv(text if isinstance(text, bytes) else text.encode(), unit)
    assert found.faults == []
    return found.rows


def faults(text: str | bytes, unit: Unit = "amount") -> list[str]:
    found = of_csv(text if isinstance(text, bytes) else text.encode(), unit)
    return [f"{fault.place}: {fault.message}" for fault in found.faults]


# ---- tables


@pytest.mark.parametrize(
    "text",
    [
        "day,value\n2026-03-31,1234.5\n",
        "\ufeffday,value\r\n2026-03-31,1234.5\r\n",
        "DAY ; VALUE\n31.03.2026;1.234,5\n",
        "date\tvalue\n2026-03\t1 234,5\n",
        'note,day,value\n"a, b",2026-Q1,"1,234.5"\n\n',
        "day;value\n2026-03-31T23:00:00;1234.5\n",
        'day,value\n2026-03-31,"1234,5"\n',
    ],
)
def test_tables_as_people_save_them(text: str) -> None:
    assert rows(text) == [Row(MARCH, 1234.5)]


def test_a_share_is_made_of_its_numerator_and_denominator() -> None:
    assert rows("day,numerator,denominator\n2026-03-31,72,96\n", "share") == [Row(MARCH, 0.75, 72, 96)]
    assert rows("day,value,numerator,denominator\n2026-03-31,75 %,72,96\n", "share") == [
        Row(MARCH, 0.75, 72, 96)
    ]
    assert faults("day,value,numerator,denominator\n2026-03-31,0.5,72,96\n", "share") == [
        "line 2: says 0.5, and its numerator by its denominator is 0.75"
    ]


def test_an_empty_cell_is_a_day_of_which_nobody_knows() -> None:
    assert rows("day,value\n2026-03-31,\n2026-06-30,5\n") == [Row(MARCH, None), Row(JUNE, 5)]


def test_yes_and_no_are_words_too() -> None:
    assert [row.value for row in rows("day,value\n2026-01,yes\n2026-02,0\n2026-03,No\n", "yes")] == [1, 0, 0]


@pytest.mark.parametrize(
    ("text", "unit", "fault"),
    [
        ("day,value\n2026-02-30,1\n", "count", "line 2: '2026-02-30' is no day: write it as 2026-03-31"),
        ("day,value\n03/04/2026,1\n", "count", "line 2: '03/04/2026' is no day: write it as 2026-03-31"),
        ("day,value\n2026-03-31,many\n", "count", "line 2: value 'many' is no number"),
        ("day,value\n2026-03-31,NaN\n", "count", "line 2: value 'NaN' is no number"),
        ("day,value\n2026-03-31,inf\n", "count", "line 2: value 'inf' is no number"),
        ("day,value\n2026-03-31,1e99\n", "count", "line 2: '1e99' is no number that can be true"),
        ("day,value\n2026-03-31,-1\n", "count", "line 2: -1 lies below 0"),
        ("day,value\n2026-03-31,45\n", "share", "line 2: 45 is no share: write 0.45 or 45 %"),
        ("day,value\n2026-03-31,2\n", "yes", "line 2: 2 is neither yes (1) nor no (0)"),
        ("day,value\n2026-03-31,=1+1\n", "count", "line 2: value '=1+1' is no number"),
        ("day,value\n2026-03-31\n", "count", "line 2: has 1 cells, and the heading 2"),
        ("day,value\n2026-03-31,1,2\n", "count", "line 2: has 3 cells, and the heading 2"),
        ("when,value\n2026-03-31,1\n", "count", "line 1: has no column 'day'"),
        ("day,amount\n2026-03-31,1\n", "count", "line 1: has no column 'value'"),
        ("day,value,value\n2026-03-31,1,2\n", "count", "line 1: names a column twice"),
        ("", "count", "line 1: has no column 'day'"),
        ("day,numerator,denominator\n2026-03-31,1,0\n", "share", "line 2: needs a denominator above 0"),
        ("day,value,numerator\n2026-03-31,1,1\n", "share", "line 2: has one of numerator and denominator"),
        ('day,value\n2026-03-31,"1\n', "count", "line 2: is no CSV"),
        ("day;value\n2026-03-31;1.234\n", "amount", "line 2: value '1.234' can be read in two ways"),
        ("day;value\n2026-03-31;1,234\n", "amount", "line 2: value '1,234' can be read in two ways"),
        (
            "day;value\n2026-03-31;1,5\n2026-06-30;1.5\n",
            "amount",
            "the file: has numbers with a decimal comma and",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, unit: Unit, fault: str) -> None:
    (said,) = faults(text, unit)
    assert said.startswith(fault)
    assert of_csv(text.encode(), unit).rows == []


@pytest.mark.parametrize("cell", ["1 5", "12 34", "1'2", "1 2345"])
def test_digits_apart_are_no_number_unless_they_group_thousands(cell: str) -> None:
    found = of_csv(f"day,value\n2026-03-31,{cell}\n".encode(), "count")
    assert found.rows == []
    assert "is no number" in found.faults[0].message
    assert of_csv(b"day,value\n2026-03-31,1 234 567\n", "count").rows[0].value == 1_234_567


def test_other_encodings_are_refused_in_words() -> None:
    assert faults("day,value\n2026-03-31,5 \u20ac".encode("cp1252")) == [
        "byte 23: is no UTF-8 text: save it as CSV UTF-8"
    ]
    assert faults("day,value\n2026-03-31,5".encode("utf-16"))[0].startswith("byte 0: is no UTF-8")


def test_a_proven_decimal_mark_makes_the_others_plain() -> None:
    found = rows("day;value\n2026-03-31;1.234\n2026-06-30;56,5\n")
    assert [row.value for row in found] == [1234, 56.5]
    found = rows("day;value\n2026-03-31;0.234\n2026-06-30;1.234\n")
    assert [row.value for row in found] == [0.234, 1.234]


def test_a_day_that_stands_there_twice_counts_only_if_both_agree() -> None:
    assert rows("day,value\n2026-03-31,5\n2026-03-31,5.0\n") == [Row(MARCH, 5)]
    text = "day,value\n2026-03-31,5\n2026-06-30,7\n2026-03-31,6\n"
    assert of_csv(text.encode(), "count").rows == [Row(JUNE, 7)]
    assert faults(text) == [
        "line 2 and line 4: 2026-03-31 stands there with differing values: none of them counts"
    ]


def test_sound_lines_are_kept_beside_broken_ones_and_faults_are_bounded() -> None:
    text = "day,value\n" + "x,1\n" * 500 + "2026-03-31,5\n"
    found = of_csv(text.encode(), "count")
    assert found.rows == [Row(MARCH, 5)]
    assert len(found.faults) == imported_rows.MOST_FAULTS + 1
    assert found.faults[-1].message == "… and 480 faults more"


def test_too_many_rows_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imported_rows, "MOST_ROWS", 100)
    text = "day,value\n" + "2026-03-31,5\n" * 101
    assert of_csv(text.encode(), "count").rows == []


def test_a_text_of_escapes_is_told_short() -> None:
    (said,) = faults(f"day,value\n{'x' * 5000},1\n")
    assert len(said) < 120


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    units: tuple[Unit, ...] = ("share", "amount")
    for unit in units:
        found = of_csv(b"day;value\n" + content, unit)
        assert all(row.value is None or abs(row.value) < imported_rows.MOST for row in found.rows)


days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
numbers = st.one_of(st.none(), st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-6))


@given(st.dictionaries(days, numbers, max_size=20), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_what_is_written_is_read_back(told: dict[date, float | None], delimiter: str, comma: bool) -> None:  # noqa: FBT001
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["day", "value"])
    comma = comma and delimiter != ","
    for day, value in told.items():
        text = "" if value is None else f"{value:.6f}"
        writer.writerow([day.isoformat(), text.replace(".", ",") if comma else text])
    found = of_csv(out.getvalue().encode("utf-8-sig"), "amount")
    assert found.faults == []
    expected = [
        Row(day, None if value is None else float(f"{value:.6f}")) for day, value in sorted(told.items())
    ]
    assert found.rows == expected


# ---- other forms


def test_parquet_gives_the_same_rows(tmp_path: Path) -> None:
    (tmp_path / "series").mkdir()
    table = pa.table(
        {
            "day": pa.array([MARCH, JUNE]),
            "value": pa.array([0.75, None]),
            "numerator": pa.array([72, None]),
            "denominator": pa.array([96, None]),
            "secret": pa.array(["x", "y"]),
        }
    )
    parquet.write_table(table, tmp_path / "series/coverage.parquet")
    found = imported_rows.of_file(tmp_path, "series/coverage.parquet", "share")
    assert found == imported_rows.Rows([Row(MARCH, 0.75, 72, 96), Row(JUNE, None)], [])


def test_no_parquet_is_said(tmp_path: Path) -> None:
    put(tmp_path, b"PAR1 is what it says", "a.parquet")
    (fault,) = imported_rows.of_file(tmp_path, "a.parquet", "share").faults
    assert fault.message.startswith("is no Parquet file")


def test_numbers_of_a_table_that_can_t_be_true_are_named() -> None:
    table = pa.table({"day": ["2026-03-31", "2026-06-30", None], "value": [float("nan"), float("inf"), 1.0]})
    found = of_table(table, "count")
    assert found.rows == []
    assert [fault.place for fault in found.faults] == ["row 1", "row 2", "row 3"]


@pytest.mark.parametrize(
    "name", ["../outside.csv", "/etc/hostname.csv", "series/../../outside.csv", "link.csv"]
)
def test_files_outside_of_the_workspace_are_not_opened(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "ws"
    (inside / "series").mkdir(parents=True)
    put(tmp_path, "day,value\n2026-03-31,5\n", "outside.csv")
    (inside / "link.csv").symlink_to(tmp_path / "outside.csv")
    found = imported_rows.of_file(inside, name, "count")
    assert found.rows == []
    assert found.faults[0].message == "lies outside of the workspace's folder"


def test_what_is_never_opened_is_not_read_to_see_whether_it_changed(tmp_path: Path) -> None:
    put(tmp_path, b"x" * (imported_rows.LARGEST + 1), "large.csv")
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    put(tmp_path, "day,value\n2026-03-31,5\n", "sound.csv")
    for name in ("large", "endless", "sound"):
        imported.add(tmp_path, series(id=name, file=f"{name}.csv"))
    assert [path.name for path in imported.paths(tmp_path)] == ["series.toml", "sound.csv"]


def test_a_missing_a_large_and_a_strange_file_are_said(tmp_path: Path) -> None:
    put(tmp_path, b"x" * (imported_rows.LARGEST + 1), "large.csv")
    (tmp_path / "folder.csv").mkdir()
    told = {
        name: imported_rows.of_file(tmp_path, name, "count").faults[0].message
        for name in ("none.csv", "large.csv", "folder.csv", "a\0b.csv")
    }
    assert told["none.csv"] == "is not there"
    assert told["large.csv"] == "is larger than 4 MiB"
    assert told["folder.csv"] == "is no regular file"
    assert told["a\0b.csv"].startswith("can't be read")


# ---- readings


def test_the_newest_value_up_to_the_day_counts_and_is_marked(tmp_path: Path) -> None:
    put(tmp_path, "day,value\n2025-12-31,50\n2026-03-31,42\n2026-06-30,30\n")
    now = stated(tmp_path)
    assert (now.value, now.stated, now.observed_at.date()) == (42, True, MARCH)
    assert now.sentence == (
        "Time to market: 42 days on 2026-03-31, as product@acme.example states (the release calendar)."
    )
    assert stated(tmp_path, datetime(2026, 3, 30, tzinfo=UTC)).value == 50
    assert stated(tmp_path, datetime(2026, 3, 31, tzinfo=UTC)).value == 42


def test_before_the_first_day_it_is_unknown_never_zero(tmp_path: Path) -> None:
    put(tmp_path, "day,value\n2026-03-31,42\n")
    then = stated(tmp_path, datetime(2026, 1, 1, tzinfo=UTC))
    assert (then.value, then.error) == (None, False)
    assert "the first is of 2026-03-31" in then.why


def test_a_value_lasts_only_so_long(tmp_path: Path) -> None:
    put(tmp_path, "day,value\n2026-01-05,42\n")
    assert stated(tmp_path).value == 42  # 100 days
    later = stated(tmp_path, NOON + timedelta(days=1))
    assert (later.value, later.why) == (None, "the newest value is of 2026-01-05, and counts for 100 days")
    assert stated(tmp_path, NOON + timedelta(days=1), lasts=400).value == 42


def test_a_file_that_can_t_be_read_is_an_error_and_says_where(tmp_path: Path) -> None:
    assert stated(tmp_path).error
    assert stated(tmp_path).why == "series/time.csv is not there (the file)"


def test_days_ahead_are_told_and_count_from_that_day_on(tmp_path: Path) -> None:
    put(tmp_path, "day,value\n2026-03-31,42\n2026-06-30,30\n")
    found = imported.rows(series(), tmp_path, NOON)
    (fault,) = imported_rows.ahead(found.rows, NOON.date())
    assert (fault.place, fault.message) == ("2026-06-30", "lies in the future, and counts from that day on")
    assert stated(tmp_path).value == 42


def test_a_query_gives_rows_too(tmp_path: Path) -> None:
    asked: list[tuple[str, datetime]] = []

    def ask(sql: str, as_of: datetime) -> pa.Table:
        asked.append((sql, as_of))
        return pa.table({"day": [MARCH], "value": [7]})

    told = series(file=None, sql="SELECT 1")
    assert imported.reading(told, imported.rows(told, tmp_path, NOON, ask), NOON).value == 7
    assert asked == [("SELECT 1", NOON)]
    without = imported.reading(told, imported.rows(told, tmp_path, NOON), NOON)
    assert (without.value, "nothing was collected" in (without.why or "")) == (None, True)


def test_a_budget_stands_against_what_was_spent() -> None:
    found = spent(["2026-01-31,100000"], ["2026-03-31,42000"])
    assert found.share == 0.42
    assert found.sentence == (
        "42,000 EUR (of 2026-03-31) of a budget of 100,000 EUR (of 2026-01-31, 42 %), as stated; no day has both."
    )
    assert spent([], ["2026-03-31,42000"]).share is None
    assert spent(["2026-01-31,100000"], []).sentence == (
        "Budget: unknown, since nothing of what was spent (spend) is stated up to this day."
    )
    assert (
        spent(["2026-01-31,0"], ["2026-01-31,5"]).sentence
        == "5 EUR of 0 EUR are spent (2026-01-31), as stated."
    )


def test_a_budget_s_quarter_is_held_against_that_quarter_s_spending() -> None:
    budget = ["2025-12-31,60000", "2026-03-31,50000", "2026-06-30,70000"]
    found = spent(budget, ["2025-12-31,51000"])
    assert found.share == 0.85
    assert found.open == (MARCH,)
    assert found.sentence == (
        "51,000 EUR of 60,000 EUR are spent (2025-12-31, 85 %), as stated; what was spent of 2026-03-31 nobody has stated."
    )
    assert spent(budget, ["2025-12-31,51000", "2026-03-31,"]).share == 0.85


# ---- records


def test_a_series_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = series(lasts=400, petal="business", noun="releases")
    imported.add(tmp_path, told)
    assert imported.load(tmp_path) == {"time_to_market": told}


def test_a_later_record_takes_the_place_and_the_first_counts_before_its_day(tmp_path: Path) -> None:
    imported.add(tmp_path, series())
    imported.add(tmp_path, series(owner="new@acme.example", decided=date(2026, 5, 1)))
    owners = [imported.load(tmp_path, day)["time_to_market"].owner for day in (date(2020, 1, 1), JUNE)]
    assert owners == ["product@acme.example", "new@acme.example"]
    imported.add(tmp_path, series(decided=JUNE, ended=JUNE))
    assert imported.load(tmp_path, JUNE + timedelta(days=1)) == {}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"id": "Time"}, "small letters"),
        ({"title": " "}, "is empty"),
        ({"sql": "SELECT 1"}, "needs one of file and sql"),
        ({"file": None}, "needs one of file and sql"),
        ({"file": "notes.xlsx"}, ".csv or .parquet"),
        ({"unit": "amount"}, "needs a currency"),
        ({"currency": "Euro"}, "three capital letters"),
        ({"lasts": 0}, "number of days"),
        ({"budget_of": "nothing"}, "there is no series 'nothing'"),
        ({"budget_of": "time_to_market"}, "a budget is of another series"),
    ],
)
def test_a_record_that_can_t_be_is_refused(tmp_path: Path, said: dict[str, Any], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        imported.add(tmp_path, series(**said))
    assert not (tmp_path / imported.FILE).exists()


def test_a_budget_is_of_the_same_money(tmp_path: Path) -> None:
    imported.add(tmp_path, series(id="spend", unit="amount", currency="EUR"))
    with pytest.raises(SettingsError, match="another unit or currency"):
        imported.add(tmp_path, series(id="budget", unit="amount", currency="USD", budget_of="spend"))


def test_rows_of_which_none_is_sound_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "day,value\nx,1\n")
    with pytest.raises(SettingsError, match="line 2: 'x' is no day"):
        imported.check(tmp_path, series(), imported.rows(series(), tmp_path, NOON))
    put(tmp_path, "day,value\n")
    with pytest.raises(UsageError, match="gives no row"):
        imported.check(tmp_path, series(), imported.rows(series(), tmp_path, NOON))


def test_in_the_catalogue_it_is_marked_and_a_broken_file_costs_only_itself(tmp_path: Path) -> None:
    imported.add(tmp_path, series())
    found, broken = imported.definitions(tmp_path)
    assert broken == []
    assert (found["time_to_market"].body.stated, found["time_to_market"].indicator.unit) == (True, "days")
    put(tmp_path, "x = 1\n[[series]]\nid = 5\n", imported.FILE)
    found, broken = imported.definitions(tmp_path)
    assert found == {}
    assert [each.line for each in broken][:1] == [1]
    assert imported.paths(tmp_path) == [tmp_path / imported.FILE]
