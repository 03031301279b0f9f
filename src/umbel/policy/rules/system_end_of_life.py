# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The life of a distribution that a project's packages were installed in has ended, or ends soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.policy.interface import Judgement, ProjectRule, ProjectUse, RuleLevel, RuleSettings
from umbel.policy.rules._lifecycles import judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`ahead_days`: from when on an end that comes is said; it is a warning until it has come."""

    level: RuleLevel = "fail"
    ahead_days: int = 180


class SystemEndOfLifeRule(ProjectRule):
    """One finding a project and release of a distribution, not one for each of its packages."""

    id = "system-end-of-life"
    title = "System past its life"
    what = "Packages of a project were installed in a release of a distribution that gets no more fixes, or soon won't."
    why = "Everything in such an image stays as it is for ever, whatever is found in it."
    remedy = "Build on a release that is cared for."
    example = "[rules.system-end-of-life]\nahead_days = 365"
    needs = frozenset({"lifecycles"})
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Days aren't negative."""
        if type(said.get("ahead_days")) is int and said["ahead_days"] < 0:
            yield "ahead_days", "must be 0 or more"

    def judge(self, subject: ProjectUse, facts: Facts, settings: Settings) -> Iterable[Judgement]:
        """One judgement a release that ended or ends soon, or whose end nobody knows."""
        for cycle in facts.systems.get(subject.project, ()):
            yield from judged(cycle, facts, settings.ahead_days, cycle.cycle)
