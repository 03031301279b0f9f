# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A berry `yarn.lock` (Yarn 2 and later): descriptors, and the locator that each is locked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect.lockfiles._js_graph import (
    NEEDED,
    OPTIONAL,
    OPTIONAL_PEER,
    UNTOLD,
    Graph,
    Kind,
    Need,
    Package,
)
from umbel.collect.lockfiles._js_manifests import joined
from umbel.collect.lockfiles._js_peers import Provider, providers
from umbel.collect.lockfiles._js_sources import git_origin, is_tarball, named, origin
from umbel.collect.lockfiles._sources import bare_download
from umbel.collect.lockfiles._yarn_names import Catalogs, Resolutions, parameter, patched, split, unbound

if TYPE_CHECKING:
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Pairs, Reading
    from umbel.collect.lockfiles._js_manifests import Manifest, Manifests
    from umbel.collect.lockfiles._yarn_text import Entry, Lockfile

_LINKS = ("workspace:", "link:", "portal:")


class BerryLock:
    """One berry lockfile with the manifests of its workspaces."""

    def __init__(self, lock: Lockfile, manifests: Manifests, catalogs: Catalogs, faults: Faults) -> None:
        """Take what was read."""
        self._lock = lock
        self._manifests = manifests
        self._catalogs = catalogs
        self._faults = faults
        self._graph = Graph(faults)
        self._nodes: dict[str, str] = {}
        self._bound: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, list[str]] = {}
        self._patches: dict[str, list[str]] = {}
        root = manifests.at("")
        self._resolutions = Resolutions(root.resolutions if root else {})

    def fill(self, reading: Reading) -> None:
        """Put components and edges into the reading."""
        located = [(entry, *self._located(entry)) for entry in self._lock.entries]
        entries = [(entry, locator, node) for entry, locator, node in located if node is not None]
        for entry, locator, node in entries:
            self._index(entry, locator, node)
        for entry, locator, node in entries:
            self._add(entry, locator, node)
        peers: list[Provider] = []
        for entry, locator, node in entries:
            needs = self._needs(entry, locator, node)
            if needs:
                self._graph.needs.setdefault(node, []).extend(needs)
            if entry.peers or needs:
                provided = {need[1]: need[0] for need in needs}
                peers.append(Provider(node, split(locator)[0], provided, entry.peers))
        self._peers(entries, peers)
        self._graph.note_own()
        reading.components, reading.edges = self._graph.evidence()
        if self._manifests.at("") is None:
            message = "stands without its package.json, so development is not told from runtime"
            self._faults.add("no-manifest", message, "", "note")

    # -- nodes

    def _located(self, entry: Entry) -> tuple[str, str | None]:
        """The entry's locator, and its node: a patched package is the one that is patched."""
        locator = entry.resolved
        if locator is None or "@" not in locator[1:]:
            message = f"has {named(entry.keys[0])!r} without a sound resolution"
            self._faults.add("no-resolution", message, self._lock.line(entry.at), "error")
            return "", None
        if "@patch:" in locator:
            node, file = patched(locator)
            if file:
                self._patches.setdefault(node, []).append(file)
            return locator, node
        return locator, locator

    def _index(self, entry: Entry, locator: str, node: str) -> None:
        """Make the entry known by its descriptors."""
        for key in entry.keys:
            if "::" in key:
                head, owner = unbound(key)
                self._bound.setdefault(head, []).append((owner or "", node))
            if key in self._nodes and self._nodes[key] != node:
                self._faults.add("duplicate", f"lists {named(key)!r} again", self._lock.line(entry.at))
            self._nodes[key] = node
        self._names.setdefault(split(locator)[0], []).append(node)

    def _add(self, entry: Entry, locator: str, node: str) -> None:
        name, reference = split(node)
        if node != locator and node in self._graph.nodes:
            return
        if reference.startswith(_LINKS) or (entry.soft and node == locator) or _is_folder(reference):
            self._graph.own(node, root=reference.startswith("workspace:"))
            return
        if node in self._graph.nodes and node == locator and not self._patches.get(node):
            message = f"lists {named(locator)!r} again"
            self._faults.add("duplicate", message, self._lock.line(entry.at))
        version = entry.version if entry.version != "0.0.0-use.local" else None
        if version is None:
            message = f"has {named(node)!r} without a version"
            self._faults.add("no-version", message, self._lock.line(entry.at))
        urls, qualifiers = _origin(reference, name, version)
        files = sorted(set(self._patches.get(node, ())))
        properties: Pairs = tuple(("yarn:patch", file) for file in files)
        place = self._lock.line(entry.at) if qualifiers else ""
        self._graph.add(Package(node, name, version, (), urls, qualifiers, properties, place))

    # -- needs

    def _needs(self, entry: Entry, locator: str, node: str) -> list[Need]:
        name, reference = split(locator)
        manifest = None
        own = reference.startswith("workspace:")
        if own:
            manifest = self._manifests.at(joined(reference.removeprefix("workspace:")))
        found: list[Need] = []
        nodes, ruled = self._nodes, self._resolutions
        for need, said in entry.needs.items():
            wanted = self._catalogs.of(need, said) if own else said
            kind = self._kind(entry, need, own=own, manifest=manifest)
            target = None if need in ruled else nodes.get(f"{need}@{wanted}")
            if target is None:
                target = self._found(name, entry.version, locator, need, wanted)
            if target is None and kind.layer != OPTIONAL.layer:
                message = f"has no package for {need[:120]!r}, which {name[:120]!r} needs"
                self._faults.add("unresolved", message, self._lock.line(entry.at))
            if target != node:
                found.append((target, need, wanted.removeprefix("npm:") if own else wanted, kind))
        return found

    def _kind(self, entry: Entry, need: str, *, own: bool, manifest: Manifest | None) -> Kind:
        if own:
            ask = manifest.asks.get(need) if manifest else None
            if ask is not None and not ask.peer:
                return ask.kind
            return OPTIONAL if need in entry.optional else UNTOLD
        return OPTIONAL if need in entry.optional else NEEDED

    def _found(self, parent: str, version: str | None, locator: str, need: str, wanted: str) -> str | None:
        """The node of a dependency: what overrules it, what is written, or the only one of its name."""
        other = self._resolutions.of(parent, version, need, wanted)
        for text in (other, wanted):
            if text is None:
                continue
            for key in (f"{need}@{text}", f"{need}@npm:{text}"):
                node = self._nodes.get(key) or self._bound_to(key, locator)
                if node is not None:
                    return node
        nodes = set(self._names.get(need, ()))
        return nodes.pop() if len(nodes) == 1 and other is not None else None

    def _bound_to(self, key: str, locator: str) -> str | None:
        found = self._bound.get(key, ())
        for owner, node in found:
            if owner == locator:
                return node
        return found[0][1] if found else None

    # -- peers

    def _peers(self, entries: list[tuple[Entry, str, str]], all_: list[Provider]) -> None:
        """Edges to peers: whatever those who need the package provide."""
        asking = [(entry, node) for entry, _, node in entries if entry.peers]
        if not asking:
            return
        found = providers(all_, self._graph.needs, self._faults)
        for entry, node in asking:
            own = split(node)[1].startswith(_LINKS)
            asked = {name for _, name, _, _ in self._graph.needs.get(node, ())}
            needs = self._graph.needs.setdefault(node, [])
            for name, wanted in entry.peers.items():
                kind = OPTIONAL_PEER if name in entry.optional_peers else NEEDED
                if name in asked:
                    continue  # a workspace that brings along its own peer, for development
                targets = found.get((node, name), ())
                needs += [(target, name, wanted, kind) for target in sorted(targets) if target != node]
                if not targets and kind is NEEDED:
                    needs.append((None, name, wanted, UNTOLD if own and self._untold(node) else kind))

    def _untold(self, node: str) -> bool:
        reference = split(node)[1]
        return self._manifests.at(joined(reference.removeprefix("workspace:"))) is None


def _is_folder(reference: str) -> bool:
    return reference.startswith("file:") and not is_tarball(reference.partition("#")[0].partition("::")[0])


def _origin(reference: str, name: str, version: str | None) -> tuple[Pairs, dict[str, str] | None]:
    """Where a package was taken from, as its locator says it. A registry's packages don't say it."""
    if reference.startswith("npm:"):
        archive = parameter(reference, "__archiveUrl") if "::" in reference else None
        return ((("distribution", bare_download(archive)),) if archive else ()), None
    head, mark, commit = reference.partition("::")[0].partition("#")
    if "commit=" in commit:
        sha = dict(pair.partition("=")[::2] for pair in commit.split("&")).get("commit", "")
        return git_origin(f"{head}#{sha}" if sha else head)
    return origin(f"{head}{mark}{commit}" if not head.startswith("file:") else head, name, version)
