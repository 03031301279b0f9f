# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""PDM's `pdm.lock` → evidence, with the pyproject.toml beside it for what is asked for directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.collect._python import MOST_HASHES, digests, identify, is_archive, normal, vcs_address
from umbel.collect._python_requirement import parse, rest
from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._pyproject import Manifest, specified
from umbel.collect.lockfiles._python_graph import (
    Graph,
    Need,
    Package,
    edge,
    reached,
    scope_of,
    strongest,
)
from umbel.collect.lockfiles._sources import bare_download
from umbel.collect.lockfiles._toml_fields import Fields, Table
from umbel.model.purl import unidentified

if TYPE_CHECKING:
    from umbel.collect.lockfiles._python_lock_text import LockText

_NEWEST = 4
_VCS = ("git", "hg", "svn", "bzr")
_DEFAULT = "default"


class PdmLockCollector(Collector):
    """PDM's lockfile.

    PDM writes a package with extras as a record of its own, which is one component with the package.
    Packages taken from a folder are the project's own and fold into it. A package's scope is that of its
    groups: default → runtime, a development group of the manifest → development, an extra → optional,
    the first of these that holds. Where the lock names no groups, a package has the strongest scope
    of what the project asks for that reaches it. A requirement that several locked versions meet is an
    edge to each of them. Of a package's digests the source archive's and the first others are kept,
    12 in all.
    """

    id = "pdm_lock"
    title = "PDM lockfile"
    reads = "pdm.lock of versions 2 to 4.5, with the pyproject.toml beside it."
    limits = (
        "The lock doesn't say what the project asks for itself, its name, or which of its groups are for "
        "development: the pyproject.toml beside it does. Licences are not in it. "
        f"At most {MOST_HASHES} digests of a package are kept."
    )
    names = ("pdm.lock", "pdm.*.lock")
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
        if not text.tree.keys() & {"package", "metadata"}:
            raise UnreadableError("not-pdm", "is TOML, but no lockfile of PDM")
        return _Lock(text, manifest(document, faults), faults).reading()


