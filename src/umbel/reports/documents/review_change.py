# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What changed: the KPIs against the last quarter and their targets, and the goals that they serve."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from umbel.reports import kpi_chart
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    Figures,
    Paragraph,
    Section,
    Strong,
    Table,
)
from umbel.reports.documents.review_facts import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Kpi
    from umbel.reports.documents.review_facts import Facts

FIRST = (
    "inventory_coverage", "patch_coverage", "policy_violations", "unknown_licenses", "fragile_without_stance",
    "contributions_upstream", "sbom_quality", "time_to_remediate", "end_of_life_share", "dependency_freshness",
    "sbom_coverage", "strategic_stances", "contributions_strategic_share", "inventory_fresh",
)  # fmt: skip
"""The KPIs that lead, in the order in which they are looked for."""
BIG, NAMED = 6, 3
ACROSS, CELL = 3, 191
"""Cells of the picture of the past side by side, and their width in pixels: as wide as the text in print."""
_COLUMNS = (
    Column("Figure", width=2.2),
    Column("Now", "right", 1.1),
    Column("Of", width=2),
    Column("Quarter before", "right", 1),
    Column("Change", width=1.2),
    Column("Target", width=1.7),
)


def leading(facts: Facts, number: int) -> list[Kpi]:
    """The KPIs that are shown big."""
    return first(() if isinstance(facts.kpis, Gap) else facts.kpis, number)


def first(kpis: Sequence[Kpi], number: int) -> list[Kpi]:
    """The KPIs that lead: known ones first, in their order; then what should be known."""
    there = {kpi.indicator.name: kpi for kpi in kpis}
    chosen = [there[name] for name in FIRST if name in there]
    known = [kpi for kpi in chosen if kpi.now.value is not None]
    rest = [kpi for kpi in chosen if kpi.now.value is None]
    return (known + rest)[:number]


def figures(facts: Facts, number: int) -> list[Block]:
    """The big figures; nothing where there is no KPI at all (the section says why)."""
    chosen = leading(facts, number)
    return [Figures(tuple(words.big(kpi) for kpi in chosen))] if chosen else []


def section(facts: Facts) -> Section:
    """Every KPI in a row, with its parts; then those that nobody knows, and why."""
    if isinstance(facts.kpis, Gap):
        return Section("What changed", (words.gap(facts.kpis), *_goals(facts)))
    known = [kpi for kpi in facts.kpis if kpi.now.value is not None]
    body: list[Block] = [Paragraph(_first(facts.kpis)), *past(facts, BIG)]
    if known:
        caption = f"Figures as of {facts.quarter.day}, beside those of {facts.quarter.before}"
        body.append(Table(_COLUMNS, tuple(_row(kpi) for kpi in known), caption))
    body += _unknown([kpi for kpi in facts.kpis if kpi.now.value is None])
    return Section("What changed", (*body, *_goals(facts)))


def past(facts: Facts, number: int) -> list[Block]:
    """The leading figures over the last quarters in one picture; nothing where no past is known.

    A count of which little was looked at has no column: it would show how much was looked at.
    """
    drawn = [
        kpi
        for kpi in leading(facts, number)
        if sum(each.reading.value is not None for each in kpi.series) > 1
        and not any(words.is_bound(kpi, each.reading) for each in kpi.series)
    ]
    drawn = drawn[: len(drawn) - len(drawn) % ACROSS or len(drawn)]
    if not drawn:
        return []
    width, height = kpi_chart.size(len(drawn), ACROSS, CELL)
    quarters = max(len(kpi.series) for kpi in drawn)
    return [
        Figure(
            kpi_chart.specification(drawn, ACROSS, CELL),
            width,
            height,
            f"The ends of the last quarters and {facts.quarter.day}"
            if quarters > 1
            else "The figures of the day",
            kpi_chart.described(drawn),
            _over(drawn),
            "chart kpis",
        )
    ]


def _over(drawn: Sequence[Kpi]) -> Table:
    """The picture's numbers."""
    days = list(dict.fromkeys(point.end for kpi in drawn for point in kpi.series))
    rows = []
    for kpi in drawn:
        told = {point.end: words.value(kpi, point.reading) for point in kpi.series}
        rows.append((kpi.indicator.title, *(told.get(day) for day in days)))
    return Table((Column("Figure", width=2), *(Column(str(day), "right") for day in days)), tuple(rows))


