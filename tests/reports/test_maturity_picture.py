# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The flower of a framework as a picture."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from tests.frameworks import made
from umbel.frameworks.interface import Part
from umbel.reports import maturity_picture as flower

if TYPE_CHECKING:
    from umbel.frameworks.interface import Assessment, Outcome


def _assessed(*titles: str) -> Assessment:
    dimensions = tuple(Part(id=f"d{number}", title=title) for number, title in enumerate(titles))
    return made.standing({f"1-{part.id}-x": "met" for part in dimensions}, dimensions=dimensions)


@given(st.floats(0, 1), st.floats(0, 1))
def test_areas_are_true(one: float, other: float) -> None:
    def area(share: float) -> float:
        return flower.radius(share) ** 2 - flower.INNER**2

    assert area(one) * other == pytest.approx(area(other) * one, abs=1e-6)


@given(st.integers(1, flower.MOST))
def test_no_words_cover_each_other_or_leave_the_picture(number: int) -> None:
    labels = flower.placed(_assessed(*[f"Dimension {n}" for n in range(number)]).dimensions)
    assert len(labels) == number
    for side in ("left", "right"):
        ys = sorted(label.y for label in labels if label.side == side)
        assert all(below - above >= 29 for above, below in pairwise(ys))
        assert all(8 <= y <= flower.HEIGHT - 20 for y in ys)
    for label in labels:
        away = math.hypot(label.x - flower.WIDTH / 2, label.y + 5 - flower.HEIGHT / 2)
        assert away > flower.OUTER


def test_unknown_and_unmet_are_told_apart_by_more_than_colour() -> None:
    outcomes = {"1-a-x": "met", "1-a-y": "unmet", "1-b-x": "unknown"}
    parts = (
        Part(id="a", title="Known"),
        Part(id="b", title="Open"),
        Part(id="c", title="Nothing is asked here"),
    )
    found = made.standing(outcomes, dimensions=parts)  # type: ignore[arg-type]
    assert flower.description(found) == "Known: 1 of 2 met; Open: 0 of 1 met, 1 unknown."
    svg = flower.draw(found, name="x")
    assert svg.count('class="bar-unknown"') == 1
    assert svg.count('class="track"') == 2
    assert "Nothing is asked here" not in svg


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "\x1b[31m" + "long " * 40, "漢字" * 30, "a\u202eb"]
)
def test_hostile_titles_stay_text(title: str) -> None:
    text = flower.standing_alone(_assessed(title, "Other"))
    root = fromstring(text)
    assert {child.tag.rpartition("}")[2] for child in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "style",
        "rect",
        "text",
        "g",
        "path",
    }
    assert "\x1b" not in text
    assert "<script" not in text


def test_a_framework_of_nothing_has_a_picture_too() -> None:
    empty = made.standing({"1-x": "not-applicable"})
    assert "Nothing is asked." in flower.standing_alone(empty)


@pytest.mark.parametrize(("outcome", "word"), [("unknown", "?"), ("unmet", "0 %")])
def test_where_nothing_is_answered_no_share_is_told(outcome: Outcome, word: str) -> None:
    found = made.standing({"1-x": outcome})
    drawn = flower.specification(flower.parts(found), found.overall)
    assert f"'word': '{word}'" in str(drawn)
