# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures that many pages show: all indicators, how the program stands by each framework, and what each petal has."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.interface import (
    Answer,
    Assessment,
    Indicator,
    Kpi,
    Move,
    PetalId,
    Reading,
    Recommendation,
    Standing,
    Target,
)
from umbel.office.editions.registry import figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.frameworks.targets import Pursued
    from umbel.office.editions.interface import Shared

FLOWER = "flower"
QUARTERS = 5
"""Points of every series: the ends of the latest quarters, and the day itself."""
MOST = 12
"""Practices, moves, recommendations and the like that a petal's own page shows; the rest is a link away."""
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "office": ("strategy", "office-plan", "quarterly-review"),
    "contributors": ("policy-contribution", "policy-innersource"),
    "management": ("quarterly-review", "executive-page", "strategy"),
    "legal": ("policy-use", "policy-release", "policy-ai", "policy-trademark"),
    "business": ("end-of-life-plan", "incident-runbook"),
    "ecosystem": ("policy-contribution", "policy-release"),
}
"""By petal: the documents that its people ask for first."""


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A goal in a line: its id, what it is for, and how its targets stand (None: nobody can tell)."""

    id: str
    statement: str
    owner: str
    state: str | None
    review: date
    due: bool


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A document that can be had."""

    name: str
    title: str
    about: str
    product: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator as people read it: its value with its unit, and of how many; `value` is "?" while nobody knows."""

    name: str
    title: str
    value: str
    of: str
    known: bool
    sentence: str
    why: str | None
    coverage: float | None
    stated: bool
    observed_at: datetime | None
    petal: PetalId | None
    targets: tuple[Target, ...] = ()


class Petal(msgspec.Struct, frozen=True, kw_only=True):
    """What one petal has: how it stands, by what, what it is after, and what would move it.

    `practices` are those of the flower, open ones first; `moves` are next actions of all frameworks that concern it.
    Each of them is cut at `MOST`; `open` and `actions` count them all.
    """

    id: PetalId
    title: str
    about: str
    standing: Standing
    practices: tuple[Answer, ...]
    counted: int
    open: int
    moves: tuple[Move, ...]
    actions: int
    recommendations: tuple[Recommendation, ...]
    goals: tuple[Sentence, ...]
    kpis: tuple[Shown, ...]
    documents: tuple[Paper, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do next over all frameworks: actions, what is worth most first, and scenarios with their steps."""

    moves: tuple[Move, ...]
    recommendations: tuple[Recommendation, ...]


@figure
def readings(shared: Shared) -> dict[str, Reading]:
    """Every indicator and imported series as of the day, by name: kept by the core, or computed over what is open."""
    return shared.workspace.readings(as_of=shared.as_of, known=shared.known)


@figure
def indicators(shared: Shared) -> dict[str, Indicator]:
    """What each indicator means, by name."""
    return shared.workspace.indicators().indicators


@figure
def assessments(shared: Shared) -> dict[str, Assessment]:
    """How the program stands by every framework, by its id, with what has decayed since a quarter ago."""

    def made() -> dict[str, Assessment]:
        _read(shared)
        return {each.framework.id: each for each in shared.workspace.assess_all(shared.as_of)}

    return shared.once("assessments", made)


@figure
def plan(shared: Shared) -> Plan:
    """What to do next over all frameworks."""
    return shared.once("plan", lambda: _plan(shared))


