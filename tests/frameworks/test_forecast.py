# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forecasts: the interval holds what it says, shares stay shares, and too little past is said to be."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.frameworks.forecast import LEAST, LEVEL, forecast, quantile
from umbel.frameworks.interface import Forecast, Point, Reading, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

START = date(2024, 3, 31)


def series(values: Sequence[float | None], unit: Unit = "amount", step: int = 91) -> list[Point]:
    return [
        Point(
            end=START + timedelta(days=step * n),
            reading=Reading(indicator="x", as_of=datetime(2026, 3, 1, tzinfo=UTC), value=value, unit=unit),
        )
        for n, value in enumerate(values)
    ]


def walk(chance: random.Random, number: int, drift: float) -> list[float]:
    values = [100.0]
    for _ in range(number - 1):
        values.append(values[-1] + drift + chance.gauss(0, 3))
    return values


@pytest.mark.parametrize(("known", "steps", "drift"), [(6, 1, 0.0), (8, 4, 2.0), (13, 2, -1.0), (24, 6, 0.5)])
def test_eight_of_ten_futures_lie_in_the_interval(known: int, steps: int, drift: float) -> None:
    chance, inside, trials = random.Random(known), 0, 3_000
    for _ in range(trials):
        values = walk(chance, known + steps, drift)
        past = series(values[:known])
        found = forecast(past, past[-1].end + timedelta(days=91 * steps))
        assert isinstance(found, Forecast)
        inside += found.low <= values[-1] <= found.high
    # Four standard errors of a share of 0.8 over 3,000 trials are 0.029.
    assert abs(inside / trials - LEVEL) < 0.03


def test_steps_of_differing_length_count_by_their_length() -> None:
    chance, inside, trials = random.Random(7), 0, 3_000
    gaps = (91, 91, 30, 61, 182, 91, 20)
    for _ in range(trials):
        day, value, points = START, 50.0, []
        for gap in (0, *gaps):
            day, value = day + timedelta(days=gap), value + chance.gauss(0, 0.4) * gap**0.5
            points.append((day, value))
        past = [
            Point(
                end=d,
                reading=Reading(
                    indicator="x", as_of=datetime(2026, 3, 1, tzinfo=UTC), value=v, unit="amount"
                ),
            )
            for d, v in points
        ]
        found = forecast(past, day + timedelta(days=100))
        assert isinstance(found, Forecast)
        inside += found.low <= value + chance.gauss(0, 0.4) * 10 <= found.high
    assert abs(inside / trials - LEVEL) < 0.03


def test_the_interval_is_student_s() -> None:
    # Tables of Student's t, 90 % point: 4, 5, 9, 20, 60 degrees of freedom.
    table = {4: 1.533, 5: 1.476, 9: 1.383, 20: 1.325, 60: 1.296}
    assert {n: round(quantile(n), 3) for n in table} == table


def test_by_hand() -> None:
    # Steps 2, 4, 0, 2, 2 in five equal times: pace 2, squares 0+4+4+0+0 = 8, spread² = 8/4 = 2 a step.
    past = series([0.0, 2.0, 6.0, 6.0, 8.0, 10.0])
    found = forecast(past, past[-1].end + timedelta(days=91))
    assert isinstance(found, Forecast)
    assert found.value == pytest.approx(12.0)
    room = 1.533 * 2**0.5 * (1 + 1 / 5) ** 0.5
    assert found.high - found.value == pytest.approx(room, abs=0.01)
    assert found.value - found.low == pytest.approx(room, abs=0.01)


@pytest.mark.parametrize(
    ("values", "unit", "why"),
    [
        ([1.0, 2.0, 4.0, 3.0, 5.0], "count", "not enough past: 5 known points, and 6 are needed"),
        ([1.0, None, 2.0, 4.0, 3.0, None, 5.0], "count", "not enough past: 5 known"),
        ([0.5] * 9, "share", "it never moved"),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "count", "it moved so evenly"),
        ([0.0, 1.0, 0.0, 1.0, 1.0, 0.0], "yes", "a yes or no has no pace"),
        ([1.0, 2.0, 4.0, 3.0, 5.0, 6.0, None], "count", "it is unknown since 2025-06-29"),
        ([], "count", "not enough past: 0 known points"),
    ],
)
def test_where_nobody_can_tell_the_reason_is_said(values: list[float | None], unit: Unit, why: str) -> None:
    found = forecast(series(values, unit), date(2030, 1, 1))
    assert isinstance(found, str)
    assert found.startswith(why)


def test_a_past_day_is_no_forecast() -> None:
    assert forecast(series([1, 2, 4, 3, 5, 6]), START) == "the day doesn't lie ahead"


def test_a_stated_value_that_lasts_counts_once() -> None:
    def stated(values: Sequence[float], lasting: int) -> list[Point]:
        told = series([*values, *[values[-1]] * lasting])
        days = [min(n, len(values) - 1) for n in range(len(told))]
        moments = [datetime.combine(told[n].end, datetime.min.time(), UTC) for n in days]
        return [
            Point(
                end=each.end,
                reading=Reading(
                    indicator="x", as_of=each.reading.as_of, value=each.reading.value, unit="amount", stated=True,
                    observed_at=moment,
                ),
            )
            for each, moment in zip(told, moments, strict=True)
        ]  # fmt: skip

    values = [1.0, 3.0, 2.0, 5.0, 4.0, 6.0]
    end = date(2030, 1, 1)
    assert forecast(stated(values[:5], 3), end) == "not enough past: 5 known points, and 6 are needed"
    assert forecast(stated(values, 2), end) == forecast(stated(values, 0), end)


@given(st.lists(st.floats(0, 1), min_size=LEAST, max_size=20), st.integers(1, 4000))
def test_a_share_s_forecast_is_a_share(values: list[float], days: int) -> None:
    past = series(values, "share")
    found = forecast(past, past[-1].end + timedelta(days=days))
    if isinstance(found, Forecast):
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert "80 %" in found.how


@given(st.lists(st.integers(0, 50), min_size=LEAST, max_size=12), st.integers(1, 400), st.integers(1, 400))
def test_farther_ahead_is_never_surer(values: list[int], near: int, more: int) -> None:
    past = series([float(value) for value in values])
    last = past[-1].end
    one, two = (forecast(past, last + timedelta(days=days)) for days in (near, near + more))
    if isinstance(one, Forecast) and isinstance(two, Forecast):
        assert two.high - two.low >= one.high - one.low
