# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the rules on lifecycles share: what is said of a cycle that has ended, or ends soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.policy.interface import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.model.finding import Severity
    from umbel.policy.facts import CycleFact, Facts


def judged(cycle: CycleFact, facts: Facts, ahead_days: int, version: str | None) -> Iterator[Judgement]:
    """At most one judgement: its life has ended, ends within so many days, or nobody knows."""
    if cycle.eol is None and cycle.eol_on is None:
        what = f"the cycle of {version}" if cycle.cycle is None else f"the end of {cycle.cycle}"
        yield Judgement(
            reason=f"{cycle.title} is in the list of lifecycles, but not {what}.",
            outcome="unknown",
            severity="info",
            what=cycle.product,
            remedy="Bring the list up to date: umbel sync lifecycles",
        )
    elif cycle.eol_on <= facts.today if cycle.eol_on is not None else cycle.eol is True:
        when = f" on {cycle.eol_on}" if cycle.eol_on else ""
        yield _said(cycle, f"The life of {cycle.title} {cycle.cycle} ended{when}.", "high")
    elif cycle.eol_on is not None and (cycle.eol_on - facts.today).days <= ahead_days:
        left = (cycle.eol_on - facts.today).days
        words = f"The life of {cycle.title} {cycle.cycle} ends on {cycle.eol_on}, in {left} days."
        yield _said(cycle, words, "medium", soon=True)


def _said(cycle: CycleFact, reason: str, severity: Severity, *, soon: bool = False) -> Judgement:
    mend = f"Move to {cycle.title} {cycle.successor}." if cycle.successor else None
    return Judgement(
        reason=reason,
        severity=severity,
        what=cycle.product,
        remedy=mend or "Plan the move to a cycle that is cared for, or buy extended support.",
        evidence={
            "product": cycle.product,
            "cycle": cycle.cycle,
            "eol_on": cycle.eol_on,
            "support_until": cycle.support_until,
            "mapped_by": cycle.mapped_by,
            "url": cycle.url,
        },
        level="warn" if soon else None,
    )
