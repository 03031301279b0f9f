# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Poetry's `poetry.lock` → evidence, with the pyproject.toml beside it for what is asked for directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.collect._python import MOST_HASHES, digests, identify, index_origin, normal, vcs_address
from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._pyproject import Ask, Manifest, specified
from umbel.collect.lockfiles._python_graph import Graph, Need, Package, edge, reached, strongest
from umbel.collect.lockfiles._sources import bare_download
from umbel.collect.lockfiles._toml_fields import Fields, Table
from umbel.model.purl import unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.lockfiles._python_lock_text import LockText

_NEWEST = 2
_MAIN = ("main", "default")
_CATEGORIES = {"main": "runtime", "dev": "development"}


class PoetryLockCollector(Collector):
    """Poetry's lockfile.

    Packages taken from a folder are the project's own and fold into it. A package's scope is what the
    lock says: of the group main → runtime, or optional where only an extra needs it; of other groups
    alone → development. Locks of version 2.0 name no groups: there a package has the strongest scope
    (runtime, development, optional) of what the project asks for that reaches it, an extra that a
    runtime dependency switches on being runtime. A requirement that several locked versions meet is an
    edge to each of them: which one is installed depends on the platform. Of a package's digests the
    source archive's and the first others are kept, 12 in all.
    """

    id = "poetry_lock"
    title = "Poetry lockfile"
    reads = "poetry.lock of versions 1.0 to 2.1, with the pyproject.toml beside it."
    limits = (
        "The lock doesn't say what the project asks for itself, nor its name: the pyproject.toml beside it "
        f"does. Licences are not in it. At most {MOST_HASHES} digests of a package are kept."
    )
    names = ("poetry.lock",)
    companions = ("pyproject.toml",)

    def read(self, document: Document) -> Reading:
        """Read one lockfile and the manifest beside it."""
        from umbel.collect.lockfiles._pyproject import manifest
        from umbel.collect.lockfiles._python_lock_text import read_lock_text

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        text = read_lock_text(data.decode("utf-8", "replace"))
        if not text.tree.keys() & {"package", "metadata", "extras"}:
            raise UnreadableError("not-poetry", "is TOML, but no lockfile of Poetry")
        return _Lock(text, manifest(document, faults), faults).reading()


