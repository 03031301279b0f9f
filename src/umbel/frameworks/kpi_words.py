# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of KPIs as people read them: with their unit, what they are of, and how they moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.indicators.sentences import number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Indicator, Point, Reading, Unit

_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""What stands in a sparkline for what nobody knows."""


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


def of(reading: Reading, indicator: Indicator) -> str:
    """What a share is made of: 72 of 96 projects; nothing for what is no share."""
    if reading.value is None or reading.numerator is None or reading.denominator is None:
        return ""
    noun = f" {indicator.noun}" if indicator.noun else ""
    return f"{number(reading.numerator)} of {number(reading.denominator)}{noun}"


def change(before: Reading, now: Reading, indicator: Indicator) -> str:
    """How a figure moved, with what it is of: 61 of 96 → 72 of 96 projects (64 % → 75 %)."""
    shown = [figure(each.value, indicator.unit, indicator.currency) for each in (before, now)]
    if (before.value, before.numerator) == (now.value, now.numerator):
        return f"unchanged at {shown[1]}" if now.value is not None else "unknown then and now"
    if indicator.unit != "share" or now.denominator is None or now.value is None:
        return " → ".join(shown)
    bare = (
        of(before, indicator).removesuffix(f" {indicator.noun}") if indicator.noun else of(before, indicator)
    )
    return f"{bare or '?'} → {of(now, indicator)} ({' → '.join(shown)})"


def better(before: Reading, now: Reading, indicator: Indicator) -> bool | None:
    """Whether a figure moved to the better; None where it stayed, one of both is unknown, or no way is better."""
    if (
        before.value is None
        or now.value is None
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
    known = [each.reading.value for each in series if each.reading.value is not None]
    whole = bool(series) and series[0].reading.unit in {"share", "yes"}
    low = min([0.0, *known])
    top = 1.0 if whole else max([0.0, *known])
    return "".join(GAP if p.reading.value is None else _bar(p.reading.value, low, top) for p in series)


def _bar(value: float, low: float, top: float) -> str:
    height = (value - low) / (top - low) if top > low else 0.0
    return _BARS[min(max(round(height * (len(_BARS) - 1)), 0), len(_BARS) - 1)]
