# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""uv's `uv.lock` → evidence: every fork of the resolution, with who needs what, and what for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect._python import (
    MOST_FORKS,
    MOST_HASHES,
    digests,
    fragment,
    identify,
    index_origin,
    normal,
    package_key,
    vcs_address,
)
from umbel.collect._python_requirement import rest
from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._sources import bare_download
from umbel.collect.lockfiles._toml_fields import Fields, Table
from umbel.model.purl import unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEWEST = 1
_OWN = ("editable", "virtual", "directory")
"""Sources that are folders of source code: the project itself, or other packages of its own."""
_STRENGTH = ("runtime", "development", "optional")
"""Scopes in the order in which they win."""


class UvLockCollector(Collector):
    """uv's lockfile.

    Packages taken from a folder (workspace members, editable, virtual) are the project's own and fold
    into it; an archive in a folder is a package like any other. The members' dependencies are runtime,
    their dependency groups development, their extras optional. A transitive package has the strongest
    scope of the roots that reach it, in the order runtime, development, optional; an extra that a
    runtime dependency switches on counts as runtime. Of a package's digests the source archive's and
    the first wheels' are kept, 12 in all.
    """

    id = "uv_lock"
    title = "uv lockfile"
    reads = "uv.lock of version 1 in all its revisions, and the locks of single scripts (*.py.lock)."
    limits = (
        "Which of several versions is installed depends on the platform: all are listed. Licences are not "
        "in it. "
        f"At most {MOST_HASHES} digests of a package are kept."
    )
    names = ("uv.lock", "*.py.lock")

    def read(self, document: Document) -> Reading:
        """Read one lockfile."""
        from umbel.collect.lockfiles._quick_toml import read_toml

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        tree = read_toml(data.decode("utf-8", "replace"))
        if not tree.keys() & {"version", "package", "manifest"}:
            raise UnreadableError("not-uv", "is TOML, but no lockfile of uv")
        return _Lock(tree, faults).reading()


class _Package:
    """One package of the lock, and what it needs."""

    __slots__ = (
        "component",
        "item",
        "kind",
        "name",
        "needs",
        "own",
        "parts",
        "place",
        "ref",
        "source",
        "version",
    )

    def __init__(self, item: Table, name: str, version: str | None, source: Table, place: str) -> None:
        self.item, self.name, self.version, self.source, self.place = item, name, version, source, place
        self.kind = next(iter(source), "")
        self.own = self.kind in _OWN
        self.ref = f"{name}@{version}" if version else name
        self.component: Component | None = None
        self.needs: list[_Need] = []
        self.parts: dict[str, list[_Need]] = {}


class _Need:
    """One dependency: `part` is "" for the package itself, else `+extra` or `-group`."""

    __slots__ = ("edge", "extras", "part", "target")

    def __init__(self, part: str, target: _Package | None, extras: list[str], edge: Edge) -> None:
        self.part, self.target, self.extras, self.edge = part, target, extras, edge


