# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Nobody knows under which licence a component stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.policy.interface import SHIPPED, ComponentRule, Judgement, RuleSettings, Scope, Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """As every rule's; it looks at what may reach users."""

    scopes: tuple[Scope, ...] = SHIPPED


class LicenseUnknownRule(ComponentRule):
    """One finding a component."""

    id = "license-unknown"
    title = "Unknown licence"
    what = "No document, installed package or registry says under which licence a component stands, or says it clearly."
    why = "Without a licence nobody may use it at all; and what nobody knows, nobody can comply with."
    remedy = "Look at its source, and record what you conclude in the SBOM or as an exception with a link."
    example = '[rules.license-unknown]\nlevel = "fail"'
    settings = Settings

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:  # noqa: ARG002 - none asked
        """At most one judgement. What is unknown is what this rule looks for: it is unmet."""
        if subject.license is None or subject.license == "NOASSERTION":
            yield Judgement(reason="Its licence is unknown.", severity="medium", remedy=self.remedy)
        elif subject.license == "NONE":
            yield Judgement(
                reason="It is said to stand under no licence at all.",
                severity="high",
                what="NONE",
                remedy=self.remedy,
            )
