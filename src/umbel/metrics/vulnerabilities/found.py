# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Matches → vulnerabilities: what several databases tell of one becomes one, with an attribution of each.

What a source withdrew stays, inactive once all of its sources have.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from umbel.metrics.vulnerabilities._rows import no_collection
from umbel.metrics.vulnerabilities.affected import is_affected
from umbel.metrics.vulnerabilities.aliases import is_cve, specific
from umbel.metrics.vulnerabilities.match import of_release
from umbel.metrics.vulnerabilities.severity import of_package, rank, worst
from umbel.model import versions
from umbel.model.purl import ecosystem
from umbel.model.vulnerability import INFORMATIONAL, Attribution, Span, Vulnerability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

    from umbel.metrics.vulnerabilities.index import Index
    from umbel.metrics.vulnerabilities.ranges import Entry
    from umbel.model.vulnerability import Kind


class _Row(NamedTuple):
    """One match."""

    matched: str
    release: str | None
    advisory: str
    affected: bool | None
    why: str | None
    fixed: list[str]


class _Told(NamedTuple):
    """One advisory of one version: how it matched, what it says, what it affects."""

    row: _Row
    facts: dict[str, Any]
    entries: list[Entry]


class _Made:
    """Vulnerabilities, each made once: most versions of a package share theirs with others."""

    def __init__(
        self, entries: dict[str, dict[str, list[Entry]]], facts: dict[str, dict[str, dict[str, Any]]]
    ) -> None:
        self._entries = entries
        self._facts = facts
        self._hubs: dict[str, dict[str, Any]] = {}
        self._names: dict[tuple[str, str], list[str]] = {}
        self._made: dict[tuple[Any, ...], Vulnerability] = {}

    def hubs(self, row: _Row) -> list[str]:
        """The ids of the vulnerabilities that an advisory tells of."""
        where = (row.matched, row.advisory)
        if where not in self._names:
            groups = self._facts[row.matched][row.advisory]["groups"]
            self._hubs.update({hub["id"]: hub for hub in groups})
            self._names[where] = [hub["id"] for hub in groups]
        return self._names[where]

    def one(self, hub: str, rows: list[_Row]) -> Vulnerability:
        """One vulnerability of one version, of all matches that tell of it."""
        key = (hub, *((r.matched, r.release, r.advisory, r.affected, r.why, tuple(r.fixed)) for r in rows))
        found = self._made.get(key)
        if found is None:
            told = [
                _Told(
                    row,
                    self._facts[row.matched][row.advisory],
                    of_release(self._entries[row.matched][row.advisory], row.matched, row.release),
                )
                for row in rows
            ]
            found = self._made[key] = _one(self._hubs[hub], told)
        return found


@no_collection()
def vulnerabilities(matches: pa.Table, index: Index) -> dict[tuple[str, str], list[Vulnerability]]:
    """By (package, version): its vulnerabilities, the most severe first. Versions that aren't known are "".

    `matches` are what `match` gave with the same index. Withdrawn ones and those where it isn't known
    whether the version is affected are among them: see `active` and `affected`.
    """
    keys = set(matches.column("matched").to_pylist())
    made = _Made(index.entries(keys), index.facts(keys))
    found: dict[tuple[str, str], dict[str, list[_Row]]] = defaultdict(lambda: defaultdict(list))
    columns = [matches.column(name).to_pylist() for name in ("package", "version", *_Row._fields)]
    for package, version, *values in zip(*columns, strict=True):
        row = _Row(*values)
        for hub in made.hubs(row):
            found[package, version or ""][hub].append(row)
    return {
        where: sorted((made.one(hub, rows) for hub, rows in told.items()), key=_order)
        for where, told in found.items()
    }


def clearing(package: str, vulnerabilities: Iterable[Vulnerability]) -> str | None:
    """The lowest version that clears all of them; None if no fix of any is free of all."""
    found = list(vulnerabilities)
    if not found or any(not one.fixes for one in found):
        return None
    kind = ecosystem(package)
    candidates = sorted({fix for one in found for fix in one.fixes}, key=versions.sort_key(kind))
    return next((fix for fix in candidates if all(_clears(kind, fix, one) for one in found)), None)


