# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component was released only just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.policy.interface import ComponentRule, Judgement, RuleSettings, Use
from umbel.policy.rules._registries import how_to_ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`days`: how old a release must be."""

    days: int = 3


class TooNewRule(ComponentRule):
    """One finding a component."""

    id = "too-new"
    title = "Too new"
    what = "The version in use was released less than some days ago."
    why = "Releases of hijacked packages are mostly found and withdrawn within days. Who waits is spared."
    remedy = "Wait some days, or take the version before; an urgent fix deserves an exception."
    example = "[rules.too-new]\ndays = 7"
    needs = frozenset({"versions"})
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Days are at least one."""
        if type(said.get("days")) is int and said["days"] < 1:
            yield "days", "must be at least 1"

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:
        """At most one judgement."""
        version = facts.version(subject.package, subject.version)
        if version is None or version.released_at is None:
            yield Judgement(
                reason="Nobody knows when it was released.",
                outcome="unknown",
                severity="info",
                remedy=how_to_ask(subject.package),
            )
            return
        age = max((facts.as_of - version.released_at).days, 0)
        if age < settings.days:
            yield Judgement(
                reason=f"It was released {age} {'day' if age == 1 else 'days'} ago; {settings.days} are asked for.",
                severity="medium",
                remedy=self.remedy,
                evidence={"released_at": version.released_at, "days": age},
            )
