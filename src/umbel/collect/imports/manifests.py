# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a project's manifests and lockfiles tell of its imports: names of packages, and of its own parts.

Lockfiles are read by their collectors, here for the names only. What can't be read is passed over:
its own collector reports it.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.collect.imports.packages import package_of
from umbel.collect.interface import Document, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from umbel.collect._tree import Tree

_MOST = 500
"""Manifests that are read."""
_MOST_BYTES = 32 << 20
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_GO_MODULE = re.compile(rb"^\s*module\s+\"?([^\s\"]+)", re.MULTILINE)
_COMMENT = re.compile(rb"(\"(?:[^\"\\]|\\.)*+\")|//[^\n]*|/\*.*?\*/", re.DOTALL)
"""A text, which is kept, or a comment."""
_LAST_COMMA = re.compile(rb",(\s*[}\]])")
_CARGO_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")
_NODE = re.compile(r"package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml")
_LOCKFILES = {
    "Python": re.compile(
        r"poetry\.lock|uv\.lock|pdm\.lock|pylock(\..*)?\.toml|pipfile\.lock|.*requirements.*\.(txt|in)"
        r"|requirements/.*\.txt"
    ),
    "JavaScript": _NODE,
    "TypeScript": _NODE,
    "Java": re.compile(r"pom\.xml|gradle\.lockfile"),
    "Go": re.compile(r"go\.mod"),
    "Rust": re.compile(r"cargo\.lock"),
}
"""Names of lockfiles, in lower case, that tell of a language's packages."""
LANGUAGES = frozenset(_LOCKFILES)


class Manifests:
    """What was read. `packages` are purls; `names` the project's own parts by purl type."""

    def __init__(self, tree: Tree, languages: AbstractSet[str] = LANGUAGES) -> None:
        """Read the manifests of some languages among a tree's files."""
        self.packages: set[str] = set()
        self.names: dict[str, set[str]] = defaultdict(set)
        self.renamed: dict[tuple[str, str], str] = {}
        self.aliases: set[str] = set()
        for path in islice(manifests(tree, languages), _MOST):
            data = tree.read(path, _MOST_BYTES + 1)
            if data is None or len(data) > _MOST_BYTES:
                continue
            name = posixpath.basename(path).lower()
            read = _READERS.get(name, _NO_READER)[0] or (Manifests._aliases if _is_config(name) else None)
            if read is not None:
                read(self, data)
            if _is_lockfile(name, languages):
                self._locked(path, data)

    def _locked(self, path: str, data: bytes) -> None:
        from umbel.collect.registry import collectors

        collector = next((c for c in collectors().values() if c.claims(path)), None)
        if collector is None:
            return
        nowhere = PurePosixPath("/nonexistent") / posixpath.basename(path)
        try:
            reading = collector.read(Document(_pure(nowhere), data=data))
        except UnreadableError:
            return
        self.packages.update(c.package for c in reading.components)
        self.packages.update(e.package for e in reading.edges if e.package)

    def _node(self, data: bytes) -> None:
        tree = _json(data)
        if isinstance(tree.get("name"), str):
            self.names["npm"].add(tree["name"])
        for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
            for name, wanted in _table(tree, key).items():
                if not isinstance(wanted, str):
                    continue
                if wanted.startswith("npm:"):
                    real = package_of("npm", wanted[4:].rpartition("@")[0] or wanted[4:])
                    if real:
                        self.renamed["npm", name] = real
                else:
                    self._add("npm", name)

    def _aliases(self, data: bytes) -> None:
        options = _table(_json(_LAST_COMMA.sub(rb"\1", _COMMENT.sub(rb"\1", data))), "compilerOptions")
        self.aliases.update(list(_table(options, "paths"))[:_MOST])

    def _go(self, data: bytes) -> None:
        match = _GO_MODULE.search(data)
        if match:
            self.names["golang"].add(match[1].decode("utf-8", "replace"))

    def _cargo(self, data: bytes) -> None:
        tree = _toml(data)
        for key in ("package", "lib"):
            name = _table(tree, key).get("name")
            if isinstance(name, str):
                self.names["cargo"].add(name.replace("-", "_"))
        scopes = [tree, _table(tree, "workspace"), *filter(_is_table, _table(tree, "target").values())]
        for scope in scopes:
            for table in _CARGO_TABLES:
                for name, wanted in _table(scope, table).items():
                    real = wanted.get("package") if isinstance(wanted, dict) else None
                    if isinstance(real, str):
                        package = package_of("cargo", real)
                        if package:
                            self.renamed["cargo", name.replace("-", "_")] = package
                    elif not (isinstance(wanted, dict) and "path" in wanted):
                        self._add("cargo", name)

    def _python(self, data: bytes) -> None:
        tree = _toml(data)
        project = _table(tree, "project")
        lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
        lists += [*_table(tree, "dependency-groups").values(), _table(tree, "build-system").get("requires")]
        for one in lists:
            for text in one if isinstance(one, list) else ():
                match = _REQUIREMENT.match(text) if isinstance(text, str) else None
                if match:
                    self._add("pypi", match[1])
        poetry = _table(_table(tree, "tool"), "poetry")
        groups = [poetry, *filter(_is_table, _table(poetry, "group").values())]
        for group in groups:
            for name in [*_table(group, "dependencies"), *_table(group, "dev-dependencies")]:
                if name != "python":
                    self._add("pypi", name)

    def _add(self, kind: str, name: str) -> None:
        package = package_of(kind, name)
        if package:
            self.packages.add(package)


