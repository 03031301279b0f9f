# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Nobody takes care of a component any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.policy.interface import SHIPPED, ComponentRule, Judgement, RuleSettings, Scope, Use
from umbel.policy.rules._registries import how_to_ask
from umbel.policy.rules._vulnerabilities import about, stands

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.model.finding import Severity
    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`days`: without any release for so long a package counts as left; small finished ones may be fine."""

    scopes: tuple[Scope, ...] = SHIPPED
    days: int = 1095


class UnmaintainedRule(ComponentRule):
    """One finding with all signs, the strongest first."""

    id = "unmaintained"
    title = "Unmaintained package"
    what = "An advisory says that a package is unmaintained, its repository is archived, or no release came for years."
    why = "The next vulnerability in it will find nobody at home."
    remedy = "Look for a successor, take part in it, or take over what you need."
    example = "[rules.unmaintained]\ndays = 730"
    needs = frozenset({"packages"})
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Days are at least one."""
        if type(said.get("days")) is int and said["days"] < 1:
            yield "days", "must be at least 1"

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:
        """At most one judgement."""
        signs: list[str] = []
        told: dict[str, Any] = {}
        for one in facts.vulnerabilities(subject.package, subject.version) or ():
            if one.kind == "unmaintained" and stands(one) and one.affected is not False:
                signs.append(about(f"{one.id} says so", one.summary))
                told["advisory"] = one.id
        package = facts.package(subject.package)
        if package is not None and package.archived:
            signs.append("Its repository is archived.")
            told["archived"] = True
        if package is not None and package.latest_at is not None:
            silent = (facts.as_of - package.latest_at).days
            told |= {"latest": package.latest, "latest_at": package.latest_at, "days": silent}
            if silent > settings.days:
                signs.append(f"Its last release is {silent // 365} years old.")
        if signs:
            strong = "advisory" in told or "archived" in told
            severity: Severity = "medium" if strong else "low"
            yield Judgement(
                reason=" ".join(signs), severity=severity, remedy=self._remedy(facts, subject), evidence=told
            )
        elif package is None or package.latest_at is None:
            yield Judgement(
                reason="Nobody knows when it was last released.",
                outcome="unknown",
                severity="info",
                remedy=how_to_ask(subject.package),
            )

    def _remedy(self, facts: Facts, subject: Use) -> str:
        package = facts.package(subject.package)
        successor = package.successor if package else None
        return f"Move to {successor}, its successor." if successor else self.remedy
