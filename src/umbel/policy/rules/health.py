# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A figure of a project is beyond a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.finding import Severity  # noqa: TC001 - msgspec reads it
from umbel.policy.interface import Judgement, ProjectRule, ProjectUse, RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Threshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At least `min`, at most `max`, or both, over the metric's own window."""

    min: float | None = None
    max: float | None = None
    severity: Severity = "low"


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`metrics`: thresholds by metric; none ship, since a figure that suits all projects doesn't exist."""

    metrics: dict[str, Threshold] = msgspec.field(default_factory=dict)


class HealthRule(ProjectRule):
    """One finding a metric."""

    id = "health"
    title = "Health threshold"
    what = "A metric of the project, any that umbel metrics lists, is below or above what the policy asks."
    why = "Some projects matter enough to be told in time that they hang on one person, or fell silent."
    remedy = "umbel health shows what the figure stands on. Use it for your own projects, not to judge those of others."
    example = "[rules.health.metrics]\nabsence_factor = { min = 2 }\ndays_since_commit = { max = 365 }"
    needs = frozenset({"measurements"})
    settings = Settings

    def asks(self, settings: Settings) -> bool:
        """Without a threshold there is nothing to compare with."""
        return bool(settings.metrics)

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Each threshold asks something, and something that can be met."""
        metrics = said.get("metrics")
        for name, bound in metrics.items() if isinstance(metrics, dict) else ():
            if not isinstance(bound, dict):
                continue
            least, most = bound.get("min"), bound.get("max")
            if least is None and most is None:
                yield "metrics", f"{name} needs min or max"
            elif isinstance(least, int | float) and isinstance(most, int | float) and least > most:
                yield "metrics", f"{name} has a min above its max"

    def judge(self, subject: ProjectUse, facts: Facts, settings: Settings) -> Iterable[Judgement]:
        """One judgement a threshold that isn't kept, or that can't be compared with."""
        for name, bound in settings.metrics.items():
            found = facts.measurement(subject.project, name)
            if found is None or found.value is None:
                why = found.why if found is not None and found.why else "its history isn't known"
                yield Judgement(
                    reason=f"{name} is unknown: {why}.",
                    outcome="unknown",
                    severity=bound.severity,
                    what=name,
                    remedy="Collect its history: umbel collect",
                )
                continue
            low = bound.min is not None and found.value < bound.min
            high = bound.max is not None and found.value > bound.max
            if low or high:
                asked = f"at least {bound.min:g}" if low else f"at most {bound.max:g}"
                yield Judgement(
                    reason=f"{name} is {found.value:g} {found.unit}; {asked} is asked for.",
                    severity=bound.severity,
                    what=name,
                    remedy=self.remedy,
                    evidence={"value": found.value, "of": found.denominator, "window": found.window},
                )
