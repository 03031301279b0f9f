# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component's licence doesn't allow what is done with it, or the organisation doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.model import licenses as licenses_module
from umbel.model.license_policy import LicenseRule, named
from umbel.policy.interface import EVERYWHERE, ComponentRule, Judgement, RuleLevel, RuleSettings, Scope, Use
from umbel.policy.rules._licenses import UNSAID, because, judged, linkage_of, speaking, table, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`licenses`: rules of your own, asked in their order before those that ship (`shipped = false`: only yours).

    A `linkage` in them is how the ordinary builds of an ecosystem join packages; copyleft-linkage asks what ships.
    A question (a rule says ask, or nobody knows how the product reaches its users) is worth what `unknown` says.
    """

    level: RuleLevel = "fail"
    unknown: RuleLevel = "warn"
    scopes: tuple[Scope, ...] = EVERYWHERE
    shipped: bool = True
    licenses: tuple[LicenseRule, ...] = ()


class LicenseDeniedRule(ComponentRule):
    """One finding a component, with the parts of its licence that decide."""

    id = "license-denied"
    title = "Denied licence"
    what = "A component's licence, as logic of its parts, isn't allowed for the way in which its product reaches users."
    why = "Its conditions can't be kept, or nobody here wants to keep them."
    remedy = (
        "Choose another alternative of the licence, replace the component, or ask those who know the law."
    )
    example = """\
[[rules.license-denied.licenses]]
licenses = ["strong-copyleft", "SSPL-1.0"]
distribution = ["distributed-binary"]
verdict = "deny"
because = "our products stay closed\""""
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Names mean something."""
        entries = said.get("licenses")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            listed = entry.get("licenses") if isinstance(entry, dict) else None
            for name in listed if isinstance(listed, list) else ():
                if isinstance(name, str) and not named(name):
                    told = licenses_module.read(name).expression
                    mend = f"; SPDX writes it {told}" if told not in (None, name) else ""
                    yield "licenses", f"entry {number}: {name!r} is no single licence, group or pattern{mend}"

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:  # noqa: ARG002 - none asked
        """At most one judgement; of an unknown licence none: license-unknown speaks of those."""
        if subject.license in UNSAID or subject.license == "NONE":
            return
        own = speaking(settings.licenses, linkage_of(subject.package))
        found = judged(subject, table(own, shipped=settings.shipped), "dynamic")
        if found.outcome is True:
            return
        denied = found.outcome is False
        yield Judgement(
            reason=f"{subject.license} {'is denied' if denied else 'needs an answer'}: {because(found)}.",
            outcome="unmet" if denied else "unknown",
            severity="high" if denied else "medium",
            what=str(subject.license),
            remedy=self.remedy if denied else _ask(subject),
            evidence=told(subject, found),
        )


def _ask(subject: Use) -> str:
    if not subject.distribution:
        return "Say in umbel.toml how its product reaches users (distribution)."
    return "Somebody has to look: decide, and write it down as an exception or a rule."
