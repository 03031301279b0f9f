# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The minimum viable office: people, means, channels, pilots as recorded, and the first 90 days from the gaps found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.reports.documents import blocks as b

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from umbel.frameworks.interface import Assessment, Recommendation
    from umbel.frameworks.office import Budget, Office, Pilot

NAME, TITLE = "office-plan", "Plan of the open source office"
ABOUT = (
    "People, technology, budget against actuals, channels, pilots, and the first 90 days from the gaps found."
)
_RECORD = b.Code("decisions/office.toml")
_PERIODS = (
    ("Days 1 to 30: what is small and moves most", "small"),
    ("Days 31 to 60: what needs others", "medium"),
    ("Days 61 to 90: what is begun and takes longer", "large"),
)
MOST_STEPS = 6
"""So many steps a month: more is no plan."""


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What was spent of a budget line: a figure that is stated, and where it comes from; None where nobody knows."""

    amount: float | None
    source: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step that would close a gap; `open`: nobody knows yet whether it is one, so look first."""

    practice: str
    action: str
    effort: str
    moves: str
    open: bool
    petal: str | None = None
    template: str | None = None


def steps(assessment: Assessment) -> tuple[Step, ...]:
    """The steps of an assessment, what moves most for its effort first."""
    by_id = {answer.practice.id: answer for answer in assessment.answers}
    found = []
    for move in assessment.moves:
        answer = by_id.get(move.practice.rpartition("/")[2])
        known = answer is not None and bool(answer.practice.next.strip())
        found.append(
            Step(
                practice=move.practice,
                action=answer.practice.next if known and answer is not None else move.action or move.title,
                effort=move.effort,
                moves=move.moves,
                open=move.outcome in {"unknown", "error"},
                petal=next(iter(move.petals), None),
                template=move.template,
            )
        )
    return tuple(found)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan is made from. `petals` are titles by id, `spent` is by budget line in its order."""

    organisation: str
    day: date
    office: Office
    petals: dict[str, str]
    spent: tuple[Spent, ...]
    steps: Sequence[Step]
    recommendations: Sequence[Recommendation]
    stakeholders: int


def document(facts: Facts, as_of: datetime) -> b.Document:
    """The whole plan."""
    return b.Document(
        name=NAME,
        title=TITLE,
        as_of=as_of,
        organisation=facts.organisation,
        subtitle="What an office needs to begin with, what of it is there, and what comes first.",
        blocks=(
            b.Section("Mandate", _mandate(facts)),
            b.Section("People", _people(facts)),
            b.Section("Technology", _technology(facts)),
            b.Section("Budget", _budget(facts)),
            b.Section("Stakeholders", _stakeholders(facts)),
            b.Section("Channels", _channels(facts)),
            b.Section("Pilots", _pilots(facts)),
            b.Section("The first 90 days", _days(facts)),
        ),
        foot="People stand here by role. The first 90 days are a proposal: people decide.",
    )


def _missing(what: str, table: str) -> b.Block:
    return b.Paragraph((f"{what} It belongs into ", _RECORD, f" ([[{table}]])."))


def _mandate(facts: Facts) -> tuple[b.Block, ...]:
    if not facts.office.mandate:
        return (
            _missing(
                "Nobody has written down what the office is there for, and who stands behind it.", "mandate"
            ),
        )
    (one,) = facts.office.mandate
    terms = [b.Term("Sponsor", one.sponsor), b.Term("Since", str(one.decided))]
    terms += [b.Term("Covers", one.scope)] if one.scope else []
    terms += [b.Term("Looked at again", str(one.review))] if one.review else []
    return b.Paragraph(one.statement, style="lead"), b.Terms(tuple(terms))


def _people(facts: Facts) -> tuple[b.Block, ...]:
    people = facts.office.people
    if not people:
        return (
            _missing(
                "No role is written down yet. One person with half of their time is a beginning.", "people"
            ),
        )
    filled = sum(one.share for one in people if one.filled)
    wanted = sum(one.share for one in people)
    rows = tuple(
        (
            one.role,
            f"{one.share:g}",
            "yes" if one.filled else "not yet",
            one.does or "not said",
            _petal(facts, one.petal),
        )
        for one in people
    )
    columns = (
        b.Column("role", width=2),
        b.Column("posts", "right"),
        b.Column("filled"),
        b.Column("does", width=3),
        b.Column("for"),
    )
    return (
        b.Paragraph(f"{filled:g} of {wanted:g} full-time posts are filled."),
        b.Table(columns=columns, rows=rows),
    )


def _petal(facts: Facts, name: str | None) -> str:
    return "all" if name is None else facts.petals.get(name, name)


def _technology(facts: Facts) -> tuple[b.Block, ...]:
    if not facts.office.technology:
        return (_missing("No tool is written down yet beside Umbel itself.", "technology"),)
    rows = tuple((one.name, one.purpose, one.owner or "nobody is named") for one in facts.office.technology)
    return (
        b.Table(
            columns=(b.Column("what"), b.Column("what for", width=2), b.Column("looked after by")), rows=rows
        ),
    )


def _budget(facts: Facts) -> tuple[b.Block, ...]:
    if not facts.office.budget:
        return (_missing("No budget line is written down yet.", "budget"),)
    rows = []
    for line, spent in zip(facts.office.budget, facts.spent, strict=True):
        share = None if spent.amount is None or not line.amount else spent.amount / line.amount
        rows.append(
            (
                line.line,
                str(line.year),
                _money(line.amount, line.currency),
                None if spent.amount is None else _money(spent.amount, line.currency),
                None if share is None else f"{share:.0%}",
                spent.source,
            )
        )
    columns = (
        b.Column("line", width=2),
        b.Column("year"),
        b.Column("planned", "right"),
        b.Column("spent (stated)", "right"),
        b.Column("of it", "right"),
        b.Column("who says so", width=2),
    )
    return b.Table(columns=columns, rows=tuple(rows)), *_sums(facts)


def _sums(facts: Facts) -> tuple[b.Block, ...]:
    """A sum a year and currency: what isn't known is not counted as nothing."""
    groups: dict[tuple[int, str], list[tuple[Budget, Spent]]] = {}
    for line, spent in zip(facts.office.budget, facts.spent, strict=True):
        groups.setdefault((line.year, line.currency), []).append((line, spent))
    said = []
    for (year, currency), lines in sorted(groups.items()):
        planned = sum(line.amount for line, _ in lines)
        known = [spent.amount for _, spent in lines if spent.amount is not None]
        told = (
            f"{_money(sum(known), currency)} are said to be spent, on {len(known)} of {_lines(len(lines))}"
            if known
            else "what was spent is not known"
        )
        said.append(f"{year}: {_money(planned, currency)} are planned; {told}.")
    return (b.Bullets(tuple(said)),)


