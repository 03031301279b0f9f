# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Exposure in the order in which pages tell it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec

from umbel.model.settings import Criticality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.stakeholders import Stakeholder
    from umbel.model.settings import Product
    from umbel.office.pages.business.figures import Exposure, Exposures

_GRAVEST = tuple(reversed(get_args(Criticality)))


class Row(NamedTuple):
    """A product against each rule that found something: counts in the columns' order."""

    exposure: Exposure
    counts: list[int]


class Matrix(NamedTuple):
    """Products against rules; `gaps` couldn't be asked, and why."""

    rules: list[Found]
    rows: list[Row]
    gaps: list[tuple[str, str]]


class Found(NamedTuple):
    """How many findings of a rule are open, and the route of their list."""

    rule: str
    number: int
    route: str


class Stake(NamedTuple):
    """One who has a stake, what their place asks for, and whether a talk is due."""

    said: Stakeholder
    due: bool


def listed(rule: str) -> str:
    """The route of the list that has the findings of a rule."""
    from umbel.frameworks.indicators.policy import LICENSE_RULES, SECURITY_RULES

    if rule in LICENSE_RULES:
        return "violations"
    return "risks" if rule in SECURITY_RULES else "findings"


def by_rule(exposure: Exposure) -> list[Found]:
    """What was found in a product, the most frequent rule first."""
    counted = sorted(exposure.by_rule.items(), key=lambda pair: -pair[1])
    return [Found(rule, count, listed(rule)) for rule, count in counted]


def products(found: Exposures | None, written: Sequence[Product]) -> list[Exposure]:
    """The products as they are declared at this moment, the most critical first, those of unknown criticality last.

    What the edition knows of one counts while its patterns are the same: else nobody has looked yet.
    """
    made = {each.name: each for each in found.products if each.name is not None} if found else {}
    every = [_with(made.get(each.name), each) for each in written]
    return sorted(every, key=lambda each: (_place(each.criticality), -each.failing, each.name or ""))


def _with(made: Exposure | None, product: Product) -> Exposure:
    from umbel.office.pages.business.figures import declared, said

    if made is None or made.patterns != product.projects:
        return declared(product)
    return msgspec.structs.replace(made, **said(product))


def rest(found: Exposures | None) -> Exposure | None:
    """The projects of no product; None where each belongs to one."""
    return next((each for each in found.products if each.name is None), None) if found else None


def unclaimed(names: Sequence[str], written: Sequence[Product], asked: str) -> list[str]:
    """The known projects that no product names at this moment, whose names hold what is asked for."""
    from umbel.app.names import matcher

    is_claimed = matcher([pattern for each in written for pattern in each.projects])
    part = asked.casefold()
    return [name for name in names if part in name.casefold() and not is_claimed(name)]


def matrix(found: Exposures, written: Sequence[Product]) -> Matrix:
    """Products against the rules that found something in any of them."""
    every = [*products(found, written), *filter(None, [rest(found)])]
    rows = [Row(each, [each.by_rule.get(rule, 0) for rule in found.rules]) for each in every]
    totals = [sum(each) for each in zip(*(row.counts for row in rows), strict=True)]
    rules = [Found(rule, total, listed(rule)) for rule, total in zip(found.rules, totals, strict=True)]
    return Matrix(rules, rows, sorted(found.gaps.items()))


def stakeholders(found: Sequence[Stakeholder], day: date | None) -> list[Stake]:
    """Who has a stake, as the core orders them."""
    today = day or datetime.now(UTC).date()
    return [Stake(each, each.is_due(today)) for each in found]


def _place(criticality: str | None) -> int:
    return _GRAVEST.index(criticality) if criticality in _GRAVEST else len(_GRAVEST)
