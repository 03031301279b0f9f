# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rust's `Cargo.lock` → evidence, with the scopes of the `Cargo.toml` files beside it.

Cargo writes the file in one fixed form, which is read line by line, ten times faster than any TOML;
whatever isn't in that form is read as TOML.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import msgspec

from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._sources import bare_url, git_address
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.collect.lockfiles._cargo_manifests import Ask, Manifests

_HEAD = re.compile(r"(?:#[^\n]*\n|\n)*(?:version = (\d{1,9})\n\n?)?")
_BLOCK = re.compile(
    r'\[\[package\]\]\nname = "([^"\\\n]+)"\nversion = "([^"\\\n]+)"\n'
    r'(?:source = "([^"\\\n]+)"\n)?(?:checksum = "([^"\\\n]+)"\n)?'
    r'(?:dependencies = \[\n((?: "[^"\\\n]+",\n)*)\]\n)?(?:\n|\Z)'
)
_METADATA = re.compile(r"\[metadata\]\n")
_CHECKSUM = re.compile(r'"checksum ([^"\\\n]+)" = "([^"\\\n]+)"\n')
_TEXT = re.compile(r'"([^"]*)"')
_NEED = re.compile(r"([^\s()]+)(?: ([^\s()]+))?(?: \(([^()\s]*)\))?")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_CRATES_IO = re.compile(
    r"registry\+https://github\.com/rust-lang/crates\.io-index|sparse\+https://index\.crates\.io/?"
)
_NEWEST = 4
_STRENGTH = ("runtime", None, "build", "test", "development", "optional")
"""Scopes in the order in which they win; one that isn't known may be the strongest but runtime."""


class _Package(NamedTuple):
    """One package as the lockfile has it; `ref` is its id as version 1 wrote it in full."""

    name: str
    version: str
    source: str | None
    checksum: str | None
    needs: tuple[str, ...]
    place: str
    ref: str


class _Parsed(NamedTuple):
    version: int
    packages: list[_Package]
    replaced: dict[str, str]


class CargoLockCollector(Collector):
    """Cargo's lockfile.

    Packages without source are the project's own (its workspace, and crates taken by path) and fold
    into it. Scopes come from the manifests: dependencies are runtime, those that a feature switches
    on are optional. A transitive package has the strongest scope of the roots that reach it, in the
    order runtime, build, development, optional; unknown where a root whose manifest is missing reaches
    it and no runtime root does.
    """

    id = "cargo_lock"
    title = "Cargo lockfile"
    reads = "Cargo.lock of versions 1 to 4, with the Cargo.toml files of its workspace."
    limits = (
        "What other packages need only to be built is not told apart from what they need to run. "
        "Without Cargo.toml no scopes are known. Members that a workspace lists with ** are not found."
    )
    names = ("cargo.lock",)
    companions = ("Cargo.toml",)

    def __init__(self) -> None:
        """Nothing read yet."""
        self._last: tuple[ref[Document], Manifests] | None = None

    def fingerprint(self, document: Document) -> str:
        """Over the lockfile and every manifest of its workspace."""
        digest = hashlib.sha256(document.data)
        digest.update(self._manifests(document).digest())
        return digest.hexdigest()

    def read(self, document: Document) -> Reading:
        """Read one lockfile and the manifests that belong to it."""
        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        parsed = _parse(data.decode("utf-8", "replace").replace("\r\n", "\n"), faults)
        return _Graph(parsed, self._manifests(document), faults).reading()

    def _manifests(self, document: Document) -> Manifests:
        """Read once for both the hash and the evidence."""
        from umbel.collect.lockfiles._cargo_manifests import Manifests

        if self._last is None or self._last[0]() is not document:
            self._last = (ref(document), Manifests(document))
        return self._last[1]


# -- the document


def _parse(text: str, faults: Faults) -> _Parsed:
    from umbel.collect.lockfiles._toml import toml_tree

    return _canonical(text) or _tolerant(toml_tree(text), faults)


