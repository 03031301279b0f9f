# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio by the policy: what every project's evidence breaks, and what another policy would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.metrics import remediation
from umbel.policy import quality as quality_module
from umbel.policy import usage as usage_module
from umbel.policy.judge import Case, judge
from umbel.policy.lookup import TABLES as _LOOKED_UP
from umbel.policy.verdict import Verdict, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.metrics.definition import Catalog, Definition
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.model.finding import Finding
    from umbel.policy.file import Resolved

_HISTORY = ("histories", "commits", "identities", "aliases", "forgotten", "releases")
TABLES = tuple(dict.fromkeys((*_LOOKED_UP, *usage_module.TABLES, *quality_module.TABLES, *_HISTORY)))
"""The stored tables that a session must hold; `with_paths` needs no others."""


def verdict(
    session: Session,
    case: Case,
    projects: Sequence[str] | None = None,
    *,
    metrics: Callable[[], Catalog] | None = None,
    people: Callable[[], Rules] | None = None,
) -> Verdict:
    """Everything that the policy's rules find, in all projects or in those that are named.

    `metrics` and `people` are asked for only where the rule `health` compares figures.
    """
    known = [name for (name,) in session.ask("SELECT DISTINCT subject FROM present ORDER BY subject").rows()]
    wanted = known if projects is None else list(projects)
    policies = [case.policy.for_project(name, case.belonging(name).products) for name in wanted]
    asked = quality_module.standards_asked(policies)
    case = msgspec.structs.replace(
        case,
        history=True,
        quality=quality_module.quality(session, asked) if asked else {},
    )
    names = _compared(policies)
    if names and metrics is not None:
        catalog = metrics()
        definitions = {name: catalog.get(name) for name in names}
        rules = people() if people is not None else None
        case = msgspec.structs.replace(
            case, measurements=_measured(session, definitions, wanted, rules, case.index)
        )
    return judge(session, case, wanted)


def _compared(policies: Iterable[Resolved]) -> list[str]:
    """The metrics that any of the policies compares with a threshold."""
    settings = [resolved.rules.get("health") for resolved in policies]
    return sorted({name for each in settings for name in getattr(each, "metrics", {})})


def _measured(
    session: Session,
    definitions: Mapping[str, Definition],
    projects: Sequence[str],
    people: Rules | None,
    index: Index | None,
) -> dict[tuple[str, str], Any]:
    """The figures of each project, by project and metric as policies call it."""
    from umbel.metrics.engine import Engine, MetricFailed

    if index is not None and any(one.header.reads == "remediations" for one in definitions.values()):
        remediation.attach(session, index)
    engine = Engine(session, people, projects)
    found: dict[tuple[str, str], Any] = {}
    for name, definition in definitions.items():
        try:
            for measurement in engine.measure(definition):
                found[measurement.subject, name] = measurement
        except MetricFailed:
            continue  # it is unknown then, and the rule says so
    return found


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What another policy makes of one finding; None: it isn't one."""

    finding: Finding
    before: str | None
    after: str | None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What another policy would change: findings whose worth changes, gravest first, and both verdicts."""

    changes: list[Change]
    before: Verdict
    after: Verdict


def preview(before: Verdict, after: Verdict) -> Preview:
    """Compare what two policies make of the same evidence."""
    old = {finding.key: finding for finding in before.findings}
    new = {finding.key: finding for finding in after.findings}
    touched = [
        key
        for key in old.keys() | new.keys()
        if (key in old and _worth(old[key])) != (key in new and _worth(new[key]))
    ]
    ordered = in_order([new.get(key) or old[key] for key in touched])
    changes = [
        Change(
            finding=finding,
            before=_worth(old[finding.key]) if finding.key in old else None,
            after=_worth(new[finding.key]) if finding.key in new else None,
        )
        for finding in ordered
    ]
    return Preview(changes=changes, before=before, after=after)


def _worth(finding: Finding) -> str:
    return finding.state if finding.excused else finding.level


def named(found: Sequence[Finding], key: str) -> list[Finding]:
    """Findings by their key, or by its beginning."""
    text = key if key.startswith("f-") else f"f-{key}"
    return [finding for finding in found if finding.key.startswith(text)]
