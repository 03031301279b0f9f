# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers, shares, spans and days as people say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

_SMALL = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_SPANS = {
    30: "month",
    90: "three months",
    180: "six months",
    365: "year",
    730: "two years",
    1825: "five years",
}


def count(number: int, *, capital: bool = False) -> str:
    """A whole number: in words up to twelve."""
    text = _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"
    return text[0].upper() + text[1:] if capital else text


def agree(number: int, one: str, more: str) -> str:
    """The form of a word that goes with a number."""
    return one if number == 1 else more


def percent(share: float) -> str:
    """A share of 1 in per cent, never rounded to nothing or to all."""
    if share == 0:
        return "0 %"
    if share < 0.01:
        return "less than 1 %"
    if 0.99 < share < 1:
        return "more than 99 %"
    return f"{share * 100:.0f} %"


def of_all(share: float, what: str, *, capital: bool = False) -> str:
    """A share of something: all of it, none of it, or so many per cent of it."""
    text = (
        f"all of {what}" if share >= 1 else f"none of {what}" if share == 0 else f"{percent(share)} of {what}"
    )
    text = text.replace("all of all", "all")
    return text[0].upper() + text[1:] if capital else text


def rounded(value: float) -> str:
    """A number with as many digits as matter."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def window(days: int) -> str:
    """The days before the day asked for: in the last year."""
    return f"in the last {_SPANS.get(days, f'{days:,} days' if days > 1 else 'day')}"


def span(days: int | None) -> str:
    """The window as something that another one went before: the year."""
    return f"the {_SPANS.get(days or 0, f'{days:,} days' if days else 'time')}"


def months_of(days: int | None) -> str:
    """How long: a year, six months, 400 days."""
    text = _SPANS.get(days or 0, f"{days:,} days" if days else "long")
    return f"a {text}" if text in {"month", "year"} else text


def since(day: date, today: datetime) -> str:
    """A past month: May, or May 2018 if that was long ago."""
    recent = (today.year - day.year) * 12 + today.month - day.month < 11
    return f"{day:%B}" if recent else f"{day:%B} {day.year}"


def ago(days: float) -> str:
    """A number of days back: today, 71 days ago, 2.7 years ago."""
    number = int(days)
    if number <= 1:
        return "yesterday" if number == 1 else "today"
    return f"{number} days ago" if number < 548 else f"{number / 365.25:.1f} years ago"
