# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the rules on licences share: how a component's use is told to the table of licences."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import license_policy, purl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.model.license_policy import Judgement, LicensePolicy, LicenseRule, Linkage
    from umbel.policy.interface import Use

UNSAID = frozenset({None, "NOASSERTION"})
LINKED: dict[str, Linkage] = {
    "cargo": "static",
    "golang": "static",
    "hackage": "static",
    "swift": "static",
}
"""How the ordinary builds of an ecosystem join their packages; those that aren't here load them at run time."""


def linkage_of(package: str, linked: Mapping[str, Linkage] = LINKED) -> Linkage:
    """How a package is joined to what uses it."""
    return linked.get(purl.ecosystem(package) or "", "dynamic")


def speaking(own: Sequence[LicenseRule], linkage: Linkage) -> tuple[LicenseRule, ...]:
    """Rules of one's own that speak of a linkage, without that condition."""
    return tuple(
        msgspec.structs.replace(rule, linkage=())
        for rule in own
        if not rule.linkage or linkage in rule.linkage
    )


def table(own: Sequence[LicenseRule], *, shipped: bool) -> LicensePolicy:
    """Rules of one's own, before those that ship."""
    if not own and shipped:
        return license_policy.default()
    rest = license_policy.default().rules if shipped else ()
    return license_policy.LicensePolicy(rules=(*own, *rest))


def judged(use: Use, policy: LicensePolicy, linkage: Linkage) -> Judgement:
    """What the table says of a component's licence as it is used and linked."""
    ways: Any = use.distribution
    told = license_policy.Use(distribution=ways, linkage=linkage, scope=use.scope)
    return _judged(use.license, told, policy, use.license_chosen)


@lru_cache(maxsize=1 << 12)
def _judged(
    said: str | None, use: license_policy.Use, policy: LicensePolicy, choice: str | None
) -> Judgement:
    """Thousands of components stand under a few licences."""
    return license_policy.judge(said, use, policy, choice=choice)


def told(use: Use, judgement: Judgement) -> dict[str, Any]:
    """What a reader wants to see of it."""
    found: dict[str, Any] = {
        "license": use.license,
        "parts": [
            {
                "license": part.license,
                "exception": part.exception,
                "group": part.group,
                "because": list(part.because),
            }
            for part in judgement.parts
            if part.verdict is not True
        ],
        "distribution": list(use.distribution),
    }
    if use.license_from:
        found["license_from"] = use.license_from
    if use.license_chosen:
        found["chosen"] = use.license_chosen
    return found


def because(judgement: Judgement) -> str:
    """The parts that decide, and why, in a few words."""
    words = []
    for part in judgement.parts:
        if part.verdict is not judgement.outcome:
            continue
        name = part.license if part.exception is None else f"{part.license} WITH {part.exception}"
        words.append(f"{name} ({part.group}): {', '.join(part.because)}")
    return "; ".join(words) or "no part of it decides"