@figure
def petals(shared: Shared) -> dict[PetalId, Petal]:
    """What each petal has, by its id, in the flower's order; what belongs to none stands with management."""
    workspace = shared.workspace
    flower = assessments(shared)[FLOWER]
    standing = {each.id: each for each in (*flower.dimensions, *flower.petals)}
    groups = {group.petal: group.kpis for group in workspace.kpi_groups(shared.as_of)}
    _read(shared)
    wanted = [name for names in groups.values() for name in names]
    told = {kpi.indicator.name: kpi for kpi in workspace.kpis(wanted, as_of=shared.as_of)} if wanted else {}
    goals = workspace.goals(shared.as_of)
    papers = {each.name: each for each in _papers(shared)}
    known = {part.id for part in flower.framework.petals}
    aimed = {
        name: kpi.indicator.petal if kpi.indicator.petal in known else "management"
        for name, kpi in told.items()
    }
    return {
        part.id: _petal(
            Petal(
                id=part.id,
                title=part.title,
                about=part.about,
                standing=standing[part.id],
                practices=_first(flower.answers, part.id),
                counted=standing[part.id].met + standing[part.id].unmet + standing[part.id].unknown,
                open=sum(
                    part.id in each.practice.petals and not each.met and each.counts
                    for each in flower.answers
                ),
                moves=(),
                actions=0,
                recommendations=(),
                goals=tuple(_sentence(each) for each in goals if part.id in _concerned(each, aimed)),
                kpis=tuple(shown_kpi(told[name]) for name in groups.get(part.id, ()) if name in told),
                documents=tuple(papers[name] for name in DOCUMENTS.get(part.id, ()) if name in papers),
            ),
            plan(shared),
        )
        for part in flower.framework.petals
    }


def quarters(shared: Shared) -> None:
    """Have everything read at the ends of the quarters, once for all series: each past day costs a verdict."""

    def read() -> None:
        from umbel.metrics.engine import periods

        for day in periods("quarter", QUARTERS, shared.as_of or datetime.now(UTC))[:-1]:
            with shared.workspace.known(day) as known:
                shared.workspace.readings(as_of=day, known=known)

    shared.once("quarters", read)


def _read(shared: Shared) -> None:
    """Have everything read once by what is open, so that who asks the workspace again finds it kept."""
    shared.once("readings", lambda: readings(shared))


def _plan(shared: Shared) -> Plan:
    from umbel.frameworks import loading, moves, recommend

    assessed = list(assessments(shared).values())
    every = recommend.scenarios(shared.workspace.folder / loading.FOLDER)
    return Plan(moves=moves.moves(assessed), recommendations=tuple(recommend.recommended(every, assessed)))


def _papers(shared: Shared) -> list[Paper]:
    return [
        Paper(name=each.name, title=each.title, about=each.about, product=each.product)
        for each in shared.workspace.documents_there()
    ]


def _petal(petal: Petal, found: Plan) -> Petal:
    """A petal with what there is to do for it."""
    moves = [each for each in found.moves if petal.id in each.petals]
    return msgspec.structs.replace(
        petal,
        moves=tuple(moves[:MOST]),
        actions=len(moves),
        recommendations=tuple(each for each in found.recommendations if each.petal == petal.id)[:MOST],
    )


def _first(answers: Iterable[Answer], petal: PetalId) -> tuple[Answer, ...]:
    """A petal's practices by level, those that aren't met first."""
    mine = [each for each in answers if petal in each.practice.petals]
    return tuple(sorted(mine, key=lambda each: (each.met or not each.counts, each.practice.level))[:MOST])


def _concerned(goal: Pursued, petal_of: Mapping[str, PetalId | None]) -> set[PetalId]:
    """The petals that a goal's figures speak of; management where it has none."""
    found = {petal for aim in goal.told.goal.kpis if (petal := petal_of.get(aim.kpi)) is not None}
    return found or {"management"}


def _sentence(goal: Pursued) -> Sentence:
    said = goal.told.goal
    return Sentence(
        id=said.id,
        statement=said.statement,
        owner=said.owner,
        state=goal.state,
        review=said.review,
        due=goal.due,
    )


def shown(reading: Reading, said: Indicator) -> Shown:
    """A reading as people read it."""
    from umbel.frameworks import kpi_words

    return Shown(
        name=said.name,
        title=said.title,
        value=kpi_words.told(reading, said),
        of=kpi_words.of(reading, said),
        known=reading.value is not None,
        sentence=reading.sentence,
        why=reading.why,
        coverage=reading.coverage,
        stated=reading.stated,
        observed_at=reading.observed_at,
        petal=said.petal,
    )


def shown_kpi(kpi: Kpi) -> Shown:
    """The same of a KPI, with its targets."""
    return msgspec.structs.replace(shown(kpi.now, kpi.indicator), targets=kpi.targets)
