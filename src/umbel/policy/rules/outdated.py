# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component lags behind what its authors released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.policy.interface import SHIPPED, ComponentRule, Judgement, RuleSettings, Scope, Use
from umbel.policy.rules._registries import how_to_ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`days`: how much older than the latest stable one it may be; `direct_only`: what others choose isn't asked."""

    scopes: tuple[Scope, ...] = SHIPPED
    days: int = 1460
    direct_only: bool = True


class OutdatedRule(ComponentRule):
    """One finding a component."""

    id = "outdated"
    title = "Outdated version"
    what = "The version in use was released long before the latest stable one."
    why = "The larger the step, the dearer it is on the day when it must be made in a hurry."
    remedy = "Move to the latest stable version, or to the newest one that fits."
    example = "[rules.outdated]\ndays = 730\ndirect_only = false"
    needs = frozenset({"packages", "versions"})
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Days are at least one."""
        if type(said.get("days")) is int and said["days"] < 1:
            yield "days", "must be at least 1"

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:
        """At most one judgement; of a package that others chose none, where only direct ones are looked at."""
        if settings.direct_only and subject.direct is False:
            return
        package = facts.package(subject.package)
        version = facts.version(subject.package, subject.version)
        if package is None or package.latest_at is None or version is None or version.released_at is None:
            yield Judgement(
                reason="Nobody knows how far behind it is.",
                outcome="unknown",
                severity="info",
                remedy="Pin its version." if subject.version is None else how_to_ask(subject.package),
            )
            return
        days = (package.latest_at - version.released_at).days
        if days > settings.days:
            behind = "" if version.behind is None else f", {version.behind} releases back"
            yield Judgement(
                reason=f"It is {days / 365:.1f} years behind {package.latest}{behind}.",
                severity="low",
                remedy=f"Move to {package.latest}.",
                evidence={
                    "latest": package.latest,
                    "latest_at": package.latest_at,
                    "released_at": version.released_at,
                    "libyears": round(days / 365, 2),
                    "versions_behind": version.behind,
                },
            )