def _lines(number: int) -> str:
    return f"{number} {'line' if number == 1 else 'lines'}"


def _money(amount: float, currency: str) -> str:
    return f"{amount:,.0f} {currency}" if float(amount).is_integer() else f"{amount:,.2f} {currency}"


def _stakeholders(facts: Facts) -> tuple[b.Block, ...]:
    """Only how many: who they are, and what is thought of them, is told in a private document alone."""
    if not facts.stakeholders:
        words: b.Words = (
            "Nobody is on the map yet. It is kept in ",
            b.Code("decisions/stakeholders.toml"),
            ", for the office only.",
        )
    else:
        who = "1 stakeholder is" if facts.stakeholders == 1 else f"{facts.stakeholders} stakeholders are"
        words = (
            f"{who} on the map, which is for the office only: ",
            b.Code("umbel document stakeholder-map"),
            ".",
        )
    return (b.Paragraph(words),)


def _channels(facts: Facts) -> tuple[b.Block, ...]:
    channels = facts.office.channels
    reached = {one.petal for one in channels}
    open_ = [title for name, title in facts.petals.items() if name not in reached and name != "office"]
    found: list[b.Block] = []
    if channels:
        columns = (
            b.Column("for whom"),
            b.Column("where"),
            b.Column("what for", width=2),
            b.Column("how often"),
        )
        rows = tuple(
            (_petal(facts, one.petal), one.name, one.purpose, one.rhythm or "not said") for one in channels
        )
        found.append(b.Table(columns=columns, rows=rows))
    if open_:
        found.append(_missing(f"No channel yet reaches: {', '.join(open_)}.", "channels"))
    return tuple(found) or (b.Paragraph("Every petal is reached."),)


