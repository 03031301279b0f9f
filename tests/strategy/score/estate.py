# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small estates: apps with what they use and how their code knows it, products made of them, and their ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests import acme
from umbel.collect.columns import Columns
from umbel.collect.interface import Component, Edge, Import, Language, Reading
from umbel.evidence.memory import MemoryLake
from umbel.evidence.session import Session
from umbel.strategy import use
from umbel.strategy.interface import Mapped
from umbel.strategy.score.ranking import Known, ranking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.strategy.interface import Ranked
    from umbel.strategy.score.ranking import Order
    from umbel.strategy.use import Used

Products = dict[str, tuple[str | None, list[str]]]
_LANGUAGES = {"pypi": "Python", "npm": "TypeScript"}


class Uses(NamedTuple):
    """A package in an app: `by` are the packages that need it (none: the app itself asks for it).

    `files`, of which `tests`, import so many `names` at `sites`; no files: the code doesn't name it.
    """

    package: str
    by: tuple[str, ...] = ()
    scope: str | None = "runtime"
    files: int = 0
    names: int = 1
    sites: int = 0
    tests: int = 0
    named: tuple[str, ...] | None = None


class App(NamedTuple):
    """One of our projects: `code_files` in each language, or with `read` False code that nobody looked at."""

    name: str
    uses: tuple[Uses, ...]
    code_files: int = 200
    read: bool = True
    edges: bool = True
    unknown_modules: tuple[str, ...] = ()


def _documents(app: App) -> list[tuple[str, Reading]]:
    components = [
        Component(
            ref=each.package,
            package=f"pkg:{each.package}",
            version="1.0",
            purl=f"pkg:{each.package}@1.0",
            name=each.package.rpartition("/")[2],
            scope=each.scope,
        )
        for each in app.uses
    ]
    edges = [
        Edge(source=source, target=each.package, pinned=True)
        for each in app.uses
        for source in (each.by or (None,))
        if app.edges
    ]
    found = [("package_lock_json", Reading(format="test", components=components, edges=edges))]
    if app.read:
        found.append(
            ("checkout", Reading(format="checkout", imports=_imports(app), languages=_languages(app)))
        )
    return found


def _imports(app: App) -> list[Import]:
    known = [
        Import(
            language=_LANGUAGES[each.package.partition("/")[0]],
            module=each.package.rpartition("/")[2],
            package=f"pkg:{each.package}",
            known_by="lockfile",
            kind="package",
            files=each.files,
            sites=each.sites or each.files,
            names=each.named or tuple(f"part{n % 7}.name{n:03}" for n in range(each.names)),
            test_files=each.tests,
        )
        for each in app.uses
        if each.files and each.package.partition("/")[0] in _LANGUAGES
    ]
    return [
        *known,
        *(Import(language="Python", module=m, kind="unknown", files=9, sites=9) for m in app.unknown_modules),
        Import(language="Python", module="os", kind="standard", files=1, sites=1),
    ]


def _languages(app: App) -> list[Language]:
    return [
        Language(language=name, files=app.code_files, code=app.code_files * 100)
        for name in _LANGUAGES.values()
    ]


def lake(apps: Sequence[App]) -> MemoryLake:
    """The apps' lockfiles and, where it was read, their code."""
    columns = Columns(b"salt" * 8)
    for app in apps:
        for collector, reading in _documents(app):
            columns.add(acme.stamp(app.name, collector=collector, lineage=f"{collector} {app.name}"), reading)
    return MemoryLake(columns.batch())


def mapped(projects: Mapping[str, str]) -> list[Mapped]:
    """Packages (without `pkg:`) with the project that they come from."""
    return [
        Mapped(package=f"pkg:{p}", project=name, confidence=1.0, how="declared")
        for p, name in projects.items()
    ]


def used(
    apps: Sequence[App], products: Products, projects: Mapping[str, str] | None = None
) -> dict[str, Used]:
    """What the estate uses, by project or package."""
    with Session(lake(apps), acme.NOW, use.TABLES) as session:
        return {each.upstream: each for each in use.used(session, mapped(projects or {}), products)}


def ranked(
    apps: Sequence[App],
    products: Products,
    *,
    projects: Mapping[str, str] | None = None,
    known: Known | None = None,
    order: Order = "strategic",
) -> dict[str, Ranked]:
    """The list of an estate, in its order, by project or package (without `pkg:`)."""
    with Session(lake(apps), acme.NOW, use.TABLES) as session:
        found = use.used(session, mapped(projects or {}), products)
        listed = ranking(session, found, known or Known(), order)
    return {each.project.removeprefix("pkg:"): each for each in listed}


def strategic(apps: Sequence[App], products: Products) -> dict[str, float]:
    """The strategic figures of an estate, by package (without `pkg:`)."""
    return {name: each.strategic or 0.0 for name, each in ranked(apps, products).items()}


def services(number: int, *uses: Uses, code_files: int = 200, read: bool = True) -> list[App]:
    """So many apps that all use the same."""
    return [App(f"service-{n:02}", uses, code_files, read) for n in range(number)]


def each_critical(apps: Sequence[App], criticality: str = "critical") -> Products:
    """Every app a product of its own."""
    return {f"product {app.name}": (criticality, [app.name]) for app in apps}
