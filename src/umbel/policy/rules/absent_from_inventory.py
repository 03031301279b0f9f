# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project, or something that its code imports, is in no inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.policy.interface import Judgement, ProjectRule, ProjectUse, RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.policy.facts import Facts


class AbsentFromInventoryRule(ProjectRule):
    """One finding for the project, and one for each package that is imported and not declared."""

    id = "absent-from-inventory"
    title = "Not in the inventory"
    what = (
        "A project has no SBOM and no lockfile that can be read, or its code imports what none of them names."
    )
    why = "What isn't in the inventory is missed by every other rule, and by every search on the day of an incident."
    remedy = "Add a lockfile or an SBOM to the project's build, and collect again."
    example = '[rules.absent-from-inventory]\nlevel = "fail"'
    settings = RuleSettings

    def judge(self, subject: ProjectUse, facts: Facts, settings: RuleSettings) -> Iterable[Judgement]:  # noqa: ARG002 - none used
        """The project first, then its packages by name."""
        if subject.documents is None:
            yield Judgement(reason="Nobody looked for its documents.", outcome="unknown", severity="low")
        elif not subject.documents and subject.failed:
            number = "1 document" if subject.failed == 1 else f"{subject.failed} documents"
            yield Judgement(
                reason=f"{number} of it could not be read.",
                outcome="unknown",
                severity="medium",
                what="documents",
                remedy="umbel coverage says why.",
            )
        elif not subject.documents:
            yield Judgement(
                reason="No SBOM and no lockfile tells what it uses.",
                severity="medium",
                what="documents",
                remedy=self.remedy,
            )
        for package, files in sorted(subject.undeclared.items()):
            word = "file imports" if files == 1 else "files import"
            yield Judgement(
                reason=f"{files} {word} {package}, which no document names.",
                severity="low",
                what=package,
                remedy="Declare it, or collect the lockfile that names it.",
                evidence={"files": files},
            )
