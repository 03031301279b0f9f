# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a policy's rule finds: one sentence about one component or project, with what it stands on."""

from __future__ import annotations

import hashlib
from datetime import date, datetime  # noqa: TC003 - msgspec reads them
from typing import Any, Literal

import msgspec

from umbel.model.vex import VexStatus  # noqa: TC001 - msgspec reads it

Severity = Literal["info", "low", "medium", "high", "critical"]
Level = Literal["fail", "warn", "note"]
Outcome = Literal["unmet", "unknown", "error"]

SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
"""Least first."""
LEVELS: tuple[Level, ...] = ("note", "warn", "fail")
"""Least first."""


def at_least(severity: str | None, least: str) -> bool:
    """Whether a severity is as grave as another; False of an unknown one.

    >>> at_least("high", "medium"), at_least("low", "medium"), at_least(None, "info")
    (True, False, False)
    """
    return severity in SEVERITIES and SEVERITIES.index(severity) >= SEVERITIES.index(least)


class Excused(msgspec.Struct, frozen=True, kw_only=True):
    """The exception that speaks of a finding; one that has `expired` covers it no more.

    `justification` is why it isn't affected, in VEX's words, where somebody said so.
    """

    id: str
    reason: str
    author: str | None
    until: date
    evidence: str | None = None
    expired: bool = False
    justification: str | None = None
    decided: date | None = None


class VexSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a VEX document says of a finding: `not_affected` and `fixed` cover it, the others only tell."""

    status: VexStatus
    time: datetime
    document: str
    justification: str | None = None
    detail: str | None = None
    action: str | None = None
    author: str | None = None

    def __str__(self) -> str:
        """One line: what is said, why, by whom and when."""
        why = f" ({self.justification.replace('_', ' ')})" if self.justification else ""
        by = f" by {self.author}" if self.author else ""
        words = f": {self.detail}" if self.detail else ""
        return f"VEX says {self.status.replace('_', ' ')}{why}{by} on {self.time:%Y-%m-%d} in {self.document}{words}"

    @property
    def covers(self) -> bool:
        """Whether by this word it does no harm."""
        return self.status in {"not_affected", "fixed"}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a rule found.

    `what` tells apart the findings of one rule about one component: an advisory's id, a licence.
    `level` is what the policy makes of it: only `fail` stops a gate. `reason` is one sentence, `remedy`
    what would mend it (None: nobody knows), `path` the packages from the project to the component, `place` the
    document that shows it. `exception` is what people here accept, `vex` what somebody says of the matter itself.
    """

    rule: str
    project: str
    package: str | None
    version: str | None
    what: str
    outcome: Outcome
    severity: Severity
    level: Level
    reason: str
    remedy: str | None = None
    path: tuple[str, ...] = ()
    place: str | None = None
    direct: bool | None = None
    scope: str | None = None
    evidence: dict[str, Any] = {}
    exception: Excused | None = None
    vex: VexSaid | None = None

    @property
    def subject(self) -> str:
        """The component with its version, or the project where the rule speaks of that."""
        if self.package is None:
            return self.project
        return f"{self.package}@{self.version}" if self.version else self.package

    @property
    def matter(self) -> tuple[str, str, str | None, str]:
        """What it is about whatever the version: the same before and after an upgrade that changed nothing."""
        return (self.rule, self.project, self.package, self.what)

    @property
    def key(self) -> str:
        """A short name for it that stays: `f-` and ten digits."""
        text = "\0".join((self.rule, self.project, self.package or "", self.version or "", self.what))
        return "f-" + hashlib.blake2b(text.encode(), digest_size=5).hexdigest()

    @property
    def excused(self) -> bool:
        """Whether an exception covers it today, or it is said to do no harm (VEX)."""
        return self.excepted or (self.vex is not None and self.vex.covers)

    @property
    def excepted(self) -> bool:
        """Whether an exception covers it today."""
        return self.exception is not None and not self.exception.expired

    @property
    def state(self) -> str:
        """One word: excused (by an exception), covered (by VEX), unknown, or its level."""
        if self.excused:
            return "excused" if self.excepted else "covered"
        return "unknown" if self.outcome == "unknown" else self.level

    @property
    def fails(self) -> bool:
        """Whether it stops a gate."""
        return self.level == "fail" and not self.excused
