# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An npm tree, as folders with an entry each → components and edges.

Which version a dependant gets is not written in a lockfile: it follows from where the folders lie,
the way Node.js looks for a module. So edges are found by walking up from the dependant's folder.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect.interface import Component, Edge, Pairs
from umbel.collect.lockfiles._sources import bare_download, bare_url, git_address
from umbel.model.purl import Purl, PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults

NODE_MODULES = "node_modules/"
_LONGEST_PATH = 4096
"""No file system has longer ones; they would make looking for modules slow."""
_DIGESTS = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_ALIAS = re.compile(r"npm:(@?[^@]+)(?:@(.*))?", re.DOTALL)
_REGISTRY_TARBALL = re.compile(r"/((?:@[^/]{1,214}/)?([^/]{1,214}))/-/\2-(\d[^/?#]{0,255})\.tgz(?:[?#]|$)")
_GIT = re.compile(r"git(\+|:|@)|ssh:")
_HOSTS = {
    "github:": "github.com/",
    "gitlab:": "gitlab.com/",
    "bitbucket:": "bitbucket.org/",
    "gist:": "gist.github.com/",
}
"""Short forms of git sources, which npm knows."""

Flag = bool | None
Texts = dict[str, str] | None


class Meta(msgspec.Struct, gc=False):
    """What a package says about one of its peers."""

    optional: bool = False


class Entry(msgspec.Struct, gc=False):
    """One folder of the tree: the fields that hold evidence, named as in lockfile version 3."""

    name: str | None = None
    version: str | None = None
    resolved: str | bool | None = None
    integrity: str | None = None
    license: str | list[str] | None = None
    deprecated: str | bool | None = None
    link: Flag = None
    dev: Flag = None
    optional: Flag = None
    devOptional: Flag = None  # noqa: N815 - as the document writes it
    inBundle: Flag = None  # noqa: N815
    extraneous: Flag = None
    dependencies: Texts = None
    devDependencies: Texts = None  # noqa: N815
    optionalDependencies: Texts = None  # noqa: N815
    peerDependencies: Texts = None  # noqa: N815
    peerDependenciesMeta: dict[str, Meta] | None = None  # noqa: N815


class _Kind(NamedTuple):
    """Why something is needed: the field that names it, and what this means for the edge."""

    field: str
    scope: str | None
    optional: bool | None


_NEEDED = _Kind("dependencies", "runtime", optional=False)
_UNTOLD = _Kind("requires", None, None)
_OPTIONAL = _Kind("optionalDependencies", "optional", optional=True)
_DEVELOPMENT = _Kind("devDependencies", "development", optional=False)
_PEER = _Kind("peerDependencies", "runtime", optional=False)
_OPTIONAL_PEER = _Kind("peerDependenciesMeta", "runtime", optional=True)
_MUST_BE_THERE = frozenset({_NEEDED, _UNTOLD, _DEVELOPMENT})
_Needs = dict[str, tuple[str, _Kind]]


