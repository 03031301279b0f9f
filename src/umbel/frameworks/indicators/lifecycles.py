# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Software past its end of life, and whether it is planned what comes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.frameworks.indicators import shared
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.state import once, state

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from umbel.frameworks.interface import Known
    from umbel.metrics.lifecycle import CycleState
    from umbel.policy.plans import Plan

_NO_LISTS = "no lifecycles are known (umbel sync lifecycles)"
# Only images need their whole purl, which tells registry and tag: the others are found by their package.
_PARTS = """
WITH images AS (
  SELECT DISTINCT package, version, purl FROM raw_components
  WHERE starts_with(package, 'pkg:docker/') OR starts_with(package, 'pkg:oci/')
)
SELECT p.package, p.version, p.uses, list(DISTINCT i.purl ORDER BY i.purl)
FROM parts AS p LEFT JOIN images AS i ON i.package = p.package AND i.version IS NOT DISTINCT FROM p.version
WHERE starts_with(p.package, 'pkg:')
GROUP BY ALL
"""
_USED = """
SELECT DISTINCT m.project, m.package, m.version
FROM uses AS m SEMI JOIN ended_parts AS e ON e.package = m.package AND e.version IS NOT DISTINCT FROM m.version
"""


class _Ended(NamedTuple):
    package: str
    version: str | None
    state: CycleState


class _Lives(NamedTuple):
    """Uses of packages in a cycle of which it is known whether its life has ended, and those that ended."""

    uses: int
    ended_uses: int
    ended: list[_Ended]


def _lives(known: Known) -> _Lives | None:
    """What is in use by its lifecycle; None without any list."""

    def make() -> _Lives | None:
        from umbel.metrics.lifecycle import cycle_of, cycles

        session = known.session
        if not session.ask("SELECT EXISTS (SELECT 1 FROM lifecycles)").one()[0]:
            return None
        shared.make(known, state(known), session, "own", "parts")
        lists, day = cycles(session), known.as_of.date()
        uses, ended = 0, []
        ended_uses = 0
        for package, version, number, purls in session.ask(_PARTS).rows():
            told = [cycle_of(package, version, lists, purl=purl) for purl in purls or [None]]
            over = [(each, _is_over(each, day)) for each in told if each is not None]
            if all(is_over is None for _, is_over in over):
                continue
            uses += number
            last = next((each for each, is_over in over if is_over), None)
            if last is not None:
                ended_uses += number
                ended.append(_Ended(package, version, last))
        return _Lives(uses, ended_uses, ended)

    found: _Lives | None = once(known, "lives", make)
    return found


def _is_over(cycle: CycleState, day: date) -> bool | None:
    """Whether its life has ended by a day; None where nobody says."""
    return cycle.eol_on <= day if cycle.eol_on is not None else cycle.eol


def ended_share(known: Known) -> Found:
    """Uses of packages past their end of life."""
    lives = _lives(known)
    if lives is None:
        return unknown(_NO_LISTS)
    if not lives.uses:
        return unknown("nothing in use is in a list of lifecycles")
    titles = sorted({f"{each.state.title} {each.state.cycle or ''}".strip() for each in lives.ended})
    return Found(
        numerator=lives.ended_uses,
        denominator=lives.uses,
        evidence={"ended_versions": len(lives.ended), "which": titles[:5]},
    )


def planned_share(known: Known) -> Found:
    """Uses of ended software that a plan in force speaks of."""
    from umbel.frameworks.indicators.products import of_projects
    from umbel.metrics.lifecycle import cycles
    from umbel.metrics.lifecycle_ends import systems

    lives = _lives(known)
    if lives is None:
        return unknown(_NO_LISTS)
    force, products = _plans(known), of_projects(known)
    ended = planned = 0
    for project, means in [
        *_packages(known, lives),
        *_systems(known, systems(known.session, cycles(known.session))),
    ]:
        if project not in products:
            continue
        ended += 1
        names = [one.name for one in products[project]]
        planned += any(means(plan) and plan.is_of(names) for plan in force)
    if not ended:
        return unknown("nothing in use is known to be past its end of life")
    return Found(numerator=planned, denominator=ended, evidence={"plans_in_force": len(force)})


def _plans(known: Known) -> list[Plan]:
    from umbel.policy import plans

    day = known.as_of.date()
    return [
        each
        for each in plans.load(known.folder / plans.FILE).plans
        if each.decided <= day <= each.until and (each.done is None or each.done > day)
    ]


def _packages(known: Known, lives: _Lives) -> list[tuple[str, Callable[[Plan], bool]]]:
    """Each project that uses an ended version, with what tells whether a plan means it."""
    import pyarrow as pa

    from umbel.policy.naming import named

    columns = {
        "package": pa.array([each.package for each in lives.ended], pa.string()),
        "version": pa.array([each.version for each in lives.ended], pa.string()),
    }
    known.session.register("ended_parts", pa.table(columns))
    states = {(each.package, each.version): each.state for each in lives.ended}

    def meant(package: str, version: str | None) -> Callable[[Plan], bool]:
        cycle = states[package, version]
        return lambda plan: (
            plan.means(cycle.product, cycle.cycle)
            or (plan.package is not None and named(plan.package, package, version) is True)
        )

    rows = known.session.ask(_USED).rows() if states else []
    return [(project, meant(package, version)) for project, package, version in rows]


def _systems(known: Known, found: dict[str, list[CycleState]]) -> list[tuple[str, Callable[[Plan], bool]]]:
    """The same of distributions."""
    day = known.as_of.date()

    def meant(cycle: CycleState) -> Callable[[Plan], bool]:
        return lambda plan: plan.means(cycle.product, cycle.cycle)

    return [(project, meant(each)) for project, told in found.items() for each in told if _is_over(each, day)]
