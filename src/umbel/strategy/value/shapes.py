# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of what isn't known exactly, as the values that equal steps of likelihood lead to.

Each function takes probabilities (0 to 1) and gives the values below which the unknown lies with that probability
(the inverse of its distribution). Drawn so, a wider or higher range moves every draw the same way.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate, pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Shape = Literal["fixed", "triangular", "pert", "lognormal"]
_STEPS = 2048
_NORMAL = NormalDist()
_TENTH = _NORMAL.inv_cdf(0.9)
_EDGE = 1e-12


def quantiles(
    shape: Shape, low: float, likely: float, high: float, probabilities: Sequence[float]
) -> list[float]:
    """The values of a shape at some probabilities.

    Of `fixed` it is `likely` every time. Of a `lognormal`, `low` and `high` are its 10th and 90th percentile; of the
    others its ends. Raises `ValueError` for a range that is none.
    """
    if shape == "fixed" or low == high:
        return [likely if shape == "fixed" else low] * len(probabilities)
    if shape == "lognormal":
        return _lognormal(low, high, probabilities)
    if not low <= likely <= high:
        raise ValueError(f"{likely} does not lie between {low} and {high}")
    if shape == "triangular":
        return _triangular(low, likely, high, probabilities)
    return _pert(low, likely, high, probabilities)


def _triangular(low: float, likely: float, high: float, probabilities: Sequence[float]) -> list[float]:
    width, left, right = high - low, likely - low, high - likely
    turn = left / width
    return [
        low + math.sqrt(p * width * left) if p < turn else high - math.sqrt((1 - p) * width * right)
        for p in probabilities
    ]


def _pert(low: float, likely: float, high: float, probabilities: Sequence[float]) -> list[float]:
    """Malcolm and others 1959: a beta distribution whose mean is (low + 4 likely + high) / 6."""
    sums = _below(4 * (likely - low) / (high - low))
    whole, width = sums[-1], (high - low) / _STEPS
    found = []
    for p in probabilities:
        wanted = p * whole
        place = min(bisect_right(sums, wanted) - 1, _STEPS - 1)
        share = (wanted - sums[place]) / (sums[place + 1] - sums[place] or 1.0)
        found.append(low + width * (place + min(share, 1.0)))
    return found


@lru_cache(maxsize=256)
def _below(rise: float) -> list[float]:
    """How much of x^rise (1 - x)^(4 - rise) lies below each of equal steps from 0 to 1, not yet made a share."""
    points = [step / _STEPS for step in range(_STEPS + 1)]
    density = [x**rise * (1 - x) ** (4 - rise) for x in points]
    return list(accumulate((a + b for a, b in pairwise(density)), initial=0.0))


def _lognormal(low: float, high: float, probabilities: Sequence[float]) -> list[float]:
    if not 0 < low <= high:
        raise ValueError(f"{low} to {high} is no range above 0")
    middle = (math.log(low) + math.log(high)) / 2
    deviation = (math.log(high) - math.log(low)) / (2 * _TENTH)
    cut = (min(max(p, _EDGE), 1 - _EDGE) for p in probabilities)
    return [math.exp(middle + deviation * _NORMAL.inv_cdf(p)) for p in cut]
