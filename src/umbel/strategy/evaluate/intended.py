# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What would be if a candidate were taken today: a use that exists in memory only, judged as a gate judges.

So the same rules, settings, decisions and facts count as in `umbel check` on the day when it is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.collect.columns import Batch, Columns, Stamp
from umbel.collect.interface import Component, Edge, Reading
from umbel.model import licenses
from umbel.model.license_policy import Use
from umbel.model.obligations import obligations
from umbel.policy.judge import judge
from umbel.policy.lookup import Belonging
from umbel.policy.rules._licenses import linkage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.model.finding import Finding
    from umbel.model.obligations import Obligation
    from umbel.model.settings import Distribution
    from umbel.policy.judge import Case
    from umbel.policy.license_decisions import LicenseDecisions
    from umbel.policy.verdict import Gap
    from umbel.strategy.evaluate.known import Known

PROJECT = "(evaluated)"
"""The project of the use that exists nowhere; no pattern of a real one should mean it."""
LICENCES = frozenset({"license-denied", "license-unknown", "copyleft-linkage"})
"""The rules that speak of licences."""


class Licensed(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate's licence: as an SPDX expression, as it was written, and who says so. None: nobody does."""

    expression: str | None
    written: str | None
    by: str | None


class Intended(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy finds in the use of one candidate, the rules that could not be asked, and its obligations."""

    licensed: Licensed
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    obligations: tuple[Obligation, ...]

    @property
    def of_license(self) -> list[Finding]:
        """What is found about the licence alone."""
        return [each for each in self.findings if each.rule in LICENCES]


def licensed(known: Known, decided: LicenseDecisions, as_of: datetime) -> Licensed:
    """What the licence of the version that one would get is: by people, by our documents, or by its registry."""
    concluded = decided.license_of(known.package, known.version, as_of.date())
    if concluded is not None and concluded.expression is not None:
        return Licensed(expression=concluded.expression, written=concluded.license, by=concluded.by)
    told = [one.licenses for one in known.using or () if known.version in one.versions and one.licenses]
    if told:
        return Licensed(expression=told[0][0], written=told[0][0], by="our own documents")
    got, registry = known.got, known.registry
    for written in (got.license if got else None, registry.license if registry else None):
        said = licenses.effective((), (written,), ()) if written else None
        if said:
            return Licensed(expression=said, written=written, by="the registry")
    return Licensed(expression=None, written=None, by=None)


def batch(known: Mapping[str, Known], told: Mapping[str, Licensed], salt: bytes, as_of: datetime) -> Batch:
    """The use as evidence in memory: one project that asks for all candidates by itself."""
    components, edges = [], []
    for package, one in known.items():
        said = told[package].expression
        declared = (said,) if said and not said.startswith("NOASSERTION") else ()
        components.append(
            Component(
                ref=package,
                package=package,
                version=one.version,
                purl=package if one.version is None else f"{package}@{one.version}",
                declared=declared,
                urls=one.urls,
                scope="runtime",
            )
        )
        edges.append(Edge(source=None, target=package, scope="runtime"))
    stamp = Stamp(
        collector="evaluate",
        collector_version=1,
        subject=PROJECT,
        lineage="evaluate",
        origin="evaluate",
        collected_at=as_of,
        observed_at=as_of,
        outcome="complete",
    )
    columns = Columns(salt)
    columns.add(stamp, Reading(format="evaluate", components=components, edges=edges))
    return columns.batch()


def judged(
    session: Session,
    case: Case,
    product: str | None,
    ways: Sequence[Distribution],
    told: Mapping[str, Licensed],
) -> dict[str, Intended]:
    """By package: what the policy says of the use that `batch` made, in a product, reaching users in these ways.

    The session is one over that batch with `umbel.policy.lookup.TABLES`.
    """
    mine = Belonging((product,) if product else (), tuple(ways))
    verdict = judge(session, msgspec.structs.replace(case, belonging=lambda _: mine, history=False))
    found = {}
    for package, said in told.items():
        use = Use(distribution=tuple(ways), linkage=linkage_of(package), scope="runtime", modified=False)
        found[package] = Intended(
            licensed=said,
            findings=tuple(each for each in verdict.findings if each.package == package),
            gaps=tuple(verdict.gaps),
            obligations=tuple(obligations(said.expression, use)) if said.expression else (),
        )
    return found
