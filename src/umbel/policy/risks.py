# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Findings of the portfolio, told by product, owner, severity, rule, package, project or upgrade.

A finding counts in every product that its project belongs to, so groups may add up to more than there are.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.model import purl
from umbel.model.finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

By = Literal["product", "owner", "department", "severity", "rule", "package", "project", "upgrade"]


class Owned(msgspec.Struct, frozen=True):
    """A product that a project belongs to: its name, and who answers for it."""

    product: str
    owner: str | None
    department: str | None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that have one thing in common; `name` is None for those of which it isn't known.

    `open` counts what no exception covers, `failing` what closes the gate, `overdue` what should have been mended
    by the policy's days. `oldest_days` is since the oldest was published and in use; None if no date is known.
    `fixable` counts those for which a release is known that clears them. `worst` is the gravest severity.
    """

    name: str | None
    open: int
    failing: int
    excused: int
    overdue: int
    fixable: int
    oldest_days: int | None
    worst: str
    projects: int
    components: int
    target: str | None = None


def grouped(
    findings: Sequence[Finding], by: By, owned: Callable[[str], Sequence[Owned]], today: date
) -> list[Group]:
    """One record a group, the most that fail first."""
    groups: dict[str | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        for name in dict.fromkeys(_names(finding, by, owned)):
            groups[name].append(finding)
    made = [_group(name, each, by, today) for name, each in groups.items()]
    return sorted(
        made,
        key=lambda group: (
            -group.failing, -SEVERITIES.index(group.worst), -group.open, group.name is None, group.name or ""
        ),
    )  # fmt: skip


def _names(finding: Finding, by: By, owned: Callable[[str], Sequence[Owned]]) -> Iterable[str | None]:
    if by in {"product", "owner", "department"}:
        return [getattr(one, by) for one in owned(finding.project)] or [None]
    if by == "upgrade":
        return [upgrade_of(finding)]
    if by == "package":
        return [finding.package and purl.display(finding.package)]
    value: str = getattr(finding, by)
    return [value]


def upgrade_of(finding: Finding) -> str | None:
    """The dependency that must move to mend it: the component itself, or what the project asks for to get it.

    None for a finding that no upgrade mends.
    """
    if finding.package is None or finding.evidence.get("fixed") is None:
        return None
    if finding.direct is True or not finding.path:
        return purl.display(finding.package)
    name, _, _ = finding.path[0].rpartition("@")
    return name or finding.path[0]


def _group(name: str | None, findings: list[Finding], by: By, today: date) -> Group:
    standing = [finding for finding in findings if not finding.excused]
    ages = [
        (today - since.date()).days
        for finding in standing
        if (since := finding.evidence.get("open_since") or finding.evidence.get("published_at")) is not None
    ]
    worst = max((f.severity for f in standing or findings), key=SEVERITIES.index)
    moved = [f for f in standing if f.evidence.get("fixed") and (by == "package" or _moves_itself(f))]
    return Group(
        name=name,
        open=len(standing),
        failing=sum(finding.fails for finding in standing),
        excused=len(findings) - len(standing),
        overdue=sum((finding.evidence.get("overdue_days") or 0) > 0 for finding in standing),
        fixable=sum(finding.evidence.get("fixed") is not None for finding in standing),
        oldest_days=max(ages, default=None),
        worst=worst,
        projects=len({finding.project for finding in findings}),
        components=len({finding.subject for finding in findings}),
        target=_highest(moved) if by in {"upgrade", "package"} else None,
    )


def _moves_itself(finding: Finding) -> bool:
    """Whether what must move to mend it is the component itself: only then its version is one to move to."""
    return finding.package is not None and upgrade_of(finding) == purl.display(finding.package)


def _highest(findings: list[Finding]) -> str | None:
    """The lowest version that clears all of them: the highest of the lowest for each."""
    from umbel.model import versions

    kinds = {purl.ecosystem(finding.package) for finding in findings if finding.package}
    if len(kinds) != 1:
        return None
    targets: set[str] = {finding.evidence["fixed"] for finding in findings}
    return max(targets, key=versions.sort_key(kinds.pop()))
