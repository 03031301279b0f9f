# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What we are exposed to: what the policy finds, and strategic projects that one firm or person controls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from umbel.model.finding import SEVERITIES
from umbel.policy.verdict import told_together
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import Block, Bullets, Cell, Code, Column, Paragraph, Section, Table
from umbel.reports.documents.review_facts import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.model.finding import Finding
    from umbel.policy.verdict import Verdict
    from umbel.reports.documents.review_facts import Facts
    from umbel.strategy.control.records import Control

SHOWN = 8
_RULES = (
    Column("Rule", width=2),
    Column("Stop the gate", "right"),
    Column("Warn", "right"),
    Column("Excused", "right"),
    Column("Gravest", width=1),
    Column("Projects", "right"),
)
_CONTROL = (
    Column("Project", width=1.8),
    Column("Held by", width=1.4),
    Column("Exposure"),
    Column("Because", width=3),
)


def section(facts: Facts) -> Section:
    """Findings of the policy in force by rule, the gravest, and who holds what we stand on."""
    body: list[Block] = []
    if isinstance(facts.verdict, Gap):
        body.append(words.gap(facts.verdict))
    else:
        body += _findings(facts.verdict)
    return Section("Exposure", (*body, Section("Who holds what we stand on", tuple(_control(facts)))))


def gate(verdict: Verdict) -> str:
    """Whether anything stops a gate; rules that couldn't be asked are never taken for a pass."""
    failing, unasked = len(verdict.failing), len({each.rule for each in verdict.gaps})
    stop = "1 finding stops a gate" if failing == 1 else f"{failing:,} findings stop a gate"
    said = (
        stop if failing else "Nothing that could be asked stops a gate" if unasked else "Nothing stops a gate"
    )
    return f"{said}; {words.counted(unasked, 'rule')} couldn't be asked." if unasked else f"{said}."


def _findings(verdict: Verdict) -> list[Block]:
    told = [finding for finding in verdict.findings if finding.level != "note"]
    counts = verdict.counted()
    stopping = counts["fail"] + counts["expired"]
    judged = f"{words.counted(verdict.judged, 'component')} in {words.counted(verdict.projects, 'project')} were judged"
    if not told:
        body: list[Block] = [Paragraph(f"The policy in force finds nothing where it could ask: {judged}.")]
    else:
        said = (
            f"{gate(verdict)} {words.counted(counts['warn'], 'finding')} of the policy in force "
            f"{'warns' if counts['warn'] == 1 else 'warn'}, {counts['excused'] + counts['covered']:,} "
            f"{'is' if counts['excused'] + counts['covered'] == 1 else 'are'} excused; {judged}."
        )
        expired = counts["expired"]
        more = (
            f" {words.counted(expired, 'finding')} had an exception that has run out."
            if expired and stopping
            else ""
        )
        body = [Paragraph(said + more), Table(_RULES, tuple(_rules(told)), "What the policy finds, by rule")]
    unasked = told_together(verdict.gaps)
    if unasked:
        body.append(Paragraph("What couldn't be asked, since the evidence isn't there:"))
        body.append(Bullets(tuple(unasked)))
    return body


def _rules(told: Sequence[Finding]) -> list[tuple[Cell, ...]]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in told:
        by_rule.setdefault(finding.rule, []).append(finding)
    counted = []
    for rule, found in by_rule.items():
        fails = sum(each.fails for each in found)
        kinds = Counter("excused" if each.excused else each.level for each in found)
        gravest = max((each.severity for each in found), key=SEVERITIES.index)
        projects = len({each.project for each in found})
        row = (rule, f"{fails:,}", f"{kinds['warn']:,}", f"{kinds['excused']:,}", gravest, f"{projects:,}")
        counted.append((-fails, -len(found), rule, row))
    return [row for *_, row in sorted(counted)]


def _control(facts: Facts) -> list[Block]:
    if isinstance(facts.control, Gap):
        return [words.gap(facts.control)]
    names = {each.project for each in facts.strategic}
    found = [each for each in facts.control if each.project in names]
    if not found:
        return [
            Paragraph(
                (
                    "No strategic project was examined, so nobody can tell who holds it. ",
                    Code("umbel collect upstream"),
                    " reads their histories.",
                )
            )
        ]
    exposed = [each for each in found if each.exposure.level in {"medium", "high"}]
    known = sum(each.exposure.level is not None for each in found)
    number = words.counted(len(names), "strategic project")
    if not known:
        said = f"Of none of {number} is it known who holds it, so whether its terms may change isn't known either."
    else:
        said = (
            f"Of {known:,} of {number} it is known who holds {'it' if known == 1 else 'them'}: {len(exposed):,} of "
            f"{known:,} could change {'its' if len(exposed) == 1 else 'their'} terms by one holder's decision."
        )
    if not exposed:
        return [Paragraph(said)]
    return [Paragraph(said), Table(_CONTROL, tuple(_held(each) for each in exposed[:SHOWN]), "",
                                   max(len(exposed) - SHOWN, 0), "umbel control")]  # fmt: skip


def _held(each: Control) -> tuple[Cell, ...]:
    held = None if each.governed is None else each.governed.replace("-", " ")
    if held and each.single_vendor.name:
        held = f"{held} ({each.single_vendor.name})"
    return (each.project, held, each.exposure.level, words.or_dash(words.ended(each.exposure.because)))
