# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an imported name means to a project: its own, the language's, or a package's."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.imports.own import Own
from umbel.collect.imports.standard import standard, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.collect._tree import Tree
    from umbel.collect.imports.packages import Known, PackagesKnown
    from umbel.collect.imports.parsing import Found


class Resolved(NamedTuple):
    """What a row of `imports` says of a module. `inside` leads from the module to what was imported."""

    module: str
    kind: str
    package: str | None = None
    known_by: str | None = None
    inside: str = ""


class Resolver:
    """Asked for each import of each file; the same question is answered from memory."""

    def __init__(self, tree: Tree, known: PackagesKnown, java_packages: set[str]) -> None:
        """Look at the tree's paths once."""
        paths = (entry.path for entry in tree.files())
        self._own = Own(paths, known.names, java_packages, known.aliases)
        self._known = known
        self._by_language: dict[str, Callable[[str, str], Resolved]] = {
            "Python": cache(self._python),
            "JavaScript": cache(self._javascript),
            "TypeScript": cache(self._javascript),
            "Java": cache(self._java),
            "Go": cache(self._go),
            "Rust": cache(self._rust),
        }

    def resolve(self, language: str, found: Found, path: str) -> Resolved | None:
        """What one import means; None if it is none."""
        if found.local:
            return Resolved(".", "own")
        folder = posixpath.dirname(path) if language == "Python" else ""
        what = self._by_language[language](found.path, folder)
        return what if found.sure or (what.kind != "unknown" and what.module != ".") else None

    def _python(self, path: str, folder: str) -> Resolved:
        top = path.partition(".")[0]
        held = self._own.python(path, folder)
        if held in {"root", "beside"}:
            return Resolved(top, "own")
        if top in standard("python"):
            return Resolved(top, "standard", inside=_rest(path, top, "."))
        known = self._known.python(path)
        if known.package is None and held:
            return Resolved(top, "own")
        return _of(known, path, ".")

    def _javascript(self, path: str, _: str) -> Resolved:
        path = path.rpartition("!")[2].partition("?")[0]
        if path.startswith(".") or self._own.javascript(path):
            return Resolved("." if path.startswith((".", "#", "/", "~", "@/")) else _npm_name(path), "own")
        if path.startswith(("node:", "bun:")):
            return Resolved(path, "standard")
        if ":" in path:
            return Resolved(path, "unknown")
        known = self._known.javascript(path)
        if known.package is None and known.module in standard("node"):
            return Resolved(path, "standard")
        return _of(known, path, "/", ".")

    def _java(self, path: str, _: str) -> Resolved:
        if self._own.java(path):
            return Resolved(_first(path, 3), "own")
        parts = path.split(".")
        heads = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
        jdk, rows = standard("java"), table("java-packages")
        head = next((h for h in heads if h in jdk or h in rows), "")
        if head in jdk:
            return Resolved(path, "standard")
        known = self._known.java(path)
        return Resolved(
            known.module, "package" if known.package else "unknown", known.package, known.known_by
        )

    def _go(self, path: str, _: str) -> Resolved:
        if self._own.go(path):
            return Resolved(".", "own")
        first = path.partition("/")[0]
        if first in standard("go"):
            return Resolved(path, "standard")
        known = self._known.go(path)
        return _of(known, path, "/", ".")

    def _rust(self, path: str, _: str) -> Resolved:
        if path in standard("rust"):
            return Resolved(path, "standard")
        if self._own.rust(path):
            return Resolved(path, "own")
        known = self._known.rust(path)
        if known.package is None and self._own.rust_file(path):
            return Resolved(".", "own")
        return _of(known, path, "::")


def _of(known: Known, path: str, joint: str, end: str | None = None) -> Resolved:
    kind = "package" if known.package else "unknown"
    return Resolved(known.module, kind, known.package, known.known_by, _rest(path, known.module, joint, end))


def _rest(path: str, module: str, joint: str, end: str | None = None) -> str:
    """What a path has beyond the module, to stand in front of its names: `linalg.`."""
    inside = path[len(module) :].removeprefix(joint)
    return inside + (end or joint) if inside else ""


def _npm_name(path: str) -> str:
    return "/".join(path.split("/")[: 2 if path.startswith("@") else 1])


def _first(path: str, parts: int) -> str:
    return ".".join(path.split(".")[:parts])
