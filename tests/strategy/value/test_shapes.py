# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of what isn't known exactly."""

from __future__ import annotations

import math
from statistics import fmean, pstdev
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.strategy.value.shapes import Shape, quantiles


class Ends(NamedTuple):
    """A range."""

    low: float
    likely: float
    high: float


EVEN = [(step + 0.5) / 4000 for step in range(4000)]
ENDED: list[Shape] = ["triangular", "pert"]
ranges = (
    st.tuples(*[st.floats(0.001, 1e6)] * 3)
    .map(lambda three: Ends(*sorted(three)))
    .filter(lambda ends: ends.low < ends.high)
)
chances = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(sorted)


@given(ranges, chances, st.sampled_from(["fixed", "triangular", "pert", "lognormal"]))
def test_a_higher_probability_is_never_a_lower_value(
    ends: Ends, probabilities: list[float], shape: Shape
) -> None:
    found = quantiles(shape, ends.low, ends.likely, ends.high, probabilities)
    assert found == sorted(found)
    assert all(map(math.isfinite, found))


@given(ranges, chances, st.sampled_from(ENDED))
def test_nothing_lies_outside_its_ends(ends: Ends, probabilities: list[float], shape: Shape) -> None:
    low, high = ends.low, ends.high
    slack = 1e-9 * high
    assert all(
        low - slack <= value <= high + slack
        for value in quantiles(shape, ends.low, ends.likely, ends.high, probabilities)
    )


@given(ranges, st.floats(0, 1e5), chances, st.sampled_from(["triangular", "pert", "lognormal"]))
def test_a_range_moved_up_moves_every_draw_up(
    ends: Ends, more: float, probabilities: list[float], shape: Shape
) -> None:
    raised = Ends(*(end * (1 + more) if shape == "lognormal" else end + more for end in ends))
    before = quantiles(shape, ends.low, ends.likely, ends.high, probabilities)
    after = quantiles(shape, raised.low, raised.likely, raised.high, probabilities)
    assert all(b >= a or math.isclose(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(("low", "likely", "high"), [(0, 3, 10), (1, 1, 5), (2, 9, 9), (35, 65, 110)])
def test_pert_has_the_mean_that_its_authors_gave_it(low: float, likely: float, high: float) -> None:
    found = quantiles("pert", low, likely, high, EVEN)
    assert fmean(found) == pytest.approx((low + 4 * likely + high) / 6, rel=2e-3)


def test_triangular_is_the_closed_form() -> None:
    found = quantiles("triangular", 0, 2, 10, [0, 0.2, 1])
    assert found == pytest.approx([0, 2, 10])
    assert fmean(quantiles("triangular", 0, 2, 10, EVEN)) == pytest.approx(4, rel=1e-3)


def test_a_symmetric_pert_spreads_as_its_beta_does() -> None:
    # Beta(3, 3) on 0 to 6: variance 36 × 9 / (36 × 7).
    assert pstdev(quantiles("pert", 0, 3, 6, EVEN)) == pytest.approx(math.sqrt(9 / 7), rel=2e-3)


def test_lognormal_ends_are_its_tenths() -> None:
    assert quantiles("lognormal", 40, 0, 1500, [0.1, 0.5, 0.9]) == pytest.approx(
        [40, math.sqrt(60_000), 1500]
    )


def test_what_is_no_range_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lie between"):
        quantiles("pert", 1, 9, 5, [0.5])
    with pytest.raises(ValueError, match="no range above 0"):
        quantiles("lognormal", 0, 1, 5, [0.5])
