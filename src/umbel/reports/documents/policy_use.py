# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Policy starter: using open source. What may be used without asking, what needs an answer, what is denied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.model.finding import at_least
from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_terms import WAYS
from umbel.reports.documents.policy_words import (
    ASK,
    VERDICTS,
    about,
    days,
    elsewhere,
    exceptions,
    level,
    listed,
    not_inside,
    paragraphs,
    section,
    severity_table,
    times,
    yours,
)

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import LicenseRow, Terms

NAME, TITLE = "policy-use", "Using open source"
ABOUT = "What may be used without asking, what needs an answer, what is denied: as the gate judges it."


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("policy"),
        section("in-short", "In short", *_short(terms)),
        section("licenses", "Licences", *_licenses(terms)),
        section("security", "Security", *_security(terms)),
        section("choosing", "Choosing a component", *_choosing(terms)),
        section("steps", "Adding a dependency, step by step", _steps()),
        times(
            ("A licence that the table says to ask about", "legal, through the open source office", ""),
            ("A component that the gate denies", "the product's owner and the open source office", ""),
            ("A vulnerability that stays open past its day", "security and the product's owner", ""),
        ),
        exceptions(terms),
        yours("roles", "Who does what", _roles()),
        elsewhere(terms),
    ]


def _short(terms: Terms) -> tuple[b.Block, ...]:
    free = f" Licences allowed in every use: {listed(terms.allowed)}." if terms.allowed else ""
    return (
        b.Paragraph(
            f"{terms.name} builds on open source, and wants to. Whoever needs a component takes it, "
            f"within these lines.",
            style="lead",
        ),
        b.Bullets(
            (
                f"Without asking: whatever the gate neither denies nor questions.{free}",
                (
                    "Run ",
                    ASK,
                    " before you merge. It says what holds, why, and what would mend it.",
                ),
                (
                    "What the gate calls a question goes to the open source office. What it denies is "
                    "not merged without an exception."
                ),
                (
                    "Every component in a product is in its inventory: a lockfile or an SBOM. What is "
                    "not listed there cannot be looked after."
                ),
            )
        ),
    )


def _licenses(terms: Terms) -> tuple[b.Block, ...]:
    rule = terms.rules.get("license-denied")
    if rule is None:
        return paragraphs(
            "The gate does not ask whether a licence is denied: the rule is off. Read the licence "
            "before you use anything."
        )
    columns = (
        b.Column("kind of licence", width=2),
        *(b.Column(way) for way in WAYS.values()),
        b.Column("only to develop and test"),
    )
    rows = tuple(
        (row.title, *(VERDICTS[each] for each in row.words), VERDICTS[row.development])
        for row in terms.licenses
    )
    found: list[b.Block] = [
        b.Paragraph(
            "What a licence asks for depends on how a product reaches its users. Of several ways the "
            "strictest counts."
        ),
        b.Table(columns=columns, rows=rows),
        b.Paragraph(
            f"What is denied {level(terms, 'license-denied')}. What says ask first {_unknown(rule)}."
        ),
    ]
    differing = tuple(_differing(row) for row in terms.licenses if row.except_)
    if differing:
        found += [
            b.Paragraph("Licences that differ from their kind somewhere (the gate says how):"),
            b.Bullets(differing),
        ]
    if terms.own_licenses:
        found += [
            b.Paragraph("Rules of our own, asked first, in their order:"),
            b.Bullets(terms.own_licenses),
        ]
    if not rule.shipped:
        found.append(b.Paragraph("Only our own rules count; what none of them names is a question."))
    if terms.linked_licenses:
        found.append(
            b.Paragraph(
                "The table is for packages that are loaded at run time; of linked ones our rules say more."
            )
        )
    found.append(
        b.Paragraph(
            f"A component that has no licence, or whose licence nobody knows, "
            f"{level(terms, 'license-unknown')}. Copyleft that is linked into what "
            f"ships {level(terms, 'copyleft-linkage')}. Where nobody says in "
            f"umbel.toml how a product reaches its users, the gate asks."
        )
    )
    found += not_inside(terms, "license-denied", "license-unknown")
    return tuple(found)


def _unknown(rule: Any) -> str:
    from umbel.reports.documents.policy_words import LEVELS

    return LEVELS[rule.unknown]