class Tree:
    """Takes folders one by one and gives components and edges at the end.

    The project itself is the folder `""`; a folder that was not installed below a `node_modules`
    is a workspace or linked package of the project and folds into it. An optional folder without
    version, source and digest marks what npm left out, and is none of the components. With `typed` false the
    dependencies of packages are not told apart into needed and optional (version 1). With `flags`
    false the document has no marks for development and optional packages, so scopes are unknown.
    """

    def __init__(self, faults: Faults, *, typed: bool, flags: bool = True) -> None:
        """Begin with no folders."""
        self._faults = faults
        self._typed = typed
        self._flags = flags
        self._own: dict[str, Entry] = {}
        self._links: dict[str, str] = {}
        self._installed: dict[str, tuple[Entry, Component]] = {}
        self._left_out: set[str] = set()
        self._homes: dict[str, dict[str, str]] = {}
        self._folders: set[str] = set()

    def add(self, path: str, entry: Entry, place: str) -> None:
        """Add one folder by its path from the project's root."""
        if len(path) > _LONGEST_PATH:
            message = f"names a folder whose path has {len(path):,} characters"
            self._faults.add("path", message, place, "error")
            return
        head, mark, name = path.rpartition(NODE_MODULES)
        if entry.link:
            target = entry.resolved if isinstance(entry.resolved, str) else ""
            self._links[path] = normal_path(target)
        elif not mark or (head and not head.endswith("/")):
            self._own[path] = entry
            return
        elif not self._install(path, name, entry, place):
            return
        if mark:
            folder = head + mark
            self._folders.add(folder)
            self._homes.setdefault(name, {})[folder] = path

    def _install(self, path: str, folder: str, entry: Entry, place: str) -> bool:
        name = entry.name or folder
        scope, slash, rest = name.rpartition("/")
        if not rest or "/" in scope or bool(slash) != name.startswith("@"):
            message = f"has {name[:120]!r}, which is no package name, as a folder"
            self._faults.add("path", message, place, "error")
            return False
        if not entry.version and not entry.resolved and not entry.integrity:
            if entry.optional or entry.devOptional:
                self._left_out.add(path)
                return True
            self._faults.add("no-version", "has a package without version", place)
        self._installed[path] = (entry, self._component(path, scope or None, rest, entry, place))
        return True

    # -- components

    def components(self) -> list[Component]:
        """Every installed package, once for each folder that it lies in."""
        return [component for _, component in self._installed.values()]

    def own(self) -> int:
        """How many workspaces and linked packages count as the project."""
        return len(self._own.keys() - {""})

    def _component(self, path: str, scope: str | None, name: str, entry: Entry, place: str) -> Component:
        urls: Pairs = ()
        qualifiers = None
        if isinstance(entry.resolved, str) and entry.resolved:
            urls, qualifiers = _source(entry.resolved, name, entry.version)
        purl = self._purl(scope, name, entry.version, qualifiers, place)
        properties = []
        if entry.inBundle:
            properties.append(("npm:bundled", "true"))
        if entry.deprecated:
            properties.append(("npm:deprecated", str(entry.deprecated)))
        return Component(
            ref=path,
            package=purl.package if purl else unidentified(name, scope),
            version=entry.version or None,
            purl=purl.purl if purl else None,
            type="library",
            name=name,
            namespace=scope,
            declared=_licences(entry.license),
            hashes=self._hashes(entry.integrity, place) if entry.integrity else (),
            urls=urls,
            properties=tuple(properties),
            location=path,
            scope=self._scope(entry),
        )

    def _purl(
        self, scope: str | None, name: str, version: str | None, qualifiers: dict[str, str] | None, place: str
    ) -> Purl | None:
        try:
            return make("npm", scope, name, version or None, qualifiers)
        except PurlError as error:
            self._faults.add("purl", f"has a package {name[:120]!r}, which no purl can name: {error}", place)
            return None

    def _scope(self, entry: Entry) -> str | None:
        """What only development needs, what only optional packages need, or runtime."""
        if entry.extraneous or not self._flags:
            return None
        if entry.dev:
            return "development"
        return "optional" if entry.optional or entry.devOptional else "runtime"

    def _hashes(self, integrity: str, place: str) -> Pairs:
        """Digests in hexadecimal from the field's base64."""
        found: dict[tuple[str, str], None] = {}
        for item in integrity.split():
            algorithm, _, digest = item.partition("?")[0].partition("-")
            algorithm = algorithm.lower()
            try:
                raw = a2b_base64(digest, strict_mode=True)
            except (Base64Error, ValueError):
                raw = b""
            if len(raw) == _DIGESTS.get(algorithm, -1):
                found[algorithm, raw.hex()] = None
            else:
                message = f"has {item[:140]!r}, which is no digest, as integrity"
                self._faults.add("hash", message, f"{place}.integrity", "error")
        return tuple(found)

    # -- edges

    def edges(self) -> list[Edge]:
        """Who needs whom. What a workspace or linked package needs, the project needs."""
        direct: dict[Edge, None] = {}
        for path, entry in self._own.items():
            needs = _needs(entry, own=True, typed=self._typed or not path)
            direct.update(dict.fromkeys(self._edges(None, path, needs)))
        found = list(direct)
        for path, (entry, _) in self._installed.items():
            if entry.dependencies or entry.peerDependencies or entry.optionalDependencies:
                found += self._edges(path, path, _needs(entry, own=False, typed=self._typed))
        return found

    def _edges(self, source: str | None, path: str, needs: _Needs) -> Iterator[Edge]:
        folders = self._searched(path)
        for name, (requirement, kind) in needs.items():
            target = self._find(folders, name)
            found = self._installed.get(target) if target is not None else None
            if found is not None:
                yield Edge(
                    source=source,
                    target=target,
                    package=found[1].package,
                    requirement=_shown(requirement),
                    scope=kind.scope,
                    optional=kind.optional,
                    pinned=True,
                )
            elif target is None or target in self._left_out:
                if target is None and kind in _MUST_BE_THERE:
                    self._note_missing(path, name)
                if kind is not _OPTIONAL_PEER:
                    yield _unresolved(source, name, requirement, kind)

    def _searched(self, path: str) -> list[str]:
        """Folders in which a package that lies here looks for others, nearest first."""
        found = []
        while path:
            parent, _, last = path.rpartition("/")
            if last != "node_modules":
                folder = f"{path}/{NODE_MODULES}"
                if folder in self._folders:
                    found.append(folder)
            if last == "..":
                return found  # outside of the project, whose own packages are not seen from there
            path = parent
        found.append(NODE_MODULES)
        return found

    def _find(self, folders: list[str], name: str) -> str | None:
        homes = self._homes.get(name)
        if homes:
            for folder in folders:
                if folder in homes:
                    path = homes[folder]
                    return self._links.get(path, path)
        return None

    def _note_missing(self, path: str, name: str) -> None:
        who = f"{path[:120]!r}" if path else "the project"
        message = f"has no package for {name[:120]!r}, which {who} needs"
        self._faults.add("unresolved", message, f'$.packages["{path[:120]}"]' if self._typed else "")


