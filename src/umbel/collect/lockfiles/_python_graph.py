# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Packages of a Python lockfile that name each other by requirement: who gets which version, and why.

`uv.lock` names the version where there are several; Poetry's and PDM's lockfiles leave it to the
constraint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.collect._python import MOST_FORKS, normal, package_key
from umbel.collect.interface import Component, Edge
from umbel.collect.lockfiles._python_constraint import allows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.collect.faults import Faults
    from umbel.collect.lockfiles._pyproject import Ask, Manifest
    from umbel.collect.lockfiles._toml_fields import Table

_STRENGTH = ("runtime", "development", "optional")
"""Scopes in the order in which they win."""


class Package:
    """One package of the lock, and what each part of it needs: "" itself, `+extra` an extra."""

    __slots__ = ("component", "item", "name", "needs", "own", "parts", "place", "ref", "scope", "version")

    def __init__(self, item: Table, name: str, version: str | None, place: str, *, own: bool) -> None:
        """Take one record; `own` packages are the project's and fold into it."""
        self.item, self.name, self.version, self.place, self.own = item, name, version, place, own
        self.ref = f"{name}@{version}" if version else name
        self.component: Component | None = None
        self.scope: str | None = None
        self.needs: list[Need] = []
        self.parts: dict[str, list[Need]] = {}

    def add(self, need: Need) -> None:
        """Take one thing that the package needs."""
        self.needs.append(need)
        for part in need.parts:
            self.parts.setdefault(part, []).append(need)


class Need:
    """One dependency: of which part, and on what with which extras."""

    __slots__ = ("edge", "extras", "parts", "target")

    def __init__(
        self, parts: tuple[str, ...], target: Package | None, extras: tuple[str, ...], edge: Edge
    ) -> None:
        """Take one dependency that has an edge."""
        self.parts, self.target, self.extras, self.edge = parts, target, extras, edge


class Graph:
    """All packages of one lock, by name."""

    def __init__(self, faults: Faults) -> None:
        """Begin with none."""
        self.packages: list[Package] = []
        self._faults = faults
        self._named: dict[str, list[Package]] = {}
        self._refs: set[str] = set()

    def add(self, package: Package) -> None:
        """Take one package; several of one name and version are told apart by their number."""
        if package.ref in self._refs:
            package.ref += f" ({len(self.packages)})"
        self._refs.add(package.ref)
        self._named.setdefault(normal(package.name), []).append(package)
        self.packages.append(package)

    def known(self, name: str, version: str | None) -> Package | None:
        """The package of a name and version, if there is one already."""
        for package in self._named.get(normal(name), [])[:MOST_FORKS]:
            if package.version == version:
                return package
        return None

    def meant(self, name: str, constraint: str | None) -> list[Package]:
        """The packages that a requirement may mean: one, unless the platform decides between several."""
        found = self._named.get(normal(name), [])
        if len(found) <= 1:
            return found
        if len(found) > MOST_FORKS:
            return []
        return [package for package in found if allows(constraint, package.version) is not False]

    def asked(self, manifest: Manifest | None) -> list[Need]:
        """What the project itself asks for."""
        found: list[Need] = []
        for ask in manifest.asks if manifest else ():
            targets = self.meant(ask.name, ask.constraint)
            found += [_need(ask, target) for target in targets]
            if not targets:
                found.append(_need(ask, None))
                message = f"has no package for {ask.name[:120]!r}, which the project asks for"
                self._faults.add("unresolved", message, "pyproject.toml")
        return found

    def edges(self, asked: list[Need]) -> list[Edge]:
        """Who needs whom; what a package of the project's own needs, the project needs."""
        roots = [need.edge for need in asked if need.target is None or not need.target.own]
        rest: list[Edge] = []
        for package in self.packages:
            edges = [need.edge for need in package.needs if need.target is None or not need.target.own]
            if package.own:
                roots += [msgspec.structs.replace(edge, scope=package.scope or edge.scope) for edge in edges]
            else:
                rest += edges
        return [*dict.fromkeys(roots), *dict.fromkeys(rest)]


def edge(source: Package | None, target: Package | None, name: str, text: str | None, part: str) -> Edge:
    """One edge, of the part of its source that needs the target."""
    known = target.component if target is not None else None
    return Edge(
        source=None if source is None or source.own else source.ref,
        target=known.ref if known else None,
        package=known.package if known else package_key(name),
        requirement=text,
        scope=scope_of(part),
        optional=part[:1] == "+",
        pinned=True if known else None,
    )


def scope_of(part: str) -> str:
    """What a part of a package is for."""
    return {"": "runtime", "+": "optional"}.get(part[:1], "development")


def strongest(scopes: Iterable[str]) -> str | None:
    """The scope that wins; None of none."""
    found = set(scopes)
    return next((scope for scope in _STRENGTH if scope in found), None)


def reached(asked: list[Need]) -> dict[Package, str]:
    """The strongest scope by which each package is reached from what the project asks for."""
    found: dict[Package, str] = {}
    seen: set[tuple[Package, str]] = set()
    for scope in _STRENGTH:
        todo = [s for need in asked if scope_of(need.parts[0]) == scope for s in _states(need)]
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            package, part = state
            found.setdefault(package, scope)
            for need in package.parts.get(part, ()):
                todo += _states(need)
    return found


def _need(ask: Ask, target: Package | None) -> Need:
    extras = tuple(f"+{normal(extra)}" for extra in ask.extras)
    return Need((ask.part,), target, extras, edge(None, target, ask.name, ask.text, ask.part))


def _states(need: Need) -> Iterator[tuple[Package, str]]:
    if need.target is not None:
        yield need.target, ""
        for extra in need.extras:
            yield need.target, extra
