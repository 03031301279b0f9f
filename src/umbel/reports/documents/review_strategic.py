# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The projects that business depends on: the list with its picture, and those among them that may fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports import quadrant
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import Block, Cell, Code, Column, Figure, Paragraph, Section, Table
from umbel.reports.documents.review_facts import Gap
from umbel.reports.strategy import reason_of
from umbel.strategy.use import NO_PRODUCT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.reports.documents.review_facts import Facts
    from umbel.strategy.interface import Ranked

SHOWN = 10
MOST_DOTS = 15
_LIST = (
    Column("Project", width=2),
    Column("Place", "right", 0),
    Column("Strategic", "right", 0),
    Column("Fragile", "right", 0),
    Column("Stance", width=1),
    Column("Used in", width=1.2),
    Column("Why", width=3.6),
)
_WARNINGS = (
    Column("Project", width=1.7),
    Column("Fragile", "right", 0),
    Column("What raises it", width=3.2),
    Column("Stance", width=1.8),
)


def section(facts: Facts) -> Section:
    """The first of the strategic list, and the quadrant."""
    title = "Strategic projects"
    if isinstance(facts.ranked, Gap):
        return Section(title, (words.gap(facts.ranked),))
    told = facts.told
    if not told:
        number = words.counted(len(facts.ranked), "project")
        said = f"Of {number} in use too little is known to say how much depends on them. What to find out first: "
        return Section(title, (Paragraph((said, Code("umbel strategy"), ".")),))
    lead = (
        f"{words.counted(len(facts.strategic), 'project')} of the {len(facts.ranked):,} that we use and know by name "
        f"{'is' if len(facts.strategic) == 1 else 'are'} strategic: at {facts.lines.strategic:g} of 10 or above, by "
        f"what depends on it and how hard it would be to replace. Of {len(told):,} enough is known for a verdict."
    )
    shown = tuple(_row(place, each) for place, each in enumerate(told[:SHOWN], 1))
    rest = max(len(told) - SHOWN, 0)
    listed = Table(_LIST, shown, "What business depends on most", rest, "umbel strategy --top 0")
    # the picture first: a long table may go on over a page's end, a picture can't
    return Section(title, (Paragraph(lead), *_picture(facts), listed))


def _row(place: int, each: Ranked) -> tuple[Cell, ...]:
    return (
        each.project,
        str(place),
        _figure(each.strategic),
        _figure(each.health_risk),
        _stance(each),
        words.or_dash(words.listed(named(each.products), 3)),
        words.or_dash(_why(each)),
    )


def named(products: Sequence[str]) -> list[str]:
    """Products by name; what belongs to none is said so."""
    return ["no product" if each == NO_PRODUCT else each for each in products]


def _why(each: Ranked) -> str:
    """The strongest reason; a person's own word before the data's."""
    part = each.parts.get("dependency")
    if part is None or part.opinion is not None or not part.reasons:
        return reason_of(each)
    return max(part.reasons, key=lambda reason: abs(reason.weight)).text


def _figure(number: float | None) -> str | None:
    return None if number is None else f"{number:.1f}"


def _stance(each: Ranked) -> Cell:
    if each.stance is None or each.stance.name is None:
        return None
    return each.stance.name if each.stance.decided_by else f"{each.stance.name} (proposed)"