class _Lock:
    """The packages of one lockfile, and who needs whom."""

    def __init__(self, text: LockText, asked: Manifest | None, faults: Faults) -> None:
        self._text = text
        self._manifest = asked
        self._faults = faults
        self._fields = Fields(faults)
        self._graph = Graph(faults)
        self._metadata = self._fields.table(text.tree, "metadata", "$")
        for key in ("files", "hashes"):
            if key in self._metadata:
                table = self._fields.table(self._metadata, key, "$.metadata")
                self._metadata[key] = {normal(name): files for name, files in table.items()}
        for place, item in self._fields.tables(text.tree, "package", "$"):
            self._add(item, place)

    def _add(self, item: Table, place: str) -> None:
        name = self._fields.text(item, "name", place)
        if name is None:
            self._faults.add("nameless", "has a package without name", place, "error")
            return
        version = self._fields.text(item, "version", place)
        source = item.get("source")
        own = isinstance(source, dict) and source.get("type") == "directory"
        if version is None and not own:
            self._faults.add("no-version", "has a package without version", place)
        self._graph.add(Package(item, name, version, place, own=own))

    def reading(self) -> Reading:
        """Components and edges, with their scopes."""
        reading = Reading(format=self._format())
        graph = self._graph
        for package in graph.packages:
            package.scope = self._stated(package)
            if not package.own:
                package.component = self._component(package)
        for package in graph.packages:
            self._needs(package)
        asked = graph.asked(self._manifest)
        if self._manifest is not None and any(package.scope is None for package in graph.packages):
            _fill(graph, reached(asked))
        reading.components = [p.component for p in graph.packages if p.component is not None]
        reading.edges = graph.edges(asked)
        self._subject(reading)
        reading.faults = self._faults.list()
        return reading

    def _format(self) -> str:
        version = self._metadata.get("lock-version")
        if not isinstance(version, str) or not version:
            if version is not None:
                self._fields.text(self._metadata, "lock-version", "$.metadata")
            self._faults.add("lockfile-version", "doesn't say its lock-version", "$.metadata", "note")
            return "poetry.lock"
        major = version.partition(".")[0]
        if not (major.isdecimal() and len(major) < 9 and int(major) <= _NEWEST):
            message = f"is of version {version[:20]}, newer than {_NEWEST}"
            self._faults.add("lockfile-version", message, "$.metadata.lock-version")
        return f"poetry.lock {version[:20]}"

    def _subject(self, reading: Reading) -> None:
        """The project as its manifest names it."""
        own = sum(package.own for package in self._graph.packages)
        if own:
            self._faults.add("modules", own_packages("names", own), "", "note")
        if self._manifest is not None and self._manifest.name is not None:
            name, version = self._manifest.name, self._manifest.version
            purl = identify(name, version, None, self._faults, "pyproject.toml")
            reading.subject, reading.subject_version = name, version
            reading.subject_purl = purl.purl if purl else None

    # -- components

    def _component(self, package: Package) -> Component:
        item, place, fields = package.item, package.place, self._fields
        origin, urls, location = self._origin(item, place) if "source" in item else (None, (), None)
        purl = identify(package.name, package.version, origin, self._faults, place)
        return Component(
            ref=package.ref,
            package=purl.package if purl else unidentified(package.name),
            version=package.version,
            purl=purl.purl if purl else None,
            type="library",
            name=package.name,
            hashes=digests(self._hashes(package), self._faults, place),
            urls=urls,
            description=fields.text(item, "description", place),
            properties=self._properties(item, place),
            location=location,
            scope=package.scope,
        )

    def _stated(self, package: Package) -> str | None:
        """The scope that the lock itself gives, by groups or by category; None if it gives none."""
        item, place = package.item, package.place
        optional = item.get("optional") is True
        if "groups" in item:
            groups = self._fields.texts(item, "groups", place)
            of_main = "optional" if optional else "runtime"
            return strongest(of_main if group in _MAIN else "development" for group in groups)
        category = item.get("category")
        scope = _CATEGORIES.get(category) if isinstance(category, str) else None
        if scope is None and self._manifest is not None:
            return None
        return "optional" if optional and scope != "development" else scope

    def _properties(self, item: Table, place: str) -> Pairs:
        """Groups, and the markers under which the package is installed."""
        found = [("group", group) for group in self._fields.texts(item, "groups", place)]
        markers = item.get("markers", item.get("marker"))
        if isinstance(markers, dict):
            listed = ((group, self._fields.text(markers, group, f"{place}.markers")) for group in markers)
            found += [(f"marker:{group}", marker) for group, marker in listed if marker]
        elif markers is not None:
            key = "markers" if "markers" in item else "marker"
            marker = self._fields.text(item, key, place)
            found += [("marker", marker)] if marker else []
        return tuple(found)

    def _hashes(self, package: Package) -> list[str]:
        """Digests as written: with the package, or for all packages of a name at the end."""
        if "files" in package.item:
            return self._text.digests(package.item, "files", package.place, self._fields)
        name = normal(package.name)
        hashes = self._metadata.get("hashes")
        if hashes and name in hashes:
            return [f"sha256:{text}" for text in self._fields.texts(hashes, name, "$.metadata.hashes")]
        files = self._metadata.get("files")
        if files and name in files and "source" not in package.item:
            return self._text.digests(files, name, "$.metadata.files", self._fields)
        return []

    def _origin(self, item: Table, place: str) -> tuple[dict[str, str] | None, Pairs, str | None]:
        """Qualifiers, addresses and place of where a package is taken from."""
        fields, where = self._fields, f"{place}.source"
        source = fields.table(item, "source", place)
        kind, address = fields.text(source, "type", where), fields.text(source, "url", where)
        if address is None:
            self._faults.add("no-source", "has a package that comes from nowhere", where)
        elif kind in {"git", "hg", "svn", "bzr"}:
            revision = fields.text(source, "resolved_reference", where)
            revision = revision or fields.text(source, "reference", where)
            folder = fields.text(source, "subdirectory", where)
            full = address if address.startswith(f"{kind}+") else f"{kind}+{address}"
            found = vcs_address(full, revision, folder)
            return {"vcs_url": found}, (("vcs", found),), None
        elif kind == "url":
            found = bare_download(address).partition("#")[0]
            return {"download_url": found}, (("distribution", found),), None
        elif kind == "file":
            return None, (), address
        elif kind in {"legacy", None}:
            return index_origin(address), (), None
        else:
            message = f"takes a package from {(kind or '')[:40]!r}, which is no source that is known"
            self._faults.add("no-source", message, where)
        return None, (), None

    # -- edges

    def _needs(self, package: Package) -> None:
        place = f"{package.place}.dependencies"
        extras: dict[str, list[str]] | None = None
        for name, said in self._dependencies(package):
            if isinstance(said, str):
                self._need(package, Ask("", name, (), said, None if said == "*" else said or None), ("",))
                continue
            for item in said if isinstance(said, list) else [said]:
                ask = specified("", name, item)
                if ask is None:
                    self._faults.add(
                        "wrong-type", "holds no dependency there", f"{place}.{name}"[:300], "error"
                    )
                    continue
                parts: tuple[str, ...] = ("",)
                if isinstance(item, dict) and item.get("optional") is True:
                    extras = self._extras(package) if extras is None else extras
                    parts = _parts(item.get("markers"), extras.get(normal(name), []))
                self._need(package, ask, parts, guarded=isinstance(item, dict))

    def _dependencies(self, package: Package) -> Iterator[tuple[str, object]]:
        if "dependencies" in package.item:
            yield from self._fields.table(package.item, "dependencies", package.place).items()

    def _need(self, package: Package, ask: Ask, parts: tuple[str, ...], *, guarded: bool = False) -> None:
        """The edges of one dependency. One that holds only for an extra or a marker may be left out."""
        targets = self._graph.meant(ask.name, ask.constraint)
        extras = tuple(f"+{normal(extra)}" for extra in ask.extras) if ask.extras else ()
        for target in targets:
            found = edge(package, target, ask.name, ask.text, parts[0])
            package.add(Need(parts, target, extras, found))
        if not targets and not parts[0]:
            if not guarded:
                message = f"has no package for {ask.name[:120]!r}, which {package.name[:80]!r} needs"
                self._faults.add("unresolved", message, package.place)
            package.add(Need(parts, None, (), edge(package, None, ask.name, ask.text, "")))

    def _extras(self, package: Package) -> dict[str, list[str]]:
        """The extras that bring a dependency in, by its name."""
        found: dict[str, list[str]] = {}
        place = f"{package.place}.extras"
        table = self._fields.table(package.item, "extras", package.place)
        for extra in table:
            for text in self._fields.texts(table, extra, place):
                name = normal(text.partition(" ")[0].partition("[")[0].partition(";")[0])
                found.setdefault(name, []).append(f"+{normal(extra)}")
        return found


def _parts(markers: object, listed: list[str]) -> tuple[str, ...]:
    """The extras that a dependency belongs to: those of its marker, else those that list it."""
    found = []
    for piece in markers.split("extra ==")[1:] if isinstance(markers, str) else ():
        text = piece.lstrip()
        end = text.find(text[:1], 1) if text[:1] in {"'", '"'} else -1
        if end > 0:
            found.append(f"+{normal(text[1:end])}")
    return tuple(dict.fromkeys(found or listed)) or ("+",)


def _fill(graph: Graph, scopes: dict[Package, str]) -> None:
    """Give the scopes that the lock itself doesn't state."""
    for package in graph.packages:
        scope = scopes.get(package)
        if package.scope is None and scope is not None:
            package.scope = scope
            if package.component is not None:
                package.component = msgspec.structs.replace(package.component, scope=scope)
