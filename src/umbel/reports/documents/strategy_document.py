# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The open source strategy: what is known is drafted from records and evidence, what only people know is left blank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.reports.documents import blocks as b
from umbel.reports.documents.kept_text import Part, head
from umbel.reports.documents.policy_terms import WAYS
from umbel.reports.documents.policy_words import (
    days,
    level,
    listed,
    section,
    severity_table,
    vulnerability,
    yours,
)
from umbel.strategy.use import NO_PRODUCT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.office import Office
    from umbel.frameworks.targets import Pursued
    from umbel.model.settings import Product
    from umbel.reports.documents.policy_terms import Terms
    from umbel.strategy.contributions import Standing
    from umbel.strategy.interface import Ranked

NAME, TITLE = "strategy", "Open source strategy"
ABOUT = (
    "Purpose, scope, goals, rules, governance: drafted from records, kept as "
    "documents/strategy.md under your hand."
)
MOST_PROJECTS = 15
"""So many strategic projects are told; the command shows the rest."""
_STATES = {
    "reached": "reached",
    "late": "reached late",
    "on-track": "on track",
    "behind": "behind",
    "missed": "missed",
    None: "not known",
}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the strategy is drafted from. `projects` and `packages` are None where nothing was collected.

    `line` is from where on a project counts as strategic, of 1 to 10.
    """

    terms: Terms
    products: tuple[Product, ...]
    projects: int | None
    packages: int | None
    goals: Sequence[Pursued]
    titles: dict[str, str]
    ranked: Sequence[Ranked]
    contributions: Sequence[Standing]
    office: Office
    line: float


def parts(facts: Facts) -> list[Part]:
    """The whole text: parts that Umbel keeps up to date between those that are a person's."""
    return [
        head(
            ("Answers for it", "the role that answers for this strategy"),
            ("Approved by, on", "the role that put it in force, and the day"),
            ("Next review", "a day within a year of that"),
        ),
        yours(
            "purpose",
            "Purpose",
            _blank(
                "purpose",
                "in three sentences: what the business wants from open source, and what it gives back",
            ),
        ),
        section("mandate", "Mandate", *_mandate(facts)),
        section("scope", "Scope", *_scope(facts)),
        yours(
            "out-of-scope",
            "What this strategy leaves out",
            _blank("out-of-scope", "what it does not speak of: subsidiaries, acquired products, research"),
        ),
        section("goals", "Goals and how we tell", *_goals(facts)),
        yours(
            "why-goals",
            "Why these goals",
            _blank("why-goals", "which business goal each one serves, and what we decided not to pursue"),
        ),
        section("owners", "Who answers for what", *_owners(facts)),
        section("inbound", "What comes in", *_inbound(facts.terms)),
        section("outbound", "What goes out", *_outbound(facts.terms)),
        section("slas", "What we promise to mend, and by when", *_slas(facts.terms)),
        section("projects", "The projects that matter most", *_projects(facts)),
        section("contributions", "What we mean to do there", *_contributions(facts)),
        yours("community", "Taking part in communities", *_community()),
        section("governance", "Governance", *_governance(facts)),
        yours("decisions", "Who decides what", _decisions()),
        yours("questions", "Questions that people ask", *_questions()),
    ]


def _blank(name: str, asks: str) -> b.Block:
    return b.Blank(name, asks)


def _mandate(facts: Facts) -> tuple[b.Block, ...]:
    if not facts.office.mandate:
        return (
            b.Paragraph(
                (
                    "Nobody has written down a mandate yet. It belongs into ",
                    b.Code("decisions/office.toml"),
                    " ([[mandate]]), with the role that stands behind it.",
                )
            ),
        )
    (mandate,) = facts.office.mandate
    scope = f" It covers {mandate.scope.rstrip('.')}." if mandate.scope else ""
    review = f" It is looked at again on {mandate.review}." if mandate.review else ""
    return (
        b.Paragraph(mandate.statement, style="lead"),
        b.Paragraph(f"{mandate.sponsor} stands behind it, since {mandate.decided}.{scope}{review}"),
    )