class _Lock:
    """The packages of one lockfile, and who needs whom."""

    def __init__(self, tree: Table, faults: Faults) -> None:
        self._tree = tree
        self._faults = faults
        self._fields = Fields(faults)
        self._packages: list[_Package] = []
        self._named: dict[str, list[_Package]] = {}
        self._refs: set[str] = set()
        for place, item in self._fields.tables(tree, "package", "$"):
            self._add(item, place)
        self._own = [package for package in self._packages if package.own]

    def _add(self, item: Table, place: str) -> None:
        name = self._fields.text(item, "name", place)
        if name is None:
            self._faults.add("nameless", "has a package without name", place, "error")
            return
        version = self._fields.text(item, "version", place)
        package = _Package(item, name, version, self._fields.table(item, "source", place), place)
        if version is None and not package.own:
            self._faults.add("no-version", "has a package without version", place)
        others = self._named.setdefault(normal(name), [])
        if package.ref in self._refs:
            package.ref += f" ({package.kind} {len(self._packages)})"
        self._refs.add(package.ref)
        others.append(package)
        self._packages.append(package)

    def reading(self) -> Reading:
        """Components and edges, with their scopes."""
        foreign = [package for package in self._packages if not package.own]
        for package in foreign:
            package.component = self._component(package)
        for package in self._packages:
            package.needs = list(self._needs(package))
            for need in package.needs:
                package.parts.setdefault(need.part, []).append(need)
        asked = list(self._manifest())
        scopes = _scopes(self._own, asked)
        reading = Reading(format=self._format())
        reading.components = [_scoped(package, scopes.get(package)) for package in foreign]
        reading.edges = list(self._edges(foreign, asked))
        self._subject(reading)
        reading.faults = self._faults.list()
        return reading

    def _format(self) -> str:
        version, revision = self._tree.get("version"), self._tree.get("revision")
        if not isinstance(version, int) or isinstance(version, bool):
            self._faults.add("lockfile-version", "doesn't say its version", "$.version", "note")
            return "uv.lock"
        if version > _NEWEST:
            said = f"is of version {str(version)[:20]}, newer than {_NEWEST}"
            self._faults.add("lockfile-version", said, "$.version")
        known = isinstance(revision, int) and 0 <= revision < 1000
        return f"uv.lock {str(version)[:20]}" + (f".{revision}" if known else "")

    def _subject(self, reading: Reading) -> None:
        """The name of the project, if its only package of its own lies beside the lockfile."""
        own = self._own[0] if self._own else None
        if own is not None and len(self._own) == 1 and own.source[own.kind] == ".":
            purl = identify(own.name, own.version, None, self._faults, own.place)
            reading.subject, reading.subject_version = own.name, own.version
            reading.subject_purl = purl.purl if purl else None
        elif self._own:
            self._faults.add("modules", own_packages("names", len(self._own)), "", "note")

    # -- components

    def _component(self, package: _Package) -> Component:
        origin, urls, location = self._origin(package)
        purl = identify(package.name, package.version, origin, self._faults, package.place)
        forks = self._fields.texts(package.item, "resolution-markers", package.place)
        return Component(
            ref=package.ref,
            package=purl.package if purl else unidentified(package.name),
            version=package.version,
            purl=purl.purl if purl else None,
            type="library",
            name=package.name,
            hashes=digests(self._hashes(package), self._faults, package.place),
            urls=urls,
            properties=tuple(("resolution-marker", fork) for fork in forks[:MOST_FORKS]),
            location=location,
        )

    def _hashes(self, package: _Package) -> Iterator[str]:
        """Digests as written: of the source archive, of the wheels, or of an archive named by its source."""
        sdist, wheels = package.item.get("sdist"), package.item.get("wheels", [])
        if not isinstance(wheels, list):
            wheels = list(self._fields.tables(package.item, "wheels", package.place))
        for archive in (sdist, *wheels):
            said = archive.get("hash") if isinstance(archive, dict) else None
            if isinstance(said, str):
                yield said

    def _origin(self, package: _Package) -> tuple[dict[str, str] | None, Pairs, str | None]:
        """Qualifiers, addresses and place of where a package is taken from."""
        where = f"{package.place}.source"
        address = self._fields.text(package.source, package.kind, where) if package.kind else None
        if address is None:
            self._faults.add("no-source", "has a package that comes from nowhere", package.place)
        elif package.kind == "git":
            head, _, commit = address.partition("#")
            folder = fragment(f"#{head.partition('?')[2]}", "subdirectory")
            place = vcs_address(head if head.startswith("git+") else f"git+{head}", commit, folder)
            return {"vcs_url": place}, (("vcs", place),), None
        elif package.kind == "url":
            place = bare_download(address).partition("#")[0]
            return {"download_url": place}, (("distribution", place),), None
        elif package.kind == "path":
            return None, (), address
        elif package.kind == "registry":
            return index_origin(address), (), None
        else:
            message = f"takes a package from {package.kind[:40]!r}, which is no source that is known"
            self._faults.add("no-source", message, where)
        return None, (), None

    # -- edges

    def _needs(self, package: _Package) -> Iterator[_Need]:
        """What a package needs, for itself, for its extras and for its groups."""
        asked = self._asked(package) if package.own else {}
        for part, place, item in self._listed(package):
            need = self._need(package, part, item, place, asked)
            if need is not None:
                target, extras, requirement = need
                name = self._fields.text(item, "name", place) or ""
                edge = _edge(None if package.own else package.ref, target, name, requirement, part)
                yield _Need(part, target, extras, edge)

    def _listed(self, package: _Package) -> Iterator[tuple[str, str, Table]]:
        """Each dependency's part of the package, its path and its record."""
        fields, item, where = self._fields, package.item, package.place
        if "dependencies" in item:
            for place, need in fields.tables(item, "dependencies", where):
                yield "", place, need
        for key, mark in (("optional-dependencies", "+"), ("dev-dependencies", "-")):
            if key in item:
                parts = fields.table(item, key, where)
                for part in parts:
                    for place, need in fields.tables(parts, part, f"{where}.{key}"):
                        yield mark + part, place, need

    def _need(
        self, package: _Package, part: str, item: Table, place: str, asked: dict[tuple[str, str], list[Table]]
    ) -> tuple[_Package | None, list[str], str | None] | None:
        name = self._fields.text(item, "name", place)
        if name is None:
            self._faults.add("nameless", "has a dependency without name", place, "error")
            return None
        target = self._meant(item, name, place)
        extras = self._fields.texts(item, "extra", place) if "extra" in item else []
        marker = item.get("marker")
        marker = marker if isinstance(marker, str) else None
        wish = asked.get((part, normal(name)), ()) if package.own else ()
        if len(wish) == 1:
            return target, extras, self._text(wish[0], extras, marker, place)
        return target, extras, rest(tuple(extras), None, marker)

    def _meant(self, item: Table, name: str, place: str) -> _Package | None:
        """The package of a name; version and source are written only where they tell several apart."""
        found = self._named.get(normal(name), [])
        if len(found) > MOST_FORKS:
            found = []
        for key in ("version", "source"):
            said = item.get(key)
            if len(found) > 1 and said is not None:
                found = [package for package in found if (package.item.get(key)) == said]
        if len(found) == 1:
            return found[0]
        self._faults.add("unresolved", f"has no single package for {name[:120]!r}", place)
        return None

    def _asked(self, package: _Package) -> dict[tuple[str, str], list[Table]]:
        """What the manifest of one of the project's own packages asks for, by part and name."""
        place = f"{package.place}.metadata"
        metadata = self._fields.table(package.item, "metadata", package.place)
        found: dict[tuple[str, str], list[Table]] = {}
        for _, wish in self._fields.tables(metadata, "requires-dist", place):
            name, marker = wish.get("name"), wish.get("marker")
            if isinstance(name, str):
                for part in _extras_of(marker if isinstance(marker, str) else ""):
                    found.setdefault((part, normal(name)), []).append(wish)
        groups = self._fields.table(metadata, "requires-dev", place)
        for group in groups:
            for _, wish in self._fields.tables(groups, group, f"{place}.requires-dev"):
                if isinstance(wish.get("name"), str):
                    found.setdefault((f"-{group}", normal(wish["name"])), []).append(wish)
        return found

    def _text(self, wish: Table, extras: list[str], marker: str | None, place: str) -> str | None:
        """A requirement as a manifest states it, without the name."""
        specifier = self._fields.text(wish, "specifier", place)
        address = next((wish[k] for k in ("git", "url", "path") if isinstance(wish.get(k), str)), None)
        bare = bare_download(address).partition("#")[0] if address else None
        return rest(tuple(extras), None if specifier == "*" else specifier, marker, bare)

    def _manifest(self) -> Iterator[_Need]:
        """What a script, or a project that is no package, asks for."""
        manifest = self._fields.table(self._tree, "manifest", "$")
        groups = self._fields.table(manifest, "dependency-groups", "$.manifest")
        lists = [(manifest, "requirements", "$.manifest", "")]
        lists += [(groups, group, "$.manifest.dependency-groups", f"-{group}") for group in groups]
        for table, key, where, part in lists:
            for place, wish in self._fields.tables(table, key, where):
                name = self._fields.text(wish, "name", place) or ""
                extras = self._fields.texts(wish, "extras", place)
                marker = self._fields.text(wish, "marker", place)
                found = self._named.get(normal(name), [])[:MOST_FORKS]
                targets: list[_Package | None] = [*found] or [None]
                for target in targets:
                    text = self._text(wish, extras, marker, place)
                    yield _Need(part, target, extras, _edge(None, target, name, text, part))
                if not found:
                    self._faults.add("unresolved", f"has no package for {name[:120]!r}", place)

    def _edges(self, foreign: list[_Package], asked: list[_Need]) -> Iterator[Edge]:
        roots = [need for package in self._own for need in package.needs] + asked
        yield from dict.fromkeys(n.edge for n in roots if n.target is None or not n.target.own)
        for package in foreign:
            for need in package.needs:
                if need.target is None or not need.target.own:
                    yield need.edge


