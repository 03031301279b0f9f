# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Policy starter: names and logos, ours on open source and others' in our products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.documents import blocks as b
from umbel.reports.documents.policy_words import about, section, source, times, yours

if TYPE_CHECKING:
    from umbel.reports.documents.kept_text import Part
    from umbel.reports.documents.policy_terms import Terms

NAME, TITLE = "policy-trademark", "Names and logos"
ABOUT = "How others may use the names of our projects, and how we use theirs."


def parts(terms: Terms) -> list[Part]:
    """The whole text."""
    return [
        about("policy"),
        section("in-short", "In short", *_short(terms)),
        section("ours", "How others may use our projects' names", *_ours(terms)),
        section("theirs", "How we use names of others", *_theirs()),
        section("naming", "Naming a new project", *_naming()),
        yours("marks", "Our marks", *_marks()),
        times(
            ("A use that this text allows", "nobody: it is approved by this text", "at once"),
            ("Any other use of our marks", "legal", ""),
            ("The name of a new project", "legal, after the search below", ""),
            ("Handing a name to a foundation", "management, on legal's proposal", ""),
        ),
        _origin(terms),
    ]


def _origin(terms: Terms) -> Part:
    said = b.Paragraph("No rule of the gate looks at names; people keep this policy.")
    return section("elsewhere", "Where this text comes from", said, source(terms))


def _short(terms: Terms) -> tuple[b.Block, ...]:
    return (
        b.Paragraph(
            f"A licence gives away code, not the name. The names of {terms.organisation} and "
            f"its projects tell users where something comes from; that is all they are kept for.",
            style="lead",
        ),
        b.Bullets(
            (
                "Say truthfully what something is, works with or is made from: always allowed.",
                "Call a changed version by our name, or look as if you were us: not allowed.",
                "We treat the names of others as we want ours to be treated.",
            )
        ),
    )


def _ours(terms: Terms) -> tuple[b.Block, ...]:
    return (
        b.Paragraph("Without asking:"),
        b.Bullets(
            (
                '"for", "works with", "based on" followed by the project\'s name.',
                "The unchanged logo in talks, articles, and lists of what one uses.",
                (
                    "The name in packages of unchanged releases, for distributions with the small "
                    "changes that packaging needs."
                ),
                "Meetups and groups of users who say that they are independent.",
            )
        ),
        b.Paragraph("Ask first:"),
        b.Bullets(
            (
                "The name in that of a product, a company, an account or a domain.",
                "Goods with the logo that are sold.",
                f"Anything that could be read as if {terms.organisation} had made or approved it.",
            )
        ),
        b.Paragraph(
            "Whoever publishes a changed version gives it another name, and may say which one it comes from."
        ),
    )


def _theirs() -> tuple[b.Block, ...]:
    return (
        b.Bullets(
            (
                (
                    "We name components as their makers write them, and do not shorten or join their "
                    "names with ours."
                ),
                "Logos only where the project's own rules allow it; customers' slides are no exception.",
                "In a product's notices their names stand as their licences ask.",
                "A fork that we publish gets a name of its own.",
            )
        ),
    )


def _naming() -> tuple[b.Block, ...]:
    return (
        b.Steps(
            (
                "Look for the name in the registries of packages and on code hosts.",
                "Look for it in the registers of trademarks where we sell, and in plain search.",
                "Say it to somebody who speaks the languages of our users.",
                "Reserve it in the registries before the first talk about it.",
            )
        ),
    )


def _marks() -> tuple[b.Block, ...]:
    return (
        b.Blank(
            "marks", "the names and logos that are ours, where they are registered, and where the files are"
        ),
    )
