# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is affected: by an advisory that is known here, or by a package and its versions as somebody names them.

No policy is asked: an incident counts every use, whatever its scope or severity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import purl
from umbel.policy import paths
from umbel.policy.incidents import Affected
from umbel.policy.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.model.vulnerability import Vulnerability
    from umbel.policy.risks import Owned

TABLES = ("usage", "components", *paths.TABLES)
"""The stored tables that a session must hold."""
_USES = """
SELECT u.project, u.package, u.version, bool_or(u.direct) AS direct
FROM usage AS u WHERE list_contains($packages::VARCHAR[], u.package)
GROUP BY ALL ORDER BY ALL
"""
_COMPONENTS = """
SELECT DISTINCT u.package, u.version, c.purl
FROM usage AS u LEFT JOIN components AS c ON c.component = u.component
"""
# A document that was read again and had not changed is none of `published`, and was looked at all the same.
EVIDENCE = """
SELECT r.subject, max(CASE WHEN r.revision IS NULL THEN r.observed_at ELSE r.collected_at END) AS evidence_at
FROM raw_snapshots AS r
SEMI JOIN published AS p
  ON p.is_document AND p.subject = r.subject AND p.collector = r.collector AND p.lineage = r.lineage
WHERE r.outcome <> 'failed' AND r.observed_at <= (SELECT as_of FROM moment) GROUP BY r.subject
"""
"""When the evidence of each project was made: a bill says it, of a repository it is when it was looked at."""


class Wanted(msgspec.Struct, frozen=True):
    """What an incident is about: an advisory's ids, or a package with its versions (`pkg:npm/x@<1.2`), or both."""

    ids: tuple[str, ...] = ()
    package: str | None = None


class Hit(msgspec.Struct, frozen=True):
    """Whether a version of a package is affected; None: nobody can tell, and `why` says what is missing."""

    affected: bool | None
    why: str | None = None
    vulnerability: Vulnerability | None = None

    @property
    def fixed(self) -> str | None:
        """The lowest version that mends it."""
        return self.vulnerability.fixed if self.vulnerability else None


def hits(components: Any, wanted: Wanted, index: Index | None) -> dict[tuple[str, str | None], Hit]:
    """By package and version: those that are affected, or may be.

    `components` is an Arrow table of `package` and `version`, and `purl` where it is known.
    """
    found: dict[tuple[str, str | None], Hit] = {}
    ids = {name.casefold() for name in wanted.ids}
    if ids and index is not None:
        from umbel.metrics.vulnerabilities.found import vulnerabilities
        from umbel.metrics.vulnerabilities.match import match

        for (package, version), told in vulnerabilities(match(components, index), index).items():
            mine = [
                one for one in told if ids & {name.casefold() for name in (one.id, *one.ids)} and one.active
            ]
            if mine:
                one = next((each for each in mine if each.affected), mine[0])
                found[package, version or None] = Hit(one.affected, one.why, one)
    if wanted.package is not None:
        rows = zip(*(components.column(name).to_pylist() for name in ("package", "version")), strict=True)
        for package, version in rows:
            inside = named(wanted.package, package, version)
            if inside is True or (inside is None and (package, version) not in found):
                why = None if inside else "its version is unknown, or has no order"
                before = found.get((package, version))
                found[package, version] = Hit(inside, why, before.vulnerability if before else None)
    return found


def is_told_of(components: Any, wanted: Wanted, index: Index | None) -> bool:
    """Whether anybody here can tell what an incident is about: by its versions, or by an advisory of these components.

    `components` is as `hits` takes it. Other advisories that know nothing of it clear nobody.
    """
    if wanted.package is not None:
        return True
    if index is None:
        return False
    from umbel.metrics.vulnerabilities.match import subjects

    ids = {name.casefold() for name in wanted.ids}
    rows = zip(*(components.column(name).to_pylist() for name in ("package", "version", "purl")), strict=True)
    keys = {subject.key for row in rows for subject in subjects(*row)}
    return any(
        ids & {name.casefold() for group in told["groups"] for name in (advisory, *group["ids"])}
        for advisories in index.facts(keys).values()
        for advisory, told in advisories.items()
    )


def affected(
    session: Session,
    wanted: Wanted,
    index: Index | None,
    owned: Callable[[str], Sequence[Owned]],
) -> tuple[list[Affected], list[Vulnerability]]:
    """Every use of what is affected now, with the way in; and what advisories say of it.

    The session must hold `TABLES`.
    """
    known = hits(session.ask(_COMPONENTS).arrow(), wanted, index)
    names = {"packages": sorted({package for package, _ in known})}
    uses = [row for row in session.ask(_USES, names).rows() if (row[1], row[2]) in known]
    ways = paths.paths(session, sorted({row[0] for row in uses}))
    seen: dict[str, datetime] = dict(session.ask(EVIDENCE).rows())
    rows = []
    for project, package, version, direct in uses:
        hit = known[package, version]
        way = ways.get((project, package, version))
        one = Affected(
            product=None,
            owner=None,
            project=project,
            package=package,
            version=version,
            affected=hit.affected,
            direct=direct,
            path=" → ".join(way) if way else purl.display(package),
            fixed=hit.fixed,
            why=hit.why,
            evidence_at=seen.get(project),
        )
        products: list[tuple[str | None, str | None]] = [
            (each.product, each.owner) for each in owned(project)
        ]
        products = products or [(None, None)]
        rows += [msgspec.structs.replace(one, product=name, owner=who) for name, who in products]
    rows.sort(
        key=lambda row: (row.product is None, row.product or "", row.project, row.package, row.version or "")
    )
    return rows, [hit.vulnerability for hit in known.values() if hit.vulnerability is not None]
