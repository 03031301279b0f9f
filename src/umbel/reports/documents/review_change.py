# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What changed: the KPIs against the last quarter and their targets, and the goals that they serve."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
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
_COLUMNS = (
    Column("Figure", width=2.2),
    Column("Now", "right", 1),
    Column("Of", width=2),
    Column("Quarter before", "right", 1),
    Column("Change", width=1.2),
    Column("Target", width=1.7),
)


def leading(facts: Facts, number: int) -> list[Kpi]:
    """The KPIs that are shown big: known ones first, in their order; then what should be known."""
    chosen = [kpi for name in FIRST if (kpi := facts.kpi(name)) is not None]
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
    body: list[Block] = [Paragraph(moved(facts.kpis))]
    if known:
        caption = f"Figures as of {facts.quarter.day}, beside those of {facts.quarter.before}"
        body.append(Table(_COLUMNS, tuple(_row(kpi) for kpi in known), caption))
    body += _unknown([kpi for kpi in facts.kpis if kpi.now.value is None])
    return Section("What changed", (*body, *_goals(facts)))


def moved(kpis: Sequence[Kpi]) -> str:
    """How many figures went which way since the last quarter's end."""
    counts = Counter(words.direction(kpi) for kpi in kpis)
    known = len(kpis) - counts[None]
    if not known:
        return (
            "No figure can be compared yet: none is known both today and at the end of the last quarter. The next "
            "review can."
        )
    said = (
        f"Of {words.counted(len(kpis), 'figure')}, {known:,} can be compared with the end of the last quarter: "
        f"{counts['good']:,} went to the better, {counts['bad']:,} to the worse, {counts['none']:,} stayed."
    )
    targets = [target for kpi in kpis for target in kpi.targets]
    if not targets:
        return f"{said} None of them has a target yet."
    states = Counter(target.state for target in targets)
    behind = states["behind"] + states["missed"]
    return (
        f"{said} Of {words.counted(len(targets), 'target')}, {states['reached']:,} {_is(states['reached'])} reached, "
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
