# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""PHP's `composer.lock` → evidence, with the composer.json beside it for what is asked for directly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._sources import bare_download, bare_url, beside
from umbel.model.purl import Purl, PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.lockfiles._json_document import Records

_FILE = "composer.json"
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_VCS = {"git", "hg", "svn", "fossil", "perforce"}
_MOST_PROVIDERS = 100
Texts = dict[str, str] | None


class _Source(msgspec.Struct, gc=False):
    """Where a package's source code lies."""

    type: str | None = None
    url: str | None = None
    reference: str | None = None


class _Dist(msgspec.Struct, gc=False):
    """Where a package's archive lies."""

    type: str | None = None
    url: str | None = None
    shasum: str | None = None


class _Package(msgspec.Struct, gc=False, rename={"notification": "notification-url"}):
    """One package: the fields that hold evidence."""

    name: str | None = None
    version: str | None = None
    type: str | None = None
    source: _Source | None = None
    dist: _Dist | None = None
    require: Texts | list[str] = None
    provide: Texts | list[str] = None
    replace: Texts | list[str] = None
    license: list[str] | str | None = None
    description: str | None = None
    homepage: str | None = None
    abandoned: bool | str | None = None
    notification: str | None = None


class _Manifest(msgspec.Struct, gc=False, rename={"require_dev": "require-dev"}):
    """What the project says of itself and asks for."""

    name: str | None = None
    version: str | None = None
    require: Texts | list[str] = None
    require_dev: Texts | list[str] = None


class ComposerLockCollector(Collector):
    """Composer's lockfile.

    Packages are runtime, those of `packages-dev` development. What is needed of PHP itself and of its
    extensions and libraries (`php`, `ext-json`, `lib-icu`, `composer-plugin-api` …) is left out, since
    no package is installed for it. A need that another package replaces or provides leads to that one, or
    to each of several. Packages taken from a folder (`path` repositories) are the project's own and
    fold into it.
    """

    id = "composer_lock"
    title = "Composer lockfile"
    reads = "composer.lock of Composer 1 and 2, with the composer.json beside it."
    limits = (
        "The lock doesn't say what the project asks for itself, nor its name: the composer.json beside it "
        "does. Requirements on PHP and its extensions are not told."
    )
    names = ("composer.lock",)
    companions = (_FILE,)

    def read(self, document: Document) -> Reading:
        """Read one lockfile and the manifest beside it."""
        from umbel.collect.lockfiles._json_document import Records

        faults = Faults()
        records = Records(document, faults, "Composer")
        sections = records.sections()
        if not sections.keys() & {"packages", "packages-dev", "content-hash", "hash"}:
            raise UnreadableError("not-composer", "is JSON, but no lockfile of Composer")
        lock = _Lock(faults)
        for key, scope in (("packages", "runtime"), ("packages-dev", "development")):
            if sections.get(key, b"null") != b"null":
                for place, package in records.records(sections[key], _Package, f"$.{key}"):
                    lock.add(package, scope, place)
        reading = Reading(format="composer.lock")
        version = records.value(
            sections.get("plugin-api-version", b"null"), str | None, "$.plugin-api-version"
        )
        if version:
            reading.format = f"composer.lock {version[:20]}"
        lock.fill(reading, _manifest(document, records, faults))
        return reading


def _manifest(document: Document, records: Records, faults: Faults) -> _Manifest | None:
    data = beside(document, _FILE, faults)
    if data is None:
        message = f"stands without its {_FILE}, so what is asked for directly is not known"
        faults.add("no-manifest", message, "", "note")
        return None
    return records.record(data.decode("utf-8-sig", "replace").encode(), _Manifest, _FILE)


