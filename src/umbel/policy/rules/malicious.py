# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component is malware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.policy.interface import ComponentRule, Judgement, RuleLevel, RuleSettings, Use
from umbel.policy.rules._vulnerabilities import evidence, first_line, stands, unanswered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """As every rule's; it fails by default, in all scopes: malware harms those who build, too."""

    level: RuleLevel = "fail"


class MaliciousRule(ComponentRule):
    """One finding for each report."""

    id = "malicious"
    title = "Malicious package"
    what = "A version in use is reported as malware: taken over, or made to be mistaken for another."
    why = "It may have run already, wherever it was installed."
    remedy = "Remove it. Treat machines that installed it, and the secrets on them, as lost."
    example = '[rules.malicious]\nlevel = "fail"'
    needs = frozenset({"vulnerabilities"})
    settings = Settings

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:  # noqa: ARG002 - none used
        """One judgement a report; one where nothing is known."""
        known = facts.vulnerabilities(subject.package, subject.version)
        if known is None:
            yield unanswered(subject)
        for one in known or ():
            if one.kind == "malicious" and stands(one) and one.affected is not False:
                yield Judgement(
                    reason=f"{one.id}: {first_line(one.summary) or 'it is reported as malware.'}",
                    outcome="unmet" if one.affected else "unknown",
                    severity="critical",
                    what=one.id,
                    remedy="Remove it, and look where it was installed.",
                    evidence=evidence(one, subject, facts),
                )
