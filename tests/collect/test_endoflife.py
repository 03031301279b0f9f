# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""endoflife.date: its pages, both versions of its API, and what is none of these."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect.endoflife import LARGEST_PAGE, MOST_CYCLES, Cycle, Reading, read

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

PAGE = """\
---
title: Node.js
category: framework
permalink: /nodejs
changelogTemplate: |
  https://nodejs.example/{{"__LATEST__" | replace:'.',''}}/ {% if x %}
eoesColumn: "Commercial Support"
identifiers:
  - purl: pkg:docker/library/node
  - cpe: cpe:2.3:a:nodejs:node.js
  - repology: nodejs
releases:
  - releaseCycle: "26"
    codename: "Xenon"
    releaseDate: 2026-05-05
    lts: 2026-10-28
    eoas: 2027-10-27
    eol: 2029-04-30
    eoes: 2031-01-01
    latest: "26.7.0"
    latestReleaseDate: 2026-08-05
  - releaseCycle: 3.10
    releaseDate: 2020-01-01
    lts: false
    eoas: true
    eol: false
    eoes: false
    discontinued: 2021-05-01
---
> Text with --- in it, and {{ more }}.
"""

RELEASE: dict[str, Any] = {
    "name": "26",
    "codename": "Xenon",
    "label": "26 (Xenon)",
    "releaseDate": "2026-05-05",
    "isLts": False,
    "ltsFrom": "2026-10-28",
    "isEoas": False,
    "eoasFrom": "2027-10-27",
    "isEol": False,
    "eolFrom": "2029-04-30",
    "isEoes": False,
    "eoesFrom": "2031-01-01",
    "isMaintained": True,
    "latest": {"name": "26.7.0", "date": "2026-08-05", "link": None},
}
UNDATED: dict[str, Any] = {
    "name": "3.10",
    "codename": None,
    "label": "3.10",
    "releaseDate": "2020-01-01",
    "isLts": False,
    "ltsFrom": None,
    "isEoas": True,
    "eoasFrom": None,
    "isEol": False,
    "eolFrom": None,
    "isDiscontinued": True,
    "discontinuedFrom": "2021-05-01",
    "latest": None,
}
PRODUCT: dict[str, Any] = {
    "name": "nodejs",
    "aliases": ["node"],
    "label": "Node.js",
    "category": "framework",
    "identifiers": [
        {"type": "purl", "id": "pkg:docker/library/node"},
        {"type": "cpe", "id": "cpe:2.3:a:nodejs:node.js"},
        {"type": "repology", "id": "nodejs"},
    ],
    "links": {"icon": None, "html": "https://endoflife.date/nodejs"},
    "releases": [RELEASE, UNDATED],
}


def of_page(text: str, name: str = "products/nodejs.md") -> Reading:
    return read(name, text.encode(), NOW)


def of_json(value: object, name: str = "nodejs.json") -> Reading:
    return read(name, json.dumps(value).encode(), NOW)


def cycles(reading: Reading, product: str = "nodejs") -> list[Cycle]:
    assert not reading.faults
    return reading.products[product]


def test_a_page() -> None:
    dated, undated = cycles(of_page(PAGE))
    assert dated == Cycle(
        product="nodejs",
        source="endoflife",
        seen_at=NOW,
        title="Node.js",
        category="framework",
        cycle="26",
        released_on=date(2026, 5, 5),
        latest="26.7.0",
        latest_on=date(2026, 8, 5),
        lts=True,
        support_ended=None,
        support_until=date(2027, 10, 27),
        eol=None,
        eol_on=date(2029, 4, 30),
        extended_until=date(2031, 1, 1),
        discontinued_on=None,
        identifiers=[
            "pkg:docker/library/node",
            "cpe:2.3:a:nodejs:node.js",
            "repology:nodejs",
            "codename:Xenon",
        ],
        url="https://endoflife.date/nodejs",
    )
    assert undated.cycle == "3.10"  # no number, whose zero would be lost
    assert (undated.eol, undated.eol_on) == (False, None)
    assert (undated.support_ended, undated.support_until) == (True, None)
    assert (undated.lts, undated.extended_until, undated.discontinued_on) == (False, None, date(2021, 5, 1))


