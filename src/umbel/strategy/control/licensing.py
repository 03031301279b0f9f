# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project's licence over time: of the versions of its packages as registries list them, and of its head's files.

Versions are compared in their order, so that an older line which still gets fixes changes nothing back. What isn't
understood is passed over: a change is one between two licences that are both known.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from umbel.model import license_logic, license_policy
from umbel.model.licenses import effective
from umbel.strategy.control.records import LicenseChange, Licensing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from umbel.evidence.session import Session
    from umbel.strategy.control.records import ChangeKind

VERSION_TABLES = ("packages", "package_versions")
"""Stored tables of the main lake that `of_packages` asks."""
_OPEN = ("public-domain", "permissive", "weak-copyleft", "strong-copyleft", "network-copyleft")
_CLOSED = ("source-available", "restricted", "proprietary", "none")
_RANK = {group: rank for rank, group in enumerate((*_OPEN, *_CLOSED))}

# A version without a date counts only on days on which it had been seen.
_VERSIONS = """
SELECT package, version, license, released_at FROM package_versions
WHERE package IN (SELECT unnest($packages::VARCHAR[])) AND license IS NOT NULL
  AND (released_at IS NOT NULL OR package IN (SELECT package FROM packages))
ORDER BY package, position NULLS LAST, released_at NULLS LAST, version
"""
_FILES = """
SELECT s.subject, s.lineage, s.observed_at, p.detail
FROM published AS s JOIN raw_practices AS p ON p.write_id = s.facts
WHERE s.collector = 'checkout' AND p.practice = 'license-known' AND p.outcome = 'met' AND p.detail IS NOT NULL
  AND s.subject IN (SELECT unnest($projects::VARCHAR[]))
ORDER BY s.subject, s.lineage, s.observed_at, s.collected_at, s.write_id
"""
_TOUCHED = """
WITH known AS (
  SELECT project FROM readings WHERE commits > 0 AND project IN (SELECT unnest($projects::VARCHAR[]))
  GROUP BY project HAVING bool_or(coalesce(paths, false))
), touched AS (
  SELECT c.project, k.committed_at::DATE AS on_day
  FROM changes AS c JOIN commits AS k ON k.project = c.project AND k.sha = c.sha
  WHERE c.project IN (SELECT project FROM known) AND k.committed_at IS NOT NULL
    AND regexp_full_match(lower(c.path), '(un)?licen[sc]es?([._-][^/]*)?|copying([._-][^/]*)?')
)
SELECT n.project, coalesce(list(DISTINCT t.on_day ORDER BY t.on_day) FILTER (t.on_day IS NOT NULL), [])
FROM known AS n LEFT JOIN touched AS t ON t.project = n.project GROUP BY n.project
"""
Statement = tuple[str | None, str | None, "datetime | None"]
"""A version (None of files), the licence as written, and when."""


def of_packages(session: Session, project_of: Mapping[str, str]) -> dict[str, dict[str, list[Statement]]]:
    """Statements by project and package, in the order of the versions; a session of the main lake is asked."""
    found: dict[str, dict[str, list[Statement]]] = {}
    for package, version, said, at in session.ask(_VERSIONS, {"packages": sorted(project_of)}).rows():
        found.setdefault(project_of[package], {}).setdefault(package, []).append((version, said, at))
    return found


def of_files(session: Session, projects: Sequence[str]) -> dict[str, dict[str, list[Statement]]]:
    """Statements of each look at the head's files, by project and where they lay; the upstream lake is asked."""
    found: dict[str, dict[str, list[Statement]]] = {}
    for project, lineage, at, said in session.ask(_FILES, {"projects": list(projects)}).rows():
        found.setdefault(project, {}).setdefault(lineage, []).append((None, _one(said), at))
    return found


def touched(session: Session, projects: Sequence[str]) -> dict[str, tuple[date, ...]]:
    """Days on which the licence's file beside the code was changed, by project; none of those without paths."""
    rows = session.ask(_TOUCHED, {"projects": list(projects)}).rows()
    return {project: tuple(days) for project, days in rows}


def licensing(
    files: Mapping[str, Sequence[Statement]],
    packages: Mapping[str, Sequence[Statement]],
    days: tuple[date, ...] | None = None,
) -> Licensing:
    """The licence as last seen, and every change; the files' word on today goes before the packages'."""
    in_order: list[tuple[str | None, Sequence[Statement]]] = [
        (None, each) for _, each in sorted(files.items())
    ]
    in_order += sorted(packages.items())
    found = [change for package, each in in_order for change in changes(package, each)]
    found.sort(key=lambda change: (change.at is None, change.at.timestamp() if change.at else 0.0))
    stated = sum(len(each) for _, each in in_order)
    read = sum(understood(said) is not None for _, each in in_order for _, said, _ in each)
    known = next((last for _, each in in_order if (last := _last(each))), None)
    why = (
        "what it says last of its licence isn't understood"
        if stated
        else "neither its files nor its packages' versions say it"
    )
    return Licensing(
        license=known,
        group=group_of(known) if known else None,
        changes=tuple(found),
        looked_at=read,
        unread=stated - read,
        touched=days,
        why=None if known else why,
    )


def changes(package: str | None, statements: Iterable[Statement]) -> list[LicenseChange]:
    """Each change between two known licences, in the order given; those that only say it otherwise aren't."""
    found: list[LicenseChange] = []
    before: str | None = None
    for version, said, at in statements:
        after = understood(said)
        if after is None or after == before:
            continue
        if before is not None:
            one, other = group_of(before), group_of(after)
            if one is not None and other is not None:
                found.append(
                    LicenseChange(
                        kind=kind_of(one, other),
                        before=before,
                        after=after,
                        before_group=one,
                        after_group=other,
                        package=package,
                        version=version,
                        at=at,
                    )
                )
        before = after
    return found


def kind_of(before: str, after: str) -> ChangeKind:
    """Where a change between two groups went."""
    if before in _OPEN and after in _CLOSED:
        return "closing"
    if before in _CLOSED and after in _OPEN:
        return "opening"
    one, other = _RANK[before], _RANK[after]
    return "tightening" if other > one else "loosening" if other < one else "sideways"


@lru_cache(maxsize=1 << 12)
def understood(said: str | None) -> str | None:
    """A statement as an expression; None where it isn't understood."""
    return effective((), (said,), ()) if said else None


@lru_cache(maxsize=1 << 12)
def group_of(expression: str) -> str | None:
    """The group of an expression: of a choice the lightest, of a sum the heaviest; None if a part is unknown."""
    tree, _ = license_logic.tree(expression)
    return None if tree is None else _group(tree)


def _group(node: Any) -> str | None:
    if isinstance(node, license_logic.Part):
        found = license_policy.group_of(node.license, node.exception) if node.known else None
        return found if found in _RANK else None
    groups = [_group(each) for each in node.parts]
    if isinstance(node, license_logic.Either):
        known = [group for group in groups if group is not None]
        return min(known, key=_RANK.__getitem__) if known else None
    if None in groups:
        return None
    return max((group for group in groups if group is not None), key=_RANK.__getitem__)


def _last(statements: Sequence[Statement]) -> str | None:
    """What the newest says: an older one's word isn't today's."""
    return understood(statements[-1][1]) if statements else None


def _one(detail: str) -> str | None:
    """The licences that lie beside the code, which a practice lists; several texts don't say how they are joined."""
    ids = detail.partition(" (")[0].split(", ")
    return ids[0] if len(ids) == 1 else None