def _clears(kind: str | None, version: str, one: Vulnerability) -> bool:
    if version in one.fixes:
        return True
    above = any(versions.compare(kind, version, fix) == 1 for fix in one.fixes)
    return above and version not in one.listed and not any(_within(kind, version, span) for span in one.spans)


def _within(kind: str | None, version: str, span: Span) -> bool:
    """Whether a version is in an interval; where it can't be told, it is."""
    if span.start is not None and versions.compare(kind, version, span.start) == -1:
        return False
    if span.end is None:
        return True
    order = versions.compare(kind, version, span.end)
    return order is None or order < 0 or (order == 0 and span.closed)


def _one(hub: dict[str, Any], told: list[_Told]) -> Vulnerability:
    """One vulnerability of one version, of all advisories that tell of it."""
    active = [one for one in told if not one.facts["withdrawn"]] or told
    affecting = [one for one in active if one.row.affected]
    counted = affecting or active
    rated = worst(
        of_package(f["own_severity"], f["severity"], f["score"], f["vector"])
        for f in (one.facts for one in counted)
    )
    ids = specific({*hub["ids"], *(one.row.advisory for one in told)})
    fixes = _fixes(affecting)
    best = min(counted, key=lambda one: (one.facts["summary"] is None, one.row.advisory))
    return Vulnerability(
        id=hub["id"],
        ids=tuple(dict.fromkeys((hub["id"], *ids))),
        sources=_attributions(told),
        affected=True if affecting else None,
        why=None if affecting else active[0].row.why,
        kind=_kind(hub, counted),
        severity=rated.severity,
        score=rated.score,
        vector=rated.vector,
        summary=best.facts["summary"],
        published_at=min((at for one in told if (at := one.facts["published_at"])), default=None),
        modified_at=max((at for one in told if (at := one.facts["modified_at"])), default=None),
        fixed=fixes[0] if fixes else None,
        exploited=hub["exploited"],
        probability=hub["probability"],
        due=hub["due"],
        cwes=_unique(counted, "cwes"),
        urls=_unique(counted, "urls"),
        fixes=tuple(fixes),
        spans=tuple(
            span
            for one in affecting
            for entry in one.entries
            for line in entry.lines
            for span in line.spans()
        ),
        listed=frozenset(version for one in affecting for entry in one.entries for version in entry.versions),
    )


def _attributions(told: Sequence[_Told]) -> tuple[Attribution, ...]:
    found = {
        one.row.advisory: Attribution(
            advisory=one.row.advisory,
            source=one.row.advisory.partition("-")[0],
            active=not one.facts["withdrawn"],
            withdrawn_at=one.facts["withdrawn_at"] if one.facts["withdrawn"] else None,
        )
        for one in told
    }
    return tuple(found[name] for name in specific(found))


def _fixes(affecting: Sequence[_Told]) -> list[str]:
    """Versions that any of them calls fixed and none calls affected, lowest first."""
    found = list(dict.fromkeys(fix for one in affecting for fix in one.row.fixed))
    if len(affecting) < 2:
        return found
    good = [fix for fix in found if not any(is_affected(fix, one.entries) for one in affecting)]
    return sorted(good, key=versions.sort_key(ecosystem(affecting[0].row.matched)))


def _kind(hub: dict[str, Any], told: Sequence[_Told]) -> Kind:
    """Malicious if any says so; a state of the package if one does and there is no CVE of it."""
    kinds = {one.facts["kind"] for one in told}
    informational = sorted(kinds & INFORMATIONAL)
    if "malicious" in kinds:
        return "malicious"
    if informational and (kinds <= INFORMATIONAL or not any(map(is_cve, hub["ids"]))):
        return cast("Kind", informational[0])
    return "vulnerability"


def _unique(told: Sequence[_Told], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for one in told for value in one.facts[name] or ()))


def _order(one: Vulnerability) -> tuple[Any, ...]:
    return (not one.active, -rank(one.severity), -(one.score or 0.0), one.id)