class _Lock:
    """The packages of one lockfile, and who needs whom."""

    def __init__(self, text: LockText, asked: Manifest | None, faults: Faults) -> None:
        self._text = text
        self._manifest = asked
        self._faults = faults
        self._fields = Fields(faults)
        self._graph = Graph(faults)
        self._groups: dict[Package, dict[str, None]] = {}
        self._records: list[tuple[Package, Table, str, tuple[str, ...]]] = []
        self._metadata = self._fields.table(text.tree, "metadata", "$")
        self._files = self._fields.table(self._metadata, "files", "$.metadata")
        for place, item in self._fields.tables(text.tree, "package", "$"):
            self._add(item, place)

    def _add(self, item: Table, place: str) -> None:
        """Take one record: a package, or what an extra of it needs."""
        fields = self._fields
        name = fields.text(item, "name", place)
        if name is None:
            self._faults.add("nameless", "has a package without name", place, "error")
            return
        version = fields.text(item, "version", place)
        extras = tuple(f"+{normal(extra)}" for extra in fields.texts(item, "extras", place))
        package = self._graph.known(name, version) if extras else None
        if package is None or package.item.get("extras") is not None:
            package = package or self._new(item, name, version, place)
        groups = "groups" if "groups" in item else "sections"
        self._groups[package].update(dict.fromkeys(fields.texts(item, groups, place)))
        self._records.append((package, item, place, extras))

    def _new(self, item: Table, name: str, version: str | None, place: str) -> Package:
        path = item.get("path")
        own = isinstance(path, str) and not is_archive(path)
        if version is None and not own:
            self._faults.add("no-version", "has a package without version", place)
        package = Package(item, name, version, place, own=own)
        self._graph.add(package)
        self._groups[package] = {}
        return package

    def reading(self) -> Reading:
        """Components and edges, with their scopes."""
        reading = Reading(format=self._format())
        graph = self._graph
        kinds = self._kinds()
        for package in graph.packages:
            package.scope = self._stated(package, kinds)
            if not package.own:
                package.component = self._component(package)
        for package, item, place, extras in self._records:
            self._needs(package, item, place, extras)
        asked = graph.asked(self._locked())
        if self._manifest is not None and not all(self._groups.values()):
            self._fill(reached(asked))
        reading.components = [p.component for p in graph.packages if p.component is not None]
        reading.edges = graph.edges(asked)
        self._subject(reading)
        reading.faults = self._faults.list()
        return reading

    def _locked(self) -> Manifest | None:
        """What the manifest asks for, without the groups that the lock was made without."""
        if self._manifest is None or "groups" not in self._metadata:
            return self._manifest
        locked = {normal(group) for group in self._fields.texts(self._metadata, "groups", "$.metadata")}
        asks = [ask for ask in self._manifest.asks if normal(ask.part[1:] or _DEFAULT) in locked]
        missing = {ask.part[1:] for ask in self._manifest.asks if ask.part} - {ask.part[1:] for ask in asks}
        if missing:
            listed = ", ".join(sorted(missing))[:120]
            self._faults.add(
                "not-locked", f"is a lock without the groups {listed}", "$.metadata.groups", "note"
            )
        return self._manifest._replace(asks=asks)

    def _format(self) -> str:
        said = self._metadata.get("lock_version")
        version = str(said) if isinstance(said, str | int | float) and said is not True else ""
        if not version:
            self._faults.add("lockfile-version", "doesn't say its lock_version", "$.metadata", "note")
            return "pdm.lock"
        major = version.partition(".")[0]
        if not (major.isdecimal() and len(major) < 9 and int(major) <= _NEWEST):
            message = f"is of version {version[:20]}, newer than {_NEWEST}"
            self._faults.add("lockfile-version", message, "$.metadata.lock_version")
        return f"pdm.lock {version[:20]}"

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

    # -- scopes

    def _kinds(self) -> dict[str, str]:
        """What each group is for, by its name in the lock."""
        found = {_DEFAULT: "runtime"}
        for part in sorted(self._manifest.parts) if self._manifest else ():
            if part:
                found.setdefault(part[1:], scope_of(part))
        return found

    def _stated(self, package: Package, kinds: dict[str, str]) -> str | None:
        """The scope of a package's groups; None if the lock names none, or none that is known."""
        scopes = [kinds.get(group) or kinds.get(normal(group)) for group in self._groups[package]]
        found = strongest(scope for scope in scopes if scope)
        return found if found == "runtime" or None not in scopes else None

    def _fill(self, scopes: dict[Package, str]) -> None:
        for package in self._graph.packages:
            scope = scopes.get(package)
            if self._groups[package] or scope is None:
                continue
            package.scope = scope
            if package.component is not None:
                package.component = msgspec.structs.replace(package.component, scope=scope)

    # -- components

    def _component(self, package: Package) -> Component:
        item, place, fields = package.item, package.place, self._fields
        origin, urls, location = self._origin(item, place)
        purl = identify(package.name, package.version, origin, self._faults, place)
        marker = fields.text(item, "marker", place)
        properties = [("group", group) for group in self._groups[package]]
        return Component(
            ref=package.ref,
            package=purl.package if purl else unidentified(package.name),
            version=package.version,
            purl=purl.purl if purl else None,
            type="library",
            name=package.name,
            hashes=digests(self._hashes(package), self._faults, place),
            urls=urls,
            description=fields.text(item, "summary", place),
            properties=(*properties, *([("marker", marker)] if marker else ())),
            location=location,
            scope=package.scope,
        )

    def _hashes(self, package: Package) -> list[str]:
        """Digests as written: with the package, or for all packages at the end."""
        if "files" in package.item:
            return self._text.digests(package.item, "files", package.place, self._fields)
        key = f"{package.name} {package.version}"
        if key in self._files:
            return self._text.digests(self._files, key, "$.metadata.files", self._fields)
        return []

    def _origin(self, item: Table, place: str) -> tuple[dict[str, str] | None, Pairs, str | None]:
        """Qualifiers, addresses and place of where a package is taken from; nothing for an index."""
        fields = self._fields
        for kind in _VCS:
            if kind in item:
                address = fields.text(item, kind, place)
                if address is None:
                    break
                revision = fields.text(item, "revision", place) or fields.text(item, "ref", place)
                folder = fields.text(item, "subdirectory", place)
                full = address if address.startswith(f"{kind}+") else f"{kind}+{address}"
                found = vcs_address(full, revision, folder)
                return {"vcs_url": found}, (("vcs", found),), None
        address = fields.text(item, "url", place) if "url" in item else None
        if address is not None:
            found = bare_download(address).partition("#")[0]
            return {"download_url": found}, (("distribution", found),), None
        return None, (), fields.text(item, "path", place) if "path" in item else None

    # -- edges

    def _needs(self, package: Package, item: Table, place: str, extras: tuple[str, ...]) -> None:
        """What a package needs, or what its extras do. An extra's record names the package itself, too."""
        if "dependencies" not in item:
            return
        parts = extras or ("",)
        own = normal(package.name)
        if isinstance(item["dependencies"], dict):
            self._old_needs(package, item["dependencies"], f"{place}.dependencies")
            return
        for text in self._fields.texts(item, "dependencies", place):
            asked = parse(text.removeprefix("-e ").strip())
            if asked is None:
                message = f"has {text[:120]!r}, which is no requirement"
                self._faults.add("requirement", message, f"{place}.dependencies")
                continue
            needed = tuple(f"+{normal(extra)}" for extra in asked.extras)
            if normal(asked.name) == own:
                _switch_on(package, parts, needed)
                continue
            address = bare_download(asked.url) if asked.url else None
            told = rest(asked.extras, asked.specifier, asked.marker, address)
            targets = self._graph.meant(asked.name, asked.specifier)
            for target in targets:
                package.add(Need(parts, target, needed, edge(package, target, asked.name, told, parts[0])))
            if not targets:
                if asked.marker is None:
                    message = f"has no package for {asked.name[:120]!r}, which {package.name[:80]!r} needs"
                    self._faults.add("unresolved", message, f"{place}.dependencies")
                package.add(Need(parts, None, (), edge(package, None, asked.name, told, parts[0])))

    def _old_needs(self, package: Package, needs: Table, place: str) -> None:
        """What a package needs as the first versions wrote it: constraints by name."""
        for name, said in needs.items():
            ask = specified("", name, said)
            if ask is None:
                self._faults.add("wrong-type", "holds no dependency there", f"{place}.{name}"[:300], "error")
                continue
            for target in self._graph.meant(name, ask.constraint):
                package.add(Need(("",), target, (), edge(package, target, name, ask.text, "")))


def _switch_on(package: Package, parts: tuple[str, ...], extras: tuple[str, ...]) -> None:
    """An extra that brings in other extras of the same package; that is no edge."""
    for part in parts:
        package.parts.setdefault(part, []).append(
            Need((part,), package, extras, edge(package, package, package.name, None, part))
        )
