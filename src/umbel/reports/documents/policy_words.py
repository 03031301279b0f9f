# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Words that all policy starters share: levels, verdicts, exceptions, review, where other rules hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.frameworks.kept import blank
from umbel.reports.documents import blocks as b
from umbel.reports.documents.kept_text import Part, head

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.reports.documents.policy_terms import Terms

LEVELS = {
    "fail": "stops the gate",
    "warn": "is a warning that leaves the gate open",
    "note": "is noted and leaves the gate open",
    "off": "is not asked about",
}
VERDICTS = {"allow": "allowed", "ask": "ask first", "deny": "denied"}
ASK = b.Code("umbel check")


def about(what: str) -> Part:
    """The head that every policy has: who answers for it, since when, until when."""
    return head(
        ("Answers for it", f"the role that answers for this {what}"),
        ("Approved by, on", "the role that put it in force, and the day"),
        ("Next review", "a day within a year of that"),
        ("Questions to", "a channel or an address that somebody reads"),
    )


def days(number: int) -> str:
    """So many days."""
    years = f" ({number // 365} years)" if number % 365 == 0 and number > 365 else ""
    return "1 day" if number == 1 else f"{number:,} days{years}"


def level(terms: Terms, rule: str) -> str:
    """What a finding of a rule does."""
    return LEVELS[terms.level(rule)]


def vulnerability(terms: Terms) -> str:
    """What a known vulnerability does, from its severity on: a clause."""
    rule = terms.rules.get("vulnerability")
    if rule is None:
        return f"a known vulnerability {level(terms, 'vulnerability')}"
    mended = " once a release mends it" if terms.stops("vulnerability") and rule.unfixed != "fail" else ""
    return (
        f"a known vulnerability of severity {rule.severity} or above {level(terms, 'vulnerability')}{mended}"
    )


_ASKS_ABOUT = {
    "vulnerability": "known vulnerabilities",
    "known-exploited": "what is exploited",
    "malicious": "malware",
    "end-of-life": "ends of life",
    "outdated": "age",
    "unmaintained": "whether somebody maintains it",
    "deprecated": "whether its makers stand by it",
    "license-denied": "denied licences",
    "license-unknown": "missing licences",
}


def not_inside(terms: Terms, *rules: str) -> tuple[b.Block, ...]:
    """Of what the gate looks at only in what ships: a sentence, where there is such a rule."""
    left = [
        _ASKS_ABOUT[name]
        for name in rules
        if name in terms.rules and "development" not in terms.rules[name].scopes
    ]
    if not left:
        return ()
    return (b.Paragraph(f"Of what only develops and tests, the gate does not look at: {listed(left)}."),)


def outbound(terms: Terms, rule: str) -> str:
    """What a finding of an outbound rule does; some are asked once somebody says of what."""
    settings = terms.outbound.get(rule)
    if rule == "outbound-denied-words" and settings is not None and not settings.words:
        return "is not looked for: the list is empty"
    if rule == "outbound-license-header" and settings is not None and not settings.files:
        return "is not looked for: nobody has said which files need one"
    if rule == "outbound-author-address" and settings is not None and not _domains(terms, settings):
        return "is not looked for: nobody has said which domains are ours"
    return level(terms, rule)


def _domains(terms: Terms, settings: Any) -> bool:
    return bool(settings.domains or settings.allowed or settings.denied or terms.domains)


def listed(names: Sequence[str], empty: str = "none") -> str:
    """Names in a row; at most twelve."""
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return (", ".join(names[:12]) + more) or empty


def paragraphs(*texts: b.Words) -> tuple[b.Block, ...]:
    """Each text as a paragraph."""
    return tuple(b.Paragraph(text) for text in texts)


def section(id_: str, title: str, *blocks: b.Block) -> Part:
    """A part with its heading that Umbel writes anew."""
    return Part(id=id_, blocks=(b.Section(title, blocks),))


def yours(id_: str, title: str, *blocks: b.Block) -> Part:
    """A part with its heading that is a person's from the first day."""
    return Part(id=id_, blocks=(b.Section(title, blocks),), yours=True)


def severity_table(days_of: Mapping[str, int], first: str) -> b.Table:
    """Days to mend by severity."""
    rows = tuple((name, days(number)) for name, number in days_of.items())
    return b.Table(columns=(b.Column(first), b.Column("mended within")), rows=rows)


def exceptions(terms: Terms) -> Part:
    """How an exception is asked for, and how long it may last: as the gate refuses longer ones."""
    longest = days(terms.longest_exception_days)
    return section(
        "exceptions",
        "Exceptions",
        *paragraphs(
            (
                (
                    "Every rule of the gate can have an exception, and every exception has a reason, a "
                    "name that answers for it and a last day. "
                ),
                b.Strong(f"None lasts longer than {longest}"),
                "; the gate refuses longer ones. One that has run out counts no more.",
            ),
            ("It is written down with ", b.Code("umbel exceptions add"), ", and reviewed as code is."),
            ("That one ends is told ", *_told(terms.alert_days), "."),
        ),
    )


def _told(number: int) -> tuple[b.Inline, ...]:
    when = "on its last day" if number == 0 else f"{days(number)} before"
    return f"{when} by ", b.Code("umbel alerts")


def times(*rows: tuple[str, str, str]) -> Part:
    """What needs approval: of whom, and how long that takes, for a person to promise."""
    columns = (b.Column("what", width=2), b.Column("who approves"), b.Column("answer within"))
    promise = blank("a number of working days that you can hold; five is usual")
    made = tuple((what, who, how or promise) for what, who, how in rows)
    return yours(
        "approval", "What needs approval, of whom, and how long it takes", b.Table(columns=columns, rows=made)
    )


def elsewhere(terms: Terms) -> Part:
    """Where other rules hold than those of this text."""
    if terms.overrides:
        blocks: tuple[b.Block, ...] = (
            b.Paragraph("This text says what holds everywhere else. Other settings hold here:"),
            b.Bullets(terms.overrides),
        )
    else:
        blocks = paragraphs("The same rules hold for every product and project.")
    return section("elsewhere", "Where other rules hold", *blocks, source(terms))


def source(terms: Terms) -> b.Block:
    """Where the rules of this text stand."""
    if terms.shipped:
        return b.Paragraph(
            (
                "The rules are those that Umbel ships with; nobody has written a policy here yet. ",
                b.Code("umbel policy init"),
                " writes them down so that they can be changed.",
            ),
            style="soft",
        )
    return b.Paragraph(
        ("The rules stand in ", b.Code("policy.toml"), ". When they change, this text does."), style="soft"
    )
