# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an evaluation gives: findings, what could not be asked, and whether a gate opens."""

from __future__ import annotations

from collections import Counter

import msgspec

from umbel.model.errors import Fault  # noqa: TC001 - msgspec reads it
from umbel.model.finding import LEVELS, SEVERITIES, Finding


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that could not be asked at all, since what it needs isn't known here.

    `fails` says that the policy has the rule stop a gate: then nobody can say that it is open.
    """

    rule: str
    reason: str
    remedy: str
    fails: bool = False


def told_together(gaps: list[Gap]) -> list[str]:
    """A line for each reason, with the rules that it concerns."""
    rules: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        rules.setdefault((gap.reason, gap.remedy), []).append(gap.rule)
    return [f"{', '.join(names)}: {reason} {remedy}" for (reason, remedy), names in rules.items()]


class Trouble(msgspec.Struct, frozen=True):
    """A document that could not be read, or not wholly."""

    place: str
    fault: Fault


class Verdict(msgspec.Struct, kw_only=True):
    """Everything that was found, gravest first, and what it is of.

    `judged` counts component versions in projects, `projects` those looked at, `documents` what was read.
    `commits` are those that would be sent, None where nothing is sent: then components were judged.
    `notes` say how the policy came here, where that is worth a word.
    """

    findings: list[Finding]
    gaps: list[Gap] = []
    trouble: list[Trouble] = []
    judged: int = 0
    projects: int = 0
    documents: int = 0
    commits: int | None = None
    policy: str = ""
    notes: list[str] = []
    resolved: list[Finding] = []
    """Compared with an earlier state: what was found then and is gone."""

    @property
    def failing(self) -> list[Finding]:
        """What stops a gate."""
        return [finding for finding in self.findings if finding.fails]

    @property
    def incomplete(self) -> bool:
        """Whether something that decides could not be read or asked."""
        return any(gap.fails for gap in self.gaps) or any(t.fault.level == "error" for t in self.trouble)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings that fail, 3 evidence incomplete."""
        return 1 if self.failing else 3 if self.incomplete else 0

    @property
    def extent(self) -> str:
        """Of how much it is, in words."""
        if self.commits is not None:
            return "1 commit" if self.commits == 1 else f"{self.commits:,} commits"
        components = "1 component" if self.judged == 1 else f"{self.judged:,} components"
        return f"{components} of {self.documents:,} {'document' if self.documents == 1 else 'documents'}"

    def counted(self) -> dict[str, int]:
        """Findings by what they are worth: fail, expired, warn, note, excused (exceptions), covered (VEX)."""
        found = Counter(
            f.state if f.excused else "expired" if f.exception is not None else f.level for f in self.findings
        )
        return {name: found[name] for name in ("fail", "expired", "warn", "note", "excused", "covered")}


def in_order(findings: list[Finding]) -> list[Finding]:
    """Gravest first: what fails, by severity, then by rule, project and component."""
    return sorted(
        findings,
        key=lambda f: (
            f.excused,
            -LEVELS.index(f.level),
            f.outcome != "unmet",
            -SEVERITIES.index(f.severity),
            f.rule,
            f.project,
            f.package or "",
            f.version or "",
            f.what,
        ),
    )