def _picture(facts: Facts) -> list[Block]:
    dots = [
        quadrant.Dot(place=place, project=each.project, strategic=each.strategic, fragile=each.health_risk)
        for place, each in enumerate(facts.told, 1)
        if each.strategic is not None and each.health_risk is not None
    ][:MOST_DOTS]
    if not dots:
        said = (
            "How fragile they are isn't known: the history of none was examined. ",
            Code("umbel collect upstream"),
        )
        return [Paragraph((*said, " reads them."))]
    named = "; ".join(f"{d.place} {d.project}: {d.strategic:.1f} and {d.fragile:.1f}" for d in dots)
    numbers = Table(
        (
            Column("Project"),
            Column("Place", "right"),
            Column("Strategic", "right"),
            Column("Fragile", "right"),
        ),
        tuple((d.project, str(d.place), f"{d.strategic:.1f}", f"{d.fragile:.1f}") for d in dots),
    )
    beyond = "; ".join(f"{d.place} {d.project}" for d in dots if d.place > SHOWN)
    key: list[Block] = [Paragraph(f"Beyond the list: {beyond}.", "soft")] if beyond else []
    return [
        Figure(
            quadrant.specification(dots, facts.lines),
            quadrant.SIZE,
            quadrant.SIZE,
            "Strategic against fragile; the numbers are places in the list",
            f"A dot each, from 1 to 10: how strategic, how fragile. {named}.",
            numbers,
            "chart quadrant",
        ),
        *key,
    ]


# ---- fragility


def fragile(facts: Facts) -> Sequence[Ranked]:
    """Strategic projects above the line of fragility, the most fragile first."""
    found = [
        each
        for each in facts.strategic
        if each.health_risk is not None and each.health_risk >= facts.lines.fragile
    ]
    return sorted(found, key=lambda each: -(each.health_risk or 0.0))


def undecided(facts: Facts) -> Sequence[Ranked]:
    """Those of them for which no person has decided what to do."""
    return [each for each in fragile(facts) if each.stance is None or not each.stance.decided_by]


def warnings(facts: Facts) -> Section:
    """Strategic projects that may fail their users, and what is done about it."""
    title = "Fragility warnings"
    if isinstance(facts.ranked, Gap):
        return Section(title, (words.gap(facts.ranked),))
    unknown = [each for each in facts.strategic if each.health_risk is None]
    found = fragile(facts)
    said: list[Block] = [Paragraph(_lead(facts, found))]
    if found:
        said.append(Table(_WARNINGS, tuple(_warning(each) for each in found[:SHOWN]), "", max(len(found) - SHOWN, 0),
                          "umbel fragility"))  # fmt: skip
    if unknown:
        names = words.listed([each.project for each in unknown], 4)
        number = words.counted(len(unknown), "strategic project")
        told = f"How fragile {number} {'is' if len(unknown) == 1 else 'are'} nobody knows: {names}. "
        said.append(Paragraph((told, Code("umbel collect upstream"), " examines their histories.")))
    return Section(title, tuple(said))


def _lead(facts: Facts, found: Sequence[Ranked]) -> str:
    known = sum(each.health_risk is not None for each in facts.strategic)
    if not facts.strategic:
        return "No project is known to be strategic, so there is none to warn of."
    if not known:
        return (
            "Of no strategic project is it known how fragile it is: no warning doesn't mean that all is well."
        )
    if not found:
        line = f"{facts.lines.fragile:.1f} of 10"
        return f"None of the {known:,} strategic projects whose fragility is known stands above the line ({line})."
    open_ = len(undecided(facts))
    return (
        f"{words.counted(len(found), 'strategic project')} of {known:,} whose fragility is known "
        f"{'stands' if len(found) == 1 else 'stand'} above the line ({facts.lines.fragile:.1f} of 10). "
        + (
            f"For {open_:,} nobody has decided what to do."
            if open_
            else "For each somebody decided what to do."
        )
    )


def _warning(each: Ranked) -> tuple[Cell, ...]:
    reasons = each.fragility.reasons if each.fragility else ()
    stance = each.stance
    if stance is not None and stance.decided_by:
        said: Cell = f"{stance.name}, decided on {stance.decided}" if stance.decided else stance.name
    elif stance is not None and stance.name:
        said = f"none decided; {stance.name} is proposed"
    else:
        said = "none decided"
    return (
        each.project,
        _figure(each.health_risk),
        words.or_dash(" ".join(words.ended(reason.text) for reason in reasons[:3])),
        said,
    )