def _canonical(text: str) -> _Parsed | None:
    """The document as Cargo itself writes it; None if it has any other form."""
    head = _HEAD.match(text)
    at = head.end() if head else 0
    packages: list[_Package] = []
    while block := _BLOCK.match(text, at):
        name, version, source, checksum, needs = block.groups()
        listed = tuple(_TEXT.findall(needs)) if needs else ()
        place, id_ = f"$.package[{len(packages)}]", f"{name} {version} ({source})"
        packages.append(_Package(name, version, source, checksum, listed, place, id_))
        at = block.end()
    checksums = {}
    if metadata := _METADATA.match(text, at):
        at = metadata.end()
        while line := _CHECKSUM.match(text, at):
            checksums[line[1]] = line[2]
            at = line.end()
    if at != len(text) or not packages:
        return None
    return _Parsed(int((head and head[1]) or (1 if checksums else 2)), _checked(packages, checksums), {})


def _checked(packages: list[_Package], checksums: dict[str, str]) -> list[_Package]:
    """With the checksums that version 1 keeps apart."""
    if not checksums:
        return packages
    return [p._replace(checksum=p.checksum or checksums.get(p.ref)) for p in packages]


def _tolerant(tree: dict[str, Any], faults: Faults) -> _Parsed:
    """The same from any TOML, record by record; what is unsound is left out with a fault."""
    items = tree.get("package", [])
    if not tree.keys() & {"package", "root", "version", "metadata", "patch"}:
        raise UnreadableError("not-cargo", "is TOML, but no lockfile of Cargo")
    if not isinstance(items, list):
        faults.add("wrong-type", "holds something else where a list of packages is due", "$.package", "error")
        items = []
    replaced: dict[str, str] = {}
    packages = []
    places = [("$.root", tree["root"])] if "root" in tree else []
    for place, item in [*places, *((f"$.package[{i}]", item) for i, item in enumerate(items))]:
        package = _package(item, place, faults, replaced)
        if package is not None:
            packages.append(package)
    metadata = tree.get("metadata")
    checksums = {
        key.removeprefix("checksum "): value
        for key, value in (metadata.items() if isinstance(metadata, dict) else ())
        if isinstance(value, str) and key.startswith("checksum ")
    }
    said, version = tree.get("version"), 1 if checksums else 2
    if isinstance(said, int) and said > 0 and said is not True:
        version = said
    return _Parsed(version, _checked(packages, checksums), replaced)


def _package(item: Any, place: str, faults: Faults, replaced: dict[str, str]) -> _Package | None:
    if not isinstance(item, dict):
        faults.add("wrong-type", "holds something else where a package is due", place, "error")
        return None
    texts: dict[str, str | None] = {}
    for key in ("name", "version", "source", "checksum", "replace"):
        value = item.get(key)
        texts[key] = value if isinstance(value, str) and value else None
        if value is not None and texts[key] is None:
            faults.add("wrong-type", "holds something else where text is due", f"{place}.{key}", "error")
    name, version = texts["name"], texts["version"]
    if name is None or version is None:
        faults.add("nameless", "has a package without name or version", place, "error")
        return None
    needs = item.get("dependencies", [])
    sound = [need for need in needs if isinstance(need, str)] if isinstance(needs, list) else []
    if not isinstance(needs, list) or len(sound) != len(needs):
        message = "holds something else where a dependency is due"
        faults.add("wrong-type", message, f"{place}.dependencies", "error")
    id_ = f"{name} {version} ({texts['source']})"
    package = _Package(name, version, texts["source"], texts["checksum"], tuple(sound), place, id_)
    if texts["replace"]:
        replaced[package.ref] = texts["replace"]
    return package


# -- the evidence


