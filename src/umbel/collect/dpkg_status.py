# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""dpkg's list of installed packages → evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import ref

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.model.purl import Purl, PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.collect._debian import Paragraph, Relation
    from umbel.collect._dpkg import Dpkg

_SOURCE = re.compile(r"(\S+)(?:\s*\((\S+)\))?")
_MOST_PROVIDERS = 8
_MOST_ARCHITECTURES = 16
_FIELDS = (("pre-depends", False), ("depends", False), ("recommends", True))
"""Fields that make edges, and whether those are optional."""


class DpkgStatusCollector(Collector):
    """Installed Debian packages, as dpkg's own list has them.

    A dependency leads to the first of its alternatives that is installed, or to whatever installed
    packages provide it; where none is, to none. What a package recommends is an optional edge if it
    is installed. Where apt keeps its marks, packages that it wasn't asked for are not direct.
    Licences are those of machine-readable copyright files, as declared.
    """

    id = "dpkg_status"
    title = "Installed Debian packages"
    reads = "var/lib/dpkg/status, and var/lib/dpkg/status.d of images without dpkg."
    limits = (
        "Licences in copyright files of free text are not read. Versions are not compared with what "
        "dependencies ask for: dpkg did that."
    )
    paths = ("var/lib/dpkg/status",)

    def __init__(self) -> None:
        """Nothing read yet."""
        self._last: tuple[ref[Document], Dpkg, Faults] | None = None

    def claims_folder(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002 - its place tells
        """Whether this is the list of an image without dpkg: one file a package."""
        return folder.name == "status.d" and folder.parent.name == "dpkg"

    def fingerprint(self, document: Document) -> str:
        """Over the list, apt's marks, the copyright files and the name of the distribution."""
        return self._open(document)[0].digest()

    def read(self, document: Document) -> Reading:
        """Read one list of packages."""
        return _Packages(*self._open(document)).reading()

    def _open(self, document: Document) -> tuple[Dpkg, Faults]:
        """Read once for both the hash and the evidence."""
        from umbel.collect._dpkg import Dpkg

        if self._last is None or self._last[0]() is not document:
            faults = Faults()
            self._last = (ref(document), Dpkg(document, faults), faults)
        return self._last[1:]


class _Packages:
    """One reading: components, and who needs whom."""

    def __init__(self, dpkg: Dpkg, faults: Faults) -> None:
        self._dpkg = dpkg
        self._faults = faults
        self._keys: dict[str, str] = {}
        self._named: dict[str, list[str]] = {}
        self._providers: dict[str, list[str]] = {}

    def reading(self) -> Reading:
        from umbel.collect._debian import relations

        packages = self._dpkg.packages
        if not packages:
            if any(fault.code == "nameless" for fault in self._faults.list()):
                raise UnreadableError("not-dpkg", "is no list of Debian packages")
            self._faults.once("no-components", "lists no installed packages", "", "note")
        components = [self._component(key, paragraph) for key, paragraph in packages.items()]
        for key, paragraph in packages.items():
            for alternatives in relations(paragraph.fields.get("provides", "")):
                self._providers.setdefault(alternatives[0].name, []).append(key)
        edges = [edge for key, paragraph in packages.items() for edge in self._edges(key, paragraph.fields)]
        return Reading(
            format="dpkg status",
            components=components,
            edges=self._asked() + edges,
            faults=self._faults.list(),
        )

    def _asked(self) -> list[Edge]:
        """What the system's owner asked for: whatever apt doesn't mark as brought along."""
        automatic = self._dpkg.automatic
        if automatic is None:
            return []
        asked = [key for key in self._dpkg.packages if key not in automatic]
        return [Edge(source=None, target=key, package=self._keys[key], pinned=True) for key in asked]

    # -- components

    def _component(self, key: str, paragraph: Paragraph) -> Component:
        fields = paragraph.fields
        name, version = fields["package"], fields.get("version") or None
        where = f"line {paragraph.line}"
        if version is None:
            self._faults.add("no-version", f"holds {name[:120]!r} without version", where)
        purl = self._purl(name, version, fields, where)
        package = purl.package if purl else unidentified(name)
        self._keys[key] = package
        named = self._named.setdefault(name, [])
        if len(named) < _MOST_ARCHITECTURES:
            named.append(key)
        homepage = fields.get("homepage")
        return Component(
            ref=key,
            package=package,
            version=version,
            purl=purl.purl if purl else None,
            type="library",
            name=name,
            declared=self._dpkg.licences.get(name, ()),
            supplier=fields.get("maintainer") or None,
            description=fields.get("description", "").partition("\n")[0] or None,
            urls=(("website", homepage),) if homepage else (),
            properties=_properties(fields),
        )

    def _purl(self, name: str, version: str | None, fields: dict[str, str], where: str) -> Purl | None:
        release = self._dpkg.release
        qualifiers = {"arch": fields.get("architecture") or "", "distro": release.distro or ""}
        try:
            return make("deb", release.namespace, name, version, qualifiers)
        except PurlError as error:
            self._faults.add("purl", f"holds a package that no purl can name: {error}", where)
            return None

    # -- edges

    def _edges(self, key: str, fields: dict[str, str]) -> Iterator[Edge]:
        from umbel.collect._debian import relations

        arch = key.rpartition(":")[2]
        seen = {key}
        for field, optional in _FIELDS:
            for alternatives in relations(fields.get(field, "")):
                targets, relation = self._resolve(alternatives, arch)
                requirement = relation.version
                for target in targets:
                    if target not in seen:
                        seen.add(target)
                        yield Edge(
                            source=key,
                            target=target,
                            package=self._keys[target],
                            requirement=requirement,
                            optional=optional,
                            pinned=True,
                        )
                if not targets and not optional:
                    package = self._missing(relation.name)
                    yield Edge(source=key, package=package, requirement=requirement, optional=False)

    def _resolve(self, alternatives: list[Relation], arch: str) -> tuple[list[str], Relation]:
        """The installed packages that satisfy a relation, and which of its alternatives they are."""
        for relation in alternatives:
            named = self._named.get(relation.name)
            if named:
                return [_nearest(named, relation.arch or arch)], relation
            providers = self._providers.get(relation.name)
            if providers:
                return providers[:_MOST_PROVIDERS], relation
        return [], alternatives[0]

    def _missing(self, name: str) -> str:
        try:
            return make("deb", self._dpkg.release.namespace, name).package
        except PurlError:
            return unidentified(name)


def _nearest(keys: list[str], arch: str) -> str:
    """Of one package in several architectures that of the asking one, or one that is for all."""
    for wanted in (arch, "all"):
        for key in keys:
            if key.endswith(f":{wanted}"):
                return key
    return keys[0]


def _properties(fields: dict[str, str]) -> Pairs:
    source = _SOURCE.match(fields.get("source", ""))
    state = fields.get("status", "").rpartition(" ")[2]
    pairs = (
        ("deb:source", source[1] if source else None),
        ("deb:source-version", source[2] if source else None),
        ("deb:essential", "yes" if fields.get("essential") == "yes" else None),
        ("deb:state", state if state != "installed" else None),
    )
    return tuple((name, value) for name, value in pairs if value)
