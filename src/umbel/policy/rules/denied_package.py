# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A component is on the organisation's own list of what is not to be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy.interface import ComponentRule, Judgement, RuleLevel, RuleSettings, Use
from umbel.policy.naming import named, query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package that is denied: `pkg:npm/colors@>=1.4.1`, by range or altogether; `instead` is what to take."""

    package: str
    reason: str
    instead: str | None = None


class Settings(RuleSettings, frozen=True, kw_only=True):
    """`packages`: the list."""

    level: RuleLevel = "fail"
    packages: tuple[Entry, ...] = ()


class DeniedPackageRule(ComponentRule):
    """One finding an entry."""

    id = "denied-package"
    title = "Denied package"
    what = "The package, or this version of it, is on the organisation's list of what isn't used here."
    why = "Somebody decided so, and wrote down why."
    remedy = "Use what the list names instead, or talk to those who keep it."
    example = """\
[[rules.denied-package.packages]]
package = "pkg:npm/request"
reason = "deprecated since 2020"
instead = "pkg:npm/undici\""""
    settings = Settings

    def asks(self, settings: Settings) -> bool:
        """An empty list denies nothing."""
        return bool(settings.packages)

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Each entry names a package."""
        entries = said.get("packages")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            text = entry.get("package") if isinstance(entry, dict) else None
            if isinstance(text, str):
                try:
                    query(text)
                except ValueError as error:
                    yield "packages", f"entry {number}: {text!r} names no package: {error}"

    def judge(self, subject: Use, facts: Facts, settings: Settings) -> Iterable[Judgement]:  # noqa: ARG002 - none asked
        """One judgement an entry that names it; unknown where a range can't be compared."""
        for entry in settings.packages:
            is_it = named(entry.package, subject.package, subject.version)
            if is_it is False:
                continue
            yield Judgement(
                reason=f"{entry.package} is denied here: {entry.reason}",
                outcome="unmet" if is_it else "unknown",
                severity="high",
                what=entry.package,
                remedy=f"Use {entry.instead} instead." if entry.instead else self.remedy,
            )
