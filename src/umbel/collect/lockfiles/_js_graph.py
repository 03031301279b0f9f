# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""JavaScript packages and who needs whom → components and edges, with the scope of each.

What it takes are nodes: installed packages, of which one component may have several (one for each
set of peers), and the project's own folders, which fold into the project.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.faults import own_packages
from umbel.collect.interface import Component, Edge, Pairs
from umbel.collect.lockfiles._npm_tree import alias_of
from umbel.collect.lockfiles._sources import bare_url
from umbel.model.purl import Purl, PurlError, make, parse, unidentified

if TYPE_CHECKING:
    from umbel.collect.faults import Faults

_PLAIN = re.compile(r"[A-Za-z0-9._~-]+").fullmatch
_PLAIN_SCOPED = re.compile(r"@([A-Za-z0-9._~-]+/[A-Za-z0-9._~-]+)").fullmatch


class Kind(NamedTuple):
    """Why something is needed. Lower layers are stronger: what they reach, later ones don't claim."""

    layer: int
    scope: str | None
    optional: bool | None


NEEDED = Kind(0, "runtime", optional=False)
UNTOLD = Kind(1, None, None)
OPTIONAL = Kind(2, "optional", optional=True)
OPTIONAL_PEER = Kind(2, "runtime", optional=True)
DEVELOPMENT = Kind(3, "development", optional=False)
_OF_SCOPE = {"runtime": NEEDED, None: UNTOLD, "optional": OPTIONAL, "development": DEVELOPMENT}

Need = tuple[str | None, str, str | None, Kind]
"""Node that is needed (None: it isn't there), name it is asked for by, requirement, and why."""


class Package(NamedTuple):
    """One component: what the document says of it. `name` holds the npm scope, if there is one."""

    ref: str
    name: str
    version: str | None
    hashes: Pairs = ()
    urls: Pairs = ()
    qualifiers: dict[str, str] | None = None
    properties: Pairs = ()
    place: str = ""
    type: str = "npm"


