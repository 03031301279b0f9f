# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""NuGet's `packages.lock.json` → evidence: what each target framework and runtime needs."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.lockfiles._json_document import Records

_NEWEST = 2
_SHA512 = 64
_KINDS = {"direct", "transitive", "project", "centraltransitive"}


class _Package(msgspec.Struct, gc=False, rename={"content_hash": "contentHash"}):
    """One package of one target, as the document writes it."""

    type: str | None = None
    requested: str | None = None
    resolved: str | None = None
    content_hash: str | None = None
    dependencies: dict[str, str] | None = None


_Target = dict[str, _Package]


class _Found(NamedTuple):
    component: Component
    targets: list[str]


class PackagesLockJsonCollector(Collector):
    """NuGet's lockfile.

    A package that several target frameworks or runtimes use in one version is one component, with the
    targets as properties; what is direct in one target is direct. Projects are the project's own and fold
    into it, so what they need is direct, too. The lock for a runtime lists only what differs from its
    framework's; whatever is missing there is looked up in that. The format has no scopes.
    """

    id = "packages_lock_json"
    title = "NuGet lockfile"
    reads = "packages.lock.json of versions 1 and 2, and packages.*.lock.json."
    limits = (
        "The format doesn't tell what only development needs, nor licences. The folder's name is the only "
        "name that it has."
    )
    names = ("packages.lock.json", "packages.*.lock.json")

    def read(self, document: Document) -> Reading:
        """Read one lockfile."""
        from umbel.collect.lockfiles._json_document import Records

        faults = Faults()
        records = Records(document, faults, "NuGet")
        sections = records.sections()
        if not sections.keys() & {"dependencies", "version"}:
            raise UnreadableError("not-nuget", "is JSON, but no lockfile of NuGet")
        version = records.value(sections.get("version", b"null"), int | None, "$.version")
        lock = _Lock(faults)
        targets = records.members(sections.get("dependencies", b"{}"), "$.dependencies")
        for name, raw in targets.items():
            place = f'$.dependencies["{name[:120]}"]'
            lock.add(name, _target(records, raw, place), place)
        reading = Reading(format=_format(version, faults))
        lock.fill(reading)
        return reading


_target_decoder = msgspec.json.Decoder(_Target)


def _target(records: Records, raw: msgspec.Raw, place: str) -> _Target:
    """The packages of one target; where they aren't sound, those that are."""
    try:
        return _target_decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        items = records.members(raw, place)
    found = {name: records.record(item, _Package, f'{place}["{name[:120]}"]') for name, item in items.items()}
    return {name: package for name, package in found.items() if package is not None}


def _format(version: int | None, faults: Faults) -> str:
    if version is None:
        faults.add("lockfile-version", "doesn't say its version", "$.version", "note")
        return "packages.lock.json"
    if not 1 <= version <= _NEWEST:
        message = f"has {str(version)[:20]} as version, which is none of 1 to {_NEWEST}"
        faults.add("lockfile-version", message, "$.version")
    return f"packages.lock.json {str(version)[:20]}"


