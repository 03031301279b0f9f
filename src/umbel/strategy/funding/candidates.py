# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Ranked projects, with who controls each and where it asks for money → candidates for a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.strategy.funding.need import need
from umbel.strategy.funding.records import Asks, Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Ranked


def candidates(
    ranked: Sequence[Ranked], controls: Mapping[str, Control], asks: Mapping[str, Asks]
) -> list[Candidate]:
    """A candidate for each ranked project, in their order.

    One of which nothing is known is one, too; where there is no verdict, there is no priority to go by.
    """
    return [
        candidate(
            each.project,
            priority=each.priority if each.verdict else None,
            control=controls.get(each.project),
            asks=asks.get(each.project) or Asks(project=each.project),
            risk=each.fragility.risk if each.fragility else None,
            products=len(each.products),
        )
        for each in ranked
    ]


def candidate(
    project: str,
    *,
    priority: float | None,
    control: Control | None,
    asks: Asks,
    risk: float | None = None,
    products: int | None = None,
) -> Candidate:
    """One candidate, by what is known of it."""
    vendor = control.single_vendor if control else None
    return Candidate(
        project=project,
        priority=priority,
        need=need(control, asks, risk=risk, products=products),
        asks=asks,
        foundation=control.foundation.name if control else None,
        vendor=vendor.name if vendor and vendor.value else None,
        one_person=control is not None and control.governed == "one-person",
    )


def given(
    priorities: Mapping[str, float],
    controls: Mapping[str, Control],
    asks: Mapping[str, Asks],
    risks: Mapping[str, float | None],
    products: Mapping[str, int],
) -> list[Candidate]:
    """A candidate for each project that somebody gave a priority, in their order."""
    return [
        candidate(
            project,
            priority=priority,
            control=controls.get(project),
            asks=asks.get(project) or Asks(project=project),
            risk=risks.get(project),
            products=products.get(project),
        )
        for project, priority in priorities.items()
    ]