class Graph:
    """Takes nodes and needs, and gives components and edges at the end.

    Scopes are npm's: what the project reaches without an optional or development edge is runtime;
    what it reaches without a development edge is optional, and the rest development. Where a root
    doesn't tell development from runtime, what only it reaches is unknown, and so is what nobody needs.
    """

    def __init__(self, faults: Faults) -> None:
        """Begin with nothing."""
        self.needs: dict[str, list[Need]] = {}
        """By node; nodes without needs may be missing."""
        self._faults = faults
        self._packages: dict[str, Package] = {}
        self.nodes: dict[str, str | None] = {}
        """The component that each stands for; None for the project's own."""
        self._roots: list[str] = []
        self._found: dict[str, str | None] = {}
        self._keys: dict[str, str] = {}

    def add(self, package: Package, *nodes: str) -> None:
        """An installed package, and the nodes that stand for it (its own ref, if none are given)."""
        self._packages[package.ref] = package
        for node in nodes or (package.ref,):
            self.nodes[node] = package.ref

    def own(self, node: str, *, root: bool) -> None:
        """A folder of the project's own: a root (the project, a workspace) or one that is linked."""
        self.nodes[node] = None
        if root:
            self._roots.append(node)

    def note_own(self) -> None:
        """Say how many packages count as the project."""
        count = sum(ref is None for ref in self.nodes.values()) - 1
        if count > 0:
            self._faults.add("modules", own_packages("names", count), "", "note")

    # -- scopes

    def _scopes(self) -> dict[str, str | None]:
        """Of each node that is reached."""
        found: dict[str, str | None] = {}
        self._reach(list(self._roots), 0, found)
        inner = list(found)
        roots = self._roots
        for layer, sources in ((1, roots), (2, inner), (3, roots)):
            todo = [
                t for s in sources for t, _, _, kind in self.needs.get(s, ()) if t and kind.layer == layer
            ]
            self._reach(todo, layer, found)
        return found

    def _reach(self, todo: list[str], layer: int, found: dict[str, str | None]) -> None:
        scope = ("runtime", None, "optional", "development")[layer]
        follow = 0 if layer == 0 else 2
        needs = self.needs
        while todo:
            node = todo.pop()
            if node not in found:
                found[node] = scope
                for target, _, _, kind in needs.get(node, ()):
                    if target is not None and kind.layer <= follow:
                        todo.append(target)

    # -- evidence

    def evidence(self) -> tuple[list[Component], list[Edge]]:
        """Every package once, and every edge once."""
        found = self._found = self._scopes()
        best: dict[str, Kind] = {}
        for node, ref in self.nodes.items():
            if ref is not None and node in found:
                kind = _OF_SCOPE[found[node]]
                if ref not in best or kind.layer < best[ref].layer:
                    best[ref] = kind
        components = [
            self._component(package, best[ref].scope if ref in best else None)
            for ref, package in self._packages.items()
        ]
        return components, self._edges()

    def _component(self, package: Package, scope: str | None) -> Component:
        ref, name, version, hashes, urls, qualifiers, properties, place, type_ = package
        purl = self._purl(name, version, qualifiers, place, type_)
        namespace, _, bare = name.rpartition("/")
        key = purl.package if purl else unidentified(bare, namespace or None)
        self._keys[ref] = key
        return Component(
            ref=ref,
            package=key,
            version=version,
            purl=purl.purl if purl else None,
            type="library" if type_ == "npm" else "platform",
            name=bare,
            namespace=namespace or None,
            hashes=hashes,
            urls=urls,
            properties=properties,
            scope=scope,
        )

    def _purl(
        self, name: str, version: str | None, qualifiers: dict[str, str] | None, place: str, type_: str
    ) -> Purl | None:
        try:
            if not qualifiers and type_ == "npm" and (version is None or _PLAIN(version)):
                plain = plain_package(name)
                if plain:
                    return parse(f"{plain}@{version}" if version else plain)
            scope, slash, bare = name.rpartition("/")
            if type_ != "npm" or (bare and "/" not in scope and bool(slash) == name.startswith("@")):
                return make(type_, scope or None, bare, version, qualifiers)
            error = PurlError("it is no name of a package")
        except PurlError as refused:
            error = refused
        self._faults.add("purl", f"has a package {name[:120]!r}, which no purl can name: {error}", place)
        return None

    def _edges(self) -> list[Edge]:
        refs, keys = self.nodes, self._keys
        edges: list[Edge] = []
        seen: set[tuple[str | None, str | None, str, str | None, Kind]] = set()
        for node, needs in self.needs.items():
            if node not in refs:
                continue
            source = refs[node]
            weakest = self._weakest(node) if source is None else NEEDED
            for target, name, requirement, said in needs:
                kind = said if said.layer >= weakest.layer else weakest
                ref = refs[target] if target is not None else None
                if ref is None and target is not None:
                    continue
                key = (source, ref, "" if ref else name, requirement, kind)
                if key in seen:
                    continue
                seen.add(key)
                edges.append(
                    Edge(
                        source=source,
                        target=ref,
                        package=keys[ref] if ref is not None else _missing(name, requirement),
                        requirement=shown(requirement) if requirement and ":" in requirement else requirement,
                        scope=kind.scope,
                        optional=kind.optional,
                        pinned=True if ref is not None else None,
                    )
                )
        return edges

    def _weakest(self, node: str) -> Kind:
        """What a folder of the project's own is itself needed for."""
        return _OF_SCOPE[self._found[node]] if node in self._found else UNTOLD


def plain_package(name: str) -> str | None:
    """The purl of a package whose name needs no encoding; None for other names."""
    if _PLAIN(name):
        return f"pkg:npm/{name}"
    scoped = _PLAIN_SCOPED(name)
    return f"pkg:npm/%40{scoped[1]}" if scoped else None


def shown(requirement: str) -> str:
    """A requirement as written, save for credentials."""
    return bare_url(requirement) if "://" in requirement else requirement


def _missing(name: str, requirement: str | None) -> str:
    """The key of what is not installed, by its real name."""
    alias = alias_of(requirement) if requirement else None
    scope, _, bare = (alias[0] if alias else name).rpartition("/")
    try:
        return make("npm", scope or None, bare).package
    except PurlError:
        return unidentified(bare, scope or None)
