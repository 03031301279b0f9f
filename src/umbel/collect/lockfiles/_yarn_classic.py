# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A classic `yarn.lock` (Yarn 1): patterns, and what each is locked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect.lockfiles._js_graph import NEEDED, OPTIONAL, Graph, Kind, Need, Package
from umbel.collect.lockfiles._js_sources import digests, is_tarball, named, origin, sha1_of
from umbel.collect.lockfiles._npm_tree import alias_of
from umbel.collect.lockfiles._yarn_names import Resolutions, split

if TYPE_CHECKING:
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Pairs, Reading
    from umbel.collect.lockfiles._js_manifests import Manifest, Manifests
    from umbel.collect.lockfiles._yarn_text import Entry, Lockfile

_FOLDERS = ("file:", "link:", "./", "../", "/", "~/")


class ClassicLock:
    """One classic lockfile with the manifests that belong to it."""

    def __init__(self, lock: Lockfile, manifests: Manifests, folders: list[str], faults: Faults) -> None:
        """Take what was read; `folders` are those of the workspaces."""
        self._lock = lock
        self._faults = faults
        self._manifests = manifests
        self._roots = {folder: found for folder in ["", *folders] if (found := manifests.at(folder))}
        self._workspaces = {m.name for folder, m in self._roots.items() if folder and m.name}
        root = self._roots.get("")
        self._resolutions = Resolutions(root.resolutions if root else {})
        self._nodes: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        self._graph = Graph(faults)

    def fill(self, reading: Reading) -> None:
        """Put components and edges into the reading."""
        entries = [(entry, self._add(entry)) for entry in self._lock.entries]
        if not self._roots:
            message = "stands without its package.json, so what is asked for directly is not known"
            self._faults.add("no-manifest", message, "", "note")
        for folder, manifest in self._roots.items():
            self._root(folder, manifest)
        for entry, node in entries:
            if entry.needs and node is not None:
                name = split(entry.keys[0])[0]
                needs = [self._need(entry, name, *item) for item in entry.needs.items()]
                self._graph.needs[node] = [need for need in needs if need is not None]
        self._graph.note_own()
        reading.components, reading.edges = self._graph.evidence()

    # -- nodes

    def _add(self, entry: Entry) -> str | None:
        """Take in one entry; gives back its node, None if it is there already."""
        node = min(entry.keys)
        if any(key in self._nodes for key in entry.keys):
            place = self._lock.line(entry.at)
            self._faults.add("duplicate", f"lists {named(node)!r} again", place)
            if node in self._graph.nodes:
                return None
        name, wanted = split(entry.keys[0])
        for key in entry.keys:
            self._nodes[key] = node
        self._names.setdefault(name, []).append(node)
        if entry.resolved is None and wanted.startswith(_FOLDERS) and not is_tarball(wanted):
            self._graph.own(node, root=False)
        else:
            self._graph.add(self._package(entry, node, name))
        return node

    def _package(self, entry: Entry, node: str, name: str) -> Package:
        for key in entry.keys:
            if "npm:" in key:
                alias = alias_of(split(key)[1])
                if alias:
                    name = alias[0]
                    break
        if ":" in name:
            name = named(entry.keys[0])  # an address without a name before it, as the first Yarns wrote it
        name = entry.name or name
        hashes: Pairs = ()
        urls: Pairs = ()
        qualifiers = None
        if entry.resolved:
            address, hashes = sha1_of(entry.resolved)
            urls, qualifiers = origin(address, name, entry.version)
        if entry.integrity:
            place = self._lock.line(entry.at) if " " in entry.integrity else ""
            hashes = (*hashes, *(d for d in digests(entry.integrity, place, self._faults) if d not in hashes))
        if entry.version is None:
            message = f"has {named(node)!r} without a version"
            self._faults.add("no-version", message, self._lock.line(entry.at))
        return Package(node, name, entry.version, hashes, urls, qualifiers)

    # -- needs

    def _root(self, folder: str, manifest: Manifest) -> None:
        node = f"workspace:{folder}"
        self._graph.own(node, root=True)
        needs: list[Need] = []
        for name, ask in manifest.asks.items():
            target = self._found(manifest.name or "", manifest.version, name, ask.requirement)
            if target is None:
                if name in self._workspaces or ask.requirement.startswith("link:"):
                    continue
                if ask.peer and ask.kind is not NEEDED:
                    continue
                if not ask.peer and ask.kind is not OPTIONAL:
                    self._note_missing(name, f"{folder or 'the project'}", "package.json")
            needs.append((target, name, ask.requirement, ask.kind))
        self._graph.needs[node] = needs

    def _need(self, entry: Entry, parent: str, name: str, wanted: str) -> Need | None:
        kind: Kind = OPTIONAL if name in entry.optional else NEEDED
        target = None if name in self._resolutions else self._nodes.get(f"{name}@{wanted}")
        if target is None:
            target = self._found(parent, entry.version, name, wanted)
        if target is None:
            if name in self._workspaces:
                return None
            if kind is NEEDED:
                self._note_missing(name, parent, self._lock.line(entry.at))
        return target, name, wanted, kind

    def _found(self, parent: str, version: str | None, name: str, wanted: str) -> str | None:
        """The node of a dependency: what overrules it, what is written, or the only one of its name."""
        other = self._resolutions.of(parent, version, name, wanted)
        for text in (other, wanted):
            if text is not None:
                node = self._nodes.get(f"{name}@{text}") or (self._nodes.get(name) if not text else None)
                if node is not None:
                    return node
        if other is None or name in self._workspaces:
            return None
        nodes = self._names.get(name, ())
        return nodes[0] if len(nodes) == 1 else None

    def _note_missing(self, name: str, who: str, place: str) -> None:
        message = f"has no package for {name[:120]!r}, which {who[:120]!r} needs"
        self._faults.add("unresolved", message, place)