def test_both_forms_of_version_1_say_what_the_page_says() -> None:
    around = {"schema_version": "1.2.0", "generated_at": "2026-03-01T00:00:00+00:00"}
    page = cycles(of_page(PAGE))
    assert cycles(of_json({**around, "last_modified": "…", "result": PRODUCT})) == page
    assert cycles(of_json({**around, "total": 1, "result": [PRODUCT]}, "full.json")) == page


def test_version_0() -> None:
    found = cycles(
        of_json(
            [
                {
                    "cycle": "18",
                    "releaseDate": "2022-04-19",
                    "eol": "2025-04-30",
                    "latest": "18.20.8",
                    "latestReleaseDate": "2025-03-27",
                    "lts": "2022-10-25",
                    "support": "2023-10-18",
                    "extendedSupport": True,
                },
                {"cycle": "0.9", "eol": True, "lts": False, "support": True, "latest": "0.9.1"},
            ]
        )
    )
    assert [(each.product, each.title, each.identifiers) for each in found] == [("nodejs", None, [])] * 2
    first, second = found
    assert (first.eol, first.eol_on) == (None, date(2025, 4, 30))
    assert (first.support_ended, first.support_until, first.lts) == (None, date(2023, 10, 18), True)
    # `support: true` says that it still is; `eol: true` that it no longer is.
    assert (second.support_ended, second.eol) == (False, True)


def test_what_is_no_product_is_passed_over() -> None:
    for name, text in {
        "README.md": "# endoflife.date\n",
        "about.md": "---\ntitle: About\nlayout: page\n---\nText\n",
        "all.json": '["nodejs", "python"]',
        "package.json": '{"name": "x", "version": "1"}',
        "null.json": "null",
        "products.json": '{"total": 1, "result": [{"name": "nodejs", "uri": "https://…"}]}',
    }.items():
        assert read(name, text.encode(), NOW) == Reading({}, [])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("eol: 2029-04-30", "eol: soon", "date"),
        ("eol: 2029-04-30", "eol: 2029-13-45", "date"),
        ("eol: 2029-04-30", "eol: [2029]", "date"),
        ("eol: 2029-04-30", "eol: 20290430", "date"),
        ('releaseCycle: "26"', "releaseCycle:", "cycle"),
        ('releaseCycle: "26"', "releaseCycle: {a: 1}", "cycle"),
        ('releaseCycle: "26"', 'releaseCycle: "3.10"', "repeated"),
        ("  - repology: nodejs", "  - just text", "identifier"),
    ],
)
def test_one_wrong_thing_costs_only_itself(old: str, new: str, code: str) -> None:
    assert old in PAGE
    reading = of_page(PAGE.replace(old, new))
    assert [fault.code for fault in reading.faults] == [code]
    assert "3.10" in {cycle.cycle for cycle in reading.products["nodejs"]}
    if code == "date":
        assert (reading.products["nodejs"][0].eol, reading.products["nodejs"][0].eol_on) == (None, None)
        assert reading.faults[0].place == "nodejs 26"


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [\n---\n",
        "---\ntitle: never ends\nreleases:\n  - releaseCycle: 1\n",
        "---\npermalink: /x\nreleases: many\n---\n",
        "---\npermalink: /../../etc\nreleases: [{releaseCycle: 1}]\n---\n",
        "---\npermalink: 'a b'\nreleases: [{releaseCycle: 1}]\n---\n",
        "---\nreleases: [1, 2]\n---\n",
        "---\nreleases: {{ releases }}\n---\n",
    ],
)
def test_a_page_that_is_broken(text: str) -> None:
    reading = of_page(text)
    assert not reading.products
    assert reading.faults


def test_the_line_of_a_fault_is_that_of_the_page() -> None:
    assert [fault.place for fault in of_page("---\ntitle: x\nreleases: ]\n---\n").faults] == ["line 3"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1",
        '{"result": [{"releases": [}]}',
        '{"result": {"name": 3, "releases": []}}',
        '{"result": {"name": "x", "releases": {"a": 1}}}',
        '{"result": {"name": "x", "releases": ["a", null]}}',
        "[" * 5000,
        '{"result": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
    ],
)
def test_an_answer_that_is_broken(text: str) -> None:
    reading = read("x.json", text.encode(), NOW)
    assert not reading.products


