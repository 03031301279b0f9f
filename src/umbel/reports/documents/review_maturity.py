# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How mature the program is: stages and petals with what holds them back, and how that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.kpi_words import figure
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import Block, Cell, Column, Paragraph, Section, Strong, Table
from umbel.reports.documents.review_facts import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Assessment, Standing
    from umbel.reports.documents.review_facts import Facts

MAIN = "flower"
_PETALS = (
    Column("Petal", width=1.3),
    Column("Stage", width=1.3),
    Column("Met", "right", 0.9),
    Column("By evidence", "right", 0.8),
    Column("By word", "right", 0.8),
    Column("Not known", "right", 0.8),
    Column("Held back by", width=3),
)
_OTHERS = (
    Column("Framework", width=2.2),
    Column("Stage", width=1.4),
    Column("Met", "right"),
    Column("Not known", "right"),
    Column("Share met", "right"),
    Column("At most", "right"),
)


def section(facts: Facts) -> Section:
    """The flower's petals, then the other frameworks in a line each."""
    if isinstance(facts.maturity, Gap):
        return Section("Maturity", (words.gap(facts.maturity),))
    first = main(facts.maturity)
    others = [each for each in facts.maturity if each is not first]
    body: list[Block] = [
        Paragraph(_lead(first)),
        Table(_PETALS, tuple(_petal(first, each) for each in _parts(first))),
    ]
    if first.adapted:
        body.append(Paragraph(f"The framework was adapted here: {' '.join(first.adapted)}", "soft"))
    if others:
        rows = tuple(_other(each) for each in others)
        body.append(Table(_OTHERS, rows, "Other frameworks, from the same evidence", 0))
    return Section("Maturity", tuple(body))


def main(found: Sequence[Assessment]) -> Assessment:
    """The framework that is told in full."""
    return next((each for each in found if each.framework.id == MAIN), found[0])


def _parts(assessed: Assessment) -> tuple[Standing, ...]:
    return assessed.petals or assessed.dimensions or (assessed.overall,)


def _lead(assessed: Assessment) -> tuple[str | Strong, ...]:
    overall = assessed.overall
    counts = overall.met + overall.unmet + overall.unknown
    reached = _level(overall) if assessed.framework.levels else ""
    at = f"has reached {reached}" if overall.level else "has not reached the first stage yet"
    stage = f"The program {at}. " if reached else ""
    aside = f"{overall.not_applicable:,} of its practices don't apply here"
    gap = f", {overall.unknown:,} aren't known" if overall.unknown else ""
    return (
        Strong(f"{stage}{overall.met:,} of {words.counted(counts, 'practice')} are met{gap}."),
        f" So says {assessed.framework.title} ({assessed.framework.version}); {aside}.",
    )


def _level(standing: Standing) -> str:
    if standing.level is not None:
        return f"stage {standing.level.number}, {standing.level.title}"
    return "no stage yet" if standing.next_level is not None else ""


def _petal(assessed: Assessment, each: Standing) -> tuple[Cell, ...]:
    titles = {answer.practice.id: answer.practice.title for answer in assessed.answers}
    held = [titles.get(practice, practice) for practice in each.held_by]
    counts = each.met + each.unmet + each.unknown
    return (
        each.title,
        words.or_dash(_level(each)),
        f"{each.met:,} of {counts:,}",
        _share(each.evidenced),
        _share(each.attested),
        _share(each.unanswered),
        words.or_dash(words.listed(held, 3)),
    )


def _share(value: float | None) -> str:
    return words.NOBODY_SAYS if value is None else figure(value, "share")


def _other(assessed: Assessment) -> tuple[Cell, ...]:
    overall = assessed.overall
    counts = overall.met + overall.unmet + overall.unknown
    return (
        assessed.framework.title,
        words.or_dash(_level(overall)),
        f"{overall.met:,} of {counts:,}",
        f"{overall.unknown:,}",
        _share(overall.share),
        _share(overall.at_most),
    )
