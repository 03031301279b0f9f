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
    Bullets,
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
from umbel.reports.documents.review_maturity import main
from umbel.reports.documents.review_strategic import named, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.frameworks.interface import Move, Recommendation
    from umbel.policy.exceptions import Entry
    from umbel.reports.documents.review_facts import Facts
    from umbel.strategy.actions import Action

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
    """A decision that waits for people: what to decide, why now, and the command that records or shows it.

    `owner` is whose decision it is, `cost` what deciding for it takes, `otherwise` what happens if nobody decides.
    """

    what: str
    because: str
    command: str
    owner: str
    cost: str
    otherwise: str


OFFICE = "the open source office"


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
                because=f"In {projects}.",
                command="umbel risks --by upgrade",
                owner=f"whoever answers for {words.listed(sorted({each.project for each in found}), 2)}",
                cost="the upgrades that the command lists, and their tests",
                otherwise="each stops the gate until it is mended or excepted",
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
            owner=f"{OFFICE}, with the owners of {words.listed(named(each.products), 2) or 'what stands on it'}",
            cost="nobody estimated it; it depends on the stance",
            otherwise="if the project fails, nobody has said what we do then",
        )


def _ending(facts: Facts) -> Iterator[Choice]:
    if facts.ending:
        first, last = min(each.end for each in facts.ending), max(each.end for each in facts.ending)
        number = words.counted(len(facts.ending), "exception")
        yield Choice(
            what=f"Renew, or mend? {number} {'runs' if len(facts.ending) == 1 else 'run'} out by {last}.",
            because=f"The first ends on {first}.",
            command="umbel exceptions list",
            owner=words.listed(sorted({each.by for each in facts.ending if each.by}), 2) or OFFICE,
            cost="mending what each covers, or a reason to go on that holds",
            otherwise=f"from {first} on what they cover counts again, and may stop the gate",
        )


def _answers(facts: Facts, title: str) -> str:
    """Who answers for the goals that a figure tells of."""
    aims = () if isinstance(facts.goals, Gap) else facts.goals
    return words.listed(list(dict.fromkeys(each.owner for each in aims if title in each.kpis)), 2) or OFFICE


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
                    owner=_answers(facts, kpi.indicator.title),
                    cost="nobody estimated it",
                    otherwise=f"the target of {target.until} "
                    + ("stays missed" if target.state == "missed" else "will be missed"),
                )


def _recommended(facts: Facts) -> Iterator[Choice]:
    yield from map(_of_recommended, facts.recommended)


def _of_recommended(each: Recommendation) -> Choice:
    return Choice(
        what=f"Do we take this on? {words.ended(each.step)}",
        because=words.ended(each.scenario),
        command="umbel maturity",
        owner=OFFICE,
        cost=f"{each.effort} effort",
        otherwise="it stays as it is",
    )


def _moves(facts: Facts) -> Iterator[Choice]:
    yield from map(_of_move, moves(facts))


def _of_move(each: Move) -> Choice:
    return Choice(
        what=f"Who makes this true: {words.clause(each.title)}?",
        because=f"It would move {words.ended(each.moves)}" if each.moves else "It would move the program on.",
        command=shlex.join(["umbel", "maturity", "why", each.practice]),
        owner=OFFICE,
        cost=f"{each.effort} effort",
        otherwise="the next stage stays out of reach",
    )


def _actions(facts: Facts) -> Iterator[Choice]:
    yield from map(_of_action, () if isinstance(facts.actions, Gap) else facts.actions[:STEPS])


def _of_action(each: Action) -> Choice:
    return Choice(
        what=f"Who takes this on? {each.title}: {each.about}.",
        because=words.ended(words.capital(each.reason)),
        command=each.command,
        owner=each.who or OFFICE,
        cost=words.clause(each.effort),
        otherwise=f"it stays undone past {each.due}" if each.due else "it stays undone",
    )


def moves(facts: Facts) -> tuple[Move, ...]:
    """The next moves of the main framework."""
    if isinstance(facts.maturity, Gap):
        return ()
    return main(facts.maturity).moves


def proposed(facts: Facts) -> Section:
    """What is to be decided, then what the office would do, grow and take on; nothing stands in two of them."""
    first = choices(facts, 5)
    said = {each.what for each in first}
    decide: Block = Paragraph("Nothing that is known waits for a decision.")
    if first:
        decide = Steps(tuple(decision(each) for each in first))
    body: list[Block] = [Section("To decide", (decide,)), *_do(facts, said), *_grow(facts, said)]
    points = tuple(
        (Strong(words.ended(each.scenario)), f" {words.ended(each.step)} Effort: {each.effort}.")
        for each in facts.recommended
        if _of_recommended(each).what not in said
    )
    if points:
        body.append(Section("Recommended", (Steps(points[:5]),)))
    return Section("What is proposed next", tuple(body))


def _do(facts: Facts, said: set[str]) -> Iterator[Block]:
    """What the office would do first, but for what waits for a decision."""
    if isinstance(facts.actions, Gap):
        yield Section("To do", (words.gap(facts.actions),))
        return
    found = [each for each in facts.actions if _of_action(each).what not in said]
    if not found:
        nothing = "Nothing else" if facts.actions else "Nothing"
        yield Section("To do", (Paragraph(f"{nothing} that is known waits for the office."),))
        return
    steps = tuple(
        (
            Strong(f"{each.title}: {each.about}."),
            f" {words.ended(words.capital(each.reason))} ",
            Code(each.command),
        )
        for each in found[:STEPS]
    )
    rest = len(found) - len(steps)
    more = [Paragraph((f"… and {rest:,} more: ", Code("umbel actions"), "."), "soft")] if rest > 0 else []
    yield Section("To do", (Steps(steps), *more))


def _grow(facts: Facts, said: set[str]) -> Iterator[Block]:
    """The moves by what they move, which is said once for all that move the same."""
    grouped: dict[str, list[Move]] = {}
    for each in moves(facts)[:STEPS]:
        if _of_move(each).what not in said:
            grouped.setdefault(each.moves, []).append(each)
    if not grouped:
        return
    body: list[Block] = [Paragraph("What would move maturity most for its effort:")]
    for what, found in grouped.items():
        if what:
            number = "Each of these moves" if len(found) > 1 else "This moves"
            body.append(Paragraph(f"{number} {words.clause(what)}:", "soft"))
        body.append(
            Bullets(
                tuple(
                    (Strong(words.ended(each.title)), f" {words.ended(each.action)}" if each.action else "",
                     f" Effort: {each.effort}.")
                    for each in found
                )
            )
        )  # fmt: skip
    yield Section("To grow", tuple(body))


def decision(each: Choice) -> tuple[Inline, ...]:
    """A decision as words: what, why, whose it is, what it costs, what happens otherwise."""
    return (
        Strong(each.what),
        f" {each.because} Whose: {each.owner}. Cost: {each.cost}. Otherwise {each.otherwise}. ",
        Code(each.command),
    )
