# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a lake knows of a few packages: registries, advisories, lifecycles, and where they are in use.

One query a kind of fact, for all candidates at once.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.strategy.evaluate.model import model, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session
    from umbel.metrics.lifecycle import CycleState

TABLES = ("usage", "components", "dependencies", "packages", "package_versions", "lifecycles")
"""The stored tables that a session must hold."""


class Asked(NamedTuple):
    """A candidate as it was asked for: a package, and the version that is meant, if any."""

    package: str
    version: str | None


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """What a registry says of a package; see the table `packages`."""

    source: str
    seen_at: datetime
    found: bool | None
    latest: str | None
    license: str | None
    repository: str | None
    homepage: str | None
    deprecated: bool | None
    deprecation: str | None
    successor: str | None
    archived: bool | None
    maintainers: int | None


class Version(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a registry says of one version; see the table `package_versions`."""

    version: str
    position: int | None
    prerelease: bool | None
    released_at: datetime | None
    yanked: bool | None
    deprecation: str | None
    license: str | None

    @property
    def stable(self) -> bool:
        """Whether it is one that an installer would choose by itself."""
        return not self.prerelease and not self.yanked


class Using(msgspec.Struct, frozen=True, kw_only=True):
    """One project of ours that uses a package, in which versions; `direct` None: its documents don't say."""

    project: str
    versions: tuple[str, ...]
    direct: bool | None
    licenses: tuple[str, ...] = ()


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What one document shows that a package brings along: asked for by itself, and in all.

    `version` is the one seen there; `unresolved` counts what the document names and doesn't resolve.
    """

    document: str
    version: str | None
    direct: int
    whole: int
    unresolved: int = 0


class Known(msgspec.Struct, kw_only=True):
    """Everything that the main lake knows of one candidate. None is unknown.

    `urls` are addresses (kind and text) that our own documents give for it.
    """

    package: str
    asked: str | None
    registry: Registry | None = None
    versions: list[Version] = []
    using: list[Using] | None = None
    load: Load | None = None
    cycle: CycleState | None = None
    lifecycles: bool = False
    role: str | None = None
    alternatives: list[tuple[str, int]] | None = None
    urls: tuple[tuple[str, str], ...] = ()

    @property
    def doubted(self) -> bool:
        """Whether the registry's dates contradict the order of its versions: they are times of copying then."""
        ordered = sorted((v for v in self.versions if v.position is not None), key=lambda v: v.position or 0)
        dates = [v.released_at for v in ordered if v.released_at is not None and not v.prerelease]
        back = sum(later < earlier for earlier, later in pairwise(dates))
        least = model().evaluate.least_dated
        return len(dates) >= least and back > model().evaluate.inversions * (len(dates) - 1)

    @property
    def dated(self) -> dict[str, datetime]:
        """When versions were released, as far as that can be believed."""
        if self.doubted:
            return {}
        return {v.version: v.released_at for v in self.versions if v.released_at is not None}

    @property
    def got(self) -> Version | None:
        """The version that one would get, as its registry lists it."""
        if self.asked is not None:
            return next((v for v in self.versions if v.version == self.asked), None)
        stable = [v for v in self.versions if v.stable and v.position is not None]
        best = max(stable, key=lambda v: v.position or 0, default=None)
        if best is not None:
            return best
        latest = self.registry.latest if self.registry else None
        return next((v for v in self.versions if v.version == latest), None)

    @property
    def version(self) -> str | None:
        """The same as text, also where the registry lists no versions."""
        if self.asked is not None:
            return self.asked
        got = self.got
        return got.version if got else self.registry.latest if self.registry else None


_REGISTRY = """
SELECT p.package, p.source, p.seen_at, p.found, p.latest, p.license, p.repository, p.homepage, p.deprecated,
       p.deprecation, p.successor, p.archived, p.maintainers
FROM packages AS p SEMI JOIN candidates AS c ON c.package = p.package
"""
_VERSIONS = """
SELECT v.package, v.version, v.position, v.prerelease, v.released_at, v.yanked, v.deprecation, v.license
FROM package_versions AS v SEMI JOIN candidates AS c ON c.package = v.package
ORDER BY v.package, v.position, v.version
"""
_USING = """
SELECT u.package, u.project, coalesce(list(DISTINCT u.version ORDER BY u.version) FILTER (u.version IS NOT NULL), []),
       bool_or(u.direct), coalesce(list(DISTINCT u.license ORDER BY u.license) FILTER (u.license IS NOT NULL), [])
FROM usage AS u SEMI JOIN candidates AS c ON c.package = u.package
GROUP BY u.package, u.project ORDER BY u.package, u.project
"""
_URLS = """
WITH used AS (SELECT DISTINCT u.component FROM usage AS u SEMI JOIN candidates AS c ON c.package = u.package),
listed AS (SELECT DISTINCT r.package, r.urls FROM raw_components AS r SEMI JOIN used AS u ON u.component = r.component)
SELECT DISTINCT package, said.kind, said.url FROM (SELECT package, unnest(urls) AS said FROM listed)
WHERE said.kind IS NOT NULL AND said.url IS NOT NULL ORDER BY ALL
"""
_IN_USE = "SELECT package, count(DISTINCT project) FROM usage GROUP BY package ORDER BY package"
# Of the documents that tell of a candidate some are tried; one counts that tells who needs what. A document without
# an edge from the candidate says that it needs nothing only if it has edges between others.
_LOAD = """
WITH RECURSIVE tried AS (
  SELECT u.package, u.version, u.project, u.snapshot, u.component, u.version IS NOT DISTINCT FROM c.version AS same
  FROM usage AS u JOIN candidates AS c ON c.package = u.package
  QUALIFY row_number() OVER (PARTITION BY u.package ORDER BY same DESC, u.snapshot, u.component) <= $most
), edges AS (
  SELECT DISTINCT snapshot, from_component, to_component, to_package FROM dependencies
  WHERE from_component IS NOT NULL AND coalesce(scope, '') NOT IN ('development', 'test')
    AND snapshot IN (SELECT snapshot FROM tried)
), chosen AS (
  SELECT t.* FROM tried AS t SEMI JOIN edges AS e ON e.snapshot = t.snapshot
  QUALIFY row_number() OVER (PARTITION BY t.package ORDER BY t.same DESC, t.version DESC NULLS LAST, t.snapshot) = 1
), reached AS (
  SELECT c.package, c.snapshot, c.component FROM chosen AS c
  UNION
  SELECT r.package, r.snapshot, e.to_component FROM reached AS r
  JOIN edges AS e ON e.snapshot = r.snapshot AND e.from_component = r.component
  WHERE e.to_component IS NOT NULL
), open AS (
  SELECT r.package, count(DISTINCT e.to_package) AS unresolved FROM reached AS r
  JOIN edges AS e ON e.snapshot = r.snapshot AND e.from_component = r.component
  WHERE e.to_component IS NULL GROUP BY r.package
), own AS (
  SELECT c.package, count(DISTINCT e.to_package) AS direct FROM chosen AS c
  JOIN edges AS e ON e.snapshot = c.snapshot AND e.from_component = c.component GROUP BY c.package
)
SELECT c.package, c.project, c.version, coalesce(any_value(w.direct), 0), count(DISTINCT r.component) - 1,
       coalesce(any_value(o.unresolved), 0)
FROM chosen AS c JOIN reached AS r ON r.package = c.package
LEFT JOIN own AS w ON w.package = c.package LEFT JOIN open AS o ON o.package = c.package
GROUP BY c.package, c.project, c.version
"""


def nothing(asked: Sequence[Asked]) -> dict[str, Known]:
    """By package: what is known where nothing was ever collected."""
    found = {one.package: Known(package=one.package, asked=one.version) for one in asked}
    for package, one in found.items():
        role = role_of(package)
        one.role = role.name if role else None
    return found


def gather(session: Session, asked: Sequence[Asked]) -> dict[str, Known]:
    """By package: what a session with `TABLES` knows of each candidate."""
    found = nothing(asked)
    _register(session, found)
    for package, *values in session.ask(_REGISTRY).rows():
        found[package].registry = _made(Registry, values)
    for package, *values in session.ask(_VERSIONS).rows():
        found[package].versions = [*found[package].versions, _made(Version, values)]
    _use(session, found)
    _cycles(session, found)
    if any(one.using for one in found.values()):
        for package, load in loads(session, found).items():
            found[package].load = load
    return found


def loads(session: Session, known: dict[str, Known]) -> dict[str, Load]:
    """What documents of a session show that candidates bring along; those of which none tells are left out."""
    _register(session, known)
    rows = session.ask(_LOAD, {"most": model().evaluate.trials}).rows()
    names = ("document", "version", "direct", "whole", "unresolved")
    return {package: Load(**dict(zip(names, values, strict=True))) for package, *values in rows}


def _register(session: Session, known: dict[str, Known]) -> None:
    import pyarrow as pa

    rows = {
        "package": pa.array(known, pa.string()),
        "version": pa.array([one.version for one in known.values()], pa.string()),
    }
    session.register("candidates", pa.table(rows))


def _made(kind: type[Any], values: Sequence[Any]) -> Any:
    return kind(**dict(zip(kind.__struct_fields__, values, strict=True)))


def _use(session: Session, found: dict[str, Known]) -> None:
    """Who uses each, and what else of its role is in use."""
    for one in found.values():
        one.using = []
    for package, project, versions, direct, licenses in session.ask(_USING).rows():
        using = Using(project=project, versions=tuple(versions), direct=direct, licenses=tuple(licenses))
        found[package].using = [*(found[package].using or []), using]
    if any(one.using for one in found.values()):
        for package, kind, url in session.ask(_URLS).rows():
            if package in found:
                found[package].urls = (*found[package].urls, (kind, url))
    if any(one.role for one in found.values()):
        _alternatives(session, found)


def _alternatives(session: Session, found: dict[str, Known]) -> None:
    """What else of the role of each is in use, the most used first."""
    by_role: dict[str, list[tuple[str, int]]] = {}
    for package, projects in session.ask(_IN_USE).rows():
        role = role_of(package)
        if role is not None:
            by_role.setdefault(role.name, []).append((package, projects))
    for package, one in found.items():
        if one.role is not None:
            others = [each for each in by_role.get(one.role, ()) if each[0] != package]
            one.alternatives = sorted(others, key=lambda each: (-each[1], each[0]))


def _cycles(session: Session, found: dict[str, Known]) -> None:
    from umbel.metrics.lifecycle import cycle_of, cycles

    known = cycles(session)
    for one in found.values():
        one.lifecycles = len(known) > 0
        one.cycle = cycle_of(one.package, one.version, known) if len(known) else None
