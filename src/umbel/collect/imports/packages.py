# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Module → package: by what is installed, what the project's lockfiles and manifests name, and reviewed tables.

Never by likeness: a name that could mean two packages, or that nothing names, stays unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.imports.standard import standard, table
from umbel.model.purl import PurlError, display, ecosystem, make

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

_RUNS = re.compile(r"[-_.]+")
_GENERATION = re.compile(r"[-_]v\d\w*$")
_DEEPEST = 5
"""Parts of a Python module's name that a package's name may have."""
METADATA, LOCKFILE, TABLE = "metadata", "lockfile", "table"


class Known(NamedTuple):
    """What provides a module. `module` is the part of its name that says so; None: unknown."""

    module: str
    package: str | None = None
    known_by: str | None = None


class PackagesKnown:
    """The packages that a project may import from: made once a project, asked for each module.

    `packages` are purls without version, as the project's lockfiles and manifests name them.
    `installed` are dotted Python modules, with the package that installed each (`google.cloud.storage`).
    `renamed` are Rust crates and npm packages that go under another name here, by (purl type, name).
    `names` are what the project's own parts are called, by purl type; `aliases` what leads to its own
    files in TypeScript (`@app/*`).
    """

    def __init__(
        self,
        packages: Iterable[str] = (),
        installed: Mapping[str, str] | None = None,
        renamed: Mapping[tuple[str, str], str] | None = None,
        *,
        names: Mapping[str, AbstractSet[str]] | None = None,
        aliases: Iterable[str] = (),
    ) -> None:
        """Sort the packages by the names that code uses."""
        self.names = dict(names or {})
        self.aliases = tuple(aliases)
        self._installed = dict(installed or {})
        self._renamed = dict(renamed or {})
        self._by_name: dict[str, dict[str, str]] = defaultdict(dict)
        self._groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for package in sorted(set(packages)):
            self._take(package)
        self._spaces = standard("python-namespaces") | {
            name.rpartition(".")[0] for name in self._installed if "." in name
        }

    def _take(self, package: str) -> None:
        kind, name = ecosystem(package), display(package)
        if kind == "pypi":
            self._by_name[kind][_normal(name)] = package
        elif kind == "cargo":
            self._by_name[kind].setdefault(name.replace("-", "_"), package)
        elif kind == "maven":
            group, _, artifact = name.rpartition(":")
            self._by_name[kind][f"{group}/{artifact}"] = package
            self._groups[group].append((artifact, package))
        elif kind in {"npm", "golang"}:
            self._by_name[kind][name] = package

    def is_namespace(self, dotted: str) -> bool:
        """Whether a Python module holds nothing but modules of several packages."""
        return dotted in self._spaces

    def python(self, path: str) -> Known:
        """`numpy.linalg` → numpy; `google.cloud.storage.blob` → google.cloud.storage."""
        parts = path.split(".")
        heads = [".".join(parts[:n]) for n in range(min(len(parts), _DEEPEST), 0, -1)]
        for head in heads:
            if head in self._installed:
                return Known(head, self._installed[head], METADATA)
        module = next((h for h in reversed(heads) if h not in self._spaces), heads[0])
        names = self._by_name["pypi"]
        # What lies in a namespace may have a package of its own on any level.
        for head in [h for h in heads if len(h) > len(module)] if "." in module else []:
            if _normal(head) in names:
                return Known(head, names[_normal(head)], LOCKFILE)
        found = names.get(_normal(module)) or names.get(_GENERATION.sub("", _normal(module)))
        if found:
            return Known(module, found, LOCKFILE)
        return self._from_table(module, "pypi", table("python-packages").get(module, ()))

    def _from_table(self, module: str, kind: str, candidates: tuple[str, ...]) -> Known:
        names = self._by_name[kind]
        asked = [names[c] for c in (map(_normal, candidates) if kind == "pypi" else candidates) if c in names]
        if len(asked) == 1:
            return Known(module, asked[0], TABLE)
        if len(candidates) == 1:
            return Known(module, _package(kind, candidates[0]), TABLE)
        return Known(module)

    def javascript(self, path: str) -> Known:
        """`lodash/fp` → lodash, `@angular/core/testing` → @angular/core; types come from `@types/…`."""
        parts = path.split("/")
        name = "/".join(parts[: 2 if path.startswith("@") else 1])
        names = self._by_name["npm"]
        renamed = self._renamed.get(("npm", name))
        if renamed:
            return Known(name, renamed, LOCKFILE)
        types = "@types/" + name.removeprefix("@").replace("/", "__")
        package = names.get(name.lower()) or names.get(name) or names.get(types)
        return Known(name, package, LOCKFILE if package else None)

    def go(self, path: str) -> Known:
        """The longest module path that is the package's or lies above it; purls fold its case."""
        names = self._by_name["golang"]
        parts = path.split("/")
        for n in range(len(parts), 0, -1):
            package = names.get("/".join(parts[:n]).lower())
            if package:
                return Known("/".join(parts[:n]), package, LOCKFILE)
        return Known("/".join(parts[: _go_parts(parts)]))

    def rust(self, crate: str) -> Known:
        """A crate as code names it: with `_` for `-`, or as its manifest renames it."""
        package = self._renamed.get(("cargo", crate)) or self._by_name["cargo"].get(crate)
        return Known(crate, package, LOCKFILE if package else None)

    def java(self, path: str) -> Known:
        """The package of a Java package: by the table, else by a group and artifact that spell it."""
        parts = path.split(".")
        heads = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
        spelt = next((known for head in heads for known in [self._spelt(head, path)] if known), None)
        if spelt is not None:
            return spelt
        rows = table("java-packages")
        head = next((h for h in heads if h in rows), None)
        if head is not None:
            found = self._from_table(head, "maven", rows[head])
            if found.package:
                return found
        return Known(".".join(parts[: 4 if path.startswith("org.apache.") else 3]))

    def _spelt(self, group: str, path: str) -> Known | None:
        """`org.apache.commons:commons-csv` spells org.apache.commons.csv, `org.postgresql:postgresql` itself."""
        last = group.rpartition(".")[2]
        fits = set()
        for artifact, package in self._groups.get(group, ()):
            tokens = artifact.lower().split("-")
            while tokens and tokens[0] == last:
                del tokens[0]
            prefix = ".".join([group, *tokens])
            if path == prefix or path.startswith(prefix + "."):
                fits.add((len(prefix), prefix, package))
        best = max(fits, default=None)
        alone = len(self._groups.get(group, ())) == 1
        if best is None or (best[1] == group and not alone):
            return None
        return Known(best[1], best[2], LOCKFILE)


def _normal(name: str) -> str:
    return _RUNS.sub("-", name).lower()


def _package(kind: str, name: str) -> str:
    namespace, _, last = name.rpartition("/")
    return make(kind, namespace or None, last).package


def package_of(kind: str, name: str) -> str | None:
    """The package of a name as a manifest writes it; None for what can't be one."""
    try:
        return _package(kind, name)
    except PurlError:
        return None


def _go_parts(parts: list[str]) -> int:
    """How many parts of an import path name the repository at the usual hosts; else all."""
    if parts[0] in {"github.com", "gitlab.com", "bitbucket.org", "golang.org", "go.uber.org"}:
        return 2 if parts[0] == "go.uber.org" else 3
    if parts[0] == "gopkg.in":
        return 2 if ".v" in parts[1:2][0] else 3
    return 2 if parts[0] in {"k8s.io", "sigs.k8s.io"} else len(parts)
