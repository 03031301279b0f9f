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
    from collections.abc import Iterator

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
_LOCKFILES = re.compile(
    r"poetry\.lock|uv\.lock|pdm\.lock|pylock(\..*)?\.toml|pipfile\.lock|.*requirements.*\.(txt|in)|requirements/.*\.txt"
    r"|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|go\.mod|cargo\.lock|pom\.xml|gradle\.lockfile"
)


class Manifests:
    """What was read. `packages` are purls; `names` the project's own parts by purl type."""

    def __init__(self, tree: Tree) -> None:
        """Read the manifests among a tree's files."""
        self.packages: set[str] = set()
        self.names: dict[str, set[str]] = defaultdict(set)
        self.renamed: dict[tuple[str, str], str] = {}
        self.aliases: set[str] = set()
        for path in islice(_manifests(tree), _MOST):
            data = tree.read(path, _MOST_BYTES + 1)
            if data is None or len(data) > _MOST_BYTES:
                continue
            name = posixpath.basename(path).lower()
            read = _READERS.get(name) or (Manifests._aliases if _is_config(name) else None)
            if read is not None:
                read(self, data)
            if _LOCKFILES.fullmatch(name):
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


_READERS = {
    "package.json": Manifests._node,  # noqa: SLF001 - of this module
    "go.mod": Manifests._go,  # noqa: SLF001
    "cargo.toml": Manifests._cargo,  # noqa: SLF001
    "pyproject.toml": Manifests._python,  # noqa: SLF001
}


def _manifests(tree: Tree) -> Iterator[str]:
    """Paths of manifests, the nearest to the root first."""
    paths = [entry.path for entry in tree.files() if _is_manifest(posixpath.basename(entry.path).lower())]
    yield from sorted(paths, key=lambda path: (path.count("/"), path))


def _is_manifest(name: str) -> bool:
    return name in _READERS or _is_config(name) or _LOCKFILES.fullmatch(name) is not None


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
