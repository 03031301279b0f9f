# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""COCOMO II against what its authors published."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from umbel.strategy.value import sampling
from umbel.strategy.value.assumptions import built_in
from umbel.strategy.value.cocomo import SCALE_FACTORS, person_months

NOMINAL = 0.91 + 0.01 * (3.72 + 3.04 + 4.24 + 3.29 + 4.68)


def effort(lines: float, **others: float) -> float:
    """Person-months, all nominal but what is given."""
    drawn: dict[str, Any] = sampling.draws(built_in(), number=1)
    drawn |= {name: pa.array([value]) for name, value in others.items()}
    (found,) = person_months(pa.array([float(lines)]), drawn).to_pylist()
    return float(found)


def test_nominal_factors_make_the_published_exponent() -> None:
    assert pytest.approx(1.0997) == NOMINAL
    assert effort(1000) == pytest.approx(2.94)


def test_the_manuals_average_large_project() -> None:
    # COCOMO II Model Definition Manual 2.1, schedule estimation: 100 KSLOC at E = 1.15 are 586.61 person-months.
    points = dict.fromkeys(SCALE_FACTORS, 0.0) | {SCALE_FACTORS[0]: 24.0}
    assert effort(100_000, **points) == pytest.approx(586.61, abs=0.01)


def test_the_overviews_small_project() -> None:
    # Overview of COCOMO (Softstar Systems): 8,000 lines, all nominal, 28.9 person-months.
    assert effort(8_000) == pytest.approx(28.9, abs=0.05)


@pytest.mark.parametrize(("points", "months"), [((0, 0, 0, 0, 0), 194), ((6.2, 5.07, 7.07, 5.48, 7.8), 832)])
def test_the_manuals_ends_of_the_scale(points: tuple[float, ...], months: float) -> None:
    # The same manual, scale factors: 100 KSLOC are 194 person-months at best, 832 at worst.
    factors = dict(zip(SCALE_FACTORS, points, strict=True))
    assert effort(100_000, **factors) == pytest.approx(months, rel=0.01)


def test_multipliers_multiply_and_size_costs_more_than_its_share() -> None:
    assert effort(10_000, cocomo_multipliers=1.5) == pytest.approx(1.5 * effort(10_000))
    assert effort(20_000) > 2 * effort(10_000)
