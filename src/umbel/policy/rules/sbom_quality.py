# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project's SBOMs say less than a standard asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from umbel.policy.interface import Judgement, ProjectRule, ProjectUse, RuleLevel, RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`standard`: whose elements; `share`: how many of them an SBOM must hold, 0 to 1."""

    level: RuleLevel = "note"
    standard: Literal["ntia", "cisa", "bsi"] = "ntia"
    share: float = 1.0


class SbomQualityRule(ProjectRule):
    """One finding a project, of its weakest SBOM."""

    id = "sbom-quality"
    title = "Weak SBOM"
    what = "An SBOM of the project lacks elements that a standard asks for."
    why = (
        "Customers and authorities ask for them by law or contract; and gaps hide what other rules look for."
    )
    remedy = "umbel sbom-quality says which elements are missing where."
    example = '[rules.sbom-quality]\nlevel = "fail"\nstandard = "bsi"\nshare = 0.9'
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """A share is one."""
        value = said.get("share")
        if isinstance(value, int | float) and not 0 < value <= 1:
            yield "share", "must be above 0 and at most 1"

    def judge(self, subject: ProjectUse, facts: Facts, settings: Settings) -> Iterable[Judgement]:  # noqa: ARG002 - none asked
        """At most one judgement; of a project without an SBOM none: absent-from-inventory speaks of those."""
        rated = (subject.quality or {}).get(settings.standard)
        if rated is None:
            return
        met, asked, unknown, missing = rated["met"], rated["asked"], rated["unknown"], rated["missing"]
        if asked and met / asked < settings.share:
            sure = (met + unknown) / asked < settings.share
            words = ", ".join(missing[:5])
            yield Judgement(
                reason=f"{met} of {asked} elements of {settings.standard.upper()} are there; not: {words or '?'}.",
                outcome="unmet" if sure else "unknown",
                severity="low",
                what=settings.standard,
                remedy=self.remedy,
                evidence={"met": met, "asked": asked, "unknown": unknown, "missing": missing},
            )