def _pilots(facts: Facts) -> tuple[b.Block, ...]:
    if not facts.office.pilots:
        return (
            _missing(
                "No pilot is written down yet: something tried with a few, for a set time, with a gate.",
                "pilots",
            ),
        )
    return tuple(b.Section(one.name, _pilot(one, facts.day)) for one in facts.office.pilots)


def _pilot(one: Pilot, day: date) -> tuple[b.Block, ...]:
    late = " Its time is over, and nobody has said what came of it." if one.is_late(day) else ""
    terms = (
        b.Term("Scope", one.scope),
        b.Term("Time", f"{one.start} to {one.until}; {one.state}.{late}"),
        b.Term("Success is", "; ".join(one.measures)),
        b.Term("It goes on if", one.gate),
        b.Term("Answers for it", one.owner or "nobody is named"),
        b.Term("Outcome", one.outcome or "not known yet"),
    )
    return (b.Terms(terms),)


def _days(facts: Facts) -> tuple[b.Block, ...]:
    if not facts.steps and not facts.recommendations:
        return (
            b.Paragraph(
                (
                    "No gap was found that a step would close: ",
                    b.Code("umbel maturity"),
                    " shows the answers.",
                )
            ),
        )
    found: list[b.Block] = [
        b.Paragraph(
            (
                (
                    "Proposed from the gaps that the assessment found, what moves most for its "
                    "effort first. Every step is one that a person can refuse. One is done when "
                ),
                b.Code("umbel maturity why"),
                " with its name says met.",
            )
        ),
    ]
    for title, effort in _PERIODS:
        steps = tuple(_step(one, facts) for one in facts.steps if one.effort == effort)[:MOST_STEPS]
        said = b.Steps(steps) if steps else b.Paragraph("No gap of this size was found.")
        found.append(b.Section(title, (said,)))
    if facts.recommendations:
        told = tuple(f"{one.scenario.rstrip('.')}: {one.step}" for one in facts.recommendations[:MOST_STEPS])
        found.append(b.Section("Patterns behind it", (b.Bullets(told),)))
    return tuple(found)


def _step(step: Step, facts: Facts) -> b.Words:
    action = step.action.strip().rstrip(".")
    template = (" Template: ", b.Code(f"umbel document {step.template}"), ".") if step.template else ()
    first = " First see whether it is a gap: " if step.open else " Its name: "
    name = (first, b.Code(f"umbel maturity why {step.practice}" if step.open else step.practice), ".")
    return (
        f"{action}.",
        *template,
        *name,
        b.Soft(f"{_who(step, facts)} It moves: {step.moves.rstrip('.')}."),
    )


def _who(step: Step, facts: Facts) -> str:
    """Whose step it is: a filled role of the office for its petal, else one for all."""
    filled = [one for one in facts.office.people if one.filled]
    roles = [one.role for one in filled if one.petal == step.petal] if step.petal else []
    roles = roles or [one.role for one in filled if one.petal is None]
    if roles:
        return f" Who: {roles[0]}."
    return f" Who: not named yet, for {_petal(facts, step.petal)}." if step.petal else " Who: not named yet."
