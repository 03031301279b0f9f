# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What advisories say of candidates: of the version that one would get, and of the whole past of the package."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.metrics.vulnerabilities.severity import of_package, rank, worst
from umbel.model.vulnerability import INFORMATIONAL, SEVERITIES
from umbel.policy.facts import area_of, is_identified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.metrics.vulnerabilities.index import Index
    from umbel.metrics.vulnerabilities.ranges import Entry
    from umbel.model.vulnerability import Severity, Vulnerability
    from umbel.strategy.evaluate.known import Known


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One vulnerability that a package ever had. `fixed_at` is when the first version that mends it came.

    `days` are those from its publication to that, 0 where the fix was there before; None where either isn't known.
    """

    id: str
    severity: Severity | None
    published_at: datetime | None
    fixed_at: datetime | None
    fixable: bool

    @property
    def days(self) -> int | None:
        """How long its users knew of it and had no fix."""
        if self.published_at is None or self.fixed_at is None:
            return None
        return max(0, (self.fixed_at - self.published_at) // timedelta(days=1))


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What advisories say of a candidate. None: nobody can say. `whole`: all that there are of its ecosystem were read.

    `now` are the vulnerabilities of the version that one would get, `past` all that the package ever had.
    """

    now: tuple[Vulnerability, ...] | None
    past: tuple[Past, ...] | None
    whole: bool
    malicious: bool = False

    @property
    def severities(self) -> dict[str, int]:
        """How many of the past ones are of each severity, the gravest first; `unrated` last."""
        found = dict.fromkeys((*reversed(SEVERITIES), "unrated"), 0)
        for one in self.past or ():
            found[one.severity or "unrated"] += 1
        return {name: number for name, number in found.items() if number}

    @property
    def waited(self) -> float | None:
        """Median of the days until a fix, over those of which both days are known."""
        days = [one.days for one in self.past or () if one.days is not None]
        return median(days) if days else None


def told(known: Mapping[str, Known], index: Index | None, as_of: datetime) -> dict[str, Told]:
    """By package: what an index of advisories says of each candidate by a moment."""
    if index is None:
        return {package: Told(now=None, past=None, whole=False) for package in known}
    now = _now(known, index, as_of)
    keys = {package: _key(package) for package in known}
    facts, entries = index.facts(keys.values()), index.entries(keys.values())
    found = {}
    for package, one in known.items():
        key, whole = keys[package], is_identified(package) and index.covers(area_of(package))
        past = _past(facts.get(key, {}), entries.get(key, {}), one, as_of)
        mine = now.get(package, ())
        found[package] = Told(
            now=mine if (whole or mine) and one.version is not None else None,
            past=past if whole or past else None,
            whole=whole,
            malicious=any(each.kind == "malicious" for each in mine),
        )
    return found


def _key(package: str) -> str:
    from umbel.collect._osv_ecosystems import lookup_key

    return lookup_key(package)


def _now(known: Mapping[str, Known], index: Index, as_of: datetime) -> dict[str, tuple[Vulnerability, ...]]:
    import pyarrow as pa

    from umbel.metrics.vulnerabilities.found import vulnerabilities
    from umbel.metrics.vulnerabilities.match import match

    rows = [(package, one.version) for package, one in known.items() if one.version is not None]
    columns = {
        "package": pa.array([package for package, _ in rows], pa.string()),
        "version": pa.array([version for _, version in rows], pa.string()),
    }
    return {
        package: tuple(
            one for one in found if one.active and (one.published_at is None or one.published_at <= as_of)
        )
        for (package, _), found in vulnerabilities(match(pa.table(columns), index), index).items()
    }


def _past(
    facts: Mapping[str, dict[str, Any]], entries: Mapping[str, list[Entry]], known: Known, as_of: datetime
) -> tuple[Past, ...]:
    """One a vulnerability, whatever number of databases tells of it; what was withdrawn or only a notice isn't one."""
    groups: dict[str, list[str]] = {}
    for advisory, said in facts.items():
        early = said["published_at"] is None or said["published_at"] <= as_of
        if early and not said["withdrawn"] and said["kind"] not in INFORMATIONAL:
            for hub in said["groups"]:
                groups.setdefault(hub["id"], []).append(advisory)
    released = known.dated
    found = []
    for name, advisories in groups.items():
        rated = worst(
            of_package(f["own_severity"], f["severity"], f["score"], f["vector"])
            for f in (facts[one] for one in advisories)
        )
        fixes = {
            text
            for one in advisories
            for entry in entries.get(one, ())
            for line in entry.lines
            for _, text in line.fixed
        }
        days = [facts[one]["published_at"] for one in advisories if facts[one]["published_at"]]
        found.append(
            Past(
                id=name,
                severity=rated.severity,
                published_at=min(days, default=None),
                fixed_at=min((released[text] for text in fixes if text in released), default=None),
                fixable=bool(fixes),
            )
        )
    return tuple(sorted(found, key=lambda one: (-rank(one.severity), one.id)))
