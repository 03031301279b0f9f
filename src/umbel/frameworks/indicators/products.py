# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is declared of products in umbel.toml: it is stated, not observed."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

from umbel.frameworks.indicators import shared
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.state import once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Known
    from umbel.model.settings import Product

_NONE = "no product is declared (umbel.toml)"


def _products(known: Known) -> Sequence[Product]:
    """The products that are declared; of one product alone where its projects are asked of."""
    return known.settings.products


def of_projects(known: Known) -> dict[str, list[Product]]:
    """The products of each project that is asked of."""

    def make() -> dict[str, list[Product]]:
        meant = [(product, _pattern(product)) for product in known.settings.products if product.projects]
        return {
            name: [product for product, pattern in meant if pattern.match(name)]
            for name in shared.names(known)
        }

    made: dict[str, list[Product]] = once(known, "of_projects", make)
    return made


def _pattern(product: Product) -> re.Pattern[str]:
    """What a product's patterns name, as one: the whole name, or its end after a slash (`umbel.app.names.matches`)."""
    return re.compile("|".join(f"(?s:.*/)?{translate(pattern)}" for pattern in product.projects))


def declared(known: Known) -> Found:
    """Products that are declared."""
    return Found(value=len(_products(known)))


def with_owner(known: Known) -> Found:
    """Products whose owner is named."""
    return _share(known, [each for each in _products(known) if each.owner and each.owner.strip()])


def with_criticality(known: Known) -> Found:
    """Products of which it is said how critical they are."""
    return _share(known, [each for each in _products(known) if each.criticality is not None])


def _share(known: Known, those: Sequence[Product]) -> Found:
    every = _products(known)
    if not every:
        return unknown(_NONE)
    missing = [each.name for each in every if each not in those]
    return Found(numerator=len(those), denominator=len(every), evidence={"missing": missing[:5]})


def with_support_period(known: Known) -> Found:
    """Products each of whose releases says until when it is cared for."""
    every = _products(known)
    if not every:
        return unknown(_NONE)
    told = [each for each in every if each.releases]
    if not told:
        return unknown("no product names its releases (umbel.toml)")
    sound = [each for each in told if all(one.end_of_support is not None for one in each.releases)]
    evidence = {"releases": sum(len(each.releases) for each in told)}
    return Found(
        numerator=len(sound), denominator=len(told), known=len(told), whole=len(every), evidence=evidence
    )


def claimed_projects(known: Known) -> Found:
    """Projects that a product claims."""
    found = of_projects(known)
    if not found:
        return unknown("no project is known (umbel collect)")
    claimed = sum(bool(mine) for mine in found.values())
    return Found(
        numerator=claimed,
        denominator=len(found),
        known=len(found),
        whole=len(found),
        evidence={"products": len(known.settings.products)},
    )
