# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Assessments in the order in which pages tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.frameworks.interface import (
    Answer,
    Assessment,
    Framework,
    Level,
    Move,
    Recommendation,
    Standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.frameworks.turns import Turn
    from umbel.office.figures import Plan
    from umbel.office.pages.centre.figures import Before
    from umbel.strategy.actions import Action

NO_LEVEL = "none reached yet"


class Part(NamedTuple):
    """A framework, a dimension or a petal: what is reached of it, of how much."""

    standing: Standing
    counted: int
    level: str | None
    """The stage in words; None: it has none."""
    before: str | None
    """How it stood a quarter ago in words; None: as now, or nobody knows."""


class Row(NamedTuple):
    """A framework in a list."""

    framework: Framework
    part: Part


class Group(NamedTuple):
    """Practices of one level of one dimension."""

    title: str
    answers: list[Answer]


class Section(NamedTuple):
    """Practices of one dimension by level, and how many of all of its practices are met."""

    title: str
    met: int
    counted: int
    groups: list[Group]


class Chip(NamedTuple):
    """An outcome with how many practices have it; `asks` is what the address asks for to choose it, or no more."""

    outcome: str
    number: int
    chosen: bool
    asks: str | None


class One(NamedTuple):
    """One practice and its surroundings."""

    framework: Framework
    answer: Answer
    level: Level | None
    dimension: str | None
    move: Move | None
    also: list[tuple[str, str, str]]
    """Practices of other frameworks that one answer would meet: framework, id, and both in words."""
    grade: str | None


class Alike(NamedTuple):
    """Actions of one kind, what matters most first."""

    title: str
    first: list[Action]
    rest: list[Action]


class Chosen(NamedTuple):
    """What of the plan was asked for."""

    moves: list[Move]
    recommendations: list[Recommendation]
    whole: int


def frameworks(found: Mapping[str, Assessment], before: Mapping[str, Before]) -> list[Row]:
    """Every framework with how it stands as a whole; the flower first."""
    return [
        Row(
            each.framework,
            part(each.overall, _then(before.get(name)), staged=each.framework.overall != "none"),
        )
        for name, each in sorted(
            found.items(), key=lambda pair: (pair[0] != "flower", pair[1].framework.title)
        )
    ]


def part(standing: Standing, then: Standing | None = None, *, staged: bool = True) -> Part:
    """A standing with its denominator and its stage in words."""
    is_staged = staged and (standing.level is not None or standing.next_level is not None)
    level = (standing.level.title if standing.level else NO_LEVEL) if is_staged else None
    earlier = None
    if then is not None:
        was = (then.level.title if then.level else NO_LEVEL) if is_staged else None
        earlier = was if was != level else None
    return Part(standing, standing.met + standing.unmet + standing.unknown, level, earlier)


def parts(assessed: Assessment, before: Before | None) -> list[Part]:
    """The dimensions, or the petals where a framework has no dimensions, each with how it stood a quarter ago."""
    from umbel.reports import maturity_picture

    earlier = before.petals if before else {}
    return [part(each, earlier.get(each.id)) for each in maturity_picture.parts(assessed)]


def sections(assessed: Assessment, outcome: str = "", part: str = "") -> list[Section]:
    """The practices by dimension and level; of one outcome, and of one dimension or petal, if they are asked for."""
    titles = {each.id: each.title for each in assessed.framework.dimensions}
    found: dict[str, dict[int, list[Answer]]] = {}
    whole: dict[str, list[Answer]] = {}
    for each in assessed.answers:
        said = each.practice
        whole.setdefault(said.dimension, []).append(each)
        is_asked = not outcome or each.outcome == outcome
        if is_asked and (not part or part == said.dimension or part in said.petals):
            found.setdefault(said.dimension, {}).setdefault(said.level, []).append(each)
    return [
        Section(
            titles.get(dimension, dimension) or "Practices",
            sum(each.met for each in whole[dimension]),
            sum(each.counts for each in whole[dimension]),
            [
                Group(_level(assessed.framework, dimension, level), answers)
                for level, answers in sorted(levels.items())
            ],
        )
        for dimension, levels in found.items()
    ]


def _level(framework: Framework, dimension: str, level: int) -> str:
    own = next((each.levels for each in framework.dimensions if each.id == dimension), ()) or framework.levels
    return next((each.title for each in own if each.number == level), "")


def outcomes(assessed: Assessment, chosen: str) -> list[Chip]:
    """The outcomes that there are, with their numbers."""
    counted: dict[str, int] = {}
    for each in assessed.answers:
        counted[each.outcome] = counted.get(each.outcome, 0) + 1
    return [
        Chip(name, count, name == chosen, None if name == chosen else name)
        for name, count in sorted(counted.items(), key=lambda pair: -pair[1])
    ]


def practice(found: Mapping[str, Assessment], framework: str, name: str) -> One | None:
    """One practice; None where there is none."""
    assessed = found.get(framework)
    answer = next((each for each in assessed.answers if each.practice.id == name), None) if assessed else None
    if assessed is None or answer is None:
        return None
    full = f"{framework}/{name}"
    said = assessed.framework
    level = next((each for each in said.levels if each.number == answer.practice.level), None)
    dimension = next((each.title for each in said.dimensions if each.id == answer.practice.dimension), None)
    grade = (
        said.grades[answer.grade] if answer.grade is not None and answer.grade < len(said.grades) else None
    )
    return One(
        framework=said,
        answer=answer,
        level=level,
        dimension=dimension,
        move=next((move for move in assessed.moves if full in move.answers), None),
        also=list(_also(found.values(), framework, answer)),
        grade=grade,
    )


def _also(every: Iterable[Assessment], framework: str, answer: Answer) -> Iterable[tuple[str, str, str]]:
    """Practices that stand on the same claim, or on an indicator of this one."""
    asked = {check.indicator for check in answer.practice.checks}
    for other in every:
        for each in other.answers:
            if (other.framework.id, each.practice.id) == (framework, answer.practice.id):
                continue
            same = answer.practice.claim is not None and each.practice.claim == answer.practice.claim
            if same or asked & {check.indicator for check in each.practice.checks}:
                yield other.framework.id, each.practice.id, f"{other.framework.title}: {each.practice.title}"


def turn(before: Before | None, practice: str) -> Turn | None:
    """How a practice turned since a quarter ago; None: it didn't, or nobody knows."""
    turns = before.difference.turns if before else ()
    return next((each for each in turns if each.practice == practice), None)


def chosen(plan: Plan | None, petal: str, effort: str) -> Chosen:
    """The actions of one petal and effort, or all."""
    if plan is None:
        return Chosen([], [], 0)
    moves = [
        each
        for each in plan.moves
        if (not petal or petal in each.petals) and (not effort or each.effort == effort)
    ]
    steps = [
        each
        for each in plan.recommendations
        if (not petal or each.petal == petal) and (not effort or each.effort == effort)
    ]
    return Chosen(moves, steps, len(plan.moves))


def alike(actions: Iterable[Action], number: int = 2) -> list[Alike]:
    """Actions of a kind together, in the order of the first of each: the first ones, and the rest."""
    found: dict[str, list[Action]] = {}
    for each in actions:
        found.setdefault(each.kind, []).append(each)
    return [Alike(each[0].title, each[:number], each[number:]) for each in found.values()]


def _then(before: Before | None) -> Standing | None:
    return before.difference.then if before else None
