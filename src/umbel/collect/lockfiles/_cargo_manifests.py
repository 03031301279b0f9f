# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The `Cargo.toml` files of a workspace → what each of its packages asks for, and what for.

Members are found as Cargo finds them: by the workspace's list and by paths in dependencies, from
the manifest beside the lockfile on. Nothing outside of the project is read.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.collect.faults import Faults
from umbel.collect.interface import UnreadableError
from umbel.collect.lockfiles._sources import beside
from umbel.collect.lockfiles._toml import toml_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.collect.interface import Document

_TABLES = {
    "dependencies": "runtime",
    "build-dependencies": "build",
    "build_dependencies": "build",
    "dev-dependencies": "development",
    "dev_dependencies": "development",
}
_MOST = 2000
"""Manifests, or entries of a folder, that are looked at."""
_MOST_ASKS = 64
"""Lines for one package in one manifest."""
_COMPARATOR = re.compile(r"(?:\^|~|>=|<=|>|<|=)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")


class Ask(NamedTuple):
    """One dependency as a manifest states it."""

    scope: str
    requirement: str | None
    optional: bool

    def fits(self, version: str) -> bool:
        """Whether the version may be meant: tells a package's versions apart, no more."""
        asked = _COMPARATOR.match(self.requirement or "")
        if asked is None or (self.requirement or "")[:1] in "<>":
            return True
        said = [part for part in asked.groups() if part is not None]
        have = re.split(r"[.+-]", version)
        # A caret requirement holds all parts up to and including the first that is no zero.
        until = next((i for i, part in enumerate(said) if int(part)), len(said) - 1) + 1
        if (self.requirement or "")[:1] in "=~":
            until = len(said) if (self.requirement or "")[0] == "=" else min(2, len(said))
        return have[:until] == said[:until]


class Manifests:
    """What was found. `asks` is by package name, then by the real name of what is asked for."""

    def __init__(self, document: Document) -> None:
        """Read the manifests that belong to a lockfile, as far as they are there."""
        self.asks: dict[str, dict[str, list[Ask]]] = {}
        self.main: str | None = None
        self.faults = Faults()
        self._document = document
        self._shared: dict[str, Any] = {}
        self._digest = hashlib.sha256()
        todo, seen = [""], {""}
        while todo:
            folder = todo.pop()
            for found in self._read(folder):
                if found not in seen and len(seen) < _MOST:
                    seen.add(found)
                    todo.append(found)
        if len(seen) >= _MOST:
            message = f"belongs to more than {_MOST:,} manifests; the others are not read"
            self.faults.add("too-many", message, "", "note")

    def digest(self) -> bytes:
        """Changes whenever one of the manifests does."""
        return self._digest.digest()

    def _read(self, folder: str) -> Iterator[str]:
        """Read one folder's manifest; gives the folders of others that it names."""
        name = posixpath.join(folder, "Cargo.toml")
        data = beside(self._document, name, self.faults)
        if data is None:
            return
        self._digest.update(name.encode("utf-8", "replace") + b"\0" + hashlib.sha256(data).digest())
        try:
            tree = toml_tree(data.decode("utf-8-sig", "replace"))
        except UnreadableError as error:
            self.faults.add("companion", f"stands beside a {name} that {error}", name[:200])
            return
        workspace = _table(tree, "workspace")
        if not folder:
            self._shared = _table(workspace, "dependencies")
            yield from self._members(workspace)
        package = _table(tree, "package") or _table(tree, "project")
        title = package.get("name")
        asks = self.asks.setdefault(title, {}) if isinstance(title, str) else {}
        if not folder and isinstance(title, str):
            self.main = title
        for scope, table in _tables(tree):
            for key, said in table.items():
                yield from self._ask(folder, scope, key, said, asks)
        for patched in _table(tree, "patch").values():
            if isinstance(patched, dict):
                yield from self._paths(folder, patched)

    def _ask(self, folder: str, scope: str, key: str, said: Any, asks: dict[str, list[Ask]]) -> Iterator[str]:
        fields: dict[str, Any] = said if isinstance(said, dict) else {"version": said}
        optional = fields.get("optional") is True
        if fields.get("workspace") is True:
            folder, inherited = "", self._shared.get(key)
            fields = inherited if isinstance(inherited, dict) else {"version": inherited}
        real, version = fields.get("package"), fields.get("version")
        requirement = version if isinstance(version, str) and version else None
        ask = Ask("optional" if optional and scope == "runtime" else scope, requirement, optional)
        known = asks.setdefault(real if isinstance(real, str) else key, [])
        if len(known) < _MOST_ASKS:
            known.append(ask)
        yield from self._paths(folder, {key: fields})

    def _paths(self, folder: str, table: dict[str, Any]) -> Iterator[str]:
        for fields in table.values():
            path = fields.get("path") if isinstance(fields, dict) else None
            if isinstance(path, str) and not path.startswith("/"):
                yield _joined(folder, path)

    def _members(self, workspace: dict[str, Any]) -> Iterator[str]:
        """Folders that the workspace lists; a star stands for any name within one folder."""
        left_out = {_joined("", path) for path in _texts(workspace.get("exclude"))}
        for pattern in _texts(workspace.get("members"))[:_MOST]:
            for folder in self._expanded(_joined("", pattern)):
                if folder not in left_out:
                    yield folder
        yield from self._paths("", self._shared)

    def _expanded(self, pattern: str) -> list[str]:
        found = [""]
        for part in pattern.split("/")[:_MOST]:
            if not any(mark in part for mark in "*?["):
                found = [posixpath.join(folder, part) for folder in found]
            elif "**" in part:
                message = f"has {pattern[:120]!r} among its workspace's members, which is not followed"
                self.faults.add("members", message, "Cargo.toml", "note")
                return []
            else:
                below = [posixpath.join(f, name) for f in found for name in self._folders(f, part)]
                found = below[:_MOST]
        return found

    def _folders(self, folder: str, pattern: str) -> list[str]:
        """Names of a folder's own folders that match; none if it can't be looked at."""
        return _folders(self._document.path.parent / folder, self._document.root, pattern)


def _folders(folder: Path, root: Path, pattern: str) -> list[str]:
    try:
        if not folder.resolve().is_relative_to(root.resolve()):
            return []
        with os.scandir(folder) as entries:
            some = [entry for _, entry in zip(range(_MOST), entries, strict=False)]
            names = [entry.name for entry in some if entry.is_dir(follow_symlinks=False)]
    except (OSError, ValueError, RuntimeError):
        return []
    return sorted(name for name in names if fnmatchcase(name, pattern))


def _joined(folder: str, path: str) -> str:
    """A path from the lockfile's folder on; `""` is that folder itself."""
    joined = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
    return "" if joined == "." else joined


def _tables(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of dependencies with its scope, those for one platform too."""
    places = [tree, *(t for t in _table(tree, "target").values() if isinstance(t, dict))]
    for place in places:
        for key, scope in _TABLES.items():
            table = _table(place, key)
            if table:
                yield scope, table


def _table(tree: dict[str, Any], key: str) -> dict[str, Any]:
    value = tree.get(key)
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