_SCRIPTS = frozenset({"JavaScript", "TypeScript"})
_READERS = {
    "package.json": (Manifests._node, _SCRIPTS),  # noqa: SLF001 - of this module
    "go.mod": (Manifests._go, frozenset({"Go"})),  # noqa: SLF001
    "cargo.toml": (Manifests._cargo, frozenset({"Rust"})),  # noqa: SLF001
    "pyproject.toml": (Manifests._python, frozenset({"Python"})),  # noqa: SLF001
}
_NO_READER: tuple[None, frozenset[str]] = (None, frozenset())


def manifests(tree: Tree, languages: AbstractSet[str] = LANGUAGES) -> list[str]:
    """Paths of the manifests and lockfiles that are read for some languages, the nearest to the root first."""
    paths = [
        entry.path
        for entry in tree.files()
        if _is_manifest(posixpath.basename(entry.path).lower(), languages)
    ]
    shrunk = {posixpath.dirname(path) for path in paths if posixpath.basename(path) == "npm-shrinkwrap.json"}
    if shrunk:  # npm itself passes over the other then
        paths = [
            path
            for path in paths
            if posixpath.basename(path) != "package-lock.json" or posixpath.dirname(path) not in shrunk
        ]
    return sorted(paths, key=lambda path: (path.count("/"), path))


def _is_manifest(name: str, languages: AbstractSet[str]) -> bool:
    return (
        not languages.isdisjoint(_READERS.get(name, _NO_READER)[1])
        or (_is_config(name) and not languages.isdisjoint(_SCRIPTS))
        or _is_lockfile(name, languages)
    )


def _is_lockfile(name: str, languages: AbstractSet[str]) -> bool:
    return any(_LOCKFILES[language].fullmatch(name) for language in languages)


def _is_config(name: str) -> bool:
    return name.endswith(".json") and name.startswith(("tsconfig", "jsconfig"))


def _pure(path: PurePosixPath) -> Any:
    from pathlib import Path

    return Path(path)


def _json(data: bytes) -> dict[str, Any]:
    try:
        tree = msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _toml(data: bytes) -> dict[str, Any]:
    from umbel.collect.lockfiles._quick_toml import read_toml

    try:
        return read_toml(data.decode("utf-8-sig", "replace"))
    except UnreadableError:
        return {}


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _table(tree: object, key: str) -> dict[str, Any]:
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, dict) else {}
