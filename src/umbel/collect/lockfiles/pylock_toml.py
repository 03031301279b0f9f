# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Python's standard lockfile, `pylock.toml` (PEP 751) → evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect._python import (
    MOST_FORKS,
    MOST_HASHES,
    archive_name,
    digests,
    identify,
    index_origin,
    normal,
    package_key,
    vcs_address,
)
from umbel.collect._python_marker import evaluate
from umbel.collect._python_requirement import rest
from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._sources import bare_download
from umbel.collect.lockfiles._toml_fields import Fields, Table
from umbel.model.purl import unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(r"pylock(?:\.[^.]+)?\.toml")
_VERSION = "1"
_HERE = (".", "./", "")
_TELLING = ("vcs", "archive", "directory", "index", "sdist", "wheels")
"""Keys by which a dependency's record may single out one of several packages of a name."""


class PylockTomlCollector(Collector):
    """Python's standard lockfile.

    The format doesn't say what the project asks for itself, so direct stays unknown unless the project is
    listed with its dependencies. Packages taken from a folder of source code are the project's own and
    fold into it. In a lock that declares extras or groups a package's scope follows from its marker:
    runtime if it is installed with the default groups and without extras, else development if a group
    brings it in, else optional; in others it is unknown, since what tools merge into one list has no
    marks. Of a package's digests the source archive's and the first wheels' are kept, 12 in all.
    """

    id = "pylock_toml"
    title = "Python lockfile (PEP 751)"
    reads = "pylock.toml and pylock.*.toml of version 1."
    limits = (
        "Most tools don't write who needs whom, and the format has no place for what the project itself "
        "asks for. "
        f"At most {MOST_HASHES} digests of a package are kept."
    )
    names = ("pylock.toml", "pylock.*.toml")

    def claims(self, path: str) -> bool:
        """Whether the name is one that the standard allows."""
        return _NAME.fullmatch(path.rpartition("/")[2].lower()) is not None

    def read(self, document: Document) -> Reading:
        """Read one lockfile."""
        from umbel.collect.lockfiles._quick_toml import read_toml

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        tree = read_toml(data.decode("utf-8", "replace"))
        if not tree.keys() & {"lock-version", "packages", "created-by"}:
            raise UnreadableError("not-pylock", "is TOML, but no lockfile after PEP 751")
        return _Lock(tree, faults).reading()


class _Package:
    """One package of the lock."""

    __slots__ = ("component", "item", "name", "own", "place", "ref", "version")

    def __init__(self, item: Table, name: str, version: str | None, place: str) -> None:
        self.item, self.name, self.version, self.place = item, name, version, place
        self.own = isinstance(item.get("directory"), dict)
        self.ref = f"{name}@{version}" if version else name
        self.component: Component | None = None


