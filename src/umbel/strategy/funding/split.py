# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Splitting an amount by weights: in whole cents that sum to it exactly, by largest remainders.

A larger weight never gets less than a smaller one, and who gains weight never loses by it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def split(units: int, weights: Sequence[Fraction]) -> list[int]:
    """Whole units for each weight, summing to `units`; ties go to the first. All zero where the weights sum to 0.

    >>> split(100, [Fraction(1), Fraction(1), Fraction(1)])
    [34, 33, 33]
    """
    total = sum(weights, Fraction(0))
    if total <= 0:
        return [0] * len(weights)
    quotas = [weight * units / total for weight in weights]
    given = [quota.numerator // quota.denominator for quota in quotas]
    left = units - sum(given)
    order = sorted(range(len(weights)), key=lambda place: (given[place] - quotas[place], place))
    for place in order[:left]:
        given[place] += 1
    return given


def worth_giving(units: int, weights: Sequence[Fraction], least: int) -> int:
    """How many of the weights, the largest first as given, can share so that none gets less than `least`.

    The smallest are left out one by one: what they would get makes the others' more.
    """
    total = sum(weights, Fraction(0))
    for number in range(len(weights), 0, -1):
        smallest = weights[number - 1]
        if smallest > 0 and smallest * units >= least * total:
            return number
        total -= smallest
    return 0