class _Lock:
    """The packages of all targets, and who needs whom."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._targets: dict[str, tuple[_Target, str]] = {}
        self._named: dict[str, dict[str, str | None]] = {}
        self._found: dict[str, _Found] = {}
        self._own: set[str] = set()

    def add(self, target: str, packages: _Target, place: str) -> None:
        """Take the packages of one target."""
        self._targets[target] = (packages, place)
        named = self._named.setdefault(target, {})
        for name, package in packages.items():
            kind = (package.type or "").lower()
            where = f'{place}["{name[:120]}"]'
            if not name:
                self._faults.add("nameless", "has a package without name", where, "error")
                continue
            if kind not in _KINDS:
                message = f"has {(package.type or '')[:40]!r}, which is no kind of dependency that is known"
                self._faults.add("kind", message, where)
            if kind == "project":
                self._own.add(name.lower())
                named[name.lower()] = None
            else:
                named[name.lower()] = self._take(target, name, package, where)

    def fill(self, reading: Reading) -> None:
        """Give a reading its components, edges and faults."""
        reading.components = [
            msgspec.structs.replace(component, properties=tuple(("target", target) for target in targets))
            for component, targets in self._found.values()
        ]
        roots: dict[Edge, None] = {}
        edges: dict[Edge, None] = {}
        for target in self._targets:
            for edge in self._edges(target):
                (roots if edge.source is None else edges)[edge] = None
        reading.edges = [*roots, *edges]
        if self._own:
            self._faults.add("modules", own_packages("names", len(self._own)), "", "note")
        reading.faults = self._faults.list()

    def _take(self, target: str, name: str, package: _Package, place: str) -> str:
        """The ref of a package's component, which is made for the first target that has it."""
        version = package.resolved or None
        ref = f"{name.lower()}@{version}" if version else name.lower()
        known = self._found.get(ref)
        if known is None:
            self._found[ref] = _Found(self._component(ref, name, version, package, place), [target])
        else:
            if known.targets[-1] != target:
                known.targets.append(target)
            hashes = self._hashes(package.content_hash, place)
            if hashes != known.component.hashes:
                message = f"has {ref[:160]!r} with another digest than before"
                self._faults.add("hash-conflict", message, place)
        return ref

    def _component(
        self, ref: str, name: str, version: str | None, package: _Package, place: str
    ) -> Component:
        if version is None:
            self._faults.add("no-version", "has a package without version", place)
        try:
            purl = make("nuget", None, name, version)
        except PurlError as error:
            self._faults.add("purl", f"has a package {name[:120]!r}, which no purl can name: {error}", place)
            purl = None
        return Component(
            ref=ref,
            package=purl.package if purl else unidentified(name),
            version=version,
            purl=purl.purl if purl else None,
            type="library",
            name=name,
            hashes=self._hashes(package.content_hash, place),
        )

    def _hashes(self, content: str | None, place: str) -> Pairs:
        """The archive's SHA-512 in hexadecimal from the field's base64."""
        if not content:
            return ()
        try:
            raw = a2b_base64(content, strict_mode=True)
        except (Base64Error, ValueError):
            raw = b""
        if len(raw) == _SHA512:
            return (("sha512", raw.hex()),)
        message = f"has {content[:140]!r}, which is no digest, as contentHash"
        self._faults.add("hash", message, f"{place}.contentHash", "error")
        return ()

    # -- edges

    def _edges(self, target: str) -> Iterator[Edge]:
        packages, place = self._targets[target]
        for name, package in packages.items():
            ref = self._named[target].get(name.lower())
            kind = (package.type or "").lower()
            if kind == "direct" and ref is not None:
                yield self._edge(None, ref, name, package.requested)
            if kind != "project" and ref is None:
                continue
            for need, version in (package.dependencies or {}).items():
                known, resolved = self._meant(target, need)
                if not known:
                    message = f"has no package for {need[:120]!r}, which {name[:120]!r} needs"
                    self._faults.add("unresolved", message, f'{place}["{name[:120]}"]')
                if not known or resolved is not None:
                    yield self._edge(ref if kind != "project" else None, resolved, need, version)

    def _meant(self, target: str, name: str) -> tuple[bool, str | None]:
        """Whether a name is known in a target or its framework, and its ref; None for a project."""
        name = name.lower()
        for key in (target, target.partition("/")[0]):
            named = self._named.get(key, {})
            if name in named:
                return True, named[name]
        return False, None

    def _edge(self, source: str | None, ref: str | None, name: str, requirement: str | None) -> Edge:
        known = self._found[ref].component if ref is not None else None
        return Edge(
            source=source,
            target=ref,
            package=known.package if known else _package(name),
            requirement=requirement or None,
            pinned=True if known else None,
        )


def _package(name: str) -> str:
    try:
        return make("nuget", None, name).package
    except PurlError:
        return unidentified(name)
