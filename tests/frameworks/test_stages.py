# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Levels, shares and how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frameworks import made
from umbel.frameworks.assess import assess
from umbel.frameworks.interface import Level, Part

if TYPE_CHECKING:
    from umbel.frameworks.interface import Outcome

PARTS = (Part(id="a", title="A"), Part(id="b", title="B"))
OUTCOMES = st.sampled_from(["met", "unmet", "unknown", "not-applicable"])


def test_a_level_is_reached_when_it_and_all_below_hold() -> None:
    found = made.standing(
        {"1-x": "met", "1-y": "met", "2-x": "unmet", "2-y": "unknown", "3-x": "met"}
    ).overall
    assert found.level is not None
    assert (found.level.number, found.held_by) == (1, ("2-x", "2-y"))
    assert found.next_level is not None
    assert (found.next_level.number, found.share, found.at_most) == (2, 0.6, 0.8)


def test_what_does_not_apply_holds_nothing_back_and_reaches_nothing() -> None:
    held = made.standing({"1-x": "met", "2-x": "not-applicable", "3-x": "met"}).overall
    assert held.level is not None
    assert held.level.number == 3
    alone = made.standing({"1-x": "not-applicable", "2-x": "not-applicable"}).overall
    assert (alone.level, alone.share, alone.evidenced) == (None, None, None)


@pytest.mark.parametrize(("overall", "level"), [("lowest", 1), ("first", 2), ("none", None)])
def test_the_whole_is_made_of_its_dimensions(overall: str, level: int | None) -> None:
    outcomes: dict[str, Outcome] = {"1-a-x": "met", "2-a-x": "met", "1-b-x": "met", "2-b-x": "unmet"}
    found = made.standing(outcomes, dimensions=PARTS, overall=overall)
    assert (found.overall.level and found.overall.level.number) == level
    assert [each.level and each.level.number for each in found.dimensions] == [2, 1]
    assert found.dimensions[1].held_by == ("2-b-x",)


def test_a_dimension_that_ends_below_does_not_hold_the_whole() -> None:
    found = made.standing({"1-a-x": "met", "1-b-x": "met", "2-b-x": "met"}, dimensions=PARTS).overall
    assert found.level is not None
    assert found.level.number == 2


def test_enough_of_a_level_is_enough_where_the_framework_says_so() -> None:
    outcomes: dict[str, Outcome] = {f"1-{n}": "met" for n in "abc"}
    outcomes["1-d"] = "unmet"
    for need, level in ((0.75, 1), (0.76, None)):
        found = made.standing(outcomes, need=need).overall
        assert (found.level and found.level.number) == level


def test_a_dimension_may_have_levels_of_its_own_or_none() -> None:
    own = Part(id="a", title="A", levels=(Level(number=7, title="Seven"),))
    none = Part(id="b", title="B", staged=False)
    practices = (made.practice("x", level=7, dimension="a"), made.practice("y", dimension="b"))
    ours = made.framework(*practices, dimensions=(own, none), overall="first")
    found = assess(ours, made.facts(made.attested("ours/x"), made.attested("ours/y")))
    assert [each.level and each.level.title for each in found.dimensions] == ["Seven", None]
    assert found.overall.level is not None
    assert found.overall.level.number == 7


def test_petals_that_are_the_flowers_have_shares_alone() -> None:
    practices = (
        made.practice("x", level=1, petals=("legal", "office")),
        made.practice("y", level=1, weight=3, petals=("office",)),
    )
    petals = (Part(id="office", title="Office"), Part(id="legal", title="Legal"))
    found = assess(made.framework(*practices), made.facts(made.attested("ours/x"), petals=petals))
    assert [(each.id, each.level, each.share) for each in found.petals] == [
        ("office", None, 0.25),
        ("legal", None, 1.0),
    ]
    own = assess(made.framework(*practices, petals=petals), made.facts(made.attested("ours/x")))
    assert [each.level and each.level.number for each in own.petals] == [None, 1]


def test_figures_that_somebody_stated_are_peoples_word() -> None:
    ours = made.framework(made.practice("goals", "evidence"), levels=())
    seen, told = (
        assess(ours, made.facts(readings=(made.reading(0.9, stated=stated),))).overall
        for stated in (False, True)
    )
    assert (seen.evidenced, seen.attested) == (1, 0)
    assert (told.evidenced, told.attested, told.met) == (0, 1, 1)


@given(
    st.dictionaries(
        st.sampled_from([f"{level}-{name}" for level in (1, 2, 3) for name in "vwxyz"]), OUTCOMES, min_size=1
    )
)
def test_shares_sum_to_the_whole_and_levels_stand_on_those_below(outcomes: dict[str, Outcome]) -> None:
    found = made.standing(outcomes).overall
    assert found.met + found.unmet + found.unknown + found.not_applicable == len(outcomes)
    if found.share is None:
        assert (found.evidenced, found.attested, found.unanswered, found.at_most) == (None, None, None, None)
        return
    assert found.at_most is not None
    assert 0 <= found.share <= found.at_most <= 1
    assert (found.evidenced or 0) + (found.attested or 0) + (found.unanswered or 0) == pytest.approx(1)
    reached = 0 if found.level is None else found.level.number
    assert all(
        outcome in {"met", "not-applicable"} for name, outcome in outcomes.items() if int(name[0]) <= reached
    )
    for name in found.held_by:
        assert outcomes[name] in {"unmet", "unknown"}
        assert found.next_level is not None
        assert int(name[0]) == found.next_level.number


@given(
    st.dictionaries(
        st.sampled_from([f"{level}-{name}" for level in (1, 2, 3) for name in "vwxyz"]), OUTCOMES, min_size=1
    )
)
def test_one_more_met_never_lowers(outcomes: dict[str, Outcome]) -> None:
    before = made.standing(outcomes).overall
    for name, outcome in outcomes.items():
        if outcome in {"unmet", "unknown"}:
            after = made.standing(outcomes | {name: "met"}).overall
            assert (after.share or 0) > (before.share or 0)
            assert (after.level.number if after.level else 0) >= (before.level.number if before.level else 0)
