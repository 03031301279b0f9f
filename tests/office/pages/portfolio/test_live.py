# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of one thing, asked as a list."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model import purl
from umbel.office.editions import Asked, Column, Kind, Listing, Page
from umbel.office.pages.portfolio import live

LIST = Listing(
    name="l",
    title="L",
    noun=("a", "b"),
    about="",
    columns=(
        Column(name="name", title="Name", searched=True),
        Column(name="license", title="Licence", filtered=True),
        Column(name="direct", title="Direct", kind=Kind.YES, filtered=True),
        Column(name="number", title="Number", kind=Kind.NUMBER, filtered=True),
    ),
    order="name",
    rows=lambda _: live.nothing(),
)
TABLE = pa.table(
    {
        "key": ["1", "2", "3", "4"],
        "name": ["lodash", "Café", "left-pad", "x'; DROP TABLE listed; --"],
        "license": ["MIT", None, "MIT", "Apache-2.0"],
        "direct": [True, False, None, True],
        "number": [1, None, 30, 4],
    }
)


def keys(**asked: Any) -> list[str]:
    return [row["key"] for row in live.page(LIST, TABLE, Asked(**asked)).rows]


def page(**asked: Any) -> Page:
    return live.page(LIST, TABLE, Asked(**asked))


def test_order_with_unknown_last() -> None:
    assert keys(order="number") == ["1", "4", "3", "2"]
    assert keys(order="-number") == ["3", "4", "1", "2"]


def test_search_forgives_case_accents_and_mistakes() -> None:
    assert keys(search="CAFE") == ["2"]
    assert keys(search="pad left") == ["3"]
    found = page(search="lodahs")
    assert (found.forgiven, [row["key"] for row in found.rows]) == (True, ["1"])
    assert page(search="nothing like it").total == 0
    assert keys(search="'; DROP") == ["4"]


def test_filters_and_their_choices() -> None:
    assert keys(filters={"license": ("?",)}) == ["2"]
    assert keys(filters={"license": ("MIT", "?")}) == ["2", "3", "1"]
    assert keys(filters={"direct": ("yes",)}) == ["1", "4"]
    assert keys(filters={"direct": ("true",), "license": ("MIT",)}) == ["1"]
    assert keys(filters={"number": ("2..10",)}) == ["4"]
    assert keys(filters={"number": ("30",)}) == ["3"]
    assert keys(filters={"number": ("..4", "?")}) == ["2", "1", "4"]
    choices = page(filters={"license": ("MIT",), "direct": ("true",)}).choices
    assert [(c.value, c.count, c.chosen) for c in choices["license"]] == [
        ("Apache-2.0", 1, False),
        ("MIT", 1, True),
    ]
    assert {(c.value, c.count) for c in choices["direct"]} == {("true", 1), ("?", 1)}


def test_pages() -> None:
    found = page(per_page=3, page=2)
    assert (found.total, found.whole, found.pages, found.page, len(found.rows)) == (4, 4, 2, 2, 1)
    assert page(per_page=3, page=99).page == 2
    assert len(live.every(LIST, TABLE, Asked(search="a"))) == 4


@pytest.mark.parametrize(
    "package",
    [
        "pkg:npm/%40a/b",
        "pkg:maven/org.x/y",
        "pkg:deb/debian/libstdc%2B%2B6",
        "unidentified:a%20b/c",
        "pkg:npm/a+b",
    ],
)
def test_names_are_shown_as_everywhere(package: str) -> None:
    assert live.cursor().execute("SELECT shown($p)", {"p": package}).fetchone() == (purl.display(package),)


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip)


@given(NAMES, st.sampled_from(["npm", "maven", "golang", "deb"]), st.one_of(st.none(), NAMES))
def test_any_package_is_shown_as_everywhere(name: str, kind: str, namespace: str | None) -> None:
    try:
        package = purl.make(kind, namespace, name, None).package
    except ValueError:
        return
    assert live.cursor().execute("SELECT shown($p)", {"p": package}).fetchone() == (purl.display(package),)
