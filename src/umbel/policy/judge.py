# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence, policy and exceptions → a verdict: of the portfolio, of a checkout, of what a change brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.finding import LEVELS, SEVERITIES, Finding
from umbel.policy import usage
from umbel.policy.engine import Engine
from umbel.policy.license_decisions import LicenseDecisions
from umbel.policy.lookup import Belonging, BelongingOf, Subjects, facts_of, project_uses
from umbel.policy.verdict import Verdict, in_order
from umbel.policy.vex import Identity, Statements, identities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.policy.exceptions import Exceptions
    from umbel.policy.file import Policy


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """By what is judged. `measurements` are figures by project and metric, `quality` that of SBOMs by project.

    `vex` is what is said of vulnerabilities. `history` says that the session holds what was known earlier and
    what code imports (see `umbel.policy.usage`); in a gate there is neither. `notes` go with the verdict.
    """

    policy: Policy
    exceptions: Exceptions
    belonging: BelongingOf = lambda _: Belonging()
    index: Index | None = None
    measurements: Mapping[tuple[str, str], Any] = {}
    quality: Mapping[str, Mapping[str, Any]] = {}
    licenses: LicenseDecisions = LicenseDecisions()
    vex: Statements | None = None
    history: bool = False
    notes: Sequence[str] = ()


def judge(session: Session, case: Case, projects: Sequence[str] | None = None) -> Verdict:
    """Everything that the policy's rules find in a session's projects, gravest first.

    The session must hold `umbel.policy.lookup.TABLES`. `projects` are all unless given.
    """
    subjects = Subjects(session, case.policy, case.belonging, projects, case.licenses)
    facts = facts_of(session, subjects.needs(), case.index, case.measurements)
    if case.history:
        usage.add(session, facts, case.index)
    groups, judged = subjects.groups(facts)
    engine = Engine(
        facts, case.exceptions, subjects.products_of, case.vex, _identities(session, subjects, case.vex)
    )
    findings = list(engine.components(groups))
    findings += engine.projects(project_uses(subjects, case.quality))
    return Verdict(
        findings=in_order(findings),
        gaps=engine.gaps,
        judged=judged,
        projects=len(subjects.policies),
        trouble=[] if case.vex is None else list(case.vex.trouble),
        policy=case.policy.said.source,
        notes=list(case.notes),
    )


def _identities(session: Session, subjects: Subjects, vex: Statements | None) -> dict[str, Identity]:
    return identities(session, subjects.policies, subjects.products_of) if vex else {}


def against(now: Verdict, before: Verdict) -> Verdict:
    """What a change brings: what is found now and wasn't before, or is graver; and what is gone.

    A finding is the same if rule, project, package and matter are, whatever the version.
    """
    known: dict[tuple[Any, ...], Finding] = {}
    for finding in before.findings:
        same = known.get(finding.matter)
        if same is None or _weight(finding) > _weight(same):
            known[finding.matter] = finding
    new = [
        finding
        for finding in now.findings
        if finding.matter not in known or _weight(finding) > _weight(known[finding.matter])
    ]
    still = {finding.matter for finding in now.findings}
    gone = [finding for matter, finding in known.items() if matter not in still]
    kept = msgspec.structs.replace(now, findings=new, resolved=in_order(gone))
    return msgspec.structs.replace(kept, trouble=_new_trouble(now, before))


def _new_trouble(now: Verdict, before: Verdict) -> list[Any]:
    known = {(each.place, each.fault.code) for each in before.trouble}
    return [each for each in now.trouble if (each.place, each.fault.code) not in known]


def _weight(finding: Finding) -> tuple[bool, int, bool, int]:
    return (
        not finding.excused,
        LEVELS.index(finding.level),
        finding.outcome == "unmet",
        SEVERITIES.index(finding.severity),
    )
