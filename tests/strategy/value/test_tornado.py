# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The tornado of what matters most."""

from __future__ import annotations

import pytest

from umbel.reports.value_tornado import NAMED, draw, specification
from umbel.strategy.value.answer import Driver


def driver(number: int, low: float, high: float) -> Driver:
    return Driver(
        assumption=f"a{number}",
        what=f"What <b>{number}</b> costs",
        unit="EUR",
        low=1,
        high=2,
        net_low=low,
        net_high=high,
        correlation=None,
        own=False,
        sentence=f"A sentence & {number}.",
    )


DRIVERS = [driver(0, -900, 400), driver(1, 100, -300), driver(2, -50, 20), driver(3, 0, 1)]


def test_the_three_strongest_on_one_line() -> None:
    made = specification(DRIVERS)
    (rows,) = made["datasets"].values() if "datasets" in made else [made["data"]["values"]]
    assert [(row["low"], row["high"]) for row in rows] == [(-900, 400), (-300, 100), (-50, 20)]
    assert "'domain': [-900, 400]" in str(made)


def test_it_is_drawn_for_a_page_and_for_those_who_can_not_see_it() -> None:
    svg = str(draw(DRIVERS))
    assert svg.count('class="bar"') == NAMED
    assert "<b>" not in svg
    assert "A sentence &amp; 0. A sentence &amp; 1. A sentence &amp; 2." in svg
    assert "-900 … 400" in svg


def test_nothing_that_moves_is_no_chart() -> None:
    with pytest.raises(ValueError, match="no assumption"):
        specification([])
