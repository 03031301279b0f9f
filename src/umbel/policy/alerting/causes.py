# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Findings → alerts: one a product and cause, whatever number of components and projects it is in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import purl
from umbel.model.finding import SEVERITIES, Severity, at_least
from umbel.policy.alerting.alert import Alert, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from umbel.model.alert_settings import AlertCause, AlertSettings
    from umbel.model.finding import Finding
    from umbel.policy.plans import Plan
    from umbel.policy.risks import Owned

SHOWN = 25
"""Projects and components that an alert names; of the others it has the number."""
WAYS = 5
"""Ways in that an alert names."""
ENDED_DAYS = 30
"""So long an exception that has ended is told: from then on what it covered speaks for itself."""
RULES: dict[str, AlertCause] = {
    "vulnerability": "vulnerability",
    "known-exploited": "vulnerability",
    "malicious": "malicious",
    "end-of-life": "end-of-life",
    "license-denied": "license",
}
"""Whose findings become alerts, and of which cause."""


class Gathered(msgspec.Struct, kw_only=True):
    """What is known of one alert while findings are told off."""

    cause: AlertCause
    what: str
    owned: Owned | None
    findings: list[Finding] = []
    severity: Severity = "info"
    title: str = ""
    reason: str = ""
    remedy: str | None = None
    due: date | None = None
    plan: str | None = None
    excepted: str | None = None
    was: str | None = None


class Causes:
    """Gathers what is to be told, by product and cause."""

    def __init__(
        self,
        settings: AlertSettings,
        owned: Callable[[str], Sequence[Owned]],
        today: date,
        plans: Sequence[Plan] = (),
    ) -> None:
        """`owned` names the products of a project with their owners."""
        self._settings = settings
        self.owned = cache(owned)
        self._today = today
        self._plans = plans
        self._found: dict[tuple[str, str, str | None], Gathered] = {}
        self.unsure: set[tuple[str, str, str | None]] = set()
        """Cause, matter (or package, of which nothing at all can be said) and product: nobody can say now."""

    def findings(self, findings: Iterable[Finding]) -> None:
        """Take what a verdict found. What is excused is not told; what excuses it is, when it ends."""
        for finding in findings:
            cause = RULES.get(finding.rule)
            if finding.exception is not None and "exception" in self._settings.causes:
                self._exception(finding)
            if cause is None or finding.excused:
                continue
            if finding.outcome != "unmet":
                for each in _causes(finding):
                    self._doubt(each, finding)
            elif cause not in self._settings.causes:
                continue
            elif finding.level != "note" and at_least(finding.severity, self._settings.severity):
                for group in self.groups(cause, _matter(finding), finding.project):
                    _take(group, finding)

    def groups(self, cause: AlertCause, what: str, project: str) -> list[Gathered]:
        """The alert of a cause in each product that a project belongs to."""
        made = []
        for owned in self.owned(project) or [None]:  # type: ignore[list-item]
            key = (cause, what, owned.product if owned else None)
            if key not in self._found:
                self._found[key] = Gathered(cause=cause, what=what, owned=owned)
            made.append(self._found[key])
        return made

    def keep(self, told: Alert, uses: Iterable[Finding]) -> None:
        """What was told before and is so still, where no look can find it anew: a change."""
        for use in uses:
            for owned in self.owned(use.project) or [None]:  # type: ignore[list-item]
                if (owned.product if owned else None) != told.product:
                    continue
                key = (told.cause, told.what, told.product)
                group = self._found.setdefault(
                    key,
                    Gathered(
                        cause=told.cause,
                        what=told.what,
                        owned=owned,
                        title=told.title,
                        reason=told.reason,
                        remedy=told.remedy,
                        severity=told.severity,
                        was=told.was,
                    ),
                )
                if all((f.project, f.subject) != (use.project, use.subject) for f in group.findings):
                    group.findings.append(use)

    def alerts(self) -> list[Alert]:
        """Everything that is to be told, the gravest first."""
        made = [self._made(group) for group in self._found.values() if group.findings or group.title]
        return sorted(made, key=lambda a: (-SEVERITIES.index(a.severity), a.cause, a.what, a.of))

    def _doubt(self, cause: AlertCause, finding: Finding) -> None:
        for owned in self.owned(finding.project) or [None]:  # type: ignore[list-item]
            # Without a matter the rule could not be asked of this component at all.
            named = bool(finding.what) or finding.package is None
            what = _matter(finding) if named else purl.display(finding.package or "")
            self.unsure.add((cause, what, owned.product if owned else None))

    def _exception(self, finding: Finding) -> None:
        excused = finding.exception
        if excused is None:
            return
        left = (excused.until - self._today).days
        if left > self._settings.exception_days or left < -ENDED_DAYS:
            return
        for group in self.groups("exception", excused.id, finding.project):
            group.findings.append(finding)
            group.due = excused.until
            group.severity = "medium" if left >= 0 else _worse("medium", finding.severity)
            word = f"ends on {excused.until}" if left >= 0 else f"ended on {excused.until}"
            group.title = f"Exception {excused.id} {word}"
            group.reason = f"{excused.author or 'Somebody'} accepted this until then: {excused.reason}"
            group.remedy = (
                "Mend what it covers before it ends, or decide anew with a reason: umbel exceptions add"
            )

    def _made(self, group: Gathered) -> Alert:
        owned, findings = group.owned, group.findings
        components = sorted({finding.subject for finding in findings})
        projects = sorted({finding.project for finding in findings})
        product = owned.product if owned else None
        return Alert(
            id=name_of(group.cause, group.what, product),
            cause=group.cause,
            what=group.what,
            product=product,
            severity=group.severity,
            title=group.title,
            reason=group.reason,
            remedy=group.remedy,
            owner=owned.owner if owned else None,
            department=owned.department if owned else None,
            exploited=any(finding.evidence.get("exploited") is True for finding in findings),
            due=group.due,
            components=tuple(purl.display(name) for name in components[:SHOWN]),
            components_total=len(components),
            projects=tuple(projects[:SHOWN]),
            projects_total=len(projects),
            ways=_ways(findings),
            urls=_urls(findings),
            ids=tuple(sorted({i for f in findings for i in _ids(f)} - {group.what})),
            was=group.was,
            plan=group.plan or self._plan(findings),
            excepted=group.excepted,
        )

    def _plan(self, findings: Iterable[Finding]) -> str | None:
        """The valid plan for what reached its end of life."""
        for finding in findings:
            for plan in self._plans if finding.rule == "end-of-life" else ():
                if plan.until >= self._today and plan.is_for(finding, self.owned(finding.project)):
                    return plan.sentence
        return None


