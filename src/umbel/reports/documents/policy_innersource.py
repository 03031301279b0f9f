# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Policy starter: working on each other's code inside of the house, in the way of open source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_words import (
    about,
    elsewhere,
    exceptions,
    level,
    section,
    times,
    vulnerability,
    yours,
)

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import Terms

NAME, TITLE = "policy-innersource", "Working on each other's code"
ABOUT = (
    "InnerSource: which repositories are open to all in the house, who decides in them, how a change gets in."
)


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("policy"),
        section("in-short", "In short", *_short()),
        section("ready", "When a repository is ready for others", *_ready()),
        section("change", "How a change gets in", *_change()),
        section("gate", "The same gate for all", *_gate(terms)),
        yours("limits", "What stays closed", *_limits()),
        times(
            (
                "Reading a repository, reporting, proposing a change",
                "nobody: it is approved by this text",
                "at once",
            ),
            ("Merging a change", "a trusted committer of the repository", ""),
            ("Closing a repository to others", "the product's owner, with a reason", ""),
            ("Making a part of ours public", "as the policy on publishing says", ""),
        ),
        exceptions(terms),
        yours("roles", "Who does what", _roles()),
        elsewhere(terms),
    ]


def _short() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "Whoever needs a change in another team's code may make it. The team that owns "
            "the code decides whether it goes in.",
            style="lead",
        ),
        b.Bullets(
            (
                "Repositories are readable to everybody in the house unless there is a reason.",
                "Talk happens in writing, where others find it: issues and reviews, not hallways.",
                "Reuse comes first: look for what is there before building it again.",
            )
        ),
    )


def _ready() -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                "README: what it does, for whom, how to build and test it.",
                "CONTRIBUTING: how a change is proposed, what it must have, how long a review takes.",
                "CODEOWNERS: who decides where. At least two, so that one may be on holiday.",
                "Issues that a newcomer could take are marked.",
            )
        ),
        b.Paragraph(
            (
                "Umbel sees from the files which repositories have these: ",
                b.Code("umbel metrics"),
                " and the InnerSource framework tell it.",
            ),
            style="soft",
        ),
    )


def _change() -> tuple[b.Block, ...]:
    return (
        b.Steps(
            (
                "Say what you need in an issue, and ask whether a change would be welcome.",
                "Make it small, with tests, in the style of the place.",
                "A trusted committer reviews it, helps it in, or says why not.",
                (
                    "Once merged, the owning team maintains it. For thirty days the contributor helps "
                    "with what the change broke."
                ),
            )
        ),
    )


def _gate(terms: Terms) -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            (
                "Code that is shared in the house is still shipped by somebody. ",
                b.Code("umbel check"),
                (
                    f" runs on every change, whoever sends it: a denied licence "
                    f"{level(terms, 'license-denied')}, {vulnerability(terms)}."
                ),
            )
        ),
        b.Paragraph(
            "Between legal entities sharing code is a transfer: ask legal and finance once "
            "for the whole house, not for each change."
        ),
    )


def _limits() -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            "Closed, with a reason that is written down: code under a customer's terms, "
            "security measures whose secrecy matters, what law keeps apart."
        ),
        b.Blank("limits", "what else stays closed here, and who may open it"),
    )


def _roles() -> b.Block:
    return b.Terms(
        (
            b.Term("Contributors", "propose changes, and help with what they change."),
            b.Term(
                "Trusted committers", "review, mentor, merge; it is part of their work, and counted as such."
            ),
            b.Term("Product owners", "decide what goes in, and make time for reviews."),
            b.Term(
                "The open source office",
                "keeps the guide, finds pairs of teams, tells what is shared and what isn't.",
            ),
        )
    )
