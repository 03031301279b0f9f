# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An alert: one thing that somebody has to know of one product; and what happened to it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime  # noqa: TC003 - msgspec reads them
from typing import Literal

import msgspec

from umbel.model.alert_settings import AlertCause  # noqa: TC001 - msgspec reads it
from umbel.model.finding import SEVERITIES, Severity

NO_PRODUCT = "(no product)"
"""How the projects that belong to no product are named."""
EventKind = Literal["raised", "graver", "changed", "resolved", "delivered"]


class Grade(msgspec.Struct, frozen=True, order=True):
    """How grave an alert is. It is told again only when one of these rises."""

    severity: int = 0
    exploited: bool = False
    overdue: bool = False

    def rises_over(self, other: Grade) -> bool:
        """Whether it says something worse than another does."""
        return (
            self.severity > other.severity or self.exploited > other.exploited or self.overdue > other.overdue
        )

    def with_(self, other: Grade) -> Grade:
        """The worse of both in everything."""
        return Grade(
            max(self.severity, other.severity),
            self.exploited or other.exploited,
            self.overdue or other.overdue,
        )


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is told. Counts are whole; of projects, components and ways in the first few are named.

    `what` is what it is about: a vulnerability's id, a lifecycle, an exception; `ids` its other names. `due` is the
    last day by the policy. `plan` tells the plan that is valid for it, `excepted` an exception that has ended.
    """

    id: str
    cause: AlertCause
    what: str
    product: str | None
    severity: Severity
    title: str
    reason: str
    remedy: str | None = None
    owner: str | None = None
    department: str | None = None
    exploited: bool = False
    due: date | None = None
    components: tuple[str, ...] = ()
    components_total: int = 0
    projects: tuple[str, ...] = ()
    projects_total: int = 0
    ways: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    was: str | None = None
    plan: str | None = None
    excepted: str | None = None

    def grade(self, today: date) -> Grade:
        """How grave it is on a day."""
        late = self.due is not None and self.due < today
        return Grade(SEVERITIES.index(self.severity), self.exploited, late)

    @property
    def of(self) -> str:
        """Its product's name, or what stands for none."""
        return self.product or NO_PRODUCT


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to an alert. `episode` counts how often it came: from 1 on.

    `target` is whom it was delivered to, `note` why it ended.
    """

    kind: EventKind
    alert: str
    episode: int
    at: datetime
    grade: Grade = Grade()
    told: Alert | None = None
    target: str | None = None
    closing: bool = False
    note: str | None = None


def name_of(cause: str, what: str, product: str | None) -> str:
    """An alert's name: `a-` and ten digits that stay for its cause and product.

    >>> name_of("vulnerability", "CVE-2026-1", "Shop") == name_of("vulnerability", "CVE-2026-1", "Shop")
    True
    """
    text = "\0".join((cause, what, "" if product is None else "=" + product))
    return "a-" + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
