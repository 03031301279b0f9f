# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is found in a project now: of the lake while its documents stand, of the kept documents of older versions."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

import msgspec
from django.http import Http404

from umbel.evidence.ingest_upload import Handed
from umbel.model.errors import UsageError
from umbel.model.finding import Finding, at_least
from umbel.office.api.dependency_track.shapes import (
    FOUND_BY,
    SEVERITIES,
    MetricsTold,
    severity_of,
    stamp,
    type_of,
)
from umbel.office.core import workspace
from umbel.office.uploads import receiving

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.office.uploads.models import Project

KEPT = 16
SETTLED = frozenset({"affected", "not_affected", "fixed"})
"""What VEX says of a finding that somebody has looked at; one under investigation isn't settled."""
WEIGHTS = {"CRITICAL": 10, "HIGH": 5, "MEDIUM": 3, "LOW": 1, "UNASSIGNED": 5}
"""What each counts in Dependency-Track's risk score."""
_kept: OrderedDict[tuple[str, str], Judged] = OrderedDict()
_guard = threading.Lock()


class Judged(msgspec.Struct, frozen=True):
    """All that is found in a project, and how many components were looked at."""

    findings: tuple[Finding, ...]
    components: int
    severity: str
    """From which severity on the policy counts vulnerabilities here."""

    @property
    def vulnerabilities(self) -> list[Finding]:
        """Known vulnerabilities, also those that an exception or VEX covers."""
        return [
            each
            for each in self.findings
            if each.rule in FOUND_BY and each.outcome == "unmet" and each.package
        ]

    @property
    def violations(self) -> list[Finding]:
        """What the policy forbids or warns of and nobody excused. What is unknown is none; notes aren't told."""
        return [
            each
            for each in self.findings
            if each.outcome == "unmet"
            and not each.excused
            and each.level != "note"
            and (each.rule != "vulnerability" or at_least(each.severity, self.severity))
        ]


def judged(row: Project) -> Judged:
    """What is found in a project; kept until evidence, records or policy change."""
    ws = workspace()
    key = (ws.readings_key(None, None), str(row.uuid))
    with _guard:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _of_lake(row) if row.active else _of_documents(row)
    with _guard:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _of_lake(row: Project) -> Judged:
    try:
        verdict = workspace().all_found(row.subject)
    except UsageError as error:
        raise Http404("Nothing is known of this project any more.") from error
    return Judged(tuple(verdict.findings), verdict.judged, _threshold(row))


def _of_documents(row: Project) -> Judged:
    """An older version: its documents, judged by what is known now."""
    findings: list[Finding] = []
    components = 0
    parts: set[str] = set()
    for receipt in row.receipts.filter(document__isnull=False).select_related("document").order_by("-at"):
        if receipt.part in parts or receipt.document is None:
            continue
        parts.add(receipt.part)
        data = receiving.content(receipt.document)
        handed = Handed(data=data, name=receipt.file_name, project=row.subject, version=row.version or None)
        verdict = workspace().hand_in(handed, keep=False, wide=True).verdict
        findings += verdict.findings
        components += verdict.judged
    if not parts:
        raise Http404("Newer versions took its place, and its documents are no longer kept.")
    return Judged(tuple(findings), components, _threshold(row))


def _threshold(row: Project) -> str:
    said = workspace().asked_of(row.subject, "vulnerability")
    return str(getattr(said, "severity", "info"))


def metrics(row: Project, found: Judged, now: datetime) -> MetricsTold:
    """The figures of a project as Dependency-Track counts them."""
    open_ones = [each for each in found.vulnerabilities if not each.excused]
    by = Counter(severity_of(each) for each in open_ones)
    violations = found.violations
    levels, types = Counter(each.level for each in violations), Counter(type_of(each) for each in violations)
    excused = len(found.vulnerabilities) - len(open_ones)
    audited = sum(each.vex is not None and each.vex.status in SETTLED for each in open_ones)
    return MetricsTold(
        critical=by["CRITICAL"],
        high=by["HIGH"],
        medium=by["MEDIUM"],
        low=by["LOW"],
        unassigned=by["UNASSIGNED"],
        vulnerabilities=len(open_ones),
        vulnerable_components=len({each.subject for each in open_ones}),
        components=found.components,
        suppressed=excused,
        findings_total=len(open_ones),
        findings_audited=audited,
        findings_unaudited=len(open_ones) - audited,
        inherited_risk_score=float(sum(WEIGHTS.get(name, 0) * by[name] for name in SEVERITIES)),
        policy_violations_fail=levels["fail"],
        policy_violations_warn=levels["warn"],
        policy_violations_info=levels["note"],
        policy_violations_total=len(violations),
        policy_violations_audited=0,
        policy_violations_unaudited=len(violations),
        policy_violations_security_total=types["SECURITY"],
        policy_violations_license_total=types["LICENSE"],
        policy_violations_operational_total=types["OPERATIONAL"],
        first_occurrence=stamp(row.imported_at or row.created_at),
        last_occurrence=stamp(now),
    )
