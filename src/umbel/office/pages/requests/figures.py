# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts that stand, few enough to be looked through at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.office.confidential import masked
from umbel.office.editions import Shared, figure
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.office.seen import Seen
    from umbel.policy.alerting.book import Standing

MOST = 2_000
_SHOWN = 20
_LEGAL = frozenset({"license", "license-change"})


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that stands. `projects` are the first few of `total`."""

    id: str
    cause: str
    title: str
    severity: str
    state: str
    product: str | None
    owner: str | None
    due: date | None
    raised_at: datetime
    by: str | None
    projects: tuple[str, ...]
    total: int


class Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """The gravest of all that stand. `looked`: whether anybody ever looked for alerts."""

    alerts: list[Open]
    total: int
    looked: bool


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts that concern somebody: the gravest first, of how many."""

    alerts: list[Open]
    total: int
    late: int


@figure
def alerts_open(shared: Shared) -> Alerts:
    """What stands, the gravest first."""
    book = shared.workspace.alerts()
    standing = [each for each in book if each.resolved_at is None]
    return Alerts(
        alerts=[_open(each) for each in standing[:MOST]], total=len(standing), looked=book.counted > 0
    )


def mine(found: Alerts, seen: Seen, names: Iterable[str], today: date) -> Mine:
    """Those that concern somebody: as the owner of the product, by name or address, or by role."""
    known = {name.casefold() for name in names if name}
    chosen = [each for each in found.alerts if _shows(each, seen) and _concerns(each, seen, known)]
    late = sum(each.due is not None and each.due < today for each in chosen)
    return Mine(alerts=masked(chosen[:_SHOWN], seen), total=len(chosen), late=late)


def _concerns(alert: Open, seen: Seen, known: set[str]) -> bool:
    if Role.OFFICE in seen.roles or (alert.owner or "").casefold() in known:
        return True
    is_legal = alert.cause in _LEGAL
    return (Role.LEGAL in seen.roles and is_legal) or (Role.SECURITY in seen.roles and not is_legal)


def _shows(alert: Open, seen: Seen) -> bool:
    """Whether it may be named: not where every project that it speaks of, as far as it names them, is confidential."""
    return not alert.projects or any(seen.shows(project) for project in alert.projects)


def _open(standing: Standing) -> Open:
    told = standing.told
    return Open(
        id=standing.id,
        cause=told.cause if told else "unknown",
        title=told.title if told else standing.id,
        severity=told.severity if told else "unknown",
        state=standing.state,
        product=told.product if told else None,
        owner=told.owner if told else None,
        due=told.due if told else None,
        raised_at=standing.raised_at,
        by=standing.acknowledged.by if standing.acknowledged else None,
        projects=told.projects if told else (),
        total=told.projects_total if told else 0,
    )
