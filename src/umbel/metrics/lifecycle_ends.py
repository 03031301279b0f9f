# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What in the portfolio is past its end of life or near it, and how much of it is in a list of lifecycles at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from umbel.metrics.lifecycle import Cycles, CycleState, cycle_of, cycles, release_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from umbel.evidence.session import Session

TABLES = ("usage", "components", "lifecycles")
"""The stored tables that a session must hold."""
RELATION = "life_ends"
AHEAD = 365
"""Days from which on an end that comes is near."""
What = Literal["component", "distribution"]

# Only images need their whole purl, which tells registry and tag: the others are found by their package.
# Repeated facts of a component are harmless here.
_COMPONENTS = """
WITH images AS (
  SELECT DISTINCT component, purl FROM raw_components
  WHERE starts_with(package, 'pkg:docker/') OR starts_with(package, 'pkg:oci/')
)
SELECT u.package, u.version, c.purl, list(DISTINCT u.project ORDER BY u.project)
FROM usage AS u LEFT JOIN images AS c ON c.component = u.component
WHERE $projects::VARCHAR[] IS NULL OR list_contains($projects::VARCHAR[], u.project)
GROUP BY u.package, u.version, c.purl ORDER BY u.package, u.version, c.purl
"""
_SYSTEMS = """
WITH told AS (
  SELECT DISTINCT component, package, split_part(package, '/', 2) AS vendor,
         regexp_extract(purl, '[?&]distro=([^&#]+)', 1) AS distro
  FROM raw_components
  WHERE starts_with(package, 'pkg:deb/') OR starts_with(package, 'pkg:rpm/') OR starts_with(package, 'pkg:apk/')
  UNION ALL
  SELECT DISTINCT component, NULL, NULL, lower(name) || '-' || coalesce(version, '')
  FROM raw_components WHERE type = 'operating-system'
)
SELECT t.distro, t.vendor, list(DISTINCT t.package), list(DISTINCT u.project ORDER BY u.project)
FROM usage AS u JOIN told AS t ON t.component = u.component
WHERE t.distro <> '' AND ($projects::VARCHAR[] IS NULL OR list_contains($projects::VARCHAR[], u.project))
GROUP BY t.distro, t.vendor ORDER BY t.distro, t.vendor
"""


class LifecycleEnd(msgspec.Struct, frozen=True, kw_only=True):
    """One component version, or one release of a distribution, whose life ended or ends soon.

    `package` is its purl without version, None of a distribution, of which `packages` counts those that are
    installed. `days_left` is negative after the end, and None where the end has no date. `successor` is the
    product's newest cycle that is alive.
    """

    what: What
    package: str | None
    version: str | None
    product: str
    title: str
    cycle: str | None
    eol: bool | None
    eol_on: date | None
    days_left: int | None
    support_until: date | None
    extended_until: date | None
    latest: str | None
    successor: str | None
    packages: int | None
    projects: list[str]
    products: list[str]
    mapped_by: str
    url: str | None


class LifecycleEnds(msgspec.Struct, frozen=True, kw_only=True):
    """What ended or ends soon, and of how much that can be said.

    `components` counts component versions, `listed` those of them whose cycle is known, `unplaced` those of a
    listed product whose version is in no known cycle, `undated` those whose cycle has neither a date nor a yes
    or no. `distributions` counts releases of distributions in use, `distributions_listed` those that are known.
    `cycles` is how many products the lists have; None if no list was ever read.
    """

    rows: list[LifecycleEnd]
    ahead: int
    components: int
    listed: int
    unplaced: int
    undated: int
    distributions: int
    distributions_listed: int
    lists: int | None


class Found(NamedTuple):
    """A component version, or a release of a distribution, where it stands, and the projects that use it."""

    what: What
    package: str | None
    version: str | None
    state: CycleState
    projects: list[str]
    packages: int | None


def ends(
    session: Session,
    projects: Sequence[str] | None = None,
    ahead: int = AHEAD,
    products_of: Callable[[str], Iterable[str]] = lambda _: (),
) -> LifecycleEnds:
    """What ended by the session's day or ends within `ahead` days, the longest past first.

    `projects` are those that are asked about, None is all; `products_of` names the products of a project.
    """
    known = cycles(session)
    asked = {"projects": None if projects is None else list(projects)}
    versions, found = _components(session, asked, known)
    systems = _systems(session, asked, known)
    found += systems[1]
    listed = [state for state in versions.values() if state is not None]
    placed = [state for state in listed if state.cycle is not None]
    names = {project: tuple(products_of(project)) for each in found for project in each.projects}
    today = session.as_of.date()
    rows = [_row(each, today, names) for each in found if _is_near(each.state, today, ahead)]
    return LifecycleEnds(
        rows=sorted(rows, key=_order),
        ahead=ahead,
        components=len(versions),
        listed=len(placed),
        unplaced=len(listed) - len(placed),
        undated=sum(state.eol is None for state in placed),
        distributions=systems[0],
        distributions_listed=sum(each.state.cycle is not None for each in systems[1]),
        lists=len(known) or None,
    )


