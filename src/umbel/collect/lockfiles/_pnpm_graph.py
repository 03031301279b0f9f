# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The values of a `pnpm-lock.yaml` → packages and who needs whom, whatever those values are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.collect.lockfiles._js_graph import (
    DEVELOPMENT,
    NEEDED,
    OPTIONAL,
    OPTIONAL_PEER,
    Graph,
    Kind,
    Need,
    Package,
)
from umbel.collect.lockfiles._js_sources import digests, git_origin, named, origin
from umbel.collect.lockfiles._pnpm_names import Key, key_of, patch_of

if TYPE_CHECKING:
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Pairs, Reading

_FIELDS: tuple[tuple[str, Kind], ...] = (
    ("dependencies", NEEDED),
    ("optionalDependencies", OPTIONAL),
    ("devDependencies", DEVELOPMENT),
)
_RUNTIMES = ("binary", "variations")
_FOLDER = "link:"
_MOST_HOSTS = 20


class PnpmLock:
    """One document of pnpm's."""

    def __init__(self, tree: dict[str, Any], faults: Faults) -> None:
        """Take the document's values."""
        self._tree = tree
        self._faults = faults
        self._graph = Graph(faults)
        self._packages = self._table(tree, "packages", "$")
        self._nodes = self._table(tree, "snapshots", "$") if "snapshots" in tree else self._packages
        self._catalogs = self._table(tree, "catalogs", "$")
        self._patches = self._read_patches()
        self._keys: dict[str, Key] = {}
        self._hosts: list[str] = []
        self._met: set[tuple[str, str]] = set()
        self._lacking: dict[tuple[str, str], tuple[str, str]] = {}

    def fill(self, reading: Reading) -> None:
        """Put components and edges into the reading."""
        nodes: dict[str, list[str]] = {}
        for key in self._nodes:
            found = self._keys[key] = key_of(key)
            nodes.setdefault(found.base, []).append(key)
        if self._nodes is not self._packages:
            for key in self._packages:
                found = key_of(key)
                if found.base not in nodes:
                    self._keys[key] = found
                    nodes[found.base] = [key]
        for base, keys in nodes.items():
            self._add(base, keys)
        hosts = {base.partition("/")[0] for base in nodes if not base.startswith("/")}
        self._hosts = sorted(host for host in hosts if "." in host and "@" not in host)[:_MOST_HOSTS]
        for key, said in self._nodes.items():
            self._needs(key, {} if said is None else said)
        for (base, name), (node, wanted) in self._lacking.items():
            if (base, name) not in self._met:
                self._graph.needs.setdefault(node, []).append((None, name, wanted, NEEDED))
        self._importers()
        self._graph.note_own()
        reading.components, reading.edges = self._graph.evidence()

    # -- what a document may hold anything in

    def _table(self, holder: Any, field: str, place: str) -> dict[str, Any]:
        value = holder.get(field)
        if isinstance(value, dict):
            return value
        if value is not None:
            self._wrong(f"{place}.{field}")
        return {}

    def _text(self, holder: Any, field: str, place: str) -> str | None:
        value = holder.get(field)
        if value is not None and not isinstance(value, str):
            self._wrong(f"{place}.{field}")
            return None
        return value or None

    def _wrong(self, place: str) -> None:
        self._faults.add("wrong-type", "holds something else than is due there", place, "error")

    def _read_patches(self) -> dict[str, str]:
        """The file of each patch (or its digest), by what it is for and by its digest."""
        found: dict[str, str] = {}
        for name, said in self._table(self._tree, "patchedDependencies", "$").items():
            fields = said if isinstance(said, dict) else {"hash": said}
            texts = [text for text in (fields.get("path"), fields.get("hash")) if isinstance(text, str)]
            for key in (name, *texts):
                found[key] = texts[0] if texts else name
        return found

    # -- packages

    def _add(self, base: str, keys: list[str]) -> None:
        """Take in one package with all the nodes that it has."""
        place = f'$.packages["{named(base)}"]'
        said = self._packages.get(base)
        if said is None:
            said = self._packages.get(keys[0])
        if said is None:
            if base.startswith("file:") or "@file:" in base:
                self._own(keys)
                return
            self._faults.add("no-package", f"tells nothing of {named(base)!r} but what it needs", place)
        elif not isinstance(said, dict):
            self._wrong(place)
        fields: dict[str, Any] = said if isinstance(said, dict) else {}
        resolution = self._table(fields, "resolution", place)
        if resolution.get("type") == "directory":
            self._own(keys)
            return
        self._graph.add(self._package(base, keys, fields, resolution, place), *keys)

    def _own(self, keys: list[str]) -> None:
        for key in keys:
            self._graph.own(key, root=False)

    def _package(
        self, base: str, keys: list[str], fields: dict[str, Any], resolution: dict[str, Any], place: str
    ) -> Package:
        key = self._keys[keys[0]]
        name = self._text(fields, "name", place) or key.name or named(base)
        version = self._text(fields, "version", place) or key.version
        runtime = version is not None and resolution.get("type") in _RUNTIMES
        if version is not None and version.startswith("runtime:"):
            version, runtime = version.removeprefix("runtime:"), True
        hashes: Pairs = ()
        integrity = resolution.get("integrity")
        if isinstance(integrity, str):
            hashes = digests(integrity, place, self._faults)
        urls: Pairs = ()
        qualifiers = None
        if len(resolution) > 1 or not hashes:
            urls, qualifiers = self._origin(resolution, name, version, place)
        if version is None:
            self._faults.add("no-version", f"has {named(base)!r} without a version", place)
        properties = self._properties(keys, fields, name, version)
        type_ = "generic" if runtime else "npm"
        return Package(base, name, version, hashes, urls, qualifiers, properties, place, type_)

    def _properties(self, keys: list[str], fields: dict[str, Any], name: str, version: str | None) -> Pairs:
        found: list[tuple[str, str]] = []
        deprecated = fields.get("deprecated")
        if isinstance(deprecated, str) and deprecated:
            found.append(("npm:deprecated", deprecated))
        if self._patches:
            hashes = [digest for digest in map(patch_of, keys) if digest]
            marks = (f"{name}@{version}", name, *hashes)
            files = {self._patches[mark] for mark in marks if mark in self._patches}
            found += [("pnpm:patch", file) for file in sorted(files)]
        return tuple(found)

    def _origin(
        self, resolution: dict[str, Any], name: str, version: str | None, place: str
    ) -> tuple[Pairs, dict[str, str] | None]:
        where = f"{place}.resolution"
        tarball = self._text(resolution, "tarball", where)
        if tarball is not None:
            return origin(tarball, name, version)
        repository, commit = (self._text(resolution, field, where) for field in ("repo", "commit"))
        if repository is not None:
            return git_origin(f"{repository}#{commit}" if commit else repository)
        url = resolution.get("url")
        if isinstance(url, str):
            return origin(url, name, version)
        return (), None

    # -- needs

    def _needs(self, key: str, said: Any) -> None:
        base = self._keys[key].base
        place = f'$.{"packages" if self._nodes is self._packages else "snapshots"}["{named(key)}"]'
        if not isinstance(said, dict):
            self._wrong(place)
            return
        package = said if self._nodes is self._packages else self._packages.get(base)
        fields: dict[str, Any] = package if isinstance(package, dict) else {}
        peers = self._table(fields, "peerDependencies", place) if "peerDependencies" in fields else {}
        meta = self._table(fields, "peerDependenciesMeta", place) if "peerDependenciesMeta" in fields else {}
        needs: list[Need] = []
        for field, kind in _FIELDS[:2]:
            if field not in said:
                continue
            for name, ref in self._table(said, field, place).items():
                if name in peers:
                    self._met.add((base, name))
                    need = self._need(name, ref, _text(peers[name]), _peer(meta, name), place)
                else:
                    need = self._need(name, ref, None, kind, place)
                if need is not None:
                    needs.append(need)
        if needs:
            self._graph.needs[key] = needs
        for name, wanted in peers.items():
            if _peer(meta, name) is NEEDED:
                self._lacking.setdefault((base, name), (key, _text(wanted) or "*"))

    def _need(self, name: str, ref: Any, requirement: str | None, kind: Kind, place: str) -> Need | None:
        """What is meant by a name and what stands behind it; None for a folder of the project's own."""
        if not isinstance(ref, str):
            self._wrong(f'{place}["{name[:120]}"]')
            return None
        nodes = self._graph.nodes
        node = f"{name}@{ref}"
        if node in nodes:
            return node, name, requirement, kind
        for node in (f"/{name}@{ref}", f"/{name}/{ref}", ref):
            if node in nodes:
                return node, name, requirement, kind
        if ref.startswith((_FOLDER, "workspace:")):
            return None
        other = self._elsewhere(name, ref)
        if other is not None:
            return other, name, requirement, kind
        if kind.layer != OPTIONAL.layer:
            message = f"has no package for {name[:120]!r} {named(ref)[:80]!r}, which is needed"
            self._faults.add("unresolved", message, place)
        return None, name, requirement, kind

    def _elsewhere(self, name: str, ref: str) -> str | None:
        """A package whose key begins with a registry (before version 5.2)."""
        return next(
            (node for host in self._hosts if (node := f"{host}/{name}/{ref}") in self._graph.nodes), None
        )

    # -- the project

    def _importers(self) -> None:
        if "importers" in self._tree:
            importers, where = self._table(self._tree, "importers", "$"), "$.importers"
        else:
            importers, where = {".": self._tree}, ""
        for path, said in importers.items():
            place = f'{where}["{path[:200]}"]' if where else "$"
            node = f"importer:{path}"
            self._graph.own(node, root=True)
            if isinstance(said, dict):
                self._graph.needs[node] = self._asked(said, place)
            elif said is not None:
                self._wrong(place)

    def _asked(self, said: dict[str, Any], place: str) -> list[Need]:
        specifiers = self._table(said, "specifiers", place)
        found = []
        for field, kind in _FIELDS:
            for name, value in self._table(said, field, place).items():
                ref, specifier = value, specifiers.get(name)
                if isinstance(value, dict):
                    ref, specifier = value.get("version"), value.get("specifier")
                requirement = self._specified(name, _text(specifier))
                need = self._need(name, ref, requirement, kind, f"{place}.{field}")
                if need is not None:
                    found.append(need)
        return found

    def _specified(self, name: str, specifier: str | None) -> str | None:
        """The requirement that a manifest states, or that the catalog does that it refers to."""
        if specifier is None or not specifier.startswith("catalog:"):
            return specifier
        catalog = self._catalogs.get(specifier.removeprefix("catalog:").strip() or "default")
        entry = catalog.get(name) if isinstance(catalog, dict) else None
        said = entry.get("specifier") if isinstance(entry, dict) else entry
        return _text(said) or specifier


def _peer(meta: dict[str, Any], name: str) -> Kind:
    said = meta.get(name)
    return OPTIONAL_PEER if isinstance(said, dict) and said.get("optional") == "true" else NEEDED


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
