# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What rules may ask about a component or project: looked up once for all of them, before they judge.

None is "nobody knows". `known` tells which kinds of facts were there to be asked at all: where no advisory was
ever read, that a component has none means nothing. `covers` says whether all were read about an area:
elsewhere an advisory that is known counts, and a component that none is about is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    from umbel.model.vulnerability import Vulnerability
    from umbel.policy.interface import Fact


_BY_NAMESPACE = frozenset({"alpm", "apk", "deb", "rpm"})


def area_of(package: str) -> str:
    """The part of the world that one database of advisories tells of: an ecosystem, or a distribution.

    >>> area_of("pkg:npm/%40acme/shop"), area_of("pkg:deb/debian/openssl")
    ('npm', 'deb/debian')
    """
    kind = purl.ecosystem(package) or ""
    if kind not in _BY_NAMESPACE:
        return kind
    parts = package.split("/")
    return f"{kind}/{parts[1]}" if len(parts) > 2 else kind


def is_identified(package: str) -> bool:
    """Whether a purl says what a package is; by a bare name nothing in the world can be asked about it."""
    return purl.ecosystem(package) is not None


class PackageFact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a registry says of a package; the words are those of the table `packages`."""

    found: bool | None = None
    latest: str | None = None
    latest_at: datetime | None = None
    license: str | None = None
    deprecated: bool | None = None
    deprecation: str | None = None
    successor: str | None = None
    archived: bool | None = None
    seen_at: datetime | None = None


class VersionFact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a registry says of one version.

    `behind` counts stable versions that are newer, of `stable` in all; None where their order is unknown.
    """

    released_at: datetime | None = None
    yanked: bool | None = None
    deprecation: str | None = None
    license: str | None = None
    prerelease: bool | None = None
    behind: int | None = None
    stable: int | None = None


class CycleFact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Where a version stands in the life of its product, and how that is known (`mapped_by`)."""

    product: str
    title: str
    cycle: str | None
    eol: bool | None
    eol_on: date | None
    support_until: date | None
    latest: str | None
    mapped_by: str
    successor: str | None = None
    url: str | None = None


class Imported(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a project's code does with a package: how many files import it, tests apart, and the names it uses.

    `files` is None where nobody can say: no code was read, or some of its imports are of unknown packages.
    """

    files: int | None
    test_files: int | None
    names: tuple[str, ...] = ()


class Facts(msgspec.Struct, kw_only=True):
    """Everything that was looked up for one judging, as of one moment."""

    as_of: datetime
    known: frozenset[Fact] = frozenset()
    covers: Callable[[str], bool] = lambda _: True
    vulnerabilities_of: Mapping[tuple[str, str], list[Vulnerability]] = {}
    packages: Mapping[str, PackageFact] = {}
    versions: Mapping[tuple[str, str], VersionFact] = {}
    lifecycles: Mapping[tuple[str, str], CycleFact] = {}
    systems: Mapping[str, list[CycleFact]] = {}
    measurements: Mapping[tuple[str, str], Any] = {}
    opened: Mapping[tuple[str, str], Mapping[str, datetime]] = {}
    imports: Mapping[tuple[str, str], Imported] = {}
    symbols: Mapping[tuple[str, str], tuple[str, ...]] = {}

    @property
    def today(self) -> date:
        """The day of the judging, in UTC."""
        return self.as_of.date()

    def vulnerabilities(self, package: str, version: str | None) -> list[Vulnerability] | None:
        """What advisories say of a version; None if none could be asked: of what has no purl none ever can."""
        if "vulnerabilities" not in self.known or version is None or not is_identified(package):
            return None
        found = self.vulnerabilities_of.get((package, version), [])
        if self.is_uncovered(package) and not any(one.active for one in found):
            return None
        return found

    def is_uncovered(self, package: str) -> bool:
        """Whether there may be advisories about its ecosystem that aren't known here."""
        return not self.covers(area_of(package))

    def package(self, package: str) -> PackageFact | None:
        """What its registry says of a package."""
        return self.packages.get(package)

    def version(self, package: str, version: str | None) -> VersionFact | None:
        """What its registry says of a version."""
        return None if version is None else self.versions.get((package, version))

    def lifecycle(self, package: str, version: str | None) -> CycleFact | None:
        """Where a version stands in the life of its product."""
        return self.lifecycles.get((package, version or ""))

    def open_since(self, project: str | None, package: str, vulnerability: str) -> datetime | None:
        """Since when a project has a vulnerability that was published; None if its past isn't known."""
        return self.opened.get((project or "", package), {}).get(vulnerability)

    def imported(self, project: str | None, package: str) -> Imported | None:
        """What a project's code does with a package."""
        return self.imports.get((project or "", package))

    def affected_symbols(self, package: str, advisories: Iterable[str]) -> list[str]:
        """The functions or modules that advisories call affected; empty if none says."""
        return list(dict.fromkeys(s for one in advisories for s in self.symbols.get((package, one), ())))

    def measurement(self, project: str, metric: str) -> Any | None:
        """A project's figure (`umbel.model.measurement.Measurement`)."""
        return self.measurements.get((project, metric))