def _first(kpis: Sequence[Kpi]) -> str:
    """What moved most by name, the worse first; then how the targets stand."""
    named = {side: [kpi for kpi in kpis if words.direction(kpi) == side] for side in ("bad", "good")}
    said = [
        f"{'Worse' if side == 'bad' else 'Better'}: "
        + words.listed([f"{k.indicator.title} ({_then(k)} → {words.value(k)})" for k in found], NAMED)
        + "."
        for side, found in named.items()
        if found
    ]
    if not said:
        known = sum(kpi.now.value is not None for kpi in kpis)
        said = [f"{known:,} of {words.counted(len(kpis), 'figure')} are known; none is known to have moved."]
    return " ".join([*said, targets(kpis)])


def _then(kpi: Kpi) -> str:
    then = words.before(kpi)
    return "unknown" if then is None else words.value(kpi, then) or "unknown"


def moved(kpis: Sequence[Kpi]) -> str:
    """How many figures went which way since the last quarter's end."""
    counts = Counter(words.direction(kpi) for kpi in kpis)
    known = len(kpis) - counts[None]
    if not known:
        return "No figure can be compared yet: of none was enough known both today and at the end of the last quarter."
    return (
        f"Of {words.counted(len(kpis), 'figure')}, {known:,} can be compared with the end of the last quarter: "
        f"{counts['good']:,} went to the better, {counts['bad']:,} to the worse, {counts['none']:,} stayed."
    )


def targets(kpis: Sequence[Kpi]) -> str:
    """How many targets are reached."""
    found = [target for kpi in kpis for target in kpi.targets]
    if not found:
        return "No figure has a target yet."
    states = Counter(target.state for target in found)
    behind = states["behind"] + states["missed"]
    late = f"{states['late']:,} late, " if states["late"] else ""
    return (
        f"Of {words.counted(len(found), 'target')}, {states['reached']:,} {_is(states['reached'])} reached, {late}"
        f"{states['on-track']:,} on track, {behind:,} behind, {states[None]:,} can't be told."
    )


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _row(kpi: Kpi) -> tuple[Cell, ...]:
    then = words.before(kpi)
    title = kpi.indicator.title + (" (stated)" if kpi.now.stated else "")
    tone = words.direction(kpi)
    change = words.change(kpi)
    mark = {"good": "better", "bad": "worse"}.get(tone or "", "")
    said: Cell = None if change is None else f"{change}, {mark}" if mark else change
    return (
        title,
        (Strong(words.value(kpi) or "unknown"),),
        words.or_dash(words.made_of(kpi)),
        None if then is None else words.value(kpi, then),
        said,
        words.or_dash(words.aimed(kpi) or ""),
    )


def _unknown(kpis: Sequence[Kpi]) -> list[Block]:
    if not kpis:
        return []
    columns = (Column("Not known", width=1.4), Column("Why", width=3), Column("To find out", width=1.8))
    rows = tuple(
        (
            kpi.indicator.title,
            words.ended(words.capital(kpi.now.why or "nobody knows")),
            words.code(kpi.now.ask),
        )
        for kpi in kpis
    )
    return [Table(columns, rows, f"{words.counted(len(kpis), 'figure')} that nobody can tell yet")]


def _goals(facts: Facts) -> list[Block]:
    if isinstance(facts.goals, Gap):
        return [Section("Goals", (words.gap(facts.goals),))]
    late = [each for each in facts.goals if each.review < facts.quarter.day]
    said = (
        f"{words.counted(len(facts.goals), 'goal')} stand; {len(late):,} should have been looked at by now."
    )
    items = tuple(
        (
            Strong(words.ended(each.statement)),
            f" {each.owner} answers for it; to be looked at on {each.review}"
            + (f"; told by {words.listed(each.kpis, 4)}." if each.kpis else "; no figure tells of it yet."),
        )
        for each in facts.goals
    )
    return [Section("Goals", (Paragraph(said), Bullets(items)))]