def _scope(facts: Facts) -> tuple[b.Block, ...]:
    if facts.projects is None:
        known: b.Words = (
            "Nothing was collected yet, so nobody can say how much open source is in use: ",
            b.Code("umbel collect"),
            ".",
        )
    else:
        ours, used = _count(facts.projects, "project"), _count(facts.packages or 0, "package")
        known = f"The evidence knows {ours} of ours, with {used} in use in them."
    if not facts.products:
        return (
            b.Paragraph(known),
            b.Paragraph(("No product is named yet; products stand in ", b.Code("umbel.toml"), ".")),
        )
    columns = (
        b.Column("product"),
        b.Column("department"),
        b.Column("criticality"),
        b.Column("reaches users", width=2),
    )
    rows = tuple(
        (
            one.name,
            one.department or "not said",
            one.criticality or "not said",
            ", ".join(WAYS[way] for way in one.distribution) or "not said",
        )
        for one in facts.products
    )
    return (b.Paragraph(known), b.Table(columns=columns, rows=rows))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def _goals(facts: Facts) -> tuple[b.Block, ...]:
    if not facts.goals:
        return (b.Paragraph(("No goal is set yet: ", b.Code("umbel goals add"), " writes the first.")),)
    found: list[b.Block] = []
    for pursued in facts.goals:
        goal = pursued.told.goal
        lines: list[b.Block] = [
            b.Paragraph(
                f"It serves: {goal.serves.rstrip('.')}. {goal.owner} answers for it; it is "
                f"looked at again on {goal.review}."
            ),
        ]
        if pursued.targets:
            columns = (b.Column("figure", width=2), b.Column("how it stands", width=3), b.Column("state"))
            rows = tuple(
                (facts.titles.get(one.kpi, one.kpi), one.sentence, _STATES[one.state])
                for one in pursued.targets
            )
            lines.append(b.Table(columns=columns, rows=rows))
        else:
            lines.append(b.Paragraph("No figure tells of it yet."))
        found.append(b.Section(goal.statement, tuple(lines)))
    return tuple(found)


def _owners(facts: Facts) -> tuple[b.Block, ...]:
    rows = [(f"Product: {one.name}", one.owner or "nobody is named") for one in facts.products]
    rows += [
        (
            f"Office: {one.role}",
            (one.does or f"{one.share:g} of a post") + ("" if one.filled else " (not filled)"),
        )
        for one in facts.office.people
    ]
    rows += [(f"Goal: {each.told.goal.statement}", each.told.goal.owner) for each in facts.goals]
    if not rows:
        return (
            b.Paragraph(
                "Nobody is named yet: products have owners in umbel.toml, the office's "
                "roles stand in decisions/office.toml."
            ),
        )
    return (b.Table(columns=(b.Column("what", width=2), b.Column("who")), rows=tuple(rows)),)


def _inbound(terms: Terms) -> tuple[b.Block, ...]:
    free = f" Allowed in every use: {listed(terms.allowed)}." if terms.allowed else ""
    denied = [row.title.lower() for row in terms.licenses if "deny" in row.words]
    licenses = f"Denied in some use: {listed(denied)}. What is denied {level(terms, 'license-denied')}."
    points = [
        f"Whoever needs a component takes it, within the policy.{free}",
        licenses if terms.level("license-denied") != "off" else "Licences are not asked about by the gate.",
        (
            f"{_sentence(vulnerability(terms))}; one that is exploited "
            f"{level(terms, 'known-exploited')}; malware {level(terms, 'malicious')}."
        ),
        f"What has come to the end of its life {level(terms, 'end-of-life')}.",
    ]
    return (
        b.Bullets(tuple(points)),
        b.Paragraph(("The whole of it: ", b.Code("umbel document policy-use"), "."), style="soft"),
    )


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def _outbound(terms: Terms) -> tuple[b.Block, ...]:
    allowed = getattr(terms.outbound.get("outbound-license"), "allowed", ())
    points = [
        "Small changes to what we use are sent back without asking; larger ones are asked for once.",
        (
            f"Before anything leaves: a secret {level(terms, 'outbound-secrets')}; a file that must not "
            f"leave {level(terms, 'outbound-denied-files')}; a commit without sign-off "
            f"{level(terms, 'outbound-sign-off')}."
        ),
        f"Own projects are published under {listed(allowed)}."
        if allowed
        else "Under which licences own projects are published is not said yet.",
    ]
    names = b.Code("umbel document policy-contribution"), b.Code("umbel document policy-release")
    return (
        b.Bullets(tuple(points)),
        b.Paragraph(("The whole of it: ", names[0], ", ", names[1], "."), style="soft"),
    )


def _slas(terms: Terms) -> tuple[b.Block, ...]:
    found: list[b.Block] = [b.Paragraph("A vulnerability in something that we use is mended within:")]
    if "vulnerability" not in terms.rules:
        words = "The gate does not look for vulnerabilities; those that an incident is opened for are mended within:"
        found = [b.Paragraph(words)]
    found.append(severity_table(terms.incident_days, "severity"))
    ends = terms.rules.get("end-of-life")
    if ends is not None:
        found.append(
            b.Paragraph(
                f"An end of life is told {days(ends.ahead_days)} before it comes, and then has a plan."
            )
        )
    found.append(b.Paragraph(f"An exception lasts at most {days(terms.longest_exception_days)}."))
    return tuple(found)


