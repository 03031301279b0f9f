# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component with conditions on linking is built into what is shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.model.license_policy import Linkage  # noqa: TC001 - msgspec reads it
from umbel.policy.interface import SHIPPED, ComponentRule, Judgement, RuleLevel, RuleSettings, Scope, Use
from umbel.policy.rules._licenses import LINKED, UNSAID, because, judged, linkage_of, table, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`linkage`: how packages of an ecosystem are joined to what uses them: static, dynamic or separate."""

    level: RuleLevel = "warn"
    unknown: RuleLevel = "warn"
    scopes: tuple[Scope, ...] = SHIPPED
    linkage: dict[str, Linkage] = msgspec.field(default_factory=LINKED.copy)


class CopyleftLinkageRule(ComponentRule):
    """One finding a component: only what linking adds to what license-denied says."""

    id = "copyleft-linkage"
    title = "Copyleft, linked in"
    what = "A component whose licence has conditions on linking is compiled into a product that is shipped."
    why = (
        "Users must be able to change such a library; in one static program that asks for more than a notice."
    )
    remedy = "Link it so that users can replace it, ship what they need to link anew, or replace it."
    example = '[rules.copyleft-linkage.linkage]\nmaven = "static"'
    settings = Settings

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:  # noqa: ARG002 - none asked
        """At most one judgement, and none where license-denied already objects as much."""
        linkage = linkage_of(subject.package, settings.linkage)
        if subject.license in UNSAID or linkage == "dynamic":
            return
        policy = table((), shipped=True)
        loose, tight = judged(subject, policy, "dynamic"), judged(subject, policy, linkage)
        if tight.outcome is True or tight.outcome is loose.outcome:
            return
        denied = tight.outcome is False
        yield Judgement(
            reason=f"{subject.license} is linked {linkage}: {because(tight)}.",
            outcome="unmet" if denied else "unknown",
            severity="medium",
            what=str(subject.license),
            remedy=self.remedy,
            evidence=told(subject, tight) | {"linkage": linkage},
        )
