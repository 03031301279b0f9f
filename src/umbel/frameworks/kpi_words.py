# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of KPIs as people read them: with their unit, what they are of, and how they moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.goals import COVERAGE
from umbel.frameworks.indicators.sentences import number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Indicator, Point, Reading, Unit

_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""What stands in a sparkline for what nobody knows."""
PART = "▫"
"""What stands there for what is known of too little to be told as a fact."""


def figure(value: float | None, unit: Unit, currency: str | None = None) -> str:
    """A value with its unit; a question mark for what nobody knows.

    >>> figure(0.75, "share"), figure(None, "count"), figure(1.0, "days"), figure(0.0, "yes")
    ('75 %', '?', '1 day', 'no')
    """
    if value is None:
        return "?"
    if unit == "share":
        return percent(value)
    if unit == "yes":
        return "yes" if value >= 1 else "no"
    text = number(value)
    if unit in {"days", "years"}:
        return f"{text} {unit.removesuffix('s') if text == '1' else unit}"
    return f"{text} {currency}" if unit == "amount" and currency else text


def enough(reading: Reading) -> bool:
    """Whether a figure is known of as much as a target would ask for: less of it is no height, step or pace."""
    return reading.value is not None and (reading.coverage is None or reading.coverage >= COVERAGE)


def told(reading: Reading, indicator: Indicator) -> str:
    """A reading with its unit, and how much it was looked at where that is too little: 0 (17 % known)."""
    shown = figure(reading.value, indicator.unit, indicator.currency)
    if reading.value is None or reading.coverage is None or enough(reading):
        return shown
    return f"{shown} ({percent(reading.coverage)} known)"


def of(reading: Reading, indicator: Indicator) -> str:
    """What a share is made of: 72 of 96 projects; nothing for what is no share."""
    if reading.value is None or reading.numerator is None or reading.denominator is None:
        return ""
    noun = f" {indicator.noun}" if indicator.noun else ""
    return f"{number(reading.numerator)} of {number(reading.denominator)}{noun}"


def change(before: Reading, now: Reading, indicator: Indicator) -> str:
    """How a figure moved, with what it is of: 61 of 96 → 72 of 96 projects (64 % → 75 %)."""
    shown = [told(each, indicator) for each in (before, now)]
    if (before.value, before.numerator) == (now.value, now.numerator):
        return f"unchanged at {shown[1]}" if now.value is not None else "unknown then and now"
    if indicator.unit != "share" or now.denominator is None or now.value is None:
        return " → ".join(shown)
    bare = (
        of(before, indicator).removesuffix(f" {indicator.noun}") if indicator.noun else of(before, indicator)
    )
    return f"{bare or '?'} → {of(now, indicator)} ({' → '.join(shown)})"


def better(before: Reading, now: Reading, indicator: Indicator) -> bool | None:
    """Whether a figure moved to the better; None where it stayed, too little is known of one, or no way is better."""
    if (
        before.value is None
        or now.value is None
        or not (enough(before) and enough(now))
        or before.value == now.value
        or indicator.better == "neither"
    ):
        return None
    return (now.value > before.value) == (indicator.better == "higher")


def sparkline(series: Sequence[Point]) -> str:
    """A series in a line of a terminal: shares on a scale from none to all, others up to their highest.

    >>> sparkline(())
    ''
    """
    known = [each.reading.value for each in series if each.reading.value is not None and enough(each.reading)]
    whole = bool(series) and series[0].reading.unit in {"share", "yes"}
    low = min([0.0, *known])
    top = 1.0 if whole else max([0.0, *known])
    return "".join(_bar(each.reading, low, top) for each in series)


def _bar(reading: Reading, low: float, top: float) -> str:
    value = reading.value
    if value is None or not enough(reading):
        return GAP if value is None else PART
    height = (value - low) / (top - low) if top > low else 0.0
    return _BARS[min(max(round(height * (len(_BARS) - 1)), 0), len(_BARS) - 1)]
