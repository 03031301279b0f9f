# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A spreadsheet has typed cells: what somebody wrote stays a text, whatever it begins with."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from xml.etree import ElementTree as ET

from umbel.reports.ods import TYPE, spreadsheet

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def _cells(content: bytes) -> list[list[tuple[str | None, str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        tree = ET.fromstring(file.read("content.xml"))  # noqa: S314 - our own
    return [
        [
            (cell.get(f"{OFFICE}value-type"), "\n".join("".join(line.itertext()) for line in cell))
            for cell in row
        ]
        for row in tree.iter(f"{TABLE}table-row")
    ]


def test_cells_have_the_types_of_their_values() -> None:
    row = {"a": 0.1, "b": date(2026, 3, 1), "c": True, "d": None, "e": 7}
    (names, cells) = _cells(spreadsheet("Figures", list("abcde"), [row]))
    assert [text for _, text in names] == list("abcde")
    assert cells == [
        ("float", "0.1"),
        ("date", "2026-03-01"),
        ("boolean", "true"),
        (None, ""),
        ("float", "7"),
    ]


def test_no_text_becomes_a_formula_or_breaks_the_file() -> None:
    said = ["=1+1", "@SUM(A1)", "<b>&\"'", "two\nlines", "bad \x00\x1b\ud800 signs"]
    content = spreadsheet('A "<table>"', ["x"], [{"x": each} for each in said])
    found = [row[0] for row in _cells(content)[1:]]
    assert found[:4] == [("string", each) for each in said[:4]]
    assert found[4][1] == "bad \ufffd\ufffd\ufffd signs"
    assert b"table:formula" not in content


def test_the_type_is_the_first_part_as_programs_ask() -> None:
    content = spreadsheet("Figures", ["x"], [])
    assert content[30:38] == b"mimetype"
    assert content[38 : 38 + len(TYPE)] == TYPE.encode()
    assert content == spreadsheet("Figures", ["x"], [])