class _Graph:
    """The packages of one lockfile, and who needs whom."""

    def __init__(self, parsed: _Parsed, manifests: Manifests, faults: Faults) -> None:
        self._parsed = parsed
        self._manifests = manifests
        self._faults = faults
        self._own = [p for p in parsed.packages if p.source is None]
        self._foreign: dict[str, _Package] = {}
        self._packages: dict[str, str] = {}
        self._named: dict[str | tuple[str | None, ...], list[_Package]] = {}
        for package in parsed.packages:
            name, version = package.name, package.version
            for key in (name, (name, version), (name, version, _place(package.source))):
                self._named.setdefault(key, []).append(package)

    def reading(self) -> Reading:
        """Components and edges, with scopes where manifests give them."""
        version = self._parsed.version
        if version > _NEWEST:
            message = f"is of version {str(version)[:20]}, newer than {_NEWEST}"
            self._faults.add("lockfile-version", message, "$.version")
        components = list(self._components())
        edges = [*self._root_edges(), *self._edges()]
        scopes = _scopes(edges, self._manifests.asks)
        if scopes:
            components = [_scoped(c, scopes.get(c.ref)) for c in components]
        reading = Reading(format=f"Cargo.lock {version}", components=components, edges=edges)
        self._subject(reading)
        for fault in self._manifests.faults.list():
            self._faults.add(fault.code, fault.message, fault.place, fault.level)
        if len(self._own) > 1:
            self._faults.add("modules", own_packages("names", len(self._own)), "", "note")
        reading.faults = self._faults.list()
        return reading

    def _subject(self, reading: Reading) -> None:
        """The package of the manifest beside the lockfile, or the only one of its own."""
        main = [p for p in self._own if p.name == self._manifests.main or len(self._own) == 1]
        if main:
            reading.subject, reading.subject_version = main[0].name, main[0].version
            try:
                reading.subject_purl = make("cargo", None, main[0].name, main[0].version).purl
            except PurlError:
                reading.subject_purl = None

    def _components(self) -> Iterator[Component]:
        for package in self._parsed.packages:
            ref_ = package.ref
            if package.source is None or ref_ in self._parsed.replaced:
                continue
            if ref_ in self._foreign:
                self._faults.add("duplicate", f"lists {ref_[:160]!r} again", package.place)
                continue
            self._foreign[ref_] = package
            component = self._component(package, package.source)
            self._packages[ref_] = component.package
            yield component

    def _component(self, package: _Package, source: str) -> Component:
        urls, qualifiers = _origin(source)
        try:
            purl = make("cargo", None, package.name, package.version, qualifiers)
        except PurlError as error:
            message = f"has a package {package.name[:120]!r}, which no purl can name: {error}"
            self._faults.add("purl", message, package.place)
            purl = None
        return Component(
            ref=package.ref,
            package=purl.package if purl else unidentified(package.name),
            version=package.version,
            purl=purl.purl if purl else None,
            type="library",
            name=package.name,
            hashes=self._hashes(package),
            urls=urls,
        )

    def _hashes(self, package: _Package) -> Pairs:
        if package.checksum is None or package.checksum == "<none>":
            return ()
        if _SHA256.fullmatch(package.checksum):
            return (("sha256", package.checksum.lower()),)
        message = f"has {package.checksum[:80]!r}, which is no SHA-256, as checksum"
        self._faults.add("hash", message, f"{package.place}.checksum", "error")
        return ()

    # -- edges

    def _root_edges(self) -> list[Edge]:
        """What the project's own packages need, as their manifests state it."""
        found: dict[Edge, None] = {}
        for package in self._own:
            asks = self._manifests.asks.get(package.name, {})
            for need, target in self._needs(package):
                if target is not None and target.source is None:
                    continue
                name = target.name if target else need
                version = target.version if target else None
                for ask in _meant(asks.get(name, []), version):
                    found[self._edge(None, name, target, ask)] = None
        return list(found)

    def _edges(self) -> Iterator[Edge]:
        for ref_, package in self._foreign.items():
            for need, target in self._needs(package):
                if target is None or target.source is not None:
                    yield self._edge(ref_, target.name if target else need, target, None)

    def _edge(self, source: str | None, name: str, target: _Package | None, ask: Ask | None) -> Edge:
        known = self._packages.get(target.ref) if target else None
        if target is None or known is None:
            return Edge(source=source, package=_package_key(name), **_asked(ask))
        if ask is None:
            return Edge(source=source, target=target.ref, package=known, pinned=True)
        return Edge(source=source, target=target.ref, package=known, pinned=True, **_asked(ask))

    def _needs(self, package: _Package) -> Iterator[tuple[str, _Package | None]]:
        """Each dependency's name and the package that it means; None where that is not clear."""
        for need in dict.fromkeys(package.needs):
            target = self._meant(need)
            if target is not None and target.ref in self._parsed.replaced:
                target = self._meant(self._parsed.replaced[target.ref])
            if target is None:
                message = f"has no single package for {need[:160]!r}, which {package.name[:80]!r} needs"
                self._faults.add("unresolved", message, f"{package.place}.dependencies")
            yield need.partition(" ")[0], target

    def _meant(self, need: str) -> _Package | None:
        """The package of a name; version and source are only written where they tell several apart."""
        found = self._named.get(need)
        if found is None:
            match = _NEED.fullmatch(need)
            name, version, source = match.groups() if match else (need, None, None)
            found = self._named.get((name, version) if version else name, [])
            if len(found) > 1:
                found = self._named.get((name, version, _place(source)), [])
        return found[0] if len(found) == 1 else None


