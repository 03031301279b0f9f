# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How much money would help a project: the weighted mean of five parts, each with its reason.

What isn't known counts as nothing and stays in the denominator: else a project of which less was collected could
get more than one that was looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.metrics.words import percent
from umbel.strategy.funding.model import model
from umbel.strategy.funding.records import Asks, Need, NeedPart

if TYPE_CHECKING:
    from umbel.strategy.control.records import Control

Told = tuple[float | None, str]
"""The value of a part, and what it stands on."""


def need(
    control: Control | None, asks: Asks, *, risk: float | None = None, products: int | None = None
) -> Need:
    """A project's need, by who carries it (`control`), its risk (0 to 1), and how many of our products rely on it."""
    told: dict[str, Told] = {
        "one-person": _few(control),
        "unpaid": _unpaid(control),
        "fragile": (risk, "its fragility is unknown" if risk is None else f"its risk is {percent(risk)}"),
        "asks": _asks(asks),
        "used": _used(products),
    }
    parts = tuple(
        NeedPart(name=part.name, weight=part.weight, value=told[part.name][0], reason=told[part.name][1])
        for part in model().parts
    )
    whole = sum(part.weight for part in parts)
    value = sum(part.weight * part.value for part in parts if part.value is not None)
    known = sum(part.weight for part in parts if part.value is not None)
    return Need(value=value / whole, confidence=known / whole, parts=parts)


def _few(control: Control | None) -> Told:
    if control is None or control.absence_factor is None:
        return None, "who carries it is unknown"
    few = control.absence_factor
    who = "one person makes" if few == 1 else f"{few} people make"
    return 1 / few, f"{who} half of the year's commits"


def _unpaid(control: Control | None) -> Told:
    unseen = control.commits.unknown if control is not None else None
    if unseen is None:
        return None, "for whom its people work is unknown: there was no commit in the year"
    taken = model().assumptions.unseen
    words = (
        f"{percent(unseen)} of the year's commits are by people of no known employer; "
        f"{percent(taken)} of that is taken as unpaid"
    )
    return unseen * taken, words


def _asks(asks: Asks) -> Told:
    if asks.links:
        return 1.0, f"it asks for money in {asks.links[0].source}"
    if asks.looked:
        return 0.0, "it doesn't ask for money where it was looked"
    return None, "whether it asks for money is unknown"


def _used(products: int | None) -> Told:
    if products is None:
        return None, "how many of our products rely on it is unknown"
    number = "1 product relies" if products == 1 else f"{products:,} products rely"
    return products / (products + model().half_users), f"{number} on it"
