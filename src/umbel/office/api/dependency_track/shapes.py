# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is answered to clients of Dependency-Track, in its names. What isn't known is left out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec import UNSET, UnsetType

from umbel.model.finding import Finding

if TYPE_CHECKING:
    from umbel.office.uploads.models import Project as Row

SOURCES = (("CVE-", "NVD"), ("GHSA-", "GITHUB"))
FOUND_BY = frozenset({"vulnerability", "known-exploited", "malicious"})
"""Rules whose findings are vulnerabilities."""
STATES = {"fail": "FAIL", "warn": "WARN", "note": "INFO"}


class Tag(msgspec.Struct):
    """A tag."""

    name: str


class ParentTold(msgspec.Struct, omit_defaults=True):
    """The project above."""

    uuid: str
    name: str
    version: str | UnsetType = UNSET


class ProjectTold(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """A project in one version."""

    uuid: str
    name: str
    has_children: bool
    version: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    is_latest: bool | UnsetType = UNSET
    tags: list[Tag] | UnsetType = UNSET
    last_bom_import: int | UnsetType = UNSET
    last_bom_import_format: str | UnsetType = UNSET
    parent: ParentTold | UnsetType = UNSET


class Alias(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """Other names of a vulnerability."""

    cve_id: str | UnsetType = UNSET
    ghsa_id: str | UnsetType = UNSET


class ComponentTold(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A component."""

    uuid: str
    name: str
    group: str | UnsetType = UNSET
    version: str | UnsetType = UNSET
    purl: str | UnsetType = UNSET
    project: str | UnsetType = UNSET


class VulnerabilityTold(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """A vulnerability."""

    uuid: str
    source: str
    vuln_id: str
    severity: str
    severity_rank: int
    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    recommendation: str | UnsetType = UNSET
    cvss_v3_base_score: float | UnsetType = UNSET
    cvss_v3_vector: str | UnsetType = UNSET
    published: str | UnsetType = UNSET
    aliases: list[Alias] | UnsetType = UNSET


class AnalysisTold(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """What people said of it."""

    is_suppressed: bool
    state: str | UnsetType = UNSET


class FindingTold(msgspec.Struct, kw_only=True):
    """A vulnerability in a component of a project."""

    component: ComponentTold
    vulnerability: VulnerabilityTold
    analysis: AnalysisTold
    matrix: str


class PolicyTold(msgspec.Struct, kw_only=True, rename="camel"):
    """A rule of the policy."""

    uuid: str
    name: str
    violation_state: str
    operator: str = "ANY"


class ConditionTold(msgspec.Struct, kw_only=True):
    """What of a rule was met."""

    uuid: str
    policy: PolicyTold
    operator: str = "IS"
    subject: str = "EXPRESSION"
    value: str = ""


class ViolationTold(msgspec.Struct, kw_only=True, rename="camel"):
    """Something that the policy forbids or warns of."""

    uuid: str
    type: str
    timestamp: int
    text: str
    project: ProjectTold
    component: ComponentTold
    policy_condition: ConditionTold


class MetricsTold(msgspec.Struct, kw_only=True, rename="camel"):
    """Figures of a project as they are now."""

    critical: int
    high: int
    medium: int
    low: int
    unassigned: int
    vulnerabilities: int
    vulnerable_components: int
    components: int
    suppressed: int
    findings_total: int
    findings_audited: int
    findings_unaudited: int
    inherited_risk_score: float
    policy_violations_fail: int
    policy_violations_warn: int
    policy_violations_info: int
    policy_violations_total: int
    policy_violations_audited: int
    policy_violations_unaudited: int
    policy_violations_security_total: int
    policy_violations_license_total: int
    policy_violations_operational_total: int
    first_occurrence: int
    last_occurrence: int


class TokenTold(msgspec.Struct, rename="camel"):
    """What is answered to an upload: by this is asked whether it is done."""

    token: str
    project_uuid: str


class Processing(msgspec.Struct):
    """Whether an upload is still being worked on. Here it never is: it is done when it is answered."""

    processing: bool


class Permission(msgspec.Struct):
    """Something that a key may."""

    name: str


class TeamTold(msgspec.Struct, kw_only=True):
    """Whose key it is, and what it may: clients ask before they begin."""

    uuid: str
    name: str
    permissions: list[Permission]


class VersionTold(msgspec.Struct, kw_only=True):
    """Which server this is: the version is that of the interface that it is compatible with."""

    version: str
    application: str
    umbel: str


def stamp(moment: datetime) -> int:
    """A moment as these clients count it: milliseconds."""
    return int(moment.timestamp() * 1000)


def project_told(
    row: Row, imported_format: str = "", *, has_children: bool = False, parent: Row | None = None
) -> ProjectTold:
    """A project of ours in their words; `parent` is the project above it, where that may be named."""
    return ProjectTold(
        uuid=str(row.uuid),
        name=row.name,
        has_children=has_children,
        version=row.version or UNSET,
        active=row.active,
        is_latest=row.latest,
        tags=[Tag(tag) for tag in row.tags],
        last_bom_import=stamp(row.imported_at) if row.imported_at else UNSET,
        last_bom_import_format=imported_format or UNSET,
        parent=UNSET
        if parent is None
        else ParentTold(str(parent.uuid), parent.name, parent.version or UNSET),
    )


def component_told(finding: Finding, project: UUID) -> ComponentTold:
    """The component of a finding; the project itself, where it speaks of that."""
    package = finding.package or finding.project
    plain = package.removeprefix("pkg:").partition("/")[2] if package.startswith("pkg:") else package
    group, _, name = plain.rpartition("/")
    purl = f"{package}@{finding.version}" if finding.version and package.startswith("pkg:") else package
    return ComponentTold(
        uuid=str(uuid5(project, f"{package}@{finding.version or ''}")),
        name=name or plain or package,
        group=group or UNSET,
        version=finding.version or UNSET,
        purl=purl if package.startswith("pkg:") else UNSET,
        project=str(project),
    )


def finding_told(finding: Finding, project: UUID) -> FindingTold:
    """A vulnerability that was found."""
    component, known = component_told(finding, project), finding.evidence
    ids = [str(each) for each in known.get("ids", ())]
    severity = severity_of(finding)
    uuid = str(uuid5(NAMESPACE_URL, finding.what))
    alias = Alias(
        cve_id=next((each for each in ids if each.startswith("CVE-")), UNSET),
        ghsa_id=next((each for each in ids if each.startswith("GHSA-")), UNSET),
    )
    return FindingTold(
        component=component,
        vulnerability=VulnerabilityTold(
            uuid=uuid,
            source=next((source for mark, source in SOURCES if finding.what.startswith(mark)), "OSV"),
            vuln_id=finding.what,
            severity=severity,
            severity_rank=SEVERITIES.index(severity),
            title=finding.reason,
            description=finding.reason,
            recommendation=finding.remedy or UNSET,
            cvss_v3_base_score=known.get("score") or UNSET,
            cvss_v3_vector=str(known["vector"])
            if str(known.get("vector", "")).startswith("CVSS:3")
            else UNSET,
            published=str(known["published_at"]) if known.get("published_at") else UNSET,
            aliases=[alias] if len(ids) > 1 else [],
        ),
        analysis=AnalysisTold(
            is_suppressed=finding.excused,
            state=_STATES_SAID.get(finding.vex.status, UNSET) if finding.vex else UNSET,
        ),
        matrix=f"{project}:{component.uuid}:{uuid}",
    )


SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO", "UNASSIGNED")
_STATES_SAID = {
    "not_affected": "NOT_AFFECTED",
    "affected": "EXPLOITABLE",
    "fixed": "RESOLVED",
    "under_investigation": "IN_TRIAGE",
}


def severity_of(finding: Finding) -> str:
    """Its severity in their words; UNASSIGNED where no advisory rates it."""
    if finding.rule == "vulnerability" and not finding.evidence.get("severity"):
        return "UNASSIGNED"
    told = finding.severity.upper()
    return "UNASSIGNED" if told == "INFO" else told


def violation_told(finding: Finding, row: Row, moment: datetime) -> ViolationTold:
    """Something that the policy forbids or warns of."""
    rule = str(uuid5(NAMESPACE_URL, f"rule:{finding.rule}"))
    return ViolationTold(
        uuid=str(uuid5(row.uuid, finding.key)),
        type=type_of(finding),
        timestamp=stamp(moment),
        text=finding.reason,
        project=project_told(row),
        component=msgspec.structs.replace(component_told(finding, row.uuid), project=UNSET),
        policy_condition=ConditionTold(
            uuid=rule,
            policy=PolicyTold(uuid=rule, name=finding.rule, violation_state=STATES[finding.level]),
            value=finding.what,
        ),
    )


def type_of(finding: Finding) -> str:
    """SECURITY, LICENSE or OPERATIONAL."""
    if finding.rule in FOUND_BY:
        return "SECURITY"
    return "LICENSE" if finding.rule.startswith(("license", "copyleft")) else "OPERATIONAL"
