# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Values as pages and sheets show them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from umbel.office.editions import Column, Kind, Listing
from umbel.office.pages.portfolio import cells, export, live

if TYPE_CHECKING:
    import pytest

COLUMNS = (
    Column(name="key", title="Key"),
    Column(name="name", title="Name", link="project"),
    Column(name="number", title="Number", kind=Kind.NUMBER),
    Column(name="some", title="Some", kind=Kind.WORDS),
    Column(name="yes", title="Yes", kind=Kind.YES),
    Column(name="among", title="Among", kind=Kind.WORDS, shown=False),
)
LIST = Listing(
    name="l",
    title="L",
    noun=("a", "b"),
    about="",
    columns=COLUMNS,
    order="name",
    rows=lambda _: live.nothing(),
    project="among",
)


def one(name: str, value: Any, key: str = "k") -> cells.Cell:
    return cells.cells([next(c for c in COLUMNS if c.name == name)], [{"key": key, name: value}])[0][0]


def test_unknown_is_never_nothing() -> None:
    assert one("number", None).text is None
    assert one("number", 0).text == "0"
    assert one("some", None).text is None
    assert one("some", []).text == "–"
    assert one("yes", None).text is None
    assert one("yes", value=False).text == "no"


def test_numbers_and_shares() -> None:
    assert one("number", 1234567).text == "1,234,567"
    assert one("number", 2.5).text == "2.5"
    assert [cells.percent(each) for each in (0, 0.001, 0.5, 0.999, 1)] == [
        "0 %",
        "< 1 %",
        "50 %",
        "> 99 %",
        "100 %",
    ]


def test_numbers_of_a_column_stand_in_line() -> None:
    column = [next(c for c in COLUMNS if c.name == "number")]

    def told(*values: Any) -> list[str | None]:
        return [row[0].text for row in cells.cells(column, [{"key": "k", "number": each} for each in values])]

    assert told(7.64, 7.1, 4, None) == ["7.64", "7.10", "4.00", None]
    assert told(7.0, 12) == ["7", "12"]
    assert told(1234.5) == ["1,234.5"]


def test_short_names_stay_whole() -> None:
    assert "whole" in one("name", "@babel/helper-annotate-as-pure").css.split()
    assert "whole" not in one("name", "x" * 60).css.split()
    assert "whole" not in one("number", 5).css.split()


def test_a_row_may_say_where_a_value_leads() -> None:
    column = [next(c for c in COLUMNS if c.name == "name")]
    row = {"key": "k", "name": "a", f"name{cells.HREF}": "/elsewhere/?to=a"}
    assert cells.cells(column, [row])[0][0].href == "/elsewhere/?to=a"


def test_long_and_hostile_texts_stay_on_their_line() -> None:
    shown = one("name", "evil\u202ecod.exe" + "x" * 500)
    assert shown.text is not None
    assert len(shown.text) == cells.MOST_CHARACTERS
    assert "\u202e" not in shown.text
    assert "\u202e" not in (shown.title or "")
    assert one("name", "a", key="../x").href == "/projects/~3/x/"


def test_many_words_are_counted() -> None:
    shown = one("some", [f"w{n}" for n in range(10)])
    assert shown.text == "w0, w1, w2, w3 + 6"
    assert shown.title is not None
    assert "w9" in shown.title


ROWS: list[dict[str, Any]] = [
    {"key": "=1+1", "name": "@SUM(A1)", "number": -5, "some": ["-x", "y"], "yes": True, "among": ["secret"]},
    {"key": "b", "name": "\t=cmd|' /C calc'!A0", "number": None, "some": None, "yes": None, "among": None},
    {"key": "c", "name": "  =HYPERLINK()", "number": 1.5, "some": [], "yes": False, "among": None},
    {"key": "d", "name": 'quote " comma , line \r\n', "number": 0, "some": ["a"], "yes": None, "among": None},
]


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    text = b"".join(export.as_csv(export.columns(LIST), ROWS)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["key", "name", "number", "some", "yes"]
    for row in read[1:]:
        for cell in (row[0], row[1], row[3]):
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert [row[2] for row in read[1:]] == ["-5", "", "1.5", "0"], "numbers stay numbers"
    assert [row[4] for row in read[1:]] == ["yes", "", "no", ""]
    assert "secret" not in text


def test_json_is_whole_and_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 3)
    parts = list(export.as_json(export.columns(LIST), ROWS, {"total": 4}))
    assert len(parts) == 4
    told = json.loads(b"".join(parts))
    assert told["total"] == 4
    assert [row["key"] for row in told["rows"]] == ["=1+1", "b", "c", "d"]
    assert told["rows"][1]["number"] is None
    assert "among" not in told["rows"][0]


def test_nothing_is_a_sheet_with_heads_and_an_empty_record() -> None:
    assert (
        b"".join(export.as_csv(export.columns(LIST), [])).decode("utf-8-sig").strip()
        == "key,name,number,some,yes"
    )
    assert json.loads(b"".join(export.as_json(export.columns(LIST), [], {})))["rows"] == []