def _differing(row: LicenseRow) -> str:
    more = f" and {row.more} more" if row.more else ""
    return f"{row.title}: {', '.join(row.except_)}{more}."


def _security(terms: Terms) -> tuple[b.Block, ...]:
    rule = terms.rules.get("vulnerability")
    if rule is None:
        return paragraphs("The gate does not look for known vulnerabilities: the rule is off.")
    found: list[b.Block] = [
        b.Paragraph(
            f"A known vulnerability of severity {rule.severity} or above {level(terms, 'vulnerability')}."
        ),
    ]
    if terms.stops("vulnerability") and rule.unfixed != "fail":
        found.append(b.Paragraph("Where no release mends it yet, it is told and the gate stays open."))
    found.append(b.Paragraph(f"One whose severity nobody knows counts as {rule.unrated}."))
    found += not_inside(terms, "vulnerability", "known-exploited", "malicious")
    lower = [name for name in rule.days if not at_least(name, rule.severity)]
    if lower:
        found.append(
            b.Paragraph(
                f"The gate does not look at lower ones; their days "
                f"({', '.join(lower)}) are a promise that people keep."
            )
        )
    found += [
        b.Paragraph("From the day on which it was known and in the project, it is mended within:"),
        severity_table(
            {name: rule.days[name] for name in ("critical", "high", "medium", "low") if name in rule.days},
            "severity",
        ),
        b.Paragraph(
            f"What is being exploited {level(terms, 'known-exploited')}, whatever its severity. A "
            f"package that is reported as malware {level(terms, 'malicious')}."
        ),
    ]
    return tuple(found)


def _choosing(terms: Terms) -> tuple[b.Block, ...]:
    rules, points = terms.rules, []
    if (new := rules.get("too-new")) is not None:
        points.append(
            f"A release is at least {days(new.days)} old: hijacked ones are mostly found by then. A "
            f"younger one {level(terms, 'too-new')}."
        )
    if (end := rules.get("end-of-life")) is not None:
        points.append(
            f"Its cycle still gets fixes. One whose life has ended {level(terms, 'end-of-life')}; an "
            f"end that comes within {days(end.ahead_days)} is told."
        )
    if (old := rules.get("outdated")) is not None:
        points.append(
            f"It is not more than {days(old.days)} behind the newest stable release. An older one "
            f"{level(terms, 'outdated')}."
        )
    if (left := rules.get("unmaintained")) is not None:
        points.append(
            f"Somebody maintains it. One without a release for {days(left.days)}, or said to be left, "
            f"{level(terms, 'unmaintained')}."
        )
    if rules.get("deprecated") is not None:
        points.append(f"Its makers still stand by it. A deprecated one {level(terms, 'deprecated')}.")
    if (denied := rules.get("denied-package")) is not None:
        points.append(
            f"It is not on our list of {len(denied.packages)} denied "
            f"{'package' if len(denied.packages) == 1 else 'packages'}: one that is "
            f"{level(terms, 'denied-package')}."
        )
    if rules.get("radar") is not None:
        points.append(f"Nobody decided against it. What the radar has to be removed {level(terms, 'radar')}.")
    if not points:
        return paragraphs(
            "The gate has no rules on this. Look for a project that is alive, documented, and used by others."
        )
    return b.Bullets(tuple(points)), *not_inside(
        terms, "end-of-life", "outdated", "unmaintained", "deprecated"
    )


def _steps() -> b.Block:
    return b.Steps(
        (
            "Look whether something that is in use already does it.",
            (
                "Compare candidates: ",
                b.Code("umbel evaluate"),
                " shows licence, age, health and known vulnerabilities side by side.",
            ),
            ("Add it with a lockfile, and run ", ASK, "."),
            (
                "Clean: merge. A question: ask the office, with the name, the use and the product. "
                "Denied: take another one, or ask for an exception."
            ),
            "Once it is in, it is yours to keep up to date: the product's owner answers for it.",
        )
    )


def _roles() -> b.Block:
    return b.Terms(
        (
            b.Term("Developers", "choose components, run the check, keep what they added up to date."),
            b.Term("Product owners", "answer for the inventory of their product and for its open findings."),
            b.Term(
                "The open source office",
                "keeps the policy and the gate, answers questions, grants exceptions.",
            ),
            b.Term("Legal", "decides about licences that the table leaves open."),
            b.Term("Security", "decides about vulnerabilities that can't be mended in time."),
        )
    )