def _unresolved(source: str | None, name: str, requirement: str, kind: _Kind) -> Edge:
    """An edge to what is not installed, by the package's real name."""
    alias = alias_of(requirement)
    scope, _, bare = (alias[0] if alias else name).rpartition("/")
    try:
        package = make("npm", scope or None, bare).package
    except PurlError:
        package = unidentified(bare, scope or None)
    return Edge(
        source=source,
        package=package,
        requirement=_shown(requirement),
        scope=kind.scope,
        optional=kind.optional,
    )


def _needs(entry: Entry, *, own: bool, typed: bool) -> _Needs:
    """What a package asks for, by name. A later field overrules an earlier one, as npm has it."""
    found: _Needs = {}
    if entry.peerDependencies:
        meta = entry.peerDependenciesMeta or {}
        for name, text in entry.peerDependencies.items():
            optional = name in meta and meta[name].optional
            found[name] = (text, _OPTIONAL_PEER if optional else _PEER)
    for texts, kind in (
        (entry.dependencies, _NEEDED if typed else _UNTOLD),
        (entry.optionalDependencies, _OPTIONAL),
        (entry.devDependencies if own else None, _DEVELOPMENT),
    ):
        if texts:
            for name, text in texts.items():
                found[name] = (text, kind)
    return found


def alias_of(version: str) -> tuple[str, str | None] | None:
    """Name and version behind `npm:name@version`; None if the text is no alias."""
    match = _ALIAS.fullmatch(version)
    return (match[1], match[2] or None) if match else None


def named_by(address: str) -> tuple[str, str] | None:
    """Name and version of a registry's tarball, which its address holds; None for other addresses.

    >>> named_by("https://registry.example/@acme/shop/-/shop-1.2.0.tgz")
    ('@acme/shop', '1.2.0')
    """
    match = _REGISTRY_TARBALL.search(address)
    return (match[1], match[3]) if match else None


def normal_path(path: str) -> str:
    """A folder's path as the document's keys write it."""
    return path.removeprefix("file:").removeprefix("./").rstrip("/")


def _shown(requirement: str) -> str:
    """A requirement as written, save for credentials."""
    return bare_url(requirement) if "://" in requirement else requirement


def _licences(said: str | list[str] | None) -> tuple[str, ...]:
    if not said:
        return ()
    return (said,) if isinstance(said, str) else tuple(said)


def _source(resolved: str, name: str, version: str | None) -> tuple[Pairs, dict[str, str] | None]:
    """Where the package was taken from, and qualifiers if that was no registry.

    A registry, or a mirror of one, is known by its addresses, which hold name and version.
    """
    if not resolved.startswith(("https:", "http:")):
        host, colon, path = resolved.partition(":")
        if host + colon in _HOSTS:
            resolved = f"git+https://{_HOSTS[host + colon]}{path}"
        if _GIT.match(resolved):
            address = git_address(resolved)
            return (("vcs", address),), {"vcs_url": address}
        return (("distribution", bare_url(resolved)),), None
    address = bare_download(resolved)
    if "/-/" in address or (version and f"/{name}/{version}" in address):
        return (("distribution", address),), None
    return (("distribution", address),), {"download_url": address}
