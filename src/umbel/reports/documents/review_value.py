# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What we give and what it is worth: contributions planned against done, and value with its range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports import value_tornado
from umbel.reports.charts import STEP, WIDTH
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Figure,
    Paragraph,
    Section,
    Table,
)
from umbel.reports.documents.review_facts import Gap
from umbel.strategy.value.words import amount, percent, short, span

if TYPE_CHECKING:
    from umbel.reports.documents.review_facts import Contributed, Facts
    from umbel.strategy.value.answer import ProjectValue, Valued

SHOWN = 10
TELLING = (
    "contributions_upstream", "contributors_upstream", "sustained_contributors", "contributions_strategic_share",
    "strategic_with_ours", "maintainers_ours",
)  # fmt: skip
"""Indicators that tell of our work upstream."""
_PLANNED = (
    Column("Project", width=1.5),
    Column("What for", width=1.8),
    Column("State", width=1),
    Column("Planned and done", width=3),
)
_VALUE = (
    Column("Project", width=2),
    Column("Given", "right", 1.4),
    Column("Saved", "right", 1.4),
    Column("Net", "right", 1.4),
    Column("Returned", "right", 1.2),
)


def contributions(facts: Facts) -> Section:
    """What our people did upstream, and what was planned."""
    told = [kpi for name in TELLING if (kpi := facts.kpi(name)) is not None]
    known = tuple(
        words.ended(kpi.now.sentence) for kpi in told if kpi.now.value is not None and kpi.now.sentence
    )
    body: list[Block] = [Bullets(known)] if known else []
    if told and not known:
        why = next((kpi.now.why for kpi in told if kpi.now.why), None)
        body.append(
            Paragraph(
                f"What our people do upstream isn't known: {words.ended(words.clause(why or 'nobody looked'))}"
            )
        )
    body += _planned(facts)
    return Section("Contributions", tuple(body))


def _planned(facts: Facts) -> list[Block]:
    if isinstance(facts.contributions, Gap):
        return [words.gap(facts.contributions)]
    found = facts.contributions
    late = sum(each.late for each in found)
    said = f"{words.counted(len(found), 'contribution')} planned; {late:,} should have been looked at by now."
    rows = tuple(_contribution(each) for each in found[:SHOWN])
    return [
        Paragraph(said),
        Table(_PLANNED, rows, "", max(len(found) - SHOWN, 0), "umbel contributions list"),
    ]


def _contribution(each: Contributed) -> tuple[Cell, ...]:
    due = "" if each.due is None else f", {'late since' if each.late else 'due'} {each.due}"
    met = {True: ", target reached", False: "", None: ""}[each.met]
    return (each.project, words.or_dash(each.goal), f"{each.state}{due}{met}", words.or_dash(each.sentence))


def value(facts: Facts) -> Section:
    """What contributing cost and saved in the last year, with its range and what moves it."""
    if isinstance(facts.value, Gap):
        return Section("Value", (words.gap(facts.value),))
    found = facts.value
    total = found.total
    said = (
        f"From {found.since:%Y-%m-%d} to {found.as_of:%Y-%m-%d}, in {found.currency}, as ranges from the tenth to the "
        f"ninetieth of a hundred draws: given {span(total.investment)}, saved {span(total.benefit)}, net "
        f"{span(total.net)}."
    ).replace("?", "unknown")
    body: list[Block] = [Paragraph(said), Paragraph(words.ended(total.sentence), "soft")]
    if found.projects:
        rows = tuple(_project(each) for each in found.projects[:SHOWN])
        body.append(
            Table(
                _VALUE,
                rows,
                f"By project, in {found.currency}",
                max(len(found.projects) - SHOWN, 0),
                "umbel value",
            )
        )
    body += _drivers(found)
    if total.unknown:
        body.append(Paragraph("What is left out, since nobody knows it:"))
        body.append(Bullets(tuple(_unknown(each.what, each.find_out) for each in total.unknown[:5])))
    return Section("Value", tuple(body))


def _unknown(what: str, find_out: str) -> str:
    return f"{words.clause(what)}: {words.ended(find_out)}" if find_out else words.ended(what)


def _project(each: ProjectValue) -> tuple[Cell, ...]:
    def cell(shown: str) -> Cell:
        return None if shown == "?" else shown

    return (
        each.project,
        cell(short(each.investment)),
        cell(short(each.benefit)),
        cell(short(each.net)),
        cell(short(each.returned, percent)),
    )


def _drivers(found: Valued) -> list[Block]:
    drivers = found.drivers[: value_tornado.NAMED]
    if not drivers:
        return []
    numbers = Table(
        (
            Column("Assumption"),
            Column("Net with its low end", "right"),
            Column("Net with its high end", "right"),
        ),
        tuple((each.what, amount(each.net_low), amount(each.net_high)) for each in drivers),
    )
    own = len(found.own)
    note = (
        "The assumptions are the shipped ones, none is the organisation's own: ",
        Code("umbel value --write-assumptions"),
        " writes them down to be amended.",
    )
    figure = Figure(
        value_tornado.specification(drivers),
        WIDTH,
        STEP * len(drivers),
        f"What moves the net most, in {found.currency}",
        " ".join(each.sentence for each in drivers) or "The assumptions that move the net most.",
        numbers,
    )
    return [figure] if own else [figure, Paragraph(note, "soft")]
