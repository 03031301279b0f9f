# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of the first page: what there is, and what changed."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from umbel.model import purl
from umbel.office.config import config
from umbel.office.editions.registry import figure
from umbel.office.pages.home import journal
from umbel.office.pages.home.journal import Step, Thing
from umbel.reports.documents.review_facts import Taken

if TYPE_CHECKING:
    import pyarrow as pa

    from umbel.model.finding import Finding
    from umbel.office.editions.interface import Shared

MOST_ALERTS = 200
MOST_DECIDED = 200
MOST_UPGRADES = 100
FEW = 20
"""Of how many projects the names are kept."""
DECIDED_DAYS = 120
LEVELS = frozenset({"fail", "warn"})


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """An alert, with when it came and went."""

    id: str
    title: str
    severity: str
    projects: tuple[str, ...]
    raised_at: datetime
    resolved_at: datetime | None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What there is, and what changed. Differences are known since `began`; None: of a past day none are."""

    projects: int
    packages: int
    findings: int
    began: datetime | None
    steps: tuple[Step, ...]
    alerts: tuple[Raised, ...]
    decided: tuple[Taken, ...]


class Upgrade(msgspec.Struct, frozen=True, kw_only=True):
    """A dependency that has to move to mend something: which package it is, where one alone is called so.

    `among` are the projects that it would mend; None: they are many.
    """

    package: str | None
    among: tuple[str, ...] | None


@figure
def upgrades(shared: Shared) -> dict[str, Upgrade]:
    """The upgrades that clear the most, by the name that actions call them by."""
    if shared.known.lake is None:
        return {}
    from umbel.office.pages.portfolio.figures import packages_table
    from umbel.policy.risks import upgrade_of

    found: dict[str, list[str]] = defaultdict(list)
    for each in shared.known.verdict.findings:
        if not each.excused and (name := upgrade_of(each)) is not None:
            found[name].append(each.project)
    most = sorted(found, key=lambda name: (-len(found[name]), name))[:MOST_UPGRADES]
    called: dict[str, list[str]] = {name: [] for name in most}
    for key in packages_table(shared).column("key").to_pylist():
        called.get(purl.display(key), []).append(key)
    return {
        name: Upgrade(package=called[name][0] if len(called[name]) == 1 else None, among=_few(found[name]))
        for name in most
    }


def _few(projects: list[str]) -> tuple[str, ...] | None:
    names = sorted(set(projects))
    return tuple(names) if len(names) <= FEW else None


@figure
def changes(shared: Shared) -> Changes:
    """What appeared and went since the edition before. Only today's office learns; a past day has no news."""
    state = _state(shared)
    kept = None
    if shared.as_of is None:
        now = datetime.now(UTC)
        kept = journal.take(config().folder, shared.workspace.readings_key(None, None)[:24], now, state)
    return Changes(
        projects=len(state["project"]),
        packages=len(state["package"]),
        findings=len(state["finding"]),
        began=None if kept is None else kept.began,
        steps=() if kept is None else kept.steps,
        alerts=() if kept is None else _alerts(shared),
        decided=() if kept is None else _decided(shared),
    )


def _state(shared: Shared) -> journal.State:
    if shared.known.lake is None:
        return {"project": {}, "package": {}, "finding": {}}
    from umbel.office.pages.portfolio.figures import packages_table, projects_table

    return {
        "project": _projects(projects_table(shared)),
        "package": _packages(packages_table(shared)),
        "finding": {each.key: _finding(each) for each in shared.known.verdict.findings if _is_open(each)},
    }


def _projects(table: pa.Table) -> dict[str, Thing]:
    names, newest = table.column("key").to_pylist(), table.column("newest").to_pylist()
    return {
        name: Thing(name, (name,), newest=None if moment is None else moment.isoformat())
        for name, moment in zip(names, newest, strict=True)
    }


def _packages(table: pa.Table) -> dict[str, Thing]:
    keys, among = table.column("key").to_pylist(), table.column("among").to_pylist()
    return {
        key: Thing(purl.display(key), None if few is None else tuple(few))
        for key, few in zip(keys, among, strict=True)
    }


def _is_open(finding: Finding) -> bool:
    return finding.level in LEVELS and not finding.excused


def _finding(finding: Finding) -> Thing:
    about = finding.project if finding.package is None else purl.display(finding.package)
    version = f" {finding.version}" if finding.version else ""
    what = finding.what or finding.rule
    return Thing(f"{what} · {about}{version}", (finding.project,), finding.severity)


def _alerts(shared: Shared) -> tuple[Raised, ...]:
    found = [
        Raised(
            id=each.id,
            title=each.told.title,
            severity=each.told.severity,
            projects=each.told.projects,
            raised_at=each.raised_at,
            resolved_at=each.resolved_at,
        )
        for each in shared.workspace.alerts()
        if each.told is not None
    ]
    found.sort(key=lambda each: max(each.raised_at, each.resolved_at or each.raised_at), reverse=True)
    return tuple(found[:MOST_ALERTS])


def _decided(shared: Shared) -> tuple[Taken, ...]:
    from umbel.app.decided import decided

    taken = decided(shared.workspace.folder, shared.day - timedelta(DECIDED_DAYS), shared.day)
    return tuple(reversed(taken))[:MOST_DECIDED]
