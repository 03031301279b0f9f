# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures for management: goals, key figures over time, value, budgets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.goals import Goal
from umbel.frameworks.interface import Kpi, Target
from umbel.office.editions.registry import figure
from umbel.office.figures import QUARTERS, Shown, quarters, readings, shown_kpi
from umbel.strategy.value.answer import Valued

if TYPE_CHECKING:
    from umbel.office.editions.interface import Shared

MOST_PROJECTS = 100


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The key figures of one petal."""

    petal: str
    title: str
    kpis: tuple[Shown, ...]


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A goal as of the day: all its records, the oldest first, how its targets stand, and the worst known of them."""

    goal: Goal
    since: date
    records: tuple[Goal, ...]
    targets: tuple[Target, ...]
    due: bool
    state: str | None


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A budget against what was spent of it, as both are stated; None where one of them isn't known."""

    id: str
    of: str
    granted: float | None
    spent: float | None
    share: float | None
    open: tuple[date, ...]
    sentence: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A key figure over time: with why it has no forecast, how it moved in words, and what was left out of a series."""

    kpi: Kpi
    gap: str | None
    moved: str | None
    since: date | None
    better: bool | None
    faults: tuple[str, ...]
    picture: str


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What contributing is worth: `projects` are cut at the first ones, the whole counts them all."""

    valued: Valued
    picture: str | None
    more: int


@figure
def goals(shared: Shared) -> list[Followed]:
    """Every goal with how its targets stand, also those that ended."""
    shared.once("readings", lambda: readings(shared))
    return [
        Followed(
            goal=each.told.goal,
            since=each.told.since,
            records=each.told.records,
            targets=each.targets,
            due=each.due,
            state=each.state,
        )
        for each in shared.workspace.goals(shared.as_of, ended=True)
    ]


@figure
def kpi_groups(shared: Shared) -> list[Group]:
    """The key figures as of the day, by petal."""
    shared.once("readings", lambda: readings(shared))
    groups = shared.workspace.kpi_groups(shared.as_of)
    names = [name for group in groups for name in group.kpis]
    told = {each.indicator.name: shown_kpi(each) for each in shared.workspace.kpis(names, as_of=shared.as_of)}
    return [
        Group(
            petal=each.petal, title=each.title, kpis=tuple(told[name] for name in each.kpis if name in told)
        )
        for each in groups
    ]


@figure
def courses(shared: Shared) -> dict[str, Course]:
    """Each key figure at the ends of the latest quarters, with its forecast, its targets and its picture."""
    quarters(shared)
    found = shared.workspace.kpis(None, "quarter", QUARTERS, shared.as_of)
    return {each.indicator.name: _course(shared, each) for each in found}


@figure
def value(shared: Shared) -> Worth:
    """What contributing cost and saved in the year before the day."""
    from umbel.reports import value_tornado

    found = shared.workspace.value(as_of=shared.as_of)
    told = msgspec.structs.replace(found, projects=found.projects[:MOST_PROJECTS])
    drawn = str(value_tornado.draw(found.drivers)) if found.drivers else None
    return Worth(valued=told, picture=drawn, more=len(found.projects) - len(told.projects))


@figure
def budgets(shared: Shared) -> list[Budget]:
    """Each imported budget against what was spent of it."""
    return [
        Budget(
            id=each.id,
            of=each.of,
            granted=each.budget.value if each.budget else None,
            spent=each.actual.value if each.actual else None,
            share=each.share,
            open=each.open[:1],
            sentence=each.sentence,
        )
        for each in shared.workspace.budgets(shared.as_of)
    ]


def _course(shared: Shared, kpi: Kpi) -> Course:
    from umbel.frameworks import kpi_words, kpis
    from umbel.reports import kpi_chart

    moved = kpis.moved(kpi)
    said, words, better = kpi.indicator, None, None
    if moved is not None:
        words = kpi_words.change(moved.before.reading, moved.now.reading, said)
        better = kpi_words.better(moved.before.reading, moved.now.reading, said)
    return Course(
        kpi=kpi,
        gap=shared.workspace.forecast_gap(kpi),
        moved=words,
        since=None if moved is None else moved.before.end,
        better=better,
        faults=tuple(shared.workspace.series_faults(said.name, shared.as_of)[:20]) if said.own else (),
        picture=str(kpi_chart.draw([kpi], name=f"kpi-{said.name}", columns=1)),
    )
