# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Findings and faults as records that are kept and answered."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from umbel.model import errors, finding
    from umbel.policy import verdict

LONGEST = 600


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in the fields that a page and a program need."""

    key: str
    rule: str
    project: str
    package: str | None
    version: str | None
    what: str
    state: str
    severity: str
    reason: str
    remedy: str | None
    path: list[str]
    fails: bool


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that couldn't be asked; `fails`: nobody can say then that a gate is open."""

    rule: str
    reason: str
    remedy: str
    fails: bool


def told_fault(fault: errors.Fault) -> dict[str, str]:
    """A fault of a document, with its place."""
    return {
        "code": fault.code,
        "message": fault.message[:LONGEST],
        "place": fault.place[:LONGEST],
        "level": fault.level,
    }


def told_policy(source: str) -> str:
    """Which policy judged, as everybody may know: the file's name, or an address without what proves who asks there."""
    if "://" in source:
        parts = urlsplit(source)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return PurePath(source).name if PurePath(source).is_absolute() else source


def told_gap(gap: verdict.Gap) -> Gap:
    """A rule that couldn't be asked."""
    return Gap(rule=gap.rule, reason=gap.reason, remedy=gap.remedy, fails=gap.fails)


def told_finding(found: finding.Finding) -> Finding:
    """A finding, bounded."""
    return Finding(
        key=found.key,
        rule=found.rule,
        project=found.project,
        package=found.package,
        version=found.version,
        what=found.what[:LONGEST],
        state=found.state,
        severity=found.severity,
        reason=found.reason[:LONGEST],
        remedy=found.remedy[:LONGEST] if found.remedy else None,
        path=list(found.path[:12]),
        fails=found.fails,
    )


def as_kept(several: list[Any]) -> list[Any]:
    """The same as the database keeps it."""
    plain: list[Any] = msgspec.to_builtins(several)
    return plain
