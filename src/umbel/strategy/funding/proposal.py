# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A budget over candidates: weight = priority × need, and each amount with its arithmetic.

Who can't take money, or of whom too little is known, stands apart with the reason; none is dropped.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING

from umbel.metrics.words import percent
from umbel.model.errors import UsageError
from umbel.strategy.funding.model import model
from umbel.strategy.funding.records import Apart, Award, Candidate, Proposal
from umbel.strategy.funding.split import split, worth_giving

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = Decimal(10) ** 15


def propose(
    candidates: Sequence[Candidate],
    budget: Decimal,
    *,
    currency: str = "EUR",
    most: int | None = None,
    least: Decimal = Decimal(0),
) -> Proposal:
    """Split a budget over those who can take it. The amounts sum to it exactly, in the currency's smallest unit.

    `most` is how many get something, `least` what each gets at least. Raises `UsageError` for amounts that are none.
    """
    code = currency.upper()
    places = _places(code)
    units, fewest = _units(budget, places, "budget"), _units(least, places, "least amount")
    _check(units, fewest, most)
    apart = [found for each in candidates if (found := _apart(each))]
    left_out = {found.project for found in apart}
    able = sorted(
        (each for each in candidates if each.project not in left_out),
        key=lambda each: (-_weight(each), each.project),
    )
    chosen = able if most is None else able[:most]
    number = worth_giving(units, [_weight(each) for each in chosen], max(fewest, 1))
    apart += [_beyond(each, "most", f"{most} before it weigh more") for each in able[len(chosen) :]]
    small = f"its part would be less than {_money(max(fewest, 1), places)} {code}"
    apart += [_beyond(each, "least", small) for each in chosen[number:]]
    awards = _awards(chosen[:number], units, places, code)
    given = sum((award.amount for award in awards), Decimal(0))
    return Proposal(
        budget=_money(units, places),
        currency=code,
        left=_money(units, places) - given,
        total_weight=float(sum((_weight(each) for each in chosen[:number]), Fraction(0))),
        awards=tuple(awards),
        apart=tuple(sorted(apart, key=lambda each: (-(each.priority or 0.0), each.project))),
        assumptions=_assumptions(),
    )


def _awards(chosen: Sequence[Candidate], units: int, places: int, code: str) -> list[Award]:
    weights = [_weight(each) for each in chosen]
    total = sum(weights, Fraction(0))
    awards = []
    for each, weight, given in zip(chosen, weights, split(units, weights), strict=True):
        share = float(weight / total)
        amount = _money(given, places)
        words = (
            f"{each.priority:.1f} × {each.need.value:.3f} = {float(weight):.2f}; "
            f"{float(weight):.2f} ÷ {float(total):.2f} = {share:.2%} of {_money(units, places):,} = {amount:,} {code}"
        )
        awards.append(
            Award(
                project=each.project,
                amount=amount,
                priority=each.priority or 0.0,
                need=each.need.value,
                weight=float(weight),
                share=share,
                confidence=each.need.confidence,
                parts=each.need.parts,
                links=each.asks.links,
                arithmetic=words,
            )
        )
    return awards


def _weight(each: Candidate) -> Fraction:
    return Fraction(each.priority or 0.0) * Fraction(each.need.value)


def _apart(each: Candidate) -> Apart | None:
    """Why a project can't get an amount; None if it can."""
    if not each.asks.links:
        return _without_address(each)
    if each.priority is None or not isfinite(each.priority):
        said = "its priority is unknown: umbel strategy says what to find out"
        return _beyond(each, "no-priority", said)
    if each.need.confidence < model().least_confidence:
        unknown = ", ".join(part.name for part in each.need.parts if part.value is None)
        said = f"only {percent(each.need.confidence)} of its need is known; find out: {unknown}"
        return _beyond(each, "too-little-known", said)
    if _weight(each) <= 0:
        return _beyond(each, "least", "its weight is 0")
    return None


def _without_address(each: Candidate) -> Apart:
    if each.foundation is not None:
        said = f"{each.foundation} takes money for it, or for all that it holds: ask there"
        return _beyond(each, "foundation", said)
    if each.vendor is not None:
        said = f"{each.vendor} decides over it: a contract with them pays for it"
        return _beyond(each, "vendor", said)
    if not each.asks.looked:
        said = "its files were never looked at: umbel collect upstream, umbel sync packages"
        return _beyond(each, "unknown", said)
    if each.one_person:
        said = "one person carries it and names no address: ask what would help, and give time instead"
        return _beyond(each, "person", said)
    return _beyond(each, "no-address", "it names no address for money: ask its people, or give time instead")


def _beyond(each: Candidate, why: object, reason: str) -> Apart:
    import msgspec

    return msgspec.convert(
        {
            "project": each.project,
            "why": why,
            "reason": reason,
            "priority": each.priority,
            "need": each.need.value,
            "links": each.asks.links,
        },
        Apart,
    )


def _places(code: str) -> int:
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise UsageError(f"{code!r} is no currency.", "Write its three letters: EUR.")
    return model().places.get(code, 2)


def _units(amount: Decimal, places: int, what: str) -> int:
    """An amount in the currency's smallest unit."""
    if not amount.is_finite() or amount < 0 or amount > LARGEST:
        raise UsageError(f"{amount} is no {what}.", f"Write a number from 0 to {LARGEST:,}.")
    units = amount.scaleb(places)
    if units != units.to_integral_value():
        raise UsageError(f"The {what} {amount} has more than {places} decimal places.")
    return int(units)


def _money(units: int, places: int) -> Decimal:
    return Decimal(units).scaleb(-places)


def _check(units: int, least: int, most: int | None) -> None:
    if units == 0:
        raise UsageError("A budget of 0 can't be split.", "umbel funding without --budget lists who asks.")
    if least > units:
        raise UsageError("The least amount is more than the budget.")
    if most is not None and most < 1:
        raise UsageError("At least one project must get something.", "--most 1")


def _assumptions() -> tuple[str, ...]:
    found = model()
    parts = " + ".join(f"{part.weight:g} × {part.name}" for part in found.parts)
    return (
        "weight = priority × need; amount = budget × weight ÷ all weights, by largest remainders",
        f"need = {parts}, each from 0 to 1; what isn't known counts as 0",
        f"of commits by people of no known employer {percent(found.assumptions.unseen)} are taken as unpaid",
        f"used = n ÷ (n + {found.half_users:g}), n our products that rely on it",
    )
