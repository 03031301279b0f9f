# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Indicators as cards: the value, what it is of, and the way to why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.urls import reverse

from umbel.metrics.words import percent
from umbel.office.editions import figure_of
from umbel.office.figures import indicators, readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Indicator, Reading
    from umbel.office.seen import Seen

_UNITS = {"days": "days", "years": "years"}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One card. `of` is a number where the value is a part of it, else words."""

    title: str
    value: float | int | str | None
    of: float | int | str | None
    why: str
    unit: str = ""
    note: str = ""


def cards(looks: Seen, names: Sequence[str]) -> list[Shown]:
    """Cards of some indicators, in this order; those of an edition that hasn't read them yet are left out."""
    told, about = figure_of(readings, looks).value or {}, figure_of(indicators, looks).value or {}
    return [_card(about[name], told[name]) for name in names if name in told and name in about]


def _card(about: Indicator, told: Reading) -> Shown:
    why = reverse("why-indicator", args=[about.name])
    if told.value is None:
        return Shown(
            title=about.title, value=None, of=about.question, why=why, note=told.why or "Nobody knows why."
        )
    note = (
        ""
        if told.coverage is None or told.coverage >= 1
        else f"{percent(told.coverage)} of what it speaks of is known."
    )
    if about.unit == "share" and told.numerator is not None and told.denominator is not None:
        return Shown(
            title=about.title, value=_plain(told.numerator), of=_plain(told.denominator), why=why, note=note
        )
    if about.unit == "yes":
        return Shown(
            title=about.title, value="yes" if told.value else "no", of=about.question, why=why, note=note
        )
    value: float | str = percent(told.value) if about.unit == "share" else _plain(told.value)
    unit = about.currency or "" if about.unit == "amount" else _UNITS.get(about.unit, "")
    return Shown(
        title=about.title, value=value, of=about.noun or about.question, why=why, unit=unit, note=note
    )


def _plain(value: float) -> float:
    return int(value) if value == int(value) else round(value, 2)
