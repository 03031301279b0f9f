# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which modules are the project's own: by where its files lie and by what its manifests name."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

_ROOTS = ("", "src", "lib", "python")
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_DEEPEST = 6
"""Folders that a namespace may nest."""


class Own:
    """What a project holds itself. `names` are what its manifests call its parts, by purl type."""

    def __init__(
        self,
        paths: Iterable[str],
        names: Mapping[str, AbstractSet[str]],
        java: set[str],
        aliases: Iterable[str] = (),
    ) -> None:
        """Look at the paths of all files once."""
        self._names = names
        self._java = java
        self._aliases = tuple(aliases)
        self._python_files: set[str] = set()
        self._folders: set[str] = set()
        self._packages: set[str] = set()
        self._rust: set[str] = set()
        self._roots = {*_ROOTS}
        for path in paths:
            self._take(path)
        self._inner = {
            posixpath.basename(p) for p in self._packages if posixpath.dirname(p) not in self._packages
        }
        """Packages that lie in no other: `tests/data/foo` makes `foo`."""

    def _take(self, path: str) -> None:
        folder, name = posixpath.split(path)
        stem, suffix = posixpath.splitext(name)
        if suffix in {".py", ".pyi", ".pyx", ".so", ".pyd"}:
            self._python_files.add(posixpath.join(folder, stem.partition(".")[0]))
            if stem == "__init__":
                self._packages.add(folder)
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = posixpath.dirname(folder)
        elif suffix == ".rs":
            self._rust.add(posixpath.basename(folder) if stem == "mod" else stem)
        if name in _MANIFESTS:
            folder = posixpath.dirname(path)
            self._roots.update(posixpath.join(folder, root) for root in _ROOTS)

    def python(self, path: str, folder: str) -> str | None:
        """How the project holds a module: `root`, `beside` the importing file, `inside` somewhere; None: not."""
        parts = path.split(".")[:_DEEPEST]
        if any(self._holds(root, parts) for root in self._roots):
            return "root"
        # A script finds what lies beside it; a package's file does not.
        if folder not in self._packages and self._holds(folder, parts):
            return "beside"
        return (
            "inside"
            if parts[0] in self._inner or posixpath.join(folder, parts[0]) in self._python_files
            else None
        )

    def _holds(self, root: str, parts: list[str]) -> bool:
        place = root
        for part in parts:
            place = posixpath.join(place, part)
            if place in self._packages or place in self._python_files:
                return True
            if place not in self._folders:
                return False
        return True

    def javascript(self, path: str) -> bool:
        """Whether a module is a part of the workspace, or goes by an alias of the project's."""
        if path.startswith(("#", "@/", "~/", "~~/", "/", "$lib/", "$app/")):
            return True
        name = "/".join(path.split("/")[: 2 if path.startswith("@") else 1])
        return name in self._names.get("npm", ()) or any(
            path == alias.rstrip("/*")
            or (alias.endswith("*") and path.startswith(alias[:-1]) and alias != "*")
            for alias in self._aliases
        )

    def go(self, path: str) -> bool:
        """Whether a package lies in a module of the project's."""
        return any(path == name or path.startswith(name + "/") for name in self._names.get("golang", ()))

    def rust(self, crate: str) -> bool:
        """Whether a crate is of the workspace."""
        return crate in self._names.get("cargo", ())

    def rust_file(self, name: str) -> bool:
        """Whether a file makes a module of this name: what nothing else names is that."""
        return name in self._rust

    def java(self, path: str) -> bool:
        """Whether some file declares this package."""
        return path in self._java
