# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The executive page: one page, five figures, three decisions to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.metrics.words import count
from umbel.reports.documents import (
    review_change,
    review_exposure,
    review_maturity,
    review_next,
    review_strategic,
)
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import Block, Bullets, Document, Paragraph, Section, Steps, Words
from umbel.reports.documents.review_facts import Gap
from umbel.reports.markup import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.reports.documents.review_facts import Facts
    from umbel.strategy.interface import Ranked

NAME = "executive-page"
FIGURES, DECISIONS, ACROSS = 5, 3, 3
LONGEST, LONGEST_NAME, LONGEST_COMMAND = 160, 44, 100
"""Characters of a sentence and of a name: all must fit on the page, whatever a project is called."""


def build(facts: Facts) -> Document:
    """The page."""
    about = f": {facts.product}" if facts.product else ""
    return Document(
        name=NAME,
        title=f"Open source on one page{about}",
        subtitle=facts.quarter.title,
        organisation=facts.organisation,
        as_of=facts.as_of,
        blocks=(*_figures(facts), _standing(facts), _decisions(facts)),
        compact=True,
        foot="Figures are of what was looked at, and say so; what isn't known counts neither way.",
    )


def _figures(facts: Facts) -> list[Block]:
    if isinstance(facts.kpis, Gap):
        return [words.gap(facts.kpis)]
    found = review_change.figures(facts, FIGURES)
    return [
        *found,
        Paragraph(f"{review_change.moved(facts.kpis)} {review_change.targets(facts.kpis)}"),
        *review_change.past(facts, ACROSS),
    ]


def _standing(facts: Facts) -> Section:
    """Where we stand: a sentence each on what we depend on, what may break, what stops us, what we give."""
    said: list[Words] = []
    if isinstance(facts.ranked, Gap):
        said.append(words.told(facts.ranked))
    elif facts.strategic:
        names = _named(facts.strategic)
        said.append(f"Business depends most on {words.counted(len(facts.strategic), 'project')}: {names}.")
        fragile = review_strategic.fragile(facts)
        if fragile:
            names = _named(fragile)
            said.append(
                f"May fail us: {names}. For {len(review_strategic.undecided(facts)):,} nobody has decided what to do."
            )
    else:
        said.append("No project is known to be strategic yet.")
    if isinstance(facts.verdict, Gap):
        said.append(words.told(facts.verdict))
    else:
        judged = words.counted(facts.verdict.judged, "component")
        said.append(f"{review_exposure.gate(facts.verdict)} {judged} were judged by our policy.")
    if isinstance(facts.value, Gap):
        said.append(words.told(facts.value))
    else:
        said.append(short(words.ended(facts.value.total.sentence), LONGEST))
    if isinstance(facts.maturity, Gap):
        said.append(words.told(facts.maturity))
    else:
        main = review_maturity.main(facts.maturity)
        counts = main.overall.met + main.overall.unmet + main.overall.unknown
        said.append(
            f"{main.overall.met:,} of {words.counted(counts, 'practice')} of {main.framework.title} are known to be "
            f"met, {main.overall.unmet:,} aren't, of {main.overall.unknown:,} nobody knows."
        )
    return Section("Where we stand", (Bullets(tuple(dict.fromkeys(said))),))


def _decisions(facts: Facts) -> Section:
    found = review_next.choices(facts, DECISIONS)
    if not found:
        return Section("Decisions to take", (Paragraph("Nothing that is known waits for a decision."),))
    title = f"{count(len(found), capital=True)} {'decision' if len(found) == 1 else 'decisions'} to take"
    cut = (
        review_next.Choice(
            what=short(each.what, LONGEST),
            because=short(each.because, LONGEST),
            command=short(each.command, LONGEST_COMMAND),
            owner=short(each.owner, LONGEST_NAME),
            cost=short(each.cost, 2 * LONGEST_NAME),
            otherwise=short(each.otherwise, 2 * LONGEST_NAME),
        )
        for each in found
    )
    return Section(title, (Steps(tuple(review_next.decision(each) for each in cut)),))


def _named(projects: Sequence[Ranked]) -> str:
    return words.listed([short(each.project, LONGEST_NAME) for each in projects], 3)
