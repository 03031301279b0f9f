# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people decided in the quarter, what they should decide next, and what the office would do."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.kpi_words import figure
from umbel.reports.documents import review_words as words
from umbel.reports.documents.blocks import (
    Block,
    Cell,
    Code,
    Column,
    Inline,
    Paragraph,
    Section,
    Steps,
    Strong,
    Table,
)
from umbel.reports.documents.review_facts import Gap
from umbel.reports.documents.review_strategic import undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.frameworks.interface import Move
    from umbel.policy.exceptions import Entry
    from umbel.reports.documents.review_facts import Facts

SHOWN, STEPS = 20, 8
SOON = timedelta(days=92)
_TAKEN = (
    Column("Day", width=0),
    Column("What", width=1.2),
    Column("About", width=2),
    Column("Decided", width=1.8),
    Column("By", width=1.2),
    Column("Why", width=2.2),
)
_GRANTED = (
    Column("For", width=2),
    Column("Rule", width=1.3),
    Column("Until", width=0),
    Column("Granted by", width=1.3),
    Column("Why", width=2.4),
)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that waits for people: what to decide, why now, and the command that records or shows it."""

    what: str
    because: str
    command: str


def taken(facts: Facts) -> Section:
    """Decisions of the quarter, exceptions granted, and those that run out soon."""
    title = "Decisions taken and exceptions granted"
    if isinstance(facts.taken, Gap):
        return Section(title, (words.gap(facts.taken),))
    others = [each for each in facts.taken if each.kind != "exception"]
    body: list[Block] = []
    if others:
        rows = tuple(
            (
                str(each.day),
                each.kind,
                words.or_dash(each.about),
                words.or_dash(each.what),
                words.or_dash(each.by),
                words.or_dash(each.reason),
            )
            for each in others[-SHOWN:]
        )
        were = "was" if len(others) == 1 else "were"
        said = f"{words.counted(len(others), 'decision')} {were} recorded in {facts.quarter.name}."
        body += [Paragraph(said), Table(_TAKEN, rows, "", max(len(others) - SHOWN, 0), "git log decisions/")]
    else:
        body.append(Paragraph(f"No decision was recorded in {facts.quarter.name} (folder decisions/)."))
    body += _exceptions("granted", facts.granted, f"in {facts.quarter.name}")
    body += _exceptions("running out", facts.ending, f"in the {SOON.days} days after {facts.quarter.day}")
    return Section(title, tuple(body))


def _exceptions(what: str, entries: tuple[Entry, ...], when: str) -> Iterator[Block]:
    if not entries:
        yield Paragraph(
            f"No exception was granted {when}." if what == "granted" else f"No exception runs out {when}."
        )
        return
    rows = tuple(_granted(each) for each in entries[:SHOWN])
    yield Table(
        _GRANTED, rows, f"Exceptions {what} {when}", max(len(entries) - SHOWN, 0), "umbel exceptions list"
    )


def _granted(each: Entry) -> tuple[Cell, ...]:
    about = " ".join(
        part for part in (each.package or each.project or each.product or "everything", each.what) if part
    )
    return (about, each.rule, str(each.end), words.or_dash(each.by), words.or_dash(each.reason))


# ---- next


def choices(facts: Facts, number: int = 3) -> list[Choice]:
    """The decisions that wait for people, those that can wait least first; one of a kind before more of it."""
    makers = (_urgent, _stances, _ending, _goals, _recommended, _moves, _actions)
    kinds = [list(make(facts)) for make in makers]
    found = [choice for row in range(number) for kind in kinds for choice in kind[row : row + 1]]
    return found[:number]


def _urgent(facts: Facts) -> Iterator[Choice]:
    if isinstance(facts.verdict, Gap):
        return
    exploited = [each for each in facts.verdict.failing if each.rule == "known-exploited"]
    grave = [each for each in facts.verdict.failing if each.severity == "critical" and each not in exploited]
    for found, said in ((exploited, "exploited in the wild"), (grave, "critical")):
        if found:
            number, are = words.counted(len(found), "finding"), "is" if len(found) == 1 else "are"
            projects = words.counted(len({each.project for each in found}), "project")
            yield Choice(
                what=f"Who mends {number} that {are} {said}, and by when?",
                because=f"In {projects}; each stops the gate until it is mended or excepted.",
                command="umbel risks --by upgrade",
            )


def _stances(facts: Facts) -> Iterator[Choice]:
    for each in undecided(facts):
        proposed = each.stance.name if each.stance and each.stance.name else None
        reasons = each.fragility.reasons if each.fragility else ()
        why = words.ended(reasons[0].text) if reasons else "It stands above the line of fragility."
        yield Choice(
            what=f"What do we do about {each.project}?"
            + (f" The evidence proposes: {proposed}." if proposed else ""),
            because=f"Strategic {each.strategic or 0:.1f} and fragile {each.health_risk or 0:.1f} of 10. {why}",
            command=shlex.join(["umbel", "strategy", "decide", each.project, proposed or "watch"]),
        )


def _ending(facts: Facts) -> Iterator[Choice]:
    if facts.ending:
        first, last = min(each.end for each in facts.ending), max(each.end for each in facts.ending)
        number = words.counted(len(facts.ending), "exception")
        yield Choice(
            what=f"Renew, or mend? {number} {'runs' if len(facts.ending) == 1 else 'run'} out by {last}.",
            because=f"The first ends on {first}; from then on what it covers stops the gate.",
            command="umbel exceptions list",
        )


def _goals(facts: Facts) -> Iterator[Choice]:
    for kpi in () if isinstance(facts.kpis, Gap) else facts.kpis:
        for target in kpi.targets:
            if target.state in {"behind", "missed"}:
                shown = figure(target.target, kpi.indicator.unit, kpi.indicator.currency)
                yield Choice(
                    what=f"{kpi.indicator.title}: more effort, or another target than {shown} by {target.until}?",
                    because=words.ended(
                        target.sentence or f"It is {target.state} ({words.value(kpi) or 'unknown'} now)."
                    ),
                    command="umbel goals",
                )


def _recommended(facts: Facts) -> Iterator[Choice]:
    for each in facts.recommended:
        yield Choice(
            what=f"Do we take this on? {words.ended(each.step)}",
            because=f"{words.ended(each.scenario)} Effort: {each.effort}.",
            command="umbel maturity",
        )


def _moves(facts: Facts) -> Iterator[Choice]:
    for each in moves(facts):
        yield Choice(
            what=f"Who makes this true: {words.ended(each.title)}",
            because=f"It would move {words.ended(each.moves)} Effort: {each.effort}.",
            command=shlex.join(["umbel", "maturity", "why", each.practice]),
        )


def _actions(facts: Facts) -> Iterator[Choice]:
    for each in () if isinstance(facts.actions, Gap) else facts.actions[:STEPS]:
        yield Choice(
            what=f"Who takes this on? {each.title}: {each.about}.",
            because=words.ended(words.capital(each.reason)),
            command=each.command,
        )


def moves(facts: Facts) -> tuple[Move, ...]:
    """The next moves of the main framework."""
    if isinstance(facts.maturity, Gap):
        return ()
    main = next((each for each in facts.maturity if each.framework.id == "flower"), facts.maturity[0])
    return main.moves


def proposed(facts: Facts) -> Section:
    """What is to be decided, and what the office would do first."""
    body: list[Block] = [Section("To decide", tuple(_decide(facts)))]
    if isinstance(facts.actions, Gap):
        body.append(Section("To do", (words.gap(facts.actions),)))
    elif not facts.actions:
        body.append(Section("To do", (Paragraph("Nothing that is known waits for the office."),)))
    else:
        steps = tuple(
            (
                Strong(f"{each.title}: {each.about}."),
                f" {words.ended(words.capital(each.reason))} ",
                Code(each.command),
            )
            for each in facts.actions[:STEPS]
        )
        rest = len(facts.actions) - len(steps)
        more = [Paragraph((f"… and {rest:,} more: ", Code("umbel actions"), "."), "soft")] if rest > 0 else []
        body.append(Section("To do", (Steps(steps), *more)))
    found = moves(facts)[:STEPS]
    if found:
        rows = tuple(
            (words.ended(each.action or each.title), each.effort, words.or_dash(each.moves)) for each in found
        )
        columns = (Column("Step", width=3), Column("Effort", width=0), Column("What it moves", width=2.5))
        body.append(
            Section("To grow", (Table(columns, rows, "What would move maturity most for its effort"),))
        )
    if facts.recommended:
        points = tuple(
            (Strong(words.ended(each.scenario)), f" {words.ended(each.step)} Effort: {each.effort}.")
            for each in facts.recommended[:5]
        )
        body.append(Section("Recommended", (Steps(points),)))
    return Section("What is proposed next", tuple(body))


def _decide(facts: Facts) -> Iterator[Block]:
    found = choices(facts, 5)
    if not found:
        yield Paragraph("Nothing that is known waits for a decision.")
        return
    yield Steps(tuple(decision(each) for each in found))


def decision(each: Choice) -> tuple[Inline, ...]:
    """A decision as words."""
    return (Strong(each.what), f" {each.because} ", Code(each.command))