class _Lock:
    """The packages of one lockfile, and who needs whom."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._found: list[tuple[_Package, Component, str]] = []
        self._own: list[tuple[_Package, str, str]] = []
        self._refs: dict[str, Component] = {}
        self._names: dict[str, list[Component]] = {}
        self._stand_ins: dict[str, list[Component]] = {}
        self._own_names: set[str] = set()

    def add(self, package: _Package, scope: str, place: str) -> None:
        """Take one package."""
        name = (package.name or "").lower()
        if not name:
            self._faults.add("nameless", "has a package without name", place, "error")
            return
        if package.dist is not None and package.dist.type == "path":
            self._own.append((package, scope, place))
            self._own_names |= {name, *_names(package.replace), *_names(package.provide)}
            return
        ref = f"{name}@{package.version}" if package.version else name
        if ref in self._refs:
            self._faults.add("duplicate", f"lists {ref[:160]!r} again", place)
            return
        component = self._refs[ref] = self._component(ref, name, package, scope, place)
        self._found.append((package, component, place))
        self._names.setdefault(name, []).append(component)
        for names in (package.replace, package.provide):
            for other in _names(names):
                self._stand_ins.setdefault(other, []).append(component)

    def fill(self, reading: Reading, manifest: _Manifest | None) -> None:
        """Give a reading its components, edges, subject and faults."""
        reading.components = list(self._refs.values())
        roots = dict.fromkeys([*self._root_edges(manifest), *self._own_edges()])
        reading.edges = [*roots, *self._edges()]
        if manifest is not None and manifest.name:
            reading.subject, reading.subject_version = manifest.name, manifest.version
            purl = self._purl(manifest.name.lower(), manifest.version, None, _FILE)
            reading.subject_purl = purl.purl if purl else None
        if self._own:
            self._faults.add("modules", own_packages("names", len(self._own)), "", "note")
        reading.faults = self._faults.list()

    # -- components

    def _component(self, ref: str, name: str, package: _Package, scope: str, place: str) -> Component:
        namespace, _, bare = name.rpartition("/")
        if package.version is None:
            self._faults.add("no-version", "has a package without version", place)
        urls, qualifiers = _origin(package)
        purl = self._purl(name, package.version, qualifiers, place)
        properties = []
        if package.type not in {None, "", "library"}:
            properties.append(("composer:type", package.type or ""))
        if package.abandoned:
            told = package.abandoned
            properties.append(("composer:abandoned", told if isinstance(told, str) else "true"))
        licences = [package.license] if isinstance(package.license, str) else package.license or ()
        return Component(
            ref=ref,
            package=purl.package if purl else unidentified(bare, namespace or None),
            version=package.version or None,
            purl=purl.purl if purl else None,
            type="library",
            name=bare,
            namespace=namespace or None,
            declared=tuple(text for text in licences if text),
            hashes=self._hashes(package.dist, place),
            description=package.description or None,
            urls=urls,
            properties=tuple(properties),
            scope=scope,
        )

    def _purl(
        self, name: str, version: str | None, qualifiers: dict[str, str] | None, place: str
    ) -> Purl | None:
        namespace, _, bare = name.rpartition("/")
        try:
            return make("composer", namespace or None, bare, version or None, qualifiers)
        except PurlError as error:
            self._faults.add("purl", f"has a package {name[:120]!r}, which no purl can name: {error}", place)
            return None

    def _hashes(self, dist: _Dist | None, place: str) -> Pairs:
        """The archive's SHA-1, which hosts that build archives anew leave empty."""
        if dist is None or not dist.shasum:
            return ()
        if _SHA1.fullmatch(dist.shasum):
            return (("sha1", dist.shasum.lower()),)
        message = f"has {dist.shasum[:80]!r}, which is no SHA-1, as shasum"
        self._faults.add("hash", message, f"{place}.dist.shasum", "error")
        return ()

    # -- edges

    def _root_edges(self, manifest: _Manifest | None) -> Iterator[Edge]:
        if manifest is None:
            return
        for needs, scope in ((manifest.require, "runtime"), (manifest.require_dev, "development")):
            yield from self._needs(None, needs, scope, _FILE)

    def _own_edges(self) -> Iterator[Edge]:
        for package, scope, place in self._own:
            yield from self._needs(None, package.require, scope, place)

    def _edges(self) -> Iterator[Edge]:
        for package, component, place in self._found:
            if package.require:
                yield from self._needs(component, package.require, "runtime", place)

    def _needs(
        self, source: Component | None, needs: Texts | list[str], scope: str, place: str
    ) -> Iterator[Edge]:
        if not isinstance(needs, dict):
            return  # PHP writes an empty object as an empty list
        for written, text in needs.items():
            if "/" not in written:
                continue  # what PHP itself gives
            name = written.lower()
            targets = self._names.get(name) or self._stand_ins.get(name, [])
            if not targets and name in self._own_names:
                continue
            if not targets:
                message = f"has no package for {written[:120]!r}, which {_who(source)} needs"
                self._faults.add("unresolved", message, place)
                yield self._edge(source, None, name, text, scope)
            for target in targets[:_MOST_PROVIDERS]:
                if target is not source:
                    yield self._edge(source, target, name, text, scope)

    def _edge(
        self, source: Component | None, target: Component | None, name: str, text: str, scope: str
    ) -> Edge:
        return Edge(
            source=source.ref if source else None,
            target=target.ref if target else None,
            package=target.package if target else _package(name),
            requirement=text or None,
            scope=scope,
            pinned=True if target else None,
        )


def _names(needs: Texts | list[str]) -> list[str]:
    return [name.lower() for name in needs] if isinstance(needs, dict) else []


def _who(source: Component | None) -> str:
    return repr(source.ref[:120]) if source else "the project"


def _package(name: str) -> str:
    namespace, _, bare = name.rpartition("/")
    try:
        return make("composer", namespace or None, bare).package
    except PurlError:
        return unidentified(bare or name, namespace or None)


def _origin(package: _Package) -> tuple[Pairs, dict[str, str] | None]:
    """Where a package comes from, and qualifiers if no registry serves it."""
    urls = []
    qualifiers = None
    source, dist = package.source, package.dist
    if source is not None and source.url:
        kind = source.type if source.type in _VCS else "git"
        address = bare_url(source.url)
        address = address if address.startswith(f"{kind}+") else f"{kind}+{address}"
        place = f"{address}@{source.reference}" if source.reference else address
        urls.append(("vcs", place))
        if not package.notification:
            qualifiers = {"vcs_url": place}
    if dist is not None and dist.url:
        address = bare_download(dist.url)
        urls.append(("distribution", address))
        if not package.notification and qualifiers is None:
            qualifiers = {"download_url": address}
    if package.homepage:
        urls.append(("website", bare_download(package.homepage)))
    return tuple(urls), qualifiers
