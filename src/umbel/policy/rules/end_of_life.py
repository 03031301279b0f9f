# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component's life has ended, or ends soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.policy.interface import SHIPPED, ComponentRule, Judgement, RuleLevel, RuleSettings, Scope, Use
from umbel.policy.rules._lifecycles import judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`ahead_days`: from when on an end that comes is said; it is a warning until it has come.

    Most packages are in no list of lifecycles: `unknown` is off by default.
    """

    level: RuleLevel = "fail"
    unknown: RuleLevel = "off"
    scopes: tuple[Scope, ...] = SHIPPED
    ahead_days: int = 180


class EndOfLifeRule(ComponentRule):
    """One finding a component."""

    id = "end-of-life"
    title = "End of life"
    what = "The release cycle of a version in use gets no more fixes, or soon won't."
    why = "A vulnerability that is found after the end stays open for ever."
    remedy = "Plan the move to a cycle that is cared for, or buy extended support."
    example = "[rules.end-of-life]\nahead_days = 365"
    needs = frozenset({"lifecycles"})
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Days aren't negative."""
        if type(said.get("ahead_days")) is int and said["ahead_days"] < 0:
            yield "ahead_days", "must be 0 or more"

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:
        """At most one judgement."""
        cycle = facts.lifecycle(subject.package, subject.version)
        if cycle is not None:
            yield from judged(cycle, facts, settings.ahead_days, subject.version)
        else:
            yield Judgement(
                reason="No list of lifecycles knows it.", outcome="unknown", severity="info", remedy=None
            )
