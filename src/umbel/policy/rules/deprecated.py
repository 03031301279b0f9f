# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The authors of a component say that it should not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.policy.interface import ComponentRule, Judgement, RuleSettings, Use
from umbel.policy.rules._registries import how_to_ask
from umbel.policy.rules._vulnerabilities import first_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.policy.facts import Facts


class DeprecatedRule(ComponentRule):
    """One finding for the version, or else one for the package."""

    id = "deprecated"
    title = "Deprecated or yanked"
    what = (
        "The version was yanked or deprecated, or the whole package was, or its registry no longer knows it."
    )
    why = "They know something: a broken release, a wrong licence, a better successor."
    remedy = "Move to a version that stands, or to the successor."
    example = '[rules.deprecated]\nlevel = "fail"'
    needs = frozenset({"packages", "versions"})
    settings = RuleSettings

    def judge(self, subject: Use, facts: Facts, settings: RuleSettings) -> Iterable[Judgement]:  # noqa: ARG002 - none used
        """At most one judgement: of the version if it was taken back, else of the package."""
        version = facts.version(subject.package, subject.version)
        package = facts.package(subject.package)
        if version is not None and (version.yanked or version.deprecation):
            word = "was yanked" if version.yanked else "is deprecated"
            why = first_line(version.deprecation) or "No reason is given."
            latest = package.latest if package else None
            yield Judgement(
                reason=f"This version {word}. {why}",
                severity="medium",
                what="version",
                remedy=f"Move to {latest}." if latest else self.remedy,
                evidence={"yanked": bool(version.yanked)},
            )
        elif package is not None and package.deprecated:
            why = first_line(package.deprecation) or "No reason is given."
            yield Judgement(
                reason=f"The package is deprecated. {why}",
                severity="medium",
                what="package",
                remedy=f"Move to {package.successor}." if package.successor else self.remedy,
            )
        elif package is not None and package.found is False:
            yield Judgement(
                reason="Its registry knows no such package, or no longer does.",
                severity="medium",
                what="gone",
                remedy="Look where it went; keep a copy. One of your own belongs in [sync] private.",
            )
        elif package is None and version is None:
            yield Judgement(
                reason="Nobody asked its registry whether it is deprecated.",
                outcome="unknown",
                severity="info",
                remedy=how_to_ask(subject.package),
            )