def test_a_product_that_is_broken_costs_only_itself() -> None:
    broken = {**PRODUCT, "name": "broken", "releases": "none"}
    reading = of_json({"result": [broken, None, 7, PRODUCT]}, "full.json")
    assert list(reading.products) == ["nodejs"]
    assert [(fault.code, fault.place) for fault in reading.faults] == [("cycles", "broken")]


def test_wrong_types_everywhere_are_no_crash() -> None:
    values: list[Any] = [None, True, 7, 1.5, "x", [1], {"a": 1}, "2026-99-99"]
    for value in values:
        release = {**dict.fromkeys(RELEASE, value), "name": "1"}
        product = {**dict.fromkeys(PRODUCT, value), "name": "p", "releases": [release]}
        found = of_json({"result": product}).products["p"][0]
        assert (found.cycle, found.eol_on) == ("1", None)


def test_a_yaml_bomb_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    started = time.monotonic()
    reading = of_page("---\n" + "\n".join(lines) + "\nreleases: *a29\n---\n")
    assert not reading.products
    assert [fault.code for fault in reading.faults] == ["aliases"]
    assert of_page("---\nreleases: " + "[" * 5000 + "\n---\n").faults[0].code == "too-deep"
    assert time.monotonic() - started < 5


def test_what_is_too_large_is_refused_quickly() -> None:
    started = time.monotonic()
    huge = b"---\n" + b"a: b\n" * (LARGEST_PAGE // 5 + 2)
    assert [fault.code for fault in read("x.md", huge + b"---\n", NOW).faults] == ["too-large"]
    assert [fault.code for fault in read("x.json", b"[" + b" " * (100 << 20), NOW).faults] == ["too-large"]
    body = b"---\nreleases:\n- releaseCycle: 1\n  eol: true\n---\n" + b"x" * (100 << 20)
    assert read("x.md", body, NOW).products["x"][0].eol is True
    assert time.monotonic() - started < 5


def test_too_many_cycles_are_cut_off() -> None:
    many = [{"cycle": str(number)} for number in range(MOST_CYCLES + 5)]
    reading = of_json(many)
    assert len(reading.products["nodejs"]) == MOST_CYCLES
    assert [fault.code for fault in reading.faults] == ["too-many"]


def test_texts_are_one_line_and_bounded() -> None:
    product = {
        **PRODUCT,
        "label": "No\x1b[31mde\n",
        "category": "x" * 10_000,
        "links": {"html": "javascript:x"},
    }
    found = cycles(of_json({"result": product}))[0]
    assert found.title == "No [31mde"
    assert len(found.category or "") == 300
    assert found.url == "https://endoflife.date/nodejs"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*RELEASE, *PRODUCT, "eol", "cycle"]), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_json_gives_rows_or_faults(value: object) -> None:
    for document in (value, {"result": value}, {"result": {"name": "p", "releases": value}}):
        for rows in of_json(document, "p.json").products.values():
            assert all(type(row.cycle) is str and row.cycle for row in rows)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_crash(data: bytes) -> None:
    read("a.json", data, NOW)
    read("a.md", b"---\nreleases:\n" + data + b"\n---\n", NOW)


def test_every_shared_product_is_read(shared_data: Path) -> None:
    products: dict[str, list[Cycle]] = {}
    files = sorted((shared_data / "eol/products").glob("*.md"))
    for file in files:
        reading = read(file.name, file.read_bytes(), NOW)
        assert not reading.faults, (file.name, reading.faults)
        assert len(reading.products) == 1, file.name
        products |= reading.products
    rows = [row for each in products.values() for row in each]
    assert (len(files), len(products), len(rows)) == (464, 464, 8351)
    # As many dates and booleans as a plain reader of YAML counts in the files.
    assert sum(row.eol_on is not None for row in rows) == 7228
    assert sum(row.eol is not None for row in rows) == 1123
    assert sum(row.support_until is not None for row in rows) == 2290
    assert sum(row.support_ended is not None for row in rows) == 597
    assert sum(row.extended_until is not None for row in rows) == 466
    assert sum(row.discontinued_on is not None for row in rows) == 136
    assert sum(row.lts is not None for row in rows) == 634
    assert sum(row.released_on is not None for row in rows) == 8351