def _place(source: str | None) -> str | None:
    """A git source may be written without the commit that it was locked to."""
    return source.partition("#")[0] if source else None


def _meant(asks: list[Ask], version: str | None) -> Iterable[Ask | None]:
    """The manifest's lines that a locked version may come from; `(None,)` if there is none."""
    fitting = [ask for ask in asks if version is None or ask.fits(version)]
    return fitting or asks or (None,)


def _origin(source: str) -> tuple[Pairs, dict[str, str] | None]:
    """Where a package was taken from, and qualifiers if that was not crates.io."""
    if _CRATES_IO.fullmatch(source):
        return (), None
    kind, address = _split(source)
    if kind == "git":
        head, mark, commit = address.partition("#")
        place = git_address(f"git+{head.partition('?')[0]}{mark}{commit}")
        return (("vcs", place),), {"vcs_url": place}
    return (), {"repository_url": address}


def _split(source: str) -> tuple[str, str]:
    """Kind and address of a source, without credentials."""
    kind, _, address = source.partition("+")
    return kind, bare_url(address)


def _asked(ask: Ask | None) -> dict[str, Any]:
    """The fields of an edge that a manifest gives."""
    return {"scope": ask.scope, "requirement": ask.requirement, "optional": ask.optional} if ask else {}


def _package_key(name: str) -> str:
    try:
        return make("cargo", None, name).package
    except PurlError:
        return unidentified(name)


# -- scopes


def _scopes(edges: list[Edge], asks: dict[str, dict[str, list[Ask]]]) -> dict[str, str | None]:
    """The strongest scope by which each package is reached; empty where no manifest gives any."""
    if not asks:
        return {}
    needs: dict[str | None, list[Edge]] = {}
    for edge in edges:
        needs.setdefault(edge.source, []).append(edge)
    found: dict[str, str | None] = {}
    for scope in _STRENGTH:
        todo = [e.target for e in needs.get(None, ()) if e.scope == scope and e.target is not None]
        while todo:
            target = todo.pop()
            if target not in found:
                found[target] = scope
                todo += [e.target for e in needs.get(target, ()) if e.target is not None]
    return found


def _scoped(component: Component, scope: str | None) -> Component:
    return msgspec.structs.replace(component, scope=scope) if scope else component