def _causes(finding: Finding) -> set[AlertCause]:
    """Of which causes nobody can say: a rule may speak for others that have no answer either."""
    return {RULES[name] for name in (finding.rule, *finding.evidence.get("rules", ())) if name in RULES}


def _matter(finding: Finding) -> str:
    if finding.rule == "end-of-life":
        return " ".join(str(finding.evidence.get(key) or "?") for key in ("product", "cycle"))
    return finding.what or finding.subject


def _take(group: Gathered, finding: Finding) -> None:
    """Add a finding; the gravest gives the words, the earliest the day."""
    first = not group.findings
    group.findings.append(finding)
    due = _due(finding)
    if due is not None and (group.due is None or due < group.due):
        group.due = due
    if finding.exception is not None and finding.exception.expired:
        group.excepted = f"{finding.exception.id} until {finding.exception.until}"
    if first or SEVERITIES.index(finding.severity) > SEVERITIES.index(group.severity):
        name = purl.display(finding.package) if finding.package else finding.project
        group.severity = finding.severity
        group.title = f"{group.what} in {name}" if group.cause != "license" else f"{group.what} is denied"
        group.reason = finding.reason
        group.remedy = finding.remedy


def _due(finding: Finding) -> date | None:
    known = [finding.evidence.get(key) for key in ("due", "eol_on")]
    days = [day for day in known if day is not None]
    return min(days) if days else None


def _worse(one: Severity, other: Severity) -> Severity:
    return max(one, other, key=SEVERITIES.index)


def _ways(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The shortest ways in, one a project at most until there are no more."""
    told: dict[str, str] = {}
    for finding in sorted(findings, key=lambda f: (len(f.path), f.path, f.project, f.subject)):
        steps = finding.path or ((purl.display(finding.subject),) if finding.package else ())
        if steps:
            told.setdefault(finding.project, " → ".join((finding.project, *steps)))
    return tuple(list(told.values())[:WAYS])


def _ids(finding: Finding) -> list[str]:
    ids = finding.evidence.get("ids")
    return [str(one) for one in ids] if isinstance(ids, list | tuple) else []


def _urls(findings: Iterable[Finding]) -> tuple[str, ...]:
    found = (f.evidence.get("url") for f in findings)
    return tuple(dict.fromkeys(str(url) for url in found if url))[:WAYS]


def add(  # noqa: PLR0913 - one alert in words
    causes: Causes,
    cause: AlertCause,
    what: str,
    uses: Iterable[Finding],
    *,
    title: str,
    reason: str,
    remedy: str | None,
    severity: Severity = "medium",
    **more: Any,
) -> None:
    """Tell of something that is no rule's finding: of a plan, a licence, old evidence."""
    for use in uses:
        for group in causes.groups(cause, what, use.project):
            group.findings.append(use)
            group.title, group.reason, group.remedy, group.severity = title, reason, remedy, severity
            for name, value in more.items():
                setattr(group, name, value)


def use_of(project: str, package: str | None = None, version: str | None = None, **more: Any) -> Any:
    """A use as a finding of no rule, for `add`."""
    from umbel.model.finding import Finding

    return Finding(
        rule="",
        project=project,
        package=package,
        version=version,
        what="",
        outcome="unmet",
        severity="info",
        level="warn",
        reason="",
        **more,
    )
