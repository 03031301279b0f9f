# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Findings, exceptions and others' VEX → what we say ourselves of vulnerabilities in a project or product.

Nothing is said to be harmless because nobody spoke of it: `not_affected` comes from a statement, or from an
exception that gives VEX's reason. What a policy doesn't look for (low severities, tests) is told all the same.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.vex import STATUSES
from umbel.policy._vex_statement import Identity, Statement, Thing
from umbel.policy.file import Policy
from umbel.policy.interface import EVERYWHERE
from umbel.policy.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.model.finding import Finding
    from umbel.policy.vex import Statements

_RULE = "vulnerability"
_ALL: dict[str, Any] = {"level": "warn", "unknown": "note", "severity": "info", "scopes": list(EVERYWHERE)}


def everything(policy: Policy) -> Policy:
    """A policy that looks for every vulnerability and nothing else; whose VEX counts stays as it is."""
    said = policy.said
    chosen: dict[str, dict[str, Any]] = {name: {"level": "off"} for name in rules() if name != _RULE}
    chosen[_RULE] = _ALL | _authors(said.rules)
    overrides = tuple(
        msgspec.structs.replace(one, rules={_RULE: _authors(one.rules)}) for one in said.overrides
    )
    return Policy(msgspec.structs.replace(said, rules=chosen, overrides=overrides))


def _authors(said: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    own = said.get(_RULE, {})
    return {"vex_authors": own["vex_authors"]} if "vex_authors" in own else {}


def named(project: str, identity: Identity) -> Thing:
    """A project as the product of our statements: by its purl where its documents give one, else by name."""
    version = next(iter(identity.versions)) if len(identity.versions) == 1 else None
    if len(identity.packages) == 1:
        return Thing(package=next(iter(identity.packages)), version=version)
    return Thing(name=project, version=version)


def told(findings: Iterable[Finding], product: Thing, as_of: datetime) -> list[Statement]:
    """A statement for each vulnerability in each component; of several projects the gravest counts."""
    groups: dict[tuple[str, str, str | None], list[Statement]] = defaultdict(list)
    for finding in findings:
        if finding.rule == _RULE and finding.what and finding.package is not None:
            groups[finding.what, finding.package, finding.version].append(_said(finding, product, as_of))
    return [max(groups[key], key=_weight) for key in sorted(groups, key=str)]


def _weight(one: Statement) -> tuple[Any, ...]:
    return (STATUSES.index(one.status), one.time, one.justification or "", one.detail or "", one.author or "")


def _said(finding: Finding, product: Thing, as_of: datetime) -> Statement:
    ids = finding.evidence.get("ids")
    known = tuple(ids) if isinstance(ids, list) else ()
    open_ = Statement(
        ids=tuple(dict.fromkeys((finding.what, *known))),
        status="under_investigation" if finding.outcome == "unknown" else "affected",
        time=as_of,
        component=Thing(package=finding.package, version=finding.version),
        product=product,
        detail=finding.reason if finding.outcome == "unknown" else None,
        action=finding.remedy or "No remedy is known.",
        responses=("update",) if finding.evidence.get("fixed") else (),
    )
    said, excused = finding.vex, finding.exception
    if said is not None:
        return msgspec.structs.replace(
            open_,
            status=said.status,
            time=said.time,
            justification=said.justification if said.status == "not_affected" else None,
            detail=said.detail,
            action=said.action or (open_.action if said.status == "affected" else None),
            responses=open_.responses if said.status == "affected" else (),
            author=said.author,
        )
    if finding.excepted and excused is not None and excused.justification is not None:
        day = excused.decided or as_of.date()
        return msgspec.structs.replace(
            open_,
            status="not_affected",
            time=datetime.combine(day, time(), UTC),
            justification=excused.justification,
            detail=excused.reason,
            action=None,
            responses=(),
        )
    return open_


def _package(one: Statement) -> str | None:
    """The package that a statement is about, where it names one."""
    thing = one.component or one.product
    return thing.package if thing else None


_USED = """
SELECT DISTINCT m.project, m.package, m.version FROM merged AS m
WHERE list_contains($packages::VARCHAR[], m.package) ORDER BY ALL
"""


def passed_on(
    session: Session,
    statements: Statements,
    identities: Mapping[str, Identity],
    ours: Sequence[Statement],
    product: Thing,
) -> list[Statement]:
    """What others say of components in use that no advisory here speaks of; the newest of each."""
    known = {
        (name.casefold(), one.component.package, one.component.version)
        for one in ours
        for name in one.ids
        if one.component is not None
    }
    about: dict[str, list[Statement]] = defaultdict(list)
    for one in statements.every:
        if (named_ := _package(one)) and one.time <= session.as_of:
            about[named_].append(one)
    if not about:
        return []
    newest: dict[tuple[str, str, str | None], Statement] = {}
    for project, package, version in session.ask(_USED, {"packages": sorted(about)}).rows():
        identity = identities.get(project)
        for one in about[package]:
            if identity is None or not one.means(package, version, identity):
                continue
            if any((name.casefold(), package, version) in known for name in one.ids):
                continue
            key = (one.ids[0], package, version)
            if key not in newest or (one.time, _weight(one)) > (newest[key].time, _weight(newest[key])):
                newest[key] = one
    return [
        msgspec.structs.replace(
            newest[key],
            component=Thing(package=key[1], version=key[2]),
            product=product,
            action=newest[key].action
            or ("No remedy is known." if newest[key].status == "affected" else None),
            document="",
        )
        for key in sorted(newest, key=str)
    ]
