# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The `package.json` files of a project and its workspaces → what each asks for, and what for.

Nothing outside of the project is read; what `node_modules` holds isn't either.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect.faults import Faults
from umbel.collect.lockfiles._js_graph import DEVELOPMENT, NEEDED, OPTIONAL, OPTIONAL_PEER, Kind
from umbel.collect.lockfiles._sources import beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from umbel.collect.interface import Document

_MOST = 2000
"""Manifests, or entries of a folder, that are looked at."""
_DEEPEST = 8
"""Levels of folders that `**` looks through."""
_PASSED_BY = frozenset({"node_modules", "bower_components"})


class Ask(NamedTuple):
    """One dependency as a manifest states it."""

    requirement: str
    kind: Kind
    peer: bool = False


class Manifest(NamedTuple):
    """What a `package.json` says, as far as dependencies go."""

    name: str | None
    version: str | None
    asks: dict[str, Ask]
    resolutions: dict[str, str]
    workspaces: list[str]


class Manifests:
    """Reads manifests by their folder, each once. `faults` holds what was wrong with them."""

    def __init__(self, document: Document) -> None:
        """Nothing is read yet."""
        self.faults = Faults()
        self._document = document
        self._read: dict[str, Manifest | None] = {}
        self._digest = hashlib.sha256()

    def digest(self) -> bytes:
        """Changes whenever one of the manifests that were read does."""
        return self._digest.digest()

    def at(self, folder: str) -> Manifest | None:
        """The manifest of a folder, by its path from the lockfile; None if there is none to be had."""
        folder = joined(folder)
        if folder not in self._read:
            if len(self._read) >= _MOST:
                message = f"belongs to more than {_MOST:,} manifests; the others are not read"
                self.faults.once("too-many", message, "", "note")
                return None
            self._read[folder] = self._open(posixpath.join(folder, "package.json"))
        return self._read[folder]

    def companion(self, name: str) -> bytes | None:
        """Another file beside the lockfile, which then takes part in the digest."""
        data = beside(self._document, name, self.faults)
        if data is not None:
            self._digest.update(name.encode("utf-8", "replace") + b"\0" + hashlib.sha256(data).digest())
        return data

    def members(self, patterns: Iterable[str]) -> list[str]:
        """Folders with a manifest that a list of patterns means; those after a `!` are left out."""
        wanted: dict[str, None] = {}
        for pattern in patterns:
            if pattern.startswith("!"):
                barred = joined(pattern[1:])
                wanted = {f: None for f in wanted if not _matches(f, barred)}
            else:
                wanted.update(dict.fromkeys(self._expanded(joined(pattern))))
        return [folder for folder in wanted if folder and self.at(folder) is not None]

    def _open(self, name: str) -> Manifest | None:
        data = self.companion(name)
        if data is None:
            return None
        try:
            tree = msgspec.json.decode(data.decode("utf-8-sig", "replace"))
        except (msgspec.DecodeError, RecursionError) as error:
            message = f"stands beside a {name[:200]} that is no sound JSON: {error}"
            self.faults.add("companion", message, name[:200])
            return None
        if not isinstance(tree, dict):
            self.faults.add("companion", f"stands beside a {name[:200]} that is no object", name[:200])
            return None
        return _manifest(tree)

    # -- workspaces

    def _expanded(self, pattern: str) -> list[str]:
        found = {"": None}
        for part in pattern.split("/")[: _DEEPEST * 2]:
            if part == "**":
                found = dict.fromkeys(folder for start in found for folder in self._below(start))
            elif any(mark in part for mark in "*?["):
                inner = (posixpath.join(f, n) for f in found for n in self._names(f) if fnmatchcase(n, part))
                found = dict.fromkeys(name for name, _ in zip(inner, range(_MOST), strict=False))
            else:
                found = {posixpath.join(folder, part): None for folder in found}
        return list(found)

    def _below(self, start: str) -> Iterator[str]:
        """A folder and all in it, level by level."""
        level, seen = [start], 0
        for _ in range(_DEEPEST):
            deeper = []
            for folder in level:
                yield folder
                seen += 1
                if seen >= _MOST:
                    return
                deeper += [posixpath.join(folder, name) for name in self._names(folder)]
            level = deeper

    def _names(self, folder: str) -> list[str]:
        return _folders(self._document.path.parent / folder, self._document.root)


def _manifest(tree: dict[str, Any]) -> Manifest:
    asks: dict[str, Ask] = {}
    meta = tree.get("peerDependenciesMeta")
    for name, text in _texts(tree.get("peerDependencies")).items():
        said = meta.get(name) if isinstance(meta, dict) else None
        optional = isinstance(said, dict) and said.get("optional") is True
        asks[name] = Ask(text, OPTIONAL_PEER if optional else NEEDED, peer=True)
    for name, text in _texts(tree.get("devDependencies")).items():
        asks[name] = Ask(text, DEVELOPMENT)
    for field, kind in (("dependencies", NEEDED), ("optionalDependencies", OPTIONAL)):
        for name, text in _texts(tree.get(field)).items():
            asks[name] = Ask(text, kind)
    title, version = tree.get("name"), tree.get("version")
    listed = tree.get("workspaces")
    if isinstance(listed, dict):
        listed = listed.get("packages")
    return Manifest(
        title if isinstance(title, str) and title else None,
        version if isinstance(version, str) and version else None,
        asks,
        _texts(tree.get("resolutions")),
        [item for item in listed if isinstance(item, str)][:_MOST] if isinstance(listed, list) else [],
    )


def joined(path: str) -> str:
    """A folder's path from the lockfile on, in one spelling; `""` is the lockfile's own."""
    path = posixpath.normpath(path.replace("\\", "/"))
    return "" if path == "." else path


def _matches(folder: str, pattern: str) -> bool:
    return fnmatchcase(folder, pattern) or fnmatchcase(folder, pattern.replace("**/", ""))


def _folders(folder: Path, root: Path) -> list[str]:
    """Names of a folder's own folders; none if it lies outside of the project."""
    try:
        if not folder.resolve().is_relative_to(root.resolve()):
            return []
        with os.scandir(folder) as entries:
            some = [entry for _, entry in zip(range(_MOST), entries, strict=False)]
            names = [entry.name for entry in some if entry.is_dir(follow_symlinks=False)]
    except (OSError, ValueError, RuntimeError):
        return []
    return sorted(name for name in names if name not in _PASSED_BY and not name.startswith("."))


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}
