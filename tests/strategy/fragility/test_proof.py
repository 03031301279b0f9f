# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the proof: areas, intervals, recall, by hand and by property."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.strategy.fragility.proof import area, intervals, recall, top, wins

SCORE = st.none() | st.floats(0, 1)
DAY = st.dictionaries(st.sampled_from("abcdef"), SCORE, min_size=1)


def test_an_area_by_hand() -> None:
    first = wins(0.9, {"a": 0.1, "b": 0.9, "c": None, "d": 0.95})
    assert first == {"a": 1, "b": 0.5, "c": 0.5, "d": 0}
    assert area([first, wins(0.2, {"a": 0.1})]) == pytest.approx((0.5 + 1) / 2)
    assert area([]) is None
    assert area([{}]) is None


def test_a_score_that_is_not_known_is_chance() -> None:
    assert area([wins(None, {"a": 0.1, "b": 0.2})]) == 0.5


@given(SCORE, DAY)
def test_turned_round_the_area_is_the_rest(score: float | None, others: dict[str, float | None]) -> None:
    found = area([wins(score, others)])
    turned = area([
        wins(None if score is None else -score, {n: None if o is None else -o for n, o in others.items()})
    ])  # fmt: skip
    assert found is not None
    assert turned is not None
    assert 0 <= found <= 1
    assert found + turned == pytest.approx(1)


@settings(max_examples=20)
@given(st.lists(st.tuples(SCORE, DAY), min_size=2, max_size=6), st.integers(0, 5))
def test_an_interval_is_repeatable_and_in_bounds(
    told: list[tuple[float | None, dict[str, float | None]]], seed: int
) -> None:
    compared = {"one": [wins(s, o) for s, o in told], "same": [wins(s, o) for s, o in told]}
    sure, ahead = intervals(compared, draws=40, seed=seed)
    assert (sure, ahead) == intervals(compared, draws=40, seed=seed)
    for low, high in sure.values():
        assert 0 <= low <= high <= 1
    assert not ahead or ahead["same"] == (0, 0)


def test_the_interval_holds_the_area_and_narrows_with_more_events() -> None:
    days = [({f"p{n}": n / 20 for n in range(20)}, 0.3 + 0.05 * event) for event in range(12)]
    few = [wins(score, others) for others, score in days]
    many = few * 8
    narrow, wide = (
        intervals({"m": many}, draws=300, seed=1)[0]["m"],
        intervals({"m": few}, draws=300, seed=1)[0]["m"],
    )
    found = area(few)
    assert found is not None
    assert wide.low <= found <= wide.high
    assert narrow.high - narrow.low < wide.high - wide.low


def test_one_event_has_no_interval() -> None:
    assert intervals({"m": [wins(0.5, {"a": 0.1, "b": 0.2})]}, draws=10, seed=1) == ({}, {})


def test_recall_allows_so_many_false_alarms() -> None:
    ordinary: list[list[float | None]] = [[n / 10 for n in range(10)]] * 2
    assert recall([0.85, 0.75], ordinary, 0.1) == 0.5
    assert recall([0.85, 0.75], ordinary, 0.2) == 1
    assert recall([None, 0.95], ordinary, 0.1) == 0.5
    assert recall([], [], 0.1) is None


def test_ties_count_against_a_place_among_the_first() -> None:
    assert top(0.5, {"a": 0.4, "b": None}, 1)
    assert not top(0.5, {"a": 0.5}, 1)
    assert not top(None, {}, 1)
