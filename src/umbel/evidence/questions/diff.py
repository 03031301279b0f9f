# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What changed between two states of an inventory: added, removed, moved up or down, relicensed."""

from __future__ import annotations

from collections import defaultdict
from functools import cmp_to_key
from typing import TYPE_CHECKING

import msgspec

from umbel.model import purl, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.evidence.session import Session


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: `change` is added, removed, up, down, changed (order unknown) or license."""

    change: str
    package: str
    from_version: str | None
    to_version: str | None
    from_license: str | None
    to_license: str | None


_STATE = """
SELECT package, version, min(license) AS license FROM usage
WHERE ($projects IS NULL OR list_contains($projects::VARCHAR[], project))
GROUP BY package, version
"""

State = dict[tuple[str, str | None], str | None]


def state(session: Session, projects: Sequence[str] | None = None) -> State:
    """Package and version → license of everything in use. Needs the table `usage`."""
    chosen = None if projects is None else list(projects)
    rows = session.ask(_STATE, {"projects": chosen}).rows()
    return {(package, version): license_ for package, version, license_ in rows}


_VERSION = """
SELECT facts FROM published
WHERE list_contains($projects::VARCHAR[], subject) AND subject_version = $version
  AND outcome NOT IN ('failed', 'absent')
QUALIFY row_number() OVER (
  PARTITION BY subject, collector, lineage ORDER BY observed_at DESC, collector_version DESC,
  collected_at DESC, write_id) = 1
"""

_FACTS = """
SELECT package, version, min(license) AS license FROM raw_usage
WHERE write_id IN (SELECT unnest($facts::BIGINT[])) GROUP BY package, version
"""


def state_of_version(session: Session, projects: Sequence[str], version: str) -> State | None:
    """The newest evidence of one version of a project, present or past; None if there is none."""
    rows = session.ask(_VERSION, {"projects": list(projects), "version": version}).rows()
    if not rows:
        return None
    found = session.ask(_FACTS, {"facts": [row[0] for row in rows]}).rows()
    return {(package, version_): license_ for package, version_, license_ in found}


def diff(old: State, new: State) -> list[Change]:
    """The differences between two states, by kind, then package.

    A package whose one version was replaced by one other moved `up` or `down`; where either side
    holds several, versions are `added` and `removed`.
    """
    before, after = _by_package(old), _by_package(new)
    changes: list[Change] = []
    for package in sorted(before.keys() | after.keys()):
        changes += _package(package, before.get(package, {}), after.get(package, {}))
    return sorted(changes, key=lambda change: (_ORDER.index(change.change), change.package))


_ORDER = ("added", "removed", "up", "down", "changed", "license")


def _by_package(state: State) -> dict[str, dict[str | None, str | None]]:
    out: dict[str, dict[str | None, str | None]] = defaultdict(dict)
    for (package, version), license_ in state.items():
        out[package][version] = license_
    return out


def _package(
    package: str, before: dict[str | None, str | None], after: dict[str | None, str | None]
) -> Iterable[Change]:
    gone = _ordered(package, before.keys() - after.keys())
    come = _ordered(package, after.keys() - before.keys())
    if len(gone) == len(come) == 1:
        yield Change(
            change=_move(package, gone[0], come[0]),
            package=package,
            from_version=gone[0],
            to_version=come[0],
            from_license=before[gone[0]],
            to_license=after[come[0]],
        )
    else:
        yield from (_one("removed", package, version, before[version]) for version in gone)
        yield from (_one("added", package, version, after[version]) for version in come)
    for version in _ordered(package, before.keys() & after.keys()):
        if before[version] != after[version]:
            yield Change(
                change="license",
                package=package,
                from_version=version,
                to_version=version,
                from_license=before[version],
                to_license=after[version],
            )


def _one(change: str, package: str, version: str | None, license_: str | None) -> Change:
    added = change == "added"
    return Change(
        change=change,
        package=package,
        from_version=None if added else version,
        to_version=version if added else None,
        from_license=None if added else license_,
        to_license=license_ if added else None,
    )


def _move(package: str, old: str | None, new: str | None) -> str:
    order = None
    if old is not None and new is not None:
        order = versions.compare(purl.ecosystem(package), old, new)
    return "changed" if not order else "up" if order < 0 else "down"


def _ordered(package: str, found: Iterable[str | None]) -> list[str | None]:
    kind = purl.ecosystem(package)

    def compare(a: str | None, b: str | None) -> int:
        if a is None or b is None:
            return (a is not None) - (b is not None)
        order = versions.compare(kind, a, b)
        return order or (a > b) - (a < b)

    return sorted(found, key=cmp_to_key(compare))
