# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of the office's own pages: turns since a quarter ago, stages, sources, what is public, the office itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.app.declaring import Estate
from umbel.app.maturity import QUARTER
from umbel.app.names import moment
from umbel.frameworks.interface import Assessment, Level, Standing
from umbel.frameworks.interview import Question
from umbel.frameworks.turns import Difference
from umbel.office.editions.registry import figure
from umbel.office.figures import QUARTERS, assessments, quarters
from umbel.strategy.actions import Action

if TYPE_CHECKING:
    from umbel.office.editions.interface import Shared

MOST_ACTIONS = 200
MOST_OLD = 12


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """How a framework and its petals stood a quarter ago, and what turned since."""

    difference: Difference
    petals: dict[str, Standing]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """How a framework stood at the end of a day."""

    day: date
    level: Level | None
    share: float | None
    at_most: float | None
    met: int
    unmet: int
    unknown: int


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of source: see `umbel.evidence.questions.sources`."""

    collector: str
    is_document: bool
    version: int
    documents: int
    subjects: int
    partial: int
    failed: int
    oldest: datetime | None
    newest: datetime | None
    collected_at: datetime | None
    age_days: int | None
    formats: list[str]


class Old(msgspec.Struct, frozen=True, kw_only=True):
    """A document whose evidence is among the oldest."""

    project: str
    origin: str | None
    collector: str
    observed_at: datetime | None
    age_days: int | None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the lake as it is stored."""

    table: str
    version: int
    files: int
    bytes: int
    rows: int
    orphans: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What there is in all: see `umbel.evidence.questions.coverage.totals`."""

    projects: int
    projects_with_evidence: int
    documents: int
    documents_partial: int
    components: int
    packages: int
    components_identified: int
    components_licensed: int
    oldest_evidence: datetime | None
    newest_evidence: datetime | None


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where the evidence comes from: by kind of source, in all, and what of it is oldest."""

    sources: tuple[Source, ...]
    totals: Totals | None
    projects: dict[str, int]
    """By how far their evidence goes (complete, partial, failed, none): their number."""
    oldest: tuple[Old, ...]
    tables: tuple[Table, ...]


@figure
def turns(shared: Shared) -> dict[str, Before]:
    """By framework: how it and its petals stood a quarter before, and what turned since."""
    from umbel.frameworks.attestations import after
    from umbel.frameworks.turns import difference

    then = moment(after(shared.day, -QUARTER).isoformat())
    now = assessments(shared)
    past = shared.workspace.assess_all(then, turned=False)
    return {
        each.framework.id: Before(
            difference=difference(each, now[each.framework.id]),
            petals={one.id: one for one in _parts(each)},
        )
        for each in past
        if each.framework.id in now
    }


@figure
def stages(shared: Shared) -> dict[str, tuple[Stage, ...]]:
    """By framework: how it stood at the ends of the latest quarters and stands, oldest first."""
    quarters(shared)
    over = shared.workspace.maturities_over(None, "quarter", QUARTERS, shared.as_of)
    return {name: tuple(map(_stage, each)) for name, each in over.items()}


@figure
def pictures(shared: Shared) -> dict[str, str]:
    """By framework: its picture as SVG, drawn once."""
    from umbel.reports import maturity_picture

    return {
        name: str(maturity_picture.draw(each, name=f"stands-{name}"))
        for name, each in assessments(shared).items()
        if maturity_picture.parts(each)
    }


@figure
def interview(shared: Shared) -> list[Question]:
    """What to ask people, what would move most first."""
    from umbel.frameworks import interview as asking

    return asking.questions(list(assessments(shared).values()), shared.workspace.frameworks().claims)


@figure
def claims(shared: Shared) -> dict[str, Question]:
    """The question behind every claim that a practice stands on, however it stands."""
    from umbel.frameworks import interview as asking
    from umbel.frameworks.attestations import main_key

    assessed = list(assessments(shared).values())
    said = shared.workspace.frameworks().claims
    names = {main_key(each.framework.id, one.practice) for each in assessed for one in each.answers}
    found = {name: asking.about(name, assessed, said) for name in sorted(names)}
    return {name: each for name, each in found.items() if each is not None}


@figure
def actions(shared: Shared) -> list[Action]:
    """What the office should do next about what it relies on: the first ones, what matters most first."""
    return shared.workspace.actions(shared.as_of)[:MOST_ACTIONS]


@figure
def sources(shared: Shared) -> Sources:
    """Where the evidence comes from, how old it is, and what failed."""
    from umbel.evidence.questions import coverage
    from umbel.evidence.questions import sources as asked

    workspace, known = shared.workspace, shared.known
    if known.lake is None:
        return Sources(sources=(), totals=None, projects={}, oldest=(), tables=())
    counted: dict[str, int] = {}
    for word in workspace.coverage(as_of=shared.as_of)["evidence"].to_pylist():
        counted[word] = counted.get(word, 0) + 1
    return Sources(
        sources=tuple(msgspec.convert(each, Source) for each in asked.sources(known.session).records()),
        totals=msgspec.convert(coverage.totals(known.session).records()[0], Totals),
        projects=counted,
        oldest=tuple(
            msgspec.convert(each, Old) for each in coverage.oldest(known.session, MOST_OLD).records()
        ),
        tables=tuple(
            Table(**{name: getattr(each, name) for name in Table.__struct_fields__})
            for each in workspace.evidence_status()
            if each.rows
        ),
    )


@figure
def estate(shared: Shared) -> Estate:
    """Which of our projects are public, by whose decision."""
    return shared.workspace.estate(shared.as_of)


def _parts(assessed: Assessment) -> tuple[Standing, ...]:
    return (*assessed.dimensions, *assessed.petals)


def _stage(assessed: Assessment) -> Stage:
    whole = assessed.overall
    return Stage(
        day=assessed.as_of.date(),
        level=whole.level,
        share=whole.share,
        at_most=whole.at_most,
        met=whole.met,
        unmet=whole.unmet,
        unknown=whole.unknown,
    )