def _projects(facts: Facts) -> tuple[b.Block, ...]:
    placed = [one for one in facts.ranked if one.verdict and (one.strategic or 0) >= facts.line]
    if not placed:
        return (
            b.Paragraph(
                (
                    "Which upstream projects matter most is not known yet. ",
                    b.Code("umbel collect upstream"),
                    " examines them, ",
                    b.Code("umbel strategy"),
                    " ranks them.",
                )
            ),
        )
    columns = (
        b.Column("project", width=2),
        b.Column("products"),
        b.Column("how fragile"),
        b.Column("our stance"),
    )
    rows = tuple(_project(one) for one in placed[:MOST_PROJECTS])
    first = b.Paragraph("Ranked by what business depends on, and how hard it would be to replace:")
    left = max(len(placed) - MOST_PROJECTS, 0)
    return first, b.Table(columns=columns, rows=rows, left_out=left, rest="umbel strategy")


def _project(one: Ranked) -> tuple[b.Cell, ...]:
    fragile = one.fragility.level if one.fragility is not None else None
    stance = one.stance
    said: str = "not decided" if stance is None or stance.name is None else stance.name
    if stance is not None and stance.name is not None:
        said += f", since {stance.decided}" if stance.decided else ", proposed by the evidence"
    return (
        one.project,
        listed([name for name in one.products if name != NO_PRODUCT], "of no product"),
        fragile,
        said,
    )


def _contributions(facts: Facts) -> tuple[b.Block, ...]:
    open_ = [one for one in facts.contributions if one.state in {"planned", "active", "paused"}]
    if not open_:
        return (
            b.Paragraph(
                (
                    "Nothing is planned upstream yet: ",
                    b.Code("umbel contributions"),
                    " drafts a plan for a project.",
                )
            ),
        )
    columns = (
        b.Column("project", width=2),
        b.Column("what should become of it", width=3),
        b.Column("hours a month", "right"),
        b.Column("state"),
    )
    rows = tuple(
        (
            one.contribution.project,
            one.contribution.goal,
            f"{one.contribution.hours:g}",
            one.state + (" (late)" if one.late else ""),
        )
        for one in open_
    )
    return (b.Table(columns=columns, rows=rows),)


def _community() -> tuple[b.Block, ...]:
    return (
        b.Blank(
            "communities",
            "which foundations, working groups and events we take part in, with whom, and what for",
        ),
        b.Blank("recognition", "how contributions are recognised, and how much time people have for them"),
    )


def _governance(facts: Facts) -> tuple[b.Block, ...]:
    office = facts.office
    if not office.channels and not office.pilots:
        first: b.Block = b.Paragraph(
            "How the office reaches its people isn't written down yet: "
            "channels stand in decisions/office.toml."
        )
    else:
        rows = tuple((one.petal, one.name, one.purpose, one.rhythm or "not said") for one in office.channels)
        columns = (
            b.Column("for whom"),
            b.Column("where"),
            b.Column("what for", width=2),
            b.Column("how often"),
        )
        first = b.Table(columns=columns, rows=rows) if rows else b.Paragraph(_pilots(office))
    return (
        first,
        b.Paragraph(
            (
                "Decisions are dated records in the workspace's ",
                b.Code("decisions/"),
                (
                    " folder: who decided what, why, and until when. Nothing is overwritten. The "
                    "quarterly review ("
                ),
                b.Code("umbel document quarterly-review"),
                ") looks back at them.",
            )
        ),
    )


def _pilots(office: Office) -> str:
    running = sum(one.state == "running" for one in office.pilots)
    runs = f"{running} {'runs' if running == 1 else 'run'}"
    return f"Of {_count(len(office.pilots), 'pilot')} {runs} now; no channel is written down yet."


def _decisions() -> b.Block:
    asks = "a role"
    rows = (
        ("The strategy and its goals", f"[to write: {asks}]", f"[to write: {asks}]"),
        ("The policy and its exceptions", f"[to write: {asks}]", f"[to write: {asks}]"),
        ("What we publish", f"[to write: {asks}]", f"[to write: {asks}]"),
        ("Money for projects and memberships", f"[to write: {asks}]", f"[to write: {asks}]"),
    )
    return b.Table(
        columns=(b.Column("what", width=2), b.Column("decides"), b.Column("is asked before")), rows=rows
    )


def _questions() -> tuple[b.Block, ...]:
    asked = (
        (
            "costs",
            "Isn't open source free?",
            ("what it costs us to use it well, and what it would cost not to"),
        ),
        ("give-away", "Why do we give work away?", "what we get back, with an example of our own"),
        ("competitors", "What if competitors use it?", "where we compete, and where we do not"),
        (
            "risk",
            "Who is liable if it breaks?",
            ("what we check, what we insure, what we can mend ourselves"),
        ),
    )
    return tuple(b.Section(question, (b.Blank(name, asks),)) for name, question, asks in asked)
