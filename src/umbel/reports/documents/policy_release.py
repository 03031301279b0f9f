# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Policy starter: publishing work of one's own. When it is worth it, under which licence, what must be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_words import (
    about,
    elsewhere,
    exceptions,
    level,
    outbound,
    section,
    times,
    yours,
)

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import Terms

NAME, TITLE = "policy-release", "Publishing our own work"
ABOUT = "When we publish a project, under which licences, what must be there first, and how it ends."


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("policy"),
        section("in-short", "In short", *_short()),
        section("license", "Licence", *_license(terms)),
        section("before", "What must be there first", *_before(terms)),
        section("after", "After the release", *_after()),
        yours("questions", "Questions that a request answers", _questions()),
        times(
            ("A sample, a talk's code, a small tool without a product's code", "the team lead", ""),
            ("A project of its own", "the open source office, legal and the product's owner", ""),
            ("Another licence than those of the list", "legal", ""),
            ("Handing a project to a foundation", "management, on the office's proposal", ""),
        ),
        exceptions(terms),
        elsewhere(terms),
    ]


def _short() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "We publish what others can use, what we want help with, and what is better "
            "shared than kept. We do not publish to get rid of something.",
            style="lead",
        ),
        b.Bullets(
            (
                "Nothing is published before somebody has promised to look after it, and for how long.",
                "The whole history is looked at, not only its last state; or a fresh history is begun.",
                (
                    "A published project answers: issues get a first word, vulnerabilities have a "
                    "private way in."
                ),
            )
        ),
    )


def _license(terms: Terms) -> tuple[b.Block, ...]:
    rule = terms.outbound.get("outbound-license")
    if rule is None:
        text = "The gate does not look at the licence under which something is published. Ask legal."
        return (b.Paragraph(text),)
    if not rule.allowed:
        first = (
            "Nobody has said yet under which licences we publish; until then legal names the licence of each."
        )
        how: tuple[b.Inline, ...] = (
            first,
            " The list belongs into ",
            b.Code("policy.toml"),
            " ([outbound.license] allowed).",
        )
        return (b.Paragraph(how),)
    return (
        b.Paragraph("We publish under one of these licences:"),
        b.Bullets(tuple(rule.allowed)),
        b.Paragraph(
            f"A project that says another one {level(terms, 'outbound-license')}. A licence "
            f"can't be taken back once somebody has a copy."
        ),
    )


def _before(terms: Terms) -> tuple[b.Block, ...]:
    header = outbound(terms, "outbound-license-header")
    return (
        b.Bullets(
            (
                (
                    "LICENSE, README (what it is for, how to start, what it is not), CONTRIBUTING, "
                    "CODE_OF_CONDUCT, SECURITY."
                ),
                "Two maintainers with a name, and time for it.",
                "A build and tests that run in public.",
                (
                    "No secret, no word that must not leave, no inner host: ",
                    b.Code("umbel check --outbound -"),
                    " as a pre-push hook reads all commits of a first push, and is clean. A secret ",
                    level(terms, "outbound-secrets"),
                    ".",
                ),
                f"Licence headers: a new file without one {header}.",
                (
                    "Its own dependencies may be given away under its licence: ",
                    b.Code("umbel check"),
                    " with its way to users set to source.",
                ),
                "A name that nobody else has a right to (see the trademark policy).",
            )
        ),
    )


def _after() -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                (
                    "The office looks at every published project once a quarter: answers, releases, "
                    "newcomers, open vulnerabilities."
                ),
                (
                    "A project that nobody has time for is handed on, or archived with a word about what "
                    "to use instead. It is never left to rot in silence."
                ),
            )
        ),
    )


def _questions() -> b.Block:
    return b.Steps(
        (
            "What is it, who needs it, and what do we hope for?",
            "Who looks after it, how many hours a month, and until when?",
            "Whose code is in it: ours, customers', suppliers', third parties', a model's?",
            "Does it give away something that we live on, or that a patent covers?",
            "How will we know in a year whether it was worth it?",
        )
    )
