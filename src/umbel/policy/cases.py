# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Examples in a policy, held against it: does it say what its authors mean?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import licenses, purl
from umbel.model.vulnerability import Attribution, Vulnerability
from umbel.policy.engine import Engine, Group
from umbel.policy.exceptions import Exceptions
from umbel.policy.facts import CycleFact, Facts, PackageFact, VersionFact
from umbel.policy.interface import Use
from umbel.policy.registry import rules

if TYPE_CHECKING:
    from umbel.model.finding import Finding
    from umbel.policy.file import Case, Policy

_PROJECT = "example"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one case: `problem` is None where the policy says what it should."""

    name: str
    problem: str | None
    found: list[Finding] = []


def run(policy: Policy, now: datetime) -> list[Outcome]:
    """Every case of the policy in its order."""
    return [_outcome(policy, case, now) for case in policy.said.cases]


def _outcome(policy: Policy, case: Case, now: datetime) -> Outcome:
    try:
        findings = _judged(policy, case, now)
    except (ValueError, TypeError) as error:
        return Outcome(name=case.name, problem=f"it can't be read: {error}")
    told = {finding.rule for finding in findings if finding.outcome == "unmet"}
    expected = set(case.expect)
    missing, extra = sorted(expected - told), sorted(told - expected)
    problems = [f"{', '.join(missing)} should find something and doesn't"] if missing else []
    problems += [f"{', '.join(extra)} finds something and shouldn't"] if extra else []
    fails = any(finding.fails for finding in findings)
    if case.fails is not None and case.fails != fails:
        problems.append("the gate opens and shouldn't" if case.fails else "the gate closes and shouldn't")
    return Outcome(name=case.name, problem="; ".join(problems) or None, found=findings)


def _judged(policy: Policy, case: Case, now: datetime) -> list[Finding]:
    parsed = purl.parse(case.component)
    use = Use(
        package=parsed.package,
        version=parsed.version,
        license=licenses.effective((), (case.license,), ()) if case.license else None,
        direct=case.direct,
        scope=case.scope,
        distribution=case.distribution,
    )
    products = [case.product] if case.product else []
    project = case.project or _PROJECT
    engine = Engine(_facts(case, use, now), Exceptions(), lambda _: products)
    group = Group(use, policy.for_project(project, products), [project])
    return list(engine.components([group]))


def _facts(case: Case, use: Use, now: datetime) -> Facts:
    """Just what the case says; what it doesn't say is unknown, so rules about that find nothing."""
    key = (use.package, use.version or "")
    known = {fact for rule in rules().values() for fact in rule.needs}
    released = _moment(case.released)
    package = PackageFact(
        found=True, latest=case.latest, latest_at=now if case.latest else released,
        deprecated=case.deprecated, archived=case.archived,
    )  # fmt: skip
    version = VersionFact(released_at=released)
    facts = Facts(
        as_of=now,
        known=frozenset(known),
        vulnerabilities_of={key: [_vulnerability(one) for one in case.vulnerabilities]},
        packages={use.package: package},
        versions={key: version},
    )
    if case.end_of_life is not None:
        ends = case.end_of_life
        day = ends.date() if isinstance(ends, datetime) else ends if isinstance(ends, date) else None
        facts.lifecycles = {
            key: CycleFact(
                product=purl.display(use.package),
                title=purl.display(use.package),
                cycle=use.version,
                eol=bool(ends) if day is None else None,
                eol_on=day,
                support_until=None,
                latest=None,
                mapped_by="the case",
            )
        }
    return facts


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


class _Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    severity: str | None = None
    fixed: str | None = None
    kind: str = "vulnerability"
    exploited: bool | None = None
    probability: float | None = None
    affected: bool | None = True
    published: date | None = None


def _vulnerability(data: dict[str, Any]) -> Vulnerability:
    told = msgspec.convert(data, _Told)
    return msgspec.convert(
        {
            "id": told.id,
            "ids": (told.id,),
            "sources": (Attribution(told.id, "the case", active=True),),
            "affected": told.affected,
            "kind": told.kind,
            "severity": told.severity,
            "summary": "an example",
            "published_at": _moment(told.published),
            "fixed": told.fixed,
            "exploited": told.exploited,
            "probability": told.probability,
        },
        Vulnerability,
        from_attributes=True,
    )
