# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Policy starter: contributing to projects of others. Who may, with what, how, and what the gate looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.kept import blank
from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_words import (
    about,
    elsewhere,
    exceptions,
    level,
    listed,
    outbound,
    section,
    times,
    yours,
)

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import Terms

NAME, TITLE = "policy-contribution", "Contributing to open source"
ABOUT = (
    "What may be sent upstream without asking, what needs approval, and what the gate looks at "
    "before it leaves."
)

_CHECK = b.Code("umbel check --outbound origin/main..HEAD")


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("policy"),
        section("in-short", "In short", *_short()),
        section("gate", "What is looked at before anything leaves", *_gate(terms)),
        section("sign-off", "Sign-off and contributor agreements", *_sign_off(terms)),
        section("steps", "Sending a change, step by step", _steps()),
        yours("time", "Time and recognition", *_time()),
        times(
            (
                "A fix, a test or documentation for something that we use",
                "nobody: it is approved by this text",
                "at once",
            ),
            ("A new feature, or a project that we do not use", "the team lead", ""),
            ("Code of a product, or an idea that may be worth a patent", "the product's owner and legal", ""),
            ("A contributor agreement of another organisation", "legal", ""),
            ("A seat in a project's steering body", "the open source office", ""),
        ),
        exceptions(terms),
        yours("roles", "Who does what", _roles()),
        elsewhere(terms),
    ]


def _short() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "What we fix for ourselves we send back: a patch that only we carry has to be carried for ever.",
            style="lead",
        ),
        b.Bullets(
            (
                (
                    "Small changes to what we use need no permission. Larger ones are asked for once, "
                    "before the work."
                ),
                (
                    "Run ",
                    _CHECK,
                    (
                        " before you push. It looks at addresses, secrets, words and files that must not "
                        "leave."
                    ),
                ),
                (
                    "You write in the project's way: its code of conduct, its style, its process. You "
                    "are a guest with a name."
                ),
                (
                    "Work for the organisation is sent from its address; work of your own, in your own "
                    "time, from yours."
                ),
            )
        ),
    )


def _gate(terms: Terms) -> tuple[b.Block, ...]:
    domains = listed(
        [
            *dict.fromkeys(
                (*getattr(terms.outbound.get("outbound-author-address"), "domains", ()), *terms.domains)
            )
        ],
        "nobody has said which",
    )
    rows = (
        ("a secret: a key, a token, a password", level(terms, "outbound-secrets")),
        (
            "a file that must not leave: keys, password stores, large binary files",
            level(terms, "outbound-denied-files"),
        ),
        (
            "a word on the list of what must not leave: customers, code names, inner hosts",
            outbound(terms, "outbound-denied-words"),
        ),
        (
            f"an author's address of another domain than ours ({domains})",
            outbound(terms, "outbound-author-address"),
        ),
        ("a commit without its author's sign-off", level(terms, "outbound-sign-off")),
        ("a new file without a licence header", outbound(terms, "outbound-license-header")),
    )
    return (
        b.Table(columns=(b.Column("what the gate finds", width=2), b.Column("what that does")), rows=rows),
        b.Paragraph(
            "What was pushed once stays in clones and histories. Whatever the gate says: "
            "when in doubt, ask first."
        ),
    )


def _sign_off(terms: Terms) -> tuple[b.Block, ...]:
    rule = "outbound-sign-off"
    must = {
        "fail": "Every commit carries its author's Signed-off-by line; one without it stops the gate.",
        "warn": "Commits should carry their author's Signed-off-by line; one without it is a warning.",
        "note": "Commits may carry their author's Signed-off-by line; the gate notes those without it.",
        "off": "The gate does not look for Signed-off-by lines; add one where a project asks for it.",
    }[terms.level(rule)]
    return (
        b.Paragraph(
            (
                must,
                (
                    " By it you say that you have the right to send the change (Developer "
                    "Certificate of Origin): "
                ),
                b.Code("git commit --signoff"),
                ".",
            )
        ),
        b.Paragraph(
            "A contributor licence agreement binds more than one change. Nobody signs one "
            "for the organisation alone; ask legal, who keep the list of those that are signed."
        ),
    )


def _steps() -> b.Block:
    return b.Steps(
        (
            "Look whether somebody reported it already, and talk to the project before large work.",
            (
                "Check that the code is yours to give: no customer's code, nothing copied from "
                "elsewhere, no tool's output that its terms forbid."
            ),
            "Read the project's licence and its contributing guide.",
            ("Run ", _CHECK, " and mend what it finds."),
            "Send it, answer the review, and stay until it is merged or declined.",
            (
                "If it belongs to one of our strategic projects, tell the office: it is followed in ",
                b.Code("umbel contributions"),
                ".",
            ),
        )
    )


def _time() -> tuple[b.Block, ...]:
    return (
        b.Paragraph("Fixing upstream what a product needs is work on that product, and is planned as such."),
        b.Blank(
            "time", "how much working time people may give to projects beyond that, and how it is recognised"
        ),
    )


def _roles() -> b.Block:
    return b.Terms(
        (
            b.Term("Contributors", "decide about small changes, and speak for themselves in the project."),
            b.Term("Team leads", "make time for it, and approve what is more than small."),
            b.Term(
                "The open source office",
                "keeps this policy, helps with the first contribution, knows the projects that matter.",
            ),
            b.Term(
                "Legal",
                f"decides about agreements and patents. Agreements signed so far: "
                f"{blank('where the list is kept')}.",
            ),
        )
    )