def _edge(source: str | None, target: _Package | None, name: str, requirement: str | None, part: str) -> Edge:
    known = target.component if target is not None else None
    return Edge(
        source=source,
        target=known.ref if known else None,
        package=known.package if known else package_key(name),
        requirement=requirement,
        scope=_scope_of(part),
        optional=part[:1] == "+",
        pinned=True if known else None,
    )


def _extras_of(marker: str) -> list[str]:
    """The parts (`+extra`) that a requirement belongs to; the package itself if it names none."""
    found = []
    for piece in marker.split("extra ==")[1:]:
        text = piece.lstrip()
        end = text.find(text[:1], 1) if text[:1] in {"'", '"'} else -1
        if end > 0:
            found.append(f"+{text[1:end]}")
    return found or [""]


# -- scopes


def _scope_of(part: str) -> str:
    """What a part of one of the project's own packages is for."""
    return {"": "runtime", "+": "optional"}.get(part[:1], "development")


def _scopes(own: list[_Package], asked: list[_Need]) -> dict[_Package, str]:
    """The strongest scope by which each package is reached."""
    starts: dict[str, list[tuple[_Package, str]]] = {scope: [] for scope in _STRENGTH}
    for package in own:
        starts["runtime"].append((package, ""))
        for part in package.parts.keys() - {""}:
            starts[_scope_of(part)].append((package, part))
    for need in asked:
        starts[_scope_of(need.part)] += _reached(need)
    found: dict[_Package, str] = {}
    seen: set[tuple[_Package, str]] = set()
    for scope in _STRENGTH:
        todo = starts[scope]
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            package, part = state
            found.setdefault(package, scope)
            for need in package.parts.get(part, ()):
                todo += _reached(need)
    return found


def _reached(need: _Need) -> list[tuple[_Package, str]]:
    if need.target is None:
        return []
    return [(need.target, ""), *((need.target, f"+{extra}") for extra in need.extras)]


def _scoped(package: _Package, scope: str | None) -> Component:
    import msgspec

    component = package.component
    if component is None:  # pragma: no cover - every foreign package has one
        raise ValueError(package.ref)
    return msgspec.structs.replace(component, scope=scope) if scope else component
