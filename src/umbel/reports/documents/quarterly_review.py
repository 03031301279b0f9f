# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The quarterly review: what changed, what we stand on and what may break, what was decided, what is next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.documents import (
    review_change,
    review_exposure,
    review_maturity,
    review_next,
    review_strategic,
    review_value,
)
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import Block, Document, Paragraph
from umbel.reports.documents.review_facts import Gap

if TYPE_CHECKING:
    from umbel.reports.documents.review_facts import Facts

NAME = "quarterly-review"
FOOT = (
    "Every figure is computed from the evidence as it was on that day, with what it is of; what isn't known is said, "
    "and counts neither way. People decide: their records lie in decisions/."
)

WHOLE = "Contributions, value, goals and decisions are of the whole program, not of the product alone."


def build(facts: Facts) -> Document:
    """The whole review."""
    about = f" of {facts.product}" if facts.product else ""
    blocks: list[Block] = [
        Paragraph(_headline(facts), "lead"),
        *review_change.figures(facts, review_change.BIG),
    ]
    blocks += [
        review_change.section(facts),
        review_strategic.section(facts),
        review_strategic.warnings(facts),
        review_exposure.section(facts),
        review_value.contributions(facts),
        review_value.value(facts),
        review_maturity.section(facts),
        review_next.taken(facts),
        review_next.proposed(facts),
    ]
    return Document(
        name=NAME,
        title=f"Quarterly review{about}: {facts.quarter.title}",
        subtitle="What changed, what we stand on, what may break, what was decided, what is next",
        organisation=facts.organisation,
        as_of=facts.as_of,
        blocks=tuple(blocks),
        foot=f"{FOOT} {WHOLE}" if facts.product else FOOT,
    )


def _headline(facts: Facts) -> str:
    """What a reader in a hurry takes along: three sentences at most."""
    said = []
    if not isinstance(facts.kpis, Gap):
        said.append(review_change.moved(facts.kpis).split(". ")[0].rstrip(".") + ".")
    if not isinstance(facts.ranked, Gap) and facts.strategic:
        said.append(_depends(facts))
    if not isinstance(facts.verdict, Gap):
        said.append(review_exposure.gate(facts.verdict))
    if not said:
        return "Little is known yet: each part says what is missing, and what would find it out."
    return " ".join(said)


def _depends(facts: Facts) -> str:
    """How many projects matter, of how many of them it is known how fragile they are, and how many are."""
    fragile, open_ = review_strategic.fragile(facts), review_strategic.undecided(facts)
    known = sum(each.health_risk is not None for each in facts.strategic)
    number = words.counted(len(facts.strategic), "project")
    said = f"{number} {'is' if len(facts.strategic) == 1 else 'are'} strategic; "
    if not known:
        return f"{said}how fragile they are isn't known."
    of = f"{len(fragile):,} of {known:,} whose fragility is known {'is' if len(fragile) == 1 else 'are'} fragile"
    return f"{said}{of}, {len(open_):,} without a decided stance." if fragile else f"{said}{of}."
