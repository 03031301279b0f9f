# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A comparison as a document: whole, the same every time, and safe whatever names say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.reports.pages import HOSTILE
from umbel.reports import evaluation
from umbel.strategy.evaluate.differences import differences
from umbel.strategy.evaluate.records import ROWS, Candidate, Cell, Evaluated, Missing, unknown

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def candidate(title: str, package: str = "pkg:npm/pad", **cells: Cell) -> Candidate:
    every = dict.fromkeys(ROWS, unknown("nobody asked", "umbel sync packages")) | cells
    missing = Missing(what="Licence", why="nobody asked", find_out="umbel sync packages")
    return Candidate(
        package=package, title=title, version="1.0.0", project=None, cells=every, summary=title, missing=(missing,)
    )  # fmt: skip


def compared(*candidates: Candidate) -> Evaluated:
    return Evaluated(
        as_of=NOW,
        use="hosted",
        product=None,
        candidates=candidates,
        differences=tuple(differences(candidates)),
    )


def used(package: str, projects: int | None) -> Candidate:
    cell = (
        unknown("nobody looked", None) if projects is None else Cell(text="x", value={"projects": projects})
    )
    return candidate(package, package, used=cell)


@pytest.mark.parametrize(("projects", "expected"), [
    ((1, 0), ["Only a is used here already."]),
    ((1, 2, 0), ["Only c is used by nobody here."]),
    ((1, 0, None), ["Only a of those that are known is used here already. Of c nobody knows."]),
    ((1, 2, 0, 0), ["a and b: each is used here already; c and d: each is used by nobody here."]),
    ((1, 2), []),
    ((0, None), []),
    ((1,), []),
])  # fmt: skip
def test_only_is_said_where_it_is_true(projects: tuple[int | None, ...], expected: list[str]) -> None:
    names = [f"pkg:npm/{name}" for name in "abcd"]
    every = [used(package, number) for package, number in zip(names, projects, strict=False)]
    assert list(differences(every)) == expected


def test_figures_are_told_from_twice_on_with_the_unknown_counted() -> None:
    def aged(name: str, days: int | None) -> Candidate:
        cell = unknown("no date", None) if days is None else Cell(text="x", value={"days": days})
        return candidate(name, f"pkg:npm/{name}", age=cell)

    told = list(differences([aged("a", 800), aged("b", 4000), aged("c", None)]))
    assert told == ["Age: from 2 years (a) to 10 years (b), 1 candidate unknown."]
    assert list(differences([aged("a", 800), aged("b", 1500)])) == []


def test_markdown_and_page_hold_every_row_and_what_is_missing() -> None:
    found = compared(candidate("pad (npm)", license=Cell(text="MIT", notes=("Said by the registry.",))))
    for text in (evaluation.markdown(found), evaluation.page(found)):
        assert all(title in text for title in ROWS.values())
        assert "MIT" in text
        assert "Said by the registry." in text
        assert "umbel sync packages" in text
    assert evaluation.page(found) == evaluation.page(found)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_a_name_says_gets_out(hostile: str) -> None:
    found = compared(candidate(hostile, license=Cell(text=hostile, notes=(hostile,))))
    page = evaluation.page(found)
    assert page.count("<script>") == 1  # our own
    assert "<img" not in page
    assert "\u202e" not in page
    table = evaluation.markdown(found).splitlines()
    assert all(line.startswith("| **") for line in table[6 : 6 + len(ROWS)])  # no line breaks out of its row
