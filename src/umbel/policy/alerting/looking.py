# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One look at the portfolio: everything that is to be told of it now, and what nobody can say now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.model import purl
from umbel.policy import plans as plans_module
from umbel.policy.alerting.book import Unsure
from umbel.policy.alerting.causes import RULES, SHOWN, Causes, add, use_of
from umbel.policy.alerting.licenses import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from umbel.evidence.session import Session
    from umbel.model.alert_settings import AlertSettings
    from umbel.model.finding import Finding
    from umbel.policy.alerting.alert import Alert
    from umbel.policy.alerting.book import Book, Standing
    from umbel.policy.plans import Plans
    from umbel.policy.risks import Owned
    from umbel.policy.verdict import Verdict

TABLES = ("usage", *plans_module.TABLES)
"""The stored tables that a session must hold."""
# What was read again and had not changed is none of `published`, and was seen all the same.
_SEEN = """
SELECT r.subject, max(r.collected_at)::DATE FROM raw_snapshots AS r
SEMI JOIN present AS s ON s.subject = r.subject
WHERE r.outcome NOT IN ('failed', 'absent') GROUP BY r.subject
HAVING date_diff('day', max(r.collected_at)::DATE, $today::DATE) > $days ORDER BY ALL
"""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """By what is looked: settings, who answers for a project, what is planned, what stands already."""

    settings: AlertSettings
    owned: Callable[[str], Sequence[Owned]]
    plans: Plans
    book: Book
    memory: Path
    today: date


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a look saw. Call `memory.remember()` once it is on record."""

    alerts: list[Alert]
    unsure: Unsure
    memory: Memory | None


def look(session: Session, verdict: Verdict, scene: Scene) -> Seen:
    """Everything that is to be told now. The session must hold `TABLES`."""
    causes = Causes(scene.settings, scene.owned, scene.today, scene.plans.standing)
    causes.findings(verdict.findings)
    _plans(session, scene, causes)
    _stale(session, scene, causes)
    memory = _licenses(session, verdict, scene, causes)
    missed = {RULES[gap.rule] for gap in verdict.gaps if gap.rule in RULES}
    broken = {RULES[f.rule] for f in verdict.findings if f.outcome == "error" and f.rule in RULES}
    unsure = Unsure(frozenset(missed | broken), frozenset(causes.unsure))
    return Seen(alerts=causes.alerts(), unsure=unsure, memory=memory)


def _plans(session: Session, scene: Scene, causes: Causes) -> None:
    late = scene.plans.late(scene.today) if "plan" in scene.settings.causes else []
    for plan, uses in zip(late, _used(session, scene, late), strict=True):
        add(
            causes,
            "plan",
            plan.name,
            uses,
            title=f"Plan for {plan.goes} is overdue",
            reason=f"It was to be gone by {plan.until}, and is still in use. {plan.sentence}",
            remedy=f"Move to {plan.replacement}, or plan anew."
            if plan.replacement
            else "Replace it, or plan anew.",
            severity="high",
            due=plan.until,
            plan=plan.sentence,
        )


def _used(session: Session, scene: Scene, late: list[plans_module.Plan]) -> list[list[Finding]]:
    found = plans_module.in_use(session, late, scene.owned)
    return [[use_of(use.project, use.package, use.version) for use in found[plan.name]] for plan in late]


def _stale(session: Session, scene: Scene, causes: Causes) -> None:
    days = scene.settings.stale_days
    if days is None or "stale-evidence" not in scene.settings.causes:
        return
    rows = session.ask(_SEEN, {"today": scene.today.isoformat(), "days": days}).rows()
    if rows:
        oldest = min(day for _, day in rows)
        add(
            causes,
            "stale-evidence",
            "evidence",
            [use_of(project) for project, _ in rows],
            title=f"No new evidence for {days} days",
            reason=f"Of these projects nothing new was seen for more than {days} days, since {oldest} the longest.",
            remedy="Collect them again, or take what has ended out of its product.",
            severity="low",
        )


def _licenses(session: Session, verdict: Verdict, scene: Scene, causes: Causes) -> Memory | None:
    if "license-change" not in scene.settings.causes:
        return None
    memory = Memory(scene.memory, session)
    denied = {(f.project, f.package) for f in verdict.findings if f.rule == "license-denied" and f.fails}
    for change in memory.changes():
        name = purl.display(change.package)
        add(
            causes,
            "license-change",
            change.what,
            [use_of(change.project, change.package, change.version)],
            title=f"{name} is now under {change.license}",
            reason=f"{change.version} is under {change.license}; what was in use before "
            f"({', '.join(change.was_versions[:3])}) was under {' and '.join(change.was[:3])}.",
            remedy="Look whether its new conditions can be kept, and acknowledge it; else go back.",
            severity="high" if (change.project, change.package) in denied else "medium",
            was=" and ".join(change.was[:3]),
        )
    for standing in scene.book:
        _still(memory, standing, causes)
    return memory


def _still(memory: Memory, standing: Standing, causes: Causes) -> None:
    """A change is told until somebody has looked at it, or it was undone."""
    told = standing.told
    if told is None or told.cause != "license-change" or standing.state != "open":
        return
    named = told.projects if told.projects_total <= SHOWN else ()
    package = told.what.partition(" ")[0]
    causes.keep(told, [use_of(p, package, v) for p, v in memory.still(told.what, named)])
