# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small words that the rows of a comparison share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def listed(words: Sequence[str], most: int | None = None) -> str:
    """Words one after the other: a, b and c; what is too much is counted."""
    shown = list(words if most is None or len(words) <= most else words[:most])
    if len(shown) < len(words):
        return f"{', '.join(shown)} and {len(words) - len(shown):,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def day(moment: datetime) -> str:
    """The day of a moment."""
    return f"{moment:%Y-%m-%d}"


def first(text: str, most: int = 160) -> str:
    """The first line of a text, cut where it is long."""
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


def counted(number: int, one: str, more: str | None = None) -> str:
    """A number and its noun."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def years(days: float) -> str:
    """A span of time in the unit that fits it; what isn't whole doesn't count."""
    if days < 60:
        return counted(max(0, round(days)), "day")
    if days < 730:
        return counted(int(days / 30.44), "month")
    return counted(int(days / 365.25), "year")
