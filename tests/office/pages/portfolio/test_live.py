# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of one thing, asked as a list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from umbel.model import purl
from umbel.office.editions import Asked, Column, Kind, Listing, Page
from umbel.office.pages.portfolio import live

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two documents of one project: what stands in them, and what needs what."""
    rows, edges = tmp_path / "rows", tmp_path / "edges"
    nodes = [
        (snapshot, node, package, version)
        for snapshot in (11, 12)
        for node, (package, version) in enumerate((("pkg:npm/outer", "1"), ("pkg:npm/inner", None)))
    ]
    parquet.write_table(
        pa.table(
            {
                "project": ["shop"] * len(nodes),
                "snapshot": [each[0] for each in nodes],
                "node": pa.array([each[1] for each in nodes], pa.int32()),
                "package": [each[2] for each in nodes],
                "version": [each[3] for each in nodes],
            }
        ),
        rows,
    )
    asked = [
        ("shop", 11, None, 0, "^1", False), ("shop", 12, None, 0, "^1", False), ("shop", 11, 0, 1, ">=2 <3", True),
        ("shop", 12, 0, 1, None, False), ("other", 11, 0, 1, "wrong", False),
    ]  # fmt: skip
    names = ("project", "snapshot", "source", "target", "requirement", "optional")
    parquet.write_table(
        pa.table({name: [row[place] for row in asked] for place, name in enumerate(names)}), edges
    )
    return rows, edges


def test_what_was_asked_for_is_told_as_written(files: tuple[Path, Path]) -> None:
    outer, inner = ("pkg:npm/outer", "1"), ("pkg:npm/inner", None)
    found = live.asked_for(*files, "shop", [(None, outer), (outer, inner), (None, inner)])
    assert found[0] == [live.Requirement("^1", optional=False, snapshots=[11, 12])]
    assert found[1] == [
        live.Requirement(">=2 <3", optional=True, snapshots=[11]),
        live.Requirement(None, optional=False, snapshots=[12]),
    ]
    assert 2 not in found, "the project itself doesn't ask for it"
    assert live.asked_for(*files, "shop", []) == {}


def test_changes_are_told_of_projects_that_may_be_seen(tmp_path: Path) -> None:
    changes = pa.table(
        {
            "package": ["pkg:npm/inner"] * 3,
            "project": ["shop", "vault", "shop"],
            "moment": [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)],
            "snapshot": [1, 2, 3],
            "was": pa.array([[], ["1"], ["1"]], pa.list_(pa.string())),
            "became": pa.array([["1"], ["2"], []], pa.list_(pa.string())),
            "document": ["lockfile"] * 3,
            "origin": ["file:/a"] * 3,
        }
    )
    parquet.write_table(changes, tmp_path / "changes")
    told = live.changes_of(tmp_path / "changes", "pkg:npm/inner", lambda name: name != "vault").to_pylist()
    assert [(row["project"], row["what"]) for row in told] == [("shop", "went"), ("shop", "came in")]
    every = live.changes_of(tmp_path / "changes", "pkg:npm/inner", lambda _: True)
    assert every.column("what").to_pylist() == ["went", "changed", "came in"]
    assert live.turns_of(tmp_path / "changes", "shop") == {1: (1, 0, 0), 3: (0, 1, 0)}


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