class _Lock:
    """The packages of one lockfile."""

    def __init__(self, tree: Table, faults: Faults) -> None:
        self._tree = tree
        self._faults = faults
        self._fields = Fields(faults)
        self._defaults = frozenset(self._fields.texts(tree, "default-groups", "$"))
        self._scoped = any(self._fields.texts(tree, key, "$") for key in ("extras", "dependency-groups"))
        self._packages: list[_Package] = []
        self._named: dict[str, list[_Package]] = {}
        self._refs: set[str] = set()
        for place, item in self._fields.tables(tree, "packages", "$"):
            self._add(item, place)

    def _add(self, item: Table, place: str) -> None:
        name = self._fields.text(item, "name", place)
        if name is None:
            self._faults.add("nameless", "has a package without name", place, "error")
            return
        package = _Package(item, name, self._fields.text(item, "version", place), place)
        if package.ref in self._refs:
            package.ref += f" ({len(self._packages)})"
        self._refs.add(package.ref)
        self._named.setdefault(normal(name), []).append(package)
        self._packages.append(package)

    def reading(self) -> Reading:
        """Components, and edges where the document has them."""
        reading = Reading(format=self._format(), producer=self._fields.text(self._tree, "created-by", "$"))
        own = [package for package in self._packages if package.own]
        foreign = [package for package in self._packages if not package.own]
        for package in foreign:
            package.component = self._component(package)
        reading.components = [p.component for p in foreign if p.component is not None]
        edges = [edge for package in self._packages for edge in self._edges(package)]
        reading.edges = list(dict.fromkeys(edges))
        if len(own) == 1 and own[0].item["directory"].get("path") in _HERE:
            reading.subject, reading.subject_version = own[0].name, own[0].version
            purl = identify(own[0].name, own[0].version, None, self._faults, own[0].place)
            reading.subject_purl = purl.purl if purl else None
        if len(own) > 1:
            self._faults.add("modules", own_packages("names", len(own)), "", "note")
        reading.faults = self._faults.list()
        return reading

    def _format(self) -> str:
        version = self._fields.text(self._tree, "lock-version", "$")
        if version is None:
            self._faults.add("lockfile-version", "doesn't say its lock-version", "$.lock-version")
        elif version.partition(".")[0] != _VERSION:
            message = f"is of version {version[:20]}, newer than {_VERSION}"
            self._faults.add("lockfile-version", message, "$.lock-version")
        return f"pylock.toml {(version or '')[:20]}".strip()

    # -- components

    def _component(self, package: _Package) -> Component:
        origin, urls, location = self._origin(package)
        version = package.version or self._archived(package)
        purl = identify(package.name, version, origin, self._faults, package.place)
        marker = self._fields.text(package.item, "marker", package.place)
        return Component(
            ref=package.ref,
            package=purl.package if purl else unidentified(package.name),
            version=version,
            purl=purl.purl if purl else None,
            type="library",
            name=package.name,
            hashes=digests(self._hashes(package), self._faults, package.place),
            urls=urls,
            properties=(("marker", marker),) if marker else (),
            location=location,
            scope=self._scope(marker),
        )

    def _scope(self, marker: str | None) -> str | None:
        """What brings a package in: nothing but the defaults, a group, or an extra."""
        if not self._scoped:
            return None
        none: frozenset[str] = frozenset()
        if evaluate(marker, {"extras": none, "dependency_groups": self._defaults}) is not False:
            return "runtime"
        return "development" if evaluate(marker, {"extras": none}) is not False else "optional"

    def _origin(self, package: _Package) -> tuple[dict[str, str] | None, Pairs, str | None]:
        """Qualifiers, addresses and place of where a package is taken from."""
        fields, item, place = self._fields, package.item, package.place
        vcs, archive = fields.table(item, "vcs", place), fields.table(item, "archive", place)
        folder = fields.text(vcs or archive, "subdirectory", f"{place}.{'vcs' if vcs else 'archive'}")
        if vcs:
            address = fields.text(vcs, "url", f"{place}.vcs")
            if address is not None:
                kind, commit = vcs.get("type") or "git", vcs.get("commit-id")
                address = address if address.startswith(f"{kind}+") else f"{kind}+{address}"
                where = vcs_address(address, commit if isinstance(commit, str) else None, folder)
                return {"vcs_url": where}, (("vcs", where),), None
        elif archive:
            address = fields.text(archive, "url", f"{place}.archive")
            if address is not None:
                where = bare_download(address).partition("#")[0]
                return {"download_url": where}, (("distribution", where),), None
        else:
            index = fields.text(item, "index", place)
            return index_origin(index) if index else None, (), None
        return None, (), fields.text(vcs or archive, "path", place)

    def _archived(self, package: _Package) -> str | None:
        """The version that the name of an archive holds: the format leaves it out where it may change."""
        for archive in self._archives(package):
            for key in ("name", "url", "path"):
                said = archive.get(key)
                named = (
                    archive_name(said.partition("?")[0].rpartition("/")[2]) if isinstance(said, str) else None
                )
                if named is not None and normal(named[0]) == normal(package.name):
                    return named[1]
        return None

    def _archives(self, package: _Package) -> Iterator[Table]:
        for key in ("archive", "sdist"):
            if key in package.item:
                yield self._fields.table(package.item, key, package.place)
        for _, wheel in self._fields.tables(package.item, "wheels", package.place):
            yield wheel

    def _hashes(self, package: _Package) -> Iterator[str]:
        for archive in self._archives(package):
            hashes = archive.get("hashes")
            for algorithm, value in hashes.items() if isinstance(hashes, dict) else ():
                yield f"{algorithm}:{value}"

    # -- edges

    def _edges(self, package: _Package) -> Iterator[Edge]:
        """What a package needs, where the document says it."""
        for place, need in self._fields.tables(package.item, "dependencies", package.place):
            name = self._fields.text(need, "name", place)
            if name is None:
                self._faults.add("nameless", "has a dependency without name", place, "error")
                continue
            target = self._meant(name, need, place)
            if target is not None and target.own:
                continue
            known = target.component if target else None
            marker = self._fields.text(need, "marker", place)
            yield Edge(
                source=None if package.own else package.ref,
                target=known.ref if known else None,
                package=known.package if known else package_key(name),
                requirement=rest((), None, marker),
                pinned=True if known else None,
            )

    def _meant(self, name: str, need: Table, place: str) -> _Package | None:
        found = self._named.get(normal(name), [])
        if len(found) > MOST_FORKS:
            found = []
        for key in ("version", "marker", *_TELLING):
            if len(found) > 1 and key in need:
                found = [package for package in found if package.item.get(key) == need[key]]
        if len(found) != 1:
            self._faults.add("unresolved", f"has no single package for {name[:120]!r}", place)
        return found[0] if len(found) == 1 else None