def in_use(session: Session) -> list[Found]:
    """Everything in use that is of a listed product, whenever its life ends. The session must hold `TABLES`."""
    known = cycles(session)
    asked: dict[str, list[str] | None] = {"projects": None}
    return [*_components(session, asked, known)[1], *_systems(session, asked, known)[1]]


def attach(session: Session) -> None:
    """Make the relation `life_ends` in a session that holds `TABLES`: what projects use that is in a list.

    A row is one version of a package in one project: `eol_on` is the day of its end, `eol` whether it has ended
    where that has no date. Of several images by one name, one that ended counts.
    """
    import pyarrow as pa

    _, found = _components(session, {"projects": None}, cycles(session))
    rows: dict[tuple[str, str | None, str | None], CycleState] = {}
    for each in found:
        for project in each.projects:
            key = (project, each.package, each.version)
            rows[key] = min((rows.get(key, each.state), each.state), key=_end)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    table = {
        name: pa.array(column, pa.string())
        for name, column in zip(("project", "package", "version"), columns, strict=True)
    }
    table["eol_on"] = pa.array([state.eol_on for state in rows.values()], pa.date32())
    table["eol"] = pa.array([state.eol for state in rows.values()], pa.bool_())
    session.register("life_ends_told", pa.table(table))
    session.run("CREATE OR REPLACE TABLE life_ends AS SELECT * FROM life_ends_told")


def _end(state: CycleState) -> tuple[bool, date, int]:
    """Ended before dated, dated before alive, alive before unknown."""
    dated = state.eol_on or date.max
    return (not state.eol, dated, 0 if state.eol is False else 1)


def _components(
    session: Session, asked: dict[str, list[str] | None], known: Cycles
) -> tuple[dict[tuple[str, str | None], CycleState | None], list[Found]]:
    """The state of every component version, and those that have one with the projects that use them."""
    versions: dict[tuple[str, str | None], CycleState | None] = {}
    found: dict[tuple[str, str | None, CycleState], set[str]] = {}
    for package, version, purl, used in session.ask(_COMPONENTS, asked).rows():
        state = cycle_of(package, version, known, purl=purl)
        if versions.get((package, version)) is None:
            versions[package, version] = state
        if state is not None:
            found.setdefault((package, version, state), set()).update(used)
    rows = [Found("component", *key, sorted(used), None) for key, used in found.items()]
    return versions, rows


def _systems(session: Session, asked: dict[str, list[str] | None], known: Cycles) -> tuple[int, list[Found]]:
    """How many releases of distributions are in use, and those of them whose product is known."""
    unknown: set[str] = set()
    packages: dict[tuple[str, str | None], set[str]] = {}
    projects: dict[tuple[str, str | None], set[str]] = {}
    states: dict[tuple[str, str | None], CycleState] = {}
    for distro, vendor, installed, used in session.ask(_SYSTEMS, asked).rows():
        state = release_of(distro, vendor, known)
        if state is None:
            unknown.add(distro)
            continue
        key = (state.product, state.cycle)
        states.setdefault(key, state)
        packages.setdefault(key, set()).update(name for name in installed if name)
        projects.setdefault(key, set()).update(used)
    found = [
        Found("distribution", None, state.cycle, state, sorted(projects[key]), len(packages[key]))
        for key, state in states.items()
    ]
    return len(found) + len(unknown), found


def systems(session: Session, known: Cycles) -> dict[str, list[CycleState]]:
    """The releases of distributions that each project's packages were installed in, where their product is known."""
    found: dict[str, dict[tuple[str, str | None], CycleState]] = {}
    for distro, vendor, _, used in session.ask(_SYSTEMS, {"projects": None}).rows():
        state = release_of(distro, vendor, known)
        if state is not None:
            for project in used:
                found.setdefault(project, {})[state.product, state.cycle] = state
    return {project: list(states.values()) for project, states in found.items()}


def _is_near(state: CycleState, today: date, ahead: int) -> bool:
    if state.eol is True:
        return True
    return state.eol_on is not None and (state.eol_on - today).days <= ahead


def _row(found: Found, today: date, names: dict[str, tuple[str, ...]]) -> LifecycleEnd:
    state = found.state
    return LifecycleEnd(
        what=found.what,
        package=found.package,
        version=found.version,
        product=state.product,
        title=state.title,
        cycle=state.cycle,
        eol=state.eol,
        eol_on=state.eol_on,
        days_left=(state.eol_on - today).days if state.eol_on is not None else None,
        support_until=state.support_until,
        extended_until=state.extended_until,
        latest=state.latest,
        successor=state.successor,
        packages=found.packages,
        projects=found.projects,
        products=sorted({name for project in found.projects for name in names[project]}),
        mapped_by=state.mapped_by,
        url=state.url,
    )


def _order(row: LifecycleEnd) -> tuple[bool, int, str, str, str]:
    """By date, those that ended nobody knows when before them."""
    return (row.days_left is not None, row.days_left or 0, row.title, row.package or "", row.version or "")
